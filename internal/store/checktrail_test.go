package store_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// past is what somebody does to the database past the program, and what is said of it.
type past struct{ name, statement, want string }

func (p past) found(t *testing.T, s *store.Store, check func() error) {
	t.Helper()
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
		{"a life that was forgotten", "INSERT INTO sample_counters (service_id, year, series, last) VALUES (1, 2025, 1, 7)", `given in series "A", and the registry goes on in ""`},
	} {
		t.Run(p.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				b := newBench(t, s)
				for range 3 {
					b.register(t, s)
				}
				p.found(t, s, func() error { return s.CheckCounters(t.Context(), operator) })
			})
		})
	}
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
				p.found(t, s, func() error { return s.CheckRoles(t.Context(), operator) })
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
	past{"left", "DELETE FROM users WHERE login = 'left'", "left, of whom the trail tells, is gone"}.found(t, s, func() error { return s.CheckRoles(t.Context(), operator) })
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
				p.found(t, s, func() error {
					n, err := s.CheckAnalyses(t.Context(), operator)
					if err == nil && n != 2 {
						t.Errorf("%d analyses were compared", n)
					}
					return err
				})
			})
		})
	}
}
