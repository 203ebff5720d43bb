package server_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// ticketOf is the ticket that a code is answered with.
func (c *counter) ticketOf(t testing.TB, code string) string {
	t.Helper()
	p := c.visitor(t).post("/lookup", url.Values{"code": {code}}).want(t, http.StatusSeeOther)
	ticket, found := strings.CutPrefix(p.header.Get("Location"), "/result/")
	if !found || ticket == "" {
		t.Fatalf("a code leads to %q", p.header.Get("Location"))
	}
	return ticket
}

const ticketOver = "This result is not shown here any more."

// The address of a result can be asked for again and in another language, and holds
// no code.
func TestAResultHasAnAddressWithoutACode(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		_, given := c.handIn(t, "ketamine")
		code := given.Print()
		r := c.visitor(t)
		to := r.post("/lookup", url.Values{"code": {code}}).want(t, http.StatusSeeOther)
		dutch := r.post("/lookup?lang=nl", url.Values{"code": {code}}).header.Get("Location")
		address := to.header.Get("Location")
		if strings.Contains(address, "?") || !strings.HasSuffix(dutch, "?lang=nl") || strings.TrimSuffix(dutch, "?lang=nl") == address {
			t.Errorf("leads to %s and %s", address, dutch)
		}
		for path, says := range map[string]string{address: "We have your sample", address + "?lang=nl": "We hebben uw monster", dutch: "We hebben uw monster"} {
			for range 2 {
				p := r.get(path).want(t, http.StatusOK, says, `href="?lang=en"`, `href="?lang=nl"`)
				p.lacks(t, code, strings.ReplaceAll(code, "-", ""), strings.TrimPrefix(address, "/result/"))
				for header, want := range map[string]string{"Set-Cookie": "", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Encoding": "", "ETag": ""} {
					if got := p.header.Get(header); got != want {
						t.Errorf("%s %q", header, got)
					}
				}
			}
		}
		for _, log := range []string{code, strings.ReplaceAll(code, "-", ""), address, strings.TrimPrefix(address, "/result/")} {
			if strings.Contains(c.log.String(), log) {
				t.Errorf("the log says %s", log)
			}
		}
	})
}

// What a ticket opens is looked up each time: a result that is released meanwhile is
// there, and a code that is replaced or has ended opens nothing more.
func TestATicketOpensWhatItsCodeDoesNow(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		sample, given := c.handIn(t, "ketamine")
		_, old := c.handIn(t, "ketamine", func(s *lab.Sample) { s.ReceivedOn = 2024_12_31 })
		r := c.visitor(t)
		address := "/result/" + c.ticketOf(t, given.Print())
		r.get(address).want(t, http.StatusOK, "We have your sample")
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""))
		c.release(t, sample, "")
		r.get(address).want(t, http.StatusOK, "We found ketamine.")

		hash, err := x.keys.Hash(lab.NewLookupCode(), 2025_03_03)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.store.ReplaceCode(t.Context(), c.intake, sample.Key, store.CodeHash(hash), "slip lost", nil); err != nil {
			t.Fatal(err)
		}
		r.get(address).want(t, http.StatusNotFound, ticketOver, `action="/lookup"`).lacks(t, "We found", "ketamine")

		x.clock.pass(time.Date(2025, 3, 31, 23, 50, 0, 0, time.UTC).Sub(x.clock.Now()))
		address = "/result/" + c.ticketOf(t, old.Print())
		r.get(address).want(t, http.StatusOK)
		x.clock.pass(11 * time.Minute) // 1 April: the ticket would go on, December's codes do not
		r.get(address).want(t, http.StatusNotFound, ticketOver)
	})
}

// Nobody learns from the answer why a ticket opens nothing.
// ticketsOf are those of an installation with such a ring.
func ticketsOf(t *testing.T, ring *keyring.Ring) credential.Tickets {
	t.Helper()
	tickets, err := credential.NewTickets(ring.Secret())
	if err != nil {
		t.Fatal(err)
	}
	return tickets
}

