package statistics

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// keys returns the keys of a JSON object in the order in which they stand.
func keys(t *testing.T, object []byte) []string {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(object))
	if _, err := in.Token(); err != nil {
		t.Fatal(err)
	}
	var list []string
	for in.More() {
		key, err := in.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			t.Fatal(err)
		}
		list = append(list, key.(string))
	}
	return list
}

func TestKeys(t *testing.T) {
	d := testDictionary(t)
	f := foldOf(d, times(20, holds(ketamineID, 1), holds(caffeineID, 1), paid(1))...)
	e := ComputeProduct(f, d, Scope{Year: 2020, Services: []string{"UTR", "AMS"}, Currency: "EUR"}, ketamineProduct)
	for _, c := range []struct {
		value any
		want  string
	}{
		{Compute(f, d, testScope), "year scope registered released withdrawn unreleased products"},
		{e, "year scope registered released product n share contains outcomes outcomes_euda substitutes purity dose price adulterants turnaround_days"},
		{ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: 1}), "year scope registered released expected n share"},
		{e.Share, "n of percent ci95"},
		{e.Contains, "any main"},
		{e.Purity[0], "substance form unit basis n detected below_loq mean mean_ci95 sd median p5 p25 p75 p95 min max"},
		{Dose{}, "substance form unit basis n detected below_loq mean mean_ci95 sd median p5 p25 p75 p95 min max"},
		{e.Price[0], "currency unit quantity n mean median p25 p75"},
		{e.Adulterants[0], "substance n of percent ci95 concentration"},
		{e.TurnaroundDays, "n median p90 confirmed"},
		{e.Found[0], "substance n of percent ci95 main trace roles"},
		{PurePrice{}, "substance currency unit quantity n mean"},
	} {
		text, err := json.Marshal(c.value)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(c.want)
		if got := keys(t, text); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%T: got %v, want %v", c.value, got, want)
		}
	}
}

