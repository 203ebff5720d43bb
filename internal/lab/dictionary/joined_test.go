package dictionary_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// Of two known names that nothing divides, or a sign that few people type, one would be lost in
// one new name. What is surely two is refused; what may be one name is asked about.
func TestNamesThatAreJoinedAreNoNewName(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"MDMAPMMA": "near MDMA PMMA", "LSDMDMA": "near LSD MDMA", "ketamineMDMA": "near ketamine MDMA", "heroin6-MAM": "near heroin 6-MAM",
		"MDMA1 PMMA2": "near MDMA PMMA", "MDMAenPMMA": "near MDMA PMMA", "PMMA2C-B3MMC": "near PMMA 2C-B 3-MMC",
		"heroin・MDMA": "several heroin MDMA", "U-47700・MDMA": "several U-47700 MDMA", "MDMA∙PMMA": "several MDMA PMMA", "MDMA⋅PMMA": "several MDMA PMMA",
		"MDMA‧PMMA": "several MDMA PMMA", "MDMA；PMMA": "several MDMA PMMA", "MDMA＋stuff": "several MDMA", "MDMA／PMMA": "several MDMA PMMA", "MDMA?PMMA": "several MDMA PMMA",
		"methcathinone": "known methcathinone", "ethcathinone": "known ethcathinone", "6-MAM": "known 6-MAM", "25I-NBOMe": "known 25I-NBOMe",
		"4-chloromethcathinone": "known 4-CMC", "MDMA-MDMA": "near MDMA", "zopicalone-X7": "new",
	} {
		a := d.AskName(typed)
		said := append([]string{string(a.Kind)}, a.Several...)
		if a.Substance != nil {
			said = append(said, a.Substance.Name)
		}
		for _, n := range a.Neighbours {
			said = append(said, n.Substance.Name)
		}
		for _, word := range strings.Fields(want) {
			if !slices.Contains(said, word) {
				t.Errorf("%q is %v, want %s", typed, said, want)
			}
		}
	}
}

// Who types them is told so, and chooses none of them.
func TestNamesThatAreJoinedAreAskedAboutAsSeveral(t *testing.T) {
	a := load(t).AskName("MDMAPMMA")
	if err := check(a, false); err == nil || !strings.Contains(err.Error(), `"MDMAPMMA" may be several substances with nothing between them (MDMA; PMMA)`) {
		t.Errorf("got %v", err)
	}
	if err := check(a, true); err != nil {
		t.Errorf("confirmed as another: %v", err)
	}
}

// Any two known names, with nothing or with any sign between them, are no new name, and no one of
// the dictionary.
func TestAnyTwoNamesAreNoNewOne(t *testing.T) {
	d := load(t)
	names := d.SubstanceNames()
	between := []string{"", " ", "/", "・", "；", "+", ",", "-", "–", "_", ".", "·", "∙", "|", "\\", ":", " en ", "~", "#", "*", "=", "<", "’", "\"", "(", "!", " x ", "1 ", "→", " & ", "; "}
	rapid.Check(t, func(t *rapid.T) {
		one, other := rapid.SampledFrom(names).Draw(t, "one"), rapid.SampledFrom(names).Draw(t, "other")
		first, _, _ := d.FindSubstance(one)
		second, _, _ := d.FindSubstance(other)
		if _, _, known := d.FindSubstance(one + other); first == second || known { // 2C-I and NBOMe are 25I-NBOMe
			t.Skip("a name of one substance")
		}
		joined := one + rapid.SampledFrom(between).Draw(t, "between") + other
		if a := d.AskName(joined); a.Kind == lab.NewName || a.Substance != nil || a.Kind == lab.EmptyName {
			t.Errorf("%q is %s %v", joined, a.Kind, a.Substance)
		}
	})
}

