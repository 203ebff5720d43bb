package lab

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// searchName is a name as type-ahead looks through it: folded, with the places at
// which its words begin.
type searchName[K ~int32] struct {
	folded string
	words  []int
	entry  K
}

func newSearchName[K ~int32](name string, entry K) searchName[K] {
	n := searchName[K]{entry: entry}
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }
	for _, word := range strings.FieldsFunc(name, between) {
		n.words = append(n.words, len(n.folded))
		n.folded += Fold(word)
	}
	return n
}

// How well a name answers a query, best first.
const (
	asPrefix = iota
	asWordPrefix
	asPart
	notAtAll
)

func (n *searchName[K]) answers(query string) int {
	at := strings.Index(n.folded, query)
	switch {
	case at < 0:
		return notAtAll
	case at == 0:
		return asPrefix
	case slices.ContainsFunc(n.words, func(at int) bool { return strings.HasPrefix(n.folded[at:], query) }):
		return asWordPrefix
	}
	return asPart
}

// hit is how well an entry answers a query by the best of its names.
type hit[K ~int32] struct {
	rank int
	*searchName[K]
}

func compareHits[K ~int32](a, b hit[K]) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.folded), len(b.folded)),
		strings.Compare(a.folded, b.folded), cmp.Compare(a.entry, b.entry))
}

// search returns the entries that answer the query, each once: those of which a
// name begins with it, then those of which a word does, then those that hold it
// anywhere; among equals the shortest name first.
func search[K ~int32](names []searchName[K], query string, limit int) []K {
	query = Fold(query)
	if query == "" || limit <= 0 {
		return nil
	}
	var hits []hit[K]
	for i := range names {
		if rank := names[i].answers(query); rank != notAtAll {
			hits = append(hits, hit[K]{rank, &names[i]})
		}
	}
	slices.SortFunc(hits, compareHits)
	var found []K
	for _, h := range hits {
		if len(found) == limit {
			break
		}
		if !slices.Contains(found, h.entry) {
			found = append(found, h.entry)
		}
	}
	return found
}

// SearchProducts returns at most so many products of which a name, in whatever
// language, holds what was typed, the likeliest first.
func (d *Dictionary) SearchProducts(query string, limit int) []*Product {
	var found []*Product
	for _, id := range search(d.productList, query, limit) {
		found = append(found, d.Products[id])
	}
	return found
}

// SearchSubstances returns at most so many substances of which a name, in whatever
// language, holds what was typed, the likeliest first.
func (d *Dictionary) SearchSubstances(query string, limit int) []*Substance {
	var found []*Substance
	for _, id := range search(d.substanceList, query, limit) {
		found = append(found, d.Substances[id])
	}
	return found
}
