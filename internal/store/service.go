package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// AddService records a new service under the next free number and returns it. It
// takes the operator, or an administrator of all services.
func (s *Store) AddService(ctx context.Context, by lab.Actor, service lab.Service) (lab.Service, error) {
	if err := errors.Join(lab.MayEquip(by, 0), service.Check()); err != nil {
		return service, err
	}
	err := s.do(ctx, by, func(w *work) error {
		return w.addService(&service)
	})
	return service, err
}

func (w *work) addService(service *lab.Service) error {
	if _, err := w.lockTrail(w.tx, 0); err != nil {
		return err
	}
	var last lab.ServiceID
	var same int
	row := w.tx.Raw("SELECT coalesce(max(id), 0), count(*) FILTER (WHERE code = ?) FROM services", service.Code).Row()
	if err := row.Scan(&last, &same); err != nil {
		return err
	}
	var errs lab.FieldErrors
	errs.Check(same == 0, "code", "There is a service with the code %s already.", service.Code)
	if err := errs.Err(); err != nil {
		return err
	}
	service.ID = last + 1
	if err := w.tx.Create(service).Error; err != nil {
		return err
	}
	return w.record(0, lab.AddService, service.Code, "", lab.Differences(lab.Service{}, *service))
}

// RequireSecondFactor lets people who have a role at a service sign in only with a
// second factor from now on, or with a password alone again. It takes the operator,
// or an administrator of the service.
func (s *Store) RequireSecondFactor(ctx context.Context, by lab.Actor, id lab.ServiceID, required bool) error {
	return s.doPeople(ctx, by, func(w *work) error {
		if err := equips(by, id); err != nil {
			return err
		}
		before, err := servicesTable.one(w.tx, "WHERE id = ?", id)
		if err != nil {
			return err
		}
		after := before
		after.SecondFactor = required
		if after == before {
			return nil
		}
		if err := w.tx.Exec("UPDATE services SET second_factor = ? WHERE id = ?", required, id).Error; err != nil {
			return err
		}
		return w.record(0, lab.RequireFactor, before.Code, "", lab.Differences(before, after))
	})
}

// Services returns the services that the actor may know of, in order of their numbers.
func (s *Store) Services(ctx context.Context, by lab.Actor) ([]lab.Service, error) {
	services, err := servicesTable.list(s.read.WithContext(ctx), "ORDER BY id")
	return slices.DeleteFunc(services, func(x lab.Service) bool { return !by.SeesService(x.ID) }), translate(err)
}

// Service returns the service with the code, or lab.ErrNotFound.
func (s *Store) Service(ctx context.Context, by lab.Actor, code string) (lab.Service, error) {
	service, err := servicesTable.one(s.read.WithContext(ctx), "WHERE code = ?", code)
	if err == nil {
		err = seen(by.SeesService(service.ID))
	}
	if err != nil {
		return lab.Service{}, fmt.Errorf("service %q: %w", code, translate(err))
	}
	return service, nil
}

// today is the current day at a service.
func (w *work) today(service lab.ServiceID) (lab.Date, error) {
	place, err := placeOf(w.tx, service)
	if err != nil {
		return 0, err
	}
	return lab.DateOf(w.at.Time(), place), nil
}

func placeOf(tx *gorm.DB, service lab.ServiceID) (*time.Location, error) {
	var zone string
	if err := tx.Raw("SELECT time_zone FROM services WHERE id = ?", service).Row().Scan(&zone); err != nil {
		return nil, fmt.Errorf("service %d: %w", service, translate(err))
	}
	return time.LoadLocation(zone)
}
