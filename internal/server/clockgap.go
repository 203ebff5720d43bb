package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// late is after how long it is told that codes which ended are not removed.
const late = 7 * 24 * time.Hour

// destructionIsLate tells whether codes or keys should have been removed a while ago.
func (s *Server) destructionIsLate(ctx context.Context) bool {
	codes, keys, err := s.Store.OverdueCodes(ctx, s.codesSince(s.Now().Add(-late)))
	return err == nil && codes+keys > 0
}

// codesSince is the first day whose codes still work at a moment.
func (s *Server) codesSince(at time.Time) lab.Date {
	return lab.CodesSince(lab.DateOf(at, time.UTC), s.CodeMonths)
}

// clockPage tells administrators of all services what the clock shows, and what waits
// until they have confirmed it.
type clockPage struct {
	view
	Now         string
	Day         lab.Date // that is confirmed
	Gaps        []gapView
	Codes, Keys int
	Before      string // the month before which they are from
	Late        bool
}

type gapView struct{ Before, After string }

func clockForm(r *request) error { return r.clockPage(http.StatusOK) }

func (r *request) clockPage(status int) error {
	if err := lab.MayEquip(r.actor, 0); err != nil {
		return errForbidden
	}
	s, now := r.server, r.server.Now()
	gaps, err := s.Store.ClockGaps(r.context())
	if err != nil {
		return err
	}
	oldest := s.codesSince(now)
	codes, keys, err := s.Store.OverdueCodes(r.context(), oldest)
	page := clockPage{
		view: r.view(r.texts.Text("page.clock.title")), Now: r.texts.Instant(now.UTC()), Day: lab.DateOf(now, time.UTC),
		Gaps: r.gapViews(gaps), Codes: int(codes), Keys: int(keys), Before: oldest.YearMonth(), Late: s.destructionIsLate(r.context()),
	}
	page.Notice = r.notice()
	if err != nil {
		return err
	}
	return r.page(status, "clock.html", page)
}

func (r *request) gapViews(gaps []store.ClockGap) (views []gapView) {
	for _, g := range gaps {
		views = append(views, gapView{r.texts.Instant(g.BeforeAt.Time()), r.texts.Instant(g.AfterAt.Time())})
	}
	return views
}

// confirmClock records that the clock is right, unless it shows another day than the
// one that was on the page.
func confirmClock(r *request) error {
	if err := lab.MayEquip(r.actor, 0); err != nil {
		return errForbidden
	}
	in, err := r.read()
	if err != nil {
		return err
	}
	day := in.date("day")
	if err := in.mistakes.Err(); err != nil {
		return err
	}
	err = r.server.Store.CloseClockGaps(r.context(), r.actor, day)
	if errors.Is(err, lab.ErrConflict) {
		return r.clockPage(http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return r.see("/clock?done=clock")
}

// clockNotice tells an administrator of all services that the clock is to be looked
// at; empty for everybody else, and where it is not.
func (r *request) clockNotice() (string, error) {
	if !lab.AdministratesAll(r.actor.Memberships) {
		return "", nil
	}
	gaps, err := r.server.Store.ClockGaps(r.context())
	if err != nil || len(gaps) == 0 && !r.server.destructionIsLate(r.context()) {
		return "", err
	}
	return r.texts.Text("page.clock.look"), nil
}
