package store

import (
	"context"
	"fmt"

	"marquis/internal/lab"
)

// AddMapping adds a version of a mapping of a service, of which the actor has seen the version
// before, and returns it. Where somebody has added one meanwhile it is lab.ErrConflict. What
// says the same as the version before is that version.
func (s *Store) AddMapping(ctx context.Context, by lab.Actor, m lab.ImportMapping) (added lab.ImportMapping, err error) {
	err = s.do(ctx, by, func(w *work) error {
		if err := brings(by, m.ServiceID); err != nil {
			return err
		}
		if err := m.Check(); err != nil {
			return err
		}
		last, err := mappingsTable.list(w.tx, "WHERE service_id = ? AND name = ? ORDER BY version DESC LIMIT 1", m.ServiceID, m.Name)
		if err != nil {
			return err
		}
		version := int32(0)
		if len(last) > 0 {
			if last[0].Text == m.Text {
				added = last[0]
				return nil
			}
			version = last[0].Version
		}
		if version != m.Version {
			return fmt.Errorf("the mapping %s has version %d by now: %w", m.Name, version, lab.ErrConflict)
		}
		added = m
		added.Version, added.AuthorID, added.At = version+1, by.UserID, w.at
		if err := w.tx.Create(&added).Error; err != nil {
			return err
		}
		return w.record(m.ServiceID, lab.AddMapping, m.Name, "", lab.Differences(lab.ImportMapping{}, added))
	})
	return added, err
}

// Mappings returns the newest version of each mapping of a service, by name.
func (s *Store) Mappings(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]lab.ImportMapping, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	list, err := mappingsTable.list(s.read.WithContext(ctx), "WHERE service_id = ? AND NOT EXISTS (SELECT 1 FROM import_mappings later "+
		"WHERE later.service_id = import_mappings.service_id AND later.name = import_mappings.name AND later.version > import_mappings.version) ORDER BY name", service)
	return list, translate(err)
}

// Mapping returns a version of a mapping of a service, or lab.ErrNotFound.
func (s *Store) Mapping(ctx context.Context, by lab.Actor, service lab.ServiceID, name string, version int32) (lab.ImportMapping, error) {
	if err := brings(by, service); err != nil {
		return lab.ImportMapping{}, err
	}
	m, err := mappingsTable.one(s.read.WithContext(ctx), "WHERE service_id = ? AND name = ? AND version = ?", service, name, version)
	return m, translate(err)
}
