package statistics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
)

// Entries of the test dictionary.
const (
	ketamineID   = lab.SubstanceID(1)
	mdmaID       = lab.SubstanceID(2)
	caffeineID   = lab.SubstanceID(3)
	levamisoleID = lab.SubstanceID(4)
	lactoseID    = lab.SubstanceID(5)
	alprazolamID = lab.SubstanceID(6)
	bromazolamID = lab.SubstanceID(7)

	ketamineProduct = lab.ProductID(1)
	ecstasyProduct  = lab.ProductID(2)
	tucibiProduct   = lab.ProductID(3)
	benzoProduct    = lab.ProductID(4)
	unknownProduct  = lab.ProductID(5)

	listMethod  = lab.MethodID(1)
	stripMethod = lab.MethodID(2)
	ftirMethod  = lab.MethodID(3)
	gcmsMethod  = lab.MethodID(4)
)

func testDictionary(t testing.TB) *lab.Dictionary {
	t.Helper()
	substance := func(id lab.SubstanceID, name, class string, role lab.Role) *lab.Substance {
		return &lab.Substance{ID: id, Name: name, Class: class, Role: role, Active: role == lab.RoleAdulterant, Reviewed: true}
	}
	expect := func(id lab.ProductID, name string, expected ...lab.Expected) *lab.Product {
		p := &lab.Product{ID: id, NameEN: name, Unit: lab.Gram, Reviewed: len(expected) == 0}
		for _, e := range expected {
			p.Substances = append(p.Substances, lab.ProductSubstance{ProductID: id, Expected: e, Role: lab.RoleExpected})
		}
		return p
	}
	scope := func(ids ...lab.SubstanceID) []lab.MethodScope {
		var list []lab.MethodScope
		for _, id := range ids {
			list = append(list, lab.MethodScope{SubstanceID: id})
		}
		return list
	}
	d, err := lab.NewDictionary(
		[]lab.Class{{Code: "other", NameEN: "other substance"}, {Code: "sedative", NameEN: "sedatives"}, {Code: "benzodiazepine", Parent: "sedative", NameEN: "benzodiazepines"}},
		[]*lab.Substance{
			substance(ketamineID, "ketamine", "other", lab.RoleAdulterant), substance(mdmaID, "MDMA", "other", lab.RoleAdulterant),
			substance(caffeineID, "caffeine", "other", lab.RoleAdulterant), substance(levamisoleID, "levamisole", "other", lab.RoleAdulterant),
			substance(lactoseID, "lactose", "other", lab.RoleExcipient), substance(alprazolamID, "alprazolam", "benzodiazepine", lab.RoleAdulterant),
			substance(bromazolamID, "bromazolam", "benzodiazepine", lab.RoleAdulterant),
		},
		[]*lab.Product{
			expect(ketamineProduct, "ketamine powder", lab.Expected{SubstanceID: 1}), expect(ecstasyProduct, "ecstasy", lab.Expected{SubstanceID: 2}),
			expect(tucibiProduct, "tucibi", lab.Expected{SubstanceID: 1}, lab.Expected{SubstanceID: 2}),
			expect(benzoProduct, "benzodiazepine tablet", lab.Expected{Class: "benzodiazepine"}), expect(unknownProduct, "unknown"),
		},
		[]*lab.Method{
			{ID: listMethod, Kind: lab.ListRecognition, Level: lab.Preliminary, OpenScope: true},
			{ID: stripMethod, Kind: lab.Strip, Level: lab.Presumptive, Scope: scope(alprazolamID, bromazolamID, levamisoleID)},
			{ID: ftirMethod, Kind: lab.FTIR, Level: lab.Preliminary, Scope: scope(ketamineID, mdmaID, caffeineID, lactoseID)},
			{ID: gcmsMethod, Kind: lab.GCMS, Level: lab.Confirmatory, Quantifies: true, Scope: scope(ketamineID, mdmaID, caffeineID, levamisoleID)},
		})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// testSample is one sample, spelled out: no interning and no sharing.
type testSample struct {
	class     lab.SampleClass
	month     time.Month
	price     int64
	published lab.Optional
	confirmed lab.Optional
	findings  []testFinding
}

type testFinding struct {
	class lab.FindingClass
	base  int64
}

// newSample is a released ketamine powder, analysed by GC-MS, with nothing in it.
func newSample(edit ...func(*testSample)) testSample {
	s := testSample{
		class: lab.SampleClass{
			ProductID: ketamineProduct, Expected: "1", Form: lab.Powder, Channel: lab.FrontOfHouse, Counted: true,
			State: lab.Completed, Release: lab.IsReleased, Outcome: lab.NothingDetected, OutcomeEUDA: lab.NothingDetected,
			Level: lab.Confirmatory, Methods: "4",
		},
		month: time.March, published: 8,
	}
	for _, e := range edit {
		e(&s)
	}
	return s
}

// holds adds a quantified finding of the substance as base, by GC-MS, and what
// follows from it for a sample with one expectation.
func holds(id lab.SubstanceID, base int64) func(*testSample) {
	return detects(lab.FindingClass{SubstanceID: id, Detection: lab.Quantified, BaseKnown: true, MethodID: gcmsMethod}, base)
}

// detects adds a finding; role, scale and main component follow if not given.
func detects(class lab.FindingClass, base int64) func(*testSample) {
	return func(s *testSample) {
		if class.Role == "" {
			class.Role = lab.RoleAdulterant
			if slices.Contains(strings.Fields(s.class.Expected), strconv.Itoa(int(class.SubstanceID))) {
				class.Role, class.Main = lab.RoleExpected, true
			}
		}
		if class.Detection == lab.Quantified && class.Scale == "" {
			class.Scale = lab.MassFraction
			if s.class.Form.Dosed() {
				class.Scale = lab.PerUnit
			}
		}
		if class.Role == lab.RoleExpected && class.Detection.Found() {
			s.class.Contains, s.class.ContainsMain = true, class.Main
			s.class.Outcome = lab.ExpectedOnly
		}
		s.findings = append(s.findings, testFinding{class, base})
	}
}

func paid(amount int64) func(*testSample) {
	return func(s *testSample) {
		s.class.PriceCurrency, s.class.PriceUnit, s.class.PriceBand, s.price = "EUR", lab.Gram, lab.UpToOne, amount
	}
}

// rows interns the classes of samples, as a reader does.
func rows(samples []testSample) []lab.FactRow {
	classes, findings := map[lab.SampleClass]*lab.SampleClass{}, map[lab.FindingClass]*lab.FindingClass{}
	list := make([]lab.FactRow, len(samples))
	for i, s := range samples {
		if classes[s.class] == nil {
			classes[s.class] = &s.class
		}
		row := lab.FactRow{SampleClass: classes[s.class], Month: s.month, UnitPrice: s.price, PublishedDays: s.published, ConfirmedDays: s.confirmed}
		for _, x := range s.findings {
			if findings[x.class] == nil {
				findings[x.class] = &x.class
			}
			row.Findings = append(row.Findings, lab.FindingRow{FindingClass: findings[x.class], Base: x.base})
		}
		list[i] = row
	}
	return list
}

func foldOf(d *lab.Dictionary, samples ...testSample) *Fold {
	f := NewFold(d)
	for _, row := range rows(samples) {
		f.Add(row)
	}
	return f
}

var testScope = Scope{Year: 2020, Currency: "EUR"}

// ketamineEntry computes the entry of ketamine powder.
func ketamineEntry(t testing.TB, samples ...testSample) *Entry {
	t.Helper()
	d := testDictionary(t)
	return ComputeProduct(foldOf(d, samples...), d, testScope, ketamineProduct)
}

// times repeats a sample.
func times(n int, edit ...func(*testSample)) []testSample {
	list := make([]testSample, n)
	for i := range list {
		list[i] = newSample(edit...)
	}
	return list
}

// number prints an optional number for comparison.
func number(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}
