package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// sampleForm is what the pages share on which staff describe a sample.
type sampleForm struct {
	Form   *page.Form
	Limits []string // what is beyond the limits of the service
	Doubts []string // what can hardly be right

	asked     map[string]string // the forms of samples of which a field is asked; it always is without any
	locations []lab.Location    // of the service
}

// askedField is a field with the forms of which it is asked, as web/static/rows.js reads
// them; without any it is always asked.
type askedField struct {
	Field *page.Field
	Forms string
	Held  bool // it is asked too while it holds something
}

// sampleForm is an empty form to describe a sample of the service.
func (r *request) sampleForm() (sampleForm, error) {
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	f := sampleForm{Form: page.NewForm(), asked: map[string]string{}, locations: locations}
	for _, x := range sampleFields {
		f.Form.Fields = append(f.Form.Fields, x.field(r))
		if x.particular() && x.group != groupSeldom {
			f.asked[x.name] = strings.Join(formsOf(x.name), " ")
		}
	}
	f.asked["price_quantity"] = notByPiece()
	brought := r.Optional(r.Hint(r.Input(broughtField, page.TextField, "page.describe.brought"), "page.describe.brought_hint"))
	brought.Keyboard, brought.Narrow, brought.MaxLength = "numeric", true, 3
	f.Form.Fields = append(f.Form.Fields, r.Input("give_code", page.CheckField, "page.describe.give_code"), brought, r.Hidden(copiedField, ""))
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
func (f sampleForm) Group(group sampleGroup) []askedField {
	var fields []askedField
	for _, name := range sampleFields.names(group) {
		fields = append(fields, askedField{mustField(f.Form, name), f.asked[name], name == "price_quantity"})
	}
	return fields
}

// Seldom tells that the fields hold something that are folded away because they are
// seldom needed; a currency comes with every form.
func (f sampleForm) Seldom() bool {
	return slices.ContainsFunc(sampleFields.names(groupSeldom), func(name string) bool {
		x := mustField(f.Form, name)
		return x.Mistake != "" || x.Given() && name != "price_currency"
	})
}

// ask tells what is beyond the limits of the service, and what can hardly be right with
// the box that confirms it.
func (f *sampleForm) ask(r *request, x *lab.Sample, inVisit int, at lab.Counter) {
	f.Limits, f.Doubts = r.sentences(at.Limits(x, inVisit)), nil
	doubts := lab.Doubts(x, at)
	if f.Doubts = r.sentences(doubts); len(doubts) == 0 {
		return
	}
	box := mustField(f.Form, "confirmed")
	asked := x.Confirmation(doubts)
	box.Options = []page.Option{{Value: strings.Join(asked, " "), Label: r.Texts.Text("page.describe.confirm")}}
	confirmed := strings.Fields(strings.Join(box.Values, " "))
	if !slices.ContainsFunc(asked, func(c string) bool { return !slices.Contains(confirmed, c) }) {
		box.Values = []string{box.Options[0].Value}
	}
}

func (r *request) sentences(list lab.FieldErrors) []string {
	var said []string
	for _, m := range list {
		said = append(said, r.Texts.Sentence(m.Format, m.Args...))
	}
	return said
}

// usualPrice is the usual price of what is sold like a sample: see lab.Doubts.
func (r *request) usualPrice(x *lab.Sample) (int64, error) {
	return r.server.Store.UsualPrice(r.Ctx(), r.Actor, r.Service.ID, x.ProductID, x.Price, r.day())
}

// mustField returns a field that the form has.
func mustField(f *page.Form, name string) *page.Field {
	x, err := f.Field(name)
	if err != nil {
		panic(err)
	}
	return x
}

// formsOf are the forms of which samples have a field.
func formsOf(field string) (forms []string) {
	for _, form := range lab.Forms {
		if form.Has(field) {
			forms = append(forms, string(form))
		}
	}
	return forms
}

// notByPiece are the forms of which a price is asked with how much it was for.
func notByPiece() string {
	var forms []string
	for _, form := range lab.Forms {
		if form.Unit() != lab.Piece {
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
