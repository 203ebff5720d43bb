package server

import (
	"net/netip"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// limit is one of the limits that keep attempts down.
type limit struct {
	kind   string // label of the metric that counts what it refused
	counts string // what is counted, and for whom
	many   int    // how many are let by at once
	every  time.Duration
	keys   int    // for how many it is remembered at most; 0: for all together
	answer string // what whoever goes beyond is told
}

// The limits. A code has 55 random bits and an invitation 256, so that neither needs
// a limit to be kept: that on wrong codes keeps the noise down, and an invitation has
// none. A right code is never refused. No stranger can use up what lets a member of
// staff in: see attempt.
var (
	codeLimit      = limit{"code", "wrong lookup codes of a network", 10, time.Minute, 50_000, "429, after the code was looked up"}
	codeFloodLimit = limit{"code_flood", "wrong lookup codes of everybody together", 600, time.Minute / 600, 0, "as code_flood_answer says"}
	codeFloodShare = limit{"code_flood_answer", "wrong lookup codes beyond code_flood that are answered 404 all the same", 50, time.Second / 50, 0, "429, after the code was looked up"}

	passwordLimit       = limit{"password", "wrong passwords, and right ones that no code followed, for a login from a network, on devices that are not known", 5, 3 * time.Minute, 10_000, "429"}
	passwordLoginLimit  = limit{"password_login", "wrong passwords, and right ones that no code followed, for a login from networks and devices that are not known", 30, 10 * time.Minute, 10_000, "429"}
	passwordDeviceLimit = limit{"password_device", "wrong passwords, and right ones that no code followed, for a login on a known device, or with a right recovery code", 20, time.Minute, 5_000, "429"}
	ownPasswordLimit    = limit{"own_password", "wrong passwords of whoever is signed in, for their own account", 5, 3 * time.Minute, 5_000, "429"}

	factorLimit = limit{"second_factor", "wrong codes of a user's authenticator, kept in the database", lab.FactorTries, lab.FactorWait, 0, "429; a recovery code is taken"}
	factorLock  = limit{"second_factor_lock", "wrong codes of a user's authenticator in an hour, kept in the database", lab.FactorLockTries, lab.FactorHour, 0, "429, until a recovery code or a reset"}

	hashingLimit    = limit{"busy", "sign-ins that wait for their password to be looked at; a place in four is for known devices and networks", credential.PlacesToWait, 0, 0, "503"}
	connectionLimit = limit{"connection", "connections of an address without a request in progress, but those of a known proxy", connectionsOfOne, 0, 0, "the connection is closed"}
)

// limits are all limits there are. Each is proven against the program as it is built.
func limits() []limit {
	return []limit{
		codeLimit, codeFloodLimit, codeFloodShare, passwordLimit, passwordLoginLimit, passwordDeviceLimit, ownPasswordLimit,
		factorLimit, factorLock, hashingLimit, connectionLimit,
	}
}

// refuse counts an attempt that is not looked at, and returns why.
func (s *Server) refuse(l limit, wait time.Duration) error {
	s.metrics.refused.WithLabelValues(l.kind).Inc()
	return &page.TooManyError{Kind: l.kind, Wait: wait}
}

// network is what limits know a client by: the address, of version 6 only the
// network (/64), which one household or provider holds.
func (r *request) network() string { return networkOf(r.Context) }

func networkOf(c *gin.Context) string { return networkOfAddress(c.ClientIP()) }

// forwardedFor is the one header in which a known proxy says for whom it asks. No
// other is believed: a proxy that does not set one passes on what its client wrote.
const forwardedFor = "X-Forwarded-For"

// plainForwarded takes ports, brackets and zones off the addresses that proxies
// forward, so that visitors behind one that writes them are told apart.
func plainForwarded(c *gin.Context) {
	values := c.Request.Header.Values(forwardedFor)
	if len(values) == 0 {
		return
	}
	words := strings.Split(strings.Join(values, ","), ",")
	for i, word := range words {
		word = strings.TrimSpace(word)
		if at, err := netip.ParseAddrPort(word); err == nil {
			word = at.Addr().WithZone("").String()
		} else if at, err := netip.ParseAddr(strings.Trim(word, "[]")); err == nil {
			word = at.WithZone("").String()
		}
		words[i] = word
	}
	c.Request.Header.Set(forwardedFor, strings.Join(words, ", "))
}

func networkOfAddress(text string) string {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network, err := address.WithZone("").Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}

// connectionsOfOne is how many connections of an address may wait without a request
// in progress.
const connectionsOfOne = 256
