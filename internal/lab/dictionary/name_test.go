package dictionary_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// A salt in a name is no other substance: it is the substance, and what its amounts count.
func TestASaltInANameIsSubstanceAndBasis(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"Ketamine HCl": "ketamine hydrochloride", "ketamine HCL": "ketamine hydrochloride", "ketamine hcl": "ketamine hydrochloride",
		"MDMA hydrochloride": "MDMA hydrochloride", "ketaminehydrochloride": "ketamine hydrochloride", "ketaminehcl": "ketamine hydrochloride",
		"cocaïne HCl": "cocaine hydrochloride", "cocaine.HCl": "cocaine hydrochloride", "MDMA·HCl": "MDMA hydrochloride", "MDMA*HCl": "MDMA hydrochloride",
		"amfetaminesulfaat": "amphetamine sulfate", "amphetamine sulphate": "amphetamine sulfate", "amfetamine-sulfaat": "amphetamine sulfate",
		"d-amphetamine hemisulfate": "amphetamine S sulfate", "dexamfetaminesulfaat": "amphetamine S sulfate", "Amphetamine (as sulfate)": "amphetamine sulfate",
		"2C-B·HBr": "2C-B hydrobromide", "2C-B HBr": "2C-B hydrobromide", "2cb hydrobromide": "2C-B hydrobromide", "2C-T-2 HCl": "2C-T-2 unknown (hydrochloride)",
		"ketamine (hydrochloride)": "ketamine hydrochloride", "ketamine [HCl]": "ketamine hydrochloride", "ketamine, hydrochloride": "ketamine hydrochloride",
		"hydrochloride of ketamine": "ketamine hydrochloride", "hydrochloridezout van ketamine": "ketamine hydrochloride", "hydrochloride salt of ketamine": "ketamine hydrochloride",
		"ketamine hydrochloride salt": "ketamine hydrochloride", "ketamine als hydrochloride": "ketamine hydrochloride", "HCl ketamine": "ketamine hydrochloride",
		"S-ketamine HCl": "ketamine S hydrochloride", "esketamine hydrochloride": "ketamine S hydrochloride", "S(+)-ketamine HCl": "ketamine S hydrochloride",
		"(±)-MDMA HCl": "MDMA hydrochloride", "KETAMINE HCI": "ketamine hydrochloride", "GHB-Na": "GHB sodium", "natrium-GHB": "GHB sodium", "sodium gamma-hydroxybutyrate": "GHB sodium",
		"LSD tartrate": "LSD tartrate", "LSD-bitartraat": "LSD hydrogen_tartrate", "5-MeO-DMT succinaat": "5-MeO-DMT succinate", "DMT fumarate": "DMT fumarate",

		"cocaïne zoutzuur": "cocaine hydrochloride", "ketamine hydrogen chloride": "ketamine hydrochloride", "cocaine HC1": "cocaine hydrochloride", "cocaine h.c.l.": "cocaine hydrochloride",
		// The same salt twice.
		"Cocaine Hydrochloride (HCl)": "cocaine hydrochloride", "MDMA base (freebase)": "MDMA base", "ketamine HCl HCl": "ketamine hydrochloride",

		// A salt that the dictionary does not list for the substance: nobody can reckon with it.
		"morfine-tartraat": "morphine unknown (tartrate)", "cocaine nitrate": "cocaine unknown (nitrate)", "ketamine tosylaat": "ketamine unknown (tosylate)",
		"quinine dihydrochloride": "quinine unknown (dihydrochloride)", "MDMA 2HCl": "MDMA unknown (dihydrochloride)", "GHB kalium": "GHB unknown (potassium)",
		"ketamine HCl monohydrate": "ketamine unknown (hydrochloride)", "codeine phosphate hemihydrate": "codeine unknown (phosphate)", "amphetamine sulfate (1:1)": "amphetamine unknown (sulfate)",
		"caffeine monohydrate": "caffeine unknown", "ketamine chloride": "ketamine unknown (chloride)", "cocaïne carbonaat": "cocaine unknown (carbonate)", "ketamine TFA": "ketamine unknown (trifluoroacetate)", "MDMA zouten": "MDMA unknown", "ketamine zout": "ketamine unknown", "ketamine HCl anhydrous": "ketamine hydrochloride",

		"cocaine base": "cocaine base", "cocaine freebase": "cocaine base", "cocaine free base": "cocaine base", "cocaïnebase": "cocaine base", "vrije base van cocaïne": "cocaine base",
		"cocaïne (vrije base)": "cocaine base", "freebase cocaine": "cocaine base", "DMT freebase": "DMT base", "heroïne base": "heroin base", "amfetamine als base": "amphetamine base",
	} {
		a := d.AskName(typed)
		if a.Kind != lab.SaltName {
			t.Errorf("%q is %s, want %s", typed, a.Kind, want)
			continue
		}
		got := a.Substance.Name
		if a.Stereo != "" {
			got += " " + string(a.Stereo)
		}
		got += " " + string(a.Basis)
		if a.Salt != string(a.Basis) && a.Salt != "" {
			got += " (" + a.Salt + ")"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", typed, got, want)
		}
		if err := check(a, false); err != nil {
			t.Errorf("%q is refused: %v", typed, err)
		}
	}
	// An acid makes an ester of what has no nitrogen; and a name of the dictionary is that.
	for typed, want := range map[string]lab.NameKind{
		"THC acetate": lab.NearName, "HHC acetate": lab.NearName, "vitamin E acetate": lab.KnownName, "magnesium stearate": lab.KnownName, "crack": lab.NearName,
		"sodium benzoate": lab.NewName, "caffeine anhydrous": lab.KnownName, "watervrije cafeïne": lab.KnownName, "hydrochloride": lab.EmptyName, "HCl": lab.EmptyName, "vrije base": lab.EmptyName,
		// K is a street name of ketamine, and NA is not applicable, before they are metals.
		"ketamine [K]": lab.NearName, "MDMA NA": lab.NearName, "ketamine HCl sulfate": lab.NearName,
	} {
		if a := d.AskName(typed); a.Kind != want {
			t.Errorf("%q is %s, want %s", typed, a.Kind, want)
		}
	}
}

