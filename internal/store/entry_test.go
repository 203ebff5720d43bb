package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// desk is a bench at which a substance and a product are proposed that the dictionary lacks,
// with people of another service.
type desk struct {
	bench
	there          lab.Service
	other, another lab.Actor // who review
	zalpidone      lab.SubstanceID
	monday         lab.ProductID
}

func newDesk(t testing.TB, s *store.Store) desk {
	t.Helper()
	d := desk{bench: newBench(t, s), there: storetest.Service(t, s, "AMS")}
	d.other = storetest.Person(t, s, "other", d.there.ID, lab.Verifier, lab.Intake)
	d.another = storetest.Person(t, s, "another", 0, lab.Coordinator)
	x, err := s.ProposeSubstance(t.Context(), d.analyst, d.service.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "library match"})
	noError(t, err)
	p, err := s.ProposeProduct(t.Context(), d.intake, d.service.ID, lab.ProductProposal{
		ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram, Expected: []lab.Expected{{SubstanceID: lab.Optional(d.ketamineID)}}}, Why: "heard at the desk",
	})
	noError(t, err)
	d.zalpidone, d.monday = x.ID, p.ID
	return d
}

// words is the dictionary as everybody is shown it.
func words(t testing.TB, s *store.Store) *lab.Dictionary {
	t.Helper()
	d, err := s.Words(t.Context())
	noError(t, err)
	return d
}

// holdingIt is a released sample in which the substance was found beside ketamine.
func (d desk) holdingIt(t testing.TB, s *store.Store, id lab.SubstanceID) lab.Sample {
	t.Helper()
	x := d.register(t, s)
	a := d.analyse(t, s, x, "80", lab.Finding{SubstanceID: id, Detection: lab.Identified})
	_, err := s.VerifyAnalysis(t.Context(), d.verifier, a.Key, a.Version, false)
	noError(t, err)
	d.publish(t, s, x)
	return x
}

// countsAs is the role of a substance in the facts, and the outcome of its sample.
func countsAs(t testing.TB, s *store.Store, x lab.Sample, id lab.SubstanceID) string {
	t.Helper()
	rows := sqlRows(t, s, fmt.Sprintf("SELECT f.role, s.outcome FROM finding_facts f JOIN sample_facts s ON s.service_id = f.service_id AND s.sample_id = f.sample_id "+
		"WHERE f.service_id = %d AND f.sample_id = '%s' AND f.substance_id = %d", x.ServiceID, x.ID, id), 2)
	if len(rows) != 1 {
		return fmt.Sprint(rows)
	}
	return fmt.Sprint(rows[0][0], " ", rows[0][1])
}

// filler is an entry that says of zalpidone that it is inert.
func filler() lab.SubstanceEntry {
	return lab.SubstanceEntry{Name: "zalpidone", Class: "other", Role: lab.RoleExcipient, CAS: "123456-78-0"}
}

// What somebody proposed is found and counted at once, as what acts, whatever the entry says.
// After the review by somebody else it counts as the entry says, in the facts of released
// samples too, and after the next change by precaution again.
func TestASubstanceCountsByPrecautionUntilTheReview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		x := d.holdingIt(t, s, d.zalpidone)
		care, said := "adulterant adulterated", "excipient expected_only"
		if got := countsAs(t, s, x, d.zalpidone); !strings.HasPrefix(got, "adulterant ") {
			t.Fatalf("proposed it counts as %s", got)
		} else {
			care = got
		}
		revised := func(what string, step func() error, want string, raised bool) {
			t.Helper()
			before := revision(t, s, d.service.ID)
			noError(t, step())
			got := countsAs(t, s, x, d.zalpidone)
			if want == said {
				if role, _, _ := strings.Cut(got, " "); role != string(lab.RoleExcipient) || got == care {
					t.Errorf("%s: it counts as %s", what, got)
				}
			} else if got != want {
				t.Errorf("%s: it counts as %s, want %s", what, got, want)
			}
			if after := revision(t, s, d.service.ID); after > before != raised {
				t.Errorf("%s: the revision was %d and is %d", what, before, after)
			}
			if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 {
				t.Errorf("%s: making the facts anew moves %+v, %v", what, moved, err)
			}
		}
		revised("changed", func() error { return s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, filler(), false) }, care, true)
		if e := words(t, s).Substances[d.zalpidone]; e.Said.Role != lab.RoleExcipient || e.Role != lab.RoleAdulterant || !e.Active || !e.Psychoactive || e.Reviewed {
			t.Errorf("changed it is %+v", e)
		}
		for what, by := range map[string]lab.Actor{"who proposed it": d.analyst, "who changed it": d.verifier} {
			wantRefused(t, what, s.ReviewSubstance(t.Context(), by, d.zalpidone, 2))
		}
		wantStale(t, "who has seen the version before", s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 1))
		revised("reviewed", func() error { return s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 2) }, said, true)
		if e := words(t, s).Substances[d.zalpidone]; !e.Reviewed || e.ReviewedBy != d.other.UserID || e.ReviewedAt.IsZero() || e.Version != 3 || e.Active {
			t.Errorf("reviewed it is %+v", e)
		}
		wantRefused(t, "once more", s.ReviewSubstance(t.Context(), d.another, d.zalpidone, 3))
		again := filler()
		again.CAS = ""
		revised("changed again", func() error { return s.ChangeSubstance(t.Context(), d.other, d.zalpidone, 3, again, false) }, care, true)
		if e := words(t, s).Substances[d.zalpidone]; e.Reviewed || e.ReviewedBy != 0 || e.ChangedBy != d.other.UserID || e.CAS != "" {
			t.Errorf("changed again it is %+v", e)
		}
		wantRefused(t, "who changed it last", s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 4))
	})
}

