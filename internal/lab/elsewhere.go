package lab

import (
	"cmp"
	"reflect"
	"slices"
)

// Recorded is a sample that was imported before: its id at the source, and the digest of what
// the source said of it.
type Recorded struct{ Ref, Digest string }

// Elsewhere is a sample that another service recorded, with what was found in it. Of the
// service no more is told than its code.
type Elsewhere struct {
	Service string
	File
}

// SameElsewhere tells that two files of two services may be of one sample: people take their ids
// at the source for one another, they were received on one day or on two beside each other, and
// what was found is the same. Where one of them says less, nothing that both tell may differ.
func (d *Dictionary) SameElsewhere(a, b *File) bool {
	if !RefKeyOf(a.Sample.SourceRef).Meets(RefKeyOf(b.Sample.SourceRef)) || !a.Sample.ReceivedOn.Beside(b.Sample.ReceivedOn) {
		return false
	}
	looked := min(len(a.Evidence), len(b.Evidence)) > 0
	switch {
	case looked && slices.Equal(d.sayings(a), d.sayings(b)), len(a.Evidence)+len(b.Evidence) == 0 && a.Sample.SourceDigest == b.Sample.SourceDigest:
		return true
	case !looked && a.Sample.ReceivedOn != b.Sample.ReceivedOn, d.differ(&a.Sample, &b.Sample):
		return false // a day and a look alone are too little where the days are two
	}
	amounts := false
	if looked {
		one, other := d.foundIn(a), d.foundIn(b)
		within, measured := one.within(other)
		turned, _ := other.within(one)
		if amounts = measured; !within && !turned {
			return false
		}
	}
	return amounts || len(RefKeyOf(a.Sample.SourceRef).joined) >= ownID || looksAlike(&a.Sample, &b.Sample)
}

// ownID is how many signs of an id are more than the running numbers that two services reach on
// the same day.
const ownID = 4

// differ tells that two samples are told to be of two products, or to look differently: in a field
// that both tell.
func (d *Dictionary) differ(a, b *Sample) bool {
	known := a.ProductID != 0 && a.ProductID == b.ProductID
	return slices.ContainsFunc(SampleFields, func(f SampleField) bool {
		return tellsSameSample(f) && !(known && f.Key == "sold_as_text") && bothTell(f, a, b) && !sameLook(f, a, b)
	})
}

// looksAlike tells that two samples have something in common that few have, besides product and form.
func looksAlike(a, b *Sample) bool {
	common := []string{"product_id", "sold_as_text", "form", "shape", "colours"}
	return slices.ContainsFunc(SampleFields, func(f SampleField) bool {
		return tellsSameSample(f) && !slices.Contains(common, f.Key) && bothTell(f, a, b) && sameLook(f, a, b)
	})
}

// tellsSameSample tells that a field is the same of a sample whoever records it.
func tellsSameSample(f SampleField) bool { return f.rules&ofLook != 0 || f.Key == "weight_ug" }

// bothTell tells that a field is recorded with both samples. Another form than the known ones says
// nothing.
func bothTell(f SampleField, a, b *Sample) bool {
	says := func(s *Sample) bool {
		v := reflect.ValueOf(f.At(s)).Elem()
		return !v.IsZero() && v.Interface() != OtherForm
	}
	return says(a) && says(b)
}

// sameLook tells that two samples have the same in a field: of several codes one in common.
func sameLook(f SampleField, a, b *Sample) bool {
	one, other := reflect.ValueOf(f.At(a)).Elem(), reflect.ValueOf(f.At(b)).Elem()
	if codes, several := one.Interface().(Codes); several {
		return slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(other.Interface().(Codes), code) })
	}
	if one.Kind() == reflect.String {
		return Fold(one.String()) == Fold(other.String())
	}
	return one.Equal(other)
}

// saying is what one analysis says of one substance, or that it found none.
type saying struct {
	on         Date
	conclusion Conclusion
	substance  SubstanceID
	detection  Detection
	amount     Amount // its decimals are how it was written
	basis      Basis
}

// sayings are what the analyses of a file say, in an order of their own.
func (d *Dictionary) sayings(f *File) []saying {
	var all []saying
	for _, e := range f.Evidence {
		if len(e.Findings) == 0 {
			all = append(all, saying{on: e.Analysis.PerformedOn, conclusion: e.Analysis.Conclusion})
		}
		for _, x := range e.Findings {
			all = append(all, saying{e.Analysis.PerformedOn, e.Analysis.Conclusion, d.Resolve(x.SubstanceID), x.Detection, Amount{Value: x.Amount.Value, Scale: x.Amount.Scale}, x.Basis})
		}
	}
	slices.SortFunc(all, func(a, b saying) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.substance, b.substance), cmp.Compare(a.detection, b.detection),
			cmp.Compare(a.amount.Value, b.amount.Value), cmp.Compare(a.basis, b.basis), cmp.Compare(a.conclusion, b.conclusion))
	})
	return all
}

// whatFound is what the analyses of a file found or ruled out, by substance, on whatever day.
type whatFound map[SubstanceID][]Finding

func (d *Dictionary) foundIn(f *File) whatFound {
	found := whatFound{}
	for _, e := range f.Evidence {
		for _, x := range e.Findings {
			id := d.Resolve(x.SubstanceID)
			found[id] = append(found[id], x)
		}
	}
	return found
}

// within tells that all that was found stands in the other too, and that nothing that both tell of
// a substance differs; and whether they have an amount in common. Where one found nothing at all so
// did the other.
func (w whatFound) within(other whatFound) (within, measured bool) {
	for id, said := range w {
		agree := false
		for i := range said {
			agree = agree || slices.ContainsFunc(other[id], func(x Finding) bool { return said[i].agreesWith(&x) })
			measured = measured || slices.ContainsFunc(other[id], func(x Finding) bool { return said[i].sameAmount(&x) })
		}
		if !agree && (anySeen(said) || len(other[id]) > 0) {
			return false, false
		}
	}
	return w.anything() == other.anything(), measured
}

// anything tells that something was found.
func (w whatFound) anything() bool {
	for _, said := range w {
		if anySeen(said) {
			return true
		}
	}
	return false
}

// isSeen tells that a finding is of what the analysis saw, whatever it is.
func (f *Finding) isSeen() bool { return f.Detection != NotDetected }

func anySeen(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.isSeen() })
}

// agreesWith tells that two findings of a substance can be of one sample: both saw it or neither,
// and two amounts are the same.
func (f *Finding) agreesWith(x *Finding) bool {
	return f.isSeen() == x.isSeen() && (f.Amount.Scale == "" || x.Amount.Scale == "" || f.sameAmount(x))
}

// sameAmount tells that two amounts are one, perhaps rounded to fewer decimals in one of them, on
// bases that are not told to be two.
func (f *Finding) sameAmount(x *Finding) bool {
	a, b := f.Amount, x.Amount
	if a.Scale == "" || a.Scale != b.Scale || f.Basis != x.Basis && f.Basis != BasisUnknown && x.Basis != BasisUnknown {
		return false
	}
	step := int64(1)
	for range shownPower[a.Scale] - int(min(a.Decimals, b.Decimals)) {
		step *= 10
	}
	if a.Decimals == b.Decimals {
		return a.Value == b.Value
	}
	return max(a.Value-b.Value, b.Value-a.Value)*2 <= step
}
