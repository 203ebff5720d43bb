package intake

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// Look is what can be seen of a file before anybody has said what its columns mean.
type Look struct {
	File      string
	Workbook  bool
	Delimiter string // of a CSV file, as it was found out
	Encoding  string
	Rows      int // that can be read
	Malformed int
	Notes     []string
	Columns   []LookColumn
}

// LookColumn is a column with what stands in it.
type LookColumn struct {
	Heading  string
	Examples []string // the first different ones, clipped
	Values   []string // all different ones, in order; the first of them where there are too many
	TooMany  bool
	Empty    bool // some of its cells are
	Dates    []DateGuess
	Commas   bool // some numbers have a comma
	Points   bool
}

// Ticked tells that the column holds nothing but ticks and what stands for none.
func (c *LookColumn) Ticked() bool {
	other := func(text string) bool {
		return !slices.Contains(ticked, fold(text)) && !slices.Contains(unticked, fold(text))
	}
	return len(c.Values) > 0 && !c.TooMany && !slices.ContainsFunc(c.Values, other)
}

// DateGuess is a form in which all dates of a column can be read, with what one of them is by it.
type DateGuess struct {
	Form, Example string
	Day           lab.Date
}

const (
	// mostValues is how many different values of a column are looked at: one that has more is no
	// column of codes.
	mostValues   = 300
	mostExamples = 3
	longestShown = 40
	datesLooked  = 2000 // rows
)

// dateForms are the forms that are tried, those of the day before those with a time.
var dateForms = timed([]string{
	"YYYY-MM-DD", "DD-MM-YYYY", "MM-DD-YYYY", "D-M-YYYY", "M-D-YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD.MM.YYYY", "D.M.YYYY",
	"YYYY/MM/DD", "YYYYMMDD", "DDMMMYYYY", "DD-MMM-YYYY", "D-MMM-YYYY", "D MMM YYYY", "DD MMM YYYY", "MMM D, YYYY", "D MMM. YYYY",
	"DD-MM-YY", "MM-DD-YY", "D-M-YY", "M-D-YY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "DD-MMM-YY", "D-MMM-YY",
})

func timed(days []string) []string {
	all := slices.Clone(days)
	for _, time := range []string{" hh:mm", " hh:mm:ss", "Thh:mm:ss", " h:mm", " h:mm AM"} {
		for _, day := range days {
			all = append(all, day+time)
		}
	}
	return all
}

// Peek looks at a file in the format that somebody said, or that it seems to have: a file
// that is no UTF-8 is tried as windows-1252. The error says why it cannot be read so.
func Peek(name string, open func() (io.ReadCloser, error), format Format) (*Look, error) {
	t, err := peekTable(name, open, format)
	if err != nil && format.Encoding == "" {
		format.Encoding = "windows-1252"
		if other, failed := peekTable(name, open, format); failed == nil {
			t, err = other, nil
		} else {
			format.Encoding = ""
		}
	}
	if err != nil {
		return nil, err
	}
	defer t.Close()
	l := &Look{File: t.File, Workbook: t.Workbook, Delimiter: t.Delimiter, Encoding: format.Encoding, Rows: t.len(), Malformed: len(t.Malformed), Notes: t.Notes}
	for i, heading := range t.Header {
		l.Columns = append(l.Columns, lookAt(t, i, heading))
	}
	return l, t.lost()
}

func peekTable(name string, open func() (io.ReadCloser, error), format Format) (*Table, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return spoolTable(name, f, format, DefaultLimits())
}

// columnAt is a column of the table as a field of a kind would read it.
func columnAt(t *Table, at int, k kind, form string) *column {
	c := newColumn(Field{Column: t.Header[at], Date: form}, spec{name: "", kind: k}, "")
	c.table, c.at = t, at
	return c
}

var isNumber = regexp.MustCompile(`^[<>]?\s*\d+([.,])\d+\s*%?$`)

func lookAt(t *Table, at int, heading string) LookColumn {
	found := LookColumn{Heading: heading}
	c, known := columnAt(t, at, nameField, ""), map[string]bool{}
	for n := range t.len() {
		text := c.text(t.row(n))
		if text == "" {
			found.Empty = true
			continue
		}
		if m := isNumber.FindStringSubmatch(text); m != nil {
			found.Commas, found.Points = found.Commas || m[1] == ",", found.Points || m[1] == "."
		}
		if known[text] || found.TooMany {
			continue
		}
		if len(known) == mostValues {
			found.TooMany = true
			continue
		}
		known[text] = true
		found.Values = append(found.Values, text)
	}
	for _, text := range found.Values[:min(mostExamples, len(found.Values))] {
		found.Examples = append(found.Examples, clip(text, longestShown))
	}
	slices.Sort(found.Values)
	found.Dates = datesIn(t, at)
	return found
}

// datesIn are the forms by which all cells of a column are dates, the first of those that say
// the same.
func datesIn(t *Table, at int) (guesses []DateGuess) {
	var said [][]lab.Date
	for _, form := range dateForms {
		c := columnAt(t, at, dateField, form)
		var days []lab.Date
		example := ""
		for n := range min(datesLooked, t.len()) {
			row := t.row(n)
			day, err := c.date(row)
			if err != nil {
				days = nil
				break
			}
			if day != 0 {
				days, example = append(days, day), c.text(row)
			}
		}
		same := slices.ContainsFunc(said, func(before []lab.Date) bool { return slices.Equal(before, days) })
		if len(days) > 0 && !same {
			said = append(said, days)
			guesses = append(guesses, DateGuess{form, example, days[len(days)-1]})
		}
	}
	return guesses
}

