package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// usualWait is for how long a unit of work waits its turn to write where nothing else
// is said, as for a command that somebody has typed.
const usualWait = time.Minute

// patience is what is left of the time for which a caller waits.
type patience struct{ left atomic.Int64 } // nanoseconds

type patienceKey struct{}

// WaitAtMost returns a context whose units of work wait their turn for so long at
// most, all together, and then give up with ErrBusy: SQLite lets one write at a time,
// in all processes, and PostgreSQL makes who writes the same rows wait. What has begun
// is not cut off.
func WaitAtMost(ctx context.Context, d time.Duration) context.Context {
	p := &patience{}
	p.left.Store(int64(d))
	return context.WithValue(ctx, patienceKey{}, p)
}

// leastWait is what a unit of work always has: one that another one has waited before
// may still go on where nobody holds it up.
const leastWait = 50 * time.Millisecond

// longestPause is between two tries to lock a SQLite file that another process holds:
// short, so that one which lets it go for a moment is not missed.
const longestPause = 25 * time.Millisecond

// turn is one unit of work that waits for its turn, and then has it.
type turn struct {
	db       *DB
	ctx      context.Context // ends when the wait is over
	end      context.CancelCauseFunc
	patience *patience // nil: nobody counts
	wait     time.Duration
	since    time.Time
	timer    *time.Timer
	shown    func() // ends what others see of the wait
	placed   bool
	begun    bool
}

func (d *DB) newTurn(ctx context.Context) *turn {
	t := &turn{db: d, wait: usualWait, since: time.Now(), shown: d.presence.wait()}
	if t.patience, _ = ctx.Value(patienceKey{}).(*patience); t.patience != nil {
		t.wait = max(leastWait, time.Duration(t.patience.left.Load()))
	}
	t.ctx, t.end = context.WithCancelCause(ctx)
	t.timer = time.AfterFunc(t.wait, func() { t.end(ErrBusy) })
	return t
}

// inTurn runs a transaction when it is its turn, or gives up. The transaction calls
// begin first of all. A caller who goes away leaves the queue.
func (d *DB) inTurn(ctx context.Context, transaction func(ctx context.Context, begin func(tx *gorm.DB) error) error) error {
	t := d.newTurn(ctx)
	defer t.leave()
	if err := t.takePlace(); err != nil {
		return err
	}
	for pause := time.Millisecond; ; pause = min(2*pause, longestPause) {
		err := transaction(t.ctx, t.begin)
		if t.begun || !isBusy(err) {
			return t.ended(err)
		}
		select {
		case <-t.ctx.Done():
			return t.ended(context.Cause(t.ctx))
		case <-time.After(pause):
		}
	}
}

// takePlace waits for a place among those that may write.
func (t *turn) takePlace() error {
	if t.db.writing == nil {
		return nil
	}
	select {
	case t.db.writing <- struct{}{}:
		t.placed = true
		return nil
	case <-t.ctx.Done():
		return t.ended(context.Cause(t.ctx))
	}
}

// begin ends the wait.
func (t *turn) begin(tx *gorm.DB) error {
	t.shown()
	if t.begun = t.timer.Stop(); !t.begun {
		return ErrBusy
	}
	if t.patience == nil {
		return nil
	}
	left := t.wait - time.Since(t.since)
	t.patience.left.Store(int64(left))
	return t.db.dialect.limitWaits(tx, max(leastWait, left))
}

// leave lets others have their turn.
func (t *turn) leave() {
	t.shown()
	t.timer.Stop()
	t.end(nil)
	if t.placed {
		<-t.db.writing
	}
}

// ended translates how the transaction ended, and keeps whether it could write. Who
// has given up does not wait again.
func (t *turn) ended(err error) error {
	if err != nil && errors.Is(context.Cause(t.ctx), ErrBusy) {
		err = ErrBusy
	}
	err = Translate(err)
	if errors.Is(err, ErrBusy) && t.patience != nil {
		t.patience.left.Store(0)
	}
	if t.db.file != nil && (err == nil || errors.Is(err, ErrReadOnly)) {
		t.db.file.keep(err == nil)
	}
	t.db.writable.note(err)
	return err
}

// limitWaits has nothing to do: who has begun holds the one lock there is.
func (sqliteDialect) limitWaits(*gorm.DB, time.Duration) error { return nil }

// limitWaits limits the wait for each lock of the transaction.
func (postgresDialect) limitWaits(tx *gorm.DB, most time.Duration) error {
	return tx.Exec(fmt.Sprintf("SET LOCAL lock_timeout = %d", max(1, most.Milliseconds()))).Error
}
