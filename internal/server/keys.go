package server

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"marquis/internal/lab"
	"marquis/internal/work"
)

// keysSeen is for how long the key ring is taken to match the database, once it did.
// That its file is another one is seen at once.
const keysSeen = 10 * time.Second

// keyMatch remembers until when the key ring is taken to match the database, by the
// time that passes: a clock that is set changes nothing.
type keyMatch struct{ until atomic.Pointer[time.Time] }

// keysMatch fails where codes cannot be looked up or given out, because the key ring
// is missing, damaged, exchanged, or not the one of the database: to say that a code
// is unknown would be wrong. The error is lab.ErrUnavailable.
func (s *Server) keysMatch(ctx context.Context) error {
	if until := s.keyed.until.Load(); until != nil && time.Now().Before(*until) {
		return nil
	}
	return s.checkKeys(ctx)
}

// checkKeys is keysMatch, looked at now.
func (s *Server) checkKeys(ctx context.Context) error {
	if err := work.CheckKeys(ctx, s.Store, keeper, s.Keys); err != nil {
		s.keyed.until.Store(nil)
		return noKeys(err)
	}
	until := time.Now().Add(keysSeen)
	s.keyed.until.Store(&until)
	return nil
}

// noKeys says of an error of the key ring that it may be over later.
func noKeys(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", lab.ErrUnavailable, err)
}
