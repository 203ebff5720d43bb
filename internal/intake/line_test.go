package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever lines say, they come back as they were told.
func TestLinesComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "x", `"`, `"x" is not "x"`}))
		line := rapid.Custom(func(t *rapid.T) Line {
			fate := rapid.SampledFrom(keptFates).Draw(t, "fate")
			value := text.Draw(t, "value")
			return Line{
				File: rapid.SampledFrom([]string{"a.csv", "b.csv"}).Draw(t, "file"), Row: rapid.IntRange(2, 2_000_000).Draw(t, "row"), Fate: fate.fate, follows: fate.follows,
				Field: rapid.SampledFrom([]string{"", "amount"}).Draw(t, "field"), Value: value, Reason: text.Draw(t, "reason") + strconv.Quote(value),
			}
		})
		told := rapid.SliceOf(line).Draw(t, "lines")
		var r Receipt
		for _, l := range told {
			r.lines.add(l)
		}
		r.lines.end()
		if have := slices.Collect(r.Lines()); !slices.Equal(have, told) {
			t.Fatalf("got  %+v\nwant %+v", have, told)
		}
	})
}

// The receipt as JSON, with its lines written one by one, is what it would be as a whole.
func TestReceiptAsJSON(t *testing.T) {
	for _, rows := range [][]cells{{{}}, {{"in": "?"}}, {{}, {}, {"nr": "2", "substance": "<a & b>", "on": ""}}} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(rows...))
		var b, whole bytes.Buffer
		if err := plan.Receipt.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var told map[string]any
		if err := json.Unmarshal(b.Bytes(), &told); err != nil {
			t.Fatal(err)
		}
		var all []Line
		if err := json.Unmarshal(b.Bytes(), &struct{ Lines *[]Line }{&all}); err != nil {
			t.Fatal(err)
		}
		told["lines"] = slices.Collect(plan.Receipt.Lines())
		out := json.NewEncoder(&whole)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		if err := out.Encode(told); err != nil {
			t.Fatal(err)
		}
		lines := func(text string) string {
			_, text, _ = strings.Cut(text, "\n  \"lines\": ")
			text, _, _ = strings.Cut(text, "\n  \"methods\"")
			return text
		}
		if got, want := lines(b.String()), lines(whole.String()); got != want || got == "" || len(all) != len(told["lines"].([]Line)) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Rows that are rejected cost little more than others, whatever is wrong in them: half a million
// of a million are to be read in 300 MB.
func TestRejectedRowsAreKeptInLittleMemory(t *testing.T) {
	const rows = 40_000
	var b strings.Builder
	b.WriteString(strings.Join(rowsHeader, ";") + "\n")
	for i := range rows {
		b.WriteString(line(cells{"nr": fmt.Sprintf("n%06d", i), "in": "31-02-2024", "price": fmt.Sprintf("p%06d", i)}))
	}
	path := filepath.Join(t.TempDir(), "many.csv")
	writeFile(t, path, b.String())
	m, d := mustMapping(t, rowsMapping), mustDictionary(t)
	before := inUse()
	plan, err := Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	receipt := plan.Receipt
	if kept := (inUse() - before) / rows; receipt.Total().Rejected != rows || kept > 220 {
		t.Errorf("%d rejected: %d bytes of each row are kept in memory", receipt.Total().Rejected, kept)
	}
	if err := plan.Close(); err != nil {
		t.Error(err)
	}
	plan = nil
	if kept := (inUse() - before) / rows; kept > 100 {
		t.Errorf("of the receipt alone %d bytes of each row are kept in memory", kept)
	}
	if n := len(slices.Collect(receipt.Lines())); n != 2*rows {
		t.Errorf("%d lines", n)
	}
}
