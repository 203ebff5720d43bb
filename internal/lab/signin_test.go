package lab_test

import (
	"testing"

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
