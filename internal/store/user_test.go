package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// The texts that stand for a password's hash, a token's and a code's. Only their
// form matters here.
const passwordHash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"

func tokenHash(of string) string { return strings.Repeat("0", 64-len(of)) + of }

// movedClock is a clock that tests move.
type movedClock struct{ sinceNow atomic.Int64 }

func (c *movedClock) move(d time.Duration) { c.sinceNow.Add(int64(d)) }
func (c *movedClock) now() time.Time       { return storetest.Now.Add(time.Duration(c.sinceNow.Load())) }

// eachWithClock runs a test on an empty registry of either kind with a clock of its
// own.
func eachWithClock(t *testing.T, test func(t *testing.T, s *store.Store, c *movedClock)) {
	t.Helper()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := &movedClock{}
			s, err := store.Open(t.Context(), storetest.Config(t, kind), c.now)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, s, c)
		})
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusedAs checks that an error is of a kind.
func refusedAs(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v instead of %v", err, want)
	}
}

func refusedIn(t testing.TB, err error, fields ...string) {
	t.Helper()
	var errs lab.FieldErrors
	if !errors.As(err, &errs) || len(errs) != len(fields) {
		t.Errorf("%v instead of mistakes in %v", err, fields)
		return
	}
	for i, e := range errs {
		if e.Field != fields[i] {
			t.Errorf("%v instead of mistakes in %v", err, fields)
		}
	}
}

func refusedMove(t testing.TB, err error) {
	t.Helper()
	var move *lab.MoveError
	if !errors.As(err, &move) {
		t.Errorf("%v is no refusal", err)
	}
}

func accountOf(t testing.TB, s *store.Store, login string) store.Account {
	t.Helper()
	a, err := s.Account(t.Context(), login)
	noError(t, err)
	return a
}

// lastEvent is the newest event on people.
func lastEvent(t testing.TB, s *store.Store) event {
	t.Helper()
	events := eventsOf(t, s)
	events = slices.DeleteFunc(events, func(e event) bool { return e.service != 0 })
	return events[len(events)-1]
}

var operator = lab.Operator("test")

func TestUsersAreAdded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		given := []lab.Membership{{ServiceID: service.ID, Role: lab.Verifier}, {ServiceID: service.ID, Role: lab.Intake}}
		joke, err := s.AddUser(t.Context(), operator, lab.User{Login: "joke", Name: "Joke"}, given)
		noError(t, err)
		want := []lab.Membership{{UserID: joke.UserID, ServiceID: service.ID, Role: lab.Intake}, {UserID: joke.UserID, ServiceID: service.ID, Role: lab.Verifier}}
		if !slices.Equal(joke.Memberships, want) || given[0].UserID != 0 {
			t.Errorf("memberships %v, given %v", joke.Memberships, given)
		}
		a := accountOf(t, s, " Joke ")
		if a.Login != "joke" || a.Name != "Joke" || a.Disabled || a.PasswordHash != "" || a.TOTPSealed != "" || a.RecoveryLeft != 0 {
			t.Errorf("the account is %+v", a)
		}
		if got := a.Actor(); got.UserID != joke.UserID || got.Name != "Joke" || !slices.Equal(got.Memberships, want) {
			t.Errorf("the actor is %+v", got)
		}
		if e := lastEvent(t, s); e.action != "add user" || !strings.Contains(e.changes, fmt.Sprintf(`"new":["intake@%d","verifier@%[1]d"]`, service.ID)) {
			t.Errorf("the event is %+v", e)
		}
		storetest.Person(t, s, "ada", 0, lab.Administrator)
		all, err := s.People(t.Context(), lab.Operator("test"))
		if err != nil || len(all) != 2 || all[0].Login != "ada" || !slices.Equal(all[1].Memberships, want) {
			t.Errorf("all accounts are %+v, %v", all, err)
		}
		for _, id := range []lab.Optional{0, -1, 99} {
			_, err := s.Person(t.Context(), operator, id)
			refusedAs(t, err, lab.ErrNotFound)
		}
		for _, login := range []string{"", "jok", "joke'--", "%"} {
			_, err := s.Account(t.Context(), login)
			refusedAs(t, err, lab.ErrNotFound)
		}
	})
}