// A stale change is refused, tells what differs, and writes nothing.
func TestAStaleEntryIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, filler(), false))
		mine := filler()
		mine.CAS, mine.Formula = "123457-78-3", "C8H10N4O2"
		stale := wantStale(t, "the second", s.ChangeSubstance(t.Context(), d.other, d.zalpidone, 1, mine, false))
		var fields []string
		for _, x := range stale.Changed {
			fields = append(fields, x.Field)
		}
		if stale.Have != 2 || stale.Want != 1 || !slices.Equal(fields, []string{"cas", "formula"}) {
			t.Errorf("it says %+v", stale)
		}
		if e := words(t, s).Substances[d.zalpidone]; e.CAS != "123456-78-0" || e.Formula != "" || e.Version != 2 {
			t.Errorf("it is %+v", e)
		}
		wantStale(t, "a product", s.ChangeProduct(t.Context(), d.other, d.monday, 2, lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram}, false))
	})
}

// Of several who do the same at once exactly one does it, and the others are told that there
// is a newer version.
func TestOneOfManyReviewers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		var people []lab.Actor
		for i := range 6 {
			people = append(people, storetest.Person(t, s, fmt.Sprintf("p%d", i), d.there.ID, lab.Verifier))
		}
		noError(t, s.Judge(t.Context(), d.verifier, lab.SubstanceJudgement{SubstanceID: d.levamisole, Danger: lab.DangerHigh, Source: "a paper, 2020, p. 1"}))
		noError(t, s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"}))
		moved := func(err error) bool {
			var stale *lab.StaleError
			return errors.As(err, &stale)
		}
		reviewed := func(err error) bool {
			var refused *lab.MoveError
			return errors.As(err, &refused)
		}
		for what, x := range map[string]struct {
			do      func(by lab.Actor) error
			refused func(error) bool
		}{
			"a substance": {func(by lab.Actor) error { return s.ReviewSubstance(t.Context(), by, d.zalpidone, 1) }, moved},
			"a product":   {func(by lab.Actor) error { return s.ReviewProduct(t.Context(), by, d.monday, 1) }, moved},
			"a judgement": {func(by lab.Actor) error { return s.ReviewJudgement(t.Context(), by, d.levamisole, 1) }, moved},
			"a name": {func(by lab.Actor) error {
				return s.ReviewSubstanceName(t.Context(), by, d.ketamineID, "zwolse K1000")
			}, reviewed},
		} {
			t.Run(what, func(t *testing.T) {
				one(t, atOnce(len(people), func(i int) error { return x.do(people[i]) }), x.refused)
			})
		}
		t.Run("changes", func(t *testing.T) {
			one(t, atOnce(len(people), func(i int) error {
				e := filler()
				e.Formula = fmt.Sprintf("C%dH8", i+2)
				return s.ChangeSubstance(t.Context(), people[i], d.zalpidone, 2, e, false)
			}), moved)
		})
		t.Run("judgements", func(t *testing.T) {
			one(t, atOnce(len(people), func(i int) error {
				return s.Judge(t.Context(), people[i], lab.SubstanceJudgement{SubstanceID: d.levamisole, Version: 2, Danger: lab.DangerExtreme, Source: fmt.Sprintf("paper %d, 2020", i)})
			}), moved)
		})
		if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
			t.Error(err)
		}
	})
}

// The database itself refuses who reviews their own.
func TestTheDatabaseRefusesToReviewOnesOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, filler(), false))
		noError(t, s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"}))
		noError(t, s.NameProduct(t.Context(), d.intake, d.ketamine.ID, lab.NameProposal{Name: "zwolse K2000", Why: "heard"}))
		insert := fmt.Sprintf("INSERT INTO substance_judgements (substance_id, version, danger, source, line_en, line_nl, line_source, author_id, reviewer_id, at) "+
			"VALUES (%d, 1, 'high', 'a', '', '', '', %d, %d, '2025-03-03T12:00:00Z')", d.levamisole, d.verifier.UserID, d.verifier.UserID)
		for _, statement := range []string{
			"UPDATE substances SET reviewed_by = proposed_by WHERE proposed_by IS NOT NULL",
			"UPDATE substances SET reviewed_by = changed_by WHERE proposed_by IS NOT NULL",
			"UPDATE products SET reviewed_by = proposed_by WHERE proposed_by IS NOT NULL",
			"UPDATE products SET proposed_by = 99, reviewed_by = changed_by WHERE proposed_by IS NOT NULL",
			"UPDATE substance_names SET reviewed_by = proposed_by WHERE proposed_by IS NOT NULL",
			"UPDATE product_names SET reviewed_by = proposed_by WHERE proposed_by IS NOT NULL",
			insert,
		} {
			if err := store.Exec(s, statement); err == nil {
				t.Errorf("%s: is not refused", statement)
			}
		}
		if err := store.Exec(s, strings.Replace(insert, fmt.Sprintf("%d, '2025", d.verifier.UserID), fmt.Sprintf("%d, '2025", d.other.UserID), 1)); err != nil {
			t.Errorf("by somebody else: %v", err)
		}
	})
}

