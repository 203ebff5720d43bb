package lab

import (
	"maps"
	"slices"
)

// UsualLeast is how many amounts, or prices, tell what is usual.
const UsualLeast = 20

// Usual tells what is usual of amounts and prices, where enough is on record. The zero Usual
// knows nothing.
type Usual struct {
	Amount func(SubstanceID, Form, Scale) (int64, bool) // as base
	Price  func(ProductID, Price) int64                 // of a unit, in millionths; 0 where nobody knows

	Own *OwnUsual // what is usual in the files of an import, where they hold what is not; or nil
}

// In tells the usual amounts in a form, as Plausibility asks for them.
func (u Usual) In(form Form) func(SubstanceID, Scale) (int64, bool) {
	return func(id SubstanceID, scale Scale) (int64, bool) {
		if u.Amount == nil {
			return 0, false
		}
		return u.Amount(id, form, scale)
	}
}

// PriceOf is the usual price of what is sold like a sample, as Doubts asks for it.
func (u Usual) PriceOf(s *Sample) int64 {
	if _, paid := s.Price.PerUnit(); u.Price == nil || !paid {
		return 0
	}
	return u.Price(s.ProductID, s.Price)
}

// Plausibility warns of findings that are imported: by what is on record, and by what the
// files themselves hold beside it.
func (u Usual) Plausibility(d *Dictionary, s *Sample, findings []Finding) []FieldError {
	warnings := Plausibility(d, s, findings, u.In(s.Form))
	if u.Own == nil {
		return warnings
	}
	errs := FieldErrors(warnings)
	for i := range findings {
		f := &findings[i]
		if substance := d.Substances[f.SubstanceID]; f.Detection == Quantified && substance != nil {
			checkUsual(&errs, FindingField(i, "amount"), substance, f, u.Own.tallies[amountOf{f.SubstanceID, s.Form, f.Amount.Scale}].usual())
		}
	}
	return errs
}

// Beside adds to what an imported sample is held against the usual price of it.
func (u Usual) Beside(s *Sample, at Counter) Counter {
	at.UsualPrice = u.PriceOf(s)
	if u.Own != nil && s.Price.Recorded() {
		at.OwnPrice = u.Own.tallies[priceOf{s.ProductID, s.Price.Currency, s.Price.Unit}].usual()
	}
	return at
}

// OwnUsual is what is usual in the files of an import: the median of a substance in a form,
// and of a price, of which the registry knows too little. It is asked beside all else: a file
// that is wrong throughout is usual to itself.
type OwnUsual struct {
	known   Usual
	tallies map[any]*tally // by amountOf or priceOf
}

type amountOf struct {
	substance SubstanceID
	form      Form
	scale     Scale
}

type priceOf struct {
	product  ProductID
	currency string
	unit     AmountUnit
}

// NewOwnUsual returns what files hold beside what is known; nothing yet.
func NewOwnUsual(known Usual) *OwnUsual {
	return &OwnUsual{known: known, tallies: map[any]*tally{}}
}

// AddAmounts adds the amounts of an analysis of a sample of a form.
func (o *OwnUsual) AddAmounts(d *Dictionary, form Form, findings []Finding) {
	for i := range findings {
		f := &findings[i]
		substance := d.Substances[f.SubstanceID]
		if f.Detection != Quantified || substance == nil {
			continue
		}
		if _, known := o.known.In(form)(f.SubstanceID, f.Amount.Scale); known {
			continue
		}
		base, known := substance.ToBase(f.Amount.Value, f.Basis)
		if !known {
			base = f.Amount.Value // most files tell no basis, and a salt is not a tenth
		}
		o.tallyOf(amountOf{f.SubstanceID, form, f.Amount.Scale}).add(base)
	}
}

// AddPrice adds the price of a sample.
func (o *OwnUsual) AddPrice(s *Sample) {
	if each, paid := s.Price.PerUnit(); paid && s.Price.Comparable() && o.known.PriceOf(s) == 0 {
		o.tallyOf(priceOf{s.ProductID, s.Price.Currency, s.Price.Unit}).add(each)
	}
}

// Strays tells that something in the files is out of what is usual in them.
func (o *OwnUsual) Strays() bool {
	for _, t := range o.tallies {
		if median := t.usual(); median > 0 && (t.most >= outOfTheUsual*median || outOfTheUsual*t.least <= median) {
			return true
		}
	}
	return false
}

// tally counts numbers.
type tally struct {
	counts      map[int64]int32
	all         int
	least, most int64
	median      int64
}

func (o *OwnUsual) tallyOf(what any) *tally {
	t := o.tallies[what]
	if t == nil {
		t = &tally{counts: map[int64]int32{}}
		o.tallies[what] = t
	}
	return t
}

func (t *tally) add(n int64) {
	if t.all == 0 {
		t.least = n
	}
	t.least, t.most, t.median = min(t.least, n), max(t.most, n), 0
	t.counts[n]++
	t.all++
}

// usual is the median, 0 where it is of too few.
func (t *tally) usual() int64 {
	if t == nil || t.all < UsualLeast {
		return 0
	}
	passed, numbers := 0, slices.Sorted(maps.Keys(t.counts))
	for i := 0; t.median == 0 && i < len(numbers); i++ {
		if passed += int(t.counts[numbers[i]]); passed > t.all/2 {
			t.median = numbers[i]
		}
	}
	return t.median
}
