package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// dictionaryEntry is what the page of a substance shows as that of a product does.
type dictionaryEntry struct {
	Address, List, ListTitle string
	State                    []string // that it is not reviewed, and what follows
	Into                     *link    // the entry that it is merged into
	Merged                   []link   // the entries that are merged into it
	Facts                    []knownView
	Names                    []nameView
	Whys                     []whyView
	History                  []eventView
	Change                   string     // address of the form; empty for who may not
	Merge                    string     // likewise
	Review                   *page.Form // nil where there is nothing that the reader may review
	NotYours                 bool       // somebody else has to review it
	Name                     *page.Form // that adds a name; nil for who may not
	Withdraw                 *page.Form // nil where no name can be withdrawn
}

// link is an address with what it is called.
type link struct{ Address, Text string }

// knownView is one thing that is known of an entry.
type knownView struct{ Label, Text string }

// nameView is a name of an entry.
type nameView struct {
	Name, Means string
	Open        bool   // nobody has reviewed it
	Why         string // it was given; told to who reviews it, and to who gave it
	MayReview   bool
}

// whyView is who needed an entry, and why.
type whyView struct{ Who, When, Where, Why string }

// entryNumber is the number of an entry in an address.
func entryNumber(text string) int32 {
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil || id <= 0 || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return int32(id)
}

// entryActions name what the trail tells of entries.
var entryActions = map[lab.Action]string{
	lab.ProposeSubstance: "page.action.propose_entry",
	lab.ProposeProduct:   "page.action.propose_entry",
	lab.ChangeSubstance:  "page.action.change_entry",
	lab.ChangeProduct:    "page.action.change_entry",
	lab.ReviewSubstance:  "page.action.review_entry",
	lab.ReviewProduct:    "page.action.review_entry",
	lab.JudgeSubstance:   "page.action.judge_substance",
	lab.ReviewJudgement:  "page.action.review_judgement",
	lab.ProposeName:      "page.action.propose_name",
	lab.ReviewName:       "page.action.review_name",
	lab.WithdrawName:     "page.action.withdraw_name",
	lab.MergeSubstance:   "page.action.merge_entry",
	lab.MergeProduct:     "page.action.merge_entry",
	lab.UnmergeSubstance: "page.action.unmerge_entry",
	lab.UnmergeProduct:   "page.action.unmerge_entry",
}

// entryFields name the fields of entries in what the trail tells.
var entryFields = map[string]string{
	"name": "page.dictionary.name", "name_nl": "page.dictionary.name_nl", "name_en": "page.dictionary.name", "class": "page.dictionary.class", "role": "page.dictionary.role",
	"psychoactive": "page.dictionary.psychoactive", "active": "page.dictionary.active", "short_name": "page.dictionary.short_name", "cas": "page.dictionary.cas",
	"pub_chem_cid": "page.dictionary.cid", "formula": "page.dictionary.formula", "molar_mass": "page.dictionary.molar_mass", "danger": "page.dictionary.danger",
	"source": "page.dictionary.danger_source", "line_en": "page.dictionary.line_en", "line_nl": "page.dictionary.line_nl", "line_source": "page.dictionary.line_source",
	"unit": "page.field.unit", "expected": "page.field.expected", "salts": "page.dictionary.salts", "merged_into": "page.dictionary.into",
}

// history is what the trail tells of an entry, the newest first; nothing for who may not know
// of all services.
func (r *request) history(n naming, subject string) ([]eventView, error) {
	if !r.Actor.SeesEntryHistory() {
		return nil, nil
	}
	events, err := r.server.Store.EntryHistory(r.Ctx(), r.Actor, subject)
	var views []eventView
	for _, e := range slices.Backward(events) {
		v := eventView{When: r.moment(e.At), Who: e.Actor, What: string(e.Action), Reason: e.Reason}
		if key, ok := entryActions[e.Action]; ok {
			v.What = r.Texts.Text(key)
		}
		for _, c := range e.Changes {
			if label, ok := entryFields[c.Field]; ok {
				v.Changes = append(v.Changes, page.ChangeView{Field: r.Texts.Text(label), Old: n.entryValue(c.Field, c.Old), New: n.entryValue(c.Field, c.New)})
			}
		}
		views = append(views, v)
	}
	return views, err
}

// entryValue writes a value of a field of an entry as people read it.
func (n naming) entryValue(field string, v lab.Value) string {
	switch field {
	case "class":
		return n.className(v.String())
	case "role":
		return n.texts.Code(locale.Roles, v.String())
	case "danger":
		return n.texts.Code(locale.Dangers, v.String())
	case "unit":
		return n.texts.Code(locale.AmountUnits, v.String())
	case "active", "psychoactive":
		return yesNoValue(n, v)
	case "molar_mass":
		if v.Number() == 0 {
			return ""
		}
		return n.thousandths(v.Number(), "g/mol")
	case "expected":
		var list []lab.Expected
		for _, token := range v.List() {
			list = append(list, lab.ParseExpected(token.String()))
		}
		return n.expected(list)
	case "salts":
		return strconv.Itoa(len(v.List()))
	case "pub_chem_cid", "merged_into":
		return strings.TrimPrefix(v.String(), "0")
	}
	return v.String()
}

