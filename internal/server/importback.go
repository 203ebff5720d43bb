package server

import (
	"context"
	"errors"
	"io"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/work"
)

// importView is an import in the list of a service.
type importView struct {
	Address, Profile, Files, Purpose, Who, When, Ended string
	MapName, Mapping                                   string // with its version, and the address of its text; empty where it is not here
	State                                              string
	Samples, Written, Corrected                        int
	Unfinished                                         bool
}

func (r *readers) importView(i *lab.Import) (importView, error) {
	v := importView{
		Address: importPlace(r.Service) + "/taken/" + i.ID.String(), Profile: i.Profile, Files: i.Files, Purpose: i.Purpose, Who: i.ImportedBy,
		When: r.moment(i.ImportedAt), State: r.Texts.Code(locale.ImportStates, string(i.State)), Samples: int(i.Samples), Written: int(i.Written), Corrected: int(i.Corrected),
		Unfinished: i.InMotion() || i.State == lab.ImportAbandoned && i.Written > 0,
	}
	if i.EndedOn != 0 {
		v.Ended = r.Texts.Text("page.imports.ended", "Day", r.Texts.Date(i.EndedOn), "Who", i.EndedBy)
	}
	ref, known, err := r.of(i)
	if known {
		v.MapName, v.Mapping = r.mappingName(ref), r.mappingAddress(ref)
	}
	return v, err
}

