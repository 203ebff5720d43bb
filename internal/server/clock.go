package server

import (
	"time"

	"marquis/internal/lab"
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
