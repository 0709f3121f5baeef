package grok

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// seeds are lines of the kinds that the definitions are for, all made up.
var seeds = strings.Split(strings.TrimSpace(`
Dec 10 06:55:46 lab sshd[24200]: Failed password for invalid user webmaster from 192.0.2.7 port 38926 ssh2
Mar  1 23:59:60 fe80::1 kernel: <30.6> x
<34>1 2026-11-21T22:14:15.003Z host.example su - ID47 - 'su root' failed
192.0.2.1 - frank [10/Oct/2025:13:55:36 -0700] "GET /a.gif?x=%20&y=1 HTTP/1.0" 200 2326 "http://example.org/start" "Mozilla/4.08 [en] (Win98; \"I\")"
2001:db8::7:1%eth0 - - [1/Mai/2025:1:05:36.25 +0] "-" 408 - "" ''
2025-05-17 10:05:03,123+02:00 WARN [main] org.example.App - it's 12.5% of 1e3 at /var/log/x.log, C:\temp\a b
10/17/25-03:04:05 a1b2c3d4-0000-1111-2222-333344445555 00:1B:44:11:3a:B7 001B.4411.3AB7 00-1B-44-11-3A-B7
urn:isbn:0451450523 mailto:a.b+c@example.org https://user:pw@[::1]:8080/p/q?r=s#t
::ffff:192.0.2.128 1:2:3:4:5:6:7:8 1:2:3:4:5:6:192.0.2.1 ::1 :: 1::8 1.2.3.4.5 256.1.1.1 1.2.3.4.example.com
Mär 9 7:08:09 zürich.example müller[12]: größe -5 +7.25 .5 0x1F 'q\'r' `+"`b`"+` "un\"closed
`), "\n")

// mutator makes lines that are nearly those it was given.
type mutator struct {
	rng   *rand.Rand
	lines []string
	words []string
}

func newMutator(t testing.TB, seed uint64) *mutator {
	m := &mutator{rng: rand.New(rand.NewPCG(seed, 4)), lines: seeds}
	for _, log := range []string{"openssh-2k.log", "linux-2k.log", "auth-ec2-10k.log", "apache-combined-10k.log"} {
		for i, l := range corpusIfThere(t, log) {
			if i%10 == 0 {
				m.lines = append(m.lines, string(l))
			}
		}
	}
	for _, l := range seeds {
		m.words = append(m.words, strings.Fields(l)...)
	}
	m.words = append(m.words, " ", "\n", "\r\n", "ä", "日", "\"", "\\", "'", "-", ":", ".", "/", "0", "9", "a", "Z", "_", "%", "[", "]", "(", "\t", "\u00a0", "60", "1.", "::", ":1", "a:b::c:d", "1:2:3:4:5:6:7:88")
	return m
}

func (m *mutator) next() string {
	s := m.lines[m.rng.IntN(len(m.lines))]
	for range m.rng.IntN(4) {
		at := func() int {
			i := m.rng.IntN(len(s) + 1)
			for i < len(s) && s[i]&0xC0 == 0x80 {
				i++
			}
			return i
		}
		i, j := at(), at()
		if i > j {
			i, j = j, i
		}
		j = min(j, i+m.rng.IntN(6))
		for j < len(s) && s[j]&0xC0 == 0x80 {
			j++
		}
		switch m.rng.IntN(5) {
		case 0: // cut out
			s = s[:i] + s[j:]
		case 1: // put in
			s = s[:i] + m.words[m.rng.IntN(len(m.words))] + s[i:]
		case 2: // replace
			s = s[:i] + m.words[m.rng.IntN(len(m.words))] + s[j:]
		case 3: // twice
			s = s[:j] + s[i:]
		case 4: // cut off, before or behind
			if m.rng.IntN(2) == 0 {
				s = s[i:]
			} else {
				s = s[:i]
			}
		}
	}
	return s
}
