package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

const formAt = "/samples/UTR-2025-00001/analyses/new"

func window(key string) store.FormWindow { return store.FormWindow{Address: formAt, Key: key} }

// kept is what the user has of the form, the latest first.
func kept(t *testing.T, s *store.Store, by lab.Actor) (texts []string) {
	t.Helper()
	drafts, err := s.FormDrafts(t.Context(), by, formAt)
	noError(t, err)
	for _, d := range drafts {
		texts = append(texts, d.FormKey+d.Content)
	}
	return texts
}

func wantKept(t *testing.T, s *store.Store, by lab.Actor, want ...string) {
	t.Helper()
	if have := kept(t, s, by); fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("kept is %v, want %v", have, want)
	}
}

func TestAFormIsKeptForItsUserAlone(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		ann, bob := storetest.Person(t, s, "ann", 0, lab.Laboratory), storetest.Person(t, s, "bob", 0, lab.Laboratory)
		noError(t, s.KeepForm(ctx, ann, window("A"), `1`))
		noError(t, s.KeepForm(ctx, ann, window("A"), `2`))
		wantKept(t, s, ann, "A2")
		wantKept(t, s, bob)
		noError(t, s.KeepForm(ctx, ann, store.FormWindow{Address: "/methods/new", Key: "A"}, `3`))
		wantKept(t, s, ann, "A2")
		if own, err := s.OwnFormDrafts(ctx, bob); err != nil || len(own) != 0 {
			t.Errorf("%v, %v", own, err)
		}
		if own, err := s.OwnFormDrafts(ctx, ann); err != nil || len(own) != 2 {
			t.Errorf("%v, %v", own, err)
		}
		noError(t, s.DropForm(ctx, bob, formAt, "A"))
		wantKept(t, s, ann, "A2")
		noError(t, s.DropForm(ctx, ann, formAt, "A"))
		noError(t, s.DropForm(ctx, ann, formAt, "A"))
		wantKept(t, s, ann)
		refusedAs(t, s.KeepForm(ctx, lab.Actor{}, window("A"), `1`), lab.ErrNotFound)
		refusedAs(t, s.KeepForm(ctx, operator, window("A"), `1`), lab.ErrNotFound)
		wantMistakes(t, s.KeepForm(ctx, ann, window("A"), `{`), "content")
	})
}

// Two windows overwrite each other nowhere. One that shows what another has kept goes on
// with it, unless somebody goes on typing there.
func TestEachWindowKeepsWhatWasTypedInIt(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		ann := storetest.Person(t, s, "ann", 0, lab.Laboratory)
		noError(t, s.KeepForm(ctx, ann, window("A"), `1`))
		c.move(time.Second)
		noError(t, s.KeepForm(ctx, ann, window("B"), `2`))
		wantKept(t, s, ann, "B2", "A1")

		drafts, err := s.FormDrafts(ctx, ann, formAt)
		noError(t, err)
		c.move(time.Second)
		fromB := store.FormWindow{Address: formAt, Key: "C", From: "B", FromSaved: drafts[0].SavedAt}
		noError(t, s.KeepForm(ctx, ann, fromB, `3`))
		wantKept(t, s, ann, "C3", "A1")

		c.move(time.Second)
		noError(t, s.KeepForm(ctx, ann, window("A"), `4`)) // typed on since it was shown
		fromA := store.FormWindow{Address: formAt, Key: "D", From: "A", FromSaved: drafts[1].SavedAt}
		c.move(time.Second)
		noError(t, s.KeepForm(ctx, ann, fromA, `5`))
		wantKept(t, s, ann, "D5", "A4", "C3")
	})
}

