package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/demo"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// before is where the registries of a program before today's lie, see its README.
const before = "../../migrations/testdata"

// madeAt is when they were made: their codes work in the months after it.
var madeAt = time.Date(2026, time.November, 28, 22, 10, 0, 0, time.UTC)

// sinceMade is a clock that goes, from so many hours after the registries of before
// were made.
func sinceMade(hours int) func() time.Time {
	started := time.Now()
	return func() time.Time { return madeAt.Add(time.Duration(hours)*time.Hour + time.Since(started)) }
}

// upgraded is a copy of a registry of before, and how it is reached.
type upgraded struct {
	shell
	environment map[string]string
	guide       *demo.Guide // a code for every state that a result can be in
}

// eachOfBefore runs a test on a copy of the registry of before, of either kind.
func eachOfBefore(t *testing.T, test func(t *testing.T, x upgraded)) {
	t.Helper()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) { test(t, copyOfBefore(t, kind)) })
	}
}

func copyOfBefore(t *testing.T, kind string) upgraded {
	t.Helper()
	from, folder := filepath.Join(before, kind), t.TempDir()
	for _, name := range []string{"keys.json", "demo.json"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	guide, err := demo.ReadGuide(folder)
	if err != nil || guide == nil {
		t.Fatalf("the guide of before: %v", err)
	}
	x := upgraded{shell{t, []string{"--data", folder}}, map[string]string{"MARQUIS_DATA": folder}, guide}
	if kind == "sqlite" {
		if err := os.WriteFile(filepath.Join(folder, store.SQLiteFile), unpack(t, filepath.Join(from, "marquis.db.gz")), 0o600); err != nil {
			t.Fatal(err)
		}
		return x
	}
	server := pgtest.Start(t)
	address := server.Database(t)
	server.Fill(t, address, string(unpack(t, filepath.Join(from, "marquis.sql.gz"))))
	x.where = append(x.where, "--database-url", address)
	x.environment["MARQUIS_DATABASE_URL"] = address
	return x
}

func unpack(t *testing.T, path string) []byte {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestARegistryOfBeforeIsRefusedUntilItIsMigrated(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		if code, _, stderr := x.run("audit", "verify"); code != exitFailed || !strings.Contains(stderr, "the database has schema 8") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	})
}

func TestARegistryOfBeforeIsWholeAfterItsUpgrade(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		figures := func() string { return x.must("stats", "2024", "--format", "json") }
		if out := x.must("migrate"); !strings.Contains(out, "schema: version 8 to ") {
			t.Errorf("migrate says:\n%s", out)
		}
		// One more than before: the dictionary was loaded anew.
		if out := x.must("audit", "verify"); !strings.HasPrefix(out, "1406 events, all as they were written") {
			t.Errorf("audit verify says: %s", out)
		}
		if told := figures(); !strings.Contains(told, `"registered"`) {
			t.Errorf("the figures of 2024 are %.300s", told)
		}
		// A colour pointed to what was expected, and nothing else was found: that is not certain.
		out := x.must("reclassify")
		if strings.Count(out, " × ") != 4 || !strings.Contains(out, "393 samples looked at, 252 moved\n") || !strings.Contains(out, "  1 × outcome: expected_only → inconclusive\n") {
			t.Errorf("reclassify says:\n%s", out)
		}
		for _, attention := range []string{"  63 × attention:  → caution\n", " 165 × attention:  → note\n", "  24 × attention:  → serious\n"} {
			if !strings.Contains(out, attention) {
				t.Errorf("reclassify does not say %q", attention)
			}
		}
		x.readsOtherwise(t, "NH-2026-00019")
		told := figures()
		if out := x.must("reclassify"); !strings.Contains(out, " samples looked at, 0 moved\n") || figures() != told {
			t.Errorf("the second time reclassify says:\n%s", out)
		}
		if out := x.must("migrate"); out != "everything is up to date\n" {
			t.Errorf("the second time migrate says:\n%s", out)
		}
	})
}

// Whoever looks whether the registry is whole before its key ring was taken is told what
// to type, and finds it whole afterwards.
func TestVerifyOfARegistryOfBeforeAsksForItsKeyRing(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		if code, _, said := x.run("verify"); code != exitFailed || !strings.Contains(said, "the keys of 245 of 245 codes are not known; with its key ring in place type: marquis keys adopt") {
			t.Errorf("exit code %d: %s", code, said)
		}
		x.must("keys", "adopt", "--yes")
		if out := x.must("verify"); !strings.Contains(out, "all as they should be\nthe facts of 393 samples are as the definitions of before made them") {
			t.Errorf("verify says: %s", out)
		}
		x.must("reclassify")
		if out := x.must("verify"); !strings.Contains(out, "all as they should be\ndigest ") {
			t.Errorf("verify says: %s", out)
		}
	})
}

