package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// BatchEntry is an analysis of a sample as the file of an instrument tells it. Its service
// and its sample are those of the number.
type BatchEntry struct {
	Number   lab.SampleNumber
	Version  int32 // of the sample that the actor saw
	Analysis lab.Analysis
	Findings []lab.Finding
	Ticked   []string // of what is asked and is right, as lab.FieldError.Tick
}

// BatchTrial is what becomes of an entry of a batch.
type BatchTrial struct {
	Sample  lab.Sample // as the actor may see it; zero where it is refused
	Before  []lab.Evidence
	Asked   lab.FieldErrors // what looks implausible, for which a reason is given
	Confirm lab.FieldErrors // what is confirmed without
	Held    bool            // it holds the result of the sample
	Refused error
}

// BatchMost is how many samples a file holds: others wait while they are entered.
const BatchMost = 200

// TryBatch tells what would become of each entry of a batch, in their order; nothing is
// written. A file that was entered already is lab.FieldErrors.
func (s *Store) TryBatch(ctx context.Context, by lab.Actor, entries []BatchEntry) ([]BatchTrial, error) {
	if err := checkBatch(entries); err != nil {
		return nil, err
	}
	w := &work{Store: s, tx: s.read.WithContext(ctx), by: by, at: lab.At(s.now())}
	trials := make([]BatchTrial, len(entries))
	files := make([]*lab.File, len(entries))
	for i := range entries {
		key, err := s.FindSample(ctx, by, entries[i].Number)
		if errors.Is(err, lab.ErrNotFound) {
			trials[i].Refused = errUnknownNumber
			continue
		}
		if err != nil {
			return nil, err
		}
		f, err := fileOf(w.tx, key)
		if err != nil {
			return nil, translate(err)
		}
		files[i] = &f
	}
	if err := w.neverBefore(entries, files); err != nil {
		return nil, translate(err)
	}
	for i, f := range files {
		if f == nil {
			continue
		}
		if err := w.try(f, &entries[i], &trials[i]); err != nil {
			return nil, translate(err)
		}
	}
	return trials, nil
}

// errUnknownNumber refuses a number that there is not, or of which the actor may not know.
var errUnknownNumber = lab.FieldErrors{{Field: "sample", Format: "No sample of this number is known here."}}

// checkBatch refuses what no batch can be.
func checkBatch(entries []BatchEntry) error {
	var errs lab.FieldErrors
	errs.Check(len(entries) > 0, "file", "There is nothing to enter: choose at least one sample.")
	errs.Check(len(entries) <= BatchMost, "file", "A file holds at most %d samples. Divide it.", BatchMost)
	return errs.Err()
}

// try fills in what becomes of an entry of the sample of a file.
func (w *work) try(before *lab.File, e *BatchEntry, trial *BatchTrial) error {
	trial.Sample = before.Sample.SeenBy(w.by)
	for _, x := range before.Evidence {
		if x.Analysis.MethodID == e.Analysis.MethodID && x.Analysis.State != lab.Retracted {
			trial.Before = append(trial.Before, x)
		}
	}
	after, asked, confirm, err := w.withEntry(before, e)
	if !refusal(err) {
		return err
	}
	if trial.Refused = err; err != nil {
		return nil //nolint:nilerr // the trial tells it
	}
	trial.Asked, trial.Confirm = asked, confirm
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	d.Settle(before, after)
	trial.Held = !after.Sample.HeldSince.IsZero() && before.Sample.HeldSince.IsZero()
	return nil
}

// withEntry is the file of a sample with an entry of a batch, and what is asked of it.
func (w *work) withEntry(before *lab.File, e *BatchEntry) (after *lab.File, asked, confirm lab.FieldErrors, err error) {
	after, confirm = before.Clone(), before.AskFile(&e.Analysis)
	a := e.Analysis
	a.Key, a.SampleID, a.Version = lab.Key{ServiceID: before.Sample.ServiceID, ID: w.ids.Next()}, before.Sample.ID, 1
	if err := after.Enter(w.by, w.at, &a); err != nil {
		return nil, nil, nil, err
	}
	if asked, err = w.askedOf(&before.Sample, nil, &a, e.Findings); err != nil {
		return nil, nil, nil, err
	}
	after.Evidence = append(after.Evidence, lab.Evidence{Analysis: a, Findings: slices.Clone(e.Findings)})
	return after, asked, confirm, nil
}

