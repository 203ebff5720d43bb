package lab

import (
	"cmp"
	"slices"
	"time"
)

// HeldLate is for how long a sample may be held before everybody of its service is told.
const HeldLate = 4 * time.Hour

// HeldKind says why a result is held at the bench: a person looks at it by itself, and at
// once.
type HeldKind string

// The reasons for which a result is held.
const (
	HeldExtreme        HeldKind = "extreme"         // of extreme danger, expected or not
	HeldUnexpected     HeldKind = "unexpected"      // of high danger, and not expected
	HeldAboveLimit     HeldKind = "above_limit"     // a dose above the country's alert limit
	HeldContradiction  HeldKind = "contradiction"   // analyses say different things of one of these
	HeldBeingConfirmed HeldKind = "being_confirmed" // released at once: a second person has yet to verify it
	HeldUnconfirmed    HeldKind = "unconfirmed"     // released at once, and nothing is left to verify: it is not confirmed yet
)

// HeldKinds is the vocabulary of HeldKind.
var HeldKinds = Vocabulary[HeldKind]{HeldExtreme, HeldUnexpected, HeldAboveLimit, HeldContradiction, HeldBeingConfirmed, HeldUnconfirmed}

// HeldReason is one reason for which a result is held.
type HeldReason struct {
	Kind        HeldKind
	SubstanceID SubstanceID // zero where it is about the result as a whole
	AnalysisID  ID          // that says so; zero where a version of the result does
	Since       Instant     // when that was entered, or the version released
}

// urgent tells that it is a danger for which a result is held, and not that it was told before
// a second person verified it.
func (r HeldReason) urgent() bool { return r.Kind != HeldBeingConfirmed && r.Kind != HeldUnconfirmed }

// same tells that two reasons are one, whenever it was found.
func (r HeldReason) same(other HeldReason) bool {
	r.Since, other.Since = Instant{}, Instant{}
	return r == other
}

// Held lists why the result of a sample is held: what its analyses found that are not
// retracted, as long as no version of the result tells it which stands and rests on them.
// An analysis that is only entered holds a sample also where it was released at once, until
// somebody has verified it. What was told and then taken back a person has seen, so that only
// newer analyses hold the sample. Of a sample that is closed nothing is held.
func (d *Dictionary) Held(f *File) (why []HeldReason) {
	f = d.Read(f)
	if f.Sample.State == Rejected || f.Sample.State == NotAnalysed {
		return nil
	}
	grave := d.graveFindings(f)
	latest := f.Latest()
	if len(grave) > 0 {
		told := d.toldOf(f)
		for _, g := range grave {
			if !told.finding(d, g) {
				why = append(why, g.HeldReason)
			}
		}
		why = append(why, d.heldContradictions(f, grave, told)...)
	}
	if f.Stands() && latest.Result.BeingConfirmed {
		kind := HeldBeingConfirmed
		if f.Count(Entered) == 0 {
			kind = HeldUnconfirmed
		}
		why = append(why, HeldReason{Kind: kind, Since: latest.PublishedAt})
	}
	return why
}

// HeldSince is when the first was entered of what holds a sample; zero where it is not held.
func (d *Dictionary) HeldSince(f *File) Instant { return since(d.Held(f)) }

func since(why []HeldReason) (first Instant) {
	for _, r := range why {
		if first.IsZero() || r.Since.Time().Before(first.Time()) {
			first = r.Since
		}
	}
	return first
}

// settleHeld says since when the sample is held after an update. Where a reason goes on that
// held it before, it is held since then: an analysis that is changed is entered anew, and
// what it found waits no less for that.
func (d *Dictionary) settleHeld(before, after *File) {
	now := d.Held(after)
	held, was := since(now), before.Sample.HeldSince
	earlier := !held.IsZero() && !was.IsZero() && was.Time().Before(held.Time())
	if earlier {
		old := d.Held(before)
		if slices.ContainsFunc(now, func(r HeldReason) bool { return slices.ContainsFunc(old, r.same) }) {
			held = was
		}
	}
	after.Sample.HeldSince = held
}

// grave is a finding for which a result is held.
type grave struct {
	HeldReason
	*Evidence
	*Finding
}

