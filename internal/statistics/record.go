package statistics

import (
	"cmp"
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// csvHeader names the columns of the long form: one number a row.
var csvHeader = []string{
	"year", "scope", "product", "figure", "substance", "form", "quantity", "statistic", "value", "n", "of", "unit", "expected",
}

// NumberColumns are those of the long form that hold numbers of our own, and no text.
var NumberColumns = []string{"value", "n", "of"}

// record is one number of an entry with what it is about. N is the number of
// samples it rests on, and unit that of the amounts that the figure is about.
type record struct {
	figure, substance, form, quantity, statistic, value string
	n, of                                               string
	unit                                                string
}

// WriteCSV writes all figures of the year in long form, one number a row; a
// number that is not shown has no row.
func (y *Year) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	lead := []string{strconv.Itoa(y.Year), y.Scope.String(), "", ""}
	if err := writeRecords(out, lead, y.records()); err != nil {
		return err
	}
	for i := range y.Products {
		if err := y.Products[i].writeRecords(out); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteCSV writes all figures of the entry in long form, as those of a year.
func (e *Entry) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	if err := e.writeRecords(out); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func (e *Entry) writeRecords(out *csv.Writer) error {
	return writeRecords(out, []string{strconv.Itoa(e.Year), e.Scope.String(), e.Product, e.Expected}, e.records())
}

// writeRecords writes records of one product or expectation.
func writeRecords(out *csv.Writer, lead []string, records []record) error {
	for _, r := range records {
		row := []string{
			lead[0], lead[1], lead[2], r.figure, r.substance, r.form, r.quantity, r.statistic, r.value, r.n, r.of, r.unit, lead[3],
		}
		for i := range row {
			if !slices.Contains(NumberColumns, csvHeader[i]) {
				row[i] = lab.NoFormula(row[i])
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// with returns the record as another statistic.
func (r record) with(statistic, value string) record {
	r.statistic, r.value = statistic, value
	return r
}

func (r record) count(statistic string, n int) record { return r.with(statistic, strconv.Itoa(n)) }

// optional returns the record of a number, or nothing if it is not shown.
func (r record) optional(statistic string, v *float64) []record {
	if v == nil {
		return nil
	}
	return []record{r.with(statistic, strconv.FormatFloat(*v, 'f', -1, 64))}
}

func (r record) interval(statistic string, ci *Interval) []record {
	if ci == nil {
		return nil
	}
	return slices.Concat(r.optional(statistic+"_low", &ci[0]), r.optional(statistic+"_high", &ci[1]))
}

func (r record) proportion(p Proportion) []record {
	r.n, r.of = strconv.Itoa(p.N), strconv.Itoa(p.Of)
	list := []record{r.count("n", p.N)}
	r.unit = "%"
	return slices.Concat(list, r.optional("percent", p.Percent), r.interval("ci95", p.CI95))
}

func (r record) lesser(l Lesser) []record {
	return []record{r.count("trace", l.Trace), r.count("indicated", l.Indicated)}
}

func (r record) summary(n int, unit string, s Summary) []record {
	r.n, r.unit = strconv.Itoa(n), unit
	return slices.Concat(
		[]record{r.count("n", n)}, r.optional("mean", s.Mean), r.interval("mean_ci95", s.MeanCI95), r.optional("sd", s.SD), r.optional("median", s.Median),
		r.optional("p5", s.P5), r.optional("p25", s.P25), r.optional("p75", s.P75), r.optional("p95", s.P95),
		r.optional("min", s.Min), r.optional("max", s.Max),
	)
}

func (r record) delay(d Delay) []record {
	r.n, r.unit = strconv.Itoa(d.N), "days"
	return slices.Concat([]record{r.count("n", d.N)}, r.optional("median", d.Median), r.optional("p90", d.P90))
}

// counted returns a record of each key, in order.
func counted[K cmp.Ordered](figure string, m map[K]int, name func(K) string) []record {
	var list []record
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, record{figure: figure}.count(name(key), m[key]))
	}
	return list
}

func code[K ~string](key K) string { return string(key) }

func (y *Year) records() []record {
	return slices.Concat(
		[]record{
			record{figure: "registered"}.count("n", y.Registered), record{figure: "released"}.count("n", y.Released),
			record{figure: "withdrawn"}.count("n", y.Withdrawn), record{figure: "recognised"}.count("n", y.Recognised),
		},
		counted("unreleased", y.Unreleased, code[string]), counted("level", y.Level, code[lab.Level]),
		counted("outcomes", y.Outcomes, code[lab.Outcome]), counted("outcomes_euda", y.OutcomesEUDA, code[lab.Outcome]),
		counted("forms", y.Forms, code[lab.Form]), months(y.Months), turnaroundRecords(y.TurnaroundDays),
	)
}

func months(m [12]int) []record {
	list := make([]record, len(m))
	for i, n := range m {
		list[i] = record{figure: "months"}.count(strconv.Itoa(i+1), n)
	}
	return list
}

func turnaroundRecords(t Turnaround) []record {
	return slices.Concat(record{figure: "turnaround_days"}.delay(t.Delay), record{figure: "turnaround_days_confirmed"}.delay(t.Confirmed))
}

func (e *Entry) records() []record {
	list := slices.Concat(
		[]record{record{figure: "samples"}.count("n", e.N), record{figure: "released"}.count("n", e.ReleasedN)},
		record{figure: "share"}.proportion(e.Share),
		record{figure: "share_without_ecstasy_tablets"}.proportion(e.ShareWithoutEcstasyTablets),
		record{figure: "contains_any"}.proportion(e.Contains.Any), record{figure: "contains_main"}.proportion(e.Contains.Main),
		counted("outcomes", e.Outcomes, code[lab.Outcome]), counted("outcomes_euda", e.OutcomesEUDA, code[lab.Outcome]),
		[]record{record{figure: "withdrawn"}.count("n", e.Withdrawn), record{figure: "recognised"}.count("n", e.Recognised)},
		counted("unreleased", e.Unreleased, code[string]), counted("level", e.Level, code[lab.Level]),
		counted("forms", e.Forms, code[lab.Form]), months(e.Months),
		record{figure: "no_adulterant"}.proportion(e.NoAdulterant), record{figure: "only_traces"}.proportion(e.OnlyTraces),
		record{figure: "any_adulterant"}.proportion(e.AnyAdulterant), turnaroundRecords(e.TurnaroundDays),
	)
	for _, s := range e.Substitutes {
		r := record{figure: "substitutes", substance: s.Substance}
		list = slices.Concat(list, r.proportion(s.Proportion), r.lesser(s.Lesser))
	}
	for _, f := range e.Found {
		r := record{figure: "found", substance: f.Substance}
		list = append(append(list, r.proportion(f.Proportion)...), r.count("main", f.Main), r.count("trace", f.Trace))
	}
	for _, p := range e.CoOccurrence {
		list = append(list, record{figure: "co_occurrence", substance: strings.Join(p.Substances[:], " + ")}.proportion(p.Proportion)...)
	}
	return slices.Concat(list, e.contentRecords(), e.adulterantRecords(), e.priceRecords())
}

func (e *Entry) contentRecords() []record {
	var list []record
	for _, c := range e.Purity {
		list = append(list, c.records("purity")...)
	}
	for _, d := range e.Dose {
		list = append(list, d.records("dose")...)
		for _, b := range d.Bands {
			list = append(list, record{figure: "dose", substance: d.Substance, form: d.Form, quantity: b.Band + " mg"}.proportion(b.Proportion)...)
		}
	}
	return list
}

func (c Content) records(figure string) []record {
	r := record{figure: figure, substance: c.Substance, form: c.Form}
	return append(
		r.summary(c.N, c.Unit+" "+c.Basis, c.Summary), r.count("detected", c.Detected), r.count("below_loq", c.BelowLOQ),
		r.count("unknown_basis", c.UnknownBasis), r.count("other_unit", c.OtherUnit), r.count("not_quantified", c.NotQuantified),
	)
}

func (e *Entry) adulterantRecords() []record {
	var list []record
	for _, a := range e.Adulterants {
		r := record{figure: "adulterants", substance: a.Substance}
		list = append(append(list, r.proportion(a.Proportion)...),
			r.count("quantified", a.Quantified), r.count("below_loq", a.BelowLOQ), r.count("identified", a.Identified))
		list = append(list, r.lesser(a.Lesser)...)
		r.figure = "adulterant_concentration"
		list = append(append(list, r.summary(a.Concentration.N, a.Concentration.Unit+" "+a.Concentration.Basis, a.Concentration.Summary)...),
			r.count("unknown_basis", a.Concentration.UnknownBasis), r.count("other_unit", a.Concentration.OtherUnit))
		for _, m := range a.Methods {
			method := record{figure: "adulterant_by_method", substance: a.Substance, quantity: string(m.Method) + " " + string(m.Level)}
			list = slices.Concat(list, method.proportion(m.Proportion), method.lesser(m.Lesser))
		}
	}
	return list
}

func (e *Entry) priceRecords() []record {
	var list []record
	for _, p := range e.Price {
		list = append(list, p.records("price", "")...)
	}
	for _, p := range e.PricePerPureGram {
		list = append(list, p.records("price_per_pure_gram", p.Substance)...)
	}
	list = append(list, counted("price_other_currencies", e.PriceOtherCurrencies, code[string])...)
	return append(list, record{figure: "price_free"}.count("n", e.PriceFree))
}

func (p Price) records(figure, substance string) []record {
	return record{figure: figure, substance: substance, quantity: p.Quantity}.summary(p.N, p.Currency+"/"+string(p.Unit), Summary{
		Mean: p.Mean, MeanCI95: p.MeanCI95, SD: p.SD, Median: p.Median, P25: p.P25, P75: p.P75, Min: p.Min, Max: p.Max,
	})
}
