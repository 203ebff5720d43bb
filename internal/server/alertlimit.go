package server

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// alertLimitsAddress is where the country's alert limits stand.
const alertLimitsAddress = "/dictionary/limits"

// limitUnits are the units in which the content of one tablet, capsule or blotter is typed.
var limitUnits = []string{"mg", "µg"}

// alertLimitsPage lists the alert limits of the country, and sets them.
type alertLimitsPage struct {
	page.View
	Rows    []alertLimitRow
	Form    *page.Form      // nil for who may not
	Of      string          // the limit that the form changes; empty where it sets one
	Moved   string          // what somebody else has set meanwhile
	History []alertLimitRow // all versions, the newest first
}

// alertLimitRow is one version of a limit.
type alertLimitRow struct {
	Address, Substance, Form, Amount, Source, Who, When string
	Change                                              string // address of the form that changes it; empty for who may not
}

// limitedForm names the form that has a limit; none stands for all that are taken one by one.
func (n naming) limitedForm(form lab.Form) string {
	if form == "" {
		return n.texts.Text("page.limits.every_form")
	}
	return n.texts.Code(locale.Forms, string(form))
}

func (n naming) limitAmount(l *lab.AlertLimit) string {
	if l.Ends() {
		return n.texts.Text("page.limits.ended")
	}
	if l.Basis == lab.BasisUnknown {
		return n.texts.Text("page.limits.basis_unknown", "Amount", n.amount(l.Amount))
	}
	return strings.TrimSpace(n.amount(l.Amount) + " " + n.basis(l.Basis))
}

func (r *request) alertLimitsPage() (*alertLimitsPage, error) {
	n, err := r.entryNaming()
	if err != nil {
		return nil, err
	}
	shown := &alertLimitsPage{View: r.View(r.Texts.Text("page.limits.title"))}
	for id, versions := range n.words.AlertLimits {
		if s := n.words.Own(id); s == nil || !r.Actor.SeesEntry(s) {
			continue
		}
		for _, l := range versions {
			who, err := r.server.Store.NameOf(r.Ctx(), r.Actor, l.AuthorID)
			if err != nil {
				return nil, err
			}
			row := alertLimitRow{
				Address: substanceAddress(id), Substance: n.substance(id), Form: n.limitedForm(l.Form), Amount: n.limitAmount(&l),
				Source: l.Source, Who: who, When: r.moment(l.At),
			}
			shown.History = append(shown.History, row)
			if l.Version != n.words.LastAlertLimit(id, l.Form).Version || l.Ends() {
				continue
			}
			if lab.MayLimit(r.Actor) == nil {
				row.Change = alertLimitsAddress + "?" + url.Values{"substance": {n.substance(id)}, "form": {string(l.Form)}}.Encode() + "#set"
			}
			shown.Rows = append(shown.Rows, row)
		}
	}
	byName := func(a, b alertLimitRow) int {
		return cmp.Or(compareFolded(a.Substance, b.Substance), strings.Compare(a.Form, b.Form))
	}
	slices.SortFunc(shown.Rows, byName)
	slices.SortFunc(shown.History, func(a, b alertLimitRow) int { return cmp.Or(byName(a, b), strings.Compare(b.When, a.When)) })
	if lab.MayLimit(r.Actor) == nil {
		shown.Form = r.alertLimitForm(n)
		return shown, r.keeps(shown.Form, alertLimitsAddress)
	}
	return shown, nil
}

