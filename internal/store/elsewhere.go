package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Recorded returns the samples that a service imported by ids of some groups: see
// lab.SourceKeyOf.
func (s *Store) Recorded(ctx context.Context, by lab.Actor, service lab.ServiceID, groups []string) (found []lab.Recorded, err error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	err = s.read.WithContext(ctx).Raw("SELECT source_ref AS ref, source_digest AS digest FROM "+seenSamples+" x "+
		"WHERE service_id = ? AND source_key <> '' AND source_key IN ? ORDER BY source_ref", service, groups).Scan(&found).Error
	return found, translate(err)
}

// Elsewhere returns, of ids of a source with the day of receipt, the samples that other
// services imported by an id that people take for the same, of that day or one beside it, with
// what was found in them.
func (s *Store) Elsewhere(ctx context.Context, by lab.Actor, service lab.ServiceID, received map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
	if err := brings(by, service); err != nil {
		return nil, err
	}
	tx := s.read.WithContext(ctx)
	var others []lab.Service
	err := tx.Raw("SELECT id, code FROM services WHERE id <> ? AND id IN (SELECT service_id FROM imports WHERE service_id IN (SELECT id FROM services)) ORDER BY id", service).Scan(&others).Error
	if err != nil || len(received) == 0 {
		return nil, translate(err)
	}
	refs := map[string][]string{} // by their group
	for _, ref := range slices.Sorted(maps.Keys(received)) {
		refs[lab.SourceKeyOf(ref)] = append(refs[lab.SourceKeyOf(ref)], ref)
	}
	found := map[string][]lab.Elsewhere{}
	for _, other := range others {
		files, err := importedBy(tx, other.ID, refs, received)
		if err != nil {
			return nil, translate(err)
		}
		for _, f := range files {
			for _, ref := range refs[f.Sample.SourceKey] {
				if meets(&f.Sample, ref, received[ref]) {
					found[ref] = append(found[ref], lab.Elsewhere{Service: other.Code, File: f})
				}
			}
		}
	}
	return found, nil
}

// meets tells that a sample is of the day or one beside it, and its id one that people take for the
// other.
func meets(s *lab.Sample, ref string, day lab.Date) bool {
	return s.ReceivedOn.Beside(day) && lab.RefKeyOf(s.SourceRef).Meets(lab.RefKeyOf(ref))
}

// importedBy returns the files that a service imported by ids that meet, each of the day that
// is asked for, or one beside it.
func importedBy(tx *gorm.DB, service lab.ServiceID, refs map[string][]string, received map[string]lab.Date) ([]lab.File, error) {
	days := slices.Sorted(maps.Values(received))
	samples, err := samplesTable.list(tx, "WHERE service_id = ? AND source_key <> '' AND source_key IN ? AND received_on BETWEEN ? AND ? ORDER BY source_ref",
		service, slices.Sorted(maps.Keys(refs)), days[0].Plus(-1), days[len(days)-1].Plus(1))
	if err != nil {
		return nil, err
	}
	samples = slices.DeleteFunc(samples, func(s lab.Sample) bool {
		return !slices.ContainsFunc(refs[s.SourceKey], func(ref string) bool { return meets(&s, ref, received[ref]) })
	})
	if len(samples) == 0 {
		return nil, nil
	}
	return filesOf(tx, service, samples)
}
