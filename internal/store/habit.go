package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Habits are what a user did last, so that it need not be asked again. They are no part
// of the record: nobody else sees them, and the trail does not tell of them.
type Habits struct {
	Worklist        string // the query of the worklist that was opened last
	CounterService  lab.ServiceID
	CounterLocation int32 // zero for none
}

// Habits returns the actor's own.
func (s *Store) Habits(ctx context.Context, by lab.Actor) (h Habits, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT worklist, counter_service, counter_location FROM users WHERE id = ?", by.UserID).Take(&h).Error
	return h, translate(err)
}

// Remember keeps the actor's habits. Where nothing can be written just now it is left:
// whoever only reads must be able to.
func (s *Store) Remember(ctx context.Context, by lab.Actor, h Habits) error {
	err := s.transact(WaitAtMost(ctx, seenWait), func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET worklist = ?, counter_service = ?, counter_location = ? WHERE id = ?",
			h.Worklist, h.CounterService, h.CounterLocation, by.UserID).Error
	})
	if errors.Is(err, lab.ErrUnavailable) {
		return nil
	}
	return err
}
