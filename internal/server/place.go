package server

import (
	"errors"
	"net/http"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// locationPage is one place of a service.
type locationPage struct {
	page.View
	Service lab.Service
	Name    string
	Address string // of the page
	Closed  string // since when, empty while it is open
	Form    *page.Form
}

// location finds the place that the address names.
func (r *request) location() (lab.Location, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	for _, l := range locations {
		if strconv.Itoa(int(l.ID)) == r.Param("location") {
			return l, err
		}
	}
	if err == nil {
		err = lab.ErrNotFound
	}
	return lab.Location{}, err
}

// placeFields are the fields of a place beside its terms.
func (r *request) placeFields() []*page.Field {
	name := r.Input("name", page.TextField, "page.services.location")
	name.MaxLength = 200
	return []*page.Field{
		name, r.Choice("kind", page.SelectField, "page.services.kind", locale.LocationKinds, lab.LocationKinds.Strings()),
		r.Optional(r.Hint(r.Input("region", page.TextField, "page.services.region"), "page.services.region_hint")),
	}
}

func (r *request) locationPage(l lab.Location) (*locationPage, error) {
	shown := &locationPage{
		View: r.View(l.Name), Service: r.Service, Name: l.Name, Address: r.locationAddress(l.ID), Form: r.locationForm(l),
	}
	if l.ClosedOn != 0 {
		shown.Closed = r.Texts.Text("page.services.closed_since", "Day", r.Texts.Date(l.ClosedOn))
	}
	return shown, keepsSince(r, shown.Form, shown.Address, r.locationForm)
}

// locationForm is the form of a place, filled in.
func (r *request) locationForm(l lab.Location) *page.Form {
	f := page.NewForm(append(append(r.placeFields(), r.termsFields(r.Service.Or(lab.UsualTerms))...), r.beganWith(l))...)
	f.Set("name", l.Name)
	f.Set("kind", l.Kind)
	f.Set("region", l.Region)
	fillTerms(naming{texts: r.Texts}, f, l.Terms)
	return f
}

func (r *request) locationAddress(id int32) string {
	return "/services/" + r.Service.Code + "/locations/" + strconv.Itoa(int(id))
}

func showLocation(r *request) error {
	l, err := r.location()
	if err != nil {
		return err
	}
	page, err := r.locationPage(l)
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("location.html", page)
}

func changeLocation(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	before, err := r.location()
	if err != nil {
		return err
	}
	seen, err := beganOn[lab.Location](in.Typed)
	if err != nil {
		return err
	}
	l := before
	l.Name, l.Kind, l.Region, l.Terms = in.Text("name"), in.Text("kind"), in.Text("region"), readTerms(in)
	if err = unread(in, l.Check()); err == nil {
		err = r.server.Store.ChangeLocation(r.Ctx(), r.Actor, seen, l)
	}
	if errors.Is(err, lab.ErrConflict) {
		return r.locationChanged(in, err)
	}
	return r.End(err, r.locationAddress(l.ID)+"?done=settings", "location.html", func() (any, *page.Form, error) {
		shown, err := r.locationPage(before)
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// locationChanged is what settingsChanged is for the terms of the service.
func (r *request) locationChanged(in *page.Reader, changed error) error {
	now, err := r.location()
	if err != nil {
		return err
	}
	shown, err := r.locationPage(now)
	if err == nil {
		err = since(r, shown.Form, in.Typed, r.locationForm)
	}
	if err != nil {
		return err
	}
	return r.Instead(changed, http.StatusConflict, "location.html", shown)
}

// closeLocation closes a place, or opens it again: the form says which, so that two
// administrators at once do not undo each other.
func closeLocation(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	l, err := r.location()
	if err != nil {
		return err
	}
	if err := r.server.Store.CloseLocation(r.Ctx(), r.Actor, r.Service.ID, l.ID, in.Text("close") == "yes"); err != nil {
		return err
	}
	return r.See(r.locationAddress(l.ID) + "?done=settings")
}
