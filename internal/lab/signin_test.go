package lab_test

import (
	"testing"
	"time"

	"marquis/internal/lab"
)

func TestWhoNeedsASecondFactor(t *testing.T) {
	open, strict := lab.Service{ID: 1}, lab.Service{ID: 2, SecondFactor: true}
	at := func(services ...lab.ServiceID) (list []lab.Membership) {
		for _, s := range services {
			list = append(list, lab.Membership{ServiceID: s, Role: lab.Intake})
		}
		return list
	}
	for _, try := range []struct {
		name        string
		memberships []lab.Membership
		services    []lab.Service
		want        bool
	}{
		{"no role anywhere", nil, []lab.Service{strict}, false},
		{"a role at a service that requires it", at(2), []lab.Service{open, strict}, true},
		{"a role at a service that does not", at(1), []lab.Service{open, strict}, false},
		{"one that requires it among several", at(1, 2), []lab.Service{open, strict}, true},
		{"a role at all services, one of which requires it", at(0), []lab.Service{open, strict}, true},
		{"a role at all services, none of which requires it", at(0), []lab.Service{open}, false},
		{"a role at all services of a registry without any", at(0), nil, true},
		{"no role in a registry without services", nil, nil, false},
	} {
		if got := lab.NeedsSecondFactor(try.memberships, try.services); got != try.want {
			t.Errorf("%s: %v", try.name, got)
		}
	}
}

func TestWhatAWrongClockHasMadeEnds(t *testing.T) {
	now := lab.At(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC))
	at := func(d time.Duration) lab.Instant { return lab.At(now.Time().Add(d)) }
	for _, c := range []struct {
		ahead time.Duration
		want  bool
	}{
		{0, true},
		{lab.ClockSlack, true},
		{lab.ClockSlack + time.Second, false},
		{lab.ClockGap, false},
		{200 * 24 * time.Hour, false},
		{-lab.SessionIdle, true},
		{-lab.SessionIdle - time.Second, false},
	} {
		if got := lab.SessionAlive(at(c.ahead), at(c.ahead), now); got != c.want {
			t.Errorf("a session of %s ahead goes on: %v", c.ahead, got)
		}
	}
	if lab.SessionAlive(at(-lab.SessionAge-time.Second), now, now) || !lab.SessionAlive(at(-lab.SessionAge), now, now) || lab.SessionAlive(now, at(time.Hour), now) || lab.SessionAlive(at(time.Hour), now, now) {
		t.Error("a session goes on beyond its age, or was used in time to come")
	}
	for until, want := range map[time.Duration]bool{
		-time.Second: false, 0: false, time.Second: true, lab.InvitationAge: true, lab.InvitationAge + lab.ClockSlack: true,
		lab.InvitationAge + 2*time.Minute: false, lab.InvitationAge + lab.ClockGap: false,
	} {
		if got := lab.InvitationOpen(at(until), now); got != want {
			t.Errorf("an invitation for %s is open: %v", until, got)
		}
	}
	for seen, want := range map[time.Duration]bool{
		-lab.DeviceAge - time.Second: false, -lab.DeviceAge: true, 0: true, lab.ClockGap - time.Second: true, lab.ClockGap: false,
	} {
		if got := lab.DeviceKnown(at(seen), now); got != want {
			t.Errorf("a device seen in %s is known: %v", seen, got)
		}
	}
}
