// Package gss accepts syslog over Kerberos: it is the server of rsyslog's omgssapi, in pure Go.
//
// An [Acceptor] authenticates a connection and hands back a [Session], an io.Reader of the plaintext
// byte stream that the sender put in. Framing, routing and storage are the caller's affair; this
// package never looks into a message, never opens a listener, never logs and never speaks to a KDC.
//
//	acc, err := gss.NewAcceptor(cfg)
//	sess, err := acc.Accept(ctx, conn) // conn is closed when this fails
//	defer sess.Close()
//	who := sess.Principal()            // host/web1.example.com@EXAMPLE.COM
//	n, err := sess.Read(buf)           // syslog bytes: LF, octet counted, or both
//
// # The protocol
//
// It has no specification but rsyslog's source. Every token is preceded by its length, 4 bytes.
// Senders up to rsyslog 8.2602 write the length in the byte order of their machine, later ones in
// network order; a session keeps the order of its first token, which is not ambiguous because that
// token is shorter than 64 KiB. The first token is the raw Kerberos mechanism token of RFC 4121
// section 4.1 (no SPNEGO) with an AP-REQ, answered by one token with the AP-REP. From there the
// stream goes one way: each token is one gss_wrap of RFC 4121 section 4.2.6.2, whose plaintexts
// in a row are a TCP syslog stream. There are no error tokens: in trouble the connection ends.
//
// # What is checked
//
// Ticket: service name and realm, key version, encryption types 17 to 20 (RFC 3962 and RFC 8009),
// integrity, life time, addresses, transited policy. Authenticator: integrity, names against the
// ticket's, clock skew, GSS checksum, replay. The client's name against a list of patterns. Every
// wrap token: its sealing, integrity, direction and sequence number, which must follow without a gap.
//
// Whatever is wrong ends that connection only, with an [*Error] whose [Reason] is made to be a metric
// label. What runs before authentication is bounded in memory, time and number, and is fuzzed.
//
// # Replays
//
// An authenticator is remembered for as long as its time stamp could be accepted, in memory. A recorded
// connection could therefore be played once more to another receiver that holds the same keytab, or
// to this one after a restart, within the clock skew. Config.AcceptorSubkey closes that: the session key
// then comes from the receiver. rsyslog's own imgssapi works so with MIT Kerberos, and it is the default; a
// sender that ignores the answered key can't be understood, and needs it off.
//
// # What a refusal costs
//
// rsyslogd (seen in 8.2302) drops the one line with which it tries to connect when the handshake fails, and
// tries again with the next; while nothing listens, it keeps them all. Hence limits that leave room for a
// fleet that comes back at once, and a keytab that is read again when a ticket asks for a newer key.
//
// # Ticket life time
//
// A ticket is judged when a connection begins. As with MIT Kerberos, a session outlives its ticket: the
// protocol has no acknowledgement, so closing it would lose what is under way, once in ten hours for each
// sender. Config.EndWithTicket ends sessions nonetheless.
//
// # Concurrency
//
// An Acceptor is safe for concurrent use. A Session may be read by one goroutine at a time; Close may
// be called at any time, by anyone.
package gss
