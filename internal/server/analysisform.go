package server

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// findingRow is the fields of one finding.
type findingRow struct {
	Number                                                                    string // of the row, __n__ in the one that scripts copy
	Legend                                                                    string
	Substance, Amount, Unit, Basis, Detection, Uncertainty, Stereo, Abundance *page.Field
	Proposal                                                                  *proposalFields // nil for a name that is known, or that is none
}

// Limits of the form: rows that an empty one begins with, that the button adds, and
// that are read at most.
const (
	firstRows = 3
	moreRows  = 5
	mostRows  = 100
)

// amountUnits are the units in which amounts are typed.
var amountUnits = []string{"%", "mg", "µg", "mg/ml", "ratio"}

// amountUnit names a unit in which amounts are typed.
func (r *request) amountUnit(unit string) page.Option {
	label := r.Texts.Code(locale.Scales, string(scaleOf(unit)))
	if unit == lab.Blotter.ContentUnit() {
		label = r.Texts.Text("page.methods.unit_ug")
	}
	return page.Option{Value: unit, Label: label}
}

// methodField offers the methods that the reader may use, and that which is chosen, of
// which is said until when it was used.
func (r *request) methodField(n naming, chosen lab.MethodID) *page.Field {
	f := r.Input("method", page.SelectField, "page.field.method")
	f.Focus = true
	for _, m := range n.methods() {
		if m.ID != chosen && !n.words.Offered(r.Actor, r.Service.ID, m) {
			continue
		}
		f.Options = append(f.Options, page.Option{Value: strconv.Itoa(int(m.ID)), Label: n.method(m.ID) + " (" + r.Texts.Code(locale.Levels, string(m.Level)) + ")"})
		if until := n.words.RetiredOn(m); until != 0 && m.ID == chosen {
			f.Hint = r.Texts.Text("page.analysis.retired", "Day", r.Texts.Date(until))
		}
	}
	if len(f.Options) == 0 {
		f.Hint = r.Texts.Text("page.analysis.no_methods")
	}
	return f
}

// analysisFields are the fields of an analysis that are asked before its findings and
// after them.
func (r *request) analysisFields(n naming, chosen lab.MethodID) (before, after []*page.Field) {
	overruled := r.Hint(r.Input("overruled", page.AreaField, "page.field.overruled"), "page.analysis.overruled_hint")
	before = []*page.Field{
		r.Hidden("version", ""), r.methodField(n, chosen),
		r.Hint(r.Input("performed_on", page.DateField, "page.field.performed_on"), "page.describe.date_hint"),
		r.Choice("conclusion", page.SelectField, "page.field.conclusion", locale.Conclusions, lab.Conclusions.Strings()),
	}
	after = []*page.Field{
		r.Optional(overruled),
		r.Optional(r.Input("notes", page.AreaField, "page.field.notes")),
		r.Hint(r.Optional(r.Input("answer", page.AreaField, "page.record.answer")), "page.analysis.answer_hint"),
	}
	return before, after
}

// findingRow is an empty row.
func (r *request) findingRow(n naming, number string, unit string) findingRow {
	name := func(part string) string { return "findings." + number + "." + part }
	row := findingRow{
		Number: number, Legend: r.Texts.Text("page.analysis.row"),
		Substance:   r.Input(name("substance"), page.TextField, "page.field.substance"),
		Amount:      r.Input(name("amount"), page.TextField, "page.field.amount"),
		Unit:        r.Input(name("unit"), page.SelectField, "page.field.unit"),
		Basis:       r.Choice(name("basis"), page.SelectField, "page.field.basis", locale.Bases, n.bases()),
		Detection:   r.Choice(name("detection"), page.SelectField, "page.field.detection", locale.Detections, lab.Detections.Strings()),
		Uncertainty: r.Input(name("uncertainty"), page.TextField, "page.field.uncertainty"),
		Stereo:      r.Choice(name("stereo"), page.SelectField, "page.field.stereo", locale.Stereos, lab.Stereos.Strings()),
		Abundance:   r.Choice(name("abundance"), page.SelectField, "page.field.abundance", locale.Abundances, lab.Abundances.Strings()),
	}
	row.Substance.Suggest = "/suggest/substances"
	row.Amount.Keyboard, row.Amount.Narrow = "decimal", true
	row.Uncertainty.Keyboard, row.Uncertainty.Narrow = "decimal", true
	row.Unit.Options = []page.Option{r.amountUnit(cmp.Or(unit, "ratio"))} // that of the form first
	for _, other := range amountUnits {
		if !row.Unit.Offers(other) {
			row.Unit.Options = append(row.Unit.Options, r.amountUnit(other))
		}
	}
	row.Unit.Values = []string{unit}
	return row
}

