package server

import (
	"errors"
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
	{lab.Rejected, "page.record.move_rejected", lab.RejectionReasons.Strings(), locale.RejectionReasons},
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

// exclusion names the form that keeps a sample out of the statistics.
const exclusion = "excluded"

// reasonField names the field with the reason of a step, so that the forms of one
// page have different fields.
func reasonField(step string) string { return step + "_reason" }

// moveSample takes the sample to another state.
func moveSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	to := in.Text("to")
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.MoveSample(r.Ctx(), r.Actor, key, in.Whole("version"), lab.SampleState(to), in.Text(reasonField(to)))
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=moved")
	}
	return r.refillMove(in, to, err)
}

// excludeSample keeps the sample out of the statistics, or lets it back in.
func excludeSample(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	if in.Typed.Has(reasonField(exclusion)) {
		_, err = r.server.Store.ExcludeSample(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text(reasonField(exclusion)))
	} else {
		_, err = r.server.Store.IncludeSample(r.Ctx(), r.Actor, key, in.Whole("version"))
	}
	if err == nil {
		return r.See(sampleAddress(r.Number) + "?done=excluded")
	}
	return r.refillMove(in, exclusion, err)
}

// refillMove shows the page again with the mistakes in the form of one step.
func (r *request) refillMove(in *page.Reader, to string, err error) error {
	err = page.FieldAs(err, "reason", reasonField(to))
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.recordPage()
	if failed != nil {
		return failed
	}
	for _, m := range page.Moves {
		if m.To == to {
			m.Form.Fill(in.Typed)
			return r.Refill("record.html", page, m.Form, err)
		}
	}
	return err
}