func (r *request) importViews() (list []importView, err error) {
	all, err := r.server.Store.Imports(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return nil, err
	}
	readers, err := r.readers()
	if err != nil {
		return nil, err
	}
	for i := range all {
		v, err := readers.importView(&all[i])
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// importTakenPage shows an import, and takes it back or abandons what lies there of it.
type importTakenPage struct {
	page.View
	Place    string
	Import   importView
	Rows     lab.Import
	Uses     []useView
	None     bool // nothing has used it
	Restores int  // samples that it corrected, and that will be again what they were
	Reason   reasonView
	Back     bool // it can be taken back, or that goes on
	Abandons bool
	Form     *page.Form // nil where nothing can be done
}

// useView is how often something has used an import.
type useView struct {
	What string
	N    int
}

// importOfAddress is the import of the address.
func (r *request) importOfAddress() (lab.Import, error) {
	all, err := r.server.Store.Imports(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return lab.Import{}, err
	}
	for _, i := range all {
		if i.ID.String() == r.Param("import") {
			return i, nil
		}
	}
	return lab.Import{}, lab.ErrNotFound
}

func (r *request) importTakenPage() (*importTakenPage, error) {
	i, err := r.importOfAddress()
	if err != nil {
		return nil, err
	}
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	readers, err := r.readers()
	if err != nil {
		return nil, err
	}
	view, err := readers.importView(&i)
	if err != nil {
		return nil, err
	}
	shown := &importTakenPage{
		View: r.View(i.Profile), Place: importPlace(r.Service), Import: view, Rows: i, Reason: n.why(i.Why),
		Back: i.State == lab.ImportTaken || i.State == lab.ImportUndoing, Abandons: i.State == lab.ImportLoading || i.State == lab.ImportAbandoned && i.Written > 0,
	}
	if i.State == lab.ImportTaken {
		uses, err := r.server.Store.ImportUses(r.Ctx(), r.Actor, i.Key)
		if err != nil {
			return nil, err
		}
		shown.Uses, shown.None, shown.Restores = r.useViews(uses), uses.None(), uses.Restored
	}
	var fields []*page.Field
	if i.State == lab.ImportTaken {
		fields = r.reasonFields("")
	}
	if code := r.presentCode(); code != nil && (shown.Back || shown.Abandons) {
		fields = append(fields, code)
	}
	if shown.Back || shown.Abandons {
		shown.Form = page.NewForm(fields...)
	}
	return shown, nil
}

// useViews list what has used an import since it was taken.
func (r *request) useViews(u lab.ImportUses) (list []useView) {
	for _, x := range []struct {
		n    int
		what string
	}{
		{u.Analyses, "page.imports.used_analyses"},
		{u.Publications, "page.imports.used_results"},
		{u.ReadOuts, "page.imports.used_told"},
		{u.Codes, "page.imports.used_codes"},
		{u.Changed, "page.imports.used_changed"},
		{u.Excluded, "page.imports.used_excluded"},
		{u.Corrected, "page.imports.used_corrected"},
		{u.Partly, "page.imports.used_partly"},
		{u.Kept, "page.imports.used_kept"},
	} {
		if x.n > 0 {
			list = append(list, useView{r.Texts.Text(x.what), x.n})
		}
	}
	return list
}

func showImportTaken(r *request) error {
	shown, err := r.importTakenPage()
	if err != nil {
		return err
	}
	return r.Show("importtaken.html", shown)
}

// takeBackImport takes an import back with a reason, or abandons one that was never taken, in a
// job of its own. What was cut off goes on.
func takeBackImport(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	shown, err := r.importTakenPage()
	if err != nil {
		return err
	}
	i, why := shown.Rows, readWhy(in, "")
	switch {
	case shown.Back && i.State == lab.ImportTaken:
		try := i
		err = try.TakeBack(why)
	case !shown.Back && !shown.Abandons:
		err = i.Step(lab.TakeBackImport)
	}
	if err == nil {
		err = r.provePresent(in.Text("present"))
	}
	next := ""
	if err == nil {
		next, err = r.startUndoing(&i, why)
	}
	if err == nil {
		return r.See(next)
	}
	return r.stepUpAgain(err, "", "importtaken.html", func() (any, *page.Form, error) {
		shown, err := r.importTakenPage()
		if err != nil || shown.Form == nil {
			return shown, nil, err
		}
		shown.Form.Fill(in.Typed)
		shown.Form.Set("present", "")
		return shown, shown.Form, nil
	})
}

// startUndoing begins with taking an import back, or abandoning it, and returns where that is
// seen.
func (r *request) startUndoing(i *lab.Import, why lab.Why) (string, error) {
	x := &importJob{service: r.Service, undoes: i.ID, begunAt: lab.At(r.server.Now())}
	j := &work.Job{Owner: r.Actor.UserID, Service: r.Service.ID, Title: r.Texts.Text("page.imports.take_back"), Result: x}
	undo := r.server.Store.Abandon
	if i.State == lab.ImportTaken || i.State == lab.ImportUndoing {
		undo = func(ctx context.Context, by lab.Actor, key lab.Key, progress func(int)) error {
			return r.server.Store.TakeBack(ctx, by, key, why, progress)
		}
	} else {
		j.Title = r.Texts.Text("page.imports.abandon")
	}
	j.Total.Store(int64(i.Written))
	server, by, key := r.server, r.Actor, i.Key
	return r.startJob(j, func(ctx context.Context, _ io.Writer) error {
		err := undo(ctx, by, key, func(done int) { j.Done.Store(int64(done)) })
		var refused *lab.MoveError
		if errors.As(err, &refused) || errors.Is(err, lab.ErrConflict) {
			x.failed = "page.imports.at_work"
			return nil
		}
		if err != nil {
			return server.importFailed(ctx, err)
		}
		x.undone = true
		return nil
	})
}

// startJob begins with a job of an import, or leads to the same one that goes on already. While
// the reader is having something else done, nothing is begun.
func (r *request) startJob(j *work.Job, do func(ctx context.Context, w io.Writer) error) (string, error) {
	begun, err := r.server.jobs.Start(j, do)
	switch {
	case errors.Is(err, work.ErrBusy):
		return "", lab.FieldErrors{{Format: "Others are having something made. Try again in a few minutes."}}
	case err != nil:
		return "", err
	case begun != j && !sameImport(begun, j):
		return "", elseAtWork(begun)
	}
	return importJobAddress(begun), nil
}

// elseAtWork tells that nothing was begun, since this goes on.
func elseAtWork(goesOn *work.Job) error {
	return lab.FieldErrors{{Format: "You are having something else done: %s. This was not begun: send it again when that has ended.", Args: []any{jobName(goesOn)}}}
}

// jobName names what a job does, with the files that it does it with.
func jobName(j *work.Job) string {
	x, is := j.Result.(*importJob)
	if !is || len(x.files) == 0 {
		return j.Title
	}
	names := make([]string, len(x.files))
	for i, f := range x.files {
		names[i] = page.Short(f.Name)
	}
	return j.Title + ": " + strings.Join(names, ", ")
}

// sameImport tells whether two jobs do the same with the same import.
func sameImport(a, b *work.Job) bool {
	x, is := a.Result.(*importJob)
	y, also := b.Result.(*importJob)
	return is && also && a.Service == b.Service && x.upload == y.upload && x.ref == y.ref && (x.taking == nil) == (y.taking == nil) && x.undoes == y.undoes
}