// graveFindings are what the analyses found for which the sample is held, one for each reason.
func (d *Dictionary) graveFindings(f *File) (list []grave) {
	for i := range f.Evidence {
		e := &f.Evidence[i]
		for j := range e.Findings {
			x := &e.Findings[j]
			if e.Analysis.State == Retracted || !x.Detection.Found() || x.SetAside != "" {
				continue
			}
			for _, kind := range d.gravely(f, x) {
				list = append(list, grave{HeldReason{kind, x.SubstanceID, e.Analysis.ID, e.Analysis.EnteredAt}, e, x})
			}
		}
	}
	return list
}

// gravely tells for what a finding holds its sample, at any detection.
func (d *Dictionary) gravely(f *File, x *Finding) (kinds []HeldKind) {
	danger := d.Danger(x.SubstanceID)
	switch {
	case danger.AtLeast(DangerExtreme):
		kinds = append(kinds, HeldExtreme)
	case danger.AtLeast(DangerHigh) && !d.foreseen(f, x.SubstanceID):
		kinds = append(kinds, HeldUnexpected)
	}
	if x.Detection == Quantified && d.AboveAlertLimit(x.SubstanceID, &f.Sample, x.Amount, x.Basis) {
		kinds = append(kinds, HeldAboveLimit)
	}
	return kinds
}

// foreseen tells that a substance is, or can be, what was expected of the sample, or that its
// product has it from the making.
func (d *Dictionary) foreseen(f *File, id SubstanceID) bool {
	is := func(e Expected) bool { return d.Satisfies(id, e) || d.couldBe(id, e) }
	return slices.ContainsFunc(f.Expected, is) || d.comesAlong(f, id)
}

// toldVersion is the version of a result by which it is known what was told.
type toldVersion struct {
	*Publication
	whole bool // nothing that counts says anything else
}

// toldOf is the version that tells what was found: none that has yet to be confirmed.
func (d *Dictionary) toldOf(f *File) toldVersion {
	latest := f.Latest()
	if latest == nil || latest.Result.BeingConfirmed {
		return toldVersion{}
	}
	return toldVersion{latest, f.Stands() && !d.saysMore(f)}
}

// counted tells that the version was made of what the analysis says, among others.
func (t toldVersion) counted(a *Analysis) bool {
	return t.Publication != nil && a.State == Verified && (t.whole || !a.VerifiedAt.Time().After(t.PublishedAt.Time()))
}

// finding tells that the version says what was found: as found, or as left out for the reason
// that still holds.
func (t toldVersion) finding(d *Dictionary, g grave) bool {
	if !t.counted(&g.Analysis) {
		return false
	}
	if t.whole {
		return true
	}
	found := func(x Released) bool { return d.saysFound(x, g.Finding.SubstanceID) }
	left := func(x LeftOut) bool {
		return x.SubstanceID == g.Finding.SubstanceID && x.AnalysisID == g.Analysis.ID && x.Why != LeftSetAside
	}
	return slices.ContainsFunc(t.Result.Findings, found) || slices.ContainsFunc(t.Result.LeftOut, left)
}

// heldContradictions are the substances for which the sample is held of which two analyses say
// different things, as long as no version was made of both.
func (d *Dictionary) heldContradictions(f *File, list []grave, told toldVersion) (why []HeldReason) {
	for _, g := range list {
		for i := range f.Evidence {
			other := &f.Evidence[i]
			both := told.counted(&g.Analysis) && told.counted(&other.Analysis)
			if other.Analysis.ID == g.Analysis.ID || other.Analysis.State == Retracted || both || !d.gainsays(other, g.Finding) {
				continue
			}
			waits := g.Analysis.EnteredAt // of the two the one that was not told
			if told.counted(&g.Analysis) {
				waits = other.Analysis.EnteredAt
			}
			r := HeldReason{HeldContradiction, g.Finding.SubstanceID, g.Analysis.ID, waits}
			if !slices.ContainsFunc(why, r.same) {
				why = append(why, r)
			}
		}
	}
	return why
}

