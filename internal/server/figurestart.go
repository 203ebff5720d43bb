package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// figuresStartPage is where the public begins with the figures: the years that are
// over, and the products of the latest of them that is told of.
type figuresStartPage struct {
	page.View
	Search  *page.Form
	Years   []yearView
	NotOver string // says when the running year comes
	Before  string // says which years are being counted anew
	Which   string // year the tables are of
	Tables  []tableView
}

// yearView leads to the figures of a year.
type yearView struct {
	Year, Address, Samples string
}

// showFiguresStart shows the years at hand and what was handed in in the latest.
func showFiguresStart(r *request) error {
	return r.keep(func(ctx context.Context) (*page.Content, error) {
		set, err := r.server.years.Set(ctx, "")
		if err != nil {
			return nil, err
		}
		page := figuresStartPage{View: r.KeptView(r.Texts.Text("page.figures.title")), Search: r.searchForm("")}
		page.NotOver, page.Before = r.notOver(set.ClosedTo+1), r.countedBefore(set)
		s := &subject{set: set, slugs: newSlugs(set.Dictionary)}
		for _, year := range slices.Backward(set.Closed()) {
			y, err := set.Year(ctx, year)
			if err != nil {
				return nil, err
			}
			samples := r.Texts.Text("page.figures.samples", "Count", y.Registered, "Number", r.Texts.Count(y.Registered))
			page.Years = append(page.Years, yearView{strconv.Itoa(year), page.Link(yearAddress(year)), samples})
			all := &statistics.Source{Dictionary: set.Dictionary, Year: y, ClosedTo: set.ClosedTo}
			if told := all.Told(); s.source == nil && told.Year != nil {
				s.year, s.base, s.source = year, yearAddress(year), told
			}
		}
		if s.source != nil {
			err = page.tellLatest(r, s)
		}
		if err != nil {
			return nil, err
		}
		return r.KeptPage("figures.html", page)
	})
}

// notOver says when the figures of a year come.
func (r *request) notOver(year int) string {
	return r.Texts.Text("page.figures.not_over", "Year", year, "Next", year+1)
}

func (p *figuresStartPage) tellLatest(r *request, s *subject) error {
	p.Which = r.Texts.Text("page.figures.latest", "Year", s.year)
	spec, err := statistics.FindTable("products")
	if err != nil {
		return err
	}
	table, err := spec.Public(s.source)
	if err != nil {
		return err
	}
	p.Tables, _, err = s.teller(r.Texts, p.Link).tables([]*statistics.Table{table})
	return err
}

// figuresElsewherePage says why there are no figures at an address, and where there
// are.
type figuresElsewherePage struct {
	page.View
	Text   string
	Search *page.Form
	Years  []yearView
	Wrong  bool // the address leads nowhere
}

// orElsewhere turns what there are no public figures of into a page that leads to
// those that there are.
func (r *request) orElsewhere(err error) error {
	var open openYearError
	isOpen := errors.As(err, &open)
	if !isOpen && !errors.Is(err, page.ErrNoPage) {
		return err
	}
	set, failed := r.server.years.Set(r.Ctx(), "")
	if failed != nil {
		return failed
	}
	shown := figuresElsewherePage{View: r.View(r.Texts.Text("page.figures.nowhere")), Text: r.Texts.Text("page.figures.nowhere_text"), Search: r.searchForm("")}
	status := http.StatusNotFound
	if isOpen && r.Param("file") == "" {
		status, shown.Title, shown.Text = http.StatusOK, r.Texts.Text("page.figures.year_title", "Year", int(open)), r.notOver(int(open))
	}
	for _, year := range slices.Backward(set.Closed()) {
		shown.Years = append(shown.Years, yearView{Year: strconv.Itoa(year), Address: shown.Link(yearAddress(year))})
	}
	if status == http.StatusOK {
		return r.Show("figureselsewhere.html", shown)
	}
	shown.Wrong = true
	return r.Instead(page.ErrNoPage, status, "figureselsewhere.html", shown)
}

// figuresFoundPage lists the products that a reader looked for.
type figuresFoundPage struct {
	page.View
	Search *page.Form
	Asked  string
	Found  []page.MenuItem
}

// searchForm asks for a product.
func (r *request) searchForm(asked string) *page.Form {
	f := r.Hint(r.Input("product", page.TextField, "page.figures.product"), "page.figures.product_hint")
	f.MaxLength = maxAsked
	f.Values = []string{asked}
	fields := []*page.Field{f}
	if chosen := r.Site.ChosenLanguage(r.Request); chosen != "" {
		fields = append(fields, &page.Field{Name: "lang", Kind: page.HiddenField, Values: []string{chosen}})
	}
	return page.NewForm(fields...)
}

// What a reader may look for, and how many products are shown.
const (
	maxAsked = 60
	maxFound = 20
)

// showFiguresFound finds products by any of their names. One alone is shown at once.
func showFiguresFound(r *request) error {
	asked := strings.TrimSpace(r.Query("product"))
	if asked == "" || len(asked) > 4*maxAsked {
		return r.See("/figures")
	}
	set, err := r.server.years.Set(r.Ctx(), "")
	if err != nil {
		return err
	}
	years, err := set.Told(r.Ctx())
	if err != nil {
		return err
	}
	all := newSlugs(set.Dictionary)
	shown := figuresFoundPage{View: r.View(r.Texts.Text("page.figures.found_title")), Asked: asked, Search: r.searchForm(asked)}
	names := naming{words: set.Dictionary, texts: r.Texts, public: true}
	for _, p := range set.Dictionary.SearchProducts(asked, len(set.Dictionary.Products)) {
		has, err := hasSamples(r.Ctx(), years, p.ID, set.Product)
		if err != nil {
			return err
		}
		if !has { // of those without figures none may take the place of another
			continue
		}
		address := "/figures/products/" + all[p.ID]
		if lab.Fold(asked) == lab.Fold(p.NameEN) || lab.Fold(asked) == lab.Fold(p.NameNL) {
			return r.See(address)
		}
		if shown.Found = append(shown.Found, page.MenuItem{Label: names.product(p.ID), Address: shown.Link(address)}); len(shown.Found) == maxFound {
			break
		}
	}
	return r.Show("figuresfound.html", shown)
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
