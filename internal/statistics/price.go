package statistics

import (
	"cmp"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// allQuantities is the quantity under which all bands are told together.
const allQuantities = "all"

// price lists the prices in the currency of the scope: per unit all of them, and
// each band of the quantity bought.
func (c *computation) price(x *cell) []Price {
	list := []Price{}
	for _, unit := range lab.AmountUnits {
		all := &counts{}
		var rows []Price
		for _, band := range lab.PriceBands {
			if paid, ok := x.prices[priceKey{c.scope.Currency, unit, band}]; ok {
				all.merge(paid)
				rows = append(rows, c.priceRow(unit, string(band), paid))
			}
		}
		if len(rows) > 0 {
			list = append(append(list, c.priceRow(unit, allQuantities, all)), rows...)
		}
	}
	return list
}

func (c *computation) priceRow(unit lab.AmountUnit, quantity string, paid *counts) Price {
	n, s := summarise(paid, perCurrency)
	return Price{
		Currency: c.scope.Currency, Unit: unit, Quantity: quantity, N: n, Mean: s.Mean, Median: s.Median,
		P25: s.P25, P75: s.P75, MeanCI95: s.MeanCI95, SD: s.SD, Min: s.Min, Max: s.Max,
	}
}

func (p Price) summary() Summary {
	return Summary{Mean: p.Mean, MeanCI95: p.MeanCI95, SD: p.SD, Median: p.Median, P25: p.P25, P75: p.P75, Min: p.Min, Max: p.Max}
}

// otherCurrencies counts the prices that are in none of the figures.
func (c *computation) otherCurrencies(x *cell) map[string]int {
	other := map[string]int{}
	for key, paid := range x.prices {
		if key.currency == c.scope.Currency {
			continue
		}
		for _, r := range paid.runs() {
			other[key.currency] += r.n
		}
	}
	return other
}

// purePrice lists the prices of a pure gram of the expected substances, whatever
// the quantity bought.
func (c *computation) purePrice(x *cell) []PurePrice {
	list := []PurePrice{}
	for id, s := range x.substances {
		if paid, ok := s.purePrices[c.scope.Currency]; ok {
			list = append(list, PurePrice{c.name(id), c.priceRow(lab.Gram, allQuantities, paid), id})
		}
	}
	slices.SortFunc(list, func(a, b PurePrice) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Substance, b.Substance))
	})
	return list
}
