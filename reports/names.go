package reports

import (
	"cmp"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// dutch is the language of the second names in the dictionary.
const dutch = "nl"

// What the statistics say of several forms or bands together.
const (
	powderAndCrystal = "powder+crystal"
	allQuantities    = "all"
)

// productName names a product in the report's language.
func (b *book) productName(id lab.ProductID, otherwise string) string {
	return b.named(statistics.ProductName(b.Dictionary, id), otherwise)
}

func (b *book) named(name statistics.Text, otherwise string) string {
	if b.Language == dutch {
		return cmp.Or(name.Dutch, name.English, otherwise)
	}
	return cmp.Or(name.English, otherwise)
}

func (b *book) entryName(e *statistics.Entry) string { return b.productName(e.ProductID, e.Product) }

// substanceName names a substance in the report's language.
func (b *book) substanceName(id lab.SubstanceID, otherwise string) string {
	return b.named(statistics.SubstanceName(b.Dictionary, id), otherwise)
}

// expectedName names a set of expectations.
func (b *book) expectedName(tokens string) string {
	var names []string
	for token := range strings.FieldsSeq(tokens) {
		e := lab.ParseExpected(token)
		if e.Class == "" {
			names = append(names, b.substanceName(lab.SubstanceID(e.SubstanceID), token))
			continue
		}
		c := b.Dictionary.Classes[e.Class]
		name := cmp.Or(c.NameEN, e.Class)
		if b.Language == dutch {
			name = cmp.Or(c.NameNL, name)
		}
		names = append(names, name)
	}
	return strings.Join(names, " + ")
}

// formName names a form, or powder and crystal together.
func (b *book) formName(form string) string {
	if form == powderAndCrystal {
		return b.text("report.form_powder_crystal")
	}
	return b.locale.Code(locale.Forms, form)
}

// quantityName names a band of the quantity bought, or all of them.
func (b *book) quantityName(quantity string) string {
	if quantity == allQuantities {
		return b.text("report.quantity_all")
	}
	return b.locale.Code(locale.PriceBands, quantity)
}

// reasonName names the reason why a sample is not released: its state, and of one
// that was not analysed also why.
func (b *book) reasonName(reason string) string {
	state, why, more := strings.Cut(reason, ": ")
	state = strings.ReplaceAll(state, " ", "_")
	name := b.locale.Code(locale.SampleStates, state)
	if more {
		name += ": " + b.locale.Code(locale.NotAnalysedReasons, why)
	}
	return name
}

// sum adds the counts of a map.
func sum[K comparable](counts map[K]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// percent returns n of of in percent, nil of nothing.
func percent(n, of int) *float64 {
	if of == 0 {
		return nil
	}
	p := 100 * float64(n) / float64(of)
	return &p
}

// proportion returns the cells n, of, percent and the bounds of the interval.
func proportion(p statistics.Proportion) []any {
	low, high := interval(p.CI95)
	return []any{p.N, p.Of, p.Percent, low, high}
}

// interval returns the bounds, nil for none.
func interval(ci *statistics.Interval) (low, high *float64) {
	if ci == nil {
		return nil, nil
	}
	return &ci[0], &ci[1]
}

// withheld says why figures of n amounts are not shown.
func (b *book) withheld(n int, tails bool) string {
	switch {
	case n < statistics.MeanFrom:
		return b.text("report.withheld_mean", "Least", statistics.MeanFrom)
	case n < statistics.TailsFrom && tails:
		return b.text("report.withheld_tails", "Least", statistics.TailsFrom)
	}
	return ""
}
