package intake

import (
	"testing"

	"github.com/xuri/excelize/v2"
)

// Merged cells refuse a file where they lie in a column that is read, and nowhere else.
func TestMergedCells(t *testing.T) {
	rows := [][]any{{"Report of March"}, {"a", "", "b", "c"}, {"1", nil, "2", "x"}, {"3", nil, "4", "y"}, {"5", nil, "6", "z"}}
	for _, c := range []struct {
		name, from, to string
		read           []string // headings
		refused        bool
	}{
		{"in a column that is read", "A3", "A4", []string{"a", "c"}, true},
		{"behind a column without a heading", "C3", "C4", []string{"b"}, true},
		{"also beside it", "B3", "C3", []string{"b"}, true},
		{"in a column that is not read", "C3", "C4", []string{"a", "c"}, false},
		{"in the title", "A1", "D1", []string{"a", "b", "c"}, false},
		{"a heading, over a column without one", "A2", "B2", []string{"a", "b", "c"}, false},
		{"a heading with a row of the data", "A2", "A3", []string{"a"}, true},
		{"below the table", "A8", "C9", []string{"a", "b", "c"}, false},
		{"beside the table", "F3", "G5", []string{"a", "b", "c"}, false},
	} {
		table := mustReadBook(t, book(t, rows, func(f *excelize.File) error { return f.MergeCell("Sheet1", c.from, c.to) }), Format{HeaderRow: 2})
		var columns []*column
		for _, heading := range c.read {
			columns = append(columns, columnAt(table, table.column(heading), nameField, ""))
		}
		err := table.refuseMerged(columns)
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil {
			tellInDutch(err)
			wantError(t, err, "cells "+c.from+":"+c.to+" are merged")
		}
	}
}

// An import asks of the columns that its mapping reads.
func TestMergedCellsOfAnImport(t *testing.T) {
	for from, to := range map[string]string{"A2": "A3", "I2": "I3", "O2": "O3"} {
		data := book(t, [][]any{anyOf(rowsHeader), anyOf(cellsOf(cells{"nr": "1"})), anyOf(cellsOf(cells{"nr": "2"}))}, func(f *excelize.File) error { return f.MergeCell("Sheet1", from, to) })
		path := t.TempDir() + "/merged.xlsx"
		writeFile(t, path, string(data))
		_, err := dutch(Read(mustMapping(t, rowsMapping), []string{path}, Known{Dictionary: mustDictionary(t), Today: today}, nil))
		if from == "O2" { // the remarks, which nobody reads
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantError(t, err, "merged.xlsx: cells "+from+":"+to+" are merged")
	}
}

func anyOf(texts []string) (all []any) {
	for _, text := range texts {
		all = append(all, text)
	}
	return all
}

// cellsOf are the texts of a row, in the order of the headings.
func cellsOf(row cells) (texts []string) {
	for _, heading := range rowsHeader {
		text, told := row[heading]
		if !told {
			text = harmless[heading]
		}
		texts = append(texts, text)
	}
	return texts
}
