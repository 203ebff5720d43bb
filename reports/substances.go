package reports

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// overYears makes rows of what several years list: what the latest year lists
// comes first, in its order, and each is followed through the years.
func overYears[T any, K comparable](entries []yearEntry, list func(*statistics.Entry) []T, key func(T) K, row func(T, yearEntry) []any) [][]any {
	type item struct {
		value T
		entry yearEntry
	}
	var order []K
	items := map[K][]item{}
	for _, e := range slices.Backward(entries) {
		if e.Entry == nil {
			continue
		}
		for _, v := range list(e.Entry) {
			k := key(v)
			if items[k] == nil {
				order = append(order, k)
			}
			items[k] = append(items[k], item{v, e})
		}
	}
	var rows [][]any
	for _, k := range order {
		for _, i := range slices.Backward(items[k]) {
			rows = append(rows, row(i.value, i.entry))
		}
	}
	return rows
}

// keysOf returns the keys of maps, sorted.
func keysOf[K cmp.Ordered, V any](list ...map[K]V) []K {
	all := map[K]bool{}
	for _, m := range list {
		for k := range m {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// lesserColumns are those of what was seen as less than is counted.
func (p *profile) lesserColumns() []column {
	return []column{{p.text("report.besides_trace"), formatCount, 0, false}, {p.text("report.besides_indicated"), formatCount, 0, false}}
}

// adulterantTables tell what was found beside what was expected: how often and how
// much, by which method, and what together.
func (p *profile) adulterantTables() {
	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.year"), formatYear, 0, false},
	}, p.proportionColumns(p.text("report.above_trace_n"), p.text("report.could_be_seen"), p.text("report.percent"))...)
	for _, title := range []string{p.text("report.quantified"), p.text("report.below_loq"), p.text("report.identified")} {
		columns = append(columns, column{title, formatCount, 0, false})
	}
	columns = append(columns, p.lesserColumns()...)
	rows := overYears(p.entries, func(e *statistics.Entry) []statistics.Adulterant { return e.Adulterants },
		func(a statistics.Adulterant) lab.SubstanceID { return a.SubstanceID },
		func(a statistics.Adulterant, e yearEntry) []any {
			row := append([]any{p.substanceName(a.SubstanceID, a.Substance), e.year.Year}, proportion(a.Proportion)...)
			return append(row, a.Quantified, a.BelowLOQ, a.Identified, a.Trace, a.Indicated)
		})
	p.table(table{title: p.text("report.adulterants_title"), note: p.text("report.adulterants_note"), columns: columns, rows: rows})
	p.concentrationTable()
	p.methodTable()
	p.pairTable()
}

func (p *profile) concentrationTable() {
	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.year"), formatYear, 0, false},
	}, p.summaryColumns(formatPercent, p.text("report.quantified_n"))...)
	quantified := func(e *statistics.Entry) []statistics.Adulterant {
		return slices.DeleteFunc(slices.Clone(e.Adulterants), func(a statistics.Adulterant) bool { return a.Quantified == 0 })
	}
	rows := overYears(p.entries, quantified, func(a statistics.Adulterant) lab.SubstanceID { return a.SubstanceID },
		func(a statistics.Adulterant, e yearEntry) []any {
			c := a.Concentration
			return append([]any{p.substanceName(a.SubstanceID, a.Substance), e.year.Year}, p.summary(c.N, c.Summary, c.UnknownBasis, c.OtherUnit)...)
		})
	if len(rows) > 0 {
		p.table(table{title: p.text("report.concentration_title"), note: p.text("report.concentration_note"), columns: columns, rows: rows})
	}
}

func (p *profile) methodTable() {
	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.method"), formatText, 16, false},
		{p.text("report.level"), formatText, 13, false},
	}, p.proportionColumns(p.text("report.above_trace_n"), p.text("report.could_be_seen"), p.text("report.percent"))...)
	columns = append(columns, p.lesserColumns()...)
	var rows [][]any
	for _, a := range p.entry.Adulterants {
		for _, m := range a.Methods {
			row := append([]any{
				p.substanceName(a.SubstanceID, a.Substance), p.locale.Code(locale.MethodKinds, string(m.Method)), p.locale.Code(locale.Levels, string(m.Level)),
			}, proportion(m.Proportion)...)
			rows = append(rows, append(row, m.Trace, m.Indicated))
		}
	}
	if len(rows) > 0 {
		p.table(table{title: p.text("report.methods_title", "Year", p.book.year.Year), note: p.text("report.methods_note"), columns: columns, rows: rows})
	}
}

func (p *profile) pairTable() {
	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.together_with"), formatText, 16, false},
	}, p.proportionColumns(p.text("report.above_trace_n"), p.text("report.of_containing"), p.text("report.percent"))...)
	var rows [][]any
	for _, x := range p.entry.CoOccurrence {
		rows = append(rows, append([]any{
			p.substanceName(x.SubstanceIDs[0], x.Substances[0]), p.substanceName(x.SubstanceIDs[1], x.Substances[1]),
		}, proportion(x.Proportion)...))
	}
	if len(rows) > 0 {
		p.table(table{title: p.text("report.pairs_title", "Year", p.book.year.Year), note: p.text("report.pairs_note"), columns: columns, rows: rows})
	}
}

func (p *profile) substituteTable() {
	columns := append([]column{
		{p.text("report.substance"), formatText, nameColumn, false},
		{p.text("report.year"), formatYear, 0, false},
	}, p.proportionColumns(p.text("report.above_trace_n"), p.text("report.of_lacking"), p.text("report.percent"))...)
	columns = append(columns, p.lesserColumns()...)
	rows := overYears(p.entries, func(e *statistics.Entry) []statistics.Substitute { return e.Substitutes },
		func(x statistics.Substitute) lab.SubstanceID { return x.SubstanceID },
		func(x statistics.Substitute, e yearEntry) []any {
			row := append([]any{p.substanceName(x.SubstanceID, x.Substance), e.year.Year}, proportion(x.Proportion)...)
			return append(row, x.Trace, x.Indicated)
		})
	if len(rows) > 0 {
		p.table(table{title: p.text("report.substitutes_title"), note: p.text("report.substitutes_note"), columns: columns, rows: rows})
	}
}

// foundTable lists all that was found in the year of the report, and as what.
func (p *profile) foundTable() {
	columns := append([]column{{p.text("report.substance"), formatText, nameColumn, false}},
		p.proportionColumns(p.text("report.found_n"), p.text("report.released"), p.text("report.percent"))...)
	columns = append(columns, column{p.text("report.contains_main"), formatCount, 0, false}, column{p.text("report.trace"), formatCount, 0, false})
	for _, role := range lab.Roles {
		columns = append(columns, column{p.text("report.as_role", "Role", p.locale.Code(locale.Roles, string(role))), formatCount, 0, false})
	}
	var rows [][]any
	for _, x := range p.entry.Found {
		row := append([]any{p.substanceName(x.SubstanceID, x.Substance)}, proportion(x.Proportion)...)
		row = append(row, x.Main, x.Trace)
		for _, role := range lab.Roles {
			row = append(row, x.Roles[role])
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		p.table(table{title: p.text("report.found_title", "Year", p.book.year.Year), note: p.text("report.found_note"), columns: columns, rows: rows})
	}
}

// otherCurrencies writes counts by currency as one text.
func otherCurrencies(counts map[string]int) string {
	var list []string
	for _, currency := range keysOf(counts) {
		list = append(list, currency+" "+strconv.Itoa(counts[currency]))
	}
	return strings.Join(list, ", ")
}
