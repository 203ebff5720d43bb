package lab_test

import (
	"errors"
	"slices"
	"testing"

	"marquis/internal/lab"
)

// proposed is the small dictionary with a substance that somebody proposed, and its number.
func proposed(t *testing.T) (*lab.Dictionary, lab.SubstanceID) {
	t.Helper()
	d := newDictionary(t)
	d.Substances[ketamine].CAS, d.Substances[ketamine].PubChemCID = "6740-88-1", 3821
	s, _, err := d.ProposeSubstance(lab.Proposal{Name: "zalpidone", Class: "stimulant", Why: "library match"}, person(7, lab.Laboratory), noon)
	if err != nil {
		t.Fatal(err)
	}
	return d, s.ID
}

// whole is an entry without a mistake.
func whole() lab.SubstanceEntry {
	return lab.SubstanceEntry{
		Name: "zalpidone", NameNL: "zalpidon", Class: "depressant", Role: lab.RoleAdulterant, Psychoactive: true, Active: true,
		ShortName: "ZPD", CAS: "50-78-2", PubChemCID: 2244, Formula: "C17H21NO4", MolarMass: 303_358,
		Salts: []lab.Salt{{Salt: "hydrochloride", MolarMass: 339_816, BasesPerSalt: 1}, {Salt: "sulfate", MolarMass: 704_790, BasesPerSalt: 2}},
	}
}

