package server

import (
	"strconv"
	"sync/atomic"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// taking is what a person has seen and said before what was read is written.
type taking struct {
	digest           string // of the mapping and the files
	samples, leftOut int
	dangers          int  // substances that what is left out names
	accept           bool // that it is left out
	writing          atomic.Bool
}

// refuses is the key of why what was read now is not written, empty where it is: it has to be
// what the person has seen.
func (t *taking) refuses(read *readImport) string {
	left := read.receipt.LeftOut
	switch {
	case read.before != nil:
		return "page.imports.already"
	case read.digest != t.digest:
		return "page.imports.replaced"
	case read.receipt.Samples != t.samples || left.Samples != t.leftOut || len(left.Dangers) != t.dangers:
		return "page.imports.otherwise"
	case left.TooMuch() && !t.accept:
		return "page.imports.not_accepted"
	case t.samples == 0:
		return "page.imports.nothing"
	}
	return ""
}

// importTakePage says what would be written, and asks what for.
type importTakePage struct {
	page.View
	Service lab.Service
	Address string // of the dry run
	Files   []lab.Upload
	Read    *readView
	Form    *page.Form
}

func (r *request) importTakePage() (*importTakePage, *importJob, error) {
	j, x, err := r.doneImport()
	if err != nil {
		return nil, nil, err
	}
	read := x.reading
	shown := &importTakePage{View: r.View(r.Texts.Text("page.imports.take")), Service: r.Service, Address: importJobAddress(j), Files: x.files, Read: r.readView(read)}
	if x.taking != nil || !shown.Read.MayTake {
		return nil, nil, lab.ErrNotFound
	}
	left := read.receipt.LeftOut
	fields := []*page.Field{
		r.Hidden("digest", read.digest), r.Hidden("samples", strconv.Itoa(read.receipt.Samples)), r.Hidden("left_out", strconv.Itoa(left.Samples)),
		r.Hidden("dangers", strconv.Itoa(len(left.Dangers))),
	}
	if left.TooMuch() {
		fields = append(fields, r.Hint(r.Input("accept", page.CheckField, "page.imports.accept"), "page.imports.accept_hint"))
	}
	purpose := r.Hint(r.Input("purpose", page.TextField, "page.imports.purpose"), "page.imports.purpose_hint")
	purpose.MaxLength = 500
	fields = append(fields, purpose)
	if code := r.presentCode(); code != nil {
		fields = append(fields, code)
	}
	shown.Form = page.NewForm(fields...)
	return shown, x, nil
}

func showImportTake(r *request) error {
	shown, _, err := r.importTakePage()
	if err != nil {
		return err
	}
	return r.Show("importtake.html", shown)
}

// takeImport writes what a person has seen in a dry run, in a job of its own.
func takeImport(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	_, x, err := r.importTakePage()
	if err != nil {
		return err
	}
	t := &taking{
		digest: in.Text("digest"), samples: int(in.Whole("samples")), leftOut: int(in.Whole("left_out")), dangers: int(in.Whole("dangers")),
		accept: in.Text("accept") == "yes",
	}
	in.Mistakes.Check(t.accept || !x.reading.receipt.LeftOut.TooMuch(), "accept", "Confirm that what is named here is left out, or correct the mapping first.")
	purpose := in.Text("purpose")
	next := ""
	if err = lab.Mistakes(in.Mistakes.Err(), lab.CheckPurpose(purpose)); err == nil {
		err = r.provePresent(in.Text("present"))
	}
	if err == nil {
		next, err = r.startImport(x.upload, x.ref, t, purpose)
	}
	again := func() (any, *page.Form, error) {
		shown, _, err := r.importTakePage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		shown.Form.Set("present", "")
		return shown, shown.Form, nil
	}
	if err != nil {
		return r.stepUpAgain(err, "", "importtake.html", again)
	}
	return r.See(next)
}
