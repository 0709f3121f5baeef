package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/millrace/millrace/event"
	"github.com/millrace/millrace/shipper"
	"github.com/millrace/millrace/spooler/disklog"
)

// receiver is a program that receives.
type receiver interface {
	fmt.Stringer
	installed() bool
	// start starts it with its data in dir/hosts, and returns where it listens.
	start(ctx context.Context, dir string, s scenario) (cmd *exec.Cmd, address string, err error)
}

// millrace is this program itself, as a child.
type millrace struct{ profile string }

func (millrace) String() string  { return "millrace" }
func (millrace) installed() bool { return true }

func (m millrace) start(ctx context.Context, dir string, s scenario) (*exec.Cmd, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := build(ctx, self, "-child", s.network+"://127.0.0.1:0", "-dir", dir, fmt.Sprintf("-spool=%v", s.spool), fmt.Sprintf("-per-host=%v", s.perHost),
		"-cpuprofile", m.profile)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s", cmd.Wait(), cmd.Stderr)
	}
	return cmd, strings.TrimSpace(address), nil
}

// nowhere is a spool that keeps nothing.
type nowhere struct{}

func (nowhere) Append(context.Context, string, *event.Batch) error { return nil }

// receive is the child: it prints its address and receives until SIGTERM.
func receive(url, dir string, spool, perHost bool, profile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	deps := shipper.Deps{Spool: nowhere{}, IDs: event.NewIDs(), Folder: dir}
	if spool {
		cfg := disklog.DefaultConfig()
		cfg.Folder = filepath.Join(dir, "spool")
		disk, err := disklog.Open(cfg, nil, zap.NewNop())
		if err != nil {
			return err
		}
		defer disk.Close()
		deps.Spool = disk
	}
	cfg := shipper.DefaultConfig()
	cfg.Listeners = []shipper.ListenerConfig{{Listen: url}}
	if perHost {
		cfg.Routes = onlyPerHost(cfg.Routes)
	}
	s, err := shipper.New(cfg, deps, zap.NewNop())
	if err != nil {
		return err
	}
	fmt.Println(s.Addrs()[0])
	return s.Run(ctx)
}

// onlyPerHost leaves out the files that hold the lines of all hosts, and the routes that have no others.
func onlyPerHost(routes []shipper.RouteConfig) (left []shipper.RouteConfig) {
	for _, r := range routes {
		r.Files = slices.DeleteFunc(r.Files, func(path string) bool { return !strings.Contains(path, "{peer_ip}") })
		if len(r.Files) > 0 {
			left = append(left, r)
		}
	}
	return left
}

// rsyslog is Debian's rsyslogd with imptcp or imudp and a file per host.
type rsyslog struct{}

func (rsyslog) String() string { return "rsyslog" }

func (rsyslog) path() string {
	for _, path := range []string{"/usr/sbin/rsyslogd", "/usr/bin/rsyslogd"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

func (r rsyslog) installed() bool { return r.path() != "" }

func (r rsyslog) start(ctx context.Context, dir string, s scenario) (*exec.Cmd, string, error) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address := probe.Addr().String()
	probe.Close()
	_, port, _ := net.SplitHostPort(address)
	module := map[string]string{"tcp": "imptcp", "udp": "imudp", "relp": "imrelp"}[s.network]
	conf := fmt.Sprintf(`global(workDirectory=%[1]q)
module(load=%[2]q)
template(name="host" type="string" string="%[1]s/hosts/%%fromhost-ip%%/syslog")
input(type=%[2]q address="127.0.0.1" port=%[3]q ruleset="files")
ruleset(name="files") { action(type="omfile" dynaFile="host" template="RSYSLOG_TraditionalFileFormat") }
`, dir, module, port)
	file := filepath.Join(dir, "rsyslog.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return nil, "", err
	}
	pid := filepath.Join(dir, "pid")
	cmd := build(ctx, r.path(), "-n", "-f", file, "-i", pid)
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	for range 100 {
		time.Sleep(50 * time.Millisecond)
		if _, err := os.Stat(pid); err == nil {
			time.Sleep(200 * time.Millisecond) // it listens soon after
			return cmd, address, nil
		}
	}
	return nil, "", fmt.Errorf("rsyslogd does not start: %s", cmd.Stderr)
}
