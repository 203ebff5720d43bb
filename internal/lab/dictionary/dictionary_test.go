package dictionary_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/realdata"
)

func load(t *testing.T) *lab.Dictionary {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// table reads a CSV file as one map per row, from column to cell.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	header, err := reader.Read()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []map[string]string
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		row := map[string]string{}
		for i, column := range header {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
}

func own(t *testing.T, name string) []map[string]string {
	t.Helper()
	return table(t, filepath.Join("data", name))
}

// expects returns the names of a product's expected set.
func expects(t *testing.T, d *lab.Dictionary, product string) []string {
	t.Helper()
	p, ok := d.FindProduct(product)
	if !ok {
		t.Errorf("the product %q is not in the dictionary", product)
		return nil
	}
	var names []string
	for _, e := range p.Expected() {
		if s := d.Substances[lab.SubstanceID(e.SubstanceID)]; s != nil {
			names = append(names, s.Name)
		} else {
			names = append(names, "class "+e.Class)
		}
	}
	slices.Sort(names)
	return names
}

func TestSize(t *testing.T) {
	d := load(t)
	if n := len(d.Substances); n < 150 {
		t.Errorf("%d substances, want at least 150", n)
	}
	if n := len(d.Products); n < 40 {
		t.Errorf("%d products, want at least 40", n)
	}
}

func TestEntriesAreFixedReviewedAndComplete(t *testing.T) {
	d := load(t)
	for id, s := range d.Substances {
		if id < 1 || id >= lab.LocalEntries || !s.Reviewed || s.ID != id {
			t.Errorf("substance %d, %s: its number is local, or it is not reviewed", id, s.Name)
		}
		if s.PubChemCID < 0 {
			t.Errorf("substance %s has PubChem CID %d", s.Name, s.PubChemCID)
		}
	}
	for id, p := range d.Products {
		if id < 1 || id >= lab.LocalEntries || !p.Reviewed {
			t.Errorf("product %d, %s: its number is local, or it is not reviewed", id, p.NameEN)
		}
		if p.NameEN == "" || p.NameNL == "" || !lab.AmountUnits.Has(p.Unit) {
			t.Errorf("product %d, %q, %q: a name or its unit %q is missing", id, p.NameEN, p.NameNL, p.Unit)
		}
	}
	for code, c := range d.Classes {
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(code) || c.NameEN == "" || c.NameNL == "" {
			t.Errorf("class %q, %q, %q: the code is not of small letters, or a name is missing", code, c.NameEN, c.NameNL)
		}
	}
}

func TestClassesLieInNoCircle(t *testing.T) {
	d := load(t)
	for code := range d.Classes {
		depth := 0
		for at := code; at != "" && depth < 20; at = d.Classes[at].Parent {
			depth++
		}
		if depth == 20 {
			t.Errorf("class %s lies within itself", code)
		}
	}
}

func TestNoNameTwiceAfterFolding(t *testing.T) {
	check := func(t *testing.T, entries, names []map[string]string, entry, english string) {
		t.Helper()
		taken, spelt := map[string]string{}, map[string]string{}
		claim := func(name, by string, mayRepeat bool) {
			folded := lab.Fold(name)
			switch other, again := taken[folded]; {
			case folded == "":
				t.Errorf("%s: the name %q has no letter or digit", by, name)
			case again && (other != by || !mayRepeat):
				t.Errorf("%s: %q is the name %q of %s", by, name, spelt[folded], other)
			}
			taken[folded], spelt[folded] = by, name
		}
		for _, row := range entries {
			claim(row[english], row[english], false)
			if row["name_nl"] != "" {
				claim(row["name_nl"], row[english], true)
			}
		}
		for _, row := range names {
			claim(row["name"], row[entry], false)
		}
	}
	t.Run("substances", func(t *testing.T) {
		check(t, own(t, "substances.csv"), own(t, "substance_names.csv"), "substance", "name")
	})
	t.Run("products", func(t *testing.T) {
		check(t, own(t, "products.csv"), own(t, "product_names.csv"), "product", "name_en")
	})
}

func TestEveryNameFindsItsEntry(t *testing.T) {
	d := load(t)
	for _, row := range own(t, "substance_names.csv") {
		s, stereo, ok := d.FindSubstance(row["name"])
		if !ok || s.Name != row["substance"] || string(stereo) != row["stereo"] {
			t.Errorf("%q finds %v, %q, want %s, %q", row["name"], s, stereo, row["substance"], row["stereo"])
		}
		if row["stereo"] != "" && !lab.Stereos.Has(lab.Stereo(row["stereo"])) {
			t.Errorf("%q sets the stereo mark %q", row["name"], row["stereo"])
		}
		if l := row["lang"]; l != "" && l != "en" && l != "nl" {
			t.Errorf("%q is in the language %q", row["name"], l)
		}
	}
	for _, row := range own(t, "product_names.csv") {
		if p, ok := d.FindProduct(row["name"]); !ok || p.NameEN != row["product"] {
			t.Errorf("%q finds %v, want %s", row["name"], p, row["product"])
		}
	}
}

func TestNamesHaveNoStraySpaces(t *testing.T) {
	for _, file := range []string{
		"classes.csv", "substances.csv", "substance_names.csv", "substance_salts.csv", "products.csv", "product_names.csv", "product_substances.csv",
	} {
		for i, row := range own(t, file) {
			for column, cell := range row {
				if cell != strings.Join(strings.Fields(cell), " ") {
					t.Errorf("%s row %d, %s: %q", file, i+2, column, cell)
				}
			}
		}
	}
}

func TestCASNumbers(t *testing.T) {
	owner := map[string]string{}
	for _, row := range own(t, "substances.csv") {
		cas := row["cas"]
		if cas == "" {
			continue
		}
		if !lab.ValidCAS(cas) {
			t.Errorf("%s: %q is no CAS number", row["name"], cas)
		}
		if other := owner[cas]; other != "" {
			t.Errorf("%s and %s share the CAS number %s", other, row["name"], cas)
		}
		owner[cas] = row["name"]
	}
	if len(owner) < 50 {
		t.Errorf("%d CAS numbers", len(owner))
	}
}

func TestPubChemCIDsDiffer(t *testing.T) {
	owner := map[string]string{}
	for _, row := range own(t, "substances.csv") {
		cid := row["pubchem_cid"]
		if other := owner[cid]; cid != "" && other != "" {
			t.Errorf("%s and %s share the PubChem CID %s", other, row["name"], cid)
		}
		owner[cid] = row["name"]
	}
}

// weights are the standard atomic weights of IUPAC, in thousandths.
var weights = map[string]int64{
	"H": 1008, "B": 10810, "C": 12011, "N": 14007, "O": 15999, "F": 18998, "Na": 22990, "Mg": 24305, "Al": 26982, "Si": 28085,
	"P": 30974, "S": 32060, "Cl": 35450, "K": 39098, "Ca": 40078, "Ti": 47867, "Fe": 55845, "Cu": 63546, "Zn": 65380, "Br": 79904, "I": 126904,
}

var atom = regexp.MustCompile(`([A-Z][a-z]?)(\d*)`)

// massOf sums a molecular formula such as C13H16ClNO, in milligrams per mole.
func massOf(formula string) (int64, error) {
	sum, read := int64(0), 0
	for _, m := range atom.FindAllStringSubmatch(formula, -1) {
		read += len(m[0])
		count := int64(1)
		if m[2] != "" {
			count, _ = strconv.ParseInt(m[2], 10, 64)
		}
		weight, ok := weights[m[1]]
		if !ok {
			return 0, fmt.Errorf("there is no weight for %s in %s", m[1], formula)
		}
		sum += count * weight
	}
	if read != len(formula) || sum == 0 {
		return 0, fmt.Errorf("%q is no formula", formula)
	}
	return sum, nil
}

func TestMassOfFormula(t *testing.T) {
	for formula, want := range map[string]int64{"H2O": 18_015, "C13H16ClNO": 237_727, "C11H16ClNO2": 229_704} {
		if got, err := massOf(formula); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", formula, got, err, want)
		}
	}
	for _, formula := range []string{"", "ketamine", "C13H16ClNO.HCl", "Xx2"} {
		if got, err := massOf(formula); err == nil {
			t.Errorf("%q: %d", formula, got)
		}
	}
}

