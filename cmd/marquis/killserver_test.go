package main

import (
	"bufio"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/demo"
)

// promised is what the server has acknowledged to those who work with it.
type promised struct {
	mu       sync.Mutex
	codes    map[string]string // of the slip, by number
	analyses []string          // addresses of samples
	released []string          // numbers
}

func (p *promised) note(keep func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	keep()
}

// results is how many results were promised.
func (p *promised) results() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.released)
}

// worker is a member of staff at a browser. What is not answered, because the server is
// gone, is given up; nothing of it was promised.
type worker struct {
	browser *http.Client
	address string
	found   *promised
}

func newWorker(t *testing.T, address, login string, found *promised) *worker {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{&http.Client{Jar: jar, Timeout: 20 * time.Second}, address, found}
	for _, l := range demo.Logins() {
		if l.Login != login {
			continue
		}
		send(t, w.browser, address+"/sign-in", url.Values{"login": {login}, "password": {l.Password}})
		if l.Secret != "" {
			digits, err := l.Digits(time.Now())
			if err != nil {
				t.Fatal(err)
			}
			send(t, w.browser, address+"/second-factor", url.Values{"code": {digits}})
		}
	}
	return w
}

// ask sends a form, or without one asks for a page, and follows where it leads.
func (w *worker) ask(path string, form url.Values) (at, body string, ok bool) {
	var answer *http.Response
	var err error
	if form == nil {
		answer, err = w.browser.Get(w.address + path)
	} else {
		answer, err = w.browser.PostForm(w.address+path, form)
	}
	if err != nil {
		return "", "", false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.Request.URL.RequestURI(), string(text), err == nil && answer.StatusCode == http.StatusOK
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	slipAddress = regexp.MustCompile(`^/samples/([A-Z]+-\d{4}-\d+)/slips/`)
	printedCode = regexp.MustCompile(`class="code">([0-9A-Z-]{14})<`)
	anAnalysis  = regexp.MustCompile(`/samples/[A-Z0-9-]+/analyses/[0-9a-f-]{36}`)
)

// form is the form of a page that is sent to an address, with what is hidden in it.
func form(page, action string, typed url.Values) url.Values {
	_, part, found := strings.Cut(page, `action="`+action+`"`)
	part, _, _ = strings.Cut(part, "</form>")
	if !found {
		return nil
	}
	for _, m := range hiddenField.FindAllStringSubmatch(part, -1) {
		typed.Set(m[1], html.UnescapeString(m[2]))
	}
	return typed
}

// register registers a sample, and notes the code of its slip once that is seen.
func (w *worker) register() (number string, ok bool) {
	draft, page, ok := w.ask("/counter/UT/new", url.Values{})
	if !ok {
		return "", false
	}
	typed := form(page, draft, url.Values{
		"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {"vandaag"}, "channel": {"front_of_house"}, "received_amount": {"80 mg"}, "give_code": {"yes"},
		"location_id": {locationOf(page)},
	})
	at, slip, ok := w.ask(draft, typed)
	m, code := slipAddress.FindStringSubmatch(at), printedCode.FindStringSubmatch(slip)
	if !ok || m == nil || code == nil {
		return "", false
	}
	w.found.note(func() { w.found.codes[m[1]] = code[1] })
	return m[1], true
}

var aLocation = regexp.MustCompile(`(?s)name="location_id".*?<option value="(\d+)"`)

func locationOf(page string) string {
	if m := aLocation.FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// analyse enters an analysis of a sample.
func (w *worker) analyse(number string) bool {
	address := "/samples/" + number + "/analyses/new"
	_, page, ok := w.ask(address, nil)
	method := regexp.MustCompile(`<option value="(\d+)"[^>]*>GC-MS`).FindStringSubmatch(page)
	if !ok || method == nil {
		return false
	}
	at, _, ok := w.ask(address, form(page, address, url.Values{
		"method": {method[1]}, "performed_on": {"vandaag"}, "conclusion": {"findings"}, "findings.0.substance": {"ketamine"}, "findings.0.detection": {"identified"},
	}))
	if ok = ok && strings.Contains(at, "done=entered"); ok {
		w.found.note(func() { w.found.analyses = append(w.found.analyses, number) })
	}
	return ok
}

// release verifies the analysis of a sample and releases its result.
func (w *worker) release(number string) bool {
	_, record, ok := w.ask("/samples/"+number, nil)
	analysis := anAnalysis.FindString(record)
	if !ok || analysis == "" {
		return false
	}
	_, page, ok := w.ask(analysis+"/verify", nil)
	if !ok {
		return false
	}
	if _, _, ok = w.ask(analysis+"/verify", form(page, analysis+"/verify", url.Values{})); !ok {
		return false
	}
	address := "/samples/" + number + "/release"
	if _, page, ok = w.ask(address, nil); !ok {
		return false
	}
	at, _, ok := w.ask(address, form(page, address, url.Values{}))
	if ok = ok && strings.Contains(at, "done=published"); ok {
		w.found.note(func() { w.found.released = append(w.found.released, number) })
	}
	return ok
}

// killable is the program as a server that can be killed.
func (x upgraded) killable(address string) (at string, kill func()) {
	command := x.child("serve", "--listen", address)
	said, err := command.StdoutPipe()
	if err != nil {
		x.t.Fatal(err)
	}
	var log strings.Builder
	command.Stderr = &log
	if err := command.Start(); err != nil {
		x.t.Fatal(err)
	}
	if at = addressIn(bufio.NewReader(said)); at == "" {
		_ = command.Process.Kill()
		_ = command.Wait()
		x.t.Fatalf("it does not serve:\n%s", log.String())
	}
	return at, func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
}

// TestAServerThatIsKilledLosesNothingItPromised kills the server at random moments while
// samples are registered, analysed and released. Whatever it acknowledged is there
// afterwards: each code opens, no number was given twice, and the trail is whole.
func TestAServerThatIsKilledLosesNothingItPromised(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := ofToday(t, kind)
			found := &promised{codes: map[string]string{}}
			at, kill := x.killable("127.0.0.1:0")
			address := strings.TrimPrefix(at, "http://")
			defer func() { kill() }()
			var counter []*worker
			for range 3 {
				counter = append(counter, newWorker(t, at, "intake", found))
			}
			laboratory, verifier := newWorker(t, at, "laboratory", found), newWorker(t, at, "verifier", found)
			for life := range *kills {
				x.workUntilKilled(kill, counter, laboratory, verifier, life+1)
				_, kill = x.killable(address)
			}
			x.lookForAll(at, found)
		})
	}
}

