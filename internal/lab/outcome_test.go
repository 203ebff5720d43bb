package lab_test

import (
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func publish(t testing.TB, d *lab.Dictionary, s *lab.Sample, expected []lab.Expected, evidence ...lab.Evidence) *lab.Publication {
	t.Helper()
	p, err := d.Next(file(s, expected, evidence))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOutcomes(t *testing.T) {
	d := newDictionary(t)
	found := func(ids ...lab.SubstanceID) (findings []lab.Finding) {
		for _, id := range ids {
			findings = append(findings, finding(id, lab.Identified))
		}
		return findings
	}
	for _, test := range []struct {
		name       string
		expected   []lab.Expected
		findings   []lab.Finding
		ours, euda lab.Outcome
	}{
		{"as expected", []lab.Expected{substance(ketamine)}, found(ketamine), lab.ExpectedOnly, lab.ExpectedOnly},
		{
			"with a psychoactive adulterant",
			[]lab.Expected{substance(ketamine)},
			found(ketamine, caffeine),
			lab.ExpectedPlusAdulterant, lab.ExpectedPlusAdulterant,
		},
		{
			"levamisole counts in ours, not in EUDA's",
			[]lab.Expected{substance(cocaine)},
			found(cocaine, levamisole),
			lab.ExpectedPlusAdulterant, lab.ExpectedOnly,
		},
		{"a by-product does not count", []lab.Expected{substance(cocaine)}, found(cocaine, norcocaine), lab.ExpectedOnly, lab.ExpectedOnly},
		{"nor a precursor", []lab.Expected{substance(mdma)}, found(mdma, safrole), lab.ExpectedOnly, lab.ExpectedOnly},
		{"nor an excipient", []lab.Expected{substance(cocaine)}, found(cocaine, mannitol), lab.ExpectedOnly, lab.ExpectedOnly},
		{"something else", []lab.Expected{substance(ketamine)}, found(cocaine), lab.NotExpected, lab.NotExpected},
		{"only an excipient", []lab.Expected{substance(ketamine)}, found(mannitol), lab.NotExpected, lab.NotExpected},
		{"half of what was expected", []lab.Expected{substance(ketamine), substance(mdma)}, found(ketamine), lab.NotExpected, lab.NotExpected},
		{"all of what was expected", []lab.Expected{substance(ketamine), substance(mdma)}, found(ketamine, mdma), lab.ExpectedOnly, lab.ExpectedOnly},
		{"a member of an expected class", []lab.Expected{class("benzodiazepine")}, found(diazepam), lab.ExpectedOnly, lab.ExpectedOnly},
		{"two members of an expected class", []lab.Expected{class("opioid")}, found(heroin, etonitazene), lab.ExpectedOnly, lab.ExpectedOnly},
		{"no member of an expected class", []lab.Expected{class("benzodiazepine")}, found(caffeine), lab.NotExpected, lab.NotExpected},
		{"nobody knows what was expected", nil, found(ketamine), lab.ExpectationUnknown, lab.ExpectationUnknown},
		{"nothing detected", []lab.Expected{substance(ketamine)}, nil, lab.NothingDetected, lab.NothingDetected},
		{"nothing detected, nothing expected", nil, nil, lab.NothingDetected, lab.NothingDetected},
		{
			"a trace of what was expected is not it",
			[]lab.Expected{substance(ketamine)},
			append(found(caffeine), finding(ketamine, lab.Trace)), lab.NotExpected, lab.NotExpected,
		},
		{
			"a trace of an adulterant is unclear",
			[]lab.Expected{substance(ketamine)},
			append(found(ketamine), finding(caffeine, lab.Trace)), lab.ExpectedUnclear, lab.ExpectedOnly,
		},
		{"traces alone", []lab.Expected{substance(ketamine)}, []lab.Finding{finding(ketamine, lab.Trace)}, lab.OutcomeInconclusive, lab.NothingDetected},
		{
			"below the limit is found",
			[]lab.Expected{substance(ketamine)},
			[]lab.Finding{finding(ketamine, lab.BelowLOQ)},
			lab.ExpectedOnly, lab.ExpectedOnly,
		},
		{
			"nothing but what could not be identified",
			[]lab.Expected{substance(ketamine)},
			[]lab.Finding{finding(unknownPeak, lab.Unidentified)},
			lab.OutcomeInconclusive, lab.OutcomeInconclusive,
		},
		{
			"what could not be identified is unclear",
			[]lab.Expected{substance(ketamine)},
			append(found(ketamine), finding(unknownPeak, lab.Unidentified)), lab.ExpectedUnclear, lab.ExpectedOnly,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample(func(s *lab.Sample) { s.ProductID = soldAsUnknown })
			p := publish(t, d, s, test.expected, verified(d, gcms, test.findings...))
			if p.Outcome != test.ours || p.OutcomeEUDA != test.euda {
				t.Errorf("ours %s, EUDA's %s; want %s, %s", p.Outcome, p.OutcomeEUDA, test.ours, test.euda)
			}
			f := d.Classify(file(s, test.expected, nil, *p))
			if f.Sample.Outcome != test.ours || f.Sample.OutcomeEUDA != test.euda {
				t.Errorf("classified as %s, EUDA's %s", f.Sample.Outcome, f.Sample.OutcomeEUDA)
			}
		})
	}
}

func TestInconclusiveOutcome(t *testing.T) {
	d := newDictionary(t)
	unsure := with(verified(d, gcms), func(a *lab.Analysis) { a.Conclusion = lab.Inconclusive })
	if p := publish(t, d, newSample(), []lab.Expected{substance(ketamine)}, unsure); p.Outcome != lab.OutcomeInconclusive {
		t.Errorf("outcome %s", p.Outcome)
	}
}

func drawExpected(t *rapid.T) []lab.Expected {
	all := []lab.Expected{substance(ketamine), substance(mdma), substance(cocaine), class("opioid"), class("benzodiazepine"), class("stimulant")}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 3, lab.Expected.String).Draw(t, "expected")
}

