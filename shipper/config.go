package shipper

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/units"
	"github.com/millrace/millrace/shipper/admission"
	"github.com/millrace/millrace/shipper/gss"
	"github.com/millrace/millrace/shipper/hostfile"
	"github.com/millrace/millrace/shipper/pathname"
	"github.com/millrace/millrace/shipper/selector"
	"github.com/millrace/millrace/shipper/tlsserver"
)

// Config is what the receiver listens on, where lines go, and how files are written.
type Config struct {
	// Sockets to listen on.
	Listeners []ListenerConfig `yaml:"listeners"`
	// Where lines go. A line is written to the files of every route that takes it; its lane is that of the first
	// of them that has one. A discard route ends the search.
	Routes []RouteConfig `yaml:"routes"`
	// How files are written.
	Files hostfile.Config `yaml:"files"`
	// When lines on their way to the spool are handed over.
	Batch BatchConfig `yaml:"batch"`
	// How long a stop may take: what was received is handed to the spool, then written down as a gap.
	DrainTimeout time.Duration `yaml:"drain_timeout"`
}

// ListenerConfig is one socket.
type ListenerConfig struct {
	// Protocol and address, such as tcp://0.0.0.0:514, udp://[::]:514, tcp://127.0.0.1:0 for a free port.
	Listen string `yaml:"listen"`
	// Name in routes, paths and metrics. When empty it is the protocol, with a number from the second on: tcp, tcp-2.
	Name string `yaml:"name"`
	// Longest message; of longer ones the rest is left out, and they are marked. 64KiB when 0.
	MaxMessage units.ByteSize `yaml:"max_message"`
	// Most connections; further ones are closed at once. 10000 when 0. Not for UDP.
	MaxConnections int `yaml:"max_connections"`
	// Most connections of one address (IPv6: of one /64). When 0, half of max_connections. Not for UDP.
	MaxConnectionsPerPeer int `yaml:"max_connections_per_peer"`
	// Most bytes a second from one address (IPv6: from one /64), all its connections together. From those that send more
	// it is read slower; their datagrams are thrown away and counted. 0: any.
	MaxRatePerPeer units.ByteSize `yaml:"max_rate_per_peer"`
	// Networks that may send, such as 10.0.0.0/8, or addresses. All when empty.
	Allow []string `yaml:"allow"`
	// Networks that may not, even if they are in allow.
	Deny []string `yaml:"deny"`
	// Networks of proxies: connections from there must begin with a header of the PROXY protocol (version 1 or 2), whose
	// address is the sender's from then on, for allow and deny as well. Not for UDP.
	ProxyFrom []string `yaml:"proxy_from"`
	// Receive buffer that is asked of the kernel. When 0, it is the kernel's choice, and 16MiB for UDP.
	ReceiveBuffer units.ByteSize `yaml:"receive_buffer"`
	// For tls and relps, and gss if it is wanted there: certificates, and who may connect.
	TLS *tlsserver.Config `yaml:"tls"`
	// For relp and relps.
	RELP RELPConfig `yaml:"relp"`
	// For gss: keytab, and who may connect.
	GSS *gss.Config `yaml:"gss"`
}

// RouteConfig says which lines are taken, and where they go. Of the conditions all must hold, of the values of one
// condition any. A route without conditions takes every line.
type RouteConfig struct {
	// Name in metrics; its lane, or its number, when empty.
	Name string `yaml:"name"`
	// Facilities and severities, as in rsyslog: auth,authpriv.* or *.*;kern,auth,authpriv.none.
	Select string `yaml:"select"`
	// Programs by their whole name.
	ProgramEquals []string `yaml:"program_equals"`
	// Programs by a part of their name.
	ProgramContains []string `yaml:"program_contains"`
	// Programs by a pattern: * for any text, ? for one character, [a-z] for one of a set.
	ProgramGlob []string `yaml:"program_glob"`
	// Networks of senders, such as 10.0.0.0/8, or addresses.
	Peers []string `yaml:"peers"`
	// Names of listeners.
	Listeners []string `yaml:"listeners"`
	// Authenticated names, as patterns: *.grid.example.org.
	Names []string `yaml:"names"`
	// Files that the lines are written to, below the data folder, with placeholders such as {year} and {peer_ip}.
	Files []string `yaml:"files"`
	// Lane on which the lines go to the index; none when empty.
	Lane string `yaml:"lane"`
	// Whether the lines are thrown away, and counted. Later routes do not see them.
	Discard bool `yaml:"discard"`
}

