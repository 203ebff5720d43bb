package server

import (
	"net/url"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// place is the time zone of the service.
func (r *request) place() *time.Location {
	place, err := time.LoadLocation(r.Service.TimeZone)
	if err != nil {
		return time.UTC
	}
	return place
}

// day is today at the service.
func (r *request) day() lab.Date { return lab.DateOf(r.server.Now(), r.place()) }

// moment writes a moment as the clocks at the service show it.
func (r *request) moment(at lab.Instant) string {
	if at.IsZero() {
		return ""
	}
	return r.Texts.Instant(at.Time().In(r.place()))
}

// reader reads what was typed, from today at the service.
func (r *request) reader(typed url.Values) *page.Reader {
	return &page.Reader{Typed: typed, Today: r.day()}
}

// Read reads a form, in which dates may be told from today at the service.
func (r *request) Read() (*page.Reader, error) {
	typed, err := r.Typed()
	return r.reader(typed), err
}
