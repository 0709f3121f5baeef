package testbed

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// KDC is an MIT krb5kdc of the test's own, on one port of 127.0.0.1, over TCP.
type KDC struct {
	Realm  string
	Addr   string // 127.0.0.1:port
	Config string // krb5.conf for its clients
	Dir    string // its database and logs

	t       testing.TB
	files   int // made so far, for names
	process *process
}

const kdcConf = `[kdcdefaults]
 kdc_listen = {addr}
 kdc_tcp_listen = {addr}
[realms]
 {realm} = {
  database_name = {dir}/principal
  key_stash_file = {dir}/stash
  acl_file = {dir}/kadm5.acl
  max_life = 24h
  supported_enctypes = aes256-sha2:normal aes128-sha2:normal aes256-sha1:normal aes128-sha1:normal
 }
[logging]
 kdc = FILE:{dir}/kdc.log
 admin_server = FILE:{dir}/kadmin.log
`

// krb5Conf asks no name server. Services are localhost's: a client asks for host/localhost, never for 127.0.0.1.
const krb5Conf = `[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
{more}
[realms]
 {realm} = {
  kdc = {addr}
 }
[domain_realm]
 localhost = {realm}
`

// StartKDC starts a KDC for the realm TESTBED.TEST, or another one, with keys of encryption types 17 to 20 and no
// principals.
func StartKDC(t testing.TB, realm ...string) *KDC {
	t.Helper()
	for _, part := range []string{"krb5kdc", "kdb5_util", "kadmin.local"} {
		Need(t, part)
	}
	k := &KDC{t: t, Realm: "TESTBED.TEST", Dir: tempDir(t, "kdc")}
	if len(realm) > 0 {
		k.Realm = realm[0]
	}
	k.Config = filepath.Join(k.Dir, "krb5.conf")
	for try := 0; ; try++ {
		k.Addr = fmt.Sprintf("127.0.0.1:%d", FreePort(t))
		k.writeConf(k.Config, krb5Conf, "")
		k.writeConf(filepath.Join(k.Dir, "kdc.conf"), kdcConf, "")
		if try == 0 {
			k.run("", "kdb5_util", "create", "-r", k.Realm, "-s", "-P", "masterpw")
			k.Kadmin("setstr krbtgt/" + k.Realm + " session_enctypes " + sessionEncTypes)
		}
		if k.up() {
			return k
		}
		if try == 4 {
			t.Fatalf("testbed: krb5kdc does not start; its log: %s", k.process.output())
		}
	}
}

// sessionEncTypes lets clients have whatever session key they ask for.
const sessionEncTypes = "aes256-sha2,aes128-sha2,aes256-sha1,aes128-sha1"

func (k *KDC) writeConf(path, text, more string) {
	k.t.Helper()
	writeFile(k.t, path, strings.NewReplacer("{addr}", k.Addr, "{realm}", k.Realm, "{dir}", k.Dir, "{more}", more).Replace(text))
}

