package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// shown is the unit in which amounts of a scale are told, and its steps.
var shown = map[lab.Scale]struct {
	unit string
	per  float64
}{
	lab.MassFraction:  {"%", 10_000},
	lab.PerUnit:       {"mg", 1_000_000},
	lab.Concentration: {"mg/ml", 1_000},
	lab.Ratio:         {"", 1_000},
}

// findingCells tells what was found: the amount of the expected substance that
// the sample holds most of, and everything as one text, the expected first.
func (w *rowWriter) findingCells(findings []lab.FindingRow, blotter bool) {
	w.present = w.present[:0]
	var most *present
	for i := range findings {
		x := present{w.finding(findingOf{findings[i].FindingClass, blotter}), findings[i].Base}
		if !x.found {
			continue
		}
		w.present = append(w.present, x)
		if x.expected && (most == nil || x.base > most.base) {
			most = &x
		}
	}
	if len(w.present) == 0 {
		return
	}
	if most != nil {
		w.row[rowAmountOf], w.row[rowAmount], w.row[rowAmountUnit] = most.cell, float64(most.base)/most.per, most.unitCell
	}
	if len(w.present) > 1 {
		slices.SortFunc(w.present, func(a, b present) int {
			return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.name, b.name))
		})
	}
	w.text = w.text[:0]
	for i, x := range w.present {
		if i > 0 {
			w.text = append(w.text, "; "...)
		}
		w.text = append(w.text, x.name...)
		if x.per > 0 {
			w.text = append(w.text, ' ')
			start := len(w.text)
			w.text = strconv.AppendFloat(w.text, float64(x.base)/x.per, 'f', 1, 64)
			if point := bytes.IndexByte(w.text[start:], '.'); point >= 0 {
				w.text[start+point] = w.mark
			}
			w.text = append(w.text, x.unit...)
		}
		w.text = append(w.text, x.after...)
	}
	w.row[rowFound] = string(w.text)
}

// finding returns what there is to say of a class of findings.
func (w *rowWriter) finding(c findingOf) *findingText {
	x, ok := w.findings[c]
	if ok {
		return x
	}
	b := w.book
	x = &findingText{
		name: b.substanceName(c.SubstanceID, fmt.Sprintf("substance %d", c.SubstanceID)), rank: slices.Index(lab.Roles, c.Role),
		found: c.Detection != lab.NotDetected,
	}
	words := []string{b.locale.Code(locale.Roles, string(c.Role))}
	if c.Main {
		words = append(words, b.text("report.rows.main"))
	}
	switch {
	case c.Detection != lab.Quantified:
		words = append(words, b.locale.Code(locale.Detections, string(c.Detection)))
	case c.BaseKnown:
		s := shown[c.Scale]
		if c.Scale == lab.PerUnit && c.blotter {
			s.unit, s.per = lab.Blotter.ContentUnit(), 1_000
		}
		x.per, x.expected = s.per, c.Role == lab.RoleExpected
		if s.unit != "" {
			x.unit, x.unitCell = " "+s.unit, s.unit
		}
	default:
		words = append(words, b.text("report.rows.basis_unknown"))
	}
	x.cell, x.after = x.name, " ("+strings.Join(words, ", ")+")"
	w.check(x.name)
	w.findings[c] = x
	return x
}
