package lab_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

// TestAReasonIsACodeOrAText: an urgent withdrawal goes through with a code alone, and never
// waits for a translation.
func TestAReasonIsACodeOrAText(t *testing.T) {
	d := newDictionary(t)
	first := publish(t, d, newSample(), nil, verified(d, gcms, finding(ketamine, lab.Identified)))
	const wrong, fout = "The vial was wrong.", "Het buisje was verkeerd."
	for name, test := range map[string]struct {
		why  lab.Why
		want []string
	}{
		"a code alone":                    {lab.Why{ReasonCode: lab.ReasonExchanged}, nil},
		"a text alone":                    {lab.Why{Reason: wrong, ReasonLang: "en"}, nil},
		"a text in Dutch":                 {lab.Why{Reason: fout, ReasonLang: "nl"}, nil},
		"both":                            {lab.Why{ReasonCode: lab.ReasonAmount, Reason: wrong, ReasonLang: "en"}, nil},
		"other with a text":               {lab.Why{ReasonCode: lab.OtherReason, Reason: wrong, ReasonLang: "en"}, nil},
		"translated":                      {lab.Why{Reason: wrong, ReasonLang: "en", ReasonTranslation: fout}, nil},
		"a code, and the form's language": {lab.Why{ReasonCode: lab.ReasonAmount, ReasonLang: "nl"}, nil},
		"as long as may be":               {lab.Why{Reason: strings.Repeat("ë", 500), ReasonLang: "en"}, nil},

		"nothing":                     {lab.Why{}, []string{"reason_code"}},
		"nothing in a language":       {lab.Why{ReasonLang: "nl"}, []string{"reason_code"}},
		"signs that nobody sees":      {lab.Why{Reason: "\u200b\u2060", ReasonLang: "nl"}, []string{"reason_code"}},
		"other, and nothing to see":   {lab.Why{ReasonCode: lab.OtherReason, Reason: "\u200b", ReasonLang: "nl"}, []string{"reason"}},
		"a point":                     {lab.Why{ReasonCode: lab.OtherReason, Reason: ".", ReasonLang: "nl"}, []string{"reason"}},
		"a blank of braille":          {lab.Why{Reason: "\u2800", ReasonLang: "nl"}, []string{"reason_code"}},
		"a letter that fills a place": {lab.Why{ReasonCode: lab.OtherReason, Reason: "\u3164 \uffa0", ReasonLang: "nl"}, []string{"reason"}},
		"a code between points":       {lab.Why{Reason: "as on XNBH . SFC6 . VDA3", ReasonLang: "en"}, []string{"reason"}},
		"a code between commas":       {lab.Why{Reason: "as on XNBH, SFC6, VDA3", ReasonLang: "en"}, []string{"reason"}},
		"a code in wide signs":        {lab.Why{Reason: "as on ＸＮＢＨ－ＳＦＣ６－ＶＤＡ３", ReasonLang: "en"}, []string{"reason"}},
		"a code with hidden signs":    {lab.Why{Reason: "as on XN\u200bBH-SF\u00adC6-VDA3", ReasonLang: "en"}, []string{"reason"}},
		"blanks":                      {lab.Why{Reason: " \n", ReasonLang: "nl"}, []string{"reason_code"}},
		"other alone":                 {lab.Why{ReasonCode: lab.OtherReason, ReasonLang: "nl"}, []string{"reason"}},
		"other with blanks":           {lab.Why{ReasonCode: lab.OtherReason, Reason: " ", ReasonLang: "nl"}, []string{"reason"}},
		"a code that there is not":    {lab.Why{ReasonCode: "bored"}, []string{"reason_code"}},
		"a text without language":     {lab.Why{Reason: wrong}, []string{"reason_lang"}},
		"in a third language":         {lab.Why{Reason: wrong, ReasonLang: "de"}, []string{"reason_lang"}},
		"a translation of nothing":    {lab.Why{ReasonCode: lab.ReasonAmount, ReasonLang: "en", ReasonTranslation: fout}, []string{"reason_translation"}},
		"translated by itself":        {lab.Why{Reason: wrong, ReasonLang: "en", ReasonTranslation: " the VIAL was wrong."}, []string{"reason_translation"}},
		"a lookup code":               {lab.Why{Reason: "as on " + slipCode, ReasonLang: "en"}, []string{"reason"}},
		"a lookup code, translated":   {lab.Why{Reason: wrong, ReasonLang: "en", ReasonTranslation: "zie " + slipCode}, []string{"reason_translation"}},
		"a telephone number":          {lab.Why{Reason: "Call 06-12345678.", ReasonLang: "en"}, []string{"reason"}},
		"a number in the translation": {lab.Why{Reason: wrong, ReasonLang: "en", ReasonTranslation: "Bel 06-12345678."}, []string{"reason_translation"}},
		"too long":                    {lab.Why{Reason: strings.Repeat("x", 501), ReasonLang: "en"}, []string{"reason"}},
		"too long a translation":      {lab.Why{Reason: wrong, ReasonLang: "en", ReasonTranslation: strings.Repeat("x", 501)}, []string{"reason_translation"}},
		"wrong in all": {
			lab.Why{ReasonCode: "bored", Reason: slipCode, ReasonTranslation: slipCode}, []string{"reason_code", "reason", "reason_lang", "reason_translation"},
		},
	} {
		p, err := file(newSample(), nil, nil, *first).Withdraw(test.why)
		if len(test.want) > 0 {
			if fields := distinct(err); strings.Join(fields, " ") != strings.Join(test.want, " ") {
				t.Errorf("%s: mistakes in %v, want %v: %v", name, fields, test.want, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := test.why
		if want.Reason == "" {
			want.ReasonLang = ""
		}
		if p.Why != want {
			t.Errorf("%s: recorded as %+v", name, p.Why)
		}
	}
}

// distinct are the fields with mistakes, each once, in their order.
func distinct(err error) (fields []string) {
	mistakes, _ := err.(lab.FieldErrors) //nolint:errorlint // of the step nothing else is wrong
	for _, m := range mistakes {
		if len(fields) == 0 || fields[len(fields)-1] != m.Field {
			fields = append(fields, m.Field)
		}
	}
	return fields
}

func TestAReasonIsReadInALanguage(t *testing.T) {
	text, both := lab.Because("en", "spilt"), lab.Why{Reason: "spilt", ReasonLang: "en", ReasonTranslation: "gemorst"}
	for _, test := range []struct {
		why  lab.Why
		in   lab.Language
		want string
		ok   bool
	}{
		{text, "en", "spilt", true},
		{text, "nl", "", false},
		{both, "en", "spilt", true},
		{both, "nl", "gemorst", true},
		{lab.Why{Reason: "spilt"}, "en", "", false}, // nobody knows what it is written in
		{lab.Why{ReasonCode: lab.ReasonAmount}, "nl", "", true},
	} {
		if got, ok := test.why.In(test.in); got != test.want || ok != test.ok {
			t.Errorf("%+v in %s is %q, %v", test.why, test.in, got, ok)
		}
	}
	if text.Brief() != "spilt" || (lab.Why{ReasonCode: lab.ReasonAmount}).Brief() != "wrong_amount" {
		t.Error("the trail tells the text, or else the code")
	}
}
