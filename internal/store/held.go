package store

import (
	"context"
	"errors"

	"marquis/internal/lab"
)

// PublishAmongMany releases the next version of a result as PublishResult does, beside
// others: one that is held is refused, whoever asks, as is one that leaves something out.
func (s *Store) PublishAmongMany(ctx context.Context, by lab.Actor, sample lab.Key, version int32, seen string) (lab.Publication, error) {
	released := func(d *lab.Dictionary, f *lab.File) (*lab.Publication, error) {
		if err := d.CheckAmongMany(f); err != nil {
			return nil, err
		}
		return d.Publish(f, lab.Why{})
	}
	return s.publish(ctx, by, lab.PublishResult, sample, version, lab.Why{}, asSeen(version, seen, nil, (*lab.Dictionary).Next, released))
}

// HeldProposal tells what would be released at once of a sample that is held. Where nothing
// is, or all is verified, it is refused with a *lab.MoveError.
func (s *Store) HeldProposal(ctx context.Context, by lab.Actor, sample lab.Key) (Proposal, error) {
	return s.proposal(ctx, by, sample, (*lab.Dictionary).NextHeld, (*lab.Dictionary).RefusalsHeld)
}

// PublishHeld releases at once what a sample is held for, as preliminary and being confirmed,
// on the signature of one person who may verify. The analyses stay what they are. Version,
// seen, why and leftOut are those of PublishResult, of a HeldProposal.
func (s *Store) PublishHeld(ctx context.Context, by lab.Actor, sample lab.Key, version int32, seen string, why lab.Why, leftOut ...string) (lab.Publication, error) {
	released := func(d *lab.Dictionary, f *lab.File) (*lab.Publication, error) { return d.PublishHeld(f, why) }
	return s.publish(ctx, by, lab.PublishHeld, sample, version, why, asSeen(version, seen, leftOut, (*lab.Dictionary).NextHeld, released))
}

// VerifyAndConfirm signs an analysis as VerifyAnalysis does, and with it confirms the result
// that was released at once: both or neither. Where the next version would say anything else
// it is refused with a *lab.MoveError.
func (s *Store) VerifyAndConfirm(ctx context.Context, by lab.Actor, key lab.Key, version int32, reported bool) (published lab.Publication, err error) {
	err = s.do(ctx, by, func(w *work) error {
		before, err := w.fileWith("analyses", key)
		if err != nil {
			return err
		}
		if err := lab.MayPublish(by, key.ServiceID); err != nil {
			return err
		}
		signed := before.Clone()
		e := signed.Analysis(key.ID)
		if err := w.freshAnalysis(e, version, nil); err != nil {
			return err
		}
		e.Analysis.Reported = reported
		if err := e.Analysis.Verify(by, w.at, before.Questions); err != nil {
			return err
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		p, err := d.Confirmation(signed)
		if err != nil {
			return err
		}
		if err := w.save(before, signed, update{key.ID, lab.VerifyAnalysis, ""}); err != nil {
			return err
		}
		published, err = w.release(signed, p, update{signed.Sample.ID, lab.PublishResult, ""})
		return err
	})
	return published, err
}

// HeldLong is how many samples of a service are held for longer than lab.HeldLate, and since
// when the first.
type HeldLong struct {
	Service lab.Service
	N       int
	Since   lab.Instant
	Stage   lab.Stage // the worklist of the first
}

// HeldLong lists the services in which the actor works with records and where samples are
// held for longer than lab.HeldLate.
func (s *Store) HeldLong(ctx context.Context, by lab.Actor) (list []HeldLong, err error) {
	services, err := s.servicesOf(ctx, by, 0)
	if errors.Is(err, lab.ErrNotFound) {
		return nil, nil // nowhere
	}
	if err != nil {
		return nil, err
	}
	before := lab.At(s.now().Add(-lab.HeldLate))
	for _, service := range services {
		held := HeldLong{Service: service}
		err := s.read.WithContext(ctx).Raw("SELECT count(*), min(held_since) FROM "+seenSamples+" samples WHERE service_id = ? AND held_since IS NOT NULL AND held_since <= ?", service.ID, before).
			Row().Scan(&held.N, &held.Since)
		if err != nil {
			return nil, translate(err)
		}
		if held.N == 0 {
			continue
		}
		err = s.read.WithContext(ctx).Raw("SELECT stage FROM "+seenSamples+" samples WHERE service_id = ? AND held_since IS NOT NULL ORDER BY held_since, id LIMIT 1", service.ID).
			Row().Scan(&held.Stage)
		if err != nil {
			return nil, translate(err)
		}
		list = append(list, held)
	}
	return list, nil
}
