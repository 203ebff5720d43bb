package server

import (
	"strings"

	"marquis/internal/lab"
)

// disagreements says what the verified analyses of a sample say differently, a line for
// each substance and two of them.
func (n naming) disagreements(f *lab.File) (lines []string) {
	for _, x := range n.words.Disagreements(f) {
		lines = append(lines, n.substance(x.SubstanceID)+": "+n.saying(x.One, x.SubstanceID)+"; "+n.saying(x.Other, x.SubstanceID)+".")
	}
	return lines
}

// saying is what an analysis says of a substance, with its method and day.
func (n naming) saying(e *lab.Evidence, id lab.SubstanceID) string {
	by := n.method(e.Analysis.MethodID) + " (" + n.texts.Date(e.Analysis.PerformedOn) + "): "
	f := e.Finding(id)
	if f == nil {
		return by + n.texts.Text("page.release.silent")
	}
	v := n.findingView(*f, "")
	said := []string{v.Detection}
	if amount := n.amount(f.Amount); amount != "" {
		said = []string{strings.TrimSpace(amount + " " + v.Basis)}
	}
	if v.Base != "" {
		said = append(said, n.texts.Text("page.release.as_base", "Amount", v.Base))
	}
	return by + strings.Join(said, ", ")
}
