package lab

import (
	"slices"
	"strings"
)

// UserRole is what a membership allows its holder.
type UserRole string

// The roles that people have.
const (
	Intake        UserRole = "intake"
	Laboratory    UserRole = "laboratory"
	Verifier      UserRole = "verifier"
	DataAnalyst   UserRole = "data_analyst"
	Coordinator   UserRole = "coordinator"
	Administrator UserRole = "administrator"
)

// UserRoles is the vocabulary of UserRole.
var UserRoles = Vocabulary[UserRole]{Intake, Laboratory, Verifier, DataAnalyst, Coordinator, Administrator}

// Actor is who does something: a user with memberships, or the program itself on
// behalf of the operator who runs it from the shell.
type Actor struct {
	UserID      Optional // zero: the operator
	Name        string
	Memberships []Membership
}

// Operator is the person at the shell of the machine, who may do what a command
// offers. Commands offer no verification: an operator has no signature.
func Operator(command string) Actor { return Actor{Name: operatorName + command} }

const operatorName = "operator: "

func (a Actor) isOperator() bool { return a.UserID == 0 && strings.HasPrefix(a.Name, operatorName) }

// Has tells whether the actor holds one of the roles at the service.
func (a Actor) Has(service ServiceID, roles ...UserRole) bool {
	return slices.ContainsFunc(a.Memberships, func(m Membership) bool {
		return (m.ServiceID == 0 || m.ServiceID == service) && slices.Contains(roles, m.Role)
	})
}

// ServicesOf returns the services at which the actor holds one of the roles, in
// order of their numbers: all of them, or those that are listed.
func (a Actor) ServicesOf(roles ...UserRole) (all bool, ids []ServiceID) {
	for _, m := range a.Memberships {
		switch {
		case !slices.Contains(roles, m.Role):
		case m.ServiceID == 0:
			return true, nil
		default:
			ids = append(ids, m.ServiceID)
		}
	}
	slices.Sort(ids)
	return false, slices.Compact(ids)
}
