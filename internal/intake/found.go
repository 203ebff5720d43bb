package intake

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"marquis/internal/lab"
)

// setFound reads how a substance was found, and how much of it. A number is an
// amount; "<" before it, or before LOQ, means below the limit of quantification.
func (p *planner) setFound(f *lab.Finding, b *boundFinding, row Row) (problems []problem) {
	refuse := func(c *column, err error) {
		if err != nil {
			problems = append(problems, problem{c.spec.name, c.text(row), sentence(err)})
		}
	}
	detection, err := b.detection.code(row)
	refuse(b.detection, err)
	abundance, err := b.abundance.code(row)
	refuse(b.abundance, err)
	stereo, err := b.stereo.code(row)
	refuse(b.stereo, err)
	f.Detection, f.Abundance = lab.Detection(detection), lab.Abundance(abundance)
	if stereo != "" {
		if f.Stereo != "" && f.Stereo != lab.Stereo(stereo) {
			refuse(b.stereo, fmt.Errorf("the name says %q of its form, and this column %q: correct the one that is wrong", f.Stereo, stereo))
		}
		f.Stereo = lab.Stereo(stereo)
	}
	text, err := b.withoutNumber(f, row)
	refuse(b.amount, err)
	if text != "" {
		c, err := p.setAmount(f, b, row, text)
		refuse(c, err)
		return problems
	}
	switch {
	case b.uncertainty.numberText(row) != "" && b.uncertainty.at >= 0:
		refuse(b.uncertainty, errors.New("there is an uncertainty but no amount"))
	case f.Detection == "":
		f.Detection = lab.Identified
	case f.Detection == lab.Quantified:
		refuse(b.detection, errors.New("it was quantified but no amount is given"))
	}
	return problems
}

// withoutNumber reads what the cell of the amount says of how the substance was found, and
// returns the number that is left to be read. What the cell says and what the column of the
// detection says must agree.
func (b *boundFinding) withoutNumber(f *lab.Finding, row Row) (number string, err error) {
	text := b.amount.text(row)
	meant, told := b.amount.meaningOf(text)
	limit, below := strings.CutPrefix(text, "<")
	switch {
	case told:
	case below:
		if limit, err = b.amount.withoutUnit(strings.TrimSpace(limit), b.amount.unitOf(row)); err == nil {
			err = belowLimit(limit)
		}
		if err != nil {
			return "", err
		}
		meant = string(lab.BelowLOQ)
		if f.Detection == lab.NotDetected && strings.ContainsAny(limit, "0123456789") {
			return "", nil // less than could have been seen, as its own column says
		}
	case f.Detection == lab.NotDetected && isZero(text):
		return "", nil
	default:
		return text, nil
	}
	agreed, right := agree(f.Detection, lab.Detection(meant))
	if !right {
		return "", fmt.Errorf("here the row says %q, and that it was found as %q in %q: correct the one that is wrong", meant, f.Detection, b.detection.text(row))
	}
	f.Detection = agreed
	return "", nil
}

// agree returns how a substance was found by what two columns say of it: what says more, and
// false where both cannot be.
func agree(one, other lab.Detection) (lab.Detection, bool) {
	general := func(d lab.Detection) bool { return d == lab.Identified || d == lab.Quantified }
	little := func(d lab.Detection) bool { return d == lab.Trace || d == lab.BelowLOQ }
	switch {
	case one == "" || one == other:
		return other, true
	case other == "" || little(one) && (little(other) || other == lab.Identified) || one == lab.Quantified && other == lab.Identified:
		return one, true
	}
	return other, general(one) && (little(other) || other == lab.Quantified)
}

// saysAbsent tells that a row says that its substance was not there, and nothing against it.
func (b *boundFinding) saysAbsent(row Row) bool {
	detection, err := b.detection.code(row)
	f := lab.Finding{Detection: lab.Detection(detection)}
	number, disagree := b.withoutNumber(&f, row)
	return err == nil && disagree == nil && number == "" && f.Detection == lab.NotDetected
}

// isZero tells that a text is the number zero, however it is written.
func isZero(text string) bool {
	return strings.Contains(text, "0") && strings.Trim(text, "0.,% ") == ""
}

