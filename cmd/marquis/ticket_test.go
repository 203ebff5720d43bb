package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/keyring"
)

// TestATicketEndsByTheClock: the program itself, by the clock of the machine, shows a
// result until the end that is sealed in the ticket, and not after it.
func TestATicketEndsByTheClock(t *testing.T) {
	t.Parallel()
	x := newRegistry(t, "sqlite")
	p := serve(t, x.environment, "--listen", "127.0.0.1:0")
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	given, err := browser.PostForm(p.address+"/lookup", url.Values{"code": {x.codes[0].Code}})
	if err != nil {
		t.Fatal(err)
	}
	defer given.Body.Close()
	address := given.Header.Get("Location")
	if have := status(t, p.address+address); given.StatusCode != http.StatusSeeOther || have != http.StatusOK {
		t.Fatalf("a code leads to %q: status %d", address, have)
	}
	keys, err := keyring.Open(x.keys, false)
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := credential.NewTickets(keys.Secret())
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := tickets.Open(strings.TrimPrefix(address, "/result/"), time.Now())
	if left := time.Until(ticket.Ends); err != nil || left < 14*time.Minute || left > credential.TicketTime {
		t.Errorf("a ticket ends in %s, %v", left, err)
	}
	ticket.Ends = time.Now().Add(2 * time.Second)
	short, err := tickets.Seal(ticket)
	if err != nil {
		t.Fatal(err)
	}
	if have := status(t, p.address+"/result/"+short); have != http.StatusOK {
		t.Errorf("before its end: status %d", have)
	}
	time.Sleep(time.Until(ticket.Ends) + 100*time.Millisecond)
	if have := status(t, p.address+"/result/"+short); have != http.StatusNotFound {
		t.Errorf("after its end: status %d", have)
	}
	if strings.Contains(p.stderr.String(), short) {
		t.Error("the log tells the ticket")
	}
}
