package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/chart"
	"marquis/internal/figures"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// subject is what a page of figures is about: a year, a product in a year, or a
// product over the years.
type subject struct {
	set     *figures.Set
	slugs   slugs
	year    int // the last, of a product over the years
	product *lab.Product
	years   []int            // that have a page of it
	few     *statistics.Year // a year of which no more is told than how many samples there were
	source  *statistics.Source
	scopes  []statistics.TableScope
	base    string // address of the page
	name    string // what files are called
}

// openYearError is the answer to who asks for figures of a year that is not over. It is
// the same whether there are samples or not.
type openYearError int

func (y openYearError) Error() string { return fmt.Sprintf("the year %d is not over", int(y)) }

// subject finds what the address is about, as the public is told of it. Years and
// products without samples have no page.
func (r *request) subject(ctx context.Context) (*subject, error) {
	set, err := r.server.years.Set(ctx, "")
	if err != nil {
		return nil, err
	}
	s := &subject{set: set, slugs: newSlugs(set.Dictionary)}
	// The year comes first: of one that is not over all products are answered alike.
	if text := r.Param("year"); text != "" {
		if s.year, err = r.closedYear(set, text); err != nil {
			return nil, err
		}
	}
	if slug := r.Param("product"); slug != "" {
		id, ok := s.slugs.find(slug)
		if !ok {
			return nil, page.ErrNoPage
		}
		s.product = set.Dictionary.Products[id]
	}
	if s.product == nil {
		err = s.ofYear(ctx)
	} else {
		err = s.ofProduct(ctx)
	}
	s.name = r.server.fileName(s.name)
	return s, err
}

// closedYear reads a year of an address: one that is over and has samples.
func (r *request) closedYear(set *figures.Set, text string) (int, error) {
	year, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(year) != text {
		return 0, page.ErrNoPage
	}
	if set.ClosedTo < year && year <= r.server.Now().UTC().Year() {
		return 0, openYearError(year)
	}
	if !slices.Contains(set.Closed(), year) {
		return 0, page.ErrNoPage
	}
	return year, nil
}

// ofYear finds the figures of the year.
func (s *subject) ofYear(ctx context.Context) error {
	all, err := s.set.Tables(ctx, s.year)
	if err != nil {
		return err
	}
	s.years = s.set.Closed()
	s.base, s.name = yearAddress(s.year), "marquis-"+strconv.Itoa(s.year)
	s.source = all.Told()
	if s.source.Year == nil {
		s.few = all.Year
		return nil
	}
	s.scopes = []statistics.TableScope{statistics.YearTable, statistics.ServiceTable}
	return nil
}

// ofProduct finds the figures of the product in the year, or without one in all
// years.
func (s *subject) ofProduct(ctx context.Context) error {
	told, err := s.set.Told(ctx)
	if err != nil {
		return err
	}
	entries, err := s.set.History(ctx, told, func(ctx context.Context, year int) (*statistics.Entry, error) {
		return s.set.Product(ctx, year, s.product.ID)
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.N > 0 {
			s.years = append(s.years, e.Year)
		}
	}
	slug := s.slugs[s.product.ID]
	if s.year == 0 && len(s.years) > 0 {
		s.year = s.years[len(s.years)-1]
		s.base, s.name = "/figures/products/"+slug, "marquis-years-"+slug
		s.scopes = []statistics.TableScope{statistics.ProductYearsTable}
	} else {
		entries = slices.DeleteFunc(entries, func(e *statistics.Entry) bool { return e.Year != s.year })
		s.base, s.name = yearAddress(s.year)+"/"+slug, "marquis-"+strconv.Itoa(s.year)+"-"+slug
		s.scopes = []statistics.TableScope{statistics.ProductTable}
	}
	if !slices.Contains(s.years, s.year) {
		return page.ErrNoPage
	}
	all := &statistics.Source{Dictionary: s.set.Dictionary, Entries: entries, ClosedTo: s.set.ClosedTo}
	s.source = all.Told()
	return nil
}

func yearAddress(year int) string { return "/figures/" + strconv.Itoa(year) }

// entry is that of the year that is told.
func (s *subject) entry() *statistics.Entry { return s.source.Entries[len(s.source.Entries)-1] }

// teller tells the figures of a subject, with links through link.
func (s *subject) teller(l *locale.Locale, link func(string) string) *teller {
	t := &teller{texts: l, names: naming{words: s.set.Dictionary, texts: l}}
	if s.year > s.set.ClosedTo {
		t.running = s.year
	}
	t.product = func(id lab.ProductID) string {
		if s.slugs[id] == "" {
			return ""
		}
		return link(yearAddress(s.year) + "/" + s.slugs[id])
	}
	t.files = func(name, ending string) string { return link(s.base + "/tables/" + name + ending) }
	t.subject = strconv.Itoa(s.year)
	if s.product != nil {
		t.subject = t.names.product(s.product.ID) + ", " + t.subject
		if n := len(s.source.Entries); n > 1 {
			t.subject = t.names.product(s.product.ID) + ", " + strconv.Itoa(s.source.Entries[0].Year) + "–" + strconv.Itoa(s.year)
		}
	}
	return t
}

// tables are all tables of the subject, as they are made for the public or for staff.
func (s *subject) tables(show func(*statistics.TableSpec, *statistics.Source) (*statistics.Table, error)) ([]*statistics.Table, error) {
	var tables []*statistics.Table
	if len(s.scopes) == 0 { // of a year of which no table is told
		return nil, nil
	}
	for _, key := range statistics.TableKeys(s.scopes...) {
		spec, err := statistics.FindTable(key)
		if err != nil {
			return nil, err
		}
		table, err := show(spec, s.source)
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// figuresPage shows the tables of a subject.
type figuresPage struct {
	page.View
	Lead   string // what matters most, in plain words
	More   string
	Few    string // says that no more is told of the year
	Years  []page.MenuItem
	Tables []tableView
	Empty  []string // titles of tables that have nothing to tell
	Back   string   // address of the start of the figures
}

// leadSentences are told in large type.
const leadSentences = 2

// figuresOf shows a year, a product in a year, or a product over the years.
func figuresOf(r *request) error {
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
		page.Back = page.Link("/figures")
		if s.few != nil {
			page.Few = r.Texts.Text("page.figures.few", "Year", s.year, "From", statistics.YearFrom)
		}
		if page.Tables, page.Empty, err = t.tables(tables); err != nil {
			return nil, err
		}
		return r.KeptPage("figurestables.html", page)
	}))
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

// figuresFile serves one table as CSV or JSON, or one chart as SVG.
func figuresFile(r *request) error {
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

// tableFile makes the file that the address asks for: KEY.csv and KEY.json of a
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
			body, err := r.Draw(drawing.WithTitle())
			return page.NewContent("image/svg+xml", name+"-"+strings.ReplaceAll(key, "_", "-")+".svg", body), err
		}
	}
	return nil, page.ErrNoPage
}
