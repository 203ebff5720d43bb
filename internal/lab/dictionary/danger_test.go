package dictionary_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

// The dangers by which the registry begins: by class, with exceptions by name.
func TestDangersOfTheDictionary(t *testing.T) {
	d := load(t)
	for want, names := range map[lab.Danger]string{
		lab.DangerExtreme: "fentanyl; carfentanil; acetyl fentanyl; metonitazene; N-desethyl isotonitazene; unspecified nitazene; brorphine; chlorphine; cychlorphine; spirochlorphine",
		lab.DangerHigh: "PMA; PMMA; 4-MTA; 25I-NBOMe; 25E-NBOMe; 25B-NBOH; DOB; DOC; DOI; DOM; DON; bromo-dragonfly; heroin; oxycodone; methadone; U-47700; mitragynine; GHB; GBL; 1,4-butanediol; " +
			"alprazolam; bromazolam; MDMB-4en-PINACA; JWH-018; xylazine; medetomidine; detomidine; clonidine; atropine; scopolamine; unidentified substance",
		lab.DangerRaised: "MDMA; ketamine; cocaine; amphetamine; 3-MMC; LSD; 2C-B; levamisole; naloxone; pregabalin; zolpidem; HHC; delta-9-THC; 4-ANPP; PMK; theophylline; nicotine",
		lab.DangerNone:   "lactose; mannitol; starch; magnesium stearate; water; menthol; caffeine",
	} {
		for name := range strings.SplitSeq(names, "; ") {
			s, _, ok := d.FindSubstance(name)
			if !ok {
				t.Errorf("%s is not in the dictionary", name)
				continue
			}
			if j := d.DangerJudged(s.ID); j.Danger != want || j.Source == "" {
				t.Errorf("%s: %+v, want %s", name, j, want)
			}
		}
	}
}

// What could not be identified may be anything: it is no less than what nobody has judged.
func TestWhatNobodyCouldIdentifyIsNoLessThanWhatNobodyHasJudged(t *testing.T) {
	d := load(t)
	if got, least := d.ClassDanger(lab.UnidentifiedClass), d.ClassDanger("a class that nobody has judged"); !got.AtLeast(least) {
		t.Errorf("it is %s, and what nobody has judged is %s", got, least)
	}
}

// Whatever is judged or described says what that rests on, and nothing is there for nothing.
func TestEverySourceIsThereAndUsed(t *testing.T) {
	used := map[string]bool{}
	use := func(what, key string) {
		if key == "" {
			t.Errorf("%s has no source", what)
			return
		}
		text, known := dictionary.Source(key)
		if !known || !strings.HasPrefix(text, "# ") || !strings.Contains(text, "\n- Date: ") {
			t.Errorf("%s rests on %q, which has no title or no date", what, key)
		}
		used[key] = true
	}
	for _, row := range own(t, "classes.csv") {
		if row["danger"] != "" {
			use("class "+row["code"], row["danger_source"])
		}
	}
	for _, row := range own(t, "substances.csv") {
		if row["danger"] != "" {
			use(row["name"], row["danger_source"])
		}
		if row["line_en"] != "" {
			use(row["name"], row["line_source"])
		}
	}
	files, err := os.ReadDir("sources")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if key := strings.TrimSuffix(file.Name(), ".md"); !used[key] {
			t.Errorf("nothing rests on %s", key)
		}
	}
	if _, known := dictionary.Source("../data/README"); known {
		t.Error("a key leads out of the sources")
	}
}

// Nothing here is judged by nobody: every class has a danger, its own or from above.
func TestEveryClassHasADanger(t *testing.T) {
	d := load(t)
	for code := range d.Classes {
		if j := d.ClassDangerJudged(code); j.Source == "" {
			t.Errorf("class %s has no danger", code)
		}
	}
}

