package intake

import (
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestReadDate(t *testing.T) {
	tests := []struct{ form, text, want string }{
		{"YYYY-MM-DD", "2024-02-29", "2024-02-29"},
		{"YYYY-MM-DD", "2023-02-29", "there is no such day"},
		{"YYYY-MM-DD", "2024-2-29", "this is not a date of the form YYYY-MM-DD"},
		{"YYYY-MM-DD", "2024-02-29 10:00", "this is a date with a time, and the form YYYY-MM-DD names none: add it to the form, as in YYYY-MM-DD hh:mm"},
		{"YYYY-MM-DD", "1905-07-15", "1905-07-15 is too long ago"},
		{"YYYY-MM-DD", "1970-01-01", "1970-01-01 is the day from which computers count"},
		{"YYYY-MM-DD hh:mm", "1969-12-31 19:00", "1969-12-31 is the day from which computers count"},
		{"YYYY-MM-DD", "1970-01-02", "1970-01-02"},
		{"YYYY-MM-DD", "２０２４-02-29", "this is not a date of the form YYYY-MM-DD"},
		{"DDMMMYYYY", "05Oct2023", "2023-10-05"},
		{"DDMMMYYYY", "05oct2023", "2023-10-05"},
		{"DDMMMYYYY", "31feb2024", "there is no such day"},
		{"DDMMMYYYY", "Nov 2021", "this is not a date of the form DDMMMYYYY"},
		{"DDMMMYYYY", "05xyz2023", "this is not a date of the form DDMMMYYYY"},
		{"D MMM YYYY", "5 mrt 2024", "2024-03-05"},
		{"D MMM YYYY", "15 Maart 2024", "2024-03-15"},
		{"D MMM YYYY", "1 okt 2024", "2024-10-01"},
		{"MMM D, YYYY", "March 5, 2024", "2024-03-05"},
		{"DD/MM/YYYY", "03/04/2024", "2024-04-03"},
		{"DD/MM/YYYY", "13/13/2024", "there is no such day"},
		{"MM/DD/YYYY", "03/04/2024", "2024-03-04"},
		{"D-M-YYYY", "3-4-2024", "2024-04-03"},
		{"D-M-YYYY", "03-12-2024", "2024-12-03"},
		{"DD.MM.YY", "03.04.24", "2024-04-03"},
		{"DD.MM.YY", "03.04.69", "1969-04-03"},
		{"YYYYMMDD", "20240403", "2024-04-03"},
		{"YYYY-MM-DD", "2024-02-29 00:00", "2024-02-29"}, // midnight says nothing
		{"YYYY-MM-DD", "2024-02-29T00:00:00", "2024-02-29"},
		{"YYYY-MM-DD", "2024-02-29 00:01", "this is a date with a time"},
		{"DD/MM/YYYY hh:mm", "05/03/2024 14:22", "2024-03-05"},
		{"DD/MM/YYYY hh:mm", "05/03/2024", "this is not a date of the form DD/MM/YYYY hh:mm"},
		{"DD/MM/YYYY hh:mm", "05/03/2024 24:22", "this is not a date of the form"},
		{"DD/MM/YYYY hh:mm", "05/03/2024 14:60", "this is not a date of the form"},
		{"DD/MM/YYYY hh:mm", "05/03/2024 14:22:07", "this is not a date of the form"},
		{"DD/MM/YYYY hh:mm:ss", "05/03/2024 14:22:07", "2024-03-05"},
		{"YYYY-MM-DDThh:mm:ss", "2024-03-05T23:59:59", "2024-03-05"},
		{"M/D/YYYY h:mm AM", "3/5/2024 2:22 PM", "2024-03-05"},
		{"M/D/YYYY h:mm AM", "3/5/2024 2:22", "this is not a date of the form"},
		{"DD/MM/YYYY mm:ss", "", `the form of dates "DD/MM/YYYY mm:ss" has a time without hours: minutes are mm, months MM`},
		{"DD/MM/YYYY HH:MM", "", `the form of dates "DD/MM/YYYY HH:MM" holds "HH"`},
		{"DD/mm/YYYY hh:MM", "05/03/2024 14:22", "there is no such day"}, // month and minutes exchanged
		{"dd/mm/yyyy", "", `the form of dates "dd/mm/yyyy" holds "dd"`},
		{"MMM YYYY", "", `the form of dates "MMM YYYY" lacks the day, the month or the year`},
		{"DMYYYY", "", `the form of dates "DMYYYY" can be read in two ways: put something after D`},
		{"DD-MM-DD", "", `the form of dates "DD-MM-DD" names DD twice`},
	}
	for _, test := range tests {
		form, err := parseDateForm(test.form)
		var date lab.Date
		if err == nil {
			date, err = form.read(test.text)
		}
		got := date.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%s %q: got %s, want %s", test.form, test.text, got, test.want)
		}
	}
}

