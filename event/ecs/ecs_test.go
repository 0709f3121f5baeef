package ecs

import (
	"strings"
	"testing"
)

func TestTableIsSound(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Fields {
		if f.Name == "" || strings.ContainsAny(f.Name, "{}, ") {
			t.Errorf("name %q", f.Name)
		}
		if seen[f.Name] {
			t.Errorf("%s stands there twice", f.Name)
		}
		seen[f.Name] = true
		for i, c := range f.Name {
			if c == '.' && byName[f.Name[:i]] != 0 {
				t.Errorf("%s is below %s, which is no object", f.Name, f.Name[:i])
			}
		}
	}
	for _, a := range Aliases {
		if !seen[a.Field] || seen[a.Name] {
			t.Errorf("alias %s of %s", a.Name, a.Field)
		}
	}
}

func TestTypeOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		want  Type
		known bool
	}{
		{"source.ip", IP, true},
		{"source.geo.country_iso_code", Keyword, true},
		{"program", Keyword, true},
		{"pid", Long, true},
		{"json.target port", Keyword, true},
		{"json.a.b.c", Keyword, true},
		{"event.original", Stored, true},
		{"nobody.knows", Keyword, false},
		{"", Keyword, false},
	} {
		if got, known := TypeOf(tt.name); got != tt.want || known != tt.known {
			t.Errorf("%s: %d, %t", tt.name, got, known)
		}
	}
	if Resolve("program") != "process.name" || Resolve("message") != "message" {
		t.Error("Resolve")
	}
	if !IsObject("source.geo") || IsObject("source.ip") || IsObject("sou") {
		t.Error("IsObject")
	}
}