// A name that was cut off, two that nothing divides, and one with another of its names in
// brackets: the first two are asked about, the last is known.
func TestNamesThatAreCutOffJoinedOrToldTwice(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"carfent": "near carfentanil", "isotonit": "near isotonitazene", "bromaz": "near bromazepam bromazolam", "para-fluoro": "near",
		"carf": "near carfentanil", "car": "new", "heroinfentanyl": "several heroin fentanyl", "fentanylheroine": "several fentanyl heroine",
		"Cannabidiol (CBD)": "known cannabidiol", "CBD (cannabidiol)": "known cannabidiol", "3-MMC (3-methylmethcathinone)": "known 3-MMC", "S-ketamine (esketamine)": "known ketamine",
		"PMA (PMMA)": "several PMA PMMA", "ketamine (ketamin)": "near ketamine", "cocaethylene": "known cocaethylene", "methamphetamine": "known methamphetamine",
	} {
		a := d.AskName(typed)
		got := []string{string(a.Kind)}
		if a.Substance != nil {
			got = append(got, a.Substance.Name)
		}
		for _, n := range a.Neighbours {
			got = append(got, n.Substance.Name)
		}
		got = append(got, a.Several...)
		for _, word := range strings.Fields(want) {
			if !slices.Contains(got, word) {
				t.Errorf("%q is %v, want %s", typed, got, want)
			}
		}
	}
	for typed, want := range map[string]string{"carfent": "carfentanil", "фentanyl": "fentanyl", "carfentanil%C3%AF": "carfentanil", "fent&aacute;nyl": "fentanyl", "ketamine": ""} {
		if names := d.Dangerous(typed); want == "" && len(names) > 0 || want != "" && !slices.Contains(names, want) {
			t.Errorf("of %s %v is dangerous, want %s", typed, names, want)
		}
	}
}

