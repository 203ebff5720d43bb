package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// judgement is one of levamisole without a mistake.
func judgement(edit ...func(*lab.SubstanceJudgement)) lab.SubstanceJudgement {
	j := lab.SubstanceJudgement{
		SubstanceID: levamisole, Danger: lab.DangerHigh, Source: "EMCDDA, Levamisole, 2019, p. 3",
		LineEN: "A worming drug for cattle.", LineNL: "Een wormmiddel voor vee.", LineSource: "EMCDDA, Levamisole, 2019, p. 1",
	}
	for _, e := range edit {
		e(&j)
	}
	return j
}

func TestMistakesOfAJudgement(t *testing.T) {
	line := func(text string) func(*lab.SubstanceJudgement) {
		return func(j *lab.SubstanceJudgement) { j.LineEN = text }
	}
	for _, test := range []struct {
		name   string
		edit   func(*lab.SubstanceJudgement)
		fields []string
	}{
		{"whole", func(*lab.SubstanceJudgement) {}, nil},
		{"a danger alone", func(j *lab.SubstanceJudgement) { j.LineEN, j.LineNL, j.LineSource = "", "", "" }, nil},
		{"a line alone", func(j *lab.SubstanceJudgement) { j.Danger, j.Source = "", "" }, nil},
		{"nothing", func(j *lab.SubstanceJudgement) { *j = lab.SubstanceJudgement{SubstanceID: levamisole} }, []string{"danger"}},
		{"a danger that there is not", func(j *lab.SubstanceJudgement) { j.Danger = "deadly" }, []string{"danger"}},
		{"a danger without a source", func(j *lab.SubstanceJudgement) { j.Source = "" }, []string{"source"}},
		{"a source without a danger", func(j *lab.SubstanceJudgement) { j.Danger = "" }, []string{"danger"}},
		{"one language", func(j *lab.SubstanceJudgement) { j.LineNL = "" }, []string{"line_nl"}},
		{"a line without a source", func(j *lab.SubstanceJudgement) { j.LineSource = "" }, []string{"line_source"}},
		{"a source without a line", func(j *lab.SubstanceJudgement) { j.LineEN, j.LineNL = "", "" }, []string{"line_en", "line_nl"}},
		{"two lines", line("A worming drug.\nFor cattle."), []string{"line_en"}},
		{"a page", line(strings.Repeat("worm ", 33)), []string{"line_en"}},
		{"safe", line("A safe worming drug."), []string{"line_en"}},
		{"Safer", line("Safer than others."), []string{"line_en"}},
		{"veilig", func(j *lab.SubstanceJudgement) { j.LineNL = "Een veilig wormmiddel." }, []string{"line_nl"}},
		{"a dose", line("A worming drug, 150 mg."), []string{"line_en"}},
		{"a dose with the Greek letter", line("Active at 25 μg."), []string{"line_en"}},
		{"a dose in words", func(j *lab.SubstanceJudgement) { j.LineNL = "Werkt vanaf 25 microgram." }, []string{"line_nl"}},
		{"a telephone number", line("Ask 06 12345678."), []string{"line_en"}},
		{"a telephone number in the source", func(j *lab.SubstanceJudgement) { j.Source = "ask 06 12345678" }, []string{"source"}},
		{"a telephone number in the line's source", func(j *lab.SubstanceJudgement) { j.LineSource = "ask 06 12345678" }, []string{"line_source"}},
		{"a lookup code", line("See " + lab.NewLookupCode().Print() + "."), []string{"line_en"}},
		{"a lookup code in the source", func(j *lab.SubstanceJudgement) { j.Source = "told to " + lab.NewLookupCode().Print() }, []string{"source"}},
		{"a line of a class", func(j *lab.SubstanceJudgement) { j.SubstanceID = aNitazene }, []string{"line_en", "line_nl"}},
	} {
		d := newDictionary(t)
		if got := wrongFields(t, d.CheckJudgement(judgement(test.edit))); !slices.Equal(got, test.fields) {
			t.Errorf("%s: mistakes in %q: %v", test.name, got, d.CheckJudgement(judgement(test.edit)))
		}
	}
	d := newDictionary(t)
	d.SetJudgements([]lab.SubstanceJudgement{judgement(func(j *lab.SubstanceJudgement) { j.Version, j.AuthorID = 1, 7 })})
	wantFields(t, d.CheckJudgement(judgement()), "danger") // it says what stands already
	if err := d.CheckJudgement(lab.SubstanceJudgement{SubstanceID: 4711}); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	d = merged(t, map[lab.SubstanceID]lab.SubstanceID{levamisole: cocaine})
	var refused *lab.MoveError
	if err := d.CheckJudgement(judgement()); !errors.As(err, &refused) {
		t.Errorf("what is merged: %v", err)
	}
}

