package lab

import (
	"math/big"
	"regexp"
	"strings"

	"golang.org/x/text/currency"
)

// Quantity is how much of something there is.
type Quantity struct {
	Thousandths int64
	Unit        AmountUnit  // empty where none was written
	Marked      Thousandths // see marked
}

// measureUnit is a word for a unit, and how many thousandths of it one is.
type measureUnit struct {
	unit  AmountUnit
	steps int64
}

// measureUnits are the words for units that people write behind a number.
var measureUnits = map[string]measureUnit{
	"mg": {Gram, 1}, "g": {Gram, 1000}, "gr": {Gram, 1000}, "gram": {Gram, 1000}, "grams": {Gram, 1000},
	"ml": {Millilitre, 1000}, "millilitre": {Millilitre, 1000}, "millilitres": {Millilitre, 1000}, "milliliter": {Millilitre, 1000},
	"piece": {Piece, 1000}, "pieces": {Piece, 1000}, "pc": {Piece, 1000}, "pcs": {Piece, 1000},
	"stuk": {Piece, 1000}, "stuks": {Piece, 1000}, "st": {Piece, 1000},
}

// markedForm is a number of which the mark may stand between thousands: 2.500.
var markedForm = regexp.MustCompile(`^[1-9][0-9]{0,2}[.,][0-9]{3}$`)

// marked is the number as it is read where its mark may stand between thousands as well as
// before decimals; else 0.
func marked(number string) Thousandths {
	if !markedForm.MatchString(number) {
		return 0
	}
	n, _ := steps(number, 1000)
	return Thousandths(n)
}

// measureForm is a number with a word behind it.
var measureForm = regexp.MustCompile(`^(.*[0-9.,]) ?([a-z]+)$`)

// ReadQuantity reads how much there is, with its unit behind it or without: 0,3, 80 mg,
// 2 pieces. Nothing is zero, and so is what cannot be read, which is a mistake in the field.
func (e *FieldErrors) ReadQuantity(field, text string) Quantity {
	said := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if said == "" {
		return Quantity{}
	}
	number, unit := said, measureUnit{"", 1000}
	if parts := measureForm.FindStringSubmatch(said); parts != nil {
		known := false
		number = parts[1]
		if unit, known = measureUnits[parts[2]]; !known {
			e.Check(false, field, "%q is no unit for this: use mg, g, ml or pieces.", shortened(parts[2]))
			return Quantity{}
		}
	}
	n, ok := steps(number, unit.steps)
	if _, isNumber := steps(number, 1000); !ok && isNumber && unit.steps == 1 {
		e.Check(false, field, "%q is finer than a milligram, which is the finest that is kept here. Write thousands without a mark: 1500 mg.", shortened(text))
		return Quantity{}
	}
	e.Check(ok, field, "%q is not a number of at most three decimals.", shortened(text))
	return Quantity{n, unit.unit, marked(number)}
}

// ReadWeight reads the weight of one unit in micrograms: 412, 412 mg or 0,412 g.
func (e *FieldErrors) ReadWeight(field, text string) int64 {
	said := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if said == "" {
		return 0
	}
	number, milligram := said, int64(1000)
	if before, isMilligrams := strings.CutSuffix(said, "mg"); isMilligrams {
		number = before
	} else if before, isGrams := strings.CutSuffix(said, "g"); isGrams {
		number, milligram = before, 1_000_000
	}
	n, ok := steps(number, milligram)
	e.Check(ok, field, "%q is not a weight such as 412, 412 mg or 0,412 g.", shortened(text))
	return n
}

// steps is a number in whole steps, of which so many make one. It refuses what is finer,
// negative or beyond all measure.
func steps(number string, one int64) (int64, bool) {
	d, err := ParseDecimal(number)
	if err != nil {
		return 0, false
	}
	n, err := d.Scaled(big.NewRat(one, 1))
	exact := err == nil && n >= 0 && n <= maxThousandths && d.rat().Cmp(big.NewRat(n, one)) == 0
	if !exact {
		return 0, false
	}
	return n, true
}

// SaidPrice is a price as somebody wrote it. What was not written is empty.
type SaidPrice struct {
	Amount   int64
	Currency string
	For      Quantity
	Marked   Thousandths // see marked
}

var (
	// priceForm is a currency, an amount, a currency, and for how much.
	priceForm = regexp.MustCompile(`^(€|£|[a-z]{3})? ?(-?[0-9][0-9.,]*?)(?:[.,][-–—=]+)? ?(€|£|[a-z]{3})?(?: ?(?:/| per | for | voor ) ?(.+))?$`)
	// currencySigns are the signs that stand for one currency alone.
	currencySigns = map[string]string{"€": "EUR", "£": "GBP"}
)

// ReadPrice reads what was paid, with its currency and for how much, or without: 3,50,
// € 3,-, 25 EUR, 60 / 5 g. What cannot be read is a mistake in the field.
func (e *FieldErrors) ReadPrice(field, text string) SaidPrice {
	said := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if said == "" {
		return SaidPrice{}
	}
	parts := priceForm.FindStringSubmatch(said)
	if parts == nil || parts[1] != "" && parts[3] != "" {
		e.notPriced(false, field, text)
		return SaidPrice{}
	}
	n, ok := steps(parts[2], 1000)
	e.notPriced(ok, field, text)
	p := SaidPrice{Amount: n, Currency: strings.ToUpper(parts[1] + parts[3]), Marked: marked(parts[2])}
	if sign, isSign := currencySigns[parts[1]+parts[3]]; isSign {
		p.Currency = sign
	} else if _, err := currency.ParseISO(p.Currency); p.Currency != "" && err != nil {
		e.notPriced(false, field, text)
		return SaidPrice{}
	}
	if parts[4] != "" {
		p.For = e.ReadQuantity(field, parts[4])
	}
	return p
}

func (e *FieldErrors) notPriced(ok bool, field, text string) {
	e.Check(ok, field, "%q is not a price such as 3,50 or EUR 60 / 5 g.", shortened(text))
}
