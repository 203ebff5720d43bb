package lab

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Traits are what a substance is counted as where it was not expected.
type Traits struct {
	Role         Role
	Psychoactive bool
	Active       bool
}

// TakeCare lets a substance that nobody has reviewed count as active and psychoactive,
// whatever is said of it, and keeps what is said.
func (s *Substance) TakeCare() {
	s.Said = Traits{s.Role, s.Psychoactive, s.Active}
	if !s.Reviewed {
		s.Role, s.Psychoactive, s.Active = RoleAdulterant, true, true
	}
}

// SubstanceEntry is what people write of a substance that was added here.
type SubstanceEntry struct {
	Name         string
	NameNL       string
	Class        string
	Role         Role
	Psychoactive bool
	Active       bool
	ShortName    string
	CAS          string
	PubChemCID   int32
	Formula      string
	MolarMass    int64 // of the base, in milligrams per mole
	Salts        []Salt
}

// Entry is what is written of the substance.
func (s *Substance) Entry() SubstanceEntry {
	return SubstanceEntry{
		s.Name, s.NameNL, s.Class, s.Said.Role, s.Said.Psychoactive, s.Said.Active, s.ShortName, s.CAS, s.PubChemCID, s.Formula, s.MolarMass, s.Salts,
	}
}

// With is the substance as an entry writes it. What it was called stays one of its
// names, and so does its short name.
func (s *Substance) With(e SubstanceEntry) *Substance {
	x := *s
	x.Name, x.NameNL, x.Class, x.ShortName = tidy(e.Name), tidy(e.NameNL), e.Class, tidy(e.ShortName)
	x.Role, x.Psychoactive, x.Active = e.Role, e.Psychoactive, e.Active
	x.CAS, x.PubChemCID, x.Formula, x.MolarMass = strings.TrimSpace(e.CAS), e.PubChemCID, strings.TrimSpace(e.Formula), e.MolarMass
	x.Salts = slices.Clone(e.Salts)
	for i := range x.Salts {
		x.Salts[i].SubstanceID = s.ID
	}
	if Fold(x.ShortName) == Fold(x.Name) {
		x.ShortName = ""
	}
	x.Names = slices.Clone(s.Names)
	for _, name := range []SubstanceName{{Name: s.Name}, {Name: s.NameNL, Language: "nl"}, {Name: x.ShortName}} {
		called := slices.ContainsFunc(x.allNames(), func(n SubstanceName) bool { return Fold(n.Name) == Fold(name.Name) })
		if name.SubstanceID = s.ID; name.Name != "" && !called {
			x.Names = append(x.Names, name)
		}
	}
	return &x
}

// formulaForm is of the elements that occur in drugs and in what they are cut with.
var formulaForm = regexp.MustCompile(`^(?:(?:Ag|Al|As|B|Br|C|Ca|Cl|Co|Cu|F|Fe|H|I|K|Li|Mg|N|Na|O|P|S|Se|Si|Zn)\d{0,3})+$`)

// maxMolarMass is larger than that of any drug: 5 kg a mole.
const maxMolarMass = 5_000_000

// SaltField is the name of a field of a salt of an entry.
func SaltField(row int, part string) string { return fmt.Sprintf("salts.%d.%s", row, part) }

// CheckEntry reports the mistakes of what is written of a substance that was added here. A
// name that is nearly that of another substance is asked about, unless it is another. One
// that came with the program is not written here: its mistakes are for the next edition.
func (d *Dictionary) CheckEntry(id SubstanceID, e SubstanceEntry, another bool) error {
	s := d.Own(id)
	if s == nil {
		return ErrNotFound
	}
	if id < LocalEntries {
		return (&move{act: ChangeSubstance}).refusal("What came with the program is not changed here. Judge its danger, give it a name, or merge another into it.")
	}
	if d.Merged(id) != nil {
		return (&move{act: ChangeSubstance}).refusal("It is merged into another: take that back first.")
	}
	var errs FieldErrors
	for _, name := range []struct{ field, text string }{{"name", e.Name}, {"name_nl", e.NameNL}, {"short_name", e.ShortName}} {
		if name.field == "name" || tidy(name.text) != "" {
			d.checkFresh(&errs, name.field, d.AskName(name.text), id, another)
		}
	}
	errs.Check(e.Class != UnidentifiedClass, "class", "Choose the class of the substance; if nobody knows it, choose other substances.")
	d.checkNumbers(&errs, id, e)
	errs.Check(e.Formula == "" || formulaForm.MatchString(strings.TrimSpace(e.Formula)), "formula", "%q is not a molecular formula, such as C13H16ClNO.", shortened(e.Formula))
	errs.Check(e.MolarMass >= 0 && e.MolarMass <= maxMolarMass, "molar_mass", "Give the molar mass of the base in grams per mole, such as 237.725.")
	checkSalts(&errs, e)
	after := s.With(e)
	mistakes, _ := after.Check(d.Classes).(FieldErrors) //nolint:errorlint // it returns no other
	for _, m := range mistakes {
		if told := slices.ContainsFunc(errs, func(x FieldError) bool { return x.Field == m.Field }); !told && m.Field != "salts" && m.Field != "cas" {
			errs = append(errs, m)
		}
	}
	return errs.Err()
}

