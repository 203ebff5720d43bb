package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// keptAsDraft is what is typed of a sample, with whether its visit goes on.
func keptAsDraft(ofVisit bool) (string, error) {
	if ofVisit {
		return `{"visit":"goes on"}`, nil
	}
	return `{"visit":"is over"}`, nil
}

func TestAnUndoneRegistrationLeavesNoFigureAndNoCode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		first := b.register(t, s)
		r := b.registration(func(x *lab.Sample) { x.VisitID = first.VisitID })
		r.Code = &store.CodeHash{KeyID: "2025-02", Hash: []byte{1, 2, 3}, Month: "2025-02"}
		x := must[lab.Sample](t)(s.RegisterSample(t.Context(), b.intake, r))

		draft := must[lab.ID](t)(s.UndoSample(t.Context(), b.intake, x.Key, keptAsDraft))
		kept := must[lab.Draft](t)(s.Draft(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: draft}))
		if kept.Content != `{"visit":"goes on"}` || kept.UserID != b.intake.UserID {
			t.Errorf("%+v", kept)
		}
		if n := counted(t, s, first.VisitID); n != [3]int64{1, 1, 0} {
			t.Errorf("the visit counts %v", n)
		}
		if _, err := s.Lookup(t.Context(), *r.Code); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("its code opens %v", err)
		}
		figures := 0
		for row, err := range s.FactRows(t.Context(), lab.Program("test"), b.service.ID, int(x.NumberYear)) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Counted {
				figures++
			}
		}
		if figures != 1 {
			t.Errorf("%d samples are counted", figures)
		}
		events := must[[]lab.Event](t)(s.Trail(t.Context(), b.intake, x.Key))
		if last := events[len(events)-1]; last.Action != lab.UndoSample || last.ActorID != b.intake.UserID {
			t.Errorf("%+v", last)
		}
		next := b.register(t, s, func(y *lab.Sample) { y.VisitID = first.VisitID })
		if next.NumberRunning != x.NumberRunning+1 {
			t.Errorf("number %d after %d", next.NumberRunning, x.NumberRunning)
		}
		before := must[lab.File](t)(s.LastOfVisit(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: first.VisitID}))
		if before.Sample.ID != next.ID || !slices.Equal(before.Expected, b.ketamine.Expected()) {
			t.Errorf("%+v", before)
		}

		must[lab.ID](t)(s.UndoSample(t.Context(), b.intake, next.Key, keptAsDraft))
		last := must[lab.File](t)(s.LastOfVisit(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: first.VisitID}))
		if last.Sample.ID != first.ID {
			t.Errorf("before it is %v, want %v", last.Sample.ID, first.ID)
		}
		over := must[lab.ID](t)(s.UndoSample(t.Context(), b.intake, first.Key, keptAsDraft))
		if kept := must[lab.Draft](t)(s.Draft(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: over})); kept.Content != `{"visit":"is over"}` {
			t.Errorf("%+v", kept)
		}
	})
}

// TestWhichSampleOfItsVisit follows the trail: what was undone makes room for the next alone.
func TestWhichSampleOfItsVisit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		first := b.register(t, s)
		ofVisit := func(x *lab.Sample) { x.VisitID = first.VisitID }
		b.register(t, s) // of somebody else
		second := b.register(t, s, ofVisit)
		want := func(x lab.Sample, number int) {
			t.Helper()
			if got := must[int](t)(s.NumberInVisit(t.Context(), b.intake, &x)); got != number {
				t.Errorf("sample %d is number %d of its visit, want %d", x.NumberRunning, got, number)
			}
		}
		want(first, 1)
		want(second, 2)
		must[lab.ID](t)(s.UndoSample(t.Context(), b.intake, second.Key, keptAsDraft))
		again := b.register(t, s, ofVisit)
		want(again, 2)
		must[lab.ID](t)(s.UndoSample(t.Context(), b.intake, first.Key, keptAsDraft))
		want(b.register(t, s, ofVisit), 3)
		want(again, 2)
		want(b.register(t, s, func(x *lab.Sample) { x.Channel = "found" }), 0)
	})
}

// Of an analysis and an undoing at once, one is refused: no sample is undone of which there
// is an analysis.
func TestNothingIsUndoneWhileItIsAnalysed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		for range 5 {
			x := b.register(t, s)
			var undone, entered error
			var both sync.WaitGroup
			both.Go(func() { _, undone = s.UndoSample(t.Context(), b.intake, x.Key, keptAsDraft) })
			both.Go(func() {
				a := lab.Analysis{
					SampleID: x.ID, MethodID: b.gcms.ID, Level: lab.Confirmatory, PerformedOn: x.ReceivedOn, Conclusion: lab.NothingSeen,
				}
				a.ServiceID = x.ServiceID
				_, entered = s.EnterAnalysis(t.Context(), b.analyst, a, nil)
			})
			both.Wait()
			if (undone == nil) == (entered == nil) {
				t.Errorf("undone: %v; analysed: %v", undone, entered)
			}
			drafts := must[[]store.DraftBy](t)(s.Drafts(t.Context(), b.intake, b.service.ID))
			for _, d := range drafts {
				if err := s.DropDraft(t.Context(), b.intake, d.Key); err != nil {
					t.Fatal(err)
				}
			}
			if (undone == nil) != (len(drafts) == 1) {
				t.Errorf("%d drafts, undone: %v", len(drafts), undone)
			}
		}
	})
}

// The usual price is the median of what was paid for the product lately, in the same unit
// and currency, by whomever it was handed in.
func TestThePriceOfTenTimesTheUsualIsAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		paid := func(amount int64, unit lab.AmountUnit, edit ...func(*lab.Sample)) error {
			edits := append([]func(*lab.Sample){func(x *lab.Sample) {
				x.Price = lab.Price{Amount: amount, Currency: "EUR", Quantity: 1000, Unit: unit}
			}}, edit...)
			_, err := s.RegisterSample(t.Context(), b.intake, b.registration(edits...))
			return err
		}
		usual := func(unit lab.AmountUnit) int64 {
			t.Helper()
			day := storetest.Sample(b.service.ID, b.ketamine.ID).ReceivedOn
			return must[int64](t)(s.UsualPrice(t.Context(), b.intake, b.service.ID, b.ketamine.ID, lab.Price{Currency: "EUR", Unit: unit}, day))
		}
		if err := paid(300_000, lab.Gram); err != nil {
			t.Errorf("with too few on record: %v", err)
		}
		for i := range int64(20) {
			if err := paid(20_000+i*500, lab.Gram); err != nil {
				t.Fatal(err)
			}
		}
		if got := usual(lab.Gram); got != 25*lab.UnitPriceScale {
			t.Errorf("usual: %d", got)
		}
		if got := usual(lab.Piece); got != 0 {
			t.Errorf("usual of a piece: %d", got)
		}
		wantMistakes(t, paid(250_001, lab.Gram), "price_amount", "confirmed")
		if err := paid(250_001, lab.Gram, func(x *lab.Sample) { x.Confirmed = lab.Codes{"price_amount=250001EUR/1000g", "not asked"} }); err != nil {
			t.Errorf("confirmed: %v", err)
		}
		if n := count(t, s, "samples WHERE confirmed = 'received_on=2025-02-03 price_amount=250001EUR/1000g'"); n != 1 {
			t.Errorf("%d confirmations are kept", n)
		}
		if _, err := s.UsualPrice(t.Context(), lab.Actor{}, b.service.ID, b.ketamine.ID, lab.Price{}, 0); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("nobody is told: %v", err)
		}
	})
}
