package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marquis/internal/store/storetest"
)

// served is a program that serves until it is stopped.
type served struct {
	address string
	stop    context.CancelFunc
	code    chan int
	stderr  *strings.Builder
}

func serve(t *testing.T, environment map[string]string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &served{stop: stop, code: make(chan int, 1), stderr: &strings.Builder{}}
	go func() {
		lookup := func(name string) (string, bool) {
			value, ok := environment[name]
			return value, ok
		}
		p.code <- run(ctx, append([]string{"serve"}, args...), lookup, in, p.stderr)
		_ = in.Close()
	}()
	t.Cleanup(stop)
	line, _ := bufio.NewReader(out).ReadString('\n')
	if at := strings.Index(line, "http"); at >= 0 {
		p.address = strings.Fields(line[at:])[0]
	}
	return p
}

func (p *served) wait(t *testing.T) int {
	t.Helper()
	select {
	case code := <-p.code:
		return code
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
		return 0
	}
}

func status(t *testing.T, address string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestServeAnswersUntilItIsStopped(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := storetest.Config(t, kind)
		environment := map[string]string{"MARQUIS_DATA": c.Folder, "MARQUIS_KEYS": filepath.Join(t.TempDir(), "keys.json")}
		if kind == "postgres" {
			delete(environment, "MARQUIS_DATA")
			environment["MARQUIS_DATABASE_URL"] = c.DatabaseURL
		}
		p := serve(t, environment, "--listen", "127.0.0.1:0")
		for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/": 200, "/nowhere": 404, "/staff": 200} {
			if have := status(t, p.address+path); have != want {
				t.Errorf("%s: status %d, want %d", path, have, want)
			}
		}
		p.stop()
		if code := p.wait(t); code != exitDone {
			t.Errorf("exit code %d: %s", code, p.stderr)
		}
	})
}

func TestServeOthersAsksForAPublicAddress(t *testing.T) {
	p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "0.0.0.0:0")
	if code := p.wait(t); code != exitUsage || !strings.Contains(p.stderr.String(), "MARQUIS_ADDRESS") {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

func TestServeSaysThatAnotherListens(t *testing.T) {
	first := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0")
	second := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", strings.TrimPrefix(first.address, "http://"))
	if code := second.wait(t); code != exitFailed || !strings.Contains(second.stderr.String(), "listen on") {
		t.Errorf("exit code %d: %s", code, second.stderr)
	}
}
