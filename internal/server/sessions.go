package server

import (
	"errors"

	"marquis/internal/lab"
	"marquis/internal/page"
)

type sessionsPage struct {
	page.View
	Sessions []sessionView
	Others   int // besides this one
}

// sessionView is one of somebody's own sessions. Where it is used nobody knows:
// neither addresses nor browsers are kept.
type sessionView struct {
	ID                string
	Started, LastUsed string
	Second            bool // with the second factor
	Here              bool // the reader's own
}

func showSessions(r *request) error {
	sessions, err := r.server.Store.OwnSessions(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	page := sessionsPage{View: r.View(r.Texts.Text("page.sessions.title"))}
	for _, s := range sessions {
		v := sessionView{
			ID: s.ID, Started: r.moment(s.StartedAt), LastUsed: r.moment(s.SeenAt),
			Second: !s.SecondFactorAt.IsZero(), Here: s.ID == r.session.ID,
		}
		if !v.Here {
			page.Others++
		}
		page.Sessions = append(page.Sessions, v)
	}
	return r.Show("sessions.html", page)
}

// endOtherSession ends the session that the form names, or all but this one. One
// that has ended meanwhile is no mistake.
func endOtherSession(r *request) error {
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	if typed.Get("others") != "" {
		err = r.server.Store.EndOtherSessions(r.Ctx(), r.Actor, r.session.ID)
	} else {
		err = r.server.Store.EndOtherSession(r.Ctx(), r.Actor, typed.Get("session"))
	}
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	return r.See("/account/sessions?done=ended")
}

// endSessionsOfPerson signs somebody out everywhere, who may sign in again.
func endSessionsOfPerson(r *request) error {
	person, err := r.person()
	if err != nil {
		return err
	}
	if err := r.server.Store.EndSessions(r.Ctx(), r.Actor, person.ID); err != nil {
		return err
	}
	return r.See("/people/" + r.Param("user") + "?done=ended")
}
