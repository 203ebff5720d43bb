package server

import (
	"net/url"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// place is the time zone of the service.
func (r *request) place() *time.Location { return placeOf(r.Service) }

func placeOf(s lab.Service) *time.Location {
	place, err := time.LoadLocation(s.TimeZone)
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
	return r.Texts.Instant(at.Time().In(r.shownIn()))
}

// shownIn is the time zone in which a page writes moments: that of its service. A page that
// is about none has that of the reader's services, unless they differ.
func (r *request) shownIn() *time.Location {
	if r.Service.ID != 0 || r.Actor.UserID == 0 {
		return r.place()
	}
	if r.clocks == nil {
		r.clocks = time.UTC
		services, err := r.server.Store.Services(r.Ctx(), r.Actor)
		differ := func(s lab.Service) bool { return s.TimeZone != services[0].TimeZone }
		if err == nil && len(services) > 0 && !slices.ContainsFunc(services, differ) {
			r.clocks = placeOf(services[0])
		}
	}
	return r.clocks
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
