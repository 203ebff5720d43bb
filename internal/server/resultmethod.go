package server

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// methods lists the methods of a result, the one that is worth most first.
func (t *telling) methods(p *lab.Publication) []methodView {
	r := &p.Result
	of := fmt.Sprint("methods ", t.Texts.Language(), seenBy(r))
	return kept(&t.server.made, t.named.words, of, func() []methodView { return t.methodViews(r) })
}

func (t *telling) methodViews(r *lab.Result) []methodView {
	var list []*lab.Method
	for _, id := range r.Methods {
		if m := t.named.words.Methods[id]; m != nil {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b *lab.Method) int { return b.Level.Rank() - a.Level.Rank() })
	views := make([]methodView, len(list))
	for i, m := range list {
		name := t.Texts.Text("page.result.method", "Kind", t.Texts.Code(locale.MethodKinds, string(m.Kind)), "Lab", m.Lab,
			"Level", t.Texts.Code(locale.Levels, string(m.Level)))
		views[i] = methodView{Name: name, Said: strings.Join(t.sight(m, r), " ")}
		if r.Sight(m) == lab.SawList {
			views[i].List = t.listOf(m)
		}
	}
	return views
}

// seenBy is all of a result that decides what is said of its methods.
func seenBy(r *lab.Result) []any {
	var left []lab.MethodID
	for i := range r.LeftOut {
		left = append(left, r.LeftOut[i].MethodID)
	}
	return []any{r.Methods, r.CouldNotTell, left}
}

// looksAlone tells that nothing was tried but to recognise the sample by its looks.
func (t *telling) looksAlone(p *lab.Publication) bool {
	return !slices.ContainsFunc(p.Result.Methods, func(id lab.MethodID) bool {
		m := t.named.words.Methods[id]
		return m != nil && m.Kind != lab.ListRecognition
	})
}

// listOf names what a method looks for, by the amount from where it sees it: the least first,
// and last what it sees from an amount that nobody has stated.
func (t *telling) listOf(m *lab.Method) (lines []string) {
	names := map[lab.Amount][]string{}
	listed := map[lab.SubstanceID]bool{}
	for _, row := range m.Scope {
		id := t.named.words.Resolve(row.SubstanceID)
		if s := t.named.words.Substances[id]; listed[id] || s == nil || s.WholeClass {
			continue
		}
		listed[id] = true
		limit := lab.Amount{Value: row.LOD.Value, Scale: row.LOD.Scale}
		names[limit] = append(names[limit], t.short(&lab.Released{SubstanceID: id}))
	}
	stated := func(a lab.Amount) uint64 { return uint64(a.Value) - 1 } // what is not stated is the largest
	limits := slices.SortedFunc(maps.Keys(names), func(a, b lab.Amount) int {
		return cmp.Or(strings.Compare(string(a.Scale), string(b.Scale)), cmp.Compare(stated(a), stated(b)))
	})
	for _, limit := range limits {
		slices.SortFunc(names[limit], compareFolded)
		key := "page.result.list_from"
		if limit.Value == 0 {
			key = "page.result.list"
		}
		lines = append(lines, t.Texts.Text(key, "Limit", t.named.exact(limit), "Names", strings.Join(names[limit], ", ")))
	}
	return lines
}

// sight says what a method can see, and saw of this sample.
func (t *telling) sight(m *lab.Method, r *lab.Result) []string {
	var said []string
	switch r.Sight(m) {
	case lab.SawLooks:
		return []string{t.Texts.Text("page.result.sees_looks")}
	case lab.SawNothing:
		return []string{t.Texts.Text("page.result.could_not_tell")}
	case lab.SawLibrary:
		said = append(said, t.Texts.Text("page.result.sees_library"))
	case lab.SawUnknown:
		said = append(said, t.Texts.Text("page.result.sees_unknown"))
	case lab.SawList:
		said = append(said, t.scope(m)...)
	}
	if m.Level == lab.Presumptive {
		said = append(said, t.Texts.Text("page.result.sees_presumptive"))
	}
	if !m.Quantifies {
		said = append(said, t.Texts.Text("page.result.sees_no_amount"))
	}
	return said
}

// ofWords keeps what is made of the dictionary of now: to make it at each look-up would take
// longer than the rest of the page.
type ofWords struct{ now atomic.Pointer[madeBy] }

type madeBy struct {
	words *lab.Dictionary
	known sync.Map // by what it is of
}

