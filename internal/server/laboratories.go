package server

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// laboratoriesPage lists the laboratories and adds one.
type laboratoriesPage struct {
	page.View
	Laboratories []laboratoryView
	Form         *page.Form
}

// laboratoryView is a laboratory in the list.
type laboratoryView struct {
	Address, Code, Name, Retired string
	People, Methods              string // how many
	Services                     string // at whose bench
}

func laboratoryAddress(l *lab.Lab) string { return "/laboratories/" + l.Code }

func (r *request) laboratoriesPage() (*laboratoriesPage, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	places, err := r.rolePlaces()
	if err != nil {
		return nil, err
	}
	shown := &laboratoriesPage{View: r.View(r.Texts.Text("page.laboratories.title")), Form: page.NewForm(r.laboratoryCode(), r.laboratoryName())}
	for _, l := range n.laboratories() {
		methods := 0
		for _, m := range n.words.Methods {
			if m.LaboratoryID == l.ID && n.words.RetiredOn(m) == 0 {
				methods++
			}
		}
		v := laboratoryView{Address: laboratoryAddress(l), Code: l.Code, Name: l.Name, People: r.Texts.Count(len(l.People)), Methods: r.Texts.Count(methods)}
		for i, id := range l.Services {
			if i > 0 {
				v.Services += ", "
			}
			v.Services += places[id]
		}
		if l.RetiredOn != 0 {
			v.Retired = r.Texts.Text("page.methods.retired_since", "Day", r.Texts.Date(l.RetiredOn))
		}
		shown.Laboratories = append(shown.Laboratories, v)
	}
	return shown, nil
}

func (r *request) laboratoryCode() *page.Field {
	code := r.Hint(r.Input("code", page.TextField, "page.laboratories.code"), "page.laboratories.code_hint")
	code.Narrow, code.MaxLength, code.Capitals = true, 8, true
	return code
}

func (r *request) laboratoryName() *page.Field {
	name := r.Input("name", page.TextField, "page.laboratories.name")
	name.MaxLength = 200
	return name
}

func showLaboratories(r *request) error {
	shown, err := r.laboratoriesPage()
	if err != nil {
		return err
	}
	return r.Show("laboratories.html", shown)
}

