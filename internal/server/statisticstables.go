package server

import (
	"strconv"

	"marquis/internal/chart"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// moreTables are what staff see beside the public tables: turnaround, months, forms
// and methods' levels.
func (t *teller) moreTables(s *statistics.Source) ([]tableView, error) {
	var months [12]int
	var levels map[lab.Level]int
	var forms map[lab.Form]int
	if n := len(s.Entries); n > 0 {
		e := s.Entries[n-1]
		months, levels, forms = e.Months, e.Level, e.Forms
	} else {
		months, levels, forms = s.Year.Months, s.Year.Level, s.Year.Forms
	}
	list := []tableView{t.turnaround(s), t.monthly(months)}
	list = append(list, t.counts("levels", "page.statistics.levels", locale.Levels, counted(lab.Levels.Strings(), levels)))
	list = append(list, t.counts("forms", "page.statistics.forms", locale.Forms, counted(lab.Forms.Strings(), forms)))
	c := t.months(list[1].Title, months)
	figure, err := chart.Responsive(c)
	list[1].Charts = []chartView{{Key: "months", Title: list[1].Title, Figure: figure}}
	return list, err
}

// codeCount is how often a code occurs.
type codeCount struct {
	code string
	n    int
}

func counted[C ~string](codes []string, counts map[C]int) []codeCount {
	var list []codeCount
	for _, code := range codes {
		if n := counts[C(code)]; n > 0 {
			list = append(list, codeCount{code, n})
		}
	}
	return list
}

func (t *teller) counts(key, title string, v locale.Vocabulary, counts []codeCount) tableView {
	view, p := t.plain(key, title, "page.statistics.kind", "page.statistics.samples")
	for _, c := range counts {
		p.Rows = append(p.Rows, t.line(capital(t.texts.Code(v, c.code)), t.texts.Count(c.n)))
	}
	view.Parts = []tablePart{p}
	return view
}

// plain is a table without rows yet. Heads are keys of texts.
func (t *teller) plain(key, title string, heads ...string) (tableView, tablePart) {
	v := tableView{Texts: t.texts, Key: key, Title: t.texts.Text(title)}
	p := tablePart{Caption: v.Title + ": " + t.subject}
	for i, head := range heads {
		p.Heads = append(p.Heads, headView{Text: t.texts.Text(head), Num: i > 0})
	}
	return v, p
}

func (t *teller) line(name string, numbers ...string) rowView {
	row := rowView{Cells: []cellView{{Text: name}}}
	for _, n := range numbers {
		row.Cells = append(row.Cells, cellView{Text: n, Num: true})
	}
	return row
}

func (t *teller) monthly(months [12]int) tableView {
	v, p := t.plain("months", "page.statistics.months", "page.statistics.month", "page.statistics.samples")
	for i, n := range months {
		p.Rows = append(p.Rows, t.line(strconv.Itoa(i+1), t.texts.Count(n)))
	}
	v.Parts = []tablePart{p}
	return v
}

// turnaround tells how long results took, and of a year also at each service.
func (t *teller) turnaround(s *statistics.Source) tableView {
	v, p := t.plain("turnaround", "page.statistics.turnaround", "page.statistics.where",
		"page.statistics.first_n", "page.statistics.first_median", "page.statistics.first_p90",
		"page.statistics.confirmed_n", "page.statistics.confirmed_median", "page.statistics.confirmed_p90")
	add := func(name string, d statistics.Turnaround) {
		p.Rows = append(p.Rows, t.line(name, append(t.delay(d.Delay), t.delay(d.Confirmed)...)...))
	}
	if len(s.Entries) > 0 {
		add(t.subject, s.Entries[len(s.Entries)-1].TurnaroundDays)
	} else {
		add(t.subject, s.Year.TurnaroundDays)
		if len(s.Services) > 1 {
			for _, x := range s.Services {
				add(x.Name, x.Year.TurnaroundDays)
			}
		}
	}
	for _, d := range statistics.Definitions {
		if d.Key == "turnaround_days" {
			v.Definitions = []definitionView{{t.text(d.Name), t.text(d.Counts), t.text(d.Of)}}
		}
	}
	v.Parts = []tablePart{p}
	return v
}

func (t *teller) delay(d statistics.Delay) []string {
	days := func(v *float64) string {
		if v == nil {
			if d.N > 0 {
				return t.texts.Text("page.figures.too_few", "Least", statistics.MeanFrom)
			}
			return nothing
		}
		return t.texts.Decimal(*v, 0)
	}
	return []string{t.texts.Count(d.N), days(d.Median), days(d.P90)}
}
