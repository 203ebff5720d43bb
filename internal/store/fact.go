package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// replaceFacts writes the facts of a sample anew, in the transaction that changed it.
// Old year is the year in which they stood; both years are touched.
func (w *work) replaceFacts(facts lab.Facts, oldYear int) error {
	f := &facts.Sample
	w.touch(f.ServiceID, oldYear, int(f.Year))
	for _, table := range []string{"finding_facts", "sample_facts"} {
		err := w.tx.Exec("DELETE FROM "+table+" WHERE service_id = ? AND year = ? AND sample_id = ?", f.ServiceID, oldYear, f.SampleID).Error
		if err != nil {
			return err
		}
	}
	if err := w.tx.Create(f).Error; err != nil {
		return err
	}
	return create(w.tx, facts.Findings)
}

// Moved tells what a reclassification changed.
type Moved struct {
	Samples  int            // whose facts were looked at
	Changed  int            // whose facts were not what they are now
	Before   int            // of those looked at, whose facts were made by other definitions
	ToReview int            // released results of which today's rule would release other findings
	Held     int            // samples that are held at the bench
	Fields   map[string]int // how often each field changed, and from what to what for outcomes and roles
	Numbers  []string       // of the first samples that read differently where an entry of the dictionary was changed

	anyAttention bool          // another attention moves nothing
	before       []ServiceYear // which are passed over
}

// Reclassify makes all facts anew from samples, expectations and publications
// with the dictionary as it is, and tells what moved. Where nothing was corrected
// it changes nothing. It works in one transaction a service. It takes the
// operator, or an administrator of all services.
func (s *Store) Reclassify(ctx context.Context, by lab.Actor) (Moved, error) {
	moved := Moved{Fields: map[string]int{}}
	if err := upkeep(by); err != nil {
		return moved, err
	}
	services, err := s.Services(ctx, by)
	if err != nil {
		return moved, err
	}
	for _, service := range services {
		err := s.do(ctx, by, func(w *work) error {
			return errors.Join(w.reclassify(service.ID, &moved), w.review(service.ID, &moved), w.counted("", service.ID))
		})
		if err != nil {
			return moved, fmt.Errorf("service %s: %w", service.Code, err)
		}
	}
	return moved, nil
}

// batch is the number of samples that are read at a time.
const batch = 500

func (w *work) reclassify(service lab.ServiceID, moved *Moved) error {
	changed := moved.Changed
	if err := compareFacts(w.tx, service, moved, w.replaceFacts); err != nil || moved.Changed == changed {
		return err
	}
	return w.record(service, lab.ReclassifyFacts, "facts", fmt.Sprintf("%d samples moved", moved.Changed-changed), nil)
}

// review puts samples of which today's rule would release other findings on their worklist,
// takes those off it of which it would not, and says of all that are open or released since
// when they are held. Nothing else of them changes.
func (w *work) review(service lab.ServiceID, moved *Moved) error {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	return w.reviewAll(d, service, openStages(), moved)
}

// closed tells that nothing is ever released of samples on the worklist, unless they are
// opened again.
func closed(s lab.Stage) bool { return s == lab.StageRejected || s == lab.StageNotAnalysed }

// openStages are the worklists on which something of a sample may yet be released.
func openStages() []lab.Stage { return slices.DeleteFunc(slices.Clone(lab.Stages), closed) }

// reviewAll is review of the samples on some worklists.
func (w *work) reviewAll(d *lab.Dictionary, service lab.ServiceID, stages []lab.Stage, moved *Moved) error {
	after := lab.ID{}
	for {
		samples, err := liveSamplesTable.list(w.tx, "WHERE service_id = ? AND stage IN ? AND id > ? ORDER BY id LIMIT ?",
			service, stages, after.String(), batch)
		if err != nil || len(samples) == 0 {
			return err
		}
		if err := w.reviewBatch(d, service, samples, moved); err != nil {
			return err
		}
		after = samples[len(samples)-1].ID
	}
}

func (w *work) reviewBatch(d *lab.Dictionary, service lab.ServiceID, samples []lab.Sample, moved *Moved) error {
	files, err := filesOf(w.tx, service, samples)
	if err != nil {
		return err
	}
	for i := range files {
		before := files[i].Clone()
		after := d.Reviewed(before)
		if after.Sample.Stage == lab.StageToReview {
			moved.ToReview++
		}
		if !after.Sample.HeldSince.IsZero() {
			moved.Held++
		}
		if err := w.saveStage(before, after); err != nil {
			return err
		}
	}
	return nil
}

func idsOf(samples []lab.Sample) []string {
	ids := make([]string, len(samples))
	for i := range samples {
		ids[i] = samples[i].ID.String()
	}
	return ids
}

// filesOf are the files of many samples of a service, without their questions.
func filesOf(tx *gorm.DB, service lab.ServiceID, samples []lab.Sample) ([]lab.File, error) {
	ids, files := idsOf(samples), make([]lab.File, len(samples))
	expected, err := manyOf(tx, expectationsTable, "position", service, ids)
	if err != nil {
		return nil, err
	}
	publications, err := manyOf(tx, publicationsTable, "version", service, ids)
	if err != nil {
		return nil, err
	}
	analyses, err := manyOf(tx, analysesTable, "id", service, ids)
	if err != nil {
		return nil, err
	}
	found, err := manyOf(tx, findingsTable, "id", service, ids)
	if err != nil {
		return nil, err
	}
	for i := range samples {
		f := &files[i]
		f.Sample, f.Publications = samples[i], publications[samples[i].ID]
		for _, e := range expected[f.Sample.ID] {
			f.Expected = append(f.Expected, e.Expected)
		}
		for _, a := range analyses[f.Sample.ID] {
			f.Evidence = append(f.Evidence, lab.Evidence{Analysis: a})
		}
		for _, x := range found[f.Sample.ID] {
			if e := f.Analysis(x.AnalysisID); e != nil {
				e.Findings = append(e.Findings, x)
			}
		}
	}
	return files, nil
}

