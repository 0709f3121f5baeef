// Command benchtable prints how long grok engines take a line, for the docs.
//
//	go run ./parser/grok/benchtable LOGDIR
//
// LOGDIR has openssh-2k.log, auth-ec2-10k.log, linux-2k.log and
// apache-combined-10k.log. Each figure is the best pass over the file: what the
// engine takes when nothing else is in its way.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	elastic "github.com/elastic/go-grok"
	"github.com/vjeantet/grok"

	ours "github.com/millrace/millrace/parser/grok"
)

const (
	syslog = `%{SYSLOGBASE} %{GREEDYDATA:message}`
	apache = `%{COMBINEDAPACHELOG}`
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: benchtable LOGDIR")
		os.Exit(2)
	}
	fmt.Println("| log | pattern | ours | generic nodes | Go regexp | vjeantet/grok | elastic/go-grok |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|")
	for _, c := range []struct{ log, expr string }{
		{"openssh-2k.log", syslog}, {"auth-ec2-10k.log", syslog}, {"linux-2k.log", syslog}, {"apache-combined-10k.log", apache},
		{"apache-combined-10k.log", syslog}, {"openssh-2k.log", apache},
	} {
		if err := row(c.log, c.expr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func row(log, expr string) error {
	data, err := os.ReadFile(filepath.Join(os.Args[1], log))
	if err != nil {
		return err
	}
	lines := bytes.Split(bytes.ReplaceAll(bytes.TrimSpace(data), []byte("\r"), nil), []byte("\n"))
	fmt.Printf("| %s | `%s` ", log, expr)
	for _, generic := range []bool{false, true} {
		set, err := ours.Compile(ours.LegacyLibrary(), []string{expr}, ours.Options{NoScanners: generic})
		if err != nil {
			return err
		}
		m := set.NewMatcher()
		print(best(lines, len(lines), 2*time.Second, func(l []byte) { m.Match(l) }))
	}
	few := lines[:min(len(lines), 500)]
	re, err := goRegexp(expr)
	if err != nil {
		return err
	}
	print(best(few, len(few), time.Second, func(l []byte) { re.FindSubmatchIndex(l) }))
	v, err := grok.NewWithConfig(&grok.Config{NamedCapturesOnly: true})
	if err != nil {
		return err
	}
	print(best(few, len(few), time.Second, func(l []byte) { _, _ = v.Parse(expr, string(l)) }))
	e, err := elastic.NewComplete()
	if err != nil {
		return err
	}
	if err := e.Compile(expr, true); err != nil {
		return err
	}
	print(best(few, len(few), time.Second, func(l []byte) { _, _ = e.Parse(l) }))
	fmt.Println("|")
	return nil
}

func print(d float64) { fmt.Printf("| %.0f ns ", d) }

// best returns the time a line of the fastest pass.
func best(lines [][]byte, n int, limit time.Duration, f func([]byte)) float64 {
	least := time.Duration(1 << 62)
	for begun := time.Now(); time.Since(begun) < limit; {
		for at := 0; at < n; at += 250 {
			chunk := lines[at:min(n, at+250)]
			start := time.Now()
			for _, l := range chunk {
				f(l)
			}
			if d := time.Since(start) / time.Duration(len(chunk)); len(chunk) >= 100 {
				least = min(least, d)
			}
		}
	}
	return float64(least)
}

// goRegexp compiles vjeantet's expansion of a pattern, which Go's regexp takes.
func goRegexp(expr string) (*regexp.Regexp, error) {
	lib, err := elasticLibrary()
	if err != nil {
		return nil, err
	}
	n := 0
	text, err := lib.Expand(expr, func(string, ours.Type) string {
		n++
		return fmt.Sprintf("f%d", n)
	})
	if err != nil {
		return nil, err
	}
	return regexp.Compile(text)
}