// What an entry was called finds it, and what it is called now does too.
func TestAFormerNameFinds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		e := filler()
		e.Name, e.NameNL, e.ShortName, e.Class, e.Formula, e.MolarMass = "zalpidon-X", "zalpidon-ix", "ZPX", "stimulant", "C17H21NO4", 303_358
		e.Role, e.Active = lab.RoleAdulterant, true
		e.Salts = []lab.Salt{{Salt: "hydrochloride", MolarMass: 339_816, BasesPerSalt: 1}}
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, e, false))
		now := words(t, s)
		for _, name := range []string{"zalpidone", "Zalpidon-X", "zalpidon-ix", "zpx"} {
			if found, _, ok := now.FindSubstance(name); !ok || found.ID != d.zalpidone {
				t.Errorf("%s finds %v", name, found)
			}
		}
		e.Salts[0].SubstanceID = d.zalpidone
		if got := now.Substances[d.zalpidone].Entry(); len(lab.Differences(got, e)) > 0 {
			t.Errorf("it was written as %+v", lab.Differences(got, e))
		}
		again := e
		again.ShortName, again.Name, again.NameNL, again.Salts = "zalpidone", "zalpidone", "", nil
		noError(t, s.ChangeSubstance(t.Context(), d.other, d.zalpidone, 2, again, false))
		if found, _, ok := words(t, s).FindSubstance("zalpidon-X"); !ok || found.Name != "zalpidone" || len(found.Salts) != 0 {
			t.Errorf("back again it is %+v", found)
		}
		p := lab.ProductEntry{NameEN: "blue tuesday", NameNL: "blauwe dinsdag", Unit: lab.Gram}
		noError(t, s.ChangeProduct(t.Context(), d.verifier, d.monday, 1, p, false))
		for _, name := range []string{"blue monday", "Blue Tuesday", "blauwe dinsdag"} {
			if found, ok := words(t, s).FindProduct(name); !ok || found.ID != d.monday {
				t.Errorf("%s finds %v", name, found)
			}
		}
	})
}

// What is refused leaves everything as it was.
func TestARefusedEntryWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		before, events := words(t, s).Edition, len(eventsOf(t, s))
		e := filler()
		e.CAS, e.Class = "123456-78-1", "magic"
		wantFields(t, "an entry", s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, e, false), "cas", "class")
		wantRefused(t, "what came with the program", s.ChangeSubstance(t.Context(), d.verifier, d.ketamineID, words(t, s).Substances[d.ketamineID].Version, filler(), false))
		wantFields(t, "a name", s.NameSubstance(t.Context(), d.verifier, d.zalpidone, lab.NameProposal{Name: "ketamine", Why: "heard"}), "name")
		wantFields(t, "a product", s.ChangeProduct(t.Context(), d.verifier, d.monday, 1, lab.ProductEntry{NameEN: "ecstasy", Unit: lab.Gram}, true), "name_en")
		wantFields(t, "a judgement", s.Judge(t.Context(), d.verifier, lab.SubstanceJudgement{SubstanceID: d.levamisole, Danger: lab.DangerHigh}), "source")
		wantNotFound(t, "what is not there", s.ReviewSubstance(t.Context(), d.verifier, 4711, 1))
		if now := words(t, s); now.Edition != before || len(eventsOf(t, s)) != events {
			t.Errorf("the dictionary was %s and is %s; there were %d events and are %d", before, now.Edition, events, len(eventsOf(t, s)))
		}
	})
}

