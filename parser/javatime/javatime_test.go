package javatime

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"dd/MMM/yyyy:HH:mm:ss Z", "17/May/2015:10:05:03 +0200", "2015-05-17T10:05:03+02:00"},
		{"dd/MMM/yyyy:HH:mm:ss Z", "17/May/2015:10:05:03 +02:00", ""},
		{"dd/MMM/yyyy:HH:mm:ss Z", "32/May/2015:10:05:03 +0200", ""},
		{"yyyy-MM-dd HH:mm:ss,SSS", "2023-02-28 01:02:03,456", "2023-02-28T01:02:03.456Z"},
		{"yyyy-MM-dd", "2023-02-29", ""},
		{"EEE MMM [ d][dd] HH:mm:ss uuuu XXX", "Wed Oct 21 11:58:08 2020 -04:00", "2020-10-21T11:58:08-04:00"},
		{"EEE MMM [ d][dd] HH:mm:ss uuuu XXX", "Thu Oct  1 11:58:08 2020 -04:00", "2020-10-01T11:58:08-04:00"},
		{"dd [dd] MM uuuu", "21 20 10 2020", ""}, // said twice, and not the same
		{"yyyy-MM-dd", "2024-02-29", "2024-02-29T00:00:00Z"},
		{"yyyyMMddHHmmss", "20230405060708", "2023-04-05T06:07:08Z"},
		{"yy/M/d", "23/4/5", "2023-04-05T00:00:00Z"},
		{"EEE MMM dd HH:mm:ss yyyy", "Sat May 16 10:00:01 2020", "2020-05-16T10:00:01Z"},
		{"EEEE, d MMMM yyyy h:mm a", "Saturday, 16 May 2020 1:05 PM", "2020-05-16T13:05:00Z"},
		{"yyyy-MM-dd'T'HH:mm:ssXXX", "2020-01-02T03:04:05-05:30", "2020-01-02T03:04:05-05:30"},
		{"yyyy-MM-dd'T'HH:mm:ssXXX", "2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"},
		{"y-M-d HH X:mm", "2020-1-9 10 +05:59", "2020-01-09T10:59:00+05:00"},
		{"d MM HHVVyyyy", "7 01 00Europe/Berlin2020", "2020-01-07T00:00:00+01:00"},
		{"d MM HHVVyyyy", "7 01 00Etc/GMT+52020", "2020-01-07T00:00:00-05:00"},
		{"y-M-d HH XXXX", "2020-1-9 10 +055930", "2020-01-09T10:00:00+05:59"},
		{"y-M-d HH XXXXX", "2020-1-9 10 +05:59:30", "2020-01-09T10:00:00+05:59"},
		{"y-M-d HH XX", "2020-1-9 10 +05", ""},
		{"y-M-d HH xmm", "2020-1-9 10 +0030", "2020-01-09T10:30:00Z"},
		{"y-M-d HH O", "2020-1-9 10 GMT+5:30", "2020-01-09T10:00:00+05:30"},
		{"y-M-d HH OOOO", "2020-1-9 10 GMT+5:30", ""},
		{"yyyy-MM-dd'T'HH:mm:ss[.SSS]X", "2020-01-02T03:04:05.678+01", "2020-01-02T03:04:05.678+01:00"},
		{"yyyy-MM-dd'T'HH:mm:ss[.SSS]X", "2020-01-02T03:04:05+01", "2020-01-02T03:04:05+01:00"},
		{"yyyy-MM-dd HH:mm:ss z", "2020-07-02 03:04:05 CEST", "2020-07-02T03:04:05+02:00"},
		{"yyyy-MM-dd HH:mm VV", "2020-07-02 03:04 Europe/Berlin", "2020-07-02T03:04:00+02:00"},
		{"yyyy.DDD", "2020.366", "2020-12-31T00:00:00Z"},
		{"h 'o''clock' a, dd.MM.yyyy", "12 o'clock AM, 01.02.2003", "2003-02-01T00:00:00Z"},
		{"yyyy-MM-dd", "2024-02-29 ", ""},
		{"MMM dd YYYY HH:mm:ss", "Mar 04 2022 05:06:07", "2021-12-26T05:06:07Z"},
		{"YYYY-'W'ww-e", "2022-W09-5", "2022-02-24T00:00:00Z"},
		{"yyyy-MM-dd hh:mm:ss", "2022-01-02 09:01:12", "2022-01-02T00:00:00Z"},
		{"yyyy-MM-dd mm:ss", "2022-01-02 09:01", "2022-01-02T00:00:00Z"},
		{"yyyy-MM-dd HH:ss", "2022-01-02 09:01", "2022-01-02T00:00:00Z"},
		{"yyyy-MM-dd HH:mm SSS", "2022-01-02 09:05 123", "2022-01-02T00:00:00Z"},
		{"yyyy-MM-dd a", "2022-01-02 PM", "2022-01-02T00:00:00Z"},
		{"yyyy-MM-dd hh a", "2022-01-02 09 PM", "2022-01-02T21:00:00Z"},
		{"yyyy-MM-dd HH:mm a", "2022-01-02 09:05 PM", ""},
		{"yyyy-MM-dd hh:HH:mm", "2022-01-02 09:21:05", "2022-01-02T21:05:00Z"},
		{"YYYY-dd-MM HH:mm:ss", "2020-01-16 08:00:31", "2019-12-29T08:00:31Z"},
		{"YYYY yyyy-MM-dd", "2020 2021-05-06", "2021-05-06T00:00:00Z"},
		{"yyyy MM", "2021 13", ""},
		{"yyyy dd", "2021 31", "2021-01-01T00:00:00Z"},
		{"yyyy DDD", "2021 366", ""},
		{"yyyy-MM-dd'T'HH:mm:ssz", "2021-10-11T17:17:30+1000", ""},
		{"yyyy-MM-dd'T'HH:mm:ssz", "2021-10-11T17:17:30+10:00", "2021-10-11T17:17:30+10:00"},
		{"YYYY-ww", "2022-09", "2022-02-20T00:00:00Z"},
		{"yyyy-ww", "2022-09", "2022-01-01T00:00:00Z"},
		{"yyyy-MM-dd HH:mm:ss HH", "2020-01-29 00:00:00 23", ""},
		{"yyyy-MM-MMMM", "2020-01-May", ""},
		{"E d MMM yyyy", "Wed 1 Jan 1999", "1999-01-01T00:00:00Z"},
		{"E d MMM uuuu", "Wed 1 Jan 1999", ""},
		{"yyyyDDDMM-dd", "199900101-31", "1999-01-31T00:00:00Z"},
		{"yyyy-MM-dd DDD", "2020-00-31 001", ""},
		{"M/dDDDyy", "1/0736520", "2020-01-07T00:00:00Z"},
		{"d.M.yyyy", "007.1.2020", "2020-01-07T00:00:00Z"},
		{"dd.MM.yyyy", "01.01.10000", ""},
		{"yyyy HH:mm", "2020 01:02", "1970-01-01T01:02:00Z"},
		{"yyyy-MM-dd hh HH:mm", "2020-01-01 01 02:00", ""},
		{"yyyy-MM-dd HH:mm SSS", "2020-01-01 01:60 000", "2020-01-01T00:00:00Z"},
		{"yyyy-MM-dd HH:mm:ss", "2020-01-01 01:60:00", ""},
		{"MMM d H:s", "Jan 3 24:0", ""},
		{"yyyy-MM-dd X XXX", "2020-01-01 Z +01:00", ""},
		{"yyyy-MM-dd VV", "2020-01-01 PST", ""},
		{"yyyy-MM-dd z", "2020-01-01 PST", "2020-01-01T00:00:00-08:00"},
		{"yyyy-MM-dd HH:mm:ss z", "2021-10-11 18:17:30 BST", "2021-10-11T18:17:30+11:00"}, // Bougainville's, as in Java
		{"yyyy-MM-dd HH:mm:ss z", "2021-01-11 18:17:30 IST", "2021-01-11T18:17:30+02:00"},
		{"yyyy-MM-dd HH:mm:ss z", "2021-07-11 18:17:30 BRT", "2021-07-11T18:17:30-03:00"},
		{"yyyy-MM-dd HH:mm:ss O", "2020-07-02 03:04:05 GMT+02:00", "2020-07-02T03:04:05+02:00"},
	} {
		f, err := Compile(c.pattern)
		if err != nil {
			t.Error(err)
			continue
		}
		d, ok := f.Parse([]byte(c.text))
		got := ""
		if ok {
			ns, offset := d.Resolve(time.UTC)
			got = time.Unix(0, ns).In(time.FixedZone("", offset)).Format(time.RFC3339Nano)
			if offset == 0 {
				got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
			}
		}
		if got != c.want {
			t.Errorf("%s of %q: %s, want %s", c.pattern, c.text, got, c.want)
		}
	}
	for _, bad := range []string{"yyyy-bb", "cc", "ppp", "yyyy]", "'abc", "{", "tt", "ddd", "V", "VVV", "OO", "aa"} {
		if _, err := Compile(bad); err == nil {
			t.Errorf("Compile(%q) must fail", bad)
		}
	}
}

