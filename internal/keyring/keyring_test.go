package keyring_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/keyring"
	"marquis/internal/lab"
)

const november = lab.Date(2026_11_21)

// asOther is the environment variable under which the test program adds months to
// the ring it names, as another process does.
const asOther = "MARQUIS_TEST_RING"

func TestMain(m *testing.M) {
	path := os.Getenv(asOther)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := addYears(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// addYears asks for the keys of 24 months and prints them.
func addYears(path string) error {
	r, err := keyring.Open(path, true)
	if err != nil {
		return err
	}
	for year := 2025; year <= 2026; year++ {
		for month := 1; month <= 12; month++ {
			id, key, err := r.Month(lab.Date(year*10000 + month*100 + 1))
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stdout, "%s %x\n", id, key)
		}
	}
	return nil
}

func place(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "keys.json")
}

func open(t testing.TB, path string, create bool) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(path, create)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func month(t testing.TB, r *keyring.Ring, d lab.Date) (string, []byte) {
	t.Helper()
	id, key, err := r.Month(d)
	if err != nil {
		t.Fatal(err)
	}
	return id, key
}

func months(t testing.TB, r *keyring.Ring) []string {
	t.Helper()
	keys, err := r.All()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, k := range keys {
		names = append(names, k.Month)
	}
	return names
}

func TestARingIsMadeOnlyWhereThatIsAllowed(t *testing.T) {
	path := place(t)
	if _, err := keyring.Open(path, false); !errors.Is(err, keyring.ErrMissing) || !strings.Contains(err.Error(), path) {
		t.Errorf("opened: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused ring was made")
	}
	r := open(t, path, true)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if len(r.Secret()) != 32 || len(months(t, r)) != 0 {
		t.Errorf("a new ring has a secret of %d bytes and the months %v", len(r.Secret()), months(t, r))
	}
	if again := open(t, path, true); !bytes.Equal(again.Secret(), r.Secret()) {
		t.Error("a ring that is there was made anew")
	}
	if other := open(t, place(t), true); bytes.Equal(other.Secret(), r.Secret()) {
		t.Error("two rings share their secret")
	}
	if _, err := keyring.Open(filepath.Join(t.TempDir(), "missing", "keys.json"), true); err == nil {
		t.Error("made in a folder that is not there")
	}
}

func TestAMonthHasOneKeyThatLasts(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	id, key := month(t, r, november)
	if len(id) != 16 || len(key) != 32 {
		t.Errorf("%q, %d bytes", id, len(key))
	}
	for name, again := range map[string]*keyring.Ring{"the same": r, "opened again": open(t, path, false)} {
		if id2, key2 := month(t, again, 2026_11_01); id2 != id || !bytes.Equal(key2, key) {
			t.Errorf("%s: another key on another day of the month", name)
		}
	}
	_, december := month(t, r, 2026_12_01)
	if bytes.Equal(december, key) {
		t.Error("two months share a key")
	}
	clear(key)
	if _, still := month(t, r, november); bytes.Equal(still, key) {
		t.Error("the caller can change the key")
	}
	if _, _, err := r.Month(0); err == nil {
		t.Error("a key without a month")
	}
}

func TestMonthsAreNewestFirst(t *testing.T) {
	r := open(t, place(t), true)
	for _, d := range []lab.Date{2026_03_01, 2025_12_31, 2026_11_01, 2026_02_28} {
		month(t, r, d)
	}
	if got := months(t, r); !slices.Equal(got, []string{"2026-11", "2026-03", "2026-02", "2025-12"}) {
		t.Errorf("%v", got)
	}
}

