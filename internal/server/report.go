package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/statistics"
	"marquis/internal/work"
	"marquis/reports"
)

// reportsPage asks which report to make.
type reportsPage struct {
	page.View
	Form *page.Form
	None bool // there are no figures yet
}

// reportForm asks for the year, the language and the service.
func (r *request) reportForm(ctx context.Context) (*page.Form, error) {
	years, services, err := r.choices(ctx)
	if err != nil {
		return nil, err
	}
	year := r.Input("year", page.SelectField, "page.statistics.year")
	year.Options = years
	language := r.Input("language", page.RadioField, "page.reports.language")
	for _, lang := range r.Site.Languages {
		language.Options = append(language.Options, page.Option{Value: lang, Label: r.Site.Texts[lang].Name()})
	}
	service := r.Input("service", page.SelectField, "page.statistics.service")
	service.Options = services
	f := page.NewForm(year, language, service)
	f.Set("language", r.Texts.Language())
	if len(years) > 0 {
		f.Set("year", years[min(1, len(years)-1)].Value) // the last that is over, mostly
	}
	if len(services) > 0 {
		f.Set("service", services[0].Value)
	}
	return f, nil
}

func showReports(r *request) error {
	f, err := r.reportForm(r.Ctx())
	if err != nil {
		return err
	}
	years, err := f.Field("year")
	if err != nil {
		return err
	}
	return r.Show("reports.html", reportsPage{r.View(r.Texts.Text("page.reports.title")), f, len(years.Options) == 0})
}

// makeReport begins with a report, or leads to the same one that the reader is having
// made already.
func makeReport(r *request) error {
	f, err := r.reportForm(r.Ctx())
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	f.Fill(in.Typed)
	for _, x := range f.Fields {
		in.Mistakes.Check(x.Offers(x.Value()), x.Name, "Choose one of the list.")
	}
	year, service, language := in.Whole("year"), in.Text("service"), in.Text("language")
	next := "/reports"
	if err = in.Mistakes.Err(); err == nil {
		var j *work.Job
		if j, err = r.startReport(int(year), service, language); err == nil {
			next += "/" + j.ID
		}
	}
	if errors.Is(err, work.ErrBusy) {
		err = lab.FieldErrors{{Format: "Other reports are being made. Try again in a few minutes."}}
	}
	return r.End(err, next, "reports.html", func() (any, *page.Form, error) {
		return reportsPage{View: r.View(r.Texts.Text("page.reports.title")), Form: f}, f, nil
	})
}

func (r *request) startReport(year int, service, language string) (*work.Job, error) {
	code, id, err := r.serviceOf(r.Ctx(), service)
	if err != nil {
		return nil, err
	}
	j := &work.Job{
		Owner: r.Actor.UserID, Service: id, Name: r.server.fileName(fmt.Sprintf("marquis-%d-%s-%s.xlsx", year, service, language)),
		What: fmt.Sprintf("report %d %s %s", year, service, language), Title: r.Texts.Text("page.reports.of", "Year", year),
	}
	server := r.server
	begun, err := server.jobs.Start(j, func(ctx context.Context, w io.Writer) error {
		set, err := server.years.Set(ctx, code)
		if err == nil {
			var annual statistics.Annual
			if annual, err = set.Annual(ctx, year); err == nil {
				annual.Language, annual.MadeAt, annual.Program = language, server.Now().UTC(), server.Program
				j.Total.Store(int64(annual.Years[len(annual.Years)-1].Registered))
				annual.Progress = func(done int) { j.Done.Store(int64(done)) }
				err = reports.WriteAnnual(ctx, w, annual)
			}
		}
		if err != nil && ctx.Err() == nil {
			server.Log.Error("report", "error", page.Cause(err))
		}
		return err
	})
	if err == nil && begun != j && begun.What != j.What {
		err = elseAtWork(begun)
	}
	return begun, err
}

// reportPage shows how far a report is.
type reportPage struct {
	page.View
	State       work.State
	Done, Total int64
	Text        string
	Address     string
}

// ownJob is the report of the address, if the reader is having it made.
func (r *request) ownJob() (*work.Job, error) {
	j := r.server.jobs.Find(r.Param("job"))
	if j == nil || j.Owner != r.Actor.UserID || j.Result != nil {
		return nil, lab.ErrNotFound
	}
	return j, nil
}

func showReport(r *request) error {
	j, err := r.ownJob()
	if err != nil {
		return err
	}
	p := r.progressOf(j)
	return r.Show("report.html", reportPage{r.View(j.Title), j.State(), p.Done, p.Total, p.Text, "/reports/" + j.ID})
}

// progress is what web/static/progress.js reads.
type progress struct {
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Text  string `json:"text"`
	Href  string `json:"href,omitempty"`
}

func (r *request) progressOf(j *work.Job) progress {
	p := progress{Done: j.Done.Load(), Total: max(1, j.Total.Load())}
	switch j.State() {
	case work.Running:
		p.Text = r.Texts.Text("page.reports.counting")
		if p.Done > 0 {
			p.Text = r.Texts.Text("page.reports.writing", "Done", r.Texts.Count(int(p.Done)), "Total", r.Texts.Count(int(p.Total)))
		}
	case work.Done:
		p.Text, p.Href = r.Texts.Text("page.reports.ready"), "/reports/"+j.ID
	case work.Fetched:
		p.Text, p.Href = r.Texts.Text("page.reports.fetched"), "/reports/"+j.ID
	case work.Failed:
		p.Text, p.Href = r.Texts.Text("page.reports.failed"), "/reports/"+j.ID
	}
	return p
}

func serveReportProgress(r *request) error {
	j, err := r.ownJob()
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, r.progressOf(j))
	return nil
}

// serveReportFile sends a finished report, once, and puts that on record.
func serveReportFile(r *request) error {
	j, err := r.ownJob()
	if err != nil {
		return err
	}
	size, err := j.Size()
	if err != nil {
		return err
	}
	if r.headersAlone() {
		r.reportHeaders(j, size)
		return nil
	}
	// First of all: where it cannot be noted the file stays, to be fetched later.
	if err := r.server.Store.RecordExport(r.Ctx(), r.Actor, j.Service, j.What); err != nil {
		return err
	}
	file := j.Fetch()
	if file == nil {
		return lab.ErrNotFound
	}
	defer work.Discard(file)
	if _, err = file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	// A slow line may take longer than a page may.
	if err := http.NewResponseController(r.Writer).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	r.reportHeaders(j, size)
	_, err = io.Copy(r.Writer, file)
	return err
}

// reportHeaders say what a file is.
func (r *request) reportHeaders(j *work.Job, size int64) {
	h := r.Writer.Header()
	h.Set("Content-Type", sheetKind)
	h.Set("Content-Disposition", `attachment; filename="`+j.Name+`"`)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
}
