package lab

import (
	"cmp"
	"slices"
)

// Attention is how much attention a released result asks of its reader. It decides what is
// read first. Empty is none, of which nothing is ever stated: a result is never said to be
// harmless.
type Attention string

// The attentions, the least first.
const (
	Note    Attention = "note"
	Caution Attention = "caution"
	Serious Attention = "serious"
)

// Attentions is the vocabulary of Attention, in its order.
var Attentions = Vocabulary[Attention]{Note, Caution, Serious}

// ConcernKind is something for which a result asks for attention.
type ConcernKind string

// The kinds of concern.
const (
	ExtremeDanger    ConcernKind = "extreme_danger"    // found in whatever way, expected or not
	HighUnexpected   ConcernKind = "high_unexpected"   // high danger above a trace
	ReplacedBy       ConcernKind = "replaced_by"       // what was expected is absent, and raised danger or more is there instead
	AboveAlert       ConcernKind = "above_alert"       // more than the country's alert limit
	OpioidCombined   ConcernKind = "opioid_combined"   // an opioid with a benzodiazepine, or with GHB or GBL
	EarlierWrong     ConcernKind = "earlier_wrong"     // an earlier answer to this code was wrong
	HighUnsure       ConcernKind = "high_unsure"       // unexpected high danger as a trace or indicated
	RaisedUnexpected ConcernKind = "raised_unexpected" // raised danger above a trace
	NotIdentified    ConcernKind = "not_identified"
	MethodsDisagree  ConcernKind = "methods_disagree"
	VeryHighDose     ConcernKind = "very_high_dose"
	NothingThere     ConcernKind = "nothing_there"
	CouldNotTell     ConcernKind = "could_not_tell"
	OtherUnexpected  ConcernKind = "other_unexpected"
	HighDose         ConcernKind = "high_dose"
	OnlyRecognised   ConcernKind = "only_recognised"
	OnlyPreliminary  ConcernKind = "only_preliminary"
)

// causes are all causes for concern, the gravest first: how much attention each asks for, and
// when there is one.
var causes = []struct {
	kind      ConcernKind
	attention Attention
	given     func(*considered) bool
}{
	{ExtremeDanger, Serious, func(c *considered) bool {
		return c.some(func(x *Weight) bool { return x.Danger == DangerExtreme && x.Detection.Found() })
	}},
	{HighUnexpected, Serious, func(c *considered) bool { return c.unexpected(DangerHigh, true) }},
	{ReplacedBy, Serious, func(c *considered) bool {
		return len(c.Missing)+len(c.Unsure) > 0 && c.some(func(x *Weight) bool {
			return x.Unexpected && x.Danger.AtLeast(DangerRaised) && x.Detection.AboveTrace()
		})
	}},
	{AboveAlert, Serious, func(c *considered) bool {
		return c.some(func(x *Weight) bool {
			return x.Detection == Quantified && c.d.AboveAlertLimit(x.SubstanceID, &c.file.Sample, x.Amount, x.Basis)
		})
	}},
	{OpioidCombined, Serious, func(c *considered) bool { return c.of("opioid") && (c.of("benzodiazepine") || c.of("ghb_type")) }},
	{EarlierWrong, Serious, func(c *considered) bool { return c.d.earlierWrong(c.file) }},
	{HighUnsure, Caution, func(c *considered) bool { return c.unexpected(DangerHigh, false) }},
	{RaisedUnexpected, Caution, func(c *considered) bool { return c.unexpected(DangerRaised, true) }},
	{NotIdentified, Caution, func(c *considered) bool {
		return c.some(func(x *Weight) bool { return x.Detection == Unidentified })
	}},
	{MethodsDisagree, Caution, func(c *considered) bool { return c.d.disagree(c.result) }},
	{VeryHighDose, Caution, func(c *considered) bool { return c.some(func(x *Weight) bool { return x.Dose == DoseVeryHigh }) }},
	{NothingThere, Caution, func(c *considered) bool { return c.Outcome == NothingDetected }},
	{CouldNotTell, Caution, func(c *considered) bool { return c.Outcome == OutcomeInconclusive }},
	{OtherUnexpected, Note, func(c *considered) bool {
		return c.some(func(x *Weight) bool { return x.Unexpected && !c.d.inert(x) })
	}},
	{HighDose, Note, func(c *considered) bool { return c.some(func(x *Weight) bool { return x.Dose == DoseHigh }) }},
	{OnlyRecognised, Note, func(c *considered) bool { return c.result.Recognised }},
	{OnlyPreliminary, Note, func(c *considered) bool { return c.result.Level.Rank() < Confirmatory.Rank() }},
}

// considered is a result while its causes for concern are looked for.
type considered struct {
	*Weighed
	d      *Dictionary
	result *Result
	file   *File
}