func TestUsersThatAreNotAdded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service := storetest.Service(t, s, "UTR")
		other := storetest.Service(t, s, "AMS")
		ada := storetest.Person(t, s, "ada", service.ID, lab.Administrator)
		before := len(eventsOf(t, s))
		add := func(by lab.Actor, login, name string, memberships ...lab.Membership) error {
			_, err := s.AddUser(t.Context(), by, lab.User{Login: login, Name: name}, memberships)
			return err
		}
		refusedIn(t, add(operator, "ada", "Another Ada"), "login")
		refusedIn(t, add(operator, "Ada", "", lab.Membership{ServiceID: 99, Role: lab.Intake}), "login", "name", "memberships")
		refusedIn(t, add(operator, "bob", "Bob", lab.Membership{ServiceID: service.ID, Role: "king"}), "memberships")
		refusedIn(t, add(operator, "bob", "Bob", lab.Membership{Role: lab.Administrator}, lab.Membership{ServiceID: 1, Role: lab.Verifier}), "memberships")
		refusedMove(t, add(ada, "bob", "Bob", lab.Membership{ServiceID: other.ID, Role: lab.Intake}))
		refusedMove(t, add(ada, "bob", "Bob", lab.Membership{Role: lab.Administrator}))
		refusedMove(t, add(lab.Actor{}, "bob", "Bob"))
		if after := len(eventsOf(t, s)); after != before {
			t.Errorf("%d events of what was refused", after-before)
		}
		noError(t, add(ada, "bob", "Bob", lab.Membership{ServiceID: service.ID, Role: lab.Intake}))
	})
}

func TestRenaming(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		noError(t, s.RenameUser(t.Context(), operator, bob.UserID, "Bob de Bruin"))
		if got := accountOf(t, s, "bob").Name; got != "Bob de Bruin" {
			t.Errorf("the name is %q", got)
		}
		if e := lastEvent(t, s); e.action != "rename user" || e.changes != `[{"field":"name","new":"Bob de Bruin","old":"bob"}]` {
			t.Errorf("the event is %+v", e)
		}
		refusedIn(t, s.RenameUser(t.Context(), operator, bob.UserID, " "), "name")
		refusedMove(t, s.RenameUser(t.Context(), bob, bob.UserID, "King"))
		refusedAs(t, s.RenameUser(t.Context(), operator, 99, "Nobody"), lab.ErrNotFound)
		before := len(eventsOf(t, s))
		noError(t, s.RenameUser(t.Context(), operator, bob.UserID, "Bob de Bruin"))
		if len(eventsOf(t, s)) != before {
			t.Error("a change of nothing left an event")
		}
	})
}

func TestMembershipsCountFromTheNextRequest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		service, other := storetest.Service(t, s, "UTR"), storetest.Service(t, s, "AMS")
		bob := storetest.Person(t, s, "bob", service.ID, lab.Intake)
		noError(t, storetest.StartSession(t.Context(), s, bob, tokenHash("b0b"), false))
		ada := storetest.Person(t, s, "ada", service.ID, lab.Administrator)
		verifier := lab.Membership{ServiceID: service.ID, Role: lab.Verifier}
		noError(t, s.SetMemberships(t.Context(), ada, bob.UserID, []lab.Membership{verifier}))
		session, err := s.Session(t.Context(), tokenHash("b0b"))
		noError(t, err)
		if by := session.Account.Actor(); by.Has(service.ID, lab.Intake) || !by.Has(service.ID, lab.Verifier) {
			t.Errorf("memberships %v", by.Memberships)
		}
		if e := lastEvent(t, s); e.action != "set memberships" || e.subject != "bob" ||
			e.changes != fmt.Sprintf(`[{"field":"memberships","new":["verifier@%d"],"old":["intake@%[1]d"]}]`, service.ID) {
			t.Errorf("the event is %+v", e)
		}
		// An administrator of one service leaves what is for another alone.
		abroad := lab.Membership{ServiceID: other.ID, Role: lab.Laboratory}
		refusedMove(t, s.SetMemberships(t.Context(), ada, bob.UserID, []lab.Membership{verifier, abroad}))
		noError(t, s.SetMemberships(t.Context(), operator, bob.UserID, []lab.Membership{verifier, abroad}))
		refusedMove(t, s.SetMemberships(t.Context(), ada, bob.UserID, []lab.Membership{verifier}))
		noError(t, s.SetMemberships(t.Context(), ada, bob.UserID, []lab.Membership{abroad}))
		refusedMove(t, s.SetMemberships(t.Context(), bob, bob.UserID, nil))
		refusedMove(t, s.SetMemberships(t.Context(), ada, ada.UserID, []lab.Membership{{Role: lab.Administrator}}))
		refusedIn(t, s.SetMemberships(t.Context(), operator, bob.UserID, []lab.Membership{{ServiceID: 99, Role: lab.Intake}}), "memberships")
		refusedAs(t, s.SetMemberships(t.Context(), operator, 99, nil), lab.ErrNotFound)
		noError(t, s.SetMemberships(t.Context(), operator, bob.UserID, nil))
		if got := accountOf(t, s, "bob").Memberships; len(got) != 0 {
			t.Errorf("memberships %v", got)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ada := storetest.Person(t, s, "ada", 0, lab.Administrator)
		service := storetest.Service(t, s, "UTR")
		storetest.Person(t, s, "local", service.ID, lab.Administrator)
		refusedIn(t, s.DisableUser(t.Context(), operator, ada.UserID, true), "memberships")
		refusedIn(t, s.SetMemberships(t.Context(), ada, ada.UserID, nil), "memberships")
		eve := storetest.Person(t, s, "eve", 0, lab.Administrator)
		// Each takes the other's place at the same moment: one of them remains.
		one(t, atOnce(2, func(i int) error {
			if i == 0 {
				return s.DisableUser(t.Context(), ada, eve.UserID, true)
			}
			return s.SetMemberships(t.Context(), eve, ada.UserID, nil)
		}), func(err error) bool {
			var errs lab.FieldErrors
			return errors.As(err, &errs)
		})
	})
}

func TestDisablingEndsEverythingAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		eve := storetest.Person(t, s, "eve", 0, lab.Intake)
		ctx := t.Context()
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("b0b"), true))
		noError(t, storetest.StartSession(ctx, s, eve, tokenHash("e4e"), true))
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("1"), lab.At(storetest.Now.Add(time.Hour)), false))
		noError(t, s.DisableUser(ctx, operator, bob.UserID, true))
		_, err := s.Session(ctx, tokenHash("b0b"))
		refusedAs(t, err, lab.ErrNotFound)
		_, err = s.Invitation(ctx, tokenHash("1"))
		refusedAs(t, err, lab.ErrNotFound)
		_, err = s.AcceptInvitation(ctx, tokenHash("1"), passwordHash, store.Device{})
		refusedAs(t, err, lab.ErrNotFound)
		refusedAs(t, storetest.StartSession(ctx, s, bob, tokenHash("b0b2"), false), lab.ErrNotFound)
		refusedAs(t, s.ChangePassword(ctx, bob, passwordHash, store.Here{Session: tokenHash("b0b")}), lab.ErrNotFound)
		refusedAs(t, s.SetSecondFactor(ctx, bob, "sealed", 1, nil), lab.ErrNotFound)
		refusedAs(t, s.UseSecondFactor(ctx, bob, step(1)), lab.ErrNotFound)
		refusedAs(t, s.UseRecoveryCode(ctx, bob, tokenHash("c")), lab.ErrNotFound)
		refusedIn(t, s.Invite(ctx, operator, bob.UserID, tokenHash("2"), lab.At(storetest.Now.Add(time.Hour)), false), "login")
		if _, err := s.Session(ctx, tokenHash("e4e")); err != nil {
			t.Errorf("somebody else's session: %v", err)
		}
		if e := lastEvent(t, s); e.action != "disable user" || e.subject != "bob" || e.changes != `[{"field":"disabled","new":true,"old":false}]` {
			t.Errorf("the event is %+v", e)
		}
		noError(t, s.DisableUser(ctx, operator, bob.UserID, false))
		_, err = s.Session(ctx, tokenHash("b0b"))
		refusedAs(t, err, lab.ErrNotFound) // it does not come back
		before := len(eventsOf(t, s))
		noError(t, s.DisableUser(ctx, operator, bob.UserID, false))
		if len(eventsOf(t, s)) != before {
			t.Error("a change of nothing left an event")
		}
		refusedAs(t, s.DisableUser(ctx, eve, bob.UserID, true), lab.ErrNotFound)
		refusedAs(t, s.DisableUser(ctx, operator, 99, true), lab.ErrNotFound)
	})
}

func TestChangingThePasswordEndsOtherSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob := storetest.Person(t, s, "bob", 0, lab.Intake)
		for _, token := range []string{"1", "2", "3"} {
			noError(t, storetest.StartSession(ctx, s, bob, tokenHash(token), false))
		}
		noError(t, s.Invite(ctx, operator, bob.UserID, tokenHash("4"), lab.At(storetest.Now.Add(time.Hour)), false))
		noError(t, s.ChangePassword(ctx, bob, passwordHash, store.Here{Session: tokenHash("2"), Renewed: tokenHash("5")}))
		for token, want := range map[string]error{"1": lab.ErrNotFound, "2": lab.ErrNotFound, "3": lab.ErrNotFound, "5": nil} {
			_, err := s.Session(ctx, tokenHash(token))
			refusedAs(t, err, want)
		}
		_, err := s.Invitation(ctx, tokenHash("4"))
		refusedAs(t, err, lab.ErrNotFound)
		if got := accountOf(t, s, "bob").PasswordHash; got != passwordHash {
			t.Errorf("the hash is %q", got)
		}
		here := store.Here{Session: tokenHash("5"), Renewed: tokenHash("6")}
		refusedAs(t, s.ChangePassword(ctx, operator, passwordHash, here), lab.ErrNotFound)
		if err := s.ChangePassword(ctx, bob, "a password in clear", here); err == nil {
			t.Error("the database takes a password in clear")
		}
	})
}

func TestSecondFactorsAreUsedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bob, eve := storetest.Person(t, s, "bob", 0, lab.Verifier), storetest.Person(t, s, "eve", 0, lab.Verifier)
		codes := []string{tokenHash("a"), tokenHash("b")}
		noError(t, s.SetSecondFactor(ctx, bob, "sealed", 100, codes))
		noError(t, s.SetSecondFactor(ctx, eve, "sealed too", 100, codes))
		refusedAs(t, s.UseSecondFactor(ctx, bob, step(100)), lab.ErrConflict)
		refusedAs(t, s.UseSecondFactor(ctx, bob, step(-1)), lab.ErrConflict)
		one(t, atOnce(4, func(int) error { return s.UseSecondFactor(ctx, bob, step(101)) }), func(err error) bool { return errors.Is(err, lab.ErrConflict) })
		one(t, atOnce(8, func(int) error { return s.UseRecoveryCode(ctx, bob, codes[0]) }), func(err error) bool { return errors.Is(err, lab.ErrNotFound) })
		a := accountOf(t, s, "bob")
		if a.TOTPSealed != "sealed" || a.TOTPStep != 101 || a.RecoveryLeft != 1 {
			t.Errorf("the account is %+v", a)
		}
		if e := lastEvent(t, s); e.action != "use recovery code" || e.actor != "bob" || e.actorID != int64(bob.UserID) || e.reason != "1 left" {
			t.Errorf("the event is %+v", e)
		}
		refusedAs(t, s.UseRecoveryCode(ctx, bob, ""), lab.ErrNotFound)
		refusedAs(t, s.UseRecoveryCode(ctx, lab.Actor{}, codes[1]), lab.ErrNotFound)
		noError(t, s.UseRecoveryCode(ctx, eve, codes[0])) // hers are her own
		noError(t, s.SetSecondFactor(ctx, bob, "another", 200, []string{tokenHash("c")}))
		refusedAs(t, s.UseRecoveryCode(ctx, bob, codes[1]), lab.ErrNotFound)
		refusedAs(t, s.SetSecondFactor(ctx, operator, "sealed", 1, nil), lab.ErrNotFound)
	})
}

func TestARehashChangesTheHashAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, bob := t.Context(), storetest.Person(t, s, "bob", 0, lab.Intake)
		others := func(form string, want bool) {
			t.Helper()
			have, err := s.HasOtherHashes(ctx, form)
			noError(t, err)
			if have != want {
				t.Errorf("other hashes than %q: %v", form, have)
			}
		}
		others("$argon2id$v=19$m=47104,", false) // nobody has a password
		noError(t, storetest.StartSession(ctx, s, bob, tokenHash("1"), false))
		noError(t, s.ChangePassword(ctx, bob, passwordHash, store.Here{Session: tokenHash("1"), Renewed: tokenHash("2")}))
		others("$argon2id$v=19$m=47104,", true)
		others("$argon2id$v=19$m=65536,", false)
		events, another := len(eventsOf(t, s)), strings.Replace(passwordHash, "m=65536", "m=47104", 1)
		noError(t, s.Rehash(ctx, bob.UserID, "what it was not", another))
		if got := accountOf(t, s, "bob").PasswordHash; got != passwordHash {
			t.Errorf("the hash is %q", got)
		}
		noError(t, s.Rehash(ctx, bob.UserID, passwordHash, another))
		if got := accountOf(t, s, "bob").PasswordHash; got != another || len(eventsOf(t, s)) != events {
			t.Errorf("the hash is %q, %d events", got, len(eventsOf(t, s))-events)
		}
	})
}

// everyValue reads all that a registry holds, as text, table by table.
func everyValue(t *testing.T, s *store.Store, kind string) string {
	t.Helper()
	var all strings.Builder
	for table, columns := range readCatalogue(t, s, kind).columns {
		for _, row := range sqlRows(t, s, "SELECT * FROM "+table, len(columns)) {
			for _, value := range row {
				if b, ok := value.([]byte); ok {
					value = string(b)
				}
				fmt.Fprintln(&all, value)
			}
		}
	}
	return all.String()
}

// TestNoWorkOnPeopleReadsThroughThePool does with one connection all that is done to
// people: a unit of work that read past its transaction would wait until the limit.
func TestNoWorkOnPeopleReadsThroughThePool(t *testing.T) {
	eachWithClock(t, func(t *testing.T, s *store.Store, c *movedClock) {
		store.OnePool(t, s)
		ctx, until := t.Context(), lab.At(c.now().Add(time.Hour))
		steps := func() error {
			bob, err := s.AddUser(ctx, operator, lab.User{Login: "bob", Name: "Bob"}, []lab.Membership{{Role: lab.Intake}})
			errs := []error{
				err,
				s.RenameUser(ctx, operator, bob.UserID, "Robert"),
				s.SetMemberships(ctx, operator, bob.UserID, []lab.Membership{{Role: lab.Verifier}}),
				s.Invite(ctx, operator, bob.UserID, tokenHash("1"), until, true),
				s.SetSecondFactor(ctx, bob, "sealed", 1, []string{tokenHash("a")}),
				s.UseSecondFactor(ctx, bob, step(2)),
				s.UseRecoveryCode(ctx, bob, tokenHash("a")),
				s.Rehash(ctx, bob.UserID, passwordHash, passwordHash),
			}
			_, err = s.Invitation(ctx, tokenHash("1"))
			_, accepting := s.AcceptInvitation(ctx, tokenHash("1"), passwordHash, store.Device{})
			errs = append(errs, err, accepting, storetest.StartSession(ctx, s, bob, tokenHash("2"), false))
			c.move(5 * time.Minute)
			_, remembering := storetest.RememberDevice(ctx, s, bob, store.Device{Network: tokenHash("n"), Fresh: tokenHash("d")})
			_, knowing := s.KnownTo(ctx, bob.UserID, nil, tokenHash("n"))
			s.NoteSignInFailure(store.FailedSignIn{UserID: bob.UserID})
			s.NoteSignInLimit(bob.UserID)
			errs = append(errs, remembering, knowing, s.WriteSignInFailures(ctx))
			_, err = s.Session(ctx, tokenHash("2"))
			return errors.Join(append(
				errs, err,
				s.ReplaceSession(ctx, tokenHash("2"), tokenHash("3"), true),
				s.ChangePassword(ctx, bob, passwordHash, store.Here{Session: tokenHash("3"), Renewed: tokenHash("4")}),
				s.EndSession(ctx, tokenHash("4")),
				s.EndSessions(ctx, operator, bob.UserID),
				s.DisableUser(ctx, operator, bob.UserID, true),
				s.SweepSessions(ctx, lab.Operator("test")),
			)...)
		}
		done := make(chan error, 1)
		go func() { done <- steps() }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("a unit of work waits for itself")
		}
	})
}

// filesIn reads all files of a folder.
func filesIn(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir(folder)
	noError(t, err)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		noError(t, err)
		all.Write(data)
	}
	return all.String()
}
