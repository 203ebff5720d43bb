package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" { // a test has started this as the program itself
		main()
	}
	os.Exit(pgtest.Main(m))
}

// asProgram is the environment variable under which the test program is the
// program.
const asProgram = "MARQUIS_TEST_AS_PROGRAM"

// shell runs commands against one registry, as an operator does.
type shell struct {
	t     *testing.T
	where []string // flags that say where the registry is
}

// eachRegistry runs a test on an empty registry of either kind.
func eachRegistry(t *testing.T, test func(t *testing.T, sh shell)) {
	t.Helper()
	storetest.EachKind(t, func(t *testing.T, kind string) { test(t, newShell(t, kind)) })
}

func newShell(t *testing.T, kind string) shell {
	t.Helper()
	c := storetest.Config(t, kind)
	if c.DatabaseURL != "" {
		return shell{t, []string{"--database-url", c.DatabaseURL}}
	}
	return shell{t, []string{"--data", c.Folder}}
}

// run types a command and returns its exit code and what it wrote.
func (sh shell) run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), append(args, sh.where...), noEnvironment, &out, &errs)
	return code, out.String(), errs.String()
}

// must types a command that has to succeed and returns what it wrote.
func (sh shell) must(args ...string) string {
	sh.t.Helper()
	code, stdout, stderr := sh.run(args...)
	if code != exitDone {
		sh.t.Fatalf("marquis %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

func noEnvironment(string) (string, bool) { return "", false }

func TestWrongUseSaysWhatToType(t *testing.T) {
	sh := newShell(t, "sqlite")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown command", []string{"weigh"}, "unknown command"},
		{"unknown flag", []string{"stats", "2024", "--colour", "red"}, "marquis stats --help"},
		{"no year", []string{"stats"}, "marquis stats YEAR"},
		{"not a year", []string{"stats", "last"}, "is not a year"},
		{"year zero", []string{"report", "0"}, "is not a year"},
		{"unknown format", []string{"stats", "2024", "--format", "pdf"}, "table, json or csv"},
		{"product and expected", []string{"stats", "2024", "--product", "cocaine", "--expected", "cocaine"}, "not both"},
		{"unknown language", []string{"report", "2024", "--lang", "fr"}, "en, nl"},
		{"import without profile", []string{"import", "x.csv"}, "--profile"},
		{"import without file", []string{"import", "--profile", "unc-gcms"}, "FILE"},
		{"bad URL", []string{"stats", "2024", "--database-url", "mysql://x"}, "postgres://"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := sh.run(test.args...)
			if code != exitUsage || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("exit %d, out %q, err %q", code, stdout, stderr)
			}
		})
	}
}

func TestFailuresSayWhatToDo(t *testing.T) {
	sh := newShell(t, "sqlite")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown product", []string{"stats", "2024", "--product", "moon dust"}, `"moon dust"`},
		{"unknown substance", []string{"stats", "2024", "--expected", "moon dust"}, `"moon dust"`},
		{"unknown service", []string{"stats", "2024", "--service", "ZZZ"}, "marquis service list"},
		{"import into an unknown service", []string{"import", "--profile", "unc-gcms", "x.csv", "--service", "ZZZ"}, "marquis service add ZZZ"},
		{"unknown profile", []string{"import", "--profile", "mars", "x.csv"}, "unc-streetsafe"},
		{"missing file", []string{"import", "--profile", "unc-gcms", "missing.csv"}, "missing.csv"},
		{"too few files", []string{"import", "--profile", "unc-streetsafe", "x.csv"}, "2 files"},
		{"report into a missing folder", []string{"report", "2024", "--out", filepath.Join("missing", "x.xlsx")}, "missing"},
		{"bad service code", []string{"service", "add", "utrecht!", "Utrecht"}, "capitals"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := sh.run(test.args...)
			if code != exitFailed || !strings.Contains(stderr, test.want) {
				t.Errorf("exit %d, err %q", code, stderr)
			}
		})
	}
}

func TestAFreshFolderNeedsNothing(t *testing.T) {
	sh := shell{t, []string{"--data", filepath.Join(t.TempDir(), "new", "folder")}}
	if out := sh.must("migrate"); !strings.Contains(out, "schema: version 0 to") && !strings.Contains(out, "up to date") {
		t.Errorf("migrate wrote %q", out)
	}
	if out := sh.must("stats", "2024"); !strings.Contains(out, "registered") {
		t.Errorf("stats of nothing wrote %q", out)
	}
	if out := sh.must("migrate"); out != "everything is up to date\n" {
		t.Errorf("the second migrate wrote %q", out)
	}
}

func TestSettingsComeFromTheEnvironment(t *testing.T) {
	folder := t.TempDir()
	env := func(name string) (string, bool) { return folder, name == "MARQUIS_DATA" }
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"service", "list"}, env, &out, &errs); code != exitDone {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if _, err := os.Stat(filepath.Join(folder, "marquis.db")); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyPostgresSaysMigrate(t *testing.T) {
	sh := shell{t, []string{"--database-url", pgtest.Start(t).Database(t)}}
	code, _, stderr := sh.run("stats", "2024")
	if code != exitFailed || !strings.Contains(stderr, "marquis migrate") {
		t.Errorf("exit %d, %q", code, stderr)
	}
	sh.must("migrate")
	sh.must("stats", "2024")
}

func TestServices(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("service", "add", "UTR", "Testservice Utrecht")
		if out := sh.must("service", "list"); !strings.Contains(out, "Testservice Utrecht") {
			t.Errorf("listed %q", out)
		}
		if code, _, stderr := sh.run("service", "add", "UTR", "Again"); code != exitFailed || !strings.Contains(stderr, "There is a service with the code UTR already.") {
			t.Errorf("added twice: exit %d, %q", code, stderr)
		}
	})
}

func TestVersion(t *testing.T) {
	sh := newShell(t, "sqlite")
	if out := sh.must("version"); !strings.HasPrefix(out, "marquis "+version) {
		t.Errorf("%q", out)
	}
}
