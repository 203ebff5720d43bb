package goals

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
)

const (
	floodTime     = time.Minute
	shortFlood    = 5 * time.Second // where the tool itself is tried
	floodGuesses  = 20_000          // wrong lookup codes
	floodNetworks = 2_000           // from which they come
	strangers     = 50              // who type wrong passwords, all the time
	lookUpsASec   = 200             // meanwhile
)

// floodFor is how long a flood takes.
func floodFor() time.Duration {
	if load() < shortFlood {
		return shortFlood
	}
	return floodTime
}

// measureFloods measures what is left for others while many guess codes, and while
// many guess passwords, each in a network of their own, behind a proxy on this machine.
func (x *bench) measureFloods(t *testing.T, s *set) {
	c := x.command(context.WithoutCancel(t.Context()), s, "serve", "--listen", "127.0.0.1:0")
	c.Env = append(c.Env, "MARQUIS_PROXIES=127.0.0.1/32")
	w := x.siteOf(t, s, start(t, c))
	pages := w.lookUps(t)
	quiet := w.quietly(t, pages)
	x.measureGuesses(t, s, w, pages)
	afterGuesses := peakMemory(t, c.Process.Pid)
	x.measureStrangers(t, s, w, pages, quiet)
	peak := peakMemory(t, c.Process.Pid)
	t.Logf("memory: %d MB at most until the end of the wrong codes, %d MB until the end", afterGuesses>>20, peak>>20)
	x.sheet.set(floodMemory, s.at, float64(peak>>20), "%d MB", peak>>20)
}

// quietly looks up as often as while strangers sign in, with nobody else there: what
// the machine makes of it.
func (w *site) quietly(t *testing.T, pages []codePage) result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), floodFor()/6)
	defer stop()
	return w.lookUpEvery(ctx, t, time.Second/lookUpsASec, 32, pages)
}

// measureGuesses sends wrong codes at an even pace, while one visitor looks up.
func (x *bench) measureGuesses(t *testing.T, s *set, w *site, pages []codePage) {
	lasts := floodFor()
	n := int(floodGuesses * lasts.Seconds() / floodTime.Seconds())
	ctx, stop := context.WithCancel(t.Context())
	var refused, found atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	var met result
	all.Go(func() { met = w.lookUpEvery(ctx, t, 50*time.Millisecond, 1, pages) })
	paced(n, 32, lasts, func(i int) {
		switch status := w.wrong(t, i%floodNetworks, "/lookup", url.Values{"code": {lab.NewLookupCode().Print()}}); status {
		case http.StatusTooManyRequests:
			refused.Add(1)
		case http.StatusNotFound:
			found.Add(1)
		default:
			t.Errorf("a wrong code is answered %d", status)
		}
	})
	took := time.Since(begun)
	stop()
	all.Wait()
	x.sheet.tell(guessesRefused, s.at, "%d of %d in %.0f s", refused.Load(), n, took.Seconds())
	if lasts == floodTime {
		x.sheet.readings[guessesRefused][s.at].number, x.sheet.readings[guessesRefused][s.at].judged = float64(refused.Load()), true
	}
	slowest := milliseconds(met.at(99))
	x.sheet.set(guessesLookUp, s.at, slowest, "%.1f ms", slowest)
	t.Logf("%d wrong codes in %s: %d answered 429, %d 404; %d right ones beside them, p50 %s, p99 %s", n, took.Round(time.Millisecond), refused.Load(), found.Load(), len(met.took), met.at(50), met.at(99))
}

// measureStrangers has strangers type wrong passwords, each the next as soon as the
// last is answered, while somebody signs in on a known device and visitors look up.
func (x *bench) measureStrangers(t *testing.T, s *set, w *site, pages []codePage, quiet result) {
	device := w.device(t)
	ctx, stop := context.WithTimeout(t.Context(), floodFor())
	defer stop()
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	for i := range strangers {
		all.Go(func() {
			for n := i; ctx.Err() == nil; n += strangers {
				status := w.wrong(t, n, "/sign-in", url.Values{"login": {fmt.Sprint("stranger-", n)}, "password": {"a wrong password, long enough"}})
				mu.Lock()
				answers[status]++
				mu.Unlock()
			}
		})
	}
	var met result
	all.Go(func() { met = w.lookUpEvery(ctx, t, time.Second/lookUpsASec, 32, pages) })
	var signedIn []time.Duration
	for ctx.Err() == nil {
		begun := time.Now()
		device.signIn(t).want(t, http.StatusSeeOther)
		signedIn = append(signedIn, time.Since(begun))
		time.Sleep(time.Second)
	}
	all.Wait()
	longest := result{took: signedIn}.at(100)
	x.sheet.set(strangersDevice, s.at, longest.Seconds(), "%.2f s", longest.Seconds())
	slowest := milliseconds(met.at(99))
	x.sheet.set(strangersLookUp, s.at, slowest, "%.1f ms (before %.1f ms)", slowest, milliseconds(quiet.at(99)))
	t.Logf("strangers: answers by status %v; a known device signed in %d times, %s at most; %d look-ups, p50 %s, p95 %s, p99 %s", answers, len(signedIn), longest, len(met.took), met.at(50), met.at(95), met.at(99))
}

