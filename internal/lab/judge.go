package lab

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// SubstanceJudgement is what somebody judges of a substance here: how bad it is to meet it
// unannounced, and what it is in one line. Of the entry that stands for a class it is the
// danger of the class. Judgements are only added to: the newest that somebody else has
// reviewed stands above what the embedded dictionary says.
type SubstanceJudgement struct {
	SubstanceID SubstanceID
	Version     int32
	Danger      Danger // empty: as the dictionary has it
	Source      string // what the danger rests on: a document by title, date and place
	LineEN      string // what it is, in one line; empty: as the dictionary has it
	LineNL      string
	LineSource  string
	AuthorID    Optional
	ReviewerID  Optional // zero where nobody has reviewed it
	At          Instant
}

// maxLine is the length of a line of description, in characters.
const maxLine = 160

// promises are words that promise somebody that a substance does no harm, and amounts that
// could be taken for a dose: no text about a substance has them.
var promises = regexp.MustCompile(`(?i)\b(?:safe(?:ly|r)?|harmless|pure|good|veilig(?:e|er)?|onschuldig|ongevaarlijk|zuiver|goed)\b|\d\s*(?:mg|g|gr|grams?|[µμ]g|ug|mcg|(?:milli|micro)gram(?:s|men)?|ml)\b`)

// Promises tells that a text holds a word that promises no harm, or an amount that could be
// taken for a dose.
func Promises(text string) bool { return promises.MatchString(text) }

// sayings are the fields of what is judged, without who did and when.
func (j SubstanceJudgement) sayings() [5]string {
	return [5]string{string(j.Danger), j.Source, j.LineEN, j.LineNL, j.LineSource}
}

// InOrder sorts judgements by substance and version.
func InOrder(list []SubstanceJudgement) []SubstanceJudgement {
	slices.SortFunc(list, func(a, b SubstanceJudgement) int {
		return cmp.Or(cmp.Compare(a.SubstanceID, b.SubstanceID), cmp.Compare(a.Version, b.Version))
	})
	return list
}

// Tidy leaves out the space about texts.
func (j *SubstanceJudgement) Tidy() {
	for _, text := range []*string{&j.Source, &j.LineEN, &j.LineNL, &j.LineSource} {
		*text = strings.TrimSpace(*text)
	}
}

// CheckJudgement reports the mistakes of a judgement, and refuses one that says what stands
// already.
func (d *Dictionary) CheckJudgement(j SubstanceJudgement) error {
	s := d.Own(j.SubstanceID)
	if s == nil {
		return ErrNotFound
	}
	if d.Merged(j.SubstanceID) != nil {
		return (&move{act: JudgeSubstance}).refusal("It is merged into another: take that back first.")
	}
	var errs FieldErrors
	checkOptional(&errs, "danger", j.Danger, Dangers)
	errs.Check(j.Danger == "" || j.Source != "", "source", "Say what the danger rests on: the document, its date and the place in it.")
	errs.Check(j.Danger != "" || j.Source == "", "danger", "Choose the danger that the source speaks of.")
	checkFree(&errs, "source", j.Source, maxReason)
	none := j.LineEN == "" && j.LineNL == "" && j.LineSource == ""
	for _, line := range []struct{ field, text string }{{"line_en", j.LineEN}, {"line_nl", j.LineNL}} {
		errs.Check(none || line.text != "", line.field, "Give the line in both languages, with its source.")
		checkFree(&errs, line.field, line.text, maxLine)
		errs.Check(!strings.Contains(line.text, "\n"), line.field, "Write one line.")
		errs.Check(!Promises(line.text), line.field, "Leave out words such as safe, pure or good, and every amount: a worried reader takes them for advice.")
		errs.Check(line.text == "" || !s.WholeClass, line.field, "A class is described in the words of the dictionary.")
	}
	errs.Check(none || j.LineSource != "", "line_source", "Give the line in both languages, with its source.")
	checkFree(&errs, "line_source", j.LineSource, maxReason)
	if last := d.LastJudgement(j.SubstanceID); last.sayings() == j.sayings() {
		errs.Check(false, "danger", "This is what was judged last: change something.")
	}
	return errs.Err()
}

