package lab_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestSatisfies(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name     string
		found    lab.SubstanceID
		expected lab.Expected
		want     bool
	}{
		{"the substance itself", ketamine, substance(ketamine), true},
		{"another substance", mdma, substance(ketamine), false},
		{"a member of the class", diazepam, class("benzodiazepine"), true},
		{"a member of a class within the class", etonitazene, class("opioid"), true},
		{"a member of the class around the class", heroin, class("nitazene"), false},
		{"a member of another class", ketamine, class("opioid"), false},
		{"a class that is not there", ketamine, class("sweets"), false},
		{"an entry that is not there", 99, class("opioid"), false},
		{"nothing in particular", ketamine, lab.Expected{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := d.Satisfies(test.found, test.expected); got != test.want {
				t.Errorf("satisfies: %v", got)
			}
		})
	}
}

func TestClassesThatLieInACircle(t *testing.T) {
	d := newDictionary(t)
	d.Classes["a"], d.Classes["b"] = lab.Class{Code: "a", Parent: "b"}, lab.Class{Code: "b", Parent: "a"}
	if d.Within("a", "opioid") || !d.Within("a", "b") {
		t.Error("a circle of classes is not walked once")
	}
}

func TestRoles(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name     string
		found    lab.SubstanceID
		product  lab.ProductID
		expected []lab.Expected
		want     lab.Role
	}{
		{"expected by the product", ketamine, soldAsKetamine, []lab.Expected{substance(ketamine)}, lab.RoleExpected},
		{"expected by the visitor, not the product", mdma, soldAsKetamine, []lab.Expected{substance(mdma)}, lab.RoleExpected},
		{"not expected by this visitor", ketamine, soldAsKetamine, []lab.Expected{substance(mdma)}, lab.RoleAdulterant},
		{"expected by class", diazepam, soldAsBenzo, []lab.Expected{class("benzodiazepine")}, lab.RoleExpected},
		{"the product says otherwise", monoacetylmorphine, soldAsHeroin, []lab.Expected{substance(heroin)}, lab.RoleByProduct},
		{"another product does not", monoacetylmorphine, soldAsKetamine, []lab.Expected{substance(ketamine)}, lab.RoleAdulterant},
		{"expected beats what the product says", monoacetylmorphine, soldAsHeroin, []lab.Expected{substance(monoacetylmorphine)}, lab.RoleExpected},
		{"adulterant by default", caffeine, soldAsKetamine, []lab.Expected{substance(ketamine)}, lab.RoleAdulterant},
		{"excipient by default", mannitol, soldAsKetamine, []lab.Expected{substance(ketamine)}, lab.RoleExcipient},
		{"by-product by default", norcocaine, soldAsCocaine, []lab.Expected{substance(cocaine)}, lab.RoleByProduct},
		{"precursor by default", safrole, soldAsEcstasy, []lab.Expected{substance(mdma)}, lab.RolePrecursor},
		{"no expectation", ketamine, soldAsUnknown, nil, lab.RoleAdulterant},
		{"a product that is not there", caffeine, 99, nil, lab.RoleAdulterant},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := d.Role(test.found, soldAs(test.product, test.expected)); got != test.want {
				t.Errorf("role %s, want %s", got, test.want)
			}
		})
	}
}

func TestFindWhateverTheSpelling(t *testing.T) {
	d := newDictionary(t)
	for name, want := range map[string]lab.SubstanceID{
		"ketamine": ketamine, "  KETAMINE ": ketamine, "Kétamine": ketamine, "cocaïnum": cocaine, "6 mam": monoacetylmorphine,
		"2-(2-Chlorophenyl)-2-(Methylamino)cyclohexanone": ketamine,
	} {
		if s, stereo, ok := d.FindSubstance(name); !ok || s.ID != want || stereo != "" {
			t.Errorf("%q finds %v, %q, %v", name, s, stereo, ok)
		}
	}
	for _, name := range []string{"", " - ", "ketamin", "***"} {
		if s, _, ok := d.FindSubstance(name); ok {
			t.Errorf("%q finds the substance %s", name, s.Name)
		}
		if p, ok := d.FindProduct(name); ok {
			t.Errorf("%q finds the product %s", name, p.NameEN)
		}
		if c, ok := d.FindClass(name); ok {
			t.Errorf("%q finds the class %s", name, c.Code)
		}
	}
	if p, ok := d.FindProduct("xtc"); !ok || p.ID != soldAsEcstasy {
		t.Error("a street name does not find its product")
	}
	if p, ok := d.FindProduct("HEROÏNE"); !ok || p.ID != soldAsHeroin {
		t.Error("a Dutch name does not find its product")
	}
	if c, ok := d.FindClass("Benzodiazepinen"); !ok || c.Code != "benzodiazepine" {
		t.Error("a Dutch name does not find its class")
	}
}

