package server

import (
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// guessPause is for how long whoever tried too many unknown codes is asked to wait,
// in seconds.
const guessPause = "60"

// homePage is where the public begins: the form for a code.
type homePage struct {
	view
	Form *form
}

func (r *request) homePage() *homePage {
	code := r.hint(r.input("code", textField, "page.lookup.code"), "page.lookup.code_hint")
	code.Keyboard, code.Capitals = "text", true
	return &homePage{view: r.view(r.texts.Text("page.lookup.title")), Form: newForm(code)}
}

func home(r *request) error { return r.show("home.html", r.homePage()) }

// toHome answers whoever asks for a result by its address, as after a change of
// language: a code is in no address, so it has to be typed again.
func toHome(r *request) error { return r.see("/") }

// lookUp shows what the typed code opens. A code in the address is none.
func lookUp(r *request) error {
	typed, err := r.typed()
	if err != nil {
		return err
	}
	text := typed.Get("code")
	code, err := lab.ParseLookupCode(text)
	if err != nil {
		return r.refuseCode(http.StatusUnprocessableEntity, text, r.codeMistake(text, err))
	}
	visitor := r.visitor()
	if !r.server.guesses.allow(visitor) {
		r.Header("Retry-After", guessPause)
		return r.refuseCode(http.StatusTooManyRequests, text, r.texts.Text("page.lookup.too_many"))
	}
	found, err := r.find(code)
	if errors.Is(err, lab.ErrNotFound) {
		r.server.guesses.fail(visitor)
		return r.refuseCode(http.StatusNotFound, text, r.texts.Text("page.lookup.unknown", "Count", r.server.CodeMonths))
	}
	if err != nil {
		return err
	}
	page, err := r.result(&found)
	if err != nil {
		return err
	}
	return r.show("result.html", page)
}

// find asks the directory for a code under the keys of all months whose codes
// still work.
func (r *request) find(code lab.LookupCode) (store.Found, error) {
	if err := r.server.keysMatch(r.context()); err != nil {
		return store.Found{}, err
	}
	since := lab.CodesSince(lab.DateOf(r.server.Now(), time.UTC), r.server.CodeMonths)
	keyed, err := r.server.Keys.Hashes(code, since)
	if err != nil {
		return store.Found{}, noKeys(err)
	}
	hashes := make([]store.CodeHash, len(keyed))
	for i, h := range keyed {
		hashes[i] = store.CodeHash(h)
	}
	return r.server.Store.Lookup(r.context(), hashes)
}

// codeMistake says what is wrong with something that is no code.
func (r *request) codeMistake(typed string, err error) string {
	symbols := 0
	for _, c := range typed {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			symbols++
		}
	}
	switch {
	case strings.TrimSpace(typed) == "":
		return r.texts.Text("page.lookup.empty")
	case errors.Is(err, lab.ErrCodeSymbol):
		return r.texts.Text("page.lookup.symbol")
	case errors.Is(err, lab.ErrCodeLength):
		return r.texts.Text("page.lookup.length", "Typed", r.texts.Count(symbols))
	}
	return r.texts.Text("page.lookup.check")
}

// refuseCode shows the form again with what was typed and what is wrong with it.
func (r *request) refuseCode(status int, typed, mistake string) error {
	page := r.homePage()
	page.Form.set("code", typed)
	page.Form.Heading = r.texts.Text("page.form.mistakes", "Count", 1)
	page.Form.blame("code", mistake)
	return r.page(status, "home.html", page)
}
