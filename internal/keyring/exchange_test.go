package keyring_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/keyring"
	"marquis/internal/lab"
)

// exchange puts other contents in the place of a ring's, as a restore does.
func exchange(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path+".put", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".put", path); err != nil {
		t.Fatal(err)
	}
}

func contentsOf(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestARingThatIsExchangedIsNotTaken: nothing is looked up under it, nothing is
// written to it, and the right file is taken again.
func TestARingThatIsExchangedIsNotTaken(t *testing.T) {
	path, elsewhere := place(t), place(t)
	r := open(t, path, true)
	first, _ := month(t, r, 2026_07_01)
	older := contentsOf(t, path)
	month(t, r, november)
	right := contentsOf(t, path)
	month(t, open(t, elsewhere, true), november)

	for name, wrong := range map[string][]byte{"another ring": contentsOf(t, elsewhere), "an older copy": older} {
		exchange(t, path, wrong)
		for call, f := range map[string]func() error{
			"a known month": func() error { _, _, err := r.Month(november); return err },
			"a new month":   func() error { _, _, err := r.Month(2027_01_01); return err },
			"look-up":       func() error { _, err := r.Hashes(lab.NewLookupCode(), 0); return err },
			"print":         func() error { _, err := r.Print(); return err },
			"drop":          func() error { _, err := r.Drop([]string{first}, november); return err },
		} {
			if err := f(); !errors.Is(err, keyring.ErrExchanged) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s, %s: %v", name, call, err)
			}
		}
		if !bytes.Equal(contentsOf(t, path), wrong) {
			t.Errorf("%s was written to", name)
		}
		exchange(t, path, right)
		if got := months(t, r); len(got) != 2 {
			t.Errorf("put back after %s: %v", name, got)
		}
	}
	newer := open(t, path, false)
	month(t, newer, 2027_01_01)
	if _, err := newer.Drop([]string{first}, november); err != nil {
		t.Fatal(err)
	}
	if got := months(t, r); !slices.Equal(got, []string{"2027-01", "2026-11"}) {
		t.Errorf("what another process did is followed: %v", got)
	}
}

// firstRing is a file as the first version wrote it.
func firstRing(t *testing.T, months ...string) []byte {
	t.Helper()
	type monthKey struct {
		Month string `json:"month"`
		Key   []byte `json:"key"`
	}
	file := struct {
		Version int        `json:"version"`
		Secret  []byte     `json:"secret"`
		Months  []monthKey `json:"months"`
		Digest  string     `json:"digest"`
	}{Version: 1, Secret: bytes.Repeat([]byte{7}, 32)}
	for i, m := range months {
		file.Months = append(file.Months, monthKey{m, bytes.Repeat([]byte{byte(i + 1)}, 32)})
	}
	plain, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(plain)
	file.Digest = hex.EncodeToString(sum[:])
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

// TestAFileOfTheFirstVersionGoesOnWorking: its keys keep the months as their ids, under
// which codes lie in the database.
func TestAFileOfTheFirstVersionGoesOnWorking(t *testing.T) {
	path := place(t)
	exchange(t, path, firstRing(t, "2026-09", "2026-10"))
	r := open(t, path, false)
	print, err := r.Print()
	if err != nil || len(print.Keys) != 2 || print.Keys[0].ID != "2026-09" || print.Keys[0].Fingerprint == print.Keys[1].Fingerprint {
		t.Fatalf("%+v, %v", print, err)
	}
	if id, key := month(t, r, 2026_10_31); id != "2026-10" || !bytes.Equal(key, bytes.Repeat([]byte{2}, 32)) {
		t.Errorf("the key of October is %s", id)
	}
	if !bytes.Contains(contentsOf(t, path), []byte(`"version": 1`)) {
		t.Error("the file was changed without need")
	}
	if id, _ := month(t, r, november); len(id) != 16 {
		t.Errorf("the key of November is %s", id)
	}
	if _, err := r.Drop([]string{"2026-09"}, november); err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path, false).Print()
	if err != nil || again.Secret != print.Secret || again.Find("2026-10").Fingerprint != print.Keys[1].Fingerprint {
		t.Errorf("%+v became %+v, %v", print, again, err)
	}
	if left := again.Find("2026-09"); left == nil || !left.Ended || left.Fingerprint != print.Keys[0].Fingerprint {
		t.Errorf("of September is left %+v", left)
	}
}
