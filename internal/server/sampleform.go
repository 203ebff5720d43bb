package server

import (
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// sampleForm is what the pages share on which staff describe a sample.
type sampleForm struct {
	Form     *page.Form
	Looks    []lookField
	Warnings []string // what is beyond the limits of the service

	locations []lab.Location // of the service
}

// lookField is a field that describes how a sample looks, with the forms of which
// it is asked, as web/static/rows.js reads them; without any it is always asked.
type lookField struct {
	Field *page.Field
	Forms string
}

// sampleForm is an empty form to describe a sample of the service.
func (r *request) sampleForm() (sampleForm, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	f := sampleForm{Form: page.NewForm(), locations: locations}
	for _, x := range sampleFields {
		drawn := x.field(r)
		f.Form.Fields = append(f.Form.Fields, drawn)
		if x.group == groupLooks {
			f.Looks = append(f.Looks, lookField{drawn, formsWith(x.name)})
		}
	}
	f.Form.Fields = append(f.Form.Fields, r.Input("give_code", page.CheckField, "page.describe.give_code"))
	f.offerPlaces(lab.Open(locations))
	return f, err
}

// offerPlaces offers locations to choose from.
func (f sampleForm) offerPlaces(locations []lab.Location) {
	place := mustField(f.Form, "location_id")
	place.Options = nil
	for _, l := range locations {
		place.Options = append(place.Options, page.Option{Value: strconv.Itoa(int(l.ID)), Label: l.Name})
	}
}

// Group is the fields of a part of the form.
func (f sampleForm) Group(group sampleGroup) []*page.Field {
	var fields []*page.Field
	for _, name := range sampleFields.names(group) {
		fields = append(fields, mustField(f.Form, name))
	}
	return fields
}

// mustField returns a field that the form has.
func mustField(f *page.Form, name string) *page.Field {
	x, err := f.Field(name)
	if err != nil {
		panic(err)
	}
	return x
}

func formsWith(look string) string {
	var forms []string
	for _, form := range lab.Forms {
		if form.Has(look) {
			forms = append(forms, string(form))
		}
	}
	return strings.Join(forms, " ")
}

// Other tells that the fields hold something that are folded away because they are
// the same for nearly all samples.
func (f sampleForm) Other() bool {
	channel := mustField(f.Form, "channel")
	return channel.Mistake != "" || channel.Value() != string(lab.FrontOfHouse)
}