// alertLimitForm sets a limit, or changes the one that the address names.
func (r *request) alertLimitForm(n naming) *page.Form {
	substance := r.Input("substance", page.TextField, "page.field.substance")
	substance.Suggest = "/suggest/substances"
	form := r.Optional(r.Choice("form", page.SelectField, "page.field.form", locale.Forms, codesOf(lab.DosedForms())))
	form.Unchosen = r.Texts.Text("page.limits.every_form")
	unit := r.Input("unit", page.SelectField, "page.field.unit")
	for _, u := range limitUnits {
		unit.Options = append(unit.Options, r.amountUnit(u))
	}
	bases := slices.DeleteFunc(n.bases(), func(b string) bool { return b == string(lab.BasisAsFound) })
	source := r.Hint(r.Input("source", page.TextField, "page.limits.source"), "page.limits.source_hint")
	source.MaxLength = 500
	seen := r.Hidden("limit", "")
	f := page.NewForm(seen, substance, form, r.Input("amount", page.TextField, "page.limits.amount"), unit,
		r.Hint(r.Choice("basis", page.SelectField, "page.field.basis", locale.Bases, bases), "page.limits.basis_hint"), source)
	s, _, known := n.words.FindSubstance(r.typedQuery("substance"))
	if !known {
		return f
	}
	l := n.words.LastAlertLimit(s.ID, lab.Form(r.Query("form")))
	f.Set("substance", n.substance(s.ID))
	f.Set("form", string(l.Form))
	seen.Values = []string{limitSeen(&l)}
	if !l.Ends() {
		f.Set("amount", n.number(l.Amount))
		f.Set("unit", unitOf(l.Amount))
		f.Set("basis", string(l.Basis))
		f.Set("source", l.Source)
	}
	return f
}

func codesOf[T ~string](list []T) (codes []string) {
	for _, x := range list {
		codes = append(codes, string(x))
	}
	return codes
}

// limitSeen says which version of which limit a form was opened on.
func limitSeen(l *lab.AlertLimit) string {
	return numbers([]lab.SubstanceID{l.SubstanceID})[0] + "." + string(l.Form) + "." + versionText(l.Version)
}

func showAlertLimits(r *request) error {
	shown, err := r.alertLimitsPage()
	if err != nil {
		return err
	}
	shown.Notice = r.notice()
	return r.Show("alertlimits.html", shown)
}

// readAlertLimit reads the limit that was typed, with the version that its form was opened on
// where it is the same limit.
func (r *request) readAlertLimit(n naming, in *page.Reader) lab.AlertLimit {
	l := lab.AlertLimit{Form: lab.Form(in.Text("form")), Source: in.Text("source")}
	name := in.Text("substance")
	if s, _, known := n.words.FindSubstance(name); known && r.Actor.SeesEntry(s) {
		l.SubstanceID = s.ID
	} else {
		in.Mistakes.Check(false, "substance", "%q is not a substance of the dictionary.", name)
	}
	for version := range n.words.LastAlertLimit(l.SubstanceID, l.Form).Version + 1 {
		if l.Version = version; limitSeen(&l) == in.Text("limit") {
			break
		}
		l.Version = 0
	}
	if in.Text("end") == "yes" {
		return l
	}
	amount, unit := in.Text("amount"), in.Text("unit")
	in.Mistakes.Check(amount != "", "amount", "Type what one unit may hold at most.")
	in.Mistakes.Check(slices.Contains(limitUnits, unit), "unit", "Choose the unit of the amount.")
	l.Basis = lab.Basis(in.Text("basis"))
	if amount != "" && slices.Contains(limitUnits, unit) {
		l.Amount = readAmount(in, "amount", amount, "unit")
		in.Mistakes.Check(l.Amount.Value > 0 || len(in.Mistakes) > 0, "amount", "Nothing is less than zero: type an amount, or end the limit.")
	}
	return l
}

// setAlertLimit adds a version of a limit, or ends it.
func setAlertLimit(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	n, err := r.entryNaming()
	if err != nil {
		return err
	}
	l := r.readAlertLimit(n, in)
	if err = in.Mistakes.Err(); err == nil {
		err = r.server.Store.SetAlertLimit(r.Ctx(), r.Actor, l)
	}
	var stale *lab.StaleError
	if errors.As(err, &stale) {
		shown, failed := r.alertLimitsPage()
		if failed != nil || shown.Form == nil {
			return cmp.Or(failed, err)
		}
		now := n.words.LastAlertLimit(l.SubstanceID, l.Form)
		shown.Form.Fill(in.Typed)
		mustField(shown.Form, "limit").Values = []string{limitSeen(&now)}
		shown.Moved = r.Texts.Text("page.limits.moved", "Substance", n.substance(l.SubstanceID), "Form", n.limitedForm(l.Form), "Amount", n.limitAmount(&now))
		return r.Instead(err, http.StatusConflict, "alertlimits.html", shown)
	}
	return r.End(err, alertLimitsAddress+"?done=limit", "alertlimits.html", func() (any, *page.Form, error) {
		shown, err := r.alertLimitsPage()
		if err != nil || shown.Form == nil {
			return shown, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	})
}