// Whatever is mistyped in an entry is refused at its field.
func TestMistakesOfAnEntry(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*lab.SubstanceEntry)
		fields []string
	}{
		{"whole", func(*lab.SubstanceEntry) {}, nil},
		{"what the proposal said alone", func(e *lab.SubstanceEntry) {
			*e = lab.SubstanceEntry{Name: "zalpidone", Class: "stimulant", Role: lab.RoleAdulterant, Psychoactive: true, Active: true}
		}, nil},
		{"no name", func(e *lab.SubstanceEntry) { e.Name = " " }, []string{"name"}},
		{"a word for nothing", func(e *lab.SubstanceEntry) { e.Name = "niets" }, []string{"name"}},
		{"the name of another", func(e *lab.SubstanceEntry) { e.Name = "Ketamine" }, []string{"name"}},
		{"the synonym of another", func(e *lab.SubstanceEntry) { e.Name = "esketamine" }, []string{"name"}},
		{"nearly the name of another", func(e *lab.SubstanceEntry) { e.Name = "diazepan" }, []string{"name"}},
		{"nearly its own", func(e *lab.SubstanceEntry) { e.Name = "zalpidon" }, nil},
		{"its own, otherwise spelled", func(e *lab.SubstanceEntry) { e.Name = "Zalpidone" }, nil},
		{"another with a salt", func(e *lab.SubstanceEntry) { e.Name = "ketamine HCl" }, []string{"name"}},
		{"a dose", func(e *lab.SubstanceEntry) { e.Name = "zalpidone 20 mg" }, []string{"name"}},
		{"two substances", func(e *lab.SubstanceEntry) { e.Name = "heroin; fentanyl" }, []string{"name"}},
		{"a telephone number", func(e *lab.SubstanceEntry) { e.Name = "zalpidone 06 12345678" }, []string{"name"}},
		{"the Dutch name of another", func(e *lab.SubstanceEntry) { e.NameNL = "Cocaïnum" }, []string{"name_nl"}},
		{"the short name of another", func(e *lab.SubstanceEntry) { e.ShortName = "MDMA" }, []string{"short_name"}},
		{"its name for short", func(e *lab.SubstanceEntry) { e.ShortName = "Zalpidone" }, nil},
		{"its Dutch name for short", func(e *lab.SubstanceEntry) { e.ShortName = "Zalpidon" }, nil},
		{"no class", func(e *lab.SubstanceEntry) { e.Class = "" }, []string{"class"}},
		{"a class that there is not", func(e *lab.SubstanceEntry) { e.Class = "magic" }, []string{"class"}},
		{"of what could not be identified", func(e *lab.SubstanceEntry) { e.Class = "unidentified" }, []string{"class"}},
		{"no role", func(e *lab.SubstanceEntry) { e.Role = "" }, []string{"role"}},
		{"the role of what is expected", func(e *lab.SubstanceEntry) { e.Role = lab.RoleExpected }, []string{"role"}},
		{"inert and psychoactive", func(e *lab.SubstanceEntry) { e.Role, e.Active = lab.RoleExcipient, false }, []string{"psychoactive"}},
		{"an inert adulterant", func(e *lab.SubstanceEntry) { e.Active, e.Psychoactive = false, false }, []string{"active"}},
		{"no CAS number", func(e *lab.SubstanceEntry) { e.CAS = "" }, nil},
		{"a wrong digit in the CAS number", func(e *lab.SubstanceEntry) { e.CAS = "50-78-3" }, []string{"cas"}},
		{"letters for a CAS number", func(e *lab.SubstanceEntry) { e.CAS = "unknown" }, []string{"cas"}},
		{"the CAS number of another", func(e *lab.SubstanceEntry) { e.CAS = " 6740-88-1 " }, []string{"cas"}},
		{"the CID of another", func(e *lab.SubstanceEntry) { e.PubChemCID = 3821 }, []string{"pubchem_cid"}},
		{"a CID below nothing", func(e *lab.SubstanceEntry) { e.PubChemCID = -1 }, []string{"pubchem_cid"}},
		{"a word for a formula", func(e *lab.SubstanceEntry) { e.Formula = "KETAMINE" }, []string{"formula"}},
		{"a formula with a charge", func(e *lab.SubstanceEntry) { e.Formula = "C17H22NO4+" }, []string{"formula"}},
		{"a molar mass below nothing", func(e *lab.SubstanceEntry) { e.MolarMass, e.Salts = -1, nil }, []string{"molar_mass"}},
		{"a molar mass in milligrams", func(e *lab.SubstanceEntry) { e.MolarMass, e.Salts = 303_358_000, nil }, []string{"molar_mass"}},
		{"salts without a molar mass", func(e *lab.SubstanceEntry) { e.MolarMass = 0 }, []string{"molar_mass"}},
		{"a salt that there is not", func(e *lab.SubstanceEntry) { e.Salts[0].Salt = "sugar" }, []string{"salts.1.salt"}},
		{"the base for a salt", func(e *lab.SubstanceEntry) { e.Salts[0].Salt = "base" }, []string{"salts.1.salt"}},
		{"a salt twice", func(e *lab.SubstanceEntry) { e.Salts = append(e.Salts, e.Salts[0]) }, []string{"salts.3.salt"}},
		{"a salt lighter than its base", func(e *lab.SubstanceEntry) { e.Salts[1].MolarMass = 401_000 }, []string{"salts.2.molar_mass"}},
		{"a salt of no base", func(e *lab.SubstanceEntry) { e.Salts[0].BasesPerSalt = 0 }, []string{"salts.1.bases_per_salt"}},
		{"two mistakes", func(e *lab.SubstanceEntry) { e.CAS, e.Class = "50-78-3", "" }, []string{"cas", "class"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, id := proposed(t)
			e := whole()
			test.edit(&e)
			got := wrongFields(t, d.CheckEntry(id, e, false))
			slices.Sort(got)
			if !slices.Equal(got, test.fields) {
				t.Errorf("mistakes in %q, want them in %q: %v", got, test.fields, d.CheckEntry(id, e, false))
			}
		})
	}
	d, id := proposed(t)
	e := whole()
	e.Name = "diazepan"
	if err := d.CheckEntry(id, e, true); err != nil {
		t.Errorf("nearly the name of another, and another: %v", err)
	}
}

// A number or a name of an entry that is merged is in use: taken apart again it has them.
func TestWhatAMergedEntryHasIsInUse(t *testing.T) {
	d := merged(t, map[lab.SubstanceID]lab.SubstanceID{safrole: cocaine})
	d.Merged(safrole).CAS, d.Merged(safrole).PubChemCID = "94-59-7", 5144
	s, _, err := d.ProposeSubstance(lab.Proposal{Name: "zalpidone", Class: "stimulant", Why: "library match"}, person(7, lab.Laboratory), noon)
	if err != nil {
		t.Fatal(err)
	}
	e := whole()
	e.Name, e.CAS, e.PubChemCID = "safrole", "94-59-7", 5144
	got := wrongFields(t, d.CheckEntry(s.ID, e, false))
	slices.Sort(got)
	if !slices.Equal(got, []string{"cas", "name", "pubchem_cid"}) {
		t.Errorf("mistakes in %q", got)
	}
}

