package work

import (
	"context"
	"errors"
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
	Service lab.Service // whose samples they are; without an ID where the registry lacks it, and adds it
	Files   []string    // paths, in the order of the mapping
	Alone   bool        // nobody else works in this process
}

// Reading is what the files hold, checked whole against what is recorded. Nothing is
// written.
type Reading struct {
	*Import
	Plan       *intake.Plan
	Dictionary *lab.Dictionary // with the new entries
	Usual      lab.Usual
	Before     *lab.Import // that took the same files by the same mapping; nil: none did
	Left       *lab.Import // of the same files, which is not taken yet, and goes on; nil: none
}

// Read reads and checks the files. The error is for what cannot be read as the mapping says.
func (x *Import) Read(ctx context.Context, progress func(done, of int)) (*Reading, error) {
	r := &Reading{Import: x}
	var err error
	if r.Dictionary, err = x.Store.Dictionary(ctx); err != nil {
		return nil, err
	}
	digests, err := x.Store.SourceDigests(ctx, x.By, x.Service.ID)
	if err != nil {
		return nil, err
	}
	place, err := time.LoadLocation(x.Service.TimeZone)
	if err != nil {
		return nil, err
	}
	today := lab.DateOf(x.Now(), place)
	var failed func() error
	if r.Usual, failed, err = x.Store.UsualFor(ctx, x.By, today); err != nil {
		return nil, err
	}
	r.Plan, err = intake.Read(x.Mapping, x.Files, intake.Known{
		Dictionary: r.Dictionary, Digests: digests, Today: today, Usual: r.Usual,
		Elsewhere: func(received map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
			return x.Store.Elsewhere(ctx, x.By, x.Service.ID, received)
		},
	}, progress)
	if err := errors.Join(err, failed()); err != nil {
		return nil, err
	}
	before, err := x.Store.KnownImport(ctx, x.By, x.Service.ID, r.Plan.Digest)
	switch {
	case err == nil && before.State == lab.ImportLoading:
		r.Left = &before
	case err == nil && before.State == lab.ImportUndoing:
		return nil, before.OtherFirst()
	case err == nil:
		r.Before = &before
	case !errors.Is(err, lab.ErrNotFound):
		return nil, err
	}
	return r, nil
}

// Take writes what was read.
func (r *Reading) Take(ctx context.Context, progress func(done, of int)) error {
	total := r.Plan.Receipt.Total()
	batch := &store.ImportBatch{
		Import: lab.Import{
			Profile: r.Mapping.Profile, Digest: r.Plan.Digest, Files: r.Plan.Receipt.Summary(), RowsRead: int32(total.Read),
			Accepted: int32(total.Accepted), Merged: int32(total.Merged), Rejected: int32(total.Rejected), Samples: int32(len(r.Plan.Arrivals)),
		},
		Substances: r.Plan.Substances, Products: r.Plan.Products, Methods: r.Plan.Methods, Samples: store.Arrivals(r.Plan.Arrivals),
		Usual: r.Usual, Confirmed: r.Mapping.Confirmed, Alone: r.Alone,
	}
	batch.Import.ServiceID = r.Service.ID
	if r.Service.ID == 0 {
		batch.Service = &r.Service
	}
	return r.Store.Import(ctx, r.By, r.Dictionary, batch, func(done int) { progress(done, len(r.Plan.Arrivals)) })
}
