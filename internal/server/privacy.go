package server

import (
	"marquis/internal/credential"
	"marquis/internal/page"
	"marquis/internal/statistics"
)

// privacyPage tells what is kept of those who look up, and what is not.
type privacyPage struct {
	page.View
	Kept    string // for how long a code works
	Guesses string // what is remembered of wrong codes
	Ticket  string // for how long the address of a result works
	Figures string // what the public figures tell
}

func showPrivacy(r *request) error {
	return r.Show("privacy.html", privacyPage{
		View:    r.View(r.Texts.Text("page.privacy.title")),
		Kept:    r.Texts.Text("page.privacy.code_ends", "Count", r.server.CodeMonths),
		Figures: r.Texts.Text("page.privacy.figures", "From", statistics.YearFrom),
		Ticket:  r.Texts.Text("page.privacy.ticket", "Count", int(credential.TicketTime.Minutes())),
		Guesses: r.Texts.Text("page.privacy.guesses", "Count", int(codeLimit.every.Minutes())*codeLimit.many),
	})
}
