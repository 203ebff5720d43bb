package demo

import (
	"context"
	"fmt"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// operator is who makes the demo.
var operator = lab.Operator("demo")

// Login lets somebody into a demo registry in one role. Password and second factor
// are the same in every demo, and refused everywhere else.
type Login struct {
	Role     lab.UserRole
	Login    string
	Password string
	Secret   string // of the second factor, in base 32; empty where the role needs none
}

// Digits are what an authenticator app with the secret shows at the time.
func (l Login) Digits(at time.Time) (string, error) { return credential.TOTP(l.Secret, at) }

// secondFactor are the roles that have to prove themselves twice.
var secondFactor = []lab.UserRole{lab.Verifier, lab.DataAnalyst, lab.Coordinator, lab.Administrator}

// Logins lists one login a role.
func Logins() []Login {
	logins := make([]Login, len(lab.UserRoles))
	for i, role := range lab.UserRoles {
		name := loginOf(role)
		logins[i] = Login{Role: role, Login: name, Password: credential.DemoPassword(name)}
		for _, twice := range secondFactor {
			if role == twice {
				logins[i].Secret = credential.DemoSecret(name)
			}
		}
	}
	return logins
}

// loginOf is the login of a role: its code with dashes.
func loginOf(role lab.UserRole) string {
	name := []byte(role)
	for i, b := range name {
		if b == '_' {
			name[i] = '-'
		}
	}
	return string(name)
}

// hire adds one person a role, who works at all services.
func hire(ctx context.Context, s *store.Store, keys *keyring.Ring, now time.Time) (map[lab.UserRole]lab.Actor, error) {
	staff := map[lab.UserRole]lab.Actor{}
	for _, l := range Logins() {
		actor, err := hireOne(ctx, s, keys, l, now)
		if err != nil {
			return nil, fmt.Errorf("login %s: %w", l.Login, err)
		}
		staff[l.Role] = actor
	}
	return staff, nil
}

// hireOne adds a person and does what the person would on the page: accepts the
// invitation, and sets the authenticator up.
func hireOne(ctx context.Context, s *store.Store, keys *keyring.Ring, l Login, now time.Time) (lab.Actor, error) {
	user := lab.User{Login: l.Login, Name: "Demo " + l.Login}
	actor, err := s.AddUser(ctx, operator, user, []lab.Membership{{Role: l.Role}})
	if err != nil {
		return actor, err
	}
	token, hash := credential.NewToken()
	if err := s.Invite(ctx, operator, actor.UserID, hash, lab.At(now.Add(lab.InvitationAge)), false); err != nil {
		return actor, err
	}
	password, err := credential.HashPassword(l.Password)
	if err != nil {
		return actor, err
	}
	if _, err := s.AcceptInvitation(ctx, credential.HashToken(token), password, store.Device{}); err != nil || l.Secret == "" {
		return actor, err
	}
	sealed, err := credential.Seal(keys.Secret(), actor.UserID, credential.SecondFactor, l.Secret)
	if err != nil {
		return actor, err
	}
	return actor, s.SetSecondFactor(ctx, actor, sealed, 0, nil)
}
