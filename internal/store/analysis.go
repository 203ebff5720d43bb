package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// FindAnalysis returns the key of an analysis of the sample, or lab.ErrNotFound, also where
// the actor does not work with records of the service.
func (s *Store) FindAnalysis(ctx context.Context, by lab.Actor, sample lab.Key, id lab.ID) (lab.Key, error) {
	if !by.SeesRecords(sample.ServiceID) {
		return lab.Key{}, lab.ErrNotFound
	}
	var key lab.Key
	err := s.read.WithContext(ctx).Raw("SELECT a.service_id, a.id FROM "+seenSamples+" x JOIN analyses a ON a.service_id = x.service_id AND a.sample_id = x.id "+
		"WHERE x.service_id = ? AND x.id = ? AND a.id = ?",
		sample.ServiceID, sample.ID, id).Take(&key).Error
	return key, translate(err)
}

// EnterAnalysis records what a method found in a sample. A registered sample goes
// into analysis with it. Mistakes come back as lab.FieldErrors, and so do findings
// that look implausible, unless the analysis says why they are right.
func (s *Store) EnterAnalysis(ctx context.Context, by lab.Actor, analysis lab.Analysis, findings []lab.Finding) (lab.Analysis, error) {
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.file(lab.Key{ServiceID: analysis.ServiceID, ID: analysis.SampleID})
		if err != nil {
			return err
		}
		analysis.ID, analysis.Version = w.ids.Next(), 1
		after := before.Clone()
		if err := after.Enter(by, w.at, &analysis); err != nil {
			return err
		}
		if err := w.checkAnalysis(&before.Sample, nil, &analysis, findings); err != nil {
			return err
		}
		after.Evidence = append(after.Evidence, lab.Evidence{Analysis: analysis, Findings: findings})
		return w.save(before, after, update{analysis.ID, lab.EnterAnalysis, ""})
	})
	return analysis, err
}

// checkAnalysis reports the mistakes of an analysis, and what looks implausible in
// it unless that is overruled. Before is what it was, nil for a new one.
func (w *work) checkAnalysis(sample *lab.Sample, before, analysis *lab.Analysis, findings []lab.Finding) error {
	today, err := w.today(analysis.ServiceID)
	if err != nil {
		return err
	}
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	if err := analysis.CheckEntry(d, w.by, before, findings, sample.Since(), today); err != nil {
		return err
	}
	var failed error
	warnings := lab.Plausibility(d, sample, findings, func(id lab.SubstanceID, scale lab.Scale) (int64, bool) {
		median, ok, err := usual(w.tx, id, sample.Form, scale, today.Year())
		if err != nil {
			failed = err
		}
		return median, ok
	})
	if failed != nil {
		return failed
	}
	return analysis.Overrule(append(analysis.Late(before, today), warnings...))
}

// ChangeAnalysis corrects an analysis that is only entered: its description and all
// findings. An answer, where one is given, answers the questions about it that are
// open. Nobody who entered or changed a laboratory result may verify it.
func (s *Store) ChangeAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, analysis lab.Analysis, findings []lab.Finding, answer string) (lab.Analysis, error) {
	typed := func(e *lab.Evidence) ([]lab.Difference, error) {
		described := lab.Evidence{Analysis: e.Analysis, Findings: findings}
		described.Analysis.Describe(&analysis)
		return lab.EvidenceDifferences(*e, described), nil
	}
	return s.changeAnalysis(ctx, by, lab.ChangeAnalysis, key, version, "", typed, func(w *work, f *lab.File, e *lab.Evidence) error {
		before := e.Analysis
		if err := e.Analysis.Change(by, w.at, &analysis); err != nil {
			return err
		}
		e.Findings = findings
		if err := w.checkAnalysis(&f.Sample, &before, &e.Analysis, findings); err != nil || answer == "" {
			return err
		}
		return f.Answer(by, w.at, key.ID, answer)
	})
}

// VerifyAnalysis signs an analysis. Reported marks it as the one to report among
// analyses of equal worth.
func (s *Store) VerifyAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, reported bool) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, lab.VerifyAnalysis, key, version, "", nil, func(w *work, f *lab.File, e *lab.Evidence) error {
		e.Analysis.Reported = reported
		return e.Analysis.Verify(by, w.at, f.Questions)
	})
}

// ReportAnalysis marks a verified analysis as the one to report among analyses of equal
// worth, or takes the mark away.
func (s *Store) ReportAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, reported bool) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, lab.ReportAnalysis, key, version, "", nil, func(_ *work, _ *lab.File, e *lab.Evidence) error {
		return e.Analysis.Report(by, reported)
	})
}

