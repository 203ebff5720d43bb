package work

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// codesTried is how many codes are tried when a registry is verified.
const codesTried = 20

// Verified is what was looked at in a registry in which all is as it should be.
type Verified struct {
	Events  int64 // of the trail, as they were written, and with them what was published
	Samples int   // whose facts are what their records say
	Codes   store.Codes
	Digest  string // of what the registry holds: that of an archive of it
	held    *archive.Digester
}

// Verify looks whether a registry is whole: its file, the trail and what was published,
// the facts that the statistics read, and the codes, with the key ring where one is
// given. The first thing that is not as it should be is an error.
func Verify(ctx context.Context, s *store.Store, by lab.Actor, ring *keyring.Ring) (v Verified, err error) {
	if err := s.CheckFile(ctx, by); err != nil {
		return v, err
	}
	if v.Events, err = s.VerifyAudit(ctx, by); err != nil {
		return v, err
	}
	moved, err := s.CompareFacts(ctx, by)
	if err != nil {
		return v, err
	}
	if v.Samples = moved.Samples; moved.Changed > 0 {
		first := slices.Min(slices.Collect(maps.Keys(moved.Fields)))
		return v, fmt.Errorf("the facts of %d of %d samples are not what their records say, such as %s; to make them anew type: marquis reclassify",
			moved.Changed, moved.Samples, first)
	}
	if ring != nil {
		if err := CheckKeys(ctx, s, by, ring); err != nil {
			return v, err
		}
	}
	if v.Codes, err = s.CheckCodes(ctx, by, codesTried); err != nil {
		return v, err
	}
	v.held = archive.NewDigester()
	err = s.Snapshot(ctx, by, func(x store.Snapshot) error { return x.Tables(v.held.Table) })
	v.Digest = v.held.Digest()
	return v, err
}
