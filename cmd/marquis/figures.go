package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
)

// figures folds the facts of services and computes their years.
type figures struct {
	store      *store.Store
	dictionary *lab.Dictionary
	services   []lab.Service // of the scope
	codes      []string      // of the services, empty for all
	currency   string
	folds      map[int][]*statistics.Fold // by year, in the order of the services
}

// newFigures is about the service with the code, or about all without one.
func (p *program) newFigures(ctx context.Context, s *store.Store, code string) (*figures, error) {
	dictionary, err := s.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	f := &figures{store: s, dictionary: dictionary, folds: map[int][]*statistics.Fold{}}
	if code == "" {
		f.services, err = s.Services(ctx)
	} else {
		var one lab.Service
		one, err = s.Service(ctx, code)
		f.services, f.codes = []lab.Service{one}, []string{code}
	}
	if err != nil {
		return nil, fmt.Errorf("%w; to see the services type: marquis service list", err)
	}
	f.currency = lab.ReportingCurrency(f.services, p.config.Currency)
	return f, nil
}

// foldYears folds years of all services of the scope side by side, and keeps what
// it made.
func (f *figures) foldYears(ctx context.Context, years ...int) error {
	work, ctx := errgroup.WithContext(ctx)
	made := make([]*statistics.Fold, len(years)*len(f.services))
	for i, year := range years {
		for j, s := range f.services {
			work.Go(func() (err error) {
				made[i*len(f.services)+j], err = f.fold(ctx, s.ID, year)
				return err
			})
		}
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, year := range years {
		f.folds[year] = made[i*len(f.services) : (i+1)*len(f.services)]
	}
	return nil
}

// fold folds one year of one service.
func (f *figures) fold(ctx context.Context, service lab.ServiceID, year int) (*statistics.Fold, error) {
	fold := statistics.NewFold(f.dictionary)
	for row, err := range f.store.FactRows(ctx, service, year) {
		if err != nil {
			return nil, err
		}
		fold.Add(row)
	}
	fold.Seal()
	return fold, nil
}

// year merges a year, which was folded, of all services of the scope.
func (f *figures) year(year int) (*statistics.Fold, statistics.Scope) {
	scope := statistics.Scope{Year: year, Services: f.codes, Currency: f.currency}
	if len(f.services) == 0 {
		return statistics.NewFold(f.dictionary), scope
	}
	return statistics.Merge(f.folds[year]...), scope
}

// parseYear reads the argument of a command.
func parseYear(text string) (int, error) {
	year, err := strconv.Atoi(text)
	if err != nil || year < 1900 || year > 9999 {
		return 0, usageError{fmt.Errorf("%q is not a year, such as 2024", text)}
	}
	return year, nil
}

// yearsUpTo are the years at hand up to the given one, which is always among them.
func (f *figures) yearsUpTo(ctx context.Context, year int) ([]int, error) {
	ids := make([]lab.ServiceID, len(f.services))
	for i, s := range f.services {
		ids[i] = s.ID
	}
	years, err := f.store.Years(ctx, ids...)
	years = slices.DeleteFunc(years, func(y int) bool { return y >= year })
	return append(years, year), err
}
