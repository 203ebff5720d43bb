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
		if _, err := w.takeSample(sample); err != nil {
			return err
		}
		if err := lab.MayTell(by, sample.ServiceID); err != nil {
			return err
		}
		publications, err := publicationsOf(w.tx, sample)
		if err != nil {
			return err
		}
		last := int32(len(publications)) // its version
		if version < 1 || version > last {
			return lab.ErrNotFound
		}
		if seen, latest := &publications[version-1], &publications[last-1]; version < last {
			return &lab.StaleError{Have: last, Want: version, Changed: []lab.Difference{
				{Field: "publication.kind", Old: lab.ValueOf(latest.Kind), New: lab.ValueOf(seen.Kind)},
				{Field: "publication.outcome", Old: lab.ValueOf(latest.Outcome), New: lab.ValueOf(seen.Outcome)},
			}}
		}
		told := lab.ReadOut{SampleID: sample.ID, Version: version, ToldBy: by.UserID, ToldAt: w.at}
		told.Key = lab.Key{ServiceID: sample.ServiceID, ID: w.ids.Next()}
		if err := w.tx.Create(&told).Error; err != nil {
			return err
		}
		return w.record(sample.ServiceID, lab.TellResult, sample.ID.String(), "", lab.Differences(lab.ReadOut{}, told))
	})
}

func readOutsOf(tx *gorm.DB, sample lab.Key) ([]lab.ReadOut, error) {
	var told []lab.ReadOut
	err := tx.Raw("SELECT * FROM read_outs WHERE service_id = ? AND sample_id = ?", sample.ServiceID, sample.ID).Scan(&told).Error
	slices.SortFunc(told, func(a, b lab.ReadOut) int { return a.ID.Compare(b.ID) })
	return told, err
}
