package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

func TestDatesAsPeopleWriteThem(t *testing.T) {
	const now lab.Date = 2026_11_29
	for _, c := range []struct {
		said  string
		meant lab.Meant
		want  lab.Date
		wrong string
	}{
		{"", lab.Latest, 0, ""},
		{"2026-11-28", lab.Latest, 2026_11_28, ""},
		{"28-11-2026", lab.Latest, 2026_11_28, ""},
		{"28/11/2026", lab.Latest, 2026_11_28, ""},
		{"28.11.2026", lab.Latest, 2026_11_28, ""},
		{"28 nov 2026", lab.Latest, 2026_11_28, ""},
		{"28 November", lab.Latest, 2026_11_28, ""},
		{" 28  nov. ", lab.Latest, 2026_11_28, ""},
		{"28nov", lab.Latest, 2026_11_28, ""},
		{"1 mrt", lab.Latest, 2026_03_01, ""},
		{"Vandaag", lab.Latest, now, ""},
		{"today", lab.Coming, now, ""},
		{"gisteren", lab.Latest, 2026_11_28, ""},
		{"yesterday", lab.Latest, 2026_11_28, ""},
		{"morgen", lab.Coming, 2026_11_30, ""},
		{"29-11", lab.Latest, now, ""},
		{"29-11", lab.Coming, now, ""},
		{"28-11", lab.Latest, 2026_11_28, ""},
		{"28-11", lab.Coming, 2027_11_28, ""},
		{"30-11", lab.Latest, 2025_11_30, ""},
		{"30-11", lab.Coming, 2026_11_30, ""},
		{"5-3", lab.Latest, 2026_03_05, ""}, // never the third of May
		{"3-1", lab.Coming, 2027_01_03, ""},
		{"29-2-2024", lab.Latest, 2024_02_29, ""},
		{"29-2", lab.Latest, 0, "Write the year of \"29-2\" too."},
		{"31-2", lab.Latest, 0, "There is no day \"31-2\": write the day before the month."},
		{"5-13", lab.Latest, 0, "There is no day \"5-13\": write the day before the month."},
		{"11-28-2026", lab.Latest, 0, "There is no day \"11-28-2026\": write the day before the month."},
		{"0-1", lab.Latest, 0, "There is no day \"0-1\": write the day before the month."},
		{"2026-02-30", lab.Latest, 0, "\"2026-02-30\" is not a date such as 28-11-2026, 28 nov or yesterday."},
		{"28-11-26", lab.Latest, 0, "\"28-11-26\" can be read in several ways: write the year with four digits."},
		{"nov 28", lab.Latest, 0, "\"nov 28\" is not a date such as 28-11-2026, 28 nov or yesterday."},
		{"28", lab.Latest, 0, "\"28\" is not a date such as 28-11-2026, 28 nov or yesterday."},
		{"28 foo", lab.Latest, 0, "\"28 foo\" is not a date such as 28-11-2026, 28 nov or yesterday."},
	} {
		var errs lab.FieldErrors
		got := errs.ReadDate("received_on", c.said, now, c.meant)
		if said := messages(errs); got != c.want || said != c.wrong {
			t.Errorf("%q: %s %q, want %s %q", c.said, got, said, c.want, c.wrong)
		}
	}
	var errs lab.FieldErrors // before its day in the year, and on New Year's Day
	if got := errs.ReadDate("", "31-12", 2026_01_01, lab.Latest); got != 2025_12_31 {
		t.Error(got)
	}
	if got := errs.ReadDate("", "yesterday", 2026_01_01, lab.Latest); got != 2025_12_31 {
		t.Error(got)
	}
}

// messages are the sentences of mistakes, one after the other.
func messages(errs lab.FieldErrors) (said string) {
	for _, m := range errs {
		said += m.Message()
	}
	return said
}

