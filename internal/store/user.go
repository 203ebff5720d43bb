package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// userRow is a row of users: a user with what the user logs in with.
type userRow struct {
	lab.User
	PasswordHash   string
	TOTPSealed     string
	TOTPStep       int64
	SignedInAt     lab.Instant // in full, the last time
	FactorLockedAt lab.Instant // since when only a recovery code is taken; zero: codes are taken
	Habits
}

// TableName returns the table.
func (userRow) TableName() string { return "users" }

type recoveryCode struct {
	UserID   lab.Optional `gorm:"primaryKey"`
	CodeHash string       `gorm:"primaryKey"`
}

// Person is a user with memberships, as those see them who look after people.
type Person struct {
	lab.User
	Memberships  []lab.Membership // in order of services and roles
	Password     bool             // has set one, as an invitation asks for
	SecondFactor bool             // has an authenticator
	RecoveryLeft int              // recovery codes that were not used yet
	FactorLocked bool             // too many codes were wrong: only a recovery code is taken
}

// Actor is the user as one who does something.
func (p Person) Actor() lab.Actor {
	return lab.Actor{Kind: lab.KindUser, UserID: p.ID, Name: p.Name, Memberships: p.Memberships}
}

// Credentials are what a user logs in with. They leave the store for that alone.
type Credentials struct {
	PasswordHash string // empty: no invitation was accepted yet
	TOTPSealed   string // the sealed secret of the second factor; empty: none
	TOTPStep     int64  // the last time step of which a code was used
}

// Account is a person with what they log in with.
type Account struct {
	Person
	Credentials
}

// accountRow is what is read of an account in one statement.
type accountRow struct {
	Row          userRow `gorm:"embedded"`
	RecoveryLeft int
}

const selectAccount = "SELECT u.*, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = u.id) AS recovery_left FROM users u "

func (r accountRow) account(memberships []lab.Membership) Account {
	return Account{r.person(memberships), Credentials{r.Row.PasswordHash, r.Row.TOTPSealed, r.Row.TOTPStep}}
}

func (r accountRow) person(memberships []lab.Membership) Person {
	return Person{
		User: r.Row.User, Memberships: memberships, Password: r.Row.PasswordHash != "", SecondFactor: r.Row.TOTPSealed != "",
		RecoveryLeft: r.RecoveryLeft, FactorLocked: !r.Row.FactorLockedAt.IsZero(),
	}
}

// Account returns the account with the login, in whatever case it was typed, or
// lab.ErrNotFound.
func (s *Store) Account(ctx context.Context, login string) (Account, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if !lab.IsLogin(login) {
		return Account{}, lab.ErrNotFound
	}
	a, err := readAccount(s.read.WithContext(ctx), "WHERE u.login = ?", login)
	return a, translate(err)
}

// Person returns a user whom the actor administrates, or lab.ErrNotFound.
func (s *Store) Person(ctx context.Context, by lab.Actor, id lab.Optional) (Person, error) {
	a, err := readAccount(s.read.WithContext(ctx), "WHERE u.id = ?", id)
	if err != nil || lab.MayAdministrate(by, a.Memberships) != nil {
		return Person{}, cmp.Or(translate(err), lab.ErrNotFound)
	}
	return a.Person, nil
}

// People returns the users whom the actor administrates, in order of their logins.
func (s *Store) People(ctx context.Context, by lab.Actor) ([]Person, error) {
	var rows []accountRow
	tx := s.read.WithContext(ctx)
	if err := tx.Raw(selectAccount).Scan(&rows).Error; err != nil {
		return nil, translate(err)
	}
	var memberships []lab.Membership
	if err := tx.Raw("SELECT user_id, service_id, role FROM memberships").Scan(&memberships).Error; err != nil {
		return nil, translate(err)
	}
	byUser := map[lab.Optional][]lab.Membership{}
	for _, m := range memberships {
		byUser[m.UserID] = append(byUser[m.UserID], m)
	}
	var people []Person
	for _, r := range rows {
		if own := byUser[r.Row.ID]; lab.MayAdministrate(by, own) == nil {
			people = append(people, r.person(sortMemberships(own)))
		}
	}
	slices.SortFunc(people, func(a, b Person) int { return strings.Compare(a.Login, b.Login) })
	return people, nil
}

// readAccount reads the account that a condition of ours finds.
func readAccount(tx *gorm.DB, condition string, value any) (Account, error) {
	var row accountRow
	if err := tx.Raw(selectAccount+condition, value).Take(&row).Error; err != nil {
		return Account{}, err
	}
	memberships, err := membershipsOf(tx, row.Row.ID)
	return row.account(memberships), err
}

func membershipsOf(tx *gorm.DB, id lab.Optional) ([]lab.Membership, error) {
	var memberships []lab.Membership
	err := tx.Raw("SELECT user_id, service_id, role FROM memberships WHERE user_id = ?", id).Scan(&memberships).Error
	return sortMemberships(memberships), err
}

