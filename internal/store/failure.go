package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"marquis/internal/lab"
)

// signInFailure counts the failures of an hour to sign in as a user, or under a login
// that nobody has.
type signInFailure struct {
	UserID      lab.Optional `gorm:"primaryKey;autoIncrement:false"` // zero: of a login that nobody has
	LoginHash   string       `gorm:"primaryKey"`                     // empty: of a user
	Hour        lab.Instant  `gorm:"primaryKey"`
	NetworkHash string       `gorm:"primaryKey"`
	N           int
	Told        int // of how many the user was told
}

// FailureAge is for how long failures to sign in are kept.
const FailureAge = 90 * 24 * time.Hour

// failuresAnHour is how many users, logins and networks are told apart in an hour.
// What fails beyond it is added up: a flood of made-up logins must not fill the
// database.
const failuresAnHour = 500

// beyond stands for the logins and networks that are not told apart.
const beyond = "beyond"

// FailedSignIn says what failed to sign in. The login of nobody and the network are
// hashed under a key that is not in the database.
type FailedSignIn struct {
	UserID      lab.Optional // zero: nobody has the login
	LoginHash   string       // of a login that nobody has
	NetworkHash string
}

// failures are those that are added up in memory.
type failures struct {
	mu    sync.Mutex
	hour  lab.Instant
	told  map[FailedSignIn]bool // what is told apart in the hour
	count map[failureOfHour]int

	limited map[lab.Optional]lab.Instant // users at whose limit somebody came: the hour
	toTell  []lab.Optional               // of these, those that the trail does not tell yet
}

type failureOfHour struct {
	FailedSignIn
	hour lab.Instant
}

func hourOf(t time.Time) lab.Instant { return lab.At(t.UTC().Truncate(time.Hour)) }

// NoteSignInFailure counts a failure in memory; WriteSignInFailures writes it.
func (s *Store) NoteSignInFailure(f FailedSignIn) {
	s.failed.add(f, hourOf(s.now()))
}

func (f *failures) add(failed FailedSignIn, hour lab.Instant) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hour != hour || f.told == nil {
		f.hour, f.told = hour, map[FailedSignIn]bool{}
	}
	if failed.UserID != 0 {
		failed.LoginHash = ""
	}
	if !f.told[failed] && len(f.told) >= failuresAnHour {
		failed.NetworkHash = beyond
		if failed.UserID == 0 {
			failed.LoginHash = beyond
		}
	} else {
		f.told[failed] = true
	}
	if f.count == nil {
		f.count = map[failureOfHour]int{}
	}
	f.count[failureOfHour{failed, hour}]++
}

// take empties the counts and returns them, with the users of whom the trail is to
// tell that a limit was reached.
func (f *failures) take() (counts map[failureOfHour]int, limited []lab.Optional) {
	f.mu.Lock()
	defer f.mu.Unlock()
	counts, limited = f.count, f.toTell
	f.count, f.toTell = nil, nil
	return counts, limited
}

// NoteSignInLimit notes in memory that no password of a user is looked at for now,
// because too many were wrong. WriteSignInFailures tells the trail, once an hour.
func (s *Store) NoteSignInLimit(id lab.Optional) {
	f, hour := &s.failed, hourOf(s.now())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.limited == nil {
		f.limited = map[lab.Optional]lab.Instant{}
	}
	if f.limited[id] != hour {
		f.limited[id] = hour
		f.toTell = append(f.toTell, id)
	}
}

// giveBack adds what could not be written.
func (f *failures) giveBack(counts map[failureOfHour]int, limited []lab.Optional) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.toTell = append(f.toTell, limited...)
	if f.count == nil {
		f.count = map[failureOfHour]int{}
	}
	for key, n := range counts {
		f.count[key] += n
	}
}

// WriteSignInFailures writes the failures that were counted in memory. What cannot
// be written stays there.
func (s *Store) WriteSignInFailures(ctx context.Context) error {
	counts, limited := s.failed.take()
	if err := s.writeFailures(ctx, counts); err != nil {
		s.failed.giveBack(counts, limited)
		return err
	}
	err := s.tellLimits(ctx, limited)
	if err != nil {
		s.failed.giveBack(nil, limited)
	}
	return err
}

