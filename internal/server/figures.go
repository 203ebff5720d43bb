package server

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/figures"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// figuresPage shows the tables of a subject.
type figuresPage struct {
	page.View
	Lead   string // what matters most, in plain words
	More   string
	Few    string // says that no more is told of the year
	Before string // says which years are being counted anew
	Years  []page.MenuItem
	Tables []tableView
	Empty  []string // titles of tables that have nothing to tell
	Back   string   // address of the start of the figures
}

// leadSentences are told in large type.
const leadSentences = 2

// showFigures shows a year, a product in a year, or a product over the years.
func showFigures(r *request) error {
	return r.orElsewhere(r.keep(func(ctx context.Context) (*page.Content, error) {
		s, err := r.subject(ctx)
		if err != nil {
			return nil, err
		}
		tables, err := s.tables((*statistics.TableSpec).Public)
		if err != nil {
			return nil, err
		}
		page := figuresPage{View: r.KeptView("")}
		t := s.teller(r.Texts, page.Link)
		title, lead := t.lead(s)
		first := min(leadSentences, len(lead))
		page.Title, page.Lead, page.More = title, strings.Join(lead[:first], " "), strings.Join(lead[first:], " ")
		page.Years = s.menu(t, page.Link)
		page.Back, page.Before = page.Link("/figures"), r.countedBefore(s.set)
		if s.few != nil {
			page.Few = r.Texts.Text("page.figures.few", "Year", s.year, "From", statistics.YearFrom)
		}
		if page.Tables, page.Empty, err = t.tables(tables); err != nil {
			return nil, err
		}
		return r.KeptPage("figurestables.html", page)
	}))
}

// countedBefore says which years are still told as the definitions of before counted them.
func (r *request) countedBefore(set *figures.Set) string {
	years := set.Outdated()
	if len(years) == 0 {
		return ""
	}
	said := make([]string, len(years))
	for i, year := range years {
		said[i] = strconv.Itoa(year)
	}
	return r.Texts.Text("page.figures.counted_before", "Years", strings.Join(said, ", "))
}

// tables tells tables; of those that have nothing to tell only the titles.
func (t *teller) tables(tables []*statistics.Table) (views []tableView, empty []string, err error) {
	for _, x := range tables {
		v, err := t.table(x)
		if err != nil {
			return nil, nil, err
		}
		if len(v.Parts) == 0 {
			empty = append(empty, v.Title)
			continue
		}
		views = append(views, v)
	}
	return views, empty, nil
}

// menu leads to the other years, and of a product to all years together.
func (s *subject) menu(t *teller, link func(string) string) []page.MenuItem {
	var items []page.MenuItem
	over := len(s.scopes) == 1 && s.scopes[0] == statistics.ProductYearsTable
	if s.product != nil {
		address := "/figures/products/" + s.slugs[s.product.ID]
		items = append(items, page.MenuItem{Label: t.texts.Text("page.figures.all_years"), Address: link(address), Current: over})
	}
	for _, year := range slices.Backward(s.years) {
		address := yearAddress(year)
		if s.product != nil {
			address += "/" + s.slugs[s.product.ID]
		}
		items = append(items, page.MenuItem{Label: strconv.Itoa(year), Address: link(address), Current: year == s.year && !over})
	}
	return items
}

// The media types of tables.
const (
	csvKind  = "text/csv; charset=utf-8"
	jsonKind = "application/json"
)

// serveFiguresFile serves one table as a workbook, CSV or JSON, or one chart as SVG.
func serveFiguresFile(r *request) error {
	return r.orElsewhere(r.keep(func(ctx context.Context) (*page.Content, error) {
		s, err := r.subject(ctx)
		if err != nil {
			return nil, err
		}
		tables, err := s.tables((*statistics.TableSpec).Public)
		if err != nil {
			return nil, err
		}
		return r.tableFile(s.teller(r.Texts, func(a string) string { return a }), tables, s.name)
	}))
}

// tableFile makes the file that the address asks for: KEY.xlsx, KEY.csv and KEY.json of a
// table, or KEY.svg of a chart.
func (r *request) tableFile(t *teller, tables []*statistics.Table, name string) (*page.Content, error) {
	file := r.Param("file")
	ending := path.Ext(file)
	key := strings.TrimSuffix(file, ending)
	if ending == ".svg" {
		return r.chartFile(t, tables, key, name)
	}
	i := slices.IndexFunc(tables, func(x *statistics.Table) bool { return x.Key == key })
	if i < 0 {
		return nil, page.ErrNoPage
	}
	var body bytes.Buffer
	name += "-" + strings.ReplaceAll(file, "_", "-")
	switch ending {
	case sheetEnding:
		return sheetFile(t.sheet(tables[i]), name)
	case ".csv":
		err := tables[i].WriteCSV(&body)
		return page.NewContent(csvKind, name, body.Bytes()), err
	case ".json":
		err := tables[i].WriteJSON(&body)
		return page.NewContent(jsonKind, name, body.Bytes()), err
	}
	return nil, page.ErrNoPage
}

// fileWidth is that of a chart in a file.
const fileWidth = 760

func (r *request) chartFile(t *teller, tables []*statistics.Table, key, name string) (*page.Content, error) {
	for _, x := range tables {
		for _, c := range (grid{Table: x, teller: t}).pictures() {
			if c.Key != key {
				continue
			}
			drawing, err := c.chart.Draw(fileWidth)
			if errors.Is(err, chart.ErrEmpty) {
				return nil, page.ErrNoPage
			}
			if err != nil {
				return nil, err
			}
			if x.Synthetic {
				drawing.Title += ". " + r.Texts.Text("page.figures.synthetic")
			}
			body, err := r.Part("figures.html", "chart.svg", drawing.WithTitle())
			return page.NewContent("image/svg+xml", name+"-"+strings.ReplaceAll(key, "_", "-")+".svg", body), err
		}
	}
	return nil, page.ErrNoPage
}
