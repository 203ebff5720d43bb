// Package storetest opens throwaway registries for tests, on SQLite and on
// PostgreSQL, and makes valid records for them.
package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
)

// Now is the moment at which tests take place.
var Now = time.Date(2025, time.March, 3, 10, 0, 0, 0, time.UTC)

// Clock is the clock of tests: it stands still at Now.
func Clock() time.Time { return Now }

// Each runs a test on an empty registry of either kind, both at once, after the
// caller has returned.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachKind(t, func(t *testing.T, kind string) { test(t, Open(t, Config(t, kind))) })
}

// EachKind runs a test for either kind of registry, as Each does, and leaves it to
// the test to open one.
func EachKind(t *testing.T, test func(t *testing.T, kind string)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// Open opens the registry and closes it when the test ends.
func Open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	return OpenAt(t, c, Clock)
}

// OpenAt opens the registry with a clock of the test's own.
func OpenAt(t testing.TB, c store.Config, clock func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Config returns the place of an empty registry with today's schema, of the kind
// sqlite or postgres.
func Config(t testing.TB, kind string) store.Config {
	t.Helper()
	if kind == "postgres" {
		server := pgtest.Start(t)
		return store.Config{DatabaseURL: server.Clone(t, postgresTemplate(t, server))}
	}
	folder := t.TempDir()
	data, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "marquis.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return store.Config{Folder: folder}
}

var template struct {
	sync.Mutex
	postgres string
}

// sqliteTemplate is a migrated file, made once a test process.
var sqliteTemplate = sync.OnceValues(func() (data []byte, err error) {
	folder, err := os.MkdirTemp("", "marquis-test-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	c := store.Config{Folder: folder}
	if _, err := store.Migrate(context.Background(), c, Clock); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "marquis.db"))
})

// postgresTemplate is the URL of a migrated database, made once a test process.
func postgresTemplate(t testing.TB, server *pgtest.Server) string {
	t.Helper()
	template.Lock()
	defer template.Unlock()
	if template.postgres == "" {
		url := server.Keep(t)
		if _, err := store.Migrate(context.Background(), store.Config{DatabaseURL: url}, Clock); err != nil {
			t.Fatal(err)
		}
		template.postgres = url
	}
	return template.postgres
}

// KeepMonths notes, as a server does before the first code is given out, for how many
// months codes work.
func KeepMonths(t testing.TB, s *store.Store, months int) {
	t.Helper()
	if err := s.KeepCodeMonths(t.Context(), lab.Operator("test"), months); err != nil {
		t.Fatal(err)
	}
}

// CodeMonths is for how many months codes work where ConfirmClock has said so.
const CodeMonths = 3

// ConfirmClock says, as an administrator does, that the clock is right and codes work
// for CodeMonths, so that what is over its time may go.
func ConfirmClock(t testing.TB, s *store.Store, now time.Time) {
	t.Helper()
	if err := s.ConfirmEnding(t.Context(), lab.Operator("test"), store.Confirmation{Day: lab.DateOf(now, time.UTC), Months: CodeMonths}); err != nil {
		t.Fatal(err)
	}
}

// Service adds a service with the code and returns it.
func Service(t testing.TB, s *store.Store, code string) lab.Service {
	t.Helper()
	service, err := s.AddService(t.Context(), lab.Operator("test"), lab.Service{
		Code: code, Name: "Service " + code, Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam",
	})
	if err != nil {
		t.Fatal(err)
	}
	return service
}

// Person adds a member of staff with roles at the service and returns the actor.
func Person(t testing.TB, s *store.Store, login string, service lab.ServiceID, roles ...lab.UserRole) lab.Actor {
	t.Helper()
	memberships := make([]lab.Membership, len(roles))
	for i, role := range roles {
		memberships[i] = lab.Membership{ServiceID: service, Role: role}
	}
	actor, err := s.AddUser(t.Context(), lab.Operator("test"), lab.User{Login: login, Name: login}, memberships)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// Benches makes laboratories whose methods are run at the bench of every service, unless
// they are there.
func Benches(t testing.TB, s *store.Store, names ...string) {
	t.Helper()
	d, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, known := d.FindLaboratory(name); known {
			continue
		}
		if _, err := s.AddLaboratory(t.Context(), lab.Operator("test"), lab.Lab{Name: name, Services: []lab.ServiceID{0}}); err != nil {
			t.Fatal(err)
		}
	}
}

// Reader works with the records of all services.
var Reader = lab.Actor{Kind: lab.KindUser, UserID: 9999, Name: "Reader", Memberships: []lab.Membership{{Role: lab.Verifier}}}

// Product returns a product of the dictionary by name.
func Product(t testing.TB, d *lab.Dictionary, name string) *lab.Product {
	t.Helper()
	p, ok := d.FindProduct(name)
	if !ok {
		t.Fatalf("no product %q", name)
	}
	return p
}

// Substance returns the number of a substance of the dictionary by name.
func Substance(t testing.TB, d *lab.Dictionary, name string) lab.SubstanceID {
	t.Helper()
	s, _, ok := d.FindSubstance(name)
	if !ok {
		t.Fatalf("no substance %q", name)
	}
	return s.ID
}

// Sample returns a valid sample of the service, sold as the product, with the
// given changes. Its day of receipt is confirmed, because programs under the real clock
// register it long after.
func Sample(service lab.ServiceID, product lab.ProductID, edit ...func(*lab.Sample)) lab.Sample {
	received, _ := lab.ParseDate("2025-02-03")
	x := lab.Sample{
		ReceivedOn: received, ReceivedBasis: lab.ReceivedRecorded, Channel: lab.FrontOfHouse, ProductID: product,
		SoldAsText: "as the visitor said", Form: lab.Powder,
	}
	x.ServiceID = service
	for _, change := range edit {
		change(&x)
	}
	x.Confirmed = append(x.Confirmed, "received_on="+x.ReceivedOn.String())
	return x
}

// AccountOf is the account of a user, with what they log in with.
func AccountOf(ctx context.Context, s *store.Store, id lab.Optional) (store.Account, error) {
	p, err := s.Person(ctx, lab.Operator("test"), id)
	if err != nil {
		return store.Account{}, err
	}
	return s.Account(ctx, p.Login)
}

// StartSession begins a session of somebody whose password was right, and gives it the
// second factor where that is asked for.
func StartSession(ctx context.Context, s *store.Store, by lab.Actor, tokenHash string, secondFactor bool) error {
	a, err := AccountOf(ctx, s, by.UserID)
	if err != nil {
		return err
	}
	e := store.Entry{Token: tokenHash, Password: a.PasswordHash}
	if secondFactor {
		e.Token = fmt.Sprintf("%x", sha256.Sum256([]byte("before "+tokenHash)))
	}
	if _, err := s.SignIn(ctx, by, e); err != nil || !secondFactor {
		return err
	}
	return s.ReplaceSession(ctx, e.Token, tokenHash, true)
}

// RememberDevice signs somebody in on a device that holds tokens with the hashes, and
// remembers it.
func RememberDevice(ctx context.Context, s *store.Store, by lab.Actor, d store.Device) (fresh bool, err error) {
	session := fmt.Sprintf("%x", sha256.Sum256([]byte(rand.Text())))
	if err := StartSession(ctx, s, by, session, true); err != nil {
		return false, err
	}
	return s.RememberDevice(ctx, session, d)
}
