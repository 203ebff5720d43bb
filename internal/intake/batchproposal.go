package intake

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// BatchWords are what is known of headings and words before a file is seen.
type BatchWords struct {
	Fields  map[string]string            // by heading: the field of a finding
	Codes   map[string]map[string]string // by heading: what words mean that are no codes
	Decimal string                       // the mark where the file does not tell
}

// headersTried is in how many rows the headings of a file are looked for.
const headersTried = 8

// longTable is from how many rows on headings are looked for in the first place alone.
const longTable = 3_000

// ProposeBatch writes a mapping for a file that nobody has seen before: by headings that are
// known, else by what the cells look like. A person looks at it; what nobody can guess, as a
// unit, it leaves open, so that the mapping is refused until it is said.
func ProposeBatch(open func() BatchFile, d *lab.Dictionary, w BatchWords) string {
	seen, err := OutlineOf(func() (io.ReadCloser, error) { return io.NopCloser(open().Data), nil })
	if err != nil {
		seen = &Outline{}
	}
	likely := seen.Format()
	var first *Table
	for _, row := range headerRows(likely.HeaderRow) {
		if first != nil && len(first.Rows) > longTable {
			break // it takes long, and no worklist is so long
		}
		file := open()
		t, err := ReadTableFrom(file.Name, file.Data, Format{Sheet: likely.Sheet, HeaderRow: row}, BatchLimits())
		if err != nil {
			continue
		}
		if first == nil {
			first, likely.HeaderRow = t, row
		}
		if text := w.known(t, Format{Sheet: likely.Sheet, HeaderRow: row}); text != "" {
			return text
		}
	}
	if first == nil {
		return "# The file cannot be read as it is: say how it looks.\n[file]\n# sheet = \"\"\n# header_row = 1\n\n[findings]\nlayout = \"rows\"\n\n[findings.fields]\nsample = \"\"\nsubstance = \"\"\n"
	}
	return w.guess(first, likely, d)
}

// headerRows are the rows in which headings are looked for, the likely one first.
func headerRows(likely int) []int {
	rows := []int{likely}
	for row := range headersTried {
		if row != likely && row != 1 { // as zero, where nothing is above
			rows = append(rows, row)
		}
	}
	return rows
}

// fileTable says how a file looks, where it has to be said.
func fileTable(f Format) string {
	var text strings.Builder
	if f.Sheet != "" {
		fmt.Fprintf(&text, "sheet = %s\n", quote(f.Sheet))
	}
	if f.HeaderRow > 1 {
		fmt.Fprintf(&text, "header_row = %d\n", f.HeaderRow)
	}
	if text.Len() == 0 {
		return ""
	}
	return "[file]\n" + text.String() + "\n"
}

// known is the mapping of a table whose headings are known, empty where they are not.
func (w BatchWords) known(t *Table, f Format) string {
	fields := map[string]string{}
	for _, heading := range t.Header {
		if name := w.Fields[fold(heading)]; name != "" && fields[name] == "" {
			fields[name] = heading
		}
	}
	if fields["sample"] == "" || fields["substance"] == "" || fields["amount"] != "" && fields["unit"] == "" {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "decimal = %q\n\n", w.mark(t, fields["amount"]))
	text.WriteString(fileTable(f) + "[findings]\nlayout = \"rows\"\nnothing = []\nblank = []\n\n[findings.fields]\n")
	for _, s := range batchFields {
		heading := fields[s.name]
		codes := w.Codes[fold(heading)]
		switch {
		case heading == "" || s.name != "sample" && s.name != "substance" && fields["amount"] == "" && slices.Contains([]string{"unit", "basis", "uncertainty"}, s.name):
		case len(codes) == 0:
			fmt.Fprintf(&text, "%s = %q\n", s.name, heading)
		default:
			fmt.Fprintf(&text, "%s = { column = %q, values = {", s.name, heading)
			for i, word := range slices.Sorted(maps.Keys(codes)) {
				if i > 0 {
					text.WriteString(",")
				}
				fmt.Fprintf(&text, " %q = %q", word, codes[word])
			}
			text.WriteString(" } }\n")
		}
	}
	return text.String()
}

// mark is the decimal mark of a column of a text file, as far as it tells it.
func (w BatchWords) mark(t *Table, heading string) string {
	at := slices.Index(t.Header, heading)
	for _, row := range t.Rows {
		if at < 0 || t.Workbook {
			break
		}
		if comma, point := strings.Contains(row.Cells[at], ","), strings.Contains(row.Cells[at], "."); comma != point {
			return map[bool]string{true: ",", false: "."}[comma]
		}
	}
	return w.Decimal
}

