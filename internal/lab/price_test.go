package lab_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestParseThousandths(t *testing.T) {
	for text, want := range map[string]int64{
		"25": 25_000, "23,80": 23_800, "23.805": 23_805, "0": 0, "1.5000": 1500, "1000000000": 1_000_000_000_000, "2,5e1": 25_000,
	} {
		if got, err := lab.ParseThousandths(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-1", "€ 25", "25 EUR", "1.234,50", "0.0001", "1.0000000000001", "1000000000.001", "1e12", "NaN", "free",
	} {
		if got, err := lab.ParseThousandths(text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestUnitPrice(t *testing.T) {
	for _, test := range []struct {
		name             string
		amount, quantity int64
		want             int64
		paid             bool
	}{
		{"one gram", 23_800, 1000, 23_800_000, true},
		{"three for fifty", 50_000, 3000, 16_666_667, true},
		{"half a gram", 12_500, 500, 25_000_000, true},
		{"half a millionth goes up", 1, 2_000_000, 1, true},
		{"a gift", 0, 1000, 0, false},
		{"no quantity", 50_000, 0, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := lab.Price{Amount: test.amount, Currency: "EUR", Quantity: test.quantity, Unit: lab.Gram}
			if got, paid := p.PerUnit(); got != test.want || paid != test.paid {
				t.Errorf("%d, %v; want %d, %v", got, paid, test.want, test.paid)
			}
		})
	}
	if _, paid := (lab.Price{}).PerUnit(); paid {
		t.Error("a price that was not recorded has a unit price")
	}
}

func TestUnitPriceIsExact(t *testing.T) {
	most := int64(1_000_000_000_000)
	rapid.Check(t, func(t *rapid.T) {
		p := lab.Price{
			Amount: rapid.Int64Range(1, most).Draw(t, "amount"), Currency: "EUR",
			Quantity: rapid.Int64Range(1, most).Draw(t, "quantity"), Unit: lab.Gram,
		}
		got, paid := p.PerUnit()
		if !paid {
			t.Fatal("not paid")
		}
		exact := new(big.Rat).Mul(big.NewRat(p.Amount, p.Quantity), big.NewRat(lab.UnitPriceScale, 1))
		checkRounded(t, got, exact)
	})
}

func TestPriceBands(t *testing.T) {
	for thousandths, want := range map[int64]lab.PriceBand{
		1: lab.UpToOne, 500: lab.UpToOne, 1000: lab.UpToOne, 1001: lab.OneToFive, 5000: lab.OneToFive, 5001: lab.OverFive, 1_000_000: lab.OverFive,
	} {
		if got := (lab.Price{Quantity: thousandths}).Band(); got != want {
			t.Errorf("%d thousandths are in %q, want %q", thousandths, got, want)
		}
	}
}

func TestPriceMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		price  lab.Price
		fields []string
	}{
		{"none", lab.Price{}, nil},
		{"paid", lab.Price{Amount: 23_800, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, nil},
		{"a gift", lab.Price{Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, nil},
		{"no currency", lab.Price{Amount: 23_800, Quantity: 1000, Unit: lab.Gram}, []string{"price_currency"}},
		{"a quantity alone", lab.Price{Quantity: 1000}, []string{"price_currency"}},
		{"a unit alone", lab.Price{Unit: lab.Gram}, []string{"price_currency"}},
		{"a sign for a currency", lab.Price{Amount: 1, Currency: "€", Quantity: 1000, Unit: lab.Gram}, []string{"price_currency"}},
		{"a currency in small letters", lab.Price{Amount: 1, Currency: "eur", Quantity: 1000, Unit: lab.Gram}, []string{"price_currency"}},
		{"negative", lab.Price{Amount: -1, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, []string{"price_amount"}},
		{"too much", lab.Price{Amount: 1_000_000_000_001, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, []string{"price_amount"}},
		{"for nothing", lab.Price{Amount: 1, Currency: "EUR", Unit: lab.Gram}, []string{"price_quantity"}},
		{"another unit", lab.Price{Amount: 1, Currency: "EUR", Quantity: 1000, Unit: "ounce"}, []string{"price_unit"}},
		{
			"all at once",
			lab.Price{Amount: -1, Currency: "euro", Quantity: -1},
			[]string{"price_currency", "price_amount", "price_quantity", "price_unit"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantFields(t, newSample(func(s *lab.Sample) { s.Price = test.price }).Check(today), test.fields...)
		})
	}
}