// What an amount counts and the name beside it say one thing: a salt is never base.
func TestTheBasisBesideASaltInTheName(t *testing.T) {
	d := load(t)
	for _, x := range []struct {
		name          string
		chosen, want  lab.Basis
		contradictory bool
	}{
		{"ketamine", "", "", false},
		{"ketamine", "base", "base", false},
		{"ketamine HCl", "", "hydrochloride", false},
		{"ketamine HCl", "hydrochloride", "hydrochloride", false},
		{"ketamine HCl", "base", "", true},
		{"ketamine HCl", "unknown", "", true},
		{"cocaine base", "", "base", false},
		{"cocaine base", "hydrochloride", "", true},
		{"cocaine nitrate", "", "unknown", false},
		{"cocaine nitrate", "unknown", "unknown", false},
		{"cocaine nitrate", "base", "", true},
		{"cocaine nitrate", "hydrochloride", "", true},
		{"caffeine monohydrate", "base", "", true},
		{"ketamine zout", "hydrochloride", "hydrochloride", false},
		{"ketamine zout", "base", "", true},
		{"ketamine HCl monohydrate", "hydrochloride", "hydrochloride", false},
		{"ketamine HCl monohydrate", "base", "", true},
	} {
		var errs lab.FieldErrors
		got := d.AskName(x.name).CheckBasis(&errs, "basis", x.chosen)
		if x.contradictory != (len(errs) == 1) || len(errs) > 1 || !x.contradictory && got != x.want {
			t.Errorf("%s as %q counts %q, %v", x.name, x.chosen, got, errs)
		}
	}
}

func check(a lab.NameAnswer, another bool) error {
	var errs lab.FieldErrors
	a.Check(&errs, "name", another)
	return errs.Err()
}

