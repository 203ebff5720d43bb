package statistics

import "marquis/internal/lab"

func (s *Source) outcomes() ([]Column, []Row) {
	e, rows := s.entry(), []Row{}
	for _, line := range OutcomeLines() {
		name, euda := codeCell("outcome", line.Code), Cell{State: None} // where EUDA has no such outcome
		if lab.OutcomeClassesEUDA.Has(lab.Outcome(line.Code)) {
			euda = shareCell(newProportion(line.Count(e.OutcomesEUDA), e.ReleasedN))
		}
		if line.Code == Together {
			name = labelCell(Label{Vocabulary: "outcome", Code: Together, Name: TogetherName})
		}
		rows = append(rows, Row{Cells: []Cell{name, shareCell(newProportion(line.Count(e.Outcomes), e.ReleasedN)), euda}})
	}
	return []Column{
		labelColumn("outcome", Text{"Outcome", "Uitkomst"}), shareColumn("samples", Text{"Samples", "Monsters"}),
		shareColumn("samples_euda", Text{"Samples, as EUDA counts", "Monsters, zoals EUDA telt"}),
	}, rows
}

func (s *Source) contains() ([]Column, []Row) {
	e := s.entry()
	return []Column{labelColumn("amount", Text{"Amount", "Hoeveelheid"}), shareColumn("contains", containsName)}, []Row{
		{Cells: []Cell{labelCell(Label{Code: "any", Name: anyAmount}), shareCell(e.Contains.Any)}},
		{Cells: []Cell{labelCell(Label{Code: "main", Name: asMain}), shareCell(e.Contains.Main)}},
	}
}

func (s *Source) substitutes() ([]Column, []Row) {
	rows := []Row{}
	for _, x := range s.entry().Substitutes {
		cells := []Cell{s.substance(x.SubstanceID, x.Substance), shareCell(x.Proportion)}
		rows = append(rows, Row{Cells: append(cells, lesserCells(x.Lesser)...)})
	}
	return append([]Column{substanceColumn, aboveTrace}, lesserColumns...), rows
}

// contentColumns are the columns of contentCells.
func contentColumns(unit string) []Column {
	columns := []Column{substanceColumn, labelColumn("form", Text{"Form", "Vorm"})}
	columns = append(columns, summaryColumns(unit, 1, true)...)
	return append(
		columns, countColumn("detected", Text{"Found", "Gevonden"}), countColumn("below_loq", belowLOQName),
		countColumn("not_quantified", Text{"Not quantified", "Niet gekwantificeerd"}),
		countColumn("unknown_basis", unknownBasis), countColumn("other_unit", otherUnit),
	)
}

func (s *Source) contentCells(c Content) []Cell {
	cells := append([]Cell{s.substance(c.SubstanceID, c.Substance), formCell(c.Form)}, summaryCells(c.N, c.Summary, true)...)
	return append(cells, countCell(c.Detected), countCell(c.BelowLOQ), countCell(c.NotQuantified), countCell(c.UnknownBasis), countCell(c.OtherUnit))
}

func (s *Source) purity() ([]Column, []Row) {
	rows := []Row{}
	for _, c := range s.entry().Purity {
		rows = append(rows, Row{Cells: s.contentCells(c)})
	}
	return contentColumns("%"), rows
}

// doseColumns are the columns of doseCells.
func doseColumns(unit string) []Column {
	columns := contentColumns(unit)
	for _, b := range mdmaBands {
		columns = append(columns, shareColumn("band_"+b.name, Text{b.name + " mg", b.name + " mg"}))
	}
	return columns
}

// doseCells has the shares of the bands where there are any.
func (s *Source) doseCells(d Dose) []Cell {
	cells := s.contentCells(d.Content)
	for _, b := range d.Bands {
		cells = append(cells, shareCell(b.Proportion))
	}
	return pad(cells, len(doseColumns(d.Unit)))
}

func (s *Source) dose() ([]Column, []Row) {
	rows, unit := []Row{}, DoseUnit(s.entry().Dose)
	for _, d := range s.entry().Dose {
		rows = append(rows, Row{Cells: s.doseCells(d.In(unit))})
	}
	return doseColumns(unit), rows
}

