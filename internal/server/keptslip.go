package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// requestKeyField names the hidden field that tells a form which is sent twice from one
// that is sent anew. The slip that the form leads to is found by it.
const requestKeyField = "request_key"

// keptSlip is what is sealed of a slip for the session that gives the code out.
type keptSlip struct {
	Sample   lab.Key
	Code     string // as it is printed; empty where none is given out
	Replaced bool   // it takes the place of another
}

// givenSlip is a slip that is about to be given out.
type givenSlip struct {
	hash *store.CodeHash // of its code; nil where none is given out
	slip *store.Slip
}

// newSlip draws a code, where one is given out, and seals its slip for the session.
func (r *request) newSlip(in *page.Reader, said keptSlip, withCode bool) (given givenSlip, err error) {
	if withCode {
		code, hash, err := r.newCode()
		if err != nil {
			return given, err
		}
		said.Code, given.hash = code.Print(), &hash
	}
	token, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return given, page.ErrSignIn
	}
	key := in.Text(requestKeyField)
	if !credential.IsRequestKey(key) {
		key = credential.NewRequestKey()
	}
	text, err := json.Marshal(said)
	if err != nil {
		return given, err
	}
	sealed, err := credential.SealSlip(token, key, string(text))
	given.slip = &store.Slip{Session: credential.HashToken(token), RequestKey: key, Sealed: sealed}
	return given, err
}

// keptSlip opens the slip of a form that was sent in this session. It is lab.ErrNotFound
// where there is none, or none any more.
func (r *request) keptSlip(requestKey string) (kept keptSlip, err error) {
	token, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return kept, page.ErrSignIn
	}
	sealed, err := r.server.Store.Slip(r.Ctx(), r.Actor, credential.HashToken(token), requestKey)
	if err != nil {
		return kept, err
	}
	text, err := credential.OpenSlip(token, requestKey, sealed)
	if errors.Is(err, credential.ErrSealed) { // the session has another token since
		return kept, lab.ErrNotFound
	}
	if err != nil {
		return kept, err
	}
	err = json.Unmarshal([]byte(text), &kept)
	return kept, err
}

// slipAddress is where the slip of a form is shown.
func slipAddress(number lab.SampleNumber, requestKey string) string {
	return sampleAddress(number) + "/slips/" + requestKey
}

// sentBefore leads to the slip of a form that was sent before. Where there is none, it
// returns why it was refused now.
func (r *request) sentBefore(requestKey string, refused error) error {
	kept, err := r.keptSlip(requestKey)
	if errors.Is(err, lab.ErrNotFound) || err == nil && kept.Sample.ServiceID != r.Service.ID {
		return refused
	}
	if err != nil {
		return err
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, kept.Sample)
	if err != nil {
		return err
	}
	return r.See(slipAddress(r.numberOf(&x), requestKey))
}

// signedOut is page.ErrSignIn where the session has ended while something was done.
func (r *request) signedOut(err error) error {
	if errors.Is(err, store.ErrSignedOut) {
		return page.ErrSignIn
	}
	return err
}

// slipOver says that a slip cannot be shown any more, of which sample it was, and that
// its code can be replaced.
func (r *request) slipOver(sample lab.Key) error {
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, sample)
	if err != nil {
		return err
	}
	return r.Instead(lab.ErrNotFound, http.StatusGone, "finished.html", finishedPage{
		View: r.View(r.Texts.Text("page.slip.over")), Number: r.numberOf(&x).String(), Counter: r.counterAddress(),
		Text: r.Texts.Text("page.slip.over_text"),
	})
}
