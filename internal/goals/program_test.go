package goals

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

// patience is for how long a process may take to begin or to end.
const patience = time.Minute

// buildProgram builds the program as "make build" does, and returns its path.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "marquis")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags", "nomsgpack", "-ldflags", "-s -w", "-o", program, "marquis/cmd/marquis")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

// command is the program at work on a data set, with no settings from outside.
func (x *bench) command(ctx context.Context, s *set, args ...string) *exec.Cmd {
	args = append(args, "--data", s.folder)
	if s.place.DatabaseURL != "" {
		args = append(args, "--database-url", s.place.DatabaseURL)
	}
	c := exec.CommandContext(ctx, x.program, args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "MARQUIS_KEYS=" + s.keys()}
	return c
}

// process is a server that runs beside the test.
type process struct {
	address *url.URL // where it serves
	command *exec.Cmd
	said    io.Reader
	log     *os.File
	ask     func() error // to end
	ended   bool
}

var addressForm = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts a server and returns when it says where it serves. It ends with the
// test, if not before.
func start(t *testing.T, c *exec.Cmd) *process {
	t.Helper()
	said, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{command: c, said: said, log: log, ask: func() error { return c.Process.Signal(syscall.SIGTERM) }}
	t.Cleanup(func() { p.end(t) })
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if address := addressForm.FindString(lines.Text()); address != "" {
			if p.address, err = url.Parse(address); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatalf("%s serves nothing", c)
	return nil
}

// end ends the server and returns when it is gone.
func (p *process) end(t *testing.T) {
	t.Helper()
	if p.ended {
		return
	}
	p.ended = true
	late := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
	defer late.Stop()
	_ = p.ask()                        // it may have ended by itself
	_, _ = io.Copy(io.Discard, p.said) // what it still says
	err := errors.Join(p.command.Wait(), p.log.Close())
	if err != nil || t.Failed() {
		t.Logf("%s: %v\n%s", p.command, err, tail(p.log.Name()))
	}
	if err != nil {
		t.Fail()
	}
}

// tail is the end of a log.
func tail(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	return text[max(0, len(text)-2000):]
}

// serve starts the program as a server on a data set.
func (x *bench) serve(t *testing.T, s *set) *process {
	t.Helper()
	return start(t, x.command(context.WithoutCancel(t.Context()), s, "serve", "--listen", "127.0.0.1:0"))
}

// bareBody names, for a process of this test's own program, the file with the bytes
// that it serves instead of testing.
const bareBody = "MARQUIS_GOALS_BARE"

// bareSite starts a process with a gin handler that does nothing but write the
// bytes.
func bareSite(t *testing.T, body []byte) *process {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	c.Env = append(os.Environ(), bareBody+"="+file, fmt.Sprintf("GOGC=%d", collectAt))
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, c)
	p.ask = in.Close
	return p
}

// serveBare serves the bytes of a file until standard input ends, as it does with
// the process that started this one.
func serveBare(file string) int {
	body, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.POST("/lookup", func(c *gin.Context) { c.Redirect(http.StatusSeeOther, "/result/x") }) // as a look-up leads on
	engine.NoRoute(func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", body) })
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	go func() { failed <- (&http.Server{Handler: engine, ReadHeaderTimeout: patience}).Serve(listener) }()
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	select {
	case err := <-failed:
		fmt.Fprintln(os.Stderr, err)
		return 1
	case <-ended:
		return 0
	}
}

// run runs a command to its end and returns what it said.
func run(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, out.String())
	}
	return out.String()
}