// workUntilKilled lets everybody work until the server is gone: at a random moment, and
// not before so many results were promised in all.
func (x upgraded) workUntilKilled(kill func(), counter []*worker, laboratory, verifier *worker, results int) {
	var all sync.WaitGroup
	gone := make(chan struct{})
	for _, w := range counter {
		all.Go(func() {
			for {
				number, ok := w.register()
				if ok && laboratory.analyse(number) {
					verifier.release(number)
				}
				select {
				case <-gone:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		})
	}
	for end := time.Now().Add(time.Minute); counter[0].found.results() < results && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond)
	kill()
	close(gone)
	all.Wait()
}

// lookForAll looks for everything that was promised.
func (x upgraded) lookForAll(at string, found *promised) {
	t := x.t
	t.Helper()
	if found.results() < *kills {
		t.Fatalf("only %d samples, %d analyses and %d results were promised", len(found.codes), len(found.analyses), len(found.released))
	}
	given := map[string]string{}
	for number, code := range found.codes {
		if other, twice := given[code]; twice {
			t.Errorf("%s and %s have one code", number, other)
		}
		given[code] = number
		answer, err := http.PostForm(at+"/lookup", url.Values{"code": {code}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("the code of %s: status %d", number, answer.StatusCode)
		}
		if slices.Contains(found.released, number) && !strings.Contains(string(body), "etamine") {
			t.Errorf("%s was released, and its code does not say so", number)
		}
	}
	if out := x.must("verify"); !strings.Contains(out, "all as they should be") {
		t.Errorf("verify: %s", out)
	}
	t.Logf("%d kills: %d samples, %d analyses, %d results promised, all there", *kills, len(found.codes), len(found.analyses), len(found.released))
}
