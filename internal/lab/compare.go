package lab

import "slices"

// Contradiction is what another analysis of a sample says differently of a substance.
type Contradiction struct {
	Kind        ContradictionKind
	SubstanceID SubstanceID
	MethodID    MethodID // of the other analysis
	Other       *Finding // what the other says, nil where it did not see what it could
}

// ContradictionKind says in what two analyses differ.
type ContradictionKind string

// The kinds of contradiction.
const (
	FoundHereAlone  ContradictionKind = "here_alone"  // the other says nothing of it, and its list says that it would have seen it
	FoundThereAlone ContradictionKind = "there_alone" // this one says nothing of it, and could have seen it
	FoundOrNot      ContradictionKind = "detection"   // both speak of it; one found it, the other not, or a trace of what the one is sure of
	AmountsApart    ContradictionKind = "amounts"     // both measured it, and the amounts are further apart than ApartPercent
)

// ApartPercent is how far two amounts may be from each other, in percent of the larger,
// before somebody is to look at them. It is our own choice, and forbids nothing: what is
// pointed out can be signed.
const ApartPercent = 10

// Compare lists what the other analyses of the file that are not retracted say
// differently than the one with the id: by analysis in order of entry, of each first
// what this one reports, in its order, then what the other alone does.
func (d *Dictionary) Compare(f *File, id ID) (list []Contradiction) {
	f = d.Read(f)
	e := f.Analysis(id)
	if e == nil {
		return nil
	}
	for i := range f.Evidence {
		if other := &f.Evidence[i]; other != e && other.Analysis.State != Retracted {
			list = append(list, d.compare(e, other)...)
		}
	}
	return list
}

func (d *Dictionary) compare(e, other *Evidence) (list []Contradiction) {
	for i := range e.Findings {
		f := &e.Findings[i]
		said := other.Finding(f.SubstanceID)
		if said == nil && d.findsMember(other, f.SubstanceID) {
			continue // the one says the class, the other a member of it
		}
		if kind := d.contradicts(f, said, d.Methods[other.Analysis.MethodID]); kind != "" {
			list = append(list, Contradiction{kind, f.SubstanceID, other.Analysis.MethodID, said})
		}
	}
	method := d.Methods[e.Analysis.MethodID]
	if method != nil && method.Kind.weakest() {
		return list // what does not look like it, or colours otherwise, rules nothing out
	}
	for i := range other.Findings {
		f := &other.Findings[i]
		if f.Detection.Found() && e.Finding(f.SubstanceID) == nil && d.Covers(method, f.SubstanceID) && !d.findsMember(e, f.SubstanceID) {
			list = append(list, Contradiction{FoundThereAlone, f.SubstanceID, other.Analysis.MethodID, f})
		}
	}
	return list
}

// Disagreement is what two verified analyses of a sample say differently of a substance.
type Disagreement struct {
	SubstanceID SubstanceID
	One, Other  *Evidence // the one that is worth more first
}

// Disagreements lists what the verified analyses of the file, of which the result is made,
// say differently of a substance: whatever Compare points out of either of the two. An
// analysis that could not tell does not contradict by its silence.
func (d *Dictionary) Disagreements(f *File) (list []Disagreement) {
	verified := d.Read(f).verified()
	for i := range verified {
		one := &verified[i]
		for j := range verified[i+1:] {
			other := &verified[i+1+j]
			told := map[SubstanceID]bool{}
			for _, c := range slices.Concat(d.compare(one, other), d.compare(other, one)) {
				if !told[c.SubstanceID] && one.says(c.SubstanceID) && other.says(c.SubstanceID) {
					told[c.SubstanceID] = true
					list = append(list, Disagreement{c.SubstanceID, one, other})
				}
			}
		}
	}
	return list
}

// says tells whether the analysis speaks of the substance, be it by its silence.
func (e *Evidence) says(id SubstanceID) bool {
	return e.Finding(id) != nil || e.Analysis.Conclusion != Inconclusive
}

// contradicts tells in what another method's finding of the same substance, nil for none,
// differs; empty where it does not.
func (d *Dictionary) contradicts(f, other *Finding, method *Method) ContradictionKind {
	switch {
	case other == nil && f.Detection.Found() && d.scopeOf(method, f.SubstanceID) != nil && !method.Kind.weakest():
		return FoundHereAlone
	case other == nil:
		return ""
	case f.Detection.Found() != other.Detection.Found(), f.traceOf(other), other.traceOf(f):
		return FoundOrNot
	case f.Detection != Quantified || other.Detection != Quantified || f.Amount.Scale != other.Amount.Scale:
		return ""
	}
	if !apart(d.toCompare(f), d.toCompare(other)) {
		return ""
	}
	return AmountsApart
}

// traceOf tells that the finding is a trace of what the other measured or identified.
func (f *Finding) traceOf(other *Finding) bool {
	return f.Detection == Trace && (other.Detection == Quantified || other.Detection == Identified)
}

// apart tells that two amounts on one scale are further apart than ApartPercent.
func apart(a, b int64) bool { return (max(a, b)-min(a, b))*100 > max(a, b)*ApartPercent }

// toCompare is the amount of a finding to be compared with others.
func (d *Dictionary) toCompare(f *Finding) int64 {
	base, known := int64(0), false
	if s := d.Substances[f.SubstanceID]; s != nil {
		base, known = s.ToBase(f.Amount.Value, f.Basis)
	}
	return comparable(f.Amount, base, known)
}

// comparable is an amount as base where that is known, else as it was reported.
func comparable(reported Amount, base int64, known bool) int64 {
	if known {
		return base
	}
	return reported.Value
}

// HasEqual tells that another analysis of the file, not retracted, is worth as much as
// the one with the id, so that whoever signs it may say which is reported.
func (f *File) HasEqual(id ID) bool {
	e := f.Analysis(id)
	return e != nil && find(f.Evidence, func(other *Evidence) bool {
		return other != e && other.Analysis.State != Retracted && other.Analysis.byLevel(&e.Analysis) == 0
	}) != nil
}