func TestSynonymSetsTheStereoMark(t *testing.T) {
	s, stereo, ok := newDictionary(t).FindSubstance("Esketamine")
	if !ok || s.ID != ketamine || stereo != lab.StereoS {
		t.Errorf("found %v, %q, %v", s, stereo, ok)
	}
}

func TestProductOfASetInAnyOrder(t *testing.T) {
	d := newDictionary(t)
	for _, test := range []struct {
		name string
		set  []lab.Expected
		want lab.ProductID
	}{
		{"one", []lab.Expected{substance(ketamine)}, soldAsKetamine},
		{"in order", []lab.Expected{substance(ketamine), substance(mdma)}, soldAsTucibi},
		{"the other way round", []lab.Expected{substance(mdma), substance(ketamine)}, soldAsTucibi},
		{"one twice", []lab.Expected{substance(mdma), substance(ketamine), substance(mdma)}, soldAsTucibi},
		{"a class", []lab.Expected{class("benzodiazepine")}, soldAsBenzo},
		{"a part of a set", []lab.Expected{substance(cocaine), substance(mdma)}, 0},
		{"none", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, ok := d.ProductOf(test.set)
			if ok != (test.want != 0) || ok && p.ID != test.want {
				t.Errorf("found %v, %v", p, ok)
			}
		})
	}
}

func TestProductOfAddedSets(t *testing.T) {
	d := newDictionary(t)
	set := []lab.Expected{class("nitazene"), substance(fentanyl), substance(caffeine), substance(heroin), class("benzodiazepine")}
	added, err := d.AddProduct(set)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		rand.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
		if p, ok := d.ProductOf(set); !ok || p != added {
			t.Fatalf("%v finds %v", set, p)
		}
	}
	if _, err := d.AddProduct(set); err == nil {
		t.Error("one set was added twice")
	}
}

func TestAddedProductKeepsTheRolesOfItsParts(t *testing.T) {
	d := newDictionary(t)
	set := []lab.Expected{substance(fentanyl), substance(heroin)}
	p, err := d.AddProduct(set, d.Products[soldAsHeroin], d.Products[soldAsHeroin], d.Products[soldAsKetamine])
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Role(monoacetylmorphine, soldAs(p.ID, set)); got != lab.RoleByProduct {
		t.Errorf("6-MAM is %s", got)
	}
	if !slices.Equal(p.Expected(), []lab.Expected{substance(heroin), substance(fentanyl)}) || len(p.Substances) != 3 {
		t.Errorf("%+v", p.Substances)
	}
	for i, ps := range p.Substances {
		if ps.ProductID != p.ID || int(ps.Position) != i+1 {
			t.Errorf("row %d is %+v", i, ps)
		}
	}
	if got := d.Products[soldAsHeroin].Substances[1]; got.ProductID == p.ID {
		t.Error("the part was changed")
	}
}

// TestExpectedBeatsTheRolesOfParts: what one part calls a by-product may be what
// another expects.
func TestExpectedBeatsTheRolesOfParts(t *testing.T) {
	d := newDictionary(t)
	set := []lab.Expected{substance(monoacetylmorphine), substance(heroin)}
	p, err := d.AddProduct(set, d.Products[soldAsHeroin])
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Substances) != 2 || d.Role(monoacetylmorphine, soldAs(p.ID, set)) != lab.RoleExpected {
		t.Errorf("%+v", p.Substances)
	}
}

func TestAddUnknownProduct(t *testing.T) {
	d := newDictionary(t)
	p, err := d.AddUnknownProduct(" tango  &\tcash ")
	if err != nil || p.ID != 1_000_000 || p.Reviewed || p.NameEN != "tango & cash" || len(p.Expected()) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if found, ok := d.FindProduct("Tango & Cash"); !ok || found != p {
		t.Errorf("found %v", found)
	}
	if found, ok := d.ProductOf(nil); ok {
		t.Errorf("the product of nothing is %v", found)
	}
}