// guess is the mapping of a table of which only the cells tell what they are.
func (w BatchWords) guess(t *Table, f Format, d *lab.Dictionary) string {
	isNumber := func(text string) bool { _, is := lab.ReadNumber(text); return is }
	isName := func(text string) bool { _, _, known := d.FindSubstance(text); return known }
	sample, substance := t.most(isNumber), t.most(isName)
	names, numbers := t.headed(isName), t.headed(isNumber)
	rest := func(taken ...string) []string {
		return slices.DeleteFunc(slices.Clone(t.Header), func(h string) bool { return slices.Contains(taken, h) })
	}
	switch {
	case len(names) > 1:
		sample = t.orFirst(sample, names)
		return fmt.Sprintf("decimal = %q\n\n%s[findings]\nlayout = \"grid\"\nblank = []\nignored = %s\n\n[findings.fields]\nsample = %q\n%s", w.mark(t, names[0]), fileTable(f), listed(rest(append(names, sample)...)), sample, amountLine("{n}", names[0]))
	case len(numbers) > 1:
		substance = t.orFirst(substance, numbers)
		return fmt.Sprintf("decimal = %q\n\n%s[findings]\nlayout = \"transposed\"\nblank = []\nignored = %s\n\n[findings.fields]\nsubstance = %q\n%s", w.mark(t, numbers[0]), fileTable(f), listed(rest(append(numbers, substance)...)), substance, amountLine("{n}", ""))
	}
	sample = t.orFirst(sample, nil)
	text := fileTable(f) + fmt.Sprintf("[findings]\nlayout = \"rows\"\nnothing = []\nblank = []\n\n[findings.fields]\nsample = %q\nsubstance = %q\n", sample, t.orFirst(substance, []string{sample}))
	if amount := t.amounts(sample, substance); amount != "" {
		return fmt.Sprintf("decimal = %q\n\n", w.mark(t, amount)) + text + amountLine(amount, amount)
	}
	return text
}

// amounts is the heading of the column with amounts, empty for none: one that names a unit,
// else one with decimal marks, for whole numbers are mostly those of vials.
func (t *Table) amounts(taken ...string) string {
	for _, h := range t.Header {
		if unitIn(h) != "" && !slices.Contains(taken, h) {
			return h
		}
	}
	return t.most(func(text string) bool {
		_, err := lab.ParseDecimal(text)
		return err == nil && strings.ContainsAny(text, ",.")
	})
}

// openUnit stands for a unit that nobody can guess: it is refused until it is said.
const openUnit = "?"

// unitIn is the unit that a heading names, empty for none.
func unitIn(heading string) string {
	for _, unit := range []string{"mg/ml", "%", "mg", "µg"} {
		if strings.Contains(strings.ToLower(heading), unit) {
			return unit
		}
	}
	return ""
}

// amountLine is the field of amounts. Its unit is left open where the heading has none.
func amountLine(column, heading string) string {
	if unit := unitIn(heading); unit != "" {
		return fmt.Sprintf("amount = { column = %q, unit = %q }\n", column, unit)
	}
	return fmt.Sprintf("# Say the unit of the amounts: %%, mg, µg or mg/ml.\namount = { column = %q, unit = %q }\n", column, openUnit)
}

func listed(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// most is the heading of the column of which the most cells are so, empty for none.
func (t *Table) most(is func(string) bool) (heading string) {
	best := 0
	for at, name := range t.Header {
		n := 0
		for i := range t.Rows {
			if is(t.Rows[i].Cells[at]) {
				n++
			}
		}
		if n > best {
			best, heading = n, name
		}
	}
	return heading
}

// headed are the headings that are so.
func (t *Table) headed(is func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(t.Header), func(h string) bool { return !is(h) })
}

// orFirst is a heading, or the first that is not taken where it is empty.
func (t *Table) orFirst(heading string, taken []string) string {
	for _, h := range t.Header {
		if heading == "" && !slices.Contains(taken, h) {
			heading = h
		}
	}
	return heading
}

// Seen are the headings of a table with some of what stands below each.
func (t *Table) Seen() (columns [][]string) {
	const most = 3
	for at, heading := range t.Header {
		column := []string{heading}
		for i := range t.Rows {
			if text := clip(t.Rows[i].Cells[at], maxExample); text != "" && len(column) <= most && !slices.Contains(column[1:], text) {
				column = append(column, text)
			}
		}
		columns = append(columns, column)
	}
	return columns
}
