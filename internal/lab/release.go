package lab

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"
)

// Result is what is released for a sample: the findings that decide, each from
// the analysis that is worth most for its substance. It is frozen with each
// version of a publication.
type Result struct {
	Level      Level       `json:"level"`
	Recognised bool        `json:"recognised,omitempty"` // all that is told rests on its looks
	Conclusion Conclusion  `json:"conclusion"`
	Methods    []MethodID  `json:"methods"` // all that were verified, in order of number
	Findings   []Released  `json:"findings"`
	Signatures []Signature `json:"signatures"`
	LeftOut    []LeftOut   `json:"left_out,omitempty"` // what was found, and does not stand in Findings

	BeingConfirmed bool `json:"being_confirmed,omitempty"` // released at once: a second person has yet to verify an analysis of it
	// CouldNotTell are those of Methods by which no analysis could tell what is in the sample.
	CouldNotTell []MethodID `json:"could_not_tell,omitempty"`
	// Of is the sample as it was when the result was released, as writeOf does: what is said
	// of a result does not change because somebody describes the sample anew. Results that
	// were released before this was kept have none.
	Of string `json:"of,omitempty"`
}

// Released is one finding of a released result.
type Released struct {
	SubstanceID SubstanceID `json:"substance"`
	Detection   Detection   `json:"detection"`
	Amount      Amount      `json:"amount"`
	Basis       Basis       `json:"basis,omitempty"`
	Base        int64       `json:"base,omitempty"`       // the amount as base, on its scale
	BaseKnown   bool        `json:"base_known,omitempty"` // whether Base is known
	Uncertainty int64       `json:"uncertainty,omitempty"`
	Stereo      Stereo      `json:"stereo,omitempty"`
	Abundance   Abundance   `json:"abundance,omitempty"`
	Role        Role        `json:"role"`
	Main        bool        `json:"main,omitempty"`
	MethodID    MethodID    `json:"method"`
	AnalysisID  ID          `json:"analysis"`
	Level       Level       `json:"level"`
	Peaks       int32       `json:"peaks,omitempty"`   // of what could not be identified: how many, where more than one
	MeanOf      []ID        `json:"mean_of,omitempty"` // the analyses of which the amount is the mean, where it is one

	SignedAs []SubstanceID `json:"-"` // of a result that is read: the merged entries as which it was signed
}

// HowMany is how many substances could not be identified.
func (f *Released) HowMany() int32 { return max(1, f.Peaks) }

// Value stores the text of the result.
func (r Result) Value() (driver.Value, error) { return r.Text() }

// Scan reads the JSON that Value stored.
func (r *Result) Scan(src any) error {
	var err error // what the JSON leaves out is zero, whatever was here before
	switch v := src.(type) {
	case string:
		*r, err = readResult(v)
	case []byte:
		*r, err = readResult(string(v))
	default:
		err = fmt.Errorf("cannot read %T as a result", src)
	}
	return err
}

// Propose makes the released result of a sample from its analyses. For each substance the
// verified analysis that is worth most of those that found it tells it; of equals the more
// informative detection, then the one marked as reported; of amounts that are close their
// mean. Order and day do not matter. A positive is left out where it is overruled, and then
// listed with the reason: see overruled. What is not overruled, and not confirmed by the
// highest level that concluded, stays as indicated, a trace as a trace. A class is told
// where no member explains it. An inconclusive analysis gives the result its level only
// where no other concluded. Only verified analyses count; without one it is refused.
func (d *Dictionary) Propose(f *File) (*Result, error) {
	f = d.Read(f)
	verified := f.verified()
	if len(verified) == 0 {
		return nil, errNothingVerified
	}
	for _, e := range verified {
		if d.Methods[e.Analysis.MethodID] == nil {
			return nil, fmt.Errorf("method %d: %w", e.Analysis.MethodID, ErrNotFound)
		}
		for _, f := range e.Findings {
			if d.Substances[f.SubstanceID] == nil {
				return nil, fmt.Errorf("substance %d: %w", f.SubstanceID, ErrNotFound)
			}
		}
	}
	top := leading(verified)
	r := &Result{Level: top.Analysis.Level, Conclusion: top.Analysis.Conclusion}
	if d.outrankedByDoubt(verified, top) {
		r.Conclusion = Inconclusive
	}
	for _, e := range verified {
		r.Methods = append(r.Methods, e.Analysis.MethodID)
		r.Signatures = append(r.Signatures, e.Analysis.Signature)
	}
	slices.Sort(r.Methods)
	r.Methods = slices.Compact(r.Methods)
	for _, id := range r.Methods {
		if !slices.ContainsFunc(verified, func(e Evidence) bool { return e.Analysis.MethodID == id && e.Analysis.Conclusion != Inconclusive }) {
			r.CouldNotTell = append(r.CouldNotTell, id)
		}
	}
	slices.Sort(r.Signatures)
	r.Signatures = slices.Compact(r.Signatures)
	d.decide(r, f, verified)
	if d.Methods[top.Analysis.MethodID].Kind == ListRecognition && !r.Recognised {
		r.Level = d.levelBesideLooks(verified)
	}
	d.assess(r, f)
	return r, nil
}

