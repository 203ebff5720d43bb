package intake

import (
	"fmt"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// NearName is a name of a substance that is close to known ones. An import asks nobody, so
// its rows are rejected until the mapping says which is meant.
type NearName struct {
	Name       string // as the file writes it
	Neighbours []lab.Neighbour
}

// names lists the substances that the name is close to.
func (n NearName) names() []string {
	names := make([]string, len(n.Neighbours))
	for i, x := range n.Neighbours {
		names[i] = x.Substance.Name
	}
	return names
}

// writeNear lists all such names at once, with the lines by which a mapping answers. None
// is an answer as it stands: which is right, a person decides.
func (r *Receipt) writeNear(b *strings.Builder) {
	if len(r.Near) == 0 {
		return
	}
	fmt.Fprintf(b, "%d names of substances are close to known ones, and were rejected:\n", len(r.Near))
	for _, n := range r.Near {
		fmt.Fprintf(b, "  %s:", strconv.Quote(n.Name))
		for i, x := range n.Neighbours {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(b, " %s", x.Substance.Name)
			if x.Essential {
				b.WriteString(" (differs in what makes it another substance)")
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("Answer in the mapping: of each name, keep one line and take its first # away.\n\n[findings.fields.substance.values]\n")
	for _, n := range r.Near {
		for _, x := range n.Neighbours {
			fmt.Fprintf(b, "# %s = %s\n", strconv.Quote(n.Name), strconv.Quote(meant(x)))
		}
	}
	b.WriteString("\n# under [findings]\nnew_substances = [\n")
	for _, n := range r.Near {
		fmt.Fprintf(b, "#  %s, # another substance\n", strconv.Quote(n.Name))
	}
	b.WriteString("]\n")
}

// meant names a neighbour with the salt that the name has, which is not to be lost.
func meant(n lab.Neighbour) string {
	switch n.Basis {
	case "":
		return n.Substance.Name
	case lab.BasisUnknown:
		return n.Substance.Name + " salt"
	}
	return n.Substance.Name + " " + strings.ReplaceAll(string(n.Basis), "_", " ")
}

// How many new names are held against each other at most, and how many pairs of them are told.
const mostCompared, mostAlike = 500, 20

// noteAlike tells which of the names that the import adds are close to each other: which came first
// makes no difference, so that both are added, and a person has to see whether they are one.
func (p *planner) noteAlike(fresh []*lab.Substance) {
	told := 0
	for i, a := range fresh[:min(len(fresh), mostCompared)] {
		for _, b := range fresh[:i] {
			if told < mostAlike && lab.Alike(a.Name, b.Name) {
				told++
				p.findings().table.note("two new substances of which the names are close, so that they may be one: %q and %q", b.Name, a.Name)
			}
		}
	}
}
