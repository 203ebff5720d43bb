package store

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// file reads the file of a sample, once for a unit of work, and locks the sample until
// the transaction ends; whatever hangs on it changes under that lock alone. One of a
// service in which the actor does not work with records looks as if it did not exist.
func (w *work) file(key lab.Key) (*lab.File, error) {
	sample, err := w.takeSample(key)
	if err != nil {
		return nil, err
	}
	f := &lab.File{Sample: *sample}
	return f, readParts(w.tx, f)
}

// takeSample is the sample of file alone, for what changes nothing in the file.
func (w *work) takeSample(key lab.Key) (*lab.Sample, error) {
	if !w.by.SeesRecords(key.ServiceID) {
		return nil, lab.ErrNotFound
	}
	return samplesTable.take(w, key)
}

// fileWith reads the file in which a record of the table is.
func (w *work) fileWith(table string, record lab.Key) (*lab.File, error) {
	key := lab.Key{ServiceID: record.ServiceID}
	err := w.tx.Raw("SELECT sample_id FROM "+table+" WHERE service_id = ? AND id = ?", record.ServiceID, record.ID).Row().Scan(&key.ID)
	if err != nil {
		return nil, err
	}
	return w.file(key)
}

// fileOf reads the file of a sample for a page; nothing is locked.
func fileOf(tx *gorm.DB, key lab.Key) (f lab.File, err error) {
	if f.Sample, err = samplesTable.at(tx, key); err != nil {
		return f, err
	}
	return f, readParts(tx, &f)
}

// readParts reads what hangs on the sample of the file.
func readParts(tx *gorm.DB, f *lab.File) (err error) {
	if f.Expected, err = expectedOf(tx, f.Sample.Key); err != nil {
		return err
	}
	if f.Evidence, err = evidenceOf(tx, f.Sample.Key); err != nil {
		return err
	}
	if f.Publications, err = publicationsOf(tx, f.Sample.Key); err != nil {
		return err
	}
	f.Questions, err = questionsOf(tx, f.Sample.Key)
	return err
}

// fresh refuses an update of a record that is not what the actor saw. Changed tells,
// where the update has that to tell, the fields of the error.
func fresh(have, seen int32, changed func() ([]lab.Difference, error)) error {
	if have == seen {
		return nil
	}
	stale := &lab.StaleError{Have: have, Want: seen}
	if changed != nil {
		var err error
		if stale.Changed, err = changed(); err != nil {
			return err
		}
	}
	return stale
}

// raised tells, before what an update changed, which version of the record it made.
func raised(from, to int32, changes []lab.Difference) []lab.Difference {
	return append([]lab.Difference{{Field: lab.TrailVersion, Old: lab.ValueOf(from), New: lab.ValueOf(to)}}, changes...)
}

// update is what an update of a file is called in the trail, and the record that it is
// about: the sample, an analysis or a question.
type update struct {
	about  lab.ID
	action lab.Action
	reason string
}

// name is what the trail calls the event about a record, with its reason: what follows
// from an update has a name of its own.
func (u update) name(record lab.ID, otherwise lab.Action) (action lab.Action, reason string) {
	if record == u.about {
		return u.action, u.reason
	}
	return otherwise, ""
}

// save writes what an update made of a file: the record that it is about and whatever
// differs, each in its next version and with its event, and the stage that follows. With
// the sample its facts are written anew, and their year counts as changed.
func (w *work) save(before, after *lab.File, u update) error {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	if err := w.saveAnalyses(before, after, u); err != nil {
		return err
	}
	if err := w.saveQuestions(before, after, u); err != nil {
		return err
	}
	d.Settle(before, after)
	changes := before.Differences(after)
	for _, p := range after.Publications[len(before.Publications):] {
		told, err := p.Told()
		if err != nil {
			return err
		}
		changes = append(changes, told...)
	}
	if len(changes) == 0 && u.about != after.Sample.ID {
		return w.saveStage(before, after)
	}
	if err := w.saveSample(d, before, after); err != nil {
		return err
	}
	changes = raised(before.Sample.Version, after.Sample.Version, changes)
	action, reason := u.name(after.Sample.ID, lab.MoveSample)
	return w.record(after.Sample.ServiceID, action, after.Sample.ID.String(), reason, changes)
}

func (w *work) saveAnalyses(before, after *lab.File, u update) error {
	for i := range after.Evidence {
		now, was := &after.Evidence[i], before.Analysis(after.Evidence[i].Analysis.ID)
		if was == nil {
			was = &lab.Evidence{}
		}
		a, changes := &now.Analysis, lab.EvidenceDifferences(*was, *now)
		if len(changes) == 0 && u.about != a.ID {
			continue
		}
		if err := w.saveAnalysis(was, now); err != nil {
			return err
		}
		if was.Analysis.Version > 0 {
			changes = raised(was.Analysis.Version, a.Version, changes)
		}
		action, reason := u.name(a.ID, otherwise(&was.Analysis, a))
		if err := w.record(a.ServiceID, action, a.ID.String(), reason, changes); err != nil {
			return err
		}
	}
	return nil
}