func sortMemberships(memberships []lab.Membership) []lab.Membership {
	slices.SortFunc(memberships, func(a, b lab.Membership) int {
		return cmp.Or(cmp.Compare(a.ServiceID, b.ServiceID), cmp.Compare(slices.Index(lab.UserRoles, a.Role), slices.Index(lab.UserRoles, b.Role)))
	})
	return memberships
}

// doPeople runs a unit of work on people. It holds trail 0 from its beginning, so
// that such works follow each other: no session starts while its user is disabled,
// and no two administrators take the role from each other at once.
func (s *Store) doPeople(ctx context.Context, by lab.Actor, steps func(w *work) error) error {
	return s.do(ctx, by, func(w *work) error {
		if _, err := w.lockTrail(w.tx, 0); err != nil {
			return err
		}
		return steps(w)
	})
}

// AddUser records a member of staff with memberships under the next free number,
// without a password: see Invite. Mistakes come back as lab.FieldErrors.
func (s *Store) AddUser(ctx context.Context, by lab.Actor, user lab.User, memberships []lab.Membership) (lab.Actor, error) {
	memberships = slices.Clone(memberships)
	err := s.doPeople(ctx, by, func(w *work) error {
		if err := lab.MayAdministrate(by, memberships); err != nil {
			return err
		}
		if err := w.checkNewUser(&user, memberships); err != nil {
			return err
		}
		var last lab.Optional
		if err := w.tx.Raw("SELECT coalesce(max(id), 0) FROM users").Scan(&last).Error; err != nil {
			return err
		}
		user.ID = last + 1
		if err := w.tx.Create(&userRow{User: user}).Error; err != nil {
			return err
		}
		if err := w.insertMemberships(user.ID, memberships); err != nil {
			return err
		}
		changes := lab.Differences(lab.User{}, user)
		if len(memberships) > 0 {
			changes = append(changes, membershipsDifference(nil, memberships))
		}
		return w.record(0, lab.AddUser, user.Login, "", changes)
	})
	return lab.Actor{Kind: lab.KindUser, UserID: user.ID, Name: user.Name, Memberships: memberships}, err
}

// checkNewUser reports the mistakes of a user together with those of memberships.
func (w *work) checkNewUser(user *lab.User, memberships []lab.Membership) error {
	var errs lab.FieldErrors
	var known int
	if lab.IsLogin(user.Login) {
		if err := w.tx.Raw("SELECT count(*) FROM users WHERE login = ?", user.Login).Scan(&known).Error; err != nil {
			return err
		}
	}
	errs.Check(known == 0, "login", "Somebody else has the login %q.", user.Login)
	for _, err := range []error{user.Check(), w.checkMemberships(memberships)} {
		var mistakes lab.FieldErrors
		if err != nil && !errors.As(err, &mistakes) {
			return err
		}
		errs = append(errs, mistakes...)
	}
	return errs.Err()
}

func (w *work) checkMemberships(memberships []lab.Membership) error {
	if err := lab.CheckMemberships(memberships); err != nil {
		return err
	}
	var known []lab.ServiceID
	if err := w.tx.Raw("SELECT id FROM services").Scan(&known).Error; err != nil {
		return err
	}
	var errs lab.FieldErrors
	for _, m := range memberships {
		errs.Check(m.ServiceID == 0 || slices.Contains(known, m.ServiceID), "memberships", "Service %d does not exist.", m.ServiceID)
	}
	return errs.Err()
}

func (w *work) insertMemberships(id lab.Optional, memberships []lab.Membership) error {
	for i := range memberships {
		memberships[i].UserID = id
	}
	return create(w.tx, sortMemberships(memberships))
}

func membershipsDifference(before, after []lab.Membership) lab.Difference {
	return lab.Difference{Field: lab.TrailMemberships, Old: lab.ValueOf(membershipTexts(before)), New: lab.ValueOf(membershipTexts(after))}
}

// membershipTexts are memberships as role@service.
func membershipTexts(memberships []lab.Membership) []string {
	parts := make([]string, len(memberships))
	for i, m := range memberships {
		parts[i] = fmt.Sprintf("%s@%d", m.Role, m.ServiceID)
	}
	return parts
}

// known reads an account of which the actor may know: the actor's own, or one that the
// actor looks after.
func (w *work) known(id lab.Optional) (Account, error) {
	a, err := readAccount(w.tx, "WHERE u.id = ?", id)
	if err == nil {
		err = seen(id == w.by.UserID || w.by.SeesPerson(a.Memberships))
	}
	return a, err
}

// administrated reads an account for a change by an administrator, and refuses
// others.
func (w *work) administrated(id lab.Optional) (Account, error) {
	a, err := w.known(id)
	if err != nil {
		return a, err
	}
	return a, lab.MayAdministrate(w.by, a.Memberships)
}

// changeUser runs a statement on the one row of a user.
func (w *work) changeUser(set string, values ...any) error {
	done := w.tx.Exec("UPDATE users SET "+set, values...)
	if done.Error == nil && done.RowsAffected != 1 {
		return lab.ErrNotFound
	}
	return done.Error
}

