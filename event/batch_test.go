package event

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
)

func TestIDsSortByTimeAndNeverMeet(t *testing.T) {
	a, b := NewIDs(), NewIDs()
	if a.Boot() == b.Boot() {
		t.Fatal("two processes drew the same random bits")
	}
	early := makeID(1_700_000_000_000_000_000, a.Boot(), a.Reserve(1))
	late := makeID(1_700_000_000_001_000_000, b.Boot(), 0)
	if bytes.Compare(early[:], late[:]) >= 0 {
		t.Errorf("ids do not sort by time: %x, %x", early, late)
	}
	if first, next := a.Reserve(5), a.Reserve(1); next != first+5 {
		t.Errorf("Reserve(5) = %d, then %d", first, next)
	}
	if n := len(early.String()); n != IDLen {
		t.Errorf("encoded id has %d characters, want %d", n, IDLen)
	}
}

func TestBatchKeepsLinesAndOrigins(t *testing.T) {
	var b, c Batch
	one := Origin{Peer: netip.MustParseAddrPort("192.0.2.1:514"), Transport: TCP, Listener: "tcp"}
	two := Origin{Peer: netip.MustParseAddrPort("192.0.2.2:514"), Transport: UDP, Listener: "udp", Boot: Boot{1}}
	b.Add(b.AddOrigin(&one), 10, 1, 0, []byte("first"))
	b.Add(b.AddOrigin(&two), 11, 2, Truncated, []byte("second"))
	b.Add(b.AddOrigin(&one), 12, 1<<counterBits, 0, nil)
	if len(b.Origins) != 2 {
		t.Errorf("%d origins, want 2", len(b.Origins))
	}
	if b.Lines[2].Counter != 0 {
		t.Errorf("counter is not cut to %d bits", counterBits)
	}
	c.AddLine(&b, 1)
	if got := string(c.Message(0)); got != "second" || *c.OriginOf(0) != two || c.ID(0) != b.ID(1) || c.Lines[0].Flags != Truncated {
		t.Errorf("copied line is %q from %+v", got, c.OriginOf(0))
	}
	b.Reset()
	if b.Len() != 0 || len(b.Data) != 0 || len(b.Origins) != 0 {
		t.Error("Reset left something behind")
	}
}

func TestDeliverySettlesOnceAllLinesAre(t *testing.T) {
	var b Batch
	o := Origin{}
	for i := range 3 {
		b.Add(b.AddOrigin(&o), int64(i), uint64(i), 0, []byte{byte(i)})
	}
	var calls int
	d := NewDelivery(&b, nil)
	d.Begin(func(*Delivery) { calls++ })
	d.Ref(2).Settle(Stored)
	d.Ref(0).Settle(Dropped)
	if calls != 0 {
		t.Fatal("settled with a line pending")
	}
	d.Ref(1).Settle(Dead)
	if calls != 1 {
		t.Fatalf("settled %d times, want once", calls)
	}
	n := d.Count()
	if !slices.Equal(n[:], []int{0, 1, 0, 1, 1, 0}) {
		t.Errorf("counts = %v", n)
	}
	NewDelivery(&Batch{}, nil).Begin(func(*Delivery) { calls++ })
	if calls != 2 {
		t.Error("an empty delivery is settled at once")
	}
	defer func() {
		if recover() == nil {
			t.Error("settling a line twice must not pass unseen")
		}
	}()
	d.Ref(1).Settle(Stored)
}
