// Package querytest has documents and queries with their answers, which every index must give alike.
package querytest

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/indexer/query"
)

// Now is the time that "now" in queries stands for.
var Now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Docs are the documents to index, oldest first. Each has its place among them as labels.n.
var Docs = number([]string{
	0: `{"@timestamp":"2026-11-20T08:00:00.000Z","message":"Failed password for root from 222.133.237.62 port 4242 ssh2","host":{"hostname":"web1"},"process":{"name":"sshd","pid":4242},"user":{"name":"root"},"source":{"ip":"222.133.237.62","port":4242,"geo":{"country_iso_code":"CN"}},"event":{"outcome":"failure","original":"<38>zebra"},"tags":["a","b c"]}`,
	1: `{"@timestamp":"2026-11-20T09:00:00.000Z","message":"Failed password for invalid user admin from 222.133.237.63 port 1024 ssh2","host":{"hostname":"web1"},"process":{"name":"sshd","pid":4243},"user":{"name":"admin"},"source":{"ip":"222.133.237.63","port":1024,"geo":{"country_iso_code":"CN"}},"event":{"outcome":"failure"}}`,
	2: `{"@timestamp":"2026-11-21T00:00:00.000Z","message":"Accepted publickey for alice from 2001:db8::7 port 2048 ssh2: RSA SHA256:abc/def","host":{"hostname":"web2"},"process":{"name":"sshd","pid":7},"user":{"name":"alice"},"source":{"ip":"2001:db8::7","port":2048,"geo":{"country_iso_code":"DE"}},"event":{"outcome":"success"}}`,
	3: `{"@timestamp":"2026-11-21T09:59:59.999Z","message":"pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)","host":{"hostname":"web2"},"process":{"name":"sshd"},"user":{"name":"alice"}}`,
	4: `{"@timestamp":"2026-11-21T10:00:00.000Z","message":"   bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/less /var/log/syslog","host":{"hostname":"db1"},"process":{"name":"sudo"},"user":{"name":"bob"}}`,
	5: `{"@timestamp":"2026-11-21T10:30:00.000Z","message":"GET /wp-login.php HTTP/1.1 \"Mozilla/5.0 (X11)\"","host":{"hostname":"web1"},"process":{"name":"apache"},"url":{"path":"/wp-login.php"},"http":{"response":{"status_code":404}},"source":{"ip":"10.1.2.3"}}`,
	6: `{"@timestamp":"2026-11-21T11:00:00.000Z","message":"Größe der Datei überschritten: ÄRGER 漢字 😀 café","host":{"hostname":"db1"},"process":{"name":"backup job"},"http":{"response":{"status_code":"500"}},"source":{"ip":"not an address","port":"not a number"}}`,
	7: `{"@timestamp":"2026-11-21T11:30:00.000Z","message":"honeyscan","host":{"hostname":"hp-1"},"process":{"name":"hp*"},"json":{"source":"222.133.237.62","target proto":"TCP","target port":"8080","n":7,"deep":{"list":["x",{"y":"z z"}]}}}`,
	8: `{"@timestamp":"2026-11-21T11:59:59.000Z","message":"","host":{"hostname":""},"process":{"name":"-"},"custom":{"word":"blue","count":12,"path":"C:\\temp\\x"}}`,
	9: `{"@timestamp":"2026-11-21T12:00:00.000Z","message":"long ` + strings.Repeat("x", 300) + ` end","process":{"name":"` + strings.Repeat("n", 1100) + `"},"custom":{"count":3}}`,
})

func number(docs []string) []string {
	for i, doc := range docs {
		docs[i] = strings.TrimSuffix(doc, "}") + `,"labels":{"n":"` + strconv.Itoa(i) + `"}}`
	}
	return docs
}

