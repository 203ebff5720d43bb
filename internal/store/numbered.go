package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Numbered returns the samples whose number is what is sought, as far as it is known, of
// any series where no letter is told, among those that the actor may see: the latest year first.
func (s *Store) Numbered(ctx context.Context, by lab.Actor, sought lab.SoughtNumber) ([]WorkRow, error) {
	return s.numbered(ctx, by, sought, func(tx *gorm.DB, service lab.ServiceID) (found []lab.Sample, err error) {
		series, ok := lab.SeriesOf(sought.Series)
		if !ok {
			return nil, nil
		}
		return samplesTable.list(tx, "WHERE service_id = ? AND number_running = ? AND (number_year = ? OR ? = 0) AND (number_series = ? OR ?) AND number_year IN "+
			"(SELECT year FROM sample_counters WHERE service_id = ?)", service, sought.Running, sought.Year, sought.Year, series, sought.Series == "", service)
	})
}

// NearNumber returns the samples whose running numbers are the nearest below and above
// what is sought, in its year.
func (s *Store) NearNumber(ctx context.Context, by lab.Actor, sought lab.SoughtNumber) ([]WorkRow, error) {
	return s.numbered(ctx, by, sought, func(tx *gorm.DB, service lab.ServiceID) ([]lab.Sample, error) {
		const of = "WHERE service_id = ? AND number_year = ? AND number_series = ? AND number_running "
		series, _ := lab.SeriesOf(sought.Series)
		below, err := samplesTable.list(tx, of+"< ? ORDER BY number_running DESC LIMIT 1", service, sought.Year, series, sought.Running)
		if err != nil {
			return nil, err
		}
		above, err := samplesTable.list(tx, of+"> ? ORDER BY number_running LIMIT 1", service, sought.Year, series, sought.Running)
		return append(below, above...), err
	})
}

// numbered finds samples in the services of what is sought.
func (s *Store) numbered(ctx context.Context, by lab.Actor, sought lab.SoughtNumber, find func(*gorm.DB, lab.ServiceID) ([]lab.Sample, error)) ([]WorkRow, error) {
	services, err := s.servicesOf(ctx, by, 0)
	if err != nil {
		return nil, err
	}
	var rows []WorkRow
	for _, service := range services {
		if sought.Service != "" && sought.Service != service.Code {
			continue
		}
		found, err := find(s.read.WithContext(ctx), service.ID)
		if err != nil {
			return nil, translate(err)
		}
		for i := range found {
			rows = append(rows, WorkRow{Sample: found[i].SeenBy(by), Number: found[i].Number(service.Code)})
		}
	}
	slices.SortStableFunc(rows, func(a, b WorkRow) int { return b.Number.Year - a.Number.Year })
	return rows, nil
}
