package lab_test

import (
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/lab/labtest"
)

// A sign beside a name denies it, doubts it or ticks it: nobody can tell which. Two names that are
// joined by whatever sign are two substances, and letters that a program wrote by their number are
// none of a name.
func TestWhatStandsBesideAName(t *testing.T) {
	d := labtest.Bench(t)
	for typed, want := range map[string]lab.NameKind{
		"fentanyl": lab.KnownName, "Fentanyl.": lab.KnownName, "2C-B": lab.KnownName, "(+)-MDMA": lab.KnownName, `"ketamine"`: lab.KnownName, "4-HO-MET": lab.KnownName,

		"fentanyl -": lab.DoseName, "fentanyl (-)": lab.DoseName, "fentanyl?": lab.DoseName, "ketamine ✗": lab.DoseName, "¬ketamine": lab.DoseName, "<ketamine": lab.DoseName,
		"ketamine *": lab.DoseName, "ketamine +": lab.DoseName, "ketamine (+)": lab.DoseName, "heroin/": lab.DoseName, "fentanyl/-": lab.DoseName, "ketamine ±": lab.DoseName,

		"heroin-fentanyl": lab.SeveralName, "heroin–fentanyl": lab.SeveralName, "MDMA-MDA": lab.SeveralName, "heroin.fentanyl": lab.SeveralName, "heroin…fentanyl": lab.SeveralName,
		"heroin'fentanyl": lab.SeveralName, "cocaine_levamisole": lab.SeveralName, "ketamine-fentanyl-mix": lab.SeveralName,

		`coca\u00efne`: lab.BrokenName, "coca%C3%AFne": lab.BrokenName, "coca=C3=AFne": lab.BrokenName, "coca_x00EF_ne": lab.BrokenName, "coca&iuml;ne": lab.BrokenName,

		"cut": lab.EmptyName, "inert filler": lab.EmptyName, "fentanyl-free": lab.EmptyName, "fentanyl-like": lab.EmptyName, "peak at 5.4 min": lab.EmptyName, "CAS 57-27-2": lab.EmptyName,
	} {
		if a := d.AskName(typed); a.Kind != want {
			t.Errorf("%q is %s %q %q, want %s", typed, a.Kind, a.Without, a.Several, want)
		}
	}
}

// Whatever sign stands before or behind a name, it is not told what it says of the substance: minus
// signs, arrows, pictures, notes, boxes that are not ticked, lines through the letters. What is left
// of the text is what to write, and a danger in it is one.
func TestSignsOfAllKindsBesideAName(t *testing.T) {
	d := labtest.Bench(t)
	for _, sign := range strings.Fields("⊖ ⁻ ∅ 🚫 ↓ ↑ ≈ ⚠ ⚠️ † ‡ § ¶ ° | & % ‰ ! ‼ ¹ ² ① • · _ ___ − – — + ± $ € @ # \\ * ¿ [] () (-) (–) {!} …") {
		for _, typed := range []string{"fentanyl" + sign, "fentanyl " + sign, sign + " fentanyl", sign + "fentanyl"} {
			a := d.AskName(typed)
			private := a.Kind == lab.PrivateName && sign == "@"
			if !private && (a.Kind != lab.DoseName || a.Without != "fentanyl") {
				t.Errorf("%q is %s, without it %q", typed, a.Kind, a.Without)
			}
			if dangers := d.Dangerous(typed); !slices.Contains(dangers, "fentanyl") && !private {
				t.Errorf("%q is no danger: %q", typed, dangers)
			}
		}
	}
	for typed, without := range map[string]string{
		"f\u0336e\u0336n\u0336t\u0336a\u0336n\u0336y\u0336l\u0336": "fentanyl", "fentanyl...": "fentanyl", "½ MDMA": "MDMA", "(+) ketamine": "ketamine", "(-)ketamine": "ketamine",
		// Also of a name that nobody knows: it would be new with the sign in it.
		"blurbine†": "blurbine", "- blurbine": "blurbine", "blurbine ✓": "blurbine",
	} {
		if a := d.AskName(typed); a.Kind != lab.DoseName || a.Without != without {
			t.Errorf("%q is %s, without it %q, want %q", typed, a.Kind, a.Without, without)
		}
	}
	// What belongs to names: rotations, quotes, points, trade marks, numbers below the line.
	for typed, want := range map[string]string{
		"(+)-MDMA": "MDMA", "(−)-cocaine": "cocaine", "(±)-ketamine": "ketamine", "(+/-)-MDMA": "MDMA", "(S)-ketamine": "ketamine", "(+)-(S)-ketamine": "ketamine", "S(+)-ketamine": "ketamine",
		"“fentanyl”": "fentanyl", "»fentanyl«": "fentanyl", "'fentanyl'": "fentanyl", "fentanyl.": "fentanyl", "fentanyl:": "fentanyl", "Xanax®": "alprazolam", "vitamin B₃": "niacinamide", "Δ⁹-THC": "delta-9-THC",
	} {
		if a := d.AskName(typed); a.Kind != lab.KnownName || a.Substance.Name != want {
			t.Errorf("%q is %s, want %s", typed, a.Kind, want)
		}
	}
}

// Letters in another table of signs than they were written in are no letters of a name.
func TestLettersOfAnotherTable(t *testing.T) {
	d := labtest.Bench(t)
	for _, typed := range []string{"m‚th‚drone", "coca‹ne", "h‚ro‹ne", "amfÚtamine", "mÈthÈdrone", "newdr¢g", "coca√Øne", "coca├»ne", "cocaÂ ne"} {
		if a := d.AskName(typed); a.Kind != lab.BrokenName {
			t.Errorf("%q is %s", typed, a.Kind)
		}
	}
	for _, typed := range []string{"cocaïne", "HÉROÏNE", "Éphédrine", "amphétamine", "α-PVP", "benzo’s", "Müller", "SÃO PAULO"} {
		if lab.WronglyDecoded(typed) {
			t.Errorf("%q is told to be spoilt", typed)
		}
	}
}

// What is written where an id should be, and names no sample.
func TestNoRef(t *testing.T) {
	for text, want := range map[string]bool{
		"n/a": true, "unknown": true, "Onbekend": true, "?": true, "-": true, "NULL": true, "geen": true, "idem": true, `"`: true, "#N/A": true, "": true,
		"geen nummer": true, "label kwijt": true, "no label": true, "sin número": true, "niet bekend": true, "zie map": true, "illegible": true, "xxx": true, "s/n": true, "n.n.": true,
		"WAAR": true, "#¡REF!": true, "#¿NOMBRE?": true, "#REF !": true, "Err:502": true, `\N`: true, "[object Object]": true,
		"-1": true, "Totaal": true, "pending": true, "inconnu": true,
		"AB CD": false, "batch B": false, "tablet roze": false, "ABCD": false, "-12": false, "XX1": false,
		"A1": false, "0": false, "08031": false, "N-1": false, "test 4": false, "x": false,
	} {
		if lab.NoRef(text) != want {
			t.Errorf("%q names no sample: %t", text, !want)
		}
	}
	for one, other := range map[string]string{"A1\nB": "A1 B", "\u04101": "A1", "+12": "12", "\u0391\u03921": "ab1"} {
		if !lab.RefKeyOf(one).Meets(lab.RefKeyOf(other)) {
			t.Errorf("%q and %q are two", one, other)
		}
	}
}