// Cases are queries and the numbers of the documents that they find, newest first.
var Cases = []struct{ Query, Want string }{
	{``, "9 8 7 6 5 4 3 2 1 0"},
	{`*`, "9 8 7 6 5 4 3 2 1 0"},
	{`*:*`, "9 8 7 6 5 4 3 2 1 0"},

	// Words of message.
	{`failed`, "1 0"},
	{`FAILED`, "1 0"},
	{`failed alice`, ""},
	{`failed password`, "1 0"},
	{`password failed`, "1 0"},
	{`"failed password"`, "1 0"},
	{`"password failed"`, ""},
	{`"for root"`, "0"},
	{`message:"for root from"`, "0"},
	{`fail`, ""},
	{`fail*`, "1 0"},
	{`message:f??led`, "1 0"},
	{`*word`, "1 0"},
	{`pam_unix`, "3"},
	{`pam_unix(sshd`, "error"},
	{`"pam_unix(sshd:session)"`, "3"},
	{`unix`, "3"},
	{`222.133.237.62`, "0"},
	{`222.133.237`, "1 0"},
	{`"2001:db8::7"`, "2"},
	{`/var/log/syslog`, "4"},
	{`wp-login.php`, "5"},
	{`größe`, "6"},
	{`GRÖSSE`, ""},
	{`ärger`, "6"},
	{`überschr*`, "6"},
	{`漢字`, "6"},
	{`café`, "6"},
	{`SHA256\:abc`, "2"},
	{`zebra`, ""},
	{`"` + strings.Repeat("x", 300) + `"`, "9"},
	{`long end`, "9"},

	// Fields.
	{`process.name:sshd`, "3 2 1 0"},
	{`process.name:SSHD`, ""},
	{`process.name:ssh`, ""},
	{`process.name:"sshd"`, "3 2 1 0"},
	{`process.name: sshd`, "3 2 1 0"},
	{`program:sshd`, "3 2 1 0"},
	{`process.name:ss*`, "3 2 1 0"},
	{`process.name:*h?`, "5 3 2 1 0"},
	{`process.name:?udo`, "4"},
	{`process.name:hp\*`, "7"},
	{`process.name:"hp*"`, "7"},
	{`process.name:"backup job"`, "6"},
	{`process.name:backup\ job`, "6"},
	{`process.name:backup*`, "6"},
	{`process.name:backup\ j*`, "6"},
	{`process.name:\-`, "8"},
	{`process.name:"-"`, "8"},
	{`process.name:nnnn*`, ""}, // too long for a keyword
	{`tags:a`, "0"},
	{`tags:"b c"`, "0"},
	{`tags:b`, ""},
	{`url.path:/wp-login.php`, "5"},
	{`url.path:/wp-*`, "5"},
	{`url.path:*.php`, "5"},
	{`host.hostname:""`, "8"},
	{`host.hostname:hp-1`, "7"},
	{`nobody.knows:x`, ""},
	{`custom.word:blue`, "8"},
	{`custom.path:"C:\\temp\\x"`, "8"},
	{`custom.path:C\:\\t*`, "8"},
	{`custom.count:12`, "8"},
	{`custom.count >= 3`, "9 8"},
	{`custom.count > 3`, "8"},
	{`custom.count:[2 TO 4]`, "9"},

	// Operators.
	{`process.name:sshd AND source.geo.country_iso_code:CN AND NOT user.name:root`, "1"},
	{`process.name:sshd source.geo.country_iso_code:CN -user.name:root`, "1"},
	{`process.name:sshd and source.geo.country_iso_code:CN and not user.name:root`, "1"},
	{`process.name:sshd && source.geo.country_iso_code:CN && !user.name:root`, "1"},
	{`user.name:alice OR user.name:bob`, "4 3 2"},
	{`user.name:alice || user.name:bob`, "4 3 2"},
	{`user.name:(alice OR bob)`, "4 3 2"},
	{`user.name:(NOT alice AND NOT root) AND user.name:*`, "4 1"},
	{`user.name:alice OR user.name:root AND process.name:sudo`, "3 2"},
	{`(user.name:alice OR user.name:root) AND process.name:sshd`, "3 2 0"},
	{`NOT process.name:sshd`, "9 8 7 6 5 4"},
	{`NOT (process.name:sshd OR process.name:sudo)`, "9 8 7 6 5"},
	{`NOT NOT process.name:sudo`, "4"},
	{`-failed process.name:sshd`, "3 2"},
	{`+failed +root`, "0"},
	{`"AND"`, ""},

	// Fields that are there.
	{`user.name:*`, "4 3 2 1 0"},
	{`_exists_:user.name`, "4 3 2 1 0"},
	{`NOT _exists_:user.name`, "9 8 7 6 5"},
	{`source.ip:*`, "5 2 1 0"},
	{`source.port:*`, "2 1 0"},
	{`source:*`, "5 2 1 0"},
	{`json:*`, "7"},
	{`program:*`, "8 7 6 5 4 3 2 1 0"},

	// Addresses.
	{`source.ip:222.133.237.62`, "0"},
	{`source.ip:222.133.237.0/24`, "1 0"},
	{`source.ip:222.133.237.*`, "1 0"},
	{`source.ip:222.*`, "1 0"},
	{`source.ip:10.0.0.0/8`, "5"},
	{`source.ip:"10.0.0.0/8"`, "5"},
	{`source.ip:2001:db8::/32`, "2"},
	{`source.ip:2001:db8:0:0::7`, "2"},
	{`source.ip:[10.1.2.3 TO 222.133.237.62]`, "5 0"},
	{`source.ip:{10.1.2.3 TO 222.133.237.63}`, "0"},
	{`source.ip:0.0.0.0/0`, "5 1 0"},
	{`NOT source.ip:222.133.237.0/24 AND source.ip:*`, "5 2"},

	// Numbers.
	{`source.port:1024`, "1"},
	{`source.port:[1024 TO 2048]`, "2 1"},
	{`source.port:[1024 TO 2048}`, "1"},
	{`source.port:{1024 TO *}`, "2 0"},
	{`source.port >= 2048`, "2 0"},
	{`source.port>=2048`, "2 0"},
	{`source.port:>2048`, "0"},
	{`source.port < 2048`, "1"},
	{`pid:<=7`, "2"},
	{`http.response.status_code:500`, "6"},
	{`http.response.status_code:[400 TO 499]`, "5"},
	{`source.port:[2048 TO 1024]`, ""},

	// Dates.
	{`@timestamp:2026-11-21`, "9 8 7 6 5 4 3 2"},
	{`@timestamp:2026-11-20`, "1 0"},
	{`@timestamp:2026-11`, "9 8 7 6 5 4 3 2 1 0"},
	{`@timestamp >= 2026-11-21T10:00`, "9 8 7 6 5 4"},
	{`@timestamp > 2026-11-21T10:00`, "9 8 7 6 5"},
	{`@timestamp < 2026-11-21`, "1 0"},
	{`@timestamp <= 2026-11-21T00:00:00.000Z`, "2 1 0"},
	{`@timestamp:[2026-11-21T10:00 TO 2026-11-21T10:30]`, "5 4"},
	{`@timestamp:[2026-11-21T10:00 TO 2026-11-21T10:30}`, "4"},
	{`@timestamp >= now-1h`, "9 8 7 6"},
	{`@timestamp:"2026-11-21T11:00:00+01:00"`, "4"},

	// Whatever a sender wrote.
	{`json.target\ port:8080`, "7"},
	{`"json.target port":8080`, "7"},
	{`json.source:222.133.237.62`, "7"},
	{`json.n:7`, "7"},
	{`json.deep.list:x`, "7"},
	{`json.deep.list.y:"z z"`, "7"},
	{`json:TCP`, "7"},
	{`json:UDP`, ""},
	{`json.source:222*`, "7"},
	{`json.nothing:*`, ""},
	{`json.n:*`, "7"},
	{`json.n > 6`, "7"},
	{`json.n < 7`, ""},
	{`json.n:[* TO 7]`, "7"},

	// Keywords in order.
	{`user.name:[alice TO bob]`, "4 3 2"},
	{`user.name > alice AND user.name < root`, "4"},
}

