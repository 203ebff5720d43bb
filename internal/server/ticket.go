package server

import (
	"errors"
	"net/http"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// resultPath is where a result is shown. Its address holds a ticket, never a code,
// so that reloading, going back and another language need no code.
const resultPath = "/result/:ticket"

// seeResult leads to what a code opens, by a ticket that ends.
func (r *request) seeResult(code store.CodeHash) error {
	text, err := r.server.tickets.Seal(credential.Ticket{KeyID: code.KeyID, Hash: code.Hash, Ends: r.server.Now().Add(credential.TicketTime)})
	if err != nil {
		return err
	}
	return r.See("/result/" + text)
}

// showResult shows what the ticket in the address opens, as it is now. A ticket that
// is over or none, and one whose code was replaced or has ended, are answered alike:
// by the form for the code.
func showResult(r *request) error {
	found, err := r.findTicket()
	if errors.Is(err, lab.ErrNotFound) || errors.Is(err, credential.ErrTicket) {
		return r.askAgain()
	}
	if err != nil {
		return err
	}
	page, err := r.result(&found.File, &found.Service)
	if err != nil {
		return err
	}
	r.Header("Referrer-Policy", "no-referrer")
	return r.Padded("result.html", page)
}

// findTicket asks the directory for the code of the ticket in the address.
func (r *request) findTicket() (store.Found, error) {
	ticket, err := r.server.tickets.Open(r.Param("ticket"), r.server.Now())
	if err != nil {
		return store.Found{}, err
	}
	if err := r.server.keysMatch(r.Ctx()); err != nil {
		return store.Found{}, err
	}
	works, err := r.server.Keys.Works(ticket.KeyID, r.server.codesSince(r.server.Now()))
	if err != nil {
		return store.Found{}, noKeys(err)
	}
	if !works {
		return store.Found{}, lab.ErrNotFound
	}
	return r.server.Store.Lookup(r.Ctx(), store.CodeHash{KeyID: ticket.KeyID, Hash: ticket.Hash})
}

// askAgain shows the form for a code where a ticket opens nothing.
func (r *request) askAgain() error {
	shown := r.homePage()
	shown.Help, shown.Told = true, r.Texts.Text("page.lookup.over", "Count", int(credential.TicketTime.Minutes()))
	return r.RefusePadded(page.Problem{Status: http.StatusNotFound, Code: "not_found", Title: shown.Title, Text: shown.Told}, "home.html", shown)
}
