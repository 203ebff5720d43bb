package work

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// OpenKeys opens the key ring in the file for the registry, and refuses one that does
// not belong to it. A registry that was never used with a ring gets a new one.
func OpenKeys(ctx context.Context, s *store.Store, path string, by lab.Actor) (*keyring.Ring, error) {
	used, err := s.NeedsRing(ctx, by)
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

// CheckKeys refuses, with lab.ErrRing, a key ring that is not the registry's, and names
// the file.
func CheckKeys(ctx context.Context, s *store.Store, by lab.Actor, ring *keyring.Ring) error {
	return ofFile(ring, s.CheckRing(ctx, by, ring.Print))
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
		return fmt.Errorf("the key ring %s %w", cmp.Or(ring.Path(), "of the backup"), err)
	}
	return err
}
