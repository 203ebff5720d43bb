package intake

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// whole is 125 % of a sample.
var whole = []cells{{"substance": "cocaine", "amount": "85"}, {"substance": "caffeine", "amount": "40"}}

// An import asks nobody, so what a page would ask about is rejected, with how to confirm it.
func TestWhatAPageWouldAskIsRejected(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(whole...))
	wantLine(t, plan, 3, Rejected, "amount", "40", "Up to here the amounts add up to more than 100 %. If it is right, confirm the rule whole in the mapping, with the reason.")
	wantLine(t, plan, 2, Rejected, "", "1", "The sample is rejected because of row 3")
	if len(arrivalsOf(plan)) > 0 {
		t.Errorf("got %+v", arrivalsOf(plan))
	}
}

// What the mapping confirms is taken, with its reason, and the receipt counts it.
func TestWhatTheMappingConfirmsIsTaken(t *testing.T) {
	for _, c := range []struct {
		name, confirmed string
		taken           bool
	}{
		{"all samples", "", true},
		{"this sample", `ids = ["1"]`, true},
		{"another", `ids = ["2"]`, false},
	} {
		m := mustMapping(t, rowsMapping+"[[confirmed]]\nrule = \"whole\"\nreason = \"two portions\"\n"+c.confirmed)
		plan, _ := mustPlan(t, m, file(whole...))
		if taken := len(arrivalsOf(plan)) == 1; taken != c.taken {
			t.Errorf("%s: %s", c.name, lines(plan))
			continue
		}
		if !c.taken {
			continue
		}
		if got := arrivalsOf(plan)[0].Evidence[0].Analysis.Overruled; got != "two portions" {
			t.Errorf("%s: kept %q", c.name, got)
		}
		note := "what looks implausible, which the mapping confirms by the rule whole: 1"
		if !slices.Contains(plan.Receipt.Files[0].Notes, note) {
			t.Errorf("%s: %q", c.name, plan.Receipt.Files[0].Notes)
		}
	}
}

// A rule that is confirmed confirms no other, and nothing that was refused.
func TestAConfirmationIsOfOneRule(t *testing.T) {
	m := mustMapping(t, rowsMapping+"[[confirmed]]\nrule = \"usual_price\"\nreason = \"asked again\"\n")
	plan, _ := mustPlan(t, m, file(whole...))
	wantLine(t, plan, 3, Rejected, "amount", "40", "more than 100 %")
	plan, _ = mustPlan(t, m, file(cells{"price": "2500"}))
	if len(arrivalsOf(plan)) != 1 || !slices.Equal(arrivalsOf(plan)[0].Sample.Confirmed, lab.Codes{"price_amount=2500000EUR/1000g"}) {
		t.Errorf("%s", lines(plan))
	}
	plan, _ = mustPlan(t, m, file(cells{"amount": "0"}))
	wantLine(t, plan, 2, Rejected, "amount", "0", "Zero is no amount")
}

func TestRefusedConfirmations(t *testing.T) {
	for name, c := range map[string]struct{ text, field string }{
		"no such rule":             {`rule = "all"` + "\n" + `reason = "right"`, "confirmed 1.rule"},
		"a rule that refuses":      {`rule = "zero"` + "\n" + `reason = "right"`, "confirmed 1.rule"},
		"a rule of pages alone":    {`rule = "late"` + "\n" + `reason = "right"`, "confirmed 1.rule"},
		"no reason":                {`rule = "whole"`, "confirmed 1.reason"},
		"a blank one":              {`rule = "whole"` + "\n" + `reason = " "`, "confirmed 1.reason"},
		"a telephone number":       {`rule = "whole"` + "\n" + `reason = "ask 06 12345678"`, "confirmed 1.reason"},
		"private texts of all":     {`rule = "private_text"` + "\n" + `reason = "a batch number"`, "confirmed 1.ids"},
		"a product of one sample":  {`rule = "product_near"` + "\n" + `reason = "another"` + "\n" + `ids = ["1"]`, "confirmed 1.ids"},
		"a key that nothing reads": {`rule = "whole"` + "\n" + `reason = "right"` + "\n" + `id = ["1"]`, "confirmed.id"},
	} {
		_, err := parseMapping([]byte(rowsMapping + "[[confirmed]]\n" + c.text + "\n"))
		if err == nil || !strings.Contains(err.Error(), c.field+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A word for nothing is what nobody knows, as it is at the counter; what a product cannot be
// called is refused, and what is close to one asked about.
func TestWhatVisitorsSaidBecomesNoProductOfAnyKind(t *testing.T) {
	plan, d := accept(t, cells{"sold as": "n/a"})
	if p := d.Products[arrivalsOf(plan)[0].Sample.ProductID]; p.NameEN != "unknown" || len(plan.Products) > 0 || arrivalsOf(plan)[0].Sample.SoldAsText != "n/a" {
		t.Errorf("%+v", p)
	}
	for said, why := range map[string]string{
		"call 06 12345678": "telephone number",
		"ketamine 250 mg":  `says more than which substance it is. Write "ketamine" here`,
		"cetamina":         "is close to ketamine.",
		"coke ket":         "is close to cocaine, ketamine. Choose the one that is meant, or confirm that this is another. If it is right, confirm the rule product_near",
		"ketamene":         "is close to ketamine. Choose the one that is meant, or confirm that this is another. If it is right, confirm the rule product_near",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"sold as": said}))
		wantLine(t, plan, 2, Rejected, "sold_as", said, why)
	}
	m := mustMapping(t, rowsMapping+"[[confirmed]]\nrule = \"product_near\"\nreason = \"a brand\"\n")
	if plan, _ := mustPlan(t, m, file(cells{"sold as": "ketamene"})); len(plan.Products) != 1 || plan.Products[0].NameEN != "ketamene" {
		t.Errorf("%s", lines(plan))
	}
}

