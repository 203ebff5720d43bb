package store

import (
	"context"
	"fmt"

	"marquis/internal/lab"
)

// setTerms writes terms, of which termsOf are the values.
const setTerms = "most_grams = ?, most_millilitres = ?, most_samples = ?, days_to_result = ?, opening_hours = ?, address = ?, phone = ?"

func termsOf(t lab.Terms) []any {
	return []any{t.MostGrams, t.MostMillilitres, t.MostSamples, t.DaysToResult, t.OpeningHours, t.Address, t.Phone}
}

// SetTerms changes what a service takes at most and tells visitors. It takes the
// operator, or an administrator of the service, who has seen the terms that hold: others
// are lab.ErrConflict.
func (s *Store) SetTerms(ctx context.Context, by lab.Actor, id lab.ServiceID, seen, terms lab.Terms) error {
	return s.equip(ctx, by, id, func(w *work) error {
		before, err := servicesTable.one(w.tx, "WHERE id = ?", id)
		if err != nil {
			return err
		}
		after := before
		after.Terms = terms
		if err := after.Terms.Check(); err != nil || after == before {
			return err
		}
		if err := stillSo(before.Terms, seen); err != nil {
			return err
		}
		if err := w.tx.Exec("UPDATE services SET "+setTerms+" WHERE id = ?", append(termsOf(terms), id)...).Error; err != nil {
			return err
		}
		return w.record(0, lab.SetTerms, before.Code, "", lab.Differences(before, after))
	})
}

// ChangeLocation changes the name, kind, region and terms of a location. It takes the
// operator, or an administrator of the service, who has seen the location as it is: another
// is lab.ErrConflict. Whether it is closed is no matter here.
func (s *Store) ChangeLocation(ctx context.Context, by lab.Actor, seen, location lab.Location) error {
	return s.equip(ctx, by, location.ServiceID, func(w *work) error {
		before, err := w.location(location.ServiceID, location.ID)
		if err != nil {
			return err
		}
		location.ClosedOn, seen.ClosedOn = before.ClosedOn, before.ClosedOn
		if err := location.Check(); err != nil || location == before {
			return err
		}
		if err := stillSo(before, seen); err != nil {
			return err
		}
		var same int
		err = w.tx.Raw("SELECT count(*) FROM locations WHERE service_id = ? AND name = ? AND id <> ?", location.ServiceID, location.Name, location.ID).Row().Scan(&same)
		if err != nil {
			return err
		}
		if err := freeName(same, location.Name); err != nil {
			return err
		}
		values := append([]any{location.Name, location.Kind, location.Region}, termsOf(location.Terms)...)
		err = w.tx.Exec("UPDATE locations SET name = ?, kind = ?, region = ?, "+setTerms+" WHERE service_id = ? AND id = ?",
			append(values, location.ServiceID, location.ID)...).Error
		if err != nil {
			return err
		}
		return w.record(location.ServiceID, lab.ChangeLocation, before.Name, "", lab.Differences(before, location))
	})
}

// CloseLocation closes a location, so that it receives nothing from today on, or opens it
// again. What is recorded of it stays. It takes the operator, or an administrator of the
// service.
func (s *Store) CloseLocation(ctx context.Context, by lab.Actor, service lab.ServiceID, id int32, closed bool) error {
	return s.equip(ctx, by, service, func(w *work) error {
		before, err := w.location(service, id)
		if err != nil || closed == (before.ClosedOn != 0) {
			return err
		}
		after, action := before, lab.OpenLocation
		after.ClosedOn = 0
		if closed {
			action = lab.CloseLocation
			if after.ClosedOn, err = w.today(service); err != nil {
				return err
			}
		}
		if err := w.tx.Exec("UPDATE locations SET closed_on = ? WHERE service_id = ? AND id = ?", after.ClosedOn, service, id).Error; err != nil {
			return err
		}
		return w.record(service, action, before.Name, "", lab.Differences(before, after))
	})
}

// stillSo refuses a change that was made to something else than stands there.
func stillSo[T comparable](there, seen T) error {
	if there != seen {
		return fmt.Errorf("somebody has changed it since it was opened: %w", lab.ErrConflict)
	}
	return nil
}

// equip is a unit of work on what a service has, one after the other.
func (s *Store) equip(ctx context.Context, by lab.Actor, service lab.ServiceID, steps func(w *work) error) error {
	return s.do(ctx, by, func(w *work) error {
		if err := equips(by, service); err != nil {
			return err
		}
		if _, err := w.lockTrail(w.tx, 0); err != nil {
			return err
		}
		return steps(w)
	})
}

func (w *work) location(service lab.ServiceID, id int32) (lab.Location, error) {
	return locationsTable.one(w.tx, "WHERE service_id = ? AND id = ?", service, id)
}

// freeName refuses the name of a location that so many others of the service have.
func freeName(others int, name string) error {
	var errs lab.FieldErrors
	errs.Check(others == 0, "name", "The service has a location called %q already.", name)
	return errs.Err()
}