func addLaboratory(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	l, err := r.server.Store.AddLaboratory(r.Ctx(), r.Actor, lab.Lab{Code: in.Text("code"), Name: in.Text("name")})
	return r.End(err, laboratoryAddress(&l), "laboratories.html", func() (any, *page.Form, error) {
		shown, err := r.laboratoriesPage()
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// laboratoryPage is one laboratory with who works there and at whose bench.
type laboratoryPage struct {
	page.View
	Code, Address, Retired string
	Methods                []methodEntry
	Form                   *page.Form
}

// laboratoryNamed is the laboratory that the address names.
func (r *request) laboratoryNamed() (naming, *lab.Lab, error) {
	n, err := r.naming()
	if err != nil {
		return n, nil, err
	}
	for _, l := range n.words.Laboratories {
		if l.Code == r.Param("laboratory") {
			return n, l, nil
		}
	}
	return n, nil, lab.ErrNotFound
}

func (r *request) laboratoryPage(n naming, l *lab.Lab) (*laboratoryPage, func(lab.Lab) *page.Form, error) {
	form, err := r.laboratoryForm()
	if err != nil {
		return nil, nil, err
	}
	shown := &laboratoryPage{View: r.View(l.Name), Code: l.Code, Address: laboratoryAddress(l), Form: form(*l)}
	if l.RetiredOn != 0 {
		shown.Retired = r.Texts.Text("page.methods.retired_since", "Day", r.Texts.Date(l.RetiredOn))
	}
	for _, m := range n.methods() {
		if m.LaboratoryID == l.ID && n.words.NextVersion(m.ID) == nil {
			shown.Methods = append(shown.Methods, n.methodEntry(m))
		}
	}
	return shown, form, keepsSince(r, shown.Form, shown.Address, form)
}

// laboratoryForm makes the form of a laboratory, filled in.
func (r *request) laboratoryForm() (func(lab.Lab) *page.Form, error) {
	people, err := r.server.Store.People(r.Ctx(), r.Actor)
	if err != nil {
		return nil, err
	}
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	return func(l lab.Lab) *page.Form {
		working := r.Optional(r.Hint(r.Input("people", page.ChecksField, "page.laboratories.people"), "page.laboratories.people_hint"))
		for _, p := range people {
			enters := slices.ContainsFunc(p.Memberships, func(m lab.Membership) bool { return slices.Contains(lab.Who(lab.EnterAnalysis), m.Role) })
			if enters && !p.Disabled || slices.Contains(l.People, p.ID) {
				working.Options = append(working.Options, page.Option{Value: strconv.Itoa(int(p.ID)), Label: p.Name + " (" + p.Login + ")"})
			}
		}
		bench := r.Optional(r.Hint(r.Input("services", page.ChecksField, "page.laboratories.services"), "page.laboratories.services_hint"))
		bench.Options = []page.Option{{Value: "0", Label: r.Texts.Text("page.people.all_services")}}
		for _, s := range services {
			bench.Options = append(bench.Options, page.Option{Value: strconv.Itoa(int(s.ID)), Label: s.Name})
		}
		retired := r.Optional(r.Hint(r.Input("retired_on", page.DateField, "page.laboratories.retired_on"), "page.laboratories.retired_on_hint"))
		f := page.NewForm(r.laboratoryName(), working, bench, retired, r.beganWith(l))
		f.Set("name", l.Name)
		working.Values, bench.Values = numbers(l.People), numbers(l.Services)
		if l.RetiredOn != 0 {
			retired.Values = []string{l.RetiredOn.String()}
		}
		return f
	}, err
}

// numbers writes numbers of entries as the values of options.
func numbers[T ~int32](ids []T) []string {
	var list []string
	for _, id := range ids {
		list = append(list, strconv.Itoa(int(id)))
	}
	return list
}

// readNumbers reads the chosen options of a field.
func readNumbers[T ~int32](in *page.Reader, name string) []T {
	var ids []T
	for _, value := range in.Typed[name] {
		id, err := strconv.ParseInt(value, 10, 32)
		in.Mistakes.Check(err == nil, name, "%q is not one of these.", page.Short(value))
		ids = append(ids, T(id))
	}
	return ids
}

func showLaboratory(r *request) error {
	n, l, err := r.laboratoryNamed()
	if err != nil {
		return err
	}
	shown, _, err := r.laboratoryPage(n, l)
	if err != nil {
		return err
	}
	shown.Notice = r.notice()
	return r.Show("laboratory.html", shown)
}

func changeLaboratory(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, before, err := r.laboratoryNamed()
	if err != nil {
		return err
	}
	seen, err := beganOn[lab.Lab](in.Typed)
	if err != nil {
		return err
	}
	in.Today = r.day()
	after := lab.Lab{
		ID: before.ID, Code: before.Code, Name: in.Text("name"), RetiredOn: in.Date("retired_on", lab.Latest),
		People: readNumbers[lab.Optional](in, "people"), Services: readNumbers[lab.ServiceID](in, "services"),
	}
	if err = in.Mistakes.Err(); err == nil {
		err = r.server.Store.ChangeLaboratory(r.Ctx(), r.Actor, seen, after)
	}
	if errors.Is(err, lab.ErrConflict) {
		return r.laboratoryChanged(in, err)
	}
	return r.End(err, laboratoryAddress(before)+"?done=settings", "laboratory.html", func() (any, *page.Form, error) {
		shown, _, err := r.laboratoryPage(n, before)
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}

// laboratoryChanged is what settingsChanged is for the terms of the service.
func (r *request) laboratoryChanged(in *page.Reader, changed error) error {
	n, now, err := r.laboratoryNamed()
	if err != nil {
		return err
	}
	shown, form, err := r.laboratoryPage(n, now)
	if err == nil {
		err = since(r, shown.Form, in.Typed, form)
	}
	if err != nil {
		return err
	}
	return r.Instead(changed, http.StatusConflict, "laboratory.html", shown)
}