// In a date without a year, hours count without minutes, and fractions without seconds.
func TestGapsWithoutYear(t *testing.T) {
	f, err := Compile("MMM d H.S")
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := f.Parse([]byte("Jan 3 11.2")); !ok || d.Hour != 11 || d.Nanos != 200_000_000 {
		t.Errorf("%+v, %t", d, ok)
	}
}

func TestISO8601(t *testing.T) {
	mustRead(t, ParseISO8601, map[string]string{
		"2020": "2020-01-01T00:00:00Z", "2020-02": "2020-02-01T00:00:00Z", "2020-02-03": "2020-02-03T00:00:00Z",
		"2020-02-03T04:05": "2020-02-03T04:05:00Z", "2020-02-03T04:05:06.7": "2020-02-03T04:05:06.7Z",
		"2020-02-03T04:05:06,123456789+0130": "2020-02-03T02:35:06.123456789Z", "2020-02-03T04:05:06Z": "2020-02-03T04:05:06Z",
		"2020-02-03T04+01": "2020-02-03T03:00:00Z", "2020-13": "", "2020-02-30": "", "2020-02-03 04:05": "", "": "", "20200203": "",
		"2020-02-03T": "2020-02-03T00:00:00Z", "2020-02T04": "2020-02-01T04:00:00Z", "2020T04": "1970-01-01T04:00:00Z", "2020-02-03T04:05.1": "",
		"2020-02-03T04:05:06+01:00:30": "2020-02-03T03:04:36Z", "2020-02-03T04:05:06-010030": "2020-02-03T05:05:36Z", "2020-02-03T04:05:06+01:0030": "",
		"2020-02-03T04:05:06Europe/Berlin": "2020-02-03T03:05:06Z", "2020-02-03T04:05:06PST": "", "2020-02-03T04:05:06z": "", "2020-2-3": "",
	})
}

