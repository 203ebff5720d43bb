package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// fieldName is how people call a field of a record, and how its values are written.
type fieldName struct {
	label string // a key of the texts
	write func(n naming, value string) string
}

// fieldNames are the fields of records that changes are told of, by their names in
// lab.Difference. Those of a finding follow its "Findings.SUBSTANCE.". What is not
// here is the program's own bookkeeping.
var fieldNames = map[string]fieldName{
	"ReceivedOn":      {"page.field.received_on", dayValue},
	"CollectedOn":     {"page.field.collected_on", dayValue},
	"ExpectedReadyOn": {"page.field.expected_ready_on", dayValue},
	"Channel":         {"page.field.channel", codeOf(locale.Channels)},
	"LocationID":      {"page.field.location", locationValue},
	"ProductID":       {"page.field.product", productValue},
	"SoldAsText":      {"page.field.sold_as_text", plainValue},
	"Expected":        {"page.field.expected", expectedValue},
	"Form":            {"page.field.form", codeOf(locale.Forms)},
	"Colours":         {"page.field.colours", codeOf(locale.Colours)},
	"Logo":            {"page.field.logo", plainValue},
	"Shape":           {"page.field.shape", codeOf(locale.Shapes)},
	"BreakLine":       {"page.field.break_line", codeOf(locale.BreakLines)},
	"WidthUM":         {"page.field.width", thousandthsOf("mm")},
	"HeightUM":        {"page.field.height", thousandthsOf("mm")},
	"ThickUM":         {"page.field.thickness", thousandthsOf("mm")},
	"WeightUG":        {"page.field.weight", thousandthsOf("mg")},
	"ReceivedAmount":  {"page.field.received_amount", thousandthsOf("")},
	"ReceivedUnit":    {"page.field.received_unit", codeOf(locale.AmountUnits)},
	"Price.Amount":    {"page.field.price", thousandthsOf("")},
	"Price.Currency":  {"page.field.currency", plainValue},
	"Price.Quantity":  {"page.field.price_quantity", thousandthsOf("")},
	"Price.Unit":      {"page.field.price_unit", codeOf(locale.AmountUnits)},
	"AcquiredVia":     {"page.field.acquired_via", codeOf(locale.AcquiredVias)},
	"AcquiredContext": {"page.field.acquired_context", codeOf(locale.AcquiredContexts)},
	"Region":          {"page.field.region", plainValue},
	"UsedBefore":      {"page.field.used_before", codeOf(locale.YesNoUnknown)},
	"Reasons":         {"page.field.reasons", codeOf(locale.Reasons)},
	"Effects":         {"page.field.effects", codeOf(locale.Effects)},
	"Complaint":       {"page.field.complaint", codeOf(locale.YesNoUnknown)},
	"Overdose":        {"page.field.overdose", codeOf(locale.OverdoseInvolvements)},
	"Decision":        {"page.field.decision", codeOf(locale.Decisions)},
	"Disposal":        {"page.field.disposal", codeOf(locale.Disposals)},
	"State":           {"page.field.state", codeOf(locale.SampleStates, locale.AnalysisStates)},
	"StateReason":     {"page.field.state_reason", codeOf(locale.RejectionReasons, locale.NotAnalysedReasons)},
	"Excluded":        {"page.field.excluded", codeOf(locale.Exclusions)},
	"Notes":           {"page.field.notes", plainValue},
	"Overruled":       {"page.field.overruled", plainValue},

	"MethodID":    {"page.field.method", methodValue},
	"PerformedOn": {"page.field.performed_on", dayValue},
	"Conclusion":  {"page.field.conclusion", codeOf(locale.Conclusions)},
	"Reported":    {"page.field.reported", yesNoValue},
	"Signature":   {"page.field.signature", codeOf(locale.Signatures)},

	"ReportedAs":  {"page.field.reported_as", plainValue},
	"Detection":   {"page.field.detection", codeOf(locale.Detections)},
	"Amount":      {"page.field.amount", plainValue}, // put together by joinAmounts
	"Basis":       {"page.field.basis", codeOf(locale.Bases)},
	"Uncertainty": {"page.field.uncertainty", plainValue}, // scaled by joinAmounts
	"Stereo":      {"page.field.stereo", codeOf(locale.Stereos)},
	"Abundance":   {"page.field.abundance", codeOf(locale.Abundances)},

	"Kind":     {"page.field.kind", codeOf(locale.PublicationKinds)},
	"Outcome":  {"page.field.outcome", codeOf(locale.Outcomes)},
	"Question": {"page.field.question", plainValue},
	"Answer":   {"page.field.answer", plainValue},
}

// findingPrefix begins the names of the fields of findings.
const findingPrefix = "Findings."

