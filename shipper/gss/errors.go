package gss

import (
	"errors"
	"fmt"
)

// Reason names why a connection was refused or ended. The set is closed, so it serves as a metric label.
type Reason string

// Reasons before authentication.
const (
	ReasonHandshakeLimit  Reason = "handshake_limit"   // too many handshakes at once, in all or from one address
	ReasonSessionLimit    Reason = "session_limit"     // too many sessions
	ReasonTimeout         Reason = "handshake_timeout" // the handshake took too long
	ReasonEmpty           Reason = "empty"             // closed without a byte, as health checks do
	ReasonPlaintext       Reason = "plaintext"         // the peer does not speak GSS
	ReasonMechanism       Reason = "mechanism"         // not the raw Kerberos mechanism, such as SPNEGO
	ReasonMalformed       Reason = "malformed"         // a token that cannot be parsed
	ReasonEncType         Reason = "enctype"           // an encryption type that is not accepted
	ReasonService         Reason = "service"           // a ticket for another service
	ReasonNoKey           Reason = "no_key"            // no key of that service, realm and version in the keytab
	ReasonTicket          Reason = "ticket"            // the ticket is damaged, or made with another key
	ReasonTicketExpired   Reason = "ticket_expired"
	ReasonTicketNotYet    Reason = "ticket_not_yet_valid"
	ReasonAddress         Reason = "address"       // the ticket is bound to other addresses
	ReasonTransited       Reason = "transited"     // a cross-realm path that no KDC has checked
	ReasonAuthenticator   Reason = "authenticator" // damaged, or not of this ticket
	ReasonClockSkew       Reason = "clock_skew"
	ReasonPrincipal       Reason = "principal" // authenticated, but not allowed
	ReasonReplay          Reason = "replay"
	ReasonReplayCacheFull Reason = "replay_cache_full"
)

// Reasons that can end a session as well.
const (
	ReasonTruncated     Reason = "truncated"      // the stream ended inside a token
	ReasonTooLarge      Reason = "too_large"      // a token longer than allowed
	ReasonIntegrity     Reason = "integrity"      // a token that was changed on its way
	ReasonIntegrityOnly Reason = "integrity_only" // a token that is not encrypted
	ReasonSequence      Reason = "sequence"       // a token repeated, lost or out of order
	ReasonNetwork       Reason = "network"        // the connection failed
)

// Error is every error of [Acceptor.Accept] and [Session.Read] but io.EOF and a read deadline's.
type Error struct {
	Reason Reason
	// Client is the authenticated name, if it came that far.
	Client Principal
	Err    error
}

// Error gives the reason and the detail. What a peer sent is quoted in it.
func (e *Error) Error() string {
	if e.Client.Realm != "" {
		return fmt.Sprintf("gss: %s: %s: %v", e.Reason, quote(e.Client.String()), e.Err)
	}
	return fmt.Sprintf("gss: %s: %v", e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// ReasonOf returns the reason in err, or "" when there is none.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func fail(r Reason, format string, args ...any) *Error {
	return &Error{Reason: r, Err: fmt.Errorf(format, args...)}
}

// quote makes what a peer sent fit for a log line.
func quote(s string) string {
	const most = 256
	if len(s) > most {
		return fmt.Sprintf("%+q (cut)", s[:most])
	}
	return fmt.Sprintf("%+q", s)
}
