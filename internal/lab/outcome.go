package lab

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
		if !f.Detection.Found() || f.Detection == Trace {
			continue
		}
		found = true
		if f.Role == RoleAdulterant {
			adulterant = true
			psychoactive = psychoactive || d.Substances[f.SubstanceID].Psychoactive
		}
	}
	switch {
	case !found && (unidentified || r.Conclusion == Inconclusive):
		return OutcomeInconclusive, OutcomeInconclusive
	case !found:
		return NothingDetected, NothingDetected
	case len(expected) == 0:
		return ExpectationUnknown, ExpectationUnknown
	case !d.contains(r, expected, func(f *Released) bool { return f.Detection != Trace }):
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

// contains tells whether every expectation is satisfied by a substance that was
// found and counts.
func (d *Dictionary) contains(r *Result, expected []Expected, counts func(*Released) bool) bool {
	for _, e := range expected {
		satisfied := false
		for i := range r.Findings {
			f := &r.Findings[i]
			satisfied = satisfied || f.Detection.Found() && counts(f) && d.Satisfies(f.SubstanceID, e)
		}
		if !satisfied {
			return false
		}
	}
	return len(expected) > 0
}
