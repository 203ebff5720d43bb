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
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/together"
)

// stale is how old what is known may be: so long may a page show figures from
// before the last change.
const stale = time.Second

// program reads all that figures are made from, for whoever may see the figures.
var program = lab.Program("figures")

// Source makes figures and keeps them. It is safe for concurrent use. Nobody holds a
// lock while the registry is asked: what is known is told at once, and who waits for
// what is not stops when its context ends.
type Source struct {
	store    *store.Store
	now      func() time.Time
	currency string

	making singleflight.Group
	known  atomic.Pointer[known] // never changed, but replaced by another
	mu     sync.Mutex            // of folds, held to look one up or to put one in
	folds  map[foldKey]kept
}

// known is what the registry said of its services and of the revisions of their
// years.
type known struct {
	at        time.Time
	services  []lab.Service
	revisions store.Revisions
	outdated  []store.ServiceYear // whose facts were made by other definitions than those of today
	synthetic bool                // the samples are made up
	closed    store.Revisions     // those of years that are over
	stamp     uint64              // rises when anything changes that public figures count
}

// foldKey tells whose fold it is: a service's, or without one that of all together.
type foldKey struct {
	service lab.ServiceID
	year    int
}

// kept is a fold with the state of the facts that it was made from.
type kept struct {
	state string
	fold  *statistics.Fold
}

// New is a source of the figures of a registry. Prices are reported in the services'
// currency, and in the given one where they differ.
func New(s *store.Store, now func() time.Time, currency string) *Source {
	return &Source{store: s, now: now, currency: currency, folds: map[foldKey]kept{}}
}

// latest is what is known of the registry, at most a second older than the question,
// with a stamp for who keeps public pages.
func (s *Source) latest(ctx context.Context) (*known, error) {
	for {
		asked := s.now()
		if k := s.known.Load(); k != nil && asked.Sub(k.at) >= 0 && asked.Sub(k.at) < stale {
			return k, nil
		}
		// An answer that others have waited for may have been under way for long.
		k, err := together.Make(ctx, &s.making, "known", s.ask)
		if err != nil || asked.Sub(k.at) < stale {
			return k, err
		}
	}
}

// ask asks the registry for what is to be known. One does at a time.
func (s *Source) ask(ctx context.Context) (*known, error) {
	now := s.now()
	revisions, err := s.store.Revisions(ctx, program)
	if err != nil {
		return nil, err
	}
	services, err := s.store.Services(ctx, program)
	if err != nil {
		return nil, err
	}
	outdated, err := s.store.Outdated(ctx, program)
	if err != nil {
		return nil, err
	}
	origin, err := s.store.Synthetic(ctx)
	if err != nil {
		return nil, err
	}
	closed := maps.Clone(revisions)
	maps.DeleteFunc(closed, func(year int, _ map[lab.ServiceID]int64) bool { return year > statistics.LastClosedYear(now) })
	k := &known{now, services, revisions, outdated, origin != "", closed, 1}
	if before := s.known.Load(); before != nil {
		k.stamp = before.stamp
		if !maps.EqualFunc(closed, before.closed, maps.Equal) || !slices.Equal(services, before.services) || !slices.Equal(outdated, before.outdated) {
			k.stamp++
		}
	}
	s.known.Store(k)
	return k, nil
}

// Stamp changes whenever anything that public figures count has changed. A release in a
// year that is not over does not change it: how long a page of another year takes
// would tell of it.
func (s *Source) Stamp(ctx context.Context) (uint64, error) {
	k, err := s.latest(ctx)
	if err != nil {
		return 0, err
	}
	return k.stamp, nil
}

// foldAt returns the fold of a state: as kept, or made, once for all who ask for it.
func (s *Source) foldAt(ctx context.Context, key foldKey, state string, fresh func(context.Context) (*statistics.Fold, error)) (*statistics.Fold, error) {
	if fold := s.find(key, state); fold != nil {
		return fold, nil
	}
	return together.Make(ctx, &s.making, fmt.Sprint(key, state), func(ctx context.Context) (*statistics.Fold, error) {
		if fold := s.find(key, state); fold != nil { // made meanwhile
			return fold, nil
		}
		fold, err := fresh(ctx)
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.folds[key] = kept{state, fold}
		}
		return fold, err
	})
}

// find is the fold that is kept of a state, nil where there is none.
func (s *Source) find(key foldKey, state string) *statistics.Fold {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.folds[key]; k.state == state {
		return k.fold
	}
	return nil
}

// fold is the fold of one service's year. The revision was read before the rows: a
// change in between makes it anew next time.
func (s *Source) fold(ctx context.Context, k *known, d *lab.Dictionary, key foldKey) (*statistics.Fold, error) {
	state := fmt.Sprintf("%s %d", d.Edition, k.revisions[key.year][key.service])
	return s.foldAt(ctx, key, state, func(ctx context.Context) (*statistics.Fold, error) {
		fold := statistics.NewFold(d)
		for row, err := range s.store.FactRows(ctx, program, key.service, key.year) {
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
func (s *Source) foldsOf(ctx context.Context, k *known, d *lab.Dictionary, services []lab.Service, year int) ([]*statistics.Fold, error) {
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
func (s *Source) national(ctx context.Context, k *known, d *lab.Dictionary, services []lab.Service, year int) (*statistics.Fold, error) {
	state := fmt.Sprintf("%s %d", d.Edition, len(services))
	for _, id := range slices.Sorted(maps.Keys(k.revisions[year])) {
		state += fmt.Sprintf(" %d:%d", id, k.revisions[year][id])
	}
	return s.foldAt(ctx, foldKey{year: year}, state, func(ctx context.Context) (*statistics.Fold, error) {
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
