package work

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// Swept is how a sweep ended.
type Swept struct {
	Codes   int64 // lookup codes that were removed
	Expired error // why no code was removed, where that is so
	Err     error // what failed; nil where a person has to say first what is right
}

// sweep marks the clock and removes what is over its time: sessions, invitations,
// drafts, files that were sent in, and lookup codes. What fails is tried again with the next. After a jump of the
// clock drafts and codes stay.
func (r *Rounds) sweep(ctx context.Context) (swept Swept) {
	by := lab.Operator("serve")
	err := errors.Join(r.Store.MarkClock(ctx, by), r.Store.KeepCodeMonths(ctx, by, r.CodeMonths))
	_, drafts := r.Store.SweepDrafts(ctx, by)
	err = errors.Join(err, unlessJumped(drafts), r.Store.SweepSessions(ctx, by), r.Store.SweepUploads(ctx, by))
	swept.Codes, _, swept.Expired = ExpireCodes(ctx, r.Store, r.Keys, by, r.Now(), r.CodeMonths)
	swept.Err = errors.Join(err, unlessJumped(swept.Expired))
	return swept
}

// unlessJumped leaves out that nothing is destroyed: it is no failure, and told
// elsewhere.
func unlessJumped(err error) error {
	if errors.Is(err, lab.ErrClockJumped) || errors.Is(err, lab.ErrCodeMonths) {
		return nil
	}
	return err
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
	ended, failed := s.EndedKeys(ctx, by)
	if failed != nil {
		return codes, 0, failed
	}
	dropped, failed := ring.Drop(ended, today)
	if failed != nil {
		return codes, 0, fmt.Errorf("the codes are removed, but their keys are not; do it again: %w", failed)
	}
	return codes, len(dropped), err
}