// A further name finds at once; somebody else reviews it. Withdrawn with a reason it finds
// nothing, and can be that of another.
func TestAFurtherNameComesAndGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		n := lab.NameProposal{Name: " zwolse  K1000 ", Language: "nl", Why: "heard at the desk"}
		const name = "zwolse K1000"
		noError(t, s.NameSubstance(t.Context(), d.verifier, d.ketamineID, n))
		if found, _, ok := words(t, s).FindSubstance("Zwolse-K1000"); !ok || found.ID != d.ketamineID {
			t.Fatalf("it finds %v", found)
		}
		wantFields(t, "again", s.NameSubstance(t.Context(), d.other, d.ketamineID, n), "name")
		wantRefused(t, "who proposed it", s.ReviewSubstanceName(t.Context(), d.verifier, d.ketamineID, name))
		wantRefused(t, "a name of another", s.ReviewSubstanceName(t.Context(), d.other, d.levamisole, name))
		wantRefused(t, "a name of the edition", s.WithdrawSubstanceName(t.Context(), d.other, d.ketamineID, "esketamine", "wrong"))
		noError(t, s.ReviewSubstanceName(t.Context(), d.other, d.ketamineID, name))
		i := slices.IndexFunc(words(t, s).Substances[d.ketamineID].Names, func(n lab.SubstanceName) bool { return n.Name == name })
		if given := words(t, s).Substances[d.ketamineID].Names[i]; given.ReviewedBy != d.other.UserID || given.ProposedBy != d.verifier.UserID || given.ProposedWhy != n.Why || given.Language != "nl" {
			t.Errorf("it is %+v", given)
		}
		wantRefused(t, "once more", s.ReviewSubstanceName(t.Context(), d.another, d.ketamineID, name))
		wantFields(t, "without a reason", s.WithdrawSubstanceName(t.Context(), d.other, d.ketamineID, name, " "), "reason")
		noError(t, s.WithdrawSubstanceName(t.Context(), d.other, d.ketamineID, name, "it is another"))
		if found, _, ok := words(t, s).FindSubstance(name); ok {
			t.Errorf("withdrawn it finds %v", found)
		}
		wantRefused(t, "withdrawn again", s.WithdrawSubstanceName(t.Context(), d.other, d.ketamineID, name, "it is another"))
		noError(t, s.NameSubstance(t.Context(), d.other, d.levamisole, n))

		noError(t, s.NameProduct(t.Context(), d.intake, d.ketamine.ID, lab.NameProposal{Name: "grisaille horse", Why: "heard"}))
		if found, ok := words(t, s).FindProduct("Grisaille Horse"); !ok || found.ID != d.ketamine.ID {
			t.Errorf("a name of a product finds %v", found)
		}
		noError(t, s.ReviewProductName(t.Context(), d.other, d.ketamine.ID, "grisaille horse"))
		noError(t, s.WithdrawProductName(t.Context(), d.other, d.ketamine.ID, "grisaille horse", "a joke"))
		if found, ok := words(t, s).FindProduct("grisaille horse"); ok {
			t.Errorf("withdrawn it finds %v", found)
		}
	})
}

// The name by which an entry is called in short cannot go: the dictionary would not hold.
func TestAShortNameIsNotWithdrawn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		noError(t, s.NameSubstance(t.Context(), d.verifier, d.zalpidone, lab.NameProposal{Name: "ZPD", Why: "heard"}))
		e := filler()
		e.ShortName = "ZPD"
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, e, false))
		wantFields(t, "its short name", s.WithdrawSubstanceName(t.Context(), d.other, d.zalpidone, "ZPD", "wrong"), "name")
		e.ShortName = ""
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 2, e, false))
		noError(t, s.WithdrawSubstanceName(t.Context(), d.other, d.zalpidone, "ZPD", "wrong"))
		if _, err := s.Dictionary(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// older makes the registry's edition of the dictionary one that is no longer that of the
// program, loads that of the program, and opens the registry again.
func older(t *testing.T, c store.Config, s *store.Store, statements ...string) *store.Store {
	t.Helper()
	for _, statement := range append([]string{"UPDATE settings SET value = 'older' WHERE name = 'dictionary'"}, statements...) {
		noError(t, store.Exec(s, statement))
	}
	done, err := store.Migrate(t.Context(), c, clock)
	noError(t, err)
	if len(done) == 0 {
		t.Fatal("no edition was loaded")
	}
	return storetest.Open(t, c)
}

// What people gave an embedded entry, a name and a judgement, stays when another edition of
// the dictionary is loaded, and an edition that judges otherwise does not come on top.
func TestNamesAndJudgementsSurviveAnEdition(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			d := newDesk(t, s)
			noError(t, s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"}))
			noError(t, s.NameProduct(t.Context(), d.intake, d.ketamine.ID, lab.NameProposal{Name: "grisaille horse", Why: "heard"}))
			j := lab.SubstanceJudgement{SubstanceID: d.levamisole, Danger: lab.DangerExtreme, Source: "a paper, 2020, p. 1"}
			noError(t, s.Judge(t.Context(), d.verifier, j))
			if got := words(t, s).Danger(d.levamisole); got == lab.DangerExtreme {
				t.Error("what nobody has reviewed counts")
			}
			noError(t, s.ReviewJudgement(t.Context(), d.other, d.levamisole, 1))
			s = older(t, c, s, fmt.Sprintf("UPDATE substances SET danger = 'none', danger_source = 'x' WHERE id = %d", d.levamisole))
			now := words(t, s)
			if found, _, ok := now.FindSubstance("zwolse K1000"); !ok || found.ID != d.ketamineID || found.Names[len(found.Names)-1].ProposedBy == 0 {
				t.Errorf("the name finds %+v", found)
			}
			if found, ok := now.FindProduct("grisaille horse"); !ok || found.ID != d.ketamine.ID {
				t.Errorf("the name of the product finds %+v", found)
			}
			if got := now.DangerJudged(d.levamisole); got.Danger != lab.DangerExtreme || got.Source != j.Source || len(now.Judgements[d.levamisole]) != 2 {
				t.Errorf("it is judged %+v", got)
			}
		})
	}
}

