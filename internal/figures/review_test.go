package figures_test

import (
	"slices"
	"testing"
	"time"

	"marquis/internal/figures"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// What nobody has reviewed is not named in figures, and is as soon as somebody else has: folds
// that are kept are made anew, and so are public pages, without a start of the program.
func TestFiguresNameWhatIsReviewed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := registry(t, s, "UTR", 1)
		operator := lab.Operator("test")
		analyst := storetest.Person(t, s, "analyst", service.ID, lab.Laboratory, lab.Intake)
		verifier := storetest.Person(t, s, "verifier", service.ID, lab.Verifier)
		d, err := s.Dictionary(t.Context())
		noError(t, err)
		x, err := s.ProposeSubstance(t.Context(), analyst, service.ID, lab.Proposal{Name: "zalpidone", Class: "other", Why: "library match"})
		noError(t, err)
		p, err := s.ProposeProduct(t.Context(), analyst, service.ID, lab.ProductProposal{ProductEntry: lab.ProductEntry{NameEN: "blue monday", Unit: lab.Gram}, Why: "heard"})
		noError(t, err)
		_, err = s.MergeSubstance(t.Context(), operator, storetest.Substance(t, d, "caffeine"), x.ID, "so that it is found")
		noError(t, err)
		_, err = s.MergeProduct(t.Context(), operator, storetest.Product(t, d, "ecstasy").ID, p.ID, "so that it is sold")
		noError(t, err)

		at := &clock{now: storetest.Now}
		source := figures.New(s, at.Now, "EUR")
		named := func() (names []string, stamp uint64) {
			t.Helper()
			at.pass(2 * time.Second)
			set, err := source.Set(t.Context(), "")
			noError(t, err)
			year, err := set.Year(t.Context(), 2024)
			noError(t, err)
			for i := range year.Products {
				names = append(names, year.Products[i].Product)
				for _, f := range year.Products[i].Found {
					names = append(names, f.Substance)
				}
			}
			stamp, err = source.Stamp(t.Context())
			noError(t, err)
			return names, stamp
		}
		wants := func(what string, names []string, has, hasNot string) {
			t.Helper()
			if !slices.Contains(names, has) || slices.Contains(names, hasNot) {
				t.Errorf("%s: %q is named: %v; %q is named: %v", what, has, slices.Contains(names, has), hasNot, slices.Contains(names, hasNot))
			}
		}
		names, stamp := named()
		wants("before", names, "a substance not yet reviewed", "zalpidone")
		wants("before", names, "a product not yet reviewed", "blue monday")
		noError(t, s.ReviewSubstance(t.Context(), verifier, x.ID, 1))
		names, after := named()
		wants("the substance is reviewed", names, "zalpidone", "a substance not yet reviewed")
		if after == stamp {
			t.Error("pages of before the review are kept")
		}
		noError(t, s.ReviewProduct(t.Context(), verifier, p.ID, 1))
		names, last := named()
		wants("the product is reviewed", names, "blue monday", "a product not yet reviewed")
		if last == after {
			t.Error("pages of before the review of the product are kept")
		}
		noError(t, s.ChangeSubstance(t.Context(), verifier, x.ID, 2, lab.SubstanceEntry{Name: "zalpidone", Class: "other", Role: lab.RoleAdulterant, Active: true}, false))
		names, _ = named()
		wants("it is changed", names, "a substance not yet reviewed", "zalpidone")
	})
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