// errNothingVerified refuses a result that would rest on nothing.
var errNothingVerified = &MoveError{
	What: "result", From: "entered", To: "published", Format: "No analysis of the sample is verified.", Who: []UserRole{Verifier},
}

// leading is the analysis that gives a result its level, among those that count: the
// first that concluded.
func leading(verified []Evidence) *Evidence {
	return &verified[max(0, slices.IndexFunc(verified, func(e Evidence) bool { return e.Analysis.Conclusion != Inconclusive }))]
}

// outrankedByDoubt tells that a better analysis than the one that concluded could not tell: that
// a strip saw nothing, or that it looks like nothing that is known, does not settle that.
func (d *Dictionary) outrankedByDoubt(verified []Evidence, top *Evidence) bool {
	return slices.ContainsFunc(verified, func(e Evidence) bool {
		instead := cmp.Or(
			compareBool(d.Methods[e.Analysis.MethodID].Kind.weakest(), d.Methods[top.Analysis.MethodID].Kind.weakest()),
			e.Analysis.byLevel(&top.Analysis),
		)
		return e.Analysis.Conclusion == Inconclusive && instead < 0
	})
}

// levelBesideLooks is the level of a result that does not rest on looks: of what concluded
// beside them. Where nothing did, what is told is an indication.
func (d *Dictionary) levelBesideLooks(verified []Evidence) Level {
	for _, e := range verified {
		if e.Analysis.Conclusion != Inconclusive && d.Methods[e.Analysis.MethodID].Kind != ListRecognition {
			return e.Analysis.Level
		}
	}
	return Presumptive
}

// byLevel puts the analysis of the higher level first; those of one level are worth the
// same, but for the one that is reported.
func (a *Analysis) byLevel(b *Analysis) int { return cmp.Compare(b.Level.Rank(), a.Level.Rank()) }

