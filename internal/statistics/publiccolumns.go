package statistics

// Names that several tables use.
var (
	allName        = Text{"All registered samples", "Alle geregistreerde monsters"}
	recognisedName = Text{"Released, recognised from a list", "Vrijgegeven, herkend van een lijst"}
	withoutTablets = Text{"Share without ecstasy tablets", "Aandeel zonder xtc-tabletten"}
	containsName   = Text{"Contains what was expected", "Bevat wat werd verwacht"}
	anyAmount      = Text{"in any amount", "in enige hoeveelheid"}
	asMain         = Text{"as a main component", "als hoofdbestanddeel"}
	belowLOQName   = Text{"Below limit of quantification", "Onder bepalingsgrens"}
	unknownBasis   = Text{"Basis unknown", "Basis onbekend"}
	otherUnit      = Text{"In another unit", "In een andere eenheid"}
	freeName       = Text{"free or found", "gratis of gevonden"}
	noAdulterant   = Text{"no adulterant", "geen versnijding"}
	onlyTraces     = Text{"adulterants only as traces or indicated", "versnijding alleen als spoor of aanwijzing"}
	anyAdulterant  = Text{"an adulterant above a trace", "versnijding boven een spoor"}
)

// aboveTrace is the column of samples in which something was found above a trace, and
// lesserColumns those beside it.
var (
	aboveTrace    = shareColumn("samples", Text{"Samples", "Monsters"})
	lesserColumns = []Column{
		countColumn("trace", Text{"Besides, as a trace", "Daarnaast, als spoor"}),
		countColumn("indicated", Text{"Besides, only indicated", "Daarnaast, alleen een aanwijzing"}),
	}
)

func lesserCells(l Lesser) []Cell {
	if l.withheld {
		return []Cell{{State: TooFew}, {State: TooFew}}
	}
	return []Cell{countCell(l.Trace), countCell(l.Indicated)}
}

// Notes of tables of shares and of tables with amounts.
var (
	shareNotes  = []Text{Caveat, Methods[0]}
	amountNotes = append([]Text{Caveat}, Methods...)
)

var servicesNote = Text{
	"Numbers from 1 to 4 are not shown, nor are others from which they could be computed. Numbers by service are shown once the year is over.",
	"Aantallen van 1 tot en met 4 worden niet getoond, en ook andere niet waaruit ze te berekenen zijn. Aantallen per testservice worden getoond als het jaar voorbij is.",
}

var trendNote = Text{
	"Shares: change in percentage points a year. Amounts and prices: Theil and Sen's slope of the yearly medians.",
	"Aandelen: verandering in procentpunten per jaar. Gehalten en prijzen: helling van Theil en Sen van de mediaan per jaar.",
}

var testNote = Text{
	"p: shares are tested as Cochran and Armitage do, medians by Kendall's statistic.",
	"p: aandelen zijn getoetst volgens Cochran en Armitage, medianen met de grootheid van Kendall.",
}

var substanceColumn = labelColumn("substance", Text{"Substance", "Stof"})

func labelColumn(key string, name Text) Column { return Column{Key: key, Name: name, Kind: LabelKind} }

func countColumn(key string, name Text) Column { return Column{Key: key, Name: name, Kind: CountKind} }

func shareColumn(key string, name Text) Column {
	return Column{Key: key, Name: name, Kind: ShareKind, Unit: "%", Decimals: 1, Interval: true}
}

func amountColumn(key string, name Text, unit string, decimals int) Column {
	return Column{Key: key, Name: name, Kind: AmountKind, Unit: unit, Decimals: decimals, From: MeanFrom}
}

// summaryColumns are the columns of summaryCells; tails are P5 and P95.
func summaryColumns(unit string, decimals int, tails bool) []Column {
	mean := amountColumn("mean", Text{"Mean", "Gemiddelde"}, unit, decimals)
	mean.Interval = true
	columns := []Column{countColumn("n", Text{"n", "n"}), mean}
	add := func(key string, name Text) { columns = append(columns, amountColumn(key, name, unit, decimals)) }
	tail := func(key string, name Text) {
		if tails {
			add(key, name)
			columns[len(columns)-1].From = TailsFrom
		}
	}
	add("sd", Text{"Standard deviation", "Standaarddeviatie"})
	add("median", Text{"Median", "Mediaan"})
	tail("p5", Text{"P5", "P5"})
	add("p25", Text{"P25", "P25"})
	add("p75", Text{"P75", "P75"})
	tail("p95", Text{"P95", "P95"})
	add("min", Text{"Smallest", "Kleinste"})
	add("max", Text{"Largest", "Grootste"})
	return columns
}

func summaryCells(n int, s Summary, tails bool) []Cell {
	cells := []Cell{countCell(n), amountCell(n, s.Mean, s.MeanCI95)}
	values := []*float64{s.SD, s.Median, s.P25, s.P75, s.Min, s.Max}
	if tails {
		values = []*float64{s.SD, s.Median, s.P5, s.P25, s.P75, s.P95, s.Min, s.Max}
	}
	for _, v := range values {
		cells = append(cells, amountCell(n, v, nil))
	}
	return cells
}
