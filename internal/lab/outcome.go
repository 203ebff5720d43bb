package lab

import "slices"

// Outcome is what a sample's released result says about what was expected.
type Outcome string

// The outcomes. Each released sample has exactly one.
const (
	ExpectedOnly           Outcome = "expected_only"
	ExpectedPlusAdulterant Outcome = "expected_plus_adulterant"
	NotExpected            Outcome = "not_expected" // not everything that was expected was found
	NothingDetected        Outcome = "nothing_detected"
	OutcomeInconclusive    Outcome = "inconclusive"
	ExpectationUnknown     Outcome = "expectation_unknown"
)

// OutcomeClasses is the vocabulary of Outcome.
var OutcomeClasses = Vocabulary[Outcome]{
	ExpectedOnly, ExpectedPlusAdulterant, NotExpected, NothingDetected, OutcomeInconclusive, ExpectationUnknown,
}

// outcomes classifies a released result in our split, where an adulterant is any
// active unexpected substance, and in that of the European Union Drugs Agency,
// where only psychoactive ones count. Traces alone never change an outcome, and
// substances that could not be identified are no adulterant; a result with
// nothing else is inconclusive.
func (d *Dictionary) outcomes(r *Result, expected []Expected) (ours, euda Outcome) {
	found, adulterant, psychoactive := false, false, false
	unidentified := false
	for _, f := range r.Findings {
		if f.Detection == Unidentified {
			unidentified = true
		}
		if !f.Counts() {
			continue
		}
		found = true
		if f.Role == RoleAdulterant {
			adulterant = true
			psychoactive = psychoactive || d.Substances[f.SubstanceID].Psychoactive
		}
	}
	missing, traces := d.Missing(r, expected)
	switch {
	case !found && (unidentified || r.Conclusion == Inconclusive):
		return OutcomeInconclusive, OutcomeInconclusive
	case !found:
		return NothingDetected, NothingDetected
	case len(expected) == 0:
		return ExpectationUnknown, ExpectationUnknown
	case len(missing) > 0 && !slices.ContainsFunc(missing, func(e Expected) bool { return !d.perhaps(r, e) }):
		return OutcomeInconclusive, OutcomeInconclusive
	case len(missing)+len(traces) > 0:
		return NotExpected, NotExpected
	}
	return plusIf(adulterant), plusIf(psychoactive)
}

func plusIf(adulterated bool) Outcome {
	if adulterated {
		return ExpectedPlusAdulterant
	}
	return ExpectedOnly
}

// Missing lists, of what was expected, what was not found and what was found as no more
// than a trace. A result is not as expected where it lists anything.
func (d *Dictionary) Missing(r *Result, expected []Expected) (missing, traces []Expected) {
	for _, e := range expected {
		switch {
		case !d.holds(r, e, (*Released).found):
			missing = append(missing, e)
		case !d.holds(r, e, (*Released).Counts):
			traces = append(traces, e)
		}
	}
	return missing, traces
}

// perhaps tells that what was expected is nowhere found, but a class in which it is: which
// member of it was found nobody knows.
func (d *Dictionary) perhaps(r *Result, e Expected) bool {
	return slices.ContainsFunc(r.Findings, func(f Released) bool { return f.Counts() && d.couldBe(f.SubstanceID, e) })
}

// contains tells whether every expectation is satisfied by a substance that was
// found and is the one.
func (d *Dictionary) contains(r *Result, expected []Expected, is func(*Released) bool) bool {
	return len(expected) > 0 && !slices.ContainsFunc(expected, func(e Expected) bool { return !d.holds(r, e, is) })
}

// holds tells whether an expectation is satisfied by a substance that was found and is
// the one.
func (d *Dictionary) holds(r *Result, e Expected, is func(*Released) bool) bool {
	return slices.ContainsFunc(r.Findings, func(f Released) bool {
		return f.Detection.Found() && is(&f) && d.Satisfies(f.SubstanceID, e)
	})
}

func (f *Released) found() bool { return f.Detection.Found() }

// Counts tells that the finding bears on the outcome: a trace alone does not, but for one
// that explains a class which another analysis found.
func (f *Released) Counts() bool { return f.Detection.Counts() || f.Confirms }
