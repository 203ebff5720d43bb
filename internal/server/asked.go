package server

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// entryOf makes the figures of something in a year.
type entryOf func(ctx context.Context, year int) (*statistics.Entry, error)

// asked is what a form of the workbench asks for.
type asked struct {
	*subject
	service lab.ServiceID
	query   url.Values
}

// asked reads the form. What it asks wrongly is lab.FieldErrors.
func (r *request) asked(f *page.Form) (*asked, error) {
	in := &page.Reader{Typed: url.Values{}}
	for _, x := range f.Fields {
		in.Typed[x.Name] = x.Values
	}
	for _, x := range []*page.Field{mustField(f, "year"), mustField(f, "service")} {
		in.Mistakes.Check(x.Offers(x.Value()), x.Name, "Choose one of the list.")
	}
	if err := in.Mistakes.Err(); err != nil {
		return nil, err
	}
	code, id, err := r.serviceOf(r.Ctx(), in.Text("service"))
	if err != nil {
		return nil, err
	}
	set, err := r.server.years.Set(r.Ctx(), code)
	if err != nil {
		return nil, err
	}
	a := &asked{service: id, query: in.Typed, subject: &subject{set: set, slugs: newSlugs(set.Dictionary), year: int(in.Whole("year"))}}
	of, err := a.of(in)
	if err != nil {
		return nil, err
	}
	a.name = r.server.fileName(strings.ToLower("marquis-" + in.Text("service") + "-" + in.Text("year")))
	if of == nil {
		a.scopes = []statistics.TableScope{statistics.YearTable}
		if code == "" {
			a.scopes = append(a.scopes, statistics.ServiceTable)
		}
		a.source, err = set.Tables(r.Ctx(), a.year)
		return a, err
	}
	a.scopes = []statistics.TableScope{statistics.ProductTable, statistics.ProductYearsTable}
	a.source, err = a.entries(r.Ctx(), of)
	return a, err
}

// of is what the figures are about: a product, something expected, or neither.
func (a *asked) of(in *page.Reader) (entryOf, error) {
	set, product, expected := a.set, in.Text("product"), in.Text("expected")
	in.Mistakes.Check(product == "" || expected == "", "expected", "Choose a product or an expected substance, not both.")
	var of entryOf
	if product != "" {
		p, ok := set.Dictionary.FindProduct(product)
		in.Mistakes.Check(ok, "product", "No product of the dictionary is called %q.", product)
		if ok {
			a.product = p
			of = func(ctx context.Context, year int) (*statistics.Entry, error) { return set.Product(ctx, year, p.ID) }
		}
	}
	if expected != "" {
		token, err := set.FindExpected(expected)
		in.Mistakes.Check(err == nil, "expected", "No substance or class of the dictionary is called %q.", expected)
		of = func(ctx context.Context, year int) (*statistics.Entry, error) { return set.Expected(ctx, year, token) }
	}
	return of, in.Mistakes.Err()
}

// entries are the figures of the years up to the one that is asked for.
func (a *asked) entries(ctx context.Context, of entryOf) (*statistics.Source, error) {
	history, err := a.set.History(ctx, a.set.Years(), of)
	if err != nil {
		return nil, err
	}
	history = slices.DeleteFunc(history, func(e *statistics.Entry) bool { return e.Year >= a.year })
	last, err := of(ctx, a.year)
	if err != nil {
		return nil, err
	}
	return &statistics.Source{Dictionary: a.set.Dictionary, Entries: append(history, last), ClosedTo: a.set.ClosedTo}, nil
}

// teller tells the figures to staff.
func (a *asked) teller(r *request) *teller {
	t := a.subject.teller(r.Texts, func(s string) string { return s })
	t.product = func(id lab.ProductID) string {
		p, ok := a.set.Dictionary.Products[id]
		if !ok {
			return ""
		}
		query := url.Values{"year": a.query["year"], "service": a.query["service"], "product": {p.NameEN}}
		return "/statistics?" + query.Encode()
	}
	t.files = func(name, ending string) string {
		return "/statistics/tables/" + name + ending + "?" + a.query.Encode()
	}
	t.subject = strconv.Itoa(a.year) + ", " + r.Texts.Text("page.statistics.all_services")
	if len(a.set.Services) == 1 && a.service != 0 {
		t.subject = strconv.Itoa(a.year) + ", " + a.set.Services[0].Name
	}
	if len(a.source.Entries) > 0 {
		t.subject = a.about(t.names) + ", " + t.subject
	}
	return t
}

// about names what the figures are about.
func (a *asked) about(n naming) string {
	e := a.entry()
	if a.product != nil {
		return n.product(a.product.ID)
	}
	return n.expected([]lab.Expected{e.Token})
}
