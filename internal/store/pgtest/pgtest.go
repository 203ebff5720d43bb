// Package pgtest starts a throwaway PostgreSQL server for tests, from the
// server programs that are installed on the machine. It needs no set-up, uses
// no TCP port, and leaves neither process nor file behind, however the test
// process ends: several may run side by side. A run of many test processes can share
// one server: internal/testrun.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser  = "postgres"
	owner      = "marquis"
	maintained = "postgres" // the database to connect to for making others

	patience = time.Minute // for anything the server is asked
)

// Server is a throwaway PostgreSQL server. It has two roles to begin with: the
// superuser "postgres" and the plain role "marquis", which owns the databases
// and may neither make databases nor roles. No role has a password.
//
// Unless it is durable, the server writes nothing to disk that would survive a
// crash. Its time zone is not UTC, so that a query which depends on the zone shows.
type Server struct {
	folder  string   // of the socket
	process *process // nil where another process started it
	made    atomic.Int64
	names   string // of databases: this and the number of those made so far

	mu   sync.Mutex
	idle []*pgx.Conn // connections of the superuser: one costs more than what is asked by it
}

// running is the server of this test process.
var running struct {
	sync.Mutex
	server *Server
	err    error
}

// Start returns the server of this test process, which the first call starts
// in about two seconds. It skips the test where PostgreSQL's server programs
// are not installed, and fails it instead where the environment variable CI is
// set. Nothing has to stop the server: it ends with the test process. Below Share it
// is the server that was shared.
func Start(t testing.TB) *Server {
	t.Helper()
	folder := installed(t)
	running.Lock()
	defer running.Unlock()
	if running.server == nil && running.err == nil {
		running.server, running.err = join(folder)
	}
	if running.err != nil {
		t.Fatalf("start PostgreSQL from %s: %v", folder, running.err)
	}
	return running.server
}

// shared is the environment variable that names the folder of a shared server.
const shared = "MARQUIS_PGTEST"

// join returns the server that is shared with this test process, or else starts one.
func join(programs string) (*Server, error) {
	if folder := os.Getenv(shared); folder != "" {
		return newServer(folder, nil), nil
	}
	return start(programs, keeping{})
}

// Share starts a server for the test processes in whose environment the setting is.
// Stop ends it; it ends with this process at the latest. Where PostgreSQL is not
// installed, it is for each test to say so.
func Share() (setting string, stop func(), err error) {
	folder, err := programs(debian)
	if err != nil {
		return "", nil, err
	}
	s, err := start(folder, keeping{})
	if err != nil {
		return "", nil, err
	}
	return shared + "=" + s.folder, s.stop, nil
}

// StartDurable starts a server beside that of the test process, which writes as
// safely as PostgreSQL does unless it is told otherwise: for measurements. Its data
// lie in the folder, where they stay and where another StartDurable finds them, or
// without a name in a folder that goes with the server. It stops when the test ends.
func StartDurable(t testing.TB, folder string) *Server {
	t.Helper()
	s, err := start(installed(t), keeping{durable: true, data: folder})
	if err != nil {
		t.Fatalf("start a durable PostgreSQL: %v", err)
	}
	t.Cleanup(s.stop)
	return s
}

// installed returns the folder of PostgreSQL's programs. It skips the test where
// there is none, and fails it instead where CI is set.
func installed(t testing.TB) string {
	t.Helper()
	folder, err := programs(debian)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v, and CI is set", err)
		}
		t.Skip(err)
	}
	return folder
}

// keeping says how carefully a server keeps what it is given.
type keeping struct {
	durable bool   // what is committed survives a crash
	data    string // folder of its data, which stays; empty: one that goes with the server
}

// stop ends a server that this process started.
func (s *Server) stop() {
	if s.process != nil {
		s.process.stop()
	}
}

// Stop ends the server that this test process started, if there is one, and removes
// its folder. It returns when both are gone. The next Start starts another server.
func Stop() {
	running.Lock()
	defer running.Unlock()
	if running.server != nil {
		running.server.stop()
	}
	running.server, running.err = nil, nil
}

