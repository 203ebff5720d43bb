package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

func TestImportWritesEverythingAsOneEvent(t *testing.T) {
	store.SmallBatches(t)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, service := storetest.AddMethods(t, s), storetest.Service(t, s, "UTR")
		arrivals := storetest.Generate(d, 1, 430, 2022, 2024)
		before := len(eventsOf(t, s))
		b := &store.ImportBatch{Import: newImport("digest"), Samples: arrivals}
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
		for i := range b.Samples {
			x := &b.Samples[i]
			perYear[int32(x.Sample.ReceivedOn.Year())]++
			if x.Sample.NumberRunning != perYear[x.Sample.NumberYear] {
				t.Fatalf("sample %d has number %d-%d", i, x.Sample.NumberYear, x.Sample.NumberRunning)
			}
		}
		if len(perYear) != 3 {
			t.Errorf("samples by year: %v", perYear)
		}
		for year := range perYear {
			if r, err := s.Revisions(t.Context()); err != nil || r[int(year)][service.ID] != 1 {
				t.Errorf("revision of %d is %v, %v", year, r, err)
			}
		}
		for i := 0; i < len(b.Samples); i += 17 {
			survived(t, s, &b.Samples[i])
		}
		moved, err := s.Reclassify(t.Context(), lab.Operator("reclassify"))
		if err != nil || moved.Samples != len(arrivals) || moved.Changed != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
		if _, err := s.VerifyAudit(t.Context()); err != nil {
			t.Error(err)
		}
		// The next of a year goes on where the import ended.
		clerk := storetest.Person(t, s, "clerk", service.ID, lab.Intake)
		next := storetest.Sample(service.ID, b.Samples[0].Sample.ProductID)
		next.ReceivedOn, _ = lab.ParseDate("2024-12-31")
		x, err := s.RegisterSample(t.Context(), clerk, store.Registration{Sample: next})
		if err != nil || x.NumberRunning != perYear[2024]+1 {
			t.Errorf("the next is %d, %v", x.NumberRunning, err)
		}
	})
}

// survived compares what was written of an arrival with what is read.
func survived(t testing.TB, s *store.Store, want *lab.Arrival) {
	t.Helper()
	sample, expected, err := s.Sample(t.Context(), want.Sample.Key)
	if err != nil {
		t.Fatal(err)
	}
	differ := lab.Differences(want.Sample, sample)
	if !slices.Equal(expected, want.Expected) && len(expected)+len(want.Expected) > 0 {
		differ = append(differ, lab.Difference{Field: "Expected", Old: fmt.Sprint(want.Expected), New: fmt.Sprint(expected)})
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
		if p.PublishedOn != want.PublishedOn || p.ImportID != want.Sample.ImportID || p.PublishedBy != 0 {
			t.Errorf("published %+v", p)
		}
	}
	if len(differ) > 0 {
		t.Errorf("sample %s: written and read differ: %v", want.Sample.SourceRef, differ)
	}
}

func TestAnImportThatFailsLeavesNothing(t *testing.T) {
	store.SmallBatches(t)
	for name, c := range map[string]struct {
		spoil func(b *store.ImportBatch)
		check func(error) bool
	}{
		"the same source twice": {
			func(b *store.ImportBatch) { b.Samples[230].Sample.SourceRef = b.Samples[3].Sample.SourceRef },
			func(err error) bool { return errors.Is(err, lab.ErrConflict) },
		},
		"a mistake in a sample": {
			func(b *store.ImportBatch) { b.Samples[200].Sample.Form = "jelly" },
			func(err error) bool {
				var mistakes lab.FieldErrors
				return errors.As(err, &mistakes) && strings.Contains(err.Error(), "G201")
			},
		},
		"an unknown substance": {
			func(b *store.ImportBatch) {
				for i := range b.Samples {
					if len(b.Samples[i].Evidence) > 0 && len(b.Samples[i].Evidence[0].Findings) > 0 {
						b.Samples[i].Evidence[0].Findings[0].SubstanceID = 999_999
						return
					}
				}
			},
			func(err error) bool { return strings.Contains(err.Error(), "999999") },
		},
		"a sample that holds too much": {
			func(b *store.ImportBatch) {
				b.Samples[0].Sample.State, b.Samples[0].Sample.StateReason, b.Samples[0].Sample.Form = lab.Completed, "", lab.Powder
				m := lab.Finding{SubstanceID: 141, Detection: lab.Quantified, Amount: lab.Amount{Value: 990_000, Scale: lab.MassFraction}, Basis: lab.BasisBase}
				b.Samples[0].Evidence = []lab.Evidence{{Analysis: lab.Analysis{
					MethodID: b.Methods[0].ID, Level: b.Methods[0].Level, PerformedOn: b.Samples[0].Sample.ReceivedOn, Conclusion: lab.HasFindings,
				}, Findings: []lab.Finding{m}}}
			},
			func(err error) bool { return strings.Contains(err.Error(), "purest salt") },
		},
		"counts that do not add up": {
			func(b *store.ImportBatch) { b.Import.RowsRead = 7 },
			func(err error) bool { return err != nil },
		},
		"a service that is there": {
			func(b *store.ImportBatch) { b.Service.Code = "AMS" },
			func(err error) bool {
				var mistakes lab.FieldErrors
				return errors.As(err, &mistakes) && mistakes[0].Field == "code"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, s *store.Store, kind string) {
				storetest.Service(t, s, "AMS")
				d, err := s.Dictionary(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				b := newcomer(t, d)
				before := everything(t, s, kind)
				c.spoil(b)
				if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); !c.check(err) {
					t.Errorf("%v", err)
				}
				if everything(t, s, kind) != before {
					t.Error("something was written")
				}
			})
		})
	}
}

// newcomer is an import of a service that is not known yet, with local entries.
func newcomer(t testing.TB, d *lab.Dictionary) *store.ImportBatch {
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
	b.Samples = storetest.Generate(d, 2, 250, 2023, 2024) // adds its methods to d
	for _, id := range []lab.MethodID{lab.LocalEntries, lab.LocalEntries + 1, lab.LocalEntries + 2, lab.LocalEntries + 3} {
		b.Methods = append(b.Methods, d.Methods[id])
	}
	return b
}

func TestAnImportBringsItsServiceAndEntries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, err := s.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b := newcomer(t, d)
		if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
			t.Fatal(err)
		}
		service, err := s.Service(t.Context(), "NEW")
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
		known, err := s.KnownImport(t.Context(), service.ID, "newcomer")
		if differ := lab.Differences(b.Import, known); err != nil || len(differ) > 0 {
			t.Errorf("the import differs in %v, %v", differ, err)
		}
		if _, err := s.KnownImport(t.Context(), service.ID, "other"); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("an unknown import: %v", err)
		}
		if _, err := s.KnownImport(t.Context(), service.ID+1, "newcomer"); !errors.Is(err, lab.ErrNotFound) {
			t.Errorf("the import of another service: %v", err)
		}
		digests, err := s.SourceDigests(t.Context(), service.ID)
		if err != nil || len(digests) != len(b.Samples) || digests["G17"] != b.Samples[16].Sample.SourceDigest {
			t.Errorf("%d digests, %v", len(digests), err)
		}
		if other, err := s.SourceDigests(t.Context(), service.ID+1); err != nil || len(other) != 0 {
			t.Errorf("%d digests of another service, %v", len(other), err)
		}
		again := &store.ImportBatch{Import: newImport("newcomer")}
		again.Import.ServiceID = service.ID
		if err := s.Import(t.Context(), lab.Operator("import"), d, again, func(int) {}); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("the same import again: %v", err)
		}
	})
}
