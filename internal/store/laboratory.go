package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marquis/internal/lab"
)

// The rows of laboratories.
type (
	laboratoryRow struct {
		ID        lab.LaboratoryID `gorm:"primaryKey;autoIncrement:false"`
		Code      string
		Name      string
		RetiredOn lab.Date
	}
	laboratoryPerson struct {
		LaboratoryID lab.LaboratoryID `gorm:"primaryKey;autoIncrement:false"`
		UserID       lab.Optional     `gorm:"primaryKey;autoIncrement:false"`
	}
	laboratoryService struct {
		LaboratoryID lab.LaboratoryID `gorm:"primaryKey;autoIncrement:false"`
		ServiceID    lab.ServiceID    `gorm:"primaryKey;autoIncrement:false"`
	}
)

// TableName returns the table.
func (laboratoryRow) TableName() string { return "laboratories" }

// TableName returns the table.
func (laboratoryPerson) TableName() string { return "laboratory_people" }

// TableName returns the table.
func (laboratoryService) TableName() string { return "laboratory_services" }

func (r *dictionaryRows) laboratories() []*lab.Lab {
	byID := map[lab.LaboratoryID]*lab.Lab{}
	for _, x := range r.Laboratories {
		byID[x.ID] = &lab.Lab{ID: x.ID, Code: x.Code, Name: x.Name, RetiredOn: x.RetiredOn}
	}
	for _, x := range r.LaboratoryPeople {
		byID[x.LaboratoryID].People = append(byID[x.LaboratoryID].People, x.UserID)
	}
	for _, x := range r.LaboratoryServices {
		byID[x.LaboratoryID].Services = append(byID[x.LaboratoryID].Services, x.ServiceID)
	}
	return sortedValues(byID)
}

// equipAll is a unit of work on what all services share, with a dictionary of its own that
// it may change. It takes the operator, or an administrator of all services.
func (s *Store) equipAll(ctx context.Context, by lab.Actor, steps func(w *work, d *lab.Dictionary) error) error {
	return s.reword(ctx, by, func() error { return lab.MayEquip(by, 0) }, steps)
}

// AddLaboratory records a laboratory under the next number and returns it. It takes the
// operator, or an administrator of all services.
func (s *Store) AddLaboratory(ctx context.Context, by lab.Actor, l lab.Lab) (added lab.Lab, err error) {
	err = s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		x, err := d.AddLaboratory(l)
		if err != nil {
			return err
		}
		added = *x
		if err := w.checkStaffing(&added); err != nil {
			return err
		}
		return w.insertLaboratory(added)
	})
	return added, err
}

// insertLaboratory writes a laboratory that is new, and tells of it.
func (w *work) insertLaboratory(l lab.Lab) error {
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	if err := w.tx.Create(&laboratoryRow{l.ID, l.Code, l.Name, l.RetiredOn}).Error; err != nil {
		return err
	}
	if err := w.insertStaffing(l); err != nil {
		return err
	}
	return w.record(0, lab.AddLaboratory, l.Code, "", lab.Differences(lab.Lab{}, l))
}

func (w *work) insertStaffing(l lab.Lab) error {
	var people []laboratoryPerson
	for _, id := range l.People {
		people = append(people, laboratoryPerson{l.ID, id})
	}
	var services []laboratoryService
	for _, id := range l.Services {
		services = append(services, laboratoryService{l.ID, id})
	}
	if err := create(w.tx, people); err != nil {
		return err
	}
	return create(w.tx, services)
}

// checkStaffing refuses people and services that there are not.
func (w *work) checkStaffing(l *lab.Lab) error {
	var users []lab.Optional
	var services []lab.ServiceID
	if err := w.tx.Raw("SELECT id FROM users").Scan(&users).Error; err != nil {
		return err
	}
	if err := w.tx.Raw("SELECT id FROM services").Scan(&services).Error; err != nil {
		return err
	}
	var errs lab.FieldErrors
	for _, id := range l.People {
		errs.Check(slices.Contains(users, id), "people", "Person %d does not exist.", id)
	}
	for _, id := range l.Services {
		errs.Check(id == 0 || slices.Contains(services, id), "services", "Service %d does not exist.", id)
	}
	return errs.Err()
}

// addLaboratoriesOf records the laboratories of new methods that are new too.
func (w *work) addLaboratoriesOf(d *lab.Dictionary, methods []*lab.Method) error {
	var known []lab.LaboratoryID
	if len(methods) == 0 {
		return nil
	}
	if err := w.tx.Raw("SELECT id FROM laboratories").Scan(&known).Error; err != nil {
		return err
	}
	for _, m := range methods {
		if slices.Contains(known, m.LaboratoryID) {
			continue
		}
		if err := w.insertLaboratory(*d.Laboratories[m.LaboratoryID]); err != nil {
			return err
		}
		known = append(known, m.LaboratoryID)
	}
	return nil
}

// ChangeLaboratory changes the name, the people and the services of a laboratory, and
// whether it is retired. Its code stays. It takes the operator, or an administrator of all
// services, who has seen the laboratory as it is: another is lab.ErrConflict.
func (s *Store) ChangeLaboratory(ctx context.Context, by lab.Actor, seen, l lab.Lab) error {
	return s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		before, ok := d.Laboratories[l.ID]
		if !ok {
			return lab.ErrNotFound
		}
		l.Code = before.Code
		l.Tidy()
		seen.Tidy()
		if l.IsSame(before) {
			return nil
		}
		today, err := w.latestDay()
		if err != nil {
			return err
		}
		if err := d.CheckLaboratory(&l, today); err != nil {
			return err
		}
		if !seen.IsSame(before) {
			return fmt.Errorf("somebody has changed it since it was opened: %w", lab.ErrConflict)
		}
		if err := w.checkStaffing(&l); err != nil {
			return err
		}
		return w.updateLaboratory(*before, l)
	})
}

func (w *work) updateLaboratory(before, after lab.Lab) error {
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	if err := w.tx.Exec("UPDATE laboratories SET name = ?, retired_on = ? WHERE id = ?", after.Name, after.RetiredOn, after.ID).Error; err != nil {
		return err
	}
	for _, table := range []string{"laboratory_people", "laboratory_services"} {
		if err := w.tx.Exec("DELETE FROM "+table+" WHERE laboratory_id = ?", after.ID).Error; err != nil {
			return err
		}
	}
	if err := w.insertStaffing(after); err != nil {
		return err
	}
	return w.record(0, lab.ChangeLaboratory, before.Code, "", lab.Differences(before, after))
}

// latestDay is the day that it is where it is latest of all services; without any, in UTC.
func (w *work) latestDay() (lab.Date, error) {
	latest := lab.Date(0)
	var zones []string
	if err := w.tx.Raw("SELECT DISTINCT time_zone FROM services").Scan(&zones).Error; err != nil {
		return 0, err
	}
	if len(zones) == 0 {
		zones = []string{"UTC"}
	}
	for _, zone := range zones {
		place, err := time.LoadLocation(zone)
		if err != nil {
			return 0, err
		}
		latest = max(latest, lab.DateOf(w.at.Time(), place))
	}
	return latest, nil
}
