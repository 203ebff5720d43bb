package reports

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// Entries of the dictionary of the tests. Two names look like formulas.
const (
	ketamine lab.SubstanceID = iota + 1
	mdma
	caffeine
	levamisole
	formulaSubstance
)

const (
	ketamineProduct lab.ProductID = iota + 1
	ecstasyProduct
	tucibiProduct
	formulaProduct
	rareProduct
)

const (
	formulaProductName   = "=1+1"
	formulaSubstanceName = "@SUM(A1)"
	recognition          = lab.MethodID(1)
	gcms                 = lab.MethodID(2)
	ftir                 = lab.MethodID(3)
)

// testDictionary returns the dictionary of the tests with further products.
func testDictionary(t testing.TB, more ...*lab.Product) *lab.Dictionary {
	t.Helper()
	substance := func(id lab.SubstanceID, name, nl string) *lab.Substance {
		return &lab.Substance{ID: id, Name: name, NameNL: nl, Class: "other", Role: lab.RoleAdulterant, Active: true, Psychoactive: id != levamisole, Reviewed: true}
	}
	product := func(id lab.ProductID, name, nl string, expected ...lab.SubstanceID) *lab.Product {
		p := &lab.Product{ID: id, NameEN: name, NameNL: nl, Unit: lab.Gram, Reviewed: true}
		for _, e := range expected {
			p.Substances = append(p.Substances, lab.ProductSubstance{ProductID: id, Expected: lab.Expected{SubstanceID: lab.Optional(e)}, Role: lab.RoleExpected})
		}
		return p
	}
	scope := []lab.MethodScope{{SubstanceID: ketamine}, {SubstanceID: mdma}, {SubstanceID: caffeine}}
	d, err := lab.NewDictionary(
		[]lab.Class{{Code: "other", NameEN: "other substances", NameNL: "andere stoffen"}},
		[]*lab.Substance{
			substance(ketamine, "ketamine", ""), substance(mdma, "MDMA", ""), substance(caffeine, "caffeine", "cafeïne"),
			substance(levamisole, "levamisole", "levamisol"), substance(formulaSubstance, formulaSubstanceName, ""),
		},
		append([]*lab.Product{
			product(ketamineProduct, "ketamine", "", ketamine), product(ecstasyProduct, "ecstasy", "xtc", mdma),
			product(tucibiProduct, "tucibi", "", ketamine, mdma), product(formulaProduct, formulaProductName, "", caffeine),
			product(rareProduct, "rare: a/b?", ""),
		}, more...),
		[]*lab.Method{
			{ID: recognition, Kind: lab.ListRecognition, Lab: "counter", Level: lab.Preliminary, OpenScope: true},
			{ID: gcms, Kind: lab.GCMS, Lab: "laboratory", Level: lab.Confirmatory, Quantifies: true, OpenScope: true},
			{ID: ftir, Kind: lab.FTIR, Lab: "counter", Level: lab.Preliminary, Scope: scope},
		})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// quota is how many samples there are of a product in a year.
type quota struct {
	product lab.ProductID
	n       int
}

var testYears = map[int][]quota{
	2022: {{ketamineProduct, 12}, {ecstasyProduct, 40}},
	2023: {{ketamineProduct, 21}, {ecstasyProduct, 36}, {tucibiProduct, 4}},
	2024: {{ketamineProduct, 34}, {ecstasyProduct, 31}, {tucibiProduct, 11}, {formulaProduct, 10}, {rareProduct, 1}},
}

// finding makes a finding as lab's classification would.
func finding(id lab.SubstanceID, role lab.Role, d lab.Detection, method lab.MethodID, scale lab.Scale, base int64) lab.FindingRow {
	c := &lab.FindingClass{SubstanceID: id, Role: role, Detection: d, MethodID: method, Main: role == lab.RoleExpected && d == lab.Quantified}
	if d == lab.Quantified {
		c.Scale, c.BaseKnown = scale, true
	}
	return lab.FindingRow{FindingClass: c, Base: base}
}

// sample makes the i-th sample of a product: everything follows from the number.
func sample(product lab.ProductID, year, i int) statistics.SampleRow {
	r := statistics.SampleRow{Service: "UTR", FactRow: lab.FactRow{
		SampleClass: &lab.SampleClass{
			ProductID: product, Expected: "1", Form: lab.Powder, Channel: lab.FrontOfHouse, Counted: true, State: lab.Completed,
			Release: lab.IsReleased, Outcome: lab.ExpectedOnly, OutcomeEUDA: lab.ExpectedOnly, Level: lab.Confirmatory, Contains: true, ContainsMain: true, Methods: "2",
		},
		Month: time.Month(1 + i%12), PublishedDays: lab.Optional(6 + i%9), ConfirmedDays: lab.Optional(6 + i%9),
	}}
	if i%3 == 2 {
		r.Service = "AMS"
	}
	c := r.SampleClass
	if product == ecstasyProduct {
		c.Expected, c.Form = "2", lab.Tablet
	}
	switch i % 11 {
	case 9:
		c.State, c.StateReason = lab.NotAnalysed, "capacity"
		unrelease(&r, "")
		return r
	case 10:
		unrelease(&r, lab.IsWithdrawn)
		return r
	}
	c.PriceCurrency, c.PriceUnit, c.PriceBand = "EUR", lab.Gram, lab.PriceBands[i%3]
	r.UnitPrice = int64(20+i%8)*1_000_000 + 500_000
	fill(&r, product, year, i)
	return r
}

func unrelease(r *statistics.SampleRow, release lab.Release) {
	c := r.SampleClass
	c.Release, c.Outcome, c.OutcomeEUDA, c.Level, c.Contains, c.ContainsMain, c.Methods = release, "", "", "", false, false, ""
	r.PublishedDays, r.ConfirmedDays = 0, 0
}

// fill gives a released sample its findings.
func fill(r *statistics.SampleRow, product lab.ProductID, year, i int) {
	c := r.SampleClass
	switch product {
	case ecstasyProduct:
		c.PriceUnit = lab.Piece
		r.UnitPrice = int64(3+i%3) * 1_000_000
		if i%5 == 0 {
			c.Recognised, c.Level, c.Methods, r.ConfirmedDays = true, lab.Preliminary, "1", 0
			r.Findings = []lab.FindingRow{finding(mdma, lab.RoleExpected, lab.Identified, recognition, "", 0)}
			return
		}
		r.Findings = []lab.FindingRow{finding(mdma, lab.RoleExpected, lab.Quantified, gcms, lab.PerUnit, int64(90+13*(i%11))*1_000_000)}
	case tucibiProduct:
		c.Expected = "1 2"
		r.Findings = []lab.FindingRow{
			finding(ketamine, lab.RoleExpected, lab.Quantified, gcms, lab.MassFraction, int64(400_000+1000*i)),
			finding(mdma, lab.RoleExpected, lab.Quantified, gcms, lab.MassFraction, 120_000),
			finding(caffeine, lab.RoleAdulterant, lab.Quantified, gcms, lab.MassFraction, 150_000),
		}
		c.Outcome, c.OutcomeEUDA = lab.ExpectedPlusAdulterant, lab.ExpectedPlusAdulterant
	case formulaProduct:
		c.Expected = "3"
		r.Findings = []lab.FindingRow{
			finding(formulaSubstance, lab.RoleAdulterant, lab.Identified, gcms, "", 0),
			finding(caffeine, lab.RoleExpected, lab.BelowLOQ, gcms, "", 0),
		}
		c.Outcome, c.OutcomeEUDA, c.ContainsMain = lab.ExpectedPlusAdulterant, lab.ExpectedPlusAdulterant, false
	case rareProduct:
		c.Expected, c.Outcome, c.OutcomeEUDA, c.Contains, c.ContainsMain = "", lab.ExpectationUnknown, lab.ExpectationUnknown, false, false
		r.Findings = []lab.FindingRow{finding(levamisole, lab.RoleAdulterant, lab.Trace, gcms, "", 0)}
		c.PriceCurrency = "GBP"
	default:
		fillKetamine(r, year, i)
	}
}

func fillKetamine(r *statistics.SampleRow, year, i int) {
	c := r.SampleClass
	if i%4 == 1 {
		c.Form = lab.Crystal
	}
	r.Findings = []lab.FindingRow{finding(ketamine, lab.RoleExpected, lab.Quantified, gcms, lab.MassFraction, int64(740_000+7_000*(i%13)+3_000*(year-2022)))}
	switch {
	case i%9 == 4:
		c.Outcome, c.OutcomeEUDA, c.Contains, c.ContainsMain = lab.NotExpected, lab.NotExpected, false, false
		r.Findings = []lab.FindingRow{finding(caffeine, lab.RoleAdulterant, lab.Quantified, gcms, lab.MassFraction, 300_000)}
	case i%7 == 3:
		c.Outcome = lab.ExpectedPlusAdulterant
		r.Findings = append(r.Findings, finding(levamisole, lab.RoleAdulterant, lab.Quantified, gcms, lab.MassFraction, 110_000))
	case i%8 == 5:
		c.Methods, c.Level, r.ConfirmedDays, c.PriceFree = "3", lab.Preliminary, 0, true
		r.Findings = []lab.FindingRow{finding(ketamine, lab.RoleExpected, lab.Identified, ftir, "", 0)}
	case i%6 == 2:
		c.Outcome = lab.ExpectedUnclear
		r.Findings = append(r.Findings, finding(caffeine, lab.RoleAdulterant, lab.Trace, gcms, "", 0))
	case i%16 == 0:
		c.Outcome = lab.ExpectedUnclear
		r.Findings = append(r.Findings, finding(levamisole, lab.RoleAdulterant, lab.Indicated, gcms, "", 0))
	}
}

// samples makes the samples of a year.
func samples(year int, quotas []quota) []statistics.SampleRow {
	var rows []statistics.SampleRow
	for _, q := range quotas {
		for i := range q.n {
			rows = append(rows, sample(q.product, year, i))
		}
	}
	return rows
}

var testScope = statistics.Scope{Year: 2024, Currency: "EUR"}

// compute makes the figures of a year from rows that pass.
func compute(d *lab.Dictionary, year int, rows []statistics.SampleRow, pass func(statistics.SampleRow) bool) *statistics.Year {
	f := statistics.NewFold(d)
	for _, r := range rows {
		if pass(r) {
			f.Add(r.FactRow)
		}
	}
	scope := testScope
	scope.Year = year
	return statistics.Compute(f, d, scope)
}

func everything(statistics.SampleRow) bool { return true }

func sequence(rows []statistics.SampleRow) iter.Seq2[statistics.SampleRow, error] {
	return func(yield func(statistics.SampleRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// annualOf makes a report of one year's rows.
func annualOf(d *lab.Dictionary, rows []statistics.SampleRow) statistics.Annual {
	year := compute(d, 2024, rows, everything)
	return statistics.Annual{
		Language: "en", Scope: testScope, Years: []*statistics.Year{year}, Services: []statistics.ServiceYear{{Code: "UTR", Name: "Utrecht", Year: year}}, Rows: sequence(rows),
		Dictionary: d, MadeAt: time.Date(2025, 2, 3, 9, 30, 0, 0, time.UTC), Program: "0.1.0",
	}
}

// testAnnual makes the report of the tests: three years and two services.
func testAnnual(t testing.TB, language string) statistics.Annual {
	t.Helper()
	d := testDictionary(t)
	rows := samples(2024, testYears[2024])
	a := annualOf(d, rows)
	a.Language, a.Years = language, nil
	for year := 2022; year <= 2024; year++ {
		a.Years = append(a.Years, compute(d, year, samples(year, testYears[year]), everything))
	}
	a.Services = nil
	for _, s := range []statistics.ServiceYear{{Code: "AMS", Name: "Amsterdam & co"}, {Code: "UTR", Name: "Utrecht"}} {
		s.Year = compute(d, 2024, rows, func(r statistics.SampleRow) bool { return r.Service == s.Code })
		a.Services = append(a.Services, s)
	}
	return a
}

// written writes a report.
func written(t testing.TB, a statistics.Annual) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteAnnual(context.Background(), &b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opened writes a report and opens it.
func opened(t testing.TB, a statistics.Annual) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(written(t, a)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// manyProducts returns n products whose names begin alike.
func manyProducts(n int) []*lab.Product {
	var list []*lab.Product
	for i := range n {
		list = append(list, &lab.Product{ID: lab.ProductID(100 + i), NameEN: fmt.Sprintf("a product with a very long name, number %d", i), Unit: lab.Gram})
	}
	return list
}