// otherwise is what happened to an analysis that an update of something else changed.
func otherwise(was, now *lab.Analysis) lab.Action {
	switch {
	case was.Version == 0:
		return lab.EnterAnalysis
	case now.State == lab.Retracted && was.State != lab.Retracted:
		return lab.RetractAnalysis
	}
	return lab.ChangeAnalysis
}

// saveAnalysis writes an analysis, new or changed, and its findings where they are other
// ones.
func (w *work) saveAnalysis(before, after *lab.Evidence) error {
	a, known := &after.Analysis, before.Analysis.Version > 0
	if !known {
		if err := w.tx.Create(a).Error; err != nil {
			return err
		}
	} else {
		a.Version = before.Analysis.Version + 1
		if err := replace(w, a, a.Key, before.Analysis.Version); err != nil {
			return err
		}
	}
	if slices.Equal(before.Findings, after.Findings) {
		return nil
	}
	if known {
		if err := w.tx.Exec("DELETE FROM findings WHERE service_id = ? AND analysis_id = ?", a.ServiceID, a.ID).Error; err != nil {
			return err
		}
	}
	for i := range after.Findings {
		f := &after.Findings[i]
		f.Key, f.SampleID, f.AnalysisID = lab.Key{ServiceID: a.ServiceID, ID: w.ids.Next()}, a.SampleID, a.ID
	}
	return create(w.tx, after.Findings)
}

func (w *work) saveQuestions(before, after *lab.File, u update) error {
	for i := range after.Questions {
		q, was := &after.Questions[i], before.Question(after.Questions[i].ID)
		save := w.saveAnswer
		if was == nil {
			was, save = &lab.Question{}, func(q *lab.Question) error { return w.tx.Create(q).Error }
		}
		changes := lab.Differences(*was, *q)
		if len(changes) == 0 {
			continue
		}
		if err := save(q); err != nil {
			return err
		}
		action, reason := u.name(q.ID, lab.AnswerQuestion)
		if err := w.record(q.ServiceID, action, q.AnalysisID.String(), reason, changes); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) saveAnswer(q *lab.Question) error {
	done := w.tx.Exec("UPDATE analysis_questions SET answered_by = ?, answered_at = ?, answer = ? WHERE service_id = ? AND id = ? AND answered_at IS NULL",
		q.AnsweredBy, q.AnsweredAt, q.Answer, q.ServiceID, q.ID)
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("question %s: %w", q.ID, lab.ErrConflict)
	}
	return done.Error
}

// saveStage puts a sample that is as it was on the worklist where it belongs now, and says
// since when it is held. It makes no new version of the sample; one that is not locked, and
// that somebody changed meanwhile, is left as that change has made it.
func (w *work) saveStage(before, after *lab.File) error {
	x := &after.Sample
	if x.Stage == before.Sample.Stage && x.HeldSince == before.Sample.HeldSince {
		return nil
	}
	return w.tx.Exec("UPDATE samples SET stage = ?, held_since = ? WHERE service_id = ? AND id = ? AND version = ? AND stage = ?",
		x.Stage, x.HeldSince, x.ServiceID, x.ID, before.Sample.Version, before.Sample.Stage).Error
}

// saveSample writes the sample in its next version, what is expected of it, new versions
// of its result, and its facts. Mistakes come back as lab.FieldErrors.
func (w *work) saveSample(d *lab.Dictionary, before, after *lab.File) error {
	if err := w.checkChange(d, before, after); err != nil {
		return err
	}
	x := &after.Sample
	x.Version = before.Sample.Version + 1
	if err := replace(w, x, x.Key, before.Sample.Version); err != nil {
		return err
	}
	if err := w.saveExpectations(before, after); err != nil {
		return err
	}
	if err := create(w.tx, after.Publications[len(before.Publications):]); err != nil {
		return err
	}
	return w.replaceFacts(d.Classify(after), before.Sample.ReceivedOn.Year())
}

// checkChange reports the mistakes of a changed sample, and of what is expected of it
// where that is something else than before.
func (w *work) checkChange(d *lab.Dictionary, before, after *lab.File) error {
	x := &after.Sample
	today, err := w.today(x.ServiceID)
	if err != nil {
		return err
	}
	var expected []lab.Expected
	if !slices.Equal(before.Expected, after.Expected) {
		expected = after.Expected
	}
	locations, err := w.locationsFor(x.ServiceID, x.LocationID)
	if err != nil {
		return err
	}
	return d.CheckSample(x, expected, lab.Counter{Today: today, Locations: locations})
}

func (w *work) saveExpectations(before, after *lab.File) error {
	if slices.Equal(before.Expected, after.Expected) {
		return nil
	}
	key := after.Sample.Key
	err := w.tx.Exec("DELETE FROM sample_expectations WHERE service_id = ? AND sample_id = ?", key.ServiceID, key.ID).Error
	if err != nil {
		return err
	}
	return create(w.tx, expectations(after))
}

func expectations(f *lab.File) []lab.SampleExpectation {
	rows := make([]lab.SampleExpectation, len(f.Expected))
	for i, e := range f.Expected {
		rows[i] = lab.SampleExpectation{ServiceID: f.Sample.ServiceID, SampleID: f.Sample.ID, Position: int32(i + 1), Expected: e}
	}
	return rows
}
