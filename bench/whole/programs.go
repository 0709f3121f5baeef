package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// program is one that takes lines and sends documents.
type program interface {
	fmt.Stringer
	takes(l load) bool
	// start starts it with its data in dir, and returns where it listens. It ends when ctx does.
	start(ctx context.Context, dir, sink string, l load) (cmd *exec.Cmd, address string, err error)
}

// millrace is `millrace up`.
type millrace struct{ binary, config, geoip string }

func (m *millrace) String() string { return filepath.Base(m.binary) }

func (*millrace) takes(load) bool { return true }

func (m *millrace) start(ctx context.Context, dir, sink string, l load) (*exec.Cmd, string, error) {
	config := m.config
	if l.geoip && config == "" {
		config = filepath.Join(dir, "millrace.yaml")
		if err := os.WriteFile(config, fmt.Appendf(nil, "parser: {geoip: [%q]}\n", m.geoip), 0o600); err != nil {
			return nil, "", err
		}
	}
	args := []string{"up", "--data", filepath.Join(dir, "data"), "--listen", "tcp://127.0.0.1:0", "--elasticsearch", sink, "--log-format", "json", "--http", ""}
	if config != "" {
		args = append(args, "--config", config)
	}
	cmd := exec.CommandContext(ctx, m.binary, args...)
	out, in, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	cmd.Stderr = in
	err = cmd.Start()
	_ = in.Close()
	if err != nil {
		return nil, "", err
	}
	address, err := listening(out)
	if err != nil {
		_ = cmd.Process.Kill()
		return nil, "", fmt.Errorf("%w (%w)", err, cmd.Wait())
	}
	return cmd, address, nil
}

var bound = regexp.MustCompile(`"msg":"listening".*"address":"([^"]+)"`)

// listening waits for the log line that names the bound address, and goes on to read what comes after it: errors are
// shown.
func listening(output io.ReadCloser) (string, error) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		m := bound.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		go func() {
			defer func() { _ = output.Close() }()
			for lines.Scan() {
				if strings.Contains(lines.Text(), `"level":"error"`) {
					log.Print(lines.Text())
				}
			}
		}()
		return m[1], nil
	}
	return "", fmt.Errorf("millrace ended before it listened")
}

// rsyslog is rsyslogd with imptcp, a disk-assisted queue, mmnormalize and omelasticsearch.
type rsyslog struct{ path, normalize, elasticsearch string }

// newRsyslog is nil where a part is missing.
func newRsyslog(modules string) *rsyslog {
	r := &rsyslog{path: first("/usr/sbin/rsyslogd", "/usr/bin/rsyslogd")}
	module := func(name string) string {
		found, _ := filepath.Glob("/usr/lib*/*/rsyslog/" + name)
		return first(append(found, "/usr/lib64/rsyslog/"+name, filepath.Join(modules, name))...)
	}
	r.normalize, r.elasticsearch = module("mmnormalize.so"), module("omelasticsearch.so")
	if r.path == "" || r.normalize == "" || r.elasticsearch == "" {
		return nil
	}
	return r
}

func first(paths ...string) string {
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

func (*rsyslog) String() string { return "rsyslog" }

// takes leaves out what rsyslog has no rules for here.
func (*rsyslog) takes(l load) bool { return rules[l.name] != "" }

// rules are liblognorm's, for the made-up lines.
var rules = map[string]string{
	"sshd": `version=2
rule=: Failed password for invalid user %user:word% from %ip:ipv4% port %port:number% ssh2
rule=: Invalid user %user:word% from %ip:ipv4%
rule=: Failed password for %user:word% from %ip:ipv4% port %port:number% ssh2
rule=: Received disconnect from %ip:ipv4%: %code:number%: %reason:rest%
rule=: pam_unix(sshd:auth): authentication failure; logname= uid=%uid:number% euid=%euid:number% tty=%tty:word% ruser= rhost=%ip:ipv4%  user=%user:word%
rule=: Accepted publickey for %user:word% from %ip:ipv4% port %port:number% ssh2: %key:word% %fingerprint:word%
rule=: Connection closed by %ip:ipv4% [preauth]
`,
	"access": `version=2
rule=: %ip:ipv4% %ident:word% %user:word% [%time:char-to:]%] "%verb:word% %url:word% HTTP/%version:char-to:"%" %status:number% %bytes:number% "%referrer:char-to:"%" "%agent:char-to:"%"
`,
}

const rsyslogConfig = `global(workDirectory="%[1]s")
module(load="imptcp")
module(load="%[2]s")
module(load="%[3]s")
template(name="index" type="string" string="bench-%%timegenerated:1:10:date-rfc3339%%")
template(name="document" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host.hostname" name="hostname" format="jsonf")
  property(outname="process.name" name="programname" format="jsonf")
  property(outname="log.syslog.facility.name" name="syslogfacility-text" format="jsonf")
  property(outname="log.syslog.severity.name" name="syslogseverity-text" format="jsonf")
  property(outname="log.source.ip" name="fromhost-ip" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
  property(outname="event.original" name="rawmsg" format="jsonf")
  property(outname="fields" name="$!" format="jsonfr")
}
input(type="imptcp" address="127.0.0.1" port="%[4]s" ruleset="all")
ruleset(name="all" queue.type="LinkedList" queue.size="100000" queue.filename="all" queue.maxDiskSpace="1g" queue.dequeueBatchSize="1000") {
  action(type="mmnormalize" ruleBase="%[1]s/rules")
  action(type="omelasticsearch" server="%[5]s" serverport="%[6]s" template="document" searchIndex="index" dynSearchIndex="on"
    searchType="" bulkmode="on" maxbytes="8m" action.resumeRetryCount="-1")
}
`

func (r *rsyslog) start(ctx context.Context, dir, sink string, l load) (*exec.Cmd, string, error) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address := probe.Addr().String()
	_ = probe.Close()
	_, port, _ := net.SplitHostPort(address)
	at, err := url.Parse(sink)
	if err != nil {
		return nil, "", err
	}
	config := fmt.Sprintf(rsyslogConfig, dir, r.normalize, r.elasticsearch, port, at.Hostname(), at.Port())
	for name, text := range map[string]string{"rsyslog.conf": config, "rules": rules[l.name]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, "", err
		}
	}
	cmd := exec.CommandContext(ctx, r.path, "-n", "-f", filepath.Join(dir, "rsyslog.conf"), "-i", filepath.Join(dir, "pid"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	for range 200 {
		time.Sleep(50 * time.Millisecond)
		if c, err := net.Dial("tcp", address); err == nil {
			return cmd, address, c.Close()
		}
	}
	_ = cmd.Process.Kill()
	return nil, "", fmt.Errorf("rsyslogd does not start (%w)", cmd.Wait())
}
