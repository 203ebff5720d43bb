package lab

import "slices"

// Sign is something that is seen on somebody who is in danger.
type Sign string

// The signs that are told.
const (
	SignBreathing   Sign = "breathing" // slow, or stopped
	SignNotWoken    Sign = "not_woken" // cannot be woken
	SignOverheating Sign = "overheating"
	SignSeizure     Sign = "seizure"
	SignChestPain   Sign = "chest_pain"
	SignConfusion   Sign = "confusion"
)

// Signs is the vocabulary of Sign, in the order in which they are told.
var Signs = Vocabulary[Sign]{SignBreathing, SignNotWoken, SignOverheating, SignSeizure, SignChestPain, SignConfusion}

// signsOf are the signs that fit the members of a class. It is the working judgement of the
// founders, unreviewed. A class without an entry has those of the nearest class above, and
// what is in none has all.
var signsOf = map[string][]Sign{
	"opioid":                {SignBreathing, SignNotWoken},
	"depressant":            {SignBreathing, SignNotWoken},
	"alpha2_agonist":        {SignBreathing, SignNotWoken},
	"dissociative":          {SignBreathing, SignNotWoken, SignConfusion},
	"stimulant":             {SignOverheating, SignSeizure, SignChestPain, SignConfusion},
	"psychedelic":           {SignOverheating, SignSeizure, SignConfusion},
	"cannabinoid":           {SignNotWoken, SignSeizure, SignChestPain, SignConfusion},
	"anticholinergic":       {SignNotWoken, SignOverheating, SignSeizure, SignConfusion},
	"synthetic_cannabinoid": {SignNotWoken, SignSeizure, SignChestPain, SignConfusion},
}

// Signs are the signs that fit what a result tells, of which serious results and those that
// ask for caution remind: of all that was found and is more than inert, or all signs where
// nobody knows what is there.
func (d *Dictionary) Signs(w *Weighed) (list []Sign) {
	if w.Attention != Serious && w.Attention != Caution {
		return nil
	}
	fit := map[Sign]bool{}
	for i := range w.Findings {
		if x := &w.Findings[i]; x.Danger.AtLeast(DangerRaised) {
			for _, sign := range d.signs(d.Substances[x.SubstanceID].Class) {
				fit[sign] = true
			}
		}
	}
	for _, sign := range Signs {
		if fit[sign] || len(fit) == 0 || w.Outcome == NothingDetected || w.Outcome == OutcomeInconclusive {
			list = append(list, sign)
		}
	}
	return list
}

func (d *Dictionary) signs(class string) []Sign {
	for range d.Classes {
		if list, ok := signsOf[class]; ok {
			return list
		}
		class = d.Classes[class].Parent
	}
	return Signs
}

// Opioid tells that an opioid was found, in whatever way.
func (d *Dictionary) Opioid(w *Weighed) bool {
	return slices.ContainsFunc(w.Findings, func(x Weight) bool {
		return x.Detection.Found() && d.Within(d.Substances[x.SubstanceID].Class, "opioid")
	})
}
