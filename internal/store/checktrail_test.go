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

// past is what somebody does to the database past the program, and what is said of it.
type past struct{ name, statement, want string }

func (p past) found(t *testing.T, s *store.Store, looks func(store.Snapshot) error) {
	t.Helper()
	check := func() error { return s.Snapshot(t.Context(), operator, looks) }
	noError(t, check())
	if err := store.Exec(s, p.statement); err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	if err := check(); err == nil || !strings.Contains(err.Error(), p.want) {
		t.Errorf("%s: %v, want %q", p.name, err, p.want)
	}
}

// TestACounterThatWentBackIsFound: it would give numbers that are on labels.
func TestACounterThatWentBackIsFound(t *testing.T) {
	for _, p := range []past{
		{"back by one", "UPDATE sample_counters SET last = 2 WHERE service_id = 1", `that of UTR, 2025, series "" stands at 2, and UTR-2025-00003 was given`},
		{"gone", "DELETE FROM sample_counters WHERE service_id = 1", "is gone, and UTR-2025-00003 was given"},
		{"another year", "UPDATE sample_counters SET year = 2024 WHERE service_id = 1", "is gone, and UTR-2025-00003 was given"},
		{"another number", "UPDATE samples SET number_running = 7 WHERE service_id = 1 AND number_running = 3", "has the number UTR-2025-00007, and the trail tells that it was given UTR-2025-00003"},
		{"another year on a label", "UPDATE samples SET number_year = 2024 WHERE service_id = 1 AND number_running = 1", "has the number UTR-2024-00001, and the trail tells that it was given UTR-2025-00001"},
		{"another series", "UPDATE samples SET number_series = 2 WHERE service_id = 1 AND number_running = 1", "has the number UTR-2025-B00001, and the trail tells that it was given UTR-2025-00001"},
		{"a life that was forgotten", "INSERT INTO sample_counters (service_id, year, series, last) VALUES (1, 2025, 1, 7)", `given in series "A", and the registry goes on in ""`},
	} {
		t.Run(p.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				for range 3 {
					b.register(t, s)
				}
				p.found(t, s, store.Snapshot.CheckNumbers)
			})
		})
	}
}

// newestRemoved are statements that remove the newest sample with all that tells of it but
// the trail, and let its number be given again.
var newestRemoved = []string{
	"DELETE FROM sample_facts WHERE service_id = 1 AND sample_id IN (SELECT id FROM samples WHERE service_id = 1 AND number_running = 3)",
	"DELETE FROM sample_expectations WHERE service_id = 1 AND sample_id IN (SELECT id FROM samples WHERE service_id = 1 AND number_running = 3)",
	"DELETE FROM samples WHERE service_id = 1 AND number_running = 3",
	"UPDATE sample_counters SET last = 2 WHERE service_id = 1",
}

// TestANumberThatWasGivenTwiceIsFound, before it is given again and afterwards.
func TestANumberThatWasGivenTwiceIsFound(t *testing.T) {
	for name, again := range map[string]bool{"before": false, "afterwards": true} {
		for _, kind := range kinds {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				c := storetest.Config(t, kind)
				s := storetest.Open(t, c)
				b := newBench(t, s)
				for range 3 {
					b.register(t, s)
				}
				noError(t, s.Snapshot(t.Context(), operator, store.Snapshot.CheckNumbers))
				removeNewest(t, s, c)
				want := "the sample UTR-2025-00003, of which the trail tells, is gone"
				if again {
					x := b.register(t, s)
					want = "the number UTR-2025-00003 was given twice: the sample that was registered with it is gone, and sample " + x.ID.String() + " has it"
				}
				if err := s.Snapshot(t.Context(), operator, store.Snapshot.CheckNumbers); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
			})
		}
	}
}

// removeNewest removes what newestRemoved names past all rules: PostgreSQL lets the
// program remove no sample.
func removeNewest(t *testing.T, s *store.Store, c store.Config) {
	t.Helper()
	if c.DatabaseURL != "" {
		asSuperuser(t, c.DatabaseURL, append([]string{"SET session_replication_role = replica"}, newestRemoved...)...)
		return
	}
	for _, statement := range newestRemoved {
		noError(t, store.Exec(s, statement))
	}
}

// TestASampleThatNobodyRegisteredIsFound, although its number is free and its counter right.
func TestASampleThatNobodyRegisteredIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		noError(t, s.Snapshot(t.Context(), operator, store.Snapshot.CheckNumbers))
		for _, statement := range []string{
			"CREATE TABLE y AS SELECT * FROM samples WHERE service_id = 1", "UPDATE y SET id = '0195571e-1c00-7abc-8def-0123456789ab', number_running = 2, visit_id = NULL WHERE service_id = 1",
			"INSERT INTO samples SELECT * FROM y WHERE service_id = 1", "UPDATE sample_counters SET last = 2 WHERE service_id = 1",
		} {
			noError(t, store.Exec(s, statement))
		}
		err := s.Snapshot(t.Context(), operator, store.Snapshot.CheckNumbers)
		if err == nil || !strings.Contains(err.Error(), "nobody who registered sample 0195571e-1c00-7abc-8def-0123456789ab of service 1") {
			t.Errorf("beside %s: %v", x.ID, err)
		}
	})
}

