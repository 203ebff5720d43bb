package server

import (
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// substanceFacts are what is known of a substance, without what is not.
func (n naming) substanceFacts(s *lab.Substance) (facts []knownView) {
	add := func(label, text string) {
		if text != "" {
			facts = append(facts, knownView{n.texts.Text(label), text})
		}
	}
	add("page.dictionary.short_name", s.ShortName)
	if other := n.own(s.NameNL, s.Name); other != n.own(s.Name, s.NameNL) {
		add("page.dictionary.name_other", other)
	}
	add("page.dictionary.class", n.className(s.Class))
	add("page.dictionary.plain", n.own(n.words.Plain(s.Class)))
	add("page.dictionary.role", n.texts.Code(locale.Roles, string(s.Role)))
	add("page.dictionary.effect", n.effect(s.Active, s.Psychoactive))
	if !s.Reviewed {
		add("page.dictionary.said", n.texts.Code(locale.Roles, string(s.Said.Role))+"; "+n.effect(s.Said.Active, s.Said.Psychoactive))
	}
	add("page.dictionary.cas", s.CAS)
	if s.PubChemCID > 0 {
		add("page.dictionary.cid", strconv.Itoa(int(s.PubChemCID)))
	}
	add("page.dictionary.formula", s.Formula)
	if s.MolarMass > 0 {
		add("page.dictionary.molar_mass", n.thousandths(s.MolarMass, "g/mol"))
	}
	for _, x := range s.Salts {
		text := n.texts.Text("page.dictionary.salt_told", "Salt", n.basis(lab.Basis(x.Salt)), "Mass", n.thousandths(x.MolarMass, "g/mol"), "Count", int(x.BasesPerSalt))
		if x.Usual {
			text += " · " + n.texts.Text("page.dictionary.usual")
		}
		add("page.dictionary.salt", text)
	}
	for _, form := range append([]lab.Form{""}, lab.DosedForms()...) {
		if l := n.words.LastAlertLimit(s.ID, form); !l.Ends() {
			add("page.limits.one", n.limitAmount(&l)+" ("+n.limitedForm(form)+")")
		}
	}
	for i := range n.words.DoseBands {
		if b := &n.words.DoseBands[i]; n.words.Resolve(b.SubstanceID) == s.ID {
			add("page.dictionary.doses", n.doses(b))
		}
	}
	add("page.dictionary.line", n.line(s))
	return facts
}

// doses tells from where on a piece of a form holds much of a substance and what that rests on.
func (n naming) doses(b *lab.DoseBand) string {
	above := func(ng int64) string {
		if ng == 0 {
			return "–"
		}
		return n.amount(lab.Amount{Value: ng, Scale: lab.PerUnit})
	}
	reviewer := b.Reviewer
	if reviewer == "" {
		reviewer = n.texts.Text("page.dictionary.doses_unreviewed")
	}
	return n.texts.Text("page.dictionary.doses_told", "Form", n.texts.Code(locale.Forms, string(b.Form)),
		"High", above(b.High), "VeryHigh", above(b.VeryHigh), "Source", documented(b.Source), "Reviewer", reviewer)
}

func (n naming) effect(active, psychoactive bool) string {
	switch {
	case psychoactive:
		return n.texts.Text("page.dictionary.is_psychoactive")
	case active:
		return n.texts.Text("page.dictionary.is_active")
	}
	return n.texts.Text("page.dictionary.is_inert")
}
