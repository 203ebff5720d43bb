package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// methods lists the methods of a result, the one that is worth most first.
func (t *telling) methods(p *lab.Publication) []methodView {
	var list []*lab.Method
	for _, id := range p.Result.Methods {
		if m := t.named.words.Methods[id]; m != nil {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *lab.Method) int { return b.Level.Rank() - a.Level.Rank() })
	views := make([]methodView, len(list))
	for i, m := range list {
		name := t.Texts.Text("page.result.method", "Kind", t.Texts.Code(locale.MethodKinds, string(m.Kind)), "Lab", m.Lab,
			"Level", t.Texts.Code(locale.Levels, string(m.Level)))
		views[i] = methodView{name, strings.Join(t.sight(m), " ")}
	}
	return views
}

// sight says what a method can see.
func (t *telling) sight(m *lab.Method) []string {
	if m.Kind == lab.ListRecognition {
		return []string{t.Texts.Text("page.result.sees_looks")}
	}
	var said []string
	if m.OpenScope {
		said = append(said, t.Texts.Text("page.result.sees_library"))
	} else {
		said = append(said, t.Texts.Text("page.result.sees_list", "Count", len(m.Scope)))
	}
	if m.Level == lab.Presumptive {
		said = append(said, t.Texts.Text("page.result.sees_presumptive"))
	}
	if !m.Quantifies {
		said = append(said, t.Texts.Text("page.result.sees_no_amount"))
	}
	return said
}
