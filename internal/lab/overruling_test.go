package lab_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// answers are the rows of a table of right answers: of each the patterns and what is right.
type answers struct {
	columns []string
	rows    [][]string
}

// readAnswers reads a table of right answers from testdata. A line "@name = a|b" names a
// pattern.
func readAnswers(t *testing.T, file string) answers {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var table answers
	named := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if name, pattern, ok := strings.Cut(line, "="); ok && strings.HasPrefix(line, "@") {
			named[strings.TrimSpace(name)] = strings.TrimSpace(pattern)
			continue
		}
		cells := strings.Split(line, ",")
		switch {
		case line == "" || line[0] == '#':
		case table.columns == nil:
			table.columns = cells
		default:
			for i := range cells {
				alternatives := strings.Split(cells[i], "|")
				for j, a := range alternatives {
					if strings.HasPrefix(a, "@") {
						alternatives[j] = named[a]
					}
				}
				cells[i] = strings.Join(alternatives, "|")
			}
			table.rows = append(table.rows, cells)
		}
	}
	return table
}

// of returns what is right for a case: the rest of the first row that fits.
func (a answers) of(inputs ...string) ([]string, bool) {
	for _, row := range a.rows {
		fits := true
		for i, input := range inputs {
			fits = fits && (row[i] == "*" || slices.Contains(strings.Split(row[i], "|"), input))
		}
		if fits {
			return row[len(inputs):], true
		}
	}
	return nil, false
}

// The kinds of method of the tables, from the least to the best.
var kindsOfTable = []lab.Method{
	{Kind: lab.Reagent, Level: lab.Presumptive}, {Kind: lab.ListRecognition, Level: lab.Preliminary},
	{Kind: lab.Strip, Level: lab.Presumptive}, {Kind: lab.FTIR, Level: lab.Preliminary},
	{Kind: lab.LCDAD, Level: lab.Confirmatory}, {Kind: lab.GCMS, Level: lab.Confirmatory},
}

const (
	theLesser lab.MethodID = iota + 101
	theBetter
)

// twoMethods puts a lesser and a better method into the dictionary.
func twoMethods(d *lab.Dictionary, lesser, better lab.Method) (one, two *lab.Method) {
	lesser.ID, better.ID = theLesser, theBetter
	lesser.Lab, better.Lab = "one", "two"
	lesser.Quantifies, better.Quantifies = true, true
	d.Methods[lesser.ID], d.Methods[better.ID] = &lesser, &better
	return &lesser, &better
}

// limitOf is a limit of detection of the better method against 100 ppm, or against an amount
// of 80 %.
func limitsOf(limit string, quantified bool) []lab.Amount {
	const own, amount = 100, 800_000
	ppm := func(value int64) lab.Amount { return lab.Amount{Value: value, Scale: lab.MassFraction} }
	against := int64(own)
	if quantified {
		against = amount
	}
	switch limit {
	case "known":
		return []lab.Amount{ppm(against), ppm(against - 1)}
	case "above":
		return []lab.Amount{ppm(against + 1)}
	}
	return []lab.Amount{{}, {Value: 1, Scale: lab.PerUnit}, {Value: 1, Scale: lab.Concentration}}
}

// told is what a released result says, by its text.
type told struct {
	Findings []struct {
		Substance lab.SubstanceID
		Detection string
		Method    lab.MethodID
		Amount    lab.Amount
	}
	LeftOut []struct {
		Substance lab.SubstanceID
		Method    lab.MethodID
		Why       string
	} `json:"left_out"`
}

// release proposes the result of two analyses, in both orders of entry and on days that
// follow one another either way, which must all say the same.
func release(t *testing.T, d *lab.Dictionary, lesser, better lab.Evidence) told {
	t.Helper()
	var first string
	for order := range 4 {
		early, late := lab.ID{1}, lab.ID{2}
		lesser.Analysis.ID, better.Analysis.ID = early, late
		if order%2 == 1 {
			lesser.Analysis.ID, better.Analysis.ID = late, early
		}
		lesser.Analysis.PerformedOn, better.Analysis.PerformedOn = 2024_06_02, 2024_06_03
		if order/2 == 1 {
			lesser.Analysis.PerformedOn, better.Analysis.PerformedOn = 2024_06_03, 2024_06_02
		}
		r, err := d.Propose(soldAs(soldAsUnknown, nil, lesser, better))
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Findings {
			r.Findings[i].AnalysisID = lab.ID{}
		}
		text, err := r.Text()
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(strings.ReplaceAll(text, early.String(), ""), late.String(), "")
		if first == "" {
			first = text
		}
		if text != first {
			t.Fatalf("in another order it is %s, not %s", text, first)
		}
	}
	var said told
	if err := json.Unmarshal([]byte(first), &said); err != nil {
		t.Fatal(err)
	}
	return said
}

