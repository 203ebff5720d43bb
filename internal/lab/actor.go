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
	Importer      UserRole = "importer"
	Administrator UserRole = "administrator"
)

// UserRoles is the vocabulary of UserRole.
var UserRoles = Vocabulary[UserRole]{Intake, Laboratory, Verifier, DataAnalyst, Coordinator, Importer, Administrator}

// ActorKind says what an actor is, and with it what authority there can be. Of no
// kind is whoever the program does not know, or not yet: nobody, who may do nothing.
type ActorKind string

// The kinds of actor.
const (
	KindUser     ActorKind = "user"
	KindOperator ActorKind = "operator"
	KindProgram  ActorKind = "program"
)

// Actor is who does something: a user with memberships, or the program itself on
// behalf of the operator who runs it from the shell.
type Actor struct {
	Kind        ActorKind
	UserID      Optional // of a user
	Name        string
	Memberships []Membership
}

// Operator is the person at the shell of the machine, who may do what a command
// offers. Commands offer no verification: an operator has no signature.
func Operator(command string) Actor {
	return Actor{Kind: KindOperator, Name: "operator: " + command}
}

func (a Actor) isOperator() bool { return a.Kind == KindOperator }

// Program is the program itself at a task of its own, as making figures or removing
// what is over its time: it sees what the task needs and has no roles.
func Program(task string) Actor { return Actor{Kind: KindProgram, Name: "program: " + task} }

func (a Actor) isProgram() bool { return a.Kind == KindProgram }

// Has tells whether the actor is a user who holds one of the roles at the service.
func (a Actor) Has(service ServiceID, roles ...UserRole) bool {
	return a.Kind == KindUser && slices.ContainsFunc(a.Memberships, func(m Membership) bool {
		return (m.ServiceID == 0 || m.ServiceID == service) && slices.Contains(roles, m.Role)
	})
}

// ServicesOf returns the services at which the actor is a user who holds one of the
// roles, in order of their numbers: all of them, or those that are listed.
func (a Actor) ServicesOf(roles ...UserRole) (all bool, ids []ServiceID) {
	if a.Kind != KindUser {
		return false, nil
	}
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
