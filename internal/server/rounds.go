package server

import (
	"context"
	"errors"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/work"
)

// goRound keeps up what has to be done again and again until the context ends.
func (s *Server) goRound(ctx context.Context) {
	if closed, err := s.Store.ClosedMonths(ctx, keeper, s.Keys.Print); err == nil && len(closed) > 0 {
		s.Log.Warn("the database is older than its key ring", "because", closedText(closed))
	}
	told := false
	rounds := work.Rounds{Store: s.Store, Keys: s.Keys, Now: s.Now, CodeMonths: s.CodeMonths, Lapsed: s.lapsed, Counted: s.counted}
	rounds.Swept = func(swept work.Swept) {
		s.metrics.codesExpired.Add(float64(swept.Codes))
		s.metrics.clockJumped.Set(isOne(errors.Is(swept.Expired, lab.ErrClockJumped)))
		if errors.Is(swept.Expired, lab.ErrCodeMonths) && !told {
			told = true
			s.Log.Warn("no code is removed", "because", swept.Expired.Error(), "confirm", confirmMonths(s.CodeMonths))
		}
		if ctx.Err() == nil { // else it was cut off
			s.swept(swept.Err)
		}
	}
	rounds.Run(ctx)
}

// counted notes that the figures of a year were brought up to the definitions of today.
func (s *Server) counted(c work.Recount) {
	switch {
	case c.Err != nil:
		s.Log.Error("the figures of before are not counted anew", "because", c.Err.Error())
	case c.Left == 0:
		s.Log.Info("all figures are counted by the definitions of today", "year", c.Year, "samples", c.Moved.Samples, "moved", c.Moved.Changed, "to_review", c.Moved.ToReview)
	default:
		s.Log.Info("a year of figures is counted anew", "service", c.ServiceID, "year", c.Year, "samples", c.Moved.Samples, "moved", c.Moved.Changed, "to_review", c.Moved.ToReview, "left", c.Left)
	}
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
		s.Log.Error("sweep", "error", page.Cause(err))
	}
	s.metrics.sweeps.WithLabelValues(result).Inc()
}

// lapsed notes that failures to sign in could not be written, and forgets whose
// attempts have lapsed.
func (s *Server) lapsed(err error) {
	if err != nil {
		s.Log.Error("write failures to sign in, delete slips", "error", page.Cause(err))
	}
	s.guesses.networks.lapse()
	for _, t := range s.logins.all() {
		t.lapse()
	}
}
