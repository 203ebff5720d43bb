package server

import (
	"errors"
	"slices"

	"marquis/internal/lab"
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
func (r *request) offerProposal(n naming, row *findingRow, typed string) {
	a := n.words.AskName(typed)
	if !a.IsNew() {
		return
	}
	name := func(part string) string { return "findings." + row.Number + "." + part }
	p := &proposalFields{
		Class: r.Input(name("class"), page.SelectField, "page.propose.class"),
		Why:   r.Hint(r.Input(name("why"), page.TextField, "page.propose.why"), "page.propose.why_hint"),
	}
	for _, near := range a.Neighbours {
		class := n.words.Classes[near.Substance.Class]
		p.Like = append(p.Like, near.Name+" ("+n.own(class.NameEN, class.NameNL)+")")
	}
	if a.Kind == lab.NearName {
		p.Another = r.Input(name("another"), page.CheckField, "page.propose.another")
	}
	for _, c := range n.words.Classes {
		if c.Code != lab.UnidentifiedClass {
			p.Class.Options = append(p.Class.Options, page.Option{Value: c.Code, Label: n.own(c.NameEN, c.NameNL)})
		}
	}
	slices.SortFunc(p.Class.Options, func(a, b page.Option) int { return compareFolded(a.Label, b.Label) })
	row.Proposal = p
}

// wantedSubstance is a substance that is proposed with a finding of it, in its row.
type wantedSubstance struct {
	lab.Proposal
	finding lab.Finding
	row     int
}

// readProposal reads the substance that a row proposes, and its mistakes.
func readProposal(r *page.Reader, d *lab.Dictionary, number int) *lab.Proposal {
	text := func(part string) string { return r.Text(lab.FindingField(number, part)) }
	p := lab.Proposal{Name: text("substance"), Class: text("class"), Why: text("why"), Another: text("another") == "yes"}
	for _, m := range d.CheckProposal(p) {
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
