package intake

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"marquis/internal/lab"
)

// complete gives an arrival its product and its evidence, and applies the rules
// that the registry will apply. What is wrong rejects the row that says it.
func (p *planner) complete(a *lab.Arrival, d *draft) {
	s, all := &a.Sample, p.found
	sold, err := p.soldAs(p.sample.soldAs.text(d.at.row()))
	if err != nil {
		d.at.reject(problem{"sold_as", s.SoldAsText, sentence(err)})
		return
	}
	s.ProductID, a.Expected = sold.product, sold.expected
	if len(all) > 0 && s.State == lab.NotAnalysed {
		why := "The sample was not analysed, and yet something was found in it."
		if !slices.ContainsFunc(all, func(f found) bool { return f.finding.Detection.Found() || f.finding.Detection == lab.Unidentified }) {
			why = "The sample was not analysed, and yet the row tells that nothing was found: correct the one that is wrong."
		}
		all[0].at.reject(problem{"not_analysed", s.StateReason, why})
		return
	}
	p.gather(all)
	if d.rejected() {
		return
	}
	if !p.decided {
		if err := s.Check(p.known.Today); err != nil {
			p.rejectSample(d, err)
		}
	}
	confirmed, open := p.mapping.Confirmed.Sample(s, p.known.Usual.Beside(s, lab.Counter{Today: p.known.Today, Imported: true}))
	if len(open) > 0 {
		p.rejectSample(d, toConfirm(open))
	}
	for i := range p.runs {
		r := &p.runs[i]
		r.Analysis.State, r.Analysis.Signature = lab.Verified, lab.AtSource
		if err := p.checkRun(r, s); err != nil {
			p.rejectFindings(r.found, err)
		} else {
			right, open := p.mapping.Confirmed.Analysis(&r.Analysis, s.SourceRef, p.known.Usual.Plausibility(p.dictionary, s, r.Findings))
			if confirmed = append(confirmed, right...); len(open) > 0 {
				p.rejectFindings(r.found, toConfirm(open))
			}
		}
		a.Sample.SourcePublishedOn = max(a.Sample.SourcePublishedOn, r.publishedOn)
	}
	if d.rejected() {
		return
	}
	if len(p.runs) > 0 {
		s.State = lab.Completed
		a.Evidence = make([]lab.Evidence, len(p.runs))
		for i, r := range p.runs {
			a.Evidence[i] = r.Evidence
		}
		if !p.decided {
			p.checkResult(a, all)
		}
	}
	for _, m := range confirmed {
		d.at.source.notes[fmt.Sprintf("what looks implausible, which the mapping confirms by the rule %s", lab.RuleOf(m).Name)]++
	}
}

// checkRun checks an analysis, unless it was.
func (p *planner) checkRun(r *run, s *lab.Sample) error {
	if p.decided {
		return nil
	}
	return r.Analysis.Check(p.dictionary, r.Findings, s.Since(), p.known.Today)
}

// toConfirm says of doubts how a mapping can confirm them, where it can.
func toConfirm(doubts lab.FieldErrors) lab.FieldErrors {
	asked := slices.Clone(doubts)
	for i := range asked {
		if rule := lab.RuleOf(asked[i]); rule != nil && rule.Asks {
			asked[i] = lab.FieldError{
				Field: asked[i].Field, Format: "%s If it is right, confirm the rule %s in the mapping, with the reason.",
				Args: []any{errors.New(asked[i].Message()), rule.Name},
			}
		}
	}
	return asked
}