// Any day that is written in a form is read back from it.
// A time with its zone is of a day at the service, and parts of a second say nothing of it.
func TestTimesInAZone(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	form, err := parseDateForm("YYYY-MM-DDThh:mm:ss")
	if err != nil {
		t.Fatal(err)
	}
	form.place = amsterdam
	for text, want := range map[string]lab.Date{
		"2024-06-30T10:15:30": 2024_06_30, "2024-06-30T10:15:30.250": 2024_06_30, "2024-06-30T10:15:30.000+02:00": 2024_06_30,
		"2024-06-30T21:59:59Z": 2024_06_30, "2024-06-30T22:00:00Z": 2024_07_01, "2024-12-31T22:59:00.1234Z": 2024_12_31, "2024-12-31T23:00:00Z": 2025_01_01,
		"2024-06-30T20:30:00-05:00": 2024_07_01, "2024-07-01T05:30:00+0900": 2024_06_30, "2024-07-01T05:30:00+09": 2024_06_30,
	} {
		if day, err := form.read(text); day != want || err != nil {
			t.Errorf("%s: %v %v, want %v", text, day, err, want)
		}
	}
	for text, want := range map[string]string{
		"2024-06-30T10:15:30+25:00": "there is no time zone +25:00", "2024-06-30T10:15:30 CET": "not a date of the form", "2024-06-30T10:15": "not a date of the form",
		"2024-06-30T24:15:30": "not a date of the form", "2024-06-30T10:60:30": "not a date of the form",
	} {
		if _, err := form.read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	form.place = nil
	if _, err := form.read("2024-06-30T10:15:30Z"); err == nil || !strings.Contains(err.Error(), "in which the service is") {
		t.Errorf("without a place: %v", err)
	}
	plain, err := parseDateForm("YYYY-MM-DD")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.read("2024-06-30T10:15:30.000Z"); err == nil || !strings.Contains(err.Error(), "as in YYYY-MM-DDThh:mm:ss") {
		t.Errorf("without a time in the form: %v", err)
	}
}

func TestDatesRoundTrip(t *testing.T) {
	layouts := map[string]string{
		"YYYY-MM-DD": "2006-01-02", "DDMMMYYYY": "02Jan2006", "D-M-YYYY": "2-1-2006", "M/D/YYYY": "1/2/2006", "DD.MM.YY": "02.01.06", "MMM D, YYYY": "January 2, 2006",
	}
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom([]string{"YYYY-MM-DD", "DDMMMYYYY", "D-M-YYYY", "M/D/YYYY", "DD.MM.YY", "MMM D, YYYY"}).Draw(t, "form")
		day := lab.Date(1970_01_02).Time().AddDate(0, 0, rapid.IntRange(0, 20_000).Draw(t, "days"))
		parsed, err := parseDateForm(form)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parsed.read(day.Format(layouts[form])); err != nil || !got.Time().Equal(day) {
			t.Fatalf("%s: got %s %v, want %s", form, got, err, day)
		}
	})
}

