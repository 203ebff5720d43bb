package lab

import "slices"

// Outcome is what a sample's released result says about what was expected.
type Outcome string

// The outcomes. Each released sample has exactly one.
const (
	ExpectedOnly           Outcome = "expected_only"    // read: nothing unexpected seen
	ExpectedUnclear        Outcome = "expected_unclear" // what was expected, with something unclear
	ExpectedPlusAdulterant Outcome = "expected_plus_adulterant"
	NotExpected            Outcome = "not_expected" // not everything that was expected was found
	NothingDetected        Outcome = "nothing_detected"
	OutcomeInconclusive    Outcome = "inconclusive"
	ExpectationUnknown     Outcome = "expectation_unknown"
)

// OutcomeClassesEUDA is the vocabulary of the split of the European Union Drugs Agency.
var OutcomeClassesEUDA = Vocabulary[Outcome]{ExpectedOnly, ExpectedPlusAdulterant, NotExpected, NothingDetected, OutcomeInconclusive, ExpectationUnknown}

// OutcomeClasses is the vocabulary of Outcome.
var OutcomeClasses = Vocabulary[Outcome]{
	ExpectedOnly, ExpectedUnclear, ExpectedPlusAdulterant, NotExpected, NothingDetected, OutcomeInconclusive, ExpectationUnknown,
}

// outcomes classifies a released result in our split and in that of the European Union Drugs
// Agency.
func (d *Dictionary) outcomes(r *Result, expected []Expected) (ours, euda Outcome) {
	return d.outcome(r, expected), d.outcomeEUDA(r, expected)
}

// outcome classifies a released result, the first that applies: nothing detected, not even a
// trace, an indication or a peak; inconclusive, where nothing is in it for certain;
// expectation unknown; not expected, where not everything that was expected is in it for
// certain; an adulterant for certain; something unclear, which is an adulterant as a trace or
// indicated, or what could not be identified; or nothing unexpected. By-products, precursors
// and inert excipients change no outcome. Where all that is missing may be the member of a
// class that was found, which one nobody knows, it is inconclusive.
func (d *Dictionary) outcome(r *Result, expected []Expected) Outcome {
	missing := d.absent(r, expected, d.certain)
	is := r.tellsOne
	adulterates := func(f *Released) bool { return f.Role == RoleAdulterant && f.Detection.Found() }
	switch {
	case !is(func(f *Released) bool { return f.Detection.Found() || f.Detection == Unidentified }) && r.Conclusion != Inconclusive:
		return NothingDetected
	case !is(d.certain):
		return OutcomeInconclusive
	case len(expected) == 0:
		return ExpectationUnknown
	case len(missing) > 0 && !slices.ContainsFunc(missing, func(e Expected) bool { return !d.perhaps(r, e, d.certain) }):
		return OutcomeInconclusive
	case len(missing) > 0:
		return NotExpected
	case is(func(f *Released) bool { return adulterates(f) && d.certain(f) }):
		return ExpectedPlusAdulterant
	case is(func(f *Released) bool { return adulterates(f) || f.Detection == Unidentified }):
		return ExpectedUnclear
	}
	return ExpectedOnly
}

// certain tells that the substance is in the sample in more than a trace; of extreme danger a
// trace is enough, but not what only points to it.
func (d *Dictionary) certain(f *Released) bool {
	return f.Detection.AboveTrace() || f.Detection == Trace && d.Danger(f.SubstanceID) == DangerExtreme
}

// outcomeEUDA classifies a result as the European Union Drugs Agency does, by whom only
// psychoactive substances are adulterants. Here a substance that was indicated is in the
// sample, a trace never is, and what could not be identified is no adulterant.
func (d *Dictionary) outcomeEUDA(r *Result, expected []Expected) Outcome {
	counts := func(f *Released) bool { return f.Detection.Counts() }
	missing := d.absent(r, expected, counts)
	found, adulterant, unidentified := false, false, false
	for i := range r.Findings {
		f := &r.Findings[i]
		unidentified = unidentified || f.Detection == Unidentified
		found = found || counts(f)
		adulterant = adulterant || counts(f) && f.Role == RoleAdulterant && d.Substances[f.SubstanceID].Psychoactive
	}
	switch {
	case !found && (unidentified || r.Conclusion == Inconclusive):
		return OutcomeInconclusive
	case !found:
		return NothingDetected
	case len(expected) == 0:
		return ExpectationUnknown
	case len(missing) > 0 && !slices.ContainsFunc(missing, func(e Expected) bool { return !d.perhaps(r, e, counts) }):
		return OutcomeInconclusive
	case len(missing) > 0:
		return NotExpected
	case adulterant:
		return ExpectedPlusAdulterant
	}
	return ExpectedOnly
}

// absent lists, of what was expected, what is satisfied by nothing that is the one.
func (d *Dictionary) absent(r *Result, expected []Expected, is func(*Released) bool) (list []Expected) {
	for _, e := range expected {
		if !d.holds(r, e, is) {
			list = append(list, e)
		}
	}
	return list
}

// Missing lists, of what was expected, what was not found at all, and what was found but is
// not in the sample for certain: as a trace or indicated. A result is not as expected where
// it lists anything.
func (d *Dictionary) Missing(r *Result, expected []Expected) (missing, unsure []Expected) {
	missing = d.absent(r, expected, (*Released).found)
	for _, e := range d.absent(r, expected, d.certain) {
		if !slices.Contains(missing, e) {
			unsure = append(unsure, e)
		}
	}
	return missing, unsure
}

// perhaps tells that what was expected is nowhere found, but a class in which it is: which
// member of it was found nobody knows.
func (d *Dictionary) perhaps(r *Result, e Expected, is func(*Released) bool) bool {
	return r.tellsOne(func(f *Released) bool { return is(f) && d.couldBe(f.SubstanceID, e) })
}

// contains tells whether every expectation is satisfied by a substance that was
// found and is the one.
func (d *Dictionary) contains(r *Result, expected []Expected, is func(*Released) bool) bool {
	return len(expected) > 0 && len(d.absent(r, expected, is)) == 0
}

// holds tells whether an expectation is satisfied by a substance that was found and is
// the one.
func (d *Dictionary) holds(r *Result, e Expected, is func(*Released) bool) bool {
	return r.tellsOne(func(f *Released) bool { return f.Detection.Found() && is(f) && d.Satisfies(f.SubstanceID, e) })
}

// tellsOne tells whether one of the findings is like that.
func (r *Result) tellsOne(is func(*Released) bool) bool {
	for i := range r.Findings {
		if is(&r.Findings[i]) {
			return true
		}
	}
	return false
}

func (f *Released) found() bool { return f.Detection.Found() }
