package intake

import (
	"strings"
	"testing"
)

// A word in a number stands for what the mapping's values say: a number, or none. A word of which
// they say nothing rejects the sample, and the reason names the values.
func TestWordsInNumbers(t *testing.T) {
	m := mustMapping(t, strings.NewReplacer(`price = "price"`, "price = { column = \"price\", values = { gratis = \"0\", onbekend = \"\", vijftje = \"5,5\" } }\nweight = { column = \"remarks\", values = { onbekend = \"\", \"een kilo\" = \"1000\" } }",
		`uncertainty = "±"`, `uncertainty = { column = "±", values = { klein = "0.5", "?" = "" } }`).Replace(rowsMapping))
	for _, c := range []struct {
		row      cells
		price    int64 // thousandths; -1 for none
		weight   int64
		half     int64 // parts per million
		rejected string
	}{
		{cells{"price": "gratis"}, 0, 0, 0, ""},
		{cells{"price": "Onbekend", "remarks": "onbekend"}, -1, 0, 0, ""},
		{cells{"price": "vijftje", "remarks": "Een  kilo"}, 5500, 1_000_000, 0, ""},
		{cells{"price": "25", "remarks": "250", "amount": "80", "±": "klein"}, 25_000, 250_000, 5000, ""},
		{cells{"amount": "80", "±": "?"}, 25_000, 0, 0, ""},
		{cells{"±": "?"}, 25_000, 0, 0, ""},
		{cells{"price": "veel"}, 0, 0, 0, "This is not a number; say in the mapping's values what it stands for"},
		{cells{"remarks": "licht"}, 0, 0, 0, "This is not a number; say in the mapping's values what it stands for"},
	} {
		plan, _ := mustPlan(t, m, file(c.row))
		if c.rejected != "" {
			if plan.Samples != 0 || !strings.Contains(lines(plan), c.rejected) {
				t.Errorf("%v: %s", c.row, lines(plan))
			}
			continue
		}
		if plan.Samples != 1 {
			t.Errorf("%v: %s", c.row, lines(plan))
			continue
		}
		a := arrivalsOf(plan)[0]
		price := int64(-1)
		if a.Sample.Price.Recorded() {
			price = a.Sample.Price.Amount
		}
		if half := a.Evidence[0].Findings[0].Uncertainty; price != c.price || a.Sample.WeightUG != c.weight || half != c.half {
			t.Errorf("%v: price %d, weight %d, uncertainty %d", c.row, price, a.Sample.WeightUG, half)
		}
	}
	_, err := parseMapping([]byte(strings.Replace(rowsMapping, `price = "price"`, `price = { column = "price", values = { gratis = "niets" } }`, 1)))
	wantError(t, err, `samples.price: "niets" is not a number`)
}

// Words for a basis and a unit that nobody knows lead to the mapping's values.
func TestUnknownBasisAndUnit(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"amount": "80", "basis": "zoutzuur"}))
	wantLine(t, plan, 2, Rejected, "basis", "zoutzuur", "say in the mapping's values of basis for which")
	m := mustMapping(t, strings.NewReplacer(`unit = "%", `, "", `basis = {`, "unit = \"remarks\"\nbasis = {").Replace(rowsMapping))
	plan, _ = mustPlan(t, m, file(cells{"amount": "80", "remarks": "pct"}))
	wantLine(t, plan, 2, Rejected, "unit", "pct", "say in the mapping's values of unit for which")
}
