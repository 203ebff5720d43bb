package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// ringSetting is the fingerprint of the secret of the key ring that the registry was
// used with; empty until a ring was taken.
const ringSetting = "key ring"

// codeKey is a row of code_keys.
type codeKey struct {
	KeyID       string `gorm:"primaryKey"`
	Month       string
	Fingerprint string
	MadeAt      lab.Instant
	EndedAt     lab.Instant // its codes are removed
	LostAt      lab.Instant // somebody has said that it is lost; its codes open nothing
}

// TableName returns the table.
func (codeKey) TableName() string { return "code_keys" }

// Reseal seals a user's secret anew where it has an old form, or fails where the key
// ring does not open it.
type Reseal func(user lab.Optional, sealed string) (string, error)

// knownRing is what the database knows of its ring, and which keys are given up as
// lost. Where no ring was taken yet it knows the ids under which codes lie.
func knownRing(tx *gorm.DB) (known lab.RingPrint, lost func(id string) bool, err error) {
	if known.Secret, err = setting(tx, ringSetting); err != nil {
		return known, nil, err
	}
	rows, err := keysTable.list(tx, "")
	if err != nil {
		return known, nil, err
	}
	var used []codeKey
	if known.Secret == "" {
		err = tx.Raw("SELECT DISTINCT key_id FROM lookup_codes WHERE key_id NOT IN (SELECT key_id FROM code_keys)").Scan(&used).Error
	}
	gone := map[string]bool{}
	for _, r := range append(rows, used...) {
		known.Keys = append(known.Keys, lab.KeyPrint{ID: r.KeyID, Month: r.Month, Fingerprint: r.Fingerprint, Ended: !r.EndedAt.IsZero() || !r.LostAt.IsZero()})
		gone[r.KeyID] = !r.LostAt.IsZero()
	}
	return known, func(id string) bool { return gone[id] }, err
}

// NeedsRing tells whether the registry was used with a key ring, so that a new one
// would not do.
func (s *Store) NeedsRing(ctx context.Context, by lab.Actor) (bool, error) {
	if err := upkeep(by); err != nil {
		return false, err
	}
	var n int
	err := s.read.WithContext(ctx).Raw("SELECT (SELECT count(*) FROM (SELECT 1 FROM lookup_codes LIMIT 1) one) + "+
		"(SELECT count(*) FROM users WHERE totp_sealed <> '') + (SELECT count(*) FROM settings WHERE name = ? AND value <> '')", ringSetting).Scan(&n).Error
	return n > 0, translate(err)
}

// Look reads what may be known of the key ring. It is called after the database was
// read: a key is in the file before the database knows it, so that one which another
// request makes at this moment is not taken for missing.
type Look func() (lab.RingPrint, error)

// CheckRing refuses, with lab.ErrRing, a ring that is not the one of the registry.
func (s *Store) CheckRing(ctx context.Context, by lab.Actor, look Look) error {
	if err := upkeep(by); err != nil {
		return err
	}
	_, _, err := checkRing(s.read.WithContext(ctx), look)
	return translate(err)
}

// CheckRing refuses, with lab.ErrRing, a ring that is not the one of the registry.
func (x Snapshot) CheckRing(look Look) error {
	_, _, err := checkRing(x.at.Tx, look)
	return err
}

// ClosedMonths are the months whose codes open nothing, although the database has them
// still, because the ring has dropped their keys: the database is an older copy.
func (s *Store) ClosedMonths(ctx context.Context, by lab.Actor, look Look) ([]string, error) {
	if err := upkeep(by); err != nil {
		return nil, err
	}
	known, _, err := knownRing(s.read.WithContext(ctx))
	if err != nil {
		return nil, translate(err)
	}
	ring, err := look()
	return ring.Closed(known), err
}

// checkRing also returns the ring, and tells whether the database has all of it.
func checkRing(tx *gorm.DB, look Look) (ring lab.RingPrint, whole bool, err error) {
	known, lost, err := knownRing(tx)
	if err != nil {
		return ring, false, err
	}
	if ring, err = look(); err != nil {
		return ring, false, err
	}
	return ring, known.Secret != "" && len(ring.News(known, lost)) == 0, ring.Check(known)
}

