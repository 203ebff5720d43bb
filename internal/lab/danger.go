package lab

import "slices"

// Danger is how bad it is to meet a substance unannounced.
type Danger string

// The dangers, the least first. That a substance has none is for the registry's own
// reckoning: it is told to nobody.
const (
	DangerNone    Danger = "none"
	DangerRaised  Danger = "raised"
	DangerHigh    Danger = "high"
	DangerExtreme Danger = "extreme"
)

// Dangers is the vocabulary of Danger, in its order.
var Dangers = Vocabulary[Danger]{DangerNone, DangerRaised, DangerHigh, DangerExtreme}

// AtLeast tells whether it is as bad as another, or worse.
func (d Danger) AtLeast(other Danger) bool {
	return slices.Index(Dangers, d) >= slices.Index(Dangers, other)
}

// Judgement is a danger with where it comes from.
type Judgement struct {
	Danger Danger
	Source string // key of the source; empty where nobody has judged
	Class  string // the class that was judged; empty where the substance itself was, or nothing
}

// Danger tells how bad it is to meet a substance unannounced.
func (d *Dictionary) Danger(id SubstanceID) Danger { return d.DangerJudged(id).Danger }

// DangerJudged tells the danger of a substance and where it comes from: its own, or else
// that of its class or the nearest class above that has one. Of what nobody has judged, and
// of what is not reviewed, it is high at least.
func (d *Dictionary) DangerJudged(id SubstanceID) Judgement {
	s, known := d.Substances[id]
	if !known {
		return Judgement{Danger: DangerHigh}
	}
	j := Judgement{Danger: s.Danger, Source: s.DangerSource}
	if s.Danger == "" {
		j = d.ClassDangerJudged(s.Class)
	}
	if !s.Reviewed && !j.Danger.AtLeast(DangerHigh) {
		return Judgement{Danger: DangerHigh}
	}
	return j
}

// ClassDanger tells how bad it is to meet a member of a class unannounced, where nobody
// knows which.
func (d *Dictionary) ClassDanger(code string) Danger { return d.ClassDangerJudged(code).Danger }

// ClassDangerJudged tells the danger of a class and where it comes from: its own, or else
// that of the nearest class above that has one; without any it is high.
func (d *Dictionary) ClassDangerJudged(code string) Judgement {
	for range len(d.Classes) {
		c, known := d.Classes[code]
		if !known {
			break
		}
		if c.Danger != "" {
			return Judgement{c.Danger, c.DangerSource, code}
		}
		code = c.Parent
	}
	return Judgement{Danger: DangerHigh}
}

// checkDanger refuses a danger that is none of the vocabulary, or that nobody answers for.
func checkDanger(errs *FieldErrors, field string, danger Danger, source string) {
	checkOptional(errs, field, danger, Dangers)
	errs.Check((danger == "") == (source == ""), field, "Give the source of the danger, and a danger to the source.")
}