// gainsays tells that an analysis says something else of what another found: in so many
// words, or because its list says that it would have seen it.
func (d *Dictionary) gainsays(e *Evidence, x *Finding) bool {
	said := e.Finding(x.SubstanceID)
	return (said != nil || d.denies(e, x.SubstanceID)) && d.contradicts(x, said, d.Methods[e.Analysis.MethodID]) != ""
}

// atOnce tells that the sample is held for what may be released at once: something that is
// only entered.
func (f *File) atOnce() bool { return !f.Sample.HeldSince.IsZero() && f.Count(Entered) > 0 }

// NextHeld proposes the version of a held result that is released at once: made of the
// analyses that are only entered as if they were verified, preliminary at most, and said to
// be being confirmed. Where amounts are apart the largest is told, and the others are left
// out. It is refused where no danger holds the sample, or all that counts is verified: what was
// told at once is taken back by two.
func (d *Dictionary) NextHeld(f *File) (*Publication, error) {
	if !slices.ContainsFunc(d.Held(f), HeldReason.urgent) || f.Count(Entered) == 0 {
		return nil, errNotHeld
	}
	counted := d.asVerified(f)
	result, err := d.Propose(counted)
	if err != nil {
		return nil, err
	}
	if d.markLargest(counted, result) {
		if result, err = d.Propose(counted); err != nil {
			return nil, err
		}
	}
	result.Level, result.BeingConfirmed, result.Of = preliminaryAtMost(result.Level), true, f.writeOf()
	for i := range result.Findings {
		x := &result.Findings[i]
		if e := f.Analysis(x.AnalysisID); e != nil && e.Analysis.State == Entered {
			x.Level = preliminaryAtMost(x.Level)
		}
	}
	p := &Publication{SampleID: f.Sample.ID, Version: 1, Kind: d.nextKind(d.Read(f), result), Result: *result}
	p.ServiceID = f.Sample.ServiceID
	if last := f.Latest(); last != nil {
		p.Version = last.Version + 1
	}
	p.Outcome, p.OutcomeEUDA = d.outcomes(result, f.Expected)
	return p, nil
}

// errNotHeld refuses to release at once what can wait, or need not.
var errNotHeld = &MoveError{
	What: PublishHeld.about(), From: "entered", To: "preliminary",
	Format: "Only a result that is held, with an analysis that is not verified yet, is released at once. Release it as others are.",
}

func preliminaryAtMost(l Level) Level {
	if l.Rank() > Preliminary.Rank() {
		return Preliminary
	}
	return l
}

// asVerified is the file in which the analyses that are only entered count, on the signature
// of one.
func (d *Dictionary) asVerified(f *File) *File {
	counted := f.Clone()
	for i := range counted.Evidence {
		if a := &counted.Evidence[i].Analysis; a.State == Entered {
			a.State, a.Signature = Verified, OneSignature
		}
	}
	return counted
}

// markLargest marks, of amounts that are apart, the largest as the one to report: there is no
// time to ask which is right. It tells whether there were any.
func (d *Dictionary) markLargest(f *File, r *Result) bool {
	ties := d.Ties(f, r)
	for _, t := range ties {
		amount := func(id ID) int64 { return d.toCompare(d.Read(f).Analysis(id).Finding(t.SubstanceID)) }
		largest := slices.MaxFunc(t.Analyses, func(a, b ID) int { return cmp.Compare(amount(a), amount(b)) })
		f.Analysis(largest).Analysis.Reported = true
	}
	return len(ties) > 0
}

// PublishHeld makes the version of a held result that is released at once. One that amends
// asks for a reason.
func (d *Dictionary) PublishHeld(f *File, why Why) (*Publication, error) {
	p, err := d.NextHeld(f)
	if err != nil {
		return nil, err
	}
	if err := d.RefusalsHeld(f, p).Err(); err != nil {
		return nil, err
	}
	if err := f.Repeats(p); err != nil {
		return nil, err
	}
	if err := f.checkPublication(PublishHeld, p.Kind, why); err != nil {
		return nil, err
	}
	p.Why = why.settled()
	return p, nil
}

// RefusalsHeld is Refusals of a version that is released at once.
func (d *Dictionary) RefusalsHeld(f *File, p *Publication) FieldErrors {
	return d.checkCeilings(&p.Result, f.Sample.Form)
}