// adulterants begins with how all samples divide: those in which there was none, those in which
// adulterants were only seen as less, and those with any above a trace.
func (s *Source) adulterants() ([]Column, []Row) {
	columns := append([]Column{substanceColumn, aboveTrace}, lesserColumns...)
	columns = append(
		columns, countColumn("quantified", Text{"Quantified", "Gekwantificeerd"}), countColumn("below_loq", belowLOQName),
		countColumn("identified", Text{"Identified", "Geïdentificeerd"}),
	)
	columns = append(columns, summaryColumns("%", 1, true)...)
	columns = append(columns, countColumn("unknown_basis", unknownBasis), countColumn("other_unit", otherUnit))
	e := s.entry()
	rows := []Row{}
	all := func(code string, name Text, p Proportion) {
		rows = append(rows, Row{Cells: pad([]Cell{labelCell(Label{Code: code, Name: name}), shareCell(p)}, len(columns))})
	}
	all("none", noAdulterant, e.NoAdulterant)
	all("only_traces", onlyTraces, e.OnlyTraces)
	all("any", anyAdulterant, e.AnyAdulterant)
	for _, a := range e.Adulterants {
		cells := append([]Cell{s.substance(a.SubstanceID, a.Substance), shareCell(a.Proportion)}, lesserCells(a.Lesser)...)
		cells = append(cells, countCell(a.Quantified), countCell(a.BelowLOQ), countCell(a.Identified))
		cells = append(cells, summaryCells(a.Concentration.N, a.Concentration.Summary, true)...)
		rows = append(rows, Row{Cells: append(cells, countCell(a.Concentration.UnknownBasis), countCell(a.Concentration.OtherUnit))})
	}
	return columns, rows
}

func (s *Source) adulterantMethods() ([]Column, []Row) {
	rows := []Row{}
	for _, a := range s.entry().Adulterants {
		for _, m := range a.Methods {
			cells := []Cell{s.substance(a.SubstanceID, a.Substance), codeCell("method", m.Method), codeCell("level", m.Level), shareCell(m.Proportion)}
			rows = append(rows, Row{Cells: append(cells, lesserCells(m.Lesser)...)})
		}
	}
	columns := []Column{substanceColumn, labelColumn("method", Text{"Method", "Methode"}), labelColumn("level", Text{"Level", "Niveau"}), aboveTrace}
	return append(columns, lesserColumns...), rows
}

func (s *Source) coOccurrence() ([]Column, []Row) {
	rows := []Row{}
	for _, p := range s.entry().CoOccurrence {
		rows = append(rows, Row{Cells: []Cell{
			s.substance(p.SubstanceIDs[0], p.Substances[0]), s.substance(p.SubstanceIDs[1], p.Substances[1]), shareCell(p.Proportion),
		}})
	}
	return []Column{substanceColumn, labelColumn("with", Text{"Together with", "Samen met"}), aboveTrace}, rows
}

// priceColumns are the columns of priceCells.
func priceColumns(currency string) []Column {
	columns := []Column{
		labelColumn("currency", Text{"Currency", "Valuta"}), labelColumn("unit", Text{"Per", "Per"}), labelColumn("quantity", Text{"Quantity bought", "Gekochte hoeveelheid"}),
	}
	return append(columns, summaryColumns(currency, 2, false)...)
}

func priceCells(p Price) []Cell {
	return append(priceLabels(p.Currency, p.Unit, p.Quantity), priceSummary(p)...)
}

func priceLabels(currency string, unit lab.AmountUnit, quantity string) []Cell {
	return []Cell{nameCell(Text{currency, currency}), codeCell("amount_unit", unit), quantityCell(quantity)}
}

func priceSummary(p Price) []Cell {
	return summaryCells(p.N, p.summary(), false)
}

// price ends with the prices that are in none of the figures: those in other
// currencies, and what was had for nothing.
func (s *Source) price() ([]Column, []Row) {
	e := s.entry()
	columns, rows := priceColumns(e.Scope.Currency), []Row{}
	for _, p := range e.Price {
		rows = append(rows, Row{Cells: priceCells(p)})
	}
	for _, r := range counted("", e.PriceOtherCurrencies, code[string]) {
		n := e.PriceOtherCurrencies[r.statistic]
		rows = append(rows, Row{Cells: pad(append(priceLabels(r.statistic, "", allQuantities), countCell(n)), len(columns))})
	}
	if e.PriceFree > 0 {
		cells := []Cell{labelCell(Label{Code: "free", Name: freeName}), {State: None}, quantityCell(allQuantities), countCell(e.PriceFree)}
		rows = append(rows, Row{Cells: pad(cells, len(columns))})
	}
	return columns, rows
}

func (s *Source) purePrice() ([]Column, []Row) {
	e, rows := s.entry(), []Row{}
	for _, p := range e.PricePerPureGram {
		rows = append(rows, Row{Cells: append([]Cell{s.substance(p.SubstanceID, p.Substance)}, priceSummary(p.Price)...)})
	}
	return append([]Column{substanceColumn}, summaryColumns(e.Scope.Currency, 2, false)...), rows
}
