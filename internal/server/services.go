package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

type servicesPage struct {
	page.View
	Services []lab.Service
}

func showServices(r *request) error {
	list, err := r.server.Store.Services(r.Ctx(), r.Actor)
	if err != nil {
		return err
	}
	return r.Show("services.html", servicesPage{r.View(r.Texts.Text("page.services.title")), list})
}

type newServicePage struct {
	page.View
	Form *page.Form
}

func (r *request) newServicePage() *newServicePage {
	name := r.Input("name", page.TextField, "page.services.name")
	name.Focus, name.MaxLength = true, 200
	code := r.Hint(r.Input("code", page.TextField, "page.services.code"), "page.services.code_hint")
	code.Narrow, code.MaxLength = true, 8
	country := r.Hint(r.Input("country", page.TextField, "page.services.country"), "page.services.country_hint")
	country.Narrow, country.MaxLength = true, 2
	currency := r.Hint(r.Input("currency", page.TextField, "page.services.currency"), "page.services.currency_hint")
	currency.Narrow, currency.MaxLength = true, 3
	zone := r.Hint(r.Input("time_zone", page.TextField, "page.services.time_zone"), "page.services.time_zone_hint")
	second := r.Hint(r.Input("second_factor", page.CheckField, "page.services.second_require"), "page.services.second_hint")
	second.Values = []string{"yes"}
	return &newServicePage{r.View(r.Texts.Text("page.services.add")), page.NewForm(name, code, country, currency, zone, second)}
}

func showNewService(r *request) error { return r.Show("newservice.html", r.newServicePage()) }

func addService(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	service, err := r.server.Store.AddService(r.Ctx(), r.Actor, lab.Service{
		Code: in.Text("code"), Name: in.Text("name"), Country: in.Text("country"), Currency: in.Text("currency"), TimeZone: in.Text("time_zone"),
		SecondFactor: in.Text("second_factor") == "yes",
	})
	return r.End(err, "/services/"+service.Code, "newservice.html", func() (any, *page.Form, error) {
		shown := r.newServicePage()
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

type servicePage struct {
	page.View
	Service   lab.Service
	Locations []locationView
	Form      *page.Form // of a new location
	Second    *page.Form // that requires a second factor, or no longer does
}

type locationView struct{ Address, Name, Kind, Region, Closed string }

func (r *request) servicePage() (*servicePage, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	page := &servicePage{
		View: r.View(r.Service.Name), Service: r.Service, Form: page.NewForm(r.placeFields()...), Second: page.NewForm(r.secondFactorSwitch()),
	}
	for _, l := range locations {
		v := locationView{Address: r.locationAddress(l.ID), Name: l.Name, Kind: r.Texts.Code(locale.LocationKinds, l.Kind), Region: l.Region}
		if l.ClosedOn != 0 {
			v.Closed = r.Texts.Text("page.services.closed_since", "Day", r.Texts.Date(l.ClosedOn))
		}
		page.Locations = append(page.Locations, v)
	}
	return page, err
}

func showService(r *request) error {
	page, err := r.servicePage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("service.html", page)
}

func addLocation(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	_, err = r.server.Store.AddLocation(r.Ctx(), r.Actor, lab.Location{
		ServiceID: r.Service.ID, Name: in.Text("name"), Kind: in.Text("kind"), Region: in.Text("region"),
	})
	return r.End(err, "/services/"+r.Service.Code, "service.html", func() (any, *page.Form, error) {
		shown, err := r.servicePage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// secondFactorSwitch asks whether one knows what switching does.
func (r *request) secondFactorSwitch() *page.Field {
	key := "page.services.second_know_on"
	if r.Service.SecondFactor {
		key = "page.services.second_know_off"
	}
	return r.Input("know", page.CheckField, key)
}

// requireSecondFactor makes the service require a second factor of its staff, or no
// longer. The form says which, so that two administrators at once do not undo each
// other.
func requireSecondFactor(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	in.Mistakes.Check(in.Text("know") == "yes", "know", "Tick that you know what this does.")
	err = in.Mistakes.Err()
	if err == nil {
		err = r.server.Store.RequireSecondFactor(r.Ctx(), r.Actor, r.Service.ID, in.Text("require") == "yes")
	}
	return r.End(err, "/services/"+r.Service.Code+"?done=factor", "service.html", func() (any, *page.Form, error) {
		shown, err := r.servicePage()
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Second, nil
	})
}
