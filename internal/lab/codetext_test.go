package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

// Codes, as people copy them from a slip; capitals has no digit.
const (
	slipCode = "XNBH-SFC6-VDA3"
	capitals = "ABCD-EFGH-JKMC"
)

func TestACodeInATextIsFound(t *testing.T) {
	for _, code := range []string{slipCode, capitals} {
		forms := []string{code, strings.ToLower(code)}
		for _, between := range []string{"", " ", "  ", "\n", "\t", "–", "—", " - ", "- ", ".", "_", "/"} {
			forms = append(forms, strings.ReplaceAll(code, "-", between))
		}
		forms = append(forms, strings.Replace(code, "-", " ", 1), "("+code+")", "“"+code+"”", code+".", "code:"+code, "https://uitslag.example/#"+code, "nr_"+code+"_b")
		for _, form := range forms {
			text := "They lost " + form + " on the way."
			wantFields(t, lab.CheckReplacement(text), "reason")
			left := lab.WithoutCodes(text)
			if strings.Contains(strings.ToUpper(left), code[:4]) || strings.Contains(strings.ToUpper(left), code[10:]) {
				t.Errorf("%q becomes %q", text, left)
			}
			if !strings.HasPrefix(left, "They lost ") || !strings.HasSuffix(left, " on the way.") {
				t.Errorf("%q becomes %q", text, left)
			}
		}
	}
	if got := lab.WithoutCodes("with " + slipCode + ", " + capitals + " and well"); got != "with …, … and well" {
		t.Errorf("of two codes is left %q", got)
	}
}

// A word of four letters and the first two parts of a code pass the check by chance, as one in
// 32 does: the third part is taken out all the same.
func TestACodeThatBeginsInAnotherIsTakenOutWhole(t *testing.T) {
	const code = "7XJS-ZRC9-XKA0"
	if _, err := lab.ParseLookupCode("slip" + code[:9]); err != nil {
		t.Fatal("the word and the two parts are no code:", err)
	}
	for text, left := range map[string]string{
		"seen " + slipCode + " and XN\u200bBH-SFC6-VDA3": "seen … and …",
		"seen ＸＮＢＨ－ＳＦＣ６－ＶＤＡ３":                            "seen …",
		"slip " + code:                             "…",
		"The slip " + code + " is wet":             "The … is wet",
		"The slip " + code + ", " + slipCode + ".": "The …, ….",
	} {
		if got := lab.WithoutCodes(text); got != left {
			t.Errorf("of %q is left %q", text, got)
		}
	}
}

// What passes the check of a code by chance, as one in 32 does, and is none.
func TestWhatIsNoCodeIsLeftAlone(t *testing.T) {
	for _, text := range []string{
		"", "UT-2026-00026", "UTR-2025-00017", "UTRE-2026-00026", "ABC-2026-00012", "ABC-2026-00012 ABC-2026-00024", "ABC-2026-B00048",
		"50-36-2", "2762435-08-9 and 42542-10-9", "33286-22-5", "2025-03-04 12:30:15", "2025-03-04 12:30:15 1234",
		"run 202611291028", "202611291044, 202611291060", "2026-1129-1028", "20261129_101500.raw",
		"with some same", "a bag with some same", "with that said", "crystallised, white, 79.5 % as base", "hydrochlorides dissolve slowly",
		"methamphetam amphetaminex ketaminexxxx", slipCode[:13], slipCode + "X", "X" + slipCode, "XNBH-SFC6-VDA4",
	} {
		wantFields(t, lab.CheckReplacement("reason "+text))
		if got := lab.WithoutCodes(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// Whoever has the code reads the result: no text of a sample that is typed holds one.
func TestATextOfASampleHoldsNoCode(t *testing.T) {
	d := newDictionary(t)
	const held = "code " + slipCode
	for field, set := range map[string]func(*lab.Sample, string){
		"sold_as_text": func(s *lab.Sample, text string) { s.SoldAsText = text },
		"logo":         func(s *lab.Sample, text string) { s.Logo = text },
		"region":       func(s *lab.Sample, text string) { s.Region = text },
		"overruled":    func(s *lab.Sample, text string) { s.Overruled = text },
		"notes":        func(s *lab.Sample, text string) { s.Notes = text },
	} {
		s := newSample(func(s *lab.Sample) { set(s, held) })
		s.Form = lab.Tablet
		at := lab.Counter{Today: today, HandedIn: true}
		wantFields(t, d.CheckSample(s, nil, at), field)
		s.Confirmed = s.Confirmation(lab.Doubts(s, at)) // it is no question
		wantFields(t, d.CheckSample(s, nil, at), field)
		wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today})) // a source may have ids of that shape

		// What is recorded so does not stand in the way of another change.
		at.Before = s
		other := *s
		other.Colours = lab.Codes{"white"}
		wantFields(t, d.CheckSample(&other, nil, at))
		set(&other, "again "+slipCode)
		wantFields(t, d.CheckSample(&other, nil, at), field)

		recorded := *newSample()
		clerk := person(enterer, lab.Intake)
		wantFields(t, recorded.Describe(clerk, func(s *lab.Sample) { set(s, held) }), field)
		recorded = *s
		if err := recorded.Describe(clerk, func(s *lab.Sample) { s.Colours = lab.Codes{"white"} }); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	s := newSample(func(s *lab.Sample) { s.Notes = "as UT-2026-00026" })
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, HandedIn: true}))
}

