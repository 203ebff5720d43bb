package statistics

import (
	"slices"

	"marquis/internal/lab"
)

var yearColumn = Column{Key: "year", Name: Text{"Year", "Jaar"}, Kind: YearKind}

func (s *Source) years() ([]Column, []Row) {
	rows := []Row{}
	for _, e := range s.Entries {
		rows = append(rows, Row{Cells: []Cell{
			countCell(e.Year), shareCell(e.Share), shareCell(e.ShareWithoutEcstasyTablets), countCell(e.ReleasedN),
			shareCell(e.Contains.Any), shareCell(e.Contains.Main), shareCell(e.NoAdulterant),
		}})
	}
	return []Column{
		yearColumn, shareColumn("share", Text{"Share", "Aandeel"}), shareColumn("share_without_ecstasy_tablets", withoutTablets),
		countColumn("released", Text{"Released", "Vrijgegeven"}), shareColumn("contains_any", joined(containsName, anyAmount)),
		shareColumn("contains_main", joined(containsName, asMain)), shareColumn("no_adulterant", Text{"No adulterant", "Geen versnijding"}),
	}, rows
}

func joined(a, b Text) Text { return Text{a.English + ", " + b.English, a.Dutch + ", " + b.Dutch} }

// overYears returns a row for each year in which there is something of a kind,
// series by series; a series is what the key says is the same. The series of the
// last year come first, in its order.
func overYears[T any, K comparable](s *Source, list func(*Entry) []T, key func(T) K, cells func(T) []Cell) []Row {
	rows := []Row{}
	for _, k := range seriesOf(s, list, key) {
		for _, e := range s.Entries {
			for _, x := range list(e) {
				if key(x) == k {
					rows = append(rows, Row{Cells: append([]Cell{countCell(e.Year)}, cells(x)...)})
				}
			}
		}
	}
	return rows
}

// seriesOf returns the keys of all series.
func seriesOf[T any, K comparable](s *Source, list func(*Entry) []T, key func(T) K) []K {
	var keys []K
	for _, e := range slices.Backward(s.Entries) {
		for _, x := range list(e) {
			if k := key(x); !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

type contentKey struct {
	substance lab.SubstanceID
	form      string
}

func keyOfContent(c Content) contentKey { return contentKey{c.SubstanceID, c.Form} }

func keyOfDose(d Dose) contentKey { return keyOfContent(d.Content) }

// keyOfPrice names the prices that are one series; those in another currency than
// another year's are another.
func keyOfPrice(p Price) [3]string { return [3]string{p.Currency, string(p.Unit), p.Quantity} }

func purityOf(e *Entry) []Content { return e.Purity }
func doseOf(e *Entry) []Dose      { return e.Dose }
func priceOf(e *Entry) []Price    { return e.Price }

func (s *Source) purityYears() ([]Column, []Row) {
	return append([]Column{yearColumn}, contentColumns("%")...), overYears(s, purityOf, keyOfContent, s.contentCells)
}

func (s *Source) doseYears() ([]Column, []Row) {
	var all []Dose
	for _, e := range s.Entries {
		all = append(all, e.Dose...)
	}
	unit := DoseUnit(all)
	return append([]Column{yearColumn}, doseColumns(unit)...), overYears(s, doseOf, keyOfDose, func(d Dose) []Cell { return s.doseCells(d.In(unit)) })
}

func (s *Source) priceYears() ([]Column, []Row) {
	columns := append([]Column{yearColumn}, priceColumns(s.entry().Scope.Currency)...)
	return columns, overYears(s, priceOf, keyOfPrice, priceCells)
}

// trends tells per figure how it changed a year: of shares, and of the medians of
// amounts and prices in the years that have one.
func (s *Source) trends() ([]Column, []Row) {
	points := func(of func(*Entry) Proportion) []SharePoint {
		var list []SharePoint
		for _, e := range s.Entries {
			list = append(list, SharePoint{e.Year, of(e).N, of(e).Of})
		}
		return list
	}
	share := func(code string, name Text, of func(*Entry) Proportion) Row {
		t := TrendOfShares(points(of))
		cells := []Cell{labelCell(Label{Code: code, Name: name}), {State: None}, {State: None}, nameCell(Text{"percentage points", "procentpunten"})}
		return Row{Cells: append(cells, trendCells(t.Years, t.Change, t.CI95, t.P)...)}
	}
	rows := []Row{
		share("share", Text{"Share", "Aandeel"}, func(e *Entry) Proportion { return e.Share }),
		share("share_without_ecstasy_tablets", withoutTablets, func(e *Entry) Proportion { return e.ShareWithoutEcstasyTablets }),
		share("contains_any", joined(containsName, anyAmount), func(e *Entry) Proportion { return e.Contains.Any }),
		share("contains_main", joined(containsName, asMain), func(e *Entry) Proportion { return e.Contains.Main }),
	}
	content := func(code string, name Text) func(Content) []Cell {
		return func(c Content) []Cell {
			return []Cell{labelCell(Label{Code: code, Name: name}), s.substance(c.SubstanceID, c.Substance), formCell(c.Form), nameCell(Text{c.Unit, c.Unit})}
		}
	}
	purity, dose := content("purity", Text{"Purity", "Zuiverheid"}), content("dose", Text{"Dose", "Dosis"})
	rows = append(rows, amountTrends(s, purityOf, keyOfContent, func(c Content) *float64 { return c.Median }, purity)...)
	rows = append(rows, amountTrends(s, doseOf, keyOfDose, func(d Dose) *float64 { return d.Median }, func(d Dose) []Cell { return dose(d.Content) })...)
	rows = append(rows, amountTrends(s, priceOf, keyOfPrice, func(p Price) *float64 { return p.Median }, func(p Price) []Cell {
		unit := p.Currency + "/" + string(p.Unit)
		return []Cell{labelCell(Label{Code: "price", Name: Text{"Price", "Prijs"}}), {State: None}, quantityCell(p.Quantity), nameCell(Text{unit, unit})}
	})...)
	change := amountColumn("change", Text{"Change a year", "Verandering per jaar"}, "", 2)
	change.Interval = true
	return []Column{
		labelColumn("figure", Text{"Figure", "Cijfer"}), substanceColumn, labelColumn("series", Text{"Form or quantity", "Vorm of hoeveelheid"}),
		labelColumn("unit", Text{"In", "In"}), countColumn("years", Text{"Years", "Jaren"}), change, amountColumn("p", Text{"p", "p"}, "", 3),
	}, rows
}

// amountTrends returns the trend of each series, named by the labels of its last
// year.
func amountTrends[T any, K comparable](s *Source, list func(*Entry) []T, key func(T) K, median func(T) *float64, labels func(T) []Cell) []Row {
	var rows []Row
	for _, k := range seriesOf(s, list, key) {
		var points []AmountPoint
		var last T
		for _, e := range s.Entries {
			i := slices.IndexFunc(list(e), func(x T) bool { return key(x) == k })
			if i < 0 {
				continue
			}
			last = list(e)[i]
			if m := median(last); m != nil {
				points = append(points, AmountPoint{e.Year, *m})
			}
		}
		t := TrendOfAmounts(points)
		rows = append(rows, Row{Cells: append(labels(last), trendCells(t.Years, t.Change, t.CI95, t.P)...)})
	}
	return rows
}

// trendCells has no p for a share that never varies, nor for a single year.
func trendCells(years int, change *float64, ci *Interval, p *float64) []Cell {
	return []Cell{countCell(years), amountCell(years, change, ci), amountCell(0, p, nil)}
}