func (c *considered) some(is func(*Weight) bool) bool {
	return slices.ContainsFunc(c.Findings, func(x Weight) bool { return is(&x) })
}

// unexpected tells that something of the danger was found that was not expected: above a
// trace, or as a trace or indicated.
func (c *considered) unexpected(danger Danger, above bool) bool {
	return c.some(func(x *Weight) bool {
		return x.Unexpected && x.Danger == danger && x.Detection.Found() && x.Detection.AboveTrace() == above
	})
}

// of tells that something of a class was found, in whatever way.
func (c *considered) of(class string) bool {
	return c.some(func(x *Weight) bool {
		return x.Detection.Found() && c.d.Within(c.d.Substances[x.SubstanceID].Class, class)
	})
}

// Weighed is what a result asks of its reader, by the dictionary of today and from what was
// released: what was found in the order in which it is told, the worst first.
type Weighed struct {
	Attention Attention
	Concerns  []ConcernKind
	Findings  []Weight
	Missing   []Expected // what was expected and not found at all
	Unsure    []Expected // what was expected and found as a trace or indicated, which is not enough
	Outcome   Outcome    // as it is counted today
}

// Weight is a finding with what it weighs.
type Weight struct {
	Released
	Danger     Danger
	Unexpected bool // it satisfies no expectation, and is no by-product of what the sample was sold as
	Dose       Dose
}

// Has tells that there is a concern of the kind.
func (w *Weighed) Has(kind ConcernKind) bool { return slices.Contains(w.Concerns, kind) }

// Weigh weighs the latest version of a result: nil where there is none, or it was taken back.
func (d *Dictionary) Weigh(f *File) *Weighed {
	if !f.Stands() {
		return nil
	}
	f = d.Read(f.AsReleased())
	r := d.assessed(&f.Latest().Result, f)
	w := &Weighed{Outcome: d.outcome(r, f.Expected)}
	w.Missing, w.Unsure = d.Missing(r, f.Expected)
	for _, x := range r.Findings {
		if x.Detection.Found() || x.Detection == Unidentified {
			w.Findings = append(w.Findings, Weight{x, d.Danger(x.SubstanceID), d.unexpected(f, &x), d.doseOf(&x, &f.Sample)})
		}
	}
	slices.SortStableFunc(w.Findings, d.worstFirst)
	looked := &considered{w, d, r, f}
	for _, cause := range causes {
		if cause.given(looked) {
			w.Concerns = append(w.Concerns, cause.kind)
			w.Attention = cmp.Or(w.Attention, cause.attention) // the first is the gravest
		}
	}
	return w
}

// assessed is a result with the roles that its findings have today.
func (d *Dictionary) assessed(released *Result, f *File) *Result {
	r := *released
	r.Findings = slices.Clone(r.Findings)
	for i := range r.Findings {
		if x := &r.Findings[i]; x.Detection == Quantified {
			x.Base, x.BaseKnown = d.Substances[x.SubstanceID].ToBase(x.Amount.Value, x.Basis)
		}
	}
	d.assess(&r, f)
	return &r
}

// unexpected tells that a finding satisfies no expectation. What the product that the sample
// was sold as names as its own by-product, as heroin does 6-MAM, comes along with what was
// expected, but for a substance of extreme danger.
func (d *Dictionary) unexpected(f *File, x *Released) bool {
	return x.Role != RoleExpected && (!d.comesAlong(f, x.SubstanceID) || d.Danger(x.SubstanceID) == DangerExtreme)
}

// comesAlong tells that the product which a sample was sold as names a substance as its own
// by-product.
func (d *Dictionary) comesAlong(f *File, id SubstanceID) bool {
	p := d.Products[f.Sample.ProductID]
	return p != nil && slices.ContainsFunc(p.Substances, func(x ProductSubstance) bool {
		return x.Role == RoleByProduct && x.SubstanceID != 0 && d.Resolve(SubstanceID(x.SubstanceID)) == d.Resolve(id)
	})
}

// worstFirst is the order in which findings are told: unexpected ones first, the worst in
// front, then what was expected, then what is inert or comes along. Of the same danger what
// is there for certain comes first, and the most of it.
func (d *Dictionary) worstFirst(a, b Weight) int {
	rank := func(x *Weight) int {
		switch {
		case x.Role == RoleExpected:
			return 1
		case !x.Unexpected || d.inert(x):
			return 2
		}
		return 0
	}
	return cmp.Or(
		rank(&a)-rank(&b),
		slices.Index(Dangers, b.Danger)-slices.Index(Dangers, a.Danger),
		a.Detection.sureness()-b.Detection.sureness(),
		cmp.Compare(b.Amount.Value, a.Amount.Value),
	)
}