func TestTicketsThatOpenNothingLookAlike(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sample, given := c.handIn(t, "ketamine")
	hash, err := c.keys.Hash(given, sample.ReceivedOn)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := keyring.Open(filepath.Join(t.TempDir(), "keys.json"), true)
	if err != nil {
		t.Fatal(err)
	}
	mint := func(ring *keyring.Ring, ticket credential.Ticket) string {
		text, err := ticketsOf(t, ring).Seal(ticket)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	now := c.clock.Now()
	good := credential.Ticket{KeyID: hash.KeyID, Hash: hash.Hash, Ends: now.Add(time.Minute)}
	changed := func(edit func(*credential.Ticket)) string {
		ticket := good
		edit(&ticket)
		return mint(c.keys, ticket)
	}
	text := mint(c.keys, good)
	r := c.visitor(t)
	r.get("/result/"+text).want(t, http.StatusOK)
	want := r.get("/result/x").want(t, http.StatusNotFound, ticketOver, `name="code"`).without("")
	for name, ticket := range map[string]string{
		"over":               changed(func(t *credential.Ticket) { t.Ends = now }),
		"too long":           changed(func(t *credential.Ticket) { t.Ends = now.Add(time.Hour) }),
		"of another code":    changed(func(t *credential.Ticket) { t.Hash = make([]byte, 32) }),
		"of another key":     changed(func(t *credential.Ticket) { t.KeyID = "2024-01" }),
		"of a strange key":   changed(func(t *credential.Ticket) { t.KeyID = "' OR 1=1\x00\xff" }),
		"of another ring":    mint(elsewhere, good),
		"cut":                text[:len(text)-1],
		"longer":             text + "A",
		"changed":            string(text[0]^1) + text[1:],
		"in capitals":        strings.ToUpper(text),
		"a code":             given.Print(),
		"a quoted newline":   text + "%0A",
		"far too long":       strings.Repeat("A", 8000),
		"twice":              text + text,
		"in another":         text + ".html",
		"padded":             text + "=",
		"with an odd symbol": text + "%C3%A9",
	} {
		p := r.get("/result/" + ticket)
		if name == "a quoted newline" { // no address of ours
			p.want(t, http.StatusNotFound).lacks(t, "We have")
			continue
		}
		if have := p.without(""); have != want {
			t.Errorf("%s: told apart:\n%.400s", name, have)
		}
	}
	c.clock.pass(credential.TicketTime)
	if have := r.get("/result/" + text).without(""); have != want {
		t.Error("after its time a ticket is told apart")
	}
	if strings.Contains(c.log.String(), `"level":"ERROR"`) {
		t.Errorf("the log says %s", c.log.String())
	}
}

// Who watches the line learns nothing of a result by its size.
func TestResultsAreAllOfOneSize(t *testing.T) {
	c := newCounter(t, oneSite(t))
	sizes := map[int][]string{}
	note := func(name string, p page) {
		sizes[len(p.body)] = append(sizes[len(p.body)], name)
		if p.header.Get("Content-Length") == "" {
			t.Errorf("%s: no length", name)
		}
		if len(p.body)%4096 != 0 || !strings.Contains(p.body, "</html>") {
			t.Errorf("%s: %d bytes", name, len(p.body))
		}
	}
	sample, given := c.handIn(t, "ketamine")
	note("received", c.look(t, "en", given.Print()).want(t, http.StatusOK))
	c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Quantified, "79.5 %", lab.BasisBase), c.found(t, "levamisole", lab.Identified, "", ""))
	c.release(t, sample, "")
	note("released", c.look(t, "en", given.Print()).want(t, http.StatusOK))
	note("in Dutch", c.look(t, "nl", given.Print()).want(t, http.StatusOK))
	note("unknown", c.look(t, "en", lab.NewLookupCode().Print()).want(t, http.StatusNotFound))
	note("a mistake", c.look(t, "en", "7K3M").want(t, http.StatusUnprocessableEntity))
	note("over", c.visitor(t).get("/result/x").want(t, http.StatusNotFound))
	if len(sizes) != 1 {
		t.Errorf("sizes tell answers apart: %v", sizes)
	}
}
