package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// fieldNames are the fields of records that changes are told of, by their keys in
// lab.Difference. Those of a finding follow its "findings.SUBSTANCE.". What is not
// here is the program's own bookkeeping. Fields that the form of a sample has are named
// in sampleFields.
var fieldNames = sampleFields.named(map[string]fieldName{
	"collected_on":        {"page.field.collected_on", dayValue},
	"source_published_on": {"page.field.source_published_on", dayValue},
	"decision":            {"page.field.decision", codeOf(locale.Decisions)},
	"disposal":            {"page.field.disposal", codeOf(locale.Disposals)},
	"state":               {"page.field.state", codeOf(locale.SampleStates, locale.AnalysisStates)},
	"state_reason":        {"page.field.state_reason", codeOf(locale.RejectionReasons, locale.NotAnalysedReasons)},
	"no_retest":           {"page.field.no_retest", plainValue},
	"excluded":            {"page.field.excluded", codeOf(locale.Exclusions)},

	"method_id":    {"page.field.method", methodValue},
	"performed_on": {"page.field.performed_on", dayValue},
	"conclusion":   {"page.field.conclusion", codeOf(locale.Conclusions)},
	"reported":     {"page.field.reported", yesNoValue},
	"signature":    {"page.field.signature", codeOf(locale.Signatures)},

	"instrument": {"page.field.instrument", plainValue},
	"run":        {"page.field.run", plainValue},
	"raw_file":   {"page.field.raw_file", plainValue},

	"reported_as": {"page.field.reported_as", plainValue},
	"detection":   {"page.field.detection", codeOf(locale.Detections)},
	"amount":      {"page.field.amount", plainValue}, // put together by joinAmounts
	"basis":       {"page.field.basis", codeOf(locale.Bases)},
	"uncertainty": {"page.field.uncertainty", plainValue}, // scaled by joinAmounts
	"stereo":      {"page.field.stereo", codeOf(locale.Stereos)},
	"abundance":   {"page.field.abundance", codeOf(locale.Abundances)},
	"peaks":       {"page.field.peaks", plainValue},

	"set_aside":      {"page.aside.why", codeOf(locale.SetAsides)},
	"set_aside_with": {"page.aside.with", plainValue},

	"publication.kind":               {"page.field.kind", codeOf(locale.PublicationKinds)},
	"publication.outcome":            {"page.field.outcome", codeOf(locale.Outcomes)},
	"publication.reason_code":        {"page.record.reason", codeOf(locale.PublicationReasons)},
	"publication.reason_lang":        {"page.reason.lang", codeOf(locale.PublicLanguages)},
	"publication.reason_translation": {"page.reason.translation", plainValue},
	"question":                       {"page.field.question", plainValue},
	"answer":                         {"page.field.answer", plainValue},
})

// findingPrefix begins the keys of the fields of findings.
const findingPrefix = "findings."

// changeViews names changed fields and writes their values as the reader reads
// them; bookkeeping is left out. The findings tell the scales of amounts of which
// only the number changed.
func (n naming) changeViews(changed []lab.Difference, findings []lab.Finding) []page.ChangeView {
	var views []page.ChangeView
	for _, c := range n.joinAmounts(changed, findings) {
		substance, field := "", c.Field
		if rest, ok := strings.CutPrefix(c.Field, findingPrefix); ok {
			id, name, _ := strings.Cut(rest, ".")
			number, _ := strconv.ParseInt(id, 10, 32)
			substance, field = n.recorded(lab.SubstanceID(number)), name
		}
		known, ok := fieldNames[field]
		if !ok {
			continue
		}
		label := n.texts.Text(known.label)
		if substance != "" {
			label = substance + ": " + label
		}
		write := known.write
		if field == "confirmed" {
			write = confirmedValue
		}
		views = append(views, page.ChangeView{Field: label, Old: write(n, c.Old), New: write(n, c.New)})
	}
	return views
}

// confirmedValue names the fields of which what stood in them was confirmed.
func confirmedValue(n naming, value lab.Value) string {
	var names []string
	for _, confirmed := range value.List() {
		field, _, _ := strings.Cut(confirmed.Text(), "=")
		if known, ok := fieldNames[field]; ok {
			names = append(names, n.texts.Text(known.label))
		}
	}
	return strings.Join(names, ", ")
}

// amountPart is a number, a scale and decimals that were written separately.
type amountPart struct{ old, now lab.Amount }

// joinAmounts writes the number, scale and decimals of an amount, and its
// uncertainty, as one text each, in the place of the first.
func (n naming) joinAmounts(changed []lab.Difference, findings []lab.Finding) []lab.Difference {
	var joined []lab.Difference
	parts := map[string]*amountPart{}
	for _, c := range changed {
		whole, part, ok := cutAmount(c.Field)
		if !ok {
			joined = append(joined, c)
			continue
		}
		p := parts[whole]
		if p == nil {
			finding := findingNamed(whole, findings)
			p = &amountPart{old: finding, now: finding}
			parts[whole] = p
			joined = append(joined, lab.Difference{Field: whole})
		}
		setPart(&p.old, part, c.Old)
		setPart(&p.now, part, c.New)
	}
	for i, c := range joined {
		if p := parts[c.Field]; p != nil {
			write := n.amount
			if strings.HasSuffix(c.Field, ".uncertainty") {
				write = n.exact
			}
			joined[i].Old, joined[i].New = lab.ValueOf(write(p.old)), lab.ValueOf(write(p.now))
		}
	}
	return joined
}

// cutAmount tells of which amount or uncertainty of a finding the field is a part.
func cutAmount(field string) (whole, part string, ok bool) {
	if !strings.HasPrefix(field, findingPrefix) {
		return "", "", false
	}
	if strings.HasSuffix(field, ".uncertainty") {
		return field, "value", true
	}
	if before, part, ok := strings.Cut(field, ".amount_"); ok {
		return before + ".amount", part, true
	}
	return "", "", false
}

// findingNamed is the amount of the finding to which a field belongs.
func findingNamed(field string, findings []lab.Finding) lab.Amount {
	id, _, _ := strings.Cut(strings.TrimPrefix(field, findingPrefix), ".")
	i := slices.IndexFunc(findings, func(f lab.Finding) bool { return strconv.Itoa(int(f.SubstanceID)) == id })
	if i < 0 {
		return lab.Amount{}
	}
	return findings[i].Amount
}

func setPart(a *lab.Amount, part string, value lab.Value) {
	switch part {
	case "value":
		a.Value = value.Number()
	case "scale":
		a.Scale = lab.Scale(value.Text())
	case "decimals":
		a.Decimals = int8(value.Number())
	}
}
