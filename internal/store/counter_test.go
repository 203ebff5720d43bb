package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// wantMistakes checks that an error is exactly mistakes in these fields.
func wantMistakes(t testing.TB, err error, fields ...string) {
	t.Helper()
	var mistakes lab.FieldErrors
	errors.As(err, &mistakes)
	var got []string
	for _, m := range mistakes {
		got = append(got, m.Field)
	}
	if !slices.Equal(got, fields) {
		t.Errorf("mistakes in %v instead of %v: %v", got, fields, err)
	}
}

func wantRefusal(t testing.TB, what string, err error) {
	t.Helper()
	var refused *lab.MoveError
	if !errors.As(err, &refused) {
		t.Errorf("%s: %v", what, err)
	}
}

// counted reads a visit: samples, taken, turned away.
func counted(t testing.TB, s *store.Store, id lab.ID) [3]int64 {
	t.Helper()
	rows := sqlRows(t, s, "SELECT samples, taken, turned_away FROM visits WHERE id = '"+id.String()+"'", 3)
	if len(rows) != 1 {
		t.Fatalf("%d visits", len(rows))
	}
	return [3]int64{rows[0][0].(int64), rows[0][1].(int64), rows[0][2].(int64)}
}

func count(t testing.TB, s *store.Store, table string) int64 {
	t.Helper()
	return sqlRows(t, s, "SELECT count(*) FROM "+table, 1)[0][0].(int64)
}

func addLocation(t testing.TB, s *store.Store, service lab.ServiceID, name string) lab.Optional {
	t.Helper()
	x, err := s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: service, Name: name, Kind: "office"})
	if err != nil {
		t.Fatal(err)
	}
	return lab.Optional(x.ID)
}

func TestLocationsBelongToTheirService(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		for _, name := range []string{"Zuid", "École", "bus"} {
			addLocation(t, s, b.service.ID, name)
		}
		addLocation(t, s, other.ID, "Zuid")
		own, err := s.Locations(t.Context(), lab.Operator("test"), b.service.ID)
		if err != nil || len(own) != 3 || own[0].Name != "bus" || own[1].Name != "École" || own[2].Name != "Zuid" {
			t.Errorf("%+v, %v", own, err)
		}
		if all, err := s.AllLocations(t.Context(), lab.Operator("test")); err != nil || len(all) != 4 || all[3].ServiceID != other.ID || all[3].ID != 4 {
			t.Errorf("%+v, %v", all, err)
		}
		_, err = s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: b.service.ID, Name: "Zuid", Kind: "event"})
		wantMistakes(t, err, "name")
		_, err = s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: b.service.ID, Kind: "car", Region: "3512PE"})
		wantMistakes(t, err, "name", "kind", "region")
		if _, err = s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: 99, Name: "Zuid", Kind: "event"}); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("at no service: %v", err)
		}
		_, err = s.AddLocation(t.Context(), b.intake, lab.Location{ServiceID: b.service.ID, Name: "Mine", Kind: "event"})
		wantRefusal(t, "added by intake", err)
		admin := storetest.Person(t, s, "admin", other.ID, lab.Administrator)
		_, err = s.AddLocation(t.Context(), admin, lab.Location{ServiceID: b.service.ID, Name: "Mine", Kind: "event"})
		wantNotFound(t, "added by another service's administrator", err)
		if _, err = s.AddLocation(t.Context(), admin, lab.Location{ServiceID: other.ID, Name: "Mine", Kind: "event"}); err != nil {
			t.Error(err)
		}
		if n := count(t, s, "locations"); n != 5 {
			t.Errorf("%d locations", n)
		}
	})
}

