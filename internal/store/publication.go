package store

import (
	"context"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// PublishResult releases the next version of a sample's result, made from its
// verified analyses, to its code and to the statistics. The sample's version says
// what the actor saw. An amendment asks for a reason.
func (s *Store) PublishResult(ctx context.Context, by lab.Actor, sample lab.Key, version int32, reason string) (lab.Publication, error) {
	return s.publish(ctx, by, "publish result", sample, version, reason,
		func(w *work, d *lab.Dictionary, x *lab.Sample, earlier []lab.Publication) (*lab.Publication, error) {
			expected, err := expectedOf(w.tx, sample)
			if err != nil {
				return nil, err
			}
			evidence, err := evidenceOf(w.tx, sample)
			if err != nil {
				return nil, err
			}
			return d.Publish(x, expected, evidence, earlier, reason)
		})
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
		if err := lab.MayPublish(by, key.ServiceID); err != nil {
			return err
		}
		sample, err := take[lab.Sample](w, "samples", key)
		if err != nil {
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
		published = *p
		return w.savePublication(sample, p, action, reason)
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

// Publications returns all versions of a sample's result, in order.
func (s *Store) Publications(ctx context.Context, sample lab.Key) ([]lab.Publication, error) {
	publications, err := publicationsOf(s.read.WithContext(ctx), sample)
	return publications, translate(err)
}

func publicationsOf(tx *gorm.DB, sample lab.Key) ([]lab.Publication, error) {
	var publications []lab.Publication
	err := tx.Raw("SELECT * FROM publications WHERE service_id = ? AND sample_id = ? ORDER BY version", sample.ServiceID, sample.ID).
		Scan(&publications).Error
	return publications, err
}
