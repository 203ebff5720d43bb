package main

import (
	"context"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/config"
	"marquis/internal/store/pgtest"
)

// TestOperatingTellsEverySetting: of each it says the variable, in the table.
func TestOperatingTellsEverySetting(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	if _, err := config.Load(func(name string) (string, bool) { asked[strings.TrimSuffix(name, "_FILE")] = true; return "", false }); err != nil {
		t.Fatal(err)
	}
	for name := range asked {
		if !strings.Contains(string(text), "\n| `"+name+"` ") {
			t.Errorf("docs/operating.md has no row of %s", name)
		}
	}
	for _, name := range regexp.MustCompile(`MARQUIS_[A-Z_]+[A-Z]`).FindAllString(string(text), -1) {
		if !asked[strings.TrimSuffix(name, "_FILE")] {
			t.Errorf("docs/operating.md tells of %s, which is no setting", name)
		}
	}
}

// composed is docker-compose.yml under other names, so that its roles and database
// can stand beside those of other tests. Its secrets are in a folder.
type composed struct {
	t       *testing.T
	text    string
	secrets string
	server  *pgtest.Server
}

func newComposed(t *testing.T) composed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	c := composed{t, strings.ReplaceAll(string(text), "marquis", "composed"), t.TempDir(), pgtest.Start(t)}
	c.text = strings.ReplaceAll(c.text, "/run/secrets", c.secrets)
	for role, password := range map[string]string{"composed_owner": "0123456789abcdef", "composed": "fedcba9876543210"} {
		at := strings.Replace(c.server.As(t, c.server.Admin(), role), role+"@", role+":"+password+"@", 1)
		at = strings.Replace(at, "/postgres?", "/composed?", 1)
		if err := os.WriteFile(filepath.Join(c.secrets, role), []byte(at+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// block is what stands indented under a line.
func (c composed) block(line string) string {
	c.t.Helper()
	_, rest, found := strings.Cut(c.text, "\n"+line+"\n")
	if !found {
		c.t.Fatalf("docker-compose.yml has no line %q", line)
	}
	indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))+1)
	var lines []string
	for text := range strings.Lines(rest) {
		if strings.TrimSpace(text) != "" && !strings.HasPrefix(text, indent) {
			break
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "")
}

var (
	environmentLine = regexp.MustCompile(`(?m)^      (MARQUIS_\w+): (.*?)(?: #.*)?$`)
	defaultValue    = regexp.MustCompile(`\$\{\w+:-(.*?)\}`)
)

// environment is what a service's program is given, but for what others decide.
func (c composed) environment(service string, others map[string]string) map[string]string {
	c.t.Helper()
	environment := map[string]string{}
	for _, found := range environmentLine.FindAllStringSubmatch(c.block("  "+service+":"), -1) {
		environment[found[1]] = strings.Trim(defaultValue.ReplaceAllString(found[2], "$1"), `"`)
	}
	maps.Copy(environment, others)
	return environment
}

// psql runs SQL, as the superuser unless it is told a URL, and returns what it
// printed and whether that was an error.
func (c composed) psql(url, statements string) (string, error) {
	c.t.Helper()
	if url == "" {
		url = c.server.Admin()
	}
	command := exec.CommandContext(context.WithoutCancel(c.t.Context()), "psql", "--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align",
		"--set=ON_ERROR_STOP=1", "--file=-", url)
	command.Stdin = strings.NewReader(statements)
	out, err := command.CombinedOutput()
	return string(out), err
}

func (c composed) mustPSQL(statements string) string {
	c.t.Helper()
	out, err := c.psql("", statements)
	if err != nil {
		c.t.Fatalf("psql: %v\n%s", err, out)
	}
	return out
}

// run runs a command of the program in the environment of a service.
func (c composed) run(environment map[string]string, args ...string) string {
	c.t.Helper()
	var out, errs strings.Builder
	lookup := func(name string) (string, bool) { value, ok := environment[name]; return value, ok }
	if code := run(c.t.Context(), args, lookup, &out, &errs); code != exitDone {
		c.t.Fatalf("marquis %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

// TestComposeFile does with docker-compose.yml what Docker would do with it: the
// superuser's script, the owner's migration, the program under its own role.
func TestComposeFile(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	c := newComposed(t)
	t.Cleanup(func() {
		if out, err := c.psql("", "DROP DATABASE IF EXISTS composed WITH (FORCE);\nDROP ROLE IF EXISTS composed;\nDROP ROLE IF EXISTS composed_owner;"); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	c.mustPSQL(c.block("    content: |"))
	roles := "SELECT rolname, rolpassword LIKE 'SCRAM%' AND NOT (rolsuper OR rolcreaterole OR rolcreatedb) FROM pg_authid WHERE rolname ~ '^composed' ORDER BY 1;"
	if out := c.mustPSQL(roles); out != "composed|t\ncomposed_owner|t\n" {
		t.Errorf("the roles are %q", out)
	}

	migrating := c.environment("migrate", nil)
	command := regexp.MustCompile(`(?m)^    command: \[(.*)\]$`).FindStringSubmatch(c.block("  migrate:"))
	if command == nil || len(migrating) != 2 {
		t.Fatalf("command %q in %v", command, migrating)
	}
	for range 2 {
		if out := c.run(migrating, strings.Split(command[1], ", ")...); !strings.Contains(out, "role composed: may run the program") {
			t.Errorf("migrate wrote %q", out)
		}
	}

	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	environment := c.environment("composed", map[string]string{
		"MARQUIS_DATA": t.TempDir(), "MARQUIS_ADDRESS": "https://results.example.org", "MARQUIS_METRICS": "", // whose name only Docker knows
	})
	for _, name := range []string{"MARQUIS_DATABASE_URL_FILE", "MARQUIS_DATABASE_PLAIN", "MARQUIS_PROXIES", "MARQUIS_CODE_MONTHS", "MARQUIS_CURRENCY"} {
		if environment[name] == "" {
			t.Errorf("docker-compose.yml does not set %s", name)
		}
	}
	c.run(environment, "service", "add", "UTR", "Testservice Utrecht")
	if out := c.run(environment, "user", "add", "--login", "admin", "--name", "Anna", "--role", "administrator"); !strings.Contains(out, "https://results.example.org/invitation#") {
		t.Errorf("user add wrote %q", out)
	}
	program := serve(t, environment, "--listen", listen)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listen); err == nil {
			_ = connection.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody answers: %s", program.stderr)
		}
	}
	for path, want := range map[string]int{"/readyz": 200, "/": 200, "/staff": 200} {
		if have := status(t, "http://"+listen+path); have != want {
			t.Errorf("%s: status %d, want %d", path, have, want)
		}
	}
	c.run(environment, "health", "--listen", listen)
	program.stop()
	if code := program.wait(t); code != exitDone || strings.Contains(program.stderr.String(), `"ERROR"`) {
		t.Errorf("exit code %d: %s", code, program.stderr)
	}
	c.run(environment, "audit", "verify")
	c.backsUp(environment)

	at, err := os.ReadFile(filepath.Join(c.secrets, "composed"))
	if err != nil {
		t.Fatal(err)
	}
	for statement, want := range map[string]string{
		"DELETE FROM audit_events WHERE service_id = 0":      "permission denied",
		"UPDATE publications SET version = 2":                "permission denied",
		"TRUNCATE audit_events":                              "permission denied",
		"ALTER TABLE audit_events DISABLE TRIGGER ALL":       "must be owner",
		"GRANT composed_owner TO composed":                   "must",
		"CREATE TABLE more (x int)":                          "permission denied",
		"CREATE TEMPORARY TABLE more (x int)":                "permission denied",
		"COPY users TO PROGRAM 'cat'":                        "must be superuser",
		"ALTER DATABASE composed OWNER TO composed":          "must be owner",
		"DELETE FROM goose_db_version WHERE version_id >= 0": "permission denied",
	} {
		if out, err := c.psql(strings.TrimSpace(string(at)), statement+";"); err == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v, %q", statement, err, out)
		}
	}
}

// backsUp does what the services backup and restore would do, with what is typed between
// them.
func (c composed) backsUp(program map[string]string) {
	t := c.t
	t.Helper()
	reader, keysReader := identityFile(t), identityFile(t)
	folder, keys := t.TempDir(), t.TempDir()
	data := map[string]string{"MARQUIS_DATA": program["MARQUIS_DATA"]}
	typed := strings.NewReplacer("${BACKUP_RECIPIENT:-}", reader.recipient, "${BACKUP_KEYS_RECIPIENT:-}", keysReader.recipient, "/backup-keys", keys, "/backup", folder, "/scratch", t.TempDir())
	var command []string
	for _, line := range regexp.MustCompile(`(?m)^      - (.*)$`).FindAllStringSubmatch(c.block("  backup:"), -1) {
		command = append(command, typed.Replace(line[1]))
	}
	if out := c.run(c.environment("backup", data), command...); !strings.Contains(out, "proven: ") {
		t.Errorf("backup wrote %q", out)
	}
	c.mustPSQL("ALTER DATABASE composed RENAME TO composed_before;")
	t.Cleanup(func() { c.mustPSQL("DROP DATABASE IF EXISTS composed_before WITH (FORCE);") })
	c.mustPSQL("CREATE DATABASE composed OWNER composed_owner;")
	c.mustPSQL("REVOKE ALL ON DATABASE composed FROM PUBLIC;")
	entry := regexp.MustCompile(`(?m)^    entrypoint: \[/composed, (.*)\]$`).FindStringSubmatch(c.block("  restore:"))
	if entry == nil {
		t.Fatal("the service restore has no entry point")
	}
	args := append(strings.Split(entry[1], ", "), only(t, folder), "--identity", reader.path, "--keys", only(t, keys), "--keys-identity", keysReader.path)
	if out := c.run(c.environment("restore", data), args...); !strings.Contains(out, "role composed: may run the program") || !strings.Contains(out, "series A") {
		t.Errorf("restore wrote %q", out)
	}
	if out := c.run(program, "verify"); !strings.Contains(out, "all as they should be") {
		t.Errorf("verify wrote %q", out)
	}
}

// A tag leads to another image tomorrow; a digest does not.
func TestImagesAreNamedByTheirDigest(t *testing.T) {
	named := regexp.MustCompile(`(?m)^\s*(?:FROM|image:) (\S+)`)
	pinned := regexp.MustCompile(`^[a-z]+:[0-9][0-9a-z.-]+@sha256:[0-9a-f]{64}$`)
	images := 0
	for _, file := range []string{"Dockerfile", "docker-compose.yml"} {
		text, err := os.ReadFile(filepath.Join("..", "..", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			if found[1] == "scratch" || found[1] == "marquis" { // nothing, and our own
				continue
			}
			images++
			if !pinned.MatchString(found[1]) {
				t.Errorf("%s takes the image %s", file, found[1])
			}
		}
	}
	if images != 2 {
		t.Errorf("%d images of others are named, want that of Go and that of PostgreSQL", images)
	}
}
