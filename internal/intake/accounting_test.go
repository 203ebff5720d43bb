package intake

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a file holds, every row is accounted for: what was read is what was
// accepted, merged and rejected; each row that was not accepted has a reason; and
// the rows that were accepted are those of the samples that arrive.
func TestEveryRowIsAccountedFor(t *testing.T) {
	m, two := mustMapping(t, rowsMapping), mustMapping(t, twoFiles)
	odd := rapid.OneOf(
		rapid.SampledFrom([]string{"", "?", "-1", "1e309", "NaN", "0", "79,5", "<LOQ", "spoor", "n.d.", "1.250", "31-02-2024", "Nov 2021", "02-03-2024", "05-03-2024", "nothing found", "unclear", "capacity", "ketamine", "=1+1", "кetamine", "a\tb", "x\ay", "pil"}),
		rapid.String(),
	)
	rapid.Check(t, func(rt *rapid.T) {
		var rows []cells
		var samples, findings string
		for i := range rapid.IntRange(0, 25).Draw(rt, "rows") {
			row := cells{"nr": strconv.Itoa(rapid.IntRange(1, 5).Draw(rt, "sample")), "substance": rapid.SampledFrom([]string{"ketamine", "MDMA", "cafeïne", "caffeine", "newstuff"}).Draw(rt, "substance")}
			for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(rt, "mistakes") {
				row[rapid.SampledFrom(rowsHeader).Draw(rt, "column")] = odd.Draw(rt, "text")
			}
			rows = append(rows, row)
			damage := rapid.SampledFrom([]string{"", "", "", "", ",", "\x07"}).Draw(rt, "damage")
			if i%3 == 0 || !strings.Contains("\n"+samples, "\n"+row["nr"]+",") {
				samples += fmt.Sprintf("%s,2024-03-02,%q%s\n", row["nr"], row["substance"], damage)
			}
			findings += fmt.Sprintf("%s,%s,2024-03-0%d\n", row["nr"], row["substance"], rapid.IntRange(1, 9).Draw(rt, "day"))
		}
		mapping, texts := m, []string{file(rows...)}
		if rapid.Bool().Draw(rt, "two files") {
			mapping, texts = two, []string{"nr,in,sold as\n" + samples, "sample,substance,on\n" + findings}
		}
		if plan, _, err := planOf(t, mapping, texts...); err == nil { // a file that cannot be read is refused whole
			checkAccount(rt, plan)
		}
	})
}

func checkAccount(t *rapid.T, plan *Plan) {
	fates := map[string]map[int]string{}
	for l := range plan.Receipt.Lines() {
		if l.File == "" || l.Row < 2 || l.Reason == "" || l.Fate != Merged && l.Fate != Rejected {
			t.Fatalf("a line without file, row, fate or reason: %+v", l)
		}
		if fates[l.File] == nil {
			fates[l.File] = map[int]string{}
		}
		if before := fates[l.File][l.Row]; before != "" && before != l.Fate {
			t.Fatalf("row %d was both %s and %s", l.Row, before, l.Fate)
		}
		fates[l.File][l.Row] = l.Fate
	}
	accepted := 0
	for _, f := range plan.Receipt.Files {
		if f.Read != f.Accepted+f.Merged+f.Rejected {
			t.Fatalf("%+v does not add up", f)
		}
		counts := map[string]int{}
		for _, fate := range fates[f.Name] {
			counts[fate]++
		}
		if counts[Merged] != f.Merged || counts[Rejected] != f.Rejected {
			t.Fatalf("%+v, but lines tell of %v", f, counts)
		}
		accepted += f.Accepted
	}
	if arrived := rowsOf(plan); arrived != accepted {
		t.Fatalf("%d rows were accepted, but those of the samples are %d\n%s", accepted, arrived, lines(plan))
	}
}

// rowsOf counts the rows that the samples must come from: one for each finding or
// conclusion, and in two files one for each sample.
func rowsOf(plan *Plan) int {
	n := 0
	for _, a := range arrivalsOf(plan) {
		for _, e := range a.Evidence {
			n += max(1, len(e.Findings))
		}
		if len(plan.Receipt.Files) == 2 || len(a.Evidence) == 0 {
			n++
		}
	}
	return n
}

func TestARowThatSaysNothingMoreOfItsSampleIsMerged(t *testing.T) {
	plan, _, err := planOf(t, mustMapping(t, rowsMapping), file(cells{}, cells{"substance": "", "on": ""}))
	if err != nil {
		t.Fatal(err)
	}
	if f := plan.Receipt.Files[0]; f.Accepted != 1 || f.Merged != 1 || len(arrivalsOf(plan)) != 1 {
		t.Errorf("%+v", f)
	}
}