func TestACodeIsHashedUnderTheKeyOfItsMonth(t *testing.T) {
	r := open(t, place(t), true)
	code := lab.NewLookupCode()
	given, err := r.Hash(code, november)
	if err != nil {
		t.Fatal(err)
	}
	if id, key := month(t, r, november); given.KeyID != id || given.Month != "2026-11" || len(given.Fingerprint) != 32 || !bytes.Equal(given.Hash, code.Hash(key)) {
		t.Errorf("hashed under %s", given.KeyID)
	}
	month(t, r, 2026_12_01)
	all, err := r.Hashes(code, 0)
	if err != nil || len(all) != 2 || all[0].Month != "2026-12" || !bytes.Equal(all[1].Hash, given.Hash) {
		t.Errorf("%d hashes, %v", len(all), err)
	}
	for since, want := range map[lab.Date]int{2026_11_30: 2, 2026_12_01: 1, 2027_01_01: 0} {
		if some, err := r.Hashes(code, since); err != nil || len(some) != want {
			t.Errorf("%d hashes since %s, %v", len(some), since, err)
		}
	}
	if others, _ := r.Hashes(lab.NewLookupCode(), 0); bytes.Equal(others[1].Hash, given.Hash) {
		t.Error("two codes share a hash")
	}
}

func TestDroppedKeysAreGone(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	_, old := month(t, r, 2026_07_31)
	month(t, r, 2026_08_01)
	month(t, r, november)
	secret := r.Secret()
	other := open(t, path, false)
	held, err := os.Open(path) // as somebody does who reads it at that moment
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()

	july, _ := month(t, r, 2026_07_31)
	dropped, err := r.Drop([]string{july, "unknown"}, november)
	if err != nil || !slices.Equal(dropped, []string{"2026-07"}) {
		t.Fatalf("dropped %v, %v", dropped, err)
	}
	for name, ring := range map[string]*keyring.Ring{"here": r, "in another process": other, "opened again": open(t, path, false)} {
		if got := months(t, ring); !slices.Equal(got, []string{"2026-11", "2026-08"}) {
			t.Errorf("%s: %v", name, got)
		}
		if !bytes.Equal(ring.Secret(), secret) {
			t.Errorf("%s: the secret changed", name)
		}
	}
	var left bytes.Buffer
	if _, err := left.ReadFrom(held); err != nil || runtime.GOOS != "windows" && len(bytes.Trim(left.Bytes(), "\x00")) > 0 {
		t.Errorf("the old file was not overwritten: %d bytes, %v", left.Len(), err)
	}
	if again, err := r.Drop([]string{july}, november); err != nil || again != nil {
		t.Errorf("dropped again: %v, %v", again, err)
	}
	if _, err := r.Drop([]string{july}, 0); err == nil {
		t.Error("dropped on no day")
	}
	if id, anew := month(t, r, 2026_07_01); id == july || bytes.Equal(anew, old) {
		t.Error("a dropped key came back")
	}
	print, err := r.Print()
	if err != nil {
		t.Fatal(err)
	}
	if left := print.Find(july); left == nil || !left.Ended || left.Month != "2026-07" || len(left.Fingerprint) != 32 {
		t.Errorf("of the dropped key is left: %+v", left)
	}
}

func TestFilesThatAreNoRingAreRefusedAndStay(t *testing.T) {
	path := place(t)
	month(t, open(t, path, true), november)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "zeros": make([]byte, len(good)), "text": []byte("hello"), "a list": []byte("[]"), "an object": []byte("{}"),
		"truncated": good[:len(good)/2], "without the last brace": good[:len(good)-2], "twice": append(slices.Clone(good), good...),
		"another version": bytes.Replace(good, []byte(`"version": 2`), []byte(`"version": 3`), 1),
		"another month":   bytes.Replace(good, []byte("2026-11"), []byte("2026-10"), 1),
		"no month":        bytes.Replace(good, []byte("2026-11"), []byte("2026-13"), 1),
		"an earlier one":  bytes.Replace(good, []byte(`"version": 2`), []byte(`"version": 1`), 1),
		"unknown field":   bytes.Replace(good, []byte(`"version"`), []byte(`"x": 1, "version"`), 1),
		"a number":        bytes.Replace(good, []byte(`"secret": "`), []byte(`"secret": 7, "x": "`), 1),
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t)
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, create := range []bool{false, true} {
				if _, err := keyring.Open(path, create); err == nil || errors.Is(err, keyring.ErrMissing) || !strings.Contains(err.Error(), path) {
					t.Errorf("opened: %v", err)
				}
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestARingThatGoesAwayIsNotMadeAnew(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	month(t, r, november)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Month(november); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("month: %v", err)
	}
	if _, err := r.All(); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("all: %v", err)
	}
	if _, err := r.Hashes(lab.NewLookupCode(), 0); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("hashes: %v", err)
	}
	if _, err := r.Drop([]string{"x"}, november); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("drop: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the ring was made anew")
	}
}

