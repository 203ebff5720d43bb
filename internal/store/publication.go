package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Proposal is the file of a sample, of which the version goes with PublishResult, and
// what would be released of it now.
type Proposal struct {
	lab.File
	Publication lab.Publication // the version that would be next, without its reason
	Seen        string          // tells this proposal from another; goes with PublishResult
	Refusals    lab.FieldErrors // for which it would be refused as it is
	Held        []lab.HeldReason
}

// Proposal tells what would be released of a sample now, for a page that asks for
// confirmation. Without a verified analysis it is refused with a *lab.MoveError.
func (s *Store) Proposal(ctx context.Context, by lab.Actor, sample lab.Key) (p Proposal, err error) {
	return s.proposal(ctx, by, sample, (*lab.Dictionary).Next, (*lab.Dictionary).Refusals)
}

func (s *Store) proposal(ctx context.Context, by lab.Actor, sample lab.Key, propose decision,
	refusals func(*lab.Dictionary, *lab.File, *lab.Publication) lab.FieldErrors,
) (p Proposal, err error) {
	if !by.SeesRecords(sample.ServiceID) {
		return p, lab.ErrNotFound
	}
	tx := s.read.WithContext(ctx)
	d, err := s.latestWords(tx)
	if err != nil {
		return p, translate(err)
	}
	if p.File, err = fileOf(tx, sample); err != nil {
		return p, translate(err)
	}
	whole := p.File
	p.Sample = p.Sample.SeenBy(by)
	p.Held = d.Held(&whole)
	next, err := propose(d, &whole)
	if err != nil {
		return p, err
	}
	p.Publication, p.Refusals = *next, refusals(d, &whole, next)
	p.Seen, err = next.Digest()
	return p, err
}

// PublishResult releases the next version of a sample's result, made from its
// verified analyses, to its code and to the statistics. The sample's version and
// the Seen of its Proposal say what the actor saw: where anything else would be
// released, it is refused with a *lab.StaleError. An amendment asks for a reason, and each
// finding that is left out has to be confirmed, by the names of Result.LeftOutFields.
func (s *Store) PublishResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32, seen string, why lab.Why, leftOut ...string) (lab.Publication, error) {
	released := func(d *lab.Dictionary, f *lab.File) (*lab.Publication, error) { return d.Publish(f, why) }
	return s.publish(ctx, by, lab.PublishResult, sample, version, why, asSeen(version, seen, leftOut, (*lab.Dictionary).Next, released))
}

// asSeen releases what the actor saw: the next version, unless anything else would be
// released, or what it leaves out was not confirmed.
func asSeen(version int32, seen string, leftOut []string, next, released decision) decision {
	return func(d *lab.Dictionary, f *lab.File) (*lab.Publication, error) {
		p, refused := released(d, f)
		var mistakes, unconfirmed lab.FieldErrors
		if refused != nil && !errors.As(refused, &mistakes) {
			return nil, refused
		}
		next, err := next(d, f)
		if err != nil {
			return nil, err
		}
		now, err := next.Digest()
		switch {
		case err != nil:
			return nil, err
		case now == seen && errors.As(next.Result.CheckLeftOut(leftOut), &unconfirmed):
			return nil, append(mistakes, unconfirmed...)
		case now != seen && refused == nil:
			return nil, &lab.StaleError{Have: f.Sample.Version, Want: version, Changed: []lab.Difference{{Field: "publication.result", Old: lab.ValueOf(now), New: lab.ValueOf(seen)}}}
		}
		return p, refused
	}
}

// WithdrawResult takes a published result back, with a reason. What was said
// before stays on record.
func (s *Store) WithdrawResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32, why lab.Why) (lab.Publication, error) {
	return s.publish(ctx, by, lab.WithdrawResult, sample, version, why, withdrawal(why))
}

