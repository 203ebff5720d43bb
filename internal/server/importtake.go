package server

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// taking is what a person has seen and said before what was read is written.
type taking struct {
	digest           string // of the mapping and the files
	samples, leftOut int
	dangers          int     // substances that what is left out names
	corrections      string  // tells what would be corrected from another reading
	why              lab.Why // it is corrected; not given: recorded samples stay as they are
	accept           bool    // that it is left out
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
	case read.receipt.CorrectionsSum() != t.corrections:
		return "page.imports.corrected_otherwise"
	case left.TooMuch() && !t.accept:
		return "page.imports.not_accepted"
	case t.samples == 0 && !t.why.Given():
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
	Newer   *newerView // the mapping was corrected since: then nothing is taken
	Purpose string     // of the import with which this goes on; empty where it is asked
	Form    *page.Form
	Before  []*page.Field
	Why     []*page.Field // of a correction
	After   []*page.Field
}

func (r *request) importTakePage() (*importTakePage, *importJob, error) {
	j, x, err := r.doneImport()
	if err != nil {
		return nil, nil, err
	}
	read := x.reading
	shown := &importTakePage{View: r.View(r.Texts.Text("page.imports.take")), Service: r.Service, Address: importJobAddress(j), Files: x.files}
	shown.Read = r.readView(read)
	if x.taking != nil || !shown.Read.MayTake {
		return nil, nil, lab.ErrNotFound
	}
	if shown.Newer, err = r.newerMapping(x); err != nil {
		return nil, nil, err
	}
	left, amending := read.receipt.LeftOut, read.receipt.Amending
	shown.Before = []*page.Field{
		r.Hidden("digest", read.digest), r.Hidden("samples", strconv.Itoa(read.receipt.Samples)), r.Hidden("left_out", strconv.Itoa(left.Samples)),
		r.Hidden("dangers", strconv.Itoa(len(left.Dangers))), r.Hidden("corrections_sum", read.receipt.CorrectionsSum()),
		r.Hidden("amending_left_out", strconv.Itoa(amending.Samples)), r.Hidden("amending_dangers", strconv.Itoa(len(amending.Dangers))),
	}
	if read.receipt.Corrected > 0 {
		choice := r.Hint(r.Input("corrections", page.RadioField, "page.imports.corrections"), "page.imports.corrections_hint")
		choice.Options = []page.Option{{Value: amendCorrections, Label: r.Texts.Text("page.imports.amend")}, {Value: keepRecorded, Label: r.Texts.Text("page.imports.keep")}}
		shown.Before, shown.Why = append(shown.Before, choice), r.reasonFields("")
	}
	if left.TooMuch() {
		shown.After = append(shown.After, r.Hint(r.Input("accept", page.CheckField, "page.imports.accept"), "page.imports.accept_hint"))
	}
	if read.left != nil {
		shown.Purpose = read.left.Purpose
	}
	if shown.Purpose == "" {
		purpose := r.Hint(r.Input("purpose", page.TextField, "page.imports.purpose"), "page.imports.purpose_hint")
		purpose.MaxLength = 500
		shown.After = append(shown.After, purpose)
	}
	if code := r.presentCode(); code != nil {
		shown.After = append(shown.After, code)
	}
	shown.Form = page.NewForm(slices.Concat(shown.Before, shown.Why, shown.After)...)
	return shown, x, nil
}

// What a person says of recorded samples of which the source now says otherwise.
const (
	amendCorrections = "amend"
	keepRecorded     = "keep"
)

// readTaking reads what a person has seen and said, with the mistakes in that.
func readTaking(in *page.Reader, receipt *intake.Receipt) (*taking, error) {
	t := &taking{
		digest: in.Text("digest"), samples: int(in.Whole("samples")), leftOut: int(in.Whole("left_out")), dangers: int(in.Whole("dangers")),
		corrections: in.Text("corrections_sum"), accept: in.Text("accept") == "yes",
	}
	var noReason error
	left, choice := receipt.LeftOut, in.Text("corrections")
	if receipt.Corrected > 0 {
		in.Mistakes.Check(choice == amendCorrections || choice == keepRecorded, "corrections", "Say whether the recorded samples are to be corrected.")
	}
	if receipt.Corrected > 0 && choice == amendCorrections {
		t.why, left = readWhy(in, ""), receipt.Amending
		t.leftOut, t.dangers = int(in.Whole("amending_left_out")), int(in.Whole("amending_dangers"))
		noReason = t.why.Needed()
	}
	in.Mistakes.Check(t.accept || !left.TooMuch(), "accept", "Confirm that what is named here is left out, or correct the mapping first.")
	return t, lab.Mistakes(in.Mistakes.Err(), noReason)
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
	shown, x, err := r.importTakePage()
	if err != nil {
		return err
	}
	if shown.Newer != nil {
		return r.Instead(lab.ErrConflict, http.StatusConflict, "importtake.html", shown)
	}
	t, err := readTaking(in, x.reading.receipt)
	purpose, next := cmp.Or(shown.Purpose, in.Text("purpose")), ""
	if err = lab.Mistakes(err, lab.CheckPurpose(purpose)); err == nil {
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
