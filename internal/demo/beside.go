package demo

import (
	"slices"

	"marquis/internal/lab"
)

// How often something stands beside what the laboratory found, in a thousand samples of the
// kind. What is drawn for it comes from a source of its own, so that all else stays as it is.
const (
	stripsBefore  = 250 // of what a strip shows: the strip at the counter, before the laboratory
	stripsAlone   = 15  // of pills that people take against pain or to sleep: a nitazene that no laboratory confirms
	unknownBeside = 5   // of powders: a peak that is in no library
	measuredTwice = 300 // of what two methods of the laboratory looked at: both measured
)

// oftenMeasuredTwice are products of which two methods measured some samples. None of them is
// one whose published figures the demo comes out with.
var oftenMeasuredTwice = []string{"3-CMC", "4-CMC", "2-MMC", "alpha-PVP", "methoxetamine", "6-APB", "4-MMC"}

// shownByStrips are the classes that strips show, without telling which substance it is.
var shownByStrips = []string{"nitazene", "benzodiazepine"}

// besides adds what is rare and has to be told right: a strip with the analysis that explains
// it, or does not, and something unidentified beside what was identified.
func (k *counter) besides(x *item, evidence []lab.Evidence, received int) []lab.Evidence {
	shown := k.shown(x)
	switch {
	case len(shown) > 0 && k.rarely(stripsBefore):
		evidence = slices.Insert(evidence, 0, k.analysis(byStrip, shown, received))
	case len(shown) == 0 && x.form.Dosed() && len(x.holds) > 0 && k.country.dictionary.Within(x.holds[0].Class, "opioid") && k.rarely(stripsAlone):
		evidence = slices.Insert(evidence, 0, k.analysis(byStrip, []lab.Finding{k.ofClass("nitazene")}, received))
	}
	last := &evidence[len(evidence)-1]
	if x.form == lab.Powder && last.Analysis.Conclusion == lab.HasFindings && len(x.found) > 0 && k.rarely(unknownBeside) {
		last.Findings = append(slices.Clone(last.Findings), lab.Finding{SubstanceID: k.country.unknown.ID, Detection: lab.Unidentified, Peaks: 2 * int32(k.beside.IntN(2))})
	}
	return evidence
}

// shown is what strips would show of what is in a sample: its classes.
func (k *counter) shown(x *item) (list []lab.Finding) {
	for _, class := range shownByStrips {
		in := func(f lab.Finding) bool {
			return f.Detection.Counts() && k.country.dictionary.Within(k.country.dictionary.Substances[f.SubstanceID].Class, class)
		}
		if slices.ContainsFunc(x.found, in) {
			list = append(list, k.ofClass(class))
		}
	}
	return list
}

func (k *counter) ofClass(class string) lab.Finding {
	return lab.Finding{SubstanceID: k.country.classes[class], Detection: lab.Indicated}
}

// again is what another method of the laboratory measured of the same: a little less.
func (k *counter) again(f lab.Finding) lab.Finding {
	const percent = 100
	step := int64(1)
	for range 4 - f.Amount.Decimals { // of a mass fraction in percent
		step *= 10
	}
	value := f.Amount.Value * int64(percent-8+k.beside.IntN(9)) / percent
	f.Amount.Value = max(step, value/step*step)
	return f
}

// rarely draws true so many times in a thousand.
func (k *counter) rarely(perMille int) bool { return k.beside.IntN(1000) < perMille }
