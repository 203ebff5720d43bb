package server

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// methodsPage lists the methods of the laboratories with what they can see.
type methodsPage struct {
	view
	Methods []*scopeView
	MayAdd  bool
}

func methods(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	page := methodsPage{view: r.view(r.texts.Text("page.methods.title")), MayAdd: lab.MayEquip(r.actor, 0) == nil}
	page.Notice = r.notice()
	for _, m := range n.methods() {
		page.Methods = append(page.Methods, n.scope(m.ID))
	}
	return r.show("methods.html", page)
}

// newMethodPage adds a method with its scope.
type newMethodPage struct {
	view
	Form  *form
	Rows  []limitRow
	Empty limitRow
}

// limitRow is a substance of a scope with its limits.
type limitRow struct {
	Legend                    string
	Substance, LOD, LOQ, Unit *field
}

func (r *request) limitRow(number string) limitRow {
	name := func(part string) string { return "scope." + number + "." + part }
	row := limitRow{
		Legend: r.texts.Text("page.methods.row"), Substance: r.input(name("substance"), textField, "page.field.substance"),
		LOD: r.optional(r.input(name("lod"), textField, "page.analysis.lod")), LOQ: r.optional(r.input(name("loq"), textField, "page.analysis.loq")),
		Unit: r.input(name("unit"), selectField, "page.field.unit"),
	}
	row.Substance.Suggest = "/suggest/substances"
	row.LOD.Keyboard, row.LOQ.Keyboard = "decimal", "decimal"
	for _, unit := range amountUnits {
		row.Unit.Options = append(row.Unit.Options, option{unit, r.texts.Code(locale.Scales, string(scaleOf(unit)))})
	}
	row.Unit.Values = []string{amountUnits[0]}
	return row
}

func (r *request) newMethodPage(in *reader) *newMethodPage {
	kind := r.choice("kind", selectField, "page.methods.kind", locale.MethodKinds, lab.MethodKinds.Strings())
	kind.Focus = true
	page := &newMethodPage{view: r.view(r.texts.Text("page.methods.new")), Empty: r.limitRow("__n__"), Form: newForm(
		kind,
		r.hint(r.input("lab", textField, "page.methods.lab"), "page.methods.lab_hint"),
		r.optional(r.input("version", textField, "page.methods.version")),
		r.choice("level", selectField, "page.methods.level", locale.Levels, lab.Levels.Strings()),
		r.input("quantifies", checkField, "page.methods.quantifies"),
		r.hint(r.input("open_scope", checkField, "page.methods.open_scope"), "page.methods.open_scope_hint"),
	)}
	for _, number := range scopeRows(in) {
		row := r.limitRow(strconv.Itoa(number))
		page.Rows = append(page.Rows, row)
		page.Form.Fields = append(page.Form.Fields, row.Substance, row.LOD, row.LOQ, row.Unit)
	}
	page.Form.fill(in.typed)
	return page
}

// scopeRows are the numbers of the rows of a scope that were typed.
func scopeRows(r *reader) []int {
	var rows []int
	for i := range 2000 {
		if r.typed.Has("scope." + strconv.Itoa(i) + ".substance") {
			rows = append(rows, i)
		}
	}
	return rows
}

// addScopeRows adds empty rows after the last.
func addScopeRows(r *reader, count int) {
	next := 0
	if rows := scopeRows(r); len(rows) > 0 {
		next = rows[len(rows)-1] + 1
	}
	for i := next; i < next+count; i++ {
		r.typed.Set("scope."+strconv.Itoa(i)+".substance", "")
		r.typed.Set("scope."+strconv.Itoa(i)+".unit", amountUnits[0])
	}
}

func newMethodForm(r *request) error {
	if err := lab.MayEquip(r.actor, 0); err != nil {
		return err
	}
	in := &reader{typed: map[string][]string{}}
	addScopeRows(in, firstRows)
	return r.show("newmethod.html", r.newMethodPage(in))
}

// readMethod reads a method with its scope; rows without a substance are left out.
func readMethod(r *reader, d *lab.Dictionary) lab.Method {
	m := lab.Method{
		Kind: lab.MethodKind(r.text("kind")), Lab: r.text("lab"), Version: r.text("version"), Level: lab.Level(r.text("level")),
		Quantifies: r.text("quantifies") == "yes", OpenScope: r.text("open_scope") == "yes",
	}
	for _, row := range scopeRows(r) {
		name := func(part string) string { return "scope." + strconv.Itoa(row) + "." + part }
		typed := r.text(name("substance"))
		if typed+r.text(name("lod"))+r.text(name("loq")) == "" {
			continue
		}
		substance, _, ok := d.FindSubstance(typed)
		r.mistakes.Check(ok, name("substance"), "%q is not a substance of the dictionary.", typed)
		scope := lab.MethodScope{LOD: readLimit(r, name("lod"), r.text(name("unit"))), LOQ: readLimit(r, name("loq"), r.text(name("unit")))}
		if !ok {
			continue
		}
		scope.SubstanceID = substance.ID
		for _, before := range m.Scope {
			r.mistakes.Check(before.SubstanceID != substance.ID, name("substance"), "%s stands in the scope twice.", substance.Name)
		}
		m.Scope = append(m.Scope, scope)
	}
	return m
}

// readLimit is an amount, none where nothing is typed.
func readLimit(r *reader, name, unit string) lab.Amount {
	if r.text(name) == "" {
		return lab.Amount{}
	}
	return readAmount(r, name, strings.TrimPrefix(r.text(name), "<"), unit)
}

func addMethod(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	if in.text("more") == "yes" {
		addScopeRows(in, moreRows)
		return r.show("newmethod.html", r.newMethodPage(in))
	}
	m := readMethod(in, n.words)
	var mistakes lab.FieldErrors
	if errors.As(m.Check(), &mistakes) {
		for _, mistake := range mistakes {
			if mistake.Field == "scope" && len(in.mistakes) > 0 {
				continue // rows that could not be read
			}
			in.mistakes = append(in.mistakes, mistake)
		}
	}
	if err = in.mistakes.Err(); err == nil {
		_, err = r.server.Store.AddMethod(r.context(), r.actor, m)
	}
	if errors.Is(err, lab.ErrConflict) {
		err = lab.FieldErrors{{Field: "version", Format: "This laboratory has this version of the method already, with another level or scope. Give another version."}}
	}
	if err == nil {
		return r.see("/methods?done=method")
	}
	page := r.newMethodPage(in)
	return r.refill("newmethod.html", page, page.Form, err)
}

// scopeView is what a method can see.
type scopeView struct {
	wording
	Method, Level    string
	Quantifies, Open bool
	Substances       []scopeRow
}

// scopeRow is a substance with the limits of a method for it.
type scopeRow struct{ Substance, LOD, LOQ string }

func (n naming) scope(id lab.MethodID) *scopeView {
	m, ok := n.words.Methods[id]
	if !ok {
		return nil
	}
	v := &scopeView{wording: wording{n.texts}, Method: n.method(id), Level: n.texts.Code(locale.Levels, string(m.Level)), Quantifies: m.Quantifies, Open: m.OpenScope}
	limit := func(a lab.Amount) string {
		if a.Value == 0 {
			return ""
		}
		return n.amount(a)
	}
	for _, s := range m.Scope {
		v.Substances = append(v.Substances, scopeRow{n.substance(s.SubstanceID), limit(s.LOD), limit(s.LOQ)})
	}
	slices.SortFunc(v.Substances, func(a, b scopeRow) int { return compareFolded(a.Substance, b.Substance) })
	return v
}
