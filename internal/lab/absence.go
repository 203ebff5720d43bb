package lab

import (
	"cmp"
	"slices"
)

// Absence is what the methods of a result say of something that was expected and not found.
type Absence struct {
	Proven bool   // a confirmatory method looked for it and did not see it
	Looked bool   // some method looked for it
	Limit  Amount // from where on the finest of them sees it; no scale where that is not known
}

// Absent tells how sure it is that something is not in the sample: what can be said of it.
func (d *Dictionary) Absent(r *Result, e Expected) (a Absence) {
	for _, id := range r.Methods {
		m := d.Methods[id]
		if m == nil || m.Kind.weakest() || slices.Contains(r.CouldNotTell, id) {
			continue
		}
		if m.OpenScope {
			a.Looked = true // in a library, of which nobody knows whether it holds it
			continue
		}
		limit, looked := d.limitFor(m, e)
		if !looked {
			continue
		}
		a.Looked, a.Proven = true, a.Proven || m.Level == Confirmatory
		if limit.Value > 0 && (a.Limit.Value == 0 || a.Limit.Scale == limit.Scale && limit.Value < a.Limit.Value) {
			a.Limit = limit
		}
	}
	return a
}

// limitFor tells whether a method looks for what is expected, and from where on it sees it:
// of a class the member that it sees worst.
func (d *Dictionary) limitFor(m *Method, e Expected) (limit Amount, looked bool) {
	if e.SubstanceID != 0 {
		row := d.scopeOf(m, d.Resolve(SubstanceID(e.SubstanceID)))
		if row == nil {
			return limit, false
		}
		return row.LOD, true
	}
	entry, stands := d.classEntries[e.Class]
	if stands && d.scopeOf(m, entry) != nil {
		return d.scopeOf(m, entry).LOD, true
	}
	some := false
	for id, s := range d.Substances {
		if s.WholeClass || !d.Within(s.Class, e.Class) {
			continue
		}
		row := d.scopeOf(m, id)
		if row == nil {
			return limit, false
		}
		some = true
		if row.LOD.Value > limit.Value {
			limit = row.LOD
		}
	}
	return limit, some
}

// Sight is what can be said of what a method looked for in the sample of a result.
type Sight int

// What a method saw. One of which the result leaves something out is not cited as having looked
// for the rest.
const (
	SawList       Sight = iota // what its scope names
	SawLibrary                 // whatever its library holds
	SawUnknown                 // nobody stated for what it looks
	SawLooks                   // how the sample looks
	SawNothing                 // it could not tell
	SawMoreIsLeft              // something that is left out
)

// Sight tells what a method looked for, as far as the result can be read for it.
func (r *Result) Sight(m *Method) Sight {
	switch {
	case m.Kind == ListRecognition:
		return SawLooks
	case slices.Contains(r.CouldNotTell, m.ID):
		return SawNothing
	case slices.ContainsFunc(r.LeftOut, func(x LeftOut) bool { return x.MethodID == m.ID }):
		return SawMoreIsLeft
	case m.OpenScope:
		return SawLibrary
	case len(m.Scope) == 0:
		return SawUnknown
	}
	return SawList
}

// Blindness is what the methods of a result cannot see of the dangerous classes.
type Blindness struct {
	None   []string // codes of classes of which no method looks for a member
	Some   []string // of which it looks for some members
	Coarse []string // of extreme danger, of which small amounts are missed
}

// coarse is the limit of detection, in parts per million, above which a method misses what is
// dangerous in small amounts: one part of a hundred. It is a working judgement: what is sold
// as an opioid and holds a nitazene holds far less of it.
const coarse = 10_000

// Blind tells which of the classes of high danger and more the methods of a result cannot see.
// Nothing is told of what rests on looks alone, or on a library: that sees whatever it holds.
func (d *Dictionary) Blind(r *Result) (b Blindness) {
	sees := map[SubstanceID]bool{} // and whether it sees small amounts
	for _, id := range r.Methods {
		m := d.Methods[id]
		switch {
		case m == nil || m.Kind.weakest() || slices.Contains(r.CouldNotTell, id):
			continue
		case m.OpenScope:
			return Blindness{}
		}
		for _, row := range m.Scope {
			seen := d.Resolve(row.SubstanceID)
			sees[seen] = sees[seen] || row.LOD.Scale != MassFraction || row.LOD.Value <= coarse
		}
	}
	codes, members := d.dangerous()
	for _, code := range codes {
		of, seen, fine := members[code], 0, 0
		for _, id := range of {
			small, ok := d.seesWithin(sees, id)
			if ok {
				seen++
			}
			if small {
				fine++
			}
		}
		switch {
		case seen == 0:
			b.None = append(b.None, code)
		case seen < len(of):
			b.Some = append(b.Some, code)
		case fine < len(of) && d.ClassDanger(code) == DangerExtreme:
			b.Coarse = append(b.Coarse, code)
		}
	}
	return b
}

// seesWithin tells whether a substance is looked for, by itself or by a class in which it is,
// and also in small amounts.
func (d *Dictionary) seesWithin(sees map[SubstanceID]bool, id SubstanceID) (small, ok bool) {
	small, ok = sees[id]
	class := d.Substances[id].Class
	for range d.Classes {
		if class == "" {
			break
		}
		if entry, stands := d.classEntries[class]; stands {
			fine, also := sees[entry]
			small, ok = small || fine, ok || also
		}
		class = d.Classes[class].Parent
	}
	return small, ok
}

// dangerous are the classes that were judged to be of high danger or more, the worst first,
// but for what could not be identified, with their members.
func (d *Dictionary) dangerous() (codes []string, members map[string][]SubstanceID) {
	members = map[string][]SubstanceID{}
	for id, s := range d.Substances {
		class := s.Class
		for range d.Classes {
			if class == "" || s.WholeClass {
				break
			}
			if c := d.Classes[class]; c.Danger.AtLeast(DangerHigh) && class != UnidentifiedClass {
				members[class] = append(members[class], id)
			}
			class = d.Classes[class].Parent
		}
	}
	for code := range members {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		return cmp.Or(slices.Index(Dangers, d.Classes[b].Danger)-slices.Index(Dangers, d.Classes[a].Danger), cmp.Compare(a, b))
	})
	return codes, members
}
