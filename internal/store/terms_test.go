package store_test

import (
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// Whoever saves what they opened before somebody else saved changes nothing of theirs.
func TestTermsAreSavedByWhoHasSeenThem(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		ctx, b := t.Context(), newBench(t, s)
		ada := storetest.Person(t, s, "ada", b.service.ID, lab.Administrator)
		opened := lab.Terms{}
		theirs := lab.Terms{Address: "Singel 1"}
		noError(t, s.SetTerms(ctx, ada, b.service.ID, opened, theirs))
		before := everything(t, s, kind)
		refusedAs(t, s.SetTerms(ctx, ada, b.service.ID, opened, lab.Terms{DaysToResult: 7}), lab.ErrConflict)
		noError(t, s.SetTerms(ctx, ada, b.service.ID, opened, theirs)) // the same twice
		if everything(t, s, kind) != before {
			t.Error("what was refused changed something")
		}
		noError(t, s.SetTerms(ctx, ada, b.service.ID, theirs, lab.Terms{Address: "Singel 1", DaysToResult: 7}))
		now, err := s.Service(ctx, ada, b.service.Code)
		if err != nil || now.Terms != (lab.Terms{Address: "Singel 1", DaysToResult: 7}) {
			t.Errorf("the terms are %+v, %v", now.Terms, err)
		}
	})
}

func TestALocationIsSavedByWhoHasSeenIt(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		ctx, b := t.Context(), newBench(t, s)
		ada := storetest.Person(t, s, "ada", b.service.ID, lab.Administrator)
		opened, err := s.AddLocation(ctx, ada, lab.Location{ServiceID: b.service.ID, Name: "Tent", Kind: "event"})
		noError(t, err)
		theirs, mine := opened, opened
		theirs.Address, mine.Region = "Field 4", "Utrecht"
		noError(t, s.ChangeLocation(ctx, ada, opened, theirs))
		before := everything(t, s, kind)
		refusedAs(t, s.ChangeLocation(ctx, ada, opened, mine), lab.ErrConflict)
		if everything(t, s, kind) != before {
			t.Error("what was refused changed something")
		}
		noError(t, s.CloseLocation(ctx, ada, b.service.ID, opened.ID, true)) // which the form does not tell
		mine.Address = theirs.Address
		noError(t, s.ChangeLocation(ctx, ada, theirs, mine))
		all, err := s.Locations(ctx, ada, b.service.ID)
		if err != nil || len(all) != 1 || all[0].Region != "Utrecht" || all[0].Address != "Field 4" || all[0].ClosedOn == 0 {
			t.Errorf("the location is %+v, %v", all, err)
		}
	})
}

// Where a service has one open location alone, what is handed in was handed in there; of
// several one has to be chosen, or confirmed that none is.
func TestASampleIsHandedInSomewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, b := t.Context(), newBench(t, s)
		over := func(x *lab.Sample) { x.Channel = lab.FrontOfHouse }
		none := b.register(t, s, over)
		add := func(name string) lab.Optional {
			l, err := s.AddLocation(ctx, operator, lab.Location{ServiceID: b.service.ID, Name: name, Kind: "office"})
			noError(t, err)
			return lab.Optional(l.ID)
		}
		office := add("Office")
		one := b.register(t, s, over)
		visit, err := s.Visit(ctx, b.intake, lab.Key{ServiceID: b.service.ID, ID: one.VisitID})
		if none.LocationID != 0 || one.LocationID != office || err != nil || visit.LocationID != office {
			t.Errorf("registered at %d, and then at %d in a visit at %d, %v; the office is %d", none.LocationID, one.LocationID, visit.LocationID, err, office)
		}
		add("Van")
		_, err = s.RegisterSample(ctx, b.intake, b.registration(over))
		wantMistakes(t, err, "location_id", "confirmed")
		confirmed := b.register(t, s, over, func(x *lab.Sample) { x.Confirmed = lab.Codes{"location_id=0"} })
		further := b.register(t, s, over, func(x *lab.Sample) { x.VisitID = none.VisitID })
		police := b.register(t, s, func(x *lab.Sample) { x.Channel = lab.Police })
		if confirmed.LocationID != 0 || further.LocationID != 0 || police.LocationID != 0 {
			t.Errorf("registered at %d, %d and %d", confirmed.LocationID, further.LocationID, police.LocationID)
		}
	})
}