// BatchConfig says when a batch is handed to the spool: at whichever comes first.
type BatchConfig struct {
	// Lines.
	Lines int `yaml:"lines"`
	// Size of the lines.
	Size units.ByteSize `yaml:"size"`
	// Age of the first line.
	Linger time.Duration `yaml:"linger"`
}

// DefaultMaxMessage is the length of the longest message, unless a listener says otherwise, up to MaxMessage.
const (
	DefaultMaxMessage = 64 * units.KiB
	MaxMessage        = 16 * units.MiB
)

const (
	minMessage            = 480 // RFC 5424, 6.1: receivers must take 480 octets
	defaultMaxConnections = 10_000
	defaultUDPBuffer      = 16 * units.MiB
)

// DefaultConfig listens on loopback, and files and indexes auth, kern and the rest apart.
func DefaultConfig() Config {
	return Config{
		Listeners: []ListenerConfig{{Listen: "tcp://127.0.0.1:5514"}, {Listen: "udp://127.0.0.1:5514"}},
		Routes: []RouteConfig{
			{Select: "auth,authpriv.*", Lane: "auth",
				Files: []string{"hosts/{year}/{month}/{peer_ip}/auth.log", "hosts/auth/{year}/{month}/auth.log.{date}"}},
			{Select: "kern.*", Lane: "kern", Files: []string{"hosts/{year}/{month}/{peer_ip}/kern.log"}},
			{Select: "*.*;kern,auth,authpriv.none", Lane: "syslog", Files: []string{"hosts/{year}/{month}/{peer_ip}/syslog"}},
			{Name: "pbs", ProgramContains: []string{"pbs_mom"}, Files: []string{"hosts/pbs/{year}/{month}/log.{date}"}},
		},
		Files:        hostfile.DefaultConfig(),
		Batch:        BatchConfig{Lines: 1000, Size: 256 * units.KiB, Linger: 10 * time.Millisecond},
		DrainTimeout: 10 * time.Second,
	}
}

// FillDefaults puts the defaults in place of what listeners leave out.
func (c *Config) FillDefaults() {
	used := map[string]bool{}
	for i := range c.Listeners {
		used[c.Listeners[i].Name] = true
	}
	for i := range c.Listeners {
		l := &c.Listeners[i]
		if l.Name == "" {
			scheme, _, _ := strings.Cut(l.Listen, "://")
			for n := 1; l.Name == "" || used[l.Name]; n++ {
				l.Name = scheme
				if n > 1 {
					l.Name = fmt.Sprintf("%s-%d", scheme, n)
				}
			}
			used[l.Name] = true
		}
		l.MaxMessage = cmp.Or(l.MaxMessage, DefaultMaxMessage)
		l.MaxConnections = cmp.Or(l.MaxConnections, defaultMaxConnections)
		l.MaxConnectionsPerPeer = cmp.Or(l.MaxConnectionsPerPeer, (l.MaxConnections+1)/2)
		l.RELP.Window = cmp.Or(l.RELP.Window, defaultRELPWindow)
		if strings.HasPrefix(l.Listen, "udp:") {
			l.ReceiveBuffer = cmp.Or(l.ReceiveBuffer, defaultUDPBuffer)
		}
	}
}

