package reports

import (
	"strconv"
	"strings"
	"unicode"
)

// ReceiptSheet is the receipt of an import for a spreadsheet: its title, the names of its columns
// and its records.
func ReceiptSheet(title string, columns []string, records [][]string) *Sheet {
	s := &Sheet{
		Language: "en", Name: "Receipt", Title: "Receipt: " + title,
		About: []string{"What was read, what became of it, the reasons with how often each was given, and each row that was not accepted."},
	}
	for _, name := range columns {
		s.Columns = append(s.Columns, SheetColumn{Title: name, Number: name == "row", Decimals: -1})
	}
	for _, record := range records {
		row := make([]any, len(record))
		for i, text := range record {
			row[i] = strings.Map(printable, text)
			if number, err := strconv.Atoi(text); err == nil && s.Columns[i].Number {
				row[i] = number
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// printable puts a sign in the place of what no workbook can hold.
func printable(c rune) rune {
	if unicode.IsControl(c) && c != '\n' || c == '\uFFFE' || c == '\uFFFF' {
		return unicode.ReplacementChar
	}
	return c
}
