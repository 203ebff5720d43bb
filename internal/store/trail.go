package store

import (
	"cmp"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

func trailOf(tx *gorm.DB, by lab.Actor, sample lab.Key) ([]lab.Event, error) {
	var ids []lab.ID
	err := tx.Raw("SELECT id FROM analyses WHERE service_id = ? AND sample_id = ? UNION ALL SELECT import_id FROM samples "+
		"WHERE service_id = ? AND id = ? AND import_id IS NOT NULL", sample.ServiceID, sample.ID, sample.ServiceID, sample.ID).Scan(&ids).Error
	if err != nil {
		return nil, err
	}
	subjects := []string{sample.ID.String()}
	for _, id := range ids {
		subjects = append(subjects, id.String())
	}
	entries, err := eventsAbout(tx, sample.ServiceID, subjects...)
	if err != nil {
		return nil, err
	}
	events := make([]lab.Event, len(entries))
	for i, e := range entries {
		event := lab.Event{At: e.At, ActorID: e.ActorID, Actor: e.Actor, Action: e.Action, Subject: e.Subject, Reason: e.Reason}
		if event.Changes, err = e.changes(); err != nil {
			return nil, err
		}
		events[i] = event.SeenBy(by, sample)
	}
	return events, nil
}

// eventsAbout are the events about any of the subjects, in order.
func eventsAbout(tx *gorm.DB, service lab.ServiceID, subjects ...string) ([]auditEvent, error) {
	events, err := eventsTable.list(tx, "WHERE service_id = ? AND subject IN ?", service, subjects)
	slices.SortFunc(events, func(a, b auditEvent) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, err
}