func TestWhatIsKeptOfAFormGoesWithWhatSavesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		enter := func(ctx context.Context, method lab.MethodID) error {
			_, err := s.EnterAnalysis(ctx, b.analyst, lab.Analysis{
				Key: lab.Key{ServiceID: x.ServiceID}, SampleID: x.ID, MethodID: method, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.NothingSeen,
			}, nil)
			return err
		}
		noError(t, s.KeepForm(t.Context(), b.analyst, window("A"), `1`))
		noError(t, s.KeepForm(t.Context(), b.analyst, window("B"), `2`))
		saving := func() context.Context { return store.SavesForm(t.Context(), window("A")) }
		ctx := saving()
		if err := enter(ctx, 0); err == nil || store.FormIsSaved(ctx) {
			t.Fatalf("an analysis by no method: %v", err)
		}
		if n := len(kept(t, s, b.analyst)); n != 2 {
			t.Errorf("%d drafts after a refusal", n)
		}
		_, err := s.ReadSample(saving(), b.analyst, x.Key, lab.ForAnalysis)
		noError(t, err)
		if n := len(kept(t, s, b.analyst)); n != 2 {
			t.Errorf("%d drafts after reading", n)
		}
		ctx = saving()
		noError(t, enter(ctx, b.gcms.ID))
		if !store.FormIsSaved(ctx) {
			t.Error("the form counts as not saved")
		}
		wantKept(t, s, b.analyst, "B2")

		analyses := count(t, s, "analyses")
		refusedAs(t, enter(saving(), b.gcms.ID), lab.ErrDoneAlready)
		if n := count(t, s, "analyses"); n != analyses {
			t.Errorf("%d analyses instead of %d: a form that was sent twice was saved twice", n, analyses)
		}
		refusedAs(t, s.KeepForm(t.Context(), b.analyst, window("A"), `3`), lab.ErrConflict)
		wantKept(t, s, b.analyst, "B2")
		noError(t, s.DropForm(t.Context(), b.analyst, formAt, "A"))
		refusedAs(t, s.KeepForm(t.Context(), b.analyst, window("A"), `3`), lab.ErrConflict)
	})
}

func TestFormsAreSweptWithTheDrafts(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		ann := storetest.Person(t, s, "ann", 0, lab.Laboratory)
		noError(t, s.KeepForm(ctx, ann, window("A"), `1`))
		for c.now().Before(storetest.Now.Add(lab.DraftAge - time.Hour)) { // a clock that jumps destroys nothing
			noError(t, s.MarkClock(ctx, operator))
			c.move(time.Hour)
		}
		noError(t, s.MarkClock(ctx, operator))
		noError(t, s.KeepForm(ctx, ann, window("B"), `2`))
		c.move(time.Hour)
		_, err := s.SweepDrafts(ctx, operator)
		noError(t, err)
		wantKept(t, s, ann, "B2", "A1")
		c.move(time.Second)
		_, err = s.SweepDrafts(ctx, operator)
		noError(t, err)
		wantKept(t, s, ann, "B2")
	})
}

func TestADoubtfulClockDestroysNoForm(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		ctx := t.Context()
		ann := storetest.Person(t, s, "ann", 0, lab.Laboratory)
		noError(t, s.MarkClock(ctx, operator))
		noError(t, s.KeepForm(ctx, ann, window("A"), `1`))
		c.move(2 * lab.DraftAge)
		noError(t, s.MarkClock(ctx, operator))
		_, err := s.SweepDrafts(ctx, operator)
		refusedAs(t, err, lab.ErrClockJumped)
		wantKept(t, s, ann, "A1")
	})
}

func TestSoManyFormsAreKeptAndNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ann := storetest.Person(t, s, "ann", 0, lab.Laboratory)
		for i := range lab.MaxFormDrafts {
			noError(t, s.KeepForm(ctx, ann, window(fmt.Sprint("K", i)), `1`))
		}
		wantMistakes(t, s.KeepForm(ctx, ann, window("more"), `1`), "content")
		wantMistakes(t, s.RoomForForm(ctx, ann, window("more"), `1`), "content")
		noError(t, s.RoomForForm(ctx, ann, window("K7"), `1`))
		wantMistakes(t, s.RoomForForm(ctx, ann, window("K7"), strings.Repeat("1", lab.MaxFormDraft+1)), "content")
		noError(t, s.KeepForm(ctx, ann, window("K7"), `2`)) // one that is there already
		noError(t, s.DropForm(ctx, ann, formAt, "K8"))
		noError(t, s.KeepForm(ctx, ann, window("more"), `1`))
	})
}
