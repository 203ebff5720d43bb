package server

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// lookUp leads to what the typed code opens. A code in the address is none.
func lookUp(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	text := typed.Get("code")
	code, err := lab.ParseLookupCode(text)
	if err != nil {
		return r.refuseCode(http.StatusUnprocessableEntity, "fields", text, r.codeMistake(text, err))
	}
	hash, err := r.find(code)
	if errors.Is(err, lab.ErrNotFound) {
		return r.refuseGuess(text)
	}
	if err != nil {
		return err
	}
	return r.seeResult(hash)
}

// find asks the directory for a code under the keys of all months whose codes
// still work.
func (r *request) find(code lab.LookupCode) (store.CodeHash, error) {
	if err := r.server.keysMatch(r.Ctx()); err != nil {
		return store.CodeHash{}, err
	}
	keyed, err := r.server.Keys.Hashes(code, r.server.codesSince(r.server.Now()))
	if err != nil {
		return store.CodeHash{}, noKeys(err)
	}
	hashes := make([]store.CodeHash, len(keyed))
	for i, h := range keyed {
		hashes[i] = store.CodeHash(h)
	}
	return r.server.Store.Opens(r.Ctx(), hashes)
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
