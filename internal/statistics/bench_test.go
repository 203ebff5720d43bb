package statistics

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"marquis/internal/lab"
)

// benchDictionary has 40 products, each with one expected substance, and 40
// adulterants.
func benchDictionary(b *testing.B) *lab.Dictionary {
	b.Helper()
	var substances []*lab.Substance
	var products []*lab.Product
	var scope []lab.MethodScope
	for i := range 80 {
		id := lab.SubstanceID(i + 1)
		substances = append(substances, &lab.Substance{ID: id, Name: fmt.Sprint("substance", i), Class: "other", Role: lab.RoleAdulterant, Active: true, Reviewed: true})
		scope = append(scope, lab.MethodScope{SubstanceID: id})
	}
	for i := range 40 {
		products = append(products, &lab.Product{ID: lab.ProductID(i + 1), NameEN: fmt.Sprint("product", i), Substances: []lab.ProductSubstance{
			{ProductID: lab.ProductID(i + 1), Expected: lab.Expected{SubstanceID: lab.Optional(i + 1)}, Role: lab.RoleExpected},
		}})
	}
	methods := []*lab.Method{
		{ID: 1, Kind: lab.GCMS, Level: lab.Confirmatory, Scope: scope}, {ID: 2, Kind: lab.FTIR, Level: lab.Preliminary, Scope: scope[:60]},
	}
	d, err := lab.NewDictionary([]lab.Class{{Code: "other"}}, substances, products, methods)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// benchRows makes a million rows such as a reader yields: skewed over products, with about
// two findings each; purities are told to a tenth of a percent.
func benchRows() []lab.FactRow {
	r := rand.New(rand.NewPCG(1, 2))
	samples := make([]testSample, 1_000_000)
	for i := range samples {
		product := 1 + int(40*r.Float64()*r.Float64()*r.Float64())
		token := strconv.Itoa(product)
		s := newSample(func(s *testSample) {
			s.class.ProductID, s.class.Expected = lab.ProductID(product), token
			s.class.Form = pick(r, lab.Powder, lab.Powder, lab.Crystal, lab.Tablet)
			s.class.Methods, s.class.OutcomeEUDA = pick(r, "1", "1", "1 2", "2"), pick(r, lab.ExpectedOnly, lab.ExpectedPlusAdulterant)
			s.month, s.published = time.Month(1+r.IntN(12)), lab.Optional(1+r.IntN(40))
			s.confirmed = s.published
		})
		if r.IntN(2) == 0 {
			paid(int64(5+r.IntN(100)) * 500_000)(&s)
			s.class.PriceBand = pick(r, lab.PriceBands...)
		}
		base := 867 * int64(400+r.IntN(600)) // entered with one decimal, as hydrochloride
		if s.class.Form.Dosed() {
			base = 100_000 * int64(800+r.IntN(2000))
		}
		if r.IntN(10) > 0 {
			detects(lab.FindingClass{SubstanceID: lab.SubstanceID(product), Detection: lab.Quantified, BaseKnown: true, MethodID: 1}, base)(&s)
		}
		for id := range r.IntN(3) {
			detects(lab.FindingClass{SubstanceID: lab.SubstanceID(41 + 13*id + int(13*r.Float64()*r.Float64())), Detection: pick(r, lab.Identified, lab.Trace), MethodID: 1}, 0)(&s)
		}
		samples[i] = s
	}
	return rows(samples)
}

// sortByProduct puts rows in the order in which the store reads them.
func sortByProduct(rows []lab.FactRow) {
	slices.SortStableFunc(rows, func(a, b lab.FactRow) int { return cmp.Compare(a.ProductID, b.ProductID) })
}

func BenchmarkAdd(b *testing.B) {
	d, rows := benchDictionary(b), benchRows()
	sortByProduct(rows)
	b.ReportAllocs()
	for b.Loop() {
		f := NewFold(d)
		for i := range rows {
			f.Add(rows[i])
		}
	}
}

// BenchmarkAddServiceYears folds the same million rows as the store reads them:
// 12 services and 15 years apart.
func BenchmarkAddServiceYears(b *testing.B) {
	d, rows := benchDictionary(b), benchRows()
	for p := range 180 {
		sortByProduct(rows[len(rows)*p/180 : len(rows)*(p+1)/180])
	}
	b.ReportAllocs()
	for b.Loop() {
		fold(d, rows, 180)
	}
}

// fold splits the rows and folds each part.
func fold(d *lab.Dictionary, rows []lab.FactRow, parts int) []*Fold {
	folds := make([]*Fold, parts)
	for p := range folds {
		folds[p] = NewFold(d)
		for _, row := range rows[len(rows)*p/parts : len(rows)*(p+1)/parts] {
			folds[p].Add(row)
		}
		folds[p].Seal()
	}
	return folds
}

func BenchmarkMerge(b *testing.B) {
	folds := fold(benchDictionary(b), benchRows(), 180)
	b.ReportAllocs()
	for b.Loop() {
		for year := range 15 {
			Merge(folds[year*12 : year*12+12]...)
		}
	}
}

func BenchmarkMergeOneYear(b *testing.B) {
	folds := fold(benchDictionary(b), benchRows(), 180)
	for b.Loop() {
		Merge(folds[:12]...)
	}
}

// BenchmarkCompute makes all figures of 15 years.
func BenchmarkCompute(b *testing.B) {
	d := benchDictionary(b)
	folds := fold(d, benchRows(), 15)
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range folds {
			Compute(f, d, testScope)
		}
	}
}
