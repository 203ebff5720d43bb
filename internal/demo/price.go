package demo

import (
	"math"

	"marquis/internal/lab"
)

// Where visitors had it from, and in which setting; what stands several times is as
// often more common.
var (
	vias = []string{
		"dealer_known", "dealer_known", "dealer_known", "dealer_known", "dealer_known", "dealer_known", "dealer_known", "friend", "friend", "friend",
		"dealer_street", "darknet", "app_social", "app_social", "online_surface", "other", "unknown", "shop",
	}
	medicineVias = []string{"pharmacy_diverted", "friend", "app_social", "online_surface", "dealer_known", "darknet"}
	contexts     = map[string][]string{
		"dealer_street": {"street", "street", "club"}, "darknet": {"online"}, "app_social": {"online", "home", "street"}, "online_surface": {"online"},
		"shop": {"other", "online"}, "found": {"festival", "club", "street"}, "unknown": {"other"},
	}
	otherContexts = []string{"home", "home", "home", "club", "festival", "street"}
)

// quantities are what is bought at once, in thousandths of the unit.
var quantities = map[lab.AmountUnit][]int64{
	lab.Gram:       {1000, 1000, 1000, 1000, 1000, 1000, 500, 500, 2000, 2000, 3000, 5000, 5000, 10_000},
	lab.Piece:      {1000, 1000, 1000, 2000, 2000, 2000, 5000, 5000, 10_000, 10_000, 20_000},
	lab.Millilitre: {5000, 10_000, 10_000, 50_000, 100_000, 250_000},
}

// foreign are other currencies in which a few visitors paid.
var foreign = []string{"USD", "GBP", "CHF", "SEK"}

const euro = "EUR"

// boughtBy is the unit in which a form is bought.
func boughtBy(form lab.Form) lab.AmountUnit {
	switch {
	case form.Dosed():
		return lab.Piece
	case form == lab.Liquid:
		return lab.Millilitre
	}
	return lab.Gram
}

// setPrices draws how the samples of a parcel were acquired and what was paid, so that
// the mean price is that of the year.
func (s *supply) setPrices(p *parcel, items []item) {
	mean := p.price.at(s.year)
	paid := map[lab.AmountUnit][]*item{}
	for i := range items {
		x := &items[i]
		x.via = oneOf(s.Rand, vias...)
		if p.looks == medicine {
			x.via = oneOf(s.Rand, medicineVias...)
		}
		unit := boughtBy(x.form)
		switch drawn := s.IntN(1000); {
		case drawn < 300: // does not tell
		case drawn < 320:
			x.via, x.paid = "gift", lab.Price{Currency: euro, Quantity: 1000, Unit: unit}
		case drawn < 330:
			x.via = "gift"
		case drawn < 336:
			x.via = "found"
		default:
			quantity := oneOf(s.Rand, quantities[unit]...)
			x.paid = lab.Price{Currency: euro, Quantity: quantity, Unit: unit, Amount: s.asked(mean, quantity)}
			if drawn < 347 {
				x.paid.Currency = oneOf(s.Rand, foreign...)
			} else if x.fate < notAnalysed {
				paid[unit] = append(paid[unit], x)
			}
		}
	}
	for _, unit := range lab.AmountUnits {
		settlePrices(paid[unit], mean)
	}
}

// asked draws what is asked for a quantity, in thousandths of a euro: the more at
// once, the less for each.
func (s *supply) asked(mean float64, quantity int64) int64 {
	n := float64(quantity) / 1000
	amount := mean * n * math.Pow(n, -0.13) * math.Exp(s.NormFloat64()*0.22)
	note := 0.5 // to which people round
	switch {
	case amount >= 60:
		note = 5
	case amount >= 12 && s.IntN(3) > 0:
		note = 5
	case amount >= 8:
		note = 1
	}
	return max(1, int64(math.Round(amount/note))) * int64(note*1000)
}

// settlePrices moves what was paid until the mean of the unit prices is the wanted
// one: by whole euros first, by cents only as far as those leave a difference.
func settlePrices(paid []*item, mean float64) {
	const cent, within = 10, 0.002
	sum := int64(0)
	for _, x := range paid {
		each, _ := x.paid.PerUnit()
		sum += each
	}
	target := int64(math.Round(mean * lab.UnitPriceScale * float64(len(paid))))
	for _, step := range []int64{1000, 500, 50, cent} {
		moved := func(i int, by int64) lab.Price {
			p := paid[i].paid
			p.Amount += by * step
			return p
		}
		gain := func(i int, by int64) int64 {
			p := moved(i, by)
			if p.Amount < step {
				return 0
			}
			before, _ := paid[i].paid.PerUnit()
			after, _ := p.PerUnit()
			return after - before
		}
		approach(len(paid), target-sum, int64(within*lab.UnitPriceScale*float64(len(paid))), gain, func(i int, by int64) {
			sum += gain(i, by)
			paid[i].paid = moved(i, by)
		})
	}
}