// Main runs the tests of a package and then stops the server. It is for a
// TestMain; a package without one is cleaned up just after its process ended.
func Main(m *testing.M) int {
	defer Stop()
	return m.Run()
}

// start starts a server and adds the role that owns the databases.
func start(programs string, k keeping) (*Server, error) {
	p, err := launch(programs, k)
	if err != nil {
		return nil, err
	}
	s := newServer(p.folder, p)
	if err := s.await(); err != nil {
		err = fmt.Errorf("%w\n%s", err, p.output())
		p.stop()
		return nil, err
	}
	if err := s.addOwner(); err != nil {
		p.stop()
		return nil, err
	}
	return s, nil
}

// newServer is a server whose socket lies in the folder, with names of its own for the
// databases that this process makes there.
func newServer(folder string, p *process) *Server {
	return &Server{folder: folder, process: p, names: "test_" + strings.ToLower(rand.Text()[:10]) + "_"}
}

// addOwner adds the role that owns the databases, unless it is there.
func (s *Server) addOwner() error {
	return s.exec("DO $$ BEGIN IF to_regrole('" + owner + "') IS NULL THEN " +
		"CREATE ROLE " + owner + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE; END IF; END $$")
}

// Database makes an empty database that the role "marquis" owns, and returns
// the URL to reach it as that role. It is dropped when the test ends, whoever
// is still connected.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.create(t, "template1")
}

// Clone makes a copy of the database at the URL template, as Database and
// Clone return it, and returns the URL of the copy. Nobody may be connected to
// the template. The copy is dropped when the test ends.
func (s *Server) Clone(t testing.TB, template string) string {
	t.Helper()
	u, err := url.Parse(template)
	if err != nil {
		t.Fatalf("clone a database: %v", err)
	}
	return s.create(t, strings.TrimPrefix(u.Path, "/"))
}

// Keep makes an empty database like Database, which stays until the server stops:
// the template of many tests.
func (s *Server) Keep(t testing.TB) string {
	t.Helper()
	return s.url(owner, s.make(t, "template1"))
}

func (s *Server) create(t testing.TB, template string) string {
	t.Helper()
	name := s.make(t, template)
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop a database: %v", err)
		}
	})
	return s.url(owner, name)
}

// make makes a database and returns its name.
func (s *Server) make(t testing.TB, template string) string {
	t.Helper()
	name := s.names + strconv.FormatInt(s.made.Add(1), 10)
	identifier := pgx.Identifier{template}.Sanitize()
	if err := s.exec("CREATE DATABASE " + name + " OWNER " + owner + " TEMPLATE " + identifier + " STRATEGY file_copy"); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return name
}

// Fill runs statements, as pg_dump writes them, in a database as the role of its URL.
func (s *Server) Fill(t testing.TB, database, statements string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatalf("fill a database: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.PgConn().Exec(ctx, statements).ReadAll(); err != nil {
		t.Fatalf("fill a database: %v", err)
	}
}

// Admin returns the URL to reach the server's maintenance database as the
// superuser. Roles belong to the server and not to one database: a test that
// adds one should give it a name of its own and drop it again.
func (s *Server) Admin() string { return s.url(superuser, maintained) }

// As returns the URL of the same database for another role, such as
// "postgres", the superuser.
func (s *Server) As(t testing.TB, database, role string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatalf("change the role of a URL: %v", err)
	}
	return s.url(role, strings.TrimPrefix(u.Path, "/"))
}

func (s *Server) url(role, database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=5432",
		url.PathEscape(role), url.PathEscape(database), url.QueryEscape(s.folder))
}

// exec runs one statement as the superuser.
func (s *Server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn := s.takeIdle()
	if conn == nil {
		var err error
		if conn, err = pgx.Connect(ctx, s.Admin()); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, statement)
	if conn.IsClosed() {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = append(s.idle, conn)
	return err
}

// takeIdle takes a connection of the superuser that nobody uses; nil where there is none.
func (s *Server) takeIdle() *pgx.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.idle) - 1
	if last < 0 {
		return nil
	}
	conn := s.idle[last]
	s.idle = s.idle[:last]
	return conn
}

// await returns when the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.Admin())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.process.ended:
			return fmt.Errorf("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
