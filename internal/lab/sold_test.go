package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// What something was sold as is a product, a class, or a substance, also with a salt; several names
// of one thing are that, and several things are none.
func TestWhatSomethingWasSoldAs(t *testing.T) {
	d := labtest.Bench(t)
	for said, want := range map[string]string{
		"coke": "cocaine", "cocaine HCl": "cocaine", "base": "cocaine", "heroïne hydrochloride": "heroin", "xylazine with fentanyl": "fentanyl xylazine", "benzo": "benzodiazepine", "levamisole": "levamisole", "levamisole HCl": "levamisole",
		"cocaine (coke)": "cocaine", "ket / ketamine": "ketamine", "pil met MDMA": "MDMA",
		"coke & ket": "several coke ket", "MDMA/2C-B": "several MDMA 2C-B", "cocaine, ketamine": "several cocaine ketamine", "speed en coke": "several speed coke",
		"roze wolk": "", "cocaine (Bolivia)": "", "coke & more": "",
	} {
		sold := d.AskSold(said)
		var got []string
		if sold.Several != nil {
			got = append([]string{"several"}, sold.Several...)
		}
		for _, e := range sold.Expected {
			name := e.Class
			if s := d.Substances[lab.SubstanceID(e.SubstanceID)]; s != nil {
				name = s.Name
			}
			got = append(got, name)
		}
		if sold.Several == nil {
			slices.Sort(got)
		}
		if strings.Join(got, " ") != want || sold.Known != (len(sold.Expected) > 0) {
			t.Errorf("%q is %q, %t, want %s", said, got, sold.Known, want)
		}
	}
}

// A product of which nobody knows what to expect takes no known parts together, however an import
// came by its name; one that is expected to hold several does.
func TestAProductOfNoExpectationJoinsNoOthers(t *testing.T) {
	d := labtest.Bench(t)
	if _, err := d.AddUnknownProduct("cokeket"); err != nil {
		t.Fatal(err)
	}
	coke, ket := d.AskSold("coke"), d.AskSold("ket")
	pair, err := d.AddProduct(append(slices.Clone(coke.Expected), ket.Expected...))
	if err != nil {
		t.Fatal(err)
	}
	for said, several := range map[string]bool{"coke/ket": true, "coke；ket": true, "coke & ket": true, "cokeket": false, pair.NameEN: false} {
		sold := d.AskSold(said)
		if (len(sold.Several) > 0) != several || several == (sold.Product != nil) {
			t.Errorf("%q is %+v, want several: %v", said, sold, several)
		}
	}
}