// Validate names the first key that is wrong and what to write instead.
func (c *Config) Validate() error {
	if len(c.Listeners) == 0 {
		return fmt.Errorf("listeners: there is none: write one, such as tcp://127.0.0.1:5514")
	}
	filled := Config{Listeners: slices.Clone(c.Listeners)}
	filled.FillDefaults()
	names, sockets := map[string]bool{}, map[string]int{}
	for i := range filled.Listeners {
		l := &filled.Listeners[i]
		if err := l.validate(); err != nil {
			return fmt.Errorf("listeners[%d].%w", i, err)
		}
		if names[l.Name] {
			return fmt.Errorf("listeners[%d].name: there is another listener %q: write a name of its own", i, l.Name)
		}
		names[l.Name] = true
		if key := l.socket(); !strings.HasSuffix(key, ":0") {
			if first, taken := sockets[key]; taken {
				return fmt.Errorf("listeners[%d].listen: %s has the address of listeners[%d]: write another port", i, l.Listen, first)
			}
			sockets[key] = i
		}
	}
	for i := range c.Routes {
		r := &c.Routes[i]
		if _, err := compileRoute(r, i); err != nil {
			return fmt.Errorf("routes[%d].%w", i, err)
		}
		for _, name := range r.Listeners {
			if !names[name] {
				return fmt.Errorf("routes[%d].listeners: there is no listener %q: write the name of one, or give one that name", i, name)
			}
		}
	}
	if err := c.Files.Validate(); err != nil {
		return fmt.Errorf("files.%w", err)
	}
	b := &c.Batch
	switch {
	case b.Lines < 1 || b.Lines > 100_000:
		return fmt.Errorf("batch.lines: %d is out of range: write a number from 1 to 100000", b.Lines)
	case b.Size < units.KiB || b.Size > 64*units.MiB:
		return fmt.Errorf("batch.size: %v is out of range: write a size from 1KiB to 64MiB", b.Size)
	case b.Linger < 0 || b.Linger > time.Second:
		return fmt.Errorf("batch.linger: %v is out of range: write a time up to 1s", b.Linger)
	case c.DrainTimeout <= 0:
		return fmt.Errorf("drain_timeout: %v is out of range: write a time above 0, such as 10s", c.DrainTimeout)
	}
	return nil
}

func (l *ListenerConfig) validate() error {
	if _, _, err := l.parse(); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if err := l.validateTLS(); err != nil {
		return fmt.Errorf("tls%w", err)
	}
	if err := l.validateGSS(); err != nil {
		return fmt.Errorf("gss%w", err)
	}
	if l.MaxMessage < minMessage || l.MaxMessage > MaxMessage {
		return fmt.Errorf("max_message: %v is out of range: write a size from %d to %v", l.MaxMessage, int(minMessage), MaxMessage)
	}
	if l.MaxConnections < 1 {
		return fmt.Errorf("max_connections: %d is out of range: write a number above 0, or 0 for the default", l.MaxConnections)
	}
	if _, _, err := l.policy(); err != nil {
		return err
	}
	if l.RELP.Window < 1 || l.RELP.Window > maxRELPWindow {
		return fmt.Errorf("relp.window: %d is out of range: write a number from 1 to %d, or 0 for the default", l.RELP.Window, maxRELPWindow)
	}
	if l.ReceiveBuffer < 0 || l.ReceiveBuffer > units.GiB {
		return fmt.Errorf("receive_buffer: %v is out of range: write a size up to 1GiB, or 0 for the kernel's choice", l.ReceiveBuffer)
	}
	return nil
}

// validateTLS checks that there is a tls section just where it is needed.
func (l *ListenerConfig) validateTLS() error {
	switch needed := strings.HasPrefix(l.Listen, "tls:") || strings.HasPrefix(l.Listen, "relps:"); {
	case needed && l.TLS == nil:
		return fmt.Errorf(": it is missing: write certificate and key into it")
	case l.TLS == nil:
		return nil
	case !needed && !strings.HasPrefix(l.Listen, "gss:"):
		return fmt.Errorf(": %s has none: take it out, or write tls:// or relps:// in listen", l.Listen)
	}
	if err := l.TLS.Validate(); err != nil {
		return fmt.Errorf(".%w", err)
	}
	return nil
}

// validateGSS checks that there is a gss section just where it is needed.
func (l *ListenerConfig) validateGSS() error {
	switch needed := strings.HasPrefix(l.Listen, "gss:"); {
	case needed && l.GSS == nil:
		return fmt.Errorf(": it is missing: write allowed_principals into it, such as [\"host/*\"]")
	case l.GSS == nil:
		return nil
	case !needed:
		return fmt.Errorf(": %s has none: take it out, or write gss:// in listen", l.Listen)
	}
	err := l.gssConfig().Validate()
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		err = all.Unwrap()[0]
	}
	if err != nil {
		return fmt.Errorf(".%w", err)
	}
	return nil
}

