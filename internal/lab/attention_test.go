package lab_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// labBench is the embedded dictionary with one method of each kind that the tables speak of.
func labBench(t testing.TB) *lab.Dictionary {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	percentOf := func(tenths int64) lab.Amount { return lab.Amount{Value: tenths * 1000, Scale: lab.MassFraction} }
	add := func(m lab.Method, limit lab.Amount, sees func(*lab.Substance) bool) {
		for id, s := range d.Substances {
			if !m.OpenScope && s.Class != lab.UnidentifiedClass && sees(s) {
				m.Scope = append(m.Scope, lab.MethodScope{MethodID: m.ID, SubstanceID: id, LOD: limit})
			}
		}
		d.Methods[m.ID] = &m
	}
	single := func(s *lab.Substance) bool { return !s.WholeClass }
	add(lab.Method{ID: 1, Kind: lab.GCMS, Level: lab.Confirmatory, Quantifies: true}, percentOf(1), single)
	add(lab.Method{ID: 2, Kind: lab.FTIR, Level: lab.Preliminary, Quantifies: true}, percentOf(50), single)
	add(lab.Method{ID: 3, Kind: lab.LCHRMS, Level: lab.Confirmatory, Quantifies: true, OpenScope: true}, lab.Amount{}, single)
	add(lab.Method{ID: 4, Kind: lab.Reagent, Level: lab.Presumptive}, lab.Amount{}, single)
	add(lab.Method{ID: 5, Kind: lab.ListRecognition, Level: lab.Presumptive, Quantifies: true}, lab.Amount{}, single)
	for i, class := range []string{"nitazene", "fentanyl_analogue", "benzodiazepine", "entactogen"} {
		add(lab.Method{ID: lab.MethodID(10 + i), Kind: lab.Strip, Level: lab.Presumptive}, lab.Amount{}, func(s *lab.Substance) bool {
			return s.WholeClass && s.Class == class
		})
	}
	return d
}

// methodsOfTable are the methods of labBench by the names that the tables give them.
var methodsOfTable = map[string]lab.MethodID{
	"gcms": 1, "ftir": 2, "hrms": 3, "reagent": 4, "list": 5, "strip nitazene": 10, "strip fentanyl": 11, "strip benzodiazepine": 12, "strip MDMA": 13, "strip": 13,
}

func named(t testing.TB, d *lab.Dictionary, name string) lab.SubstanceID {
	t.Helper()
	s, _, ok := d.FindSubstance(name)
	if !ok {
		t.Fatalf("%q is not in the dictionary", name)
	}
	return s.ID
}

// TestAttentionByDangerDetectionExpectationAndMethod goes through the whole grid.
func TestAttentionByDangerDetectionExpectationAndMethod(t *testing.T) {
	d := labBench(t)
	table := readAnswers(t, "attention.csv")
	substances := map[lab.Danger]string{lab.DangerNone: "caffeine", lab.DangerRaised: "ketamine", lab.DangerHigh: "PMMA", lab.DangerExtreme: "protonitazene"}
	crossed, filled := 0, 0
	for _, danger := range lab.Dangers {
		id := named(t, d, substances[danger])
		if d.Danger(id) != danger {
			t.Fatalf("the danger of %s is %s", substances[danger], d.Danger(id))
		}
		for _, detection := range lab.Detections {
			for _, expectation := range []string{"expected", "class", "beside", "instead", "unknown"} {
				for _, method := range []string{"list", "reagent", "strip", "ftir", "gcms"} {
					cell := fmt.Sprint(danger, " ", detection, " ", expectation, " ", method)
					right, ok := table.of(string(danger), string(detection), expectation, method)
					switch {
					case !ok || len(right) != 2 || right[1] == "":
						t.Fatalf("%s is neither filled nor crossed out", cell)
					case right[0] == "x":
						crossed++
						continue
					}
					filled++
					if got := weighCell(t, d, id, detection, expectation, method); !slices.Equal(got, right) {
						t.Errorf("%s: %v, want %v", cell, got, right)
					}
				}
			}
		}
	}
	t.Logf("%d cells, %d crossed out", filled, crossed)
}

