package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"marquis/internal/lab"
)

// SampleRecord is the file of a sample as the actor may see it, with what is on record
// beside it.
type SampleRecord struct {
	lab.File
	Number   lab.SampleNumber
	ReadOuts []lab.ReadOut
	Trail    []lab.Event
	People   map[lab.Optional]string // names of the users that it mentions
}

// ErrNotNoted means that a record is not shown, because it cannot be noted who reads it.
var ErrNotNoted = errors.New("the view cannot be noted")

// ReadSample returns all that is recorded of a sample, and notes that the actor
// read it for the purpose. A sample of a service in which the actor does not work
// with records is lab.ErrNotFound, as if it did not exist.
func (s *Store) ReadSample(ctx context.Context, by lab.Actor, key lab.Key, purpose lab.Purpose) (SampleRecord, error) {
	if err := purpose.Check(); err != nil {
		return SampleRecord{}, err
	}
	r, err := s.ReadSampleUnseen(ctx, by, key)
	if err != nil {
		return SampleRecord{}, err
	}
	if err := s.noteView(ctx, by, key, purpose); err != nil {
		return SampleRecord{}, fmt.Errorf("%w: %w", ErrNotNoted, err)
	}
	return r, nil
}

// ReadSampleUnseen returns what ReadSample does and notes nothing. It is for what ends
// before anybody sees the record, as the headers of its page.
func (s *Store) ReadSampleUnseen(ctx context.Context, by lab.Actor, key lab.Key) (SampleRecord, error) {
	if !by.SeesRecords(key.ServiceID) {
		return SampleRecord{}, lab.ErrNotFound
	}
	r, err := recordOf(s.read.WithContext(ctx), by, key)
	return r, translate(err)
}

func recordOf(tx *gorm.DB, by lab.Actor, key lab.Key) (r SampleRecord, err error) {
	if r.File, err = fileOf(tx, key); err != nil {
		return r, err
	}
	code, err := codeOf(tx, key.ServiceID)
	if err != nil {
		return r, err
	}
	r.Number, r.Sample = r.Sample.Number(code), r.Sample.SeenBy(by)
	if r.ReadOuts, err = readOutsOf(tx, key); err != nil {
		return r, err
	}
	if r.Trail, err = trailOf(tx, by, key); err != nil {
		return r, err
	}
	r.People, err = namesOf(tx, r.mentioned())
	return r, err
}

// mentioned are the users that did something with the sample.
func (r *SampleRecord) mentioned() []lab.Optional {
	users := []lab.Optional{r.Sample.RegisteredBy}
	for _, e := range r.Evidence {
		users = append(users, e.Analysis.EnteredBy, e.Analysis.VerifiedBy, e.Analysis.RetractedBy)
	}
	for _, p := range r.Publications {
		users = append(users, p.PublishedBy)
	}
	for _, q := range r.Questions {
		users = append(users, q.AskedBy, q.AnsweredBy)
	}
	for _, t := range r.ReadOuts {
		users = append(users, t.ToldBy)
	}
	return users
}

func namesOf(tx *gorm.DB, users []lab.Optional) (map[lab.Optional]string, error) {
	ids := make([]int32, len(users))
	for i, id := range users {
		ids[i] = int32(id)
	}
	var rows []struct {
		ID   lab.Optional
		Name string
	}
	err := tx.Raw("SELECT id, name FROM users WHERE id IN ?", ids).Scan(&rows).Error
	names := map[lab.Optional]string{}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, err
}

// viewQuarter is the time within which the same view is noted once.
const viewQuarter = 15 * time.Minute

// noteView notes that the actor reads a sample, in a small transaction of its own,
// so that reading does not queue for the trail; a view that is noted already takes
// no lock.
func (s *Store) noteView(ctx context.Context, by lab.Actor, sample lab.Key, purpose lab.Purpose) error {
	at := lab.At(s.now())
	v := lab.View{
		Key: lab.Key{ServiceID: sample.ServiceID, ID: s.ids.Next()}, UserID: by.UserID, SampleID: sample.ID,
		ViewedAt: at, QuarterAt: lab.At(at.Time().Truncate(viewQuarter)), Purpose: purpose,
	}
	var noted int
	err := s.read.WithContext(ctx).Raw("SELECT 1 FROM record_views WHERE service_id = ? AND sample_id = ? AND user_id = ? AND purpose = ? AND quarter_at = ?",
		v.ServiceID, v.SampleID, v.UserID, v.Purpose, v.QuarterAt).Row().Scan(&noted)
	if err = translate(err); !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return s.transact(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&v).Error
	})
}

// ViewedBy is a view with the name of the user.
type ViewedBy struct {
	lab.View
	Name string
}

// Views returns who read a sample, when, and what for, in order.
func (s *Store) Views(ctx context.Context, by lab.Actor, sample lab.Key) ([]ViewedBy, error) {
	if !by.SeesRecords(sample.ServiceID) {
		return nil, lab.ErrNotFound
	}
	tx := s.read.WithContext(ctx)
	if _, err := samplesTable.at(tx, sample); err != nil {
		return nil, translate(err)
	}
	views, err := viewsTable.of(tx, sample, "ORDER BY viewed_at, id")
	if err != nil {
		return nil, translate(err)
	}
	users := make([]lab.Optional, len(views))
	for i, v := range views {
		users[i] = v.UserID
	}
	names, err := namesOf(tx, users)
	viewed := make([]ViewedBy, len(views))
	for i, v := range views {
		viewed[i] = ViewedBy{v, names[v.UserID]}
	}
	return viewed, translate(err)
}
