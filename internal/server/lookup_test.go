package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// counter is a service that takes samples in and gives codes out.
type counter struct {
	*site
	service                   lab.Service
	intake, analyst, verifier lab.Actor
	words                     *lab.Dictionary
	methods                   map[lab.MethodKind]*lab.Method
}

func newCounter(t testing.TB, x *site) *counter {
	t.Helper()
	c := &counter{site: x, service: storetest.Service(t, x.store, "UTR"), methods: map[lab.MethodKind]*lab.Method{}}
	c.intake = storetest.Person(t, x.store, "intake", c.service.ID, lab.Intake)
	c.analyst = storetest.Person(t, x.store, "analyst", c.service.ID, lab.Laboratory)
	c.verifier = storetest.Person(t, x.store, "verifier", c.service.ID, lab.Verifier)
	c.words = storetest.AddMethods(t, x.store)
	for _, m := range c.words.Methods {
		c.methods[m.Kind] = m
	}
	return c
}

// handIn registers a sample sold as the product and gives out its code.
func (c *counter) handIn(t testing.TB, product string, edit ...func(*lab.Sample)) (lab.Sample, lab.LookupCode) {
	t.Helper()
	code := lab.NewLookupCode()
	p := storetest.Product(t, c.words, product)
	r := store.Registration{File: lab.File{Sample: storetest.Sample(c.service.ID, p.ID, edit...), Expected: p.Expected()}}
	hash, err := c.keys.Hash(code, r.Sample.ReceivedOn)
	if err != nil {
		t.Fatal(err)
	}
	entry := store.CodeHash(hash)
	r.Code = &entry
	x, err := c.store.RegisterSample(t.Context(), c.intake, r)
	if err != nil {
		t.Fatal(err)
	}
	return x, code
}

// look looks a code up as a visitor who reads the language, and follows to the
// result where there is one.
func (c *counter) look(t testing.TB, lang, code string) page {
	t.Helper()
	r := c.visitor(t)
	r.lang = lang
	return r.follow(r.post("/lookup", url.Values{"code": {code}}))
}

// follow goes where a page leads to, if it leads anywhere.
func (r *reader) follow(p page) page {
	r.t.Helper()
	if p.status != http.StatusSeeOther {
		return p
	}
	return r.get(p.header.Get("Location"))
}

func TestTheFormForACodeNeedsNoScriptAndNoCookie(t *testing.T) {
	x := oneSite(t)
	p := x.visitor(t).get("/").want(t, http.StatusOK,
		`<form method="post" action="/lookup"`, `name="code"`, `autocapitalize="characters"`, `autocomplete="off"`, `spellcheck="false"`, `inputmode="text"`,
		`href="/figures"`, `href="/privacy"`, "Look up your result")
	if p.header.Get("Set-Cookie") != "" {
		t.Error("a cookie is set")
	}
	x.visitor(t).get("/?lang=nl").want(t, http.StatusOK, `action="/lookup?lang=nl"`, "Zoek uw uitslag op")
}

func TestACodeIsForgivenHowItIsTyped(t *testing.T) {
	c := newCounter(t, oneSite(t))
	_, code := c.handIn(t, "ketamine")
	plain := strings.ReplaceAll(code.Print(), "-", "")
	for name, typed := range map[string]string{
		"as printed":       code.Print(),
		"without dashes":   plain,
		"in small letters": strings.ToLower(code.Print()),
		"with spaces":      " " + strings.ReplaceAll(code.Print(), "-", " ") + "\t",
		"with long dashes": strings.ReplaceAll(code.Print(), "-", "\u2013"),
		"O for 0, l for 1": strings.NewReplacer("0", "O", "1", "l").Replace(plain),
		"o for 0, I for 1": strings.NewReplacer("0", "o", "1", "I").Replace(plain),
	} {
		p := c.look(t, "en", typed).want(t, http.StatusOK, "We have your sample")
		if strings.Contains(p.body, plain) || strings.Contains(p.body, code.Print()) {
			t.Errorf("%s: the page shows the code", name)
		}
		for header, want := range map[string]string{"Set-Cookie": "", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Location": ""} {
			if got := p.header.Get(header); got != want {
				t.Errorf("%s: %s %q", name, header, got)
			}
		}
	}
}

