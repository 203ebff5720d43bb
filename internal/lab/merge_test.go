package lab_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// merged is the small dictionary in which some entries lead to others.
func merged(t *testing.T, pointers map[lab.SubstanceID]lab.SubstanceID) *lab.Dictionary {
	t.Helper()
	d := newDictionary(t)
	var classes []lab.Class
	for _, c := range d.Classes {
		classes = append(classes, c)
	}
	var substances []*lab.Substance
	for _, id := range sortedIDs(d.Substances) {
		s := *d.Substances[id]
		s.MergedInto = lab.Optional(pointers[id])
		substances = append(substances, &s)
	}
	d, err := lab.NewDictionary(classes, substances, newProducts(), newMethods())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Whatever leads to a merged entry, its number, its names or what was typed of them, leads to
// the end of the chain; what it was called is told beside.
func TestAMergedEntryLeadsToTheOther(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: safrole, safrole: cocaine})
	for _, id := range []lab.SubstanceID{norcocaine, safrole, cocaine} {
		if d.Resolve(id) != cocaine || d.Substances[id].Name != "cocaine" {
			t.Errorf("%d leads to %d, %s", id, d.Resolve(id), d.Substances[id].Name)
		}
	}
	if s, _, ok := d.FindSubstance("Norcocaine"); !ok || s.ID != cocaine {
		t.Errorf("its name finds %v", s)
	}
	if found := d.SearchSubstances("safr", 5); len(found) != 1 || found[0].ID != cocaine {
		t.Errorf("typing it offers %v", found)
	}
	if d.Merged(norcocaine).Name != "norcocaine" || d.Merged(cocaine) != nil {
		t.Error("what it was called is lost")
	}
	if !d.Satisfies(norcocaine, lab.Expected{SubstanceID: lab.Optional(safrole)}) {
		t.Error("the one is not what is expected by the other")
	}
}

// What leads round in a circle is no dictionary.
func TestACircleIsNoDictionary(t *testing.T) {
	d := newDictionary(t)
	a, b := *d.Substances[cocaine], *d.Substances[safrole]
	a.MergedInto, b.MergedInto = lab.Optional(safrole), lab.Optional(cocaine)
	var mistakes lab.FieldErrors
	_, err := lab.NewDictionary([]lab.Class{d.Classes["stimulant"], d.Classes["other"]}, []*lab.Substance{&a, &b}, nil, nil)
	if !errors.As(err, &mistakes) || len(mistakes) != 2 && len(mistakes) != 3 {
		t.Errorf("it is refused with %v", err)
	}
}

// Two findings of one analysis that become one read as the one that says most, whichever was
// written first; what stands says more than what was set aside.
func TestTwoFindingsThatBecomeOne(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	percent := func(n int64) lab.Amount { return lab.Amount{Value: n * 10_000, Scale: lab.MassFraction} }
	quantified := lab.Finding{SubstanceID: norcocaine, Detection: lab.Quantified, Amount: percent(30), Basis: lab.BasisBase}
	for name, x := range map[string]struct {
		other lab.Finding
		tells lab.Finding
	}{
		"an amount and a name":      {lab.Finding{SubstanceID: cocaine, Detection: lab.Identified}, quantified},
		"found and not found":       {lab.Finding{SubstanceID: cocaine, Detection: lab.NotDetected}, quantified},
		"the larger amount":         {lab.Finding{SubstanceID: cocaine, Detection: lab.Quantified, Amount: percent(20), Basis: lab.BasisBase}, quantified},
		"an amount that is aside":   {lab.Finding{SubstanceID: cocaine, Detection: lab.Quantified, Amount: percent(90), Basis: lab.BasisBase, SetAside: lab.FinerRepeat}, quantified},
		"a trace that is not aside": {lab.Finding{SubstanceID: cocaine, Detection: lab.Trace}, quantified},
	} {
		x.tells.SubstanceID = cocaine
		for _, list := range [][]lab.Finding{{quantified, x.other}, {x.other, quantified}} {
			f := &lab.File{Evidence: []lab.Evidence{{Findings: list}}}
			read := d.Read(f)
			if got := read.Evidence[0].Findings; len(got) != 1 || got[0] != x.tells {
				t.Errorf("%s: it reads %+v", name, got)
			}
			if len(f.Evidence[0].Findings) != 2 {
				t.Errorf("%s: the record has changed", name)
			}
		}
	}
}

