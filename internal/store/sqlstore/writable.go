package sqlstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// Limits on the question whether something can be saved.
const (
	writeEvery = 10 * time.Second // so long an answer is kept
	writeWait  = 4 * time.Second  // for the turn to write
)

// writability is whether the last thing that was to be saved could be.
type writability struct {
	mu     sync.Mutex
	at     time.Time // zero: nobody has tried
	err    error
	trying chan struct{} // closed when who tries has an answer; nil: nobody does
}

// note keeps how a unit of work ended. One that failed for a reason of its own says
// nothing, and one that had to wait for too long may have asked for less patience than
// others have.
func (w *writability) note(err error) {
	if err != nil && (!errors.Is(err, lab.ErrUnavailable) || errors.Is(err, ErrBusy)) {
		return
	}
	w.keep(err)
}

func (w *writability) keep(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at, w.err = time.Now(), err
}

// kept is what was found last.
func (w *writability) kept() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Writable tells whether something can be saved: nil, or ErrFull, ErrReadOnly, ErrBusy
// or another lab.ErrUnavailable. What was found is kept for ten seconds, whoever asks;
// then one row is written. Who has no time for that, by the context, is told what was
// found before.
func (d *DB) Writable(ctx context.Context) error {
	trying := d.tryWriting()
	if trying == nil {
		return d.writable.kept()
	}
	select {
	case <-trying:
	case <-ctx.Done():
	}
	return d.writable.kept()
}

// tryWriting writes the row unless what is known is new enough. It returns what is
// closed when there is an answer, nil where there is one.
func (d *DB) tryWriting() <-chan struct{} {
	w := &d.writable
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.trying != nil {
		return w.trying
	}
	if !w.at.IsZero() && time.Since(w.at) < writeEvery {
		return nil
	}
	done := make(chan struct{})
	w.trying = done
	go func() {
		err := d.Transact(WaitAtMost(context.Background(), writeWait), func(tx *gorm.DB) error {
			return tx.Exec("UPDATE write_probe SET written_at = ? WHERE id = 1", lab.At(d.now())).Error
		})
		w.keep(err)
		w.mu.Lock()
		w.trying = nil
		w.mu.Unlock()
		close(done)
	}()
	return done
}