// paced does so many things at an even pace, at most some at once.
func paced(n, atOnce int, within time.Duration, do func(i int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	begun := time.Now()
	for i := range n {
		time.Sleep(time.Until(begun.Add(within * time.Duration(i) / time.Duration(n))))
		next <- i
	}
	close(next)
	all.Wait()
}

// floodClient keeps a connection for each who floods.
var floodClient = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// wrong sends a form from a network, and returns the status of its answer.
func (w *site) wrong(t *testing.T, network int, path string, fields url.Values) int {
	t.Helper()
	return w.from(t, floodClient, network, path, fields).status
}

// from sends a form from a network, as the proxy says.
func (w *site) from(t *testing.T, client *http.Client, network int, path string, fields url.Values) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.address.String()+path, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Forwarded-For", net.IPv4(100, 64+byte(network>>16), byte(network>>8), byte(network)).String())
	answer, err := client.Do(request)
	if err != nil {
		t.Error(err)
		return page{}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return page{answer.StatusCode, answer.Header, string(body)}
}

// lookUpEvery looks a code up each time that long has passed, on some connections,
// until the context ends. What waits for a connection counts as waiting for an answer.
func (w *site) lookUpEvery(ctx context.Context, t *testing.T, pause time.Duration, atOnce int, pages []codePage) (r result) {
	t.Helper()
	due := make(chan time.Time, 1_000_000)
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range atOnce {
		all.Go(func() {
			connection, err := (&net.Dialer{Timeout: patience}).DialContext(context.WithoutCancel(ctx), "tcp", w.address.Host)
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			in := bufio.NewReaderSize(connection, 64<<10)
			var body []byte
			for at := range due {
				p := pages[rand.IntN(len(pages))]
				body, err = ask(connection, in, formRequest("/lookup", url.Values{"code": {p.code}}), body[:0])
				took := time.Since(at)
				if err != nil || string(body) != string(p.page) {
					t.Errorf("look-up %d: %d bytes, and not %d: %v", i, len(body), len(p.page), err)
					return
				}
				mu.Lock()
				r.took = append(r.took, took)
				mu.Unlock()
			}
		})
	}
	begun := time.Now()
	for at := begun; ctx.Err() == nil; at = at.Add(pause) {
		time.Sleep(time.Until(at))
		due <- at
	}
	close(due)
	all.Wait()
	r.elapsed = time.Since(begun)
	return r
}

// device is a member of staff at a device that knows them.
type device struct {
	*reader
	tries int
}

const devicePassword = "zeven sloten en een roestige sleutel"

// device makes one: accepting an invitation makes a device known.
func (w *site) device(t *testing.T) *device {
	t.Helper()
	actor := person(t, w.store, "goals-device", lab.Intake)
	token, hash := credential.NewToken()
	if err := w.store.Invite(t.Context(), lab.Operator("goals"), actor.UserID, hash, lab.At(time.Now().Add(time.Hour)), false); err != nil {
		t.Fatal(err)
	}
	d := &device{reader: w.visitor(t)}
	d.post(t, "/invitation", url.Values{"invitation": {token}, "password": {devicePassword}, "again": {devicePassword}}).want(t, http.StatusSeeOther)
	return d
}

// signIn signs in from another network each time.
func (d *device) signIn(t *testing.T) page {
	t.Helper()
	d.tries++
	return d.site.from(t, d.client, 1<<20+d.tries, "/sign-in", url.Values{"login": {"goals-device"}, "password": {devicePassword}})
}

// peakMemory is the most memory that a process has held, in bytes; 0 where the system
// does not tell.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	said, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(said)
	if found == nil {
		return 0
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
