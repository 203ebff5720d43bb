package server

import (
	"errors"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// proposalFields ask what is to be known of a substance that the dictionary lacks.
type proposalFields struct {
	Like                []string    // names that are nearly the same, with their classes
	Another, Class, Why *page.Field // Another is nil where no name is nearly the same
}

func (p *proposalFields) fields() []*page.Field {
	if p.Another == nil {
		return []*page.Field{p.Class, p.Why}
	}
	return []*page.Field{p.Another, p.Class, p.Why}
}

// offerProposal asks for what is to be known of a substance, where the name that was typed
// can become one.
func (r *request) offerProposal(n naming, row *findingRow, typed string) (err error) {
	a := n.words.AskName(typed)
	if !a.IsNew() {
		return nil
	}
	name := func(part string) string { return "findings." + row.Number + "." + part }
	p := &proposalFields{
		Class: r.classField(n, name("class"), "page.propose.class"),
		Why:   r.Hint(r.Input(name("why"), page.TextField, "page.propose.why"), "page.propose.why_hint"),
	}
	if p.Like, err = r.neighbours(n, typed, 0); err != nil {
		return err
	}
	if a.Kind == lab.NearName {
		p.Another = r.Input(name("another"), page.CheckField, "page.propose.another")
	}
	row.Proposal = p
	return nil
}

// neighbours names what is nearly called like what was typed, but for one, each with its class
// and the amounts that are usual; and says that there are some whose names are not told.
func (r *request) neighbours(n naming, typed string, but lab.SubstanceID) (list []string, err error) {
	asked := n.words.AskName(typed).ToldTo(r.Actor)
	for _, near := range asked.Neighbours {
		if near.Substance.ID == but {
			continue
		}
		said := []string{n.className(near.Substance.Class)}
		if name := n.substance(near.Substance.ID); lab.Fold(name) != lab.Fold(near.Name) {
			said = slices.Insert(said, 0, name)
		}
		usual, err := r.server.Store.UsualAmounts(r.Ctx(), r.Actor, near.Substance.ID, r.day().Year())
		if err != nil {
			return nil, err
		}
		for _, u := range usual {
			amount := lab.Amount{Value: u.Base, Scale: u.Scale, Decimals: 1}
			said = append(said, r.Texts.Text("page.propose.usual", "Amount", n.amount(amount), "Form", r.Texts.Code(locale.Forms, string(u.Form))))
		}
		list = append(list, near.Name+" ("+strings.Join(said, "; ")+")")
	}
	if asked.HidesNeighbours() {
		list = append(list, r.Texts.Text("page.propose.hidden"))
	}
	return list, nil
}

// wantedSubstance is a substance that is proposed with a finding of it, in its row.
type wantedSubstance struct {
	lab.Proposal
	finding lab.Finding
	row     int
}

// readProposal reads the substance that a row proposes, and its mistakes.
func readProposal(r *page.Reader, d *lab.Dictionary, by lab.Actor, number int) *lab.Proposal {
	text := func(part string) string { return r.Text(lab.FindingField(number, part)) }
	p := lab.Proposal{Name: text("substance"), Class: text("class"), Why: text("why"), Another: text("another") == "yes"}
	for _, m := range d.CheckProposal(p, by) {
		m.Field = lab.FindingField(number, m.Field)
		r.Mistakes = append(r.Mistakes, m)
	}
	return &p
}

// propose records the substances that are proposed, and adds their findings to the rest.
func (r *request) propose(found *typedFindings) error {
	for _, w := range found.wanted {
		s, err := r.server.Store.ProposeSubstance(r.Ctx(), r.Actor, r.Service.ID, w.Proposal)
		var mistakes lab.FieldErrors
		if errors.As(err, &mistakes) { // the dictionary is not what it was when the name was read
			mistakes = slices.Clone(mistakes)
			for i := range mistakes {
				mistakes[i].Field = lab.FindingField(w.row, mistakes[i].Field)
			}
			return mistakes
		}
		if err != nil {
			return err
		}
		w.finding.SubstanceID = s.ID
		found.list, found.rows = append(found.list, w.finding), append(found.rows, w.row)
	}
	found.wanted = nil
	return nil
}
