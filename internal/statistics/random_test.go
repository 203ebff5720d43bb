package statistics

import (
	"math/rand/v2"
	"strings"
	"time"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// drawSamples draws samples of any kind, consistent as lab's classification makes
// them. One drawn seed makes them all, so that there are enough for quantiles.
func drawSamples(t *rapid.T, d *lab.Dictionary) []testSample {
	n := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(6, 400)).Draw(t, "samples")
	return randomSamples(d, rapid.Uint64().Draw(t, "seed"), n)
}

func randomSamples(d *lab.Dictionary, seed uint64, n int) []testSample {
	r := rand.New(rand.NewPCG(seed, 1))
	samples := make([]testSample, n)
	for i := range samples {
		samples[i] = randomSample(d, r)
	}
	return samples
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomSample(d *lab.Dictionary, r *rand.Rand) testSample {
	product := pick(r, ketamineProduct, ketamineProduct, ecstasyProduct, ecstasyProduct, tucibiProduct, benzoProduct, unknownProduct)
	expected := map[lab.ProductID][]string{
		ketamineProduct: {"1", "1", "1", "1 2", ""}, ecstasyProduct: {"2"}, tucibiProduct: {"1 2", "1 2 benzodiazepine"},
		benzoProduct: {"benzodiazepine", "1 benzodiazepine"}, unknownProduct: {""},
	}[product]
	s := testSample{
		class: lab.SampleClass{
			ProductID: product, Expected: pick(r, expected...), Counted: r.IntN(10) > 0, State: lab.Completed,
			Form: pick(r, lab.Powder, lab.Powder, lab.Crystal, lab.Paste, lab.Tablet, lab.Tablet, lab.Capsule, lab.Liquid),
		},
		month: time.Month(1 + r.IntN(12)),
	}
	if r.IntN(2) == 0 {
		s.class.PriceCurrency, s.class.PriceUnit = pick(r, "EUR", "EUR", "GBP"), pick(r, lab.Gram, lab.Gram, lab.Piece)
		s.class.PriceBand, s.price = pick(r, lab.PriceBands...), int64(1+r.IntN(80))*500_000
		if r.IntN(8) == 0 {
			s.class.PriceFree = true
		}
	}
	switch r.IntN(10) {
	case 0:
		s.class.State = pick(r, lab.Registered, lab.InAnalysis)
	case 1:
		s.class.State, s.class.StateReason = lab.NotAnalysed, pick(r, lab.NotAnalysedReasons...)
	case 2:
		s.class.Release = lab.IsWithdrawn
	default:
		releaseRandomly(d, r, &s)
	}
	return s
}

func releaseRandomly(d *lab.Dictionary, r *rand.Rand, s *testSample) {
	s.class.Release, s.published = lab.IsReleased, lab.Optional(r.IntN(40))
	s.class.Methods = pick(r, "1", "2", "3", "4", "4", "3 4", "2 4", "2 3 4")
	s.class.Recognised = s.class.Methods == "1"
	s.class.Level = map[string]lab.Level{"1": lab.Preliminary, "2": lab.Presumptive, "3": lab.Preliminary}[s.class.Methods]
	if s.class.Level == "" {
		s.class.Level, s.confirmed = lab.Confirmatory, s.published
	}
	var expected []lab.Expected
	for _, token := range strings.Fields(s.class.Expected) {
		expected = append(expected, lab.ParseExpected(token))
	}
	adulterated := false
	for id := ketamineID; id <= bromazolamID; id++ {
		role := d.Role(id, &lab.File{Sample: lab.Sample{ProductID: s.class.ProductID}, Expected: expected})
		if likely := 2 + 6*btoi(role == lab.RoleExpected); r.IntN(10) >= likely {
			continue
		}
		x := testFinding{class: lab.FindingClass{
			SubstanceID: id, Role: role, Detection: pick(r, lab.Quantified, lab.Quantified, lab.Quantified, lab.Quantified, lab.BelowLOQ, lab.Identified, lab.Trace, lab.Indicated, lab.NotDetected, lab.Unidentified),
			MethodID: lab.MethodID(lab.ParseExpected(pick(r, strings.Fields(s.class.Methods)...)).SubstanceID),
		}}
		x.class.Main = x.class.Detection == lab.Quantified && r.IntN(3) > 0
		if x.class.Detection == lab.Quantified {
			x.class.Scale, x.class.BaseKnown = lab.MassFraction, r.IntN(8) > 0
			if s.class.Form.Dosed() != (r.IntN(10) == 0) {
				x.class.Scale = lab.PerUnit
			}
			x.base = int64(r.IntN(1000)) * 1000
			if x.class.Scale == lab.PerUnit {
				x.base = int64(r.IntN(300)) * 1_000_000
			}
		}
		adulterated = adulterated || role == lab.RoleAdulterant && x.class.Detection.Found() && x.class.Detection != lab.Trace
		s.findings = append(s.findings, x)
	}
	classify(d, s, expected, adulterated)
}

// classify sets what lab's classification would say of the findings.
func classify(d *lab.Dictionary, s *testSample, expected []lab.Expected, adulterated bool) {
	all := func(counts func(lab.FindingClass) bool) bool {
		for _, e := range expected {
			if len(s.finding(func(c lab.FindingClass) bool { return counts(c) && d.Satisfies(c.SubstanceID, e) })) == 0 {
				return false
			}
		}
		return len(expected) > 0
	}
	above := func(c lab.FindingClass) bool { return c.Detection != lab.Trace }
	s.class.Contains = all(func(lab.FindingClass) bool { return true })
	s.class.ContainsMain = all(func(c lab.FindingClass) bool { return c.Main })
	switch {
	case len(s.finding(above)) == 0 && len(s.findings) > 0:
		s.class.Outcome = lab.OutcomeInconclusive
	case len(s.finding(above)) == 0:
		s.class.Outcome = lab.NothingDetected
	case len(expected) == 0:
		s.class.Outcome = lab.ExpectationUnknown
	case !all(above):
		s.class.Outcome = lab.NotExpected
	case adulterated:
		s.class.Outcome = lab.ExpectedPlusAdulterant
	default:
		s.class.Outcome = lab.ExpectedOnly
	}
	s.class.OutcomeEUDA = s.class.Outcome
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
