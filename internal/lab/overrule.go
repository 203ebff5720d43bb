package lab

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// WhyLeftOut says why a verified finding does not stand in a released result.
type WhyLeftOut string

// The reasons for which a finding is left out.
const (
	LeftWeakest  WhyLeftOut = "weakest"   // a reagent or list of looks, and an instrument that did not see it
	LeftFiner    WhyLeftOut = "finer"     // a finer method of a higher level did not see it
	LeftSetAside WhyLeftOut = "set_aside" // by a verifier, with a reason
	LeftReported WhyLeftOut = "reported"  // another amount of the same substance is marked as the one to report
	LeftApart    WhyLeftOut = "apart"     // another amount of the same substance is told, in which this one cannot be told
)

// WhysLeftOut is the vocabulary of WhyLeftOut.
var WhysLeftOut = Vocabulary[WhyLeftOut]{LeftWeakest, LeftFiner, LeftSetAside, LeftReported, LeftApart}

// SetAside is the reason for which a verifier sets a finding aside.
type SetAside string

// The reasons for setting a finding aside.
const (
	NegativeOnDilution SetAside = "negative_on_dilution"
	CrossReaction      SetAside = "cross_reaction" // which is known; with what is said
	FinerRepeat        SetAside = "finer_repeat"   // repeated with a finer method
)

// SetAsides is the vocabulary of SetAside.
var SetAsides = Vocabulary[SetAside]{NegativeOnDilution, CrossReaction, FinerRepeat}

// Aside says that a finding of a substance is set aside, why, and what the verifier says of
// it. Without a reason it stands.
type Aside struct {
	SubstanceID SubstanceID
	Why         SetAside
	With        string
}

// AsideField names a part of the reasons for which a finding is set aside: "aside.7.why".
func AsideField(id SubstanceID, part string) string {
	return "aside." + strconv.Itoa(int(id)) + "." + part
}

// SetAside sets findings of a verified analysis aside, or lets them stand again: by a
// verifier who has not entered it, each with its reason. Of a cross-reaction it is said with
// what. Findings that are not named stay as they are; of one that found nothing there is
// nothing to set aside.
func (e *Evidence) SetAside(by Actor, list ...Aside) error {
	if _, err := e.Analysis.may(SetAsideFindings, by, nil); err != nil {
		return err
	}
	var errs FieldErrors
	findings := slices.Clone(e.Findings)
	for _, x := range list {
		f := find(findings, func(f *Finding) bool { return f.SubstanceID == x.SubstanceID })
		if f == nil || f.Detection == NotDetected {
			return ErrNotFound
		}
		x.With = strings.TrimSpace(x.With)
		checkOptional(&errs, AsideField(x.SubstanceID, "why"), x.Why, SetAsides)
		checkFree(&errs, AsideField(x.SubstanceID, "with"), x.With, maxReason)
		errs.Check(x.Why != CrossReaction || x.With != "", AsideField(x.SubstanceID, "with"), "Say with what it reacts.")
		errs.Check(x.Why != "" || x.With == "", AsideField(x.SubstanceID, "why"), "Choose the reason, or leave both empty.")
		f.SetAside, f.SetAsideWith = x.Why, x.With
	}
	if err := errs.Err(); err != nil {
		return err
	}
	e.Findings = findings
	return nil
}

// LeftOut is a verified finding that a released result leaves out, although it found
// something.
type LeftOut struct {
	SubstanceID SubstanceID `json:"substance"`
	Detection   Detection   `json:"detection"`
	Amount      Amount      `json:"amount"`
	Basis       Basis       `json:"basis,omitempty"`
	MethodID    MethodID    `json:"method"`
	AnalysisID  ID          `json:"analysis"`
	Why         WhyLeftOut  `json:"why"`
	By          MethodID    `json:"by,omitempty"`        // the method that overrules it
	SetAside    SetAside    `json:"set_aside,omitempty"` // a verifier's reason
	With        string      `json:"with,omitempty"`      // what the verifier says of it
}

// Field names the confirmation of what is left out, by what it is and why: a tick that was
// kept is of this finding, and of no other that has taken its place.
func (x *LeftOut) Field() string {
	return "left_out." + x.AnalysisID.String() + "." + strconv.Itoa(int(x.SubstanceID)) + "." + string(x.Why)
}

// LeftOutFields are the names of what has to be confirmed before the result is released.
func (r *Result) LeftOutFields() (names []string) {
	for i := range r.LeftOut {
		names = append(names, r.LeftOut[i].Field())
	}
	return names
}

