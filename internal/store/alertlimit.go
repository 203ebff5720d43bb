package store

import (
	"context"
	"strings"

	"marquis/internal/lab"
)

// SetAlertLimit adds a version of the country's alert limit of a substance and form, of which
// the actor has seen the version before; one without an amount ends it. What is held changes
// with it at once; nothing that was released does. It takes an administrator or coordinator
// of all services; to others it looks as if there were no such thing.
func (s *Store) SetAlertLimit(ctx context.Context, by lab.Actor, l lab.AlertLimit) error {
	may := func() error { return seen(lab.MayLimit(by) == nil) }
	return s.reword(ctx, by, may, func(w *work, d *lab.Dictionary) error {
		l.Source = strings.TrimSpace(l.Source)
		if err := d.CheckAlertLimit(l); err != nil {
			return err
		}
		last := d.LastAlertLimit(l.SubstanceID, l.Form)
		l.Version, l.AuthorID, l.At = last.Version+1, by.UserID, w.at
		if err := w.markChange(w.tx); err != nil {
			return err
		}
		row := alertLimitRow(l)
		if err := w.tx.Create(&row).Error; err != nil {
			return err
		}
		if err := w.record(0, lab.SetAlertLimit, substanceSubject(l.SubstanceID), "", lab.Differences(last, l)); err != nil {
			return err
		}
		return w.holdAnew()
	})
}

// alertLimits are the limits that were set, all versions.
func (r *dictionaryRows) alertLimits() []lab.AlertLimit {
	list := make([]lab.AlertLimit, len(r.AlertLimits))
	for i, x := range r.AlertLimits {
		list[i] = lab.AlertLimit(x)
	}
	return list
}

// holdAnew says of all samples with which something is left to do since when they are held, by
// the dictionary as it is now.
func (w *work) holdAnew() error {
	d, err := readDictionary(w.tx)
	if err != nil {
		return err
	}
	services, err := servicesTable.list(w.tx, "ORDER BY id")
	if err != nil {
		return err
	}
	var open []lab.Stage
	for _, stage := range lab.Stages {
		if !stage.Done() {
			open = append(open, stage)
		}
	}
	for _, service := range services {
		if err := w.reviewAll(d, service.ID, open, &Moved{}); err != nil {
			return err
		}
	}
	return nil
}
