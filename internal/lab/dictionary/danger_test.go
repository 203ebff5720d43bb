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
