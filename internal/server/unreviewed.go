package server

import "marquis/internal/lab"

// newHere marks a substance that nobody has reviewed yet.
func (n naming) newHere(id lab.SubstanceID) []string {
	if s := n.words.Substances[id]; s == nil || s.Reviewed {
		return nil
	}
	return []string{n.texts.Text("page.field.not_reviewed")}
}
