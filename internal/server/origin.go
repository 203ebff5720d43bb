package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/page"
)

// guard lets requests by that change something only from our own pages. What the
// browser says of where a form comes from is held against the address at which the
// public finds us, not against Host: a proxy may set that to anything, and a name
// that leads to this machine may be anybody's.
func (s *Server) guard(next http.Handler) http.Handler {
	refuse := s.refusal()
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(refuse)
	trusted := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch origin := r.Header.Get("Origin"); {
		case slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, r.Method):
			next.ServeHTTP(w, r)
		case origin == "" || origin == "null": // as of our own pages, which send no referrer
			if s.isRebound(r) || origin != "" && r.Header.Get("Sec-Fetch-Site") == "" {
				refuse.ServeHTTP(w, r)
				return
			}
			trusted.ServeHTTP(w, r)
		case !s.isOurs(origin) && !s.isForwarded(r) || isForeign(r.Header.Get("Sec-Fetch-Site")):
			refuse.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isForeign tells whether a browser says that a request comes from another site.
func isForeign(fetchSite string) bool {
	return !slices.Contains([]string{"", "same-origin", "none"}, fetchSite)
}

// isOurs tells whether an origin is that at which the public finds us. Where no
// public address is set, it is that of this machine, by whichever of its names.
func (s *Server) isOurs(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if !strings.EqualFold(u.Scheme, s.Address.Scheme) || port(u) != port(s.Address) {
		return false
	}
	return host(u) == host(s.Address) || isLoopback(host(s.Address)) && isLoopback(host(u))
}

// isForwarded tells whether a browser vouches for a form of this machine's own, at
// another port than the program's: one that was forwarded to it.
func (s *Server) isForwarded(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && r.Header.Get("Sec-Fetch-Site") == "same-origin" && isLoopback(host(s.Address)) && isLoopback(host(u))
}

// isRebound tells whether a browser reaches this machine, which alone is served, by a
// name that is not of it: another site's, made to lead here.
func (s *Server) isRebound(r *http.Request) bool {
	browser := r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != ""
	return browser && isLoopback(host(s.Address)) && !isLoopback(host(&url.URL{Host: r.Host}))
}

// host is a host as it is compared: in small letters, addresses in their usual form,
// names without the dot at their end.
func host(u *url.URL) string {
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if at, err := netip.ParseAddr(name); err == nil {
		return at.Unmap().String()
	}
	return name
}

// port is a port, also where it is the usual one and left out.
func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
}

// isLoopback tells whether a host is this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// refusal answers a form of another site with a page, as the server answers whatever
// leads nowhere: with its headers, and without the address in the log.
func (s *Server) refusal() http.Handler {
	engine := newRouter()
	engine.Use(s.observe, s.protect)
	engine.NoRoute(s.serve(route{handle: refuseOrigin, access: page.Everybody}))
	return engine
}

func refuseOrigin(r *request) error {
	r.server.Log.Warn("refused a form from another origin")
	return page.ErrOrigin
}
