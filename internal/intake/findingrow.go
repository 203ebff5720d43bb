package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marquis/internal/lab"
)

// boundFinding is the columns of a finding: of all, or of one number.
type boundFinding struct {
	columns []*column
	named   bool // they are of one substance, and another cell says whether it was found

	sample, substance, method, performedOn, publishedOn            *column
	detection, amount, unit, basis, uncertainty, stereo, abundance *column
}

func bindFinding(t *Table, m *Mapping, label string) (*boundFinding, []string) {
	b := &boundFinding{named: strings.Contains(m.Findings.Fields["substance"].Value, "{n}")}
	var missing []string
	b.columns, missing = bind(t, "findings.fields", m.Findings.labelled(label), findingFields, m.Decimal, 0)
	places := map[string]**column{
		"sample": &b.sample, "substance": &b.substance, "method": &b.method, "performed_on": &b.performedOn,
		"published_on": &b.publishedOn, "detection": &b.detection, "amount": &b.amount, "unit": &b.unit, "basis": &b.basis,
		"uncertainty": &b.uncertainty, "stereo": &b.stereo, "abundance": &b.abundance,
	}
	for _, c := range b.columns {
		*places[c.spec.name] = c
	}
	for _, c := range []*column{b.amount, b.uncertainty} {
		if c != nil {
			c.unit = b.unit
			c.Unit, c.Fractions = m.Findings.Fields["amount"].Unit, m.Findings.Fields["amount"].Fractions
		}
	}
	return b, missing
}

// found is one finding as its source tells it.
type found struct {
	at          place
	columns     *boundFinding
	method      *lab.Method
	performedOn lab.Date
	publishedOn lab.Date
	conclusion  lab.Conclusion // other than HasFindings: no substance
	finding     lab.Finding
	called      string // the substance, in the file
	translated  bool   // by the mapping's values
	salt        saltTold
}

// isOf tells that another finding is of the very same thing: not of another form or salt of the
// substance, and not of what the mapping alone takes for it.
func (f *found) isOf(g *found) bool {
	same := f.finding.Stereo == g.finding.Stereo && f.salt == g.salt && !f.translated && !g.translated
	return same || fold(f.called) == fold(g.called)
}

// name is what a source writes for a substance, looked up.
type name struct {
	conclusion lab.Conclusion
	substance  lab.SubstanceID
	stereo     lab.Stereo
	salt       saltTold
	reportedAs string
	other      bool  // the source does not tell which substance it is
	err        error // why the name is refused
}

// saltTold is what the name of a substance says that its amounts count.
type saltTold struct {
	basis lab.Basis // empty where the name has no salt
	salt  string    // the salt in the name, which the dictionary need not list
}

// findingOf reads a finding from a row, or from the part of it that is about this one.
func (p *planner) findingOf(b *boundFinding, at place, row Row) (f found, problems []problem) {
	refuse := func(c *column, field string, err error) {
		if err != nil {
			problems = append(problems, problem{field, c.text(row), sentence(err)})
		}
	}
	f = found{at: at, columns: b}
	var err error
	f.performedOn, err = b.performedOn.date(row)
	refuse(b.performedOn, "performed_on", err)
	if f.publishedOn = f.performedOn; b.publishedOn.text(row) != "" {
		f.publishedOn, err = b.publishedOn.date(row)
		if err == nil && (f.publishedOn < f.performedOn || f.publishedOn > p.known.Today) {
			err = fmt.Errorf("the result was not published between the analysis, %s, and today", f.performedOn)
		}
		refuse(b.publishedOn, "published_on", err)
	}
	f.method, err = p.method(b.method.nameOf(row))
	refuse(b.method, "method", err)
	n, err := p.name(b.substance.nameOf(row), b.substance.text(row))
	refuse(b.substance, "substance", err)
	f.conclusion = n.conclusion
	if f.conclusion != lab.HasFindings {
		problems = append(problems, b.amountOfNothing(row)...)
	}
	if f.conclusion == lab.HasFindings {
		f.finding = lab.Finding{SubstanceID: n.substance, Stereo: n.stereo, ReportedAs: n.reportedAs}
		f.called, f.salt = b.substance.text(row), n.salt
		_, f.translated = b.substance.meaningOf(f.called)
		problems = append(problems, p.setFound(&f.finding, b, row)...)
		p.unidentify(&f)
		if n.other && f.finding.Detection == lab.Unidentified {
			at.source.notes["findings that the source calls other, which are counted as what could not be identified"]++
		}
		if p.dictionary.Outside(f.method, &f.finding) {
			at.source.notes["findings outside the declared scope of their method, which are taken"]++
		}
		if f.finding.Detection == lab.Quantified && len(problems) == 0 {
			problems = append(problems, p.setSalt(&f.finding, b, at, row, n.salt)...)
		}
	}
	return f, problems
}

