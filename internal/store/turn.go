package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// usualWait is for how long a unit of work waits its turn to write where nothing else
// is said, as for a command that somebody has typed.
const usualWait = time.Minute

type waitKey struct{}

// WaitAtMost returns a context whose units of work give up with ErrBusy when they
// could not begin within the time: SQLite lets one write at a time, in all processes,
// and PostgreSQL makes who writes the same rows wait. What has begun is not cut off.
func WaitAtMost(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, waitKey{}, d)
}

// inTurn runs a transaction when it is its turn, or gives up. The transaction calls
// begin first of all. A caller who goes away leaves the queue.
func (s *Store) inTurn(ctx context.Context, transaction func(ctx context.Context, begin func(tx *gorm.DB) error) error) error {
	wait, limited := ctx.Value(waitKey{}).(time.Duration)
	if !limited {
		wait = usualWait
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	until := time.Now().Add(wait)
	waiting := time.AfterFunc(wait, func() { end(ErrBusy) })
	defer waiting.Stop()
	leave, err := s.takePlace(ctx)
	if err != nil {
		return err
	}
	defer leave()
	begun := false
	begin := func(tx *gorm.DB) error {
		if begun = waiting.Stop(); !begun {
			return ErrBusy
		}
		if limited {
			return s.dialect.limitWaits(tx, time.Until(until))
		}
		return nil
	}
	for pause := time.Millisecond; ; pause = min(2*pause, longestPause) {
		err := transaction(ctx, begin)
		if begun || !isBusy(err) {
			return s.ended(ctx, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// longestPause is between two tries to lock a SQLite file that another process holds:
// short, so that one which lets it go for a moment is not missed.
const longestPause = 25 * time.Millisecond

// takePlace waits for a place among those that may write, and returns what gives it
// back.
func (s *Store) takePlace(ctx context.Context) (leave func(), err error) {
	if s.writing == nil {
		return func() {}, nil
	}
	select {
	case s.writing <- struct{}{}:
		return func() { <-s.writing }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// ended translates how a transaction ended, and keeps whether it could write.
func (s *Store) ended(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), ErrBusy) {
		return ErrBusy
	}
	err = translate(err)
	if s.file != nil && (err == nil || errors.Is(err, ErrReadOnly)) {
		s.file.keep(err == nil)
	}
	s.writable.note(err)
	return err
}

// limitWaits has nothing to do: who has begun holds the one lock there is.
func (sqliteDialect) limitWaits(*gorm.DB, time.Duration) error { return nil }

// limitWaits limits the wait for each lock of the transaction.
func (postgresDialect) limitWaits(tx *gorm.DB, most time.Duration) error {
	return tx.Exec(fmt.Sprintf("SET LOCAL lock_timeout = %d", max(1, most.Milliseconds()))).Error
}