// TestWhatTheProgramDidIsNoFault: imports, samples that were described, undone, closed,
// released and taken back, and those of a registry in its second life.
func TestWhatTheProgramDidIsNoFault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		for _, d := range deeds(t, s, b) {
			if err := d.do(); err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
		}
		atOffice := func(x *lab.Sample) { x.LocationID = 1 }
		undone := b.register(t, s, atOffice)
		_, err := s.UndoSample(t.Context(), b.intake, undone.Key, func(bool) (string, error) { return "{}", nil })
		noError(t, err)
		_, err = s.BeginLife(t.Context(), operator, lab.At(storetest.Now), 0)
		noError(t, err)
		b.register(t, s, atOffice)
		noError(t, s.Snapshot(t.Context(), operator, allHolds))
	})
}

// allHolds is everything that is compared with something else.
func allHolds(x store.Snapshot) error {
	for _, check := range []func() error{
		func() error { _, err := x.CheckTrail(); return err },
		x.CheckNumbers, x.CheckMark, x.CheckRoles,
		func() error { _, err := x.CheckAnalyses(); return err },
		func() error {
			moved, err := x.CompareFacts()
			if err == nil && moved.Changed > 0 {
				err = fmt.Errorf("the facts of %d samples moved", moved.Changed)
			}
			return err
		},
		func() error { _, err := x.CheckCodes(20); return err },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// TestWhatIsSavedMeanwhileIsNoFault: each thing is compared with another as of the same
// moment, however much is registered and released beside it.
func TestWhatIsSavedMeanwhileIsNoFault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.released(t, s, b.register(t, s))
		noError(t, store.Exec(s, "INSERT INTO settings (name, value) VALUES ('key ring', 'ours') ON CONFLICT (name) DO UPDATE SET value = 'ours'"))
		looked := make(chan struct{})
		go func() {
			defer close(looked)
			for round := range 15 {
				_, err := s.VerifyAudit(t.Context(), operator)
				if round%5 == 0 {
					err = errors.Join(err, s.Snapshot(t.Context(), operator, allHolds))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for registered := 0; ; registered++ {
			select {
			case <-looked:
				if registered == 0 {
					t.Error("nothing was registered meanwhile")
				}
				return
			default:
			}
			r := b.registration()
			r.Code = &store.CodeHash{KeyID: "2025-02", Hash: fmt.Appendf(nil, "%032d", registered), Month: "2025-02"}
			x := must[lab.Sample](t)(s.RegisterSample(t.Context(), b.intake, r))
			if registered%3 == 0 {
				b.released(t, s, x)
			}
		}
	})
}

// TestAMarkThatIsGoneIsFound, of a registry whose samples are made up, and one that nobody
// made.
func TestAMarkThatIsGoneIsFound(t *testing.T) {
	for _, p := range []past{
		{"gone", "DELETE FROM settings WHERE name = 'synthetic'", `marked synthetic with "", and the trail tells of "` + madeUp + `"`},
		{"emptied", "UPDATE settings SET value = '' WHERE name = 'synthetic'", `marked synthetic with "", and`},
		{"another", "UPDATE settings SET value = 'seed 2' WHERE name = 'synthetic'", `marked synthetic with "seed 2", and`},
	} {
		t.Run(p.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				noError(t, s.MarkSynthetic(t.Context(), operator, madeUp))
				p.found(t, s, store.Snapshot.CheckMark)
			})
		})
	}
	t.Run("made by nobody", func(t *testing.T) {
		storetest.Each(t, func(t *testing.T, s *store.Store) {
			past{"made by nobody", "INSERT INTO settings (name, value) VALUES ('synthetic', 'seed 1')", `marked synthetic with "seed 1", and the trail tells of ""`}.
				found(t, s, store.Snapshot.CheckMark)
		})
	})
}

// TestRolesThatNobodyGaveAreFound, and those that were taken past the program.
func TestRolesThatNobodyGaveAreFound(t *testing.T) {
	for _, p := range []past{
		{"a role more", "INSERT INTO memberships (user_id, service_id, role) SELECT id, 0, 'administrator' FROM users WHERE login = 'intake'", "intake has the roles [administrator@0 intake@1], and the trail tells of [intake@1]"},
		{"another role", "UPDATE memberships SET role = 'verifier' WHERE role = 'laboratory'", "analyst has the roles [verifier@1], and the trail tells of [laboratory@1]"},
		{"no role", "DELETE FROM memberships WHERE role = 'coordinator'", "moved has the roles [], and the trail tells of [coordinator@1]"},
		{"let in again", "UPDATE users SET disabled = false WHERE login = 'gone'", "gone is disabled: false, and the trail tells of true"},
		{"somebody whom nobody added", "INSERT INTO users (id, login, name, password_hash, totp_sealed, totp_step, disabled) VALUES (99, 'eve', 'Eve', '', '', 0, false)", "nobody who added eve"},
	} {
		t.Run(p.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				moved, gone := storetest.Person(t, s, "moved", b.service.ID, lab.Intake, lab.Verifier), storetest.Person(t, s, "gone", b.service.ID, lab.Verifier)
				noError(t, s.SetMemberships(t.Context(), operator, moved.UserID, []lab.Membership{{ServiceID: b.service.ID, Role: lab.Coordinator}}))
				noError(t, s.DisableUser(t.Context(), operator, gone.UserID, true))
				noError(t, s.DisableUser(t.Context(), operator, moved.UserID, true))
				noError(t, s.DisableUser(t.Context(), operator, moved.UserID, false))
				p.found(t, s, store.Snapshot.CheckRoles)
			})
		})
	}
}

