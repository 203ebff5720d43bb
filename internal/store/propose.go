package store

import (
	"context"

	"marquis/internal/lab"
)

// ProposeSubstance records a substance that the dictionary lacks, for whoever needs it at
// once, and returns it; one that is known by the name is returned as it is, without what
// other services said of it. It takes who enters analyses at the service. Mistakes come back
// as lab.FieldErrors.
func (s *Store) ProposeSubstance(ctx context.Context, by lab.Actor, service lab.ServiceID, p lab.Proposal) (*lab.Substance, error) {
	var proposed *lab.Substance
	err := s.reword(ctx, by, mayProposeAt(by, service, lab.MayPropose), func(w *work, d *lab.Dictionary) error {
		var fresh bool
		var err error
		if proposed, fresh, err = d.ProposeSubstance(p, by, w.at); err != nil {
			return err
		}
		if fresh {
			if err := w.addEntries(w.tx, []*lab.Substance{proposed}, nil, nil); err != nil {
				return err
			}
		}
		if proposed.Reviewed || proposed.NeededAt(service) {
			return nil
		}
		if err := w.joinProposal(proposed.ID, service, p.Why); err != nil {
			return err
		}
		told := lab.Differences(lab.Proposal{}, lab.Proposal{Name: proposed.Name, Class: proposed.Class, Another: p.Another})
		return w.record(0, lab.ProposeSubstance, substanceSubject(proposed.ID), p.Why, told)
	})
	if err != nil {
		return nil, err
	}
	return proposed.ToldTo(by), nil
}

// joinProposal notes that a service needs a substance that nobody has reviewed.
func (w *work) joinProposal(id lab.SubstanceID, service lab.ServiceID, why string) error {
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	return w.tx.Create(&proposalRow{id, service, w.by.UserID, w.at, why}).Error
}