// CheckJudgementVersion refuses a judgement by who has seen another one than the newest, and
// tells what it would change.
func (d *Dictionary) CheckJudgementVersion(j SubstanceJudgement) error {
	last := d.LastJudgement(j.SubstanceID)
	if last.Version == j.Version {
		return nil
	}
	stale := &StaleError{Have: last.Version, Want: j.Version}
	for _, x := range Differences(last, j) {
		if slices.Contains([]string{"danger", "source", "line_en", "line_nl", "line_source"}, x.Field) {
			stale.Changed = append(stale.Changed, x)
		}
	}
	return stale
}

// LastJudgement is the newest judgement of a substance, reviewed or not; empty for none.
func (d *Dictionary) LastJudgement(id SubstanceID) (last SubstanceJudgement) {
	if list := d.Judgements[id]; len(list) > 0 {
		return list[len(list)-1]
	}
	return SubstanceJudgement{SubstanceID: id}
}

// ReviewJudgement is the version of a judgement that a reviewer adds, who is not its author
// and has seen the newest.
func (d *Dictionary) ReviewJudgement(by Actor, id SubstanceID, seen int32) (SubstanceJudgement, error) {
	last := d.LastJudgement(id)
	if last.Version == 0 {
		return last, ErrNotFound
	}
	if err := reviewable(ReviewJudgement, by, last.AuthorID); err != nil {
		return last, err
	}
	if last.Version != seen {
		return last, &StaleError{Have: last.Version, Want: seen}
	}
	if last.ReviewerID != 0 {
		return last, (&move{act: ReviewJudgement}).refusal("It is reviewed already.")
	}
	last.Version, last.ReviewerID = last.Version+1, by.UserID
	return last, nil
}

// SetJudgements gives the dictionary what was judged here, in order of substance and version,
// and lets the newest that is reviewed stand above what the embedded dictionary says.
func (d *Dictionary) SetJudgements(list []SubstanceJudgement) {
	d.Judgements = map[SubstanceID][]SubstanceJudgement{}
	for _, j := range list {
		d.Judgements[j.SubstanceID] = append(d.Judgements[j.SubstanceID], j)
	}
	for id := range d.Judgements {
		if j, ok := d.StandingJudgement(id); ok && d.Own(id) != nil {
			d.judged(d.Own(id), j)
		}
	}
}

// Judged are the entries of which a judgement says how dangerous they are: the substance with
// all that lead to it, and of a class its members too.
func (d *Dictionary) Judged(id SubstanceID) (list []SubstanceID) {
	of := d.Resolve(id)
	for own, s := range d.Substances {
		if s.ID == of || d.standsFor(of, own) {
			list = append(list, own)
		}
	}
	slices.Sort(list)
	return list
}

// StandingJudgement is the newest judgement of a substance that somebody has reviewed, if
// there is one.
func (d *Dictionary) StandingJudgement(id SubstanceID) (SubstanceJudgement, bool) {
	for _, j := range slices.Backward(d.Judgements[id]) {
		if j.ReviewerID != 0 {
			return j, true
		}
	}
	return SubstanceJudgement{}, false
}

func (d *Dictionary) judged(s *Substance, j SubstanceJudgement) {
	if j.Danger != "" {
		s.Danger, s.DangerSource = j.Danger, j.Source
		if c, ok := d.Classes[s.Class]; ok && s.WholeClass {
			c.Danger, c.DangerSource = j.Danger, j.Source
			d.Classes[s.Class] = c
		}
	}
	if j.LineEN != "" {
		s.LineEN, s.LineNL, s.LineSource, s.LineReviewed = j.LineEN, j.LineNL, j.LineSource, true
	}
}
