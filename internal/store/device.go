package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// device is one on which a user has signed in in full. It holds the token.
type device struct {
	TokenHash   string `gorm:"primaryKey"`
	UserID      lab.Optional
	NetworkHash string // of the network from which it last did so
	MadeAt      lab.Instant
	SeenAt      lab.Instant
}

// devicesOfUser is how many devices and networks of a user are remembered: those
// used last.
const devicesOfUser = 50

// Known says what is remembered of a user where somebody signs in.
type Known struct {
	Device  string // the hash of the token of a device of the user; empty: none is known
	Network bool   // from the network, the user signed in in full before
}

// KnownTo tells what is remembered of a user, of the devices that hold the tokens
// with the hashes, and of the network with the hash. Of user zero nothing is.
func (s *Store) KnownTo(ctx context.Context, user lab.Optional, tokenHashes []string, networkHash string) (k Known, err error) {
	rows, err := devicesOf(s.read.WithContext(ctx), user)
	if err != nil {
		return k, translate(err)
	}
	now := lab.At(s.now())
	for _, d := range rows {
		if !lab.DeviceKnown(d.SeenAt, now) {
			continue
		}
		k.Network = k.Network || d.NetworkHash == networkHash
		if slices.Contains(tokenHashes, d.TokenHash) {
			k.Device = d.TokenHash
		}
	}
	return k, nil
}

// devicesOf reads the devices of a user, those used last first.
func devicesOf(tx *gorm.DB, user lab.Optional) (rows []device, err error) {
	return devicesTable.list(tx, "WHERE user_id = ? ORDER BY seen_at DESC, token_hash", int(user))
}

// Device is where somebody has signed in.
type Device struct {
	Tokens  []string // hashes of the tokens that it holds
	Network string   // hash of its network
	Fresh   string   // hash of a new token, which stands for it where it is not known yet
}

// RememberDevice notes that the user of a session has signed in in full on a device. It
// tells whether that was not known, so that the new token stands for it from now on. It
// fails as Session does, and for a session that waits for a code: whoever was signed out
// meanwhile leaves no device behind.
func (s *Store) RememberDevice(ctx context.Context, session string, d Device) (fresh bool, err error) {
	err = s.doPeople(ctx, lab.Actor{}, func(w *work) error {
		r, a, err := readSession(w.tx, session, w.at)
		if err == nil && r.half(a) {
			err = lab.ErrNotFound
		}
		if err != nil {
			return err
		}
		w.by = a.Actor()
		fresh, err = w.rememberDevice(a, d)
		return err
	})
	return fresh, err
}

func (w *work) rememberDevice(a Account, d Device) (fresh bool, err error) {
	rows, err := devicesOf(w.tx, a.ID)
	if err != nil {
		return false, err
	}
	mine := slices.DeleteFunc(slices.Clone(rows), func(x device) bool { return !slices.Contains(d.Tokens, x.TokenHash) })
	if at := slices.IndexFunc(mine, func(x device) bool { return x.NetworkHash == d.Network }); at >= 0 {
		return false, w.tx.Exec("UPDATE devices SET seen_at = ? WHERE token_hash = ?", w.at, mine[at].TokenHash).Error
	}
	if len(mine) > 0 {
		return false, w.moveDevice(mine[0], d.Network, d.Fresh, rows)
	}
	if err := w.addDevice(device{d.Fresh, a.ID, d.Network, w.at, w.at}, rows); err != nil {
		return false, err
	}
	return true, w.record(0, lab.SignInOnANewDevice, a.Login, "", nil)
}

// moveDevice notes that a device is used in another network. That before stays known, by
// a row whose token nobody holds: a device that moves about holds one token of a user.
func (w *work) moveDevice(d device, networkHash, newHash string, rows []device) error {
	left := slices.IndexFunc(rows, func(r device) bool { return r.NetworkHash == d.NetworkHash && r.TokenHash != d.TokenHash })
	var err error
	if left < 0 {
		err = w.addDevice(device{newHash, d.UserID, d.NetworkHash, d.MadeAt, d.SeenAt}, rows)
	} else {
		err = w.tx.Exec("UPDATE devices SET seen_at = ? WHERE token_hash = ? AND seen_at < ?", d.SeenAt, rows[left].TokenHash, d.SeenAt).Error
	}
	return cmp.Or(err, w.tx.Exec("UPDATE devices SET network_hash = ?, seen_at = ? WHERE token_hash = ?", networkHash, w.at, d.TokenHash).Error)
}

// addDevice adds a device to those of its user, and forgets those beyond the most.
func (w *work) addDevice(d device, rows []device) error {
	if err := w.tx.Create(&d).Error; err != nil || len(rows) < devicesOfUser {
		return err
	}
	for _, old := range rows[devicesOfUser-1:] {
		if err := w.tx.Exec("DELETE FROM devices WHERE token_hash = ?", old.TokenHash).Error; err != nil {
			return err
		}
	}
	return nil
}

// forgetDevices forgets the devices of a user.
func (w *work) forgetDevices(id lab.Optional) error {
	return w.tx.Exec("DELETE FROM devices WHERE user_id = ?", int(id)).Error
}

// forgetSignIns deletes what is remembered of signing in beyond its time.
func forgetSignIns(tx *gorm.DB, now time.Time) error {
	for _, old := range []struct {
		statement string
		before    time.Time
	}{
		{"DELETE FROM sign_in_failures WHERE hour < ?", now.Add(-FailureAge)},
		{"DELETE FROM factor_failures WHERE failed_at < ?", now.Add(-lab.FactorHour)},
		{"DELETE FROM half_sign_ins WHERE hour < ?", now.Add(-FailureAge)},
		{"DELETE FROM devices WHERE seen_at < ?", now.Add(-lab.DeviceAge)},
	} {
		if err := tx.Exec(old.statement, lab.At(old.before)).Error; err != nil {
			return err
		}
	}
	return nil
}