// SetAsideFindings sets findings of a verified analysis aside, each with its reason, or lets
// them stand again. What was published stays until the result is amended.
func (s *Store) SetAsideFindings(ctx context.Context, by lab.Actor, key lab.Key, version int32, list ...lab.Aside) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, lab.SetAsideFindings, key, version, "", nil, func(_ *work, _ *lab.File, e *lab.Evidence) error {
		return e.SetAside(by, list...)
	})
}

// RetractAnalysis takes an analysis back with a reason. What was published stays
// until the result is amended or withdrawn.
func (s *Store) RetractAnalysis(ctx context.Context, by lab.Actor, key lab.Key, version int32, reason string) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, lab.RetractAnalysis, key, version, reason, nil, func(w *work, _ *lab.File, e *lab.Evidence) error {
		return e.Analysis.Retract(by, w.at, reason)
	})
}

// changeAnalysis is an update of the analysis that the actor saw in the given version.
// Typed is what freshAnalysis asks for.
func (s *Store) changeAnalysis(ctx context.Context, by lab.Actor, action lab.Action, key lab.Key, version int32, reason string,
	typed func(*lab.Evidence) ([]lab.Difference, error), decide func(*work, *lab.File, *lab.Evidence) error,
) (lab.Analysis, error) {
	var changed lab.Analysis
	err := s.do(ctx, by, func(w *work) error {
		before, err := w.fileWith("analyses", key)
		if err != nil {
			return err
		}
		after := before.Clone()
		e := after.Analysis(key.ID)
		if err := w.freshAnalysis(e, version, typed); err != nil {
			return err
		}
		if err := decide(w, after, e); err != nil {
			return err
		}
		err = w.save(before, after, update{key.ID, action, reason})
		changed = e.Analysis
		return err
	})
	return changed, err
}

// freshAnalysis refuses an update of an analysis that is not what the actor saw, and
// tells what was typed over it, or else what others changed in it.
func (w *work) freshAnalysis(e *lab.Evidence, seen int32, typed func(*lab.Evidence) ([]lab.Difference, error)) error {
	return fresh(e.Analysis.Version, seen, func() ([]lab.Difference, error) {
		if typed != nil {
			return typed(e)
		}
		return w.changedSince(e.Analysis.Key, seen)
	})
}

// changedSince tells from the trail what others changed in an analysis since a version
// of it. Old is what it is now, New what the actor saw.
func (w *work) changedSince(key lab.Key, version int32) ([]lab.Difference, error) {
	events, err := eventsAbout(w.tx, key.ServiceID, key.ID.String())
	if err != nil {
		return nil, err
	}
	var changed []lab.Difference
	made := int32(1) // the version that the last event made
	for _, e := range events {
		changes, err := e.changes()
		if err != nil {
			return nil, err
		}
		if made = e.makes(made, changes); made <= version {
			continue
		}
		changed = undo(changed, changes)
	}
	return changed, nil
}

// makes is the version of its analysis that an event makes, or that of before where it
// makes none. Format 1 does not tell it; of what there was then, these three made one.
func (e *auditEvent) makes(before int32, changes []lab.Difference) int32 {
	if i := slices.IndexFunc(changes, func(c lab.Difference) bool { return c.Field == lab.TrailVersion }); i >= 0 {
		return int32(changes[i].New.Number())
	}
	if e.Format == firstFormat && slices.Contains([]lab.Action{lab.ChangeAnalysis, lab.VerifyAnalysis, lab.RetractAnalysis}, e.Action) {
		return before + 1
	}
	return before
}

// undo adds a later change to what leads back to the version that the actor saw.
func undo(changed, later []lab.Difference) []lab.Difference {
	for _, c := range later {
		if c.Field == lab.TrailVersion {
			continue
		}
		if i := slices.IndexFunc(changed, func(d lab.Difference) bool { return d.Field == c.Field }); i >= 0 {
			changed[i].Old = c.New
			continue
		}
		changed = append(changed, lab.Difference{Field: c.Field, Old: c.New, New: c.Old})
	}
	return changed
}

// evidenceOf returns all analyses of a sample with their findings, in order of
// entry.
func evidenceOf(tx *gorm.DB, sample lab.Key) ([]lab.Evidence, error) {
	analyses, err := analysesTable.of(tx, sample, "")
	if err != nil || len(analyses) == 0 {
		return nil, err
	}
	slices.SortFunc(analyses, func(a, b lab.Analysis) int { return a.ID.Compare(b.ID) })
	findings, err := findingsOf(tx, sample.ServiceID, analyses)
	if err != nil {
		return nil, err
	}
	evidence := make([]lab.Evidence, len(analyses))
	for i, a := range analyses {
		evidence[i] = lab.Evidence{Analysis: a, Findings: findings[a.ID]}
	}
	return evidence, nil
}