// TestServeCountsTheFiguresOfBeforeAnew: behind its pages, which say so until it is done. Nobody
// types anything.
func TestServeCountsTheFiguresOfBeforeAnew(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		p := serveBy(t, sinceMade(1), x.environment)
		defer p.end(t)
		for began := time.Now(); strings.Contains(publicPage(t, p, "/figures"), "These years are being counted anew"); time.Sleep(50 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("the figures are not counted anew")
			}
		}
		x.readsOtherwise(t, "NH-2026-00019")
		if out := x.must("reclassify"); !strings.Contains(out, "393 samples looked at, 0 moved\n") {
			t.Errorf("reclassify says:\n%s", out)
		}
		if out := x.must("verify"); !strings.Contains(out, "all as they should be\ndigest ") {
			t.Errorf("verify says: %s", out)
		}
	})
}

// publicPage is a page that everybody sees.
func publicPage(t *testing.T, p *served, path string) string {
	t.Helper()
	answer, err := http.Get(p.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
	return string(body)
}

// config is where the registry is.
func (x *upgraded) config() store.Config {
	return store.Config{Folder: x.environment["MARQUIS_DATA"], DatabaseURL: x.environment["MARQUIS_DATABASE_URL"]}
}

// What was published before is kept as the text that the program writes, whatever the
// database had made of it, and nobody may change it.
func TestResultsOfBeforeAreTextAfterTheUpgrade(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		db := storetest.Pool(t, x.config())
		defer db.Close()
		rows, err := db.QueryContext(t.Context(), "SELECT result FROM publications")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		read := 0
		for rows.Next() {
			var text string
			var result lab.Result
			if err := errors.Join(rows.Scan(&text), result.Scan(text)); err != nil {
				t.Fatal(err)
			}
			if want, err := result.Text(); err != nil || text != want {
				t.Errorf("%s\nshould be %s: %v", text, want, err)
			}
			read++
		}
		if err := rows.Err(); err != nil || read < 390 {
			t.Errorf("%d results: %v", read, err)
		}
		if _, err := db.ExecContext(t.Context(), "UPDATE publications SET reason = 'x' WHERE service_id = 1"); err == nil {
			t.Error("a publication was changed")
		}
	})
}

// Each laboratory that methods named is one after the upgrade, and whoever could enter its
// analyses goes on: people of laboratories and those who verify all of them, the counter of a
// service what it used and what confirms nothing.
func TestTheLaboratoriesOfBeforeGoOnAfterTheUpgrade(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		s, err := store.Open(t.Context(), x.config(), sinceMade(1))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d, err := s.Words(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, l := range d.Laboratories {
			names[l.Code+" "+l.Name] = true
		}
		if want := map[string]bool{"LAB1 At the services (demo)": true, "LAB2 National laboratory (demo)": true}; !maps.Equal(names, want) {
			t.Errorf("the laboratories are %v", names)
		}
		actor := func(login string) lab.Actor {
			a, err := s.Account(t.Context(), login)
			if err != nil {
				t.Fatal(err)
			}
			return a.Actor()
		}
		services, err := s.Services(t.Context(), lab.Operator("test"))
		if err != nil || len(services) != 12 || len(d.Methods) != 6 {
			t.Fatalf("%d services, %d methods, %v", len(services), len(d.Methods), err)
		}
		for _, m := range d.Methods {
			if m.RetiredOn != 0 || m.Replaces != 0 || m.Lab == "" || !m.OpenScope && len(m.Scope) == 0 {
				t.Errorf("a method is now %+v", m)
			}
			for _, service := range services {
				for login, may := range map[string]bool{"laboratory": true, "verifier": true, "intake": m.Level != lab.Confirmatory, "coordinator": false, "administrator": false} {
					if d.Offered(actor(login), service.ID, m) != may {
						t.Errorf("%s of %s at %s is offered to %s: %v", m.Kind, m.Lab, service.Code, login, !may)
					}
				}
			}
		}
	})
}

// What was imported before is found by other spellings of its ids.
func TestIDsOfBeforeAreFoundAfterTheUpgrade(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		s, err := store.Open(t.Context(), x.config(), sinceMade(1))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var groups []string
		for i := range 200 {
			groups = append(groups, lab.SourceKeyOf(fmt.Sprintf("2023-%d", i)), lab.SourceKeyOf(fmt.Sprintf("2024%06d", i)))
		}
		services, err := s.Services(t.Context(), lab.Operator("test"))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, service := range services {
			recorded, err := s.Recorded(t.Context(), lab.Operator("test"), service.ID, groups)
			if err != nil {
				t.Fatal(err)
			}
			found += len(recorded)
		}
		if found != 148 {
			t.Errorf("%d samples that were imported before are found, of 148", found)
		}
	})
}

