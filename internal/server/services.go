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
	list, err := r.server.Store.Services(r.context())
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
	return &newServicePage{r.view(r.texts.Text("page.services.add")), newForm(name, code, country, currency, zone)}
}

func newServiceForm(r *request) error { return r.show("newservice.html", r.newServicePage()) }

func addService(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	service, err := r.server.Store.AddService(r.context(), r.actor, lab.Service{
		Code: in.text("code"), Name: in.text("name"), Country: in.text("country"), Currency: in.text("currency"), TimeZone: in.text("time_zone"),
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
}

type locationView struct{ Name, Kind, Region string }

func (r *request) servicePage() (*servicePage, error) {
	locations, err := r.server.Store.Locations(r.context(), r.service.ID)
	name := r.input("name", textField, "page.services.location")
	name.MaxLength = 200
	kind := r.choice("kind", selectField, "page.services.kind", locale.LocationKinds, lab.LocationKinds.Strings())
	region := r.optional(r.hint(r.input("region", textField, "page.services.region"), "page.services.region_hint"))
	page := &servicePage{view: r.view(r.service.Name), Service: r.service, Form: newForm(name, kind, region)}
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
