package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

// TestNumberInVisit numbers samples as they were registered ("a") and undone ("-a"), in order:
// a number on paper stays true, and no two slips of a visitor have the same.
func TestNumberInVisit(t *testing.T) {
	for _, test := range []struct{ trail, want string }{
		{"a", "a1"},
		{"a b c", "a1 b2 c3"},
		{"a b -b c", "a1 b2 c2"},         // the slip of b is void before there is one of c
		{"a b -a c", "a1 b2 c3"},         // that of b says 2
		{"a b c -b -c d", "a1 b2 c3 d2"}, // of b and c none is left
		{"a b c -b d", "a1 b2 c3 d4"},    // that of c says 3
		{"a -a b", "a1 b1"},              // a visit that began anew
		{"a -b b", "a1 b2"},              // nothing is undone before it is registered
		{"", "a0"},                       // imported
		{"b", "a0"},                      // of another visit
		{"-a", "a0"},
	} {
		var trail []lab.Admitted
		for _, x := range strings.Fields(test.trail) {
			name := strings.TrimPrefix(x, "-")
			trail = append(trail, lab.Admitted{Sample: lab.ID{name[0]}, Undone: name != x})
		}
		for _, want := range strings.Fields(test.want) {
			if got := lab.NumberInVisit(trail, lab.ID{want[0]}); got != int(want[1]-'0') {
				t.Errorf("%s: %c is number %d, want %c", test.trail, want[0], got, want[1])
			}
		}
	}
}

func TestWhatIsBroughtIsNoLessThanWhatIsThere(t *testing.T) {
	for _, test := range []struct {
		brought int32
		nth     int
		good    bool
	}{
		{1, 1, true},
		{3, 1, true},
		{3, 3, true},
		{100, 1, true},
		{0, 1, false},
		{-1, 1, false},
		{2, 3, false},
		{101, 1, false},
	} {
		if errs := lab.CheckBrought(test.brought, test.nth); test.good != (len(errs) == 0) {
			t.Errorf("%d brought, with sample %d: %v", test.brought, test.nth, errs)
		}
	}
}
