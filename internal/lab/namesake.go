package lab

import (
	"maps"
	"slices"
	"strings"
)

// Namesake is an entry that was added here and is called like one that came with the program
// since. It keeps the name, and the other goes without, until somebody says that both are the
// same and the one is merged into the other.
type Namesake struct {
	Product  bool // else a substance
	ID, Into int32
	Name     string // of the entry that was added here
	IntoName string // of the one that came with the program
	Why      error  // why they cannot be merged as they are; nil where they can
}

// Namesakes lists the entries that were added here, and lead nowhere yet, of which a name is
// one of the embedded dictionary. One that is called like several, or that has another CAS
// number than its namesake, is not offered: a person has to look at it.
func (d *Dictionary) Namesakes(embedded *Dictionary) (list []Namesake) {
	for _, id := range slices.Sorted(maps.Keys(d.Substances)) {
		s := d.Substances[id]
		if id < LocalEntries || s.ID != id {
			continue
		}
		found := map[SubstanceID]*Substance{}
		for _, n := range s.allNames() {
			if x, _, ok := embedded.FindSubstance(n.Name); ok {
				found[x.ID] = x
			}
		}
		for _, into := range slices.Sorted(maps.Keys(found)) {
			x := found[into]
			n := Namesake{ID: int32(id), Into: int32(into), Name: s.Name, IntoName: x.Name, Why: d.CheckMerge(id, into)}
			var errs FieldErrors
			errs.Check(len(found) == 1, "into", "%q is called like several: merge it by hand into the one that it is.", s.Name)
			errs.Check(s.CAS == "" || x.CAS == "" || s.CAS == x.CAS, "into", "%q has the CAS number %s, and %q has %s: they are not the same.", s.Name, s.CAS, x.Name, x.CAS)
			if len(errs) > 0 {
				n.Why = errs
			}
			list = append(list, n)
		}
	}
	return append(list, d.productNamesakes(embedded)...)
}

func (d *Dictionary) productNamesakes(embedded *Dictionary) (list []Namesake) {
	for _, id := range slices.Sorted(maps.Keys(d.Products)) {
		p := d.Products[id]
		if id < LocalEntries || p.ID != id {
			continue
		}
		found := map[ProductID]*Product{}
		for _, n := range p.allNames() {
			if x, ok := embedded.FindProduct(n.Name); ok {
				found[x.ID] = x
			}
		}
		for _, into := range slices.Sorted(maps.Keys(found)) {
			n := Namesake{Product: true, ID: int32(id), Into: int32(into), Name: p.NameEN, IntoName: found[into].NameEN, Why: d.CheckProductMerge(id, into)}
			var errs FieldErrors
			errs.Check(len(found) == 1, "into", "%q is called like several: merge it by hand into the one that it is.", p.NameEN)
			if len(errs) > 0 {
				n.Why = errs
			}
			list = append(list, n)
		}
	}
	return list
}

// NamesOf lists how namesakes are called, each once.
func NamesOf(list []Namesake) string {
	var names []string
	for _, n := range list {
		if !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	return strings.Join(names, ", ")
}
