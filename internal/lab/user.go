package lab

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of logging in.
const (
	// SessionIdle is the time after which a session ends that nobody uses.
	SessionIdle = 30 * time.Minute
	// SessionAge is the time after which every session ends.
	SessionAge = 12 * time.Hour
	// InvitationAge is the time in which an invitation is to be accepted.
	InvitationAge = 72 * time.Hour
)

// User is a member of staff.
type User struct {
	ID       Optional
	Login    string // 2 to 40 lower-case letters, digits, dots and dashes
	Name     string
	Disabled bool
}

// Membership gives a user a role in one service, or in all.
type Membership struct {
	UserID    Optional
	ServiceID ServiceID // zero: in all services
	Role      UserRole
}

const longestName = 100

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,39}$`)

// IsLogin tells whether a text has the form of a login.
func IsLogin(text string) bool { return loginForm.MatchString(text) }

// Check reports all mistakes of a user.
func (u *User) Check() error {
	var errs FieldErrors
	errs.Check(IsLogin(u.Login), "login",
		"%q is not a login: use 2 to 40 lower-case letters, digits, dots and dashes, a letter or digit first.", u.Login)
	errs.Check(strings.TrimSpace(u.Name) != "", "name", "Give the name of the person.")
	errs.Check(utf8.RuneCountInString(u.Name) <= longestName, "name", "The name has more than %d characters.", longestName)
	errs.Check(utf8.ValidString(u.Name) && !strings.ContainsFunc(u.Name, unicode.IsControl), "name",
		"The name holds a character that cannot be shown.")
	checkNoCode(&errs, "name", u.Name)
	return errs.Err()
}

// CheckMemberships reports all mistakes of a user's memberships. None at all is
// allowed: such a user may log in and do nothing. An administrator holds no other
// role where both would apply: whoever decides about access has none to results.
func CheckMemberships(memberships []Membership) error {
	var errs FieldErrors
	for i, m := range memberships {
		checkCode(&errs, "memberships", m.Role, UserRoles)
		errs.Check(m.ServiceID >= 0, "memberships", "Service %d does not exist.", m.ServiceID)
		twice := slices.ContainsFunc(memberships[:i], func(b Membership) bool { return b.ServiceID == m.ServiceID && b.Role == m.Role })
		errs.Check(!twice, "memberships", "A role is given twice at the same service.")
	}
	errs.Check(!administratesOwnWork(memberships), "memberships",
		"An administrator holds no other role at the same service; give the person a second login for other work.")
	return errs.Err()
}

func administratesOwnWork(memberships []Membership) bool {
	return slices.ContainsFunc(memberships, func(a Membership) bool {
		return a.Role == Administrator && slices.ContainsFunc(memberships, func(b Membership) bool {
			return b.Role != Administrator && (a.ServiceID == 0 || b.ServiceID == 0 || a.ServiceID == b.ServiceID)
		})
	})
}

// MayAdministrate refuses an actor who may not administrate a person with these
// memberships: it takes the operator, or an administrator of every service that
// they are for.
func MayAdministrate(by Actor, memberships []Membership) error {
	if by.isOperator() {
		return nil
	}
	all, ids := by.ServicesOf(Administrator)
	foreign := slices.ContainsFunc(memberships, func(m Membership) bool { return !slices.Contains(ids, m.ServiceID) })
	if by.UserID != 0 && (all || len(ids) > 0 && !foreign) {
		return nil
	}
	return &MoveError{
		What: "account", From: "unchanged", To: "changed", Who: []UserRole{Administrator},
		Format: "Only an administrator of all services in which the person has a role can do this.",
	}
}

// AdministratesAll tells that the memberships give their holder the care of the
// whole registry.
func AdministratesAll(memberships []Membership) bool {
	return slices.ContainsFunc(memberships, func(m Membership) bool { return m.Role == Administrator && m.ServiceID == 0 })
}

// CheckAdministratorRemains refuses to take the care of the whole registry from its
// last enabled administrator. Others is the number of the further ones.
func CheckAdministratorRemains(others int) error {
	var errs FieldErrors
	errs.Check(others > 0, "memberships", "This is the last administrator of all services; make another person one first.")
	return errs.Err()
}
