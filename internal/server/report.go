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
	"marquis/internal/locale"
	"marquis/internal/statistics"
	"marquis/internal/work"
	"marquis/reports"
)

// reportsPage asks which report to make.
type reportsPage struct {
	view
	Form *form
	None bool // there are no figures yet
}

// reportForm asks for the year, the language and the service.
func (r *request) reportForm(ctx context.Context) (*form, error) {
	years, services, err := r.choices(ctx)
	if err != nil {
		return nil, err
	}
	year := r.input("year", selectField, "page.statistics.year")
	year.Options = years
	language := r.input("language", radioField, "page.reports.language")
	for _, lang := range locale.Languages {
		language.Options = append(language.Options, option{lang, languageNames[lang]})
	}
	service := r.input("service", selectField, "page.statistics.service")
	service.Options = services
	f := newForm(year, language, service)
	f.set("language", r.texts.Language())
	if len(years) > 0 {
		f.set("year", years[min(1, len(years)-1)].Value) // the last that is over, mostly
	}
	if len(services) > 0 {
		f.set("service", services[0].Value)
	}
	return f, nil
}

func reportsForm(r *request) error {
	f, err := r.reportForm(r.context())
	if err != nil {
		return err
	}
	years, err := f.Field("year")
	if err != nil {
		return err
	}
	return r.show("reports.html", reportsPage{r.view(r.texts.Text("page.reports.title")), f, len(years.Options) == 0})
}

// makeReport begins with a report, or leads to the one that the reader is having
// made already.
func makeReport(r *request) error {
	f, err := r.reportForm(r.context())
	if err != nil {
		return err
	}
	in, err := r.read()
	if err != nil {
		return err
	}
	f.fill(in.typed)
	for _, x := range f.Fields {
		in.mistakes.Check(x.offers(x.Value()), x.Name, "Choose one of the list.")
	}
	year, service, language := in.whole("year"), in.text("service"), in.text("language")
	var j *work.Job
	err = in.mistakes.Err()
	if err == nil {
		j, err = r.startReport(int(year), service, language)
	}
	if errors.Is(err, work.ErrBusy) {
		err = lab.FieldErrors{{Format: "Other reports are being made. Try again in a few minutes."}}
	}
	if err != nil {
		return r.refill("reports.html", reportsPage{view: r.view(r.texts.Text("page.reports.title")), Form: f}, f, err)
	}
	return r.see("/reports/" + j.ID)
}

func (r *request) startReport(year int, service, language string) (*work.Job, error) {
	code, id, err := r.serviceOf(r.context(), service)
	if err != nil {
		return nil, err
	}
	j := &work.Job{
		Owner: r.actor.UserID, Service: id, Name: r.server.fileName(fmt.Sprintf("marquis-%d-%s-%s.xlsx", year, service, language)),
		What: fmt.Sprintf("report %d %s %s", year, service, language), Title: r.texts.Text("page.reports.of", "Year", year),
	}
	server := r.server
	return server.jobs.Start(j, func(ctx context.Context, w io.Writer) error {
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
			server.Log.Error("report", "error", cause(err))
		}
		return err
	})
}

// reportPage shows how far a report is.
type reportPage struct {
	view
	State       work.State
	Done, Total int64
	Text        string
	Address     string
}

// ownJob is the report of the address, if the reader is having it made.
func (r *request) ownJob() (*work.Job, error) {
	j := r.server.jobs.Find(r.Param("job"))
	if j == nil || j.Owner != r.actor.UserID {
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
	return r.show("report.html", reportPage{r.view(j.Title), j.State(), p.Done, p.Total, p.Text, "/reports/" + j.ID})
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
		p.Text = r.texts.Text("page.reports.counting")
		if p.Done > 0 {
			p.Text = r.texts.Text("page.reports.writing", "Done", r.texts.Count(int(p.Done)), "Total", r.texts.Count(int(p.Total)))
		}
	case work.Done:
		p.Text, p.Href = r.texts.Text("page.reports.ready"), "/reports/"+j.ID
	case work.Fetched:
		p.Text, p.Href = r.texts.Text("page.reports.fetched"), "/reports/"+j.ID
	case work.Failed:
		p.Text, p.Href = r.texts.Text("page.reports.failed"), "/reports/"+j.ID
	}
	return p
}

func reportProgress(r *request) error {
	j, err := r.ownJob()
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, r.progressOf(j))
	return nil
}

// reportFile sends a finished report, once, and puts that on record.
func reportFile(r *request) error {
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
	file := j.Fetch()
	if file == nil {
		return lab.ErrNotFound
	}
	defer work.Discard(file)
	if err := r.server.Store.RecordExport(r.context(), r.actor, j.Service, j.What); err != nil {
		return err
	}
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
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+j.Name+`"`)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
}