// saying makes a verified analysis that says one thing of the substance.
func saying(d *lab.Dictionary, method lab.MethodID, says string, ppm int64) lab.Evidence {
	switch says {
	case "silent", "outside":
		return verified(d, method)
	case "could_not_tell":
		return with(verified(d, method), func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive })
	case "quantified":
		return verified(d, method, percent(etonitazene, ppm, lab.BasisBase))
	}
	return verified(d, method, finding(etonitazene, lab.Detection(says)))
}

var (
	saysOfTable   = []string{"quantified", "identified", "below_loq", "trace", "indicated", "not_detected", "silent", "could_not_tell", "outside"}
	limitsOfTable = []string{"known", "above", "unknown"}
)

// TestWhoOverrulesWhom goes through every pair of methods, whatever each of them says of a
// substance, and whatever is known of the limit of the better one.
func TestWhoOverrulesWhom(t *testing.T) {
	table := readAnswers(t, "overruling.csv")
	for i, lesser := range kindsOfTable {
		for _, better := range kindsOfTable[i:] {
			pair := string(lesser.Kind) + "+" + string(better.Kind)
			pair = strings.ReplaceAll(pair, "list_recognition", "list")
			t.Run(pair, func(t *testing.T) {
				for _, limit := range limitsOfTable {
					for _, one := range saysOfTable {
						for _, two := range saysOfTable {
							right, ok := table.of(pair, limit, one, two)
							if !ok {
								t.Fatalf("no row says what is right of %s, %s, %s", limit, one, two)
							}
							for _, lod := range limitsOf(limit, one == "quantified") {
								t.Run(strings.Join([]string{limit, fmt.Sprint(lod), one, two}, " "), func(t *testing.T) {
									pairSays(t, lesser, better, lod, one, two, right)
								})
							}
						}
					}
				}
			})
		}
	}
}

func pairSays(t *testing.T, lesser, better lab.Method, lod lab.Amount, one, two string, right []string) {
	t.Helper()
	d := newDictionary(t)
	first, second := twoMethods(d, lesser, better)
	scope := func(says string, lod lab.Amount) []lab.MethodScope {
		if says == "outside" {
			return []lab.MethodScope{{SubstanceID: caffeine}}
		}
		return []lab.MethodScope{{SubstanceID: etonitazene, LOD: lod}}
	}
	first.Scope = scope(one, lab.Amount{Value: 100, Scale: lab.MassFraction})
	second.Scope = scope(two, lod)
	said := release(t, d, saying(d, theLesser, one, 800_000), saying(d, theBetter, two, 760_000))

	detection, from, why := right[0], right[1], right[2]
	if detection == "as said" {
		detection = map[string]string{"lesser": one, "better": two}[from]
	}
	switch {
	case detection == "-" && len(said.Findings) > 0:
		t.Errorf("%+v is released, want nothing", said.Findings)
	case detection != "-" && (len(said.Findings) != 1 || said.Findings[0].Detection != detection):
		t.Errorf("%+v is released, want it as %s", said.Findings, detection)
	case detection != "-":
		f := said.Findings[0]
		wrongMethod := from == "lesser" && f.Method != theLesser || from == "better" && f.Method != theBetter
		if wrongMethod {
			t.Errorf("it is released from method %d, want the %s", f.Method, from)
		}
		amount := map[string]int64{"lesser": 800_000, "better": 760_000, "both": 780_000}[from]
		if detection != "quantified" {
			amount = 0
		}
		if f.Amount.Value != amount {
			t.Errorf("it is released with %d ppm, want %d", f.Amount.Value, amount)
		}
	}
	switch {
	case why == "-" && len(said.LeftOut) > 0:
		t.Errorf("%+v is left out, want nothing", said.LeftOut)
	case why != "-" && (len(said.LeftOut) != 1 || said.LeftOut[0].Why != why || said.LeftOut[0].Method != theLesser || said.LeftOut[0].Substance != etonitazene):
		t.Errorf("%+v is left out, want what the lesser method found, because of %s", said.LeftOut, why)
	}
}