// CheckLeftOut refuses a result that leaves out what was not confirmed, one by one, by the
// names of LeftOutFields.
func (r *Result) CheckLeftOut(confirmed []string) error {
	var errs FieldErrors
	for _, name := range r.LeftOutFields() {
		errs.Check(slices.Contains(confirmed, name), name, "This finding is left out: tick that it is, or set it right first.")
	}
	return errs.Err()
}

// weakest tells that what the method finds is the weakest evidence: a resemblance to what
// is known, or a colour.
func (k MethodKind) weakest() bool { return k == ListRecognition || k == Reagent }

// instrumental tells that the method reads an instrument, not a colour, a line or a spot.
func (k MethodKind) instrumental() bool { return !k.weakest() && k != Strip && k != TLC }

// scopeOf is what the scope of a method says of a substance: the row that names it, or
// else the one of the narrowest class that holds it. An open scope lists nothing.
func (d *Dictionary) scopeOf(m *Method, id SubstanceID) *MethodScope {
	if m == nil || m.OpenScope {
		return nil
	}
	lists := func(id SubstanceID) *MethodScope { return d.Row(m, id) }
	row, class := lists(id), ""
	if s := d.Substances[id]; s != nil {
		class = s.Class
	}
	for range d.Classes {
		if row != nil || class == "" {
			break
		}
		if entry, stands := d.classEntries[class]; stands {
			row = lists(entry)
		}
		class = d.Classes[class].Parent
	}
	return row
}

// Row is the row of a scope that names a substance. Of several, which name entries that
// became one, the one that rules out least stands: without a limit, or with the highest.
func (d *Dictionary) Row(m *Method, id SubstanceID) (row *MethodScope) {
	for i := range m.Scope {
		x := &m.Scope[i]
		switch {
		case d.Resolve(x.SubstanceID) != d.Resolve(id):
		case row == nil, x.LOD.Value == 0:
			row = x
		case row.LOD.Value != 0 && x.LOD.Scale == row.LOD.Scale && x.LOD.Value > row.LOD.Value:
			row = x
		case row.LOD.Value != 0 && x.LOD.Scale != row.LOD.Scale:
			row = &MethodScope{MethodID: m.ID, SubstanceID: x.SubstanceID} // limits in two units are none
		}
	}
	return row
}

// standsFor tells that an entry is that of a class which holds the substance, or the class
// that another entry stands for.
func (d *Dictionary) standsFor(entry, id SubstanceID) bool {
	class, member := d.Substances[entry], d.Substances[id]
	return class != nil && member != nil && class != member && class.WholeClass && d.Within(member.Class, class.Class)
}

// Covers tells whether the method can see the substance, or any member of the class that
// the entry stands for.
func (d *Dictionary) Covers(m *Method, id SubstanceID) bool {
	return m != nil && (m.OpenScope || d.scopeOf(m, id) != nil)
}

// Outside tells that the method found what its scope does not list: it may, for a scope
// says what a method rules out. What could not be identified is in no scope.
func (d *Dictionary) Outside(m *Method, f *Finding) bool {
	return m != nil && f.Detection.Found() && !d.Covers(m, f.SubstanceID)
}

// coversMembers tells that the scope lists all members of the class that are known.
func (d *Dictionary) coversMembers(m *Method, class SubstanceID) bool {
	if m.OpenScope {
		return false
	}
	some := false
	for id, s := range d.Substances {
		if s.WholeClass || !d.standsFor(class, id) {
			continue
		}
		if d.scopeOf(m, id) == nil {
			return false
		}
		some = true
	}
	return some
}

// denies tells that an analysis says that the substance is not there: in so many words, or
// because its list names it and it reports nothing of it. What could not tell does not deny
// by its silence.
func (d *Dictionary) denies(e *Evidence, id SubstanceID) bool {
	if f := e.Finding(id); f != nil {
		return f.Detection == NotDetected
	}
	if e.Analysis.Conclusion == Inconclusive || d.findsMember(e, id) {
		return false
	}
	return d.scopeOf(d.Methods[e.Analysis.MethodID], id) != nil
}

// findsMember tells that the analysis found a member of the class that the entry stands for,
// or the class of the substance.
func (d *Dictionary) findsMember(e *Evidence, id SubstanceID) bool {
	return slices.ContainsFunc(e.Findings, func(f Finding) bool {
		return f.Detection.Found() && (d.standsFor(id, f.SubstanceID) || d.standsFor(f.SubstanceID, id))
	})
}

// positive is a finding that found its substance, with its analysis.
type positive struct {
	*Evidence
	*Finding
	method *Method
}