// TestAReviewedDangerReachesWhatWasReleased: the outcome of a result depends on how dangerous
// what was found is, and facts say so with the review.
func TestAReviewedDangerReachesWhatWasReleased(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			s := storetest.Open(t, storetest.Config(t, kind))
			d := newDesk(t, s)
			x := d.register(t, s)
			a := d.analyse(t, s, x, "80", lab.Finding{SubstanceID: d.levamisole, Detection: lab.Trace})
			_, err := s.VerifyAnalysis(t.Context(), d.verifier, a.Key, a.Version, false)
			noError(t, err)
			d.publish(t, s, x)
			if got := countsAs(t, s, x, d.levamisole); got != "adulterant expected_unclear" {
				t.Fatalf("a trace counts as %s", got)
			}
			noError(t, s.Judge(t.Context(), d.verifier, lab.SubstanceJudgement{SubstanceID: d.levamisole, Danger: lab.DangerExtreme, Source: "a paper, 2020, p. 1"}))
			if got := countsAs(t, s, x, d.levamisole); got != "adulterant expected_unclear" {
				t.Errorf("what nobody has reviewed makes it %s", got)
			}
			noError(t, s.ReviewJudgement(t.Context(), d.other, d.levamisole, 1))
			if got := countsAs(t, s, x, d.levamisole); got != "adulterant expected_plus_adulterant" {
				t.Errorf("after the review a trace counts as %s", got)
			}
		})
	}
}

// A name that was given to one embedded entry here, and that an edition brings for another,
// is that of the other: the registry opens, and nobody withdraws what the edition has.
func TestAnEditionTakesItsNames(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			d := newDesk(t, s)
			caffeine := storetest.Substance(t, words(t, s), "caffeine")
			for _, statement := range []string{
				"UPDATE substances SET name = 'once unknown' WHERE name = 'caffeine'",
				"UPDATE substance_names SET folded = 'onceunknown', name = 'once unknown' WHERE folded = 'caffeine'",
				"DELETE FROM substance_names WHERE folded = 'esketamine'",
				"DELETE FROM product_names WHERE folded = 'xtc'",
				"UPDATE settings SET value = 'other' WHERE name = 'dictionary_change'",
			} {
				noError(t, store.Exec(s, statement))
			}
			for id, name := range map[lab.SubstanceID]string{d.levamisole: "caffeine", d.ketamineID: "esketamine"} {
				noError(t, s.NameSubstance(t.Context(), d.verifier, id, lab.NameProposal{Name: name, Why: "heard", Another: true}))
			}
			noError(t, s.NameProduct(t.Context(), d.intake, d.ketamine.ID, lab.NameProposal{Name: "XTC", Why: "heard", Another: true}))
			s = older(t, c, s)
			now := words(t, s)
			if found, _, ok := now.FindSubstance("caffeine"); !ok || found.ID != caffeine {
				t.Errorf("caffeine finds %+v", found)
			}
			if found, stereo, ok := now.FindSubstance("esketamine"); !ok || found.ID != d.ketamineID || stereo != lab.StereoS {
				t.Errorf("esketamine finds %+v, %s", found, stereo)
			}
			if found, ok := now.FindProduct("XTC"); !ok || found.ID == d.ketamine.ID {
				t.Errorf("XTC finds %+v", found)
			}
			wantRefused(t, "a name of the edition", s.WithdrawSubstanceName(t.Context(), d.other, d.ketamineID, "esketamine", "wrong"))
		})
	}
}

// A service that needs what another has proposed joins it, and is told nothing of the other.
func TestServicesJoinAProposal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		got, err := s.ProposeSubstance(t.Context(), d.other, d.there.ID, lab.Proposal{Name: "Zal-Pidone", Class: "other", Why: "ours too"})
		noError(t, err)
		if got.ID != d.zalpidone || got.ProposedBy != 0 || got.ProposedWhy != "" || len(got.Proposals) != 0 {
			t.Errorf("the second service is told %+v", got)
		}
		for range 2 { // once a service
			_, err = s.ProposeSubstance(t.Context(), d.other, d.there.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "again"})
			noError(t, err)
		}
		all := words(t, s).Substances[d.zalpidone].Proposals
		if len(all) != 2 || !words(t, s).Substances[d.zalpidone].NeededAt(d.there.ID) {
			t.Errorf("it is needed by %+v", all)
		}
		for _, by := range []lab.Actor{d.analyst, d.other} {
			wantRefused(t, "who needs it", s.ReviewSubstance(t.Context(), by, d.zalpidone, 1))
		}
		noError(t, s.ReviewSubstance(t.Context(), d.another, d.zalpidone, 1))
		_, err = s.ProposeSubstance(t.Context(), d.intake, d.service.ID, lab.Proposal{Name: "zalpidone"})
		noError(t, err)
		if n := len(words(t, s).Substances[d.zalpidone].Proposals); n != 2 {
			t.Errorf("reviewed it is needed by %d", n)
		}
	})
}

