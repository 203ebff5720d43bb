package store

import (
	"context"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// EnterAnalysis records what a method found in a sample. A registered sample goes
// into analysis with it. Mistakes come back as lab.FieldErrors.
func (s *Store) EnterAnalysis(ctx context.Context, by lab.Actor, analysis lab.Analysis, findings []lab.Finding) (lab.Analysis, error) {
	err := s.do(ctx, by, func(w *work) error {
		sample, err := take[lab.Sample](w, "samples", lab.Key{ServiceID: analysis.ServiceID, ID: analysis.SampleID})
		if err != nil {
			return err
		}
		today, err := w.today(analysis.ServiceID)
		if err != nil {
			return err
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		analysis.ID, analysis.Version = w.ids.Next(), 1
		if err := analysis.Enter(by, w.at); err != nil {
			return err
		}
		if err := analysis.Check(d, findings, sample.Since(), today); err != nil {
			return err
		}
		if err := w.insertAnalysis(&analysis, findings); err != nil {
			return err
		}
		if sample.State == lab.InAnalysis {
			return nil
		}
		moved := *sample
		if err := moved.Move(lab.InAnalysis, by, ""); err != nil {
			return err
		}
		return w.saveSample(sample, &moved, "move sample", "")
	})
	return analysis, err
}

func (w *work) insertAnalysis(analysis *lab.Analysis, findings []lab.Finding) error {
	if err := w.tx.Create(analysis).Error; err != nil {
		return err
	}
	changes := lab.Differences(lab.Analysis{}, *analysis)
	for i := range findings {
		f := &findings[i]
		f.Key, f.SampleID, f.AnalysisID = lab.Key{ServiceID: analysis.ServiceID, ID: w.ids.Next()}, analysis.SampleID, analysis.ID
		changes = append(changes, lab.Differences(lab.Finding{}, *f)...)
	}
	if err := create(w.tx, findings); err != nil {
		return err
	}
	return w.record(analysis.ServiceID, "enter analysis", analysis.ID.String(), "", changes)
}

// VerifyAnalysis signs an analysis. Reported marks it as the one to report among
// analyses of equal worth.
func (s *Store) VerifyAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, reported bool) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, "verify analysis", key, version, "", func(a *lab.Analysis, at lab.Instant) error {
		a.Reported = reported
		return a.Verify(by, at)
	})
}

// RetractAnalysis takes an analysis back with a reason. What was published stays
// until the result is amended or withdrawn.
func (s *Store) RetractAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, reason string) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, "retract analysis", key, version, reason, func(a *lab.Analysis, at lab.Instant) error {
		return a.Retract(by, at, reason)
	})
}

func (s *Store) changeAnalysis(ctx context.Context, by lab.Actor, action string, key lab.Key, version int32, reason string, change func(*lab.Analysis, lab.Instant) error) (lab.Analysis, error) {
	var after lab.Analysis
	err := s.do(ctx, by, func(w *work) error {
		before, err := take[lab.Analysis](w, "analyses", key)
		if err != nil {
			return err
		}
		after = *before
		if err := change(&after, w.at); err != nil {
			return err
		}
		changes := lab.Differences(*before, after)
		if before.Version != version {
			return &lab.StaleError{Have: before.Version, Want: version, Changed: changes}
		}
		after.Version++
		if err := replace(w, &after, before.Key, before.Version); err != nil {
			return err
		}
		return w.record(key.ServiceID, action, key.ID.String(), reason, changes)
	})
	return after, err
}

// Evidence returns all analyses of a sample with their findings, in order of entry.
func (s *Store) Evidence(ctx context.Context, key lab.Key) ([]lab.Evidence, error) {
	evidence, err := evidenceOf(s.read.WithContext(ctx), key)
	return evidence, translate(err)
}

func evidenceOf(tx *gorm.DB, sample lab.Key) ([]lab.Evidence, error) {
	var analyses []lab.Analysis
	err := tx.Raw("SELECT * FROM analyses WHERE service_id = ? AND sample_id = ? ORDER BY id", sample.ServiceID, sample.ID).Scan(&analyses).Error
	if err != nil {
		return nil, err
	}
	evidence := make([]lab.Evidence, len(analyses))
	for i, a := range analyses {
		evidence[i].Analysis = a
		err := tx.Raw("SELECT * FROM findings WHERE service_id = ? AND analysis_id = ? ORDER BY id", a.ServiceID, a.ID).Scan(&evidence[i].Findings).Error
		if err != nil {
			return nil, err
		}
	}
	return evidence, nil
}

func expectedOf(tx *gorm.DB, sample lab.Key) ([]lab.Expected, error) {
	var expected []lab.Expected
	err := tx.Raw("SELECT substance_id, class FROM sample_expectations WHERE service_id = ? AND sample_id = ? ORDER BY position",
		sample.ServiceID, sample.ID).Scan(&expected).Error
	return expected, err
}