func TestMistakesInACodeAreToldApart(t *testing.T) {
	c := newCounter(t, oneSite(t))
	_, code := c.handIn(t, "ketamine")
	symbols := []byte(strings.ReplaceAll(code.Print(), "-", ""))
	wrong, changed := slices.Clone(symbols), slices.Clone(symbols)
	wrong[3] = map[bool]byte{true: '8', false: '7'}[symbols[3] == '7']
	for i := range len(changed) - 1 {
		if changed[i] != changed[i+1] {
			changed[i], changed[i+1] = changed[i+1], changed[i]
			break
		}
	}
	for name, m := range map[string]struct{ typed, says string }{
		"nothing":                {"", "Type the code on your slip"},
		"spaces":                 {" \t ", "Type the code on your slip"},
		"too short":              {"7K3M-9QXD", "This one has 8"},
		"too long":               {code.Print() + "7", "This one has 13"},
		"far too long":           {strings.Repeat("7", 100_000), "This one has 100,000"},
		"dashes alone":           {"----", "This one has 0"},
		"a sign":                 {"7K3M-9QXD-2RT!", "only letters and digits"},
		"the letter U":           {"UUUU-UUUU-UUUU", "never the letter U"},
		"other letters":          {"７Ｋ３Ｍ９ＱＸＤ２ＲＴＷ", "only letters and digits"},
		"a picture":              {"🍪🍪🍪", "only letters and digits"},
		"bytes that are no text": {"\xff\xfe", "only letters and digits"},
		"one wrong symbol":       {string(wrong), "typing mistake"},
		"two changed over":       {string(changed), "typing mistake"},
		"markup":                 {`"><script>alert(1)</script>`, "only letters and digits"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.look(t, "en", m.typed).want(t, http.StatusUnprocessableEntity, m.says, `id="field-code-mistake"`, `href="#field-code"`, `aria-invalid="true"`)
			if plain := strings.TrimSpace(m.typed); plain != "" && utf8.ValidString(plain) && !strings.Contains(plain, "<") && !strings.Contains(p.body, `value="`+m.typed+`"`) {
				t.Error("what was typed is gone")
			}
			p.lacks(t, "<script>alert")
		})
	}
	c.look(t, "nl", string(wrong)).want(t, http.StatusUnprocessableEntity, "Er zit een typefout in deze code")
	// Mistakes are no guesses: whoever types badly is not locked out.
	c.look(t, "en", code.Print()).want(t, http.StatusOK)
}

// without removes what two answers may differ in: the typed code, and the moment.
func (p page) without(typed string) string {
	header := p.header.Clone()
	header.Del("Date")
	return fmt.Sprintln(p.status, header, strings.ReplaceAll(p.body, typed, "CODE"))
}

func TestAnUnknownAndAnExpiredCodeLookAlike(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		unknown := lab.NewLookupCode().Print()
		_, given := c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		expired := given.Print()
		first, replaced := c.handIn(t, "ketamine")
		old := replaced.Print()

		c.look(t, "en", expired).want(t, http.StatusOK, "We have your sample")
		x.clock.pass(28 * 24 * time.Hour) // 31 March: December still works
		c.look(t, "en", expired).want(t, http.StatusOK)
		x.clock.pass(24 * time.Hour) // 1 April, and "code expire" has not been run
		want := c.look(t, "en", unknown).want(t, http.StatusNotFound, "A code works for at least 3 months.").without(unknown)
		if got := c.look(t, "en", expired).without(expired); got != want {
			t.Errorf("an expired code is told apart:\n%s\n%s", got, want)
		}
		storetest.ConfirmClock(t, x.store, x.clock.Now())
		if _, err := x.store.ExpireCodes(t.Context(), lab.Operator("test"), 2025_01_01); err != nil {
			t.Fatal(err)
		}
		ended, err := x.store.EndedKeys(t.Context(), lab.Operator("test"))
		if err != nil || len(ended) != 1 {
			t.Fatal(ended, err)
		}
		if _, err := x.keys.Drop(ended, 2025_04_01); err != nil {
			t.Fatal(err)
		}
		if got := c.look(t, "en", expired).without(expired); got != want {
			t.Error("a code that has been removed is told apart")
		}
		hash, err := x.keys.Hash(lab.NewLookupCode(), 2025_03_03)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.store.ReplaceCode(t.Context(), c.intake, first.Key, store.CodeHash(hash), "slip lost", nil); err != nil {
			t.Fatal(err)
		}
		if got := c.look(t, "en", old).without(old); got != want {
			t.Error("a code that was replaced is told apart")
		}
	})
}