// Who reads what the trail tells of entries reads of nothing else.
func TestTheHistoryOfAnEntry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, filler(), false))
		noError(t, s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 2))
		subject := fmt.Sprintf("substance %d", d.zalpidone)
		events, err := s.EntryHistory(t.Context(), d.another, subject)
		noError(t, err)
		var acts []lab.Action
		for _, e := range events {
			acts = append(acts, e.Action)
		}
		if !slices.Equal(acts, []lab.Action{lab.ProposeSubstance, lab.ChangeSubstance, lab.ReviewSubstance}) {
			t.Errorf("it tells %q", acts)
		}
		if len(events[1].Changes) == 0 || events[1].Actor != d.verifier.Name {
			t.Errorf("the change was %+v", events[1])
		}
		wantNotFound(t, "who has a role at one service", failing(s.EntryHistory(t.Context(), d.verifier, subject)))
		wantNotFound(t, "what is no entry", failing(s.EntryHistory(t.Context(), d.another, "analyst")))
	})
}

// An entry is merged with what is open of it, and taken apart again it has all of it.
func TestAnEntryIsMergedWithWhatIsOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		x := d.holdingIt(t, s, d.zalpidone)
		noError(t, s.NameSubstance(t.Context(), d.verifier, d.zalpidone, lab.NameProposal{Name: "ZPD", Why: "heard"}))
		noError(t, s.Judge(t.Context(), d.verifier, lab.SubstanceJudgement{SubstanceID: d.zalpidone, Danger: lab.DangerExtreme, Source: "a paper, 2020, p. 1"}))
		noError(t, s.ReviewJudgement(t.Context(), d.other, d.zalpidone, 1))
		before, was := countsAs(t, s, x, d.zalpidone), words(t, s).Danger(d.sugar)
		_, err := s.MergeSubstance(t.Context(), operator, d.zalpidone, d.sugar, "the same")
		noError(t, err)
		now := words(t, s)
		if found, _, ok := now.FindSubstance("ZPD"); !ok || found.ID != d.sugar {
			t.Errorf("its name finds %v", found)
		}
		if got := countsAs(t, s, x, d.sugar); !strings.HasPrefix(got, "excipient ") {
			t.Errorf("it counts as %s", got)
		}
		if now.Danger(d.sugar) != was {
			t.Errorf("it is judged %s", now.Danger(d.sugar))
		}
		wantRefused(t, "a change", s.ChangeSubstance(t.Context(), d.other, d.zalpidone, 1, filler(), false))
		wantRefused(t, "a judgement", s.Judge(t.Context(), d.other, lab.SubstanceJudgement{SubstanceID: d.zalpidone, Version: 2, Danger: lab.DangerHigh, Source: "another"}))
		noError(t, s.ReviewSubstanceName(t.Context(), d.other, d.zalpidone, "ZPD"))
		wantFields(t, "its name for the other", s.NameSubstance(t.Context(), d.other, d.sugar, lab.NameProposal{Name: "ZPD", Why: "heard"}), "name")
		_, err = s.UnmergeSubstance(t.Context(), operator, d.zalpidone, "not the same")
		noError(t, err)
		now = words(t, s)
		if found, _, ok := now.FindSubstance("ZPD"); !ok || found.ID != d.zalpidone || !found.NeededAt(d.service.ID) || now.Danger(d.zalpidone) != lab.DangerExtreme {
			t.Errorf("taken apart it is %+v", found)
		}
		if got := countsAs(t, s, x, d.zalpidone); got != before {
			t.Errorf("taken apart it counts as %s", got)
		}
		noError(t, s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 1))
		if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 {
			t.Errorf("making the facts anew moves %+v, %v", moved, err)
		}
	})
}

