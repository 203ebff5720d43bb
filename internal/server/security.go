package server

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"marquis/internal/page"
)

// securityPath is where whoever finds a fault in security looks for whom to tell
// (RFC 9116).
const securityPath = "/.well-known/security.txt"

// securityDays is for how many days what the file says is said to hold: as long as
// the program runs with the setting it holds for that long from today. It may not be
// a year, and is well above the two months at which it counts as nearly over.
const securityDays = 180

// serveSecurityText says whom to tell. Where nobody is named there is no such page.
func serveSecurityText(r *request) error {
	if len(r.server.Security) == 0 {
		return page.ErrNoPage
	}
	var text strings.Builder
	for _, contact := range r.server.Security {
		fmt.Fprintf(&text, "Contact: %s\n", contact)
	}
	until := r.server.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, securityDays)
	fmt.Fprintf(&text, "Expires: %s\nPreferred-Languages: nl, en\nCanonical: %s\n", until.Format(time.RFC3339), r.server.Address.JoinPath(securityPath))
	r.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(text.String()))
	return nil
}
