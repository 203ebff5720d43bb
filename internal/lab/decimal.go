package lab

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// maxDecimalText is the longest text that is read as a number.
const maxDecimalText = 60

// Decimal is an exact decimal number, digits × 10^-Places.
type Decimal struct {
	digits *big.Int
	places int
}

// ParseDecimal reads a number as people and programs write it: comma or point as
// the decimal mark, an exponent as spreadsheets store it, no thousands marks.
// What is not a plain finite number is refused.
func ParseDecimal(text string) (Decimal, error) {
	s := strings.TrimSpace(text)
	refuse := func(why string) (Decimal, error) { return Decimal{}, fmt.Errorf("%q is not a number: %s", text, why) }
	if s == "" || len(s) > maxDecimalText {
		return refuse("write digits with at most one comma or point")
	}
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e < -30 || e > 30 {
			return refuse("its power of ten is missing or too large")
		}
		exponent, s = e, s[:i]
	}
	if strings.Count(s, ",")+strings.Count(s, ".") > 1 {
		return refuse("write it without marks between thousands")
	}
	whole, fraction, marked := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if marked && fraction == "" {
		return refuse("nothing stands behind its decimal mark")
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(whole, "-"), "+")
	if len(whole)-len(unsigned) > 1 || unsigned+fraction == "" || strings.Trim(unsigned+fraction, "0123456789") != "" {
		return refuse("write digits with at most one comma or point")
	}
	digits, _ := new(big.Int).SetString(unsigned+fraction, 10)
	if strings.HasPrefix(whole, "-") {
		digits.Neg(digits)
	}
	return Decimal{digits: digits, places: len(fraction) - exponent}, nil
}

// Places returns the number of decimals that were written, never negative.
func (d Decimal) Places() int { return max(0, d.places) }

// Scaled returns the number × factor as an integer, rounded half away from zero.
// It fails when that does not fit 62 bits.
func (d Decimal) Scaled(factor *big.Rat) (int64, error) {
	if n, ok := d.scaledShort(factor); ok {
		return n, nil
	}
	n := roundRat(new(big.Rat).Mul(d.rat(), factor))
	if n.BitLen() > 62 {
		return 0, fmt.Errorf("the number is too large")
	}
	return n.Int64(), nil
}

// scaledShort is Scaled of a number and a factor that are short, as nearly all are; false for others.
func (d Decimal) scaledShort(factor *big.Rat) (n int64, ok bool) {
	if !factor.IsInt() || d.digits.BitLen() > 31 || factor.Num().BitLen() > 31 || factor.Sign() < 0 || d.places < 0 || d.places > 18 {
		return 0, false
	}
	digits, ten := d.digits.Int64(), int64(1)
	for range d.places {
		ten *= 10
	}
	if digits < 0 {
		return -mulDiv(-digits, factor.Num().Int64(), ten), true
	}
	return mulDiv(digits, factor.Num().Int64(), ten), true
}

// IsZero tells that the number is zero, however it is written.
func (d Decimal) IsZero() bool { return d.rat().Sign() == 0 }

// rat returns the number exactly.
func (d Decimal) rat() *big.Rat {
	r := new(big.Rat).SetInt(d.digits)
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.places, -d.places))), nil)
	if d.places >= 0 {
		return r.Quo(r, new(big.Rat).SetInt(ten))
	}
	return r.Mul(r, new(big.Rat).SetInt(ten))
}

// roundRat rounds half away from zero.
func roundRat(r *big.Rat) *big.Int {
	num := new(big.Int).Abs(r.Num())
	num.Lsh(num, 1).Add(num, r.Denom())
	num.Quo(num, new(big.Int).Lsh(r.Denom(), 1))
	if r.Sign() < 0 {
		num.Neg(num)
	}
	return num
}

// mulDiv returns a × b ÷ c rounded half away from zero, exact in between. All
// arguments are non-negative, c is positive and the result fits.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, uint64(c)/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(c))
	return int64(quotient)
}

// mulDivUp is mulDiv rounded up.
func mulDivUp(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	quotient, rest := bits.Div64(hi, lo, uint64(c))
	if rest > 0 {
		quotient++
	}
	return int64(quotient)
}

// formatScaled writes n ÷ 10^power with the given number of decimals and mark,
// rounded half away from zero.
func formatScaled(n int64, power, decimals int, mark string) string {
	negative := n < 0
	if negative {
		n = -n
	}
	for ; power > decimals; power-- {
		if power == decimals+1 {
			n += 5
		}
		n /= 10
	}
	digits := strconv.FormatInt(n, 10)
	if pad := power + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	whole, fraction := digits[:len(digits)-power], digits[len(digits)-power:]+strings.Repeat("0", decimals-power)
	if negative && strings.Trim(whole+fraction, "0") != "" {
		whole = "-" + whole
	}
	if fraction == "" {
		return whole
	}
	return whole + mark + fraction
}