// kept is what was made of something by the dictionary, or is made now.
func kept[T any](k *ofWords, words *lab.Dictionary, of string, fresh func() T) T {
	by := k.now.Load()
	if by == nil || by.words != words {
		by = &madeBy{words: words}
		k.now.Store(by)
	}
	if known, ok := by.known.Load(of); ok {
		return known.(T)
	}
	made := fresh()
	by.known.Store(of, made)
	return made
}

// blind says which dangerous classes no method of the result can see, or not in small amounts.
func (t *telling) blind(r *lab.Result) []string {
	of := fmt.Sprint("blind ", t.Texts.Language(), seenBy(r))
	return kept(&t.server.made, t.named.words, of, func() []string { return t.sayBlind(t.named.words.Blind(r)) })
}

func (t *telling) sayBlind(b lab.Blindness) (said []string) {
	for _, part := range []struct {
		key   string
		codes []string
	}{{"page.result.blind", b.None}, {"page.result.blind_some", b.Some}, {"page.result.blind_small", b.Coarse}} {
		if len(part.codes) == 0 {
			continue
		}
		names := make([]string, len(part.codes))
		for i, code := range part.codes {
			names[i] = t.named.own(t.named.words.Classes[code].NameEN, t.named.words.Classes[code].NameNL)
		}
		said = append(said, t.Texts.Text(part.key, "Names", strings.Join(names, ", ")))
	}
	return said
}

// scope says how many substances a method looked for, and which classes.
func (t *telling) scope(m *lab.Method) (said []string) {
	var classes []string
	listed := map[lab.SubstanceID]bool{}
	for _, row := range m.Scope {
		id := t.named.words.Resolve(row.SubstanceID)
		if listed[id] {
			continue
		}
		listed[id] = true
		if s := t.named.words.Substances[row.SubstanceID]; s != nil && s.WholeClass {
			class := t.named.words.Classes[s.Class]
			classes = append(classes, t.named.own(class.NameEN, class.NameNL))
		}
	}
	if n := len(listed) - len(classes); n > 0 {
		said = append(said, t.Texts.Text("page.result.sees_list", "Count", n))
		said = append(said, t.limits(m)...)
	}
	if len(classes) > 0 {
		slices.SortFunc(classes, compareFolded)
		said = append(said, t.Texts.Text("page.result.sees_classes", "Names", strings.Join(classes, ", ")))
	}
	return said
}

// limits says from where on a method sees what it looks for, where that is known: the finest
// and the coarsest of its limits.
func (t *telling) limits(m *lab.Method) []string {
	var least, most lab.Amount
	for _, row := range m.Scope {
		switch {
		case row.LOD.Scale != lab.MassFraction || row.LOD.Value == 0:
			continue
		case least.Value == 0 || row.LOD.Value < least.Value:
			least = row.LOD
		}
		if row.LOD.Value > most.Value {
			most = row.LOD
		}
	}
	switch {
	case most.Value == 0:
		return nil
	case least.Value == most.Value:
		return []string{t.Texts.Text("page.result.sees_from", "Limit", t.named.exact(most))}
	}
	return []string{t.Texts.Text("page.result.sees_from_to", "Least", t.named.exact(least), "Most", t.named.exact(most))}
}

// leftOut says what was found and does not stand in the result, and why.
func (t *telling) leftOut(r *lab.Result) {
	for i := range r.LeftOut {
		x, say := &r.LeftOut[i], t.say
		if t.named.words.Pressing(x) {
			say = t.tell // nobody misses it
		}
		args := []any{"Method", t.named.technique(x.MethodID), "Substance", t.named.substance(x.SubstanceID)}
		switch x.Why {
		case lab.LeftSetAside:
			key := "page.result.left_out_set_aside"
			if slices.ContainsFunc(r.Findings, func(f lab.Released) bool { return f.SubstanceID == x.SubstanceID }) {
				key = "page.result.left_out_set_aside_too" // it is told, as another analysis says
			}
			say(key, append(args, "Why", t.Texts.Code(locale.SetAsides, string(x.SetAside)))...)
		case lab.LeftReported, lab.LeftApart:
			say("page.result.left_out_reported", append(args, "Amount", t.leftAmount(x))...)
		default:
			say("page.result.left_out", args...)
		}
	}
}

// leftAmount is the amount of what is left out, told as those of the result are.
func (t *telling) leftAmount(x *lab.LeftOut) string {
	f := lab.Released{SubstanceID: x.SubstanceID, Detection: x.Detection, Amount: x.Amount, Basis: x.Basis}
	if s := t.named.words.Substances[x.SubstanceID]; s != nil {
		f.Base, f.BaseKnown = s.ToBase(x.Amount.Value, x.Basis)
	}
	amount, _ := t.measured(&f)
	return amount
}
