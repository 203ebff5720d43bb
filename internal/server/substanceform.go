package server

import (
	"net/url"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// substanceForm proposes a substance, or writes anew what is said of one.
type substanceForm struct {
	page.View
	Action string
	Of     *link // the entry that is changed; nil for one that is new
	Form   *page.Form
	Like   []string // names that are nearly the one that was typed
	Salts  []saltRow
}

// saltRow is a salt of a substance.
type saltRow struct {
	Legend                          string
	Salt, Mass, BasesPerSalt, Usual *page.Field
}

// saltRows is how many salts a form has room for.
const saltRows = 4

// classField asks for the class of a substance.
func (r *request) classField(n naming, name, label string) *page.Field {
	f := r.Input(name, page.SelectField, label)
	for _, c := range n.words.Classes {
		if c.Code != lab.UnidentifiedClass {
			f.Options = append(f.Options, page.Option{Value: c.Code, Label: n.own(c.NameEN, c.NameNL)})
		}
	}
	slices.SortFunc(f.Options, func(a, b page.Option) int { return compareFolded(a.Label, b.Label) })
	return f
}

// serviceField asks for which of the services somebody proposes; nil where it is one.
func (r *request) serviceField(may func(lab.Actor, lab.ServiceID) error) (*page.Field, error) {
	places, err := r.rolePlaces()
	if err != nil {
		return nil, err
	}
	f := r.Input("service", page.SelectField, "page.dictionary.service")
	if may(r.Actor, 0) == nil {
		f.Options = append(f.Options, page.Option{Value: "0", Label: places[0]})
	}
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	for _, s := range services {
		if may(r.Actor, s.ID) == nil {
			f.Options = append(f.Options, page.Option{Value: strconv.Itoa(int(s.ID)), Label: s.Name})
		}
	}
	if len(f.Options) > 0 {
		f.Values = []string{f.Options[0].Value}
	}
	return f, err
}

// newSubstancePage asks for a substance that the dictionary lacks.
func (r *request) newSubstancePage(n naming, typed url.Values) (*substanceForm, error) {
	name := r.Input("substance", page.TextField, "page.dictionary.name")
	name.MaxLength, name.Focus = 200, true
	service, err := r.serviceField(lab.MayPropose)
	if err != nil {
		return nil, err
	}
	shown := &substanceForm{View: r.View(r.Texts.Text("page.dictionary.new_substance")), Action: substancesAddress + "/substances/new"}
	shown.Form = page.NewForm(name, r.classField(n, "class", "page.propose.class"), r.Hint(r.Input("why", page.TextField, "page.propose.why"), "page.propose.why_hint"),
		r.Input("another", page.CheckField, "page.propose.another"), service)
	if typed != nil {
		shown.Form.Fill(typed)
	}
	if shown.Like, err = r.neighbours(n, typed.Get("substance"), 0); err != nil {
		return nil, err
	}
	return shown, r.keeps(shown.Form, shown.Action)
}

func showNewSubstance(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	shown, err := r.newSubstancePage(n, nil)
	if err != nil {
		return err
	}
	return r.Show("substanceform.html", shown)
}

// proposeSubstance adds a substance that nobody has reviewed, or leads to that which has the
// name.
func proposeSubstance(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, err := r.naming()
	if err != nil {
		return err
	}
	p := lab.Proposal{Name: in.Text("substance"), Class: in.Text("class"), Why: in.Text("why"), Another: in.Text("another") == "yes"}
	s, err := r.server.Store.ProposeSubstance(r.Ctx(), r.Actor, lab.ServiceID(entryNumber(in.Text("service"))), p)
	next := ""
	if err == nil {
		if next, err = r.proposed(s); err != nil {
			return err
		}
	}
	return r.End(err, next, "substanceform.html", func() (any, *page.Form, error) {
		shown, err := r.newSubstancePage(n, in.Typed)
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Form, nil
	})
}

// proposed is where it goes on with a substance that was proposed: with the list, where
// others proposed it before and the reader is not told of that.
func (r *request) proposed(s *lab.Substance) (address string, err error) {
	words, err := r.server.Store.Words(r.Ctx())
	if err != nil {
		return "", err
	}
	if own := words.Own(s.ID); own != nil && r.Actor.SeesEntry(own) {
		return substanceAddress(s.ID) + proposedOr(s.Reviewed), nil
	}
	return substancesAddress + proposedOr(s.Reviewed), nil
}

// proposedOr says whether what was proposed stood in the dictionary already.
func proposedOr(known bool) string {
	if known {
		return "?done=known"
	}
	return "?done=proposed"
}

// changeSubstanceForm makes the form of an entry, filled in.
func (r *request) changeSubstanceForm(n naming, s *lab.Substance) func(lab.SubstanceEntry) *page.Form {
	return func(e lab.SubstanceEntry) *page.Form {
		text := func(name, label string, most int) *page.Field {
			f := r.Input(name, page.TextField, label)
			f.MaxLength = most
			return f
		}
		role := r.Input("role", page.SelectField, "page.dictionary.role")
		for _, x := range lab.Roles {
			if x != lab.RoleExpected {
				role.Options = append(role.Options, page.Option{Value: string(x), Label: r.Texts.Code(locale.Roles, string(x))})
			}
		}
		f := page.NewForm(text("name", "page.dictionary.name", 200), r.Optional(text("name_nl", "page.dictionary.name_nl", 200)), r.Optional(text("short_name", "page.dictionary.short_name", 40)),
			r.classField(n, "class", "page.dictionary.class"), r.Hint(role, "page.dictionary.role_hint"), r.Input("active", page.CheckField, "page.dictionary.active"), r.Input("psychoactive", page.CheckField, "page.dictionary.psychoactive"),
			r.Optional(r.Hint(text("cas", "page.dictionary.cas", 12), "page.dictionary.cas_hint")), r.Optional(text("pubchem_cid", "page.dictionary.cid", 10)), r.Optional(text("formula", "page.dictionary.formula", 60)),
			r.Optional(r.Hint(text("molar_mass", "page.dictionary.molar_mass", 12), "page.dictionary.molar_mass_hint")), r.Input("another", page.CheckField, "page.propose.another"),
			r.Hidden("version", versionText(s.Version)), r.beganWith(e))
		n.fillSubstance(f, e)
		for i := range saltRows {
			f.Fields = append(f.Fields, r.saltRow(i+1, e).fields()...)
		}
		return f
	}
}

func (n naming) fillSubstance(f *page.Form, e lab.SubstanceEntry) {
	for name, value := range map[string]string{"name": e.Name, "name_nl": e.NameNL, "short_name": e.ShortName, "class": e.Class, "role": string(e.Role), "cas": e.CAS, "formula": e.Formula} {
		f.Set(name, value)
	}
	for name, is := range map[string]bool{"active": e.Active, "psychoactive": e.Psychoactive} {
		if is {
			f.Set(name, "yes")
		}
	}
	if e.PubChemCID > 0 {
		f.Set("pubchem_cid", strconv.Itoa(int(e.PubChemCID)))
	}
	if e.MolarMass > 0 {
		f.Set("molar_mass", n.thousandths(e.MolarMass, ""))
	}
}

func (row saltRow) fields() []*page.Field {
	return []*page.Field{row.Salt, row.Mass, row.BasesPerSalt, row.Usual}
}

// saltRow is a row of the form with a salt of the entry, or an empty one.
func (r *request) saltRow(number int, e lab.SubstanceEntry) saltRow {
	name := func(part string) string { return lab.SaltField(number, part) }
	row := saltRow{
		Legend: r.Texts.Text("page.dictionary.salt_row", "Row", number), Salt: r.Optional(r.Input(name("salt"), page.SelectField, "page.dictionary.salt")),
		Mass: r.Input(name("molar_mass"), page.TextField, "page.dictionary.salt_mass"), BasesPerSalt: r.Input(name("bases_per_salt"), page.TextField, "page.dictionary.bases_per_salt"),
		Usual: r.Input(name("usual"), page.CheckField, "page.dictionary.usual_salt"),
	}
	row.Mass.Narrow, row.Mass.Keyboard, row.BasesPerSalt.Narrow, row.BasesPerSalt.Keyboard = true, "decimal", true, "numeric"
	n := naming{texts: r.Texts}
	for _, salt := range lab.Salts() {
		row.Salt.Options = append(row.Salt.Options, page.Option{Value: string(salt), Label: n.basis(salt)})
	}
	if number > len(e.Salts) {
		return row
	}
	x := e.Salts[number-1]
	row.Salt.Values, row.Mass.Values = []string{x.Salt}, []string{n.thousandths(x.MolarMass, "")}
	row.BasesPerSalt.Values = []string{strconv.Itoa(int(x.BasesPerSalt))}
	if x.Usual {
		row.Usual.Values = []string{"yes"}
	}
	return row
}