func TestACodeInAnAddressIsNone(t *testing.T) {
	c := newCounter(t, oneSite(t))
	_, given := c.handIn(t, "ketamine")
	code := given.Print()
	r := c.visitor(t)
	for path, status := range map[string]int{
		"/?code=" + code: http.StatusOK, "/r/" + code: http.StatusNotFound, "/lookup/" + code: http.StatusNotFound, "/" + code: http.StatusNotFound,
	} {
		p := r.get(path)
		p.want(t, status).lacks(t, "We have your sample")
		if strings.HasPrefix(path, "/?") {
			p.lacks(t, code)
		}
	}
	r.get("/lookup?code="+code).leads(t, "/")
	r.get("/lookup?lang=nl&code="+code).leads(t, "/?lang=nl")
	r.post("/lookup?code="+code, nil).want(t, http.StatusUnprocessableEntity, "Type the code").lacks(t, code)
	r.send(http.MethodPut, "/lookup", strings.NewReader("code="+code)).want(t, http.StatusMethodNotAllowed)
	if strings.Contains(c.log.String(), code) {
		t.Error("the code is in the log")
	}
}

func TestGuessingIsCutOff(t *testing.T) {
	x := oneSite(t)
	c := newCounter(t, x)
	_, given := c.handIn(t, "ketamine")
	r := x.visitor(t)
	guess := func(header, value string) page {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.address.String()+"/lookup",
			strings.NewReader(url.Values{"code": {lab.NewLookupCode().Print()}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if header != "" {
			request.Header.Set(header, value)
		}
		return r.do(request)
	}
	for i := range 10 {
		guess("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i)).want(t, http.StatusNotFound)
	}
	for header, value := range map[string]string{
		"": "", "X-Forwarded-For": "198.51.100.200", "X-Real-IP": "198.51.100.201", "Forwarded": "for=198.51.100.202", "CF-Connecting-IP": "198.51.100.203",
	} {
		p := guess(header, value).want(t, http.StatusTooManyRequests, "Wait a minute")
		if p.header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After %q", p.header.Get("Retry-After"))
		}
	}
	c.look(t, "en", given.Print()).want(t, http.StatusOK) // a right code is never refused
	c.look(t, "en", "7K3M").want(t, http.StatusUnprocessableEntity)
	guess("", "").want(t, http.StatusTooManyRequests)
	x.clock.pass(time.Minute)
	guess("", "").want(t, http.StatusNotFound)
	guess("", "").want(t, http.StatusTooManyRequests)
}

func TestWhatIsNoFormIsRefused(t *testing.T) {
	c := newCounter(t, oneSite(t))
	_, given := c.handIn(t, "ketamine")
	code := given.Print()
	object, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]struct {
		contentType string
		body        io.Reader
		status      int
	}{
		"huge":             {"application/x-www-form-urlencoded", strings.NewReader("code=" + strings.Repeat("7", 2<<20)), http.StatusRequestEntityTooLarge},
		"JSON":             {"application/json", bytes.NewReader(object), http.StatusUnprocessableEntity},
		"no content type":  {"", strings.NewReader("code=" + code), http.StatusUnprocessableEntity},
		"damaged encoding": {"application/x-www-form-urlencoded", strings.NewReader("code=%zz"), http.StatusBadRequest},
		"nothing":          {"application/x-www-form-urlencoded", http.NoBody, http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.address.String()+"/lookup", m.body)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", m.contentType)
			c.visitor(t).do(request).want(t, m.status).lacks(t, "We have your sample", code)
		})
	}
}
