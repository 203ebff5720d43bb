package keyring

import (
	"path/filepath"
	"testing"

	"marquis/internal/lab"
)

func TestAKeyWorksFromItsMonthUntilItIsTooOldOrDropped(t *testing.T) {
	r, err := Open(filepath.Join(t.TempDir(), "keys.json"), true)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := r.Month(2026_11_30)
	if err != nil {
		t.Fatal(err)
	}
	check := func(id string, since lab.Date, want bool) {
		t.Helper()
		if have, err := r.Works(id, since); have != want || err != nil {
			t.Errorf("%q since %d: %t, %v", id, since, have, err)
		}
	}
	check(id, 2026_08_01, true)
	check(id, 2026_11_01, true)
	check(id, 2026_12_01, false)
	check("2026-10", 2026_08_01, false)
	check("", 2026_08_01, false)
	if _, err := r.Drop([]string{id}, 2026_12_01); err != nil {
		t.Fatal(err)
	}
	check(id, 2026_08_01, false)
}
