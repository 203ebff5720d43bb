package reports

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// colour is written as six hexadecimal digits.
type colour string

// The colours that Okabe and Ito chose to be told apart whatever one's colour
// vision, without the green: nothing here says "safe".
const (
	colourBlue       colour = "0072B2"
	colourSky        colour = "56B4E9"
	colourOrange     colour = "E69F00"
	colourVermillion colour = "D55E00"
	colourPurple     colour = "CC79A7"
	colourGrey       colour = "999999"
	colourInk        colour = "222222"
	colourLine       colour = "BFBFBF"
	colourHead       colour = "EAF1F6"
	colourHidden     colour = "EEEEEE"
	colourWhite      colour = "FFFFFF"
)

// kind is what a cell is in the layout.
type kind int

const (
	kindPlain kind = iota
	kindBare       // without a rule below it
	kindTitle
	kindTableTitle
	kindHead
	kindHeadRight
	kindHeadIndented
	kindTurned // head with its text upwards
	kindNote
	kindWarning
	kindWrapped
	kindStrong
	kindLink
	kindHidden // of a figure that is not shown
)

// format is how a column shows its values.
type format int

const (
	formatText    format = iota
	formatYear           // 2024
	formatCount          // 1 234
	formatDelta          // +12
	formatPercent        // 5.2 %, from a number in percent
	formatPoints         // +0.4, percentage points
	formatChange         // +5.2 %, from a number in percent
	formatNumber         // 12.3
	formatDifference
	formatTrend // +0.08, a year
	formatMoney
	formatAmount // 12.50, of any currency
	formatLeft   // 1 234, to the left
	formatRemark // text that stands off the number before it
	formatWrapped
	formatExact // 12.345, with the decimals that it has
)

// right tells that the values, and so the title, stand to the right.
func (f format) right() bool {
	return f != formatText && f != formatRemark && f != formatWrapped && f != formatYear && f != formatLeft
}

// look is a kind of cell with a format.
type look struct {
	kind   kind
	format format
}

// symbols are the signs of currencies that have one of their own; the others
// show their code.
var symbols = map[string]string{"EUR": "€", "GBP": "£"}

// numberFormat returns the code of a format in a workbook.
func (b *book) numberFormat(f format) string {
	switch f {
	case formatYear:
		return "0"
	case formatCount, formatLeft:
		return "#,##0"
	case formatDelta:
		return "+#,##0;-#,##0;0"
	case formatPercent:
		return "0.0%"
	case formatPoints, formatDifference:
		return "+0.0;-0.0;0.0"
	case formatTrend:
		return "+0.00;-0.00;0.00"
	case formatChange:
		return "+0.0%;-0.0%;0.0%"
	case formatNumber:
		return "0.0"
	case formatAmount:
		return "#,##0.00"
	case formatExact:
		return "General"
	case formatMoney:
		return moneyFormat(b.Scope.Currency)
	}
	return "@"
}

// moneyFormat shows an amount with the sign of its currency before it. A code
// that is not three letters would be no literal, and is left out.
func moneyFormat(currency string) string {
	sign := currency
	if s, ok := symbols[currency]; ok {
		sign = s
	}
	if sign == "" || strings.ContainsAny(sign, "\"\\;") {
		return "#,##0.00"
	}
	return `"` + sign + `" #,##0.00`
}

// makeStyles makes the styles in a fixed order, so that their numbers do not
// depend on what is written first.
func (b *book) makeStyles() {
	for k := kindPlain; k <= kindHidden; k++ {
		for f := formatText; f <= formatExact; f++ {
			if k == kindPlain || k == kindBare || k == kindStrong || k == kindHidden || f == formatText {
				id, err := b.file.NewStyle(b.style(look{k, f}))
				b.do(err)
				b.styles[look{k, f}] = id
			}
		}
	}
}

func (b *book) style(l look) *excelize.Style {
	s := &excelize.Style{
		Font: &excelize.Font{Family: "Calibri", Size: 10, Color: string(colourInk)}, Alignment: &excelize.Alignment{Vertical: "top"},
	}
	number := b.numberFormat(l.format)
	s.CustomNumFmt = &number
	s.Alignment.WrapText = l.format == formatWrapped
	if l.format == formatRemark {
		s.Alignment.Horizontal, s.Alignment.Indent = "left", 1
	}
	if l.format == formatYear || l.format == formatLeft {
		s.Alignment.Horizontal = "left"
	}
	switch l.kind {
	case kindTitle:
		s.Font.Size, s.Font.Bold = 18, true
	case kindTableTitle:
		s.Font.Size, s.Font.Bold = 12, true
	case kindHead, kindHeadRight, kindHeadIndented, kindTurned:
		s.Font.Bold, s.Alignment.WrapText, s.Alignment.Vertical = true, true, "bottom"
		s.Fill = solid(colourHead)
		s.Border = []excelize.Border{{Type: "bottom", Color: string(colourInk), Style: 1}}
		switch l.kind {
		case kindTurned:
			s.Alignment.TextRotation, s.Alignment.WrapText, s.Alignment.Horizontal = 90, false, "center"
		case kindHeadIndented:
			s.Alignment.Horizontal, s.Alignment.Indent = "left", 1
		case kindHeadRight:
			s.Alignment.Horizontal = "right"
		}
	case kindNote:
		s.Font.Color = "595959"
	case kindWarning:
		s.Font.Bold, s.Font.Color = true, "A84300"
	case kindWrapped:
		s.Alignment.WrapText = true
	case kindStrong:
		s.Font.Bold = true
		s.Border = rule()
	case kindLink:
		s.Font.Color, s.Font.Underline = string(colourBlue), "single"
	case kindHidden:
		s.Fill, s.Border = solid(colourHidden), rule()
	case kindPlain:
		s.Border = rule()
	}
	return s
}

func solid(c colour) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{string(c)}}
}

// rule is the thin line below a row.
func rule() []excelize.Border {
	return []excelize.Border{{Type: "bottom", Color: string(colourLine), Style: 4}}
}
