package syslog

import (
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"
)

// ResolveBeside says what Resolve does, also around changes of the year, of clocks and of what is too far ahead.
func TestResolveBeside(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 100_000 {
			received := r.Int64N(60 * 365 * 86400)
			at := received + []int64{0, maxAhead, maxAhead - 364*86400, maxAhead - 366*86400, -r.Int64N(2 * 365 * 86400)}[r.IntN(5)] + r.Int64N(240) - 120
			clock := time.Unix(at, 0).In(zone)
			one := Time{Month: uint8(clock.Month()), Day: uint8(clock.Day()), Hour: uint8(clock.Hour()), Minute: uint8(clock.Minute()), Second: uint8(clock.Second())}
			if r.IntN(3) == 0 {
				one.Year, one.HasZone, one.Offset, one.Nanos = int16(clock.Year()), r.IntN(2) == 0, 3600, r.Int32N(1e9)
			}
			other := one
			other.Second = uint8(r.IntN(61))
			if r.IntN(8) == 0 {
				other.Minute = (other.Minute + 1) % 60
			}
			received = received*1e9 + r.Int64N(1e9)
			ns, ok := other.Resolve(received, zone)
			if !ok {
				continue
			}
			got, gotOK := one.ResolveBeside(&other, ns, received-received%1e9, zone)
			if want, wantOK := one.Resolve(received, zone); got != want || gotOK != wantOK {
				t.Fatalf("%s: %+v beside %+v, received %d: %d, %v; want %d, %v", name, one, other, received, got, gotOK, want, wantOK)
			}
		}
	}
}
