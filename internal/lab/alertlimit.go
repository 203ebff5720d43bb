package lab

import (
	"cmp"
	"slices"
	"strings"
)

// AlertLimit is the amount of a substance in one tablet, capsule or blotter above which the
// country wants to be told at once. It is set here by a person, never by the program, and
// changed by a newer version; one without an amount ends it.
type AlertLimit struct {
	SubstanceID SubstanceID
	Form        Form // empty: every dosed form that has none of its own
	Version     int32
	Amount      Amount `gorm:"embedded;embeddedPrefix:amount_"`
	Basis       Basis  // that the source gave: base, a salt, or unknown
	Source      string // the document by title, date and place; of an end, why
	AuthorID    Optional
	At          Instant
}

// Ends tells that there is no limit from this version on.
func (l *AlertLimit) Ends() bool { return l.Amount.Value == 0 }

// DosedForms are the forms that can have an alert limit.
func DosedForms() (forms []Form) {
	return slices.DeleteFunc(slices.Clone(Forms), func(f Form) bool { return !f.Dosed() })
}

// LimitBases are what a limit of the substance can count.
func (s *Substance) LimitBases() []Basis {
	return slices.DeleteFunc(s.Bases(), func(b Basis) bool { return b == BasisAsFound })
}

// MayLimit refuses an actor who may not set alert limits, which hold for all services: it
// takes an administrator or coordinator of all services.
func MayLimit(by Actor) error {
	m := &move{act: SetAlertLimit, who: []UserRole{Administrator, Coordinator}}
	return m.allow(by, 0)
}

// SetAlertLimits gives the dictionary the limits that were set here, in any order.
func (d *Dictionary) SetAlertLimits(list []AlertLimit) {
	d.AlertLimits = map[SubstanceID][]AlertLimit{}
	for _, l := range list {
		d.AlertLimits[l.SubstanceID] = append(d.AlertLimits[l.SubstanceID], l)
	}
	for _, versions := range d.AlertLimits {
		slices.SortFunc(versions, func(a, b AlertLimit) int {
			return cmp.Or(cmp.Compare(a.Form, b.Form), cmp.Compare(a.Version, b.Version))
		})
	}
}

// LastAlertLimit is the newest version of the limit of a substance and form, which may end
// it; empty where none was ever set.
func (d *Dictionary) LastAlertLimit(id SubstanceID, form Form) AlertLimit {
	last := AlertLimit{SubstanceID: id, Form: form}
	for _, l := range d.AlertLimits[id] {
		if l.Form == form {
			last = l
		}
	}
	return last
}

// CheckAlertLimit reports the mistakes of a limit that somebody sets, who has seen the
// version before it: its own Version.
func (d *Dictionary) CheckAlertLimit(l AlertLimit) error {
	last := d.LastAlertLimit(l.SubstanceID, l.Form)
	var errs FieldErrors
	errs.checkLimited(d, l.SubstanceID)
	errs.Check(l.Form == "" || l.Form.Dosed(), "form", "%q is not a form that is taken one by one: choose tablet, capsule or blotter, or leave it open.", string(l.Form))
	errs.Check(strings.TrimSpace(l.Source) != "", "source", "Say what the limit rests on: the document, its date and the place in it.")
	checkFree(&errs, "source", l.Source, maxReason)
	if l.Ends() {
		errs.Check(last.Version > 0 && !last.Ends(), "amount", "There is no limit that could end: give the amount with its unit, such as 300 mg.")
	} else {
		errs.Check(l.Amount.Scale == PerUnit && l.Amount.Value > 0 && l.Amount.Value <= maxAmount[PerUnit], "amount", "Give what one unit may hold at most, in mg or µg.")
		s := d.Own(l.SubstanceID)
		errs.Check(s == nil || slices.Contains(s.LimitBases(), l.Basis), "basis",
			"%q is no basis for this substance: use base, one of its salts, or unknown where the source does not say.", l.Basis)
	}
	if err := errs.Err(); err != nil {
		return err
	}
	if last.Version != l.Version {
		return &StaleError{Have: last.Version, Want: l.Version, Changed: Differences(last, l)}
	}
	if last.Amount.Value == l.Amount.Value && last.Basis == l.Basis && last.Source == l.Source {
		errs.Check(false, "amount", "This limit stands already: change something.")
	}
	return errs.Err()
}

// checkLimited refuses what can have no limit: a class has no amount, and what is merged is
// read as another entry.
func (e *FieldErrors) checkLimited(d *Dictionary, id SubstanceID) {
	s := d.Own(id)
	switch {
	case s == nil:
		e.Check(false, "substance", "Choose a substance of the dictionary.")
	case s.WholeClass || s.Class == UnidentifiedClass:
		e.Check(false, "substance", "A class has no amount, and so no limit: name the substances of it one by one.")
	case d.Merged(id) != nil:
		e.Check(false, "substance", "It is merged into another: set the limit of that one.")
	}
}

// alertLimit is the limit that stands for a substance in a form, in base: of its own and
// those of the entries that were merged into it the strictest, and one of the form before
// one of every form.
func (d *Dictionary) alertLimit(id SubstanceID, form Form) (base int64, stands bool) {
	if !form.Dosed() {
		return 0, false
	}
	for _, of := range []Form{form, ""} {
		for own := range d.AlertLimits {
			last := d.LastAlertLimit(own, of)
			if d.Resolve(own) != d.Resolve(id) || last.Ends() {
				continue
			}
			if limit := d.strictest(own, &last); !stands || limit < base {
				base, stands = limit, true
			}
		}
		if stands {
			return base, true
		}
	}
	return 0, false
}

// strictest is a limit in base. Where its source does not say what it counts, or that cannot
// be reckoned any more, it is read as what gives the least of it.
func (d *Dictionary) strictest(id SubstanceID, l *AlertLimit) int64 {
	s := d.Own(id)
	if base, known := s.ToBase(l.Amount.Value, l.Basis); known {
		return base
	}
	least := l.Amount.Value
	for _, b := range s.Bases() {
		if base, known := s.ToBase(l.Amount.Value, b); known {
			least = min(least, base)
		}
	}
	return least
}

// AboveAlertLimit tells that an amount of a substance in a sample is above the alert limit
// that stands for its form. What is told as a part of the sample is reckoned by the weight of
// it, where that is known. An amount of which nobody knows what it counts is read as base,
// the larger reading.
func (d *Dictionary) AboveAlertLimit(id SubstanceID, x *Sample, a Amount, basis Basis) bool {
	limit, stands := d.alertLimit(id, x.Form)
	if !stands || a.Value == 0 {
		return false
	}
	s := d.Substances[id]
	base, known := s.ToBase(a.Value, basis)
	if !known {
		base = a.Value
	}
	each, ok := Amount{Value: base, Scale: a.Scale}.inScale(PerUnit, x.WeightUG)
	return ok && !s.WholeClass && each > limit
}
