package server

import (
	"cmp"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// reasonView tells why a version of a result takes back what was said: what the reader can
// read, and apart from it what is written in another language. The part "reason" draws it.
type reasonView struct {
	Label string // that a reason follows
	Said  string // in the reader's language, empty where nothing is
	Text  string // in another language, or in one that nobody recorded; empty where nothing is
	Lang  string // of Text, empty where it is not known
	Note  string // that Text is not translated
}

// reason tells why a version of a result takes back what was said.
func (n naming) reason(p *lab.Publication) reasonView { return n.why(p.Why) }

func (n naming) why(w lab.Why) reasonView {
	v := reasonView{Label: n.texts.Text("page.reason.label")}
	text, readable := w.In(lab.Language(n.texts.Language()))
	if w.ReasonCode != lab.OtherReason { // alone it says nothing
		v.Said = n.texts.Code(locale.PublicationReasons, string(w.ReasonCode))
	}
	switch {
	case readable:
		v.Said = joined(v.Said, text)
	case w.ReasonLang != "":
		v.Text, v.Lang = w.Reason, string(w.ReasonLang)
		v.Note = n.texts.Text("page.reason.not_translated", "Language", n.texts.Code(locale.PublicLanguages, v.Lang))
	default:
		v.Text, v.Note = w.Reason, n.texts.Text("page.reason.as_written")
	}
	return v
}

// Given tells that there is a reason.
func (v reasonView) Given() bool { return v.Said != "" || v.Text != "" }

// Plain is the reason in one line, for lists of staff.
func (v reasonView) Plain() string { return joined(v.Said, v.Text) }

// joined joins two texts as sentences, of which either may be empty.
func joined(first, second string) string {
	if first == "" || second == "" {
		return first + second
	}
	return strings.TrimSuffix(first, ".") + ". " + second
}

// stateReason tells a visitor why a sample was not accepted or not analysed, and what to do.
func (n naming) stateReason(x *lab.Sample) []string {
	code := x.StateReason
	if code == lab.OtherRejection {
		return []string{n.texts.Text("page.reason.ask_service")}
	}
	name := cmp.Or(codeName(n, code, locale.RejectionReasons, locale.NotAnalysedReasons), code)
	said := []string{n.texts.Text("page.reason.label") + " " + name}
	if code == lab.TooLittle {
		said = append(said, n.texts.Text("page.reason.bring_more"))
	}
	return said
}

// withdrawalReason begins the names of the fields with the reason of a withdrawal, which
// stand beside those of a release.
const withdrawalReason = "withdrawal_"

// reasonNames are the names of the fields that ask for a reason.
var reasonNames = []string{"reason_code", "reason", "reason_lang", "reason_translation"}

// reasonsNamed are the names of the fields on a form where they begin so.
func reasonsNamed(begin string) []string {
	names := slices.Clone(reasonNames)
	for i := range names {
		names[i] = begin + names[i]
	}
	return names
}

// reasonFields ask why a version takes back what was said. Words are written in the
// language in which staff work, unless they say otherwise.
func (r *request) reasonFields(begin string) []*page.Field {
	code := r.Hint(r.Choice(begin+"reason_code", page.SelectField, "page.record.reason", locale.PublicationReasons, lab.PublicationReasons.Strings()), "page.reason.code_hint")
	text := r.Optional(r.Hint(r.Input(begin+"reason", page.AreaField, "page.reason.text"), "page.release.reason_hint"))
	lang := r.Choice(begin+"reason_lang", page.SelectField, "page.reason.lang", locale.PublicLanguages, lab.PublicLanguages.Strings())
	lang.Narrow, lang.Values = true, []string{r.Texts.Language()}
	translation := r.Optional(r.Hint(r.Input(begin+"reason_translation", page.AreaField, "page.reason.translation"), "page.reason.translation_hint"))
	return []*page.Field{code, text, lang, translation}
}

// readWhy reads what the fields of reasonFields sent.
func readWhy(in *page.Reader, begin string) lab.Why {
	return lab.Why{
		ReasonCode: lab.PublicationReason(in.Text(begin + "reason_code")), Reason: in.Text(begin + "reason"),
		ReasonLang: lab.Language(in.Text(begin + "reason_lang")), ReasonTranslation: in.Text(begin + "reason_translation"),
	}
}

// fillReason fills in what was typed of a reason.
func fillReason(f *page.Form, in *page.Reader, begin string) {
	for _, name := range reasonsNamed(begin) {
		f.Set(name, in.Text(name))
	}
}

// reasonMistakes puts the mistakes of a reason to the fields of a form.
func reasonMistakes(err error, begin string) error {
	for _, name := range reasonNames {
		err = page.FieldAs(err, name, begin+name)
	}
	return err
}
