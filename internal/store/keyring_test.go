package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// ringOf is a ring with keys, each an id, and those that ended with a minus before it.
func ringOf(secret string, ids ...string) lab.RingPrint {
	ring := lab.RingPrint{Secret: secret}
	for _, id := range ids {
		id, ended := strings.CutPrefix(id, "-")
		ring.Keys = append(ring.Keys, lab.KeyPrint{ID: id, Month: "2025-02", Fingerprint: "print of " + id, Ended: ended})
	}
	return ring
}

// opens seals what begins with "old " or "new " anew, and nothing else.
func opens(user lab.Optional, sealed string) (string, error) {
	form, rest, _ := strings.Cut(sealed, " ")
	if form != "old" && form != "new" {
		return "", errors.New("does not open")
	}
	return "new " + rest, nil
}

func look(ring lab.RingPrint) store.Look {
	return func() (lab.RingPrint, error) { return ring, nil }
}

func take(t *testing.T, s *store.Store, ring lab.RingPrint) error {
	t.Helper()
	return s.TakeRing(t.Context(), lab.Operator("test"), look(ring), opens)
}

func wantRing(t *testing.T, err error, text string) {
	t.Helper()
	if !errors.Is(err, lab.ErrRing) || !strings.Contains(err.Error(), text) {
		t.Errorf("%v; want %q", err, text)
	}
}

// oldCode gives a code out as a program did before keys were known.
func oldCode(t *testing.T, s *store.Store, b bench, key string) {
	t.Helper()
	r, code := b.registration(), hashOf(key, 1)
	r.Code = &code
	if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
		t.Fatal(err)
	}
	noError(t, store.Exec(s, "DELETE FROM code_keys"))
}

func seal(t *testing.T, s *store.Store, user lab.Actor, sealed string) {
	t.Helper()
	noError(t, store.Exec(s, "UPDATE users SET totp_sealed = ? WHERE id = ?", sealed, user.UserID))
}

func TestTheFirstRingIsTakenWhereItIsProven(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, s *store.Store, b bench)
		want    string // empty: taken
	}{
		{"nothing to lose", func(*testing.T, *store.Store, bench) {}, ""},
		{"every secret opens", func(t *testing.T, s *store.Store, b bench) {
			seal(t, s, b.intake, "old 1")
			seal(t, s, b.verifier, "new 2")
			oldCode(t, s, b, "a")
		}, ""},
		{"one secret does not open", func(t *testing.T, s *store.Store, b bench) {
			seal(t, s, b.intake, "old 1")
			seal(t, s, b.verifier, "foreign 2")
		}, "does not open the authenticators of 1 of 2 people"},
		{"codes alone prove nothing", func(t *testing.T, s *store.Store, b bench) { oldCode(t, s, b, "a") }, "marquis keys adopt"},
		{"it lacks the key of a code", func(t *testing.T, s *store.Store, b bench) {
			seal(t, s, b.intake, "old 1")
			oldCode(t, s, b, "2025-01")
		}, "lacks the key of 2025-01"},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, s *store.Store, kind string) {
				b := newBench(t, s)
				test.prepare(t, s, b)
				before := everything(t, s, kind)
				err := take(t, s, ringOf("ours", "a"))
				if test.want != "" {
					wantRing(t, err, test.want)
					if everything(t, s, kind) != before {
						t.Error("a refused ring changed something")
					}
					return
				}
				noError(t, err)
				noError(t, take(t, s, ringOf("ours", "a")))
				wantRing(t, take(t, s, ringOf("theirs", "a")), "another registry")
				for _, row := range sqlRows(t, s, "SELECT totp_sealed FROM users WHERE totp_sealed <> ''", 1) {
					if !strings.HasPrefix(fmt.Sprint(row[0]), "new ") {
						t.Errorf("still sealed as %v", row[0])
					}
				}
			})
		})
	}
}