// amountOfNothing refuses an amount beside a word that says that nothing was found, or that nobody
// could tell: one of both is wrong.
func (b *boundFinding) amountOfNothing(row Row) []problem {
	for _, c := range b.numbers(row) {
		if text := c.text(row); strings.Trim(text, "0.,% ") != "" {
			return []problem{{c.spec.name, text, "There is an amount, and yet the row says that nothing was found or could be told: correct the one that is wrong."}}
		}
	}
	return nil
}

// numbers are the columns in which the row tells how much there is: not empty, and not a word that
// means not detected.
func (b *boundFinding) numbers(row Row) (told []*column) {
	for _, c := range []*column{b.amount, b.uncertainty} {
		if c == nil || c.at < 0 || c.text(row) == "" {
			continue
		}
		if code, known := c.meaningOf(c.text(row)); !known || code != string(lab.NotDetected) {
			told = append(told, c)
		}
	}
	return told
}

// unidentify makes of a finding of what could not be identified one that says no more than
// that: whatever its peak amounts to is an amount of nothing that is known.
func (p *planner) unidentify(f *found) {
	if s := p.dictionary.Substances[f.finding.SubstanceID]; s == nil || s.Class != lab.UnidentifiedClass || !f.finding.Detection.Found() {
		return
	}
	if f.finding.Detection == lab.Quantified {
		f.at.source.notes["amounts of what could not be identified, which are left out"]++
	}
	f.finding = lab.Finding{SubstanceID: f.finding.SubstanceID, ReportedAs: f.finding.ReportedAs, Abundance: f.finding.Abundance, Detection: lab.Unidentified}
}

// saysOf tells that a row says whether the substance of the columns was found.
func (b *boundFinding) saysOf(row Row) bool {
	return slices.ContainsFunc([]*column{b.amount, b.detection}, func(c *column) bool {
		return c != nil && c.at >= 0 && !isBlank(c.text(row))
	})
}

// empty tells that the row has no finding here; a number without a substance is
// not nothing.
func (b *boundFinding) empty(row Row) (bool, []problem) {
	if b.named {
		return !b.saysOf(row), nil
	}
	if b.substance.text(row) != "" || b.substance.nameOf(row) != "" {
		return false, nil
	}
	if told := b.numbers(row); len(told) > 0 {
		return true, []problem{{told[0].spec.name, told[0].text(row), "There is a number but no substance."}}
	}
	return true, nil
}

// maxName is the longest name of a substance or a product.
const maxName = 200

// maxNewEntries bounds what an import adds to the dictionary. More means that a
// column is not what the mapping takes it for.
const maxNewEntries = 5000

// name finds the substance that a source calls so, or adds it to the dictionary,
// unreviewed. Text is what the file says. What was found is remembered, and so is why a name
// was refused.
func (p *planner) name(called, text string) (name, error) {
	n, known := p.names[text]
	if !known {
		n = p.nameOf(called, text)
		if n.err == nil || len(p.names) < maxRemembered {
			p.names[text] = n
		}
	}
	return n, n.err
}

func (p *planner) nameOf(called, text string) name {
	n := name{conclusion: lab.HasFindings}
	switch {
	case contains(p.mapping.Findings.Nothing, called):
		n.conclusion = lab.NothingSeen
	case contains(p.mapping.Findings.Unclear, called):
		n.conclusion = lab.Inconclusive
	case contains(p.mapping.Findings.Unidentified, called), contains(p.mapping.Findings.Other, called):
		n.substance, n.reportedAs = p.unidentified, text
		n.other = contains(p.mapping.Findings.Other, called)
	default:
		n.err = p.setSubstance(&n, called, text)
	}
	return n
}

