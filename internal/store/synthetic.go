package store

import (
	"context"
	"fmt"

	"marquis/internal/lab"
)

// syntheticSetting says, in a registry whose samples nobody handed in, where they
// come from.
const syntheticSetting = "synthetic"

// MarkSynthetic says of a registry, for good, that its samples are made up, and by
// what. Pages, sheets and exports say so from then on. It takes the operator, and
// comes back with lab.ErrConflict where the registry has services or people: they
// may be real.
func (s *Store) MarkSynthetic(ctx context.Context, by lab.Actor, origin string) error {
	return s.do(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		if _, err := w.lockTrail(w.tx, 0); err != nil {
			return err
		}
		var services, users int
		if err := w.tx.Raw("SELECT (SELECT count(*) FROM services), (SELECT count(*) FROM users)").Row().Scan(&services, &users); err != nil {
			return err
		}
		if services > 0 || users > 0 {
			return fmt.Errorf("the registry has services or users already: %w", lab.ErrConflict)
		}
		if err := setSetting(w.tx, syntheticSetting, origin); err != nil {
			return err
		}
		return w.record(0, lab.MarkSynthetic, syntheticSetting, "", []lab.Difference{{Field: lab.TrailSynthetic, Old: "null", New: lab.ValueOf(origin)}})
	})
}

// Synthetic says what made up the samples of the registry; empty where people
// handed them in.
func (s *Store) Synthetic(ctx context.Context) (origin string, err error) {
	origin, err = setting(s.read.WithContext(ctx), syntheticSetting)
	return origin, translate(err)
}