// TestATraceMakesAnOutcomeUnclearAtMost adds traces of substances that no analysis reports, to
// any of the analyses: what was clear becomes unclear, nothing else changes, and never how the
// European Union Drugs Agency counts.
func TestATraceMakesAnOutcomeUnclearAtMost(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		evidence, expected := drawEvidence(t, d), drawExpected(t)
		s := newSample(func(s *lab.Sample) {
			s.Form, s.ProductID = lab.Rock, rapid.SampledFrom(sortedIDs(d.Products)).Draw(t, "product")
		})
		before, err := d.Next(file(s, expected, evidence))
		if err != nil {
			t.Fatal(err)
		}
		if before.Result.Recognised {
			return // beside anything that was found, a look is no more than an indication
		}
		reported := map[lab.SubstanceID]bool{}
		for _, e := range evidence {
			for _, f := range e.Findings {
				reported[f.SubstanceID] = true
			}
		}
		for i := range evidence {
			for id := ketamine; id <= amphetamine; id++ {
				method := d.Methods[evidence[i].Analysis.MethodID]
				if explains := d.Within(d.Substances[id].Class, "opioid") && (reported[aNitazene] || reported[anOpioid]); explains {
					continue // which one it is was not known before
				}
				if !reported[id] && id != unknownPeak && d.Covers(method, id) && rapid.Bool().Draw(t, "add a trace") {
					evidence[i].Findings = append(evidence[i].Findings, finding(id, lab.Trace))
					if evidence[i].Analysis.Conclusion == lab.NothingSeen {
						evidence[i].Analysis.Conclusion = lab.HasFindings
					}
				}
			}
		}
		after, err := d.Next(file(s, expected, evidence))
		if err != nil {
			t.Fatal(err)
		}
		unclear := map[lab.Outcome]lab.Outcome{lab.ExpectedOnly: lab.ExpectedUnclear, lab.NothingDetected: lab.OutcomeInconclusive}[before.Outcome]
		if after.Outcome != before.Outcome && after.Outcome != unclear || after.OutcomeEUDA != before.OutcomeEUDA {
			t.Fatalf("%s became %s, EUDA's %s became %s: %s", before.Outcome, after.Outcome, before.OutcomeEUDA, after.OutcomeEUDA, says(&after.Result))
		}
	})
}

// TestEUDACountsNoMoreAdulterants: what it counts as an adulterant is at least unclear in ours,
// and it has no such word.
func TestEUDACountsNoMoreAdulterants(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		s := newSample(func(s *lab.Sample) { s.Form = lab.Rock })
		p, err := d.Next(file(s, drawExpected(t), drawEvidence(t, d)))
		if err != nil {
			t.Fatal(err)
		}
		if !lab.OutcomeClasses.Has(p.Outcome) || !lab.OutcomeClasses.Has(p.OutcomeEUDA) {
			t.Fatalf("outcomes %q and %q", p.Outcome, p.OutcomeEUDA)
		}
		if p.OutcomeEUDA == lab.ExpectedUnclear || p.OutcomeEUDA == lab.ExpectedPlusAdulterant && p.Outcome == lab.ExpectedOnly {
			t.Fatalf("ours %s, EUDA's %s", p.Outcome, p.OutcomeEUDA)
		}
	})
}
