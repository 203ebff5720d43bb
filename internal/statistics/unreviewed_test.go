package statistics

import (
	"testing"

	"marquis/internal/lab"
)

// Two substances of a sample that nobody has reviewed are one finding of the sample, without
// an amount; what is reviewed beside them stays as it is.
func TestWhatIsNotReviewedIsOneLine(t *testing.T) {
	d := testDictionary(t)
	d.Substances[caffeineID].Reviewed, d.Substances[levamisoleID].Reviewed = false, false
	f := NewFold(d)
	class := func(id lab.SubstanceID, role lab.Role, detection lab.Detection) *lab.FindingClass {
		return &lab.FindingClass{SubstanceID: id, Role: role, Detection: detection}
	}
	ketamine := class(ketamineID, lab.RoleExpected, lab.Quantified)
	trace, amount := class(caffeineID, lab.RoleAdulterant, lab.Trace), class(levamisoleID, lab.RoleAdulterant, lab.Quantified)
	amount.Scale, amount.BaseKnown = lab.MassFraction, true
	for _, list := range [][]lab.FindingRow{
		{{FindingClass: ketamine, Base: 7}, {FindingClass: trace}, {FindingClass: amount, Base: 9}},
		{{FindingClass: amount, Base: 9}, {FindingClass: ketamine, Base: 7}, {FindingClass: trace}},
	} {
		got := f.withhold(list)
		if len(got) != 2 || got[0] != (lab.FindingRow{FindingClass: ketamine, Base: 7}) {
			t.Fatalf("it reads %+v", got)
		}
		want := lab.FindingClass{SubstanceID: notReviewed, Role: lab.RoleAdulterant, Detection: lab.Identified}
		if *got[1].FindingClass != want || got[1].Base != 0 {
			t.Errorf("together they are %+v, %d", *got[1].FindingClass, got[1].Base)
		}
	}
	first, again := f.withheld(trace), f.withheld(trace)
	if first != again || trace.SubstanceID != caffeineID {
		t.Error("a class that many samples share is not shared, or was changed")
	}
}

// A product that was added here and is made of what nobody has reviewed is called after that.
func TestAProductOfWhatIsNotReviewedIsNotNamed(t *testing.T) {
	d := testDictionary(t)
	if got := ProductName(d, ketamineProduct).English; got != "ketamine powder" {
		t.Errorf("it is called %q", got)
	}
	d.Substances[ketamineID].Reviewed = false
	if got := ProductName(d, ketamineProduct); got.English != "a product with a substance not yet reviewed" || got.Dutch != "een product met een nog niet beoordeelde stof" {
		t.Errorf("it is called %+v", got)
	}
	d.Products[ketamineProduct].Reviewed = true
	if got := ProductName(d, ketamineProduct).English; got != "ketamine powder" {
		t.Errorf("a product that came with the program is called %q", got)
	}
}

// A product that somebody proposed is named once somebody else has reviewed it; so is one of
// which an import knew the name alone, which may say anything. A set of what is known stays
// named after that.
func TestAProductThatSomebodyProposedIsNotNamed(t *testing.T) {
	d := testDictionary(t)
	withheld := Text{"a product not yet reviewed", "een nog niet beoordeeld product"}
	p := d.Products[ketamineProduct]
	p.ProposedBy = 7
	if got := ProductName(d, ketamineProduct); got != withheld {
		t.Errorf("what somebody proposed is called %+v", got)
	}
	d.Substances[ketamineID].Reviewed = false
	if got := ProductName(d, ketamineProduct); got != withheld {
		t.Errorf("what somebody proposed, of what nobody has reviewed, is called %+v", got)
	}
	d.Substances[ketamineID].Reviewed, p.Reviewed = true, true
	if got := ProductName(d, ketamineProduct).English; got != "ketamine powder" {
		t.Errorf("reviewed it is called %q", got)
	}
	added, err := d.AddUnknownProduct("of Jan, Dorpsstraat")
	if err != nil {
		t.Fatal(err)
	}
	if got := ProductName(d, added.ID); got != withheld {
		t.Errorf("a bare name of an import is called %+v", got)
	}
	set, err := d.AddProduct([]lab.Expected{{SubstanceID: lab.Optional(ketamineID)}, {SubstanceID: lab.Optional(caffeineID)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := ProductName(d, set.ID).English; got != set.NameEN {
		t.Errorf("a set of what is known is called %q", got)
	}
}
