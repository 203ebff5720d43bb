package lab

import (
	"cmp"
	"slices"
)

// PublicationReason says why a version of a result takes back what was said before.
type PublicationReason string

// The reasons. OtherReason says nothing alone: it asks for a text.
const (
	ReasonMoreExact   PublicationReason = "more_exact"        // a more exact analysis found something else
	ReasonAmount      PublicationReason = "wrong_amount"      // an amount was wrong
	ReasonExchanged   PublicationReason = "exchanged"         // the sample may have been exchanged with another
	ReasonEntry       PublicationReason = "entry_mistake"     // something was entered wrongly
	ReasonEquipment   PublicationReason = "equipment"         // equipment or method were faulty
	ReasonExpectation PublicationReason = "wrong_expectation" // what was expected was recorded wrongly
	ReasonRule        PublicationReason = "rule_changed"      // the same findings are judged otherwise now
	OtherReason       PublicationReason = "other"
)

// PublicationReasons is the vocabulary of PublicationReason.
var PublicationReasons = Vocabulary[PublicationReason]{
	ReasonMoreExact, ReasonAmount, ReasonExchanged, ReasonEntry, ReasonEquipment, ReasonExpectation, ReasonRule, OtherReason,
}

// Language is one in which visitors read a result.
type Language string

// The languages.
const (
	English Language = "en"
	Dutch   Language = "nl"
)

// PublicLanguages is the vocabulary of Language.
var PublicLanguages = Vocabulary[Language]{English, Dutch}

// Why says why a version of a result takes back what was said before: by a code, which
// reads in every language, by a text in one of them, or by both. Whoever reads the other
// language gets the translation, where there is one.
type Why struct {
	Reason            string // the text
	ReasonCode        PublicationReason
	ReasonLang        Language // of the text, empty where it is not known
	ReasonTranslation string
}

// Because is a reason in words of one language.
func Because(lang Language, text string) Why { return Why{Reason: text, ReasonLang: lang} }

// Given tells that a reason is given.
func (w Why) Given() bool { return w.ReasonCode != "" || !blank(w.Reason) }

// Brief is the text, or the code where there is none, as the trail tells it.
func (w Why) Brief() string { return cmp.Or(w.Reason, string(w.ReasonCode)) }

// In is the text as whoever reads the language can read it, if there is such a text.
func (w Why) In(lang Language) (text string, ok bool) {
	switch {
	case w.Reason == "" || w.ReasonLang == lang:
		return w.Reason, true
	case w.ReasonTranslation != "" && slices.Contains(PublicLanguages, lang):
		return w.ReasonTranslation, true
	}
	return "", false
}

// settled is the reason without a language of no text.
func (w Why) settled() Why {
	if w.Reason == "" && w.ReasonTranslation == "" {
		w.ReasonLang = ""
	}
	return w
}

// Needed reports each mistake of a reason that has to be given.
func (w Why) Needed() error {
	var errs FieldErrors
	errs.Check(w.Given(), "reason_code", "Choose the reason, or say it in words.")
	w.check(&errs)
	return errs.Err()
}

// check reports each mistake of a reason that is given.
func (w Why) check(errs *FieldErrors) {
	checkOptional(errs, "reason_code", w.ReasonCode, PublicationReasons)
	errs.Check(w.ReasonCode != OtherReason || !blank(w.Reason), "reason", "Say in words what the reason is.")
	checkFree(errs, "reason", w.Reason, maxReason)
	errs.Check(blank(w.Reason) || w.ReasonLang != "", "reason_lang", "Say in which language the text is written.")
	checkOptional(errs, "reason_lang", w.ReasonLang, PublicLanguages)
	translated := !blank(w.ReasonTranslation)
	errs.Check(!translated || !blank(w.Reason), "reason_translation", "There is no text of which this is the translation.")
	errs.Check(!translated || Fold(w.ReasonTranslation) != Fold(w.Reason), "reason_translation",
		"This is the text itself: write it in the other language, or leave this empty.")
	checkFree(errs, "reason_translation", w.ReasonTranslation, maxReason)
}
