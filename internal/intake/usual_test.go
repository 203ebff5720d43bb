package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// alikeRows are samples that say the same, and then some that say otherwise.
func alikeRows(n int, alike cells, others ...cells) string {
	var rows []cells
	for i := range n {
		rows = append(rows, cells{"nr": fmt.Sprintf("A%d", i+1)})
		for k, v := range alike {
			rows[i][k] = v
		}
	}
	for i, other := range others {
		other["nr"] = fmt.Sprintf("B%d", i+1)
		rows = append(rows, other)
	}
	return file(rows...)
}

// Where too few are on record, a file says itself what is usual in it.
func TestAnAmountThatIsNotUsualInItsFileIsAsked(t *testing.T) {
	m := mustMapping(t, rowsMapping)
	powder := cells{"amount": "79,5"}
	for _, c := range []struct {
		name   string
		alike  int
		stray  cells
		field  string
		value  string
		reason string // empty where it is taken
	}{
		{"less than a tenth", 20, cells{"amount": "0,795"}, "amount", "0,795", "This is a tenth of the usual amount, about 79.500% as base, or less."},
		{"more than a tenth", 20, cells{"amount": "7,96"}, "", "", ""},
		{"a tenth", 20, cells{"amount": "7,95"}, "amount", "7,95", "This is a tenth"},
		{"the twentieth is itself", 19, cells{"amount": "0,795"}, "amount", "0,795", "This is a tenth"},
		{"too few", 18, cells{"amount": "0,795"}, "", "", ""},
		{"another substance", 20, cells{"amount": "0,795", "substance": "fentanyl"}, "", "", ""},
		{"another form", 20, cells{"amount": "0,795", "form": "other"}, "", "", ""},
		{"less than ten times the price", 20, cells{"amount": "79,5", "price": "249"}, "", "", ""},
		{"ten times the price", 20, cells{"amount": "79,5", "price": "250"}, "price", "250", "This is ten times the usual price, about 25, or more."},
		{"a tenth of the price", 20, cells{"amount": "79,5", "price": "2,4"}, "price", "2,4", "This is a tenth of the usual price"},
		{"of another product", 20, cells{"amount": "79,5", "price": "251", "sold as": "MDMA"}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, _ := mustPlan(t, m, alikeRows(c.alike, powder, c.stray))
			if c.reason == "" {
				if plan.Samples != c.alike+1 || plan.Usual.Own != nil {
					t.Errorf("%s", lines(plan))
				}
				return
			}
			wantLine(t, plan, c.alike+2, Rejected, c.field, c.value, c.reason)
			if total := plan.Receipt.Total(); plan.Samples != c.alike || total.Rejected != 1 || total.Accepted != c.alike || len(arrivalsOf(plan)) != c.alike {
				t.Errorf("%+v\n%s", total, lines(plan))
			}
		})
	}
}

// What is on record is asked first, and what no product costs all the same.
func TestAFileIsNotUsualToItselfAlone(t *testing.T) {
	m := mustMapping(t, rowsMapping)
	plan, _ := mustPlan(t, m, alikeRows(30, cells{"amount": "79,5", "price": "2500"}))
	wantLine(t, plan, 2, Rejected, "price", "2500", "This price is unusual")
	if plan.Samples != 0 {
		t.Errorf("a file in which every price is wrong is taken: %s", lines(plan))
	}
	known := Known{Dictionary: mustDictionary(t), Today: today, Usual: lab.Usual{
		Amount: func(_ lab.SubstanceID, _ lab.Form, scale lab.Scale) (int64, bool) {
			return 50_000, scale == lab.MassFraction
		},
		Price: func(lab.ProductID, lab.Price) int64 { return 240 * lab.UnitPriceScale },
	}}
	plan, err := planWith(t, m, known, alikeRows(20, cells{"amount": "40", "price": "25"}, cells{"amount": "2", "price": "300"}))
	if err != nil || plan.Samples != 21 || plan.Usual.Own != nil {
		t.Errorf("%v %s", err, lines(plan))
	}
}

