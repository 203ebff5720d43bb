package server

import (
	"context"
	"errors"
	"io"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/work"
)

// importView is an import in the list of a service.
type importView struct {
	Address, Profile, Files, Purpose, Who, When, Ended string
	State                                              string
	Samples, Written, Corrected                        int
	Unfinished                                         bool
}

func (r *request) importView(i *lab.Import) importView {
	v := importView{
		Address: importPlace(r.Service) + "/taken/" + i.ID.String(), Profile: i.Profile, Files: i.Files, Purpose: i.Purpose, Who: i.ImportedBy,
		When: r.moment(i.ImportedAt), State: r.Texts.Code(locale.ImportStates, string(i.State)), Samples: int(i.Samples), Written: int(i.Written), Corrected: int(i.Corrected),
		Unfinished: i.InMotion() || i.State == lab.ImportAbandoned && i.Written > 0,
	}
	if i.EndedOn != 0 {
		v.Ended = r.Texts.Text("page.imports.ended", "Day", r.Texts.Date(i.EndedOn), "Who", i.EndedBy)
	}
	return v
}

func (r *request) importViews() (list []importView, err error) {
	all, err := r.server.Store.Imports(r.Ctx(), r.Actor, r.Service.ID)
	for i := range all {
		list = append(list, r.importView(&all[i]))
	}
	return list, err
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
	shown := &importTakenPage{
		View: r.View(i.Profile), Place: importPlace(r.Service), Import: r.importView(&i), Rows: i, Reason: n.why(i.Why),
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
	x := &importJob{service: r.Service, undoes: i.ID}
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

// startJob begins with a job, or leads to the one that the reader is having done already.
func (r *request) startJob(j *work.Job, do func(ctx context.Context, w io.Writer) error) (string, error) {
	j, err := r.server.jobs.Start(j, do)
	switch {
	case errors.Is(err, work.ErrBusy):
		return "", lab.FieldErrors{{Format: "Others are having something made. Try again in a few minutes."}}
	case err != nil:
		return "", err
	case j.Result == nil:
		return "/reports/" + j.ID, nil // a report that the reader is having made: one at a time
	}
	return importJobAddress(j), nil
}
