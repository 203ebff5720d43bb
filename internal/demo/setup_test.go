package demo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/statistics"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// small is a plan that takes a second or two.
var small = Plan{Seed: 3, From: 2019, To: 2020, Scale: 0.02}

// made is a demo that a test looks at.
type made struct {
	*store.Store
	guide *Guide
	keys  *keyring.Ring
	staff map[lab.UserRole]lab.Actor
}

// makeDemo makes the plan's demo in an empty database of the kind, at a time.
func makeDemo(t *testing.T, kind string, plan Plan, now time.Time) *made {
	t.Helper()
	clock := func() time.Time { return now }
	c := Config{Plan: plan, Store: storetest.Config(t, kind), Keys: filepath.Join(t.TempDir(), "keys.json"), Now: clock, Progress: func(int, int) {}}
	guide, err := Make(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Open(c.Keys, false)
	if err != nil {
		t.Fatal(err)
	}
	x := &made{storetest.OpenAt(t, c.Store, clock), guide, keys, map[lab.UserRole]lab.Actor{}}
	for _, l := range Logins() {
		account, err := x.Account(t.Context(), l.Login)
		if err != nil {
			t.Fatal(err)
		}
		x.staff[l.Role] = account.Actor()
	}
	return x
}

func TestADemoIsARegistryAtWork(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		x := makeDemo(t, kind, small, storetest.Now)
		if origin, err := x.Synthetic(t.Context()); err != nil || origin != small.String() || x.guide.Origin != origin {
			t.Errorf("the registry comes from %q, the guide from %q, %v", origin, x.guide.Origin, err)
		}
		x.opensACodeOfEachState(t)
		x.hasWorkOnEachList(t)
		x.letsEachRoleIn(t)
		if _, err := x.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
		if moved, err := x.Reclassify(t.Context(), lab.Operator("reclassify")); err != nil || moved.Changed != 0 || moved.Samples == 0 {
			t.Errorf("reclassified: %+v, %v", moved, err)
		}
		for year := small.From; year <= small.To; year++ {
			x.countsWhatWasMade(t, year)
		}
	})
}

// opensACodeOfEachState looks every code of the guide up, as a visitor would.
func (x *made) opensACodeOfEachState(t *testing.T) {
	t.Helper()
	var states []string
	for _, c := range x.guide.Codes {
		code, err := lab.ParseLookupCode(c.Code)
		if err != nil {
			t.Fatal(err)
		}
		hashes, err := x.keys.Hashes(code, lab.CodesSince(lab.DateOf(storetest.Now, time.UTC), 3))
		if err != nil {
			t.Fatal(err)
		}
		typed := make([]store.CodeHash, len(hashes))
		for i, h := range hashes {
			typed[i] = store.CodeHash(h)
		}
		hash, err := x.Opens(t.Context(), typed)
		if err != nil {
			t.Fatal(err)
		}
		found, err := x.Lookup(t.Context(), hash)
		if err != nil || stateOf(&found) != c.State {
			t.Errorf("%s is %q and opens %+v, %v", c.Number, c.State, found, err)
		}
		states = append(states, c.State)
	}
	if !slices.Equal(states, States) {
		t.Errorf("there are codes for %q", states)
	}
}

// hasWorkOnEachList finds samples in every stage of their life.
func (x *made) hasWorkOnEachList(t *testing.T) {
	t.Helper()
	services, err := x.Services(t.Context(), lab.Operator("test"))
	if err != nil || len(services) != len(provinces) {
		t.Fatalf("%d services, %v", len(services), err)
	}
	all := map[lab.Stage]int{}
	for _, s := range services {
		counts, err := x.StageCounts(t.Context(), x.staff[lab.Verifier], s.ID)
		if err != nil {
			t.Fatal(err)
		}
		for stage, n := range counts {
			all[stage] += n.N
		}
		if locations, err := x.Locations(t.Context(), lab.Operator("test"), s.ID); err != nil || len(locations) < 2 {
			t.Errorf("%s has %d locations, %v", s.Code, len(locations), err)
		}
	}
	for _, stage := range lab.Stages {
		if stage == lab.StageToReview {
			continue // today's rule has released all of it
		}
		if all[stage] == 0 {
			t.Errorf("no sample is %s; they are %v", stage, all)
		}
	}
}

