package lab

import (
	"regexp"
	"strings"
	"time"
)

// Service is an organisation that runs testing; it owns its samples.
type Service struct {
	ID       ServiceID
	Code     string // 2 to 8 capitals and digits; the first part of its sample numbers
	Name     string
	Country  string // ISO 3166-1, two letters
	Currency string // ISO 4217: its prices are reported in it
	TimeZone string // IANA name: its days begin and end there

	SecondFactor bool // whoever has a role here signs in with a second factor

	Terms
}

var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

// Check reports all mistakes of a service.
func (s *Service) Check() error {
	var errs FieldErrors
	errs.Check(serviceCodeForm.MatchString(s.Code), "code", "%q is not a service code: use 2 to 8 capitals and digits, a letter first.", s.Code)
	errs.Check(strings.TrimSpace(s.Name) != "", "name", "Give the service a name.")
	checkName(&errs, "name", s.Name, maxShortText)
	errs.Check(countryForm.MatchString(s.Country), "country", "%q is not a country code of two letters, such as NL.", s.Country)
	errs.Check(currencyForm.MatchString(s.Currency), "currency", "%q is not a currency code of three letters, such as EUR.", s.Currency)
	_, err := time.LoadLocation(s.TimeZone)
	errs.Check(err == nil && s.TimeZone != "" && s.TimeZone != "Local", "time_zone", "%q is not a time zone, such as Europe/Amsterdam.", s.TimeZone)
	s.Terms.check(&errs)
	return errs.Err()
}

// ReportingCurrency is the currency in which the prices of services are reported
// together: theirs where they agree, else the given one. Prices in others are
// counted, never converted.
func ReportingCurrency(services []Service, otherwise string) string {
	if len(services) == 0 {
		return otherwise
	}
	for _, s := range services[1:] {
		if s.Currency != services[0].Currency {
			return otherwise
		}
	}
	return services[0].Currency
}
