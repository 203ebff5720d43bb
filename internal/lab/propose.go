package lab

import "strings"

// Proposal is a substance that somebody needs and the dictionary lacks.
type Proposal struct {
	Name    string
	Class   string // code of the class in which it is
	Why     string
	Another bool // somebody has looked at the names that are nearly the same: it is another substance
}

// MayPropose refuses an actor who may not propose substances: it takes who enters analyses at
// the service.
func MayPropose(by Actor, service ServiceID) error { return may(EnterAnalysis, by, service) }

// CheckProposal reports the mistakes of a proposal to who makes it: of a name that is none
// nothing else.
func (d *Dictionary) CheckProposal(p Proposal, by Actor) (errs FieldErrors) {
	a := d.AskName(p.Name).ToldTo(by)
	a.Check(&errs, "substance", p.Another)
	if !a.IsNew() {
		return errs
	}
	if p.Class == "" && strings.TrimSpace(p.Why) == "" && a.Kind == NewName {
		errs.Check(false, "substance", "%q is not in the dictionary. If that is its name, choose its class and say why it is needed: it can be used at once, and somebody else reviews it.", shortened(p.Name))
		return errs
	}
	class, known := d.Classes[p.Class]
	errs.Check(known && class.Code != UnidentifiedClass, "class", "Choose the class of the substance; if nobody knows it, choose other substances.")
	errs.Check(strings.TrimSpace(p.Why) != "", "why", "Say how it was identified.")
	checkFree(&errs, "why", p.Why, maxReason)
	return errs
}

// ProposeSubstance adds a substance that nobody has reviewed yet, active and psychoactive by
// precaution, under the next local number; it can be used at once. One that is known by the
// name, perhaps since somebody else proposed it, is returned as it is: fresh is false. A
// name that is none is refused, and one that is nearly a known one unless it is another.
func (d *Dictionary) ProposeSubstance(p Proposal, by Actor, at Instant) (s *Substance, fresh bool, err error) {
	if err := d.CheckProposal(p, by).Err(); err != nil {
		return nil, false, err
	}
	a := d.AskName(p.Name)
	if a.Substance != nil {
		return a.Substance, false, nil
	}
	if s, err = d.AddSubstance(a.Typed); err != nil {
		return nil, false, err
	}
	s.Class, s.ChangedBy = p.Class, by.UserID
	s.Provenance = Provenance{ProposedBy: by.UserID, ProposedAt: at, ProposedWhy: strings.TrimSpace(p.Why)}
	return s, true, nil
}

// ToldTo is a substance without what other services than the actor's have said of it: who
// proposed it there, and why.
func (s *Substance) ToldTo(by Actor) *Substance {
	x := *s
	x.Provenance, x.Proposals = Provenance{ReviewedBy: s.ReviewedBy, ReviewedAt: s.ReviewedAt}, nil
	for _, p := range s.Proposals {
		if !by.SeesProposal(p.ServiceID) {
			continue
		}
		x.Proposals = append(x.Proposals, p)
		if p.ProposedBy == s.ProposedBy && p.ProposedAt == s.ProposedAt {
			x.Provenance = s.Provenance
		}
	}
	return &x
}