// changeViews names changed fields and writes their values as the reader reads
// them; bookkeeping is left out. The findings tell the scales of amounts of which
// only the number changed.
func (n naming) changeViews(changed []lab.Difference, findings []lab.Finding) []changeView {
	var views []changeView
	for _, c := range n.joinAmounts(changed, findings) {
		substance, field := "", c.Field
		if rest, ok := strings.CutPrefix(c.Field, findingPrefix); ok {
			id, name, _ := strings.Cut(rest, ".")
			number, _ := strconv.ParseInt(id, 10, 32)
			substance, field = n.substance(lab.SubstanceID(number)), name
		}
		known, ok := fieldNames[field]
		if !ok {
			continue
		}
		label := n.texts.Text(known.label)
		if substance != "" {
			label = substance + ": " + label
		}
		views = append(views, changeView{label, known.write(n, c.Old), known.write(n, c.New)})
	}
	return views
}

// amountPart is a number, a scale and decimals that were written separately.
type amountPart struct{ old, now lab.Amount }

// joinAmounts writes the number, scale and decimals of an amount, and its
// uncertainty, as one text each, in the place of the first.
func (n naming) joinAmounts(changed []lab.Difference, findings []lab.Finding) []lab.Difference {
	var joined []lab.Difference
	parts := map[string]*amountPart{}
	for _, c := range changed {
		base, part := cutLast(c.Field)
		isAmount := strings.HasSuffix(base, ".Amount") && strings.HasPrefix(c.Field, findingPrefix)
		if !isAmount && !(part == "Uncertainty" && strings.HasPrefix(c.Field, findingPrefix)) {
			joined = append(joined, c)
			continue
		}
		if part == "Uncertainty" {
			base = c.Field
		}
		p := parts[base]
		if p == nil {
			finding := findingNamed(base, findings)
			p = &amountPart{old: finding, now: finding}
			parts[base] = p
			joined = append(joined, lab.Difference{Field: base})
		}
		setPart(&p.old, part, c.Old)
		setPart(&p.now, part, c.New)
	}
	for i, c := range joined {
		if p := parts[c.Field]; p != nil {
			write := n.amount
			if strings.HasSuffix(c.Field, ".Uncertainty") {
				write = n.exact
			}
			joined[i].Old, joined[i].New = write(p.old), write(p.now)
		}
	}
	return joined
}

// cutLast cuts a name at its last point.
func cutLast(name string) (before, after string) {
	i := strings.LastIndex(name, ".")
	return name[:max(i, 0)], name[i+1:]
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

func setPart(a *lab.Amount, part, value string) {
	number, _ := strconv.ParseInt(value, 10, 64)
	switch part {
	case "Value", "Uncertainty":
		a.Value = number
	case "Scale":
		a.Scale = lab.Scale(value)
	case "Decimals":
		a.Decimals = int8(number)
	}
}

func plainValue(_ naming, value string) string { return value }

// codeOf names codes of the first vocabulary that knows them; several stand in
// brackets with spaces between.
func codeOf(vocabularies ...locale.Vocabulary) func(naming, string) string {
	return func(n naming, value string) string {
		name := func(code string) string {
			for _, v := range vocabularies {
				if known := n.texts.Code(v, code); known != code {
					return known
				}
			}
			return code
		}
		inner, list := strings.CutPrefix(value, "[")
		if !list {
			return name(value)
		}
		codes := strings.Fields(strings.TrimSuffix(inner, "]"))
		for i := range codes {
			codes[i] = name(codes[i])
		}
		return strings.Join(codes, ", ")
	}
}

func dayValue(n naming, value string) string {
	d, err := lab.ParseDate(value)
	if err != nil {
		return ""
	}
	return n.texts.Date(d)
}

func yesNoValue(n naming, value string) string {
	if value == "true" {
		return n.texts.Code(locale.YesNoUnknown, "yes")
	}
	return n.texts.Code(locale.YesNoUnknown, "no")
}

func productValue(n naming, value string) string {
	id, _ := strconv.ParseInt(value, 10, 32)
	return n.product(lab.ProductID(id))
}

func locationValue(n naming, value string) string {
	if name, ok := n.places[value]; ok {
		return name
	}
	return strings.TrimPrefix(value, "0")
}

func methodValue(n naming, value string) string {
	id, _ := strconv.ParseInt(value, 10, 32)
	return n.method(lab.MethodID(id))
}

// expectedValue names expectations, which stand in brackets with spaces between.
func expectedValue(n naming, value string) string {
	var list []lab.Expected
	for _, token := range strings.Fields(strings.Trim(value, "[]")) {
		list = append(list, lab.ParseExpected(token))
	}
	return n.expected(list)
}

func thousandthsOf(unit string) func(naming, string) string {
	return func(n naming, value string) string {
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil || number == 0 {
			return ""
		}
		return n.thousandths(number, unit)
	}
}
