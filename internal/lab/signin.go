package lab

import (
	"slices"
	"time"
)

// PendingFactorAge is for how long the secret that a session shows for an
// authenticator is taken. After it another one is shown.
const PendingFactorAge = 15 * time.Minute

// NeedsSecondFactor tells whether somebody with these memberships has to sign in
// with a second factor, because a service requires it at which a role holds. A role
// at all services holds at each of them; where there is none yet, nobody has decided
// that a password is enough.
func NeedsSecondFactor(memberships []Membership, services []Service) bool {
	return slices.ContainsFunc(memberships, func(m Membership) bool {
		if m.ServiceID == 0 && len(services) == 0 {
			return true
		}
		return slices.ContainsFunc(services, func(s Service) bool {
			return s.SecondFactor && (m.ServiceID == 0 || m.ServiceID == s.ID)
		})
	})
}
