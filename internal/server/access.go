package server

import (
	"errors"
	"slices"

	"marquis/internal/lab"
)

// access says who may use a route. The zero access lets nobody in.
type access struct {
	public       bool
	anyone       bool           // any member of staff, whatever the role
	roles        []lab.UserRole // any of these, at the service of the address
	secondFactor bool           // only with a code of the authenticator in this session
	opens        opening        // to a session that owes something
	unnamed      bool           // the address is a secret: no link of the page names it
}

// opening says when a route opens to a session that owes something yet: the code of
// an authenticator, or setting one up.
type opening int

const (
	afterAll      opening = iota // when nothing is owed any more
	forSettingUp                 // to who has to set an authenticator up
	afterPassword                // to everybody who gave the password
)

// Who may use routes.
var (
	everybody = access{public: true}
	bearers   = access{public: true, unnamed: true} // of an address that is a secret
	staff     = access{anyone: true}
	newcomers = access{anyone: true, opens: forSettingUp}
	halfway   = access{anyone: true, opens: afterPassword}
)

// holders are members of staff who hold one of the roles.
func holders(roles ...lab.UserRole) access { return access{roles: roles} }

// able are members of staff whose roles let them do something in some state of a sample.
func able(act lab.Action) access { return holders(lab.Who(act)...) }

// strictly asks for the second factor too.
func strictly(a access) access {
	a.secondFactor = true
	return a
}

// lets tells whether an actor may use a route at a service; service 0 stands for a
// route that is about no single service, where a role at any will do.
func (a access) lets(by lab.Actor, service lab.ServiceID) bool {
	if a.public || a.anyone {
		return true
	}
	if service != 0 {
		return by.Has(service, a.roles...)
	}
	return slices.ContainsFunc(by.Memberships, func(m lab.Membership) bool { return slices.Contains(a.roles, m.Role) })
}

// enter lets a request in, or says why not. A service in which the actor has no
// such role looks like one that does not exist.
func (r *request) enter() error {
	a := r.route.access
	if a.public {
		return nil
	}
	if r.signed == nil {
		return errSignIn
	}
	if err := r.checkOwed(); err != nil {
		return err
	}
	if err := r.findService(); err != nil {
		return err
	}
	if !a.lets(r.actor, 0) {
		return errForbidden
	}
	if !a.lets(r.actor, r.service.ID) {
		return lab.ErrNotFound
	}
	if a.secondFactor && !r.signed.secondFactor {
		return errSecondFactor
	}
	return nil
}

// findService finds the service that the address names, by its code or by the
// number of a sample.
func (r *request) findService() (err error) {
	code := r.Param("service")
	if number := r.Param("number"); number != "" {
		if r.number, err = lab.ParseSampleNumber(number); err != nil {
			return lab.ErrNotFound
		}
		code = r.number.Service
	}
	if code != "" {
		r.service, err = r.site.service(r, code)
	}
	return err
}

// checkOwed sends a session that owes something yet to where it is given, unless the
// route opens to it. Nothing else of the request is looked at before.
func (r *request) checkOwed() error {
	owed := r.signed.owes
	switch {
	case errors.Is(owed, errSetUp) && r.route.access.opens != afterAll:
		return nil
	case errors.Is(owed, errSecondFactor) && r.route.access.opens == afterPassword:
		return nil
	}
	return owed
}
