package reports

import (
	"cmp"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// The columns of the contents.
const (
	contentsName = 44
	contentsText = 66
	contentsTail = 60
)

// writeContents writes the first sheet: what this is, where things stand, what is
// left out, what each figure means and what it does not tell.
func (b *book) writeContents(s *sheet) {
	s.heading()
	s.widths = map[int]float64{1: contentsName, 2: contentsText, 3: contentsTail}
	s.next = firstRow
	s.facts()
	s.index()
	s.leftOut()
	s.definitions()
	s.caveats()
}

// pair writes a name and a text in one row.
func (s *sheet) pair(name, text string) {
	s.put(1, s.next, name, look{kind: kindPlain})
	s.put(2, s.next, text, look{kind: kindPlain})
	s.next++
}

func (s *sheet) facts() {
	var years []string
	for _, y := range s.Years {
		years = append(years, strconv.Itoa(y.Year))
	}
	s.pair(s.text("report.contents.scope"), s.scope())
	s.pair(s.text("report.contents.years"), strings.Join(years, ", "))
	s.pair(s.text("report.registered"), s.locale.Count(s.year.Registered))
	s.pair(s.text("report.released"), s.locale.Count(s.year.Released))
	s.pair(s.text("report.contents.currency"), s.Scope.Currency)
	s.pair(s.text("report.contents.made"), s.locale.Instant(s.MadeAt.UTC()))
	s.pair(s.text("report.contents.program"), strings.TrimSpace(program+" "+s.Program))
	s.next++
}

// index lists the sheets, each with a link, and the products that have none.
func (s *sheet) index() {
	s.put(1, s.next, s.text("report.contents.sheets"), look{kind: kindTableTitle})
	s.next++
	for _, x := range s.sheets[1:] {
		s.link(1, s.next, x.name, x.name)
		s.put(2, s.next, x.about, look{kind: kindBare})
		s.next++
	}
	few, beyond := 0, 0
	for i := range s.year.Products {
		switch {
		case s.year.Products[i].N < minProductSheet:
			few++
		case i >= maxProductSheets:
			beyond++
		}
	}
	if few > 0 {
		s.put(1, s.next, s.text("report.contents.few", "Count", few, "Least", minProductSheet), look{kind: kindNote})
		s.next++
	}
	if beyond > 0 {
		s.put(1, s.next, s.text("report.contents.beyond", "Count", beyond, "Most", maxProductSheets), look{kind: kindNote})
		s.next++
	}
	s.next++
}

// leftOut tells which of the registered samples are in no figure but share.
func (s *sheet) leftOut() {
	columns := func(title string) []column {
		return []column{{title, formatText, contentsName, false}, {s.text("report.contents.samples"), formatLeft, contentsText, false}}
	}
	t := table{
		title: s.text("report.contents.left_out", "Year", s.year.Year), note: s.text("report.contents.left_out_note"), strong: 1,
		columns: columns(s.text("report.contents.state")),
	}
	t.rows = append(t.rows, []any{s.text("report.released"), s.year.Released}, []any{s.text("report.withdrawn"), s.year.Withdrawn})
	for _, reason := range keysOf(s.year.Unreleased) {
		t.rows = append(t.rows, []any{s.text("report.contents.unreleased", "Reason", s.reasonName(reason)), s.year.Unreleased[reason]})
	}
	t.rows = append(t.rows, []any{s.text("report.registered"), s.year.Registered})
	s.table(t)

	levels := table{title: s.text("report.contents.levels"), columns: columns(s.text("report.level"))}
	for _, level := range lab.Levels {
		levels.rows = append(levels.rows, []any{s.locale.Code(locale.Levels, string(level)), s.year.Level[level]})
	}
	levels.rows = append(levels.rows, []any{s.text("report.recognised"), s.year.Recognised})
	s.table(levels)

	forms := table{title: s.text("report.contents.forms"), columns: columns(s.text("report.form"))}
	for _, form := range lab.Forms {
		if n := s.year.Forms[form]; n > 0 {
			forms.rows = append(forms.rows, []any{s.locale.Code(locale.Forms, string(form)), n})
		}
	}
	s.table(forms)
}

// saying returns a text of the statistics in the language of the report.
func (s *sheet) saying(t statistics.Text) string {
	if s.Language == dutch {
		return t.Dutch
	}
	return t.English
}

// definitions says of each figure what is counted and of what, in the words of
// the statistics.
func (s *sheet) definitions() {
	t := table{title: s.text("report.contents.definitions"), columns: []column{
		{s.text("report.define.figure"), formatWrapped, contentsName, false},
		{s.text("report.define.counts"), formatWrapped, contentsText, false},
		{s.text("report.define.of"), formatWrapped, contentsTail, false},
	}}
	for _, d := range statistics.Definitions {
		t.rows = append(t.rows, []any{s.saying(d.Name), s.saying(d.Counts), cmp.Or(s.saying(d.Of), "–")})
	}
	s.table(t)
}

// caveats says how the figures are to be read.
func (s *sheet) caveats() {
	s.put(1, s.next, s.text("report.contents.caveats"), look{kind: kindTableTitle})
	s.next++
	texts := []string{s.text("report.caveat.small"), s.text("report.caveat.market"), s.saying(statistics.Caveat)}
	for _, method := range statistics.Methods {
		texts = append(texts, s.saying(method))
	}
	texts = append(texts,
		s.text("report.caveat.hidden"), s.text("report.caveat.contains"), s.text("report.caveat.base"), s.text("report.caveat.loq"),
		s.text("report.caveat.methods"), s.text("report.caveat.price"))
	for _, text := range texts {
		s.put(1, s.next, text, look{kind: kindWrapped})
		s.do(s.file.MergeCell(s.name, cell(1, s.next), cell(3, s.next)))
		s.height(s.next, 13.5*float64(linesOf(text, contentsName+contentsText+contentsTail))+3)
		s.next++
	}
}
