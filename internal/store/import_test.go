package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestImportWritesEverythingAsOneEvent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		store.SmallBatches(s)
		d, service := storetest.AddMethods(t, s), storetest.Service(t, s, "UTR")
		arrivals := storetest.Generate(d, 1, 430, 2022, 2024)
		before := len(eventsOf(t, s))
		b := &store.ImportBatch{Import: newImport("digest"), Samples: store.Arrivals(arrivals)}
		b.Import.ServiceID = service.ID
		var told []int
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(done int) { told = append(told, done) }); err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(told) || len(told) < 2 || told[len(told)-1] != len(arrivals) {
			t.Errorf("progress told: %v", told)
		}
		if n := len(eventsOf(t, s)) - before; n != 1 {
			t.Errorf("%d events", n)
		}
		perYear := map[int32]int32{}
		for i := range arrivals {
			x := &arrivals[i]
			sample, _, err := s.Sample(t.Context(), storetest.Reader, x.Sample.Key)
			noError(t, err)
			x.Sample.NumberYear, x.Sample.NumberRunning = sample.NumberYear, sample.NumberRunning
			perYear[int32(x.Sample.ReceivedOn.Year())]++
			if x.Sample.NumberRunning != perYear[x.Sample.NumberYear] {
				t.Fatalf("sample %d has number %d-%d", i, x.Sample.NumberYear, x.Sample.NumberRunning)
			}
		}
		if len(perYear) != 3 {
			t.Errorf("samples by year: %v", perYear)
		}
		for year := range perYear {
			if r, err := s.Revisions(t.Context(), lab.Program("test")); err != nil || r[int(year)][service.ID] != 1 {
				t.Errorf("revision of %d is %v, %v", year, r, err)
			}
		}
		for i := 0; i < len(arrivals); i += 17 {
			survived(t, s, &arrivals[i])
		}
		moved, err := s.Reclassify(t.Context(), lab.Operator("reclassify"))
		if err != nil || moved.Samples != len(arrivals) || moved.Changed != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
		// The next of a year goes on where the import ended.
		clerk := storetest.Person(t, s, "clerk", service.ID, lab.Intake)
		next := storetest.Sample(service.ID, arrivals[0].Sample.ProductID)
		next.ReceivedOn, next.Confirmed = 2024_12_31, lab.Codes{"received_on=2024-12-31"}
		x, err := s.RegisterSample(t.Context(), clerk, store.Registration{File: lab.File{Sample: next}})
		if err != nil || x.NumberRunning != perYear[2024]+1 {
			t.Errorf("the next is %d, %v", x.NumberRunning, err)
		}
	})
}

// survived compares what was written of an arrival with what is read.
func survived(t testing.TB, s *store.Store, want *lab.Arrival) {
	t.Helper()
	sample, expected, err := s.Sample(t.Context(), storetest.Reader, want.Sample.Key)
	if err != nil {
		t.Fatal(err)
	}
	differ := lab.Differences(want.Sample, sample)
	if !slices.Equal(expected, want.Expected) && len(expected)+len(want.Expected) > 0 {
		differ = append(differ, lab.Difference{Field: "expected", Old: lab.ValueOf(want.Expected), New: lab.ValueOf(expected)})
	}
	evidence, err := s.Evidence(t.Context(), want.Sample.Key)
	if err != nil || len(evidence) != len(want.Evidence) {
		t.Fatalf("%d analyses instead of %d, %v", len(evidence), len(want.Evidence), err)
	}
	for i, e := range evidence {
		differ = append(differ, lab.Differences(want.Evidence[i].Analysis, e.Analysis)...)
		for j, f := range e.Findings {
			differ = append(differ, lab.Differences(want.Evidence[i].Findings[j], f)...)
		}
	}
	publications, err := s.Publications(t.Context(), want.Sample.Key)
	if err != nil || (len(publications) == 1) != (len(evidence) > 0) {
		t.Fatalf("%d publications, %v", len(publications), err)
	}
	for _, p := range publications {
		if p.PublishedOn != want.Sample.SourcePublishedOn || p.ImportID != want.Sample.ImportID || p.PublishedBy != 0 {
			t.Errorf("published %+v", p)
		}
	}
	if len(differ) > 0 {
		t.Errorf("sample %s: written and read differ: %v", want.Sample.SourceRef, differ)
	}
}

func TestAnImportThatFailsLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(b *store.ImportBatch, arrivals []lab.Arrival)
		check func(error) bool
	}{
		"the same source twice": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				arrivals[230].Sample.SourceRef = arrivals[3].Sample.SourceRef
			},
			func(err error) bool { return errors.Is(err, lab.ErrConflict) },
		},
		"a mistake in a sample": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { arrivals[200].Sample.Form = "jelly" },
			func(err error) bool {
				var mistakes lab.FieldErrors
				return errors.As(err, &mistakes) && strings.Contains(err.Error(), "G201")
			},
		},
		"a file whose name is no text": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { b.Import.Files = "caf\xe9.csv" },
			func(err error) bool { return strings.Contains(err.Error(), "files: ") },
		},
		"a source that holds NUL": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { b.Import.Profile = "lab\x00" },
			func(err error) bool { return strings.Contains(err.Error(), "profile: ") },
		},
		"an unknown substance": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				for i := range arrivals {
					if len(arrivals[i].Evidence) > 0 && len(arrivals[i].Evidence[0].Findings) > 0 {
						arrivals[i].Evidence[0].Findings[0].SubstanceID = 999_999
						return
					}
				}
			},
			func(err error) bool { return strings.Contains(err.Error(), "999999") },
		},
		"a sample that holds too much": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				arrivals[0].Sample.State, arrivals[0].Sample.StateReason, arrivals[0].Sample.Form = lab.Completed, "", lab.Powder
				m := lab.Finding{SubstanceID: 141, Detection: lab.Quantified, Amount: lab.Amount{Value: 990_000, Scale: lab.MassFraction}, Basis: lab.BasisBase}
				arrivals[0].Evidence = []lab.Evidence{{Analysis: lab.Analysis{
					MethodID: b.Methods[0].ID, Level: b.Methods[0].Level, PerformedOn: arrivals[0].Sample.ReceivedOn, Conclusion: lab.HasFindings,
				}, Findings: []lab.Finding{m}}}
				arrivals[0].Sample.Confirmed = arrivals[0].Sample.Confirmation(lab.Doubts(&arrivals[0].Sample, lab.Counter{Imported: true}))
				arrivals[0].Evidence[0].Analysis.Overruled = "measured twice" // which no release believes
			},
			func(err error) bool { return strings.Contains(err.Error(), "purest salt") },
		},
		"a visit on another day": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				b.Visits = []lab.Visit{{VisitedOn: arrivals[9].Sample.ReceivedOn + 1, Samples: 1, Taken: 1}}
				arrivals[9].Visit = 1
			},
			isMistakeIn("visit_id"),
		},
		"a visit that is not there": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { arrivals[9].Visit = 1 },
			isMistakeIn("visit_id"),
		},
		"a visit that does not add up": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				b.Visits = []lab.Visit{{VisitedOn: arrivals[9].Sample.ReceivedOn, Samples: 2, Taken: 1}}
			},
			isMistakeIn("taken"),
		},
		"a visit in the future": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				b.Visits = []lab.Visit{{VisitedOn: lab.DateOf(storetest.Now.AddDate(0, 0, 2), time.UTC)}}
			},
			isMistakeIn("visited_on"),
		},
		"a location of another service": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { arrivals[9].Sample.LocationID = 1 },
			isMistakeIn("location_id"),
		},
		"a visit to another service's location": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) {
				b.Visits = []lab.Visit{{VisitedOn: arrivals[9].Sample.ReceivedOn, LocationID: 1}}
			},
			isMistakeIn("location_id"),
		},
		"counts that do not add up": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { b.Import.RowsRead = 7 },
			func(err error) bool { return err != nil },
		},
		"a service that is there": {
			func(b *store.ImportBatch, arrivals []lab.Arrival) { b.Service.Code = "AMS" },
			func(err error) bool {
				var mistakes lab.FieldErrors
				return errors.As(err, &mistakes) && mistakes[0].Field == "code"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, s *store.Store, kind string) {
				store.SmallBatches(s)
				other := storetest.Service(t, s, "AMS")
				if _, err := s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: other.ID, Name: "Desk", Kind: "office"}); err != nil {
					t.Fatal(err)
				}
				d, err := s.Dictionary(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				b, arrivals := newcomer(t, d)
				before := everything(t, s, kind)
				c.spoil(b, arrivals)
				if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); !c.check(err) {
					t.Errorf("%v", err)
				}
				if everything(t, s, kind) != before {
					onlyAbandoned(t, s)
				}
			})
		})
	}
}

