package statistics

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the year as indented JSON.
func (y *Year) WriteJSON(w io.Writer) error { return writeJSON(w, y) }

// WriteJSON writes the entry as indented JSON.
func (e *Entry) WriteJSON(w io.Writer) error { return writeJSON(w, e) }

func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// table writes aligned text. The first error stays, as tabwriter's Flush tells
// it.
type table struct {
	*tabwriter.Writer
	err error
}

func newTable(w io.Writer) *table {
	return &table{Writer: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
}

// row writes one line of cells.
func (t *table) row(cells ...any) {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = fmt.Sprint(c)
	}
	if _, err := fmt.Fprintln(t, strings.TrimRight(strings.Join(texts, "\t"), "\t")); err != nil && t.err == nil {
		t.err = err
	}
}

// heading ends the columns before it.
func (t *table) heading(cells ...any) {
	t.flush()
	t.row()
	t.row(cells...)
}

func (t *table) flush() {
	if err := t.Flush(); err != nil && t.err == nil {
		t.err = err
	}
}

func (t *table) done() error {
	t.flush()
	return t.err
}

// WriteTable writes the year as text: one line a product.
func (y *Year) WriteTable(w io.Writer) error {
	t := newTable(w)
	t.row(fmt.Sprintf("Year %d, services: %s", y.Year, y.Scope))
	t.heading("registered", y.Registered)
	t.row("released", y.Released)
	t.row("withdrawn", y.Withdrawn)
	t.row("recognised", y.Recognised)
	for _, reason := range slices.Sorted(maps.Keys(y.Unreleased)) {
		t.row("unreleased, "+reason, y.Unreleased[reason])
	}
	t.delay("days to result", y.TurnaroundDays.Delay)
	t.delay("days to confirmed result", y.TurnaroundDays.Confirmed)
	t.heading("product", "n", "share", "released", "contains", "as main", "no adulterant")
	for _, e := range y.Products {
		t.row(e.Product, e.N, percent(e.Share.Percent), e.ReleasedN, ratio(e.Contains.Any), ratio(e.Contains.Main), ratio(e.NoAdulterant))
	}
	t.caveat()
	return t.done()
}

// WriteTable writes the entry as text.
func (e *Entry) WriteTable(w io.Writer) error {
	t := newTable(w)
	t.row(fmt.Sprintf("%s: year %d, services: %s", e.Name(), e.Year, e.Scope))
	t.heading("samples", e.N, "of", e.Registered)
	t.row("released", e.ReleasedN, "withdrawn", e.Withdrawn)
	for _, reason := range slices.Sorted(maps.Keys(e.Unreleased)) {
		t.row("unreleased, "+reason, e.Unreleased[reason])
	}
	t.heading("", "n", "of", "share", "95 % interval")
	t.proportion("share", e.Share)
	t.proportion("share without ecstasy tablets", e.ShareWithoutEcstasyTablets)
	t.proportion("contains, any amount", e.Contains.Any)
	t.proportion("contains, as main component", e.Contains.Main)
	t.proportion("no adulterant", e.NoAdulterant)
	t.proportion("adulterants only as traces or indicated", e.OnlyTraces)
	t.proportion("an adulterant above a trace", e.AnyAdulterant)
	t.heading("outcome", "n", "n (EUDA)")
	for _, line := range OutcomeLines() {
		t.row(line.Code, line.Count(e.Outcomes), line.Count(e.OutcomesEUDA))
	}
	e.writeFindings(t)
	e.writeContents(t)
	e.writePrices(t)
	t.heading("", "n", "median", "P90")
	t.delay("days to result", e.TurnaroundDays.Delay)
	t.delay("days to confirmed result", e.TurnaroundDays.Confirmed)
	t.caveat()
	return t.done()
}

