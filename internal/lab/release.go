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
	Recognised bool        `json:"recognised,omitempty"` // by list recognition alone
	Conclusion Conclusion  `json:"conclusion"`
	Methods    []MethodID  `json:"methods"` // all that were verified, in order of number
	Findings   []Released  `json:"findings"`
	Signatures []Signature `json:"signatures"`
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
}

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

// Propose makes the released result of a sample from its analyses. For each
// substance the verified analysis of the highest level whose method covers it
// decides; among equals the one marked as reported, then one that quantified it,
// then the latest. What a lesser method found outside the scope of the highest
// stays, as indicated (a trace as a trace); so does what a method of open scope
// does not report, because no list says that it would have seen it. An
// inconclusive analysis gives the result its level only where no other concluded.
// Only verified analyses count; without one it is refused.
func (d *Dictionary) Propose(f *File) (*Result, error) {
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
	r := &Result{Level: top.Analysis.Level, Conclusion: top.Analysis.Conclusion, Recognised: true}
	for _, e := range verified {
		r.Methods = append(r.Methods, e.Analysis.MethodID)
		r.Signatures = append(r.Signatures, e.Analysis.Signature)
		r.Recognised = r.Recognised && d.Methods[e.Analysis.MethodID].Kind == ListRecognition
	}
	slices.Sort(r.Methods)
	r.Methods = slices.Compact(r.Methods)
	slices.Sort(r.Signatures)
	r.Signatures = slices.Compact(r.Signatures)
	d.decide(r, verified)
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

// byLevel puts the analysis of the higher level first; those of one level are worth the
// same, but for the one that is reported.
func (a *Analysis) byLevel(b *Analysis) int { return cmp.Compare(b.Level.Rank(), a.Level.Rank()) }

// byWorth puts the analysis that is worth most first.
func byWorth(a, b Evidence) int {
	return cmp.Or(
		a.Analysis.byLevel(&b.Analysis),
		compareBool(b.Analysis.Reported, a.Analysis.Reported),
		cmp.Compare(b.Analysis.PerformedOn, a.Analysis.PerformedOn),
		b.Analysis.ID.Compare(a.Analysis.ID),
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

// decide takes over, for each substance that any analysis reports, the finding of
// the analysis that decides on it.
func (d *Dictionary) decide(r *Result, verified []Evidence) {
	seen := map[SubstanceID]bool{}
	for _, e := range verified {
		for _, f := range e.Findings {
			if seen[f.SubstanceID] {
				continue
			}
			seen[f.SubstanceID] = true
			by, finding := d.deciding(verified, f.SubstanceID)
			if finding != nil && finding.Detection != NotDetected {
				r.Findings = append(r.Findings, d.release(r, by, finding))
			}
		}
	}
	slices.SortFunc(r.Findings, func(a, b Released) int { return cmp.Compare(a.SubstanceID, b.SubstanceID) })
	aboveTrace := slices.ContainsFunc(r.Findings, func(f Released) bool { return f.Detection != Trace })
	switch {
	case aboveTrace || len(r.Findings) > 0 && r.Conclusion != Inconclusive:
		r.Conclusion = HasFindings // traces alone do not settle what could not be told
	case r.Conclusion == HasFindings:
		r.Conclusion = NothingSeen // a lesser finding that the highest level did not confirm
	}
}

// deciding returns the analysis that decides on a substance, and its finding or
// nil where it saw none.
func (d *Dictionary) deciding(verified []Evidence, id SubstanceID) (Analysis, *Finding) {
	best, found := -1, (*Finding)(nil)
	for i, e := range verified {
		method, f := d.Methods[e.Analysis.MethodID], e.Finding(id)
		if f == nil && (!method.Covers(id) || method.OpenScope || e.Analysis.Conclusion == Inconclusive) {
			continue // neither an open scope nor an analysis that could not tell proves absence
		}
		if best < 0 {
			best, found = i, f
			continue
		}
		top := verified[best].Analysis
		if e.Analysis.byLevel(&top) != 0 || e.Analysis.Reported != top.Reported {
			break
		}
		if found == nil && f != nil || found != nil && f != nil && f.Detection == Quantified && found.Detection != Quantified {
			best, found = i, f
		}
	}
	if best < 0 {
		return Analysis{}, nil
	}
	return verified[best].Analysis, found
}

func (d *Dictionary) release(r *Result, by Analysis, f *Finding) Released {
	released := Released{
		SubstanceID: f.SubstanceID, Detection: f.Detection, Amount: f.Amount, Basis: f.Basis, Uncertainty: f.Uncertainty,
		Stereo: f.Stereo, Abundance: f.Abundance, MethodID: by.MethodID, AnalysisID: by.ID, Level: by.Level,
	}
	if by.Level.Rank() < r.Level.Rank() && f.Detection.Counts() {
		released.Detection, released.Amount, released.Basis, released.Uncertainty = Indicated, Amount{}, "", 0
	}
	if released.Detection == Quantified {
		released.Base, released.BaseKnown = d.Substances[f.SubstanceID].ToBase(f.Amount.Value, f.Basis)
	}
	return released
}

// assess gives each finding its role and says which are main components.
func (d *Dictionary) assess(r *Result, f *File) {
	for i := range r.Findings {
		r.Findings[i].Role = d.Role(r.Findings[i].SubstanceID, f)
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
	if form != Powder && form != Crystal {
		return
	}
	errs.Check(base <= s.Ceiling(), field,
		"%s as base is more than the purest salt holds (%s): correct the amount or its basis.",
		Amount{Value: base, Scale: MassFraction, Decimals: 1}, Amount{Value: s.Ceiling(), Scale: MassFraction, Decimals: 1})
}