// Whatever is no name of one substance is refused, and the sentence says what to do.
func TestWhatIsNoNameIsRefused(t *testing.T) {
	d := load(t)
	for kind, list := range map[lab.NameKind][]string{
		lab.EmptyName: {
			"", " ", "-", "?", "--", "…", ".", "0", "00", "12", "3,5", "x", "X", "xx", "xxx", "a", "n/a", "N/A", "na", "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "nvt", "n.v.t.", "N.V.T",
			"geen", "Geen", "none", "niets", "nihil", "nil", "null", "NULL", "nan", "NaN", "unknown", "onbekend", "Onbekend.", "tbd", "T.B.D.", "test", "TEST", "no", "nee", "leeg",
			"n.d.", "not detected", "niet aangetoond", "nothing found", "geen fentanyl", "no fentanyl", "fentanyl negatief", "fentanyl: neg", "cocaïne niet aangetoond", "not detected", "niets gevonden",
			"niet bepaald", "not tested", "see notes", "zie opmerking", "idem", "pending", "geen stof", "geen resultaat", "no results", "no match", "geen hit", "none detected", "not identified",
			"various", "mengsel", "unknown peak", "onbekende piek", "peak 1", "below LOD", "<LOQ", "< LOD", "n.q.", "bdl", "traces", "sporen", "WAAR", "Ⅳ", "zouten",
		},
		lab.DoseName: {
			"MDMA 120 mg", "2mg alprazolam", "LSD 150µg", "LSD 150 μg", "LSD150ug", "ketamine 80%", "ketamine (80 %)", "80 % ketamine", "120 mg", "MDMA HCl 120mg", "MDMA 120", "MDMA: 120 mg",
			"MDMA 100-150 mg", "cocaïne 0,5 g", "GHB 5 ml", "fentanyl 3 procent", "alprazolam 2 mg/tablet", "caffeine <5%", "crack cocaine", "fentanyl positive", "fentanyl: positief", "MDMA aangetoond", "MDMA kristal", "MDMA (crystals)", "cocaïnepoeder 80%", "trace fentanyl", "spoor cocaïne", "possible MDMA", "fentanyl (trace)", "newdrug 20 mg", "heroin 1.250,5 mg",
			"LSD 100 mics", "LSD 100µ", "MDMA 120 mgs", "MDMA 2x120mg", "MDMA 1,2e2 mg", "ketamine 80%w/w", "ketamine 80 pct.", "MDMA ca. 100 mg", "MDMA 100 to 150 mg", "MDMA １２０ｍｇ", "MDMA 120 mili" + "gram", "MDMA(120)", "MDMA-120", "newdrug 120 mgs",
			"ketamine 100mg", "MDMA 125 mg", "2C-B 10mg", "25 g", "25G", "100 g-pack", "100g-pack", "100G-PACK", "25g-ketamine", "25G-KETAMINE", "25G-KETAMINE 80%", "25G-NBOMe 1 mg", "25 G-NBF", "MDMA-19",
		},
		lab.SeveralName: {
			"heroin; fentanyl", "heroin\nfentanyl", "heroin\r\nfentanyl", "heroin + fentanyl", "heroin+fentanyl", "heroin & fentanyl", "heroïne en fentanyl", "heroin and fentanyl", "MDMA met cafeïne",
			"heroin, fentanyl", "heroin/fentanyl", "heroin 20%; fentanyl 2%", "MDMA HCl + caffeine", "heroin; something new", "something new | heroin", "MDMA/MDA", "2C-B, 2C-E, MDMA",
			"MDMA - MDA", "MDMA of MDA", "3-MMC or 4-MMC", "ketamine (cocaine)", "ketamine > cocaine", "ketamine : cocaine", `ketamine\cocaine`,
		},
		lab.PrivateName: {
			"bel 06-12345678", "jan@example.org", "Dorpsstraat 12", "Lange Nieuwstraat 5", "12 Main Street", "3511 AB", "3511AB Utrecht", "www.example.org", "https://example.org/x", "example.nl", "@dealer", "via @dealer_020",
			"XTR7-9KQ2-M4WD", "0612345678", "06.12.34.56.78", "06 12 34 56 78", "+32 470 12 34 56", "０６１２３４５６７８", "ketamine0612345678", "ketamine(0612345678)", "06_12345678", "111222333",
			"NL91ABNA0417164300", "BE68 5390 0754 7034", "t.me/dealer", "wa.me/316", "telegram: dealer", "52.3702, 4.8952", "N52.37 E4.89", `52°22'13"N`, "Kerkstr 5a", "Kerkstraat5", "Damrak 1", "Hauptstraße 5",
			"Stationsplein 12B", "Postbus 123", "3511 ab utrecht", "12 rue de Rivoli", "Main Street 12", "221B Baker Street", "Jan Jansen 12-03-1985",
		},
		lab.BrokenName: {
			"cocaÃ¯ne", "cocaÃ¯nezout", "heroÃ¯ne", "Î±-PVP", "coffeÃ¯ne", "new\x07drug", "new\ufffddrug", "newdrug\nof two lines", strings.Repeat("é", 201),
			"MDM\u0410", "k\u0435tamine", "=A1", "=CMD|'/c calc'!A0",
		},
	} {
		for _, typed := range list {
			if kind == lab.PrivateName && strings.HasPrefix(typed, "XTR7") {
				typed = lab.NewLookupCode().Print()
			}
			a := d.AskName(typed)
			if a.Kind != kind {
				t.Errorf("%q is %s (%v %v), want %s", typed, a.Kind, a.Substance, a.Without, kind)
				continue
			}
			var errs lab.FieldErrors
			if !errors.As(check(a, true), &errs) || len(errs) != 1 || errs[0].Field != "name" {
				t.Errorf("%q, %s, even when confirmed: %v", typed, kind, errs)
			}
		}
	}
	for typed, want := range map[string]string{
		"MDMA 120 mg": "MDMA", "2mg alprazolam": "alprazolam", "LSD 150µg": "LSD", "MDMA ca. 100 mg": "MDMA", "ketamine 80 pct.": "ketamine", "MDMA(120)": "MDMA", "ketamine (80 %)": "ketamine", "120 mg": "", "MDMA HCl 120mg": "MDMA HCl", "MDMA 120": "MDMA", "25G-NBOMe 1 mg": "25G-NBOMe", "25G-KETAMINE 80%": "KETAMINE",
		"fentanyl (trace)": "fentanyl", "MDMA kristal": "MDMA", "crack cocaine": "cocaine", "newdrug 20 mg": "newdrug", "cocaïne 0,5 g": "cocaïne", "80 % ketamine": "ketamine", "caffeine <5%": "caffeine", "alprazolam 2 mg/tablet": "alprazolam", "heroin 1.250,5 mg": "heroin",
	} {
		if got := d.AskName(typed).Without; got != want {
			t.Errorf("%q without its dose is %q, want %q", typed, got, want)
		}
	}
}