// What is usual is what the registry says.
func TestAnAmountOfTenTimesTheUsualIsRejected(t *testing.T) {
	known := Known{Dictionary: mustDictionary(t), Today: today, Usual: lab.Usual{
		Amount: func(_ lab.SubstanceID, form lab.Form, scale lab.Scale) (int64, bool) {
			return 80_000, form == lab.Powder && scale == lab.MassFraction
		},
		Price: func(lab.ProductID, lab.Price) int64 { return 20 * lab.UnitPriceScale },
	}}
	plan, err := planWith(t, mustMapping(t, rowsMapping), known, file(
		cells{"nr": "1", "amount": "79,9", "basis": "base"}, cells{"nr": "2", "amount": "80", "basis": "base"}, cells{"nr": "3", "amount": "0,7", "basis": "base"},
		cells{"nr": "4", "price": "201"}, cells{"nr": "5", "price": "1,9"},
	))
	if err != nil || len(arrivalsOf(plan)) != 1 {
		t.Fatalf("%v\n%s", err, lines(plan))
	}
	wantLine(t, plan, 3, Rejected, "amount", "80", "This is ten times the usual amount, about 8% as base, or more.")
	wantLine(t, plan, 4, Rejected, "amount", "0,7", "This is a tenth of the usual amount, about 8.0% as base, or less.")
	wantLine(t, plan, 5, Rejected, "price", "201", "This is ten times the usual price, about 20, or more.")
	wantLine(t, plan, 6, Rejected, "price", "1,9", "This is a tenth of the usual price, about 20, or less.")
}

// What visitors said is read by the names of substances too: with a salt it is the substance, and by
// two names one thing.
func TestWhatWasSoldIsReadAsSubstancesAre(t *testing.T) {
	for said, want := range map[string]string{
		"cocaine HCl": "cocaine, expecting cocaine", "Kétamine chlorhydrate": "ketamine, expecting ketamine", "MDMA hydrochloride": "MDMA, expecting MDMA", "cocaine base": "crack, expecting cocaine",
		"coke (cocaine)": "cocaine, expecting cocaine", "ketamine / ket": "ketamine, expecting ketamine", "xtc/MDMA": "ecstasy, expecting MDMA",
		"cocaine HCl; ketamine HCl": "cocaine + ketamine, expecting cocaine ketamine",
		// That it is not something, and that nobody knows, lets expect nothing.
		"niet coke": "unknown, expecting ", "not MDMA": "unknown, expecting ", "sin cocaína": "unknown, expecting ", "nichts": "unknown, expecting ", "desconocido": "unknown, expecting ", "zie opmerking": "unknown, expecting ",
	} {
		a, d := acceptOne(t, cells{"sold as": said})
		var expected []string
		for _, e := range a.Expected {
			expected = append(expected, d.Substances[lab.SubstanceID(e.SubstanceID)].Name)
		}
		slices.Sort(expected)
		if got := d.Products[a.Sample.ProductID].NameEN + ", expecting " + strings.Join(expected, " "); got != want || a.Sample.SoldAsText != said {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}

// A ditto mark leads to another row, a word of the table says nothing of a sample, and several
// products are no product of their own: each is refused with what to do.
func TestWhatSaysNotWhatWasSold(t *testing.T) {
	elsewhere := "is a word of the table, or leads to another row or place, and does not say what the sample was sold as: write that in each row"
	for said, why := range map[string]string{
		"idem": elsewhere, "dito": elsewhere, "zelfde": elsewhere, "same as above": elsewhere, "zie boven": elsewhere, `"`: elsewhere, "Totaal": elsewhere, "cocaine; idem": elsewhere,
		"cocaine, ketamine": `is several products (cocaine; ketamine): if such a cell is a list, say so in the mapping, as in sold_as = { column = "sold as", list = ";,"`,
		"MDMA/2C-B":         `list = ";/"`, "coke & ket": `list = ";&"`, "speed met cafeïne": `write them with ; between them`, "3-MMC or 4-MMC": "is several products (3-MMC; 4-MMC)",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"sold as": said}))
		wantLine(t, plan, 2, Rejected, "sold_as", said, why)
		if len(plan.Products) > 0 {
			t.Errorf("%q becomes %v", said, plan.Receipt.Products)
		}
	}
	// The mapping says what they mean.
	m := mustMapping(t, strings.Replace(rowsMapping, `list = ";" }`, `list = ";", values = { idem = "unknown", "coke & ket" = "tucibi" } }`, 1))
	if plan, _ := mustPlan(t, m, file(cells{"sold as": "idem"}, cells{"nr": "2", "sold as": "coke & ket"})); len(arrivalsOf(plan)) != 2 {
		t.Errorf("%s", lines(plan))
	}
	// A sign that divides the list stands in words for nothing, and in names.
	m = mustMapping(t, strings.Replace(rowsMapping, `list = ";" }`, `list = ",/" }`, 1))
	for said, want := range map[string]string{"n/a": "unknown", "1,4-BD": "1,4-butanediol", "1,4-butanediol, coke": "cocaine + 1,4-butanediol"} {
		plan, d := mustPlan(t, m, file(cells{"sold as": said}))
		if len(arrivalsOf(plan)) != 1 || d.Products[arrivalsOf(plan)[0].Sample.ProductID].NameEN != want {
			t.Errorf("%q: %s, new %v", said, lines(plan), plan.Receipt.Products)
		}
	}
}
