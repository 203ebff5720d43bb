package page

import (
	"errors"
	"slices"

	"marquis/internal/lab"
)

// Access says who may use a route. The zero access lets nobody in.
type Access struct {
	Public       bool
	Anyone       bool           // any member of staff, whatever the role
	roles        []lab.UserRole // any of these, at the service of the address
	SecondFactor bool           // only with a code of the authenticator in this session
	Opens        opening        // to a session that owes something
	File         bool           // a file may come with the form
	Streams      int64          // how much the handler reads of a request by itself, as it comes; zero for forms
	unnamed      bool           // the address is a secret: no link of the page names it
}

// opening says when a route opens to a session that owes something yet: the code of
// an authenticator, or setting one up.
type opening int

// When a route opens.
const (
	afterAll      opening = iota // when nothing is owed any more
	ForSettingUp                 // to who has to set an authenticator up
	AfterPassword                // to everybody who gave the password
)

// Who may use routes.
var (
	Everybody = Access{Public: true}
	Bearers   = Access{Public: true, unnamed: true} // of an address that is a secret
	Staff     = Access{Anyone: true}
	Newcomers = Access{Anyone: true, Opens: ForSettingUp}
	Halfway   = Access{Anyone: true, Opens: AfterPassword}
)

// Holders are members of staff who hold one of the roles.
func Holders(roles ...lab.UserRole) Access { return Access{roles: roles} }

// Able are members of staff whose roles let them do something in some state of a sample.
func Able(act lab.Action) Access { return Holders(lab.Who(act)...) }

// Strictly asks for the second factor too.
func Strictly(a Access) Access {
	a.SecondFactor = true
	return a
}

// WithFile lets a file come with the form.
func WithFile(a Access) Access {
	a.File = true
	return a
}

// Bytes is what a request may send at most.
func (a Access) Bytes() int64 {
	if a.File {
		return FileBytes + BodyBytes
	}
	return max(BodyBytes, a.Streams)
}

// Streaming lets a handler read up to so many bytes as they come.
func Streaming(a Access, most int64) Access {
	a.Streams = most
	return a
}

// Lets tells whether an actor may use a route at a service; service 0 stands for a
// route that is about no single service, where a role at any will do.
func (a Access) Lets(by lab.Actor, service lab.ServiceID) bool {
	if a.Public || a.Anyone {
		return true
	}
	if service != 0 {
		return by.Has(service, a.roles...)
	}
	return slices.ContainsFunc(by.Memberships, func(m lab.Membership) bool { return slices.Contains(a.roles, m.Role) })
}

// enter lets a request in, or says why not. A service in which the actor has no
// such role looks like one that does not exist.
func (r *Request) enter() error {
	a := r.Route.Access
	if a.Public {
		return nil
	}
	if r.Signed == nil {
		return ErrSignIn
	}
	if err := r.checkOwed(); err != nil {
		return err
	}
	if err := r.findService(); err != nil {
		return err
	}
	if !a.Lets(r.Actor, 0) {
		return ErrForbidden
	}
	if !a.Lets(r.Actor, r.Service.ID) {
		return lab.ErrNotFound
	}
	if a.SecondFactor && !r.Signed.SecondFactor {
		return ErrSecondFactor
	}
	return nil
}

// findService finds the service that the address names, by its code or by the
// number of a sample.
func (r *Request) findService() (err error) {
	code := r.Param("service")
	if number := r.Param("number"); number != "" {
		if r.Number, err = lab.ParseSampleNumber(number); err != nil {
			return lab.ErrNotFound
		}
		code = r.Number.Service
	}
	if code != "" {
		r.Service, err = r.Site.Service(r, code)
	}
	return err
}

// checkOwed sends a session that owes something yet to where it is given, unless the
// route opens to it. Nothing else of the request is looked at before.
func (r *Request) checkOwed() error {
	owed := r.Signed.Owes
	switch {
	case errors.Is(owed, ErrSetUp) && r.Route.Access.Opens != afterAll:
		return nil
	case errors.Is(owed, ErrSecondFactor) && r.Route.Access.Opens == AfterPassword:
		return nil
	}
	return owed
}
