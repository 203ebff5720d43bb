package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"marquis/internal/lab"
)

// SheetRow is a sample on a worklist with what is expected of it.
type SheetRow struct {
	Sample   lab.Sample // as the actor may see it
	Number   lab.SampleNumber
	Expected []lab.Expected
}

// SheetMost is how many samples leave on one worklist.
const SheetMost = 2000

// TakeWorklist returns all samples of a worklist in its order, to be taken away as a file,
// and notes in the trail who took it. One that is too long is lab.FieldErrors.
func (s *Store) TakeWorklist(ctx context.Context, by lab.Actor, f WorkFilter) ([]SheetRow, error) {
	f.After, f.Limit = "", WorkMost
	var rows []SheetRow
	tx := s.read.WithContext(ctx)
	for {
		found, err := s.Worklist(ctx, by, f)
		if err != nil {
			return nil, err
		}
		for i := range found.Rows {
			x := &found.Rows[i]
			expected, err := expectedOf(tx, x.Sample.Key)
			if err != nil {
				return nil, translate(err)
			}
			rows = append(rows, SheetRow{x.Sample, x.Number, expected})
		}
		if f.After = found.Next; f.After == "" {
			break
		}
		if len(rows) >= SheetMost {
			return nil, lab.FieldErrors{{Field: "stage", Format: "This list has more than %d samples. Narrow it first.", Args: []any{SheetMost}}}
		}
	}
	return rows, s.do(ctx, by, func(w *work) error { return w.recordTaken(f.Stage, rows) })
}

// recordTaken notes, for each service of the samples, that a list of them was taken away.
func (w *work) recordTaken(stage lab.Stage, rows []SheetRow) error {
	counts := map[lab.ServiceID]int{}
	for i := range rows {
		counts[rows[i].Sample.ServiceID]++
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		if err := w.record(id, lab.ExportFigures, fmt.Sprintf("worklist %s, %d samples", stage, counts[id]), "", nil); err != nil {
			return err
		}
	}
	return nil
}
