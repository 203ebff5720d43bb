package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// registry opens the registry of the shell beside its commands.
func (sh shell) registry() *store.Store {
	sh.t.Helper()
	c := store.Config{Folder: sh.where[1]}
	if sh.where[0] == "--database-url" {
		c = store.Config{DatabaseURL: sh.where[1]}
	}
	s, err := store.Open(sh.t.Context(), c, time.Now)
	if err != nil {
		sh.t.Fatal(err)
	}
	sh.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			sh.t.Error(err)
		}
	})
	return s
}

var codeLine = regexp.MustCompile(`(?m)^  code  (\S+)$`)

// codeIn finds the code of an invitation in what a command wrote.
func codeIn(t *testing.T, out string) string {
	t.Helper()
	found := codeLine.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no code in %q", out)
	}
	return found[1]
}

func TestTheFirstAdministratorIsMadeHere(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		out := sh.must("user", "add", "--login", "ada", "--name", "Ada de Vries", "--role", "administrator", "--address", "https://marquis.example/")
		code := codeIn(t, out)
		for _, line := range []string{
			"user ada added\n", "  page  https://marquis.example/invitation\n", "  or, as one link, https://marquis.example/invitation#" + code + "\n",
		} {
			if !strings.Contains(out, line) {
				t.Errorf("%q lacks %q", out, line)
			}
		}
		if listed := sh.must("user", "list"); !strings.Contains(listed, "Ada de Vries") || !strings.Contains(listed, "no password yet") || strings.Contains(listed, code) {
			t.Errorf("listed %q", listed)
		}
		s := sh.registry()
		hash, err := credential.HashPassword("vijf woorden die samen niets zijn")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AcceptInvitation(t.Context(), credential.HashToken(code), hash, store.Device{}); err != nil {
			t.Fatal(err)
		}
		if ada, err := s.Account(t.Context(), "ada"); err != nil || !ada.Actor().Has(1, lab.Administrator) {
			t.Fatalf("accepted by %+v, %v", ada, err)
		}
		if listed := sh.must("user", "list"); !strings.Contains(listed, "administrator  enabled") {
			t.Errorf("listed %q", listed)
		}
		if code, _, stderr := sh.run("user", "disable", "ada"); code != exitFailed || !strings.Contains(stderr, "last administrator") {
			t.Errorf("exit %d, %q", code, stderr)
		}
	})
}

func TestUsersFromTheShell(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("service", "add", "UTR", "Testservice Utrecht")
		out := sh.must("user", "add", "--login", "bob", "--name", "Bob", "--role", "intake@UTR", "--role", "data_analyst")
		if !strings.Contains(out, "  page  http://127.0.0.1:8080/invitation\n") {
			t.Errorf("wrote %q", out)
		}
		first := codeIn(t, out)
		if listed := sh.must("user", "list"); !strings.Contains(listed, "data_analyst intake@UTR") {
			t.Errorf("listed %q", listed)
		}
		second := codeIn(t, sh.must("user", "invite", "bob", "--reset-second-factor"))
		s := sh.registry()
		if _, err := s.Invitation(t.Context(), credential.HashToken(first)); err == nil {
			t.Error("the first invitation is still open")
		}
		if u, err := s.Invitation(t.Context(), credential.HashToken(second)); err != nil || u.Login != "bob" {
			t.Errorf("invited %+v, %v", u, err)
		}
		if out := sh.must("user", "disable", "bob"); out != "user bob disabled\n" {
			t.Errorf("wrote %q", out)
		}
		if listed := sh.must("user", "list"); !strings.Contains(listed, "disabled") {
			t.Errorf("listed %q", listed)
		}
		if _, err := s.Invitation(t.Context(), credential.HashToken(second)); err == nil {
			t.Error("a disabled user is still invited")
		}
		if code, _, stderr := sh.run("user", "invite", "bob"); code != exitFailed || !strings.Contains(stderr, "enable the user first") {
			t.Errorf("exit %d, %q", code, stderr)
		}
		if out := sh.must("user", "enable", "BOB"); out != "user bob enabled\n" {
			t.Errorf("wrote %q", out)
		}
		if _, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil {
			t.Error(err)
		}
	})
}

func TestUserCommandsThatAreRefused(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("user", "add", "--login", "ada", "--name", "Ada")
		for _, test := range []struct {
			name string
			args []string
			exit int
			want []string
		}{
			{"everything missing", []string{"add"}, exitFailed, []string{"login: ", "name: "}},
			{"login taken", []string{"add", "--login", "ada", "--name", "Ada"}, exitFailed, []string{"login: Somebody else"}},
			{"unknown role and service", []string{"add", "--login", "bob", "--name", "Bob", "--role", "king@ZZZ"}, exitFailed, []string{`"king"`, "marquis service list"}},
			{"no service after the sign", []string{"add", "--login", "bob", "--name", "Bob", "--role", "intake@"}, exitFailed, []string{"marquis service list"}},
			{"administrator with results", []string{"add", "--login", "bob", "--name", "Bob", "--role", "administrator", "--role", "verifier"}, exitFailed, []string{"no other role"}},
			{"bad address", []string{"add", "--login", "bob", "--name", "Bob", "--address", "ftp://x"}, exitUsage, []string{"is not an address"}},
			{"address open to read", []string{"invite", "ada", "--address", "http://marquis.example"}, exitUsage, []string{"begin with https://"}},
			{"password in the address", []string{"invite", "ada", "--address", "https://ada:secret@x"}, exitUsage, []string{"is not an address"}},
			{"unknown user", []string{"invite", "bob"}, exitFailed, []string{"marquis user list"}},
			{"unknown user to disable", []string{"disable", "bob"}, exitFailed, []string{"marquis user list"}},
			{"no user", []string{"enable"}, exitUsage, []string{"marquis user enable LOGIN"}},
			{"too many users", []string{"disable", "ada", "bob"}, exitUsage, []string{"marquis user disable LOGIN"}},
		} {
			t.Run(test.name, func(t *testing.T) {
				code, stdout, stderr := sh.run(append([]string{"user"}, test.args...)...)
				if code != test.exit || stdout != "" {
					t.Errorf("exit %d, out %q", code, stdout)
				}
				for _, text := range test.want {
					if !strings.Contains(stderr, text) {
						t.Errorf("err %q lacks %q", stderr, text)
					}
				}
			})
		}
		if listed := sh.must("user", "list"); strings.Contains(listed, "bob") {
			t.Errorf("listed %q", listed)
		}
	})
}
