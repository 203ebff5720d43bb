package intake

import (
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

var findingFields = []string{
	"sample", "substance", "method", "performed_on", "published_on", "detection", "amount", "unit", "basis", "uncertainty",
	"stereo", "abundance",
}

// foundRow is one finding as its source tells it.
type foundRow struct {
	method      string // as the source calls it
	performedOn lab.Date
	publishedOn lab.Date
	conclusion  lab.Conclusion // other than HasFindings: no substance
	finding     lab.Finding
}

// findingOf reads a finding; it tells nil where the row has none.
func (p *planner) findingOf(columns map[string]*column, row Row) (*foundRow, []problem) {
	name := columns["substance"].text(row)
	if name == "" && p.mapping.Findings.Layout == "columns" {
		return nil, nil
	}
	f := &foundRow{method: columns["method"].text(row), conclusion: lab.HasFindings}
	var problems []problem
	refuse := func(field string, err error) {
		if err != nil {
			problems = append(problems, problem{field, columns[field].text(row), err.Error()})
		}
	}
	var err error
	f.performedOn, err = columns["performed_on"].date(row)
	refuse("performed_on", err)
	if f.publishedOn = f.performedOn; columns["published_on"].text(row) != "" {
		f.publishedOn, err = columns["published_on"].date(row)
		refuse("published_on", err)
	}
	switch {
	case contains(p.mapping.Findings.Nothing, name):
		f.conclusion = lab.NothingSeen
	case contains(p.mapping.Findings.Unclear, name):
		f.conclusion = lab.Inconclusive
	default:
		refuse("substance", p.setSubstance(f, name))
		refuse("amount", setAmount(&f.finding, columns, row))
	}
	return f, problems
}

// contains tells whether the list holds the text, whatever its case and spaces.
func contains(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return fold(s) == fold(text) })
}

// setSubstance finds the substance that a source calls by this name, or adds it
// to the dictionary, unreviewed.
func (p *planner) setSubstance(f *foundRow, name string) error {
	if lab.Fold(name) == "" {
		return fmt.Errorf("the row names no substance")
	}
	substance, stereo, ok := p.dictionary.FindSubstance(name)
	if !ok {
		var err error
		if substance, err = p.dictionary.AddSubstance(name); err != nil {
			return err
		}
	}
	f.finding.SubstanceID, f.finding.Stereo = substance.ID, stereo
	if name != substance.Name {
		f.finding.ReportedAs = name
	}
	return nil
}

// setAmount reads how a substance was found, and how much of it. A number is an
// amount; "<" before it, or alone, means below the limit of quantification.
func setAmount(f *lab.Finding, columns map[string]*column, row Row) error {
	f.Detection = lab.Detection(columns["detection"].code(row))
	f.Abundance = lab.Abundance(columns["abundance"].code(row))
	if stereo := columns["stereo"].code(row); stereo != "" {
		f.Stereo = lab.Stereo(stereo)
	}
	amount := columns["amount"]
	text := amount.text(row)
	if amount != nil {
		if code, known := amount.Values[fold(text)]; known {
			f.Detection, text = lab.Detection(code), ""
		}
	}
	switch {
	case strings.HasPrefix(text, "<"):
		f.Detection = lab.BelowLOQ
	case text != "":
		return setNumber(f, columns, row)
	case f.Detection == "":
		f.Detection = lab.Identified
	}
	return nil
}

func setNumber(f *lab.Finding, columns map[string]*column, row Row) (err error) {
	amount := columns["amount"]
	number, err := amount.number(row)
	if err != nil {
		return err
	}
	unit := amount.Unit
	if columns["unit"] != nil {
		unit = columns["unit"].code(row)
	}
	if f.Amount, err = lab.ParseAmount(number, unit); err != nil {
		return err
	}
	f.Detection, f.Basis = lab.Quantified, lab.BasisUnknown
	if basis := columns["basis"].code(row); basis != "" {
		f.Basis = lab.Basis(basis)
	}
	if text := columns["uncertainty"].text(row); text != "" {
		half, err := lab.ParseAmount(text, unit)
		f.Uncertainty = half.Value
		return err
	}
	return nil
}
