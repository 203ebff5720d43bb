package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// late is after how long it is told that codes which ended are not removed.
const late = 7 * 24 * time.Hour

// keeper is the program looking after the registry: whether its keys match, and whether
// what is over its time is gone.
var keeper = lab.Program("keeper")

// destructionIsLate tells whether codes or keys should have been removed a while ago.
func (s *Server) destructionIsLate(ctx context.Context) bool {
	codes, keys, err := s.Store.OverdueCodes(ctx, keeper, s.codesSince(s.Now().Add(-late)))
	return err == nil && codes+keys > 0
}

// notDestroyed says why lookup codes that ended are not removed, or that some have
// ended which the database counts as used; empty where all is as it should be.
func (s *Server) notDestroyed(ctx context.Context) string {
	period, err := s.Store.CodePeriod(ctx, keeper)
	closed, failed := s.Store.ClosedMonths(ctx, keeper, s.Keys.Print)
	switch {
	case failed == nil && len(closed) > 0:
		return closedText(closed)
	case err == nil && period.Longer(s.CodeMonths):
		return fmt.Sprintf("no lookup code is removed: %s", s.longer(period))
	case s.destructionIsLate(ctx):
		return "lookup codes that ended more than 7 days ago are not removed; if the clock is right, say so as an administrator of all services at /clock, or type: marquis code expire --yes"
	}
	return ""
}

// closedText says that the database is older than its key ring.
func closedText(months []string) string {
	return "lookup codes of " + strings.Join(months, ", ") + " open nothing: the key ring has ended their keys, and the database is a copy from before"
}

// longer says what has to be confirmed of a time for which codes were given out.
func (s *Server) longer(p store.CodePeriod) string {
	given := "for a time that nobody has said yet"
	if p.Months > 0 {
		given = fmt.Sprintf("for %d months", p.Months)
	}
	return fmt.Sprintf("codes were given out %s, and MARQUIS_CODE_MONTHS is %d; if that is wrong set it right, else confirm it at %s", given, s.CodeMonths, confirmMonths(s.CodeMonths))
}

// confirmMonths is where a person says that codes work for so many months.
func confirmMonths(months int) string {
	return fmt.Sprintf("/clock, or by: marquis code expire --months %d", months)
}

// codesSince is the first day whose codes still work at a moment.
func (s *Server) codesSince(at time.Time) lab.Date {
	return lab.CodesSince(lab.DateOf(at, time.UTC), s.CodeMonths)
}

// clockPage tells administrators of all services what the clock shows, and what waits
// until they have confirmed it.
type clockPage struct {
	page.View
	Now         string
	Day         lab.Date // that is confirmed
	Gaps        []gapView
	Months      int    // for how many months codes work
	MonthsText  string // what is to be confirmed of them; empty: nothing
	Codes, Keys int
	Before      string // the month before which they are from
	Late        bool
}

type gapView struct{ Before, After string }

func showClockForm(r *request) error { return r.clockPage(nil) }

// clockPage shows what is known now: because of nothing, or instead of what was confirmed.
func (r *request) clockPage(because error) error {
	if err := lab.MayEquip(r.Actor, 0); err != nil {
		return page.ErrForbidden
	}
	s, now := r.server, r.server.Now()
	gaps, err := s.Store.ClockGaps(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	period, err := s.Store.CodePeriod(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	oldest := s.codesSince(now)
	codes, keys, err := s.Store.OverdueCodes(r.Ctx(), r.Actor, oldest)
	if err != nil {
		return err
	}
	page := clockPage{
		View: r.View(r.Texts.Text("page.clock.title")), Now: r.Texts.Instant(now.UTC()), Day: lab.DateOf(now, time.UTC),
		Gaps: r.gapViews(gaps), Months: s.CodeMonths, MonthsText: r.monthsText(period),
		Codes: int(codes), Keys: int(keys), Before: oldest.YearMonth(), Late: s.destructionIsLate(r.Ctx()),
	}
	page.Notice = r.notice()
	if because != nil {
		return r.Instead(because, http.StatusConflict, "clock.html", page)
	}
	return r.Show("clock.html", page)
}

// monthsText says what is to be confirmed of the time for which codes were given out;
// empty where nothing is.
func (r *request) monthsText(p store.CodePeriod) string {
	switch {
	case !p.Longer(r.server.CodeMonths):
		return ""
	case p.Months == 0:
		return r.Texts.Text("page.clock.months_unknown", "Months", r.server.CodeMonths)
	default:
		return r.Texts.Text("page.clock.months_shorter", "Months", r.server.CodeMonths, "Given", p.Months)
	}
}

func (r *request) gapViews(gaps []store.ClockGap) (views []gapView) {
	for _, g := range gaps {
		views = append(views, gapView{r.Texts.Instant(g.BeforeAt.Time()), r.Texts.Instant(g.AfterAt.Time())})
	}
	return views
}

// confirmClock records that the clock is right, and the time for which codes work,
// unless they are others than those that were on the page.
func confirmClock(r *request) error {
	if err := lab.MayEquip(r.Actor, 0); err != nil {
		return page.ErrForbidden
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	day := in.Date("day", lab.Latest)
	if err := in.Mistakes.Err(); err != nil {
		return err
	}
	if day == 0 || in.Text("months") != strconv.Itoa(r.server.CodeMonths) {
		return r.clockPage(lab.ErrConflict)
	}
	err = r.server.Store.ConfirmEnding(r.Ctx(), r.Actor, store.Confirmation{Day: day, Months: r.server.CodeMonths})
	if errors.Is(err, lab.ErrConflict) {
		return r.clockPage(lab.ErrConflict)
	}
	if err != nil {
		return err
	}
	return r.See("/clock?done=clock")
}

// clockNotice tells an administrator of all services that the clock is to be looked
// at; empty for everybody else, and where it is not.
func (r *request) clockNotice() (string, error) {
	if !lab.AdministratesAll(r.Actor.Memberships) {
		return "", nil
	}
	gaps, err := r.server.Store.ClockGaps(r.Ctx(), r.Actor)
	if err != nil {
		return "", err
	}
	period, err := r.server.Store.CodePeriod(r.Ctx(), r.Actor)
	if err != nil || len(gaps) == 0 && !period.Longer(r.server.CodeMonths) && !r.server.destructionIsLate(r.Ctx()) {
		return "", err
	}
	return r.Texts.Text("page.clock.look"), nil
}

// clockDoubt tells whoever registers that the clock may be wrong; empty where nothing
// speaks for it.
func (r *request) clockDoubt() (string, error) {
	gaps, err := r.server.Store.ClockGaps(r.Ctx(), r.Actor)
	if err != nil || len(gaps) == 0 {
		return "", err
	}
	return r.Texts.Text("page.register.clock", "Now", r.Texts.Instant(r.server.Now().In(r.place()))), nil
}
