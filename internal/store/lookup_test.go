package store_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func hashOf(key string, data ...byte) store.CodeHash {
	return store.CodeHash{KeyID: key, Hash: data, Month: key}
}

// lookUp looks a code up under several keys, as the public page does.
func lookUp(t testing.TB, s *store.Store, hashes ...store.CodeHash) store.Found {
	t.Helper()
	hash, err := s.Opens(t.Context(), hashes)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Lookup(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func wantNothing(t testing.TB, s *store.Store, what string, hashes ...store.CodeHash) {
	t.Helper()
	if hash, err := s.Opens(t.Context(), hashes); !errors.Is(err, lab.ErrNotFound) || hash.Hash != nil {
		t.Errorf("%s is %+v, %v", what, hash, err)
	}
	for _, hash := range hashes {
		if found, err := s.Lookup(t.Context(), hash); !errors.Is(err, lab.ErrNotFound) || found.Sample.ServiceID != 0 || found.Publications != nil {
			t.Errorf("%s finds %+v, %v", what, found, err)
		}
	}
}

func TestACodeOpensItsSampleInEveryState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		mine := hashOf("2025-02", 1, 2, 3)
		hashes := []store.CodeHash{hashOf("2025-04", 7), hashOf("2025-03", 8), mine}
		wantNothing(t, s, "a code that was never given out", hashes...)
		wantNothing(t, s, "no code")
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := s.Opens(gone, hashes); !errors.Is(err, context.Canceled) {
			t.Errorf("asked for nobody: %v", err)
		}
		if _, err := s.Lookup(gone, mine); !errors.Is(err, context.Canceled) {
			t.Errorf("looked up for nobody: %v", err)
		}
		r := b.registration(func(x *lab.Sample) { x.ExpectedReadyOn, x.Notes = x.ReceivedOn+7, "for staff" })
		r.Code = &mine
		x, err := s.RegisterSample(t.Context(), b.intake, r)
		if err != nil {
			t.Fatal(err)
		}
		b.register(t, s)

		found := lookUp(t, s, hashes...)
		want := store.Found{
			Service: lab.Service{ID: 1, Code: "UTR", Name: "Service UTR"},
			File: lab.File{Expected: b.ketamine.Expected(), Sample: lab.Sample{
				Key: lab.Key{ServiceID: b.service.ID}, ProductID: b.ketamine.ID, Form: lab.Powder, NumberYear: x.NumberYear, NumberRunning: x.NumberRunning,
				State: lab.Registered, ReceivedOn: x.ReceivedOn, ExpectedReadyOn: x.ReceivedOn + 7,
			}},
		}
		if fmt.Sprintf("%+v", found) != fmt.Sprintf("%+v", want) {
			t.Errorf("found %+v\nwant  %+v", found, want)
		}

		a := b.analyse(t, s, x, "79,5")
		if found := lookUp(t, s, mine); found.Sample.State != lab.InAnalysis || len(found.Publications) != 0 {
			t.Errorf("in analysis: %+v", found)
		}
		if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
			t.Fatal(err)
		}
		b.publish(t, s, x)
		now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WithdrawResult(t.Context(), b.verifier, x.Key, now.Version, lab.Because("en", "vials exchanged")); err != nil {
			t.Fatal(err)
		}
		found = lookUp(t, s, hashes...)
		versions, err := s.Publications(t.Context(), x.Key)
		if err != nil {
			t.Fatal(err)
		}
		if found.Sample.State != lab.InAnalysis || len(found.Publications) != 2 {
			t.Fatalf("withdrawn: %+v", found)
		}
		for i := range versions {
			v := versions[i]
			said := lab.Publication{Version: v.Version, Kind: v.Kind, Why: v.Why, Outcome: v.Outcome, Result: v.Result, PublishedOn: v.PublishedOn}
			said.ServiceID = v.ServiceID
			if d := lab.Differences(said, found.Publications[i]); len(d) > 0 {
				t.Errorf("version %d differs: %v", i+1, d)
			}
		}

		now, _, err = s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.DeclineRetest(t.Context(), b.verifier, x.Key, now.Version, "spilt by somebody"); err != nil {
			t.Fatal(err)
		}
		if found := lookUp(t, s, hashes...); found.Sample.NoRetest == "" || strings.Contains(fmt.Sprintf("%+v", found), "spilt") {
			t.Errorf("no retest follows: %+v", found)
		}

		wantNothing(t, s, "the hash under another key", hashOf("2025-03", 1, 2, 3))
		wantNothing(t, s, "a part of the hash", hashOf("2025-02", 1, 2))
		wantNothing(t, s, "an empty hash", hashOf("2025-02"), hashOf(""))
		wantNothing(t, s, "pairs that do not belong together", hashOf("2025-02", 9), hashOf("2025-03", 1, 2, 3))
	})
}