func checkMass(t *testing.T, what, formula string, mass int64) {
	t.Helper()
	if formula == "" {
		if mass != 0 {
			t.Errorf("%s has a molar mass but no formula", what)
		}
		return
	}
	want, err := massOf(formula)
	if off := mass - want; err != nil || off > 20 || off < -20 {
		t.Errorf("%s: molar mass %d mg/mol, by the formula %s it is %d, %v", what, mass, formula, want, err)
	}
}

func TestMolarMasses(t *testing.T) {
	d := load(t)
	given := 0
	for _, s := range d.Substances {
		checkMass(t, s.Name, s.Formula, s.MolarMass)
		if s.MolarMass > 0 {
			given++
		}
		for _, salt := range s.Salts {
			checkMass(t, s.Name+" "+salt.Salt, salt.Formula, salt.MolarMass)
		}
	}
	if given < 100 {
		t.Errorf("%d molar masses", given)
	}
}

// TestSaltsHoldTheirBase: the formula of a salt has the atoms of its bases, and of
// the acid as many as the name of the salt says. A metal takes a proton's place.
func TestSaltsHoldTheirBase(t *testing.T) {
	acids := map[string]string{
		"hydrochloride": "HCl", "hydrobromide": "HBr", "sulfate": "H2SO4", "hydrogen_sulfate": "H2SO4", "phosphate": "H3PO4",
		"nitrate": "HNO3", "fumarate": "C4H4O4", "hydrogen_fumarate": "C4H4O4", "maleate": "C4H4O4", "succinate": "C4H6O4",
		"citrate": "C6H8O7", "acetate": "C2H4O2", "tartrate": "C4H6O6", "hydrogen_tartrate": "C4H6O6", "mesylate": "CH4SO3",
		"hydriodide": "HI", "oxalate": "C2H2O4",
	}
	for _, s := range load(t).Substances {
		seen := map[string]bool{}
		for _, salt := range s.Salts {
			if seen[salt.Salt] {
				t.Errorf("%s has two salts %s", s.Name, salt.Salt)
			}
			seen[salt.Salt] = true
			acid, ok := acids[salt.Salt]
			if !ok {
				continue
			}
			mass, err := massOf(acid)
			if err != nil {
				t.Fatal(err)
			}
			rest := salt.MolarMass - int64(salt.BasesPerSalt)*s.MolarMass
			acids := (rest + mass/2) / mass
			if off := rest - acids*mass; acids < 1 || off > 20 || off < -20 {
				t.Errorf("%s %s: beside %d bases it holds %d mg/mol, which is not %s", s.Name, salt.Salt, salt.BasesPerSalt, rest, acid)
			}
		}
	}
}

