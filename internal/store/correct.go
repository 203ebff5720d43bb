package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// RecordedFiles returns the files of the samples that a service imported by some ids, in no
// order; there is none of an id of which nothing is seen. It takes who may import.
func (s *Store) RecordedFiles(ctx context.Context, by lab.Actor, service lab.ServiceID, refs []string) ([]lab.RecordedFile, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	tx := s.read.WithContext(ctx)
	samples, err := samplesTable.list(tx, "WHERE service_id = ? AND source_ref IN ? AND source_ref <> ''", service, refs)
	if err != nil || len(samples) == 0 {
		return nil, translate(err)
	}
	files, err := recordedFiles(tx, service, samples)
	return files, translate(err)
}

// recordedFiles are the files of samples of a service that were imported, with their corrections.
func recordedFiles(tx *gorm.DB, service lab.ServiceID, samples []lab.Sample) ([]lab.RecordedFile, error) {
	files, err := filesOf(tx, service, samples)
	if err != nil {
		return nil, err
	}
	asked, err := manyOf(tx, questionsTable, "id", service, idsOf(samples))
	if err != nil {
		return nil, err
	}
	corrected, err := manyOf(tx, correctionsTable, "import_id", service, idsOf(samples))
	list := make([]lab.RecordedFile, len(files))
	for i := range files {
		id := files[i].Sample.ID
		files[i].Questions = asked[id]
		list[i] = lab.RecordedFile{File: files[i], Corrections: corrected[id]}
	}
	return list, err
}

// recorded is the file of the sample of a service, as the condition names it, locked until the
// transaction ends.
func (w *work) recorded(which string, service lab.ServiceID, value any) (r *lab.RecordedFile, err error) {
	r = &lab.RecordedFile{}
	if r.Sample, err = samplesTable.one(w.tx, "WHERE service_id = ? AND "+which+w.db.Lock(), service, value); err != nil {
		return nil, err
	}
	if err := readParts(w.tx, &r.File); err != nil {
		return nil, err
	}
	r.Corrections, err = correctionsTable.of(w.tx, r.Sample.Key, "ORDER BY import_id")
	return r, err
}

// correct keeps a copy of an arrival that corrects a recorded sample, for the moment in which the import is taken.
func (l *load) correct(a *lab.Arrival) error {
	if err := l.b.Why.Needed(); err != nil {
		return err
	}
	if len(l.corrections) == lab.MostCorrections {
		return lab.TooManyCorrections()
	}
	kept := *a
	kept.File = *a.Clone()
	for i := range kept.Evidence {
		kept.Evidence[i].Findings = slices.Clone(kept.Evidence[i].Findings)
	}
	l.corrections = append(l.corrections, kept)
	return nil
}

// correctAll corrects the recorded samples of which the files say otherwise, in the transaction
// that takes the import.
func (l *load) correctAll(w *work) error {
	slices.SortFunc(l.corrections, func(a, b lab.Arrival) int { return strings.Compare(a.Sample.SourceRef, b.Sample.SourceRef) })
	for i := range l.corrections {
		a := &l.corrections[i]
		if err := l.correctOne(w, a); err != nil {
			return fmt.Errorf("sample %s: %w", a.Sample.SourceRef, err)
		}
	}
	return nil
}

func (l *load) correctOne(w *work, a *lab.Arrival) error {
	i := &l.b.Import
	r, err := w.recorded("source_ref = ? AND source_ref <> ''", i.ServiceID, a.Sample.SourceRef)
	if err != nil {
		return err
	}
	if r.Sample.Version != a.Corrects {
		return fmt.Errorf("%w: somebody changed it while the files were read; import the same files again", ErrUnfinished)
	}
	if err := r.Correctable(); err != nil {
		return err
	}
	a.Sample.Key = r.Sample.Key
	if err := l.check(a); err != nil {
		return err
	}
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	published, err := w.today(i.ServiceID)
	if err != nil {
		return err
	}
	if r.Latest() == nil {
		published = a.Sample.SourcePublishedOn // by the source, as with every first result
	}
	after, err := d.Correct(&r.File, a, l.b.Why)
	if err != nil {
		return err
	}
	return w.saveCorrected(&r.File, after, correcting{i.ID, l.b.Why, published, true})
}

// correcting is an import that corrects, or whose corrections are undone.
type correcting struct {
	importID  lab.ID
	why       lab.Why
	published lab.Date // the version of a result that follows
	corrects  bool
}

