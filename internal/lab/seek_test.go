package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestANumberIsSoughtAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]lab.SoughtNumber{
		"26": {Running: 26}, "00026": {Running: 26}, " 26 ": {Running: 26}, "2026": {Running: 2026},
		"UT 26": {Service: "UT", Running: 26}, "ut26": {Service: "UT", Running: 26}, "utr26": {Service: "UTR", Running: 26}, "UT2 26": {Service: "UT2", Running: 26},
		"UT-2026-26": {Service: "UT", Year: 2026, Running: 26}, "ut2026/0026": {Service: "UT", Year: 2026, Running: 26},
		"UT-2026-A00026": {Service: "UT", Year: 2026, Series: "A", Running: 26}, "2026-26": {Year: 2026, Running: 26},
		"ut 2026 ab26": {Service: "UT", Year: 2026, Series: "AB", Running: 26},
	} {
		if got, ok := lab.SeekNumber(typed); !ok || got != want {
			t.Errorf("%q is read as %+v, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "UT", "0", "UT-2026-0", "<b>", "26 or so", strings.Repeat("9", 300), "KETA-MINE"} {
		if got, ok := lab.SeekNumber(typed); ok {
			t.Errorf("%q is read as %+v", typed, got)
		}
	}
}

func TestASoughtNumberIsWrittenAsFarAsItIsKnown(t *testing.T) {
	for typed, want := range map[string]string{"26": "26", "ut26": "UT-26", "2026-26": "2026-00026", "ut 2026 26": "UT-2026-00026", "ut-2026-a26": "UT-2026-A00026", "ut-2026-za26": "UT-2026-ZA00026"} {
		if n, _ := lab.SeekNumber(typed); n.String() != want {
			t.Errorf("%q is written %s", typed, n)
		}
	}
}

// TestWhatLooksLikeACode: a visitor's code that is scanned where a number is asked for is
// known by its look, in every way in which a scanner or a tired hand gives it.
func TestWhatLooksLikeACode(t *testing.T) {
	code := lab.NewLookupCode().Print()
	plain := strings.ReplaceAll(code, "-", "")
	other := byte('A') // instead of the check symbol
	if plain[11] == other {
		other = 'B'
	}
	mistyped := code[:13] + string(other)
	for _, typed := range []string{
		code, strings.ToLower(code), plain, strings.ReplaceAll(code, "-", " "), "https://marquis.example/#" + code, mistyped,
		code[:13], "ABC1-2345-6789", "1234-5678-9012",
	} {
		if !lab.LooksLikeCode(typed, "UTR", "AMS") {
			t.Errorf("%q is not held to be a code", typed)
		}
	}
	for _, typed := range []string{"26", "UTR 26", "UTR-2026-00026", "ams-2026-00026", "XYZ-2026-00026", "AMS 2026 26", "ketamine", "", "UTR-2026-A00026", "UTR-2026-AB00026"} {
		if lab.LooksLikeCode(typed, "UTR", "AMS") {
			t.Errorf("%q is held to be a code", typed)
		}
	}
}

func TestEverybodyBeginsWithWhatTheyCanDo(t *testing.T) {
	verifierToo := person(7, lab.Laboratory, lab.Verifier)
	for _, test := range []struct {
		name  string
		by    lab.Actor
		waits []lab.Stage
		want  lab.Stage
	}{
		{"the laboratory", person(7, lab.Laboratory), lab.Stages, lab.StageToAnalyse},
		{"a verifier", person(7, lab.Verifier), lab.Stages, lab.StageToVerify},
		{"who does both signs first", verifierToo, lab.Stages, lab.StageToVerify},
		{"nothing to sign", verifierToo, []lab.Stage{lab.StageToAnalyse, lab.StageToPublish}, lab.StageToPublish},
		{"the counter", person(7, lab.Intake), lab.Stages, lab.StageQuestions},
		{"a coordinator", person(7, lab.Coordinator), lab.Stages, lab.StageToAnalyse},
		{"nothing of one's own", person(7, lab.Laboratory), []lab.Stage{lab.StageToPublish, lab.StageReleased}, lab.StageToPublish},
		{"nothing at all", person(7, lab.Verifier), []lab.Stage{lab.StageReleased}, lab.StageToVerify},
	} {
		if got := lab.FirstStage(test.by, func(s lab.Stage) bool { return lab.Vocabulary[lab.Stage](test.waits).Has(s) }); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestASubstanceOffersItsOwnSalts(t *testing.T) {
	salt := func(name string, usual bool) lab.Salt { return lab.Salt{Salt: name, Usual: usual} }
	for _, test := range []struct {
		salts []lab.Salt
		want  string
		only  lab.Basis
	}{
		{nil, "base as_found unknown", lab.BasisBase},
		{[]lab.Salt{salt("hydrobromide", false), salt("hydrochloride", true)}, "hydrochloride base hydrobromide as_found unknown", ""},
		{[]lab.Salt{salt("hydrobromide", false), salt("hydrochloride", false)}, "base hydrochloride hydrobromide as_found unknown", ""},
	} {
		s := lab.Substance{Salts: test.salts}
		var got []string
		for _, b := range s.Bases() {
			got = append(got, string(b))
		}
		if strings.Join(got, " ") != test.want || s.OnlyBasis() != test.only {
			t.Errorf("%v, alone %q; want %s, %q", got, s.OnlyBasis(), test.want, test.only)
		}
	}
}