// neverBefore refuses a file of which analyses by the same method stand, and names who
// entered it and when.
func (w *work) neverBefore(entries []BatchEntry, files []*lab.File) error {
	asked := map[lab.ServiceID]bool{}
	for i, f := range files {
		if f == nil || asked[f.Sample.ServiceID] {
			continue
		}
		asked[f.Sample.ServiceID] = true
		a := &entries[i].Analysis
		before, err := analysesTable.list(w.tx, "WHERE service_id = ? AND raw_file = ? AND raw_file <> '' AND method_id = ? AND state <> ? ORDER BY id LIMIT 1",
			f.Sample.ServiceID, a.RawFile, a.MethodID, lab.Retracted)
		if err != nil {
			return err
		}
		if len(before) == 0 {
			continue
		}
		who := enteredFirst(&before[0])
		names, err := namesOf(w.tx, []lab.Optional{who})
		if err != nil {
			return err
		}
		day, err := w.dayAt(f.Sample.ServiceID, before[0].EnteredAt)
		if err != nil {
			return err
		}
		var errs lab.FieldErrors
		errs.Check(false, "file", "This file was entered already: by %s, on %s.", names[who], day)
		return errs
	}
	return nil
}

// enteredFirst is who entered an analysis, also where others have changed it since.
func enteredFirst(a *lab.Analysis) lab.Optional {
	first, _, _ := strings.Cut(a.TouchedBy, " ")
	id, err := strconv.ParseInt(first, 10, 32)
	if err != nil {
		return a.EnteredBy
	}
	return lab.Optional(id)
}

// dayAt is the day of an instant at a service.
func (w *work) dayAt(service lab.ServiceID, at lab.Instant) (lab.Date, error) {
	place, err := placeOf(w.tx, service)
	if err != nil {
		return 0, err
	}
	return lab.DateOf(at.Time(), place), nil
}

// EnterBatch enters the analyses of a file, all of them or none, and remembers by which
// mapping the files of their method are read. What is wrong with samples comes back as
// lab.SampleErrors, what is asked and was not ticked among it.
func (s *Store) EnterBatch(ctx context.Context, by lab.Actor, entries []BatchEntry, mapping string) error {
	if err := checkBatch(entries); err != nil {
		return err
	}
	keys, err := s.keysOf(ctx, by, entries)
	if err != nil {
		return err
	}
	order := make([]int, len(entries)) // locked in one order by all
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(keys[a].ServiceID, keys[b].ServiceID), keys[a].ID.Compare(keys[b].ID))
	})
	return s.do(ctx, by, func(w *work) error {
		files := make([]*lab.File, len(entries))
		for _, i := range order {
			if files[i], err = w.file(keys[i]); err != nil {
				return err
			}
		}
		if err := w.neverBefore(entries, files); err != nil {
			return err
		}
		var refused lab.SampleErrors
		for _, i := range order {
			err := w.enter(files[i], &entries[i])
			if !refusal(err) {
				return err
			}
			if err != nil {
				refused = append(refused, lab.SampleError{Key: keys[i], Number: entries[i].Number, Err: err})
			}
		}
		if len(refused) > 0 {
			return refused
		}
		return w.keepMapping(entries[0].Analysis.MethodID, mapping)
	})
}

// keysOf finds the samples of the entries, each once.
func (s *Store) keysOf(ctx context.Context, by lab.Actor, entries []BatchEntry) ([]lab.Key, error) {
	var refused lab.SampleErrors
	keys := make([]lab.Key, len(entries))
	for i := range entries {
		key, err := s.FindSample(ctx, by, entries[i].Number)
		switch {
		case errors.Is(err, lab.ErrNotFound):
			err = errUnknownNumber
		case err != nil:
			return nil, err
		case slices.Contains(keys[:i], key):
			err = lab.FieldErrors{{Field: "sample", Format: "This sample stands in the file twice."}}
		}
		if keys[i] = key; err != nil {
			refused = append(refused, lab.SampleError{Key: key, Number: entries[i].Number, Err: err})
		}
	}
	if len(refused) > 0 {
		return nil, refused
	}
	return keys, nil
}