// The second look counts nothing twice, and the store asks again by the same numbers.
func TestWhatIsNotUsualInItsFileCanBeConfirmed(t *testing.T) {
	text := alikeRows(20, cells{"amount": "79,5"}, cells{"amount": "0,795"}, cells{"quantity": "", "amount": "79,5"}, cells{"amount": "79,5", "substance": "newstuff"}, cells{"amount": "79,5", "substance": "newstuff"})
	priceless := "prices without currency, quantity or unit, which were left out: 1"
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), text)
	if !slices.Contains(plan.Receipt.Files[0].Notes, priceless) || plan.Samples != 23 || len(plan.Substances) != 1 {
		t.Errorf("%d: %q\n%s", plan.Samples, plan.Receipt.Files[0].Notes, lines(plan))
	}
	plan, d := mustPlan(t, mustMapping(t, rowsMapping+"[[confirmed]]\nrule = \"usual_amount\"\nreason = \"a residue\"\nids = [\"B1\"]\n"), text)
	all := arrivalsOf(plan)
	if plan.Samples != 24 || all[20].Sample.SourceRef != "B1" || all[20].Evidence[0].Analysis.Overruled != "a residue" {
		t.Fatalf("%s", lines(plan))
	}
	if !slices.Contains(plan.Receipt.Files[0].Notes, priceless) {
		t.Errorf("%q", plan.Receipt.Files[0].Notes)
	}
	for i := range all {
		for _, e := range all[i].Evidence {
			asked := plan.Usual.Plausibility(d, &all[i].Sample, e.Findings)
			if (len(asked) > 0) != (i == 20) {
				t.Errorf("%s: %v", all[i].Sample.SourceRef, asked)
			}
		}
	}
}

// Both passes over the files make the same, whatever becomes of the rows.
func TestBothPassesMakeTheSame(t *testing.T) {
	var rows []cells
	for i := range 700 {
		row := cells{"nr": fmt.Sprintf("%d", i/2+1), "substance": []string{"ketamine", "MDMA", "caffeine", "newstuff", "fentanil"}[i%5], "amount": fmt.Sprintf("%d", i%30)}
		if i%7 == 0 {
			row["in"] = "?"
		}
		rows = append(rows, row)
	}
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
	first, again := arrivalsOf(plan), arrivalsOf(plan)
	if len(first) == 0 || len(first) != plan.Samples || len(again) != plan.Samples {
		t.Fatalf("%d and %d of %d samples", len(first), len(again), plan.Samples)
	}
	for i := range first {
		if a, b := sumOf(&first[i]), sumOf(&again[i]); a != b {
			t.Errorf("sample %s differs", first[i].Sample.SourceRef)
		}
	}
	findings := 0
	for _, a := range first {
		for _, e := range a.Evidence {
			findings += len(e.Findings)
		}
	}
	if findings != plan.Receipt.Findings {
		t.Errorf("%d findings, %d in the receipt", findings, plan.Receipt.Findings)
	}
}

// What was decided holds: if a sample reads otherwise when it is taken, nothing of the files is.
func TestASampleThatReadsOtherwiseIsAnError(t *testing.T) {
	plan, d := mustPlan(t, mustMapping(t, rowsMapping), file(cells{}, cells{"nr": "2", "substance": "MDMA"}))
	ketamine, _, _ := d.FindSubstance("ketamine")
	plan.planner.names["MDMA"] = name{conclusion: lab.HasFindings, substance: ketamine.ID}
	var last error
	n := 0
	for _, err := range plan.Arrivals() {
		if last = err; err == nil {
			n++
		}
	}
	if n != 1 || last == nil || !strings.Contains(last.Error(), "row 3 of file1.csv: the sample reads otherwise than when it was checked") {
		t.Errorf("%d samples, %v", n, last)
	}
}