// A visitor reads what a class is, without a judgement that it is harmless and without a dose.
func TestClassesInPlainWords(t *testing.T) {
	for _, c := range load(t).Classes {
		for lang, plain := range map[string]string{"en": c.PlainEN, "nl": c.PlainNL} {
			if plain == "" || len(plain) > 80 || lab.Promises(plain) || strings.HasSuffix(plain, ".") || plain != strings.TrimSpace(plain) {
				t.Errorf("class %s, %s: %q", c.Code, lang, plain)
			}
			articles := map[string][]string{"en": {"a ", "an ", "the "}, "nl": {"een ", "de ", "het "}}[lang]
			if !slices.ContainsFunc(articles, func(a string) bool { return strings.HasPrefix(plain, a) }) {
				t.Errorf("class %s, %s: %q is no noun with its article", c.Code, lang, plain)
			}
		}
	}
	d := load(t)
	for class, want := range map[string]string{"nitazene": "a very strong opioid (nitazene)", "benzodiazepine": "a sedative (benzodiazepine)"} {
		if en, nl := d.Plain(class); en != want || nl == "" {
			t.Errorf("%s: %q, %q", class, en, nl)
		}
	}
	for _, s := range d.Substances {
		for _, line := range []string{s.LineEN, s.LineNL} {
			if lab.Promises(line) || len(line) > 160 || line != "" && !strings.HasSuffix(line, ".") {
				t.Errorf("%s: %q", s.Name, line)
			}
		}
	}
}

func TestShortNames(t *testing.T) {
	d := load(t)
	for name, want := range map[string]string{"2-fluoro-deschloroketamine": "2-FDCK", "delta-9-THC": "THC", "ketamine": "ketamine", "MXPr": "MXPr"} {
		if s, _, ok := d.FindSubstance(name); !ok || s.Short() != want {
			t.Errorf("%s: %v", name, s)
		}
	}
	for _, s := range d.Substances {
		if found, _, ok := d.FindSubstance(s.Short()); !ok || found != s || s.ShortName != "" && len(s.ShortName) >= len(s.Name) {
			t.Errorf("the short name of %s is %s", s.Name, s.ShortName)
		}
	}
}

// Classes that were divided hold what they held before.
func TestClassesOfDangerLieWhereTheyDid(t *testing.T) {
	d := load(t)
	for class, ancestor := range map[string]string{"dox": "phenethylamine", "nboh": "phenethylamine", "orphine": "opioid", "tropane": "anticholinergic"} {
		if !d.Within(class, ancestor) {
			t.Errorf("%s is not within %s", class, ancestor)
		}
	}
}

// Dangers are found by the names that laboratories write: none of these begins an entry of its own.
func TestNamesOfDangersAreFound(t *testing.T) {
	d := load(t)
	for want, names := range map[string]string{
		"U-47700": "U47; U 47700; u47700", "U-50488": "U-50488H", "MT-45": "MT 45; IC-6", "W-18": "W18",
		"AP-237": "bucinnazine; AP237", "2-methyl-AP-237": "2-MAP; 2-MAP-237", "para-methyl-AP-237": "p-methyl-AP-237",
		"p-fluorofentanyl": "pFF; p-FF; para-fluorofentanyl", "ortho-fluorofentanyl": "oFF; o-fluorofentanyl; 2-fluorofentanyl", "meta-fluorofentanyl": "3-fluorofentanyl",
		"para-fluorobutyrylfentanyl": "pFBF; p-FBF", "para-fluoroisobutyrylfentanyl": "FIBF; 4F-iBF", "acrylfentanyl": "acryloylfentanyl; acryl fentanyl",
		"isotonitazepyne": "N-pyrrolidino isotonitazene", "protonitazepipne": "N-piperidinyl protonitazene", "etomethazene": "5-methyl etodesnitazene",
		"phenazolam": "clobromazolam", "difludiazepam": "Ro07-4065", "AMB-FUBINACA": "FUB-AMB", "AKB48": "APINACA", "methanol": "wood alcohol; houtgeest",
		"midazolam": "Dormicum", "flunitrazepam": "Rohypnol", "sufentanil": "Sufenta", "etorphine": "M99", "PMA": "para-MA", "7-hydroxymitragynine": "7-OH",
	} {
		for name := range strings.SplitSeq(want+"; "+names, "; ") {
			if s, _, ok := d.FindSubstance(name); !ok || s.Name != want || !d.Danger(s.ID).AtLeast(lab.DangerHigh) {
				t.Errorf("%q finds %v, want %s, a danger", name, s, want)
			}
		}
	}
	for _, name := range []string{"ocfentanil", "lofentanil", "remifentanil", "methoxyacetylfentanyl", "N-desethyl protonitazene", "fluetonitazene", "ethyleneoxynitazene"} {
		if s, _, ok := d.FindSubstance(name); !ok || d.Danger(s.ID) != lab.DangerExtreme {
			t.Errorf("%q finds %v, want what is extremely dangerous", name, s)
		}
	}
}