// Digits that belong to a name stay, whether it is known or new.
func TestNumbersInNamesAreNoDoses(t *testing.T) {
	d := load(t)
	for _, name := range []string{
		"2C-B", "4-MMC", "1,4-butanediol", "25I-NBOMe", "5-MeO-DMT", "U-47700", "MDMA", "LSD-25", "delta-9-THC",
		"AB-001", "THC-O", "AM-2201", "AM 2201", "CP 47,497", "4F-ABUTINACA", "5-Br-AMB", "MT-45", "W-18", "RTI-111", "3,4-CTMP", "JWH-250", "W 15", "isotodesnitazene", "N-desethyl protonitazene",
		"25G-NBOMe", "25G-NBOH", "25G-NBF", "25G–NBF", "25C-NBF", "MDA-19", "4F-ADB", "5L-XYZ", "25G-newdrug",
		"tert-butyl 4-anilinopiperidine-1-carboxylate", "bis(2-ethylhexyl) adipate", "PEG 400", "polysorbate 80", "HU-210",
	} {
		if a := d.AskName(name); a.Kind != lab.KnownName && a.Kind != lab.NewName && a.Kind != lab.NearName {
			t.Errorf("%q is %s %q %q", name, a.Kind, a.Without, a.Several)
		}
	}
}

// What is sold by the name of a class is asked about too: the entry of the class, or its members
// where it has none.
func TestANameOfAProductOfAClassIsAsked(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"china white": "an opioid, which one is not known", "spice": "a synthetic cannabinoid, which one is not known", "K2": "a synthetic cannabinoid, which one is not known",
		"shrooms": "psilocin", "magic truffles": "psilocin",
	} {
		a := d.AskName(typed)
		asked := slices.ContainsFunc(a.Neighbours, func(n lab.Neighbour) bool { return n.Substance.Name == want })
		if a.Kind != lab.NearName || !asked || check(a, false) == nil || check(a, true) != nil {
			t.Errorf("%q is %s, near %v", typed, a.Kind, a.Neighbours)
		}
	}
	sold := d.AskSold("China White")
	if len(sold.Expected) != 1 || sold.Expected[0].Class != "opioid" {
		t.Errorf("china white lets expect %v", sold.Expected)
	}
}

