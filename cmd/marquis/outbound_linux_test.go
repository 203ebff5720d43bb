package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// shutIn is the environment variable under which the test program, before anything
// else, is put where it can reach no other machine, and starts anew.
const shutIn = "MARQUIS_TEST_SHUT_IN"

func init() {
	if os.Getenv(shutIn) == "" {
		return
	}
	err := shut()
	if err == nil {
		_ = os.Unsetenv(shutIn)
		err = syscall.Exec(os.Args[0], os.Args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "shut in:", err)
	os.Exit(99)
}

// callsOf are, by machine, its name in a filter and the numbers of calls that package
// syscall does not know: sendmmsg and io_uring_setup.
var callsOf = map[string]struct{ machine, sendmmsg, ring uint32 }{
	"amd64": {0xc000003e, 307, 425}, "arm64": {0xc00000b7, 269, 425},
}

// shut has the system kill this process, and whatever it starts, when it connects to
// an address of the Internet or sends something to one, on this machine too: no name
// can be looked up either. The filter sees numbers and no addresses. It tells one of
// the Internet by its length, 16 or 28 bytes; that of a socket in the file system, by
// which PostgreSQL is reached here, is as long as its path. It takes no right that a
// process in a container has not.
func shut() error {
	calls, known := callsOf[runtime.GOARCH]
	if !known {
		return errors.New("no filter for " + runtime.GOARCH)
	}
	const (
		load, equal, end = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, syscall.BPF_RET | syscall.BPF_K
		kill, allow      = 0x80000000, 0x7fff0000
		call, machine    = 0, 4 // where the filter finds them, and the arguments after them
		third, sixth     = 16 + 8*2, 16 + 8*5
	)
	filter := []syscall.SockFilter{
		{Code: load, K: machine},
		{Code: equal, K: calls.machine, Jf: 12}, // another machine's calls: kill
		{Code: load, K: call},
		{Code: equal, K: syscall.SYS_CONNECT, Jt: 4},
		{Code: equal, K: syscall.SYS_SENDTO, Jt: 5},
		{Code: equal, K: syscall.SYS_SENDMSG, Jt: 8},
		{Code: equal, K: calls.sendmmsg, Jt: 7},
		{Code: equal, K: calls.ring, Jt: 6, Jf: 5},
		{Code: load, K: third},
		{Code: equal, K: syscall.SizeofSockaddrInet4, Jt: 4, Jf: 1},
		{Code: load, K: sixth},
		{Code: equal, K: syscall.SizeofSockaddrInet4, Jt: 2},
		{Code: equal, K: syscall.SizeofSockaddrInet6, Jt: 1},
		{Code: end, K: allow},
		{Code: end, K: kill},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	const noNewRights, seccomp, byFilter = 38, 22, 2
	if _, _, failed := syscall.RawSyscall6(syscall.SYS_PRCTL, noNewRights, 1, 0, 0, 0, 0); failed != 0 {
		return fmt.Errorf("no new rights: %w", failed)
	}
	if _, _, failed := syscall.RawSyscall6(syscall.SYS_PRCTL, seccomp, byFilter, uintptr(unsafe.Pointer(&program)), 0, 0, 0); failed != 0 { //nolint:gosec // the system reads it from there
		return fmt.Errorf("filter: %w", failed)
	}
	return nil
}

// alone is the program where it can reach nobody, with a proxy that is not there.
func alone(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Env = append(os.Environ(), shutIn+"=1", asProgram+"=1", "MARQUIS_KEYS=", "HTTP_PROXY=http://192.0.2.1:1", "HTTPS_PROXY=http://192.0.2.1:1")
	return command
}

// longSocket is the registry's place, by a path of a socket that is no address's length.
func longSocket(t *testing.T, databaseURL string) string {
	t.Helper()
	at, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "marquis-a-long-way-to-a-socket-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	query := at.Query()
	if err := os.Symlink(query.Get("host"), filepath.Join(folder, "socket")); err != nil {
		t.Fatal(err)
	}
	query.Set("host", filepath.Join(folder, "socket"))
	at.RawQuery = query.Encode()
	return at.String()
}

// TestTheProgramTalksToNobodyByItself runs the commands, and the server with somebody
// at it, where reaching out kills.
func TestTheProgramTalksToNobodyByItself(t *testing.T) {
	t.Parallel()
	if callsOf[runtime.GOARCH].machine == 0 {
		if os.Getenv("CI") != "" {
			t.Fatalf("no filter for %s, and CI is set", runtime.GOARCH)
		}
		t.Skip("no filter for " + runtime.GOARCH)
	}
	wantKilled(t)
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			where, folder := demoPlace(t, kind)
			if kind == "postgres" {
				where[1] = longSocket(t, where[1])
			}
			mapping, data := killFiles(t, 20)
			for _, args := range [][]string{
				{"version"},
				{"demo", "--no-serve", "--years", "2024", "--scale", "0.002"},
				{"migrate"},
				{"service", "list"},
				{"location", "list"},
				{"user", "list"},
				{"import", "--profile", mapping, data},
				{"stats", "2024"},
				{"report", "2024", "--out", filepath.Join(folder, "r.xlsx")},
				{"reclassify"},
				{"audit", "verify"},
				{"code", "expire"},
			} {
				out, err := alone(t.Context(), append(args, where...)...).CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
				}
			}
			serveAlone(t, where)
		})
	}
}

// wantKilled fails unless the program is killed where it does reach out: it would show
// nothing else.
func wantKilled(t *testing.T) {
	t.Helper()
	for _, address := range []string{"127.0.0.1:9", "[::1]:9", "nobody.example:9"} {
		err := alone(t.Context(), "health", "--listen", address).Run()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || !ended.Sys().(syscall.WaitStatus).Signaled() || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
			t.Fatalf("who reaches out to %s is not killed: %v", address, err)
		}
	}
}

// serveAlone serves, with somebody who asks for all kinds of pages, for longer than
// the server's shortest timers.
func serveAlone(t *testing.T, where []string) {
	t.Helper()
	command := alone(context.WithoutCancel(t.Context()), append([]string{"serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, where...)...)
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs := &strings.Builder{}
	command.Stderr = errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = command.Process.Kill() }()
	address := addressIn(bufio.NewReader(said))
	if address == "" {
		t.Fatalf("it serves nothing: %v\n%s", command.Wait(), errs)
	}
	for until := time.Now().Add(12 * time.Second); time.Now().Before(until); time.Sleep(time.Second) {
		for _, path := range []string{"/", "/figures", "/figures/2024", "/privacy", "/sign-in", "/readyz?verbose", "/readyz/write", "/nowhere"} {
			answer, err := http.Get(address + path)
			if err != nil {
				t.Fatalf("%s: %v\n%s", path, err, errs)
			}
			_ = answer.Body.Close()
		}
		for path, fields := range map[string]url.Values{"/lookup": {"code": {"7K3M-QWXR-9F2T"}}, "/sign-in": {"login": {"somebody"}, "password": {"a wrong password, long enough"}}} {
			answer, err := http.PostForm(address+path, fields)
			if err != nil {
				t.Fatalf("%s: %v\n%s", path, err, errs)
			}
			_ = answer.Body.Close()
		}
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%v\n%s", err, errs)
	}
}
