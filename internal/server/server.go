package server

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"marquis/internal/credential"
	"marquis/internal/figures"
	"marquis/internal/keyring"
	"marquis/internal/page"
	"marquis/internal/store"
	"marquis/internal/work"
)

// Config is what a server is made of.
type Config struct {
	Store    *store.Store
	Keys     *keyring.Ring
	Log      *slog.Logger
	Now      func() time.Time
	Address  *url.URL       // at which the public finds the pages; the slip prints it
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed; none by default
	Currency string         // in which prices are reported where services differ
	Program  string         // the version, for reports
	Security []string       // where faults in security are reported, as mailto: or https:

	CodeMonths int // for how many whole months a lookup code works
}

// Server serves the pages of the registry.
type Server struct {
	Config
	engine  *gin.Engine
	routes  []route
	large   map[string]int64 // what a request may send where that is more than a form, by method and path
	site    *page.Site
	guesses *guesses
	logins  *logins
	hider   credential.Hider // of networks and logins
	tickets credential.Tickets
	years   *figures.Source
	kept    *page.Cache // of the public figures
	jobs    *work.Jobs
	looks   *looks
	metrics *metrics
	keyed   keyMatch
	made    ofWords // of the dictionary

	connections *connections
	sentAway    chan struct{} // a place for each who waits a moment to be told so

	synthetic bool // the samples are made up: every page and file says so
}