// Imports that bring entries, proposals, reviews and merges at once end, each whole or told
// that the dictionary is another now, and the trail holds.
func TestTheDictionaryIsChangedFromAllSidesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		_, err := s.MergeSubstance(t.Context(), operator, d.zalpidone, d.levamisole, "to be taken back")
		noError(t, err)
		d.holdingIt(t, s, d.zalpidone)
		var rounds sync.WaitGroup
		errs := make([][]error, 5)
		for i, step := range []func(n int) error{
			func(n int) error {
				now, err := s.Dictionary(t.Context())
				if err != nil {
					return err
				}
				added, err := now.AddSubstance(fmt.Sprintf("qwirl%dzex", n))
				if err != nil {
					return err
				}
				b := &store.ImportBatch{
					Import: newImport(fmt.Sprint("at once ", n)), Substances: []*lab.Substance{added},
					Service: &lab.Service{Code: fmt.Sprintf("N%02d", n), Name: "New", Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam"},
				}
				return s.Import(t.Context(), operator, now, b, func(int) {})
			},
			func(n int) error {
				_, err := s.ProposeSubstance(t.Context(), d.analyst, d.service.ID, lab.Proposal{Name: fmt.Sprintf("vorp%dlane", n), Class: "other", Why: "library match", Another: true})
				return err
			},
			func(n int) error {
				if n%2 == 0 {
					_, err := s.UnmergeSubstance(t.Context(), operator, d.zalpidone, "a test")
					return err
				}
				_, err := s.MergeSubstance(t.Context(), operator, d.zalpidone, d.levamisole, "a test")
				return err
			},
			func(n int) error {
				return s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: fmt.Sprintf("name%dofit", n), Why: "heard", Another: true})
			},
			func(int) error {
				_, err := s.RegisterSample(t.Context(), d.intake, d.registration())
				return err
			},
		} {
			rounds.Go(func() {
				for n := range 12 {
					errs[i] = append(errs[i], step(n))
				}
			})
		}
		rounds.Wait()
		for i, list := range errs {
			for n, err := range list {
				var mistakes lab.FieldErrors
				if n > 0 && list[n-1] != nil && errors.As(err, &mistakes) {
					continue // the round before was told to try again, so that this one finds nothing to do
				}
				if err != nil && !errors.Is(err, lab.ErrConflict) && !errors.Is(err, store.ErrBusy) {
					t.Errorf("step %d, round %d: %v", i, n, err)
				}
			}
		}
		if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
			t.Error(err)
		}
		if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 {
			t.Errorf("making the facts anew moves %+v, %v", moved, err)
		}
	})
}

// Whatever is changed, reviewed and merged in whatever order: what was signed stays as it is
// to the letter, and the facts are those that the dictionary gives.
func TestReviewsChangeNothingThatWasSigned(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			config := storetest.Config(t, kind)
			s := storetest.Open(t, config)
			d := newDesk(t, s)
			all := storetest.AddMethods(t, s)
			importInto(t, s, all, d.there.ID, "generated", storetest.Generate(all, 7, 60, 2023, 2024))
			pool := storetest.Pool(t, config)
			was, figures := readOf(t, pool, signed), readOf(t, pool, figuresOf)
			r := rand.New(rand.NewPCG(26, 1))
			known := []lab.SubstanceID{storetest.Substance(t, all, "caffeine"), storetest.Substance(t, all, "levamisole"), storetest.Substance(t, all, "MDMA")}
			people := []lab.Actor{d.verifier, d.other, d.another}
			traits := []lab.Traits{{Role: lab.RoleExcipient}, {Role: lab.RoleAdulterant, Active: true}, {Role: lab.RoleByProduct, Active: true, Psychoactive: true}}
			classes, done := []string{"other", "stimulant", "entactogen"}, map[string]int{}
			for range 90 {
				by, version := people[r.IntN(len(people))], words(t, s).Substances[d.zalpidone].Version
				var err error
				what := []string{"change", "review", "review", "review", "merge", "unmerge", "product", "product review"}[r.IntN(8)]
				switch what {
				case "change":
					x := traits[r.IntN(len(traits))]
					e := filler()
					e.Role, e.Active, e.Psychoactive, e.Class = x.Role, x.Active, x.Psychoactive, classes[r.IntN(len(classes))]
					err = s.ChangeSubstance(t.Context(), by, d.zalpidone, version, e, false)
				case "review":
					err = s.ReviewSubstance(t.Context(), by, d.zalpidone, version)
				case "merge":
					_, err = s.MergeSubstance(t.Context(), operator, known[r.IntN(len(known))], d.zalpidone, "a test")
				case "unmerge":
					_, err = s.UnmergeSubstance(t.Context(), operator, known[r.IntN(len(known))], "a test")
				case "product":
					e := lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram, Expected: []lab.Expected{{SubstanceID: lab.Optional(d.zalpidone)}}[:r.IntN(2)]}
					err = s.ChangeProduct(t.Context(), by, d.monday, words(t, s).Products[d.monday].Version, e, false)
				case "product review":
					err = s.ReviewProduct(t.Context(), by, d.monday, words(t, s).Products[d.monday].Version)
				}
				var mistakes lab.FieldErrors
				var refused *lab.MoveError
				switch {
				case err == nil:
					done[what]++
				case !errors.As(err, &mistakes) && !errors.As(err, &refused):
					t.Fatalf("%s: %v", what, err)
				}
			}
			for _, what := range []string{"change", "review", "merge", "unmerge", "product", "product review"} {
				if done[what] < 2 {
					t.Errorf("of %s there were %d", what, done[what])
				}
			}
			readsSame(t, "in the end", was, readOf(t, pool, signed))
			before := readOf(t, pool, figuresOf)
			if reflect.DeepEqual(before, figures) {
				t.Error("no fact reads differently")
			}
			if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Changed != 0 {
				t.Errorf("making the facts anew moves %+v, %v", moved, err)
			}
			readsSame(t, "after making the facts anew", before, readOf(t, pool, figuresOf))
			for _, id := range known {
				if words(t, s).Merged(id) != nil {
					_, err := s.UnmergeSubstance(t.Context(), operator, id, "a test")
					noError(t, err)
				}
			}
			readsSame(t, "without any merge", figures, readOf(t, pool, figuresOf))
			if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
				t.Error(err)
			}
		})
	}
}