// Somebody called something MDMAPMMA, or MDMA/PMMA in an earlier release: what is written with a
// sign between is two substances still. A name that a person has reviewed is one, as it is spelled.
func TestANameThatWasAddedDoesNotJoinOthers(t *testing.T) {
	for _, x := range []struct {
		added    string
		reviewed bool
		typed    string
		want     lab.NameKind
	}{
		{"MDMAPMMA", false, "MDMA/PMMA", lab.SeveralName},
		{"MDMAPMMA", false, "MDMA + PMMA", lab.SeveralName},
		{"MDMAPMMA", false, "MDMA-PMMA", lab.SeveralName},
		{"MDMAPMMA", false, "MDMA/PMMA HCl", lab.SeveralName},
		{"MDMAPMMA", false, "MDMAPMMA", lab.KnownName},
		{"MDMA/PMMA", false, "MDMA/PMMA", lab.SeveralName},
		{"MDMA/PMMA", true, "mdma/pmma", lab.KnownName},
		{"MDMA/PMMA", true, "MDMA;PMMA", lab.SeveralName},
		{"bladderine", false, "bladder-ine", lab.KnownName},
		{"4-chloro-bladderine", false, "4 chlorobladderine", lab.KnownName},
	} {
		d := load(t)
		s, err := d.AddSubstance(x.added)
		if err != nil {
			t.Fatal(err)
		}
		if x.reviewed {
			s.Reviewed = true
			d = reload(t, d)
		}
		if a := d.AskName(x.typed); a.Kind != x.want {
			t.Errorf("with %s, reviewed %v, %s is %s, want %s", x.added, x.reviewed, x.typed, a.Kind, x.want)
		}
		if _, _, known := d.FindSubstance(x.typed); known != (x.want == lab.KnownName) {
			t.Errorf("with %s, reviewed %v, %s is found: %v", x.added, x.reviewed, x.typed, known)
		}
	}
}

// The street name of a product, and the brand of a medicine, with a salt, a word or a number
// beside it, is asked about by what is expected in it.
func TestAStreetNameBesideSomethingIsAskedAbout(t *testing.T) {
	d := load(t)
	for typed, want := range map[string]string{
		"china white HCl": "an opioid, which one is not known", "coke HCl": "cocaine", "ket HCl": "ketamine", "speed sulfaat": "amphetamine", "bruin base": "heroin",
		"OxyContin 80": "oxycodone", "Vicodin": "hydrocodone", "Temgesic 0.2": "buprenorphine", "new smack": "heroin", "MDMA-d5": "MDMA", "d3-amphetamine": "amphetamine",
		"bladdery stuff": "", "new pill": "",
	} {
		a := d.AskName(typed)
		asked := slices.ContainsFunc(a.Neighbours, func(n lab.Neighbour) bool { return n.Substance.Name == want })
		if asked != (want != "") || a.Kind == lab.NewName != (want == "") {
			t.Errorf("%q is %s %v, want %q", typed, a.Kind, a.Neighbours, want)
		}
	}
	for typed, want := range map[string]lab.Basis{"coke HCl": "hydrochloride", "speed sulfaat": "sulfate"} {
		if a := d.AskName(typed); len(a.Neighbours) != 1 || a.Neighbours[0].Basis != want {
			t.Errorf("%q is %v, and lost its salt", typed, a.Neighbours)
		}
	}
}

// A name in another alphabet may be that of a danger, and nobody here can tell.
func TestANameIsInLatinLetters(t *testing.T) {
	d := load(t)
	for _, typed := range []string{"фентанил", "芬太尼", "φεντανύλη", "فنتانيل", "フェンタニル"} {
		if a := d.AskName(typed); a.Kind != lab.BrokenName || !strings.Contains(check(a, false).Error(), "Latin letters") {
			t.Errorf("%q is %s: %v", typed, a.Kind, check(a, false))
		}
	}
	for _, typed := range []string{"α-PVP", "β-keto-MDMA", "Δ9-THC", "α-bladderine"} {
		if a := d.AskName(typed); a.Kind == lab.BrokenName {
			t.Errorf("%q is refused: %v", typed, check(a, false))
		}
	}
}

// Words that say how a sample was, and not what was in it.
func TestWordsThatNameNoSubstance(t *testing.T) {
	d := load(t)
	for _, typed := range []string{"niks", "schoon", "clean", "QNS", "toxic", "gif", "etc.", "ca. 3 andere stoffen", "quantity not sufficient", "pure", "enz.", "giftig spul"} {
		if a := d.AskName(typed); a.Kind != lab.EmptyName {
			t.Errorf("%q is %s", typed, a.Kind)
		}
	}
}

// reload makes the dictionary of its own entries, as the program does at its next start.
func reload(t *testing.T, d *lab.Dictionary) *lab.Dictionary {
	t.Helper()
	again, err := lab.NewDictionary(slices.Collect(maps.Values(d.Classes)), slices.Collect(maps.Values(d.Substances)), slices.Collect(maps.Values(d.Products)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return again
}
