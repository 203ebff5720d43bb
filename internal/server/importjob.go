package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
	"marquis/internal/work"
	"marquis/reports"
)

// importJob is what a job does with an import, and what has come of it.
type importJob struct {
	service lab.Service
	upload  lab.ID
	files   []lab.Upload
	ref     mappingRef
	text    string
	purpose string
	taking  *taking // nil for a dry run
	undoes  lab.ID  // the import that is taken back or abandoned instead
	begunAt lab.Instant

	reading *readImport // what was read; nil where it was not
	wrong   string      // why it was not, in English
	failed  string      // key of why it was not, where that is not the files' fault
	taken   bool
	undone  bool
}

// readImport is what is kept of a reading: no sample of it.
type readImport struct {
	receipt *intake.Receipt
	digest  string
	years   []yearCount
	before  *lab.Import
	left    *lab.Import // of the same files, which was cut off and goes on; nil: none
	mapping *intake.Mapping
	methods []*lab.Method   // new ones
	words   *lab.Dictionary // with which it was read, and what is new in the files
}

// yearCount is how many samples of a year would be new.
type yearCount struct{ Year, Samples int }

// startReading begins a dry run of files that were sent in by a mapping, and returns where it
// is seen.
func (r *request) startReading(upload lab.ID, ref mappingRef) (string, error) {
	return r.startImport(upload, ref, nil, "")
}

func (r *request) startImport(upload lab.ID, ref mappingRef, t *taking, purpose string) (string, error) {
	files, err := r.wholeFiles(upload)
	if err != nil {
		return "", err
	}
	text, err := r.mappingText(ref)
	if err != nil {
		return "", err
	}
	x := &importJob{service: r.Service, upload: upload, files: files, ref: ref, text: text, taking: t, purpose: purpose, begunAt: lab.At(r.server.Now())}
	j := &work.Job{Owner: r.Actor.UserID, Service: r.Service.ID, Title: r.Texts.Text("page.imports.dry_run"), Result: x}
	if t != nil {
		j.Title = r.Texts.Text("page.imports.taking")
	}
	server, by := r.server, r.Actor
	return r.startJob(j, func(ctx context.Context, _ io.Writer) error { return server.runImport(ctx, j, x, by) })
}

func importJobAddress(j *work.Job) string {
	x := j.Result.(*importJob) //nolint:forcetypeassert // of nothing else is there an address
	return importPlace(x.service) + "/jobs/" + j.ID
}

// runImport reads, and where a person has said so takes what is read. What is wrong with the
// files is no failure of the job.
func (s *Server) runImport(ctx context.Context, j *work.Job, x *importJob, by lab.Actor) (err error) {
	mapping, err := intake.ParseMapping(x.text)
	if err != nil {
		x.wrong = err.Error()
		return nil
	}
	i := &work.Import{Store: s.Store, By: by, Now: s.Now, Mapping: mapping, Service: x.service, Purpose: x.purpose}
	if x.taking != nil {
		i.Why = x.taking.why
	}
	sent := map[string]lab.Upload{}
	for _, f := range x.files {
		path := strconv.Itoa(int(f.File)) + "/" + f.Name // two may have one name
		i.Files = append(i.Files, path)
		sent[path] = f
	}
	i.Open = func(path string) (io.ReadCloser, error) { return work.OpenUpload(ctx, s.Store, by, sent[path]), nil }
	progress := func(done, of int) { j.Done.Store(int64(done)); j.Total.Store(int64(of)) }
	reading, err := i.Read(ctx, progress)
	var files *work.FilesError
	var refused *lab.MoveError
	switch {
	case errors.As(err, &files):
		x.wrong = files.Error()
		return nil
	case errors.Is(err, intake.ErrMeanwhile):
		x.failed = "page.imports.meanwhile"
		return nil
	case err != nil:
		return s.importFailed(ctx, err)
	}
	defer func() { err = errors.Join(err, reading.Plan.Close()) }()
	x.keep(reading)
	if x.taking == nil {
		return nil
	}
	if x.failed = x.taking.refuses(x.reading); x.failed != "" {
		return nil
	}
	progress(0, reading.Plan.Samples)
	x.taking.writing.Store(true)
	i.Accepts = x.taking.accept
	switch err := reading.Take(ctx, progress); {
	case errors.Is(err, store.ErrUnfinished):
		x.failed = "page.imports.unfinished"
	case errors.As(err, &refused):
		x.failed = "page.imports.at_work"
	case errors.Is(err, lab.ErrConflict):
		x.failed = "page.imports.meanwhile"
	case err != nil:
		return s.importFailed(ctx, err)
	default:
		x.taken = true
	}
	return nil
}