func TestSaltFactors(t *testing.T) {
	d := load(t)
	for _, test := range []struct {
		substance, salt, factor string
		bases                   int32
	}{
		{"ketamine", "hydrochloride", "0.867", 1},
		{"MDMA", "hydrochloride", "0.841", 1},
		{"cocaine", "hydrochloride", "0.893", 1},
		{"levamisole", "hydrochloride", "0.849", 1},
		{"amphetamine", "sulfate", "0.734", 2},
	} {
		s, _, ok := d.FindSubstance(test.substance)
		if !ok {
			t.Errorf("%s is not in the dictionary", test.substance)
			continue
		}
		salt, ok := s.Salt(test.salt)
		if !ok || salt.BasesPerSalt != test.bases {
			t.Errorf("%s %s: %+v, %v", test.substance, test.salt, salt, ok)
			continue
		}
		got := big.NewRat(int64(salt.BasesPerSalt)*s.MolarMass, salt.MolarMass).FloatString(3)
		if got != test.factor {
			t.Errorf("%s %s: %s, want %s", test.substance, test.salt, got, test.factor)
		}
	}
}

func TestProductsExpect(t *testing.T) {
	d := load(t)
	for product, want := range map[string][]string{
		"ecstasy":  {"MDMA"},
		"XTC":      {"MDMA"},
		"speed":    {"amphetamine"},
		"tucibi":   {"MDMA", "ketamine"},
		"crack":    {"cocaine"},
		"ketamine": {"ketamine"},
		"cocaine":  {"cocaine"},
		"cocaïne":  {"cocaine"},
		"heroin":   {"heroin"},
		"heroïne":  {"heroin"},
		"MDMA":     {"MDMA"},
		"unknown":  nil,
		"2C-B":     {"2C-B"},
		"LSD":      {"LSD"},
		"GHB":      {"GHB"},
	} {
		if got := expects(t, d, product); !slices.Equal(got, want) {
			t.Errorf("%s: expects %q, want %q", product, got, want)
		}
	}
}

func TestMonoacetylmorphineIsAByProductOfHeroin(t *testing.T) {
	d := load(t)
	heroin, ok := d.FindProduct("heroin")
	mam, _, found := d.FindSubstance("6-MAM")
	if !ok || !found {
		t.Fatal("heroin or 6-MAM is not in the dictionary")
	}
	if got := d.Role(mam.ID, &lab.File{Sample: lab.Sample{ProductID: heroin.ID}, Expected: heroin.Expected()}); got != lab.RoleByProduct {
		t.Errorf("role %s", got)
	}
}