func TestAVisitCountsItsSamples(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		office := addLocation(t, s, b.service.ID, "Office")
		x := b.register(t, s, func(x *lab.Sample) { x.LocationID = office })
		if got := counted(t, s, x.VisitID); got != [3]int64{1, 1, 0} {
			t.Errorf("opened with %v", got)
		}
		again := func(x2 *lab.Sample) { x2.LocationID, x2.VisitID = office, x.VisitID }
		if second := b.register(t, s, again); second.VisitID != x.VisitID {
			t.Error("the second sample has another visit")
		}
		if _, err := s.TurnAway(t.Context(), b.intake, lab.Visit{Key: lab.Key{ServiceID: b.service.ID, ID: x.VisitID}}, lab.ID{}, 2); err != nil {
			t.Fatal(err)
		}
		if got := counted(t, s, x.VisitID); got != [3]int64{4, 2, 2} {
			t.Errorf("counted %v", got)
		}
		if found := b.register(t, s, func(x *lab.Sample) { x.Channel = lab.FoundSample }); !found.VisitID.IsZero() {
			t.Error("a sample that was found opened a visit")
		}
		if n := count(t, s, "visits"); n != 1 {
			t.Errorf("%d visits", n)
		}

		b.register(t, s, again)
		before := count(t, s, "samples")
		for name, edit := range map[string]func(*lab.Sample){
			"another location": func(y *lab.Sample) { y.VisitID = x.VisitID },
			"another day":      func(y *lab.Sample) { again(y); y.ReceivedOn-- },
			"no such visit":    func(y *lab.Sample) { y.VisitID = lab.NewIDMaker(time.Now).Next() },
		} {
			t.Run(name, func(t *testing.T) {
				r := b.registration(edit, func(x *lab.Sample) { x.Overruled = "asked by the police" })
				_, err := s.RegisterSample(t.Context(), b.intake, r)
				wantMistakes(t, err, "visit_id")
			})
		}
		other := storetest.Service(t, s, "AMS")
		elsewhere := storetest.Person(t, s, "elsewhere", other.ID, lab.Intake)
		r := b.registration(func(y *lab.Sample) { y.ServiceID, y.VisitID = other.ID, x.VisitID })
		_, err := s.RegisterSample(t.Context(), elsewhere, r)
		wantMistakes(t, err, "visit_id")
		if got := counted(t, s, x.VisitID); got != [3]int64{5, 3, 2} || count(t, s, "samples") != before {
			t.Errorf("the refused were counted: %v", got)
		}
		changed, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), func(x *lab.Sample) { x.VisitID = lab.ID{} })
		if err != nil || changed.VisitID != x.VisitID {
			t.Errorf("a change of the description moved the sample to another visit: %v", err)
		}
	})
}

func TestSamplesTurnedAwayAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		day := storetest.Sample(0, 0).ReceivedOn
		at := func(edit ...func(*lab.Visit)) lab.Visit {
			v := lab.Visit{Key: lab.Key{ServiceID: b.service.ID}, VisitedOn: day}
			for _, change := range edit {
				change(&v)
			}
			return v
		}
		v, err := s.TurnAway(t.Context(), b.intake, at(func(v *lab.Visit) { v.Taken, v.Samples = 7, 7 }), lab.ID{}, 3)
		if err != nil || v.TurnedAway != 3 || v.Taken != 0 || v.Samples != 3 || counted(t, s, v.ID) != [3]int64{3, 0, 3} {
			t.Fatalf("%+v, %v", v, err)
		}
		b.register(t, s, func(x *lab.Sample) { x.VisitID = v.ID })
		for _, test := range []struct {
			name    string
			visit   lab.Visit
			samples int32
			fields  []string
		}{
			{"none", at(), 0, []string{"turned_away"}},
			{"fewer than none", v, -1, []string{"turned_away"}},
			{"a lorry", at(), 101, []string{"turned_away"}},
			{"more than a hundred together", v, 97, []string{"samples"}},
			{"no day", at(func(v *lab.Visit) { v.VisitedOn = 0 }), 1, []string{"visited_on"}},
			{"tomorrow", at(func(v *lab.Visit) { v.VisitedOn = 2025_03_04 }), 1, []string{"visited_on"}},
			{"no such location", at(func(v *lab.Visit) { v.LocationID = 9 }), 1, []string{"location_id"}},
			{"no such visit", at(func(v *lab.Visit) { v.ID = lab.NewIDMaker(time.Now).Next() }), 1, []string{"visit_id"}},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := s.TurnAway(t.Context(), b.intake, test.visit, lab.ID{}, test.samples)
				wantMistakes(t, err, test.fields...)
			})
		}
		_, err = s.TurnAway(t.Context(), b.analyst, at(), lab.ID{}, 1)
		wantRefusal(t, "turned away by an analyst", err)
		if got := counted(t, s, v.ID); got != [3]int64{4, 1, 3} || count(t, s, "visits") != 1 {
			t.Errorf("the refused were counted: %v", got)
		}
	})
}

// TestAFormCountsOnce: whoever clicks twice sends the same form twice.
func TestAFormCountsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		fresh := lab.Visit{Key: lab.Key{ServiceID: b.service.ID}, VisitedOn: storetest.Sample(0, 0).ReceivedOn}
		form := s.NewID()
		errs := atOnce(5, func(int) error {
			_, err := s.TurnAway(t.Context(), b.intake, fresh, form, 2)
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if got := counted(t, s, form); got != [3]int64{2, 0, 2} || count(t, s, "visits") != 1 {
			t.Errorf("on a new visit: %v", got)
		}
		x := b.register(t, s)
		visit := lab.Visit{Key: lab.Key{ServiceID: b.service.ID, ID: x.VisitID}}
		for _, form := range []lab.ID{form, form, s.NewID(), {}, {}} {
			if _, err := s.TurnAway(t.Context(), b.intake, visit, form, 1); err != nil {
				t.Fatal(err)
			}
		}
		if got := counted(t, s, x.VisitID); got != [3]int64{5, 1, 4} {
			t.Errorf("on a visit that is going on: %v", got)
		}
	})
}

func TestManyOfOneVisitAreAllCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		errs := atOnce(20, func(i int) error {
			if i%2 == 0 {
				_, err := s.TurnAway(t.Context(), b.intake, lab.Visit{Key: lab.Key{ServiceID: b.service.ID, ID: x.VisitID}}, lab.ID{}, 1)
				return err
			}
			_, err := s.RegisterSample(t.Context(), b.intake, b.registration(func(y *lab.Sample) { y.VisitID, y.Overruled = x.VisitID, "busy" }))
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if got := counted(t, s, x.VisitID); got != [3]int64{21, 11, 10} {
			t.Errorf("counted %v", got)
		}
	})
}

func TestASampleBeyondTheLimitsNeedsAReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		heavy := func(x *lab.Sample) { x.ReceivedAmount, x.ReceivedUnit = 1001, lab.Gram }
		_, err := s.RegisterSample(t.Context(), b.intake, b.registration(heavy))
		wantMistakes(t, err, "overruled")
		_, err = s.RegisterSample(t.Context(), b.intake, b.registration(heavy, func(x *lab.Sample) { x.Shape, x.LocationID = "star", 9 }))
		wantMistakes(t, err, "shape", "location_id", "overruled")
		x := b.register(t, s, heavy, func(x *lab.Sample) { x.Overruled = "a warning asks for it" })
		if now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key); err != nil || now.Overruled != "a warning asks for it" {
			t.Errorf("%q, %v", now.Overruled, err)
		}
		if x.NumberRunning != 1 {
			t.Errorf("the refused took numbers: %d", x.NumberRunning)
		}
		first := b.register(t, s)
		for range 2 {
			b.register(t, s, func(x *lab.Sample) { x.VisitID = first.VisitID })
		}
		_, err = s.RegisterSample(t.Context(), b.intake, b.registration(func(x *lab.Sample) { x.VisitID = first.VisitID }))
		wantMistakes(t, err, "overruled")
	})
}

func TestDraftsAreKeptForIntake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		colleague := storetest.Person(t, s, "colleague", b.service.ID, lab.Intake)
		stranger := storetest.Person(t, s, "stranger", storetest.Service(t, s, "AMS").ID, lab.Intake)
		key := lab.Key{ServiceID: b.service.ID}
		var err error
		if key.ID, err = s.NewDraft(t.Context(), b.intake, key.ServiceID, `{"form":"powder"}`); err != nil {
			t.Fatal(err)
		}
		second, err := s.NewDraft(t.Context(), colleague, key.ServiceID, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveDraft(t.Context(), colleague, key, `{"form":"tablet ☠"}`, store.DraftWindow{}); err != nil {
			t.Fatal(err)
		}
		d, err := s.Draft(t.Context(), b.intake, key)
		if err != nil || d.Content != `{"form":"tablet ☠"}` || d.UserID != b.intake.UserID || d.SavedAt != lab.At(storetest.Now) {
			t.Errorf("%+v, %v", d, err)
		}
		if all, err := s.Drafts(t.Context(), colleague, key.ServiceID); err != nil || len(all) != 2 || all[0].ID != second {
			t.Errorf("%+v, %v", all, err)
		}
		for name, actor := range map[string]lab.Actor{"a stranger": stranger, "an analyst": b.analyst, "the operator": lab.Operator("test")} {
			want := wantNotFound
			if name == "an analyst" { // who works with records of the service
				want = wantRefusal
			}
			_, err := s.NewDraft(t.Context(), actor, key.ServiceID, "{}")
			want(t, name+" begins", err)
			_, err = s.Draft(t.Context(), actor, key)
			want(t, name+" reads", err)
			_, err = s.Drafts(t.Context(), actor, key.ServiceID)
			want(t, name+" lists", err)
			want(t, name+" saves", s.SaveDraft(t.Context(), actor, key, "{}", store.DraftWindow{}))
			want(t, name+" drops", s.DropDraft(t.Context(), actor, key))
		}
		for _, content := range []string{"", "{", "\xff", `"` + strings.Repeat("x", 64<<10) + `"`} {
			_, err := s.NewDraft(t.Context(), b.intake, key.ServiceID, content)
			wantMistakes(t, err, "content")
			wantMistakes(t, s.SaveDraft(t.Context(), b.intake, key, content, store.DraftWindow{}), "content")
		}
		if err := s.DropDraft(t.Context(), colleague, key); err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"dropped again": s.DropDraft(t.Context(), colleague, key), "saved": s.SaveDraft(t.Context(), b.intake, key, "{}", store.DraftWindow{}),
			"another service's": s.DropDraft(t.Context(), stranger, lab.Key{ServiceID: stranger.Memberships[0].ServiceID, ID: second}),
		} {
			if !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := s.Draft(t.Context(), b.intake, key); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("read after it was dropped: %v", err)
		}
	})
}

