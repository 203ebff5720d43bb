package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

func TestDangersHaveAnOrder(t *testing.T) {
	for i, d := range lab.Dangers {
		for j, other := range lab.Dangers {
			if got := d.AtLeast(other); got != (i >= j) {
				t.Errorf("%s is at least %s: %v", d, other, got)
			}
		}
	}
	if lab.Danger("").AtLeast(lab.DangerNone) {
		t.Error("what is not judged is as bad as none")
	}
}

// A danger is the substance's own, else of the nearest class that has one; what nobody has
// judged or reviewed is high at least.
func TestDangerOfASubstance(t *testing.T) {
	classes := []lab.Class{
		{Code: "opioid", NameEN: "opioids", Danger: lab.DangerHigh, DangerSource: "a"},
		{Code: "opiate", Parent: "opioid", NameEN: "opiates"},
		{Code: "nitazene", Parent: "opioid", NameEN: "nitazenes", Danger: lab.DangerExtreme, DangerSource: "b"},
		{Code: "filler", NameEN: "fillers", Danger: lab.DangerNone, DangerSource: "a"},
		{Code: "other", NameEN: "others"},
		{Code: "stray", NameEN: "strays", Parent: "other"},
	}
	substance := func(id lab.SubstanceID, name, class string, danger lab.Danger, reviewed bool) *lab.Substance {
		s := &lab.Substance{ID: id, Name: name, Class: class, Role: lab.RoleAdulterant, Active: true, Reviewed: reviewed, Danger: danger}
		if danger != "" {
			s.DangerSource = "own"
		}
		return s
	}
	d, err := lab.NewDictionary(classes, []*lab.Substance{
		substance(1, "of its class", "nitazene", "", true),
		substance(2, "of the class above", "opiate", "", true),
		substance(3, "more than its class", "opiate", lab.DangerExtreme, true),
		substance(4, "less than its class", "opiate", lab.DangerRaised, true),
		substance(5, "harmless filler", "filler", "", true),
		substance(6, "of no judged class", "stray", "", true),
		substance(7, "unreviewed filler", "filler", "", false),
		substance(8, "unreviewed nitazene", "nitazene", "", false),
		substance(9, "judged before review", "other", lab.DangerNone, false),
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[lab.SubstanceID]lab.Judgement{
		1: {lab.DangerExtreme, "b", "nitazene"}, 2: {lab.DangerHigh, "a", "opioid"}, 3: {lab.DangerExtreme, "own", ""}, 4: {lab.DangerRaised, "own", ""},
		5: {lab.DangerNone, "a", "filler"}, 6: {Danger: lab.DangerHigh}, 7: {Danger: lab.DangerHigh}, 8: {lab.DangerExtreme, "b", "nitazene"}, 9: {Danger: lab.DangerHigh},
		99: {Danger: lab.DangerHigh},
	} {
		if got := d.DangerJudged(id); got != want || d.Danger(id) != want.Danger {
			t.Errorf("%d: %+v, want %+v", id, got, want)
		}
	}
	for code, want := range map[string]lab.Danger{"opiate": lab.DangerHigh, "nitazene": lab.DangerExtreme, "filler": lab.DangerNone, "stray": lab.DangerHigh, "gone": lab.DangerHigh} {
		if got := d.ClassDanger(code); got != want {
			t.Errorf("class %s: %s, want %s", code, got, want)
		}
	}
	// What somebody adds here is high until it was reviewed.
	added, err := d.AddSubstance("never heard of")
	if err != nil || d.Danger(added.ID) != lab.DangerHigh {
		t.Errorf("%v: %s", err, d.Danger(added.ID))
	}
}

func TestADangerNeedsAnOrderAndASource(t *testing.T) {
	for _, test := range []struct {
		danger lab.Danger
		source string
		right  bool
	}{{"", "", true}, {lab.DangerHigh, "a", true}, {lab.DangerHigh, "", false}, {"", "a", false}, {"deadly", "a", false}} {
		class := lab.Class{Code: "x", NameEN: "x", Danger: test.danger, DangerSource: test.source}
		if _, err := lab.NewDictionary([]lab.Class{class}, nil, nil, nil); (err == nil) != test.right {
			t.Errorf("class %+v: %v", test, err)
		}
		s := &lab.Substance{Name: "x", Class: "x", Role: lab.RoleAdulterant, Active: true, Danger: test.danger, DangerSource: test.source}
		if err := s.Check(map[string]lab.Class{"x": {}}); (err == nil) != test.right {
			t.Errorf("substance %+v: %v", test, err)
		}
	}
}

// A short name is a name of the substance, and a line has its source.
func TestShortNamesAndLines(t *testing.T) {
	s := &lab.Substance{Name: "2-fluoro-deschloroketamine", Class: "x", Role: lab.RoleAdulterant, Active: true, ShortName: "2-FDCK", Names: []lab.SubstanceName{{Name: "2-FDCK"}}}
	classes := map[string]lab.Class{"x": {}}
	if err := s.Check(classes); err != nil || s.Short() != "2-FDCK" {
		t.Errorf("%v, %s", err, s.Short())
	}
	if (&lab.Substance{Name: "ketamine"}).Short() != "ketamine" {
		t.Error("without a short name it is the name")
	}
	s.Names = nil
	wantFields(t, s.Check(classes), "short_name")
	s.ShortName, s.LineEN = "", "An anaesthetic."
	wantFields(t, s.Check(classes), "line")
	s.LineNL, s.LineSource = "Een narcosemiddel.", "a"
	wantFields(t, s.Check(classes))
}
