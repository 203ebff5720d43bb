package store

import (
	"cmp"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// halfSignIn counts, by hour, how often a user's right password was given and no code has
// followed.
type halfSignIn struct {
	UserID lab.Optional `gorm:"primaryKey;autoIncrement:false"`
	Hour   lab.Instant  `gorm:"primaryKey"`
	N      int
	Told   int // of how many the user was told
}

// half tells whether the session waits for a code of the authenticator: until then
// nobody has signed in.
func (r *sessionRow) half(a Account) bool {
	return r.SecondFactorAt.IsZero() && a.SecondFactor
}

// startHalf counts a right password that no code has followed yet.
func (w *work) startHalf(r *sessionRow) error {
	return w.tx.Exec("INSERT INTO half_sign_ins (user_id, hour, n) VALUES (?, ?, 1) ON CONFLICT (user_id, hour) DO UPDATE SET n = half_sign_ins.n + 1",
		int(r.UserID), hourOf(r.StartedAt.Time())).Error
}

// endHalf takes a session that was half, and has become whole, from the count. Its user
// was told of it if somebody has signed in in full meanwhile.
func (w *work) endHalf(r *sessionRow) error {
	var last lab.Instant
	if err := w.tx.Raw("SELECT signed_in_at FROM users WHERE id = ?", r.UserID).Row().Scan(&last); err != nil {
		return err
	}
	user, hour := int(r.UserID), hourOf(r.StartedAt.Time())
	if last.Time().After(r.StartedAt.Time()) {
		err := w.tx.Exec("UPDATE half_sign_ins SET told = told - 1 WHERE user_id = ? AND hour = ? AND told > 0", user, hour).Error
		if err != nil {
			return err
		}
	}
	return w.tx.Exec("UPDATE half_sign_ins SET n = n - 1, told = CASE WHEN told < n THEN told ELSE n - 1 END WHERE user_id = ? AND hour = ? AND n > 0", user, hour).Error
}

// Told is what somebody is told when signing in in full, of what they were not told
// before.
type Told struct {
	Failed   int // attempts to sign in as them that failed
	Networks int // from how many
	Half     int // how often the right password was given, and no code followed
}

// tell notes in a session what its user was not told before, and that it is told now.
// Whatever else counts failures waits until the work has ended: see doPeople.
func (w *work) tell(r *sessionRow) error {
	user := int(r.UserID)
	err := w.tx.Raw("SELECT coalesce(sum(n - told), 0), count(DISTINCT network_hash) FROM sign_in_failures WHERE user_id = ? AND told < n",
		user).Row().Scan(&r.ToldFailed, &r.ToldNetworks)
	if err != nil {
		return err
	}
	err = w.tx.Raw("SELECT coalesce(sum(n - told), 0) FROM half_sign_ins WHERE user_id = ?", user).Row().Scan(&r.ToldHalf)
	return cmp.Or(err,
		w.tx.Exec("UPDATE sign_in_failures SET told = n WHERE user_id = ? AND told < n", user).Error,
		w.tx.Exec("UPDATE half_sign_ins SET told = n WHERE user_id = ? AND told < n", user).Error)
}

// forgetFuture ends what a clock that was ahead has made: else it would come to life
// when its time has come. Devices stay, for as long from now on as any.
func forgetFuture(tx *gorm.DB, now lab.Instant) error {
	latest := lab.At(now.Time().Add(lab.ClockSlack))
	return cmp.Or(
		tx.Exec("DELETE FROM sessions WHERE started_at > ? OR seen_at > ?", latest, latest).Error,
		tx.Exec("DELETE FROM invitations WHERE expires_at > ?", lab.At(latest.Time().Add(lab.InvitationAge))).Error,
		tx.Exec("UPDATE devices SET seen_at = ? WHERE seen_at > ?", now, latest).Error,
	)
}
