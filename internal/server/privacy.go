package server

import (
	"marquis/internal/credential"
	"marquis/internal/statistics"
)

// privacyPage tells what is kept of those who look up, and what is not.
type privacyPage struct {
	view
	Kept    string // for how long a code works
	Guesses string // what is remembered of wrong codes
	Ticket  string // for how long the address of a result works
	Figures string // what the public figures tell
}

func privacy(r *request) error {
	return r.show("privacy.html", privacyPage{
		view:    r.view(r.texts.Text("page.privacy.title")),
		Kept:    r.texts.Text("page.privacy.code_ends", "Count", r.server.CodeMonths),
		Figures: r.texts.Text("page.privacy.figures", "From", statistics.YearFrom),
		Ticket:  r.texts.Text("page.privacy.ticket", "Count", int(credential.TicketTime.Minutes())),
		Guesses: r.texts.Text("page.privacy.guesses", "Count", int(codeLimit.every.Minutes())*codeLimit.many),
	})
}