// onlyAbandoned expects that nothing is left of an import but what nobody sees, and that its
// files can be imported again.
func onlyAbandoned(t testing.TB, s *store.Store) {
	t.Helper()
	for _, there := range []string{
		"SELECT count(*) FROM samples WHERE import_live", "SELECT count(*) FROM sample_facts", "SELECT count(*) FROM finding_facts",
		"SELECT count(*) FROM service_years", "SELECT count(*) FROM imports WHERE state <> 'abandoned' OR written > 0",
	} {
		if n := sqlRows(t, s, there, 1)[0][0]; n != int64(0) {
			t.Errorf("%s is %v", there, n)
		}
	}
	if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
		t.Error(err)
	}
}

// isMistakeIn tells whether an error is a mistake in the field.
func isMistakeIn(field string) func(error) bool {
	return func(err error) bool {
		var mistakes lab.FieldErrors
		return errors.As(err, &mistakes) && mistakes[0].Field == field
	}
}

func TestAnImportBringsItsVisits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, service := storetest.AddMethods(t, s), storetest.Service(t, s, "UTR")
		desk, err := s.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: service.ID, Name: "Desk", Kind: "office"})
		if err != nil {
			t.Fatal(err)
		}
		arrivals := storetest.Generate(d, 3, 4, 2024, 2024)
		b := &store.ImportBatch{Import: newImport("visits"), Samples: store.Arrivals(arrivals)}
		b.Import.ServiceID = service.ID
		day := arrivals[0].Sample.ReceivedOn
		b.Visits = []lab.Visit{
			{VisitedOn: day - 1, Samples: 2, TurnedAway: 2},
			{VisitedOn: day, LocationID: lab.Optional(desk.ID), Samples: 3, Taken: 2, TurnedAway: 1},
		}
		for i := range 2 {
			arrivals[i].Sample.ReceivedOn, arrivals[i].Sample.LocationID, arrivals[i].Visit = day, lab.Optional(desk.ID), 2
			arrivals[i].Evidence = nil
		}
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
			t.Fatal(err)
		}
		clerk := storetest.Person(t, s, "clerk", service.ID, lab.Intake)
		for i, want := range b.Visits {
			got, err := s.Visit(t.Context(), clerk, want.Key)
			if differ := lab.Differences(want, got); err != nil || len(differ) > 0 {
				t.Errorf("visit %d differs in %v, %v", i+1, differ, err)
			}
		}
		for i := range arrivals {
			sample, _, err := s.Sample(t.Context(), storetest.Reader, arrivals[i].Sample.Key)
			want := lab.ID{}
			if i < 2 {
				want = b.Visits[1].ID
			}
			if err != nil || sample.VisitID != want {
				t.Errorf("sample %d belongs to visit %v instead of %v, %v", i, sample.VisitID, want, err)
			}
		}
	})
}

