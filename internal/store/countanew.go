package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// ServiceYear is a year of a service.
type ServiceYear struct {
	ServiceID lab.ServiceID
	Year      int
}

// definitions name what facts are made by: the rules of this program, and the edition of the
// dictionary that came with it.
func definitions() (string, error) {
	edition, err := embeddedEdition()
	return fmt.Sprintf("%d %s", lab.Definitions, edition), err
}

// Outdated lists the years of services whose facts were made by other definitions than those
// of this program, the latest first. Figures of these say what they said before. It takes the
// program, or who keeps the registry.
func (s *Store) Outdated(ctx context.Context, by lab.Actor) ([]ServiceYear, error) {
	if err := seen(by.SeesFacts() || by.SeesUpkeep()); err != nil {
		return nil, err
	}
	list, err := outdated(s.read.WithContext(ctx))
	return list, translate(err)
}

func outdated(tx *gorm.DB) (list []ServiceYear, err error) {
	today, err := definitions()
	if err != nil {
		return nil, err
	}
	err = tx.Raw("SELECT service_id, year FROM service_years WHERE definitions <> ? ORDER BY year DESC, service_id", today).Scan(&list).Error
	return list, err
}

// reviewedAtOnce is how many samples are reviewed in one transaction, so short that nobody at
// the counter waits for it.
const reviewedAtOnce = 50

// CountAnew brings a year of a service up to the definitions of today, and tells what moved:
// what is held and what would be released otherwise in short transactions, then the facts of
// those samples that move in one, so that no figure is made by two rules. Where it is cut off
// it begins anew. It takes the operator or the program.
func (s *Store) CountAnew(ctx context.Context, by lab.Actor, y ServiceYear) (moved Moved, err error) {
	if err := upkeep(by); err != nil {
		return moved, err
	}
	moved.Fields = map[string]int{}
	stale, err := s.staleOf(ctx, by, y, &moved)
	if err != nil {
		return moved, err
	}
	err = s.do(ctx, by, func(w *work) error { return w.countAnew(y, stale) })
	return moved, err
}

// staleOf are the samples of a year of a service whose facts are not what they would be, and
// puts on their lists what today's rules put there. Nobody waits for what it reads.
func (s *Store) staleOf(ctx context.Context, by lab.Actor, y ServiceYear, moved *Moved) (stale []string, err error) {
	d, err := readDictionary(s.read.WithContext(ctx))
	if err != nil {
		return nil, translate(err)
	}
	after := lab.ID{}
	for {
		samples, err := samplesOfYear(s.read.WithContext(ctx), y, after)
		if err != nil || len(samples) == 0 {
			return stale, translate(err)
		}
		note := func(now lab.Facts, _ int) error {
			stale = append(stale, now.Sample.SampleID.String())
			return nil
		}
		if err := compareBatch(s.read.WithContext(ctx), d, y.ServiceID, samples, moved, note); err != nil {
			return nil, translate(err)
		}
		for some := range slices.Chunk(samples, reviewedAtOnce) {
			if err := s.do(ctx, by, func(w *work) error { return w.reviewAgain(y.ServiceID, some, moved) }); err != nil {
				return nil, err
			}
		}
		after = samples[len(samples)-1].ID
	}
}

func samplesOfYear(tx *gorm.DB, y ServiceYear, after lab.ID) ([]lab.Sample, error) {
	first, last := lab.Date(y.Year*1_00_00+1_01), lab.Date(y.Year*1_00_00+12_31)
	return liveSamplesTable.list(tx, "WHERE service_id = ? AND received_on BETWEEN ? AND ? AND (? OR id > ?) ORDER BY id LIMIT ?",
		y.ServiceID, first, last, after.IsZero(), after.String(), batch)
}

// reviewAgain reviews samples as they are now, by the dictionary and the alert limits of now.
func (w *work) reviewAgain(service lab.ServiceID, samples []lab.Sample, moved *Moved) error {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	now, err := liveSamplesTable.list(w.tx, "WHERE service_id = ? AND id IN ? AND stage IN ? ORDER BY id", service, idsOf(samples), openStages())
	if err != nil {
		return err
	}
	return w.reviewBatch(d, service, now, moved)
}

// countAnew makes the facts of some samples of a year anew, and says that those of the year are
// made by the definitions of today. Where another instance was faster nothing is left to do.
func (w *work) countAnew(y ServiceYear, stale []string) error {
	d, err := w.dictionary()
	if err != nil {
		return err
	}
	again := Moved{Fields: map[string]int{}}
	for some := range slices.Chunk(stale, batch) {
		samples, err := liveSamplesTable.list(w.tx, "WHERE service_id = ? AND id IN ? ORDER BY id", y.ServiceID, some)
		if err != nil {
			return err
		}
		if err := compareBatch(w.tx, d, y.ServiceID, samples, &again, w.replaceFacts); err != nil {
			return err
		}
	}
	if again.Changed > 0 {
		text := fmt.Sprintf("%d: %d samples moved", y.Year, again.Changed)
		if err := w.record(y.ServiceID, lab.ReclassifyFacts, "facts", text, nil); err != nil {
			return err
		}
	}
	return w.counted("AND year = ?", y.ServiceID, y.Year)
}

// counted says that facts of a service were made by the definitions of today.
func (w *work) counted(which string, args ...any) error {
	today, err := definitions()
	if err != nil {
		return err
	}
	return w.tx.Exec("UPDATE service_years SET definitions = ? WHERE service_id = ? "+which, append([]any{today}, args...)...).Error
}
