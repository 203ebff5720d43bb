package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// TellResult notes that a version of a result was told by phone, and by whom. Where
// there is a newer version it is refused with a *lab.StaleError: that one is to be
// told.
func (s *Store) TellResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32) error {
	return s.do(ctx, by, func(w *work) error {
		f, err := w.file(sample)
		if err != nil {
			return err
		}
		told, err := f.Tell(by, w.at, version)
		if err != nil {
			return err
		}
		told.ID = w.ids.Next()
		if err := w.tx.Create(&told).Error; err != nil {
			return err
		}
		return w.record(sample.ServiceID, lab.TellResult, sample.ID.String(), "", lab.Differences(lab.ReadOut{}, told))
	})
}

func readOutsOf(tx *gorm.DB, sample lab.Key) ([]lab.ReadOut, error) {
	told, err := readOutsTable.of(tx, sample, "")
	slices.SortFunc(told, func(a, b lab.ReadOut) int { return a.ID.Compare(b.ID) })
	return told, err
}