func withdrawal(why lab.Why) decision {
	return func(_ *lab.Dictionary, f *lab.File) (*lab.Publication, error) { return f.Withdraw(why) }
}

// WithdrawExchanged takes a result back, as WithdrawResult does, of a sample that may have
// been exchanged with another of the service. With it the other goes to the laboratory
// again: both or neither. What was published of the other stands.
func (s *Store) WithdrawExchanged(ctx context.Context, by lab.Actor, sample lab.Key, version int32, why lab.Why, other lab.Key) (published lab.Publication, err error) {
	err = s.do(ctx, by, func(w *work) error {
		if other.ID.Compare(sample.ID) < 0 { // locked in one order by all
			if _, err := w.takeSample(other); err != nil {
				return err
			}
		}
		published, err = w.publish(lab.WithdrawResult, sample, version, why, withdrawal(why))
		if err != nil {
			return err
		}
		before, err := w.file(other)
		switch waits := before.Sample.State == lab.Registered || before.Sample.State == lab.InAnalysis; {
		case err != nil:
			return err
		case waits && before.MayMislead():
			return lab.FieldErrors{{Field: "exchanged_with", Format: "This sample has analyses that are not released yet. Retract those that may be of the other portion first; or leave this empty, and withdraw this result alone."}}
		case waits:
			return nil // for the laboratory, as it is
		}
		after := before.Clone()
		if after.Move(lab.InAnalysis, by, "") != nil || other == sample {
			return lab.FieldErrors{{Field: "exchanged_with", Format: "This sample cannot go to the laboratory again."}}
		}
		return w.save(before, after, update{other.ID, lab.MoveSample, why.Brief()})
	})
	return published, err
}

// DeclineRetest says of a sample whose result was taken back that no new analysis
// follows, and why.
func (s *Store) DeclineRetest(ctx context.Context, by lab.Actor, key lab.Key, version int32, reason string) (lab.Sample, error) {
	return s.changeSample(ctx, by, lab.DeclineRetest, key, version, reason, func(f *lab.File) error { return f.DeclineRetest(by, reason) })
}

// decision makes the next version of a result.
type decision func(*lab.Dictionary, *lab.File) (*lab.Publication, error)

// publish is an update of the result of a sample that the actor saw in the given
// version.
func (s *Store) publish(ctx context.Context, by lab.Actor, action lab.Action, key lab.Key, version int32, why lab.Why, decide decision) (published lab.Publication, err error) {
	err = s.do(ctx, by, func(w *work) error {
		published, err = w.publish(action, key, version, why, decide)
		return err
	})
	return published, err
}

// publish adds the next version of a result, and moves the sample with it, as one event.
func (w *work) publish(action lab.Action, key lab.Key, version int32, why lab.Why, decide decision) (published lab.Publication, err error) {
	before, err := w.file(key)
	if err != nil {
		return published, err
	}
	if err := lab.MayPublish(w.by, key.ServiceID); err != nil {
		return published, err
	}
	if err := fresh(before.Sample.Version, version, nil); err != nil {
		return published, err
	}
	d, err := w.dictionary()
	if err != nil {
		return published, err
	}
	p, err := decide(d, before)
	if err != nil {
		return published, err
	}
	return w.release(before, p, update{key.ID, action, why.Brief()})
}

// release adds a version that was decided on to the file.
func (w *work) release(before *lab.File, p *lab.Publication, u update) (published lab.Publication, err error) {
	if p.PublishedOn, err = w.today(before.Sample.ServiceID); err != nil {
		return published, err
	}
	p.ID, p.PublishedBy, p.PublishedAt = w.ids.Next(), w.by.UserID, w.at
	after, err := before.Followed(p, w.by)
	if err != nil {
		return published, err
	}
	return *p, w.save(before, after, u)
}

func publicationsOf(tx *gorm.DB, sample lab.Key) ([]lab.Publication, error) {
	return publicationsTable.of(tx, sample, "ORDER BY version")
}