// byWorth puts the analysis that is worth most first. The order of entry and the day do not
// matter, but among runs of one method, which it settles.
func byWorth(a, b Evidence) int {
	return cmp.Or(
		a.Analysis.byLevel(&b.Analysis),
		compareBool(b.Analysis.Reported, a.Analysis.Reported),
		cmp.Compare(a.Analysis.MethodID, b.Analysis.MethodID),
		a.Analysis.ID.Compare(b.Analysis.ID),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// decide takes over what the analyses found, a line a substance, and lists what is left out.
func (d *Dictionary) decide(r *Result, f *File, verified []Evidence) {
	standing, left := d.positives(f, verified)
	r.Recognised = d.recognised(verified, standing)
	for id, list := range standing {
		if !d.explained(id, list, standing) {
			r.Findings = append(r.Findings, d.release(r, list))
		}
	}
	if peaks := mostPeaks(verified); peaks != nil {
		r.Findings = append(r.Findings, *peaks)
	}
	slices.SortFunc(r.Findings, func(a, b Released) int { return cmp.Compare(a.SubstanceID, b.SubstanceID) })
	d.leaveOut(r, left, standing)
	aboveTrace := slices.ContainsFunc(r.Findings, func(f Released) bool { return f.Detection != Trace })
	switch {
	case aboveTrace || len(r.Findings) > 0 && r.Conclusion != Inconclusive:
		r.Conclusion = HasFindings // traces alone do not settle what could not be told
	case r.Conclusion == HasFindings:
		r.Conclusion = NothingSeen // a lesser finding that was overruled
	}
}

// recognised tells that nothing is told but what the sample looks like: no instrument
// analysed it, and what else was tried, such as a strip, found nothing that is told.
func (d *Dictionary) recognised(verified []Evidence, standing map[SubstanceID][]positive) bool {
	looks, only := false, true
	for _, e := range verified {
		kind := d.Methods[e.Analysis.MethodID].Kind
		if kind.instrumental() {
			return false
		}
		looks, only = looks || kind == ListRecognition, only && kind == ListRecognition
	}
	for _, list := range standing {
		if list[0].method.Kind != ListRecognition {
			return false
		}
	}
	return looks && (only || len(standing) > 0 && mostPeaks(verified) == nil)
}

// positives sorts out what was found: by substance what stands, the one that is told first,
// and what is overruled.
func (d *Dictionary) positives(f *File, verified []Evidence) (standing map[SubstanceID][]positive, left []LeftOut) {
	standing = map[SubstanceID][]positive{}
	for i := range verified {
		e := &verified[i]
		for j := range e.Findings {
			p := positive{e, &e.Findings[j], d.Methods[e.Analysis.MethodID]}
			if !p.Detection.Found() && (p.Detection != Unidentified || p.Finding.SetAside == "") {
				continue
			}
			if why, by := d.overruled(f, verified, p); why != "" {
				left = append(left, p.leftOut(why, by))
				continue
			}
			standing[p.SubstanceID] = append(standing[p.SubstanceID], p)
		}
	}
	for _, list := range standing {
		slices.SortFunc(list, byTold)
	}
	return standing, left
}

func (p *positive) leftOut(why WhyLeftOut, by MethodID) LeftOut {
	return LeftOut{
		SubstanceID: p.SubstanceID, Detection: p.Detection, Amount: p.Amount, Basis: p.Basis, MethodID: p.Analysis.MethodID,
		AnalysisID: p.Analysis.ID, Why: why, By: by, SetAside: p.Finding.SetAside, With: p.SetAsideWith,
	}
}

// explained tells that each finding of a class is one of a member, or of a narrower class,
// that another analysis found, and the one that found the class did not.
func (d *Dictionary) explained(class SubstanceID, found []positive, standing map[SubstanceID][]positive) bool {
	return !slices.ContainsFunc(found, func(c positive) bool {
		for id := range standing {
			if d.standsFor(class, id) && c.Evidence.Finding(id) == nil {
				return false
			}
		}
		return true
	})
}

// mostPeaks is what could not be identified, of the analysis that saw most of it: nil where
// none did. Nobody can say which of it two analyses have in common.
func mostPeaks(verified []Evidence) (most *Released) {
	for i := range verified {
		a := &verified[i].Analysis
		for _, f := range verified[i].Findings {
			if f.Detection == Unidentified && f.SetAside == "" && (most == nil || f.HowMany() > most.HowMany()) {
				most = &Released{SubstanceID: f.SubstanceID, Detection: Unidentified, Peaks: f.Peaks, Abundance: f.Abundance, MethodID: a.MethodID, AnalysisID: a.ID, Level: a.Level}
			}
		}
	}
	return most
}

// leaveOut lists what is left out: of a substance that is told for all that, what a verifier
// set aside and says more, and an amount in the place of which another is told.
func (d *Dictionary) leaveOut(r *Result, left []LeftOut, standing map[SubstanceID][]positive) {
	for _, x := range left {
		told := find(r.Findings, func(f *Released) bool { return f.SubstanceID == x.SubstanceID })
		if len(standing[x.SubstanceID]) == 0 || told != nil && x.Why == LeftSetAside && d.saysOtherwise(x, told) {
			r.LeftOut = append(r.LeftOut, x)
		}
	}
	for i := range r.Findings {
		list := standing[r.Findings[i].SubstanceID]
		for j := range list {
			if r.Findings[i].Detection != Quantified {
				break // no amount is told, so none takes the place of another
			}
			if why := d.replaces(list[0], list[j]); why != "" {
				r.LeftOut = append(r.LeftOut, list[j].leftOut(why, list[0].Analysis.MethodID))
			}
		}
	}
	slices.SortFunc(r.LeftOut, byLeftOut)
}

// saysOtherwise tells that what is left out says more of its substance than is told of it, or
// another amount.
func (d *Dictionary) saysOtherwise(x LeftOut, told *Released) bool {
	if x.Detection != Quantified || told.Detection != Quantified {
		return x.Detection.TellsMore(told.Detection)
	}
	f := &Finding{SubstanceID: x.SubstanceID, Amount: x.Amount, Basis: x.Basis}
	return x.Amount.Scale != told.Amount.Scale || apart(d.toCompare(f), d.toCompare(told.finding()))
}

// byLeftOut orders what is left out by substance, method and analysis.
func byLeftOut(a, b LeftOut) int {
	return cmp.Or(cmp.Compare(a.SubstanceID, b.SubstanceID), cmp.Compare(a.MethodID, b.MethodID), a.AnalysisID.Compare(b.AnalysisID))
}

// proves tells that what was found is told as it was reported: by an analysis of the level of
// the result. A colour never is, nor what a sample looks like where anything else was tried
// that tells something.
func (r *Result) proves(p positive) bool {
	switch p.method.Kind {
	case Reagent:
		return false
	case ListRecognition:
		return r.Recognised
	}
	return p.Analysis.Level.Rank() >= r.Level.Rank()
}

// release is what is told of a substance that was found.
func (d *Dictionary) release(r *Result, found []positive) Released {
	p := found[0]
	released := Released{
		SubstanceID: p.SubstanceID, Detection: p.Detection, Amount: p.Amount, Basis: p.Basis, Uncertainty: p.Uncertainty,
		Stereo: p.Stereo, Abundance: p.Abundance, MethodID: p.Analysis.MethodID, AnalysisID: p.Analysis.ID, Level: p.Analysis.Level,
	}
	if p.Detection.Counts() && !r.proves(p) {
		released.Detection, released.Amount, released.Basis, released.Uncertainty = Indicated, Amount{}, "", 0
	}
	if released.Detection == Quantified {
		d.setMean(&released, d.tied(found))
		released.Base, released.BaseKnown = d.Substances[p.SubstanceID].ToBase(released.Amount.Value, released.Basis)
	}
	return released
}

// assess gives each finding its role and says which are main components.
func (d *Dictionary) assess(r *Result, f *File) {
	for i := range r.Findings {
		r.Findings[i].Role = d.roleBeside(r, r.Findings[i].SubstanceID, f)
	}
	for i := range r.Findings {
		r.Findings[i].Main = d.main(r, &r.Findings[i])
	}
}

// main tells whether a finding is a main component: by the source's own account;
// else, when it was quantified, if no rival was quantified in a larger amount;
// else, when it was only identified, if it has no rival. Rivals are active
// substances above a trace, of which not both are expected.
func (d *Dictionary) main(r *Result, f *Released) bool {
	if f.Abundance != "" {
		return f.Abundance == Primary
	}
	if f.Detection != Quantified && f.Detection != Identified {
		return false
	}
	for i := range r.Findings {
		rival := &r.Findings[i]
		if rival == f || rival.Role == RoleExpected && f.Role == RoleExpected || !d.Substances[rival.SubstanceID].Active {
			continue
		}
		if f.Detection == Identified && (rival.Detection == Identified || rival.Detection == Quantified) {
			return false
		}
		larger := rival.Amount.Scale == f.Amount.Scale && comparable(rival.Amount, rival.Base, rival.BaseKnown) > comparable(f.Amount, f.Base, f.BaseKnown)
		if rival.Detection == Quantified && larger {
			return false
		}
	}
	return true
}

// checkCeilings refuses a result in which a substance is above its ceiling.
func (d *Dictionary) checkCeilings(r *Result, form Form) FieldErrors {
	var errs FieldErrors
	for i, f := range r.Findings {
		if f.BaseKnown && f.Amount.Scale == MassFraction {
			checkCeiling(&errs, FindingField(i, "amount"), d.Substances[f.SubstanceID], f.Base, form)
		}
	}
	return errs
}

// checkCeiling notes a powder or crystal that would hold more base than the pure
// salt does: the amount or its basis is wrong.
func checkCeiling(errs *FieldErrors, field string, s *Substance, base int64, form Form) {
	if !form.Dry() {
		return
	}
	errs.Check(base <= s.Ceiling(), field,
		"%s as base is more than the purest salt holds (%s): correct the amount or its basis.",
		Amount{Value: base, Scale: MassFraction, Decimals: 1}, Amount{Value: s.Ceiling(), Scale: MassFraction, Decimals: 1})
}