// bases are what amounts may count, the salts of all substances among them.
func (n naming) bases() []string {
	var salts []string
	for _, s := range n.words.Substances {
		for _, salt := range s.Salts {
			salts = append(salts, salt.Salt)
		}
	}
	slices.Sort(salts)
	return append([]string{string(lab.BasisBase), string(lab.BasisAsFound), string(lab.BasisUnknown)}, slices.Compact(salts)...)
}

// offerBasesOf leaves of the bases those of the named substance; a name that the
// dictionary does not know leaves all.
func (n naming) offerBasesOf(row *findingRow, name string, r *request) {
	s, _, ok := n.words.FindSubstance(name)
	if !ok {
		return
	}
	var codes []string
	for _, b := range s.Bases() {
		codes = append(codes, string(b))
	}
	row.Basis.Options = r.Choice("", page.SelectField, "page.field.basis", locale.Bases, codes).Options
}

func (row *findingRow) fields() []*page.Field {
	list := []*page.Field{row.Substance, row.Amount, row.Unit, row.Basis, row.Detection, row.Uncertainty, row.Stereo, row.Abundance}
	if row.Proposal != nil {
		list = append(list, row.Proposal.fields()...)
	}
	return list
}

func scaleOf(unit string) lab.Scale {
	a, err := lab.ParseAmount("0", unit)
	if err != nil {
		return ""
	}
	return a.Scale
}

// unitOf is the unit in which an amount is typed.
func unitOf(a lab.Amount) string { return cmp.Or(a.Unit(), "ratio") }

// typedRows are the numbers of the rows that were typed, in order.
func typedRows(typed url.Values) []int {
	var numbers []int
	for name := range typed {
		row, part, ok := lab.ParseFindingField(name)
		if ok && part == "substance" && name == lab.FindingField(row, part) {
			numbers = append(numbers, row)
		}
	}
	slices.Sort(numbers)
	return numbers[:min(len(numbers), mostRows)]
}

// typedFindings are the findings that were typed, with the number of the row of
// each.
type typedFindings struct {
	list    []lab.Finding
	rows    []int
	skipped bool // rows could not be read, or are of what is still to be proposed
	wanted  []wantedSubstance
}

// readFindings reads the rows that are not empty.
func readFindings(r *page.Reader, d *lab.Dictionary, by lab.Actor) typedFindings {
	var found typedFindings
	for _, number := range typedRows(r.Typed) {
		text := func(part string) string { return r.Text(lab.FindingField(number, part)) }
		if text("substance")+text("amount")+text("detection")+text("uncertainty")+text("stereo")+text("abundance") == "" {
			continue
		}
		before := len(r.Mistakes)
		f, proposed := readFinding(r, d, by, number)
		if proposed != nil && len(r.Mistakes) == before {
			found.wanted = append(found.wanted, wantedSubstance{*proposed, f, number})
		}
		if proposed != nil || len(r.Mistakes) > before {
			found.skipped = true
			continue
		}
		if i := slices.IndexFunc(found.list, func(have lab.Finding) bool {
			return f.Detection == lab.Unidentified && have.SubstanceID == f.SubstanceID
		}); i >= 0 {
			found.list[i].Peaks = found.list[i].HowMany() + 1 // two are two
			continue
		}
		found.list, found.rows = append(found.list, f), append(found.rows, number)
	}
	return found
}

// readFinding reads a row, with the substance that it proposes where that is not in the
// dictionary yet.
func readFinding(r *page.Reader, d *lab.Dictionary, by lab.Actor, number int) (f lab.Finding, proposed *lab.Proposal) {
	name := func(part string) string { return lab.FindingField(number, part) }
	answer := d.AskName(r.Text(name("substance")))
	substance, ok := answer.Substance, answer.Substance != nil
	switch {
	case ok:
		f.SubstanceID, f.Stereo = substance.ID, answer.Stereo
	case answer.IsNew():
		proposed = readProposal(r, d, by, number)
	default:
		answer.Check(&r.Mistakes, name("substance"), false)
	}
	readFound(r, &f, answer, number)
	return f, proposed
}

