package main

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const in = `{"Action":"build-output","ImportPath":"m/broken","Output":"broken.go:1:1: syntax error\n"}
{"Action":"fail","Package":"m/broken","Elapsed":0}
{"Action":"run","Package":"m/a","Test":"TestGood"}
{"Action":"output","Package":"m/a","Test":"TestGood","Output":"    a_test.go:3: chatter\n"}
{"Action":"pass","Package":"m/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"=== RUN   TestSkipped\n"}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"    a_test.go:7: left out for want of redis\n"}
{"Action":"output","Package":"m/a","Test":"TestSkipped","Output":"--- SKIP: TestSkipped (0.00s)\n"}
{"Action":"skip","Package":"m/a","Test":"TestSkipped","Elapsed":0}
{"Action":"pass","Package":"m/a","Elapsed":1.23}
{"Action":"output","Package":"m/b","Test":"TestBad","Output":"    b_test.go:9: want 1\n"}
{"Action":"fail","Package":"m/b","Test":"TestBad","Elapsed":0}
{"Action":"output","Package":"m/b","Test":"TestPanics","Output":"panic: oh\n"}
{"Action":"output","Package":"m/b","Output":"exit status 2\n"}
{"Action":"fail","Package":"m/b","Elapsed":2}
{"Action":"skip","Package":"m/untested","Elapsed":0}
FAIL
`
	const want = `broken.go:1:1: syntax error
FAIL  m/broken  0.0s
ok    m/a  1.2s
m/b:     b_test.go:9: want 1
m/b TestPanics did not end: panic: oh
exit status 2
FAIL  m/b  2.0s
FAIL

1 tests passed, 1 failed, 1 left out
     1  left out for want of redis
`
	var got bytes.Buffer
	out := bufio.NewWriter(&got)
	if err := report(strings.NewReader(in), out); err != nil {
		t.Fatal(err)
	}
	out.Flush()
	if got.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}