func (k *KDC) up() bool {
	k.t.Helper()
	cmd := exec.Command(Need(k.t, "krb5kdc"), "-n", "-r", k.Realm, "-P", filepath.Join(k.Dir, "kdc.pid"))
	cmd.Env = k.serverEnv()
	k.process = startProcess(k.t, filepath.Join(k.Dir, "krb5kdc.out"), cmd)
	return k.process.becomes(func() bool {
		c, err := net.Dial("tcp", k.Addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, 20*time.Second)
}

// Stop ends the KDC; tickets stay valid.
func (k *KDC) Stop() { k.t.Helper(); k.process.stop(k.t) }

// Restart starts it again after Stop, with the same database.
func (k *KDC) Restart() {
	k.t.Helper()
	if !k.up() {
		k.t.Fatalf("testbed: krb5kdc does not start again; its log: %s", k.process.output())
	}
}

func (k *KDC) serverEnv() []string {
	return append(os.Environ(), "KRB5_CONFIG="+k.Config, "KRB5_KDC_PROFILE="+filepath.Join(k.Dir, "kdc.conf"))
}

// run runs an administrator's command to its end and returns what it printed.
func (k *KDC) run(stdin, command string, args ...string) string {
	k.t.Helper()
	cmd := exec.Command(Need(k.t, command), args...)
	cmd.Env = k.serverEnv()
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		k.t.Fatalf("testbed: %s %s: %v: %s", command, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Kadmin runs commands of kadmin, for what the other methods do not do. One that fails does not fail the test.
func (k *KDC) Kadmin(commands ...string) string {
	k.t.Helper()
	return k.run(strings.Join(commands, "\n")+"\n", "kadmin.local", "-r", k.Realm)
}

// AddPrincipal adds principals with random keys, such as "host/localhost".
func (k *KDC) AddPrincipal(names ...string) {
	k.t.Helper()
	for _, name := range names {
		k.AddPrincipalWith(name)
	}
}

// AddPrincipalWith adds a principal with options of kadmin's addprinc, such as "-maxlife 5sec",
// "-e aes128-sha1:normal".
func (k *KDC) AddPrincipalWith(name string, options ...string) {
	k.t.Helper()
	out := k.Kadmin("addprinc -randkey "+strings.Join(options, " ")+" "+name, "setstr "+name+" session_enctypes "+sessionEncTypes)
	if !strings.Contains(out, "created") {
		k.t.Fatalf("testbed: addprinc %s: %s", name, out)
	}
}

// Keytab writes the present keys of principals to a new keytab and returns its path.
func (k *KDC) Keytab(names ...string) string {
	k.t.Helper()
	path := k.file("keytab")
	for _, name := range names {
		if out := k.Kadmin("ktadd -k " + path + " -norandkey " + name); !strings.Contains(out, "added to keytab") {
			k.t.Fatalf("testbed: ktadd %s: %s", name, out)
		}
	}
	return path
}

// Rotate gives a principal new keys, and adds them to a keytab that was made by Keytab.
func (k *KDC) Rotate(name, keytab string) {
	k.t.Helper()
	if out := k.Kadmin("ktadd -k " + keytab + " " + name); !strings.Contains(out, "added to keytab") {
		k.t.Fatalf("testbed: ktadd %s: %s", name, out)
	}
}

// ClientConfig writes a krb5.conf with more lines in [libdefaults], such as "permitted_enctypes = aes128-sha2".
func (k *KDC) ClientConfig(lines ...string) string {
	k.t.Helper()
	path := k.file("krb5.conf")
	k.writeConf(path, krb5Conf, " "+strings.Join(lines, "\n "))
	return path
}

// ClientEnv is the environment of a program that gets tickets with a keytab, as rsyslogd does, into a cache of
// its own. An empty config means Config.
func (k *KDC) ClientEnv(keytab, config string) []string {
	if config == "" {
		config = k.Config
	}
	return []string{"KRB5_CONFIG=" + config, "KRB5_CLIENT_KTNAME=FILE:" + keytab, "KRB5CCNAME=FILE:" + k.file("ccache")}
}

// Tickets gets tickets for client, which has its key in keytab, to services, and returns the path of the
// credential cache. An empty config means Config.
func (k *KDC) Tickets(client, keytab, config string, services ...string) string {
	k.t.Helper()
	env := append(os.Environ(), k.ClientEnv(keytab, config)...)
	run := func(command string, args ...string) {
		cmd := exec.Command(Need(k.t, command), args...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			k.t.Fatalf("testbed: %s %s: %v: %s", command, strings.Join(args, " "), err, out)
		}
	}
	run("kinit", "-k", "-t", keytab, client)
	for _, service := range services {
		run("kvno", service)
	}
	return strings.TrimPrefix(env[len(env)-1], "KRB5CCNAME=FILE:")
}

func (k *KDC) file(name string) string {
	k.files++
	return filepath.Join(k.Dir, fmt.Sprintf("%d.%s", k.files, name))
}

// Omgssapi is the configuration of an rsyslogd (see StartRsyslogd) that forwards everything to port of localhost.
// Mode is "encryption" or "integrity"; options are those before the host name, such as "(o)" or "(z9)".
func Omgssapi(port int, mode, options string) string {
	return fmt.Sprintf(`$ModLoad omgssapi
$GSSMode %s
$ActionResumeInterval 1
$ActionResumeRetryCount -1
*.* :omgssapi:%slocalhost:%d
`, mode, options, port)
}