// A released result in which two became one is told in one line, with the name by which it
// was signed; the text of the result stays.
func TestAReleasedResultReadsToday(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	signed := lab.Result{Findings: []lab.Released{
		{SubstanceID: cocaine, Detection: lab.Indicated}, {SubstanceID: norcocaine, Detection: lab.Identified},
	}}
	before, err := signed.Text()
	if err != nil {
		t.Fatal(err)
	}
	read := d.ReadResult(&signed)
	want := []lab.Released{{SubstanceID: cocaine, Detection: lab.Identified, SignedAs: []lab.SubstanceID{norcocaine}}}
	if !reflect.DeepEqual(read.Findings, want) {
		t.Errorf("it reads %+v", read.Findings)
	}
	if after, err := signed.Text(); err != nil || after != before {
		t.Errorf("it was signed as %s, %v", after, err)
	}
}

// What was left out, and is found by the name that it has today, is not left out: the result
// would say of one substance that it is there and that it is not. An amount in the place of
// which another is told stays listed.
func TestNothingIsFoundAndLeftOut(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	signed := lab.Result{
		Findings: []lab.Released{{SubstanceID: cocaine, Detection: lab.Identified}},
		LeftOut: []lab.LeftOut{
			{SubstanceID: norcocaine, MethodID: 1, Why: lab.LeftWeakest},
			{SubstanceID: norcocaine, MethodID: 2, Why: lab.LeftFiner},
			{SubstanceID: norcocaine, MethodID: 3, Why: lab.LeftSetAside},
			{SubstanceID: norcocaine, MethodID: 4, Why: lab.LeftApart},
			{SubstanceID: heroin, MethodID: 5, Why: lab.LeftFiner},
		},
	}
	want := []lab.LeftOut{{SubstanceID: cocaine, MethodID: 4, Why: lab.LeftApart}, {SubstanceID: heroin, MethodID: 5, Why: lab.LeftFiner}}
	slices.SortFunc(want, func(a, b lab.LeftOut) int { return int(a.SubstanceID - b.SubstanceID) })
	if read := d.ReadResult(&signed); !reflect.DeepEqual(read.LeftOut, want) {
		t.Errorf("left out are %+v", read.LeftOut)
	}
}

// A result that was released as not what was expected, of what turns out to be just that,
// reads as expected, as it is counted; and it goes to those who release it anew.
func TestAResultThatFitsWhatWasExpectedAfterAMerge(t *testing.T) {
	before := newDictionary(t)
	f := soldAs(soldAsKetamine, []lab.Expected{{SubstanceID: lab.Optional(cocaine)}}, verified(before, gcms, finding(norcocaine, lab.Identified)))
	p, err := before.Publish(f, lab.Why{})
	if err != nil || p.Outcome != lab.NotExpected {
		t.Fatalf("%+v, %v", p, err)
	}
	f.Publications = append(f.Publications, *p)
	f.Sample.Stage = lab.StageReleased
	if before.Review(f) != lab.StageReleased {
		t.Fatal("it is to be looked at before anything was merged")
	}
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	read := d.Read(f).Latest()
	if read.Outcome != lab.ExpectedOnly || read.Result.Findings[0].Role != lab.RoleExpected || d.Classify(f).Sample.Outcome != read.Outcome {
		t.Errorf("it reads as %s, of which the finding is %s, and counts as %s", read.Outcome, read.Result.Findings[0].Role, d.Classify(f).Sample.Outcome)
	}
	if f.Latest().Outcome != lab.NotExpected || d.Review(f) != lab.StageToReview {
		t.Errorf("what was signed is %s, and nobody is told: %s", f.Latest().Outcome, d.Review(f))
	}
}