// source tells what a danger rests on: of the embedded dictionary the title of the document,
// else what somebody gave, and whose danger it is where that is a class above.
func (n naming) source(j lab.Judgement, own string) string {
	text := documented(j.Source)
	if text == "" {
		return n.texts.Text("page.dictionary.not_judged")
	}
	if j.Class != "" && j.Class != own {
		text = n.texts.Text("page.dictionary.of_class", "Class", n.className(j.Class), "Source", text)
	}
	return text
}

// toReview leads to what of the dictionary waits for a review that the reader may give.
func (r *request) toReview() (list []link, err error) {
	if reviews := lab.MayReview(r.Actor) == nil; !reviews {
		return nil, nil
	}
	words, err := r.server.Store.Words(r.Ctx())
	if err != nil {
		return nil, err
	}
	substances, products := 0, 0
	for id := range words.Substances {
		if words.MayReviewSomeOf(r.Actor, words.Own(id)) {
			substances++
		}
	}
	for id := range words.Products {
		if words.MayReviewSomeOfProduct(r.Actor, words.OwnProduct(id)) {
			products++
		}
	}
	if substances > 0 {
		list = append(list, link{substancesAddress + "?state=" + openEntries, r.Texts.Text("page.dictionary.substances_wait", "Count", substances)})
	}
	if products > 0 {
		list = append(list, link{productsAddress + "?state=" + openEntries, r.Texts.Text("page.dictionary.products_wait", "Count", products)})
	}
	return list, nil
}

// languageNames name the languages of names.
var languageNames = map[string]string{"nl": "page.dictionary.language_nl", "en": "page.dictionary.language_en"}

// documented is what something rests on: of the embedded dictionary the title of the document.
func documented(source string) string {
	if document, known := dictionary.Source(source); known {
		return titleOf(document)
	}
	return source
}

// titleOf is the title of a document on which something rests, with its date.
func titleOf(document string) string {
	title, rest, _ := strings.Cut(document, "\n")
	title = strings.TrimPrefix(title, "# ")
	for line := range strings.Lines(rest) {
		if date, ok := strings.CutPrefix(line, "- Date: "); ok {
			return title + ", " + strings.TrimSpace(date)
		}
	}
	return title
}

// nameForm adds a name to an entry.
func (r *request) nameForm(substance bool) *page.Form {
	name := r.Input("name", page.TextField, "page.dictionary.further_name")
	name.MaxLength = 200
	language := r.Optional(r.Input("language", page.SelectField, "page.dictionary.language"))
	language.Unchosen = r.Texts.Text("page.dictionary.language_any")
	for _, code := range []string{"nl", "en"} {
		language.Options = append(language.Options, page.Option{Value: code, Label: r.Texts.Text(languageNames[code])})
	}
	f := page.NewForm(name, language)
	if substance {
		stereo := r.Optional(r.Hint(r.Choice("stereo", page.SelectField, "page.dictionary.stereo", locale.Stereos, lab.Stereos.Strings()), "page.dictionary.stereo_hint"))
		stereo.Unchosen = r.Texts.Text("page.dictionary.stereo_none")
		f.Fields = append(f.Fields, stereo)
	}
	f.Fields = append(f.Fields, r.Hint(r.Input("why", page.TextField, "page.dictionary.name_why"), "page.dictionary.name_why_hint"),
		r.Input("another", page.CheckField, "page.propose.another"))
	return f
}

func readName(in *page.Reader) lab.NameProposal {
	return lab.NameProposal{
		Name: in.Text("name"), Language: in.Text("language"), Stereo: lab.Stereo(in.Text("stereo")), Why: in.Text("why"), Another: in.Text("another") == "yes",
	}
}

// withdrawForm takes one of the names away that were given here; nil where there is none.
func (r *request) withdrawForm(names []string) *page.Form {
	if len(names) == 0 {
		return nil
	}
	f := r.Input("withdrawn", page.SelectField, "page.dictionary.withdraw_which")
	for _, name := range names {
		f.Options = append(f.Options, page.Option{Value: name, Label: name})
	}
	return page.NewForm(f, r.Input("reason", page.TextField, "page.record.reason"))
}

// versionForm is a form that says no more than which version the reader has seen.
func (r *request) versionForm(version int32) *page.Form {
	return page.NewForm(r.Hidden("version", versionText(version)))
}

// seenVersion is the version that the reader has seen.
func seenVersion(in *page.Reader) int32 { return in.Whole("version") }

// givenName shows a name that an entry has.
func (r *request) givenName(name, language string, stereo lab.Stereo, given lab.Provenance) nameView {
	v := nameView{Name: name, Open: given.IsOpen(), Means: r.Texts.Code(locale.Stereos, string(stereo))}
	if language != "" {
		v.Means = strings.TrimSpace(r.Texts.Text(languageNames[language]) + " " + v.Means)
	}
	if v.Open {
		v.MayReview = given.CheckNameReview(r.Actor) == nil
		if lab.MayReview(r.Actor) == nil || given.ProposedBy == r.Actor.UserID {
			v.Why = given.ProposedWhy
		}
	}
	return v
}
