package admission

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func networks(t *testing.T, list ...string) *Networks {
	t.Helper()
	n, err := ParseNetworks(list)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPermits(t *testing.T) {
	p := Policy{Allow: networks(t, "10.0.0.0/8", "2001:db8::/32"), Deny: networks(t, "10.9.0.0/16", "2001:db8::9")}
	for addr, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.9.2.3": false, "::ffff:10.9.2.3": false, "192.0.2.1": false,
		"2001:db8::1": true, "2001:db8::1%eth0": true, "2001:db8::9": false, "2001:db9::1": false,
	} {
		if got := p.Permits(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	if p := (Policy{}); !p.Permits(netip.MustParseAddr("192.0.2.1")) {
		t.Error("without networks all are permitted")
	}
	if _, err := ParseNetworks([]string{"10.0.0/8"}); err == nil || !strings.Contains(err.Error(), "write one such as") {
		t.Error(err)
	}
}

func TestConnectionsOfOneAddress(t *testing.T) {
	d := NewDesk(Policy{Connections: 2, Deny: networks(t, "192.0.2.0/24")})
	one, same, other := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("2001:db8:0:1::1")
	for i, step := range []struct {
		addr netip.Addr
		want Reason
	}{{one, Admitted}, {same, Admitted}, {one, PeerLimit}, {other, Admitted}, {netip.MustParseAddr("192.0.2.7"), Denied}} {
		if bucket, got := d.Enter(step.addr); got != step.want || bucket != nil {
			t.Errorf("step %d: %q", i, got)
		}
	}
	d.Leave(one)
	if _, got := d.Enter(same); got != Admitted {
		t.Errorf("after one has left: %q", got)
	}
	for range 2 {
		d.Leave(one)
	}
	d.Leave(other)
	if len(d.connections) != 0 {
		t.Errorf("%v is remembered of nobody", d.connections)
	}
}

func TestRate(t *testing.T) {
	d := NewDesk(Policy{Connections: 9, Rate: 1000})
	now := time.Unix(1000, 0)
	b := d.Bucket(netip.MustParseAddr("192.0.2.1"))
	for i, step := range []struct {
		after time.Duration
		bytes int
		wait  time.Duration
	}{
		{0, 1000, 0}, {0, 500, 500 * time.Millisecond}, {500 * time.Millisecond, 100, 100 * time.Millisecond},
		{time.Hour, 1000, 0}, {0, 64 << 10, 65536 * time.Millisecond},
	} {
		now = now.Add(step.after)
		if got := b.Take(step.bytes, now); got != step.wait {
			t.Errorf("step %d: wait %v, want %v", i, got, step.wait)
		}
	}
	if b.Try(1, now) {
		t.Error("more than a second's worth is taken")
	}
	if now = now.Add(2 * time.Minute); !b.Try(100, now) {
		t.Error("refused after a pause")
	}
	if d.Bucket(netip.MustParseAddr("192.0.2.1")) != b || d.Bucket(netip.MustParseAddr("192.0.2.2")) == b {
		t.Error("a bucket is of one address")
	}
}

func TestBucketsAreBounded(t *testing.T) {
	d := NewDesk(Policy{Rate: 1})
	first := d.Bucket(netip.MustParseAddr("192.0.2.1"))
	addr := netip.MustParseAddr("10.0.0.0")
	for range 2 * maxBuckets {
		addr = addr.Next()
		d.Bucket(addr)
		if addr.As4()[3] == 0 && d.Bucket(netip.MustParseAddr("192.0.2.1")) != first {
			t.Fatal("one that is asked for is forgotten")
		}
	}
	if n := len(d.buckets.byKey); n != maxBuckets || d.buckets.order.Len() != n {
		t.Errorf("%d addresses are remembered", n)
	}
}