// checkResult rejects the rows of findings of which no result could be made.
func (p *planner) checkResult(a *lab.Arrival, all []found) {
	next, err := p.dictionary.Next(&a.File)
	if err != nil {
		all[0].at.reject(problem{"", "", sentence(err)})
		return
	}
	notes := all[0].at.source.notes
	for i := range next.Result.Findings {
		if len(next.Result.Findings[i].MeanOf) > 0 {
			notes["amounts that are the mean of what analyses of the same worth measured"]++
		}
	}
	for _, x := range next.Result.LeftOut {
		if x.Why == lab.LeftApart {
			notes["amounts that cannot be compared with another of the same sample, which are not released"]++
			continue
		}
		notes["findings that a finer analysis of the same sample overrules, which are not released"]++
	}
	for _, m := range p.dictionary.Refusals(&a.File, next) {
		row, part, _ := lab.ParseFindingField(m.Field)
		released := &next.Result.Findings[row]
		i := slices.IndexFunc(all, func(f found) bool {
			return f.finding.SubstanceID == released.SubstanceID && f.finding.Amount == released.Amount && f.method.ID == released.MethodID
		})
		all[max(i, 0)].reject(part, m)
	}
}

// fieldOf names the fields of a sample as a mapping does, where the rules of the
// registry name them otherwise.
var fieldOf = map[string]string{
	"price_amount": "price", "product_id": "sold_as", "sold_as_text": "sold_as", "source_ref": "id", "state_reason": "not_analysed",
	"width_um": "width", "height_um": "height", "thick_um": "thickness", "weight_ug": "weight",
}

// rejectSample notes what is wrong in the sample itself.
func (p *planner) rejectSample(d *draft, err error) {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		d.at.reject(problem{"", d.id, sentence(err)})
		return
	}
	for _, m := range mistakes {
		field := m.Field
		if name, ok := fieldOf[field]; ok {
			field = name
		}
		d.at.reject(problem{field, valueOf(p.sample.columns, field, d.at), m.Message()})
	}
}

// rejectFindings notes what is wrong in an analysis, in the row of the finding that
// the mistake is about, or of the first.
func (p *planner) rejectFindings(all []found, err error) {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		all[0].at.reject(problem{"", "", sentence(err)})
		return
	}
	for _, m := range mistakes {
		if row, part, ok := lab.ParseFindingField(m.Field); ok {
			all[row].reject(part, m)
			continue
		}
		at := all[0].at
		at.reject(problem{m.Field, valueOf(all[0].columns.columns, m.Field, at), m.Message()})
	}
}

// reject notes what is wrong in a part of a finding, or in its substance where the
// source has no column for the part.
func (f *found) reject(part string, m lab.FieldError) {
	if !slices.ContainsFunc(f.columns.columns, func(c *column) bool { return c.spec.name == part }) {
		part = "substance"
	}
	message := m.Message()
	if part == "basis" {
		message = fmt.Sprintf("%s If it is another word for one of them, say in the mapping's values of basis for which.", message)
	}
	f.at.reject(problem{part, valueOf(f.columns.columns, part, f.at), message})
}

// valueOf returns what the row says in a field.
func valueOf(columns []*column, field string, at place) string {
	i := slices.IndexFunc(columns, func(c *column) bool { return c.spec.name == field })
	if i < 0 {
		return ""
	}
	return columns[i].text(at.row())
}

// run is one run of a method: what a source tells of it with each finding.
type run struct {
	lab.Evidence
	found       []found // of each of the findings the one that was kept, in their order
	publishedOn lab.Date
}

// gather groups the findings of a sample by the run of a method that made them.
func (p *planner) gather(all []found) {
	p.runs = p.runs[:0]
	for i := range all {
		f := &all[i]
		at := slices.IndexFunc(p.runs, func(r run) bool {
			return r.Analysis.MethodID == f.method.ID && r.Analysis.PerformedOn == f.performedOn
		})
		if at < 0 {
			at = len(p.runs)
			p.runs = slices.Grow(p.runs, 1)[:at+1]
			p.runs[at] = run{found: p.runs[at].found[:0], Evidence: lab.Evidence{Analysis: lab.Analysis{
				MethodID: f.method.ID, Level: f.method.Level, PerformedOn: f.performedOn, Conclusion: f.conclusion,
			}}}
		}
		r := &p.runs[at]
		r.publishedOn = max(r.publishedOn, f.publishedOn)
		switch {
		case r.Analysis.Conclusion != f.conclusion:
			f.at.reject(problem{"substance", f.columns.substance.text(f.at.row()), fmt.Sprintf(
				"This row says %s, %s says %s of the same analysis.", f.conclusion, r.found[0].at, r.Analysis.Conclusion)})
		case f.conclusion == lab.HasFindings:
			r.add(f, len(all))
		case len(r.found) == 0:
			r.found = append(r.found, *f)
		case f.at != r.found[0].at:
			f.at.merge("Another row of the analysis says the same.", r.found[0].at)
		}
	}
	for i := range p.runs {
		p.runs[i].conclude()
	}
	slices.SortFunc(p.runs, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.Analysis.PerformedOn, b.Analysis.PerformedOn), cmp.Compare(a.Analysis.MethodID, b.Analysis.MethodID))
	})
}