// findingsOf returns the findings of analyses of a service, by analysis.
func findingsOf(tx *gorm.DB, service lab.ServiceID, analyses []lab.Analysis) (map[lab.ID][]lab.Finding, error) {
	ids := make([]string, len(analyses))
	for i, a := range analyses {
		ids[i] = a.ID.String()
	}
	rows, err := findingsTable.list(tx, "WHERE service_id = ? AND analysis_id IN ?", service, ids)
	slices.SortFunc(rows, func(a, b lab.Finding) int { return a.ID.Compare(b.ID) })
	byAnalysis := map[lab.ID][]lab.Finding{}
	for _, f := range rows {
		byAnalysis[f.AnalysisID] = append(byAnalysis[f.AnalysisID], f)
	}
	return byAnalysis, err
}

func expectedOf(tx *gorm.DB, sample lab.Key) ([]lab.Expected, error) {
	var expected []lab.Expected
	err := tx.Raw("SELECT substance_id, class FROM sample_expectations WHERE service_id = ? AND sample_id = ? ORDER BY position",
		sample.ServiceID, sample.ID).Scan(&expected).Error
	return expected, err
}

// What usual reads: amounts of this many years, the latest first.
const (
	usualYears = 3
	usualLeast = 20
	usualMost  = 500
)

// usual is the median amount as base of a substance in a form, among the latest
// released by all services in the last years; false where too few are on record.
func usual(tx *gorm.DB, substance lab.SubstanceID, form lab.Form, scale lab.Scale, year int) (int64, bool, error) {
	var amounts []int64
	err := tx.Raw("SELECT base FROM "+seenFindingFacts+" f WHERE service_id > 0 AND substance_id = ? AND form = ? AND scale = ? AND base_known "+
		"AND year > ? ORDER BY year DESC, sample_id DESC LIMIT ?", substance, form, scale, year-usualYears, usualMost).Scan(&amounts).Error
	if err != nil || len(amounts) < usualLeast {
		return 0, false, err
	}
	slices.Sort(amounts)
	return amounts[len(amounts)/2], true, nil
}

// usualPrice is the median price of a unit of a product, in the currency and unit of a
// price, among the latest samples of all services in the last years; 0 where too few are on
// record.
func usualPrice(tx *gorm.DB, product lab.ProductID, price lab.Price, year int) (int64, error) {
	if !price.Comparable() {
		return 0, nil
	}
	var prices []int64
	err := tx.Raw("SELECT unit_price FROM "+seenSampleFacts+" f WHERE service_id > 0 AND product_id = ? AND price_unit = ? AND price_currency = ? "+
		"AND unit_price > 0 AND year > ? ORDER BY year DESC, sample_id DESC LIMIT ?", product, price.Unit, price.Currency, year-usualYears, usualMost).Scan(&prices).Error
	if err != nil || len(prices) < usualLeast {
		return 0, err
	}
	slices.Sort(prices)
	return prices[len(prices)/2], nil
}

// UsualPrice is the usual price of a unit of a product on a day at a service, as lab.Doubts
// asks for it.
func (s *Store) UsualPrice(ctx context.Context, by lab.Actor, service lab.ServiceID, product lab.ProductID, price lab.Price, today lab.Date) (int64, error) {
	if err := seen(by.SeesRecords(service)); err != nil {
		return 0, err
	}
	usual, err := usualPrice(s.read.WithContext(ctx), product, price, today.Year())
	return usual, translate(err)
}

// UsualAmount is the usual amount of a substance, as base, in a form.
type UsualAmount struct {
	Form  lab.Form
	Scale lab.Scale
	Base  int64
}

// UsualAmounts are the amounts that are usual of a substance in powders, tablets and blotters
// of the last years, for staff who have to tell it from another; a form of which there are
// fewer than twenty is left out.
func (s *Store) UsualAmounts(ctx context.Context, by lab.Actor, id lab.SubstanceID, year int) (list []UsualAmount, err error) {
	if err := seen(by.IsStaff()); err != nil {
		return nil, err
	}
	for _, form := range []UsualAmount{{lab.Powder, lab.MassFraction, 0}, {lab.Tablet, lab.PerUnit, 0}, {lab.Blotter, lab.PerUnit, 0}} {
		base, enough, err := usual(s.read.WithContext(ctx), id, form.Form, form.Scale, year)
		if err != nil {
			return nil, translate(err)
		}
		if enough {
			form.Base = base
			list = append(list, form)
		}
	}
	return list, nil
}
