package server

import (
	"net/url"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// judgementView is a judgement that nobody has reviewed.
type judgementView struct {
	Danger, Source, LineEN, LineNL, LineSource, Who, When string
	Review                                                *page.Form // nil for who may not
}

// judgedBy tells those who review who judged the danger that stands, and who reviewed it;
// nothing of one that came with the program.
func (r *request) judgedBy(n naming, s *lab.Substance) (string, error) {
	j, ok := n.words.StandingJudgement(s.ID)
	if reviews := lab.MayReview(r.Actor) == nil; !ok || !reviews {
		return "", nil
	}
	author, err := r.server.Store.NameOf(r.Ctx(), r.Actor, j.AuthorID)
	if err != nil {
		return "", err
	}
	reviewer, err := r.server.Store.NameOf(r.Ctx(), r.Actor, j.ReviewerID)
	return r.Texts.Text("page.dictionary.judged_by", "Author", author, "Reviewer", reviewer, "When", r.moment(j.At)), err
}

// judgeForm asks how bad it is to meet a substance unannounced, and what it is in one line.
func (r *request) judgeForm(n naming, s *lab.Substance) (*page.Form, error) {
	last := n.words.LastJudgement(s.ID)
	if last.Version == 0 {
		last.LineEN, last.LineNL, last.LineSource = s.LineEN, s.LineNL, documented(s.LineSource)
	}
	danger := r.Optional(r.Choice("danger", page.SelectField, "page.dictionary.danger", locale.Dangers, lab.Dangers.Strings()))
	danger.Unchosen = r.Texts.Text("page.dictionary.danger_as_is")
	text := func(name, label string, most int) *page.Field {
		f := r.Optional(r.Input(name, page.TextField, label))
		f.MaxLength = most
		return f
	}
	f := page.NewForm(r.Hidden("judged", versionText(last.Version)), danger, r.Hint(text("source", "page.dictionary.danger_source", 500), "page.dictionary.source_hint"))
	if !s.WholeClass {
		f.Fields = append(f.Fields, r.Hint(text("line_en", "page.dictionary.line_en", 160), "page.dictionary.line_hint"), text("line_nl", "page.dictionary.line_nl", 160),
			text("line_source", "page.dictionary.line_source", 500))
	}
	for name, value := range map[string]string{"danger": string(last.Danger), "source": last.Source, "line_en": last.LineEN, "line_nl": last.LineNL, "line_source": last.LineSource} {
		f.Set(name, value)
	}
	return f, r.keeps(f, substanceAddress(s.ID)+"/judgements")
}

// judgedMeanwhile fills the form in with what was typed while somebody else judged, or
// reviewed, the same.
func (r *request) judgedMeanwhile(f *page.Form, typed url.Values) {
	now := mustField(f, "judged").Values
	f.Fill(typed)
	mustField(f, "judged").Values = now
	f.Blame("danger", r.Texts.Text("page.dictionary.judged_meanwhile"))
}

// judgeSubstance adds a judgement, which somebody else reviews.
func judgeSubstance(r *request) error {
	return r.substanceStep("judged", func(_ naming, s *lab.Substance, in *page.Reader) error {
		judged := in.Whole("judged")
		if err := in.Mistakes.Err(); err != nil {
			return err
		}
		return r.server.Store.Judge(r.Ctx(), r.Actor, lab.SubstanceJudgement{
			SubstanceID: s.ID, Version: judged, Danger: lab.Danger(in.Text("danger")), Source: in.Text("source"),
			LineEN: in.Text("line_en"), LineNL: in.Text("line_nl"), LineSource: in.Text("line_source"),
		})
	}, func(shown *substancePage) *page.Form { return shown.Judge })
}

// reviewJudgement says that the newest judgement is right.
func reviewJudgement(r *request) error {
	return r.substanceStep("reviewed", func(_ naming, s *lab.Substance, in *page.Reader) error {
		return r.server.Store.ReviewJudgement(r.Ctx(), r.Actor, s.ID, in.Whole("judged"))
	}, nil)
}

// pendingJudgement shows the judgement that somebody else has to review.
func (r *request) pendingJudgement(n naming, s *lab.Substance, shown *substancePage) error {
	last := n.words.LastJudgement(s.ID)
	if last.Version == 0 || last.ReviewerID != 0 {
		return nil
	}
	who, err := r.server.Store.NameOf(r.Ctx(), r.Actor, last.AuthorID)
	if err != nil {
		return err
	}
	danger := r.Texts.Text("page.dictionary.danger_as_is")
	if last.Danger != "" {
		danger = r.Texts.Code(locale.Dangers, string(last.Danger))
	}
	shown.Pending = &judgementView{
		Danger: danger, Source: last.Source, LineEN: last.LineEN, LineNL: last.LineNL, LineSource: last.LineSource, Who: who, When: r.moment(last.At),
	}
	if _, err := n.words.ReviewJudgement(r.Actor, s.ID, last.Version); err == nil {
		shown.Pending.Review = page.NewForm(r.Hidden("judged", versionText(last.Version)))
	}
	return nil
}

// line is what a substance is in one line, and whether a visitor reads it.
func (n naming) line(s *lab.Substance) string {
	line := n.own(s.LineEN, s.LineNL)
	if line != "" && !s.LineReviewed {
		line += " (" + n.texts.Text("page.dictionary.line_hidden") + ")"
	}
	return line
}