// enter writes an entry of a batch.
func (w *work) enter(before *lab.File, e *BatchEntry) error {
	if err := fresh(before.Sample.Version, e.Version, nil); err != nil {
		return err
	}
	after, asked, confirm, err := w.withEntry(before, e)
	if err != nil {
		return err
	}
	if open := append(asked.Unticked(e.Ticked), confirm.Unticked(e.Ticked)...); len(open) > 0 {
		return open
	}
	entered := &after.Evidence[len(after.Evidence)-1]
	if err := entered.Analysis.Overrule(asked); err != nil {
		return err
	}
	return w.save(before, after, update{entered.Analysis.ID, lab.EnterAnalysis, ""})
}

// keepMapping remembers how the files of a method are read.
func (w *work) keepMapping(method lab.MethodID, mapping string) error {
	return w.tx.Exec("INSERT INTO method_mappings (method_id, mapping, kept_by, kept_at) VALUES (?, ?, ?, ?) "+
		"ON CONFLICT (method_id) DO UPDATE SET mapping = excluded.mapping, kept_by = excluded.kept_by, kept_at = excluded.kept_at",
		method, mapping, w.by.UserID, w.at).Error
}

// MappingOf is the mapping by which the files of a method were read last, or of the version
// before it; empty where none was. It is for those who enter what the method found somewhere.
func (s *Store) MappingOf(ctx context.Context, by lab.Actor, method lab.MethodID) (mapping string, err error) {
	d, err := s.Words(ctx)
	if err != nil {
		return "", err
	}
	m := d.Methods[method]
	if m == nil || !d.Runs(by, m) {
		return "", lab.ErrNotFound
	}
	for range len(d.Methods) {
		err = s.read.WithContext(ctx).Raw("SELECT mapping FROM method_mappings WHERE method_id = ?", m.ID).Row().Scan(&mapping)
		err = translate(err)
		if m = d.Methods[lab.MethodID(m.Replaces)]; m == nil || !errors.Is(err, lab.ErrNotFound) {
			break
		}
	}
	if errors.Is(err, lab.ErrNotFound) {
		return "", nil
	}
	return mapping, err
}

// Batch is what was entered from one file of an instrument.
type Batch struct {
	MethodID        lab.MethodID
	Instrument, Run string
	RawFile         string
	EnteredAt       lab.Instant
	By              string // the name of who entered it
	Entered         int    // analyses that wait for the second person
	Verified        int
	Retracted       int
}

// batchesShown is from how many of the latest analyses that came in files batches are listed.
const batchesShown = 2000

// Batches lists the latest batches of the services in which the actor works with records.
func (s *Store) Batches(ctx context.Context, by lab.Actor) ([]Batch, error) {
	services, err := s.servicesOf(ctx, by, 0)
	if err != nil {
		return nil, err
	}
	tx := s.read.WithContext(ctx)
	var all []Batch
	var who []lab.Optional
	for _, service := range services {
		analyses, err := analysesTable.list(tx, "WHERE service_id = ? AND raw_file <> '' ORDER BY id DESC LIMIT ?", service.ID, batchesShown)
		if err != nil {
			return nil, translate(err)
		}
		for i := range analyses {
			all, who = countIn(all, who, &analyses[i])
		}
	}
	names, err := namesOf(tx, who)
	for i := range all {
		all[i].By = names[who[i]]
	}
	slices.SortStableFunc(all, func(a, b Batch) int { return b.EnteredAt.Time().Compare(a.EnteredAt.Time()) })
	return all, translate(err)
}

// countIn counts an analysis in its batch. Who entered each batch is in the same order.
func countIn(all []Batch, who []lab.Optional, a *lab.Analysis) ([]Batch, []lab.Optional) {
	i := slices.IndexFunc(all, func(b Batch) bool {
		return b.RawFile == a.RawFile && b.MethodID == a.MethodID && b.Instrument == a.Instrument && b.Run == a.Run
	})
	if i < 0 {
		i = len(all)
		all = append(all, Batch{MethodID: a.MethodID, Instrument: a.Instrument, Run: a.Run, RawFile: a.RawFile, EnteredAt: a.EnteredAt})
		who = append(who, enteredFirst(a))
	}
	b := &all[i]
	if a.EnteredAt.Time().Before(b.EnteredAt.Time()) { // others may have changed it since
		b.EnteredAt = a.EnteredAt
	}
	switch a.State {
	case lab.Entered:
		b.Entered++
	case lab.Verified:
		b.Verified++
	case lab.Retracted:
		b.Retracted++
	}
	return all, who
}
