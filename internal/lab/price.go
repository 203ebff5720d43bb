package lab

import (
	"fmt"
	"math/big"
	"regexp"
)

// Price is what the visitor paid: an amount of money for a quantity. A Price
// without currency means that nothing was recorded.
type Price struct {
	Amount   int64      // thousandths of the currency's unit; zero is a gift
	Currency string     // ISO 4217
	Quantity int64      // thousandths of the unit
	Unit     AmountUnit // gram, millilitre or piece
}

// UnitPriceScale is the number of steps of a unit price in one unit of currency.
const UnitPriceScale = 1_000_000

var (
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	thousand     = big.NewRat(1000, 1)
)

// ParseThousandths reads a price or a quantity as thousandths. More than three
// decimals are refused, because nothing that people pay or weigh is given finer.
func ParseThousandths(text string) (int64, error) {
	d, err := ParseDecimal(text)
	if err != nil {
		return 0, err
	}
	n, err := d.Scaled(thousand)
	if err != nil || n < 0 || n > maxThousandths {
		return 0, fmt.Errorf("%q is outside the possible range", text)
	}
	if d.rat().Cmp(big.NewRat(n, 1000)) != 0 {
		return 0, fmt.Errorf("%q has more than three decimals", text)
	}
	return n, nil
}

// maxThousandths bounds prices and quantities to a billion units.
const maxThousandths = 1_000_000_000_000

// Recorded tells whether a price was recorded, a gift included.
func (p Price) Recorded() bool { return p.Currency != "" }

// Comparable tells whether the price can be held against others: its currency and its unit
// are such.
func (p Price) Comparable() bool {
	return currencyForm.MatchString(p.Currency) && AmountUnits.Has(p.Unit)
}

// PerUnit returns the unit price in millionths of the currency per gram,
// millilitre or piece, rounded half away from zero; false where nothing was paid.
func (p Price) PerUnit() (int64, bool) {
	if !p.Recorded() || p.Amount <= 0 || p.Quantity <= 0 {
		return 0, false
	}
	return mulDiv(p.Amount, UnitPriceScale, p.Quantity), true
}

// PriceBand is the class of quantity bought, because a larger quantity costs
// less a gram.
type PriceBand string

// The bands of the quantity bought.
const (
	UpToOne   PriceBand = "<=1"
	OneToFive PriceBand = ">1-5"
	OverFive  PriceBand = ">5"
)

// PriceBands is the vocabulary of PriceBand.
var PriceBands = Vocabulary[PriceBand]{UpToOne, OneToFive, OverFive}

// Band returns the band of the quantity.
func (p Price) Band() PriceBand {
	switch {
	case p.Quantity <= 1000:
		return UpToOne
	case p.Quantity <= 5000:
		return OneToFive
	}
	return OverFive
}

func (p Price) check(errs *FieldErrors) {
	if !p.Recorded() {
		errs.Check(p.Amount == 0 && p.Quantity == 0 && p.Unit == "", "price_currency", "Give the currency of the price.")
		return
	}
	errs.Check(currencyForm.MatchString(p.Currency), "price_currency", "%q is not a currency code of three letters, such as EUR.", p.Currency)
	errs.Check(p.Amount >= 0 && p.Amount <= maxThousandths, "price_amount", "The price must be between 0 and 1 000 000 000.")
	errs.Check(p.Quantity > 0 && p.Quantity <= maxThousandths, "price_quantity", "Say for which quantity the price was paid.")
	checkCode(errs, "price_unit", p.Unit, AmountUnits)
}