// parse takes the address apart into the protocol and what package net listens on.
func (l *ListenerConfig) parse() (scheme, address string, err error) {
	const remedy = "write a protocol and an address, such as tcp://0.0.0.0:514 or udp://[::]:514"
	u, err := url.Parse(l.Listen)
	if err != nil {
		return "", "", fmt.Errorf("%q is not an address: %s", l.Listen, remedy)
	}
	if binderOf(u.Scheme) == nil {
		return "", "", fmt.Errorf("%q: the protocol %q is unknown: %s", l.Listen, u.Scheme, remedy)
	}
	if u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return "", "", fmt.Errorf("%q has more than an address in it: %s", l.Listen, remedy)
	}
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil || port == "" {
		return "", "", fmt.Errorf("%q has no port: %s", l.Listen, remedy)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", "", fmt.Errorf("%q: the port %s is out of range: write one up to 65535, or 0 for a free one", l.Listen, port)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" {
		return "", "", fmt.Errorf("%q: %q is not an IP address: write one of this machine's, or 0.0.0.0 or [::] for all of them", l.Listen, host)
	}
	return u.Scheme, u.Host, nil
}

// socket tells apart what can be bound beside one another.
func (l *ListenerConfig) socket() string {
	scheme, address, _ := strings.Cut(l.Listen, "://")
	if scheme != "udp" {
		scheme = "tcp" // carries all others
	}
	return scheme + " " + address
}

var laneName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// validateTargets checks where lines go; conditions are checked as they are compiled.
func (r *RouteConfig) validateTargets() error {
	switch {
	case r.Lane != "" && !laneName.MatchString(r.Lane):
		return fmt.Errorf("lane: %q is not a name for a lane: write up to 64 characters of a-z, 0-9 and -, such as auth", r.Lane)
	case r.Discard && (r.Lane != "" || len(r.Files) > 0):
		return fmt.Errorf("discard: the route has a lane or files too: take them out, or write discard: false")
	case !r.Discard && r.Lane == "" && len(r.Files) == 0:
		return fmt.Errorf("files: the route leads nowhere: give it files or a lane, or write discard: true")
	}
	return nil
}

// compileRoute compiles the conditions and paths of route i.
func compileRoute(c *RouteConfig, i int) (*route, error) {
	r := &route{name: cmp.Or(c.Name, c.Lane, fmt.Sprint(i)), equals: c.ProgramEquals, globs: c.ProgramGlob,
		listeners: c.Listeners, names: c.Names, lane: c.Lane, discard: c.Discard}
	for _, s := range c.ProgramContains {
		r.contains = append(r.contains, []byte(s))
	}
	if err := c.validateTargets(); err != nil {
		return nil, err
	}
	var err error
	if r.set, err = selector.Parse(cmp.Or(c.Select, "*.*")); err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	for key, patterns := range map[string][]string{"program_glob": c.ProgramGlob, "names": c.Names} {
		for _, p := range patterns {
			if _, err := path.Match(p, ""); err != nil {
				return nil, fmt.Errorf("%s: %q is not a pattern: write *, ? and [a-z] only, with \\ before those that are meant", key, p)
			}
		}
	}
	if r.peers, err = admission.ParseNetworks(c.Peers); err != nil {
		return nil, fmt.Errorf("peers: %w", err)
	}
	for _, f := range c.Files {
		t, err := pathname.Parse(f)
		if err != nil {
			return nil, fmt.Errorf("files: %w", err)
		}
		r.paths = append(r.paths, t)
	}
	return r, nil
}

// DefaultListener is a listener at an address such as tcp://127.0.0.1:5514, with the default for everything else.
func DefaultListener(listen string) ListenerConfig {
	c := Config{Listeners: []ListenerConfig{{Listen: listen}}}
	c.FillDefaults()
	c.Listeners[0].Name = "" // made unique among all of them later
	return c.Listeners[0]
}
