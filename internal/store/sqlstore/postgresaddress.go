package sqlstore

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// errAddress says nothing of the address, which may hold a password.
var errAddress = errors.New("the database URL cannot be read; write postgres://USER@HOST:PORT/DATABASE")

// addressOf reads where PostgreSQL is. On another machine it is spoken to under TLS,
// and its certificate and name are checked, unless the place is said to be one where
// nobody listens.
func addressOf(c Config) (*pgx.ConnConfig, error) {
	config, err := parsed(c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	said, err := settingsOf(c.DatabaseURL)
	if err != nil || c.Plain || !slices.ContainsFunc(ways(config), way.unverified) {
		return config, err
	}
	if _, saysMode := said["sslmode"]; !saysMode { // pgx would try TLS, believe any certificate, and go on in the open without
		with := "?"
		if len(said) > 0 {
			with = "&"
		}
		if config, err = parsed(c.DatabaseURL + with + "sslmode=verify-full"); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(ways(config), way.unverified) {
		return nil, fmt.Errorf("the database URL says sslmode=%s, and %s is not on this machine: others on the way could read or change "+
			"what is sent, the password too. Write sslmode=verify-full, and sslrootcert=FILE where the certificate is one of your own; "+
			"or set MARQUIS_DATABASE_PLAIN=yes where nobody else is on the network between them", said["sslmode"], config.Host)
	}
	return config, nil
}

// parsed reads an address. What it says of one that it cannot read holds nothing of it.
func parsed(address string) (*pgx.ConnConfig, error) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return nil, errAddress
	}
	config, err := pgx.ParseConfig(address)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return nil, fmt.Errorf("the database URL names a file: %w", file)
	case err != nil:
		return nil, errAddress
	}
	return config, nil
}

// settingsOf are the settings after the question mark of an address that pgx reads. One
// that is given twice is refused: pgx takes the last, and other programs another.
func settingsOf(address string) (map[string]string, error) {
	_, rest, _ := strings.Cut(address, "://")
	if i := strings.IndexAny(rest, "@/"); i >= 0 && rest[i] == '@' { // a password may hold a question mark
		rest = rest[i+1:]
	}
	_, query, _ := strings.Cut(rest, "?")
	settings, named := map[string]string{}, map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.PathUnescape(strings.Trim(key, " "))
		if err != nil {
			return nil, errAddress
		}
		if name := usualName(key); named[name] {
			return nil, fmt.Errorf("the database URL says %s twice; say it once", name)
		}
		settings[key], named[usualName(key)] = value, true
	}
	return settings, nil
}

// usualName is the name of a setting that has two of them.
func usualName(key string) string {
	switch key {
	case "ssl":
		return "sslmode"
	case "database":
		return "dbname"
	}
	return key
}

// way is one way of speaking to a host that pgx may take.
type way struct {
	host string
	tls  *tls.Config // nil: in the open
}

func ways(config *pgx.ConnConfig) []way {
	list := []way{{config.Host, config.TLSConfig}}
	for _, f := range config.Fallbacks {
		list = append(list, way{f.Host, f.TLSConfig})
	}
	return list
}

// offMachine tells that a host is neither a socket nor this machine.
func (w way) offMachine() bool {
	at, err := netip.ParseAddr(w.host)
	return !filepath.IsAbs(w.host) && !strings.HasPrefix(w.host, "@") && w.host != "localhost" && (err != nil || !at.Unmap().IsLoopback())
}

// unverified tells that a host off this machine would be spoken to without a check of
// who it is.
func (w way) unverified() bool {
	return w.offMachine() && (w.tls == nil || w.tls.InsecureSkipVerify)
}

// tlsHint says what to write where PostgreSQL is checked and perhaps fails for that.
func tlsHint(config *pgx.ConnConfig) string {
	if config.TLSConfig == nil || config.TLSConfig.InsecureSkipVerify {
		return ""
	}
	return "; its certificate is checked: write sslrootcert=FILE in the URL where it is one of your own, " +
		"or set MARQUIS_DATABASE_PLAIN=yes where nobody else is on the network between them"
}