func TestOldDraftsAreSwept(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			b := newBench(t, s)
			old, err := s.NewDraft(t.Context(), b.intake, b.service.ID, "{}")
			if err != nil {
				t.Fatal(err)
			}
			saved, err := s.NewDraft(t.Context(), b.intake, b.service.ID, "{}")
			if err != nil {
				t.Fatal(err)
			}
			if n, err := s.SweepDrafts(t.Context(), lab.Operator("test")); err != nil || n != 0 {
				t.Errorf("swept %d, %v", n, err)
			}
			now := storetest.Now.Add(lab.DraftAge)
			later, err := store.Open(t.Context(), c, func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			defer later.Close()
			if n, err := later.SweepDrafts(t.Context(), lab.Operator("test")); !errors.Is(err, lab.ErrClockJumped) || n != 0 {
				t.Errorf("swept %d after a jump of the clock, %v", n, err)
			}
			storetest.ConfirmClock(t, later, now)
			if n, err := later.SweepDrafts(t.Context(), lab.Operator("test")); err != nil || n != 0 {
				t.Errorf("swept %d that are just as old as they may be, %v", n, err)
			}
			now = now.Add(time.Second)
			if err := later.SaveDraft(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: saved}, "[]", store.DraftWindow{}); err != nil {
				t.Fatal(err)
			}
			if n, err := later.SweepDrafts(t.Context(), lab.Operator("test")); err != nil || n != 1 {
				t.Errorf("swept %d, %v", n, err)
			}
			if left, err := s.Drafts(t.Context(), b.intake, b.service.ID); err != nil || len(left) != 1 || left[0].ID == old {
				t.Errorf("%+v, %v", left, err)
			}
		})
	}
}

func TestFiftyWhoFinishOneDraftRegisterOneSample(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		b := newBench(t, s)
		draft, err := s.NewDraft(t.Context(), b.intake, b.service.ID, "{}")
		if err != nil {
			t.Fatal(err)
		}
		r := b.registration()
		r.Draft = draft
		bad := r
		bad.Sample.Form = "dust"
		if _, err := s.RegisterSample(t.Context(), b.intake, bad); err == nil {
			t.Fatal("registered with a mistake")
		}
		if _, err := s.Draft(t.Context(), b.intake, lab.Key{ServiceID: b.service.ID, ID: draft}); err != nil {
			t.Fatalf("a mistake took the draft: %v", err)
		}
		one(t, atOnce(50, func(i int) error {
			mine := r
			mine.Code = &store.CodeHash{KeyID: "2025-03", Hash: []byte{byte(i)}, Month: "2025-03"}
			_, err := s.RegisterSample(t.Context(), b.intake, mine)
			return err
		}), func(err error) bool { return errors.Is(err, lab.ErrConflict) })
		for table, want := range map[string]int64{"samples": 1, "visits": 1, "lookup_codes": 1, "sample_facts": 1, "drafts": 0} {
			if n := count(t, s, table); n != want {
				t.Errorf("%d %s", n, table)
			}
		}
		before := everything(t, s, kind)
		if _, err := s.RegisterSample(t.Context(), b.intake, r); !errors.Is(err, lab.ErrConflict) || everything(t, s, kind) != before {
			t.Errorf("registered once more: %v", err)
		}
		if x := b.register(t, s); x.NumberRunning != 2 {
			t.Errorf("the refused took numbers: the next is %d", x.NumberRunning)
		}
	})
}

func TestExpectationsAreChangedAndCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s)
		a := b.analyse(t, s, x, "80")
		if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
			t.Fatal(err)
		}
		published := b.publish(t, s, x)
		now, _, err := s.Sample(t.Context(), storetest.Reader, x.Key)
		if err != nil {
			t.Fatal(err)
		}
		before := revision(t, s, b.service.ID)
		want := []lab.Expected{{SubstanceID: lab.Optional(b.levamisole)}, {Class: "benzodiazepine"}}
		after, err := s.DescribeSample(t.Context(), b.intake, x.Key, now.Version, want, asItIs)
		if err != nil || after.Version != now.Version+1 {
			t.Fatalf("version %d, %v", after.Version, err)
		}
		if _, expected, err := s.Sample(t.Context(), storetest.Reader, x.Key); err != nil || !slices.Equal(expected, want) {
			t.Errorf("%v, %v", expected, err)
		}
		if facts := factsOf(t, s, x); facts.Contains || revision(t, s, b.service.ID) == before {
			t.Errorf("the statistics still say %+v", facts.SampleClass)
		}
		if versions, err := s.Publications(t.Context(), x.Key); err != nil || len(versions) != 1 || versions[0].Outcome != published.Outcome {
			t.Errorf("what was published changed: %v", err)
		}
		_, err = s.DescribeSample(t.Context(), b.intake, x.Key, now.Version, nil, asItIs)
		var stale *lab.StaleError
		if !errors.As(err, &stale) || len(stale.Changed) != 1 || stale.Changed[0].Field != "expected" || stale.Changed[0].New != "[]" {
			t.Errorf("stale: %v", err)
		}
		_, err = s.DescribeSample(t.Context(), b.intake, x.Key, after.Version, []lab.Expected{{Class: "moon dust"}}, asItIs)
		wantMistakes(t, err, "expected")
		_, err = s.DescribeSample(t.Context(), b.analyst, x.Key, after.Version, nil, asItIs)
		wantRefusal(t, "set by an analyst", err)
		if _, err = s.DescribeSample(t.Context(), b.intake, lab.Key{ServiceID: x.ServiceID, ID: a.ID}, 1, nil, asItIs); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("of no sample: %v", err)
		}
		if moved, err := s.Reclassify(t.Context(), lab.Operator("test")); err != nil || moved.Changed != 0 {
			t.Errorf("the facts were not right: %+v, %v", moved, err)
		}
	})
}

// TestAStaleChangeTellsBothTexts: whoever comes second sees, field by field, what
// stands there now and what they typed.
func TestAStaleChangeTellsBothTexts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		x := b.register(t, s, func(x *lab.Sample) { x.Notes, x.Region = "as it was", "Utrecht" })
		form := func(notes, logo string) func(*lab.Sample) {
			return func(x *lab.Sample) { x.Notes, x.Logo, x.Region = notes, logo, "Utrecht" }
		}
		if _, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), form("theirs", "crown")); err != nil {
			t.Fatal(err)
		}
		_, err := s.DescribeSample(t.Context(), b.intake, x.Key, x.Version, b.ketamine.Expected(), form("mine", ""))
		var stale *lab.StaleError
		want := []lab.Difference{{Field: "logo", Old: `"crown"`, New: `""`}, {Field: "notes", Old: `"theirs"`, New: `"mine"`}}
		if !errors.As(err, &stale) || !slices.Equal(stale.Changed, want) {
			t.Errorf("%v", err)
		}
	})
}

func TestASampleIsFoundByItsNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.register(t, s)
		x := b.register(t, s)
		number := lab.SampleNumber{Service: "UTR", Year: 2025, Running: 2}
		if key, err := s.FindSample(t.Context(), storetest.Reader, number); err != nil || key != x.Key {
			t.Errorf("%v, %v", key, err)
		}
		for _, n := range []lab.SampleNumber{
			{}, {Service: "AMS", Year: 2025, Running: 2}, {Service: "UTR", Year: 2024, Running: 2}, {Service: "UTR", Year: 2025, Running: 3}, {Service: "UTR' OR 1=1", Year: 2025, Running: 2},
		} {
			if key, err := s.FindSample(t.Context(), storetest.Reader, n); !errors.Is(err, lab.ErrNotFound) {
				t.Errorf("%v: %v, %v", n, key, err)
			}
		}
	})
}

func TestADraftOfAnotherServiceFinishesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		other := storetest.Service(t, s, "AMS")
		clerk := storetest.Person(t, s, "clerk", other.ID, lab.Intake)
		draft, err := s.NewDraft(t.Context(), clerk, other.ID, "{}")
		if err != nil {
			t.Fatal(err)
		}
		r := b.registration()
		r.Draft = draft
		if _, err := s.RegisterSample(t.Context(), b.intake, r); !errors.Is(err, lab.ErrConflict) {
			t.Error(fmt.Sprint("finished: ", err))
		}
		if _, err := s.Draft(t.Context(), clerk, lab.Key{ServiceID: other.ID, ID: draft}); err != nil {
			t.Error(err)
		}
	})
}
