package server

import (
	"context"
	"errors"
	"fmt"
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
)

// sweep marks the clock and removes what is over its time, now and every hour until
// the context ends: sessions, invitations, drafts and lookup codes. What fails is
// tried again. After a jump of the clock drafts and codes stay.
func (s *Server) sweep(ctx context.Context) {
	told := false
	if closed, err := s.Store.ClosedMonths(ctx, s.Keys.Print); err == nil && len(closed) > 0 {
		s.Log.Warn("the database is older than its key ring", "because", closedText(closed))
	}
	for {
		begun, by := s.Now(), lab.Operator("serve")
		err := errors.Join(s.Store.MarkClock(ctx), s.Store.KeepCodeMonths(ctx, by, s.CodeMonths))
		_, drafts := s.Store.SweepDrafts(ctx)
		err = errors.Join(err, unlessJumped(drafts), s.Store.SweepSessions(ctx))
		codes, _, expired := ExpireCodes(ctx, s.Store, s.Keys, by, s.Now(), s.CodeMonths)
		s.metrics.codesExpired.Add(float64(codes))
		s.metrics.clockJumped.Set(isOne(errors.Is(expired, lab.ErrClockJumped)))
		if errors.Is(expired, lab.ErrCodeMonths) && !told {
			told = true
			s.Log.Warn("no code is removed", "because", expired.Error(), "confirm", confirmMonths(s.CodeMonths))
		}
		if err = errors.Join(err, unlessJumped(expired)); ctx.Err() == nil {
			s.swept(err)
		}
		if !s.waitHour(ctx, begun) {
			return
		}
	}
}

// waitHour waits until the clock shows another hour, whether it has passed or the
// clock was set. It returns false where the context ends before.
func (s *Server) waitHour(ctx context.Context, since time.Time) bool {
	look := time.NewTicker(clockLook)
	defer look.Stop()
	started := time.Now()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
		if s.Now().Round(0).Sub(since.Round(0)).Abs() >= sweepEvery || time.Since(started) >= sweepEvery {
			return true
		}
	}
}

// unlessJumped leaves out that nothing is destroyed: it is no failure, and told
// elsewhere.
func unlessJumped(err error) error {
	if errors.Is(err, lab.ErrClockJumped) || errors.Is(err, lab.ErrCodeMonths) {
		return nil
	}
	return err
}

func isOne(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// swept notes how a sweep ended.
func (s *Server) swept(err error) {
	result := sweepDone
	if err != nil {
		result = sweepFailed
		s.Log.Error("sweep", "error", cause(err))
	}
	s.metrics.sweeps.WithLabelValues(result).Inc()
}

// ExpireCodes ends, for ever, the codes that were given out more than so many whole
// months ago, and their keys. The rows go first: as long as a key is there it says
// what is left to do. It returns how many codes and keys went. While the clock may be
// wrong no code ends, and lab.ErrClockJumped comes back.
func ExpireCodes(ctx context.Context, s *store.Store, ring *keyring.Ring, by lab.Actor, now time.Time, months int) (codes int64, keys int, err error) {
	if err := TakeKeys(ctx, s, ring, by); err != nil {
		return 0, 0, err
	}
	today := lab.DateOf(now, time.UTC)
	codes, err = s.ExpireCodes(ctx, by, lab.CodesSince(today, months))
	if unlessJumped(err) != nil {
		return 0, 0, err
	}
	ended, failed := s.EndedKeys(ctx)
	if failed != nil {
		return codes, 0, failed
	}
	dropped, failed := ring.Drop(ended, today)
	if failed != nil {
		return codes, 0, fmt.Errorf("the codes are removed, but their keys are not; do it again: %w", failed)
	}
	return codes, len(dropped), err
}
