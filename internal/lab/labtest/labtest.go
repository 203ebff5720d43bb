// Package labtest reads the right answers of whole results, and makes files of them, for the
// tests of the rules and of the pages.
package labtest

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

//go:embed results.txt
var results string

// Bench is the embedded dictionary with one method of each kind that the tables speak of.
func Bench(t testing.TB) *lab.Dictionary {
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

// Methods are the methods of Bench by the names that the tables give them.
var Methods = map[string]lab.MethodID{
	"gcms": 1, "ftir": 2, "hrms": 3, "reagent": 4, "list": 5, "strip nitazene": 10, "strip fentanyl": 11, "strip benzodiazepine": 12, "strip MDMA": 13, "strip": 13,
}

// Named is the number of a substance.
func Named(t testing.TB, d *lab.Dictionary, name string) lab.SubstanceID {
	t.Helper()
	s, _, ok := d.FindSubstance(name)
	if !ok {
		t.Fatalf("%q is not in the dictionary", name)
	}
	return s.ID
}

// Whole is a whole result of the table.
type Whole struct {
	Name, Sold string
	Expected   string   // empty: as sold
	Weight     int64    // of a piece, in milligrams; zero for unknown
	Before     []string // the analyses on which something was released before
	Analyses   []string
	Outcome    string
	Attention  string
	First      string // the substance that is told first
	EN, NL     string // the headings
}

// Wholes reads the table of whole results.
func Wholes(t testing.TB) (list []Whole) {
	t.Helper()
	for line := range strings.Lines(results) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			list = append(list, Whole{Name: name})
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		w := &list[len(list)-1]
		key, said, _ := strings.Cut(line, ": ")
		switch {
		case line == "released":
			w.Before, w.Analyses = w.Analyses, nil
		case line[0] == '=':
			parts := strings.SplitN(line[2:], ", ", 3)
			w.Outcome, w.Attention, w.First = parts[0], parts[1], parts[2]
		case key == "sold":
			w.Sold = said
		case key == "weight":
			weight, err := strconv.ParseInt(said, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			w.Weight = weight
		case key == "expected":
			w.Expected = said
		case key == "en":
			w.EN = said
		case key == "nl":
			w.NL = said
		default:
			w.Analyses = append(w.Analyses, line)
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
	e := Verified(d, Methods[method], findings...)
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
		f := lab.Finding{SubstanceID: s.ID, Detection: lab.Detection(words[n])}
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

// File makes the file of a whole result, with what was released before.
func (w *Whole) File(t testing.TB, d *lab.Dictionary) *lab.File {
	t.Helper()
	sold, form, _ := strings.Cut(w.Sold, ", ")
	product, ok := d.FindProduct(sold)
	if !ok {
		t.Fatalf("%q is no product", sold)
	}
	expected := product.Expected()
	if w.Expected != "" {
		expected = nil
		for one := range strings.SplitSeq(w.Expected, "; ") {
			if code, ok := strings.CutPrefix(one, "class "); ok {
				expected = append(expected, lab.Expected{Class: code})
				continue
			}
			expected = append(expected, lab.Expected{SubstanceID: lab.Optional(Named(t, d, one))})
		}
	}
	f := File(product.ID, lab.Form(form), expected)
	f.Sample.WeightUG = w.Weight * 1000
	for i, text := range w.Before {
		f.Evidence = append(f.Evidence, evidence(t, d, text, byte(i+1)))
	}
	if len(w.Before) > 0 {
		p, err := d.Publish(f, lab.Why{})
		if err != nil {
			t.Fatal(err)
		}
		f.Publications = append(f.Publications, *p)
	}
	for i, text := range w.Analyses {
		f.Evidence = append(f.Evidence, evidence(t, d, text, byte(i+len(w.Before)+1)))
	}
	return f
}

// File is the file of a sample.
func File(product lab.ProductID, form lab.Form, expected []lab.Expected, evidence ...lab.Evidence) *lab.File {
	return &lab.File{Expected: expected, Evidence: evidence, Sample: lab.Sample{
		Key: lab.Key{ServiceID: 1, ID: lab.ID{1}}, NumberYear: 2024, NumberRunning: 17, ReceivedOn: 2024_06_01,
		ProductID: product, Form: form, State: lab.InAnalysis,
	}}
}

// Verified makes a verified analysis by the method with what it found.
func Verified(d *lab.Dictionary, method lab.MethodID, findings ...lab.Finding) lab.Evidence {
	a := lab.Analysis{
		Key: lab.Key{ServiceID: 1, ID: lab.ID{0, byte(method)}}, MethodID: method, Level: d.Methods[method].Level, PerformedOn: 2024_06_05,
		State: lab.Verified, Signature: lab.TwoSignatures, EnteredBy: 1, VerifiedBy: 2, Conclusion: lab.NothingSeen,
	}
	for _, f := range findings {
		if f.Detection != lab.NotDetected {
			a.Conclusion = lab.HasFindings
		}
	}
	return lab.Evidence{Analysis: a, Findings: findings}
}

// Cells are the columns of a grid of danger, detection, expectation and method.
var (
	Substances   = map[lab.Danger]string{lab.DangerNone: "caffeine", lab.DangerRaised: "ketamine", lab.DangerHigh: "PMMA", lab.DangerExtreme: "protonitazene"}
	Expectations = []string{"expected", "class", "beside", "instead", "unknown"}
	Kinds        = []string{"list", "reagent", "strip", "ftir", "gcms"}
)

// Cell is the file of one cell of the grid: one finding, and beside it where that is asked MDMA.
func Cell(t testing.TB, d *lab.Dictionary, id lab.SubstanceID, detection lab.Detection, expectation, method string) *lab.File {
	t.Helper()
	mdma := lab.Optional(Named(t, d, "MDMA"))
	expected := map[string][]lab.Expected{
		"expected": {{SubstanceID: lab.Optional(id)}}, "class": {{Class: d.Substances[id].Class}}, "beside": {{SubstanceID: mdma}}, "instead": {{SubstanceID: mdma}},
	}[expectation]
	f := lab.Finding{SubstanceID: id, Detection: detection}
	if detection == lab.Quantified {
		f.Amount, f.Basis = lab.Amount{Value: 100_000, Scale: lab.MassFraction, Decimals: 1}, lab.BasisUnknown
	}
	findings := []lab.Finding{f}
	if expectation == "beside" {
		findings = append(findings, lab.Finding{SubstanceID: lab.SubstanceID(mdma), Detection: lab.Identified})
	}
	return File(999, lab.Powder, expected, Verified(d, Methods[method], findings...))
}
