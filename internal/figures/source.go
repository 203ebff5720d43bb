// Package figures makes the figures of years from the facts of the registry, for
// pages, commands and reports alike, and keeps what it made until the registry
// says that the year has changed.
package figures

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
)

// stale is how old what is known may be: so long may a page show figures from
// before the last change.
const stale = time.Second

// Source makes figures and keeps them. It is safe for concurrent use.
type Source struct {
	store    *store.Store
	now      func() time.Time
	currency string

	mu    sync.Mutex
	known known
	folds map[foldKey]*kept[*statistics.Fold]
	years map[int]*kept[*statistics.Fold] // of all services together
}

// known is what the registry said of its services and of the revisions of their
// years.
type known struct {
	at        time.Time
	services  []lab.Service
	revisions store.Revisions
	synthetic bool            // the samples are made up
	closed    store.Revisions // those of years that are over
	stamp     uint64          // rises when anything changes that public figures count
}

type foldKey struct {
	service lab.ServiceID
	year    int
}

// kept is something made from facts, with the state of the facts that it was made
// from. The lock lets one maker in at a time; the others wait for what it makes.
type kept[T any] struct {
	mu    sync.Mutex
	made  bool
	state string
	thing T
}

// at returns the thing as of a state, made anew where it is of another.
func (k *kept[T]) at(state string, make func() (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.made && k.state == state {
		return k.thing, nil
	}
	thing, err := make()
	if err != nil {
		return thing, err
	}
	k.made, k.state, k.thing = true, state, thing
	return thing, nil
}

// New is a source of the figures of a registry. Prices are reported in the services'
// currency, and in the given one where they differ.
func New(s *store.Store, now func() time.Time, currency string) *Source {
	return &Source{
		store: s, now: now, currency: currency,
		folds: map[foldKey]*kept[*statistics.Fold]{}, years: map[int]*kept[*statistics.Fold]{},
	}
}

// latest is what is known of the registry, at most a second old, with a stamp for who
// keeps public pages.
func (s *Source) latest(ctx context.Context) (known, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if age := now.Sub(s.known.at); s.known.revisions != nil && age >= 0 && age < stale {
		return s.known, nil
	}
	revisions, err := s.store.Revisions(ctx)
	if err != nil {
		return known{}, err
	}
	services, err := s.store.Services(ctx)
	if err != nil {
		return known{}, err
	}
	origin, err := s.store.Synthetic(ctx)
	if err != nil {
		return known{}, err
	}
	stamp, closed := s.known.stamp, maps.Clone(revisions)
	maps.DeleteFunc(closed, func(year int, _ map[lab.ServiceID]int64) bool { return year > statistics.LastClosedYear(now) })
	same := maps.EqualFunc(closed, s.known.closed, maps.Equal) && slices.Equal(services, s.known.services)
	if s.known.revisions == nil || !same {
		stamp++
	}
	s.known = known{now, services, revisions, origin != "", closed, stamp}
	return s.known, nil
}

// Stamp changes whenever anything that public figures count has changed. A release in a
// year that is not over does not change it: how long a page of another year takes
// would tell of it.
func (s *Source) Stamp(ctx context.Context) (uint64, error) {
	k, err := s.latest(ctx)
	return k.stamp, err
}

// entryOf returns what is kept under a key, empty where nothing is yet.
func entryOf[K comparable, T any](s *Source, all map[K]*kept[T], key K) *kept[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if all[key] == nil {
		all[key] = &kept[T]{}
	}
	return all[key]
}

// fold is the fold of one service's year. The revision was read before the rows: a
// change in between makes it anew next time.
func (s *Source) fold(ctx context.Context, k known, d *lab.Dictionary, key foldKey) (*statistics.Fold, error) {
	state := fmt.Sprintf("%p %d", d, k.revisions[key.year][key.service])
	return entryOf(s, s.folds, key).at(state, func() (*statistics.Fold, error) {
		fold := statistics.NewFold(d)
		for row, err := range s.store.FactRows(ctx, key.service, key.year) {
			if err != nil {
				return nil, err
			}
			fold.Add(row)
		}
		fold.Seal()
		return fold, nil
	})
}

// foldsOf are the folds of a year, one a service, made side by side.
func (s *Source) foldsOf(ctx context.Context, k known, d *lab.Dictionary, services []lab.Service, year int) ([]*statistics.Fold, error) {
	folds := make([]*statistics.Fold, len(services))
	work, ctx := errgroup.WithContext(ctx)
	for i, service := range services {
		work.Go(func() (err error) {
			folds[i], err = s.fold(ctx, k, d, foldKey{service.ID, year})
			return err
		})
	}
	return folds, work.Wait()
}

// national is the fold of a year of all services.
func (s *Source) national(ctx context.Context, k known, d *lab.Dictionary, services []lab.Service, year int) (*statistics.Fold, error) {
	state := fmt.Sprintf("%p %d", d, len(services))
	for _, id := range slices.Sorted(maps.Keys(k.revisions[year])) {
		state += fmt.Sprintf(" %d:%d", id, k.revisions[year][id])
	}
	return entryOf(s, s.years, year).at(state, func() (*statistics.Fold, error) {
		folds, err := s.foldsOf(ctx, k, d, services, year)
		if err != nil {
			return nil, err
		}
		return merged(d, folds), nil
	})
}

func merged(d *lab.Dictionary, folds []*statistics.Fold) *statistics.Fold {
	if len(folds) == 0 {
		return statistics.NewFold(d)
	}
	return statistics.Merge(folds...)
}