// RenameUser gives a user another name. The login stays.
func (s *Store) RenameUser(ctx context.Context, by lab.Actor, id lab.Optional, name string) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.administrated(id)
		if err != nil {
			return err
		}
		renamed := a.User
		renamed.Name = name
		if err := renamed.Check(); err != nil {
			return err
		}
		if renamed == a.User {
			return nil
		}
		if err := w.changeUser("name = ? WHERE id = ?", name, id); err != nil {
			return err
		}
		return w.record(0, lab.RenameUser, a.Login, "", lab.Differences(a.User, renamed))
	})
}

// SetMemberships replaces the memberships of a user, from whose next request they
// count. An administrator of some services changes only what is for these, and only of
// people who have a role there: others look as if they did not exist. The last enabled
// administrator of all services stays one.
func (s *Store) SetMemberships(ctx context.Context, by lab.Actor, id lab.Optional, memberships []lab.Membership) error {
	memberships = slices.Clone(memberships)
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.known(id)
		if err != nil {
			return err
		}
		for i := range memberships {
			memberships[i].UserID = id
		}
		moved := append(without(a.Memberships, memberships), without(memberships, a.Memberships)...)
		if err := lab.MayAdministrate(by, moved); err != nil {
			return err
		}
		if err := w.checkMemberships(memberships); err != nil || len(moved) == 0 {
			return err
		}
		if !lab.AdministratesAll(memberships) {
			if err := w.checkAdministratorRemains(a); err != nil {
				return err
			}
		}
		if err := w.tx.Exec("DELETE FROM memberships WHERE user_id = ?", id).Error; err != nil {
			return err
		}
		if err := w.insertMemberships(id, memberships); err != nil {
			return err
		}
		return w.record(0, lab.SetMemberships, a.Login, "", []lab.Difference{membershipsDifference(a.Memberships, memberships)})
	})
}

// without returns the memberships of a that b has not.
func without(a, b []lab.Membership) []lab.Membership {
	return slices.DeleteFunc(slices.Clone(a), func(m lab.Membership) bool { return slices.Contains(b, m) })
}

// checkAdministratorRemains refuses to disable an account or to take its care of the
// whole registry, if nobody else has it.
func (w *work) checkAdministratorRemains(a Account) error {
	if a.Disabled || !lab.AdministratesAll(a.Memberships) {
		return nil
	}
	var others int
	err := w.tx.Raw("SELECT count(*) FROM users u JOIN memberships m ON m.user_id = u.id "+
		"WHERE m.service_id = 0 AND m.role = ? AND NOT u.disabled AND u.id <> ?", lab.Administrator, a.ID).Scan(&others).Error
	if err != nil {
		return err
	}
	return lab.CheckAdministratorRemains(others)
}

// DisableUser keeps a user out, and ends the user's sessions and invitation at once,
// or lets the user in again. The last enabled administrator of all services stays.
func (s *Store) DisableUser(ctx context.Context, by lab.Actor, id lab.Optional, disabled bool) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.administrated(id)
		if err != nil || a.Disabled == disabled {
			return err
		}
		action, after := lab.EnableUser, a.User
		after.Disabled = disabled
		if disabled {
			action = lab.DisableUser
			if err := w.checkAdministratorRemains(a); err != nil {
				return err
			}
			if err := errors.Join(w.endSessionsOf(id, ""), w.endInvitationOf(id), w.forgetDevices(id)); err != nil {
				return err
			}
		}
		if err := w.changeUser("disabled = ? WHERE id = ?", disabled, id); err != nil {
			return err
		}
		return w.record(0, action, a.Login, "", lab.Differences(a.User, after))
	})
}

// own reads the account of the actor, for what people do with their own.
func (w *work) own() (Account, error) {
	a, err := readAccount(w.tx, "WHERE u.id = ?", w.by.UserID)
	if err == nil && a.Disabled {
		err = lab.ErrNotFound
	}
	return a, err
}

// ChangePassword records the hash of the actor's new password, and ends the actor's
// invitation and whatever is signed in elsewhere. It fails as Session does.
func (s *Store) ChangePassword(ctx context.Context, by lab.Actor, passwordHash string, here Here) error {
	return s.doPeople(ctx, by, func(w *work) error {
		a, err := w.own()
		if err != nil {
			return err
		}
		if err := w.changeUser("password_hash = ? WHERE id = ?", passwordHash, a.ID); err != nil {
			return err
		}
		if err := w.stayHere(a, here, false); err != nil {
			return err
		}
		if err := w.endInvitationOf(a.ID); err != nil {
			return err
		}
		return w.record(0, lab.ChangePassword, a.Login, "", nil)
	})
}

// Rehash records another hash of the password that a user has already. Where the
// password was changed meanwhile, nothing is recorded.
func (s *Store) Rehash(ctx context.Context, id lab.Optional, oldHash, newHash string) error {
	return s.transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", newHash, id, oldHash).Error
	})
}

// HasOtherHashes tells whether some user has a hash of a password that begins
// otherwise.
func (s *Store) HasOtherHashes(ctx context.Context, form string) (others bool, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM users WHERE password_hash <> '' AND substr(password_hash, 1, ?) <> ?)",
		len(form), form).Scan(&others).Error
	return others, translate(err)
}