// A name that is nearly known is asked about; a confirmed one is another substance.
func TestNearNamesAreAsked(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"ketamin": "ketamine", "ketamnie": "ketamine", "kettamine": "ketamine", "cocaine2": "cocaine!", "fentanl": "fentanyl", "protonitazeen e": "protonitazene", "isotonitazine": "isotonitazene",
		"amfetamien": "amphetamine", "ketamin HCl": "ketamine", "ketamine hydrocloride": "ketamine", "ketamine sulfte": "ketamine", "cocane": "cocaine", "cannabidoil": "cannabidiol",
		"crack": "cocaine", "speed": "amphetamine", "tucibi": "MDMA ketamine", "PNA": "PMA!", "5-MMC": "2-MMC! 3-MMC! 4-MMC!", "2C-X": "2C-B! 2C-C! 2C-D! 2C-E! 2C-H! 2C-I!", "25X-NBOMe": "an_NBOMe-type_substance,_which_one_is_not_known 25B-NBOMe! 25C-NBOMe!", "MDPP": "MDPV! ", "3-methylmetcathinone": "3-MMC 2-MMC! 4-MMC!",
		// A known name beside something else, or as a part of another.
		"ketamine (ket)": "ketamine!", "MDMA MDA": "MDMA! MDA!", "MDMA high dose": "MDMA!", "MDMA 2 pillen": "MDMA!", "strong MDMA": "MDMA!", "MDMA / onbekend": "MDMA!", "ketamine (HCl, racemic)": "ketamine!",
		"rac-MDMA": "MDMA!", "(RS)-MDMA": "MDMA!", "levo-cocaine": "cocaine!", "ketamin poeder": "ketamine", "lidocain, zuiver": "lidocaine", "furanyl carfentanyl": "carfentanil", "thiazolyl acetyl fentanyl": "fentanyl! acetyl_fentanyl!",
	} {
		a := d.AskName(typed)
		if a.Kind != lab.NearName {
			t.Errorf("%q is %s", typed, a.Kind)
			continue
		}
		var got []string
		for _, n := range a.Neighbours {
			mark := ""
			if n.Essential {
				mark = "!"
			}
			got = append(got, n.Substance.Name+mark)
		}
		for name := range strings.FieldsSeq(want) {
			if !slices.Contains(got, strings.ReplaceAll(name, "_", " ")) {
				t.Errorf("%q is near %q, want %s", typed, got, want)
			}
		}
		if len(got) > 6 {
			t.Errorf("%q has %d neighbours", typed, len(got))
		}
		if err := check(a, false); err == nil {
			t.Errorf("%q is taken", typed)
		}
		if err := check(a, true); err != nil {
			t.Errorf("%q is refused although it was confirmed: %v", typed, err)
		}
	}
	if n := d.AskName("ketamin HCl").Neighbours[0]; n.Basis != "hydrochloride" {
		t.Errorf("the salt is lost: %+v", n)
	}
	if n := d.AskName("ketamine HCl (racemate)").Neighbours[0]; n.Basis != "hydrochloride" || n.Substance.Name != "ketamine" {
		t.Errorf("the salt beside a remark is lost: %+v", n)
	}
	if got := check(d.AskName("5-MMC"), false).Error(); !strings.Contains(got, "what makes it another substance") || strings.Contains(got, "close to") {
		t.Errorf("a locant is told as a misspelling: %s", got)
	}
	if got := check(d.AskName("ketamin"), false).Error(); !strings.Contains(got, "close to ketamine") {
		t.Error(got)
	}
	for _, far := range []string{"tango", "newdrug", "brodifacoum", "never heard of"} {
		if a := d.AskName(far); a.Kind != lab.NewName || check(a, false) != nil {
			t.Errorf("%q is %s, %v", far, a.Kind, a.Neighbours)
		}
	}
}

// namesOf are all names of a substance, as they are spelt.
func namesOf(s *lab.Substance) []string {
	names := []string{s.Name}
	if s.NameNL != "" {
		names = append(names, s.NameNL)
	}
	for _, n := range s.Names {
		names = append(names, n.Name)
	}
	return names
}

