// Package work is what goes on behind the pages: jobs that make a file for a person,
// and the rounds in which what is over its time is removed. Nothing else in the program
// ticks. It knows no page.
package work

import (
	"context"
	"errors"
	"sync"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

const (
	// sweepEvery is how often what is over its time is removed, by the clock of the
	// program: one that jumps is noticed at once.
	sweepEvery = time.Hour
	// clockLook is how often the clock is looked at.
	clockLook = time.Second
	// failuresEvery is how often failures to sign in are written, and slips deleted whose
	// time is over.
	failuresEvery = 10 * time.Second
)

// Rounds are what is done again and again while the pages are served.
type Rounds struct {
	Store      *store.Store
	Keys       *keyring.Ring
	Now        func() time.Time
	CodeMonths int // for how many whole months a lookup code works

	Swept   func(Swept)   // is told of each sweep, also of one that the end of the context cut off
	Counted func(Recount) // is told of each year of a service that was counted anew, and of what failed
	Lapsed  func(error)   // is told every ten seconds, with what failed in writing failures to sign in and deleting slips
}

// Run counts anew what other definitions counted, sweeps, now and every hour, and every ten
// seconds writes the failures to sign in that were counted and deletes slips, until the context
// ends, and then returns when nothing is under way any more.
func (r *Rounds) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { r.countAnew(ctx) })
	all.Go(func() { r.keepSwept(ctx) })
	all.Go(func() { r.keepFailures(ctx) })
	all.Wait()
}

func (r *Rounds) keepSwept(ctx context.Context) {
	for {
		begun := r.Now()
		r.Swept(r.sweep(ctx))
		if !r.waitHour(ctx, begun) {
			return
		}
	}
}

// waitHour waits until the clock shows another hour, whether it has passed or the
// clock was set. It returns false where the context ends before.
func (r *Rounds) waitHour(ctx context.Context, since time.Time) bool {
	look := time.NewTicker(clockLook)
	defer look.Stop()
	started := time.Now()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
		if r.Now().Round(0).Sub(since.Round(0)).Abs() >= sweepEvery || time.Since(started) >= sweepEvery {
			return true
		}
	}
}

// keepFailures writes the failures to sign in that were counted, and deletes the slips
// whose time is over, until the context ends, and once more then.
func (r *Rounds) keepFailures(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(failuresEvery):
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), failuresEvery)
		err := errors.Join(r.Store.WriteSignInFailures(last), r.Store.SweepSlips(last, lab.Operator("serve")))
		cancel()
		r.Lapsed(err)
	}
}