// Run asks all queries of an index that holds Docs.
func Run(t *testing.T, index query.Searcher) {
	for _, c := range Cases {
		t.Run(c.Query, func(t *testing.T) {
			q, err := query.Parse(c.Query, Now)
			if err != nil {
				if c.Want != "error" {
					t.Fatal(err)
				}
				return
			}
			got, err := Find(t, index, q, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.Want {
				t.Errorf("found %q, want %q\n%s\n%s", got, c.Want, q.DSL(), q.Candidates())
			}
			n, err := index.Count(t.Context(), q)
			if want := len(strings.Fields(c.Want)); err != nil || n != int64(want) {
				t.Errorf("counted %d, want %d (%v)", n, want, err)
			}
		})
	}
	t.Run("limit", func(t *testing.T) {
		if got, err := Find(t, index, query.All(), 3); err != nil || got != "9 8 7" {
			t.Errorf("found %q, %v", got, err)
		}
	})
	t.Run("host and time", func(t *testing.T) {
		q := query.Host("web1").And(query.Between(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Now))
		if got, err := Find(t, index, q, 0); err != nil || got != "5 1" {
			t.Errorf("found %q, %v", got, err)
		}
	})
	t.Run("as indexed", func(t *testing.T) {
		var docs []string
		err := index.Search(t.Context(), query.All(), 0, func(doc []byte) error {
			docs = append(docs, string(doc))
			return nil
		})
		if err != nil || len(docs) != len(Docs) {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		for i, doc := range docs {
			if want := Docs[len(Docs)-1-i]; doc != want {
				t.Errorf("%s\nwant\n%s", doc, want)
			}
		}
	})
}

// Find returns the numbers of the documents that q finds.
func Find(t *testing.T, index query.Searcher, q *query.Query, limit int) (string, error) {
	var found []string
	err := index.Search(t.Context(), q, limit, func(doc []byte) error {
		_, n, _ := strings.Cut(string(doc), `"labels":{"n":"`)
		found = append(found, strings.TrimSuffix(n, `"}}`))
		return nil
	})
	return strings.Join(found, " "), err
}
