package server

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

var update = flag.Bool("update", false, "write docs/permissions.md anew from the routes")

const permissionsFile = "../../docs/permissions.md"

// What a cell of the table says.
const (
	allowed = "yes" // of any service, or of none
	own     = "own" // of the services where one holds the role
	refused = "–"

	// When a route opens to a session in which no code was given.
	never   = "yes"        // to nobody
	unless  = "where set"  // to who has no authenticator, and no service requires one
	setting = "setting up" // to who has no authenticator
	before  = "not yet"    // to everybody who gave the password
)

const permissionsHead = `# Who may do what

Made from the list of routes (internal/server/routes.go) by ` + "`go test ./internal/server -run Permissions -update`" + `; a test asks the running program for every line as everybody who may and who may not.

*yes*: may. *own*: may, at the services where one holds the role; those of others look as if they did not exist. *–*: may not. What may be changed in which state follows from the moves of samples, analyses and results, which the store checks again.

Second factor, a code of an authenticator or a recovery code, given in the same session. *yes*: nobody gets in without. *where set*: whoever has an authenticator, or has a role at a service that requires one, does not get in without; others do. *setting up*: as before, but it opens to who has to set an authenticator up. *not yet*: the password is enough. Whoever has an authenticator and gave the password alone is led to ` + "`/second-factor`" + ` from everywhere else, and whoever has to set one up to ` + "`/account/authenticator`" + `.

`

// permissions is the table as the routes have it.
func permissions(list []route) string {
	var text strings.Builder
	text.WriteString(permissionsHead + "| Route | everybody | staff |")
	for _, role := range lab.UserRoles {
		text.WriteString(" " + strings.ReplaceAll(string(role), "_", " ") + " |")
	}
	text.WriteString(" second factor |\n|" + strings.Repeat("---|", len(lab.UserRoles)+4) + "\n")
	for _, r := range list {
		fmt.Fprintf(&text, "| `%s %s` | %s | %s |", r.method, r.path, mark(r.access.Public, allowed), mark(r.access.Public || r.access.Anyone, allowed))
		for _, role := range lab.UserRoles {
			text.WriteString(" " + r.cell(role) + " |")
		}
		text.WriteString(" " + r.proof() + " |\n")
	}
	return text.String()
}

func mark(is bool, word string) string {
	if is {
		return word
	}
	return refused
}

// proof says when the route asks for the second factor.
func (rt route) proof() string {
	switch {
	case rt.access.Public:
		return refused
	case rt.access.SecondFactor:
		return never
	case rt.access.Opens == page.ForSettingUp:
		return setting
	case rt.access.Opens == page.AfterPassword:
		return before
	}
	return unless
}

func (rt route) cell(role lab.UserRole) string {
	holder := lab.Actor{Kind: lab.KindUser, Memberships: []lab.Membership{{ServiceID: 1, Role: role}}}
	may := rt.access.Lets(holder, 1)
	if rt.ofService() && !rt.access.Public {
		return mark(may, own)
	}
	return mark(may, allowed)
}

func (rt route) ofService() bool {
	return strings.Contains(rt.path, ":service") || strings.Contains(rt.path, ":number")
}

// permission is one line of the table.
type permission struct {
	method, path      string
	everybody, anyone bool
	roles             map[lab.UserRole]string
	secondFactor      string
}

func readPermissions(t *testing.T) []permission {
	t.Helper()
	text, err := os.ReadFile(permissionsFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []permission
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "|\n "), " | ")
		method, path, found := strings.Cut(strings.Trim(cells[0], "` "), " ")
		if !found || len(cells) != len(lab.UserRoles)+4 || !strings.HasPrefix(path, "/") {
			continue
		}
		p := permission{
			method: method, path: path, everybody: cells[1] == allowed, anyone: cells[2] == allowed, roles: map[lab.UserRole]string{},
			secondFactor: strings.TrimSpace(cells[len(cells)-1]),
		}
		for i, role := range lab.UserRoles {
			p.roles[role] = cells[3+i]
		}
		list = append(list, p)
	}
	return list
}

