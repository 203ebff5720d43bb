package server

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/work"
)

// importJobPage shows how far a job with an import is, and what has come of it.
type importJobPage struct {
	page.View
	Service  lab.Service
	Address  string
	Upload   string // where its files are
	Mapping  string // address of the mapping's text
	Change   string // address of its form
	MapName  string
	Files    []lab.Upload
	Running  bool
	Progress progress
	Wrong    []string // why the files cannot be read, a line each
	Failed   string   // why it failed otherwise
	Taking   bool
	Taken    bool
	Undone   bool
	Undoing  bool
	Read     *readView
	Names    *page.Form // decides names one by one; nil where there is none to decide
	Decide   []nameRow
	Newer    *newerView // the mapping was corrected since, so that what was read is not taken
}

// readView tells the receipt of a reading.
type readView struct {
	Before                       string // when the same was imported already
	Causes                       []causeView
	Following                    int
	LeftOut                      string
	Dangers                      []intake.LeftDanger
	TooMuch                      bool
	Files                        []intake.FileReceipt
	Samples, Findings            int
	Years                        []yearCount
	Substances, Products, Method []string
	Lines                        []lineView
	More                         int // lines that are not shown
	MayTake                      bool
	Corrected                    int // recorded samples of which the source says otherwise
	Corrections                  []correctionView
	MoreCorrected                int  // that are not shown
	Rejected                     int  // lines that are or are not shown
	Done                         bool // it was taken: nothing of it is still to be
	Amended                      bool // and the recorded samples were corrected
}

// correctionView tells what a file changes of a recorded sample.
type correctionView struct {
	ID, File string
	Row      int
	Dangers  []string
	Changes  []page.ChangeView
}

// nameRow is one name that is close to known ones, with what it may be.
type nameRow struct {
	Name   string
	Choice *page.Field
}

const shownLines = 40

func (r *request) importJobPage() (*importJobPage, error) {
	j, x, err := r.ownImport()
	if err != nil {
		return nil, err
	}
	shown := &importJobPage{
		View: r.View(j.Title), Service: r.Service, Address: importJobAddress(j), Upload: r.uploadAddress(x.upload), Mapping: r.mappingAddress(x.ref),
		MapName: r.mappingName(x.ref), Files: x.files, Running: j.State() == work.Running, Taking: x.taking != nil, Progress: r.importProgress(j, x),
	}
	shown.Undoing, shown.Undone = !x.undoes.IsZero(), x.undone
	shown.Change = shown.Upload + "/mapping?from=" + x.ref.String()
	if shown.Running {
		return shown, nil
	}
	shown.Wrong, shown.Taken = r.wrongLines(x.wrong), x.taken
	switch {
	case x.failed != "":
		shown.Failed = r.Texts.Text(x.failed)
	case j.State() == work.Failed:
		shown.Failed = r.Texts.Text("page.imports.failed")
	}
	if x.reading == nil {
		return shown, nil
	}
	shown.Read = r.readView(x.reading)
	if x.taken {
		r.tellTaken(shown.Read, x)
	}
	if x.taking == nil {
		if shown.Newer, err = r.newerMapping(x); err != nil {
			return nil, err
		}
		if shown.Newer != nil { // what is decided now would undo what the newer version says
			return shown, nil
		}
		shown.Decide = r.nameRows(x.reading.receipt.Near)
		fields := make([]*page.Field, len(shown.Decide))
		for i, row := range shown.Decide {
			fields[i] = row.Choice
		}
		if len(fields) > 0 {
			shown.Names = page.NewForm(fields...)
			err = r.keeps(shown.Names, shown.Address+"/names")
		}
	}
	return shown, err
}

func (r *request) readView(read *readImport) *readView {
	c := read.receipt
	v := &readView{
		Causes: r.causeViews(c.Causes), Following: c.Following, Dangers: c.LeftOut.Dangers, TooMuch: c.LeftOut.TooMuch(), Files: r.fileReceipts(c.Files), Samples: c.Samples,
		Findings: c.Findings, Years: read.years, Substances: c.Substances, Products: c.Products, Method: r.methodNames(read.methods),
	}
	if c.LeftOut.Samples > 0 {
		v.LeftOut = r.leftOut("page.imports.left_out", c.LeftOut)
	}
	for l := range c.Lines() {
		switch {
		case l.Follows():
		case len(v.Lines) < shownLines:
			v.Lines = append(v.Lines, r.lineView(l))
		default:
			v.More++
		}
	}
	v.Rejected = len(v.Lines) + v.More
	if read.before != nil {
		v.Before = r.moment(read.before.ImportedAt)
	}
	v.MayTake = read.before == nil && c.Samples+c.Corrected > 0
	r.correctionViews(v, read)
	return v
}

