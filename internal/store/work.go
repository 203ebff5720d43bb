package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// work is a unit of work in progress: one transaction of one actor, with the
// years whose figures it changes and the events for the trail, both written at
// the end in a fixed order, so that units of work cannot block each other in a
// circle.
type work struct {
	*Store
	tx     *gorm.DB
	by     lab.Actor
	at     lab.Instant
	years  []ServiceYear
	events []auditEvent
	form   *saving         // that it saves; nil for none
	words  *lab.Dictionary // with which it counts; nil for none
}

// do runs a unit of work of an actor and ends it.
func (s *Store) do(ctx context.Context, by lab.Actor, steps func(w *work) error) error {
	return s.transact(ctx, func(tx *gorm.DB) error {
		w := &work{Store: s, tx: tx, by: by, at: lab.At(s.now())}
		w.form, _ = ctx.Value(savingKey{}).(*saving)
		if err := steps(w); err != nil {
			return err
		}
		return w.end()
	})
}

// touch notes that what a year of a service counts has changed.
func (w *work) touch(service lab.ServiceID, years ...int) {
	for _, year := range years {
		if touched := (ServiceYear{service, year}); !slices.Contains(w.years, touched) {
			w.years = append(w.years, touched)
		}
	}
}

// record notes an event for the trail of a service.
func (w *work) record(service lab.ServiceID, action lab.Action, subject, reason string, changes []lab.Difference) error {
	text, err := changesText(changes)
	w.events = append(w.events, auditEvent{
		ServiceID: service, At: w.at, ActorKind: w.by.Kind, ActorID: w.by.UserID, Actor: w.by.Name, Action: action, Subject: subject,
		Changes: text, Reason: reason,
	})
	return err
}

// end writes revisions and events, and removes what was kept of the form that is saved.
func (w *work) end() error {
	if err := w.finishForm(); err != nil {
		return err
	}
	slices.SortFunc(w.years, func(a, b ServiceYear) int {
		return int(a.ServiceID-b.ServiceID)*10000 + a.Year - b.Year
	})
	for _, y := range w.years {
		today, err := definitions()
		if err != nil {
			return err
		}
		err = w.tx.Exec("INSERT INTO service_years (service_id, year, revision, definitions) VALUES (?, ?, 1, ?) "+
			"ON CONFLICT (service_id, year) DO UPDATE SET revision = service_years.revision + 1", y.ServiceID, y.Year, today).Error
		if err != nil {
			return err
		}
	}
	if err := w.sameMerges(); err != nil {
		return err
	}
	for _, e := range w.events {
		if err := w.appendAudit(w.tx, e); err != nil {
			return err
		}
	}
	return nil
}

// replace writes all columns of a record that was read in this transaction, under
// a condition on its version: the one way in which records change. GORM's own
// ways skip zero values or insert what is not there.
func replace[T any](w *work, record *T, key lab.Key, version int32) error {
	rows := w.tx.Model(record).Select("*").Omit("service_id", "id")
	rows = rows.Where("service_id = ? AND id = ? AND version = ?", key.ServiceID, key.ID, version) //nolint:forbidigo // a text of ours
	done := rows.Updates(record)                                                                   //nolint:forbidigo // with Select it writes zero values too
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("record %s: %w", key.ID, lab.ErrConflict)
	}
	return done.Error
}

// nextNumbers takes the next n running numbers of a service and year, in the series of
// the newest life of the registry, and returns the first.
func (w *work) nextNumbers(service lab.ServiceID, year, n int) (series int16, first int32, err error) {
	series, firsts, err := w.nextNumbersOf(service, map[int]int{year: n})
	return series, firsts[year], err
}

// nextNumbersOf is nextNumbers for several years at once.
func (w *work) nextNumbersOf(service lab.ServiceID, counts map[int]int) (series int16, firsts map[int]int32, err error) {
	if err := w.tx.Raw("SELECT coalesce(max(life), 0) FROM registry_lives").Scan(&series).Error; err != nil {
		return 0, nil, err
	}
	var values []any
	for _, year := range slices.Sorted(maps.Keys(counts)) { // locked in one order by all
		values = append(values, service, year, series, counts[year])
	}
	var lasts []struct {
		Year int
		Last int32
	}
	err = w.tx.Raw("INSERT INTO sample_counters (service_id, year, series, last) VALUES "+strings.Repeat("(?, ?, ?, ?), ", len(counts)-1)+"(?, ?, ?, ?) "+
		"ON CONFLICT (service_id, year, series) DO UPDATE SET last = sample_counters.last + excluded.last RETURNING year, last", values...).Scan(&lasts).Error
	firsts = map[int]int32{}
	for _, x := range lasts {
		firsts[x.Year] = x.Last - int32(counts[x.Year]) + 1
	}
	return series, firsts, err
}