// setSubstance finds the substance of a name, and the salt that is in it.
func (p *planner) setSubstance(n *name, called, text string) error {
	if lab.Fold(called) == "" {
		return errors.New("the row names no substance")
	}
	if utf8.RuneCountInString(called) > maxName {
		return fmt.Errorf("the name is longer than %d characters", maxName)
	}
	a := p.ask(called)
	if a.Kind == lab.NewName {
		if p.newSubstances++; p.newSubstances > maxNewEntries {
			return errTooManyNew
		}
		added, err := p.dictionary.AddSubstance(a.Typed)
		if err != nil {
			return err
		}
		a.Substance = added
	}
	if a.Substance == nil {
		return p.refuseName(a, text)
	}
	n.substance, n.stereo, n.salt = a.Substance.ID, a.Stereo, saltTold{a.Basis, a.Salt}
	if text != a.Substance.Name {
		n.reportedAs = text
	}
	return nil
}

// ask asks about a name. What this import adds is found by its very name alone, so that it
// does not matter which row comes first.
func (p *planner) ask(called string) lab.NameAnswer {
	s, stereo, known := p.dictionary.FindSubstance(called)
	marked := lab.Marked(called)
	if known && !marked {
		return lab.NameAnswer{Kind: lab.KnownName, Substance: s, Stereo: stereo}
	}
	a := p.before.AskName(called)
	if known && a.IsNew() { // of a new name of this import
		a.Kind, a.Without = lab.DoseName, s.Name
		return a
	}
	switch another := contains(p.mapping.Findings.NewSubstances, called); {
	case a.Kind == lab.NearName && another:
		a.Kind = lab.NewName
	case a.Kind == lab.NewName && !another:
		if a.Several = severalNew(called); len(a.Several) > 1 {
			a.Kind = lab.SeveralName
		}
	}
	return a
}

// refuseName tells why a name is none, and what to do about it in a file or its mapping.
func (p *planner) refuseName(a lab.NameAnswer, text string) error {
	switch a.Kind {
	case lab.EmptyName:
		return errors.New("this is a word for nothing, and no substance: say in the mapping what it means, in findings.nothing or findings.unclear, or in findings.unidentified, findings.other or findings.not_analysed; else leave the row out")
	case lab.SeveralName:
		return errors.New(p.severalSubstances(a.Several, text))
	case lab.NearName:
		if len(a.Joined) > 0 {
			return fmt.Errorf("this may be several substances with nothing between them (%s): write each in a row of its own, or with the sign of a list between them; if it is one substance, add it to findings.new_substances", strings.Join(a.Joined, "; "))
		}
		if p.newSubstances++; p.newSubstances > maxNewEntries {
			return errTooManyNew
		}
		p.near = append(p.near, NearName{text, a.Neighbours})
		return fmt.Errorf("this is close to %s: say in the mapping's values of substance which is meant, or, if it is another substance, add it to findings.new_substances", strings.Join(p.near[len(p.near)-1].names(), ", "))
	}
	var errs lab.FieldErrors
	a.Check(&errs, "substance", false)
	if len(errs) == 0 {
		return errors.New("the row names no substance")
	}
	return errors.New(errs[0].Message())
}

// setSalt says that an amount counts the salt that is in the name of its substance, where
// the source does not tell the basis. A basis that is another contradicts the name: nobody
// knows which is right.
func (p *planner) setSalt(f *lab.Finding, b *boundFinding, at place, row Row, told saltTold) []problem {
	if told.basis == "" {
		return nil
	}
	_, listed := p.dictionary.Substances[f.SubstanceID].Salt(string(f.Basis))
	switch {
	case f.Basis == told.basis, f.Basis == lab.BasisUnknown, f.Basis == lab.BasisAsFound, f.Basis == lab.Basis(told.salt) && !listed:
		f.Basis = told.basis
	case f.Basis == lab.Basis(told.salt), told.salt == "" && f.Basis != lab.BasisBase:
		return nil
	default:
		says := told.salt
		if says == "" {
			says = "a salt or a hydrate"
		}
		return []problem{{"basis", b.basis.text(row), fmt.Sprintf("The amount would count %s, but the name of the substance says %s: correct the one that is wrong, or leave the basis to the name.", f.Basis, says)}}
	}
	if f.Basis == lab.BasisUnknown {
		at.source.notes["amounts of salts that the dictionary does not list, of which nobody knows how much base they are"]++
	}
	return nil
}

// contains tells whether the list holds the text, whatever its case and spaces.
func contains(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return fold(s) == fold(text) })
}

// visible leaves out characters that nobody sees, such as those that turn the
// direction of writing.
func visible(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
}