func (s *Server) importFailed(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		s.Log.Error("import", "error", page.Cause(err))
	}
	return err
}

// keep keeps what a page tells of a reading.
func (x *importJob) keep(reading *work.Reading) {
	kept := &readImport{
		receipt: reading.Plan.Receipt, digest: reading.Plan.Digest, before: reading.Before, left: reading.Left, mapping: reading.Mapping,
		methods: reading.Plan.Methods, words: reading.Plan.Words,
	}
	for _, year := range slices.Sorted(maps.Keys(reading.Plan.Years)) {
		kept.years = append(kept.years, yearCount{year, reading.Plan.Years[year]})
	}
	x.reading = kept
}

// ownImport is the job of the address, if it is one of the reader's imports at the service, or
// errJobGone.
func (r *request) ownImport() (*work.Job, *importJob, error) {
	j := r.server.jobs.Find(r.Param("job"))
	if j == nil || j.Owner != r.Actor.UserID || j.Service != r.Service.ID {
		return nil, nil, errJobGone
	}
	x, is := j.Result.(*importJob)
	if !is {
		return nil, nil, errJobGone
	}
	return j, x, nil
}

func (r *request) importProgress(j *work.Job, x *importJob) progress {
	p := progress{Done: j.Done.Load(), Total: max(1, j.Total.Load())}
	if j.State() != work.Running {
		p.Href = importJobAddress(j)
		return p
	}
	key := "page.imports.reading"
	switch {
	case j.Total.Load() == 0: // nobody knows yet how much it is, or no sample is new
		key = "page.imports.begun"
	case !x.undoes.IsZero():
		key = "page.imports.undoing"
	case x.taking != nil && x.taking.writing.Load():
		key = "page.imports.writing"
	}
	p.Text = r.Texts.Text(key, "Done", r.Texts.Count(int(p.Done)), "Total", r.Texts.Count(int(p.Total)))
	return p
}

func serveImportProgress(r *request) error {
	j, x, err := r.ownImport()
	if errors.Is(err, errJobGone) { // its page says so
		r.JSON(http.StatusOK, progress{Total: 1, Href: importPlace(r.Service) + "/jobs/" + url.PathEscape(r.Param("job"))})
		return nil
	}
	if err != nil {
		return err
	}
	r.JSON(http.StatusOK, r.importProgress(j, x))
	return nil
}

// doneImport is the job of the address, where it has read the files.
func (r *request) doneImport() (*work.Job, *importJob, error) {
	j, x, err := r.ownImport()
	if err == nil && (j.State() == work.Running || x.reading == nil) {
		err = lab.ErrNotFound
	}
	return j, x, err
}

// serveReceipt sends the receipt of a reading, as the ending of its name says.
func serveReceipt(r *request) error {
	_, x, err := r.doneImport()
	if err != nil {
		return err
	}
	receipt, kind := x.reading.receipt, ""
	var body bytes.Buffer
	switch path.Ext(r.Param("file")) {
	case ".json":
		kind, err = "application/json; charset=utf-8", receipt.WriteJSON(&body)
	case ".csv":
		kind, err = "text/csv; charset=utf-8", receipt.WriteCSV(&body)
	case sheetEnding:
		kind, err = sheetKind, reports.WriteSheet(&body, r.receiptSheet(receipt.Profile+", "+x.service.Code, x.reading))
	}
	if kind == "" || !strings.HasPrefix(r.Param("file"), "receipt.") {
		return page.ErrNoPage
	}
	if err != nil {
		return err
	}
	if err := http.NewResponseController(r.Writer).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	r.Header("Content-Disposition", `attachment; filename="`+r.Param("file")+`"`)
	r.Data(http.StatusOK, kind, body.Bytes())
	return nil
}
