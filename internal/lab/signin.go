package lab

import (
	"slices"
	"time"
)

// PendingFactorAge is for how long the secret that a session shows for an
// authenticator is taken. After it another one is shown.
const PendingFactorAge = 15 * time.Minute

// ClockSlack is by how much the clocks of two servers may differ.
const ClockSlack = time.Minute

// SessionAlive tells whether a session that began and was last used at two instants
// goes on: neither limit has passed, and it is not of a time to come, as one that
// began under a clock that was ahead.
func SessionAlive(started, seen, now Instant) bool {
	age, idle := now.Time().Sub(started.Time()), now.Time().Sub(seen.Time())
	return -ClockSlack <= age && age <= SessionAge && -ClockSlack <= idle && idle <= SessionIdle
}

// SessionEnd is when a session ends by itself that began and was last used at two
// instants.
func SessionEnd(started, seen Instant) Instant {
	end, idle := started.Time().Add(SessionAge), seen.Time().Add(SessionIdle)
	if idle.Before(end) {
		end = idle
	}
	return At(end)
}

// EndedSessionAge is for how long it is remembered whose a session was that has ended
// by itself, or by signing out: what is typed into it still is kept for them.
const EndedSessionAge = 12 * time.Hour

// SessionRemembered tells whether it is remembered whose a session was that ended at an
// instant.
func SessionRemembered(ended, now Instant) bool {
	ago := now.Time().Sub(ended.Time())
	return -ClockSlack <= ago && ago < EndedSessionAge
}

// SlipAge is for how long the session in which a code was given out can fetch its slip
// again.
const SlipAge = 10 * time.Minute

// SlipOpen tells whether a slip that is kept until an instant can be shown. One that
// would be kept for longer than SlipAge was made under a clock that was ahead.
func SlipOpen(ends, now Instant) bool {
	left := ends.Time().Sub(now.Time())
	return left > 0 && left <= SlipAge+ClockSlack
}

// InvitationOpen tells whether an invitation that lasts until an instant can be
// accepted. One that would last longer than InvitationAge was made under a clock that
// was ahead.
func InvitationOpen(until, now Instant) bool {
	left := until.Time().Sub(now.Time())
	return left > 0 && left <= InvitationAge+ClockSlack
}

// DeviceAge is for how long a device on which nobody signs in is remembered.
const DeviceAge = 90 * 24 * time.Hour

// DeviceKnown tells whether a device on which somebody last signed in at an instant is
// remembered. One of a time to come was used under a clock that was ahead.
func DeviceKnown(seen, now Instant) bool {
	ago := now.Time().Sub(seen.Time())
	return -ClockGap < ago && ago <= DeviceAge
}

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
