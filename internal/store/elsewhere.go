package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// refsAtOnce is how many ids of a source are looked up at a time, each by its key.
const refsAtOnce = 200

// Elsewhere returns, of ids of a source with the day of receipt, the samples that other
// services imported by the same id of the same day, with what was found in them.
func (s *Store) Elsewhere(ctx context.Context, by lab.Actor, service lab.ServiceID, received map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	tx := s.read.WithContext(ctx)
	var others []lab.Service
	err := tx.Raw("SELECT id, code FROM services WHERE id <> ? AND id IN (SELECT service_id FROM imports WHERE service_id IN (SELECT id FROM services)) ORDER BY id", service).Scan(&others).Error
	if err != nil {
		return nil, translate(err)
	}
	found := map[string][]lab.Elsewhere{}
	refs := slices.SortedFunc(maps.Keys(received), func(a, b string) int { // of a few days at a time
		return cmp.Or(cmp.Compare(received[a], received[b]), strings.Compare(a, b))
	})
	for _, other := range others {
		for some := range slices.Chunk(refs, refsAtOnce) {
			files, err := importedBy(tx, other.ID, some, received)
			if err != nil {
				return nil, translate(err)
			}
			for _, f := range files {
				found[f.Sample.SourceRef] = append(found[f.Sample.SourceRef], lab.Elsewhere{Service: other.Code, File: f})
			}
		}
	}
	return found, nil
}

// importedBy returns the files that a service imported by the ids, which are in the order of
// their days, each of the day that is asked for.
func importedBy(tx *gorm.DB, service lab.ServiceID, refs []string, received map[string]lab.Date) ([]lab.File, error) {
	first, last := received[refs[0]], received[refs[len(refs)-1]]
	samples, err := samplesTable.list(tx, "WHERE service_id = ? AND source_ref <> '' AND source_ref IN ? AND received_on BETWEEN ? AND ? ORDER BY source_ref",
		service, refs, first, last)
	if err != nil {
		return nil, err
	}
	samples = slices.DeleteFunc(samples, func(s lab.Sample) bool { return s.ReceivedOn != received[s.SourceRef] })
	if len(samples) == 0 {
		return nil, nil
	}
	return filesOf(tx, service, samples)
}
