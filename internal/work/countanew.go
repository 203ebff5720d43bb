package work

import (
	"context"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// countAgainAfter is how long counting anew waits after a failure.
const countAgainAfter = time.Minute

// Recount is how counting a year of a service anew ended.
type Recount struct {
	store.ServiceYear
	Moved store.Moved
	Left  int // years of services that are still to be counted
	Err   error
}

// countAnew brings the years whose figures were made by other definitions up to those of this
// program, one after another, the latest first. Between two it rests as long as the last one
// took, so that the counter goes on. Several instances may do it at once: a year that another
// was faster with is found to be done.
func (r *Rounds) countAnew(ctx context.Context) {
	for {
		begun := time.Now()
		done, ok := r.countNext(ctx)
		if !ok || ctx.Err() != nil {
			return
		}
		r.Counted(done)
		rest := time.Since(begun)
		if done.Err != nil {
			rest = countAgainAfter
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

// countNext counts the next year anew, where there is one.
func (r *Rounds) countNext(ctx context.Context) (done Recount, ok bool) {
	by := lab.Operator("serve")
	years, err := r.Store.Outdated(ctx, by)
	if err != nil || len(years) == 0 {
		return Recount{Err: err}, err != nil
	}
	done = Recount{ServiceYear: years[0], Left: len(years) - 1}
	done.Moved, done.Err = r.Store.CountAnew(ctx, by, years[0])
	return done, true
}
