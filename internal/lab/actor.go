package lab

import "slices"

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

// User is a member of staff.
type User struct {
	ID       Optional
	Login    string
	Name     string
	Disabled bool
}

// Membership gives a user a role in one service, or in all.
type Membership struct {
	UserID    Optional
	ServiceID ServiceID // zero: in all services
	Role      UserRole
}

// Actor is who does something: a user with memberships, or the program itself on
// behalf of the operator who runs it from the shell.
type Actor struct {
	UserID      Optional // zero: the operator
	Name        string
	Memberships []Membership
}

// Operator is the person at the shell of the machine, who may do what a command
// offers. Commands offer no verification: an operator has no signature.
func Operator(command string) Actor { return Actor{Name: "operator: " + command} }

// Has tells whether the actor holds one of the roles at the service.
func (a Actor) Has(service ServiceID, roles ...UserRole) bool {
	return slices.ContainsFunc(a.Memberships, func(m Membership) bool {
		return (m.ServiceID == 0 || m.ServiceID == service) && slices.Contains(roles, m.Role)
	})
}