// without is the dictionary as it would be if it lacked a substance.
func without(t *testing.T, d *lab.Dictionary, gone lab.SubstanceID) *lab.Dictionary {
	t.Helper()
	var classes []lab.Class
	for _, c := range d.Classes {
		classes = append(classes, c)
	}
	var rest []*lab.Substance
	for id, s := range d.Substances {
		if id != gone {
			rest = append(rest, s)
		}
	}
	lacks, err := lab.NewDictionary(classes, rest, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lacks
}

// Were a substance not in the dictionary, its names would be new, or near others: never a
// dose, nothing, an address, several, or the salt of another. One step from a name of
// another they are asked about, with the other among the neighbours.
func TestNamesOfTheDictionaryAreNames(t *testing.T) {
	d := load(t)
	pairs := 0
	for id, s := range d.Substances {
		if s.WholeClass || s.Class == lab.UnidentifiedClass {
			continue // a class may be called by several words, and what is not known by words for nothing
		}
		lacks := without(t, d, id)
		for _, name := range namesOf(s) {
			if a := d.AskName(name); a.Kind != lab.KnownName || a.Substance.Name != s.Name {
				t.Errorf("%q is %s", name, a.Kind)
			}
			a := lacks.AskName(name)
			if a.Kind != lab.NewName && a.Kind != lab.NearName && !slices.Contains(misread, name) {
				t.Errorf("%q of %s would be %s: %v %q %q", name, s.Name, a.Kind, a.Substance, a.Without, a.Several)
			}
			if a.Kind != lab.NearName {
				continue
			}
			pairs++
			if err := check(a, false); err == nil {
				t.Errorf("%q is not asked about", name)
			}
		}
	}
	if pairs < 90 {
		t.Errorf("only %d names are near another's", pairs)
	}
}

// misread are names that stand in the dictionary because they would be read as salts of
// another substance, and one of which the end would be read as an amount of another.
var misread = []string{"psilocin acetate", "psilocin phosphate", "MDA-19"}

// Every pair of names of two substances that are one step apart is asked about.
func TestEveryPairAtOneStepIsAsked(t *testing.T) {
	d := load(t)
	type named struct {
		name string
		s    *lab.Substance
	}
	var all []named
	for _, s := range d.Substances {
		for _, name := range namesOf(s) {
			all = append(all, named{name, s})
		}
	}
	near := map[lab.SubstanceID][][2]named{}
	pairs := 0
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.s != b.s && oneStep(lab.Fold(a.name), lab.Fold(b.name)) {
				near[a.s.ID] = append(near[a.s.ID], [2]named{a, b})
				near[b.s.ID] = append(near[b.s.ID], [2]named{b, a})
				pairs++
			}
		}
	}
	if pairs < 90 {
		t.Errorf("only %d pairs", pairs)
	}
	for id, list := range near {
		lacks := without(t, d, id)
		for _, pair := range list {
			a := lacks.AskName(pair[0].name)
			is := slices.ContainsFunc(a.Neighbours, func(n lab.Neighbour) bool { return n.Substance.ID == pair[1].s.ID })
			if a.Kind != lab.NearName || !is && len(a.Neighbours) < 6 || a.Substance != nil || check(a, false) == nil {
				t.Errorf("%q, one step from %q, is %s, %v", pair[0].name, pair[1].name, a.Kind, a.Neighbours)
			}
		}
	}
}

// oneStep tells by trying that a text is another after one letter is left out, put in,
// replaced or swapped with the next.
func oneStep(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if a == b || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) < len(y) {
		return slices.Equal(x[i:], y[i+1:])
	}
	return slices.Equal(x[i+1:], y[i+1:]) || i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}

