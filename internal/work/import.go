package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// Import is one reading of files by a mapping, on its way into the registry: what a command
// and a page do alike.
type Import struct {
	Store   *store.Store
	By      lab.Actor
	Now     func() time.Time
	Mapping *intake.Mapping
	Service lab.Service                              // whose samples they are; without an ID where the registry lacks it, and adds it
	Files   []string                                 // paths, in the order of the mapping
	Open    func(path string) (io.ReadCloser, error) // opens a file that is not on disk; nil where all are
	Purpose string                                   // why it is imported; empty for a command
	Accepts bool                                     // somebody accepts what is left out, even if it is much, or dangerous
	Alone   bool                                     // nobody else works in this process
	Why     lab.Why                                  // why recorded samples are corrected, of which the files say otherwise; not given: none is
}

// FilesError is what is wrong with the files, or with how they are said to be read.
type FilesError struct{ Err error }

func (e *FilesError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *FilesError) Unwrap() error { return e.Err }

// Reading is what the files hold, checked whole against what is recorded. Nothing is
// written.
type Reading struct {
	*Import
	Plan       *intake.Plan
	Dictionary *lab.Dictionary // with the new entries
	Usual      lab.Usual
	Before     *lab.Import // that took the same files by the same mapping; nil: none did
	Digest     string      // of the import: of the mapping and the files, and where an earlier one has that, of which time this is
	Left       *lab.Import // of the same files, which is not taken yet, and goes on; nil: none
}

// Read reads and checks the files. The error is for what cannot be read as the mapping says.
func (x *Import) Read(ctx context.Context, progress func(done, of int)) (*Reading, error) {
	r := &Reading{Import: x}
	var err error
	if r.Dictionary, err = x.Store.Dictionary(ctx); err != nil {
		return nil, err
	}
	place, err := time.LoadLocation(x.Service.TimeZone)
	if err != nil {
		return nil, err
	}
	today := lab.DateOf(x.Now(), place)
	var failed func() error
	if r.Usual, failed, err = x.Store.UsualFor(ctx, x.By, x.Service.ID, today); err != nil {
		return nil, err
	}
	var asking error // of the registry, while the files were read
	r.Plan, err = intake.Read(x.Mapping, x.Files, intake.Known{
		Dictionary: r.Dictionary, Today: today, Usual: r.Usual, Place: place, Open: x.Open,
		Recorded: func(groups []string) (found []lab.Recorded, err error) {
			found, err = x.Store.Recorded(ctx, x.By, x.Service.ID, groups)
			asking = errors.Join(asking, err)
			return found, err
		},
		Elsewhere: func(received map[string]lab.Date) (found map[string][]lab.Elsewhere, err error) {
			found, err = x.Store.Elsewhere(ctx, x.By, x.Service.ID, received)
			asking = errors.Join(asking, err)
			return found, err
		},
		Files: func(ids []string) (found []lab.RecordedFile, err error) {
			found, err = x.Store.RecordedFiles(ctx, x.By, x.Service.ID, ids)
			asking = errors.Join(asking, err)
			return found, err
		},
		Amend: x.Why.Given(),
	}, progress)
	if asking = errors.Join(asking, failed()); asking != nil {
		if err == nil {
			asking = errors.Join(asking, r.Plan.Close())
		}
		return nil, asking
	}
	if errors.Is(err, intake.ErrMeanwhile) {
		return nil, err
	}
	if err != nil {
		return nil, &FilesError{err}
	}
	r.Usual = r.Plan.Usual
	if err := r.findBefore(ctx); err != nil {
		return nil, errors.Join(err, r.Plan.Close())
	}
	return r, nil
}

// findBefore finds what took the same files before, or began to. What it took may hang on another
// import, which was taken back since: then these files bring it, and are a further import.
func (r *Reading) findBefore(ctx context.Context) error {
	r.Digest = r.Plan.Digest
	for again := 2; ; again++ {
		before, err := r.Store.KnownImport(ctx, r.By, r.Service.ID, r.Digest)
		switch {
		case errors.Is(err, lab.ErrNotFound):
			return nil
		case err != nil:
			return err
		case before.State == lab.ImportLoading:
			r.Left = &before
			return nil
		case before.State != lab.ImportTaken || r.Plan.Samples+r.Plan.Receipt.Corrected == 0:
			r.Before = &before
			return nil
		}
		r.Digest = fmt.Sprintf("%s, %d", r.Plan.Digest, again)
	}
}

var errNotAccepted = errors.New("what would be left out is too much, or dangerous, and nobody has accepted that")

// Take writes what was read.
func (r *Reading) Take(ctx context.Context, progress func(done, of int)) error {
	total := r.Plan.Receipt.Total()
	batch := &store.ImportBatch{
		Import: lab.Import{
			Profile: r.Mapping.Profile, Digest: r.Digest, Files: r.Plan.Receipt.Summary(), RowsRead: int32(total.Read),
			Accepted: int32(total.Accepted), Merged: int32(total.Merged), Rejected: int32(total.Rejected), Samples: int32(r.Plan.Samples), Purpose: r.Purpose,
		},
		Substances: r.Plan.Substances, Products: r.Plan.Products, Methods: r.Plan.Methods, Samples: r.Plan.Arrivals(),
		Usual: r.Usual, Confirmed: r.Mapping.Confirmed, Alone: r.Alone, Why: r.Why,
	}
	batch.Import.ServiceID = r.Service.ID
	if left := r.Plan.Receipt.LeftOut; left.TooMuch() {
		if !r.Accepts {
			return errNotAccepted
		}
		batch.Loss = left.Accepted()
	}
	if r.Service.ID == 0 {
		batch.Service = &r.Service
	}
	return r.Store.Import(ctx, r.By, r.Dictionary, batch, func(done int) { progress(done, r.Plan.Samples) })
}
