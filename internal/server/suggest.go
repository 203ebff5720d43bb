package server

import (
	"net/http"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// nameRoles are the roles that type names of the dictionary: who enters what is found,
// and who asks for figures.
var nameRoles = slices.Concat(lab.Who(lab.EnterAnalysis), lab.FigureRoles)

const (
	suggestions   = 8 // at most
	longestQuery  = 100
	shortestQuery = 3 // to which nearest shortens a name
)

// suggestion is a name that is offered while somebody types, as web/static/suggest.js
// reads it.
type suggestion struct {
	Value string `json:"value"` // goes into the field
	Label string `json:"label"`
	Note  string `json:"note"`
}

// query is what is looked for, empty where it is too long for a name.
func (r *request) query() string {
	q := strings.TrimSpace(r.Query("q"))
	if len(q) > longestQuery {
		return ""
	}
	return q
}

// suggest answers with at most so many suggestions.
func (r *request) suggest(list []suggestion) error {
	if list == nil {
		list = []suggestion{}
	}
	r.JSON(http.StatusOK, list)
	return nil
}

// suggestProducts offers products, each with the name by which it was found or else
// what is usually expected in it.
func suggestProducts(r *request) error {
	n, err := r.entryNaming()
	if err != nil {
		return err
	}
	var list []suggestion
	q := r.query()
	for _, p := range n.words.SearchProducts(q, suggestions) {
		if !r.Actor.SeesProduct(p) {
			continue
		}
		name, note := n.own(p.NameEN, p.NameNL), n.expected(p.Expected())
		if found := namedLike(p, q); found != "" && lab.Fold(found) != lab.Fold(name) {
			note = found
		}
		list = append(list, suggestion{name, name, note})
	}
	return r.suggest(list)
}

// namedLike is the name of a product that begins with what was typed, or else one
// that holds it, empty for none.
func namedLike(p *lab.Product, typed string) string {
	q := lab.Fold(typed)
	names := []string{p.NameNL, p.NameEN}
	for _, name := range p.Names {
		names = append(names, name.Name)
	}
	for _, fits := range []func(string, string) bool{strings.HasPrefix, strings.Contains} {
		if i := slices.IndexFunc(names, func(name string) bool { return fits(lab.Fold(name), q) }); i >= 0 {
			return names[i]
		}
	}
	return ""
}

// suggestSubstances offers substances, each with its short name and its class. Of a list with
// semicolons it completes the last.
func suggestSubstances(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	before, last := "", r.query()
	if i := strings.LastIndex(last, ";"); i >= 0 {
		before, last = last[:i+1]+" ", last[i+1:]
	}
	var list []suggestion
	for _, s := range n.words.SearchSubstances(last, suggestions) {
		name := n.substance(s.ID)
		label := name
		if s.ShortName != "" {
			label += " (" + s.ShortName + ")"
		}
		class := n.words.Classes[s.Class]
		note := n.own(class.NameEN, class.NameNL)
		if !s.Reviewed {
			if !r.Actor.SeesUnreviewed() {
				continue
			}
			note += " · " + n.texts.Text("page.field.not_reviewed")
		}
		list = append(list, suggestion{before + name, label, note})
	}
	return r.suggest(list)
}

// nearest finds the entries most like a name that the dictionary lacks: those that
// hold it, or as much of its beginning as any holds.
func nearest[T any](search func(string, int) []T, name string) []T {
	letters := []rune(lab.Fold(name))
	if len(letters) > longestQuery {
		return nil
	}
	for n := len(letters); n >= shortestQuery; n-- {
		if found := search(string(letters[:n]), 3); len(found) > 0 {
			return found
		}
	}
	return nil
}

// basesOffered are what an amount of a substance may count, as web/static/findings.js
// reads them.
type basesOffered struct {
	Bases []suggestion `json:"bases"`
	Only  lab.Basis    `json:"only"` // that goes without saying, empty for none
}

// suggestBases offers what an amount of the substance may count; of one that the
// dictionary does not know, nothing.
func suggestBases(r *request) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	offered := basesOffered{Bases: []suggestion{}}
	if s, _, ok := n.words.FindSubstance(r.query()); ok {
		offered.Only = s.OnlyBasis()
		for _, b := range s.Bases() {
			offered.Bases = append(offered.Bases, suggestion{Value: string(b), Label: n.basis(b)})
		}
	}
	r.JSON(http.StatusOK, offered)
	return nil
}
