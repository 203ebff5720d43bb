package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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
}

// newFigures is about the service with the code, or about all without one.
func (p *program) newFigures(ctx context.Context, s *store.Store, code string) (*figures, error) {
	dictionary, err := s.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	f := &figures{store: s, dictionary: dictionary}
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
	f.currency = reportingCurrency(f.services, p.config.Currency)
	return f, nil
}

// reportingCurrency is that of the services where they agree, else the one that
// is configured.
func reportingCurrency(services []lab.Service, configured string) string {
	for i, s := range services {
		if s.Currency != services[0].Currency {
			return configured
		}
		if i == len(services)-1 {
			return s.Currency
		}
	}
	return configured
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

// year folds one year of all services of the scope.
func (f *figures) year(ctx context.Context, year int) (*statistics.Fold, statistics.Scope, error) {
	scope := statistics.Scope{Year: year, Services: f.codes, Currency: f.currency}
	folds := make([]*statistics.Fold, len(f.services))
	var err error
	for i, s := range f.services {
		if folds[i], err = f.fold(ctx, s.ID, year); err != nil {
			return nil, scope, err
		}
	}
	if len(folds) == 0 {
		return statistics.NewFold(f.dictionary), scope, nil
	}
	return statistics.Merge(folds...), scope, nil
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