// TestEverySaltOfEverySubstance: whatever the salt, the language and the way of writing.
func TestEverySaltOfEverySubstance(t *testing.T) {
	d := load(t)
	words := map[string][]string{
		"hydrochloride": {"hydrochloride", "HCl", "HCL", "hydrochloride"}, "hydrobromide": {"hydrobromide", "HBr"}, "sulfate": {"sulfate", "sulphate", "sulfaat"},
		"phosphate": {"phosphate", "fosfaat"}, "nitrate": {"nitrate", "nitraat"}, "fumarate": {"fumarate", "fumaraat"}, "maleate": {"maleate", "maleaat"},
		"succinate": {"succinate", "succinaat"}, "citrate": {"citrate", "citraat"}, "acetate": {"acetate", "acetaat"}, "tartrate": {"tartrate", "tartraat"},
		"hydrogen_tartrate": {"hydrogen tartrate", "bitartrate", "waterstoftartraat", "bitartraat"}, "mesylate": {"mesylate", "mesylaat"}, "oxalate": {"oxalate", "oxalaat"},
		"hydrogen_sulfate": {"bisulfate", "waterstofsulfaat"}, "sodium": {"sodium", "natrium", "natriumzout"}, "potassium": {"potassium", "kalium"}, "base": {"base", "freebase", "free base", "vrije base"},
	}
	ways := []string{"%s %s", "%s%s", "%s-%s", "%s·%s", "%s.%s", "%s (%s)", "%s, %s", "%s [%s]", "%s as %s", "%s als %s", "%s  %s ", "%s %s salt"}
	fronts := []string{"%[2]s of %[1]s", "%[2]s van %[1]s", "%[2]s salt of %[1]s", "%[2]szout van %[1]s"}
	ids := make([]lab.SubstanceID, 0, len(d.Substances))
	for id := range d.Substances {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	codes := make([]string, 0, len(words))
	for c := range words {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	rapid.Check(t, func(t *rapid.T) {
		s := d.Substances[rapid.SampledFrom(ids).Draw(t, "substance")]
		salt := rapid.SampledFrom(codes).Draw(t, "salt")
		name, word := rapid.SampledFrom(namesOf(s)).Draw(t, "name"), rapid.SampledFrom(words[salt]).Draw(t, "word")
		typed := fmt.Sprintf(rapid.SampledFrom(slices.Concat(ways, fronts)).Draw(t, "way"), name, word)
		if salt != "base" && salt != "sodium" && salt != "potassium" && !holdsNitrogen(s.Formula) {
			return
		}
		a := d.AskName(typed)
		if a.Kind == lab.KnownName {
			return // the dictionary has the salt as a name of its own
		}
		want := lab.Basis(salt)
		if _, listed := s.Salt(salt); !listed && salt != "base" {
			want = lab.BasisUnknown
		}
		if a.Kind != lab.SaltName || a.Substance != s || a.Basis != want || a.Salt != salt {
			t.Fatalf("%q is %s, %v %s %q, want %s %s", typed, a.Kind, a.Substance, a.Basis, a.Salt, s.Name, want)
		}
	})
}

func holdsNitrogen(formula string) bool {
	return formula == "" || strings.Contains(strings.ReplaceAll(formula, "Na", ""), "N")
}

// FuzzAskName: no text makes it fail, and none is more than one thing.
func FuzzAskName(f *testing.F) {
	d, err := dictionary.Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"ketamine HCl", "MDMA 120 mg", "cocaÃ¯ne", "heroin; fentanyl", "2C-B", "\xff\xfe", "(((", "ﬁ½µ", "ß", "한국"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a := d.AskName(typed)
		named := a.Kind == lab.KnownName || a.Kind == lab.SaltName
		if (a.Substance != nil) != named || (len(a.Neighbours) > 0) != (a.Kind == lab.NearName) {
			t.Errorf("%q: %+v", typed, a)
		}
		refused := check(a, true) != nil
		if refused == (named || a.Kind == lab.NewName || a.Kind == lab.NearName) {
			t.Errorf("%q, %s: refused %v", typed, a.Kind, refused)
		}
	})
}

func BenchmarkAskName(b *testing.B) {
	d, err := dictionary.Load()
	if err != nil {
		b.Fatal(err)
	}
	for n := len(d.SubstanceNames()); n < 2000; n++ {
		if _, err := d.AddSubstance(fmt.Sprintf("substance of some length, the %dth", n)); err != nil {
			b.Fatal(err)
		}
	}
	for name, typed := range map[string]string{
		"short": "2C-Q", "usual": "isotonitazina", "200 runes": strings.Repeat("substance of any length ", 9)[:200],
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d.AskName(typed)
			}
		})
	}
}
