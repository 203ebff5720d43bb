package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// health runs the command against an address.
func health(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	// Settings that are wrong are the server's affair, and no proxy is asked.
	environment := map[string]string{"MARQUIS_CURRENCY": "wrong", "MARQUIS_DATA": t.TempDir()}
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	code = run(t.Context(), append([]string{"health"}, args...), func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}, &out, &errs)
	return code, out.String(), errs.String()
}

func TestHealthOfAServerThatIsReady(t *testing.T) {
	p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0")
	address := strings.TrimPrefix(p.address, "http://")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{address, ":" + port, "0.0.0.0:" + port, "localhost:" + port} {
		if code, stdout, stderr := health(t, "--listen", listen); code != exitDone || stdout != "ready\n" || stderr != "" {
			t.Errorf("%s: exit code %d, %q, %q", listen, code, stdout, stderr)
		}
	}
	p.stop()
	p.wait(t)
	if code, stdout, stderr := health(t, "--listen", address); code != exitFailed || stdout != "" || !strings.Contains(stderr, "not ready") || !strings.Contains(stderr, "refused") {
		t.Errorf("after it was stopped: exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestHealthOfAServerThatIsNotReady(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   []string
	}{
		{"its database is away", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "the database does not answer\n")
		}, []string{"503", `"the database does not answer"`}},
		{"it sends elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, []string{"302"}},
		{"it says much, and not as text", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "\x1b[2J"+strings.Repeat("x", 1<<20))
		}, []string{"404", `"\x1b[2J`}},
		{"it breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "ok")
		}, []string{"EOF"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			defer server.Close()
			code, stdout, stderr := health(t, "--listen", server.Listener.Addr().String())
			if code != exitFailed || stdout != "" || len(stderr) > 500 {
				t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
			}
			for _, want := range append(test.want, "not ready") {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
		})
	}
}

func TestHealthWaitsThreeSecondsAtMost(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // it takes connections and never answers
	begun := time.Now()
	code, _, stderr := health(t, "--listen", listener.Addr().String())
	if took := time.Since(begun); took > 4*time.Second || code != exitFailed || !strings.Contains(stderr, context.DeadlineExceeded.Error()) {
		t.Errorf("exit code %d after %v: %q", code, took, stderr)
	}
}

func TestHealthOfNoAddress(t *testing.T) {
	for _, listen := range []string{"", "nonsense nonsense", "127.0.0.1:99999", "::1:80", "\x00"} {
		if code, stdout, stderr := health(t, "--listen", listen); code != exitFailed || stdout != "" || !strings.Contains(stderr, "not ready") {
			t.Errorf("%q: exit code %d, %q, %q", listen, code, stdout, stderr)
		}
	}
	if code, _, stderr := health(t, "now"); code != exitUsage || !strings.Contains(stderr, "marquis health") {
		t.Errorf("an argument: exit code %d, %q", code, stderr)
	}
}