func TestNotAnalysedSaysWhy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		r := b.registration()
		r.Code = &store.CodeHash{KeyID: "2025-02", Hash: []byte{1}, Month: "2025-02"}
		x, err := s.RegisterSample(t.Context(), b.intake, r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.MoveSample(t.Context(), b.intake, x.Key, x.Version, lab.NotAnalysed, "capacity"); err != nil {
			t.Fatal(err)
		}
		if found := lookUp(t, s, *r.Code); found.Sample.State != lab.NotAnalysed || found.Sample.StateReason != "capacity" {
			t.Errorf("%+v", found)
		}
	})
}

func TestAReplacedCodeOpensNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		b := newBench(t, s)
		first, second := hashOf("2025-02", 1), hashOf("2025-03", 2)
		r := b.registration()
		r.Code = &first
		x, err := s.RegisterSample(t.Context(), b.intake, r)
		if err != nil {
			t.Fatal(err)
		}
		taken := hashOf("2025-03", 9)
		r.Code = &taken
		if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
			t.Fatal(err)
		}
		before := everything(t, s, kind)
		wantMistakes(t, s.ReplaceCode(t.Context(), b.intake, x.Key, second, " ", nil), "reason")
		wantRefusal(t, "replaced by an analyst", s.ReplaceCode(t.Context(), b.analyst, x.Key, second, "lost", nil))
		if err := s.ReplaceCode(t.Context(), b.intake, x.Key, taken, "lost", nil); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("another sample's code: %v", err)
		}
		if err := s.ReplaceCode(t.Context(), b.intake, lab.Key{ServiceID: x.ServiceID, ID: x.VisitID}, second, "lost", nil); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("no sample: %v", err)
		}
		if everything(t, s, kind) != before {
			t.Fatal("a refused replacement changed something")
		}
		if err := s.ReplaceCode(t.Context(), b.intake, x.Key, second, "slip lost", nil); err != nil {
			t.Fatal(err)
		}
		wantNothing(t, s, "the old code", first)
		lookUp(t, s, second)
		errs := atOnce(10, func(i int) error {
			return s.ReplaceCode(t.Context(), b.intake, x.Key, hashOf("2025-03", 100, byte(i)), "lost again", nil)
		})
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if n := count(t, s, "lookup_codes"); n != 2 {
			t.Errorf("%d codes of two samples", n)
		}
	})
}

func TestCodesOfPastMonthsExpire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		if has, err := s.NeedsRing(t.Context(), lab.Operator("test")); err != nil || has {
			t.Errorf("codes in an empty registry: %t, %v", has, err)
		}
		storetest.KeepMonths(t, s, 1)
		for _, key := range []string{"2024-11", "2024-12", "2025-01"} {
			code := hashOf(key, 1)
			r := b.registration()
			r.Code = &code
			if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
				t.Fatal(err)
			}
		}
		if has, err := s.NeedsRing(t.Context(), lab.Operator("test")); err != nil || !has {
			t.Errorf("no codes: %t, %v", has, err)
		}
		_, err := s.ExpireCodes(t.Context(), b.intake, 2025_01_15)
		wantRefusal(t, "ended by intake", err)
		if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_15); err != nil || n != 2 {
			t.Errorf("%d ended, %v", n, err)
		}
		if _, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 0); err == nil {
			t.Error("ended before no month")
		}
		wantNothing(t, s, "an ended code", hashOf("2024-12", 1))
		lookUp(t, s, hashOf("2024-12", 1), hashOf("2025-01", 1))
	})
}

