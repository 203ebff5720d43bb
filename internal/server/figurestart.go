package server

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// figuresStartPage is where the public begins with the figures: the years, and the
// products of the latest that is over, or of the one that runs if it is the first.
type figuresStartPage struct {
	view
	Search *form
	Years  []yearView
	Which  string // year the tables are of
	Tables []tableView
}

// yearView leads to the figures of a year.
type yearView struct {
	Year, Address, Samples string
}

// figuresStart shows the years at hand and what was handed in in the latest that is
// over: in January the running year says little yet.
func figuresStart(r *request) error {
	return r.keep(func(ctx context.Context) (*content, error) {
		set, err := r.server.years.Set(ctx, "")
		if err != nil {
			return nil, err
		}
		page := figuresStartPage{view: r.keptView(r.texts.Text("page.figures.title")), Search: r.searchForm("")}
		s := &subject{set: set, slugs: newSlugs(set.Dictionary), source: &statistics.Source{}}
		for _, year := range slices.Backward(set.Years()) {
			y, err := set.Year(ctx, year)
			if err != nil {
				return nil, err
			}
			samples := r.texts.Text("page.figures.samples", "Count", y.Registered, "Number", r.texts.Count(y.Registered))
			page.Years = append(page.Years, yearView{strconv.Itoa(year), page.Link(yearAddress(year)), samples})
			if s.year == 0 || set.Closed(year) && !s.source.Closed {
				s.year, s.base = year, yearAddress(year)
				s.source = &statistics.Source{Dictionary: set.Dictionary, Year: y, Closed: set.Closed(year)}
			}
		}
		if s.year != 0 {
			err = page.tellLatest(r, s)
		}
		if err != nil {
			return nil, err
		}
		return r.keptPage("figures.html", page)
	})
}

func (p *figuresStartPage) tellLatest(r *request, s *subject) error {
	p.Which = r.texts.Text("page.figures.latest", "Year", s.year)
	if !s.source.Closed {
		p.Which = r.texts.Text("page.figures.running", "Year", s.year)
	}
	spec, err := statistics.FindTable("products")
	if err != nil {
		return err
	}
	table, err := spec.Public(s.source)
	if err != nil {
		return err
	}
	p.Tables, _, err = s.teller(r.texts, p.Link).tables([]*statistics.Table{table})
	return err
}

// figuresFoundPage lists the products that a reader looked for.
type figuresFoundPage struct {
	view
	Search *form
	Asked  string
	Found  []menuItem
}

// searchForm asks for a product.
func (r *request) searchForm(asked string) *form {
	f := r.hint(r.input("product", textField, "page.figures.product"), "page.figures.product_hint")
	f.MaxLength = maxAsked
	f.Values = []string{asked}
	fields := []*field{f}
	if chosen := r.server.chosenLanguage(r.Request); chosen != "" {
		fields = append(fields, &field{Name: "lang", Kind: hiddenField, Values: []string{chosen}})
	}
	return newForm(fields...)
}

// What a reader may look for, and how many products are shown.
const (
	maxAsked = 60
	maxFound = 20
)

// figuresSearch finds products by any of their names. One alone is shown at once.
func figuresSearch(r *request) error {
	asked := strings.TrimSpace(r.Query("product"))
	if asked == "" || len(asked) > 4*maxAsked {
		return r.see("/figures")
	}
	set, err := r.server.years.Set(r.context(), "")
	if err != nil {
		return err
	}
	all := newSlugs(set.Dictionary)
	page := figuresFoundPage{view: r.view(r.texts.Text("page.figures.found_title")), Asked: asked, Search: r.searchForm(asked)}
	names := naming{words: set.Dictionary, texts: r.texts}
	for _, p := range set.Dictionary.SearchProducts(asked, maxFound) {
		has, err := hasSamples(r.context(), set.Years(), p.ID, set.Product)
		if err != nil {
			return err
		}
		address := "/figures/products/" + all[p.ID]
		exact := lab.Fold(asked) == lab.Fold(p.NameEN) || lab.Fold(asked) == lab.Fold(p.NameNL)
		if has && exact {
			return r.see(address)
		}
		if has {
			page.Found = append(page.Found, menuItem{Label: names.product(p.ID), Address: page.Link(address)})
		}
	}
	return r.show("figuresfound.html", page)
}

// hasSamples tells whether a product has samples in one of the years.
func hasSamples(ctx context.Context, years []int, id lab.ProductID, figures func(context.Context, int, lab.ProductID) (*statistics.Entry, error)) (bool, error) {
	for _, year := range slices.Backward(years) {
		e, err := figures(ctx, year, id)
		if err != nil || e.N > 0 {
			return err == nil, err
		}
	}
	return false, nil
}