// add adds a finding. Of a substance that the source reports twice, under two
// names, what says more is kept; two different amounts contradict each other.
func (r *run) add(f *found, most int) {
	i := slices.IndexFunc(r.Findings, func(have lab.Finding) bool { return have.SubstanceID == f.finding.SubstanceID })
	if i < 0 {
		if r.Findings == nil {
			r.Findings = make([]lab.Finding, 0, most)
		}
		r.Findings, r.found = append(r.Findings, f.finding), append(r.found, *f)
		return
	}
	have := &r.Findings[i]
	if have.Detection == lab.Unidentified {
		have.Peaks = have.HowMany() + 1
		if f.at != r.found[i].at {
			f.at.merge("Another substance of the analysis that could not be identified: they are counted.", r.found[i].at)
		}
		return
	}
	if f.finding.Detection.Found() != have.Detection.Found() {
		if f.isOf(&r.found[i]) {
			f.at.reject(problem{"detection", f.columns.detection.text(f.at.row()), fmt.Sprintf(
				"The same substance of the same analysis is %q as %q here, and %q as %q in %s: correct the one that is wrong.",
				f.finding.Detection, f.called, have.Detection, r.found[i].called, r.found[i].at)})
			return
		}
		f.at.source.notes["substances that were found by one name, and not by another of another form, salt or meaning, which count as found"]++
	}
	if have.Detection == lab.Quantified && f.finding.Detection == lab.Quantified && (have.Amount != f.finding.Amount || have.Basis != f.finding.Basis) {
		f.at.reject(problem{"amount", f.columns.amount.text(f.at.row()), fmt.Sprintf(
			"The same substance has another amount in %s, %q.", r.found[i].at, r.found[i].columns.substance.text(r.found[i].at.row()))})
		return
	}
	stereo := have.Stereo
	if stereo != f.finding.Stereo && stereo != "" && f.finding.Stereo != "" {
		stereo = "" // both forms were seen, in what proportion nobody says
	} else if stereo == "" {
		stereo = f.finding.Stereo
	}
	kept, gone := r.found[i], *f
	if saysMore(f.finding, *have) {
		*have, r.found[i] = f.finding, *f
		kept, gone = gone, kept
	}
	have.Stereo = stereo
	if gone.at != kept.at {
		gone.at.merge("Another row of the analysis reports the same substance and says as much or more.", kept.at)
	} else {
		gone.at.source.notes["findings of the same substance under two names in one row, which were merged"]++
	}
}

// saysMore tells whether a finding says more than another of the same substance: the more
// informative detection, then a main component before others.
func saysMore(f, than lab.Finding) bool {
	abundances := []lab.Abundance{lab.Primary, lab.Minor, ""}
	if f.Detection != than.Detection {
		return f.Detection.TellsMore(than.Detection)
	}
	return slices.Index(abundances, f.Abundance) < slices.Index(abundances, than.Abundance)
}

// conclude corrects the conclusion of a run that lists only what it did not find.
func (r *run) conclude() {
	seen := func(f lab.Finding) bool { return f.Detection != lab.NotDetected }
	if len(r.Findings) > 0 && !slices.ContainsFunc(r.Findings, seen) {
		r.Analysis.Conclusion = lab.NothingSeen
	}
}