// tablesOf are the rows of all tables that a backup has.
func tablesOf(t *testing.T, s *store.Store) map[string][][]*string {
	t.Helper()
	tables := map[string][][]*string{}
	noError(t, s.Snapshot(t.Context(), operator, func(x store.Snapshot) error {
		return x.Tables(func(name string, _ []string, rows store.Rows) error {
			return rows(func(values []*string) error {
				row := make([]*string, len(values))
				for i, v := range values {
					if v != nil {
						text := *v
						row[i] = &text
					}
				}
				tables[name] = append(tables[name], row)
				return nil
			})
		})
	}))
	return tables
}

// Who proposed, changed, reviewed and judged what comes back from a backup, on the other
// database too.
func TestWhatPeopleSaidOfEntriesIsRestored(t *testing.T) {
	for i, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			s := storetest.Open(t, storetest.Config(t, kind))
			d := newDesk(t, s)
			_, err := s.ProposeSubstance(t.Context(), d.other, d.there.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "ours too"})
			noError(t, err)
			noError(t, s.ChangeSubstance(t.Context(), d.verifier, d.zalpidone, 1, filler(), false))
			noError(t, s.ReviewSubstance(t.Context(), d.another, d.zalpidone, 2))
			noError(t, s.ReviewProduct(t.Context(), d.other, d.monday, 1))
			noError(t, s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"}))
			noError(t, s.ReviewSubstanceName(t.Context(), d.other, d.ketamineID, "zwolse K1000"))
			noError(t, s.NameProduct(t.Context(), d.intake, d.ketamine.ID, lab.NameProposal{Name: "grisaille horse", Why: "heard"}))
			noError(t, s.Judge(t.Context(), d.verifier, lab.SubstanceJudgement{SubstanceID: d.levamisole, Danger: lab.DangerExtreme, Source: "a paper, 2020, p. 1"}))
			noError(t, s.ReviewJudgement(t.Context(), d.other, d.levamisole, 1))

			there := emptyPlace(t, kinds[1-i])
			_, err = store.Restore(t.Context(), there, storetest.Clock, content(t, tablesOf(t, s)))
			noError(t, err)
			before, after := words(t, s), words(t, storetest.Open(t, there))
			for what, pair := range map[string][2]any{
				"the substance": {before.Substances[d.zalpidone], after.Substances[d.zalpidone]}, "the product": {before.Products[d.monday], after.Products[d.monday]},
				"a name": {before.Substances[d.ketamineID].Names, after.Substances[d.ketamineID].Names}, "a name of a product": {before.Products[d.ketamine.ID].Names, after.Products[d.ketamine.ID].Names},
				"the judgements": {before.Judgements, after.Judgements},
			} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					t.Errorf("%s was %+v\nand is %+v", what, pair[0], pair[1])
				}
			}
			if after.Danger(d.levamisole) != lab.DangerExtreme || len(after.Substances[d.zalpidone].Proposals) != 2 {
				t.Errorf("it is judged %s and needed by %+v", after.Danger(d.levamisole), after.Substances[d.zalpidone].Proposals)
			}
		})
	}
}

// An import holds the mark of the dictionary's changes until it ends, and may give a service a
// number then: whoever waits for it with a change of the dictionary does not hold the trail that
// gives numbers meanwhile, on which log-ins hang too.
func TestWhoWaitsForTheDictionaryHoldsNothing(t *testing.T) {
	config := storetest.Config(t, "postgres")
	s := storetest.Open(t, config)
	d := newDesk(t, s)
	pool := storetest.Pool(t, config)
	for what, change := range map[string]func() error{
		"a name": func() error {
			return s.NameSubstance(t.Context(), d.verifier, d.ketamineID, lab.NameProposal{Name: "zwolse K1000", Why: "heard"})
		},
		"a review": func() error { return s.ReviewSubstance(t.Context(), d.other, d.zalpidone, 1) },
	} {
		tx, err := pool.BeginTx(t.Context(), nil)
		noError(t, err)
		_, err = tx.ExecContext(t.Context(), "UPDATE settings SET value = value WHERE name = 'dictionary_change'")
		noError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- change() }()
		for waits := false; !waits; {
			noError(t, pool.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)").Scan(&waits))
		}
		if _, err := tx.ExecContext(t.Context(), "SELECT seq FROM audit_heads WHERE service_id = 0 FOR UPDATE NOWAIT"); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		noError(t, tx.Rollback())
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
