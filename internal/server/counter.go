package server

import (
	"errors"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

type counterPage struct {
	page.View
	Places []placeView
}

// placeView is a service, or one of its locations, where somebody can register.
type placeView struct {
	Name    string
	Address string
	Current bool
}

// showCounter leads to where one stood last, and asks where that is not known, or where
// one wants to choose; with one service and at most one location there is nothing to ask.
func showCounter(r *request) error {
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	page := counterPage{View: r.View(r.Texts.Text("page.counter.title"))}
	habits, err := r.server.Store.Habits(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	last := ""
	for _, s := range services {
		if lab.MayReceive(r.Actor, s.ID) != nil {
			continue
		}
		places, err := r.places(s, 0)
		if err != nil {
			return err
		}
		page.Places = append(page.Places, places...)
		if s.ID == habits.CounterService {
			last = counterAt(s.Code, habits.CounterLocation)
		}
	}
	again := slices.ContainsFunc(page.Places, func(p placeView) bool { return p.Address == last })
	if again && r.Query("choose") == "" {
		return r.See(last)
	}
	if len(page.Places) == 1 {
		return r.See(page.Places[0].Address)
	}
	return r.Show("counter.html", page)
}

// places are the open locations of a service, or the service where it has none.
func (r *request) places(s lab.Service, here int32) ([]placeView, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, s.ID)
	if locations = lab.Open(locations); err != nil || len(locations) == 0 {
		return []placeView{{Name: s.Name, Address: "/counter/" + s.Code}}, err
	}
	places := make([]placeView, len(locations))
	for i, l := range locations {
		places[i] = placeView{s.Name + ", " + l.Name, counterAt(s.Code, l.ID), l.ID == here}
	}
	return places, nil
}

// counterAt is the address of the counter of a service at a location, zero for none.
func counterAt(service string, location int32) string {
	address := "/counter/" + service
	if location == 0 {
		return address
	}
	return address + "?location=" + strconv.Itoa(int(location))
}

type counterDayPage struct {
	page.View
	ServiceCode string
	Location    int32
	Places      []placeView
	Elsewhere   bool // one works at other services too
	Today       lab.Date
	Drafts      []draftView
	Received    []receivedView
	More        bool // samples than are listed
	TurnAway    *page.Form
}

// receivedView is a sample that was received today.
type receivedView struct {
	Number, Address, Product, Form, State, StateCode string

	Slip   string // address of its slip, where this session can still see it
	GoesOn bool   // it is the latest of a visit of which a further sample can be registered
}

// showCounterDay is the work of the day at the counter of a service.
func showCounterDay(r *request) error {
	location, err := r.standing(wholeOf(r.Query("location")))
	if err != nil {
		return err
	}
	page, err := r.counterDayPage(location)
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("counterday.html", page)
}

// standing is the location where somebody stands at the counter of the service: the one
// that is named, or the only one that is open. It is kept for the next time.
func (r *request) standing(named int32) (int32, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	if err != nil {
		return 0, err
	}
	open := lab.Open(locations)
	switch {
	case len(open) == 1 && named == 0:
		named = open[0].ID
	case !slices.ContainsFunc(open, func(l lab.Location) bool { return l.ID == named }):
		named = 0
	}
	habits, err := r.server.Store.Habits(r.Ctx(), r.Actor)
	known := habits.CounterService == r.Service.ID && habits.CounterLocation == named
	if err != nil || r.headersAlone() || known || named == 0 && len(open) > 0 {
		return named, err
	}
	habits.CounterService, habits.CounterLocation = r.Service.ID, named
	return named, r.server.Store.Remember(r.Ctx(), r.Actor, habits)
}

func (r *request) counterDayPage(location int32) (*counterDayPage, error) {
	page := &counterDayPage{
		View: r.View(r.Texts.Text("page.counter.day_title", "Service", r.Service.Name)), ServiceCode: r.Service.Code, Location: location,
		TurnAway: r.turnAwayForm("", ""),
	}
	page.Today = r.day()
	all, some := r.Actor.ServicesOf(lab.Who(lab.RegisterSample)...)
	page.Elsewhere = all || len(some) > 1
	var err error
	if page.Places, err = r.places(r.Service, location); err != nil {
		return nil, err
	}
	if page.Drafts, err = r.draftViews(); err != nil {
		return nil, err
	}
	page.Received, page.More, err = r.receivedOn(page.Today)
	return page, err
}

// receivedOn lists the samples that the service received on a day, the last one
// first.
func (r *request) receivedOn(day lab.Date) (list []receivedView, more bool, err error) {
	work, err := r.server.Store.Worklist(r.Ctx(), r.Actor, store.WorkFilter{Service: r.Service.ID, Limit: store.WorkMost})
	if err != nil {
		return nil, false, err
	}
	n, err := r.naming()
	if err != nil {
		return nil, false, err
	}
	own, err := r.ownSlips()
	if err != nil {
		return nil, false, err
	}
	seen := map[lab.ID]bool{} // visits
	for _, row := range work.Rows {
		if row.Sample.ReceivedOn < day {
			return list, false, nil
		}
		x := receivedView{
			Number: row.Number.String(), Address: "/samples/" + row.Number.String(), Product: n.product(row.Sample.ProductID),
			Form: r.Texts.Code(locale.Forms, string(row.Sample.Form)), StateCode: string(row.Sample.State),
			State:  r.Texts.Code(locale.SampleStates, string(row.Sample.State)),
			GoesOn: r.goesOn(&row.Sample) && !seen[row.Sample.VisitID],
		}
		seen[row.Sample.VisitID] = seen[row.Sample.VisitID] || x.GoesOn
		if key := own[row.Sample.ID]; key != "" {
			x.Slip = slipAddress(row.Number, key)
		}
		list = append(list, x)
	}
	return list, work.Next != "", nil
}

// goesOn tells whether the reader can register a further sample of a sample's visit.
func (r *request) goesOn(x *lab.Sample) bool {
	return lab.MayReceive(r.Actor, x.ServiceID) == nil && x.VisitGoesOn(r.day())
}

// turnAwayForm counts samples of a visit, of a new one where it has no id. It carries
// an id of its own, so that it counts once, and the key of the slip on which it stands.
func (r *request) turnAwayForm(visit, slip string) *page.Form {
	f := r.Hint(r.Input("turned_away", page.TextField, "page.counter.turned_away"), "page.counter.turned_away_hint")
	f.Keyboard, f.Narrow, f.MaxLength = "numeric", true, 3
	return page.NewForm(r.Hidden(visitField, visit), r.Hidden("form_id", r.server.Store.NewID().String()), r.Hidden(requestKeyField, slip), f)
}

// countTurnedAway counts samples that were handed in and not taken, on a visit of which
// others were taken or on one of its own.
func countTurnedAway(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	location := wholeOf(in.Text("location_id"))
	visit := lab.Visit{LocationID: lab.Optional(location)}
	visit.ServiceID = r.Service.ID
	visit.VisitedOn = r.day()
	if text := in.Text(visitField); text != "" {
		if visit.ID, err = lab.ParseID(text); err != nil {
			return lab.ErrNotFound
		}
	}
	var sent lab.ID
	if text := in.Text("form_id"); text != "" {
		if sent, err = lab.ParseID(text); err != nil {
			return page.ErrBadForm
		}
	}
	samples := in.Whole("turned_away")
	if err = in.Mistakes.Err(); err == nil {
		_, err = r.server.Store.TurnAway(r.Ctx(), r.Actor, visit, sent, samples)
	}
	next, gone := r.slipOf(in.Text(requestKeyField))
	if errors.Is(gone, lab.ErrNotFound) {
		next, gone = counterAt(r.Service.Code, location), nil
	}
	if gone != nil {
		return gone
	}
	next = page.WithQuery(next, "done", "turned-away")
	return r.End(err, next, "counterday.html", func() (any, *page.Form, error) {
		shown, err := r.counterDayPage(location)
		if err != nil {
			return nil, nil, err
		}
		shown.TurnAway.Fill(in.Typed)
		return shown, shown.TurnAway, nil
	})
}