// TakeRing lets the registry work with a key ring, or refuses it with lab.ErrRing. A
// ring that is newer than the registry brings its keys along. The first ring is taken
// if it opens every sealed secret, and these are sealed anew; where there is none,
// only if no code was given out yet: see AdoptRing.
func (s *Store) TakeRing(ctx context.Context, by lab.Actor, look Look, reseal Reseal) error {
	if err := upkeep(by); err != nil {
		return err
	}
	ring, whole, err := checkRing(s.read.WithContext(ctx), look)
	if err != nil || whole { // which also does where nothing can be written
		return translate(err)
	}
	return s.doPeople(ctx, by, func(w *work) error {
		known, _, err := knownRing(w.tx)
		if err != nil {
			return err
		}
		if known.Secret == "" {
			if err := w.takeFirstRing(ring, known, reseal); err != nil {
				return err
			}
		} else if known.Secret != ring.Secret { // another ring was taken meanwhile
			return ring.Check(known)
		}
		return w.takeKeys(ring)
	})
}

// takeFirstRing takes a ring of which the database knows no more, so far, than the
// keys under which codes lie.
func (w *work) takeFirstRing(ring, known lab.RingPrint, reseal Reseal) error {
	opened, closed, err := w.resealAll(reseal)
	unproven := slices.ContainsFunc(known.Keys, func(k lab.KeyPrint) bool { return k.Fingerprint == "" })
	switch {
	case err != nil:
		return err
	case len(closed) > 0:
		return fmt.Errorf("%w: it does not open the authenticators of %d of %d people, so it is the key ring of another registry. Put back the key ring of this database",
			lab.ErrRing, len(closed), len(closed)+opened)
	case opened == 0 && unproven:
		return fmt.Errorf("%w, as far as can be told: codes were given out, and nobody has an authenticator by which the key ring could be known. "+
			"If it is the one of this database, type once: marquis keys adopt", lab.ErrRing)
	}
	return w.setRing(ring)
}

func (w *work) setRing(ring lab.RingPrint) error {
	if err := w.mayEquip(); err != nil {
		return err
	}
	before, err := setting(w.tx, ringSetting)
	if err != nil || before == ring.Secret {
		return err
	}
	if err := setSetting(w.tx, ringSetting, ring.Secret); err != nil {
		return err
	}
	return w.record(0, lab.AdoptRing, ringSetting, "", []lab.Difference{{Field: lab.TrailFingerprint, Old: lab.ValueOf(before), New: lab.ValueOf(ring.Secret)}})
}

func (w *work) mayEquip() error { return lab.MayEquip(w.by, 0) }

// resealAll seals all secrets of users anew that still have an old form. It returns
// how many open, and the logins of those that do not, which stay as they are.
func (w *work) resealAll(reseal Reseal) (opened int, closed []string, err error) {
	rows, err := sealedUsers(w.tx)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range rows {
		fresh, err := reseal(r.ID, r.TOTPSealed)
		if err != nil {
			closed = append(closed, r.Login)
			continue
		}
		opened++
		if fresh == r.TOTPSealed {
			continue
		}
		if err := w.changeUser("totp_sealed = ? WHERE id = ?", fresh, r.ID); err != nil {
			return 0, nil, err
		}
	}
	return opened, closed, nil
}

func sealedUsers(tx *gorm.DB) (rows []userRow, err error) {
	err = tx.Raw("SELECT id, login, totp_sealed FROM users WHERE totp_sealed <> '' ORDER BY id").Scan(&rows).Error
	return rows, err
}