// TestSomebodyWhoIsGoneIsFound in a SQLite file; PostgreSQL lets nobody remove a row of a
// user.
func TestSomebodyWhoIsGoneIsFound(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	newBench(t, s)
	storetest.Person(t, s, "left", 0)
	past{"left", "DELETE FROM users WHERE login = 'left'", "left, of whom the trail tells, is gone"}.found(t, s, store.Snapshot.CheckRoles)
}

// TestAnalysesThatAreNotWhatTheTrailTellsAreFound: whatever was entered, changed, asked
// about, verified and retracted by the program is as the trail tells.
func TestAnalysesThatAreNotWhatTheTrailTellsAreFound(t *testing.T) {
	const changed = "(SELECT id FROM analyses WHERE service_id = 1 AND state = 'entered')"
	for _, p := range []past{
		{"an amount", "UPDATE findings SET amount_value = 1 WHERE service_id = 1 AND analysis_id = " + changed + " AND amount_value = 650000", "amount_value is 1, and was 650000"},
		{"a finding less", "DELETE FROM findings WHERE service_id = 1 AND detection = 'identified'", "is nothing, and was"},
		{"a finding of another substance", "UPDATE findings SET substance_id = 1 WHERE service_id = 1 AND detection = 'identified'", "findings.1.detection is"},
		{"an uncertainty that nobody told", "UPDATE findings SET uncertainty = 7 WHERE service_id = 1 AND detection = 'quantified'", "uncertainty is 7, and was nothing"},
		{"a conclusion", "UPDATE analyses SET conclusion = 'inconclusive' WHERE service_id = 1", `conclusion is "inconclusive", and was "findings"`},
		{"taken back", "UPDATE analyses SET state = 'verified' WHERE service_id = 1 AND state = 'retracted'", `its state is "verified", and was "retracted"`},
		{
			"entered by nobody", "INSERT INTO analyses (service_id, id, sample_id, version, method_id, level, performed_on, conclusion, reported, state, state_reason, signature, " +
				"entered_by, entered_at, verified_by, verified_at, retracted_by, retracted_at, import_id, notes, touched_by, overruled) " +
				"SELECT service_id, '0195571e-1c00-7abc-8def-0123456789ab', sample_id, version, method_id, level, performed_on, conclusion, reported, state, state_reason, signature, " +
				"entered_by, entered_at, verified_by, verified_at, retracted_by, retracted_at, import_id, notes, touched_by, overruled FROM analyses WHERE service_id = 1 AND state = 'entered'",
			"the trail tells of nobody who entered analysis 0195571e-1c00-7abc-8def-0123456789ab of service 1",
		},
		{"a finding more", "INSERT INTO findings (service_id, id, sample_id, analysis_id, substance_id, reported_as, detection, amount_value, amount_scale, amount_decimals, basis, uncertainty, stereo, abundance) " +
			"SELECT service_id, '0195571e-1c00-7abc-8def-0123456789ab', sample_id, analysis_id, 1, '', 'identified', 0, '', 0, '', 0, stereo, abundance FROM findings WHERE service_id = 1 AND analysis_id = " + changed + " LIMIT 1", "findings.1."},
	} {
		t.Run(p.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				x := b.register(t, s)
				a := b.analyse(t, s, x, "79,5", lab.Finding{SubstanceID: b.levamisole, Detection: lab.Identified})
				amount, err := lab.ParseAmount("65", "%")
				noError(t, err)
				other := a
				other.Notes = "weighed again"
				a, err = s.ChangeAnalysis(t.Context(), b.analyst, a.Key, a.Version, other, []lab.Finding{
					{SubstanceID: b.ketamineID, Detection: lab.Quantified, Amount: amount, Basis: lab.BasisBase}, {SubstanceID: b.sugar, Detection: lab.Identified},
				}, "")
				noError(t, err)
				_, err = s.AskAnalysis(t.Context(), b.verifier, a.Key, a.Version, "Which vial?")
				noError(t, err)
				back := b.analyse(t, s, x, "60")
				back, err = s.VerifyAnalysis(t.Context(), b.verifier, back.Key, back.Version, true)
				noError(t, err)
				_, err = s.RetractAnalysis(t.Context(), b.verifier, back.Key, back.Version, "the wrong vial")
				noError(t, err)
				p.found(t, s, func(x store.Snapshot) error {
					n, err := x.CheckAnalyses()
					if err == nil && n != 2 {
						t.Errorf("%d analyses were compared", n)
					}
					return err
				})
			})
		})
	}
}
