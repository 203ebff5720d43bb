package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/server"
)

// What a visitor sends that must be found nowhere, beside a code that opens a
// result and one that opens none.
const (
	canaryAddress = "203.0.113.77"
	canaryBrowser = "CanaryBrowser/4711"
	canaryNote    = "canary note 8c1f"
)

// canary sends what must be found nowhere.
type canary struct {
	*counter
	code, unknown string
	ticket        string   // that opens what the code does
	places        []string // folders to search
}

// secrets are all forms of what must be found nowhere.
func (c *canary) secrets() []string {
	list := []string{canaryAddress, canaryBrowser, "127.0.0.1", c.ticket}
	for _, code := range []string{c.code, c.unknown} {
		list = append(list, code, strings.ReplaceAll(code, "-", ""))
	}
	return list
}

// TestNothingOfAVisitorIsWrittenAnywhere sends a code, an address, a browser and a
// note through every public route in every way, right and wrong, and then searches
// the log, the metrics, the database, the key ring and the files of the program.
func TestNothingOfAVisitorIsWrittenAnywhere(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			x := newSite(t, kind)
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			x.serve(t)
			c := &canary{counter: newCounter(t, x), unknown: lab.NewLookupCode().Print(), places: []string{temporary, x.folder}}
			if x.config.Folder != "" {
				c.places = append(c.places, x.config.Folder)
			}
			sample, code := c.handIn(t, "ketamine", func(s *lab.Sample) { s.Notes = canaryNote })
			c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
			c.release(t, sample, "")
			c.code = code.Print()
			c.ticket = c.ticketOf(t, c.code)
			c.visitor(t).get("/result/"+c.ticket).want(t, http.StatusOK, "We found ketamine.")

			c.sendAll(t, "")
			c.sendBroken(t)
			c.guess(t)
			c.search(t)
			if err := x.store.Close(); err != nil {
				t.Fatal(err)
			}
			c.sendAll(t, "the database is away")
			c.look(t, "en", c.code).lacks(t, "We found")
			c.searchFiles(t)
			c.searchLog(t)
			c.searchMetrics(t)
			for _, sign := range []string{`"route":"/lookup","status":303`, `"route":"/result/:ticket","status":200`, `"route":"/result/:ticket","status":404`, `"route":"/result/:ticket","status":50`, `"route":"/lookup","status":404`, `"route":"/lookup","status":422`, `"route":"/lookup","status":429`, `"msg":"panic"`} {
				if !strings.Contains(x.log.String(), sign) {
					t.Errorf("the log does not say %s: nothing was tried", sign)
				}
			}
		})
	}
}

// serve lets the site answer as the program does, with its own limits and log.
// Some of its pages fail.
func (x *site) serve(t *testing.T) {
	t.Helper()
	x.web.AddFault("/fault/panic", func(code string) error { panic("at " + code) })
	x.web.AddFault("/fault/error", func(code string) error { panic(errors.New("with " + code)) })
	x.web.AddFault("/fault/index", func(code string) error { return fmt.Errorf("%c", []byte{}[len(code)]) })
	x.web.AddFault("/fault/slow", func(string) error { return context.DeadlineExceeded })
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- x.web.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	x.address = &url.URL{Scheme: "http", Host: listener.Addr().String()}
}

var parameter = regexp.MustCompile(`[:*][a-z]+`)

// sendAll sends everything through every public route, those that fail and those
// that do not exist, until guessing is cut off and after.
func (c *canary) sendAll(t *testing.T, state string) {
	t.Helper()
	paths := []string{"/fault/panic", "/fault/error", "/fault/index", "/fault/slow", "/r/:code", "/lookup/:code", "/result/:code/", "/result/:code/x", "/result/", "/:code", "/people/:code", "/samples/:code"}
	public := server.PublicRoutes()
	for _, r := range public {
		if !slices.Contains(paths, r[1]) {
			paths = append(paths, r[1])
		}
	}
	if len(public) < 10 {
		t.Errorf("only %d public routes", len(public))
	}
	for _, path := range paths {
		c.sendPath(t, parameter.ReplaceAllString(path, c.code), c.code, state)
		c.sendPath(t, parameter.ReplaceAllString(path, c.ticket), c.ticket, state)
		if state == "" {
			c.sendPath(t, parameter.ReplaceAllString(path, c.unknown), c.unknown, state)
		}
	}
}

// guess types an unknown code until the guesser is cut off.
func (c *canary) guess(t *testing.T) {
	t.Helper()
	for range 11 {
		c.look(t, "nl", c.unknown)
	}
	c.look(t, "nl", c.unknown).want(t, http.StatusTooManyRequests)
}

func (c *canary) sendPath(t *testing.T, path, code, state string) {
	t.Helper()
	form := url.Values{}
	for _, name := range []string{"code", "login", "password", "again", "invitation", "note", "notes", "q"} {
		form.Set(name, code)
	}
	form.Set("note", canaryNote)
	wrong := code[:len(code)-1] + "!"
	query := "?" + form.Encode() + "&year=" + code + "&lang=nl"
	for _, m := range []struct{ method, path, contentType, body string }{
		{http.MethodGet, path, "", ""},
		{http.MethodGet, path + query, "", ""},
		{http.MethodHead, path + query, "", ""},
		{http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode()},
		{http.MethodPost, path + query, "application/x-www-form-urlencoded", "code=" + wrong},
		{http.MethodPost, path, "application/x-www-form-urlencoded", "code=" + code + "%zz"},
		{http.MethodPost, path, "application/x-www-form-urlencoded", "code=" + code + strings.Repeat("7", 2<<20)},
		{http.MethodPost, path, "application/json", `{"code":"` + code + `"}`},
		{http.MethodPost, path, "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n" + code + "\r\n--x--\r\n"},
		{http.MethodPut, path, "text/plain", code},
		{http.MethodDelete, path, "", ""},
		{"CANARY" + strings.ReplaceAll(code, "-", ""), path, "", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), m.method, c.address.String()+m.path, strings.NewReader(m.body))
		if err != nil {
			t.Fatal(err)
		}
		c.disguise(request, m.contentType, code)
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			continue // cut off, as a body that is too large may be
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if cookies := answer.Header.Values("Set-Cookie"); len(cookies) > 0 {
			t.Errorf("%s %s sets %q %s", m.method, path, cookies, state)
		}
	}
	c.sendFromElsewhere(t, path, form)
}

