package lab_test

import (
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// One sample that two services record is known again where one of them says less of it, or gives a
// day that is one off, and never where anything differs that both tell.
func TestSameSampleElsewhere(t *testing.T) {
	d := labtest.Bench(t)
	id := func(name string) lab.SubstanceID { return d.AskName(name).Substance.ID }
	finding := func(name string, detection lab.Detection, ppm int64, decimals int8) lab.Finding {
		f := lab.Finding{SubstanceID: id(name), Detection: detection}
		if ppm > 0 {
			f.Amount, f.Basis = lab.Amount{Value: ppm, Scale: lab.MassFraction, Decimals: decimals}, lab.BasisUnknown
		}
		return f
	}
	make := func(findings ...lab.Finding) *lab.File {
		f := &lab.File{Sample: lab.Sample{SourceRef: "08031", ReceivedOn: 2024_03_31, SoldAsText: "speed", Form: lab.Powder, Colours: lab.Codes{"white"}}}
		if findings != nil {
			f.Evidence = []lab.Evidence{{Analysis: lab.Analysis{PerformedOn: 2024_04_03, Conclusion: lab.HasFindings}, Findings: findings}}
		}
		return f
	}
	full := func() *lab.File {
		return make(finding("cocaine", lab.Quantified, 724_000, 1), finding("levamisole", lab.Identified, 0, 0), finding("fentanyl", lab.NotDetected, 0, 0))
	}
	with := func(f *lab.File, edit func(*lab.File)) *lab.File { edit(f); return f }
	for _, c := range []struct {
		name string
		file *lab.File
		same bool
	}{
		{"all the same", full(), true},
		{"fewer findings", make(finding("cocaine", lab.Quantified, 724_000, 1)), true},
		{"no amounts", make(finding("cocaine", lab.Identified, 0, 0), finding("levamisole", lab.Identified, 0, 0)), true},
		{"an amount with fewer decimals", make(finding("cocaine", lab.Quantified, 720_000, 0)), true},
		{"no findings at all", make(), true},
		{"another day of the analysis", with(full(), func(f *lab.File) { f.Evidence[0].Analysis.PerformedOn = 2024_04_10 }), true},
		{"the day after, in another month", with(full(), func(f *lab.File) { f.Sample.ReceivedOn = 2024_04_01 }), true},
		{"the day before", with(full(), func(f *lab.File) { f.Sample.ReceivedOn = 2024_03_30 }), true},
		{"the day after, and fewer findings", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.ReceivedOn = 2024_04_01 }), true},
		{"another spelling of the id", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.SourceRef = "8031" }), true},
		{"no colour, and another form that says nothing", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.Colours, f.Sample.Form = nil, lab.OtherForm }), true},

		{"two days later", with(full(), func(f *lab.File) { f.Sample.ReceivedOn = 2024_04_02 }), false},
		{"another id", with(full(), func(f *lab.File) { f.Sample.SourceRef = "08032" }), false},
		{"another amount", make(finding("cocaine", lab.Quantified, 725_000, 1)), false},
		{"another amount in whole percents", make(finding("cocaine", lab.Quantified, 730_000, 0)), false},
		{"an amount on another basis", with(make(finding("cocaine", lab.Quantified, 724_000, 1)), func(f *lab.File) { f.Evidence[0].Findings[0].Basis = "base" }), true},
		{"another substance", make(finding("ketamine", lab.Identified, 0, 0)), false},
		{"a substance each that the other lacks", make(finding("cocaine", lab.Identified, 0, 0), finding("caffeine", lab.Identified, 0, 0)), false},
		{"found what the other ruled out", make(finding("cocaine", lab.Identified, 0, 0), finding("fentanyl", lab.Identified, 0, 0)), false},
		{"nothing found", make([]lab.Finding{}...), false},
		{"ruled out what the other found", make(finding("levamisole", lab.NotDetected, 0, 0)), false},
		{"sold as something else, and fewer findings", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.SoldAsText = "ketamine" }), false},
		{"another form, and fewer findings", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.Form = lab.Tablet }), false},
		{"another colour, and fewer findings", with(make(finding("cocaine", lab.Identified, 0, 0)), func(f *lab.File) { f.Sample.Colours = lab.Codes{"pink"} }), false},
		{"no findings, and the day after", with(make(), func(f *lab.File) { f.Sample.ReceivedOn = 2024_04_01 }), false},
		{"no findings, and sold as something else", with(make(), func(f *lab.File) { f.Sample.SoldAsText = "coke" }), false},
	} {
		for _, pair := range [][2]*lab.File{{full(), c.file}, {c.file, full()}} {
			if d.SameElsewhere(pair[0], pair[1]) != c.same {
				t.Errorf("%s: the same is %t", c.name, !c.same)
			}
		}
	}
}

// Running numbers of two services meet: of ids as short as these a product and a substance in common
// are no sample in common, and an amount or a logo is.
func TestShortIDsElsewhere(t *testing.T) {
	d := labtest.Bench(t)
	file := func(decimals int8, logo string, more ...string) *lab.File {
		f := &lab.File{Sample: lab.Sample{SourceRef: "17", ReceivedOn: 2024_03_05, SoldAsText: "xtc", Form: lab.Tablet, Logo: logo}}
		f.Evidence = []lab.Evidence{{Analysis: lab.Analysis{Conclusion: lab.HasFindings}, Findings: []lab.Finding{{SubstanceID: d.AskName("MDMA").Substance.ID, Detection: lab.Identified}}}}
		if decimals > 0 {
			f.Evidence[0].Findings[0].Detection = lab.Quantified
			f.Evidence[0].Findings[0].Amount = lab.Amount{Value: 151_200_000, Scale: lab.PerUnit, Decimals: decimals}
		}
		for _, name := range more {
			f.Evidence[0].Findings = append(f.Evidence[0].Findings, lab.Finding{SubstanceID: d.AskName(name).Substance.ID, Detection: lab.Identified})
		}
		return f
	}
	for _, c := range []struct {
		name       string
		one, other *lab.File
		same       bool
	}{
		{"a product and a substance", file(0, ""), file(0, "", "caffeine"), false},
		{"an amount too", file(1, ""), file(1, "", "caffeine"), true},
		{"a logo too", file(0, "Tesla"), file(0, "tesla", "caffeine"), true},
		{"another logo", file(1, "Tesla"), file(1, "Audi", "caffeine"), false},
		{"nothing less", file(0, ""), file(0, ""), true},
	} {
		if d.SameElsewhere(c.one, c.other) != c.same {
			t.Errorf("%s: the same is %t", c.name, !c.same)
		}
	}
}