// readFound reads how the substance of a row was found, and how much of it.
func readFound(r *page.Reader, f *lab.Finding, answer lab.NameAnswer, number int) {
	name := func(part string) string { return lab.FindingField(number, part) }
	unidentified := answer.Substance != nil && answer.Substance.Class == lab.UnidentifiedClass
	if chosen := r.Text(name("stereo")); chosen != "" {
		f.Stereo = lab.Stereo(chosen)
	}
	f.Detection, f.Abundance = lab.Detection(r.Text(name("detection"))), lab.Abundance(r.Text(name("abundance")))
	amount := r.Text(name("amount"))
	if unidentified && amount == "" && f.Detection == "" {
		f.Detection = lab.Unidentified
	}
	if limit, below := strings.CutPrefix(amount, "<"); below {
		readAmount(r, name("amount"), limit, name("unit"))
		d, err := lab.ParseDecimal(limit)
		r.Mistakes.Check(err != nil || !d.IsZero(), name("amount"), "Nothing is less than zero: choose not detected, or trace.")
		r.Mistakes.Check(f.Detection == "" || f.Detection == lab.BelowLOQ, name("detection"), "An amount with < is below the limit of quantification. Choose that, or leave out the <.")
		f.Detection = lab.BelowLOQ
		return
	}
	if amount == "" {
		r.Mistakes.Check(f.Detection != "", name("detection"), "Type an amount, or say how it was detected.")
		r.Mistakes.Check(f.Detection != lab.Quantified, name("amount"), "Type the amount that was measured.")
		return
	}
	if f.Detection == "" {
		f.Detection = lab.Quantified
	}
	f.Amount = readAmount(r, name("amount"), amount, name("unit"))
	f.Basis = lab.Basis(r.Text(name("basis")))
	f.Basis = answer.CheckBasis(&r.Mistakes, name("basis"), f.Basis)
	r.Mistakes.Check(f.Basis != "" || f.Detection != lab.Quantified, name("basis"), "Say what the amount counts: the base, a salt, what was found, or unknown.")
	if width := r.Text(name("uncertainty")); width != "" && r.Text(name("unit")) != "" {
		f.Uncertainty = readAmount(r, name("uncertainty"), width, name("unit")).Value
	}
}

// readAmount reads a number and the unit that is chosen in a field of its own.
func readAmount(r *page.Reader, name, number, unit string) lab.Amount {
	chosen := r.Text(unit)
	if chosen == "" {
		r.Mistakes.Check(false, unit, "Choose the unit of the amount.")
		return lab.Amount{}
	}
	a, err := lab.ParseAmount(number, chosen)
	r.Mistakes.Check(err == nil, name, "%q is not a possible amount. Write a number such as 79.5.", number)
	return a
}

// toRows puts what the domain says of findings, which it counts, to the rows in which
// they were typed.
func (found typedFindings) toRows(err error) error {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	mistakes = slices.Clone(mistakes)
	for i := range mistakes {
		if at, part, ok := lab.ParseFindingField(mistakes[i].Field); ok {
			mistakes[i].Field = lab.FindingField(found.rows[at], part)
		}
	}
	return mistakes
}

// typedOf is what a form of a finding would hold.
func (n naming) typedOf(f lab.Finding) map[string]string {
	typed := map[string]string{
		"substance": n.entered(f.SubstanceID), "detection": string(f.Detection), "basis": string(f.Basis), "stereo": string(f.Stereo),
		"abundance": string(f.Abundance), "unit": unitOf(f.Amount),
	}
	if f.Amount.Scale == "" {
		return typed
	}
	typed["amount"] = n.number(f.Amount)
	if f.Uncertainty > 0 {
		typed["uncertainty"] = n.exactIn(lab.Amount{Value: f.Uncertainty, Scale: f.Amount.Scale}, f.Amount.Unit())
	}
	return typed
}