func TestTheScopeSaysWhoseSamplesAndWhetherTheyAreMadeUp(t *testing.T) {
	for _, c := range []struct {
		scope Scope
		want  string
	}{
		{Scope{}, "all"},
		{Scope{Services: []string{"UTR", "AMS"}}, "AMS, UTR"},
		{Scope{Synthetic: true}, "all, synthetic"},
		{Scope{Services: []string{"UTR", "AMS"}, Synthetic: true}, "AMS, UTR, synthetic"},
	} {
		if got := c.scope.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestFiguresOfSyntheticSamplesSaySo(t *testing.T) {
	d := testDictionary(t)
	f := foldOf(d, randomSamples(d, 3, 400)...)
	for _, synthetic := range []bool{true, false} {
		scope := testScope
		scope.Synthetic = synthetic
		y, e := Compute(f, d, scope), ComputeProduct(f, d, scope, ketamineProduct)
		s := &Source{Dictionary: d, Year: y, Entries: []*Entry{e}, Services: []ServiceYear{{Code: "UTR", Name: "Utrecht", Year: y}}, ClosedTo: 2020}
		tables := map[string]func(io.Writer) error{
			"year, table": y.WriteTable, "year, JSON": y.WriteJSON, "product, table": e.WriteTable, "product, JSON": e.WriteJSON,
		}
		lines := map[string]func(io.Writer) error{"year, CSV": y.WriteCSV, "product, CSV": e.WriteCSV}
		for _, key := range TableKeys() {
			table := publicTable(t, key, s)
			tables[key+", JSON"], lines[key+", CSV"] = table.WriteJSON, table.WriteCSV
		}
		for name, write := range tables {
			if text := writtenBy(t, write); strings.Contains(text, "synthetic") != synthetic {
				t.Errorf("%s:\n%s", name, text)
			}
		}
		for name, write := range lines {
			header, rows, _ := strings.Cut(strings.TrimSpace(writtenBy(t, write)), "\n")
			for row := range strings.Lines(rows) {
				said := strings.Contains(row, ",\"all, synthetic\",") || strings.HasSuffix(header, ",synthetic") && strings.HasSuffix(strings.TrimSpace(row), ",true")
				if said != synthetic {
					t.Errorf("%s: %s", name, row)
				}
			}
		}
	}
}

func writtenBy(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteJSON(t *testing.T) {
	d := testDictionary(t)
	var b bytes.Buffer
	if err := ComputeProduct(foldOf(d, newSample(paid(1))), d, testScope, ketamineProduct).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"quantity": "<=1"`, `"mean": null`, "\n  \"scope\": \"all\""} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in %s", want, &b)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	d := testDictionary(t)
	d.Products[ketamineProduct].NameEN = "=cmd()"
	f := foldOf(d, randomSamples(d, 3, 2000)...)
	y := Compute(f, d, testScope)
	var b bytes.Buffer
	if err := y.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := "year,scope,product,figure,substance,form,quantity,statistic,value,n,of,unit,expected"; strings.Join(all[0], ",") != want {
		t.Errorf("header: %v", all[0])
	}
	e := y.Product(ketamineProduct)
	values := map[string]string{}
	for _, row := range all[1:] {
		key := strings.Join(append(row[2:8:8], row[11]), "|")
		if _, twice := values[key]; twice {
			t.Errorf("%s stands twice", key)
		}
		values[key] = row[8]
		if _, err := strconv.ParseFloat(row[8], 64); err != nil {
			t.Errorf("%v: %v", row, err)
		}
		if strings.ContainsAny(row[2][:min(1, len(row[2]))]+row[4][:min(1, len(row[4]))], "=+-@") {
			t.Errorf("a formula: %v", row)
		}
	}
	for key, want := range map[string]float64{
		"'=cmd()|share||||percent|%":                            *e.Share.Percent,
		"'=cmd()|contains_any||||ci95_low|%":                    e.Contains.Any.CI95[0],
		"'=cmd()|purity|ketamine|powder+crystal||median|% base": *e.Purity[slices.IndexFunc(e.Purity, func(c Content) bool { return c.Form == powderAndCrystal })].Median,
		"'=cmd()|price|||<=1|n|EUR/g":                           float64(e.Price[1].N),
	} {
		if got, err := strconv.ParseFloat(values[key], 64); err != nil || got != want {
			t.Errorf("%s: got %q, want %v", key, values[key], want)
		}
	}
	b.Reset()
	if err := ComputeExpected(f, d, testScope, lab.Expected{Class: "benzodiazepine"}).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if line := strings.Split(b.String(), "\n")[1]; !strings.HasSuffix(line, ",benzodiazepines") {
		t.Errorf("expected: %s", line)
	}
}

// formulas are names that a spreadsheet would take for formulas.
var formulas = []string{"=x", "+x", "-x", "@x", "\tx", "\rx", "\x00x", "＝x", "＋x", "－x", "＠x"}

// TestNoNameBecomesAFormula: in any file of figures and any column of names.
func TestNoNameBecomesAFormula(t *testing.T) {
	for _, text := range formulas {
		d := testDictionary(t)
		d.Products[ketamineProduct].NameEN, d.Substances[ketamineID].Name, d.Substances[caffeineID].Name = text, text, text
		sample := newSample(holds(ketamineID, 1), holds(caffeineID, 1))
		f := foldOf(d, enough(sample)...)
		for name, write := range map[string]func(io.Writer) error{
			"the year":                Compute(f, d, testScope).WriteCSV,
			"a product":               ComputeProduct(f, d, testScope, ketamineProduct).WriteCSV,
			"an expected substance":   ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: lab.Optional(ketamineID)}).WriteCSV,
			"a table of the public's": publicTable(t, "adulterants", sourceOf(t, d, enough(sample), 1, 0)).WriteCSV,
		} {
			rows, err := csv.NewReader(strings.NewReader(writtenBy(t, write))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			cells := slices.Concat(rows...)
			if slices.Contains(cells, text) || !slices.Contains(cells, "'"+text) {
				t.Errorf("%s tells the name %q as it is", name, text)
			}
		}
	}
}

func TestWriteTable(t *testing.T) {
	d := testDictionary(t)
	f := foldOf(d, randomSamples(d, 3, 400)...)
	y := Compute(f, d, testScope)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"year":    func(b *bytes.Buffer) error { return y.WriteTable(b) },
		"product": func(b *bytes.Buffer) error { return y.Product(ecstasyProduct).WriteTable(b) },
		"nothing": func(b *bytes.Buffer) error {
			return ComputeProduct(NewFold(d), d, testScope, ecstasyProduct).WriteTable(b)
		},
		"expected": func(b *bytes.Buffer) error {
			return ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: 1}).WriteTable(b)
		},
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if !strings.Contains(text, Caveat.English) || regexp.MustCompile(`NaN|Inf|0x|<nil>|[ \t]\n`).MatchString(text) {
			t.Errorf("%s:\n%s", name, text)
		}
		t.Logf("%s:\n%s", name, text)
	}
}

func TestDefinitions(t *testing.T) {
	text, err := json.Marshal(Entry{})
	if err != nil {
		t.Fatal(err)
	}
	known := keys(t, text)
	for _, f := range Definitions {
		if !slices.Contains(known, f.Key) {
			t.Errorf("%s is no key of an entry", f.Key)
		}
		for _, text := range []Text{f.Name, f.Counts, f.Of} {
			if (text.English == "") != (text.Dutch == "") {
				t.Errorf("%s lacks a language", f.Key)
			}
		}
		if f.Name.English == "" || f.Counts.English == "" {
			t.Errorf("%s lacks a text", f.Key)
		}
	}
}
