package server

import (
	"slices"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// moveForm takes the sample to another state, or keeps it out of the statistics.
type moveForm struct {
	Label, Address, To string
	Form               *page.Form
	Grave              bool // takes something back or leaves it undone
}

// moveLabels are the steps that the page of a sample offers.
var moveLabels = []struct {
	to      lab.SampleState
	label   string
	reasons []string
	named   locale.Vocabulary
}{
	{lab.Registered, "page.record.move_registered", nil, ""},
	{lab.InAnalysis, "page.record.move_in_analysis", nil, ""},
	{lab.NotAnalysed, "page.record.move_not_analysed", lab.NotAnalysedReasons.Strings(), locale.NotAnalysedReasons},
	{lab.Rejected, "page.record.move_rejected", lab.GivenRejections.Strings(), locale.RejectionReasons},
}

// moveForms are the steps that the actor may take now.
func (r *request) moveForms(x *lab.Sample, may lab.Steps) []moveForm {
	var forms []moveForm
	address := sampleAddress(r.Number)
	for _, m := range moveLabels {
		i := slices.IndexFunc(may, func(s lab.Step) bool { return s.Action == lab.MoveSample && s.To == string(m.to) })
		if i < 0 {
			continue
		}
		f := page.NewForm(r.Hidden("version", versionText(x.Version)), r.Hidden("to", string(m.to)))
		if may[i].Reason {
			f.Fields = append(f.Fields, r.Choice(reasonField(string(m.to)), page.SelectField, "page.record.reason", m.named, m.reasons))
		}
		forms = append(forms, moveForm{r.Texts.Text(m.label), address + "/move", string(m.to), f, may[i].Reason})
	}
	if may.Has(lab.DeclineRetest, x.ID) {
		reason := r.Hint(r.Input(reasonField(noRetest), page.AreaField, "page.record.reason"), "page.record.no_retest_hint")
		f := page.NewForm(r.Hidden("version", versionText(x.Version)), reason)
		forms = append(forms, moveForm{r.Texts.Text("page.record.decline_retest"), address + "/no-retest", noRetest, f, true})
	}
	f := page.NewForm(r.Hidden("version", versionText(x.Version)))
	switch {
	case may.Has(lab.IncludeSample, x.ID):
		forms = append(forms, moveForm{r.Texts.Text("page.record.include"), address + "/exclusion", exclusion, f, false})
	case may.Has(lab.ExcludeSample, x.ID):
		f.Fields = append(f.Fields, r.Choice(reasonField(exclusion), page.SelectField, "page.record.reason", locale.Exclusions, lab.Exclusions.Strings()))
		forms = append(forms, moveForm{r.Texts.Text("page.record.exclude"), address + "/exclusion", exclusion, f, true})
	}
	return forms
}

// noRetest names the form that says that no new analysis follows.
const noRetest = "no_retest"

// exclusion names the form that keeps a sample out of the statistics.
const exclusion = "excluded"

// reasonField names the field with the reason of a step, so that the forms of one
// page have different fields.
func reasonField(step string) string { return step + "_reason" }