// takeKeys makes the ring's keys known, each once.
func (w *work) takeKeys(ring lab.RingPrint) error {
	for _, k := range ring.Keys {
		if k.Ended {
			continue
		}
		err := w.tx.Exec("INSERT INTO code_keys (key_id, month, fingerprint, made_at) VALUES (?, ?, ?, ?) "+
			"ON CONFLICT (key_id) DO UPDATE SET fingerprint = excluded.fingerprint, lost_at = NULL, "+
			"ended_at = CASE WHEN code_keys.fingerprint = excluded.fingerprint THEN code_keys.ended_at END", k.ID, k.Month, k.Fingerprint, w.at).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// useKey makes the key of a code known, if it is not yet.
func (w *work) useKey(code CodeHash) error {
	if code.KeyID == "" || code.Month == "" {
		return errors.New("a code needs the id and the month of its key")
	}
	err := w.tx.Exec("INSERT INTO code_keys (key_id, month, fingerprint, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (key_id) DO NOTHING",
		code.KeyID, code.Month, code.Fingerprint, w.at).Error
	if err != nil {
		return err
	}
	known, err := keysTable.one(w.tx, "WHERE key_id = ?", code.KeyID)
	if err != nil {
		return err
	}
	if !known.EndedAt.IsZero() || !known.LostAt.IsZero() || known.Fingerprint != code.Fingerprint || known.Month != code.Month {
		return fmt.Errorf("the key of %s is not the one that the database knows, or has ended: %w", code.Month, lab.ErrConflict)
	}
	return nil
}

// EndedKeys are the ids of the keys whose codes are removed: they can be dropped from
// the ring, whatever the clock shows.
func (s *Store) EndedKeys(ctx context.Context, by lab.Actor) (ids []string, err error) {
	if err := upkeep(by); err != nil {
		return nil, err
	}
	err = s.read.WithContext(ctx).Raw("SELECT key_id FROM code_keys WHERE ended_at IS NOT NULL").Scan(&ids).Error
	return ids, translate(err)
}

// Adoption is what comes of taking a key ring on a person's word.
type Adoption struct {
	Proven bool     // the database knows the ring's fingerprint, or every authenticator opens under it
	Codes  int64    // that lie under keys of the ring
	Lost   int64    // codes that open nothing any more, because the ring lacks their keys
	Months []string // of these keys
	Locked []string // logins whose authenticators do not open any more
}

// PlanAdoption says what AdoptRing would do, and changes nothing.
func (s *Store) PlanAdoption(ctx context.Context, by lab.Actor, ring lab.RingPrint, reseal Reseal) (Adoption, error) {
	if err := upkeep(by); err != nil {
		return Adoption{}, err
	}
	a, _, err := adoption(s.read.WithContext(ctx), ring, reseal)
	return a, translate(err)
}

// adoption also returns the keys that the ring lacks.
func adoption(tx *gorm.DB, ring lab.RingPrint, reseal Reseal) (a Adoption, missing []string, err error) {
	known, _, err := knownRing(tx)
	if err != nil {
		return a, nil, err
	}
	users, err := sealedUsers(tx)
	if err != nil {
		return a, nil, err
	}
	for _, u := range users {
		if _, err := reseal(u.ID, u.TOTPSealed); err != nil {
			a.Locked = append(a.Locked, u.Login)
		}
	}
	a.Proven = len(a.Locked) == 0 && (len(users) > 0 || known.Secret == ring.Secret)
	var codes []struct {
		KeyID string
		N     int64
	}
	if err := tx.Raw("SELECT key_id, count(*) AS n FROM lookup_codes GROUP BY key_id").Scan(&codes).Error; err != nil {
		return a, nil, err
	}
	under := map[string]int64{}
	for _, c := range codes {
		under[c.KeyID] = c.N
	}
	for _, k := range known.Keys {
		held := ring.Find(k.ID)
		if held != nil && !held.Ended && (k.Fingerprint == "" || k.Fingerprint == held.Fingerprint) {
			a.Codes += under[k.ID]
			continue
		}
		a.Lost += under[k.ID]
		if !k.Ended && (held == nil || !held.Ended) {
			missing = append(missing, k.ID)
			a.Months = append(a.Months, cmp.Or(k.Month, k.ID))
		}
	}
	slices.Sort(a.Months)
	a.Months = slices.Compact(a.Months)
	return a, missing, nil
}

// AdoptRing takes a key ring on a person's word, also where it is not the one that
// the database knows. Codes whose keys it lacks stay, and open again if a ring that
// has the keys is taken later; until then they are as good as ended. It takes the
// operator.
func (s *Store) AdoptRing(ctx context.Context, by lab.Actor, ring lab.RingPrint, reseal Reseal) error {
	return s.doPeople(ctx, by, func(w *work) error {
		_, missing, err := adoption(w.tx, ring, reseal)
		if err != nil {
			return err
		}
		if err := w.setRing(ring); err != nil {
			return err
		}
		if _, _, err := w.resealAll(reseal); err != nil {
			return err
		}
		if err := w.giveUp(missing); err != nil {
			return err
		}
		return w.takeKeys(ring)
	})
}

// giveUp notes that keys are lost.
func (w *work) giveUp(ids []string) error {
	for _, id := range ids {
		err := w.tx.Exec("INSERT INTO code_keys (key_id, month, fingerprint, made_at, lost_at) VALUES (?, ?, '', ?, ?) "+
			"ON CONFLICT (key_id) DO UPDATE SET lost_at = excluded.lost_at", id, id, w.at, w.at).Error
		if err != nil {
			return err
		}
	}
	return nil
}
