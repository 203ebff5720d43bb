package store

import (
	"context"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Proposal is what PublishResult would release of a sample now.
type Proposal struct {
	Sample      lab.Sample        // its version goes with PublishResult
	Publication lab.Publication   // the version that would be next, without its reason
	Earlier     []lab.Publication // in order
	Seen        string            // tells this proposal from another; goes with PublishResult
	Refusals    lab.FieldErrors   // for which it would be refused as it is
	Entered     int               // analyses that are not verified yet and do not count
}

// Proposal tells what would be released of a sample now, for a page that asks for
// confirmation. Without a verified analysis it is refused with a *lab.MoveError.
func (s *Store) Proposal(ctx context.Context, by lab.Actor, sample lab.Key) (Proposal, error) {
	if !by.SeesRecords(sample.ServiceID) {
		return Proposal{}, lab.ErrNotFound
	}
	d, err := s.latestWords(s.read.WithContext(ctx))
	if err != nil {
		return Proposal{}, translate(err)
	}
	p, err := proposalOf(s.read.WithContext(ctx), d, sample)
	p.Sample = p.Sample.SeenBy(by)
	return p, translate(err)
}

func proposalOf(tx *gorm.DB, d *lab.Dictionary, key lab.Key) (p Proposal, err error) {
	if err = tx.Raw("SELECT * FROM samples WHERE service_id = ? AND id = ?", key.ServiceID, key.ID).Take(&p.Sample).Error; err != nil {
		return p, err
	}
	expected, err := expectedOf(tx, key)
	if err != nil {
		return p, err
	}
	evidence, err := evidenceOf(tx, key)
	if err != nil {
		return p, err
	}
	if p.Earlier, err = publicationsOf(tx, key); err != nil {
		return p, err
	}
	for _, e := range evidence {
		if e.Analysis.State == lab.Entered {
			p.Entered++
		}
	}
	next, err := d.Next(&p.Sample, expected, evidence, p.Earlier)
	if err != nil {
		return p, err
	}
	p.Publication, p.Refusals = *next, d.Refusals(next, p.Sample.Form)
	p.Seen, err = next.Digest()
	return p, err
}

// PublishResult releases the next version of a sample's result, made from its
// verified analyses, to its code and to the statistics. The sample's version and
// the Seen of its Proposal say what the actor saw: where anything else would be
// released, it is refused with a *lab.StaleError. An amendment asks for a reason.
func (s *Store) PublishResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32, seen, reason string) (lab.Publication, error) {
	return s.publish(ctx, by, "publish result", sample, version, reason,
		func(w *work, d *lab.Dictionary, x *lab.Sample, earlier []lab.Publication) (*lab.Publication, error) {
			p, err := w.next(d, x, earlier, reason)
			if err != nil {
				return nil, err
			}
			now, err := p.Digest()
			if err == nil && now != seen {
				return nil, &lab.StaleError{Have: x.Version, Want: version, Changed: []lab.Difference{{Field: "Result", Old: now, New: seen}}}
			}
			return p, err
		})
}

func (w *work) next(d *lab.Dictionary, x *lab.Sample, earlier []lab.Publication, reason string) (*lab.Publication, error) {
	expected, err := expectedOf(w.tx, x.Key)
	if err != nil {
		return nil, err
	}
	evidence, err := evidenceOf(w.tx, x.Key)
	if err != nil {
		return nil, err
	}
	return d.Publish(x, expected, evidence, earlier, reason)
}

// WithdrawResult takes a published result back, with a reason. What was said
// before stays on record.
func (s *Store) WithdrawResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32, reason string) (lab.Publication, error) {
	return s.publish(ctx, by, "withdraw result", sample, version, reason,
		func(_ *work, _ *lab.Dictionary, x *lab.Sample, earlier []lab.Publication) (*lab.Publication, error) {
			return lab.Withdraw(x, earlier, reason)
		})
}

type nextVersion func(*work, *lab.Dictionary, *lab.Sample, []lab.Publication) (*lab.Publication, error)

func (s *Store) publish(ctx context.Context, by lab.Actor, action string, key lab.Key, version int32, reason string, next nextVersion) (lab.Publication, error) {
	var published lab.Publication
	err := s.do(ctx, by, func(w *work) error {
		sample, err := w.takeSample(key)
		if err != nil {
			return err
		}
		if err := lab.MayPublish(by, key.ServiceID); err != nil {
			return err
		}
		if sample.Version != version {
			return &lab.StaleError{Have: sample.Version, Want: version}
		}
		d, err := w.dictionary()
		if err != nil {
			return err
		}
		earlier, err := publicationsOf(w.tx, key)
		if err != nil {
			return err
		}
		p, err := next(w, d, sample, earlier)
		if err != nil {
			return err
		}
		place, err := placeOf(w.tx, key.ServiceID)
		if err != nil {
			return err
		}
		p.ID, p.PublishedBy, p.PublishedAt, p.PublishedOn = w.ids.Next(), by.UserID, w.at, lab.DateOf(w.at.Time(), place)
		if err := w.savePublication(sample, p, action, reason); err != nil {
			return err
		}
		published = *p
		return nil
	})
	return published, err
}

// savePublication writes a version of a result, and the sample as completed, as one
// event.
func (w *work) savePublication(sample *lab.Sample, p *lab.Publication, action, reason string) error {
	if err := w.tx.Create(p).Error; err != nil {
		return err
	}
	after := *sample
	if sample.State == lab.InAnalysis {
		if err := after.Move(lab.Completed, w.by, ""); err != nil {
			return err
		}
	}
	return w.saveSample(sample, &after, action, reason, lab.Differences(lab.Publication{}, *p)...)
}

func publicationsOf(tx *gorm.DB, sample lab.Key) ([]lab.Publication, error) {
	var publications []lab.Publication
	err := tx.Raw("SELECT * FROM publications WHERE service_id = ? AND sample_id = ? ORDER BY version", sample.ServiceID, sample.ID).
		Scan(&publications).Error
	return publications, err
}