// The name of what is merged into an entry is not the entry's own, until it is taken apart.
func TestTheNameOfWhatIsMergedIntoItStays(t *testing.T) {
	d, id := proposed(t)
	other, _, err := d.ProposeSubstance(lab.Proposal{Name: "vurtolane", Class: "stimulant", Why: "library match"}, person(7, lab.Laboratory), noon)
	if err != nil {
		t.Fatal(err)
	}
	var classes []lab.Class
	for _, c := range d.Classes {
		classes = append(classes, c)
	}
	a, b := *d.Substances[id], *other
	b.MergedInto = lab.Optional(id)
	if d, err = lab.NewDictionary(classes, []*lab.Substance{&a, &b}, nil, nil); err != nil {
		t.Fatal(err)
	}
	e := whole()
	e.Name = "Vurtolane"
	wantFields(t, d.CheckEntry(id, e, false), "name")
}

// What came with the program is not changed here, nor what is merged, nor what is not there.
func TestWhatIsNotChanged(t *testing.T) {
	d, id := proposed(t)
	var refused *lab.MoveError
	if err := d.CheckEntry(ketamine, whole(), false); !errors.As(err, &refused) {
		t.Errorf("what came with the program: %v", err)
	}
	if err := d.CheckEntry(4711, whole(), false); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	var classes []lab.Class
	for _, c := range d.Classes {
		classes = append(classes, c)
	}
	local, into := *d.Substances[id], *d.Substances[heroin]
	local.MergedInto = lab.Optional(heroin)
	d, err := lab.NewDictionary(classes, []*lab.Substance{&local, &into}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.CheckEntry(id, whole(), false); !errors.As(err, &refused) {
		t.Errorf("what is merged: %v", err)
	}
}

// What an entry was called stays one of its names, each once, and so is its short name.
func TestWhatAnEntryWasCalledStaysItsName(t *testing.T) {
	d, id := proposed(t)
	first := d.Substances[id].With(whole())
	e := whole()
	e.Name, e.NameNL, e.ShortName = "  vurto\u200b lane ", "", "zalpidon"
	second := first.With(e)
	if second.Name != "vurto lane" {
		t.Errorf("it is called %q", second.Name)
	}
	want := []lab.SubstanceName{{SubstanceID: id, Name: "ZPD"}, {SubstanceID: id, Name: "zalpidone"}, {SubstanceID: id, Name: "zalpidon", Language: "nl"}}
	if !slices.Equal(second.Names, want) {
		t.Errorf("its names are %+v", second.Names)
	}
	if err := second.Check(d.Classes); err != nil {
		t.Errorf("its short name is none: %v", err)
	}
	if len(first.Names) != 1 || d.Substances[id].Name != "zalpidone" {
		t.Error("the entry of before has changed")
	}
}

// What nobody has reviewed counts as what acts, whatever is said of it, and what is said is
// kept beside.
func TestCareIsTakenUntilTheReview(t *testing.T) {
	for _, reviewed := range []bool{false, true} {
		s := &lab.Substance{Role: lab.RoleExcipient, Reviewed: reviewed}
		s.TakeCare()
		want := lab.Traits{Role: lab.RoleAdulterant, Psychoactive: true, Active: true}
		if reviewed {
			want = lab.Traits{Role: lab.RoleExcipient}
		}
		if got := (lab.Traits{Role: s.Role, Psychoactive: s.Psychoactive, Active: s.Active}); got != want {
			t.Errorf("reviewed %v: it counts as %+v", reviewed, got)
		}
		if e := s.Entry(); e.Role != lab.RoleExcipient || e.Active || e.Psychoactive {
			t.Errorf("reviewed %v: the entry says %+v", reviewed, e)
		}
	}
}

// A stale change tells what it would have changed.
func TestAStaleChangeTellsWhatDiffers(t *testing.T) {
	d, id := proposed(t)
	s := d.Substances[id]
	e := s.Entry()
	e.CAS = "50-78-2"
	var stale *lab.StaleError
	if err := s.CheckVersion(s.Version+1, e); !errors.As(err, &stale) || len(stale.Changed) != 1 || stale.Changed[0].Field != "cas" {
		t.Errorf("it says %v", err)
	}
	if err := s.CheckVersion(s.Version, e); err != nil {
		t.Error(err)
	}
}

func TestSaltsAreInOrderAndWithoutTheBase(t *testing.T) {
	names := lab.Salts()
	if !slices.IsSorted(names) || slices.Contains(names, lab.BasisBase) || !slices.Contains(names, "hydrochloride") {
		t.Errorf("they are %q", names)
	}
}