// The newest that somebody else has reviewed stands; one that nobody has changes nothing, and
// one that says nothing gives back to the dictionary what it says.
func TestTheNewestReviewedJudgementStands(t *testing.T) {
	version := func(n int32, danger lab.Danger, reviewer lab.Optional) lab.SubstanceJudgement {
		return lab.SubstanceJudgement{SubstanceID: levamisole, Version: n, Danger: danger, Source: string(danger), AuthorID: 7, ReviewerID: reviewer}
	}
	for what, x := range map[string]struct {
		list []lab.SubstanceJudgement
		want lab.Danger
	}{
		"nothing":                   {nil, lab.DangerRaised},
		"not reviewed":              {[]lab.SubstanceJudgement{version(1, lab.DangerExtreme, 0)}, lab.DangerRaised},
		"reviewed":                  {[]lab.SubstanceJudgement{version(1, lab.DangerExtreme, 0), version(2, lab.DangerExtreme, 8)}, lab.DangerExtreme},
		"a newer, not reviewed":     {[]lab.SubstanceJudgement{version(2, lab.DangerExtreme, 8), version(3, lab.DangerNone, 0)}, lab.DangerExtreme},
		"a newer, reviewed":         {[]lab.SubstanceJudgement{version(2, lab.DangerExtreme, 8), version(4, lab.DangerNone, 8)}, lab.DangerNone},
		"a newer that says nothing": {[]lab.SubstanceJudgement{version(2, lab.DangerExtreme, 8), {SubstanceID: levamisole, Version: 4, AuthorID: 7, ReviewerID: 8}}, lab.DangerRaised},
	} {
		d := newDictionary(t)
		d.Substances[levamisole].Danger, d.Substances[levamisole].DangerSource = lab.DangerRaised, "edition"
		d.SetJudgements(x.list)
		if got := d.Danger(levamisole); got != x.want {
			t.Errorf("%s: %s, want %s", what, got, x.want)
		}
	}
}

// A line is told to nobody before it was reviewed.
func TestALineIsReviewedFirst(t *testing.T) {
	for _, reviewer := range []lab.Optional{0, 8} {
		d := newDictionary(t)
		d.SetJudgements([]lab.SubstanceJudgement{judgement(func(j *lab.SubstanceJudgement) { j.Version, j.AuthorID, j.ReviewerID = 1, 7, reviewer })})
		s := d.Substances[levamisole]
		if told := s.LineReviewed && s.LineEN != ""; told != (reviewer != 0) {
			t.Errorf("reviewed by %d: it is told %v", reviewer, told)
		}
	}
}

// The danger of the entry of a whole class is that of its members.
func TestTheJudgementOfAClassIsOfItsMembers(t *testing.T) {
	d := newDictionary(t)
	d.SetJudgements([]lab.SubstanceJudgement{{SubstanceID: aNitazene, Version: 2, Danger: lab.DangerExtreme, Source: "a", AuthorID: 7, ReviewerID: 8}})
	if d.Danger(etonitazene) != lab.DangerExtreme || d.ClassDanger("nitazene") != lab.DangerExtreme || d.Danger(aNitazene) != lab.DangerExtreme {
		t.Errorf("etonitazene: %s, the class: %s", d.Danger(etonitazene), d.ClassDanger("nitazene"))
	}
	if d.Danger(fentanyl) == lab.DangerExtreme {
		t.Error("another class has it too")
	}
}

func TestWhoReviewsAJudgement(t *testing.T) {
	d := newDictionary(t)
	if _, err := d.ReviewJudgement(person(8, lab.Verifier), levamisole, 0); !errors.Is(err, lab.ErrNotFound) {
		t.Errorf("nothing is judged: %v", err)
	}
	d.SetJudgements([]lab.SubstanceJudgement{judgement(func(j *lab.SubstanceJudgement) { j.Version, j.AuthorID = 3, 7 })})
	var refused *lab.MoveError
	for _, by := range []lab.Actor{person(7, lab.Verifier), person(8, lab.Intake), lab.Operator("test")} {
		if _, err := d.ReviewJudgement(by, levamisole, 3); !errors.As(err, &refused) {
			t.Errorf("by %d: %v", by.UserID, err)
		}
	}
	var stale *lab.StaleError
	if _, err := d.ReviewJudgement(person(8, lab.Verifier), levamisole, 2); !errors.As(err, &stale) {
		t.Errorf("another version: %v", err)
	}
	j, err := d.ReviewJudgement(person(8, lab.Verifier), levamisole, 3)
	if err != nil || j.Version != 4 || j.ReviewerID != 8 || j.AuthorID != 7 || j.Danger != lab.DangerHigh {
		t.Errorf("the version added is %+v, %v", j, err)
	}
	d.SetJudgements([]lab.SubstanceJudgement{j})
	if _, err := d.ReviewJudgement(person(9, lab.Verifier), levamisole, 4); !errors.As(err, &refused) {
		t.Errorf("the second: %v", err)
	}
}

// Who judges what somebody else has judged meanwhile is told what differs.
func TestAStaleJudgementTellsWhatDiffers(t *testing.T) {
	d := newDictionary(t)
	d.SetJudgements([]lab.SubstanceJudgement{judgement(func(j *lab.SubstanceJudgement) { j.Version, j.AuthorID, j.At = 1, 7, noon })})
	var stale *lab.StaleError
	err := d.CheckJudgementVersion(judgement(func(j *lab.SubstanceJudgement) { j.Danger = lab.DangerExtreme }))
	if !errors.As(err, &stale) || stale.Have != 1 || stale.Want != 0 || len(stale.Changed) != 1 || stale.Changed[0].Field != "danger" {
		t.Errorf("it says %v", err)
	}
	if err := d.CheckJudgementVersion(judgement(func(j *lab.SubstanceJudgement) { j.Version = 1 })); err != nil {
		t.Error(err)
	}
}
