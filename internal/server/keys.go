package server

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// OpenKeys opens the key ring in the file for the registry, and refuses one that does
// not belong to it. A registry that was never used with a ring gets a new one.
func OpenKeys(ctx context.Context, s *store.Store, path string, by lab.Actor) (*keyring.Ring, error) {
	used, err := s.NeedsRing(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := keyring.Open(path, !used)
	if err != nil {
		return nil, err
	}
	return ring, TakeKeys(ctx, s, ring, by)
}

// TakeKeys lets the registry work with the key ring, see store.TakeRing, and names
// the file where it is refused.
func TakeKeys(ctx context.Context, s *store.Store, ring *keyring.Ring, by lab.Actor) error {
	return ofFile(ring, s.TakeRing(ctx, by, ring.Print, Resealer(ring)))
}

// Resealer seals secrets of second factors anew under a ring.
func Resealer(ring *keyring.Ring) store.Reseal {
	secret := ring.Secret()
	return func(user lab.Optional, sealed string) (string, error) {
		return credential.Reseal(secret, user, credential.SecondFactor, sealed)
	}
}

// ofFile names the file of a ring that was refused.
func ofFile(ring *keyring.Ring, err error) error {
	if errors.Is(err, lab.ErrRing) {
		return fmt.Errorf("the key ring %s %w", ring.Path(), err)
	}
	return err
}

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
	if err := ofFile(s.Keys, s.Store.CheckRing(ctx, s.Keys.Print)); err != nil {
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