// Confirms tells that the next version says what was released at once and confirms it: no
// more, no less, and nothing that is left out or has to be settled first.
func (d *Dictionary) Confirms(f *File) (*Publication, bool) {
	last := f.Latest()
	if !f.Stands() || !last.Result.BeingConfirmed || f.Count(Entered) > 0 {
		return nil, false
	}
	p, err := d.Next(f)
	if err != nil || p.Kind != ConfirmedResult || len(d.Refusals(f, p)) > 0 || len(p.Result.LeftOut) > 0 {
		return nil, false
	}
	said := d.ReadResult(&last.Result)
	same := p.Outcome == last.Outcome && p.Result.Conclusion == said.Conclusion && p.Result.Recognised == said.Recognised &&
		len(said.LeftOut) == 0 && slices.EqualFunc(p.Result.findings(), said.findings(), saysTheSame)
	return p, same
}

// saysTheSame tells that two findings say the same to whoever reads them, on whatever
// signature.
func saysTheSame(a, b Released) bool {
	return a.SubstanceID == b.SubstanceID && a.Detection == b.Detection && a.Amount == b.Amount && a.Basis == b.Basis &&
		a.Uncertainty == b.Uncertainty && a.Stereo == b.Stereo && a.Abundance == b.Abundance && a.Peaks == b.Peaks
}

// Confirmation is the version that confirms what was released at once. Where the next version
// would say anything else it is refused.
func (d *Dictionary) Confirmation(f *File) (*Publication, error) {
	if p, same := d.Confirms(f); same {
		return p, nil
	}
	return nil, &MoveError{
		What: PublishResult.about(), From: f.resultState(), To: string(ConfirmedResult),
		Format: "The result would now say something else than what was released at once. Verify the analysis alone, and release the result with its reason.",
	}
}

// Unsaid refuses a version that would not tell what an analysis found which nobody has verified
// yet, and for which the sample is held: whoever read it would believe that nobody saw it.
func (d *Dictionary) Unsaid(f *File, p *Publication) error {
	f = d.Read(f)
	if f.Sample.State == Rejected || f.Sample.State == NotAnalysed {
		return nil
	}
	for _, g := range d.graveFindings(f) {
		if g.Analysis.State == Entered && !d.saysGrave(f, &p.Result, g) {
			return &MoveError{
				What: PublishResult.about(), From: f.resultState(), To: string(p.Kind),
				Format: "An analysis that nobody has verified yet found what the sample is held for, and this result would not tell it. Verify that analysis first, or release the result at once.",
			}
		}
	}
	return nil
}

// saysGrave tells that a result says what the sample is held for: that it was found, and in a dose that is
// above the limit where that is why.
func (d *Dictionary) saysGrave(f *File, r *Result, g grave) bool {
	return slices.ContainsFunc(r.Findings, func(x Released) bool {
		above := x.Detection == Quantified && d.AboveAlertLimit(x.SubstanceID, &f.Sample, x.Amount, x.Basis)
		return d.saysFound(x, g.Finding.SubstanceID) && (above || g.Kind != HeldAboveLimit)
	})
}

// saysFound tells that a finding says that the substance was found, or a member of the class
// that its entry stands for.
func (d *Dictionary) saysFound(x Released, id SubstanceID) bool {
	return x.Detection.Found() && (x.SubstanceID == id || d.standsFor(id, x.SubstanceID))
}

// CheckAmongMany refuses to release a result among many that is held: somebody has to look at
// it by itself.
func (d *Dictionary) CheckAmongMany(f *File) error {
	if len(d.Held(f)) == 0 {
		return nil
	}
	return &MoveError{
		What: PublishResult.about(), From: f.resultState(), To: string(PreliminaryResult),
		Format: "It is held: look at it, and release it by itself.",
	}
}

// ConfirmedBy tells whether the actor, by verifying an analysis, lets the result be confirmed
// that was released at once.
func (d *Dictionary) ConfirmedBy(f *File, id ID, by Actor, at Instant) bool {
	after := f.Clone()
	e := after.Analysis(id)
	if e == nil || e.Analysis.Verify(by, at, f.Questions) != nil || MayPublish(by, f.Sample.ServiceID) != nil {
		return false
	}
	_, same := d.Confirms(after)
	return same
}
