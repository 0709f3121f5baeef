package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// load is what is sent.
type load struct {
	name  string
	lines []string
	geoip bool
	limit float64 // CPU seconds per million that it may cost
}

// loads are the made-up ones, or the lines of a file.
func loads(file string, pri int, geoip bool) []load {
	if file != "" {
		return []load{{name: filepath.Base(file), lines: read(file, pri), geoip: geoip}}
	}
	return []load{
		{"sshd", sshd(2000), false, 2},
		{"access", access(2000), false, 4},
		{"access, GeoIP", access(2000), true, 5},
	}
}

// read gives lines without a priority one.
func read(file string, pri int) []string {
	text, err := os.ReadFile(file)
	check(err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			continue
		}
		if line[0] != '<' {
			line = fmt.Sprintf("<%d>%s", pri, line)
		}
		lines = append(lines, line)
	}
	return lines
}

func sshd(n int) []string {
	r := rand.New(rand.NewPCG(1, 1))
	forms := []string{
		"Failed password for invalid user %[1]s from %[2]s port %[3]d ssh2",
		"Invalid user %[1]s from %[2]s",
		"Failed password for root from %[2]s port %[3]d ssh2",
		"Received disconnect from %[2]s: 11: Bye Bye [preauth]",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%[2]s  user=%[1]s",
		"Accepted publickey for %[1]s from %[2]s port %[3]d ssh2: RSA SHA256:Zk1mBqvJx0Nf3b7p2mYcUq9dT4sWwR8eLhG6aVnXoKs",
		"Connection closed by %[2]s [preauth]",
	}
	users := []string{"admin", "oracle", "test", "webmaster", "ada", "pgadmin"}
	lines := make([]string, n)
	for i := range lines {
		message := fmt.Sprintf(forms[r.IntN(len(forms))]+"%.0[1]s%.0[2]s%.0[3]d", users[r.IntN(len(users))],
			fmt.Sprintf("203.0.%d.%d", r.IntN(256), r.IntN(256)), 1024+r.IntN(60000))
		lines[i] = fmt.Sprintf("<86>Nov 21 06:%02d:%02d login-%02d sshd[%d]: %s", i/60%60, i%60, r.IntN(50), 1000+r.IntN(30000), message)
	}
	return lines
}

func access(n int) []string {
	r := rand.New(rand.NewPCG(2, 2))
	paths := []string{"/", "/presentations/images/kibana-search.png", "/reset.css", "/blog/tags/puppet?flav=rss20", "/robots.txt"}
	agents := []string{
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/7.88.1",
		"Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0",
	}
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`<190>Nov 21 06:%02d:%02d web-%02d nginx: 203.0.%d.%d - - [21/Nov/2026:06:%02d:%02d +0000] "GET %s HTTP/1.1" 200 %d "http://www.example.org/" "%s"`,
			i/60%60, i%60, r.IntN(9), r.IntN(256), r.IntN(256), i/60%60, i%60, paths[r.IntN(len(paths))], r.IntN(1<<18), agents[r.IntN(len(agents))])
	}
	return lines
}

// database makes a GeoIP database with a place for each of the networks that the made-up lines come from.
func database(dir string) (string, error) {
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-City", IncludeReservedNetworks: true})
	if err != nil {
		return "", err
	}
	name := func(s string) mmdbtype.Map { return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(s)}} }
	for i := range 256 {
		country := name(fmt.Sprintf("Country %d", i%40))
		country["iso_code"] = mmdbtype.String(string([]byte{'A' + byte(i%26), 'A' + byte(i/26)}))
		record := mmdbtype.Map{
			"city": name(fmt.Sprintf("City %d", i)), "country": country, "continent": name("Continent"),
			"location":     mmdbtype.Map{"latitude": mmdbtype.Float64(i) / 4, "longitude": mmdbtype.Float64(i) / 3},
			"subdivisions": mmdbtype.Slice{name(fmt.Sprintf("Region %d", i%90))},
		}
		_, network, err := net.ParseCIDR(fmt.Sprintf("203.0.%d.0/24", i))
		if err != nil {
			return "", err
		}
		if err := w.Insert(network, record); err != nil {
			return "", err
		}
	}
	file := filepath.Join(dir, "GeoLite2-City.mmdb")
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	if _, err := w.WriteTo(f); err != nil {
		return "", err
	}
	return file, f.Close()
}