func (s *Store) writeFailures(ctx context.Context, counts map[failureOfHour]int) error {
	if len(counts) == 0 {
		return nil
	}
	return s.doPeople(ctx, lab.Actor{}, func(w *work) error { // never while somebody is told: see tell
		for _, key := range slices.SortedFunc(maps.Keys(counts), compareFailures) {
			err := w.tx.Exec("INSERT INTO sign_in_failures (user_id, login_hash, hour, network_hash, n) VALUES (?, ?, ?, ?, ?) "+
				"ON CONFLICT (user_id, login_hash, hour, network_hash) DO UPDATE SET n = sign_in_failures.n + excluded.n",
				int(key.UserID), key.LoginHash, key.hour, key.NetworkHash, counts[key]).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// compareFailures orders what is written, so that two instances which write at once
// cannot wait for each other.
func compareFailures(a, b failureOfHour) int {
	return cmp.Or(cmp.Compare(a.UserID, b.UserID), strings.Compare(a.LoginHash, b.LoginHash),
		a.hour.Time().Compare(b.hour.Time()), strings.Compare(a.NetworkHash, b.NetworkHash))
}

// tellLimits tells the trail at whose limit somebody came.
func (s *Store) tellLimits(ctx context.Context, users []lab.Optional) error {
	if len(users) == 0 {
		return nil
	}
	return s.doPeople(ctx, lab.Operator("serve"), func(w *work) error {
		for _, id := range users {
			a, err := readAccount(w.tx, "WHERE u.id = ?", id)
			if err != nil {
				return err
			}
			if err := w.record(0, lab.LimitPasswords, a.Login, "too many were wrong", nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeFirst writes what is counted in memory before counts are read. Where nothing
// can be written, what was written before is still told.
func (s *Store) writeFirst(ctx context.Context) error {
	if err := s.WriteSignInFailures(ctx); !errors.Is(err, lab.ErrUnavailable) {
		return err
	}
	return nil
}

// UserFailures is how often signing in as a user has failed.
type UserFailures struct {
	UserID   lab.Optional
	Login    string
	N        int // attempts that failed
	Networks int // from how many
	Half     int // how often the right password was given, and no code has followed
}

// AllFailures is how often signing in has failed: as users, in order of their logins,
// and under logins that nobody has.
type AllFailures struct {
	Users   []UserFailures
	Unknown int // failures under logins that nobody has
	Logins  int // how many such logins; of an hour with very many, those beyond count as one
}

// FailuresOfAll returns how often signing in has failed since an instant, whose whole
// hour counts: as users whom the actor administrates, and as nobody. It takes an
// administrator.
func (s *Store) FailuresOfAll(ctx context.Context, by lab.Actor, since time.Time) (all AllFailures, err error) {
	if err := lab.MayAdministrate(by, nil); err != nil {
		return all, lab.ErrNotFound
	}
	if err := s.writeFirst(ctx); err != nil {
		return all, err
	}
	people, err := s.People(ctx, by)
	if err != nil {
		return all, err
	}
	tx := s.read.WithContext(ctx)
	err = tx.Raw("SELECT u.id AS user_id, u.login, sum(f.n) AS n, count(DISTINCT f.network_hash) AS networks, sum(f.half) AS half FROM ("+
		"SELECT user_id, n, network_hash, 0 AS half, hour FROM sign_in_failures UNION ALL SELECT user_id, 0, NULL, n, hour FROM half_sign_ins WHERE n > 0"+
		") f JOIN users u ON u.id = f.user_id WHERE f.hour >= ? GROUP BY u.id, u.login ORDER BY u.login", hourOf(since)).Scan(&all.Users).Error
	if err != nil {
		return all, translate(err)
	}
	all.Users = slices.DeleteFunc(all.Users, func(u UserFailures) bool {
		return !slices.ContainsFunc(people, func(p Person) bool { return p.ID == u.UserID })
	})
	var unknown struct{ N, Logins int }
	err = tx.Raw("SELECT coalesce(sum(n), 0) AS n, count(DISTINCT login_hash) AS logins FROM sign_in_failures WHERE user_id = 0 AND hour >= ?",
		hourOf(since)).Scan(&unknown).Error
	all.Unknown, all.Logins = unknown.N, unknown.Logins
	return all, translate(err)
}
