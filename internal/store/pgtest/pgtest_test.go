//go:build unix

package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// asChild is set in the environment of a test process that another started.
const asChild = "MARQUIS_PGTEST_CHILD"

// TestMain leaves a shared server alone: these tests stop theirs.
func TestMain(m *testing.M) {
	if os.Getenv(asChild) == "" {
		_ = os.Unsetenv(shared) // it has a name
	}
	os.Exit(Main(m))
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func read[T any](t *testing.T, conn *pgx.Conn, query string) (value T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestRoles(t *testing.T) {
	s := Start(t)
	database := s.Database(t)
	const (
		role    = "SELECT current_user::text"
		powers  = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
		owner   = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
		current = "SELECT current_database()::text"
	)

	plain := connect(t, database)
	equal(t, "role of a database", read[string](t, plain, role), "marquis")
	equal(t, "powers of the role", read[bool](t, plain, powers), false)
	equal(t, "owner of the database", read[string](t, plain, owner), "marquis")
	equal(t, "encoding", read[string](t, plain, "SHOW server_encoding"), "UTF8")
	run(t, plain, "CREATE TABLE things (name text)")

	equal(t, "powers of Admin", read[bool](t, connect(t, s.Admin()), powers), true)

	super := connect(t, s.As(t, database, "postgres"))
	equal(t, "powers of the superuser", read[bool](t, super, powers), true)
	equal(t, "database of As", read[string](t, super, current), read[string](t, plain, current))
}

func TestDatabasesAreIndependent(t *testing.T) {
	s := Start(t)
	first, second := connect(t, s.Database(t)), connect(t, s.Database(t))
	run(t, first, "CREATE TABLE things (name text)")
	equal(t, "table in the other database",
		read[bool](t, second, "SELECT to_regclass('things') IS NOT NULL"), false)
}

func TestClone(t *testing.T) {
	const names = "SELECT string_agg(name, ',' ORDER BY name) FROM things"
	s := Start(t)
	template := s.Database(t)
	conn := connect(t, template)
	run(t, conn, "CREATE TABLE things (name text)")
	run(t, conn, "INSERT INTO things VALUES ('first')")
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	clone := connect(t, s.Clone(t, template))
	run(t, clone, "INSERT INTO things VALUES ('second')")
	equal(t, "names in the copy", read[string](t, clone, names), "first,second")
	equal(t, "names in the template", read[string](t, connect(t, template), names), "first")
}

func TestDatabaseIsDropped(t *testing.T) {
	s := Start(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		leaked, err := pgx.Connect(t.Context(), s.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		name = read[string](t, leaked, "SELECT current_database()::text")
	})
	equal(t, "databases of that name",
		read[int](t, connect(t, s.Admin()), "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"), 0)
}

func TestStop(t *testing.T) {
	before := Start(t).folder
	pid := serverID(t, before)
	Stop()
	if alive(pid) {
		t.Errorf("server %d runs after Stop", pid)
	}
	if exists(before) {
		t.Errorf("%s is there after Stop", before)
	}
	Stop() // once more changes nothing

	connect(t, Start(t).Database(t)) // another server
}

func TestDurable(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for folder := filepath.Dir(data); folder != os.TempDir(); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil { // for the server's account
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"", data} {
		t.Run("in "+folder, func(t *testing.T) {
			conn := connect(t, StartDurable(t, folder).Database(t))
			for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
				equal(t, setting, read[string](t, conn, "SHOW "+setting), "on")
			}
		})
	}

	t.Run("first", func(t *testing.T) {
		run(t, connect(t, StartDurable(t, data).Admin()), "CREATE TABLE things (name text)")
	})
	if !exists(data) {
		t.Fatalf("%s is gone", data)
	}
	t.Run("second", func(t *testing.T) {
		conn := connect(t, StartDurable(t, data).Admin())
		equal(t, "table that the first made", read[bool](t, conn, "SELECT to_regclass('things') IS NOT NULL"), true)
	})
}

// TestChild is the other process of TestKilled: it says where its server is,
// and waits to be killed.
func TestChild(t *testing.T) {
	if os.Getenv(asChild) == "" {
		t.Skip("only for TestKilled")
	}
	s := Start(t)
	connect(t, s.Database(t))
	fmt.Fprintf(os.Stdout, "folder %s\n", s.folder)
	if os.Getenv(shared) == "" {
		time.Sleep(patience)
	}
}

// TestShared lets two test processes use one server, which outlives them.
func TestShared(t *testing.T) {
	setting, stop, err := Share()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	_, folder, _ := strings.Cut(setting, "=")
	for range 2 {
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), asChild+"=1", setting)
		output, err := child.Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(output), "folder "+folder+"\n") {
			t.Errorf("the other process used another server than %s:\n%s", folder, output)
		}
	}
	if pid := serverID(t, folder); !alive(pid) {
		t.Error("the server ended with those that used it")
	}
	stop()
	if exists(folder) {
		t.Errorf("%s is there after it was stopped", folder)
	}
}

func TestKilled(t *testing.T) {
	own := Start(t)
	child := exec.Command(os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), asChild+"=1")
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill() })

	var folder string
	for lines := bufio.NewScanner(output); folder == "" && lines.Scan(); {
		folder, _ = strings.CutPrefix(lines.Text(), "folder ")
	}
	if folder == "" {
		t.Fatal("the other process started no server")
	}
	pid := serverID(t, folder)
	connect(t, own.Database(t)) // both run

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	for deadline := time.Now().Add(patience); alive(pid) || exists(folder); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after its test process was killed: server %d runs: %v; %s is there: %v",
				pid, alive(pid), folder, exists(folder))
		}
	}
	connect(t, own.Database(t)) // ours is untouched
}

func TestPrograms(t *testing.T) {
	root := t.TempDir()
	t.Setenv("PATH", filepath.Join(root, "nothing"))
	pattern := filepath.Join(root, "*", "bin")
	install := func(version string, names ...string) {
		folder := filepath.Join(root, version, "bin")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}

	if _, err := programs(pattern); err == nil || !strings.Contains(err.Error(), "package postgresql") {
		t.Errorf("nothing installed: %v", err)
	}
	install("9.6", "initdb", "postgres")
	install("15", "initdb", "postgres")
	install("17", "initdb") // a client package
	got, err := programs(pattern)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "newest complete version", got, filepath.Join(root, "15", "bin"))

	t.Setenv("PATH", filepath.Join(root, "9.6", "bin"))
	got, err = programs(pattern)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "version in PATH", got, filepath.Join(root, "9.6", "bin"))
}

// serverID returns the process id of the server in folder.
func serverID(t *testing.T, folder string) int {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(folder, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