func TestCodes(t *testing.T) {
	colours := spec{"colours", codesField, lab.Colours}
	form := spec{"form", codeField, lab.Forms.Strings()}
	values := map[string]string{"wit": "white", "gebroken wit": "Off White", "??": ""}
	tests := []struct {
		name  string
		spec  spec
		field Field
		text  string
		want  string // or the beginning of the error
	}{
		{"of the mapping", colours, Field{Values: values}, "wit", "white"},
		{"whatever case and spaces", colours, Field{Values: values}, "Gebroken  WIT", "off_white"},
		{"left out", colours, Field{Values: values}, "??", ""},
		{"of the vocabulary", colours, Field{}, "off_white", "off_white"},
		{"of the vocabulary, as people write it", colours, Field{}, "Off-White", "off_white"},
		{"list", colours, Field{List: ";,"}, "red; blue,RED\ngreen;;", "red blue green"},
		{"no list", colours, Field{}, "red; blue", `"red; blue" is none of: white`},
		{"default for the unknown", colours, Field{Default: "other", List: ";"}, "red; mauve; taupe", "red other"},
		{"unknown", colours, Field{}, "mauve", `"mauve" is none of: white, off_white`},
		{"look-alike", colours, Field{}, "rеd", `"rеd" is none of`},
		{"empty list", colours, Field{Default: "other"}, "", ""},
		{"one code", form, Field{}, "Powder", "powder"},
		{"first of a list", form, Field{List: ";", Default: "other"}, "flaky; powder; rock", "powder rock"},
		{"default alone", form, Field{List: ";", Default: "other"}, "flaky", "other"},
		{"default of an empty cell", form, Field{Default: "other"}, "", "other"},
		{"meaning of an empty cell", form, Field{Default: "other", Values: map[string]string{"": "residue"}}, "", "residue"},
		{"left out, although others are unknown", form, Field{List: ";", Values: map[string]string{"x": ""}}, "x; flaky", `"flaky" is none of`},
		{"stereo", spec{"stereo", codeField, lab.Stereos.Strings()}, Field{}, "s", "S"},
		{"very long", form, Field{}, strings.Repeat("x", 100_000), `"` + strings.Repeat("x", maxShown) + `…" is none of`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			codes, err := newColumn(test.field, test.spec, "").readCodes(test.text)
			got := strings.Join(codes, " ")
			if err != nil {
				got = err.Error()
			}
			if got != test.want && (err == nil || !strings.HasPrefix(got, test.want)) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	tests := []struct {
		decimal, text string
		want          int64 // thousandths, or -1 for refused
	}{
		{",", "412,5", 412_500},
		{",", "25", 25_000},
		{",", "", 0},
		{".", "412.5", 412_500},
		{",", "1.250", -1}, // thousands, or one and a quarter: nobody knows
		{".", "1,250", -1},
		{",", "1.250,00", -1},
		{".", "1 250", -1},
		{",", "-1", -1},
		{",", "1e309", -1},
		{",", "NaN", -1},
		{",", "∞", -1},
		{",", "１２", -1},
		{",", "€ 25", -1},
		{",", "0,0001", -1},
		{",", strings.Repeat("9", 100_000), -1},
	}
	for _, test := range tests {
		c := newColumn(Field{Column: "x"}, spec{"weight", numberField, nil}, test.decimal)
		c.at = 0
		got, err := c.thousandths(Row{Number: 1, Cells: []string{test.text}})
		if err != nil {
			got = -1
		}
		if got != test.want {
			t.Errorf("%s %.20q: got %d %v, want %d", test.decimal, test.text, got, err, test.want)
		}
	}
}

func TestRegionIsCoarse(t *testing.T) {
	closed := strings.Replace(rowsMapping, `region = "region"`, `region = { column = "region", values = { Houten = "Utrecht", Utrecht = "Utrecht" } }`, 1)
	tests := []struct{ mapping, region, want, reason string }{
		{rowsMapping, "Utrecht", "Utrecht", ""},
		{rowsMapping, "", "", ""},
		{rowsMapping, "NL31", "NL31", ""},
		{rowsMapping, "3511 AB Utrecht", "", "looks like a postcode"},
		{rowsMapping, "a@example.org", "", "looks like a postcode or an address"},
		{closed, "houten", "Utrecht", ""},
		{closed, "", "", ""},
		{closed, "Bunnik", "", "This is not among the mapping's values"},
	}
	for _, test := range tests {
		plan, _ := mustPlan(t, mustMapping(t, test.mapping), file(cells{"region": test.region}))
		switch {
		case test.reason != "":
			wantLine(t, plan, 2, Rejected, "region", test.region, test.reason)
		case len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.Region != test.want:
			t.Errorf("%q: %s", test.region, lines(plan))
		}
	}
}

func TestPrices(t *testing.T) {
	open := strings.Replace(rowsMapping, "price_quantity = \"quantity\"\n", "", 1)
	tests := []struct {
		mapping, price, quantity string
		want                     lab.Price
	}{
		{rowsMapping, "25", "1", lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1_000, Unit: lab.Gram}},
		{rowsMapping, "110,50", "5", lab.Price{Amount: 110_500, Currency: "EUR", Quantity: 5_000, Unit: lab.Gram}},
		{rowsMapping, "0", "1", lab.Price{Currency: "EUR", Quantity: 1_000, Unit: lab.Gram}}, // a gift
		{rowsMapping, "", "1", lab.Price{}},
		{rowsMapping, "", "", lab.Price{}},
		{rowsMapping, "25", "", lab.Price{}}, // for how much, nobody says
		{open, "25", "", lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1_000, Unit: lab.Gram}}, // the mapping says: for one
	}
	for _, test := range tests {
		plan, _ := mustPlan(t, mustMapping(t, test.mapping), file(cells{"price": test.price, "quantity": test.quantity}))
		if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.Price != test.want {
			t.Errorf("%q for %q: got %+v %s", test.price, test.quantity, arrivalsOf(plan), lines(plan))
		}
		leftOut := test.price != "" && test.want == lab.Price{}
		if notes := strings.Join(plan.Receipt.Files[0].Notes, "\n"); strings.Contains(notes, "prices without currency, quantity or unit, which were left out: 1") != leftOut {
			t.Errorf("%q for %q: notes %q", test.price, test.quantity, notes)
		}
	}
	for _, wrong := range []cells{{"price": "1.250"}, {"price": "-5"}, {"price": "€ 25"}, {"price": "1e309"}} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(wrong))
		wantLine(t, plan, 2, Rejected, "price", wrong["price"], "")
	}
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"quantity": "0"}))
	wantLine(t, plan, 2, Rejected, "price_quantity", "0", "Say for which quantity the price was paid.")
}

func TestWorkbookWithDelimiterIsRefused(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `holds = "both"`, "holds = \"both\"\ndelimiter = \";\"", 1))
	_, _, err := planOf(t, m, string(book(t, [][]any{{"a"}}, func(*excelize.File) error { return nil })))
	wantError(t, err, "a delimiter or an encoding is set, but the file is an Excel workbook")
}
