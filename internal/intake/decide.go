package intake

import "slices"

// Meant names a neighbour as the mapping's values have it.
func (n NearName) Meant(neighbour int) string { return meant(n.Neighbours[neighbour]) }

// MeansSubstance lets a name of the files stand for a known substance.
func (m *Mapping) MeansSubstance(name, substance string) {
	f := m.Findings.Fields["substance"]
	if f.Values == nil {
		f.Values = map[string]string{}
	}
	f.Values[fold(name)] = substance
	m.Findings.Fields["substance"] = f
}

// NewSubstance lets a name of the files stand for a substance that is not known yet.
func (m *Mapping) NewSubstance(name string) {
	if !contains(m.Findings.NewSubstances, name) {
		m.Findings.NewSubstances = append(m.Findings.NewSubstances, name)
	}
}

// Follows tells that a row is rejected because of another row of its sample.
func (l Line) Follows() bool { return l.follows }

// FoldValue is how a mapping's values know what a file writes, whatever its capitals and spaces.
func FoldValue(text string) string { return fold(text) }

// Parts are the different parts of values that are lists, in order; without separators the
// values themselves.
func Parts(values []string, list string) []string {
	c := newColumn(Field{List: list}, spec{}, "")
	var parts []string
	for _, v := range values {
		parts = append(parts, c.tokens(v)...)
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}
