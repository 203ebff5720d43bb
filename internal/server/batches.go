package server

import (
	"net/url"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// batchesPath is where files of instruments come back.
const batchesPath = "/batches"

// batchFile is the field of the file.
const batchFile = "file"

// batchesPage lists what was entered from files of instruments.
type batchesPage struct {
	page.View
	Waiting []uploadView // files that the reader has sent and not entered
	Rows    []batchRow
}

// batchRow is what was entered from one file.
type batchRow struct {
	When, By, Method, Instrument, Run, Digest string
	Entered, Verified, Retracted              int
}

func showBatches(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	batches, err := r.server.Store.Batches(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	shown := &batchesPage{View: r.View(r.Texts.Text("page.batches.title"))}
	shown.Notice = r.notice()
	if shown.Waiting, err = r.batchesWaiting(); err != nil {
		return err
	}
	for _, b := range batches {
		shown.Rows = append(shown.Rows, batchRow{
			r.moment(b.EnteredAt), b.By, n.method(b.MethodID), b.Instrument, b.Run, b.RawFile, b.Entered, b.Verified, b.Retracted,
		})
	}
	return r.Show("batches.html", shown)
}

// batchForm asks for a file of an instrument.
type batchForm struct {
	page.View
	Form *page.Form
}

// runFields ask which run a file is of.
func (r *request) runFields(n naming) []*page.Field {
	method := r.Input("method", page.SelectField, "page.field.method")
	for _, m := range n.methods() {
		if n.words.RetiredOn(m) == 0 && n.words.Runs(r.Actor, m) {
			method.Options = append(method.Options, page.Option{Value: strconv.Itoa(int(m.ID)), Label: n.method(m.ID)})
		}
	}
	if len(method.Options) == 0 {
		method.Hint = r.Texts.Text("page.analysis.no_methods")
	}
	return []*page.Field{
		method, r.Hint(r.Input("performed_on", page.DateField, "page.field.performed_on"), "page.describe.date_hint"),
		r.Hint(r.Input("instrument", page.TextField, "page.field.instrument"), "page.batches.instrument_hint"),
		r.Hint(r.Input("run", page.TextField, "page.field.run"), "page.batches.run_hint"),
	}
}

func (r *request) newBatch(n naming) *batchForm {
	file := r.Hint(r.Input(batchFile, page.FileField, "page.batches.file"), "page.batches.file_hint")
	return &batchForm{r.View(r.Texts.Text("page.batches.new")), page.NewForm(append([]*page.Field{file}, r.runFields(n)...)...)}
}

func showBatchForm(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	shown := r.newBatch(n)
	shown.Notice = r.notice()
	shown.Form.Set("performed_on", r.day().String())
	return r.Show("batchform.html", shown)
}

// checkRun reads which run a file is of.
func (r *request) checkRun(n naming, in *page.Reader) {
	in.Today = r.day()
	m := n.words.Methods[lab.MethodID(in.Whole("method"))]
	in.Mistakes.Check(m != nil && n.words.Runs(r.Actor, m), "method", "Choose the method that was run.")
	day := in.Date("performed_on", lab.Latest)
	in.Mistakes.Check(day != 0 && day <= in.Today, "performed_on", "Give the day of the analysis, today at the latest.")
	in.Mistakes.Check(in.Text("instrument") != "", "instrument", "Say which instrument made the file.")
	in.Mistakes.Check(in.Text("run") != "", "run", "Say in which run it was made, as the laboratory calls it.")
}

// sendBatch takes in a file and leads to what it would enter.
func sendBatch(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	r.checkRun(n, in)
	name, content, err := r.batchContent(in)
	if err != nil {
		return err
	}
	var id lab.ID
	if err = in.Mistakes.Err(); err == nil {
		id, err = r.keepBatch(n, in, name, content)
	}
	return r.End(err, batchAddress(id), "batchform.html", func() (any, *page.Form, error) {
		shown := r.newBatch(n)
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// ofRun is what is kept of a form beside its file.
func ofRun(typed url.Values) url.Values {
	kept := url.Values{}
	for _, name := range []string{"method", "performed_on", "instrument", "run", "mapping"} {
		kept.Set(name, strings.ReplaceAll(typed.Get(name), "\r\n", "\n"))
	}
	return kept
}