// A brand is sold as what it should hold, and a word of the street may be a mix: neither is
// a substance, and each is asked about, with what is expected in it.
func TestBrandsAndMixesAreAsked(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"Durogesic": "fentanyl", "Abstral": "fentanyl", "fenty": "fentanyl", "OxyContin": "oxycodone", "Percocet": "oxycodone", "Rivotril": "clonazepam", "Stilnoct": "zolpidem", "Palexia": "tapentadol",
		"goofball": "heroin methamphetamine", "goofballs": "heroin methamphetamine", "speedball": "cocaine heroin", "ISO": "isotonitazene", "burundanga": "scopolamine", "krokodil": "desomorphine", "captagon": "amphetamine",
	} {
		a := d.AskName(typed)
		var near []string
		for _, n := range a.Neighbours {
			near = append(near, n.Substance.Name)
		}
		if a.Kind != lab.NearName {
			t.Errorf("%q is %s", typed, a.Kind)
		}
		for name := range strings.FieldsSeq(want) {
			if !slices.Contains(near, name) {
				t.Errorf("%q is near %q, want %s", typed, near, name)
			}
		}
	}
}

// Milligrams that are written for micrograms, or a point that is lost, are asked about also where
// nothing is on record that tells what is usual.
func TestMilligramsForMicrogramsAreAskedAbout(t *testing.T) {
	d := load(t)
	nothing := func(lab.SubstanceID, lab.Scale) (int64, bool) { return 0, false }
	for name, test := range map[string]struct{ taken, asked string }{
		"LSD": {"0.3", "120"}, "1P-LSD": {"0.2", "100"}, "fentanyl": {"5", "120"}, "carfentanil": {"1", "50"}, "etonitazene": {"5", "100"}, "brorphine": {"5", "100"},
		"25I-NBOMe": {"1.5", "500"}, "25I-NBOH": {"1.5", "500"}, "DOM": {"10", "100"}, "alprazolam": {"5", "200"}, "oxazepam": {"50", "500"},
		"MDMA": {"300", "1200"}, "caffeine": {"200", "1100"},
	} {
		s, _, known := d.FindSubstance(name)
		if !known {
			t.Errorf("%s is unknown", name)
			continue
		}
		for amount, asked := range map[string]bool{test.taken: false, test.asked: true} {
			a, err := lab.ParseAmount(amount, "mg")
			if err != nil {
				t.Fatal(err)
			}
			warnings := lab.Plausibility(d, &lab.Sample{Form: lab.Tablet}, []lab.Finding{{SubstanceID: s.ID, Detection: lab.Quantified, Amount: a, Basis: lab.BasisBase}}, nothing)
			if told := len(warnings) == 1 && strings.Contains(warnings[0].Message(), "unusual in a tablet or a capsule"); told != asked || len(warnings) > 1 {
				t.Errorf("%s mg of %s: %v", amount, name, warnings)
			}
		}
	}
}