func (e *Entry) writeFindings(t *table) {
	if len(e.Substitutes) > 0 {
		t.heading("instead, in those without", "above a trace", "of", "share", "95 % interval", "besides: trace", "indicated")
		for _, s := range e.Substitutes {
			t.row(s.Substance, s.N, s.Of, percent(s.Percent), bounds(s.CI95), s.Trace, s.Indicated)
		}
	}
	if len(e.Adulterants) > 0 {
		t.heading("adulterant", "above a trace", "of", "share", "95 % interval", "quantified", "mean %", "besides: trace", "indicated")
		for _, a := range e.Adulterants {
			t.row(a.Substance, a.N, a.Of, percent(a.Percent), bounds(a.CI95), a.Concentration.N, decimal(a.Concentration.Mean), a.Trace, a.Indicated)
		}
	}
	if len(e.CoOccurrence) > 0 {
		t.heading("adulterants together", "above a trace", "of", "share", "95 % interval")
		for _, p := range e.CoOccurrence {
			t.proportion(strings.Join(p.Substances[:], " + "), p.Proportion)
		}
	}
}

func (e *Entry) writeContents(t *table) {
	columns := []any{"form", "unit", "n", "mean", "SD", "median", "P5", "P25", "P75", "P95", "min", "max", "detected", "below LOQ", "unknown basis"}
	row := func(c Content) {
		t.row(c.Substance, c.Form, c.Unit+" "+c.Basis, c.N, decimal(c.Mean), decimal(c.SD), decimal(c.Median), decimal(c.P5), decimal(c.P25),
			decimal(c.P75), decimal(c.P95), decimal(c.Min), decimal(c.Max), c.Detected, c.BelowLOQ, c.UnknownBasis)
	}
	if len(e.Purity) > 0 {
		t.heading(append([]any{"purity"}, columns...)...)
		for _, c := range e.Purity {
			row(c)
		}
	}
	if len(e.Dose) > 0 {
		t.heading(append([]any{"dose"}, columns...)...)
		for _, d := range e.Dose {
			row(d.Content)
		}
		for _, d := range e.Dose {
			for _, b := range d.Bands {
				t.proportion(fmt.Sprintf("%s, %s, %s mg", d.Substance, d.Form, b.Band), b.Proportion)
			}
		}
	}
}

func (e *Entry) writePrices(t *table) {
	if len(e.Price) > 0 {
		t.heading("price", "quantity", "n", "mean", "median", "P25", "P75", "min", "max")
		for _, p := range e.Price {
			t.price(fmt.Sprintf("%s per %s", p.Currency, p.Unit), p)
		}
		for _, p := range e.PricePerPureGram {
			t.price(fmt.Sprintf("%s per g pure %s", p.Currency, p.Substance), p.Price)
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(e.PriceOtherCurrencies)) {
		t.row("not converted, "+currency, "", e.PriceOtherCurrencies[currency])
	}
	if e.PriceFree > 0 {
		t.row("free", "", e.PriceFree)
	}
}

func (t *table) proportion(name string, p Proportion) {
	t.row(name, p.N, p.Of, percent(p.Percent), bounds(p.CI95))
}

func (t *table) price(name string, p Price) {
	t.row(name, p.Quantity, p.N, decimal(p.Mean), decimal(p.Median), decimal(p.P25), decimal(p.P75), decimal(p.Min), decimal(p.Max))
}

func (t *table) delay(name string, d Delay) { t.row(name, d.N, decimal(d.Median), decimal(d.P90)) }

// caveat ends a table with what holds for all of it.
func (t *table) caveat() { t.heading(Caveat.English) }

// notShown stands for a number that too few samples tell.
const notShown = "–"

func decimal(v *float64) string {
	if v == nil {
		return notShown
	}
	return fmt.Sprintf("%.1f", *v)
}

func percent(v *float64) string {
	if v == nil {
		return notShown
	}
	return decimal(v) + " %"
}

func bounds(ci *Interval) string {
	if ci == nil {
		return notShown
	}
	return fmt.Sprintf("%.1f–%.1f", ci[0], ci[1])
}

func ratio(p Proportion) string {
	return fmt.Sprintf("%d/%d %s", p.N, p.Of, percent(p.Percent))
}
