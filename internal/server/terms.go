package server

import (
	"errors"
	"net/http"
	"strconv"

	"marquis/internal/lab"
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
	shown := &settingsPage{r.View(r.Texts.Text("page.terms.title")), r.Service, r.settingsForm(r.Service.Terms)}
	return shown, keepsSince(r, shown.Form, "/services/"+r.Service.Code+"/settings", r.settingsForm)
}

// settingsForm is the form of the terms of the service, filled in.
func (r *request) settingsForm(t lab.Terms) *page.Form {
	f := page.NewForm(append(r.termsFields(lab.UsualTerms), r.beganWith(t))...)
	fillTerms(naming{texts: r.Texts}, f, t)
	return f
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
	seen, err := beganOn[lab.Terms](in.Typed)
	if err != nil {
		return err
	}
	terms := readTerms(in)
	if err = unread(in, terms.Check()); err == nil {
		err = r.server.Store.SetTerms(r.Ctx(), r.Actor, r.Service.ID, seen, terms)
	}
	if errors.Is(err, lab.ErrConflict) {
		return r.settingsChanged(in, err)
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

// settingsChanged answers a form of which somebody else has changed the terms since it was
// opened: nothing is saved, and what they changed is told.
func (r *request) settingsChanged(in *page.Reader, changed error) (err error) {
	if r.Service, err = r.server.Store.Service(r.Ctx(), r.Actor, r.Service.Code); err != nil {
		return err
	}
	shown, err := r.settingsPage()
	if err == nil {
		err = since(r, shown.Form, in.Typed, r.settingsForm)
	}
	if err != nil {
		return err
	}
	return r.Instead(changed, http.StatusConflict, "settings.html", shown)
}
