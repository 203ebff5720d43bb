package statistics

import (
	"encoding/csv"
	"io"
	"strconv"

	"marquis/internal/lab"
)

// WriteJSON writes the table as indented JSON.
func (t *Table) WriteJSON(w io.Writer) error { return writeJSON(w, t) }

// WriteCSV writes the table with one row a line. A share takes five columns: its
// n, its denominator, the percentage and the bounds of its interval; an amount with
// an interval takes three. Units stand in the header, after the key of the column.
// Numbers are rounded where the table is. What is not shown is told in place of the number:
// suppressed or too_few; where there is nothing to tell, there is nothing. Of samples
// that are made up the last column says on each line that they are.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var header []string
	for _, c := range t.Columns {
		header = append(header, c.csvNames()...)
	}
	if t.Synthetic {
		header = append(header, "synthetic")
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for _, row := range t.Rows {
		var line []string
		for i := range row.Cells {
			line = append(line, row.Cells[i].csvFields(t.Columns[i], t.Rounded)...)
		}
		if t.Synthetic {
			line = append(line, "true")
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvNames returns the headers of the column.
func (c Column) csvNames() []string {
	unit := ""
	if c.Unit != "" {
		unit = " (" + c.Unit + ")"
	}
	bounds := []string{c.Key + "_ci95_low" + unit, c.Key + "_ci95_high" + unit}
	switch {
	case c.Kind == ShareKind:
		return append([]string{c.Key + "_n", c.Key + "_of", c.Key + unit}, bounds...)
	case c.Interval:
		return append([]string{c.Key + unit}, bounds...)
	}
	return []string{c.Key + unit}
}

// csvFields returns the fields of the cell, as many as its column has headers.
func (c *Cell) csvFields(column Column, rounded bool) []string {
	fields := make([]string, len(column.csvNames()))
	if c.State == Suppressed || c.State == TooFew {
		for i := range fields {
			fields[i] = string(c.State)
		}
	}
	if c.State != Shown {
		return fields
	}
	write := exact
	if rounded {
		write = column.Write
	}
	var numbers []string
	switch column.Kind {
	case LabelKind:
		return []string{lab.NoFormula(c.Label.String())}
	case ShareKind:
		numbers = []string{strconv.Itoa(*c.N), strconv.Itoa(*c.Of), write(*c.Value)}
	case AmountKind:
		numbers = []string{write(*c.Value)}
	default:
		numbers = []string{strconv.Itoa(*c.N)}
	}
	if c.CI95 != nil {
		numbers = append(numbers, write(c.CI95[0]), write(c.CI95[1]))
	}
	copy(fields, numbers)
	return fields
}

func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Write writes a number of a rounded table with the digits that pages and files show:
// shares with all decimals of their column, amounts with those that they have.
func (c Column) Write(v float64) string {
	if c.Kind == ShareKind {
		return strconv.FormatFloat(v, 'f', c.Decimals, 64)
	}
	return exact(v)
}
