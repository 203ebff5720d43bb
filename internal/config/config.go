// Package config holds the settings of the program. They come from environment
// variables; flags of a command may replace them.
package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Config is all settings.
type Config struct {
	Data        string // folder of the embedded database
	DatabaseURL string // of PostgreSQL; empty: the embedded database
	Currency    string // in which prices are reported where services differ
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
//	MARQUIS_CURRENCY      such as EUR
//
// All bad values are reported at once, without their contents where they may be
// secret.
func Load(lookup func(string) (string, bool)) (Config, error) {
	c := Config{Data: DefaultData, Currency: "EUR"}
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
	return errs
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
