package server_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// TestAnUnreviewedNameStandsInNoFigure: an import brings two substances that nobody has
// reviewed, and a product of one of them, often enough to be told. Their names are in no
// public page and no file of any year, in either language; that there is something not yet
// reviewed is told.
func TestAnUnreviewedNameStandsInNoFigure(t *testing.T) {
	x := newSite(t, "sqlite")
	service := storetest.Service(t, x.store, "AAA")
	d := storetest.AddMethods(t, x.store)
	samples := storetest.Generate(d, 1, 400, 2023, 2024)
	batch := &store.ImportBatch{Import: lab.Import{Key: lab.Key{ServiceID: service.ID}, Profile: "generated", Digest: "AAA", Files: "AAA"}}
	var added [2]*lab.Substance
	for i, name := range []string{"zorgwekkoxine", "vreesamfetamine"} {
		s, err := d.AddSubstance(name)
		if err != nil {
			t.Fatal(err)
		}
		added[i], batch.Substances = s, append(batch.Substances, s)
	}
	sold, err := d.AddProduct([]lab.Expected{{SubstanceID: lab.Optional(added[0].ID)}})
	if err != nil {
		t.Fatal(err)
	}
	batch.Products = append(batch.Products, sold)
	for i := range samples {
		x := &samples[i]
		if i%3 == 0 && len(x.Expected) == 1 {
			x.Sample.ProductID, x.Expected = sold.ID, sold.Expected()
		}
		for j := range x.Evidence {
			if e := &x.Evidence[j]; len(e.Findings) > 0 && e.Analysis.Conclusion == lab.HasFindings {
				f := lab.Finding{SubstanceID: added[i%2].ID, Detection: lab.Identified, ReportedAs: "as found"}
				e.Findings = append(e.Findings, f)
			}
		}
	}
	batch.Samples = store.Arrivals(samples)
	if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
		t.Fatal(err)
	}
	told := 0
	for address, page := range crawl(t, x) {
		folded := lab.Fold(address + page)
		for _, s := range added {
			if strings.Contains(folded, lab.Fold(s.Name)) {
				t.Errorf("%s names %s", address, s.Name)
			}
		}
		if strings.Contains(page, "a substance not yet reviewed") || strings.Contains(page, "een nog niet beoordeelde stof") {
			told++
		}
	}
	if told < 20 {
		t.Errorf("%d pages tell that something is not reviewed", told)
	}

	// Once somebody has reviewed them they are named, by the program that goes on running.
	reviewer := storetest.Person(t, x.store, "reviewer", 0, lab.Laboratory)
	for _, s := range added {
		noError(t, x.store.ReviewSubstance(t.Context(), reviewer, s.ID, s.Version))
	}
	named := 0
	for address, page := range crawl(t, x) {
		if strings.Contains(lab.Fold(page), lab.Fold(added[0].Name)) {
			named++
		}
		if strings.Contains(page, "a substance not yet reviewed") || strings.Contains(page, "een nog niet beoordeelde stof") {
			t.Errorf("%s still tells of what is not reviewed", address)
		}
	}
	if named < 20 {
		t.Errorf("%d pages name what is reviewed", named)
	}
}
