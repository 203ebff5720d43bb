package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// typedSample is the form of a sample of ketamine.
var typedSample = "give_code=yes&product_id=ketamine&form=powder&channel=front_of_house&received_on=" + time.Now().UTC().Format(time.DateOnly)

// ask sends a request as the member of staff with staffToken and returns the answer,
// or the slip to which it leads.
func (p *served) ask(t *testing.T, method, path, form string) (status int, body string) {
	t.Helper()
	answer, err := p.try(t.Context(), method, path, form)
	if at := answer.header.Get("Location"); err == nil && strings.Contains(at, "/slips/") {
		answer, err = p.try(t.Context(), http.MethodGet, at, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer.status, answer.body
}

// answered is an answer that was read to its end.
type answered struct {
	status int
	header http.Header
	body   string
}

// try is ask for requests that may fail, and does not go where it is led.
func (p *served) try(ctx context.Context, method, path, form string) (answered, error) {
	if !strings.HasPrefix(path, "http") {
		path = p.address + path
	}
	request, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(form))
	if err != nil {
		return answered{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept-Language", "en")
	request.AddCookie(&http.Cookie{Name: "marquis-session", Value: staffToken})
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return answered{}, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return answered{answer.StatusCode, answer.Header, string(data)}, err
}

// newDraft begins a draft at the counter and returns its address.
func (p *served) newDraft(t *testing.T) string {
	t.Helper()
	answer, err := p.try(t.Context(), http.MethodPost, "/counter/UTR/new", "")
	if err != nil || answer.status != http.StatusSeeOther {
		t.Fatalf("%d, %v: %.300s", answer.status, err, answer.body)
	}
	return answer.header.Get("Location")
}

var slipCode = regexp.MustCompile(`<strong class="code">([0-9A-Z-]{14})</strong>`)

func codeOnSlip(t *testing.T, slip string) lab.LookupCode {
	t.Helper()
	found := slipCode.FindStringSubmatch(slip)
	if found == nil {
		t.Fatalf("no code on the slip: %s", slip)
	}
	code, err := lab.ParseLookupCode(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// busy is how a request of several at once was answered.
type busy struct {
	path   string
	status int
	took   time.Duration
	retry  string
}

// Whoever cannot save because another program holds the database is told after four
// seconds, and nothing of it is saved later; visitors do not notice.
func TestNobodyWaitsLongToSave(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		s := sh.registry()
		service := storetest.Service(t, s, "UTR")
		intake := storetest.Person(t, s, "intake", service.ID, lab.Intake)
		if err := storetest.StartSession(t.Context(), s, intake, credential.HashToken(staffToken), false); err != nil {
			t.Fatal(err)
		}
		p := serve(t, map[string]string{"MARQUIS_KEYS": t.TempDir() + "/keys.json", sh.setting(): sh.where[1]}, "--listen", "127.0.0.1:0")
		code := codeOnSlip(t, second(p.ask(t, http.MethodPost, p.newDraft(t), typedSample)))
		drafts := []string{p.newDraft(t), p.newDraft(t)}

		release := storetest.HoldWriting(t, sh.where[1])
		var answers []busy
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 20 {
			path := drafts[i%2]
			if i > 9 {
				path = "/counter/UTR/new"
			}
			all.Go(func() {
				start := time.Now()
				answer, err := p.try(t.Context(), http.MethodPost, path, typedSample)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, busy{path, answer.status, time.Since(start), answer.header.Get("Retry-After")})
			})
		}
		left, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if _, err := p.try(left, http.MethodPost, drafts[0], typedSample); err == nil {
			t.Error("a registration was answered at once")
		}
		for range 20 {
			start := time.Now()
			if status, _ := lookUp(t, p, code.Print()); status != http.StatusOK || time.Since(start) > time.Second {
				t.Errorf("a look-up meanwhile: status %d after %s", status, time.Since(start))
			}
		}
		if status, _ := p.ask(t, http.MethodGet, "/counter/UTR", ""); status != http.StatusOK {
			t.Errorf("the counter meanwhile: status %d", status)
		}
		all.Wait()
		for _, a := range answers {
			if a.status != http.StatusServiceUnavailable || a.took < 3500*time.Millisecond || a.took > 6*time.Second || a.retry == "" {
				t.Errorf("%+v", a)
			}
		}
		release()
		time.Sleep(500 * time.Millisecond) // for whatever would be saved late
		if kept, err := s.Drafts(t.Context(), intake, service.ID); err != nil || len(kept) != len(drafts) {
			t.Errorf("%d drafts instead of %d, %v", len(kept), len(drafts), err)
		}
		if status, slip := p.ask(t, http.MethodPost, drafts[0], typedSample); status != http.StatusOK || !strings.Contains(slip, "00002") {
			t.Errorf("the next sample is not the second: status %d", status)
		}
	})
}

func second[A, B any](_ A, b B) B { return b }

// setting is the variable that says where the registry is.
func (sh shell) setting() string {
	return map[string]string{"--data": "MARQUIS_DATA", "--database-url": "MARQUIS_DATABASE_URL"}[sh.where[0]]
}
