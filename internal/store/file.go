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
	return take[lab.Sample](w, "samples", key)
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
	if err = tx.Raw("SELECT * FROM samples WHERE service_id = ? AND id = ?", key.ServiceID, key.ID).Take(&f.Sample).Error; err != nil {
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

// save writes what an update made of a file: what is new in it, the records to which it
// gave another version, what is expected, answers, and the stage that follows. A sample
// in another version is checked, and its facts are written anew. The action and the
// reason are those of the first event, in the order of analyses, questions, sample; what
// else the update brought about is told as events of their own.
func (w *work) save(before, after *lab.File, action, reason string) error {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	if err := w.check(d, before, after); err != nil {
		return err
	}
	after.Sample.Stage = d.Stage(after)
	first := len(w.events)
	for _, write := range []func(before, after *lab.File) error{w.saveAnalyses, w.saveQuestions, w.saveSample} {
		if err := write(before, after); err != nil {
			return err
		}
	}
	if first < len(w.events) {
		w.events[first].Action, w.events[first].Reason = action, reason
	}
	if after.Sample.Version == before.Sample.Version {
		return nil
	}
	return w.replaceFacts(d.Classify(after), before.Sample.ReceivedOn.Year())
}

// check reports the mistakes of a sample in another version, and of what is expected of
// it where that is something else.
func (w *work) check(d *lab.Dictionary, before, after *lab.File) error {
	if after.Sample.Version == before.Sample.Version {
		return nil
	}
	today, err := w.today(after.Sample.ServiceID)
	if err != nil {
		return err
	}
	var expected []lab.Expected
	if !slices.Equal(before.Expected, after.Expected) {
		expected = after.Expected
	}
	return mistakes(checkSample(d, &after.Sample, expected, today), w.checkLocation(after.Sample.ServiceID, after.Sample.LocationID))
}

func (w *work) saveAnalyses(before, after *lab.File) (err error) {
	for i := range after.Evidence {
		now := &after.Evidence[i]
		was := before.Analysis(now.Analysis.ID)
		if was != nil && was.Analysis.Version == now.Analysis.Version {
			continue
		}
		var old lab.Evidence
		action := "enter analysis"
		if was == nil {
			err = w.tx.Create(&now.Analysis).Error
		} else {
			old, action = *was, "change analysis"
			err = replace(w, &now.Analysis, was.Analysis.Key, was.Analysis.Version)
			old.Analysis.Version = now.Analysis.Version
		}
		if err == nil {
			err = w.saveFindings(&old, now)
		}
		if err == nil {
			err = w.record(now.Analysis.ServiceID, action, now.Analysis.ID.String(), "", lab.EvidenceDifferences(old, *now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *work) saveFindings(before, after *lab.Evidence) error {
	if slices.Equal(before.Findings, after.Findings) {
		return nil
	}
	a := &after.Analysis
	if len(before.Findings) > 0 {
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

func (w *work) saveQuestions(before, after *lab.File) (err error) {
	for i := range after.Questions {
		q, was, action := &after.Questions[i], before.Question(after.Questions[i].ID), "answer question"
		switch {
		case was == nil:
			was, action, err = &lab.Question{}, "ask about analysis", w.tx.Create(q).Error
		case *was == *q:
			continue
		default:
			err = w.saveAnswer(q)
		}
		if err == nil {
			err = w.record(q.ServiceID, action, q.AnalysisID.String(), "", lab.Differences(*was, *q))
		}
		if err != nil {
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

// saveSample writes the sample, what is expected of it and new versions of its result.
// A sample that has the version it had gets its stage alone, which tells nobody
// anything new.
func (w *work) saveSample(before, after *lab.File) error {
	x := &after.Sample
	if x.Version == before.Sample.Version {
		if x.Stage == before.Sample.Stage {
			return nil
		}
		return w.tx.Exec("UPDATE samples SET stage = ? WHERE service_id = ? AND id = ?", x.Stage, x.ServiceID, x.ID).Error
	}
	changes := before.Differences(after)
	if !slices.Equal(before.Expected, after.Expected) {
		err := w.tx.Exec("DELETE FROM sample_expectations WHERE service_id = ? AND sample_id = ?", x.ServiceID, x.ID).Error
		if err == nil {
			err = create(w.tx, expectations(after))
		}
		if err != nil {
			return err
		}
	}
	for i := range after.Publications[len(before.Publications):] {
		p := &after.Publications[len(before.Publications)+i]
		if err := w.tx.Create(p).Error; err != nil {
			return err
		}
		changes = append(changes, lab.Differences(lab.Publication{}, *p)...)
	}
	if err := replace(w, x, before.Sample.Key, before.Sample.Version); err != nil {
		return err
	}
	return w.record(x.ServiceID, "move sample", x.ID.String(), "", changes)
}

func expectations(f *lab.File) []lab.SampleExpectation {
	rows := make([]lab.SampleExpectation, len(f.Expected))
	for i, e := range f.Expected {
		rows[i] = lab.SampleExpectation{ServiceID: f.Sample.ServiceID, SampleID: f.Sample.ID, Position: int32(i + 1), Expected: e}
	}
	return rows
}