// TestNoCodeAndNoKeyIsAnywhere goes through everything that is done with codes and
// then looks for them, and for the keys, in all tables and files.
func TestNoCodeAndNoKeyIsAnywhere(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			b := newBench(t, s)
			keys := filepath.Join(t.TempDir(), "keys.json")
			ring, err := keyring.Open(keys, true)
			if err != nil {
				t.Fatal(err)
			}
			hidden := [][]byte{ring.Secret()}
			var said []string // by errors
			give := func(day lab.Date) (lab.LookupCode, store.CodeHash) {
				code := lab.NewLookupCode()
				hash, err := ring.Hash(code, day)
				if err != nil {
					t.Fatal(err)
				}
				_, key, err := ring.Month(day)
				if err != nil {
					t.Fatal(err)
				}
				hidden = append(hidden, key, []byte(code.Print()), []byte(strings.ReplaceAll(code.Print(), "-", "")))
				return code, store.CodeHash(hash)
			}
			storetest.KeepMonths(t, s, 1)
			code, entry := give(2025_03_03)
			r := b.registration()
			r.Code = &entry
			x, err := s.RegisterSample(t.Context(), b.intake, r)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.RegisterSample(t.Context(), b.intake, r)
			said = append(said, fmt.Sprint(err))
			_, other := give(2025_01_03)
			said = append(said, fmt.Sprint(s.ReplaceCode(t.Context(), b.intake, x.Key, other, "lost "+code.Print(), nil)))
			if err := s.ReplaceCode(t.Context(), b.intake, x.Key, other, "lost", nil); err != nil {
				t.Fatal(err)
			}
			said = append(said, fmt.Sprint(s.ReplaceCode(t.Context(), b.analyst, x.Key, entry, "lost", nil)))
			_, err = s.Lookup(t.Context(), entry)
			said = append(said, fmt.Sprint(err))
			lookUp(t, s, other)
			if _, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_02_01); err != nil {
				t.Fatal(err)
			}
			ended, err := s.EndedKeys(t.Context(), lab.Operator("test"))
			if err != nil || len(ended) != 1 {
				t.Fatal(ended, err)
			}
			if _, err := ring.Drop(ended, 2025_03_03); err != nil {
				t.Fatal(err)
			}

			places := map[string]string{"a table": everything(t, s, kind), "an error": strings.Join(said, "\n"), "an event": fmt.Sprint(eventsOf(t, s))}
			for path, data := range filesByPath(t, c.Folder, filepath.Dir(keys)) {
				if path != keys {
					places[path] = data
				}
			}
			for _, secret := range hidden {
				for _, form := range []string{string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret)} {
					for place, text := range places {
						if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
							t.Errorf("a code or key stands in %s", place)
						}
					}
				}
			}
			for _, event := range eventsOf(t, s) {
				for _, hash := range []store.CodeHash{entry, other} {
					if strings.Contains(fmt.Sprint(event), hex.EncodeToString(hash.Hash)) {
						t.Errorf("event %q holds the hash of a code", event.action)
					}
				}
			}
		})
	}
}

// filesByPath reads all files of folders, an empty name left out.
func filesByPath(t testing.TB, folders ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			files[path] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// BenchmarkLookup measures look-ups of published samples by codes that may be of
// any of four months, by one and by many at once.
func BenchmarkLookup(b *testing.B) {
	for _, kind := range kinds {
		s := storetest.Open(b, storetest.Config(b, kind))
		d, service := storetest.AddMethods(b, s), storetest.Service(b, s, "UTR")
		importInto(b, s, d, service.ID, "benchmark", storetest.Generate(d, 1, *benchSamples, firstYear, lastYear))
		err := store.Exec(s, "INSERT INTO lookup_codes (code_hash, key_id, service_id, sample_id) "+
			"SELECT replace(CAST(sample_id AS text), '-', ''), '2024-12', service_id, sample_id FROM publications WHERE service_id = ?", service.ID)
		if err != nil {
			b.Fatal(err)
		}
		if err := store.Exec(s, "ANALYZE"); err != nil {
			b.Fatal(err)
		}
		var codes [][]store.CodeHash
		for _, row := range sqlRows(b, s, "SELECT code_hash FROM lookup_codes LIMIT 1000", 1) {
			hash, err := hex.DecodeString(fmt.Sprint(row[0]))
			if err != nil {
				b.Fatal(err)
			}
			codes = append(codes, []store.CodeHash{hashOf("2025-03", hash[1:]...), hashOf("2025-02", hash[2:]...), hashOf("2025-01", hash[3:]...), {KeyID: "2024-12", Hash: hash}})
		}
		look := func(b *testing.B, i int) {
			hash, err := s.Opens(b.Context(), codes[i%len(codes)])
			if err == nil {
				_, err = s.Lookup(b.Context(), hash)
			}
			if err != nil {
				b.Error(err)
			}
		}
		b.Run(kind+"/one", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				look(b, i)
			}
		})
		b.Run(kind+"/many", func(b *testing.B) {
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					look(b, i)
				}
			})
		})
	}
}
