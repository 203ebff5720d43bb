package server

import (
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// termsNames are the fields of terms.
var termsNames = []string{"most_grams", "most_millilitres", "most_samples", "days_to_result", "opening_hours", "address", "phone"}

// termsFields are what a service, or one of its places, takes at most and tells visitors.
// Of each number it is told what holds where it stays empty.
func (r *request) termsFields(otherwise lab.Terms) []*page.Field {
	number := func(name, label, usual string) *page.Field {
		f := r.Optional(r.Input(name, page.TextField, label))
		f.Keyboard, f.Narrow, f.MaxLength = "decimal", true, 10
		f.Hint = r.Texts.Text("page.terms.empty", "Usual", usual)
		return f
	}
	text := func(name, label string, kind page.FieldKind, most int, usual string) *page.Field {
		f := r.Optional(r.Input(name, kind, label))
		f.MaxLength = most
		if usual != "" {
			f.Hint = r.Texts.Text("page.terms.empty", "Usual", usual)
		}
		return f
	}
	n := naming{texts: r.Texts}
	days := r.Texts.Text("page.terms.no_day")
	if otherwise.DaysToResult > 0 {
		days = strconv.Itoa(int(otherwise.DaysToResult))
	}
	return []*page.Field{
		number("most_grams", "page.terms.most_grams", n.thousandths(otherwise.MostGrams, "")), number("most_millilitres", "page.terms.most_millilitres", n.thousandths(otherwise.MostMillilitres, "")),
		number("most_samples", "page.terms.most_samples", strconv.Itoa(int(otherwise.MostSamples))), number("days_to_result", "page.terms.days_to_result", days),
		text("opening_hours", "page.terms.opening_hours", page.AreaField, 300, otherwise.OpeningHours), text("address", "page.terms.address", page.AreaField, 300, otherwise.Address),
		text("phone", "page.terms.phone", page.TextField, 40, otherwise.Phone),
	}
}

// fillTerms fills the form in with what is said.
func fillTerms(n naming, f *page.Form, t lab.Terms) {
	number := func(name string, thousandths int64) {
		if thousandths > 0 {
			f.Set(name, n.thousandths(thousandths, ""))
		}
	}
	number("most_grams", t.MostGrams)
	number("most_millilitres", t.MostMillilitres)
	number("most_samples", int64(t.MostSamples)*1000)
	number("days_to_result", int64(t.DaysToResult)*1000)
	f.Set("opening_hours", t.OpeningHours)
	f.Set("address", t.Address)
	f.Set("phone", t.Phone)
}

// readTerms reads what was typed. A number that is none above zero stays apart from one
// that was not given.
func readTerms(in *page.Reader) lab.Terms {
	fine := func(name string) int64 {
		n := in.Thousandths(name)
		if n == 0 && in.Text(name) != "" {
			return lab.NoNumber
		}
		return n
	}
	whole := func(name string) int32 {
		n := in.Whole(name)
		if n == 0 && in.Text(name) != "" {
			return lab.NoNumber
		}
		return n
	}
	return lab.Terms{
		MostGrams: fine("most_grams"), MostMillilitres: fine("most_millilitres"), MostSamples: whole("most_samples"), DaysToResult: whole("days_to_result"),
		OpeningHours: in.Text("opening_hours"), Address: in.Text("address"), Phone: in.Text("phone"),
	}
}

// unread are the mistakes of a form: what could not be read of it first, and of the rest
// what the rules say.
func unread(in *page.Reader, err error) error {
	all := in.Mistakes
	for _, m := range page.FieldErrors(err) {
		told := false
		for _, x := range in.Mistakes {
			told = told || x.Field == m.Field
		}
		if !told {
			all = append(all, m)
		}
	}
	return all.Err()
}

// settingsPage is what a service takes and tells.
type settingsPage struct {
	page.View
	Service lab.Service
	Form    *page.Form
}

func (r *request) settingsPage() (*settingsPage, error) {
	shown := &settingsPage{r.View(r.Texts.Text("page.terms.title")), r.Service, page.NewForm(r.termsFields(lab.UsualTerms)...)}
	fillTerms(naming{texts: r.Texts}, shown.Form, r.Service.Terms)
	return shown, r.keeps(shown.Form, "/services/"+r.Service.Code+"/settings")
}

func showSettings(r *request) error {
	shown, err := r.settingsPage()
	if err != nil {
		return err
	}
	return r.Show("settings.html", shown)
}

func changeSettings(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	terms := readTerms(in)
	if err = unread(in, terms.Check()); err == nil {
		err = r.server.Store.SetTerms(r.Ctx(), r.Actor, r.Service.ID, terms)
	}
	return r.End(err, "/services/"+r.Service.Code+"?done=settings", "settings.html", func() (any, *page.Form, error) {
		shown, err := r.settingsPage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

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
		View: r.View(l.Name), Service: r.Service, Name: l.Name, Address: r.locationAddress(l.ID),
		Form: page.NewForm(append(r.placeFields(), r.termsFields(r.Service.Or(lab.UsualTerms))...)...),
	}
	if l.ClosedOn != 0 {
		shown.Closed = r.Texts.Text("page.services.closed_since", "Day", r.Texts.Date(l.ClosedOn))
	}
	shown.Form.Set("name", l.Name)
	shown.Form.Set("kind", l.Kind)
	shown.Form.Set("region", l.Region)
	fillTerms(naming{texts: r.Texts}, shown.Form, l.Terms)
	return shown, r.keeps(shown.Form, shown.Address)
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
	l := before
	l.Name, l.Kind, l.Region, l.Terms = in.Text("name"), in.Text("kind"), in.Text("region"), readTerms(in)
	if err = unread(in, l.Check()); err == nil {
		err = r.server.Store.ChangeLocation(r.Ctx(), r.Actor, l)
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
