package lab_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestVersionsOfAResult(t *testing.T) {
	d := newDictionary(t)
	field := verified(d, ftir, finding(ketamine, lab.Identified))
	central := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	repeated := verified(d, gcms, percent(ketamine, 810_000, lab.BasisBase))
	s, expected := newSample(), []lab.Expected{substance(ketamine)}
	var versions []lab.Publication
	for _, step := range []struct {
		name     string
		evidence []lab.Evidence // none: withdraw
		reason   string
		kind     lab.PublicationKind // empty: refused
	}{
		{"nothing to withdraw", nil, "a reason", ""},
		{"the field result", []lab.Evidence{field}, "", lab.PreliminaryResult},
		{"the field result again, without a reason", []lab.Evidence{field}, "", ""},
		{"the field result again", []lab.Evidence{field}, "to be sure", ""},
		{"the laboratory's result", []lab.Evidence{field, central}, "", lab.ConfirmedResult},
		{"a change without a reason", []lab.Evidence{repeated}, "", ""},
		{"a change with a blank reason", []lab.Evidence{repeated}, " \n", ""},
		{"a change", []lab.Evidence{repeated}, "repeated", lab.AmendedResult},
		{"the same with a reason", []lab.Evidence{repeated}, "to be sure", ""},
		{"another change", []lab.Evidence{central}, "the first was right", lab.AmendedResult},
		{"taken back without a reason", nil, "", ""},
		{"taken back", nil, "wrong vial", lab.WithdrawnResult},
		{"taken back twice", nil, "wrong vial", ""},
		{"again without a reason", []lab.Evidence{repeated}, "", ""},
		{"again", []lab.Evidence{repeated}, "the right vial", lab.AmendedResult},
	} {
		var p *lab.Publication
		var err error
		if step.evidence == nil {
			p, err = file(s, nil, nil, versions...).Withdraw(lab.Because("en", step.reason))
		} else {
			p, err = d.Publish(file(s, expected, step.evidence, versions...), lab.Because("en", step.reason))
		}
		if step.kind == "" {
			if p != nil {
				t.Errorf("%s: %v", step.name, p)
			}
			var refused *lab.MoveError
			if !errors.As(err, &refused) {
				wantFields(t, err, "reason_code")
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if p.Kind != step.kind || int(p.Version) != len(versions)+1 || p.Reason != step.reason || p.SampleID != s.ID || p.ServiceID != s.ServiceID {
			t.Errorf("%s: %+v", step.name, p)
		}
		versions = append(versions, *p)
	}
	all := lab.File{Publications: versions}
	if all.Latest() != &versions[len(versions)-1] || new(lab.File).Latest() != nil {
		t.Error("the latest is not the last")
	}
}

// TestWhatSaysNothingNewIsNotReleased: a second version that says the same would only
// tell the visitor that something was corrected.
func TestWhatSaysNothingNewIsNotReleased(t *testing.T) {
	d := newDictionary(t)
	e := verified(d, gcms, percent(ketamine, 800_000, lab.BasisBase))
	s, expected := newSample(), []lab.Expected{substance(ketamine)}
	first := publish(t, d, s, expected, e)
	for _, test := range []struct {
		name     string
		expected []lab.Expected
		evidence lab.Evidence
		same     bool
	}{
		{"nothing", expected, e, true},
		{"another amount", expected, verified(d, gcms, percent(ketamine, 800_001, lab.BasisBase)), false},
		{"another basis", expected, verified(d, gcms, percent(ketamine, 800_000, lab.BasisUnknown)), false},
		{"another expectation", []lab.Expected{substance(mdma)}, e, false},
		{"another method", expected, verified(d, targeted, percent(ketamine, 800_000, lab.BasisBase)), false},
	} {
		_, err := d.Publish(file(s, test.expected, []lab.Evidence{test.evidence}, *first), lab.Because("en", "looked at again"))
		if !test.same {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		var refused *lab.MoveError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "Nothing has changed since version 1: there is nothing to release.") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	p, err := file(s, nil, nil, *first).Withdraw(lab.Because("en", "wrong vial"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Publish(file(s, expected, []lab.Evidence{e}, *first, *p), lab.Because("en", "the right vial after all")); err != nil || again.Version != 3 {
		t.Errorf("the same after it was taken back: %+v, %v", again, err)
	}
}

func TestFirstPublication(t *testing.T) {
	d := newDictionary(t)
	for name, test := range map[string]struct {
		evidence lab.Evidence
		kind     lab.PublicationKind
	}{
		"field method":     {verified(d, ftir, finding(ketamine, lab.Identified)), lab.PreliminaryResult},
		"strip":            {verified(d, strip, finding(etonitazene, lab.Indicated)), lab.PreliminaryResult},
		"list recognition": {verified(d, list, finding(mdma, lab.Indicated)), lab.PreliminaryResult},
		"laboratory":       {verified(d, gcms, finding(ketamine, lab.Identified)), lab.ConfirmedResult},
		"nothing detected": {verified(d, gcms), lab.ConfirmedResult},
	} {
		t.Run(name, func(t *testing.T) {
			if p := publish(t, d, newSample(), nil, test.evidence); p.Kind != test.kind {
				t.Errorf("kind %s", p.Kind)
			}
		})
	}
}

func TestAWithdrawnVersionKeepsWhatWasSaid(t *testing.T) {
	d := newDictionary(t)
	first := publish(t, d, newSample(), []lab.Expected{substance(ketamine)}, verified(d, gcms, finding(ketamine, lab.Identified)))
	p, err := file(newSample(), nil, nil, *first).Withdraw(lab.Because("en", "wrong vial"))
	if err != nil || !reflect.DeepEqual(p.Result, first.Result) || p.Outcome != first.Outcome {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestNothingUnverifiedIsPublished(t *testing.T) {
	d := newDictionary(t)
	entered := with(verified(d, gcms, finding(ketamine, lab.Identified)), func(a *lab.Analysis) { a.State = lab.Entered })
	if p, err := d.Publish(file(newSample(), nil, []lab.Evidence{entered}), lab.Why{}); err == nil {
		t.Errorf("published %+v", p)
	}
}

// TestCeiling: a powder of pure ketamine hydrochloride is 86.7 % base.
func TestCeilingOfPublishedResults(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name    string
		form    lab.Form
		finding lab.Finding
		ok      bool
	}{
		{"at the ceiling", lab.Powder, percent(ketamine, 867_000, lab.BasisBase), true},
		{"above it", lab.Powder, percent(ketamine, 900_000, lab.BasisBase), false},
		{"just above it", lab.Crystal, percent(ketamine, 867_032, lab.BasisBase), false},
		{"pure salt, told as salt", lab.Powder, percent(ketamine, 1_000_000, "hydrochloride"), true},
		{"basis unknown", lab.Powder, percent(ketamine, 900_000, lab.BasisUnknown), true},
		{"a rock can be base", lab.Rock, percent(cocaine, 980_000, lab.BasisBase), true},
		{"a cocaine powder cannot", lab.Powder, percent(cocaine, 980_000, lab.BasisBase), false},
		{"without salts", lab.Powder, percent(caffeine, 1_000_000, lab.BasisBase), true},
		{"at the ceiling of a sulfate", lab.Powder, percent(amphetamine, 733_856, lab.BasisBase), true},
		{"above that", lab.Powder, percent(amphetamine, 733_857, lab.BasisBase), false},
		{"content per tablet", lab.Tablet, lab.Finding{
			SubstanceID: mdma, Detection: lab.Quantified, Amount: lab.Amount{Value: 250_000_000, Scale: lab.PerUnit}, Basis: lab.BasisBase,
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample(func(s *lab.Sample) { s.Form = test.form })
			_, err := d.Publish(file(s, nil, []lab.Evidence{verified(d, gcms, test.finding)}), lab.Why{})
			if test.ok {
				wantFields(t, err)
			} else {
				wantFields(t, err, "findings.0.amount")
			}
		})
	}
}
