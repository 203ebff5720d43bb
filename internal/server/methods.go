package server

import (
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// methodsPage lists the methods of the laboratories with what they can see, the newest
// version of each with those before it.
type methodsPage struct {
	page.View
	Methods, Retired []methodEntry
	MayAdd           bool
}

// methodEntry is a method in the list, with its earlier versions.
type methodEntry struct {
	*scopeView
	Address string
	Earlier []methodEntry
}

func methodAddress(id lab.MethodID) string { return "/methods/" + strconv.Itoa(int(id)) }

func (n naming) methodEntry(m *lab.Method) methodEntry {
	e := methodEntry{scopeView: n.scope(m.ID), Address: methodAddress(m.ID)}
	for before, ok := n.words.Methods[lab.MethodID(m.Replaces)]; ok; before, ok = n.words.Methods[lab.MethodID(before.Replaces)] {
		e.Earlier = append(e.Earlier, methodEntry{scopeView: n.scope(before.ID), Address: methodAddress(before.ID)})
	}
	return e
}

func showMethods(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	page := methodsPage{View: r.View(r.Texts.Text("page.methods.title")), MayAdd: lab.MayEquip(r.Actor, 0) == nil}
	page.Notice = r.notice()
	for _, m := range n.methods() {
		switch entry := n.methodEntry(m); {
		case n.words.NextVersion(m.ID) != nil:
		case entry.Retired != "":
			page.Retired = append(page.Retired, entry)
		default:
			page.Methods = append(page.Methods, entry)
		}
	}
	return r.Show("methods.html", page)
}

// methodPage is one version of a method.
type methodPage struct {
	page.View
	methodEntry
	Lab, LabAddress string
	Next            *methodEntry // the version after it
	MayChange       bool
	Again           bool       // it was retired, and nothing replaced it
	Add             *page.Form // of one row to its scope; nil where none can be added
	Row             limitRow
	Retire          *page.Form
}

func (r *request) methodPage(n naming, m *lab.Method) *methodPage {
	p := &methodPage{View: r.View(n.method(m.ID)), methodEntry: n.methodEntry(m), Lab: m.Lab, MayChange: lab.MayEquip(r.Actor, 0) == nil}
	if l := n.words.Laboratories[m.LaboratoryID]; l != nil && p.MayChange {
		p.LabAddress = laboratoryAddress(l)
	}
	next := n.words.NextVersion(m.ID)
	if next != nil {
		p.Next = &methodEntry{scopeView: n.scope(next.ID), Address: methodAddress(next.ID)}
	}
	p.Again = next == nil && m.RetiredOn != 0
	if p.MayChange && next == nil && !m.OpenScope {
		unit, perML := usualUnit(m)
		p.Row = r.limitRow("0", unit, perML)
		p.Row.Substance.Focus = true
		p.Add = page.NewForm(p.Row.fields()...)
	}
	on := r.Hint(r.Input("retired_on", page.DateField, "page.methods.retired_on"), "page.methods.retired_on_hint")
	on.Values = []string{r.day().String()}
	p.Retire = page.NewForm(on)
	return p
}

// methodNamed is the method that the address names.
func (r *request) methodNamed() (naming, *lab.Method, error) {
	n, err := r.naming()
	if err != nil {
		return n, nil, err
	}
	m, ok := n.words.Methods[methodID(r.Param("method"))]
	if !ok {
		return n, nil, lab.ErrNotFound
	}
	return n, m, nil
}

// methodID is the number of a method in an address.
func methodID(text string) lab.MethodID {
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return lab.MethodID(id)
}

func showMethod(r *request) error {
	n, m, err := r.methodNamed()
	if err != nil {
		return err
	}
	page := r.methodPage(n, m)
	page.Notice = r.notice()
	return r.Show("method.html", page)
}

// addToScope makes the next version of a method, with one row more in its scope.
func addToScope(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, m, err := r.methodNamed()
	if err != nil {
		return err
	}
	row := scopeRow(in.Typed, 0)
	if row.LOD+row.LOQ == "" {
		row.SamplePerML = "" // what stands there from the start
	}
	added, err := r.server.Store.AddToScope(r.Ctx(), r.Actor, m.ID, row)
	next := ""
	if err == nil {
		next = methodAddress(added.ID) + "?done=scope"
	}
	return r.End(err, next, "method.html", func() (any, *page.Form, error) {
		shown := r.methodPage(n, m)
		if shown.Add == nil { // replaced meanwhile
			return shown, shown.Retire, nil
		}
		shown.Add.Fill(in.Typed)
		return shown, shown.Add, nil
	})
}

// retireMethod ends a method, or lets it be chosen again: the form says which.
func retireMethod(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, m, err := r.methodNamed()
	if err != nil {
		return err
	}
	in.Today = r.day()
	on := lab.Date(0)
	if in.Text("again") != "yes" {
		on = in.Date("retired_on", lab.Latest)
		in.Mistakes.Check(on != 0 || len(in.Mistakes) > 0, "retired_on", "Give the last day on which the method was run, today at the latest.")
	}
	if err = in.Mistakes.Err(); err == nil {
		err = r.server.Store.RetireMethod(r.Ctx(), r.Actor, m.ID, on)
	}
	return r.End(err, methodAddress(m.ID)+"?done=retired", "method.html", func() (any, *page.Form, error) {
		shown := r.methodPage(n, m)
		shown.Retire.Fill(in.Typed)
		return shown, shown.Retire, nil
	})
}

// laboratoryField offers the laboratories that are not retired.
func (r *request) laboratoryField(n naming) *page.Field {
	f := r.Hint(r.Input("lab", page.SelectField, "page.methods.lab"), "page.methods.lab_hint")
	for _, l := range n.laboratories() {
		if l.RetiredOn == 0 {
			f.Options = append(f.Options, page.Option{Value: l.Code, Label: l.Name})
		}
	}
	return f
}

// laboratories are all laboratories in the order of their names.
func (n naming) laboratories() []*lab.Lab {
	var list []*lab.Lab
	for _, l := range n.words.Laboratories {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *lab.Lab) int { return compareFolded(a.Name, b.Name) })
	return list
}

// laboratoriesOf are those at which a person works.
func (n naming) laboratoriesOf(person lab.Optional) []*lab.Lab {
	return slices.DeleteFunc(n.laboratories(), func(l *lab.Lab) bool { return !slices.Contains(l.People, person) })
}

// kindField asks for the technique.
func (r *request) kindField() *page.Field {
	f := r.Choice("kind", page.SelectField, "page.methods.kind", locale.MethodKinds, lab.MethodKinds.Strings())
	f.Focus = true
	return f
}
