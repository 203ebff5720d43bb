package demo

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

var update = flag.Bool("update", false, "write the table of published figures in docs/demo.md anew")

// The table of published figures in the operators' page about the demo.
const (
	docsFile  = "../../docs/demo.md"
	docsBegin = "<!-- table: go test ./internal/demo -run PublishedFigures -update -->\n"
	docsEnd   = "<!-- end of the table -->\n"
)

// toldFigures are the rows of the table: each published figure beside what the
// statistics say of the demo.
type toldFigures map[figure]string

func (rows toldFigures) add(t *testing.T, d *lab.Dictionary, y *statistics.Year) {
	t.Helper()
	for _, f := range published {
		if f.year != y.Year {
			continue
		}
		var values []string
		for _, s := range statedOf(t, d, y, f) {
			value := strconv.FormatFloat(*s.value, 'f', f.decimals+2, 64)
			if f.measure == samplesOf {
				value = strconv.Itoa(s.n)
			}
			if s.what == string(lab.Powder) || s.what == string(lab.Crystal) {
				value = s.what + " " + value
			}
			if s.what != "powder+crystal" {
				values = append(values, fmt.Sprintf("%s (n = %d)", value, s.n))
			}
		}
		name := strings.TrimSpace(f.product + " " + string(f.form))
		rows[f] = fmt.Sprintf("| %s | %s | %d | %s | %s | %s |\n", name, measureNames[f.measure], f.year,
			strconv.FormatFloat(f.value, 'f', f.decimals, 64), strings.Join(values, ", "), f.source)
	}
}

// measureNames are the measures with their units, as the table says them.
var measureNames = map[measure]string{
	samplesOf: "samples", shareOf: "% of all samples", containsOf: "% that contain it", purityOf: "mean % base", doseOf: "mean mg base",
	priceOf: "mean € per gram", dose100Of: "% below 100 mg", dose150Of: "% above 150 mg", dose200Of: "% above 200 mg", doseMaxOf: "most mg",
	doseP25Of: "mg, lower quartile", doseP75Of: "mg, upper quartile",
}

// check holds the table against the page, or writes it there.
func (rows toldFigures) check(t *testing.T) {
	t.Helper()
	table := &strings.Builder{}
	table.WriteString("| Sold as | Figure | Year | Published | Demo, seed 1 | Source |\n|---|---|---|---|---|---|\n")
	for _, f := range published {
		table.WriteString(cmp.Or(rows[f], fmt.Sprintf("| %s %d is missing |\n", f.product, f.year)))
	}
	page, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), docsBegin)
	_, after, found := strings.Cut(rest, docsEnd)
	if !found {
		t.Fatalf("%s has no place for the table", docsFile)
	}
	want := before + docsBegin + table.String() + docsEnd + after
	if *update {
		if err := os.WriteFile(docsFile, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("%s does not tell the figures of the demo; review and type: go test ./internal/demo -run PublishedFigures -update", docsFile)
	}
}
