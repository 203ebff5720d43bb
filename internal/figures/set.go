package figures

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// Set is the figures of one service, or of all, as the registry stood when it was
// asked for.
type Set struct {
	Dictionary *lab.Dictionary
	Services   []lab.Service // of the set
	Currency   string        // in which its prices are told
	ClosedTo   int           // the latest year that is over
	source     *Source
	known      *known
	codes      []string // of the services, empty for all
}

// Set returns the figures of the service with the code, or of all without one. It
// is lab.ErrNotFound where there is no such service.
func (s *Source) Set(ctx context.Context, code string) (*Set, error) {
	k, err := s.latest(ctx)
	if err != nil {
		return nil, err
	}
	set := &Set{Services: k.services, ClosedTo: statistics.LastClosedYear(s.now()), source: s, known: k}
	if code != "" {
		i := slices.IndexFunc(k.services, func(x lab.Service) bool { return x.Code == code })
		if i < 0 {
			return nil, fmt.Errorf("service %q: %w", code, lab.ErrNotFound)
		}
		set.Services, set.codes = k.services[i:i+1], []string{code}
	}
	set.Currency = lab.ReportingCurrency(set.Services, s.currency)
	set.Dictionary, err = s.store.Words(ctx)
	return set, err
}

// Years are the years in which the set has samples, in order.
func (f *Set) Years() []int {
	var years []int
	for year, revisions := range f.known.revisions {
		has := func(s lab.Service) bool { return revisions[s.ID] > 0 }
		if slices.ContainsFunc(f.Services, has) {
			years = append(years, year)
		}
	}
	slices.Sort(years)
	return years
}

// scope is that of the figures of some of the services, or of all without codes.
func (f *Set) scope(year int, codes []string) statistics.Scope {
	return statistics.Scope{Year: year, Services: codes, Currency: f.Currency, Synthetic: f.known.synthetic}
}

// Fold is the fold of a year, and its scope.
func (f *Set) Fold(ctx context.Context, year int) (*statistics.Fold, statistics.Scope, error) {
	scope := f.scope(year, f.codes)
	if f.codes == nil {
		fold, err := f.source.national(ctx, f.known, f.Dictionary, f.Services, year)
		return fold, scope, err
	}
	folds, err := f.source.foldsOf(ctx, f.known, f.Dictionary, f.Services, year)
	if err != nil {
		return nil, scope, err
	}
	return merged(f.Dictionary, folds), scope, nil
}

// Year is all figures of a year.
func (f *Set) Year(ctx context.Context, year int) (*statistics.Year, error) {
	fold, scope, err := f.Fold(ctx, year)
	if err != nil {
		return nil, err
	}
	return statistics.Compute(fold, f.Dictionary, scope), nil
}

// Product is the figures of one product in a year.
func (f *Set) Product(ctx context.Context, year int, id lab.ProductID) (*statistics.Entry, error) {
	fold, scope, err := f.Fold(ctx, year)
	if err != nil {
		return nil, err
	}
	return statistics.ComputeProduct(fold, f.Dictionary, scope, id), nil
}

// Expected is the figures of one expected substance or class in a year.
func (f *Set) Expected(ctx context.Context, year int, expected lab.Expected) (*statistics.Entry, error) {
	fold, scope, err := f.Fold(ctx, year)
	if err != nil {
		return nil, err
	}
	return statistics.ComputeExpected(fold, f.Dictionary, scope, expected), nil
}

// Tables is what tables of a year are made of, the services and their sum as of one
// moment.
func (f *Set) Tables(ctx context.Context, year int) (*statistics.Source, error) {
	folds, err := f.source.foldsOf(ctx, f.known, f.Dictionary, f.Services, year)
	if err != nil {
		return nil, err
	}
	source := &statistics.Source{
		Dictionary: f.Dictionary, Year: statistics.Compute(merged(f.Dictionary, folds), f.Dictionary, f.scope(year, f.codes)),
		Services: f.byService(folds, year), ClosedTo: f.ClosedTo,
	}
	return source, nil
}

// Closed are the years of the set that are over, in order.
func (f *Set) Closed() []int {
	return slices.DeleteFunc(f.Years(), func(year int) bool { return year > f.ClosedTo })
}