// overruled tells why a positive does not stand, and by which method: empty where it does.
func (d *Dictionary) overruled(f *File, verified []Evidence, p positive) (why WhyLeftOut, by MethodID) {
	if p.Finding.SetAside != "" {
		return LeftSetAside, 0
	}
	for i := range verified {
		other := &verified[i]
		method := d.Methods[other.Analysis.MethodID]
		switch {
		case other == p.Evidence:
		case p.method.Kind.weakest():
			sees := d.denies(other, p.SubstanceID) || d.coversMembers(method, p.SubstanceID) && d.silent(other, p.SubstanceID)
			if method.Kind.instrumental() && sees {
				return LeftWeakest, method.ID
			}
		case method.Kind.weakest(): // what does not look like it, or colours otherwise, rules nothing out
		case other.Analysis.Level.Rank() > p.Analysis.Level.Rank() && d.denies(other, p.SubstanceID) && d.finer(f, method, p):
			return LeftFiner, method.ID
		}
	}
	return "", 0
}

// silent tells that an analysis which could tell says nothing of the class.
func (d *Dictionary) silent(e *Evidence, class SubstanceID) bool {
	return e.Finding(class) == nil && e.Analysis.Conclusion != Inconclusive && !d.findsMember(e, class)
}

// finer tells that the method would have seen what the other found: its limit of detection
// is known, in the same unit, and not above the amount that was reported; without an amount
// not above the limit of the other.
func (d *Dictionary) finer(f *File, m *Method, p positive) bool {
	row := d.scopeOf(m, p.SubstanceID)
	if row == nil || row.LOD.Value == 0 {
		return false
	}
	against := Amount{}
	if p.Detection == Quantified {
		against = Amount{Value: d.toCompare(p.Finding), Scale: p.Amount.Scale}
	} else if own := d.scopeOf(p.method, p.SubstanceID); own != nil {
		against = own.LOD
	}
	limit, ok := row.LOD.inScale(against.Scale, f.Sample.WeightUG)
	// One step of the scale may stand for less: a limit finer than that is kept as one.
	return ok && against.Value > 1 && limit <= against.Value
}

// inScale is the amount on another scale: an amount per unit is a mass fraction of what the
// unit weighs, in micrograms. It is rounded up, for a limit is never finer than was stated. It
// tells false where they cannot be told in one another.
func (a Amount) inScale(scale Scale, weightUG int64) (int64, bool) {
	const ngPerUG = 1000
	switch {
	case a.Scale == scale:
		return a.Value, true
	case weightUG <= 0:
		return 0, false
	case a.Scale == PerUnit && scale == MassFraction:
		return mulDivUp(a.Value, maxAmount[MassFraction], weightUG*ngPerUG), true
	case a.Scale == MassFraction && scale == PerUnit:
		return mulDivUp(a.Value, weightUG*ngPerUG, maxAmount[MassFraction]), true
	}
	return 0, false
}

// told is the rank of a detection among those of equals: the more informative first.
func (d Detection) told() int {
	return slices.Index([]Detection{Quantified, Identified, BelowLOQ, Trace, Indicated}, d)
}

// TellsMore tells that a detection is more informative than another.
func (d Detection) TellsMore(than Detection) bool {
	rank := func(d Detection) int {
		if i := d.told(); i >= 0 {
			return i
		}
		return len(Detections) // neither named nor found
	}
	return rank(d) < rank(than)
}

// sameWorth compares two positives by what they are worth: an instrument, a strip or a spot
// before the weakest evidence, then the higher level.
func sameWorth(a, b positive) int {
	return cmp.Or(
		compareBool(!b.method.Kind.weakest(), !a.method.Kind.weakest()),
		a.Analysis.byLevel(&b.Analysis),
	)
}

// byTold puts the positive first that is told: the one of the most worth, then the more
// informative, then the marked one. The rest settles the order where what is told does not
// depend on it, but for the analysis that is named.
func byTold(a, b positive) int {
	return cmp.Or(
		sameWorth(a, b),
		cmp.Compare(a.Detection.told(), b.Detection.told()),
		compareBool(b.Analysis.Reported, a.Analysis.Reported),
		cmp.Compare(b.Stereo, a.Stereo),
		cmp.Compare(b.Abundance, a.Abundance),
		cmp.Compare(a.Analysis.MethodID, b.Analysis.MethodID),
		cmp.Compare(b.Amount.Value, a.Amount.Value),
		cmp.Compare(a.Basis, b.Basis),
		cmp.Compare(b.Uncertainty, a.Uncertainty),
		a.Analysis.ID.Compare(b.Analysis.ID),
	)
}
