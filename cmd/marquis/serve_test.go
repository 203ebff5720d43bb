package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/store/storetest"
)

// served is a program that serves until it is stopped.
type served struct {
	address string
	metrics string // address, with --metrics
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
	lines := bufio.NewReader(out)
	p.address = addressIn(lines)
	if slices.Contains(args, "--metrics") {
		p.metrics = strings.TrimSuffix(addressIn(lines), ".")
	}
	return p
}

// addressIn is the address on the next line, empty where there is none.
func addressIn(lines *bufio.Reader) string {
	line, _ := lines.ReadString('\n')
	if at := strings.Index(line, "http"); at >= 0 {
		return strings.Fields(line[at:])[0]
	}
	return ""
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
	status, _ := fetch(t, address)
	return status
}

func body(t *testing.T, address string) string {
	t.Helper()
	_, body := fetch(t, address)
	return body
}

func fetch(t *testing.T, address string) (status int, body string) {
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
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
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

func TestServeTellsMetricsElsewhere(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0", "--metrics", host+":0")
		for address, want := range map[string]int{
			p.address + "/": 200, p.address + "/metrics": 404, p.metrics: 200, strings.TrimSuffix(p.metrics, "metrics"): 404,
		} {
			if have := status(t, address); have != want {
				t.Errorf("%s: status %d, want %d", address, have, want)
			}
		}
		if text := body(t, p.metrics); !strings.Contains(text, "marquis_build_info{version=\""+fullVersion()+"\"} 1\n") {
			t.Errorf("the metrics do not tell the version:\n%s", text)
		}
		p.stop()
		if code := p.wait(t); code != exitDone {
			t.Errorf("exit code %d: %s", code, p.stderr)
		}
		for _, address := range []string{p.address, p.metrics} {
			if connection, err := net.DialTimeout("tcp", hostIn(t, address), time.Second); err == nil {
				_ = connection.Close()
				t.Errorf("%s is still listened on", address)
			}
		}
	}
}

func TestServeLetsARequestUnderWayFinish(t *testing.T) {
	p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", hostIn(t, p.address))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	send := func(text string) {
		t.Helper()
		if _, err := io.WriteString(connection, text); err != nil {
			t.Fatal(err)
		}
	}
	send("POST /lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nco")
	for range 100 { // the metrics say when the rest of the form is waited for
		if strings.Contains(body(t, p.metrics), "marquis_http_requests_in_flight 1\n") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.stop()
	time.Sleep(100 * time.Millisecond)
	send("de=xyz")
	if answer, err := bufio.NewReader(connection).ReadString('\n'); err != nil || !strings.Contains(answer, "422") {
		t.Errorf("%q, %v", answer, err)
	}
	if code := p.wait(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

func TestServeRefusesMetricsThatThePublicCouldReach(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"0.0.0.0:0", ":0", "[::]:0", "8.8.8.8:0", "[2001:4860:4860::8888]:0", "[::ffff:8.8.8.8]:0", "[::ffff:0.0.0.0]:0", "100.64.0.1:0",
		"172.32.0.1:0", "192.169.0.1:0", "224.0.0.1:0", "[ff02::1]:0", "255.255.255.255:0",
	} {
		p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir(), "MARQUIS_METRICS": address}, "--listen", "127.0.0.1:0")
		if code := p.wait(t); code != exitUsage || p.address != "" || !strings.Contains(p.stderr.String(), "could reach") {
			t.Errorf("%s: exit code %d, serves %q: %s", address, code, p.address, p.stderr)
		}
	}
}

// Of a private address that this machine does not have, the system says so.
func TestPrivateAddressesMayBeListenedOn(t *testing.T) {
	public := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for _, address := range []string{
		"127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "10.1.2.3:0", "172.16.0.1:0", "172.31.255.254:0", "192.168.1.1:0", "169.254.1.1:0", "[fd00::1]:0", "[fe80::1]:0",
	} {
		listener, err := listenPrivately(t.Context(), address, public)
		var refused usageError
		switch {
		case errors.As(err, &refused):
			t.Errorf("%s: %v", address, err)
		case err == nil:
			_ = listener.Close()
		case strings.HasPrefix(address, "127.") && address != "127.9.9.9:0":
			t.Error(err)
		}
	}
}

func TestMetricsAreNotWhereThePagesAre(t *testing.T) {
	for _, test := range []struct {
		public, metrics string
		refused         bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"127.0.0.1:8080", "localhost:8080", true},
		{"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080", true},
		{"0.0.0.0:8080", "127.0.0.1:8080", true},
		{"[::]:8080", "127.0.0.1:8080", true},
		{"[::]:8080", "[::1]:8080", true},
		{"192.168.1.1:0", "127.0.0.1:0", false},
		{"[::]:8080", "127.0.0.1:0", false},
	} {
		public, err := net.ResolveTCPAddr("tcp", test.public)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := listenPrivately(t.Context(), test.metrics, public)
		if err == nil {
			_ = listener.Close()
		}
		if refused := err != nil && strings.Contains(err.Error(), "give metrics another port"); refused != test.refused || err != nil != test.refused {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestServeSaysThatMetricsAreListenedOnByAnother(t *testing.T) {
	first := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	for metrics, want := range map[string]string{hostIn(t, first.metrics): "listen on", "no-such-host.invalid:9090": "leads nowhere"} {
		second := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0", "--metrics", metrics)
		if code := second.wait(t); code == exitDone || second.address != "" || !strings.Contains(second.stderr.String(), want) {
			t.Errorf("%s: exit code %d: %s", metrics, code, second.stderr)
		}
	}
}

// hostIn is the host and port of an address.
func hostIn(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