// wrongLines are the lines of why files cannot be read, in the reader's language, without the one
// that the page says itself.
func (r *request) wrongLines(wrong string) []string {
	if wrong == "" {
		return nil
	}
	lines := strings.Split(r.Texts.Retell(wrong), "\n")
	said := r.Texts.Retell("nothing of the import was written")
	return slices.DeleteFunc(lines, func(line string) bool { return line == said })
}

// tellTaken tells what was read as done.
func (r *request) tellTaken(v *readView, x *importJob) {
	v.Done, v.Amended = true, x.taking.why.Given()
	if left := x.reading.receipt.LeftOut; left.Samples > 0 {
		v.LeftOut = r.leftOut("page.imports.were_left_out", left)
	}
}

// leftOut says how many samples of the files are left out.
func (r *request) leftOut(key string, left intake.LeftOut) string {
	return r.Texts.Text(key, "Count", left.Samples, "Samples", r.Texts.Count(left.Samples), "Of", r.Texts.Count(left.Of))
}

// correctionViews tell what the files change of recorded samples.
func (r *request) correctionViews(v *readView, read *readImport) {
	c, n := read.receipt, naming{words: read.words, texts: r.Texts}
	for _, x := range c.Corrections[:min(shownLines, len(c.Corrections))] {
		v.Corrections = append(v.Corrections, correctionView{x.ID, x.File, x.Row, x.Dangers, n.correctionChanges(&x)})
	}
	v.Corrected, v.MoreCorrected = c.Corrected, c.Corrected-len(v.Corrections)
}

// nameRows ask of each name that is close to known ones which is meant.
func (r *request) nameRows(near []intake.NearName) []nameRow {
	rows := make([]nameRow, len(near))
	for i, n := range near {
		choice := r.Input("names."+strconv.Itoa(i), page.RadioField, "page.imports.meant")
		choice.Label = n.Name
		for k, x := range n.Neighbours {
			if !r.Actor.SeesEntry(x.Substance) {
				continue
			}
			label := n.Meant(k)
			if x.Essential {
				label = r.Texts.Text("page.imports.essential", "Name", label)
			}
			choice.Options = append(choice.Options, page.Option{Value: "known." + strconv.Itoa(k), Label: label})
		}
		choice.Options = append(choice.Options, page.Option{Value: "another", Label: r.Texts.Text("page.imports.another")},
			page.Option{Value: "leave", Label: r.Texts.Text("page.imports.leave")})
		choice.Values = []string{"leave"}
		rows[i] = nameRow{n.Name, choice}
	}
	return rows
}

func showImportJob(r *request) error {
	shown, err := r.importJobPage()
	if err != nil {
		return err
	}
	return r.Show("importjob.html", shown)
}

// decideNames writes what names mean into a new version of the mapping, and reads again.
func decideNames(r *request) error {
	_, x, err := r.doneImport()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, err := r.importJobPage()
	if err != nil {
		return err
	}
	if shown.Newer != nil {
		return r.Instead(lab.ErrConflict, http.StatusConflict, "importjob.html", shown)
	}
	m, err := intake.ParseMapping(x.text)
	if err != nil {
		return err
	}
	for i, n := range x.reading.receipt.Near {
		choice := in.Text("names." + strconv.Itoa(i))
		place, known := strings.CutPrefix(choice, "known.")
		k, failed := strconv.Atoi(place)
		switch {
		case choice == "another":
			m.NewSubstance(n.Name)
		case known && failed == nil && k >= 0 && k < len(n.Neighbours):
			m.MeansSubstance(n.Name, n.Meant(k))
		}
	}
	var next string
	if m.Text() == x.text {
		err = lab.FieldErrors{{Format: "Nothing was decided: choose for at least one name what it is."}}
	} else {
		next, err = r.readBy(x.upload, m.Text(), basis{from: x.ref})
	}
	if newer := (*newerVersionError)(nil); errors.Is(err, lab.ErrConflict) || errors.As(err, &newer) {
		err = lab.FieldErrors{{Format: "Somebody has changed the mapping meanwhile. Read the files by its newest version first."}}
	}
	return r.End(err, next, "importjob.html", func() (any, *page.Form, error) {
		shown, err := r.importJobPage()
		if err != nil || shown.Names == nil {
			return shown, nil, err
		}
		shown.Names.Fill(in.Typed)
		return shown, shown.Names, nil
	})
}