// Of what was imported before, the day on which its source gave the result is read from that.
func TestDaysOfSourcesOfBeforeAreReadFromTheirResults(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		db := storetest.Pool(t, x.config())
		defer db.Close()
		for what, want := range map[string]int{
			"p.version = 1 AND p.import_id IS NOT NULL AND s.source_published_on = p.published_on":                                     147,
			"p.version = 1 AND p.import_id IS NOT NULL AND (s.source_published_on IS NULL OR s.source_published_on <> p.published_on)": 0,
			"p.import_id IS NULL AND s.import_id IS NULL AND s.source_published_on IS NOT NULL":                                        0,
		} {
			n := 0
			err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM samples s JOIN publications p ON p.service_id = s.service_id AND p.sample_id = s.id WHERE "+what).Scan(&n)
			if err != nil || n != want {
				t.Errorf("%d of %d where %s: %v", n, want, what, err)
			}
		}
	})
}

// An event of before has neither another format nor a kind of actor.
func TestAnEventOfBeforeIsHeldToItsFormat(t *testing.T) {
	t.Parallel()
	x := copyOfBefore(t, "sqlite")
	x.must("migrate")
	db := storetest.Pool(t, x.config())
	defer db.Close()
	for _, change := range []string{"format = 2", "actor_kind = 'operator'", "format = 7"} {
		column, _, _ := strings.Cut(change, " ")
		for _, statement := range []string{
			"DROP TRIGGER IF EXISTS audit_events_no_update", "UPDATE audit_events SET " + change + " WHERE service_id = 1 AND seq = 2",
		} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if code, _, stderr := x.run("audit", "verify"); code != exitFailed || !strings.Contains(stderr, "broken at event 2") {
			t.Errorf("with %s: exit code %d: %s", change, code, stderr)
		}
		before := map[string]string{"format": "1", "actor_kind": "''"}[column]
		if _, err := db.ExecContext(t.Context(), "UPDATE audit_events SET "+column+" = "+before+" WHERE service_id = 1 AND seq = 2"); err != nil {
			t.Fatal(err)
		}
	}
}

// The first start takes the key ring that is there, and seals what it sealed anew.
func TestCodesAndAuthenticatorsOfBeforeWorkAfterTheUpgrade(t *testing.T) {
	t.Parallel()
	eachOfBefore(t, func(t *testing.T, x upgraded) {
		x.must("migrate")
		for hours := range 2 { // the second start finds what the first one took
			clock := sinceMade(hours)
			p := serveBy(t, clock, x.environment)
			for _, c := range x.guide.Codes {
				if status, _ := lookUp(t, p, c.Code); status != http.StatusOK {
					t.Errorf("%s, %s: status %d", c.Number, c.State, status)
				}
			}
			if status := signIn(t, p.address, "verifier", clock()); status != http.StatusOK {
				t.Errorf("the verifier's records: status %d", status)
			}
			p.end(t)
		}
		// One more than before: the dictionary was loaded anew.
		if out := x.must("audit", "verify"); !strings.Contains(out, "all as they were written") {
			t.Errorf("audit verify says: %s", out)
		}
	})
}

// signIn signs a demo login in with password and digits, and tells how the worklists
// answer.
func signIn(t *testing.T, address, login string, now time.Time) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	for _, l := range demo.Logins() {
		if l.Login != login {
			continue
		}
		digits, err := l.Digits(now)
		if err != nil {
			t.Fatal(err)
		}
		send(t, browser, address+"/sign-in", url.Values{"login": {login}, "password": {l.Password}})
		send(t, browser, address+"/second-factor", url.Values{"code": {digits}})
	}
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := browser.Get(address + "/work")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func send(t *testing.T, browser *http.Client, address string, form url.Values) {
	t.Helper()
	answer, err := browser.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// readsOtherwise holds that of none of its results today's rule would release other findings.
func (x *upgraded) readsOtherwise(t *testing.T, want ...string) {
	t.Helper()
	s, err := store.Open(t.Context(), x.config(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	reader := lab.Actor{Kind: lab.KindUser, UserID: 1, Memberships: []lab.Membership{{Role: lab.Verifier}}}
	list, err := s.Worklist(t.Context(), reader, store.WorkFilter{Stage: lab.StageToReview})
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, row := range list.Rows {
		numbers = append(numbers, row.Number.String())
	}
	if !slices.Equal(numbers, want) {
		t.Errorf("%v would be released otherwise, want %v", numbers, want)
	}
}
