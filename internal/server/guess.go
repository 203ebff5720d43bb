package server

import (
	"net/http"
	"sync"
	"time"

	"marquis/internal/page"

	"golang.org/x/time/rate"
)

// guesses judge wrong lookup codes. Each was looked up before: a right one is never
// refused, whoever guesses beside it.
type guesses struct {
	networks *throttle
	now      func() time.Time
	all      *rate.Limiter // wrong codes of everybody together
	beyond   *rate.Limiter // those beyond, which are answered as any other all the same

	mu          sync.Mutex
	began, last time.Time // of the flood that is going on, or was last
	refused     int       // wrong codes in it that were answered 429
}

func newGuesses(now func() time.Time) *guesses {
	return &guesses{networks: newThrottle(now, codeLimit), now: now, all: codeFloodLimit.limiter(), beyond: codeFloodShare.limiter()}
}

// floodPause is how long a flood has to rest to be over.
const floodPause = time.Minute

// wrong judges a wrong code of a network: nil where it is answered as any other, or
// the limit that it goes beyond, and for how long.
func (g *guesses) wrong(network string) (beyond *limit, wait time.Duration) {
	if wait := g.networks.take(network); wait > 0 {
		return &codeLimit, wait
	}
	now := g.now()
	if g.all.AllowN(now, 1) {
		return nil, 0
	}
	answered := g.beyond.AllowN(now, 1)
	g.flood(now, !answered)
	if answered {
		return nil, 0
	}
	return &codeFloodShare, floodPause
}

// flood notes that everybody together goes beyond the limit.
func (g *guesses) flood(now time.Time, refused bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.last) > floodPause {
		g.began, g.refused = now, 0
	}
	g.last = now
	if refused {
		g.refused++
	}
}

// flooding tells whether everybody together goes beyond the limit just now.
func (g *guesses) flooding() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.last.IsZero() && g.now().Sub(g.last) <= floodPause
}

// floodView is what administrators are told of a flood of wrong codes.
type floodView struct {
	Now         bool
	Began, Last string
	Refused     int
}

// floodTold is for how long a flood is told.
const floodTold = 24 * time.Hour

// told tells whether there was a flood lately.
func (g *guesses) told() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.last.IsZero() && g.now().Sub(g.last) <= floodTold
}

// floodView tells of the last flood, nil where there was none lately.
func (r *request) floodView() *floodView {
	g := r.server.guesses
	if !g.told() {
		return nil
	}
	now := g.flooding()
	g.mu.Lock()
	defer g.mu.Unlock()
	return &floodView{now, r.Texts.Instant(g.began), r.Texts.Instant(g.last), g.refused}
}

// refuseGuess answers a code that opens nothing: 404, or 429 where there were too
// many of them.
func (r *request) refuseGuess(typed string) error {
	beyond, wait := r.server.guesses.wrong(r.network())
	if beyond == nil {
		return r.refuseCode(http.StatusNotFound, "not_found", typed, r.Texts.Text("page.lookup.unknown", "Count", r.server.CodeMonths))
	}
	_ = r.server.refuse(*beyond, wait)
	r.Header("Retry-After", page.Seconds(wait))
	text := "page.lookup.too_many"
	if beyond.kind == codeFloodShare.kind {
		text = "page.lookup.flood"
	}
	return r.refuseCode(http.StatusTooManyRequests, "too_many", typed, r.Texts.Text(text))
}
