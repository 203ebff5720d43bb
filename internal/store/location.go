package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// AddLocation records a place where a service receives samples, under the next
// free number, and returns it.
func (s *Store) AddLocation(ctx context.Context, by lab.Actor, location lab.Location) (lab.Location, error) {
	err := s.do(ctx, by, func(w *work) error {
		if err := equips(by, location.ServiceID); err != nil {
			return err
		}
		if _, err := placeOf(w.tx, location.ServiceID); err != nil {
			return err
		}
		if err := location.Check(); err != nil {
			return err
		}
		if _, err := w.lockTrail(w.tx, 0); err != nil {
			return err
		}
		var last, same int32
		err := w.tx.Raw("SELECT coalesce(max(id), 0), count(*) FILTER (WHERE service_id = ? AND name = ?) FROM locations",
			location.ServiceID, location.Name).Row().Scan(&last, &same)
		if err != nil {
			return err
		}
		if err := freeName(int(same), location.Name); err != nil {
			return err
		}
		location.ID = last + 1
		if err := w.tx.Create(&location).Error; err != nil {
			return err
		}
		return w.record(location.ServiceID, lab.AddLocation, location.Name, "", lab.Differences(lab.Location{}, location))
	})
	return location, err
}

// Locations returns the locations of a service in order of their names.
func (s *Store) Locations(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]lab.Location, error) {
	if err := seen(by.SeesService(service)); err != nil {
		return nil, err
	}
	return locationsOf(s.read.WithContext(ctx), service)
}

func locationsOf(tx *gorm.DB, service lab.ServiceID) ([]lab.Location, error) {
	return sortedLocations(tx, "WHERE service_id = ?", service)
}

// AllLocations returns the locations of all services that the actor may know of, by
// service and name.
func (s *Store) AllLocations(ctx context.Context, by lab.Actor) ([]lab.Location, error) {
	all, err := sortedLocations(s.read.WithContext(ctx), "")
	return slices.DeleteFunc(all, func(l lab.Location) bool { return !by.SeesService(l.ServiceID) }), err
}

func sortedLocations(tx *gorm.DB, rest string, values ...any) ([]lab.Location, error) {
	locations, err := locationsTable.list(tx, rest, values...)
	slices.SortFunc(locations, func(a, b lab.Location) int {
		return cmp.Or(cmp.Compare(a.ServiceID, b.ServiceID), strings.Compare(lab.Fold(a.Name), lab.Fold(b.Name)), strings.Compare(a.Name, b.Name))
	})
	return locations, translate(err)
}