func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		said  string
		want  lab.Quantity
		wrong bool
	}{
		{"", lab.Quantity{}, false},
		{"0,3", lab.Quantity{Thousandths: 300}, false},
		{"80 mg", lab.Quantity{Thousandths: 80, Unit: lab.Gram}, false},
		{"80MG", lab.Quantity{Thousandths: 80, Unit: lab.Gram}, false},
		{"0.08 g", lab.Quantity{Thousandths: 80, Unit: lab.Gram}, false},
		{"5 ml", lab.Quantity{Thousandths: 5000, Unit: lab.Millilitre}, false},
		{"2 stuks", lab.Quantity{Thousandths: 2000, Unit: lab.Piece}, false},
		{"0,5 mg", lab.Quantity{}, true}, // finer than is kept
		{"1e29", lab.Quantity{}, true},
		{"-1", lab.Quantity{}, true},
		{"1 kg", lab.Quantity{}, true},
		{"80 µg", lab.Quantity{}, true},
		{"mg", lab.Quantity{}, true},
		{"1.000,5", lab.Quantity{}, true},
	} {
		var errs lab.FieldErrors
		got := errs.ReadQuantity("received_amount", c.said)
		if got.Thousandths != c.want.Thousandths || got.Unit != c.want.Unit && !c.wrong || len(errs) > 0 != c.wrong {
			t.Errorf("%q: %+v, %v", c.said, got, errs)
		}
	}
	for said, want := range map[string]string{
		"0,5 mg":   "\"0,5 mg\" is finer than a milligram, which is the finest that is kept here. Write thousands without a mark: 1500 mg.",
		"1.500 mg": "\"1.500 mg\" is finer than a milligram, which is the finest that is kept here. Write thousands without a mark: 1500 mg.",
		"0,0005":   "\"0,0005\" is not a number of at most three decimals.",
		"-5 mg":    "\"-5 mg\" is not a number of at most three decimals.",
	} {
		var errs lab.FieldErrors
		errs.ReadQuantity("received_amount", said)
		if got := messages(errs); got != want {
			t.Errorf("%q: %s", said, got)
		}
	}
	for said, want := range map[string]int64{"412": 412_000, "412,5": 412_500, "412 mg": 412_000, "0,412 g": 412_000, "1g": 1_000_000, "": 0} {
		var errs lab.FieldErrors
		if got := errs.ReadWeight("weight_ug", said); got != want || errs != nil {
			t.Errorf("%q weighs %d µg, %v", said, got, errs)
		}
	}
	for _, said := range []string{"0,0001", "-3", "heavy", "3 kg", "1 ml"} {
		var errs lab.FieldErrors
		if got := errs.ReadWeight("weight_ug", said); got != 0 || len(errs) != 1 {
			t.Errorf("%q weighs %d µg, %v", said, got, errs)
		}
	}
}

func TestPricesAsPeopleWriteThem(t *testing.T) {
	for said, want := range map[string]lab.SaidPrice{
		"":          {},
		"3,50":      {Amount: 3500},
		"0":         {},
		"€ 3,50":    {Amount: 3500, Currency: "EUR"},
		"€3.50":     {Amount: 3500, Currency: "EUR"},
		"3,50 €":    {Amount: 3500, Currency: "EUR"},
		"EUR 3.50":  {Amount: 3500, Currency: "EUR"},
		"3.50 eur":  {Amount: 3500, Currency: "EUR"},
		"3,-":       {Amount: 3000},
		"€ 3,–":     {Amount: 3000, Currency: "EUR"},
		"£5":        {Amount: 5000, Currency: "GBP"},
		"60 / 5 g":  {Amount: 60_000, For: lab.Quantity{Thousandths: 5000, Unit: lab.Gram}},
		"10 voor 3": {Amount: 10_000, For: lab.Quantity{Thousandths: 3000}},
		"2.500":     {Amount: 2500, Marked: 2500}, // which is asked about
	} {
		var errs lab.FieldErrors
		got := errs.ReadPrice("price_amount", said)
		if got != want || errs != nil {
			t.Errorf("%q: %+v, %v", said, got, errs)
		}
	}
	for _, said := range []string{"-3", "free", "€ 3 £", "1.000,50", "3,1234", "$ 3", "3 / 1 kg", "€", "3 pcs", "€ 25 per g"} {
		var errs lab.FieldErrors
		if got := errs.ReadPrice("price_amount", said); len(errs) == 0 {
			t.Errorf("%q is read as %+v", said, got)
		}
	}
}

// A number with three digits behind its only mark may have been meant a thousand times as
// large, unless it begins with 0.
func TestMarksThatMayStandBetweenThousands(t *testing.T) {
	for said, want := range map[string]lab.Thousandths{
		"2.500": 2500, "2,500": 2500, "€ 12.500": 12_500, "999.999 / 5 g": 999_999, "2500": 0, "2.50": 0, "2,5": 0, "0.500": 0, "1000.500": 0, "2.500,00": 0,
	} {
		var errs lab.FieldErrors
		if got := errs.ReadPrice("price_amount", said); got.Marked != want {
			t.Errorf("%q: %v, want %v", said, got.Marked, want)
		}
	}
	for said, want := range map[string]lab.Thousandths{"1.000 mg": 1000, "1.500": 1500, "1.000 stuks": 1000, "0.412 g": 0, "100 mg": 0} {
		var errs lab.FieldErrors
		if got := errs.ReadQuantity("received_amount", said); got.Marked != want {
			t.Errorf("%q: %v, want %v", said, got.Marked, want)
		}
	}
}
