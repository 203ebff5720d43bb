package lab_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestFold(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"2C-B", "2cb"},
		{"2c b", "2cb"},
		{"α-PVP", "alphapvp"},
		{"alpha-PVP", "alphapvp"},
		{"𝛼-PVP", "alphapvp"}, // mathematical alpha
		{"Α-pvp", "alphapvp"}, // capital alpha
		{"ά-PVP", "alphapvp"}, // with an accent
		{"β-hydroxythiofentanyl", "betahydroxythiofentanyl"},
		{"Δ9-THC", "delta9thc"},
		{"γ-butyrolactone", "gammabutyrolactone"},
		{"p-fluoro  4-ANPP", "pfluoro4anpp"},
		{"p‑fluoro 4–ANPP ", "pfluoro4anpp"},
		{"cocaïne", "cocaine"},
		{"cocai\u0308ne", "cocaine"},
		{"COCAÏNE", "cocaine"},
		{"conﬁrm", "confirm"},          // the fi ligature
		{"ｋｅｔａｍｉｎｅ", "ketamine"},       // full width
		{"keta\u200bmine", "ketamine"}, // a zero-width space
		{"\ufeffketamine", "ketamine"}, // a byte order mark
		{"keta\u00admine", "ketamine"}, // a soft hyphen
		{"Morphine, 6 Monoacetyl", "morphine6monoacetyl"},
		{"N,N-dimethyltryptamine", "nndimethyltryptamine"},
		{"H₂O", "h2o"},
		{"crack’s", "cracks"},
		{"冰毒", "冰毒"},
		{"- ,.!", ""},
		{"", ""},
		{"\xff\xfe", ""},
	} {
		if got := lab.Fold(test.name); got != test.want {
			t.Errorf("%q folds to %q, want %q", test.name, got, test.want)
		}
	}
}

// TestFoldTwiceIsFoldOnce tries every character there is.
func TestFoldTwiceIsFoldOnce(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := lab.Fold(string(r))
		if twice := lab.Fold(once); twice != once {
			t.Errorf("%U folds to %q, and that to %q", r, once, twice)
		}
	}
}

func TestFoldKeepsWhatDistinguishes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z0-9]{0,20}`).Draw(t, "text")
		spelt := strings.ToUpper(strings.Join(strings.Split(text, ""), rapid.SampledFrom([]string{"", " ", "-", ", "}).Draw(t, "between")))
		if got := lab.Fold(spelt); got != text {
			t.Fatalf("%q folds to %q", spelt, got)
		}
	})
}

func TestFoldIsFastOnLongText(t *testing.T) {
	if got := lab.Fold(strings.Repeat("é ", 100_000)); len(got) != 100_000 {
		t.Errorf("%d bytes", len(got))
	}
	if got := lab.Fold("e" + strings.Repeat("\u0301", 100_000)); got != "e" {
		t.Errorf("%d bytes", len(got))
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"2C-B", "α-PVP", "cocaïne", "ﬁ", "\u200b", "ｋ", "\xff", "𝛼", "İ", "ǅ", "가"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := lab.Fold(name)
		if twice := lab.Fold(once); twice != once {
			t.Fatalf("%q folds to %q, and that to %q", name, once, twice)
		}
		for _, r := range once {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				t.Fatalf("%q folds to %q", name, once)
			}
		}
	})
}

func TestValidCAS(t *testing.T) {
	for cas, want := range map[string]bool{
		"6740-88-1": true, "50-36-2": true, "58-08-2": true, "42542-10-9": true, "7732-18-5": true,
		"6740-88-2": false, "67408-8-1": false, "6740881": false, "06740-88-1": false, "": false, "6740-88-1 ": false, "٦740-88-1": false,
		"50-36-2\n": false, "12345678-90-1": false,
	} {
		if got := lab.ValidCAS(cas); got != want {
			t.Errorf("%q: %v", cas, got)
		}
	}
}

// TestCASDetectsEverySingleError tries all other digits at all places.
func TestCASDetectsEverySingleError(t *testing.T) {
	for _, cas := range []string{"6740-88-1", "50-36-2", "42542-10-9"} {
		for at, have := range cas {
			for wrong := '0'; wrong <= '9' && have != '-'; wrong++ {
				typed := cas[:at] + string(wrong) + cas[at+1:]
				weight := len(strings.ReplaceAll(cas[at:], "-", "")) - 1
				if weight%2 == 0 && weight > 0 || weight%5 == 0 && weight > 0 {
					continue // a check digit modulo ten does not see all errors there
				}
				if typed != cas && lab.ValidCAS(typed) {
					t.Errorf("%s for %s", typed, cas)
				}
			}
		}
	}
}

func TestSubstanceMistakes(t *testing.T) {
	classes := map[string]lab.Class{"other": {Code: "other"}}
	for _, test := range []struct {
		name   string
		edit   func(*lab.Substance)
		fields []string
	}{
		{"none", func(*lab.Substance) {}, nil},
		{"active, not psychoactive", func(s *lab.Substance) { s.Psychoactive = false }, nil},
		{"an active by-product", func(s *lab.Substance) { s.Role = lab.RoleByProduct }, nil},
		{"no name", func(s *lab.Substance) { s.Name = " - " }, []string{"name"}},
		{"class", func(s *lab.Substance) { s.Class = "sweets" }, []string{"class"}},
		{"no class", func(s *lab.Substance) { s.Class = "" }, []string{"class"}},
		{"role", func(s *lab.Substance) { s.Role = "villain" }, []string{"role"}},
		{"expected by default", func(s *lab.Substance) { s.Role = lab.RoleExpected }, []string{"role"}},
		{"an inert adulterant", func(s *lab.Substance) { s.Active, s.Psychoactive = false, false }, []string{"active"}},
		{"an active excipient", func(s *lab.Substance) { s.Role = lab.RoleExcipient }, []string{"active"}},
		{"psychoactive, not active", func(s *lab.Substance) { s.Role, s.Active = lab.RoleByProduct, false }, []string{"psychoactive"}},
		{"CAS", func(s *lab.Substance) { s.CAS = "6740-88-2" }, []string{"cas"}},
		{"a salt lighter than its base", func(s *lab.Substance) { s.Salts[0].MolarMass = 200_000 }, []string{"salts"}},
		{"a salt without a base's mass", func(s *lab.Substance) { s.MolarMass = 0 }, []string{"salts"}},
		{"a salt of no base", func(s *lab.Substance) { s.Salts[0].BasesPerSalt = 0 }, []string{"salts"}},
		{"a salt of too many bases", func(s *lab.Substance) { s.Salts[0].BasesPerSalt = 2 }, []string{"salts"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := lab.Substance{
				ID: 1, Name: "ketamine", Class: "other", Role: lab.RoleAdulterant, Active: true, Psychoactive: true, CAS: "6740-88-1",
				MolarMass: 237_727, Salts: hydrochloride(274_185),
			}
			test.edit(&s)
			wantFields(t, s.Check(classes), test.fields...)
		})
	}
}
