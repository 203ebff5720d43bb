package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
)

type servicesPage struct {
	view
	Services []lab.Service
}

func services(r *request) error {
	list, err := r.server.Store.Services(r.context(), r.actor)
	if err != nil {
		return err
	}
	return r.show("services.html", servicesPage{r.view(r.texts.Text("page.services.title")), list})
}

type newServicePage struct {
	view
	Form *form
}

func (r *request) newServicePage() *newServicePage {
	name := r.input("name", textField, "page.services.name")
	name.Focus, name.MaxLength = true, 200
	code := r.hint(r.input("code", textField, "page.services.code"), "page.services.code_hint")
	code.Narrow, code.MaxLength = true, 8
	country := r.hint(r.input("country", textField, "page.services.country"), "page.services.country_hint")
	country.Narrow, country.MaxLength = true, 2
	currency := r.hint(r.input("currency", textField, "page.services.currency"), "page.services.currency_hint")
	currency.Narrow, currency.MaxLength = true, 3
	zone := r.hint(r.input("time_zone", textField, "page.services.time_zone"), "page.services.time_zone_hint")
	second := r.hint(r.input("second_factor", checkField, "page.services.second_require"), "page.services.second_hint")
	second.Values = []string{"yes"}
	return &newServicePage{r.view(r.texts.Text("page.services.add")), newForm(name, code, country, currency, zone, second)}
}

func newServiceForm(r *request) error { return r.show("newservice.html", r.newServicePage()) }

func addService(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	service, err := r.server.Store.AddService(r.context(), r.actor, lab.Service{
		Code: in.text("code"), Name: in.text("name"), Country: in.text("country"), Currency: in.text("currency"), TimeZone: in.text("time_zone"),
		SecondFactor: in.text("second_factor") == "yes",
	})
	if err != nil {
		page := r.newServicePage()
		page.Form.fill(in.typed)
		return r.refill("newservice.html", page, page.Form, err)
	}
	return r.see("/services/" + service.Code)
}

type servicePage struct {
	view
	Service   lab.Service
	Locations []locationView
	Form      *form // of a new location
	Second    *form // that requires a second factor, or no longer does
}

type locationView struct{ Name, Kind, Region string }

func (r *request) servicePage() (*servicePage, error) {
	locations, err := r.server.Store.Locations(r.context(), r.actor, r.service.ID)
	name := r.input("name", textField, "page.services.location")
	name.MaxLength = 200
	kind := r.choice("kind", selectField, "page.services.kind", locale.LocationKinds, lab.LocationKinds.Strings())
	region := r.optional(r.hint(r.input("region", textField, "page.services.region"), "page.services.region_hint"))
	page := &servicePage{
		view: r.view(r.service.Name), Service: r.service, Form: newForm(name, kind, region), Second: newForm(r.secondFactorSwitch()),
	}
	for _, l := range locations {
		page.Locations = append(page.Locations, locationView{l.Name, r.texts.Code(locale.LocationKinds, l.Kind), l.Region})
	}
	return page, err
}

func serviceForm(r *request) error {
	page, err := r.servicePage()
	if err != nil {
		return err
	}
	return r.show("service.html", page)
}

func addLocation(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	_, err = r.server.Store.AddLocation(r.context(), r.actor, lab.Location{
		ServiceID: r.service.ID, Name: in.text("name"), Kind: in.text("kind"), Region: in.text("region"),
	})
	if err != nil {
		page, failed := r.servicePage()
		if failed != nil {
			return failed
		}
		page.Form.fill(in.typed)
		return r.refill("service.html", page, page.Form, err)
	}
	return r.see("/services/" + r.service.Code)
}

// secondFactorSwitch asks whether one knows what switching does.
func (r *request) secondFactorSwitch() *field {
	key := "page.services.second_know_on"
	if r.service.SecondFactor {
		key = "page.services.second_know_off"
	}
	return r.input("know", checkField, key)
}

// requireSecondFactor makes the service require a second factor of its staff, or no
// longer. The form says which, so that two administrators at once do not undo each
// other.
func requireSecondFactor(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	in.mistakes.Check(in.text("know") == "yes", "know", "Tick that you know what this does.")
	err = in.mistakes.Err()
	if err == nil {
		err = r.server.Store.RequireSecondFactor(r.context(), r.actor, r.service.ID, in.text("require") == "yes")
	}
	if err != nil {
		page, failed := r.servicePage()
		if failed != nil {
			return failed
		}
		return r.refill("service.html", page, page.Second, err)
	}
	return r.see("/services/" + r.service.Code + "?done=factor")
}