// Nor does what the laboratory writes, or what a service says of itself.
func TestAFreeTextHoldsNoCode(t *testing.T) {
	d := newDictionary(t)
	const held = "as on " + slipCode
	e := verified(d, gcms, finding(ketamine, lab.Trace))
	e.Analysis.Notes, e.Analysis.Overruled = held, held
	wantFields(t, e.Analysis.Check(d, e.Findings, e.Analysis.PerformedOn, today), "notes", "overruled")
	e.Analysis.ImportID = lab.ID{1}
	wantFields(t, e.Analysis.Check(d, e.Findings, e.Analysis.PerformedOn, today))
	e.Analysis.ImportID = lab.ID{}

	entered := e.Analysis
	entered.State, entered.ServiceID = lab.Entered, 1
	checker := person(other, lab.Verifier)
	_, err := entered.Ask(checker, noon, held)
	wantFields(t, err, "question")
	wantFields(t, (&lab.Question{Key: lab.Key{ServiceID: 1}}).Reply(person(enterer, lab.Laboratory), noon, held), "answer")
	e.Analysis.ServiceID = 1
	wantFields(t, e.Analysis.Retract(checker, noon, held), "reason")
	f := soldAs(soldAsKetamine, nil, verified(d, gcms, finding(ketamine, lab.Identified)))
	first, err := d.Publish(f, lab.Why{})
	if err != nil {
		t.Fatal(err)
	}
	f.Publications = append(f.Publications, *first)
	_, err = f.Withdraw(lab.Because("en", held))
	wantFields(t, err, "reason")

	terms := lab.Terms{OpeningHours: held, Address: held}
	wantFields(t, terms.Check(), "opening_hours", "address")
	wantFields(t, (&lab.Terms{Phone: slipCode}).Check(), "phone")
	wantFields(t, (&lab.Terms{Phone: "+31 30 1234 5678 ext. 8", Address: "Kade 12, 3511 AB Utrecht"}).Check())
	wantFields(t, (&lab.Location{Name: held, Kind: "office", Region: held}).Check(), "name", "region")
	wantFields(t, (&lab.Service{Code: "UT", Name: held, Country: "NL", Currency: "EUR", TimeZone: "Europe/Amsterdam"}).Check(), "name")
	wantFields(t, (&lab.Method{Kind: lab.GCMS, Level: lab.Confirmatory, Lab: held, Version: held, OpenScope: true}).Check(), "lab", "version")
	wantFields(t, (&lab.User{Login: "jan", Name: held}).Check(), "name")
}