// A scope that names both of two that became one rules out what its coarser row does.
func TestRowsOfAScopeThatBecomeOne(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	limit := func(n int64, scale lab.Scale) lab.Amount { return lab.Amount{Value: n, Scale: scale} }
	for name, x := range map[string]struct{ a, b, is lab.Amount }{
		"the higher limit": {limit(100, lab.MassFraction), limit(9, lab.MassFraction), limit(100, lab.MassFraction)},
		"one unknown":      {limit(100, lab.MassFraction), lab.Amount{}, lab.Amount{}},
		"two units":        {limit(100, lab.MassFraction), limit(9, lab.PerUnit), lab.Amount{}},
	} {
		for _, scope := range [][]lab.MethodScope{
			{{SubstanceID: cocaine, LOD: x.a}, {SubstanceID: norcocaine, LOD: x.b}}, {{SubstanceID: norcocaine, LOD: x.b}, {SubstanceID: cocaine, LOD: x.a}},
		} {
			if row := d.Row(&lab.Method{Scope: scope}, norcocaine); row == nil || row.LOD != x.is {
				t.Errorf("%s: %+v", name, row)
			}
		}
	}
}

// A row that stands in a scope by a name which leads to another is of that other.
func TestARowOfAScopeThatWasMergedIsThereAlready(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	d.Methods[targeted].Scope = []lab.MethodScope{{MethodID: targeted, SubstanceID: norcocaine}}
	_, err := d.WithRow(targeted, lab.ScopeRow{Name: "cocaine", LOD: "1", Unit: "%"})
	wantFields(t, err, "scope.0.substance")
	if _, err := d.WithRow(targeted, lab.ScopeRow{Name: "heroin", LOD: "1", Unit: "%"}); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{norcocaine: cocaine})
	for _, x := range []struct {
		id, into lab.SubstanceID
		refused  bool
	}{
		{heroin, monoacetylmorphine, false},
		{heroin, norcocaine, false}, // which leads on to cocaine
		{heroin, heroin, true},
		{cocaine, norcocaine, true}, // a circle
		{norcocaine, heroin, true},  // merged already
		{aNitazene, etonitazene, true},
		{etonitazene, aNitazene, false}, // what was called so by mistake is the class
		{unknownPeak, heroin, true},
		{heroin, unknownPeak, true},
		{heroin, 4711, true},
	} {
		var mistakes lab.FieldErrors
		err := d.CheckMerge(x.id, x.into)
		if x.refused != (err != nil) || x.refused && (!errors.As(err, &mistakes) || mistakes[0].Field != "into") {
			t.Errorf("%d into %d: %v", x.id, x.into, err)
		}
	}
	if err := d.CheckMerge(4711, heroin); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	var mistakes lab.FieldErrors
	if err := d.CheckUnmerge(heroin); !errors.As(err, &mistakes) {
		t.Errorf("what is not merged is taken apart: %v", err)
	}
}

// Of two entries that people have reviewed the more dangerous is not merged into the other: one
// person would take a danger from all results that way.
func TestADangerIsNotMergedAway(t *testing.T) {
	d := labtest.Bench(t)
	named := func(name string) lab.SubstanceID { return labtest.Named(t, d, name) }
	for _, x := range []struct {
		from, into string
		refused    bool
	}{
		{"protonitazene", "caffeine", true}, {"caffeine", "protonitazene", false}, {"PMMA", "MDMA", true}, {"protonitazene", "metonitazene", false},
	} {
		if err := d.CheckMerge(named(x.from), named(x.into)); x.refused != (err != nil) {
			t.Errorf("%s into %s: %v", x.from, x.into, err)
		}
	}
	d.Substances[named("protonitazene")].Reviewed = false // which somebody only proposed
	if err := d.CheckMerge(named("protonitazene"), named("caffeine")); err != nil {
		t.Error(err)
	}
}
