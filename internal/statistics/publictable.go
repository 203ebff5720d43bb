package statistics

import "marquis/internal/lab"

// Table is one table of figures in the form that page, JSON and CSV share. Its
// cells hold raw numbers: the page writes them in the reader's language.
type Table struct {
	Key         string       `json:"key"`
	Scope       TableScope   `json:"scope"`
	Year        int          `json:"year"`                // the last, of a table over the years
	Synthetic   bool         `json:"synthetic,omitempty"` // the samples are made up
	Rounded     bool         `json:"rounded,omitempty"`   // the cells hold no more digits than are shown: so for the public
	Product     *Label       `json:"product,omitempty"`   // of a table of one product
	Title       Text         `json:"title"`
	Definitions []Definition `json:"definitions"` // of its figures
	Notes       []Text       `json:"notes"`
	Columns     []Column     `json:"columns"`
	Rows        []Row        `json:"rows"`
}

// Column says what its cells are. Key is unique in the table and the same in all
// languages.
type Column struct {
	Key      string `json:"key"`
	Name     Text   `json:"name"`
	Kind     Kind   `json:"kind"`
	Unit     string `json:"unit,omitempty"` // %, mg, µg or a currency
	Decimals int    `json:"decimals"`       // to show, where the cells are not rounded
	From     int    `json:"from,omitempty"` // samples from which an amount is told
	Interval bool   `json:"interval"`       // amounts come with a 95 % interval, as shares always do
}

// Kind is what a cell holds.
type Kind string

// The kinds of cells.
const (
	LabelKind  Kind = "label"  // Label
	YearKind   Kind = "year"   // N
	CountKind  Kind = "count"  // N
	ShareKind  Kind = "share"  // N, Of, Value in percent, CI95 where something is estimated
	AmountKind Kind = "amount" // Value, and CI95 where the column has intervals
)

// Row is one line of a table. Total marks the line of all others together.
type Row struct {
	Total bool   `json:"total,omitempty"`
	Cells []Cell `json:"cells"`
}

// Cell is one figure or label. Only a cell that is shown holds anything; the kind
// of its column says what.
type Cell struct {
	State State     `json:"state"`
	Mark  Mark      `json:"mark,omitempty"` // for staff only
	Label *Label    `json:"label,omitempty"`
	N     *int      `json:"n,omitempty"`
	Of    *int      `json:"of,omitempty"`
	Value *float64  `json:"value,omitempty"`
	CI95  *Interval `json:"ci95,omitempty"`
}

// State says whether a cell is shown, and if not, why.
type State string

// The states of a cell.
const (
	Shown      State = "shown"
	Suppressed State = "suppressed" // 1 to 4, or hidden so that such a number cannot be computed
	TooFew     State = "too_few"    // there are amounts, but fewer than the figure needs
	None       State = "none"       // there is nothing to tell
)

// Mark tells staff why the public does not see a cell. The public is not told: who
// knows which of the hidden numbers are small can narrow them down.
type Mark string

// The marks of a cell.
const (
	Small     Mark = "small"     // 1 to 4
	Secondary Mark = "secondary" // hidden so that a small one cannot be computed
)

// Label names what a row is about: a code of a vocabulary, which the reader's
// catalogue translates, or a name.
type Label struct {
	Vocabulary string `json:"vocabulary,omitempty"` // as the catalogues call it, such as outcome
	Code       string `json:"code,omitempty"`       // of the vocabulary, or of a service
	ID         int    `json:"id,omitempty"`         // of a product or substance
	Name       Text   `json:"name,omitzero"`        // absent for a code of a vocabulary, but for one that figures add
}

// String returns the label as it stands in CSV: the code of a vocabulary, or the English name.
func (l *Label) String() string {
	if l.Name.English != "" && l.Vocabulary == "" {
		return l.Name.English
	}
	return l.Code
}

func countCell(n int) Cell { return Cell{State: Shown, N: &n} }

func shareCell(p Proportion) Cell {
	switch {
	case p.hidden:
		return Cell{State: Suppressed}
	case p.Percent == nil:
		return Cell{State: None}
	}
	return Cell{State: Shown, N: &p.N, Of: &p.Of, Value: p.Percent, CI95: p.CI95}
}

// wholeCell is a share of all that there is, of which nothing is estimated.
func wholeCell(n, of int) Cell {
	c := shareCell(newProportion(n, of))
	c.CI95 = nil
	return c
}

// amountCell returns a figure that rests on n amounts, which may be too few.
func amountCell(n int, v *float64, ci *Interval) Cell {
	switch {
	case v != nil:
		return Cell{State: Shown, Value: v, CI95: ci}
	case n > 0:
		return Cell{State: TooFew}
	}
	return Cell{State: None}
}

func labelCell(l Label) Cell { return Cell{State: Shown, Label: &l} }

func nameCell(name Text) Cell { return labelCell(Label{Name: name}) }

// codeCell names a code of a vocabulary; an empty code is nothing to tell.
func codeCell[C ~string](vocabulary string, code C) Cell {
	if code == "" {
		return Cell{State: None}
	}
	return labelCell(Label{Vocabulary: vocabulary, Code: string(code)})
}

// formCell names a form, or powder and crystal together.
func formCell(form string) Cell {
	if form == powderAndCrystal {
		return labelCell(Label{Code: form, Name: Text{"powder and crystal", "poeder en kristal"}})
	}
	return codeCell("form", form)
}

// quantityCell names a band of the quantity bought, or all of them.
func quantityCell(quantity string) Cell {
	if quantity == allQuantities {
		return labelCell(Label{Code: quantity, Name: Text{"any quantity", "elke hoeveelheid"}})
	}
	return codeCell("price_band", quantity)
}

// fitDecimals gives columns more decimals where all their amounts are small.
func (t *Table) fitDecimals() {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Kind != AmountKind || c.Unit == "" || c.Unit == "%" {
			continue
		}
		most := 0.0
		for _, row := range t.Rows {
			if v := row.Cells[i].Value; v != nil {
				most = max(most, *v)
			}
		}
		if 0 < most && most < 1 {
			c.Decimals += 2
		}
	}
}

// pad returns the cells with nothing to tell after them, up to so many.
func pad(cells []Cell, columns int) []Cell {
	for len(cells) < columns {
		cells = append(cells, Cell{State: None})
	}
	return cells
}

// substance names a substance of the dictionary.
func (s *Source) substance(id lab.SubstanceID, otherwise string) Cell {
	l := Label{ID: int(id), Name: Text{otherwise, otherwise}}
	if unreviewed(s.Dictionary, id) {
		l.ID = 0 // which tells which one it is
	}
	if name := SubstanceName(s.Dictionary, id); name != (Text{}) {
		l.Name = name
	}
	return labelCell(l)
}

// product names a product of the dictionary.
func (s *Source) product(id lab.ProductID, otherwise string) *Label {
	l := &Label{ID: int(id), Name: Text{otherwise, otherwise}}
	if name := ProductName(s.Dictionary, id); name != (Text{}) {
		l.Name = name
	}
	return l
}

func bilingual(english, dutch string) Text {
	if dutch == "" {
		dutch = english
	}
	return Text{english, dutch}
}
