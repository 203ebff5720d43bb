package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
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
	None   bool   // there are no figures yet
	Before string // says which years are being counted anew
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

// showStatistics shows what is asked for.
func showStatistics(r *request) error {
	f, err := r.statisticsForm()
	if err != nil {
		return err
	}
	shown := statisticsPage{View: r.View(r.Texts.Text("page.statistics.title")), Form: f}
	if shown.None = len(mustField(f, "year").Options) == 0; shown.None {
		return r.Show("statistics.html", shown)
	}
	a, err := r.asked(f)
	if err != nil {
		return r.Again(err, "statistics.html", func() (any, *page.Form, error) { return shown, f, nil })
	}
	tables, err := a.tables((*statistics.TableSpec).Staff)
	if err != nil {
		return err
	}
	t := a.teller(r)
	if shown.Tables, shown.Empty, err = t.tables(tables); err != nil {
		return err
	}
	more, err := t.moreTables(a.source)
	if err != nil {
		return err
	}
	shown.Tables, shown.Lead, shown.Before = append(shown.Tables, more...), capital(t.subject), r.countedBefore(a.set)
	shown.Files = t.numbers(allFigures)
	return r.Show("statistics.html", shown)
}

// allFigures is the name of the file with all figures at once.
const allFigures = "all"

// serveStatisticsFile sends what is asked for as a file, and puts that on record.
func serveStatisticsFile(r *request) error {
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
	file, err := a.allFile(a.teller(r), r.Param("file"))
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
func (a *asked) allFile(t *teller, file string) (*page.Content, error) {
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
	case sheetEnding:
		if err := all.WriteCSV(&body); err != nil {
			return nil, err
		}
		sheet, err := t.allSheet(t.texts.Text("page.statistics.all_title"), body.Bytes(), a.source.Year.Scope.Synthetic)
		if err != nil {
			return nil, err
		}
		return sheetFile(sheet, a.name+ending)
	case ".csv":
		err := all.WriteCSV(&body)
		return page.NewContent(csvKind, a.name+ending, body.Bytes()), err
	case ".json":
		err := all.WriteJSON(&body)
		return page.NewContent(jsonKind, a.name+ending, body.Bytes()), err
	}
	return nil, page.ErrNoPage
}