// checkNumbers refuses a number of another substance, or one that is none.
func (d *Dictionary) checkNumbers(errs *FieldErrors, id SubstanceID, e SubstanceEntry) {
	cas := strings.TrimSpace(e.CAS)
	switch {
	case cas == "":
	case !casForm.MatchString(cas):
		errs.Check(false, "cas", "%q is not a CAS number: it looks like 6740-88-1.", shortened(cas))
	case !ValidCAS(cas):
		errs.Check(false, "cas", "The last digit of %s does not fit the others: a digit is mistyped.", cas)
	}
	errs.Check(e.PubChemCID >= 0, "pubchem_cid", "Give the CID of PubChem, a whole number.")
	if s := d.otherWith(id, func(s *Substance) bool { return cas != "" && s.CAS == cas }); s != nil {
		errs.Check(false, "cas", "%s is the CAS number of %s. If both are the same, merge them.", cas, s.Name)
	}
	if s := d.otherWith(id, func(s *Substance) bool { return e.PubChemCID > 0 && s.PubChemCID == e.PubChemCID }); s != nil {
		errs.Check(false, "pubchem_cid", "%d is the CID of %s. If both are the same, merge them.", e.PubChemCID, s.Name)
	}
}

// otherWith is the first entry of which something is so, merged or not, that is not the same
// as another; nil for none.
func (d *Dictionary) otherWith(id SubstanceID, is func(*Substance) bool) *Substance {
	for _, other := range slices.Sorted(maps.Keys(d.Substances)) {
		if s := d.Own(other); d.Resolve(other) != d.Resolve(id) && is(s) {
			return s
		}
	}
	return nil
}

// checkSalts reports the mistakes of the salts, each in its row.
func checkSalts(errs *FieldErrors, e SubstanceEntry) {
	errs.Check(len(e.Salts) == 0 || e.MolarMass > 0, "molar_mass", "Give the molar mass of the base: without it nothing can be reckoned from a salt.")
	for i, x := range e.Salts {
		_, known := saltVocabulary[x.Salt]
		errs.Check(known && x.Salt != string(BasisBase), SaltField(i+1, "salt"), "%q is not a salt that is known here.", x.Salt)
		twice := slices.ContainsFunc(e.Salts[:i], func(y Salt) bool { return y.Salt == x.Salt })
		errs.Check(!twice, SaltField(i+1, "salt"), "This salt stands in another row already.")
		errs.Check(x.BasesPerSalt >= 1 && x.BasesPerSalt <= 4, SaltField(i+1, "bases_per_salt"), "Give how many molecules of the base are in one of the salt: 1, or 2 as in a sulfate.")
		fits := x.MolarMass > int64(x.BasesPerSalt)*e.MolarMass && x.MolarMass <= maxMolarMass
		errs.Check(fits, SaltField(i+1, "molar_mass"), "The salt weighs more than the bases in it: give its molar mass in grams per mole, without water.")
	}
}

// Salts are the salts that an entry can have, in order.
func Salts() (salts []Basis) {
	for code := range saltVocabulary {
		if code != string(BasisBase) {
			salts = append(salts, Basis(code))
		}
	}
	slices.Sort(salts)
	return salts
}

// ParseSaltField is the row and the part that SaltField named.
func ParseSaltField(name string) (row int, part string, ok bool) {
	rest, ok := strings.CutPrefix(name, "salts.")
	number, part, cut := strings.Cut(rest, ".")
	row, err := strconv.Atoi(number)
	return row, part, ok && cut && err == nil && row > 0
}