// belowLimit refuses what does not mean the limit of quantification: below the
// limit of detection a substance was not found.
func belowLimit(limit string) error {
	if limit == "" || strings.EqualFold(limit, "loq") {
		return nil
	}
	d, err := lab.ParseDecimal(limit)
	if err != nil {
		return errors.New("after < only a number or LOQ is understood; say in the mapping's values of amount what it means")
	}
	if n, err := d.Scaled(big.NewRat(1_000_000_000, 1)); err == nil && n <= 0 {
		return errors.New("nothing is less than zero; say in the mapping's values of amount what it means")
	}
	return nil
}

// setAmount reads an amount. It tells which column is wrong.
func (p *planner) setAmount(f *lab.Finding, b *boundFinding, row Row, text string) (*column, error) {
	unit := b.amount.Unit
	if b.unit != nil {
		unit = b.unit.nameOf(row)
		if _, err := lab.ParseAmount("1", unit); err != nil && unit != "" {
			return b.unit, fmt.Errorf("%w; if it is another word for one of these, say in the mapping's values of unit for which", err)
		}
	}
	amount, err := p.amount(b.amount, text, unit)
	switch {
	case err != nil:
		return b.amount, err
	case f.Detection != "" && f.Detection != lab.Identified && f.Detection != lab.Quantified:
		return b.amount, fmt.Errorf("it has an amount, although it was found as %q", f.Detection)
	case amount.Value == 0:
		return b.amount, errors.New("zero is no amount of what was found; say in the mapping's values of amount what it means")
	}
	f.Amount, f.Detection, f.Basis = amount, lab.Quantified, lab.BasisUnknown
	if basis := b.basis.nameOf(row); basis != "" {
		f.Basis = lab.Basis(strings.ReplaceAll(fold(basis), " ", "_"))
	}
	if text := b.uncertainty.numberText(row); text != "" {
		half, err := p.amount(b.uncertainty, text, unit)
		f.Uncertainty = half.Value
		return b.uncertainty, err
	}
	return nil, nil
}

// isFraction tells that the amounts of the unit are parts of one.
func (c *column) isFraction(unit string) bool { return c.Fractions == "read" && isPercent(unit) }

type amountText struct{ number, unit string }

// amount reads a number with its unit, and remembers it.
func (p *planner) amount(c *column, text, unit string) (lab.Amount, error) {
	if amount, ok := p.amounts[amountText{text, unit}]; ok {
		return amount, nil
	}
	if len(text) > maxShown {
		return lab.Amount{}, errNoNumber
	}
	number, err := c.withoutUnit(text, unit)
	if err != nil {
		return lab.Amount{}, err
	}
	if !numeral.MatchString(number) {
		return lab.Amount{}, errNoNumber
	}
	if err := c.decimalMark(number); err != nil {
		return lab.Amount{}, err
	}
	if c.isFraction(unit) && strings.Trim(number, "0123456789.,") == "" {
		number = timesHundred(strings.Replace(number, ",", ".", 1))
	}
	amount, err := lab.ParseAmount(number, unit)
	if err == nil && len(p.amounts) < maxRemembered {
		p.amounts[amountText{text, unit}] = amount
	}
	return amount, err
}

// numeral is what a person means as one number, rightly written or not.
var numeral = regexp.MustCompile(`^[+-]?[0-9.,]*[0-9][0-9.,]*([eE][+-]?[0-9]+)?$`)

var errNoNumber = errors.New("this is not a number: write the number alone, and what is uncertain of it in the column of the uncertainty; or, where it is a word or a sign of the laboratory, say in the mapping's values of amount what it means")

// withoutUnit takes away what stands behind a number where it is the number's unit, as in "79,5%",
// and refuses another unit. What is no unit stays.
func (c *column) withoutUnit(text, unit string) (number string, err error) {
	number = strings.TrimRightFunc(text, func(r rune) bool { return !unicode.IsDigit(r) })
	beside := strings.TrimSpace(text[len(number):])
	if beside == "" || number == "" || strings.Trim(beside, ".,") == "" {
		return text, nil
	}
	switch _, err := lab.ParseAmount("1", beside); {
	case c.isFraction(unit) && sameUnit(beside, unit):
		return "", fmt.Errorf("the cell says %s, and the mapping reads the column as parts of one: write one of both everywhere", clip(text, 20))
	case sameUnit(beside, unit):
		return number, nil
	case err == nil && unit == "":
		return "", fmt.Errorf("the cell says %q behind the number, and no unit stands in the row: write it in the column of the unit", clip(beside, 20))
	case err == nil:
		return "", fmt.Errorf("the cell says %q behind the number, and its unit is %s: correct the one that is wrong", clip(beside, 20), unit)
	}
	return text, nil
}
