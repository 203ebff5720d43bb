// Package config holds the settings of the program. They come from environment
// variables; flags of a command may replace them.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Config is all settings.
type Config struct {
	Data        string         // folder of the embedded database
	DatabaseURL string         // of PostgreSQL; empty: the embedded database
	Plain       bool           // what goes to PostgreSQL on another machine may be open to read on the way
	Currency    string         // in which prices are reported where services differ
	Address     *url.URL       // at which the public finds the pages; nil where none is set
	Proxies     []netip.Prefix // whose word for the address of a visitor is taken
	Keys        string         // file of the key ring
	CodeMonths  int            // for how many whole months a lookup code works at least
	Memory      int64          // bytes that the server keeps to; 0: as its control group says
	Metrics     string         // private address and port where metrics are told; empty: nowhere
	Security    []string       // where faults in security are reported: mailto: or https:; none: nobody is named
}

// DefaultData is the data folder where nothing else is said: in the current
// folder, so that a newcomer sees it.
const DefaultData = "marquis-data"

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// Load reads the settings from the environment, which lookup stands for:
//
//	MARQUIS_DATA          folder of the embedded database
//	MARQUIS_DATABASE_URL  of PostgreSQL; holds a password, so it can also be in
//	                      the file that MARQUIS_DATABASE_URL_FILE names
//	MARQUIS_DATABASE_PLAIN  yes: what goes to PostgreSQL on another machine may be
//	                      open to read on the way; else no
//	MARQUIS_CURRENCY      such as EUR
//	MARQUIS_ADDRESS       at which the public finds the pages: https://HOST
//	MARQUIS_KEYS          file of the key ring (default: keys.json in the folder of
//	                      the embedded database)
//	MARQUIS_CODE_MONTHS   for how many whole months a lookup code works, 1 to 120
//	MARQUIS_PROXIES       networks of the proxies before the program, with spaces
//	                      between them: 10.0.0.0/8 192.0.2.1/32
//	MARQUIS_SECURITY_CONTACT  where faults in security are reported, with spaces
//	                      between them: mailto:security@example.org
//	MARQUIS_MEMORY        memory that the server keeps to, such as 300MiB or 2GiB
//	MARQUIS_METRICS       private address and port where metrics are told, such as
//	                      127.0.0.1:9090
//
// All bad values are reported at once, without their contents where they may be
// secret.
func Load(lookup func(string) (string, bool)) (Config, error) {
	c := Config{Data: DefaultData, Currency: "EUR", CodeMonths: 3}
	var errs []error
	set := func(target *string, name string) {
		value, err := setting(lookup, name)
		if err != nil {
			errs = append(errs, err)
		} else if value != "" {
			*target = value
		}
	}
	set(&c.Data, "MARQUIS_DATA")
	set(&c.DatabaseURL, "MARQUIS_DATABASE_URL")
	set(&c.Currency, "MARQUIS_CURRENCY")
	set(&c.Keys, "MARQUIS_KEYS")
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys.json")
	}
	var plain string
	set(&plain, "MARQUIS_DATABASE_PLAIN")
	errs = append(errs, c.setPlain(plain))
	var months string
	set(&months, "MARQUIS_CODE_MONTHS")
	errs = append(errs, c.setCodeMonths(months))
	var memory string
	set(&memory, "MARQUIS_MEMORY")
	errs = append(errs, c.setMemory(memory))
	var address, proxies, security string
	set(&address, "MARQUIS_ADDRESS")
	set(&proxies, "MARQUIS_PROXIES")
	set(&c.Metrics, "MARQUIS_METRICS")
	set(&security, "MARQUIS_SECURITY_CONTACT")
	errs = append(errs, c.setAddress(address), c.setProxies(proxies), c.setSecurity(security))
	return c, errors.Join(append(errs, c.check()...)...)
}

func (c Config) check() []error {
	var errs []error
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		errs = append(errs, errors.New("MARQUIS_DATABASE_URL does not begin with postgres://"))
	}
	if !currencyForm.MatchString(c.Currency) {
		errs = append(errs, fmt.Errorf("MARQUIS_CURRENCY %q is not a currency code of three letters, such as EUR", c.Currency))
	}
	if c.Metrics != "" && !hasPort(c.Metrics) {
		errs = append(errs, fmt.Errorf("MARQUIS_METRICS %q is not an address and a port, such as 127.0.0.1:9090", c.Metrics))
	}
	return errs
}