func TestAddedEntriesAreLocalAndUnreviewed(t *testing.T) {
	d := newDictionary(t)
	for i := range 3 {
		s, err := d.AddSubstance([]string{" new  substance ", "newer", "newest"}[i])
		if err != nil || s.ID != lab.SubstanceID(1_000_000+i) || s.Reviewed {
			t.Errorf("substance %+v, %v", s, err)
		}
	}
	s, _, ok := d.FindSubstance("New Substance")
	if !ok || s.Name != "new substance" || s.Role != lab.RoleAdulterant || !s.Active || !s.Psychoactive {
		t.Errorf("found %+v, %v", s, ok)
	}
	p, err := d.AddProduct([]lab.Expected{substance(s.ID), substance(cocaine)})
	if err != nil || p.ID != 1_000_000 || p.Reviewed || p.NameEN != "cocaine + new substance" || p.NameNL != "cocaïnum + new substance" {
		t.Errorf("product %+v, %v", p, err)
	}
	if got := p.Expected(); !slices.Equal(got, []lab.Expected{substance(cocaine), substance(s.ID)}) {
		t.Errorf("expects %v", got)
	}
	m, fresh, err := d.AddMethod(lab.Method{
		Kind: lab.NMR, Lab: "central", Level: lab.Confirmatory, Scope: []lab.MethodScope{{SubstanceID: ketamine}},
	})
	if err != nil || !fresh || m.ID != 1_000_000 || m.Scope[0].MethodID != m.ID {
		t.Errorf("method %+v, %v, %v", m, fresh, err)
	}
}

// TestRefusedEntriesLeaveNoTrace: a refused entry must not take over a name.
func TestRefusedEntriesLeaveNoTrace(t *testing.T) {
	d := newDictionary(t)
	substances, products, names := len(d.Substances), len(d.Products), d.SubstanceNames()
	for _, name := range []string{"ketamine", "KETAMINE ", "esketamine", "cocaïnum", "", " - "} {
		if s, err := d.AddSubstance(name); err == nil {
			t.Errorf("%q was added as %d", name, s.ID)
		}
	}
	for _, set := range [][]lab.Expected{
		nil,
		{{}},
		{substance(99)},
		{class("sweets")},
		{{SubstanceID: lab.Optional(ketamine), Class: "nitazene"}},
		{substance(ketamine)}, // the name of a product
	} {
		if p, err := d.AddProduct(set); err == nil {
			t.Errorf("%v was added as %q", set, p.NameEN)
		}
	}
	for _, name := range []string{"", " - ", "Ketamine", "xtc", "HEROÏNE"} {
		if p, err := d.AddUnknownProduct(name); err == nil {
			t.Errorf("%q was added as %d", name, p.ID)
		}
	}
	if len(d.Substances) != substances || len(d.Products) != products || !slices.Equal(d.SubstanceNames(), names) {
		t.Error("something was added nonetheless")
	}
	if s, _, ok := d.FindSubstance("ketamine"); !ok || s.ID != ketamine {
		t.Error("ketamine is lost")
	}
	if p, ok := d.FindProduct("ketamine"); !ok || p.ID != soldAsKetamine {
		t.Error("the product ketamine is lost")
	}
}

func TestAddMethodOnce(t *testing.T) {
	d := newDictionary(t)
	m := lab.Method{
		Kind: lab.LCMS, Lab: "central", Version: "2", Level: lab.Confirmatory,
		Scope: []lab.MethodScope{{SubstanceID: ketamine}, {SubstanceID: mdma}},
	}
	first, fresh, err := d.AddMethod(m)
	if err != nil || !fresh {
		t.Fatal(err)
	}
	slices.Reverse(m.Scope)
	if again, fresh, err := d.AddMethod(m); again != first || fresh || err != nil {
		t.Errorf("the same again: %v, %v, %v", again, fresh, err)
	}
	for name, edit := range map[string]func(*lab.Method){
		"another level":   func(m *lab.Method) { m.Level = lab.Preliminary },
		"it quantifies":   func(m *lab.Method) { m.Quantifies = true },
		"an open scope":   func(m *lab.Method) { m.OpenScope = true },
		"a shorter scope": func(m *lab.Method) { m.Scope = m.Scope[:1] },
		"another scope":   func(m *lab.Method) { m.Scope = []lab.MethodScope{{SubstanceID: ketamine}, {SubstanceID: cocaine}} },
	} {
		t.Run(name, func(t *testing.T) {
			other := m
			edit(&other)
			if _, _, err := d.AddMethod(other); !errors.Is(err, lab.ErrConflict) {
				t.Errorf("error %v", err)
			}
		})
	}
	m.Version = "3"
	if next, fresh, err := d.AddMethod(m); err != nil || !fresh || next.ID != first.ID+1 {
		t.Errorf("a new version: %v, %v, %v", next, fresh, err)
	}
	if _, _, err := d.AddMethod(lab.Method{}); err == nil {
		t.Error("a method with mistakes was added")
	}
}

