package server

import (
	"errors"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// addTrials shows what would be entered of each sample, and what is asked about it.
func (r *request) addTrials(shown *batchPage, b *batch) {
	shown.Enter = page.NewForm()
	for i := range b.trials {
		e, trial := &b.entries[i], &b.trials[i]
		if trial.Refused != nil {
			shown.Refused = append(shown.Refused, r.refusedTrial(b, e, trial))
			continue
		}
		v := batchSampleView{
			wording: wording{r.Texts}, Number: e.Number.String(), Address: sampleAddress(e.Number), Value: seenValue(e.Number, trial.Sample.Version),
			Product: b.product(trial.Sample.ProductID), Form: r.Texts.Code(locale.Forms, string(trial.Sample.Form)), Held: trial.Held, Chosen: true,
			Conclusion: r.Texts.Code(locale.Conclusions, string(e.Analysis.Conclusion)),
		}
		r.compareTrial(b, e, trial, &v)
		r.askTrial(b, e, trial, &v)
		for _, f := range []*page.Field{v.Right, v.Why} {
			if f != nil {
				shown.Enter.Fields = append(shown.Enter.Fields, f)
			}
		}
		shown.Samples = append(shown.Samples, v)
	}
	if len(shown.Refused) > 0 {
		leave := r.Input("leave_out", page.CheckField, "page.batches.leave_out")
		if names := dangersOf(shown.Refused); names != "" {
			leave.Label = r.Texts.Text("page.batches.leave_out_danger", "Names", names)
		}
		shown.Enter.Fields = append(shown.Enter.Fields, leave)
	}
	if len(shown.Samples) == 0 {
		shown.Enter = nil
	}
}

// dangersOf lists the substances of high or extreme danger in what is refused.
func dangersOf(refused []refusedView) string {
	var names []string
	for _, v := range refused {
		names = append(names, v.Dangers...)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// refusedTrial tells why nothing can be entered of a sample.
func (r *request) refusedTrial(b *batch, e *store.BatchEntry, trial *store.BatchTrial) refusedView {
	v := refusedView{Sample: e.Number.String(), Said: r.Said(trial.Refused)}
	for _, f := range e.Findings {
		if f.Detection.Found() {
			v.Dangers = append(v.Dangers, b.words.Dangerous(b.words.Substances[f.SubstanceID].Name)...)
		}
	}
	var mistakes lab.FieldErrors
	if errors.As(trial.Refused, &mistakes) {
		var said []string
		for _, m := range mistakes {
			said = append(said, r.aboutFinding(b, e, m))
		}
		v.Said = strings.Join(said, " ")
	}
	return v
}

// aboutFinding is what is said of a finding, with the substance that it is about.
func (r *request) aboutFinding(b *batch, e *store.BatchEntry, m lab.FieldError) string {
	said := r.Texts.Sentence(m.Format, m.Args...)
	if row, _, ok := lab.ParseFindingField(m.Field); ok && row < len(e.Findings) {
		return b.substance(e.Findings[row].SubstanceID) + ": " + said
	}
	return said
}

// compareTrial writes what would be entered beside what the last analysis by the method says.
func (r *request) compareTrial(b *batch, e *store.BatchEntry, trial *store.BatchTrial, v *batchSampleView) {
	var last *lab.Evidence
	for i := range trial.Before {
		last = &trial.Before[i]
		v.Before = append(v.Before, r.Texts.Text("page.batches.before", "When", r.Texts.Date(last.Analysis.PerformedOn), "State", r.Texts.Code(locale.AnalysisStates, string(last.Analysis.State))))
	}
	for _, f := range e.Findings {
		row := b.findingView(f, "")
		row.Marks = b.marks(b.by.ID, &f)
		if last != nil {
			was := last.Finding(f.SubstanceID)
			switch {
			case was == nil:
				row.Differs = r.Texts.Text("page.batches.not_before")
			case was.Detection != f.Detection || was.Amount != f.Amount || was.Basis != f.Basis || was.Uncertainty != f.Uncertainty || was.Stereo != f.Stereo:
				row.Differs = r.Texts.Text("page.batches.was", "What", b.told(was))
			}
		}
		v.Findings = append(v.Findings, row)
	}
	if last != nil {
		for _, f := range last.Findings {
			if (&lab.Evidence{Findings: e.Findings}).Finding(f.SubstanceID) == nil {
				v.Findings = append(v.Findings, findingView{Substance: b.substance(f.SubstanceID), Differs: r.Texts.Text("page.batches.only_before", "What", b.told(&f))})
			}
		}
	}
	alignFindings(v.Findings, r.Texts.Mark())
}

// told is a finding in a few words.
func (b *batch) told(f *lab.Finding) string {
	said := b.texts.Code(locale.Detections, string(f.Detection))
	if f.Amount.Scale != "" {
		said = strings.TrimSpace(b.amount(f.Amount) + " " + b.basis(f.Basis))
	}
	return said
}

// rightField and whyField name what is ticked of a sample, and the reason.
func rightField(number string) string { return "right." + number }
func whyField(number string) string   { return "why." + number }

// askTrial asks what has to be ticked of a sample, and why what looks implausible is right.
func (r *request) askTrial(b *batch, e *store.BatchEntry, trial *store.BatchTrial, v *batchSampleView) {
	asked := append(append(lab.FieldErrors{}, trial.Confirm...), trial.Asked...)
	if len(asked) == 0 {
		return
	}
	v.Right = r.Input(rightField(v.Number), page.ChecksField, "page.batches.right")
	for _, m := range asked {
		v.Right.Options = append(v.Right.Options, page.Option{Value: m.Tick(), Label: r.aboutFinding(b, e, m)})
	}
	if len(trial.Asked) > 0 {
		v.Why = r.Input(whyField(v.Number), page.TextField, "page.batches.why")
	}
}