// letsEachRoleIn checks what each login is signed in with.
func (x *made) letsEachRoleIn(t *testing.T) {
	t.Helper()
	for _, l := range Logins() {
		account, err := x.Account(t.Context(), l.Login)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := (credential.Caller{}).Check(t.Context(), account.PasswordHash, l.Password); !ok || err != nil {
			t.Errorf("%s does not get in with %q, %v", l.Login, l.Password, err)
		}
		if (account.TOTPSealed != "") != (l.Secret != "") {
			t.Errorf("%s has an authenticator: %v", l.Login, account.TOTPSealed != "")
		}
		if l.Secret == "" {
			continue
		}
		secret, err := credential.Open(x.keys.Secret(), account.ID, credential.SecondFactor, account.TOTPSealed)
		if err != nil {
			t.Fatal(err)
		}
		digits, err := l.Digits(storetest.Now)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := credential.CheckTOTP(secret, digits, storetest.Now, account.TOTPStep); !ok {
			t.Errorf("the digits of %s are refused", l.Login)
		}
	}
}

// countsWhatWasMade compares the figures of the database with those of the same
// samples in memory.
func (x *made) countsWhatWasMade(t *testing.T, year int) {
	t.Helper()
	d, err := x.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scope := statistics.Scope{Year: year, Currency: "EUR"}
	stored := statistics.NewFold(d)
	services, err := x.Services(t.Context(), lab.Operator("test"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		for row, err := range x.FactRows(t.Context(), lab.Program("test"), s.ID, year) {
			if err != nil {
				t.Fatal(err)
			}
			stored.Add(row)
		}
	}
	stored.Seal()
	words, country := prepared(t, small)
	made := newReader(words).figures(t, year, country.year(year))
	var want, got bytes.Buffer
	if err := errors.Join(made.WriteCSV(&want), statistics.Compute(stored, d, scope).WriteCSV(&got)); err != nil {
		t.Fatal(err)
	}
	if made.Registered == 0 || !bytes.Equal(want.Bytes(), got.Bytes()) {
		t.Errorf("the figures of %d differ from those of what was made, of %d samples", year, made.Registered)
	}
}

func TestADemoTakesAnEmptyDatabaseOnly(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := Config{
			Plan: small, Store: storetest.Config(t, kind), Keys: filepath.Join(t.TempDir(), "keys.json"),
			Now: storetest.Clock, Progress: func(int, int) {},
		}
		s := storetest.Open(t, c.Store)
		storetest.Service(t, s, "REAL")
		if _, err := Make(t.Context(), c); !errors.Is(err, lab.ErrConflict) {
			t.Errorf("a demo in a real registry: %v", err)
		}
		if origin, err := s.Synthetic(t.Context()); err != nil || origin != "" {
			t.Errorf("the real registry is said to come from %q, %v", origin, err)
		}
		if services, err := s.Services(t.Context(), lab.Operator("test")); err != nil || len(services) != 1 {
			t.Errorf("the real registry has %d services, %v", len(services), err)
		}
	})
}

func TestAPlanThatCannotBeMade(t *testing.T) {
	for name, plan := range map[string]Plan{
		"before the market": {From: 2012, To: 2020, Scale: 1},
		"after it":          {From: 2020, To: 2025, Scale: 1},
		"backwards":         {From: 2021, To: 2020, Scale: 1},
		"nothing":           {From: 2020, To: 2020},
		"less than nothing": {From: 2020, To: 2020, Scale: -1},
		"too much":          {From: 2020, To: 2020, Scale: 101},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			var mistakes lab.FieldErrors
			_, err := Make(t.Context(), Config{Plan: plan, Store: store.Config{Folder: filepath.Join(folder, "data")}, Now: storetest.Clock})
			if !errors.As(err, &mistakes) {
				t.Errorf("%v", err)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("it left %v, %v", left, err)
			}
		})
	}
}

// The current weeks are full of work at whatever moment the demo is made.
func TestTheHourOfMakingDoesNotMatter(t *testing.T) {
	credential.CheapInTest(t)
	tiny := Plan{Seed: 1, From: 2024, To: 2024, Scale: 0.001}
	for _, at := range []string{
		"2025-03-03T00:05:00Z", "2026-01-01T12:00:00Z", "2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-11-22T23:59:00Z", "2028-02-29T10:00:00Z",
	} {
		t.Run(at, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			x := makeDemo(t, "sqlite", tiny, now)
			x.hasWorkOnEachList(t)
		})
	}
}

func TestTheGuideIsReadAsItWasSaved(t *testing.T) {
	folder := t.TempDir()
	if g, err := ReadGuide(folder); g != nil || err != nil {
		t.Errorf("an empty folder has the guide %v, %v", g, err)
	}
	g := &Guide{Origin: small.String(), Codes: []Code{{"received", "UT-2025-00001", "0000-0000-0000"}}}
	if err := g.Save(folder); err != nil {
		t.Fatal(err)
	}
	read, err := ReadGuide(folder)
	if err != nil || read.Origin != g.Origin || !slices.Equal(read.Codes, g.Codes) {
		t.Errorf("read %+v, %v", read, err)
	}
	if err := os.WriteFile(filepath.Join(folder, guideFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadGuide(folder); err == nil {
		t.Error("half a guide is read")
	}
}