// newcomer is an import of a service that is not known yet, with local entries.
func newcomer(t testing.TB, d *lab.Dictionary) (*store.ImportBatch, []lab.Arrival) {
	t.Helper()
	b := &store.ImportBatch{
		Import:  newImport("newcomer"),
		Service: &lab.Service{Code: "NEW", Name: "New", Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam"},
	}
	local, err := d.AddSubstance("never heard of")
	if err != nil {
		t.Fatal(err)
	}
	b.Substances = []*lab.Substance{local}
	arrivals := storetest.Generate(d, 2, 250, 2023, 2024) // adds its methods to d
	b.Samples = store.Arrivals(arrivals)
	for _, id := range []lab.MethodID{lab.LocalEntries, lab.LocalEntries + 1, lab.LocalEntries + 2, lab.LocalEntries + 3} {
		b.Methods = append(b.Methods, d.Methods[id])
	}
	return b, arrivals
}

func TestAnImportBringsItsServiceAndEntries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, err := s.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, arrivals := newcomer(t, d)
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
			t.Fatal(err)
		}
		service, err := s.Service(t.Context(), lab.Operator("test"), "NEW")
		if err != nil || service.ID != b.Import.ServiceID {
			t.Errorf("service %+v, %v", service, err)
		}
		now, err := s.Dictionary(t.Context())
		if err != nil || len(now.Methods) != 4 {
			t.Errorf("%d methods, %v", len(now.Methods), err)
		}
		if x, _, ok := now.FindSubstance("Never Heard Of"); !ok || x.ID != b.Substances[0].ID {
			t.Errorf("the new substance is %+v", x)
		}
		known, err := s.KnownImport(t.Context(), lab.Operator("test"), service.ID, "newcomer")
		if differ := lab.Differences(b.Import, known); err != nil || len(differ) > 0 {
			t.Errorf("the import differs in %v, %v", differ, err)
		}
		if _, err := s.KnownImport(t.Context(), lab.Operator("test"), service.ID, "other"); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("an unknown import: %v", err)
		}
		if _, err := s.KnownImport(t.Context(), lab.Operator("test"), service.ID+1, "newcomer"); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("the import of another service: %v", err)
		}
		groups := []string{lab.SourceKeyOf("g-017"), lab.SourceKeyOf("G18")}
		recorded, err := s.Recorded(t.Context(), lab.Operator("test"), service.ID, groups)
		if err != nil || !slices.Contains(recorded, lab.Recorded{Ref: "G17", Digest: arrivals[16].Sample.SourceDigest}) || slices.ContainsFunc(recorded, func(r lab.Recorded) bool { return r.Ref == "G19" }) {
			t.Errorf("recorded %+v, %v", recorded, err)
		}
		if other, err := s.Recorded(t.Context(), lab.Operator("test"), service.ID+1, groups); err != nil || len(other) != 0 {
			t.Errorf("recorded by another service: %+v, %v", other, err)
		}
		again := &store.ImportBatch{Import: newImport("newcomer")}
		again.Import.ServiceID = service.ID
		if err := s.Import(t.Context(), lab.Operator("import"), d, again, func(int) {}); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("the same import again: %v", err)
		}
	})
}

// What the mapping confirms stands in the event of the import, with reason and samples.
func TestAnImportKeepsWhatItsMappingConfirms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		d := storetest.AddMethods(t, s)
		b := &store.ImportBatch{
			Import: newImport("confirmed"), Samples: store.Arrivals(storetest.Generate(d, 1, 5, 2024, 2024)),
			Confirmed: lab.Confirmations{{Rule: "whole", Reason: "two portions", IDs: []string{"G1"}}},
		}
		b.Import.ServiceID = service.ID
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
			t.Fatal(err)
		}
		events := eventsOf(t, s)
		want := `"field":"confirmed_rules","new":[{"rule":"whole","reason":"two portions","ids":["G1"]}],"old":null`
		if last := events[len(events)-1]; !strings.Contains(last.changes, want) {
			t.Errorf("the event says %s", last.changes)
		}
	})
}