func TestNewDictionaryNamesTheCulprits(t *testing.T) {
	classes := []lab.Class{{Code: "a", NameEN: "A things"}}
	entry := func(id lab.SubstanceID, name string, synonyms ...string) *lab.Substance {
		s := &lab.Substance{ID: id, Name: name, Class: "a", Role: lab.RoleAdulterant, Active: true}
		for _, n := range synonyms {
			s.Names = append(s.Names, lab.SubstanceName{Name: n})
		}
		return s
	}
	sold := func(id lab.ProductID, name string, substances ...lab.ProductSubstance) *lab.Product {
		return &lab.Product{ID: id, NameEN: name, Substances: substances}
	}
	for _, test := range []struct {
		name       string
		classes    []lab.Class
		substances []*lab.Substance
		products   []*lab.Product
		culprit    string
	}{
		{"one name twice", classes, []*lab.Substance{entry(1, "2C-B"), entry(2, "x", "2cb")}, nil, "substance x"},
		{"one number twice", classes, []*lab.Substance{entry(1, "x"), entry(1, "y")}, nil, "substance y"},
		{"a class that is not there", nil, []*lab.Substance{entry(1, "x")}, nil, "substance x"},
		{"a class within nothing", []lab.Class{{Code: "a", Parent: "b"}}, nil, nil, "class a"},
		{"a class twice", append(classes, classes...), nil, nil, "class a"},
		{"a class name twice", append(classes, lab.Class{Code: "b", NameEN: "a-things"}), nil, nil, "class b"},
		{"a product's name twice", classes, nil, []*lab.Product{sold(1, "X"), sold(2, "x")}, "product x"},
		{"a product's number twice", classes, nil, []*lab.Product{sold(1, "x"), sold(1, "y")}, "product y"},
		{"a product without a name", classes, nil, []*lab.Product{sold(1, "-")}, "product -"},
		{"a product of nothing known", classes, nil, []*lab.Product{
			sold(1, "x", lab.ProductSubstance{Expected: substance(7), Role: lab.RoleExpected}),
		}, "product x"},
		{"a product with a wrong role", classes, nil, []*lab.Product{sold(1, "x", lab.ProductSubstance{Expected: class("a"), Role: "hero"})}, "product x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := lab.NewDictionary(test.classes, test.substances, test.products, nil)
			wantFields(t, err, test.culprit)
		})
	}
}

func TestAnEntryMayRepeatItsOwnNames(t *testing.T) {
	s := &lab.Substance{ID: 1, Name: "2C-B", NameNL: "2C-B", Class: "a", Role: lab.RoleAdulterant, Active: true, Names: []lab.SubstanceName{{Name: "2cb"}}}
	p := &lab.Product{ID: 1, NameEN: "2C-B", NameNL: "2C-B", Names: []lab.ProductName{{Name: "2cb"}}}
	d, err := lab.NewDictionary([]lab.Class{{Code: "a"}}, []*lab.Substance{s}, []*lab.Product{p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if names := d.SubstanceNames(); !slices.Equal(names, []string{"2cb"}) {
		t.Errorf("names %q", names)
	}
}

func TestExpectedTokens(t *testing.T) {
	for token, e := range map[string]lab.Expected{"17": {SubstanceID: 17}, "1000000": {SubstanceID: 1_000_000}, "nitazene": {Class: "nitazene"}} {
		if e.String() != token || lab.ParseExpected(token) != e {
			t.Errorf("%v is written %q and read back as %v", e, e, lab.ParseExpected(token))
		}
	}
}

func TestFieldErrorsReadAsASentence(t *testing.T) {
	var errs lab.FieldErrors
	errs.Check(true, "a", "not this")
	if errs.Err() != nil {
		t.Error("no mistake is an error")
	}
	errs.Check(false, "form", "%q is not a form.", "dust")
	errs.Check(false, "price", "Too much.")
	if got := errs.Err().Error(); got != `form: "dust" is not a form.; price: Too much.` || strings.Contains(got, "not this") {
		t.Error(got)
	}
}
