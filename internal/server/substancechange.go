package server

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// changePage is the form of a substance that was added here.
func (r *request) changePage(n naming, s *lab.Substance) (*substanceForm, func(lab.SubstanceEntry) *page.Form, error) {
	form := r.changeSubstanceForm(n, s)
	shown := &substanceForm{
		View: r.View(r.Texts.Text("page.dictionary.change", "Name", n.own(s.Name, s.NameNL))), Action: substanceAddress(s.ID) + "/change",
		Of: &link{substanceAddress(s.ID), n.own(s.Name, s.NameNL)}, Form: form(s.Entry()),
	}
	shown.rows(r)
	return shown, form, keepsSince(r, shown.Form, shown.Action, form)
}

// rows puts the fields of the salts into rows.
func (p *substanceForm) rows(r *request) {
	p.Salts = nil
	for i := range saltRows {
		field := func(part string) *page.Field { return mustField(p.Form, lab.SaltField(i+1, part)) }
		p.Salts = append(p.Salts, saltRow{
			r.Texts.Text("page.dictionary.salt_row", "Row", i+1), field("salt"), field("molar_mass"), field("bases_per_salt"), field("usual"),
		})
	}
}

// changeable is the substance that the address names, where the reader may change it.
func (r *request) changeable() (naming, *lab.Substance, error) {
	n, s, err := r.substanceNamed()
	if err == nil {
		err = lab.MayReview(r.Actor)
	}
	if err == nil && (s.ID < lab.LocalEntries || n.words.Merged(s.ID) != nil) {
		err = lab.ErrNotFound
	}
	return n, s, err
}

func showSubstanceForm(r *request) error {
	n, s, err := r.changeable()
	if err != nil {
		return err
	}
	shown, _, err := r.changePage(n, s)
	if err != nil {
		return err
	}
	return r.Show("substanceform.html", shown)
}

// readEntry reads what is written of a substance. Rows without a salt are left out.
func readEntry(in *page.Reader) lab.SubstanceEntry {
	e := lab.SubstanceEntry{
		Name: in.Text("name"), NameNL: in.Text("name_nl"), ShortName: in.Text("short_name"), Class: in.Text("class"), Role: lab.Role(in.Text("role")),
		Active: in.Text("active") == "yes", Psychoactive: in.Text("psychoactive") == "yes", CAS: in.Text("cas"), PubChemCID: in.Whole("pubchem_cid"), Formula: in.Text("formula"),
		MolarMass: in.Thousandths("molar_mass"),
	}
	for i := range saltRows {
		name := func(part string) string { return lab.SaltField(i+1, part) }
		if in.Text(name("salt")) == "" {
			for _, part := range []string{"molar_mass", "bases_per_salt"} {
				in.Mistakes.Check(in.Text(name(part)) == "", name("salt"), "Choose the salt.")
			}
			continue
		}
		e.Salts = append(e.Salts, lab.Salt{
			Salt: in.Text(name("salt")), MolarMass: in.Thousandths(name("molar_mass")), BasesPerSalt: in.Whole(name("bases_per_salt")), Usual: in.Text(name("usual")) == "yes",
		})
	}
	return e
}

// asTyped gives the mistakes in salts the rows in which they were typed.
func asTyped(in *page.Reader, err error) error {
	var typed []int
	for i := range saltRows {
		if in.Text(lab.SaltField(i+1, "salt")) != "" {
			typed = append(typed, i+1)
		}
	}
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	mistakes = slices.Clone(mistakes)
	for i := range mistakes {
		if row, part, ok := lab.ParseSaltField(mistakes[i].Field); ok && row <= len(typed) {
			mistakes[i].Field = lab.SaltField(typed[row-1], part)
		}
	}
	return mistakes
}

func changeSubstance(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, s, err := r.changeable()
	if err != nil {
		return err
	}
	e := readEntry(in)
	if err = in.Mistakes.Err(); err == nil {
		err = asTyped(in, r.server.Store.ChangeSubstance(r.Ctx(), r.Actor, s.ID, seenVersion(in), e, in.Text("another") == "yes"))
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		return r.substanceChanged(in, err)
	}
	return r.End(err, substanceAddress(s.ID)+"?done=entry", "substanceform.html", func() (any, *page.Form, error) {
		shown, _, err := r.changePage(n, s)
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		shown.Like, err = r.neighbours(n, in.Text("name"), s.ID)
		return shown, shown.Form, err
	})
}

// substanceChanged shows what somebody else has changed since the form was opened, beside
// what was typed.
func (r *request) substanceChanged(in *page.Reader, changed error) error {
	n, now, err := r.changeable()
	if err != nil {
		return err
	}
	shown, form, err := r.changePage(n, now)
	if err == nil {
		err = since(r, shown.Form, in.Typed, form)
	}
	if err != nil {
		return err
	}
	shown.Form.Set("version", strconv.Itoa(int(now.Version)))
	return r.Instead(changed, http.StatusConflict, "substanceform.html", shown)
}