// That somebody accepted what was left out stands in the event of the import, with the dangers.
func TestAnImportKeepsWhatSomebodyAccepted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service, d := storetest.Service(t, s, "UTR"), storetest.AddMethods(t, s)
		for _, test := range []struct {
			digest string
			left   *lab.AcceptedLoss
			want   string
		}{
			{"nothing to accept", nil, ""},
			{"a danger", &lab.AcceptedLoss{Samples: 1, Of: 6, Dangers: []string{"fentanyl"}}, `"field":"accepted_left_out","new":{"samples":1,"of":6,"dangers":["fentanyl"]},"old":null`},
			{"much", &lab.AcceptedLoss{Samples: 3, Of: 8, Dangers: []string{}}, `"field":"accepted_left_out","new":{"samples":3,"of":8,"dangers":[]},"old":null`},
		} {
			b := &store.ImportBatch{Import: newImport(test.digest), Samples: store.Arrivals(nil), Loss: test.left}
			b.Import.ServiceID, b.Import.Samples = service.ID, 0
			if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
				t.Fatal(err)
			}
			events := eventsOf(t, s)
			last := events[len(events)-1].changes
			if !strings.Contains(last, test.want) || test.left == nil && strings.Contains(last, lab.TrailLeftOut) {
				t.Errorf("%s: the event says %s", test.digest, last)
			}
		}
	})
}

// What other services imported is found by id and day, each by its key, and nothing of the
// service that asks.
func TestElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, here, there := storetest.AddMethods(t, s), storetest.Service(t, s, "UTR"), storetest.Service(t, s, "AMS")
		arrivals := storetest.Generate(d, 1, 430, 2022, 2024)
		b := &store.ImportBatch{Import: newImport("digest"), Samples: store.Arrivals(arrivals)}
		b.Import.ServiceID = there.ID
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
			t.Fatal(err)
		}
		received := map[string]lab.Date{"never": 2024_03_05}
		for _, a := range arrivals {
			received[a.Sample.SourceRef] = a.Sample.ReceivedOn
		}
		received["G17"] = 1999_12_31
		found, err := s.Elsewhere(t.Context(), lab.Operator("import"), here.ID, received)
		if err != nil || len(found) != len(arrivals)-1 || len(found["G17"]) > 0 {
			t.Fatalf("%d found, %v", len(found), err)
		}
		for i := range arrivals {
			a := &arrivals[i]
			other := found[a.Sample.SourceRef]
			if i == 16 {
				continue
			}
			if len(other) != 1 || other[0].Service != "AMS" || !d.SameElsewhere(&a.File, &other[0].File) {
				t.Fatalf("%s: %+v", a.Sample.SourceRef, other)
			}
		}
		// A day that is one off is told too, and two are too many.
		for days, want := range map[int]int{-2: 0, -1: 1, 1: 1, 2: 0} {
			off := map[string]lab.Date{"G18": arrivals[17].Sample.ReceivedOn.Plus(days)}
			if found, err = s.Elsewhere(t.Context(), lab.Operator("import"), here.ID, off); err != nil || len(found["G18"]) != want {
				t.Errorf("%d days off: %+v, %v", days, found, err)
			}
		}
		// People take g-0018 for G18; of another day it is another.
		spelled := map[string]lab.Date{"g-0018": arrivals[17].Sample.ReceivedOn, "G 19": 1999_12_31, "G180": arrivals[17].Sample.ReceivedOn}
		if found, err = s.Elsewhere(t.Context(), lab.Operator("import"), here.ID, spelled); err != nil || len(found) != 1 || len(found["g-0018"]) != 1 || found["g-0018"][0].Sample.SourceRef != "G18" {
			t.Errorf("by other spellings %+v, %v", found, err)
		}
		if found, err := s.Elsewhere(t.Context(), lab.Operator("import"), there.ID, received); err != nil || len(found) != 0 {
			t.Errorf("%d of its own, %v", len(found), err)
		}
	})
}
