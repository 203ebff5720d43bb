package intake

import (
	"fmt"
	"slices"
	"strings"
)

// keepMerged keeps which cells below the header are merged, by the columns that the table has.
func (t *Table) keepMerged(scan *sheetScan) {
	places := make([]int, len(t.Header)+len(t.unnamed)) // where each column stands in the sheet
	for i := range places {
		places[i] = i + 1
	}
	for _, u := range t.unnamed { // the last first
		places = slices.Delete(places, u.at, u.at+1)
	}
	for _, ref := range scan.merged {
		area, ok := areaOf(ref)
		if ok && (area[1].row <= scan.header || area[0].row > scan.last) {
			continue
		}
		m := mergedCells{ref: ref, columns: map[int]bool{}}
		for i, place := range places {
			m.columns[i] = !ok || area[0].column <= place && place <= area[1].column
		}
		t.merged = append(t.merged, m)
	}
}

// mergedCells are cells that are merged.
type mergedCells struct {
	ref     string
	columns map[int]bool // in which they lie, by place
}

// refuseMerged refuses merged cells in the columns that are read. Elsewhere nobody asks what they say.
func (t *Table) refuseMerged(columns []*column) error {
	for _, m := range t.merged {
		if slices.ContainsFunc(columns, func(c *column) bool { return c.readsAny(m.columns) }) {
			err := fmt.Errorf("cells %s are merged, so it is unclear to which rows they belong; unmerge them and fill each one", m.ref)
			return fmt.Errorf("%s: %w", t.File, err)
		}
	}
	return nil
}

// columnsOf are those that are read of a file.
func (p *planner) columnsOf(s *source) []*column {
	return slices.DeleteFunc(p.columns(), func(c *column) bool { return c.table != s.table })
}

// areaOf reads an area such as A2:B4, which may be a single cell.
func areaOf(ref string) (area [2]cellAt, ok bool) {
	first, last, both := strings.Cut(ref, ":")
	if !both {
		last = first
	}
	a, ok := parseCell(first)
	b, ok2 := parseCell(last)
	return [2]cellAt{a, b}, ok && ok2
}
