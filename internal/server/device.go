package server

import (
	"slices"
	"strings"

	"marquis/internal/credential"
	"marquis/internal/lab"
)

// deviceTokens is how many members of staff a shared device knows. So many take 1,760 bytes: cookies end at 4 kB, and so do headers in many a proxy.
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

// rememberDevice makes the device one that is known to a member of staff, who has
// signed in in full on it.
func (r *request) rememberDevice(by lab.Actor) error {
	token, hash := credential.NewToken()
	fresh, err := r.server.Store.RememberDevice(r.context(), by, r.deviceHashes(), r.networkHash(), hash)
	if err != nil {
		return err
	}
	held := slices.DeleteFunc(r.deviceHeld(), func(token string) bool { return token == "" })
	if fresh {
		held = slices.Insert(held, 0, token)
	}
	held = held[:min(len(held), deviceTokens)]
	r.setCookie(r.server.deviceCookie(), strings.Join(held, "."), int(lab.DeviceAge.Seconds()))
	return nil
}
