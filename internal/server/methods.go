package server

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// methodsPage lists the methods of the laboratories with what they can see.
type methodsPage struct {
	page.View
	Methods []*scopeView
	MayAdd  bool
}

func showMethods(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	page := methodsPage{View: r.View(r.Texts.Text("page.methods.title")), MayAdd: lab.MayEquip(r.Actor, 0) == nil}
	page.Notice = r.notice()
	for _, m := range n.methods() {
		page.Methods = append(page.Methods, n.scope(m.ID))
	}
	return r.Show("methods.html", page)
}

// newMethodPage adds a method with its scope.
type newMethodPage struct {
	page.View
	Form  *page.Form
	Rows  []limitRow
	Empty limitRow
}

// limitRow is a substance of a scope with its limits.
type limitRow struct {
	Legend                    string
	Substance, LOD, LOQ, Unit *page.Field
}

func (r *request) limitRow(number string) limitRow {
	name := func(part string) string { return "scope." + number + "." + part }
	row := limitRow{
		Legend: r.Texts.Text("page.methods.row"), Substance: r.Input(name("substance"), page.TextField, "page.field.substance"),
		LOD: r.Optional(r.Input(name("lod"), page.TextField, "page.analysis.lod")), LOQ: r.Optional(r.Input(name("loq"), page.TextField, "page.analysis.loq")),
		Unit: r.Input(name("unit"), page.SelectField, "page.field.unit"),
	}
	row.Substance.Suggest = "/suggest/substances"
	row.LOD.Keyboard, row.LOQ.Keyboard = "decimal", "decimal"
	for _, unit := range amountUnits {
		row.Unit.Options = append(row.Unit.Options, page.Option{Value: unit, Label: r.Texts.Code(locale.Scales, string(scaleOf(unit)))})
	}
	row.Unit.Values = []string{amountUnits[0]}
	return row
}

func (r *request) newMethodPage(in *page.Reader, kept *page.Kept) *newMethodPage {
	kind := r.Choice("kind", page.SelectField, "page.methods.kind", locale.MethodKinds, lab.MethodKinds.Strings())
	kind.Focus = true
	page := &newMethodPage{View: r.View(r.Texts.Text("page.methods.new")), Empty: r.limitRow("__n__"), Form: page.NewForm(
		kind,
		r.Hint(r.Input("lab", page.TextField, "page.methods.lab"), "page.methods.lab_hint"),
		r.Optional(r.Input("version", page.TextField, "page.methods.version")),
		r.Choice("level", page.SelectField, "page.methods.level", locale.Levels, lab.Levels.Strings()),
		r.Input("quantifies", page.CheckField, "page.methods.quantifies"),
		r.Hint(r.Input("open_scope", page.CheckField, "page.methods.open_scope"), "page.methods.open_scope_hint"),
	)}
	for _, number := range scopeRows(in) {
		row := r.limitRow(strconv.Itoa(number))
		page.Rows = append(page.Rows, row)
		page.Form.Fields = append(page.Form.Fields, row.Substance, row.LOD, row.LOQ, row.Unit)
	}
	page.Form.Fill(in.Typed)
	page.Form.Kept = kept
	return page
}

// scopeRows are the numbers of the rows of a scope that were typed.
func scopeRows(r *page.Reader) []int {
	var rows []int
	for i := range 2000 {
		if r.Typed.Has("scope." + strconv.Itoa(i) + ".substance") {
			rows = append(rows, i)
		}
	}
	return rows
}

// addScopeRows adds empty rows after the last.
func addScopeRows(r *page.Reader, count int) {
	next := 0
	if rows := scopeRows(r); len(rows) > 0 {
		next = rows[len(rows)-1] + 1
	}
	for i := next; i < next+count; i++ {
		r.Typed.Set("scope."+strconv.Itoa(i)+".substance", "")
		r.Typed.Set("scope."+strconv.Itoa(i)+".unit", amountUnits[0])
	}
}

func showNewMethod(r *request) error {
	if err := lab.MayEquip(r.Actor, 0); err != nil {
		return err
	}
	before, err := r.typedBefore("/methods/new", func(url.Values) bool { return true })
	if err != nil {
		return err
	}
	in := &page.Reader{Typed: before.typed}
	if in.Typed == nil {
		in.Typed = url.Values{}
		addScopeRows(in, firstRows)
	}
	return r.Show("newmethod.html", r.newMethodPage(in, before.Kept))
}

// readMethod reads a method with its scope; rows without a substance are left out.
func readMethod(r *page.Reader, d *lab.Dictionary) lab.Method {
	m := lab.Method{
		Kind: lab.MethodKind(r.Text("kind")), Lab: r.Text("lab"), Version: r.Text("version"), Level: lab.Level(r.Text("level")),
		Quantifies: r.Text("quantifies") == "yes", OpenScope: r.Text("open_scope") == "yes",
	}
	for _, row := range scopeRows(r) {
		name := func(part string) string { return "scope." + strconv.Itoa(row) + "." + part }
		typed := r.Text(name("substance"))
		if typed+r.Text(name("lod"))+r.Text(name("loq")) == "" {
			continue
		}
		substance, _, ok := d.FindSubstance(typed)
		r.Mistakes.Check(ok, name("substance"), "%q is not a substance of the dictionary.", typed)
		scope := lab.MethodScope{LOD: readLimit(r, name("lod"), r.Text(name("unit"))), LOQ: readLimit(r, name("loq"), r.Text(name("unit")))}
		if !ok {
			continue
		}
		scope.SubstanceID = substance.ID
		for _, before := range m.Scope {
			r.Mistakes.Check(before.SubstanceID != substance.ID, name("substance"), "%s stands in the scope twice.", substance.Name)
		}
		m.Scope = append(m.Scope, scope)
	}
	return m
}

// readLimit is an amount, none where nothing is typed.
func readLimit(r *page.Reader, name, unit string) lab.Amount {
	if r.Text(name) == "" {
		return lab.Amount{}
	}
	return readAmount(r, name, strings.TrimPrefix(r.Text(name), "<"), unit)
}

func addMethod(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	before, err := r.typedBefore("/methods/new", func(url.Values) bool { return true })
	if err != nil {
		return err
	}
	if in.Text("more") == "yes" {
		addScopeRows(in, moreRows)
		return r.Show("newmethod.html", r.newMethodPage(in, before.Kept))
	}
	m := readMethod(in, n.words)
	var mistakes lab.FieldErrors
	if errors.As(m.Check(), &mistakes) {
		for _, mistake := range mistakes {
			if mistake.Field == "scope" && len(in.Mistakes) > 0 {
				continue // rows that could not be read
			}
			in.Mistakes = append(in.Mistakes, mistake)
		}
	}
	if err = in.Mistakes.Err(); err == nil {
		_, err = r.server.Store.AddMethod(r.Ctx(), r.Actor, m)
	}
	if errors.Is(err, lab.ErrConflict) {
		err = lab.FieldErrors{{Field: "version", Format: "This laboratory has this version of the method already, with another level or scope. Give another version."}}
	}
	return r.End(err, "/methods?done=method", "newmethod.html", func() (any, *page.Form, error) {
		shown := r.newMethodPage(in, before.Kept)
		return shown, shown.Form, nil
	})
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