// weighCell releases the finding of one cell, and tells its attention and outcome.
func weighCell(t *testing.T, d *lab.Dictionary, id lab.SubstanceID, detection lab.Detection, expectation, method string) []string {
	t.Helper()
	mdma := named(t, d, "MDMA")
	expected := map[string][]lab.Expected{
		"expected": {substance(id)}, "class": {class(d.Substances[id].Class)}, "beside": {substance(mdma)}, "instead": {substance(mdma)},
	}[expectation]
	f := finding(id, detection)
	if detection == lab.Quantified {
		f = percent(id, 100_000, lab.BasisUnknown)
	}
	findings := []lab.Finding{f}
	if expectation == "beside" {
		findings = append(findings, finding(mdma, lab.Identified))
	}
	e := verified(d, methodsOfTable[method], findings...)
	if detection == lab.NotDetected && expectation != "beside" {
		e.Analysis.Conclusion = lab.NothingSeen
	}
	w, p := weigh(t, d, file(newSample(func(s *lab.Sample) { s.ProductID = 999 }), expected, []lab.Evidence{e}))
	if p.Outcome != w.Outcome {
		t.Errorf("released as %s, read as %s", p.Outcome, w.Outcome)
	}
	return []string{dash(string(w.Attention)), string(w.Outcome)}
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// weigh releases what a file says, with a reason, and weighs it.
func weigh(t testing.TB, d *lab.Dictionary, f *lab.File) (*lab.Weighed, *lab.Publication) {
	t.Helper()
	p, err := d.Publish(f, "a reason")
	if err != nil {
		t.Fatal(err)
	}
	f.Publications = append(f.Publications, *p)
	return d.Weigh(f), p
}

// answer is a whole result of the table.
type answer struct {
	name, sold string
	expected   string // empty: as sold
	before     []string
	analyses   []string
	outcome    string
	attention  string
	first      string
	en, nl     string
}

// readWholes reads the table of whole results.
func readWholes(t testing.TB) (list []answer) {
	t.Helper()
	text, err := os.ReadFile("testdata/results.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			list = append(list, answer{name: name})
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		w := &list[len(list)-1]
		key, said, _ := strings.Cut(line, ": ")
		switch {
		case line == "released":
			w.before, w.analyses = w.analyses, nil
		case line[0] == '=':
			parts := strings.SplitN(line[2:], ", ", 3)
			w.outcome, w.attention, w.first = parts[0], parts[1], parts[2]
		case key == "sold":
			w.sold = said
		case key == "expected":
			w.expected = said
		case key == "en":
			w.en = said
		case key == "nl":
			w.nl = said
		default:
			w.analyses = append(w.analyses, line)
		}
	}
	return list
}

// evidence reads an analysis of the table: "gcms: MDMA 80 mg; caffeine trace".
func evidence(t testing.TB, d *lab.Dictionary, text string, id byte) lab.Evidence {
	t.Helper()
	method, said, _ := strings.Cut(text, ": ")
	var findings []lab.Finding
	if said != "-" && said != "?" {
		for one := range strings.SplitSeq(said, "; ") {
			findings = append(findings, findingOf(t, d, one))
		}
	}
	e := verified(d, methodsOfTable[method], findings...)
	e.Analysis.ID = lab.ID{id}
	if said == "?" {
		e.Analysis.Conclusion = lab.Inconclusive
	}
	return e
}

func findingOf(t testing.TB, d *lab.Dictionary, text string) lab.Finding {
	t.Helper()
	words := strings.Fields(text)
	for n := len(words) - 1; n > 0; n-- { // the longest name that the dictionary knows
		s, _, ok := d.FindSubstance(strings.Join(words[:n], " "))
		if !ok {
			continue
		}
		f := finding(s.ID, lab.Detection(words[n]))
		if lab.Detections.Has(f.Detection) {
			if len(words) > n+1 {
				peaks, _ := strconv.Atoi(words[n+1])
				f.Peaks = int32(peaks)
			}
			return f
		}
		amount, err := lab.ParseAmount(words[n], words[n+1])
		if err != nil {
			t.Fatal(err)
		}
		f.Detection, f.Amount, f.Basis = lab.Quantified, amount, lab.BasisBase
		if len(words) > n+2 {
			f.Basis = lab.Basis(words[n+2])
		}
		return f
	}
	t.Fatalf("no substance in %q", text)
	return lab.Finding{}
}

// fileOf makes the file of a whole result, with what was released before.
func (w *answer) fileOf(t testing.TB, d *lab.Dictionary) *lab.File {
	t.Helper()
	sold, form, _ := strings.Cut(w.sold, ", ")
	product, ok := d.FindProduct(sold)
	if !ok {
		t.Fatalf("%q is no product", sold)
	}
	expected := product.Expected()
	if w.expected != "" {
		expected = nil
		for one := range strings.SplitSeq(w.expected, "; ") {
			if code, ok := strings.CutPrefix(one, "class "); ok {
				expected = append(expected, class(code))
				continue
			}
			expected = append(expected, substance(named(t, d, one)))
		}
	}
	f := file(newSample(func(s *lab.Sample) { s.ProductID, s.Form = product.ID, lab.Form(form) }), expected, nil)
	for i, text := range w.before {
		f.Evidence = append(f.Evidence, evidence(t, d, text, byte(i+1)))
	}
	if len(w.before) > 0 {
		p, err := d.Publish(f, "")
		if err != nil {
			t.Fatal(err)
		}
		f.Publications = append(f.Publications, *p)
	}
	for i, text := range w.analyses {
		f.Evidence = append(f.Evidence, evidence(t, d, text, byte(i+len(w.before)+1)))
	}
	return f
}

// TestWholeResults: what a released result asks of its reader, and what it tells first.
func TestWholeResults(t *testing.T) {
	d := labBench(t)
	list := readWholes(t)
	if len(list) < 60 {
		t.Fatalf("%d results", len(list))
	}
	for _, right := range list {
		t.Run(right.name, func(t *testing.T) {
			f := right.fileOf(t, d)
			w, p := weigh(t, d, f)
			first := "-"
			if len(w.Findings) > 0 {
				first = d.Substances[w.Findings[0].SubstanceID].Short()
			}
			if string(p.Outcome) != right.outcome || dash(string(w.Attention)) != right.attention || first != right.first {
				t.Errorf("%s, %s, %s for %v; want %s, %s, %s", p.Outcome, dash(string(w.Attention)), first, w.Concerns, right.outcome, right.attention, right.first)
			}
			if f := d.Classify(f); f.Sample.Attention != w.Attention || string(f.Sample.Outcome) != right.outcome {
				t.Errorf("its facts say %q and %q", f.Sample.Outcome, f.Sample.Attention)
			}
		})
	}
}