// Outdated are the years that are over and whose figures are still as they were counted by the
// definitions of before, in order.
func (f *Set) Outdated() []int {
	var years []int
	for _, y := range f.known.outdated {
		of := func(s lab.Service) bool { return s.ID == y.ServiceID }
		if y.Year <= f.ClosedTo && !slices.Contains(years, y.Year) && slices.ContainsFunc(f.Services, of) {
			years = append(years, y.Year)
		}
	}
	slices.Sort(years)
	return years
}

// Told are the years of which the public is told more than how many samples there
// were, in order.
func (f *Set) Told(ctx context.Context) ([]int, error) {
	var told []int
	for _, year := range f.Closed() {
		fold, _, err := f.Fold(ctx, year)
		if err != nil {
			return nil, err
		}
		if statistics.YearIsTold(year, fold.Released(), f.ClosedTo) {
			told = append(told, year)
		}
	}
	return told, nil
}

func (f *Set) byService(folds []*statistics.Fold, year int) []statistics.ServiceYear {
	years := make([]statistics.ServiceYear, len(folds))
	for i, s := range f.Services {
		y := statistics.Compute(folds[i], f.Dictionary, f.scope(year, []string{s.Code}))
		years[i] = statistics.ServiceYear{Code: s.Code, Name: s.Name, Year: y}
	}
	return years
}

// History is the figures of something in each of the years, from the first to the last
// in which it has samples.
func (f *Set) History(ctx context.Context, years []int, of func(ctx context.Context, year int) (*statistics.Entry, error)) ([]*statistics.Entry, error) {
	var entries []*statistics.Entry
	last := 0
	for _, year := range years {
		e, err := of(ctx, year)
		if err != nil {
			return nil, err
		}
		if e.N == 0 && len(entries) == 0 {
			continue
		}
		entries = append(entries, e)
		if e.N > 0 {
			last = len(entries)
		}
	}
	return entries[:last], nil
}

// Annual gathers what the report of a year says: the year, those before it, the
// services, and a row a sample. Language, time and program are the caller's.
func (f *Set) Annual(ctx context.Context, year int) (statistics.Annual, error) {
	years := slices.DeleteFunc(f.Years(), func(y int) bool { return y >= year })
	years = append(years, year)
	a := statistics.Annual{
		Dictionary: f.Dictionary, Rows: f.rows(ctx, year), Years: make([]*statistics.Year, len(years)),
		Scope: f.scope(year, f.codes),
	}
	work, side := errgroup.WithContext(ctx)
	for i, y := range years {
		work.Go(func() (err error) {
			a.Years[i], err = f.Year(side, y)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return a, err
	}
	folds, err := f.source.foldsOf(ctx, f.known, f.Dictionary, f.Services, year)
	if err != nil {
		return a, err
	}
	a.Services = f.byService(folds, year)
	return a, nil
}

// rows yields the registered samples of a year, service by service.
func (f *Set) rows(ctx context.Context, year int) iter.Seq2[statistics.SampleRow, error] {
	return func(yield func(statistics.SampleRow, error) bool) {
		for _, s := range f.Services {
			if !f.rowsOf(ctx, s, year, yield) {
				return
			}
		}
	}
}

func (f *Set) rowsOf(ctx context.Context, s lab.Service, year int, yield func(statistics.SampleRow, error) bool) bool {
	for row, err := range f.source.store.FactRows(ctx, program, s.ID, year) {
		if err != nil {
			yield(statistics.SampleRow{}, err)
			return false
		}
		if row.Counted && !yield(statistics.SampleRow{Service: s.Code, FactRow: row}, nil) {
			return false
		}
	}
	return true
}

// FindExpected finds an expected substance or class by any of its names.
func (f *Set) FindExpected(name string) (lab.Expected, error) {
	if s, _, ok := f.Dictionary.FindSubstance(name); ok {
		return lab.Expected{SubstanceID: lab.Optional(s.ID)}, nil
	}
	if c, ok := f.Dictionary.FindClass(name); ok {
		return lab.Expected{Class: c.Code}, nil
	}
	return lab.Expected{}, fmt.Errorf("no substance or class of the dictionary is called %q", name)
}