func TestISO8601Full(t *testing.T) {
	mustRead(t, ParseISO8601Full, map[string]string{
		"2024": "2024-01-01T00:00:00Z", "2024-12": "2024-12-01T00:00:00Z", "2024-12-31": "2024-12-31T00:00:00Z", "2024-12-31T": "",
		"2024-12-31T03": "", "2024-12-31T03:04": "", "2024-12-31T03:04:05": "2024-12-31T03:04:05Z", "2024-12-31T03:04:05,1+01": "2024-12-31T02:04:05.1Z",
	})
}

// mustRead checks what dates without a format mean; an empty text is for those that are none.
func mustRead(t *testing.T, parse func([]byte) (Date, bool), dates map[string]string) {
	t.Helper()
	for text, want := range dates {
		d, ok := parse([]byte(text))
		got := ""
		if ok {
			ns, _ := d.Resolve(time.UTC)
			got = time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAppend(t *testing.T) {
	at := Moment{time.Date(2020, 5, 6, 13, 4, 5, 0, time.UTC).Unix(), 678_000_000, 7200}
	for pattern, want := range map[string]string{
		"yyyy-MM-dd'T'HH:mm:ss.SSSXXX":        "2020-05-06T15:04:05.678+02:00",
		"yy/M/d h:mm a EEE MMM EEEE MMMM DDD": "20/5/6 3:04 PM Wed May Wednesday May 127",
		"Y-w-e":                               "2020-19-3",
		"xx Z X SSSSSS":                       "+0200 +0200 +02 678000",
	} {
		f, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(f, at, time.UTC); got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
	}
}

func TestClockChanges(t *testing.T) {
	berlin, err := ParseZone("Europe/Berlin")
	if err != nil {
		t.Skip("this machine has no time zone database")
	}
	f, _ := Compile("yyyy-MM-dd HH:mm")
	for text, want := range map[string]string{
		"2024-03-31 02:30": "2024-03-31T01:30:00Z", // does not exist: 03:30
		"2024-10-27 02:30": "2024-10-27T00:30:00Z", // the first of two
		"2024-07-01 00:00": "2024-06-30T22:00:00Z", "2024-12-01 00:00": "2024-11-30T23:00:00Z",
	} {
		d, _ := f.Parse([]byte(text))
		ns, _ := d.Resolve(berlin)
		if got := time.Unix(0, ns).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	f, _ := Compile("dd/MMM/yyyy:HH:mm:ss Z")
	out, _ := Compile("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
	text, dst := []byte("17/May/2015:10:05:03 +0200"), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		d, _ := f.Parse(text)
		dst, _ = out.Append(dst[:0], d.Moment(time.UTC), time.UTC)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX", "2020-01-02T03:04:05.678+01:00")
	f.Add("dd/MMM/yyyy:H:m:s Z", "17/May/2015:10:05:03 +0200")
	f.Add("EEE MMM dd yyyyHHmm,ss.SSS VV", "Wed Oct 21 20201158,08.123 Europe/Berlin")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		if d, ok := p.Parse([]byte(text)); ok {
			d.Resolve(time.UTC)
		} else if p.Fault([]byte(text)) == "" {
			t.Errorf("%s does not read %s, and does not say why", pattern, text)
		}
		mustReadAlike(t, p, []byte(text))
		write(p, Moment{1e9, 1, 3600}, time.UTC)
	})
}

func TestZoneNames(t *testing.T) {
	for name, zone := range zoneNames() {
		if loaded, err := ParseZone(zone); err != nil || loaded.String() != zone {
			t.Errorf("%s is %s: %v", name, zone, err)
		}
	}
}

func TestLenient(t *testing.T) {
	f, _ := Named("date_optional_time")
	mustRead(t, f.Parse, map[string]string{
		"2020-2-3": "2020-02-03T00:00:00Z", "2020-2-3T4:5:6": "2020-02-03T04:05:06Z", "2020-02-03T4": "2020-02-03T04:00:00Z",
		"2020-02-03T04:05.1": "2020-02-03T00:00:00Z", "2020-02-03T04Z": "", "2020-02-03T04.1": "", "2020-2-30": "",
	})
}

// TestFault has what Elasticsearch says of these dates.
func TestFault(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"yyyy-MM-dd", "x", "Text 'x' could not be parsed at index 0"},
		{"yyyy-MM-dd", "2020-13-01 and more than 64 letters of text that goes on and on and on", "Text '2020-13-01 and more than 64 letters of text that goes on and on ...' could not be parsed, unparsed text found at index 10"},
		{"yyyy😀X", "2020😀x", "Text '2020😀x' could not be parsed at index 6"},
		{"yyyy-MM-dd", "2020-13-32", "Invalid value for MonthOfYear (valid values 1 - 12): 13"},
		{"MM-dd", "13-45", "Invalid value for DayOfMonth (valid values 1 - 28/31): 45"},
		{"yyyy-MM-dd", "2020-02-30", "Invalid date 'FEBRUARY 30'"},
		{"yyyy-MM-dd", "2021-02-29", "Invalid date 'February 29' as '2021' is not a leap year"},
		{"yyyy-MM-dd HH:mm", "2020-02-30 24:61", "Invalid value for MinuteOfHour (valid values 0 - 59): 61"},
		{"uuuu-MM-dd HH:mm", "2020-02-30 24:61", "Invalid date 'FEBRUARY 30'"},
		{"yyyyDDD", "2020000", "Invalid value for DayOfYear (valid values 1 - 365/366): 0"},
		{"yyyyDDD", "2021366", "Invalid date 'DayOfYear 366' as '2021' is not a leap year"},
		{"yyyy", "-2020", "Invalid value for YearOfEra (valid values 1 - 999999999/1000000000): -2020"},
		{"yyyy", "+2020", "Text '+2020' could not be parsed at index 0"},
		{"EEE MMM d uuuu", "Mon Jan 1 2020", "Conflict found: Field DayOfWeek 3 differs from DayOfWeek 1 derived from 2020-01-01"},
		{"yyyyssH", "2020590", "Text '2020590' could not be parsed at index 0"},
		{"HH:mm:ss.SSSSSS K", "23:59:00.123456 0", "Conflict found: Field HourOfAmPm 11 differs from HourOfAmPm 0 derived from 23:59:00.123456"},
		{"HH kk", "01 24", "Conflict found: HourOfDay 1 differs from HourOfDay 0 while resolving  ClockHourOfDay"},
		{"HH kk", "01 25", "Invalid value for ClockHourOfDay (valid values 1 - 24): 25"},
	} {
		f, err := Compile(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := f.Parse([]byte(c.text)); ok {
			t.Errorf("%s reads %s", c.pattern, c.text)
		}
		if got := f.Fault([]byte(c.text)); got != c.want {
			t.Errorf("%s of %s: %s\nwant %s", c.pattern, c.text, got, c.want)
		}
	}
}
