package lab

import (
	"reflect"
	"slices"
)

// SampleField is the rules of a field of a sample.
type SampleField struct {
	Key   string // its column, by which forms and mistakes call it too
	rules sampleRules
	At    func(*Sample) any // a pointer to it
	Holds content
	forms []Form // of the samples that have it; nil for all
}

// sampleRules say where a field goes besides. Without any it is hidden from the
// laboratory and told of one sample alone.
type sampleRules uint8

const (
	// seen by whoever only analyses: it tells of what is in the sample, and not of
	// the visitor's life.
	seen sampleRules = 1 << iota
	// ofVisit belongs to the visit: the next sample of it begins with the same.
	ofVisit
	// ofLook tells what the sample was sold as and looks like: a next sample of the same
	// kind takes it over where somebody asks for it.
	ofLook
)

// content is what a field may hold. The zero content allows anything, because
// Sample.Check knows more of the field than this.
type content struct {
	Codes  []string // one of these, or several where the field holds Codes
	needed bool     // must be given
	most   int64    // the largest number, or the characters of a text
}

var anything content

func oneOf[T ~string](v Vocabulary[T]) content { return content{Codes: v.Strings()} }

func needs[T ~string](v Vocabulary[T]) content { return content{Codes: v.Strings(), needed: true} }

func upTo(most int64) content { return content{most: most} }

// Forms of which fields tell how a sample looks and how much there is of it.
var (
	tablets = []Form{Tablet}
	pieces  = []Form{Tablet, Capsule, Blotter}
	shaped  = []Form{Tablet, Capsule, Blotter, Edible, OtherForm}
	amounts = slices.DeleteFunc(slices.Clone(Forms), func(f Form) bool { return f == Residue })
)

// sampleTable is the fields of a sample.
type sampleTable []SampleField

// only returns the sample with nothing but the fields of which a rule holds.
func (t sampleTable) only(s *Sample, rule sampleRules) Sample {
	var kept Sample
	for _, f := range t {
		if f.rules&rule != 0 {
			reflect.ValueOf(f.At(&kept)).Elem().Set(reflect.ValueOf(f.At(s)).Elem())
		}
	}
	return kept
}

// OfVisit is what the next sample of the same visit begins with.
func (s *Sample) OfVisit() Sample { return SampleFields.only(s, ofVisit) }

// OfVisit tells whether the field with the key belongs to the visit.
func OfVisit(key string) bool {
	return slices.ContainsFunc(SampleFields, func(f SampleField) bool { return f.Key == key && f.rules&ofVisit != 0 })
}

// Look is what another sample of the same kind has in common with this one: never how
// much there is of it, what it weighs, nor what was paid.
func (s *Sample) Look() Sample { return SampleFields.only(s, ofLook) }

// Has tells whether a sample of the form can have the field.
func (f Form) Has(field string) bool {
	i := slices.IndexFunc(SampleFields, func(x SampleField) bool { return x.Key == field })
	return i >= 0 && Forms.Has(f) && (SampleFields[i].forms == nil || slices.Contains(SampleFields[i].forms, f))
}

// Unit returns the unit in which an amount of the form is usually given.
func (f Form) Unit() AmountUnit {
	switch {
	case f.Dosed() || f == Edible:
		return Piece
	case f == Liquid:
		return Millilitre
	}
	return Gram
}

// scales are those on which the content of a form is told, the usual one first. Of forms that
// are not named it is told as anything.
var scales = map[Form][]Scale{
	Tablet: {PerUnit, MassFraction}, Capsule: {PerUnit, MassFraction}, Blotter: {PerUnit},
	Powder: {MassFraction}, Crystal: {MassFraction}, Paste: {MassFraction}, Liquid: {Concentration, MassFraction},
}

// Scale returns the scale on which the content of the form is usually told.
func (f Form) Scale() Scale {
	if told, known := scales[f]; known {
		return told[0]
	}
	return MassFraction
}

// ContentUnit is the unit in which the content of the form is typed first, and told in
// figures: micrograms of a blotter.
func (f Form) ContentUnit() string {
	if f == Blotter {
		return microgram
	}
	return f.Scale().Unit()
}

// toldIn tells that nothing is to be asked about the content of the form on the scale. A
// ratio has no unit that could be wrong.
func (f Form) toldIn(scale Scale) bool {
	told, known := scales[f]
	return !known || scale == Ratio || slices.Contains(told, scale)
}

// countedIn tells that nothing is to be asked about so many of the unit of the form: tablets,
// capsules and blotters are counted, and powders, crystals and pastes weighed.
func (f Form) countedIn(unit AmountUnit) bool {
	sure := f.Dosed() || f == Powder || f == Crystal || f == Paste
	return !sure || !AmountUnits.Has(unit) || unit == f.Unit()
}
