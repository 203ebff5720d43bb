package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// fieldsOf lists the fields in which an error finds mistakes.
func fieldsOf(t *testing.T, err error) (fields []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	var errs lab.FieldErrors
	if !errors.As(err, &errs) {
		t.Fatalf("not field errors: %v", err)
	}
	for _, e := range errs {
		fields = append(fields, e.Field)
	}
	return fields
}

func TestUsers(t *testing.T) {
	for _, test := range []struct {
		name, login, called string
		wrong               []string
	}{
		{"usual", "j.jansen-2", "Jan Jansen", nil},
		{"shortest", "jj", "J", nil},
		{"longest", strings.Repeat("a", 40), strings.Repeat("é", 100), nil},
		{"digits", "007", "Agent", nil},
		{"nothing", "", "", []string{"login", "name"}},
		{"one letter", "j", "Jan", []string{"login"}},
		{"too long", strings.Repeat("a", 41), strings.Repeat("é", 101), []string{"login", "name"}},
		{"capitals", "Jan", "Jan", []string{"login"}},
		{"accents", "renée", "Renée", []string{"login"}},
		{"space", "jan jansen", "Jan", []string{"login"}},
		{"two lines", "jan\n", "Jan\nJansen", []string{"login", "name"}},
		{"begins with a dash", "-jan", "Jan", []string{"login"}},
		{"only spaces", "jan", " \u00a0", []string{"name"}},
		{"not text", "jan", "J\xffn", []string{"name"}},
		{"digits of another script", "٣٤", "Jan", []string{"login"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := lab.User{Login: test.login, Name: test.called}
			if got := fieldsOf(t, u.Check()); !slices.Equal(got, test.wrong) {
				t.Errorf("mistakes in %v instead of %v", got, test.wrong)
			}
		})
	}
}

func TestMemberships(t *testing.T) {
	at := func(service lab.ServiceID, role lab.UserRole) lab.Membership {
		return lab.Membership{ServiceID: service, Role: role}
	}
	for _, test := range []struct {
		name  string
		list  []lab.Membership
		wrong int
	}{
		{"none", nil, 0},
		{"several at one service", []lab.Membership{at(1, lab.Intake), at(1, lab.Laboratory), at(1, lab.Verifier)}, 0},
		{"here and everywhere", []lab.Membership{at(1, lab.Intake), at(0, lab.Intake)}, 0},
		{"administrator of one, verifier of another", []lab.Membership{at(1, lab.Administrator), at(2, lab.Verifier)}, 0},
		{"administrator here and everywhere", []lab.Membership{at(1, lab.Administrator), at(0, lab.Administrator)}, 0},
		{"unknown role", []lab.Membership{at(1, "king")}, 1},
		{"no role", []lab.Membership{at(1, "")}, 1},
		{"negative service", []lab.Membership{at(-1, lab.Intake)}, 1},
		{"twice", []lab.Membership{at(1, lab.Intake), at(1, lab.Intake)}, 1},
		{"twice, from a record and from a form", []lab.Membership{{UserID: 7, ServiceID: 1, Role: lab.Intake}, at(1, lab.Intake)}, 1},
		{"administrator and verifier", []lab.Membership{at(1, lab.Administrator), at(1, lab.Verifier)}, 1},
		{"administrator everywhere, verifier here", []lab.Membership{at(0, lab.Administrator), at(1, lab.Verifier)}, 1},
		{"verifier everywhere, administrator here", []lab.Membership{at(0, lab.Verifier), at(1, lab.Administrator)}, 1},
		{"all mistakes at once", []lab.Membership{at(-1, "king"), at(1, "queen")}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := fieldsOf(t, lab.CheckMemberships(test.list))
			if len(got) != test.wrong || slices.ContainsFunc(got, func(f string) bool { return f != "memberships" }) {
				t.Errorf("mistakes in %v", got)
			}
		})
	}
}

func TestWhoMayAdministrate(t *testing.T) {
	of := func(services ...lab.ServiceID) lab.Actor {
		a := lab.Actor{Kind: lab.KindUser, UserID: 7, Name: "Ada"}
		for _, s := range services {
			a.Memberships = append(a.Memberships, lab.Membership{UserID: 7, ServiceID: s, Role: lab.Administrator})
		}
		return a
	}
	at := func(services ...lab.ServiceID) (list []lab.Membership) {
		for _, s := range services {
			list = append(list, lab.Membership{ServiceID: s, Role: lab.Intake})
		}
		return list
	}
	for _, test := range []struct {
		name  string
		by    lab.Actor
		whose []lab.Membership
		want  bool
	}{
		{"the operator", lab.Operator("user disable"), at(0, 1, 2), true},
		{"administrator of all", of(0), at(0, 1, 2), true},
		{"administrator of the service", of(1), at(1), true},
		{"administrator of both services", of(1, 2), at(2, 1), true},
		{"administrator of one of them", of(1), at(1, 2), false},
		{"administrator of another", of(2), at(1), false},
		{"administrator of one, person of all", of(1), at(0), false},
		{"administrator of one, person without roles", of(1), nil, true},
		{"somebody without roles", lab.Actor{Kind: lab.KindUser, UserID: 7, Name: "Ada"}, nil, false},
		{"nobody", lab.Actor{}, nil, false},
		{"nobody by the name of the operator", lab.Actor{Name: "operator: user add"}, nil, false},
		{"somebody of no kind", lab.Actor{UserID: 7, Memberships: of(0).Memberships}, at(1), false},
		{"a user who calls herself the operator", lab.Actor{Kind: lab.KindUser, UserID: 7, Name: "operator: user add"}, nil, false},
		{"everything but administrator", person(7, lab.Intake, lab.Laboratory, lab.Verifier, lab.DataAnalyst, lab.Coordinator), at(1), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := lab.MayAdministrate(test.by, test.whose)
			var refused *lab.MoveError
			if (err == nil) != test.want || err != nil && !errors.As(err, &refused) {
				t.Error(err)
			}
		})
	}
}

func TestAnAdministratorRemains(t *testing.T) {
	for others, want := range map[int]bool{0: false, 1: true, 5: true} {
		if err := lab.CheckAdministratorRemains(others); (err == nil) != want {
			t.Errorf("%d others: %v", others, err)
		}
	}
	if lab.AdministratesAll([]lab.Membership{{ServiceID: 1, Role: lab.Administrator}, {Role: lab.Verifier}}) {
		t.Error("an administrator of one service administrates all")
	}
	if !lab.AdministratesAll([]lab.Membership{{Role: lab.Administrator}}) {
		t.Error("an administrator of all services does not administrate all")
	}
}

// TestServicesOfAgreesWithHas: the services that are listed are those at which the
// actor holds one of the roles.
func TestServicesOfAgreesWithHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		membership := rapid.Custom(func(t *rapid.T) lab.Membership {
			return lab.Membership{ServiceID: lab.ServiceID(rapid.IntRange(0, 4).Draw(t, "service")), Role: rapid.SampledFrom(lab.UserRoles).Draw(t, "role")}
		})
		by := lab.Actor{Kind: lab.KindUser, UserID: 7, Memberships: rapid.SliceOfN(membership, 0, 6).Draw(t, "memberships")}
		roles := rapid.SliceOf(rapid.SampledFrom(lab.UserRoles)).Draw(t, "roles")
		all, ids := by.ServicesOf(roles...)
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Fatalf("%v is not in order", ids)
		}
		for service := lab.ServiceID(1); service <= 5; service++ {
			if listed := all || slices.Contains(ids, service); listed != by.Has(service, roles...) {
				t.Fatalf("service %d: listed %t", service, listed)
			}
		}
	})
}
