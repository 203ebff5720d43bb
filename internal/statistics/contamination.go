package statistics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// adulterants lists the adulterants of the samples that contain what was expected, also those
// that were only seen as traces or indicated.
func (c *computation) adulterants(x *cell) []Adulterant {
	list := []Adulterant{}
	sets := c.methodUses(x)
	for id, s := range x.substances {
		if s.adulterant.total() == 0 {
			continue
		}
		quantified, below, identified := s.adulterant.count(lab.Quantified), s.adulterant.count(lab.BelowLOQ), s.adulterant.count(lab.Identified)
		known, summary := summarise(&s.concentration.known, perPercent)
		list = append(list, Adulterant{
			Substance: c.name(id), Proportion: newProportion(quantified+below+identified, c.visible(sets, id)),
			Concentration: Concentration{
				Unit: "%", Basis: string(lab.BasisBase), N: known, Summary: summary,
				UnknownBasis: s.concentration.unknown, OtherUnit: s.concentration.otherUnit,
			},
			Quantified: quantified, BelowLOQ: below, Identified: identified,
			Lesser:  Lesser{Trace: s.adulterant.count(lab.Trace), Indicated: s.adulterant.count(lab.Indicated)},
			Methods: c.byMethod(sets, id), SubstanceID: id,
		})
	}
	slices.SortFunc(list, func(a, b Adulterant) int {
		return byFinds(a.Proportion, b.Proportion, a.Lesser, b.Lesser, a.Substance, b.Substance)
	})
	return list
}

// methodUse is a methodSet with its methods.
type methodUse struct {
	*methodSet
	methods []*lab.Method
}

func (c *computation) methodUses(x *cell) []methodUse {
	var uses []methodUse
	for text, set := range x.methods {
		use := methodUse{methodSet: set}
		for _, token := range strings.Fields(text) {
			id, _ := strconv.Atoi(token)
			if m, ok := c.dictionary.Methods[lab.MethodID(id)]; ok {
				use.methods = append(use.methods, m)
			}
		}
		uses = append(uses, use)
	}
	return uses
}

// covers tells whether one of the methods that match sees the substance.
func (c *computation) covers(u methodUse, id lab.SubstanceID, match func(*lab.Method) bool) bool {
	return slices.ContainsFunc(u.methods, func(m *lab.Method) bool { return match(m) && c.dictionary.Covers(m, id) })
}

// visible counts the samples in which the substance could be seen: those with a
// method whose scope covers it, and of the others those in which it was found.
func (c *computation) visible(uses []methodUse, id lab.SubstanceID) int {
	n := 0
	for _, use := range uses {
		if c.covers(use, id, func(*lab.Method) bool { return true }) {
			n += use.n
			continue
		}
		for key, times := range use.seen {
			if key.substance == id {
				n += times.total()
			}
		}
	}
	return n
}

// technique is a kind of method at a level.
type technique struct {
	kind  lab.MethodKind
	level lab.Level
}

func techniqueOf(m *lab.Method) technique { return technique{m.Kind, m.Level} }

// byMethod lists, for each technique that found the substance or could have, how
// often it did, above a trace and as less: the deciding analysis was by it.
func (c *computation) byMethod(uses []methodUse, id lab.SubstanceID) []AdulterantMethod {
	found, of := map[technique]*finds{}, map[technique]int{}
	for _, use := range uses {
		here := map[technique]int{}
		for key, times := range use.seen {
			m, ok := c.dictionary.Methods[key.method]
			if !ok || key.substance != id {
				continue
			}
			t := techniqueOf(m)
			here[t] += times.total()
			if found[t] == nil {
				found[t] = &finds{}
			}
			if key.adulterant {
				found[t].add(*times)
			}
		}
		for t, times := range here {
			of[t] += times
		}
		for _, t := range techniques(use.methods) {
			if c.covers(use, id, func(m *lab.Method) bool { return techniqueOf(m) == t }) {
				of[t] += use.n - here[t]
			}
		}
	}
	list := []AdulterantMethod{}
	for t, n := range of {
		if n > 0 {
			f := cmp.Or(found[t], &finds{})
			list = append(list, AdulterantMethod{t.kind, t.level, newProportion(f.above, n), f.Lesser})
		}
	}
	slices.SortFunc(list, func(a, b AdulterantMethod) int {
		return cmp.Or(cmp.Compare(b.Level.Rank(), a.Level.Rank()), strings.Compare(string(a.Method), string(b.Method)))
	})
	return list
}

// techniques returns the techniques of the methods, each once.
func techniques(methods []*lab.Method) []technique {
	var list []technique
	for _, m := range methods {
		if t := techniqueOf(m); !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// pairs lists the adulterants that were found together, both above a trace.
func (c *computation) pairs(x *cell) []Pair {
	list := []Pair{}
	for ids, n := range x.pairs {
		p := Pair{[2]string{c.name(ids[0]), c.name(ids[1])}, newProportion(n, x.contains), ids}
		if p.Substances[0] > p.Substances[1] {
			p.Substances = [2]string{p.Substances[1], p.Substances[0]}
			p.SubstanceIDs = [2]lab.SubstanceID{ids[1], ids[0]}
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Pair) int {
		return byN(a.Proportion, b.Proportion, a.Substances[0]+"\x00"+a.Substances[1], b.Substances[0]+"\x00"+b.Substances[1])
	})
	return list
}