func TestALinkStaysALink(t *testing.T) {
	path, link := place(t), place(t)
	open(t, path, true)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	month(t, open(t, link, false), november)
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v now, %v", info.Mode(), err)
	}
	if got := months(t, open(t, path, false)); len(got) != 1 {
		t.Errorf("months %v", got)
	}
}

func TestWhatAnEarlierCrashLeftIsRemoved(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	if err := os.WriteFile(path+".new", []byte("half a ri"), 0o644); err != nil {
		t.Fatal(err)
	}
	month(t, r, november)
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it is still there")
	}
	month(t, open(t, path, false), november)
}

// TestManyProcessesAgree: however many ask at once, a month has one key, and a
// ring has one secret.
func TestManyProcessesAgree(t *testing.T) {
	path := place(t)
	var wg sync.WaitGroup
	outputs := make([]string, 6)
	for i := range outputs {
		wg.Go(func() {
			program := exec.Command(os.Args[0])
			program.Env = append(os.Environ(), asOther+"="+path)
			out, err := program.CombinedOutput()
			if outputs[i] = string(out); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	for _, out := range outputs {
		if out != outputs[0] || strings.Count(out, "\n") != 24 {
			t.Fatal("the processes have different keys")
		}
	}
	if got := months(t, open(t, path, false)); len(got) != 24 {
		t.Errorf("%d months", len(got))
	}
}

func TestManyAtOnceAgree(t *testing.T) {
	path := place(t)
	rings := []*keyring.Ring{open(t, path, true), open(t, path, true), open(t, path, true)}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			r := rings[i%len(rings)]
			for m := 1; m <= 12; m++ {
				if _, _, err := r.Month(lab.Date(2026_00_01 + m*100)); err != nil {
					t.Error(err)
				}
				if _, err := r.Hashes(lab.NewLookupCode(), 0); err != nil {
					t.Error(err)
				}
			}
			id, _, err := r.Month(2026_04_01)
			if err != nil {
				t.Error(err)
			}
			if _, err := r.Drop([]string{id}, november); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range rings {
		if got := months(t, r); len(got) < 11 {
			t.Errorf("months %v", got)
		}
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	_, key := month(t, r, november)
	keys, err := r.All()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	for _, v := range []any{keys[0], &keys[0], keys, r, *new(keyring.Key)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&said, verb+"\n", v)
		}
		if err := json.NewEncoder(&said).Encode(v); err != nil {
			t.Error(err)
		}
		slog.New(slog.NewJSONHandler(&said, nil)).Info("keys", "value", v)
		slog.New(slog.NewTextHandler(&said, nil)).Info("keys", "value", v)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data[:len(data)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = r.All()
	fmt.Fprintln(&said, err)
	_, err = keyring.Open(path, true)
	fmt.Fprintln(&said, err)
	for _, secret := range [][]byte{key, r.Secret()} {
		for _, form := range []string{
			string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)),
			base64.StdEncoding.EncodeToString(secret), decimals(secret),
		} {
			if strings.Contains(said.String(), form) {
				t.Errorf("a key was printed: %s", form)
			}
		}
	}
}

// decimals writes bytes as fmt writes a slice of them, without the brackets.
func decimals(data []byte) string {
	var parts []string
	for _, b := range data {
		parts = append(parts, strconv.Itoa(int(b)))
	}
	return strings.Join(parts, " ")
}

// TestAnyDamageIsFound: whatever single byte changes, and wherever the file ends,
// it is refused or says the same.
func TestAnyDamageIsFound(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	_, key := month(t, r, november)
	month(t, r, 2026_12_01)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := place(t)
	rapid.Check(t, func(t *rapid.T) {
		data := slices.Clone(good)
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			data = data[:at]
		} else {
			data[at] = rapid.Byte().Draw(t, "byte")
		}
		if err := os.WriteFile(damaged, data, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := keyring.Open(damaged, true)
		if err != nil {
			return
		}
		if _, same, err := x.Month(november); err != nil || !bytes.Equal(same, key) || !bytes.Equal(x.Secret(), r.Secret()) {
			t.Fatalf("another ring was read: %v", err)
		}
	})
}

// TestARingIsWhatWasDoneToIt compares the ring, through two openings of its file,
// with a plain map.
func TestARingIsWhatWasDoneToIt(t *testing.T) {
	day := rapid.Custom(func(t *rapid.T) lab.Date {
		return lab.Date(rapid.IntRange(2024, 2027).Draw(t, "year")*10000 + rapid.IntRange(1, 12).Draw(t, "month")*100 + rapid.IntRange(1, 28).Draw(t, "day"))
	})
	folder := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(folder, fmt.Sprint(n))
		var rings []*keyring.Ring
		for range 2 {
			r, err := keyring.Open(path, true)
			if err != nil {
				t.Fatal(err)
			}
			rings = append(rings, r)
		}
		want, ids, ended := map[string]string{}, map[string]string{}, map[string]bool{} // keys by id, ids by month, all ids ever
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			r, d := rapid.SampledFrom(rings).Draw(t, "ring"), day.Draw(t, "day")
			if rapid.IntRange(0, 4).Draw(t, "drop") == 0 {
				id := ids[d.YearMonth()]
				dropped, err := r.Drop([]string{id}, d)
				if _, held := want[id]; err != nil || held != (len(dropped) == 1) || held && dropped[0] != d.YearMonth() {
					t.Fatalf("dropped %v, %v", dropped, err)
				}
				delete(want, id)
				delete(ids, d.YearMonth())
				continue
			}
			id, key, err := r.Month(d)
			if before, ok := ids[d.YearMonth()]; err != nil || ok && id != before || !ok && ended[id] {
				t.Fatalf("%s: %s instead of %s, %v", d, id, before, err)
			}
			if before, ok := want[id]; ok && before != string(key) {
				t.Fatalf("%s has another key", id)
			}
			want[id], ids[d.YearMonth()], ended[id] = string(key), id, true
		}
		for _, r := range rings {
			keys, err := r.All()
			if err != nil || len(keys) != len(want) || !slices.IsSortedFunc(keys, func(a, b keyring.Key) int { return strings.Compare(b.Month, a.Month) }) {
				t.Fatalf("%d keys of %d, %v", len(keys), len(want), err)
			}
		}
	})
}

func BenchmarkHashes(b *testing.B) {
	r := open(b, place(b), true)
	for m := 1; m <= 4; m++ {
		month(b, r, lab.Date(2026_00_01+m*100))
	}
	code := lab.NewLookupCode()
	for b.Loop() {
		if _, err := r.Hashes(code, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// TestACopyIsOpenedWithoutAFile: it is the ring that it was made of, and nothing is added.
func TestACopyIsOpenedWithoutAFile(t *testing.T) {
	path := place(t)
	r := open(t, path, true)
	month(t, r, november)
	file, want, err := r.Copy()
	if err != nil {
		t.Fatal(err)
	}
	held, err := keyring.OpenCopy(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := held.Print(); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, %v", got, err)
	}
	if _, _, err := held.Month(2027_01_01); err == nil {
		t.Error("a key was added to a copy")
	}
	if _, err := keyring.OpenCopy(file[1:]); err == nil {
		t.Error("a damaged copy was opened")
	}
}
