package demo

import (
	"fmt"
	"slices"

	"marquis/internal/lab"
)

// place is the place of a method among those of methods.
type place int

const (
	byList place = iota
	byReagent
	byStrip
	byFTIR
	byGCMS
	byLCDAD
	places // how many there are
)

// Who runs the methods.
const (
	nationalLaboratory = "National laboratory (demo)"
	atTheServices      = "At the services (demo)"
)

// methods are what the laboratories run: looking a tablet up, reagents, strips, an
// FTIR at the services, and GC-MS and LC-DAD at the national laboratory.
func methods(d *lab.Dictionary) []lab.Method {
	amount := func(percent float64) lab.Amount {
		return lab.Amount{Value: int64(percent * 10_000), Scale: lab.MassFraction, Decimals: 1}
	}
	scope := func(lod, loq float64, sees func(*lab.Substance) bool) []lab.MethodScope {
		var list []lab.MethodScope
		for _, s := range onTheMarket(d) {
			if sees(s) {
				x := lab.MethodScope{SubstanceID: s.ID}
				if lod > 0 {
					x.LOD = amount(lod)
				}
				if loq > 0 {
					x.LOQ = amount(loq)
				}
				list = append(list, x)
			}
		}
		return list
	}
	all := func(*lab.Substance) bool { return true }
	named := func(names ...string) func(*lab.Substance) bool {
		return func(s *lab.Substance) bool { return slices.Contains(names, s.Name) }
	}
	potent := func(s *lab.Substance) bool {
		return s.Class == "lysergamide" || s.Class == "nbome" || s.Class == "nitazene" || s.Class == "fentanyl_analogue"
	}
	strip := scope(0, 0, named("protonitazene", "metonitazene", "alprazolam", "diazepam", "bromazolam", "oxycodone"))
	for _, class := range shownByStrips {
		for id, s := range d.Substances {
			if s.WholeClass && s.Class == class {
				strip = append(strip, lab.MethodScope{SubstanceID: id, LOD: lab.Amount{Value: 200, Scale: lab.MassFraction, Decimals: 2}})
			}
		}
	}
	return []lab.Method{
		byList:    {Kind: lab.ListRecognition, Lab: atTheServices, Version: "1", Level: lab.Preliminary, Quantifies: true, OpenScope: true},
		byReagent: {Kind: lab.Reagent, Lab: atTheServices, Version: "1", Level: lab.Presumptive, Scope: scope(0, 0, named("MDMA", "MDA", "amphetamine", "methamphetamine", "2C-B", "LSD", "4-FA", "PMMA"))},
		byStrip:   {Kind: lab.Strip, Lab: atTheServices, Version: "1", Level: lab.Presumptive, Scope: strip},
		byFTIR: {
			Kind: lab.FTIR, Lab: atTheServices, Version: "1", Level: lab.Preliminary,
			Scope: scope(5, 0, func(s *lab.Substance) bool { return !potent(s) }),
		},
		byGCMS: {Kind: lab.GCMS, Lab: nationalLaboratory, Version: "1", Level: lab.Confirmatory, Quantifies: true, Scope: scope(0.1, 0.3, all)},
		byLCDAD: {
			Kind: lab.LCDAD, Lab: nationalLaboratory, Version: "1", Level: lab.Confirmatory, Quantifies: true,
			Scope: scope(0.1, 0.3, func(s *lab.Substance) bool {
				return s.Active && s.Class != "ghb_type"
			}),
		},
	}
}

// onTheMarket are all substances that samples hold, in order of number. What the
// dictionary lacks is left out; newCountry refuses it.
func onTheMarket(d *lab.Dictionary) []*lab.Substance {
	seen := map[lab.SubstanceID]*lab.Substance{}
	add := func(name string) {
		if s, _, ok := d.FindSubstance(name); ok && name != "" {
			seen[s.ID] = s
		}
	}
	for _, g := range market {
		for _, l := range g.lots {
			for _, x := range l.holds {
				add(x.substance)
			}
			for _, x := range l.cuts {
				add(x.substance)
			}
			for _, name := range l.instead {
				add(name)
			}
		}
	}
	list := make([]*lab.Substance, 0, len(seen))
	for _, s := range seen {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *lab.Substance) int { return int(a.ID - b.ID) })
	return list
}

// findMethods finds the methods in a dictionary that they were added to.
func findMethods(d *lab.Dictionary) ([]*lab.Method, error) {
	list := methods(d)
	found := make([]*lab.Method, len(list))
	for _, m := range d.Methods {
		for i, x := range list {
			if m.Kind == x.Kind && m.Lab == x.Lab && m.Version == x.Version {
				found[i] = m
			}
		}
	}
	if i := slices.Index(found, nil); i >= 0 {
		return nil, fmt.Errorf("method %s of %s: %w", list[i].Kind, list[i].Lab, lab.ErrNotFound)
	}
	return found, nil
}