// CompareFacts makes all facts anew as Reclassify does, tells what would move, and
// changes nothing. Attention is passed over: it is weighed at each look-up by the dangers and
// limits of the day, and facts hold that of the day on which they were made. So are years that
// have yet to be counted by the definitions of today.
func (x Snapshot) CompareFacts() (Moved, error) {
	moved := Moved{Fields: map[string]int{}, anyAttention: true}
	services, err := servicesTable.list(x.at.Tx, "ORDER BY id")
	if err != nil {
		return moved, err
	}
	if moved.before, err = outdated(x.at.Tx); err != nil {
		return moved, err
	}
	unchanged := func(lab.Facts, int) error { return nil }
	for _, service := range services {
		if err := compareFacts(x.at.Tx, service.ID, &moved, unchanged); err != nil {
			return moved, fmt.Errorf("service %s: %w", service.Code, err)
		}
	}
	return moved, nil
}

// compareFacts makes the facts of all samples of a service anew, notes what moved, and
// hands over those that did, with the year in which they stood.
func compareFacts(tx *gorm.DB, service lab.ServiceID, moved *Moved, change func(now lab.Facts, oldYear int) error) error {
	d, err := readDictionary(tx) // it may have been corrected past the program
	if err != nil {
		return err
	}
	var after lab.ID
	for {
		samples, err := liveSamplesTable.list(tx, "WHERE service_id = ? AND (? OR id > ?) ORDER BY id LIMIT ?",
			service, after.IsZero(), after.String(), batch)
		if err != nil || len(samples) == 0 {
			return err
		}
		if err := compareBatch(tx, d, service, samples, moved, change); err != nil {
			return err
		}
		after = samples[len(samples)-1].ID
	}
}

func compareBatch(tx *gorm.DB, d *lab.Dictionary, service lab.ServiceID, samples []lab.Sample, moved *Moved, change func(lab.Facts, int) error) error {
	ids := idsOf(samples)
	expected, err := manyOf(tx, expectationsTable, "position", service, ids)
	if err != nil {
		return err
	}
	publications, err := manyOf(tx, publicationsTable, "version", service, ids)
	if err != nil {
		return err
	}
	sampleFacts, err := manyOf(tx, sampleFactsTable, "year", service, ids)
	if err != nil {
		return err
	}
	findingFacts, err := manyOf(tx, findingFactsTable, "substance_id", service, ids)
	if err != nil {
		return err
	}
	for i := range samples {
		x := lab.File{Sample: samples[i], Publications: publications[samples[i].ID]}
		for _, e := range expected[x.Sample.ID] {
			x.Expected = append(x.Expected, e.Expected)
		}
		facts := d.Classify(&x)
		old := lab.Facts{Findings: findingFacts[x.Sample.ID]}
		if stored := sampleFacts[x.Sample.ID]; len(stored) == 1 {
			old.Sample = stored[0]
		}
		moved.Samples++
		if slices.Contains(moved.before, ServiceYear{service, int(facts.Sample.Year)}) {
			moved.Before++
			continue
		}
		if !moved.compare(d, old, facts) {
			continue
		}
		oldYear := int(old.Sample.Year)
		if oldYear == 0 {
			oldYear = int(facts.Sample.Year)
		}
		if err := change(facts, oldYear); err != nil {
			return err
		}
	}
	return nil
}

// compare notes what differs and tells whether anything does.
func (m *Moved) compare(d *lab.Dictionary, old, now lab.Facts) bool {
	if m.anyAttention {
		old.Sample.Attention = now.Sample.Attention
	}
	changes := lab.Differences(old.Sample, now.Sample)
	for _, c := range changes {
		m.Fields[fmt.Sprintf("%s: %s → %s", c.Field, c.Old, c.New)]++
	}
	slices.SortFunc(now.Findings, func(a, b lab.FindingFact) int { return int(a.SubstanceID - b.SubstanceID) })
	if len(changes) == 0 && slices.Equal(old.Findings, now.Findings) {
		return false
	}
	m.Changed++
	for i, f := range now.Findings {
		name := d.Substances[f.SubstanceID].Name
		if i >= len(old.Findings) || old.Findings[i].SubstanceID != f.SubstanceID {
			m.Fields["finding added: "+name]++
			continue
		}
		for _, c := range lab.Differences(old.Findings[i], f) {
			m.Fields[fmt.Sprintf("%s of %s: %s → %s", c.Field, name, c.Old, c.New)]++
		}
	}
	return true
}

// manyOf reads the rows of many samples of a service and sorts them out by sample.
func manyOf[T any](tx *gorm.DB, from table[T], order string, service lab.ServiceID, samples []string) (map[lab.ID][]T, error) {
	rows, err := from.ofMany(tx, service, samples, "ORDER BY "+order)
	bySample := map[lab.ID][]T{}
	for _, row := range rows {
		id := reflect.ValueOf(row).FieldByName("SampleID").Interface().(lab.ID)
		bySample[id] = append(bySample[id], row)
	}
	return bySample, err
}