// sureness puts what is in the sample for certain before a trace, and that before what is not
// proven or not known.
func (d Detection) sureness() int {
	switch {
	case d.AboveTrace():
		return 0
	case d == Trace:
		return 1
	case d == Indicated:
		return 2
	}
	return 3
}

// inert tells that a finding is a filler, or anything else that does nothing and is met
// without danger.
func (d *Dictionary) inert(x *Weight) bool {
	s := d.Substances[x.SubstanceID]
	return x.Danger == DangerNone && (s == nil || !s.Active)
}

// Notable tells that a finding is named where the result is said in a sentence: what was
// expected, and whatever was not and is not inert.
func (d *Dictionary) Notable(x *Weight) bool {
	return x.Role == RoleExpected || x.Unexpected && !d.inert(x)
}

// disagree tells that the methods of a result contradict each other: something was left out
// because another method says otherwise, or an amount because somebody chose another; or something stays
// indicated that a better method, which could tell, looked for and did not see.
func (d *Dictionary) disagree(r *Result) bool {
	if slices.ContainsFunc(r.LeftOut, func(x LeftOut) bool {
		m := d.Methods[x.MethodID]
		looks := m != nil && m.Kind == ListRecognition // which is no test of this sample
		return !looks && x.Why != LeftSetAside
	}) {
		return true
	}
	return slices.ContainsFunc(r.Findings, func(f Released) bool {
		return f.Detection == Indicated && slices.ContainsFunc(r.Methods, func(id MethodID) bool {
			m := d.Methods[id]
			return m != nil && m.Level.Rank() > f.Level.Rank() && !slices.Contains(r.CouldNotTell, id) && d.scopeOf(m, f.SubstanceID) != nil
		})
	})
}

// earlierWrong tells that an earlier version, which was not a withdrawal, gave another answer
// than the latest: whoever read it has to be told.
func (d *Dictionary) earlierWrong(f *File) bool {
	latest := f.Latest()
	return slices.ContainsFunc(f.Publications[:len(f.Publications)-1], func(p Publication) bool {
		return p.Kind != WithdrawnResult && d.differs(f, &p.Result, &latest.Result)
	})
}

// differs tells that a result is another answer than the one that was told: of another
// outcome, with a substance of raised danger or more that is new or gone, or with more than
// five quarters of the amount of one. A member of a class that was told, and what comes along
// with what was expected, is not new.
func (d *Dictionary) differs(f *File, told, now *Result) bool {
	before, after := d.assessed(told, f), d.assessed(now, f)
	if d.outcome(before, f.Expected) != d.outcome(after, f.Expected) {
		return true
	}
	lacks := func(a, b *Result) bool {
		return slices.ContainsFunc(a.Findings, func(x Released) bool { return d.matters(f, &x) && !d.tells(b, x.SubstanceID) })
	}
	return lacks(before, after) || lacks(after, before) || slices.ContainsFunc(after.Findings, func(x Released) bool {
		same := find(before.Findings, func(y *Released) bool { return y.SubstanceID == x.SubstanceID })
		return same != nil && d.Danger(x.SubstanceID).AtLeast(DangerRaised) && muchMore(same, &x, &f.Sample)
	})
}

// Pressing tells that what a result leaves out is of a danger of which nobody should have to look
// for the sentence.
func (d *Dictionary) Pressing(x *LeftOut) bool { return d.Danger(x.SubstanceID).AtLeast(DangerHigh) }

// matters tells that a finding is of raised danger or more, and does not only come along.
func (d *Dictionary) matters(f *File, x *Released) bool {
	found := x.Detection.Found() || x.Detection == Unidentified
	return found && d.Danger(x.SubstanceID).AtLeast(DangerRaised) && (x.Role == RoleExpected || d.unexpected(f, x))
}

// tells tells that a result speaks of a substance, of its class, or of a member of it.
func (d *Dictionary) tells(r *Result, id SubstanceID) bool {
	return slices.ContainsFunc(r.Findings, func(x Released) bool {
		return x.SubstanceID == id || d.standsFor(x.SubstanceID, id) || d.standsFor(id, x.SubstanceID)
	})
}

// muchMore tells that the second amount is more than five quarters of the first, as base where
// both are known as that. Of one that is a part of a piece and one that is in a piece both are
// reckoned by what it weighs.
func muchMore(told, now *Released, x *Sample) bool {
	if told.Detection != Quantified || now.Detection != Quantified {
		return false
	}
	before, after := told.Amount, now.Amount
	if told.BaseKnown && now.BaseKnown {
		before, after = told.counted(), now.counted()
	}
	if before.Scale == after.Scale {
		return after.Value*4 > before.Value*5
	}
	first, knowsFirst := before.inScale(PerUnit, x.WeightUG)
	second, knowsSecond := after.inScale(PerUnit, x.WeightUG)
	return knowsFirst && knowsSecond && second*4 > first*5
}
