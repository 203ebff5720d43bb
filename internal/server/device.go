package server

import (
	"errors"
	"slices"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// deviceTokens is how many members of staff a shared device knows. So many take 1,760
// bytes: cookies end at 4 kB, and so do headers in many a proxy.
const deviceTokens = 40

// deviceCookie holds a token for each member of staff who signed in in full on this
// device; the database holds their hashes. The public gets none.
func (s *Server) deviceCookie() string {
	if s.Address.Scheme == "https" {
		return "__Host-marquis-device"
	}
	return "marquis-device"
}

// deviceHeld are the tokens that this device holds, the newest first.
func (r *request) deviceHeld() []string {
	text, _ := r.Cookie(r.server.deviceCookie()) // empty where there is none
	tokens := strings.SplitN(text, ".", deviceTokens+1)
	return tokens[:min(len(tokens), deviceTokens)]
}

func (r *request) deviceHashes() []string {
	var hashes []string
	for _, token := range r.deviceHeld() {
		if token != "" {
			hashes = append(hashes, credential.HashToken(token))
		}
	}
	return hashes
}

// networkHash is the network as the database knows it.
func (r *request) networkHash() string { return r.server.hider.Hash("network", r.network()) }

// device is where the request comes from, and the token that stands for it if it is not
// known yet.
func (r *request) device() (d store.Device, token string) {
	token, hash := credential.NewToken()
	return store.Device{Tokens: r.deviceHashes(), Network: r.networkHash(), Fresh: hash}, token
}

// rememberDevice makes the device one that is known to the user of a session, named by
// the hash of its token, who has signed in in full on it.
func (r *request) rememberDevice(session string) error {
	d, token := r.device()
	fresh, err := r.server.Store.RememberDevice(r.Ctx(), session, d)
	if errors.Is(err, lab.ErrNotFound) { // the session has ended meanwhile, as its next page tells
		return nil
	}
	if err != nil {
		return err
	}
	r.keepDevice(fresh, token)
	return nil
}

// keepDevice lets the device hold its tokens for as long as any, and a fresh one too.
func (r *request) keepDevice(fresh bool, token string) {
	held := slices.DeleteFunc(r.deviceHeld(), func(token string) bool { return token == "" })
	if fresh {
		held = slices.Insert(held, 0, token)
	}
	held = held[:min(len(held), deviceTokens)]
	r.PutCookie(r.server.deviceCookie(), strings.Join(held, "."), int(lab.DeviceAge.Seconds()))
}
