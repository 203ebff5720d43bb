package store

import (
	"context"

	"marquis/internal/lab"
)

// RecordExport notes that figures or a report of a service, or of all for service
// 0, leave the registry: who took what. Whoever may not see the figures gets
// lab.ErrNotFound.
func (s *Store) RecordExport(ctx context.Context, by lab.Actor, service lab.ServiceID, what string) error {
	if !by.Has(service, lab.FigureRoles...) {
		return lab.ErrNotFound
	}
	return s.do(ctx, by, func(w *work) error { return w.record(0, lab.ExportFigures, what, "", nil) })
}
