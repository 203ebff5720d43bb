package statistics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// registered tells what became of the samples: every registered one is released,
// withdrawn or without a result for one reason.
func (s *Source) registered() ([]Column, []Row) {
	y := s.Year
	row := func(name Cell, reason string, n int) Row {
		return Row{Cells: []Cell{name, codeCell("not_analysed_reason", reason), wholeCell(n, y.Registered)}}
	}
	rows := []Row{
		row(nameCell(allName), "", y.Registered),
		row(codeCell("release", lab.IsReleased), "", y.Released),
		row(nameCell(recognisedName), "", y.Recognised),
		row(codeCell("release", lab.IsWithdrawn), "", y.Withdrawn),
	}
	rows[0].Total = true
	for _, key := range slices.Sorted(maps.Keys(y.Unreleased)) {
		state, reason, _ := strings.Cut(key, ": ")
		state = strings.ReplaceAll(state, " ", "_")
		rows = append(rows, row(codeCell("sample_state", state), reason, y.Unreleased[key]))
	}
	return []Column{
		labelColumn("status", Text{"Status", "Status"}), labelColumn("reason", Text{"Reason", "Reden"}),
		shareColumn("samples", Text{"Samples", "Monsters"}),
	}, rows
}

// products tells how many samples were sold as each product.
func (s *Source) products() ([]Column, []Row) {
	y := s.Year
	rows := []Row{{Total: true, Cells: []Cell{
		nameCell(allName), wholeCell(y.Registered, y.Registered), {State: None}, countCell(y.Released),
	}}}
	for i := range y.Products {
		e := &y.Products[i]
		rows = append(rows, Row{Cells: []Cell{
			labelCell(*s.product(e.ProductID, e.Product)), shareCell(e.Share), shareCell(e.ShareWithoutEcstasyTablets), countCell(e.ReleasedN),
		}})
	}
	return []Column{
		labelColumn("product", Text{"Sold as", "Verkocht als"}), shareColumn("share", Text{"Share", "Aandeel"}),
		shareColumn("share_without_ecstasy_tablets", withoutTablets), countColumn("released", Text{"Released", "Vrijgegeven"}),
	}, rows
}

// found tells which substances were found, whatever the samples were sold as. Each
// sample was sold as one product, so that products add up.
func (s *Source) found() ([]Column, []Row) {
	total := map[lab.SubstanceID]*Found{}
	for i := range s.Year.Products {
		for _, f := range s.Year.Products[i].Found {
			t, ok := total[f.SubstanceID]
			if !ok {
				t = &Found{Substance: f.Substance, SubstanceID: f.SubstanceID}
				total[f.SubstanceID] = t
			}
			t.N, t.Main, t.Trace = t.N+f.N, t.Main+f.Main, t.Trace+f.Trace
		}
	}
	list := slices.SortedFunc(maps.Values(total), func(a, b *Found) int {
		return cmp.Or(byN(a.Proportion, b.Proportion, a.Substance, b.Substance), cmp.Compare(a.SubstanceID, b.SubstanceID))
	})
	rows := []Row{}
	for _, f := range list {
		cells := []Cell{s.substance(f.SubstanceID, f.Substance), shareCell(newProportion(f.N, s.Year.Released)), countCell(f.Main), countCell(f.Trace)}
		if s.Year.undivided[f.SubstanceID] || s.told && (isFew(f.Main) || isFew(f.Trace) || isFew(f.N-f.Main) || isFew(f.N-f.Trace) || isFew(f.N-f.Main-f.Trace)) {
			cells[2], cells[3] = Cell{State: TooFew}, Cell{State: TooFew}
		}
		rows = append(rows, Row{Cells: cells})
	}
	return []Column{
		substanceColumn, shareColumn("found", Text{"Found", "Gevonden"}),
		countColumn("main", Text{"As main component", "Als hoofdbestanddeel"}), countColumn("trace", Text{"As a trace", "Als spoor"}),
	}, rows
}

// services tells how many samples each service registered and released. It is the
// only table under disclosure control: released and without a result are its
// parts, since whoever knows two of the three knows the third.
func (s *Source) services() ([]Column, []Row) {
	rows := []Row{{Total: true, Cells: serviceCells(Label{Name: allName}, s.Year)}}
	counts := make([]parts, len(s.Services))
	for i, x := range s.Services {
		rows = append(rows, Row{Cells: serviceCells(Label{Code: x.Code, Name: Text{x.Name, x.Name}}, x.Year)})
		counts[i] = parts{x.Year.Released, x.Year.Registered - x.Year.Released}
	}
	hidden := hideAll(len(counts))
	if s.Year.Year <= s.ClosedTo {
		hidden = hide(counts)
	}
	for i, h := range hidden {
		cells := rows[i+1].Cells
		if h == hideRow {
			cells[1].suppress()
		}
		if h >= hideParts {
			cells[2].suppress()
			cells[3].suppress()
		}
	}
	return []Column{
		labelColumn("service", Text{"Service", "Testservice"}), countColumn("registered", Text{"Registered", "Geregistreerd"}),
		countColumn("released", Text{"Released", "Vrijgegeven"}), countColumn("no_result", Text{"Without a result", "Zonder uitslag"}),
	}, rows
}

func serviceCells(service Label, y *Year) []Cell {
	return []Cell{labelCell(service), countCell(y.Registered), countCell(y.Released), countCell(y.Registered - y.Released)}
}
