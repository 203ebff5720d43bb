package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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
		s.product = set.Dictionary.Products[id] // of a merged product the one that it was merged into
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
	t := &teller{texts: l, names: naming{words: s.set.Dictionary, texts: l, public: true}}
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