// TestWhoOverrulesWhomOfAClass goes through the pairs of methods of which one names a class,
// or both.
func TestWhoOverrulesWhomOfAClass(t *testing.T) {
	table := readAnswers(t, "overruling_class.csv")
	kinds := map[string]lab.Method{}
	for _, m := range kindsOfTable {
		kinds[strings.ReplaceAll(string(m.Kind), "list_recognition", "list")] = m
	}
	all := [][]string{nil, {"none", "member", "members", "class", "above"}, limitsOfTable, nil, nil}
	done := map[string]bool{}
	for _, row := range table.rows {
		for _, in := range combinations(row[:5], all) {
			name := strings.Join(in, " ")
			if done[name] || in[1] == "none" && in[2] != "unknown" {
				continue // a row before it says what is right; what is not in the scope has no limit
			}
			done[name] = true
			one, two, _ := strings.Cut(in[0], "+")
			for _, lod := range limitsOf(in[2], false) {
				t.Run(name+" "+fmt.Sprint(lod), func(t *testing.T) {
					classSays(t, kinds[one], kinds[two], in, lod, row[5:])
				})
			}
		}
	}
}

// combinations are the cases of a row, of which "*" stands for all.
func combinations(patterns []string, all [][]string) [][]string {
	cases := [][]string{nil}
	for i, pattern := range patterns {
		values := strings.Split(pattern, "|")
		if pattern == "*" {
			values = all[i]
		}
		var longer [][]string
		for _, c := range cases {
			for _, v := range values {
				longer = append(longer, append(slices.Clone(c), v))
			}
		}
		cases = longer
	}
	return cases
}

func classSays(t *testing.T, lesser, better lab.Method, in []string, lod lab.Amount, right []string) {
	t.Helper()
	d := newDictionary(t)
	first, second := twoMethods(d, lesser, better)
	own := lab.Amount{Value: 100, Scale: lab.MassFraction}
	first.Scope = []lab.MethodScope{{SubstanceID: etonitazene, LOD: own}, {SubstanceID: aNitazene, LOD: own}}
	row := lab.MethodScope{LOD: lod}
	switch in[1] {
	case "none":
		row.SubstanceID = caffeine
	case "member", "members": // the fixture knows one nitazene, and gets another
		row.SubstanceID = etonitazene
		other := *d.Substances[etonitazene]
		other.ID, other.Name, other.Names = anOpioid+1, "isotonitazene", nil
		d.Substances[other.ID] = &other
		if in[1] == "members" {
			second.Scope = append(second.Scope, lab.MethodScope{SubstanceID: other.ID, LOD: lod})
		}
	case "class":
		row.SubstanceID = aNitazene
	case "above":
		row.SubstanceID = anOpioid
	}
	second.Scope = append(second.Scope, row)
	say := func(method lab.MethodID, text string) lab.Evidence {
		what, detection, ok := strings.Cut(text, " ")
		if !ok {
			return verified(d, method)
		}
		f := finding(etonitazene, lab.Detection(detection))
		if what == "class" {
			f.SubstanceID = aNitazene
		}
		return verified(d, method, f)
	}
	said := release(t, d, say(theLesser, in[3]), say(theBetter, in[4]))
	var released []string
	for _, f := range said.Findings {
		what := "member"
		if f.Substance == aNitazene {
			what = "class"
		}
		released = append(released, what+" "+f.Detection)
	}
	if got := strings.Join(released, ", "); got != strings.TrimPrefix(right[0], "-") {
		t.Errorf("%q is released, want %q", got, right[0])
	}
	var why []string
	for _, x := range said.LeftOut {
		why = append(why, x.Why)
	}
	if got := strings.Join(why, ", "); got != strings.TrimPrefix(right[1], "-") {
		t.Errorf("left out because of %q, want %q", got, right[1])
	}
}
