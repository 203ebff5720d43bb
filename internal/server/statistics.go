package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// allServices stands in a form for all services together. Codes of services have
// capitals.
const allServices = "all"

// choices are the years that have figures, the latest first, and the services whose
// figures the reader may see.
func (r *request) choices(ctx context.Context) (years, services []page.Option, err error) {
	set, err := r.server.years.Set(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	for _, year := range slices.Backward(set.Years()) {
		years = append(years, page.Option{Value: strconv.Itoa(year), Label: strconv.Itoa(year)})
	}
	all, _ := r.Actor.ServicesOf(lab.FigureRoles...)
	if all {
		services = append(services, page.Option{Value: allServices, Label: r.Texts.Text("page.statistics.all_services")})
	}
	for _, s := range set.Services {
		if r.Actor.Has(s.ID, lab.FigureRoles...) {
			services = append(services, page.Option{Value: s.Code, Label: s.Name})
		}
	}
	return years, services, nil
}

// serviceOf finds the service of a form, as a set of figures knows it. One of which
// the reader may not see the figures does not exist.
func (r *request) serviceOf(ctx context.Context, value string) (code string, id lab.ServiceID, err error) {
	if value == allServices {
		if all, _ := r.Actor.ServicesOf(lab.FigureRoles...); !all {
			return "", 0, lab.ErrNotFound
		}
		return "", 0, nil
	}
	s, err := r.server.Store.Service(ctx, r.Actor, value)
	if err == nil && !r.Actor.Has(s.ID, lab.FigureRoles...) {
		err = lab.ErrNotFound
	}
	return s.Code, s.ID, err
}

// statisticsPage is the workbench: all figures of what is asked for, with all cells.
type statisticsPage struct {
	page.View
	Form   *page.Form
	None   bool // there are no figures yet
	Lead   string
	Files  []fileLink // with all figures at once
	Tables []tableView
	Empty  []string
}

// statisticsForm asks what the figures are to be about. Filled in is what the
// address asks for, and else the latest year.
func (r *request) statisticsForm() (*page.Form, error) {
	years, services, err := r.choices(r.Ctx())
	if err != nil {
		return nil, err
	}
	year := r.Input("year", page.SelectField, "page.statistics.year")
	year.Options, year.Narrow = years, true
	service := r.Input("service", page.SelectField, "page.statistics.service")
	service.Options = services
	product := r.Optional(r.Input("product", page.TextField, "page.statistics.product"))
	product.Suggest, product.MaxLength = "/suggest/products", maxAsked
	expected := r.Optional(r.Input("expected", page.TextField, "page.statistics.expected"))
	expected.Suggest, expected.MaxLength = "/suggest/substances", maxAsked
	f := page.NewForm(year, service, product, expected)
	f.Fill(r.Request.URL.Query())
	for _, x := range []*page.Field{year, service} {
		if x.Value() == "" && len(x.Options) > 0 {
			x.Values = []string{x.Options[0].Value}
		}
	}
	return f, nil
}

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

// entryOf makes the figures of something in a year.
type entryOf func(ctx context.Context, year int) (*statistics.Entry, error)

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

// statisticsOf shows what is asked for.
func statisticsOf(r *request) error {
	f, err := r.statisticsForm()
	if err != nil {
		return err
	}
	page := statisticsPage{View: r.View(r.Texts.Text("page.statistics.title")), Form: f}
	if page.None = len(mustField(f, "year").Options) == 0; page.None {
		return r.Show("statistics.html", page)
	}
	a, err := r.asked(f)
	if err != nil {
		return r.Refill("statistics.html", page, f, err)
	}
	tables, err := a.tables((*statistics.TableSpec).Staff)
	if err != nil {
		return err
	}
	t := a.teller(r)
	if page.Tables, page.Empty, err = t.tables(tables); err != nil {
		return err
	}
	more, err := t.moreTables(a.source)
	if err != nil {
		return err
	}
	page.Tables, page.Lead = append(page.Tables, more...), capital(t.subject)
	page.Files = []fileLink{{"CSV", t.files(allFigures, ".csv")}, {"JSON", t.files(allFigures, ".json")}}
	return r.Show("statistics.html", page)
}

// allFigures is the name of the file with all figures at once.
const allFigures = "all"

// statisticsFile sends what is asked for as a file, and puts that on record.
func statisticsFile(r *request) error {
	f, err := r.statisticsForm()
	if err != nil {
		return err
	}
	a, err := r.asked(f)
	if err != nil {
		return err
	}
	tables, err := a.tables((*statistics.TableSpec).Staff)
	if err != nil {
		return err
	}
	file, err := a.allFile(r.Param("file"))
	if file == nil && err == nil {
		file, err = r.tableFile(a.teller(r), tables, a.name)
	}
	if err != nil {
		return err
	}
	if !r.headersAlone() {
		what := "figures " + r.Param("file") + " " + a.query.Encode()
		if err := r.server.Store.RecordExport(r.Ctx(), r.Actor, a.service, what); err != nil {
			return err
		}
	}
	r.Header("Content-Disposition", `attachment; filename="`+file.File+`"`)
	r.Data(http.StatusOK, file.Kind, file.Body)
	return nil
}

// allFile is the file with all figures, nil where another is asked for.
func (a *asked) allFile(file string) (*page.Content, error) {
	ending := path.Ext(file)
	if strings.TrimSuffix(file, ending) != allFigures {
		return nil, nil
	}
	var all interface {
		WriteCSV(w io.Writer) error
		WriteJSON(w io.Writer) error
	} = a.source.Year
	if len(a.source.Entries) > 0 {
		all = a.entry()
	}
	var body bytes.Buffer
	switch ending {
	case ".csv":
		err := all.WriteCSV(&body)
		return page.NewContent(csvKind, a.name+ending, body.Bytes()), err
	case ".json":
		err := all.WriteJSON(&body)
		return page.NewContent(jsonKind, a.name+ending, body.Bytes()), err
	}
	return nil, page.ErrNoPage
}
