// Package demo makes up the syslog traffic of a small fleet and sends it through real sockets, so that a
// newcomer sees millrace at work before owning a single host. It knows nothing of how lines are received.
package demo

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Hosts of the made-up fleet. Each sends from a loopback address of its own, where the system has them.
var hosts = []host{
	{"node-017", "127.0.17.17", grid}, {"node-018", "127.0.17.18", grid},
	{"login-01", "127.0.17.1", login}, {"login-02", "127.0.17.2", login},
	{"web-01", "127.0.17.81", web}, {"backup", "127.0.17.90", backup},
}

type host struct {
	name, addr string
	role       role
}

type role uint8

const (
	grid role = iota
	login
	web
	backup
)

// Addresses of the guessers are documentation and test ranges that the demo's GeoIP database gives a place
// to; they belong to nobody.
var (
	guessers = []string{"203.0.113.77", "198.51.100.23", "192.0.2.146", "2001:db8:77::5"}
	guessed  = []string{"root", "admin", "oracle", "test", "postgres", "ubuntu", "git", "nagios"}
	people   = []string{"ada", "grace", "linus", "barbara", "ken"}
	offices  = []string{"10.20.1.15", "10.20.1.44", "192.0.2.10", "198.51.100.200"}
	pages    = []string{"/", "/status", "/jobs/4711", "/img/logo.png", "/api/v1/queue?state=running", "/wp-login.php"}
	agents   = []string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"curl/7.88.1",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	}
)

// Line is a message of the fleet, PRI included, terminator excluded.
type Line struct {
	Host int // index of the sender
	Text string
}

// Fleet makes up lines. It is not safe for concurrent use.
type Fleet struct{ r *rand.Rand }

// NewFleet makes a fleet whose lines follow from the seed.
func NewFleet(seed uint64) *Fleet { return &Fleet{rand.New(rand.NewPCG(seed, 17))} }

// Next makes up the next line, as if written at now.
func (f *Fleet) Next(now time.Time) Line {
	h := f.r.IntN(len(hosts))
	pri, tag, msg := f.message(hosts[h].role, now)
	return Line{h, fmt.Sprintf("<%d>%s %s %s: %s", pri, now.Format(time.Stamp), hosts[h].name, tag, msg)}
}

// PRI values: facility*8 + severity (RFC 3164, section 4.1.1).
const (
	kernWarning   = 0*8 + 4
	daemonInfo    = 3*8 + 6
	cronInfo      = 9*8 + 6
	authprivInfo  = 10*8 + 6
	authprivNote  = 10*8 + 5
	local7Info    = 23*8 + 6
	guessesOfTen  = 6
	serviceOfFour = 3
)

func (f *Fleet) message(r role, now time.Time) (pri int, tag, msg string) {
	switch {
	case r == web && f.r.IntN(4) < serviceOfFour:
		return local7Info, "nginx", f.access(now)
	case r == login && f.r.IntN(10) < guessesOfTen:
		return authprivInfo, f.tag("sshd"), f.guess()
	}
	switch f.r.IntN(6) {
	case 0, 1:
		return authprivInfo, f.tag("sshd"), f.login()
	case 2:
		user := f.pick(people)
		return authprivNote, "sudo", fmt.Sprintf("%8s : TTY=pts/%d ; PWD=/home/%s ; USER=root ; COMMAND=/usr/bin/systemctl restart slurmd", user, f.r.IntN(9), user)
	case 3:
		return cronInfo, f.tag("CRON"), "(root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)"
	case 4:
		return kernWarning, "kernel", fmt.Sprintf("[%d.%06d] EXT4-fs warning (device sda%d): ext4_dx_add_entry: Directory index full!", 1e4+f.r.IntN(1e6), f.r.IntN(1e6), 1+f.r.IntN(4))
	}
	return daemonInfo, f.tag("pbs_mom"), fmt.Sprintf("scan_for_exiting, job %d.master reported exit status 0", 4000+f.r.IntN(900))
}

func (f *Fleet) guess() string {
	from, port := f.pick(guessers), 1024+f.r.IntN(60000)
	switch f.r.IntN(4) {
	case 0:
		return fmt.Sprintf("Invalid user %s from %s port %d", f.pick(guessed), from, port)
	case 1:
		return fmt.Sprintf("Failed password for invalid user %s from %s port %d ssh2", f.pick(guessed), from, port)
	case 2:
		return fmt.Sprintf("Received disconnect from %s port %d:11: Bye Bye [preauth]", from, port)
	}
	return fmt.Sprintf("Failed password for root from %s port %d ssh2", from, port)
}

func (f *Fleet) login() string {
	user, from, port := f.pick(people), f.pick(offices), 1024+f.r.IntN(60000)
	switch f.r.IntN(3) {
	case 0:
		return fmt.Sprintf("Accepted publickey for %s from %s port %d ssh2: ED25519 SHA256:Zk1mBqvJx0Nf3b7p2mYcUq9dT4sWwR8eLhG6aVnXoKs", user, from, port)
	case 1:
		return fmt.Sprintf("Accepted gssapi-with-mic for %s from %s port %d ssh2", user, from, port)
	}
	return fmt.Sprintf("pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", user, 1000+f.r.IntN(50))
}

func (f *Fleet) access(now time.Time) string {
	status := []int{200, 200, 200, 304, 404, 500}[f.r.IntN(6)]
	from := f.pick(append(offices[2:], guessers...))
	return fmt.Sprintf(`%s - - [%s] "GET %s HTTP/1.1" %d %d "-" "%s"`,
		from, now.Format("02/Jan/2006:15:04:05 -0700"), f.pick(pages), status, f.r.IntN(20000), f.pick(agents))
}

func (f *Fleet) tag(program string) string {
	return fmt.Sprintf("%s[%d]", program, 1000+f.r.IntN(30000))
}

func (f *Fleet) pick(from []string) string { return from[f.r.IntN(len(from))] }
