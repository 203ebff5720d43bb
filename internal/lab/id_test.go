package lab_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
)

func TestIDIsVersion7(t *testing.T) {
	at := time.Date(2024, 6, 15, 12, 0, 0, 123_456_789, time.UTC)
	makes := lab.NewIDMaker(func() time.Time { return at })
	for range 5000 { // more than fit one millisecond's counter
		id := makes.Next()
		if id[6]>>4 != 7 {
			t.Fatalf("%s has version %d", id, id[6]>>4)
		}
		if id[8]>>6 != 0b10 {
			t.Fatalf("%s has variant %b", id, id[8]>>6)
		}
	}
	first := lab.NewIDMaker(func() time.Time { return at }).Next()
	milli := int64(0)
	for _, b := range first[:6] {
		milli = milli<<8 | int64(b)
	}
	if milli != at.UnixMilli() {
		t.Errorf("%s tells the time %d, want %d", first, milli, at.UnixMilli())
	}
}

func TestIDsRise(t *testing.T) {
	start := time.Date(2024, 6, 15, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name  string
		clock func(call int) time.Time
	}{
		{"within one millisecond", func(int) time.Time { return start }},
		{"with the clock", func(call int) time.Time { return start.Add(time.Duration(call) * time.Millisecond) }},
		{"when the clock goes back", func(call int) time.Time { return start.Add(-time.Duration(call) * time.Hour) }},
		{"when the clock jumps", func(call int) time.Time { return start.Add(time.Duration(call%7-3) * time.Minute) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			call := 0
			makes := lab.NewIDMaker(func() time.Time { call++; return test.clock(call) })
			last := lab.ID{}
			for range 10_000 {
				id := makes.Next()
				if bytes.Compare(id[:], last[:]) <= 0 {
					t.Fatalf("%s came after %s", id, last)
				}
				if id.String() <= last.String() {
					t.Fatalf("as text, %s came after %s", id, last)
				}
				last = id
			}
		})
	}
}

func TestIDsOfSeveralGoroutinesDiffer(t *testing.T) {
	makes := lab.NewIDMaker(func() time.Time { return noon.Time() })
	const workers, each = 8, 1000
	made := make([][]lab.ID, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for range each {
				made[w] = append(made[w], makes.Next())
			}
		})
	}
	group.Wait()
	seen := map[[8]byte]bool{} // the part without chance
	for _, ids := range made {
		for i, id := range ids {
			if i > 0 && bytes.Compare(id[:], ids[i-1][:]) <= 0 {
				t.Fatalf("%s came after %s", id, ids[i-1])
			}
			part := [8]byte(id[:8])
			if seen[part] {
				t.Fatalf("%s was made twice", id)
			}
			seen[part] = true
		}
	}
}

func TestIDRoundTrip(t *testing.T) {
	id := lab.NewIDMaker(time.Now).Next()
	parsed, err := lab.ParseID(id.String())
	if err != nil || parsed != id {
		t.Errorf("as text: %s, %v; want %s", parsed, err, id)
	}
	text, _ := json.Marshal(id)
	var unmarshalled lab.ID
	if err := json.Unmarshal(text, &unmarshalled); err != nil || unmarshalled != id {
		t.Errorf("as JSON: %s, %v; want %s", unmarshalled, err, id)
	}
	stored, err := id.Value()
	if err != nil || stored != id.String() {
		t.Errorf("stored as %v, %v", stored, err)
	}
	for _, src := range []any{id.String(), []byte(id.String()), [16]byte(id)} {
		var scanned lab.ID
		if err := scanned.Scan(src); err != nil || scanned != id {
			t.Errorf("from %T: %s, %v; want %s", src, scanned, err, id)
		}
	}
}

func TestZeroIDIsNull(t *testing.T) {
	if v, err := (lab.ID{}).Value(); v != nil || err != nil {
		t.Errorf("stored as %v, %v", v, err)
	}
	id := lab.ID{1}
	if err := id.Scan(nil); err != nil || !id.IsZero() {
		t.Errorf("NULL is read as %s, %v", id, err)
	}
}

func TestIDRefusals(t *testing.T) {
	for _, text := range []string{
		"", "x", "018ff9c0-0000-7000-8000-00000000000", "018ff9c0-0000-7000-8000-0000000000000", "018ff9c0000070008000000000000000",
		"018ff9c0+0000-7000-8000-000000000000", "018ff9cg-0000-7000-8000-000000000000", "{18ff9c0-0000-7000-8000-00000000000}",
	} {
		if id, err := lab.ParseID(text); err == nil {
			t.Errorf("%q was read as %s", text, id)
		}
	}
	var id lab.ID
	if err := id.Scan(int64(7)); err == nil {
		t.Error("a number was read as an id")
	}
}

func TestOptionalIsNullWhenZero(t *testing.T) {
	if v, err := lab.Optional(0).Value(); v != nil || err != nil {
		t.Errorf("zero is stored as %v, %v", v, err)
	}
	if v, err := lab.Optional(7).Value(); v != int64(7) || err != nil {
		t.Errorf("7 is stored as %v, %v", v, err)
	}
	for src, want := range map[any]lab.Optional{nil: 0, int64(7): 7} {
		o := lab.Optional(99)
		if err := o.Scan(src); err != nil || o != want {
			t.Errorf("%v is read as %d, %v", src, o, err)
		}
	}
	var o lab.Optional
	if err := o.Scan("7"); err == nil {
		t.Error("text was read as a number")
	}
}
