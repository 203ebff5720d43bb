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

	"marquis/internal/chart"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// allServices stands in a form for all services together. Codes of services have
// capitals.
const allServices = "all"

// choices are the years that have figures, the latest first, and the services whose
// figures the reader may see.
func (r *request) choices(ctx context.Context) (years, services []option, err error) {
	set, err := r.server.years.Set(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	for _, year := range slices.Backward(set.Years()) {
		years = append(years, option{strconv.Itoa(year), strconv.Itoa(year)})
	}
	all, _ := r.actor.ServicesOf(figureRoles...)
	if all {
		services = append(services, option{allServices, r.texts.Text("page.statistics.all_services")})
	}
	for _, s := range set.Services {
		if r.actor.Has(s.ID, figureRoles...) {
			services = append(services, option{s.Code, s.Name})
		}
	}
	return years, services, nil
}

// serviceOf finds the service of a form, as a set of figures knows it. One of which
// the reader may not see the figures does not exist.
func (r *request) serviceOf(ctx context.Context, value string) (code string, id lab.ServiceID, err error) {
	if value == allServices {
		if all, _ := r.actor.ServicesOf(figureRoles...); !all {
			return "", 0, lab.ErrNotFound
		}
		return "", 0, nil
	}
	s, err := r.server.Store.Service(ctx, value)
	if err == nil && !r.actor.Has(s.ID, figureRoles...) {
		err = lab.ErrNotFound
	}
	return s.Code, s.ID, err
}

// statisticsPage is the workbench: all figures of what is asked for, with all cells.
type statisticsPage struct {
	view
	Form   *form
	None   bool // there are no figures yet
	Lead   string
	Files  []fileLink // with all figures at once
	Tables []tableView
	Empty  []string
}

// statisticsForm asks what the figures are to be about. Filled in is what the
// address asks for, and else the latest year.
func (r *request) statisticsForm() (*form, error) {
	years, services, err := r.choices(r.context())
	if err != nil {
		return nil, err
	}
	year := r.input("year", selectField, "page.statistics.year")
	year.Options, year.Narrow = years, true
	service := r.input("service", selectField, "page.statistics.service")
	service.Options = services
	product := r.optional(r.input("product", textField, "page.statistics.product"))
	product.Suggest, product.MaxLength = "/suggest/products", maxAsked
	expected := r.optional(r.input("expected", textField, "page.statistics.expected"))
	expected.Suggest, expected.MaxLength = "/suggest/substances", maxAsked
	f := newForm(year, service, product, expected)
	f.fill(r.Request.URL.Query())
	for _, x := range []*field{year, service} {
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
func (r *request) asked(f *form) (*asked, error) {
	in := &reader{typed: url.Values{}}
	for _, x := range f.Fields {
		in.typed[x.Name] = x.Values
	}
	for _, x := range f.Fields[:2] {
		in.mistakes.Check(x.offers(x.Value()), x.Name, "Choose one of the list.")
	}
	if err := in.mistakes.Err(); err != nil {
		return nil, err
	}
	code, id, err := r.serviceOf(r.context(), in.text("service"))
	if err != nil {
		return nil, err
	}
	set, err := r.server.years.Set(r.context(), code)
	if err != nil {
		return nil, err
	}
	a := &asked{service: id, query: in.typed, subject: &subject{set: set, slugs: newSlugs(set.Dictionary), year: int(in.whole("year"))}}
	of, err := a.of(in)
	if err != nil {
		return nil, err
	}
	a.name = strings.ToLower("marquis-" + in.text("service") + "-" + in.text("year"))
	if of == nil {
		a.scopes = []statistics.TableScope{statistics.YearTable}
		if code == "" {
			a.scopes = append(a.scopes, statistics.ServiceTable)
		}
		a.source, err = set.Tables(r.context(), a.year)
		return a, err
	}
	a.scopes = []statistics.TableScope{statistics.ProductTable, statistics.ProductYearsTable}
	a.source, err = a.entries(r.context(), of)
	return a, err
}

// entryOf makes the figures of something in a year.
type entryOf func(ctx context.Context, year int) (*statistics.Entry, error)

// of is what the figures are about: a product, something expected, or neither.
func (a *asked) of(in *reader) (entryOf, error) {
	set, product, expected := a.set, in.text("product"), in.text("expected")
	in.mistakes.Check(product == "" || expected == "", "expected", "Choose a product or an expected substance, not both.")
	var of entryOf
	if product != "" {
		p, ok := set.Dictionary.FindProduct(product)
		in.mistakes.Check(ok, "product", "No product of the dictionary is called %q.", product)
		if ok {
			a.product = p
			of = func(ctx context.Context, year int) (*statistics.Entry, error) { return set.Product(ctx, year, p.ID) }
		}
	}
	if expected != "" {
		token, err := set.FindExpected(expected)
		in.mistakes.Check(err == nil, "expected", "No substance or class of the dictionary is called %q.", expected)
		of = func(ctx context.Context, year int) (*statistics.Entry, error) { return set.Expected(ctx, year, token) }
	}
	return of, in.mistakes.Err()
}

// entries are the figures of the years up to the one that is asked for.
func (a *asked) entries(ctx context.Context, of entryOf) (*statistics.Source, error) {
	history, err := a.set.History(ctx, of)
	if err != nil {
		return nil, err
	}
	history = slices.DeleteFunc(history, func(e *statistics.Entry) bool { return e.Year >= a.year })
	last, err := of(ctx, a.year)
	if err != nil {
		return nil, err
	}
	return &statistics.Source{Dictionary: a.set.Dictionary, Entries: append(history, last), Closed: a.set.Closed(a.year)}, nil
}

// teller tells the figures to staff.
func (a *asked) teller(r *request) *teller {
	t := a.subject.teller(r.texts, func(s string) string { return s })
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
	t.subject = strconv.Itoa(a.year) + ", " + r.texts.Text("page.statistics.all_services")
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
	page := statisticsPage{view: r.view(r.texts.Text("page.statistics.title")), Form: f}
	if page.None = len(f.Fields[0].Options) == 0; page.None {
		return r.show("statistics.html", page)
	}
	a, err := r.asked(f)
	if err != nil {
		return r.refill("statistics.html", page, f, err)
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
	return r.show("statistics.html", page)
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
	what := "figures " + r.Param("file") + " " + a.query.Encode()
	if err := r.server.Store.RecordExport(r.context(), r.actor, a.service, what); err != nil {
		return err
	}
	r.Header("Content-Disposition", `attachment; filename="`+file.file+`"`)
	r.Data(http.StatusOK, file.kind, file.body)
	return nil
}

// allFile is the file with all figures, nil where another is asked for.
func (a *asked) allFile(file string) (*content, error) {
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
		return newContent(csvKind, a.name+ending, body.Bytes()), err
	case ".json":
		err := all.WriteJSON(&body)
		return newContent(jsonKind, a.name+ending, body.Bytes()), err
	}
	return nil, errNoPage
}

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
				return t.texts.Text("page.figures.too_few", "Least", amountsForMean)
			}
			return nothing
		}
		return t.texts.Decimal(*v, 0)
	}
	return []string{t.texts.Count(d.N), days(d.Median), days(d.P90)}
}
