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
	Brought  int32  `json:",omitempty"` // samples, on the visit; zero where nobody said so
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
	return openSlip(token, requestKey, sealed)
}

// openSlip is lab.ErrNotFound where the session has another token since.
func openSlip(token, requestKey, sealed string) (kept keptSlip, err error) {
	text, err := credential.OpenSlip(token, requestKey, sealed)
	if errors.Is(err, credential.ErrSealed) {
		return kept, lab.ErrNotFound
	}
	if err != nil {
		return kept, err
	}
	err = json.Unmarshal([]byte(text), &kept)
	return kept, err
}

// ownSlips are the keys of the slips that this session can still see of samples of the
// service, by those. Where the actor registers nothing there none is looked for.
func (r *request) ownSlips() (map[lab.ID]string, error) {
	if lab.MayReceive(r.Actor, r.Service.ID) != nil {
		return nil, nil //nolint:nilerr // whoever registers nothing has none
	}
	token, err := r.Cookie(r.server.sessionCookie())
	if err != nil {
		return nil, page.ErrSignIn
	}
	sealed, err := r.server.Store.Slips(r.Ctx(), r.Actor, credential.HashToken(token))
	if err != nil {
		return nil, err
	}
	type slip struct {
		sample lab.ID
		key    string
	}
	var asked []store.CodeHash
	own, given := map[lab.ID]string{}, map[string]slip{} // by the hashes of their codes
	for key, text := range sealed {
		kept, err := openSlip(token, key, text)
		if errors.Is(err, lab.ErrNotFound) || err == nil && kept.Sample.ServiceID != r.Service.ID {
			continue
		}
		if err != nil {
			return nil, err
		}
		if kept.Code == "" {
			own[kept.Sample.ID] = key
			continue
		}
		hashes, err := r.hashesOf(kept.Code)
		if err != nil {
			return nil, err
		}
		for _, h := range hashes {
			given[string(h.Hash)] = slip{kept.Sample.ID, key}
		}
		asked = append(asked, hashes...)
	}
	open, err := r.server.Store.OpenCodes(r.Ctx(), r.Actor, r.Service.ID, asked)
	for _, h := range open {
		own[given[string(h.Hash)].sample] = given[string(h.Hash)].key
	}
	return own, err
}

// ownSlip is the address of the slip of a sample that this session can still see, empty for
// none.
func (r *request) ownSlip(x *lab.Sample) (string, error) {
	own, err := r.ownSlips()
	if key := own[x.ID]; key != "" {
		return slipAddress(r.numberOf(x), key), err
	}
	return "", err
}

// brought is how many samples were brought on the visit of a sample, as somebody said in this
// session while its slip can still be seen; zero for unknown.
func (r *request) brought(x *lab.Sample) (int32, error) {
	own, err := r.ownSlips()
	if err != nil || own[x.ID] == "" {
		return 0, err
	}
	kept, err := r.keptSlip(own[x.ID])
	if errors.Is(err, lab.ErrNotFound) { // its time has just ended
		return 0, nil
	}
	return kept.Brought, err
}

// slipAddress is where the slip of a form is shown.
func slipAddress(number lab.SampleNumber, requestKey string) string {
	return sampleAddress(number) + "/slips/" + requestKey
}

// sentBefore leads to the slip of a form that was sent before. Where there is none, it
// returns why it was refused now.
func (r *request) sentBefore(requestKey string, refused error) error {
	address, err := r.slipOf(requestKey)
	if errors.Is(err, lab.ErrNotFound) {
		return refused
	}
	if err != nil {
		return err
	}
	return r.See(address)
}

// slipOf is where the slip of a form is shown that was sent in this session, of a sample of
// the service. It is lab.ErrNotFound where there is none.
func (r *request) slipOf(requestKey string) (string, error) {
	kept, err := r.keptSlip(requestKey)
	if err == nil && kept.Sample.ServiceID != r.Service.ID {
		err = lab.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	x, _, err := r.server.Store.Sample(r.Ctx(), r.Actor, kept.Sample)
	return slipAddress(r.numberOf(&x), requestKey), err
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
