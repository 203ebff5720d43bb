package reports

import (
	"strconv"
	"strings"
	"unicode"

	"marquis/internal/locale"
)

// ReceiptSheet is the receipt of an import for a spreadsheet: what it is of, the names of its
// columns in English, and its records, which are in the language already.
func ReceiptSheet(texts *locale.Locale, of string, columns []string, records [][]string) *Sheet {
	s := &Sheet{
		Language: texts.Language(), Name: texts.Text("report.receipt.sheet"), Title: texts.Text("report.receipt.title", "Of", of),
		About: []string{texts.Text("report.receipt.about")},
	}
	for _, name := range columns {
		s.Columns = append(s.Columns, SheetColumn{Title: texts.Retell(name), Number: name == "row", Decimals: -1})
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