func TestPermissionsAreWrittenDown(t *testing.T) {
	want := permissions(routes())
	if *update {
		if err := os.WriteFile(permissionsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(permissionsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, []byte(want)) {
		t.Error("docs/permissions.md is not what the routes say; review them, then: go test ./internal/server -run Permissions -update")
	}
}

// gate is a server whose pages say only that they were reached.
type gate struct {
	*Server
	own, other lab.Service
	samples    map[lab.ServiceID]string // a number of each service
}

func newGate(t *testing.T, s *store.Store) *gate {
	t.Helper()
	keys, err := keyring.Open(filepath.Join(t.TempDir(), "keys.json"), true)
	if err != nil {
		t.Fatal(err)
	}
	now := storetest.Now
	web, err := New(Config{
		Store: s, Keys: keys, Log: slog.New(slog.DiscardHandler), Now: storetest.Clock, Currency: "EUR", Address: &url.URL{Scheme: "http", Host: "127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	list := routes()
	for i := range list {
		list[i].handle = func(r *request) error {
			r.Status(http.StatusNoContent)
			return nil
		}
	}
	if web.engine, err = web.newEngine(list); err != nil {
		t.Fatal(err)
	}
	g := &gate{Server: web, own: storetest.Service(t, s, "UTR"), other: storetest.Service(t, s, "AMS"), samples: map[lab.ServiceID]string{}}
	for _, service := range []lab.Service{g.own, g.other} {
		g.samples[service.ID] = lab.SampleNumber{Service: service.Code, Year: now.Year(), Running: 1}.String()
	}
	return g
}

// ask asks for a route about a service, and says how far it came.
func (g *gate) ask(p permission, service lab.Service, token string) string {
	path := strings.NewReplacer(":service", service.Code, ":number", g.samples[service.ID]).Replace(p.path)
	request := httptest.NewRequest(p.method, path, http.NoBody)
	if token != "" {
		request.AddCookie(&http.Cookie{Name: g.sessionCookie(), Value: token})
	}
	answer := httptest.NewRecorder()
	g.Handler().ServeHTTP(answer, request)
	switch answer.Code {
	case http.StatusNoContent:
		return "in"
	case http.StatusForbidden, http.StatusNotFound:
		return "refused"
	case http.StatusSeeOther:
		to, _, _ := strings.Cut(answer.Header().Get("Location"), "?next=") // and back from there
		return to
	}
	return fmt.Sprint("status ", answer.Code)
}

func (g *gate) session(t *testing.T, actor lab.Actor, secondFactor bool) string {
	t.Helper()
	token, hash := credential.NewToken()
	if err := storetest.StartSession(t.Context(), g.Store, actor, hash, secondFactor); err != nil {
		t.Fatal(err)
	}
	return token
}

func TestPermissionsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newGate(t, s)
		lines := readPermissions(t)
		known := map[string]bool{}
		for _, p := range lines {
			known[p.method+" "+p.path] = true
		}
		ways := slices.DeleteFunc(g.engine.Routes(), func(r gin.RouteInfo) bool { return r.Method == http.MethodHead }) // as GET
		for _, r := range ways {
			if !known[r.Method+" "+r.Path] {
				t.Errorf("%s %s is in no table of permissions", r.Method, r.Path)
			}
		}
		if len(lines) != len(ways) {
			t.Errorf("%d lines for %d routes", len(lines), len(ways))
		}
		g.checkStrangers(t, lines)
		for _, role := range lab.UserRoles {
			g.checkRole(t, lines, role)
		}
		g.checkOwing(t, lines)
	})
}

func (g *gate) checkStrangers(t *testing.T, lines []permission) {
	t.Helper()
	idle := g.session(t, storetest.Person(t, g.Store, "nobody", g.own.ID), true)
	leaver := storetest.Person(t, g.Store, "leaver", 0, lab.UserRoles[:6]...)
	gone := g.session(t, leaver, true)
	if err := g.Store.DisableUser(t.Context(), lab.Operator("test"), leaver.UserID, true); err != nil {
		t.Fatal(err)
	}
	for _, p := range lines {
		for who, token := range map[string]string{"nobody": "", "a disabled user": gone, "a forged session": "forged"} {
			want := "/sign-in"
			if p.everybody {
				want = "in"
			}
			if have := g.ask(p, g.own, token); have != want {
				t.Errorf("%s %s by %s: %s, want %s", p.method, p.path, who, have, want)
			}
		}
		want := "refused"
		if p.anyone {
			want = "in"
		}
		if have := g.ask(p, g.own, idle); have != want {
			t.Errorf("%s %s by staff without a role: %s, want %s", p.method, p.path, have, want)
		}
	}
}

func (g *gate) checkRole(t *testing.T, lines []permission, role lab.UserRole) {
	t.Helper()
	actor := storetest.Person(t, g.Store, strings.ReplaceAll(string(role), "_", "."), g.own.ID, role)
	full, half := g.session(t, actor, true), g.session(t, actor, false)
	for _, p := range lines {
		here, elsewhere := "refused", "refused"
		switch p.roles[role] {
		case allowed:
			here, elsewhere = "in", "in"
		case own:
			here = "in"
		case refused:
		default:
			t.Fatalf("%s %s: %q is no permission", p.method, p.path, p.roles[role])
		}
		short := here
		if p.secondFactor == never && here == "in" {
			short = "/second-factor"
		}
		for _, try := range []struct {
			where, token, want string
			service            lab.Service
		}{
			{"at the own service", full, here, g.own},
			{"at another service", full, elsewhere, g.other},
			{"without the second factor", half, short, g.own},
		} {
			if have := g.ask(p, try.service, try.token); have != try.want {
				t.Errorf("%s %s as %s %s: %s, want %s", p.method, p.path, role, try.where, have, try.want)
			}
		}
	}
}

// checkOwing asks for everything, of one's own service and of another, in sessions
// that owe the second factor: of who has an authenticator, and of who has to set one
// up. What is led away never reaches a page, and is not told whether there is one.
func (g *gate) checkOwing(t *testing.T, lines []permission) {
	t.Helper()
	everything := lab.UserRoles[:6]
	withOne := storetest.Person(t, g.Store, "has.one", g.own.ID, everything...)
	if err := g.Store.SetSecondFactor(t.Context(), withOne, "sealed", 1, nil); err != nil {
		t.Fatal(err)
	}
	noRole := storetest.Person(t, g.Store, "has.one.and.no.role", g.own.ID)
	if err := g.Store.SetSecondFactor(t.Context(), noRole, "sealed", 1, nil); err != nil {
		t.Fatal(err)
	}
	strict, err := g.Store.AddService(t.Context(), lab.Operator("test"), lab.Service{
		Code: "STR", Name: "Strict", Country: "NL", Currency: "EUR", TimeZone: "UTC", SecondFactor: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.samples[strict.ID] = lab.SampleNumber{Service: strict.Code, Year: 2025, Running: 1}.String()
	without := storetest.Person(t, g.Store, "must.set.up", strict.ID, everything...)
	everywhere := storetest.Person(t, g.Store, "must.set.up.everywhere", 0, everything...)
	administrator := storetest.Person(t, g.Store, "must.set.up.and.administrate", strict.ID, lab.Administrator)
	for _, who := range []struct {
		actor lab.Actor
		led   string
		opens []string
	}{
		{withOne, "/second-factor", []string{before}},
		{noRole, "/second-factor", []string{before}},
		{without, "/account/authenticator", []string{before, setting}},
		{everywhere, "/account/authenticator", []string{before, setting}},
		{administrator, "/account/authenticator", []string{before, setting}},
	} {
		token := g.session(t, who.actor, false)
		for _, p := range lines {
			for _, service := range []lab.Service{g.own, g.other, strict} {
				want := who.led
				if p.everybody || slices.Contains(who.opens, p.secondFactor) {
					want = "in"
				}
				if have := g.ask(p, service, token); have != want {
					t.Errorf("%s %s at %s by %s: %s, want %s", p.method, p.path, service.Code, who.actor.Name, have, want)
				}
			}
		}
	}
}
