package store

import (
	"context"
	"strconv"

	"marquis/internal/lab"
)

// ProposeSubstance records a substance that the dictionary lacks, for whoever needs it at
// once, and returns it; one that is known by the name is returned as it is. It takes who
// enters analyses at the service. Mistakes come back as lab.FieldErrors.
func (s *Store) ProposeSubstance(ctx context.Context, by lab.Actor, service lab.ServiceID, p lab.Proposal) (proposed *lab.Substance, err error) {
	err = s.do(ctx, by, func(w *work) error {
		if err := seen(by.SeesRecords(service)); err != nil {
			return err
		}
		if err := lab.MayPropose(by, service); err != nil {
			return err
		}
		if _, err := w.lockTrail(w.tx, 0); err != nil {
			return err
		}
		d, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		var fresh bool
		if proposed, fresh, err = d.ProposeSubstance(p, by, w.at); err != nil || !fresh {
			return err
		}
		if err := w.addEntries(w.tx, []*lab.Substance{proposed}, nil, nil); err != nil {
			return err
		}
		told := lab.Differences(lab.Proposal{}, lab.Proposal{Name: proposed.Name, Class: proposed.Class, Another: p.Another})
		return w.record(0, lab.ProposeSubstance, "substance "+strconv.Itoa(int(proposed.ID)), p.Why, told)
	})
	s.wordsChanged.Add(1)
	return proposed, err
}