// hasPort tells whether an address ends in a port.
func hasPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// setPlain reads whether the way to PostgreSQL may be open to read. Only yes is yes.
func (c *Config) setPlain(text string) error {
	switch text {
	case "yes":
		c.Plain = true
	case "", "no":
	default:
		return fmt.Errorf("MARQUIS_DATABASE_PLAIN %q is neither yes nor no", text)
	}
	return nil
}

func (c *Config) setCodeMonths(text string) error {
	if text == "" {
		return nil
	}
	months, ok := ParseMonths(text)
	if !ok {
		return fmt.Errorf("MARQUIS_CODE_MONTHS %q is not a number of months from 1 to 120", text)
	}
	c.CodeMonths = months
	return nil
}

// ParseMonths reads for how many whole months a lookup code works, 1 to 120.
func ParseMonths(text string) (months int, ok bool) {
	months, err := strconv.Atoi(text)
	return months, err == nil && months >= 1 && months <= 120
}

var memoryForm = regexp.MustCompile(`^([1-9][0-9]{0,5})(MiB|GiB)$`)

// leastMemory is what the server needs at least, in bytes: a hash of a password
// alone takes a third of it.
const leastMemory = 128 << 20

func (c *Config) setMemory(text string) error {
	if text == "" {
		return nil
	}
	parts := memoryForm.FindStringSubmatch(text)
	if parts != nil {
		n, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			return err
		}
		c.Memory = n << map[string]int{"MiB": 20, "GiB": 30}[parts[2]]
	}
	if c.Memory < leastMemory {
		return fmt.Errorf("MARQUIS_MEMORY %q is not a size of at least 128MiB, such as 300MiB or 2GiB", text)
	}
	return nil
}

// setAddress reads the public address: a scheme and a host, nothing more.
func (c *Config) setAddress(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("MARQUIS_ADDRESS %q is not an address such as https://results.example.org", text)
	}
	if u.Path != "" {
		return fmt.Errorf("MARQUIS_ADDRESS %q has a path after the host: Marquis cannot be part of another site and needs a host name of its own, such as https://results.example.org", text)
	}
	if strings.ContainsFunc(u.Host, func(c rune) bool { return c > unicode.MaxASCII }) {
		return fmt.Errorf("MARQUIS_ADDRESS %q has letters that host names have in another form, which begins with xn--; write it as your browser sends it", text)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return fmt.Errorf("MARQUIS_ADDRESS %q does not begin with https://: passwords and codes would be open to read on the way", text)
	}
	c.Address = u
	return nil
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && at.IsLoopback()
}

func (c *Config) setSecurity(text string) error {
	for _, word := range strings.Fields(text) {
		u, err := url.Parse(word)
		if err != nil || !(u.Scheme == "mailto" && strings.Contains(u.Opaque, "@") || u.Scheme == "https" && u.Host != "") {
			return fmt.Errorf("MARQUIS_SECURITY_CONTACT: %q is neither mailto: with an address nor https:, such as mailto:security@example.org", word)
		}
		c.Security = append(c.Security, word)
	}
	return nil
}

func (c *Config) setProxies(text string) error {
	for _, word := range strings.Fields(text) {
		network, err := netip.ParsePrefix(word)
		if err != nil {
			return fmt.Errorf("MARQUIS_PROXIES: %q is not a network such as 10.0.0.0/8, or 127.0.0.1/32 for one address", word)
		}
		c.Proxies = append(c.Proxies, network)
	}
	return nil
}

// setting reads a variable, or the file that the variable with _FILE names.
func setting(lookup func(string) (string, bool), name string) (string, error) {
	value, here := lookup(name)
	path, inFile := lookup(name + "_FILE")
	switch {
	case here && inFile:
		return "", fmt.Errorf("%s and %s_FILE are both set; unset one", name, name)
	case here:
		return value, nil
	case !inFile:
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}