func TestLevamisoleIsActiveButNotPsychoactive(t *testing.T) {
	s, _, ok := load(t).FindSubstance("levamisole")
	if !ok || !s.Active || s.Psychoactive || s.Role != lab.RoleAdulterant {
		t.Errorf("%+v", s)
	}
}

func TestNamesThatSetTheStereoMark(t *testing.T) {
	d := load(t)
	for name, want := range map[string]lab.Stereo{"ketamine": "", "esketamine": lab.StereoS, "S-ketamine": lab.StereoS, "R-ketamine": lab.StereoR} {
		s, stereo, ok := d.FindSubstance(name)
		if !ok || s.Name != "ketamine" || stereo != want {
			t.Errorf("%q finds %v, %q, want ketamine, %q", name, s, stereo, want)
		}
	}
}

func TestNamesOfTheFormsOfDrugChecking(t *testing.T) {
	d := load(t)
	for name, want := range map[string]string{
		"2C B": "2C-B", "p-fluoro  4-ANPP": "p-fluoro 4-ANPP", "cocaïne": "cocaine", "METHAMPHETAMINE": "methamphetamine", "α-PVP": "α-PVP", "alpha-PVP": "α-PVP",
	} {
		got, _, ok := d.FindSubstance(name)
		other, _, known := d.FindSubstance(want)
		if !ok || !known || got != other {
			t.Errorf("%q finds %v, want %s", name, got, want)
		}
	}
}

// unc returns a data file of the UNC Street Drug Analysis Lab (Opioid Data Lab),
// drug checking datasets, MIT licence, © 2022 Opioid Data Lab.
func unc(t *testing.T, name string) []map[string]string {
	t.Helper()
	return table(t, realdata.Path(t, "unc/"+name))
}

const noCompounds = "no compounds of interest detected"

func TestFindsEverySubstanceOfTheUNCFiles(t *testing.T) {
	d := load(t)
	for _, file := range []string{"unc_PP_lab_detail.csv", "unc_gcms_2023-02.csv", "unc_chemdictionary.csv"} {
		t.Run(file, func(t *testing.T) {
			missing := map[string]bool{}
			rows := unc(t, file)
			for _, row := range rows {
				name := row["substance"]
				if lab.Fold(name) == lab.Fold(noCompounds) {
					continue
				}
				if _, _, ok := d.FindSubstance(name); !ok {
					missing[name] = true
				}
			}
			for name := range missing {
				t.Errorf("%q is not in the dictionary", name)
			}
			if len(rows) < 100 {
				t.Errorf("%d rows were read", len(rows))
			}
		})
	}
}

func TestIdentifiersAgreeWithTheUNCFile(t *testing.T) {
	d := load(t)
	differs := map[string]bool{"quinine": true, "tramadol": true} // the README of the data says why
	seen := map[string]bool{}
	compared := 0
	for _, row := range unc(t, "unc_PP_lab_detail.csv") {
		s, _, ok := d.FindSubstance(row["substance"])
		if !ok || seen[row["substance"]] {
			continue
		}
		seen[row["substance"]] = true
		if row["cas"] != "" && s.CAS != "" {
			compared++
			if row["cas"] != s.CAS && !differs[s.Name] {
				t.Errorf("%s: CAS %s there, %s here", row["substance"], row["cas"], s.CAS)
			}
		}
		if cid := row["pubchemcid"]; cid != "" && s.PubChemCID != 0 {
			compared++
			if cid != strconv.Itoa(int(s.PubChemCID)) {
				t.Errorf("%s: PubChem CID %s there, %d here", row["substance"], cid, s.PubChemCID)
			}
		}
	}
	if compared < 50 {
		t.Errorf("%d identifiers were compared", compared)
	}
}

func TestFindsEverythingExpectedInTheUNCFile(t *testing.T) {
	d := load(t)
	for _, row := range unc(t, "unc_PP_analysis_dataset.csv") {
		for token := range strings.SplitSeq(row["expectedsubstance"], ";") {
			_, product := d.FindProduct(token)
			_, _, substance := d.FindSubstance(token)
			_, class := d.FindClass(token)
			if !product && !substance && !class {
				t.Errorf("%q is no product, substance or class", token)
			}
		}
	}
}