// saveCorrected writes what a correction, or its undoing, makes of a file.
func (w *work) saveCorrected(before, after *lab.File, c correcting) (err error) {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	for i := range after.Evidence {
		a := &after.Evidence[i].Analysis
		switch was := before.Analysis(a.ID); {
		case a.ID.IsZero():
			by := a.ImportID
			if c.corrects {
				by = c.importID
			}
			a.Key, a.SampleID, a.Version = lab.Key{ServiceID: after.Sample.ServiceID, ID: w.ids.Next()}, after.Sample.ID, 1
			a.VerifiedAtSource(by, w.at)
		case a.State == lab.Retracted && was.Analysis.State != lab.Retracted:
			a.RetractedBy, a.RetractedAt = w.by.UserID, w.at
		}
	}
	next, err := d.Follows(after, c.why)
	if err != nil {
		return err
	}
	if next != nil {
		next.ID, next.PublishedOn, next.PublishedAt, next.ImportID = w.ids.Next(), c.published, w.at, c.importID
		after = after.With(next)
	}
	changes := before.Differences(after)
	if err := w.save(before, after, update{after.Sample.ID, lab.CorrectSample, c.why.Brief()}); err != nil {
		return err
	}
	if !c.corrects {
		return nil
	}
	text, err := lab.CanonicalJSON(changes)
	if err != nil {
		return err
	}
	return w.tx.Create(&lab.Correction{
		ServiceID: after.Sample.ServiceID, ImportID: c.importID, SampleID: after.Sample.ID, Version: after.Sample.Version,
		Changes: text, Retracted: strings.Join(retracted(before, after), " "),
	}).Error
}

// retracted are the ids of the analyses that counted before and do not any more.
func retracted(before, after *lab.File) (ids []string) {
	for i := range after.Evidence {
		a := &after.Evidence[i].Analysis
		if was := before.Analysis(a.ID); was != nil && was.Analysis.State == lab.Verified && a.State == lab.Retracted {
			ids = append(ids, a.ID.String())
		}
	}
	return ids
}

// undoCorrections takes back what an import corrected, in the transaction that takes the import
// back.
func (w *work) undoCorrections(i *lab.Import, why lab.Why) error {
	list, err := correctionsTable.list(w.tx, "WHERE service_id = ? AND import_id = ? AND NOT undone ORDER BY sample_id", i.ServiceID, i.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	today, err := w.today(i.ServiceID)
	if err != nil {
		return err
	}
	for n := range list {
		c := &list[n]
		r, err := w.recorded("id = ?", c.ServiceID, c.SampleID)
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound): // nobody sees it any more: the import that brought it was taken back
			continue
		case err != nil:
			return err
		}
		if err := w.undo(d, r, c, correcting{i.ID, why, today, false}); err != nil {
			return fmt.Errorf("sample %s: %w", r.Sample.SourceRef, err)
		}
	}
	return nil
}

// undo takes one correction back. A sample of which people have decided on the result since stays
// as they left it; what somebody only described otherwise is put back but for that, and no file
// corrects it any more.
func (w *work) undo(d *lab.Dictionary, r *lab.RecordedFile, c *lab.Correction, by correcting) error {
	does, gone := r.Undoing(), c.Retracted
	version := c.Version
	if does != lab.UndoesNone {
		after, err := d.Undo(&r.File, c, by.why)
		if err != nil {
			return err
		}
		gone = strings.Join(append(strings.Fields(gone), retracted(&r.File, after)...), " ")
		if err := w.saveCorrected(&r.File, after, by); err != nil {
			return err
		}
	}
	if does == lab.UndoesAll {
		version = r.Sample.Version + 1
	}
	return w.tx.Exec("UPDATE corrections SET undone = ?, version = ?, retracted = ? WHERE service_id = ? AND import_id = ? AND sample_id = ?",
		true, version, gone, c.ServiceID, c.ImportID, c.SampleID).Error
}

// countUndone counts what taking an import back does to the samples that it corrected, of those
// that are seen.
func countUndone(tx *gorm.DB, key lab.Key, uses *lab.ImportUses) error {
	var ids []string
	err := tx.Raw("SELECT sample_id FROM corrections WHERE service_id = ? AND import_id = ? AND NOT undone ORDER BY sample_id", key.ServiceID, key.ID).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return err
	}
	samples, err := samplesTable.list(tx, "WHERE service_id = ? AND id IN ?", key.ServiceID, ids)
	if err != nil {
		return err
	}
	files, err := recordedFiles(tx, key.ServiceID, samples)
	for i := range files {
		switch files[i].Undoing() {
		case lab.UndoesAll:
			uses.Restored++
		case lab.UndoesPart:
			uses.Partly++
		case lab.UndoesNone:
			uses.Kept++
		}
	}
	return err
}

// correctedLater finds an import that corrected, after this one, a sample that this one
// corrected, and that stands. Versions tell what came later, whatever the clock said.
func correctedLater(tx *gorm.DB, key lab.Key) (lab.ID, error) {
	var later []lab.ID
	err := tx.Raw("SELECT c.import_id FROM corrections c JOIN corrections mine ON mine.service_id = c.service_id AND mine.sample_id = c.sample_id "+
		"JOIN imports i ON i.service_id = c.service_id AND i.id = c.import_id AND i.state = 'taken' "+
		"WHERE c.service_id = ? AND mine.import_id = ? AND NOT mine.undone AND NOT c.undone AND c.version > mine.version ORDER BY c.version DESC, c.import_id LIMIT 1",
		key.ServiceID, key.ID).Scan(&later).Error
	if err != nil || len(later) == 0 {
		return lab.ID{}, err
	}
	return later[0], nil
}