// disguise adds the headers in which a client tells of itself, true or not.
func (c *canary) disguise(request *http.Request, contentType, code string) {
	for name, value := range map[string]string{
		"User-Agent": canaryBrowser, "X-Forwarded-For": canaryAddress, "X-Real-IP": canaryAddress, "Forwarded": "for=" + canaryAddress,
		"Referer": "https://example.org/" + code, "Cookie": "marquis-session=" + code + "; marquis-language=" + code, "Authorization": "Bearer " + code,
		"X-Api-Key": code, "Accept-Language": code, "Content-Type": contentType,
	} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
}

// sendFromElsewhere sends a form as another site's page does.
func (c *canary) sendFromElsewhere(t *testing.T, path string, form url.Values) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	c.disguise(request, "application/x-www-form-urlencoded", c.code)
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	request.Header.Set("Origin", "https://"+canaryAddress)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a form from another site at %s: %d", path, answer.StatusCode)
	}
}

// sendBroken sends what is no request, breaks off in the middle, and is too large.
func (c *canary) sendBroken(t *testing.T) {
	t.Helper()
	for _, text := range []string{
		"GET /lookup?code=" + c.code + " NOTHTTP\r\n\r\n",
		c.code + "\r\n\r\n",
		"GET /" + c.code + "\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /lookup HTTP/1.1\r\nHost: x\r\nUser-Agent: " + canaryBrowser + "\r\nX-Forwarded-For: " + canaryAddress + "\r\nContent-Length: 500\r\n\r\ncode=" + c.code,
		"POST /lookup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz" + c.code,
		"GET / HTTP/1.1\r\nHost: x\r\nX-Code: " + strings.Repeat(c.code, 5000) + "\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: " + c.code + "\r\nBad Header " + c.code + "\r\n\r\n",
	} {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", c.address.Host)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(connection, text)
		_ = connection.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = io.Copy(io.Discard, connection)
		_ = connection.Close()
	}
}

func (c *canary) search(t *testing.T) {
	t.Helper()
	c.searchLog(t)
	c.searchMetrics(t)
	c.searchFiles(t)
	if c.config.DatabaseURL != "" {
		c.searchDump(t)
	}
}

func (c *canary) searchLog(t *testing.T) {
	t.Helper()
	c.searchText(t, "the log", c.log.String(), append(c.secrets(), canaryNote)...)
}

// searchMetrics searches what Prometheus is told. Every label is one that the
// program knows beforehand, whatever was sent.
func (c *canary) searchMetrics(t *testing.T) {
	t.Helper()
	text := c.scrapeText(t)
	c.searchText(t, "the metrics", text, append(c.secrets(), canaryNote)...)
	checkLabels(t, readMetrics(t, text), "/fault/panic", "/fault/error", "/fault/index", "/fault/slow")
}

// searchText looks for secrets whatever their case. It does not print them.
func (c *canary) searchText(t *testing.T, place, text string, secrets ...string) {
	t.Helper()
	text = strings.ToLower(text)
	for i, secret := range secrets {
		if at := strings.Index(text, strings.ToLower(secret)); at >= 0 {
			t.Errorf("secret %d stands in %s: …%q…", i, place, text[max(0, at-60):min(len(text), at+60)])
		}
	}
}

// searchFiles searches the embedded database with its log of changes, the key ring
// and temporary files, byte by byte. The note is where it belongs: on the sample.
func (c *canary) searchFiles(t *testing.T) {
	t.Helper()
	seen := 0
	for _, place := range c.places {
		err := filepath.WalkDir(place, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			seen++
			c.searchText(t, path, string(data), c.secrets()...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Error("no file was searched")
	}
}

// searchDump searches everything that the database holds, as a backup has it. The
// note is on the sample, and in the trail of who wrote it.
func (c *canary) searchDump(t *testing.T) {
	t.Helper()
	program, err := exec.LookPath("pg_dump")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
		if len(found) == 0 {
			t.Fatal("there is no pg_dump beside the server's programs")
		}
		program = found[len(found)-1]
	}
	dump, err := exec.CommandContext(t.Context(), program, "--inserts", c.config.DatabaseURL).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, dump)
	}
	c.searchText(t, "the database", string(dump), c.secrets()...)
	for line := range strings.Lines(string(dump)) {
		table := strings.TrimPrefix(line, "INSERT INTO public.")
		if strings.Contains(line, canaryNote) && !strings.HasPrefix(table, "samples ") && !strings.HasPrefix(table, "audit_events ") {
			t.Errorf("the note stands in %.60s", table)
		}
	}
	if !strings.Contains(string(dump), canaryNote) {
		t.Error("the dump lacks the note of the sample: it was not searched")
	}
}