// Column is the column with a heading, nil where there is none. A heading with {n} is that
// with the number 1.
func (l *Look) Column(heading string) *LookColumn {
	if l == nil {
		return nil
	}
	for _, name := range []string{heading, strings.ReplaceAll(heading, "{n}", "1")} {
		if i := slices.IndexFunc(l.Columns, func(c LookColumn) bool { return c.Heading == name }); i >= 0 && heading != "" {
			return &l.Columns[i]
		}
	}
	return nil
}

// ValuesOf are the different values of a column, or of all columns that a heading with {n}
// stands for, and whether there are more than are listed.
func (l *Look) ValuesOf(heading string) (values []string, tooMany bool) {
	for i := range l.Columns {
		c := &l.Columns[i]
		if c.Heading != heading && (!strings.Contains(heading, "{n}") || numbered(c.Heading) != heading) {
			continue
		}
		values, tooMany = append(values, c.Values...), tooMany || c.TooMany
	}
	slices.Sort(values)
	values = slices.Compact(values)
	return values[:min(mostValues, len(values))], tooMany || len(values) > mostValues
}

var number = regexp.MustCompile(`\d+`)

// numbered is a heading with {n} in the place of its only number; else the heading.
func numbered(heading string) string {
	if all := number.FindAllString(heading, -1); len(all) == 1 {
		return strings.Replace(heading, all[0], "{n}", 1)
	}
	return heading
}

// Numbered are the headings with {n} of which the file has the columns 1, 2 and so on, with
// how many they are.
func (l *Look) Numbered() (headings []string, counts map[string]int) {
	counts = map[string]int{}
	for _, c := range l.Columns {
		heading := numbered(c.Heading)
		if heading == c.Heading || counts[heading] > 0 {
			continue
		}
		n := 0
		for l.Column(strings.ReplaceAll(heading, "{n}", strconv.Itoa(n+1))) != nil {
			n++
		}
		if n > 1 {
			headings = append(headings, heading)
			counts[heading] = n
		}
	}
	return headings, counts
}

// FieldInfo is a field that a mapping can fill, for whoever makes one.
type FieldInfo struct {
	Name   string
	Kind   string   // as in docs/import.md
	Codes  []string // of its vocabulary
	Keys   []string // that a mapping can give for it
	Needed bool
}

// SampleFields are the fields of a sample.
func SampleFields() []FieldInfo {
	specs := make([]spec, len(sampleFields))
	for i, f := range sampleFields {
		specs[i] = f.spec
	}
	return infos(specs, neededOfSamples)
}

// FindingFields are those of a finding.
func FindingFields() []FieldInfo { return infos(findingFields, neededOfFindings) }

func infos(specs []spec, needed []string) []FieldInfo {
	list := make([]FieldInfo, len(specs))
	for i, s := range specs {
		list[i] = FieldInfo{s.name, string(s.kind), s.vocabulary, keysOf[s.kind], slices.Contains(needed, s.name)}
	}
	return list
}

// Knows tells whether a value is a code of the field as it stands, whatever its capitals.
func (f FieldInfo) Knows(value string) (code string, known bool) {
	return newColumn(Field{}, spec{f.Name, kind(f.Kind), f.Codes}, "").canonical(value)
}

// words of a heading, without what only joins them.
func headingWords(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return strings.ContainsRune(" _-./()[]:?#", c) }), " ")
}

// names tells that a heading is a term, or where it need not be the same holds it.
func names(heading, term string, same bool) bool {
	words, term := headingWords(heading), headingWords(term)
	return words == term || !same && len(term) > 3 && strings.Contains(" "+words+" ", " "+term+" ")
}

// GuessTicks finds for each column that is ticked a code that its heading names, by the terms that
// the code has: first those that are the same, then those that it holds. A code is guessed once.
func (l *Look) GuessTicks(f FieldInfo, terms func(code string) []string) map[string]string {
	guessed, taken := map[string]string{}, map[string]bool{}
	for _, same := range []bool{true, false} {
		for i := range l.Columns {
			c := &l.Columns[i]
			if guessed[c.Heading] != "" || !c.Ticked() {
				continue
			}
			at := slices.IndexFunc(f.Codes, func(code string) bool {
				return !taken[code] && slices.ContainsFunc(append(terms(code), code), func(term string) bool { return names(c.Heading, term, same) })
			})
			if at >= 0 {
				guessed[c.Heading], taken[f.Codes[at]] = f.Codes[at], true
			}
		}
	}
	return guessed
}

// Guess finds a heading for each field among headings, by the terms that the field has: first
// those that are the same, then those that hold one. A heading is guessed once.
func Guess(headings []string, fields []FieldInfo, terms func(field string) []string) map[string]string {
	guessed, taken := map[string]string{}, map[string]bool{}
	for _, same := range []bool{true, false} {
		for _, f := range fields {
			if guessed[f.Name] != "" {
				continue
			}
			for _, heading := range headings {
				fits := slices.ContainsFunc(append(terms(f.Name), f.Name), func(term string) bool {
					return names(strings.ReplaceAll(heading, "{n}", ""), term, same)
				})
				if fits && !taken[heading] {
					guessed[f.Name], taken[heading] = heading, true
					break
				}
			}
		}
	}
	return guessed
}
