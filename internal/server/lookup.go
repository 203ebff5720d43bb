package server

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// homePage is where the public begins: the form for a code.
type homePage struct {
	page.View
	Form *page.Form
	Told string // why the form is shown instead of a result
	Help bool   // whom to call, and other ways to a result, are told too
}

func (r *request) homePage() *homePage {
	code := r.Hint(r.Input("code", page.TextField, "page.lookup.code"), "page.lookup.code_hint")
	code.Keyboard, code.Capitals = "text", true
	return &homePage{View: r.View(r.Texts.Text("page.lookup.title")), Form: page.NewForm(code)}
}

func home(r *request) error { return r.Show("home.html", r.homePage()) }

// toHome answers whoever asks for a result by its address, as after a change of
// language: a code is in no address, so it has to be typed again.
func toHome(r *request) error { return r.See("/") }

// lookUp leads to what the typed code opens. A code in the address is none.
func lookUp(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	text := typed.Get("code")
	code, err := lab.ParseLookupCode(text)
	if err != nil {
		return r.refuseCode(http.StatusUnprocessableEntity, text, r.codeMistake(text, err))
	}
	found, err := r.find(code)
	if errors.Is(err, lab.ErrNotFound) {
		return r.refuseGuess(text)
	}
	if err != nil {
		return err
	}
	return r.seeResult(found.Code)
}

// find asks the directory for a code under the keys of all months whose codes
// still work.
func (r *request) find(code lab.LookupCode) (store.Found, error) {
	if err := r.server.keysMatch(r.Ctx()); err != nil {
		return store.Found{}, err
	}
	keyed, err := r.server.Keys.Hashes(code, r.server.codesSince(r.server.Now()))
	if err != nil {
		return store.Found{}, noKeys(err)
	}
	hashes := make([]store.CodeHash, len(keyed))
	for i, h := range keyed {
		hashes[i] = store.CodeHash(h)
	}
	return r.server.Store.Lookup(r.Ctx(), hashes)
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
		return r.Texts.Text("page.lookup.empty")
	case errors.Is(err, lab.ErrCodeSymbol):
		return r.Texts.Text("page.lookup.symbol")
	case errors.Is(err, lab.ErrCodeLength):
		return r.Texts.Text("page.lookup.length", "Typed", r.Texts.Count(symbols))
	}
	return r.Texts.Text("page.lookup.check")
}

// refuseCode shows the form again with what was typed and what is wrong with it.
func (r *request) refuseCode(status int, typed, mistake string) error {
	page := r.homePage()
	page.Help = true
	page.Form.Set("code", typed)
	page.Form.Heading = r.Texts.Text("page.form.mistakes", "Count", 1)
	page.Form.Blame("code", mistake)
	return r.Padded(status, "home.html", page)
}
