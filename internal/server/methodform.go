package server

import (
	"errors"
	"net/url"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// methodForm adds a method with its scope, or the next version of one.
type methodForm struct {
	page.View
	Action string
	Of     *methodEntry // the version before, nil for a method that is new
	Form   *page.Form
	Rows   []limitRow
	Empty  limitRow
}

// methodEntering is a method that is being added.
type methodEntering struct {
	naming
	of          *lab.Method // the version before, nil for none
	unit, perML string      // that most rows have
	typed       typedBefore
}

// methodEntering reads what the form is about.
func (r *request) methodEntering() (*methodEntering, error) {
	if err := lab.MayEquip(r.Actor, 0); err != nil {
		return nil, err
	}
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	e := &methodEntering{naming: n}
	if r.Param("method") != "" {
		if _, e.of, err = r.methodNamed(); err != nil {
			return nil, err
		}
	}
	e.unit, e.perML = usualUnit(e.of)
	e.typed, err = r.typedBefore(e.action(), func(url.Values) bool { return true })
	return e, err
}

// action is where the form is sent to.
func (e *methodEntering) action() string {
	if e.of == nil {
		return "/methods/new"
	}
	return methodAddress(e.of.ID) + "/next"
}

// values are what the form holds at first: what was typed before and not saved, else what
// the version before says.
func (e *methodEntering) values() url.Values {
	if e.typed.typed != nil {
		return e.typed.typed
	}
	values := url.Values{}
	if e.of == nil {
		for range firstRows {
			addScopeRows(values, lab.ScopeRow{Unit: e.unit, SamplePerML: e.perML})
		}
		return values
	}
	values.Set("version", e.of.ProposedVersion())
	values.Set("level", string(e.of.Level))
	for name, is := range map[string]bool{"quantifies": e.of.Quantifies, "open_scope": e.of.OpenScope} {
		if is {
			values.Set(name, "yes")
		}
	}
	e.typedScope(values, e.of)
	addScopeRows(values, lab.ScopeRow{Unit: e.unit, SamplePerML: e.perML})
	return values
}

func (r *request) methodForm(e *methodEntering, values url.Values) *methodForm {
	title := r.Texts.Text("page.methods.new")
	var fields []*page.Field
	shown := &methodForm{Action: e.action(), Empty: r.limitRow("__n__", e.unit, e.perML)}
	if e.of == nil {
		fields = []*page.Field{r.kindField(), r.laboratoryField(e.naming)}
	} else {
		of := e.methodEntry(e.of)
		shown.Of, title = &of, r.Texts.Text("page.methods.next", "Method", of.Method)
	}
	version := r.Optional(r.Input("version", page.TextField, "page.methods.version"))
	version.Focus = e.of != nil
	fields = append(fields, version,
		r.Choice("level", page.SelectField, "page.methods.level", locale.Levels, lab.Levels.Strings()),
		r.Input("quantifies", page.CheckField, "page.methods.quantifies"),
		r.Hint(r.Input("open_scope", page.CheckField, "page.methods.open_scope"), "page.methods.open_scope_hint"),
		r.Optional(r.Hint(r.Input("paste", page.AreaField, "page.methods.paste"), "page.methods.paste_hint")),
		r.Optional(r.Hint(r.Input(scopeFile, page.FileField, "page.methods.file"), "page.methods.file_hint")),
	)
	for _, number := range scopeRows(values) {
		row := r.limitRow(strconv.Itoa(number), e.unit, "")
		if unit := scopeRow(values, number).Unit; unit != "" && !row.Unit.Offers(unit) { // that was pasted
			row.Unit.Options = append(row.Unit.Options, page.Option{Value: unit, Label: unit})
		}
		shown.Rows = append(shown.Rows, row)
		fields = append(fields, row.fields()...)
	}
	shown.View, shown.Form = r.View(title), page.NewForm(fields...)
	shown.Form.Fill(values)
	shown.Form.Kept = e.typed.Kept
	return shown
}

// showMethodForm shows the form of a method, or of the next version of one.
func showMethodForm(r *request) error {
	e, err := r.methodEntering()
	if err != nil {
		return err
	}
	return r.Show("methodform.html", r.methodForm(e, e.values()))
}

// read reads a method with its scope; rows that hold nothing are left out.
func (e *methodEntering) read(in *page.Reader) (lab.Method, lab.FieldErrors) {
	m := lab.Method{
		Kind: lab.MethodKind(in.Text("kind")), Version: in.Text("version"), Level: lab.Level(in.Text("level")),
		Quantifies: in.Text("quantifies") == "yes", OpenScope: in.Text("open_scope") == "yes",
	}
	if e.of != nil {
		m.Kind, m.LaboratoryID, m.Lab = e.of.Kind, e.of.LaboratoryID, e.of.Lab
	}
	for _, l := range e.laboratories() {
		if e.of == nil && l.Code == in.Text("lab") {
			m.LaboratoryID, m.Lab = l.ID, l.Name
		}
	}
	scope, wrong := readScope(in.Typed, e.words)
	m.Scope = scope
	mistakes := in.Mistakes
	for _, mistake := range page.FieldErrors(m.Check()) {
		if _, _, ofRow := lab.ParseScopeField(mistake.Field); !ofRow {
			mistakes = append(mistakes, mistake)
		}
	}
	return m, append(mistakes, wrong...)
}

// addMethod adds a method, or the next version of one.
func addMethod(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	e, err := r.methodEntering()
	if err != nil {
		return err
	}
	switch more, err := r.moreScopeRows(in, e.unit, e.perML); {
	case err != nil:
		return err
	case more:
		return r.showRows(e, in)
	}
	m, mistakes := e.read(in)
	mistakes = append(mistakes, r.notInRows(in)...)
	var added *lab.Method
	if err = mistakes.Err(); err == nil {
		added, err = r.storeMethod(e, m)
	}
	if errors.Is(err, lab.ErrConflict) {
		err = lab.FieldErrors{{Field: "version", Format: "This laboratory has this version of the method already, with another level or scope. Give another version."}}
	}
	next := "/methods?done=method"
	if e.of != nil && err == nil {
		next = methodAddress(added.ID) + "?done=method"
	}
	return r.End(err, next, "methodform.html", func() (any, *page.Form, error) {
		shown := r.methodForm(e, in.Typed)
		return shown, shown.Form, nil
	})
}

// notInRows refuses a scope beside which rows were pasted, or a file was chosen, that were
// not put into it: it would be recorded without them.
func (r *request) notInRows(in *page.Reader) (mistakes lab.FieldErrors) {
	mistakes.Check(in.Text("paste") == "", "paste", "These rows are not in the list yet: put them there first, or empty this field.")
	if form := r.Request.MultipartForm; form != nil && len(form.File[scopeFile]) > 0 && form.File[scopeFile][0].Filename != "" {
		mistakes.Check(false, scopeFile, "The rows of %q are not in the list yet: choose it again and read it first, or leave it out.", page.Short(form.File[scopeFile][0].Filename))
	}
	return mistakes
}

func (r *request) storeMethod(e *methodEntering, m lab.Method) (*lab.Method, error) {
	if e.of == nil {
		return r.server.Store.AddMethod(r.Ctx(), r.Actor, m)
	}
	return r.server.Store.AddVersion(r.Ctx(), r.Actor, e.of.ID, m)
}

// showRows shows the form with the rows that were added to it, and says beside each what is
// wrong with it.
func (r *request) showRows(e *methodEntering, in *page.Reader) error {
	_, wrong := readScope(in.Typed, e.words)
	shown := r.methodForm(e, in.Typed)
	if err := shown.Form.Tell(r.Texts, append(in.Mistakes, wrong...).Err()); err != nil {
		return err
	}
	return r.Show("methodform.html", shown)
}