func TestARingIsComparedWithTheKeysThatAreUsed(t *testing.T) {
	for _, test := range []struct {
		name string
		ring lab.RingPrint
		want string // empty: taken
	}{
		{"the same", ringOf("ours", "a", "b"), ""},
		{"a newer one", ringOf("ours", "a", "b", "c"), ""},
		{"one in which a key has ended", ringOf("ours", "-a", "b"), ""},
		{"an older one", ringOf("ours", "a"), "lacks the key of 2025-02"},
		{"an empty one", ringOf("ours"), "lacks the key of 2025-02"},
		{"another secret", ringOf("theirs", "a", "b"), "another registry"},
		{"another key of the name", lab.RingPrint{Secret: "ours", Keys: []lab.KeyPrint{ringOf("", "a").Keys[0], {ID: "b", Month: "2025-02", Fingerprint: "x"}}}, "another key"},
		{"another key of the name, that ended", lab.RingPrint{Secret: "ours", Keys: []lab.KeyPrint{ringOf("", "a").Keys[0], {ID: "b", Fingerprint: "x", Ended: true}}}, "another key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				noError(t, take(t, s, ringOf("ours", "a", "b")))
				taken, checked := take(t, s, test.ring), s.CheckRing(t.Context(), lab.Operator("test"), look(test.ring))
				if test.want == "" {
					noError(t, errors.Join(taken, checked))
					return
				}
				wantRing(t, taken, test.want)
				wantRing(t, checked, test.want)
			})
		})
	}
}

func TestACodeUnderAKeyThatIsNotTheKnownOneIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		good := store.CodeHash{KeyID: "a", Hash: []byte{1}, Month: "2025-01", Fingerprint: "print of a"}
		other, nameless, ended := good, good, good
		other.Hash, other.Fingerprint = []byte{2}, "x"
		nameless.Hash, nameless.Month = []byte{3}, ""
		ended.Hash = []byte{4}
		register := func(code store.CodeHash) error {
			r := b.registration()
			r.Code = &code
			_, err := s.RegisterSample(t.Context(), b.intake, r)
			return err
		}
		storetest.KeepMonths(t, s, 1)
		noError(t, register(good))
		if err := register(other); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("another key: %v", err)
		}
		if err := register(nameless); err == nil {
			t.Error("a key without a month")
		}
		if n, err := s.ExpireCodes(t.Context(), lab.Operator("test"), 2025_02_28); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if err := register(ended); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("a key that has ended: %v", err)
		}
		if n := count(t, s, "lookup_codes"); n != 0 {
			t.Errorf("%d codes", n)
		}
	})
}

// TestAKeyThatIsLostMayBeFound: until then, its codes stay and nothing asks for it.
func TestAKeyThatIsLostMayBeFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		seal(t, s, b.intake, "new 1")
		oldCode(t, s, b, "b")
		noError(t, take(t, s, ringOf("ours", "a", "b")))
		plan, err := s.PlanAdoption(t.Context(), lab.Operator("test"), ringOf("ours", "a"), opens)
		if err != nil || plan.Codes != 0 || plan.Lost != 1 || len(plan.Months) != 1 || !plan.Proven {
			t.Errorf("%+v, %v", plan, err)
		}
		wantRefusal(t, "adopted by intake", s.AdoptRing(t.Context(), b.intake, ringOf("ours", "a"), opens))
		noError(t, s.AdoptRing(t.Context(), lab.Operator("test"), ringOf("ours", "a"), opens))
		noError(t, take(t, s, ringOf("ours", "a")))
		if ended, err := s.EndedKeys(t.Context(), lab.Operator("test")); err != nil || len(ended) != 0 {
			t.Errorf("keys that may be dropped: %v, %v", ended, err)
		}
		noError(t, take(t, s, ringOf("ours", "a", "b")))
		wantRing(t, take(t, s, ringOf("ours", "a")), "lacks")
		if n := count(t, s, "lookup_codes"); n != 1 {
			t.Errorf("%d codes", n)
		}
	})
}

func TestARegistryThatWasUsedNeedsItsRing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		if needs, err := s.NeedsRing(t.Context(), lab.Operator("test")); err != nil || needs {
			t.Errorf("an empty one: %t, %v", needs, err)
		}
		seal(t, s, b.intake, "old 1")
		if needs, err := s.NeedsRing(t.Context(), lab.Operator("test")); err != nil || !needs {
			t.Errorf("with a sealed secret: %t, %v", needs, err)
		}
		seal(t, s, b.intake, "")
		noError(t, take(t, s, ringOf("ours")))
		if needs, err := s.NeedsRing(t.Context(), lab.Operator("test")); err != nil || !needs {
			t.Errorf("with a ring that was taken: %t, %v", needs, err)
		}
	})
}
