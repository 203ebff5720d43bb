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

// sweepEvery is how often what is over its time is removed.
const sweepEvery = time.Hour

// sweep removes what is over its time, now and every hour until the context ends:
// sessions, invitations, drafts and lookup codes. What fails is tried again.
func (s *Server) sweep(ctx context.Context) {
	for {
		_, err := s.Store.SweepDrafts(ctx)
		err = errors.Join(err, s.Store.SweepSessions(ctx))
		codes, _, expired := ExpireCodes(ctx, s.Store, s.Keys, lab.Operator("serve"), s.Now(), s.CodeMonths)
		s.metrics.codesExpired.Add(float64(codes))
		if err = errors.Join(err, expired); ctx.Err() == nil {
			s.swept(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sweepEvery):
		}
	}
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
// what is left to do. It returns how many codes and keys went.
func ExpireCodes(ctx context.Context, s *store.Store, ring *keyring.Ring, by lab.Actor, now time.Time, months int) (codes int64, keys int, err error) {
	oldest := lab.CodesSince(lab.DateOf(now, time.UTC), months)
	if codes, err = s.ExpireCodes(ctx, by, oldest); err != nil {
		return 0, 0, err
	}
	dropped, err := ring.Drop(oldest)
	if err != nil {
		return codes, 0, fmt.Errorf("the codes are removed, but their keys are not; do it again: %w", err)
	}
	return codes, len(dropped), nil
}
