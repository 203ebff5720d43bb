package server

import (
	"slices"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
)

// otherTerms are what files call fields beside the words of the program.
var otherTerms = map[string][]string{
	"id":          {"sample id", "sampleid", "sample", "sample number", "monsternr", "monsternummer", "monster", "nummer", "number", "nr", "dossier"},
	"sample":      {"sample id", "sampleid", "sample number", "monsternr", "monsternummer", "monster"},
	"received_on": {"received", "datum ontvangst", "datum ontvangen", "date of receipt", "date received", "ontvangen", "ontvangstdatum", "datum", "date"},
	"sold_as":     {"verkocht als", "expected substance", "expectedsubstance", "product"},
	"colours":     {"color", "colour", "kleur"}, "form": {"vorm", "texture"}, "weight": {"gewicht", "mass"}, "region": {"provincie", "state", "full state"}, //nolint:misspell // Dutch
	"substance": {"stof", "compound", "analyte", "naam stof"}, "amount": {"gehalte", "concentration", "purity", "concentratie"}, "unit": {"eenheid"}, //nolint:misspell // Dutch
	"performed_on": {"geanalyseerd op", "datum analyse", "datum onderzoek", "date of analysis", "analysed on", "date complete", "date analysed", "analysedatum"},
	"method":       {"methode", "technique", "techniek"}, "published_on": {"vrijgegeven op", "published on"}, "price": {"prijs"},
}

// guessMapping is a mapping of files that nobody has described yet, by the headings of their
// columns, in the sheet and below the row in which they seem to stand. What is not sure is left
// for a person to say.
func (r *request) guessMapping(files []lab.Upload) (*intake.Mapping, error) {
	m := &intake.Mapping{Files: make([]intake.FileMapping, len(files)), Samples: map[string]intake.Field{}, Findings: intake.FindingsMapping{Layout: "rows", Fields: map[string]intake.Field{}}}
	var looks []*intake.Look
	for i, f := range files {
		outline, err := r.outline(f)
		if err != nil {
			return nil, err
		}
		format := outline.Format()
		m.Files[i] = intake.FileMapping{Sheet: format.Sheet, HeaderRow: format.HeaderRow}
		look, wrong := r.look(f, format)
		if wrong != nil {
			return m, nil //nolint:nilerr // the page tells it
		}
		looks = append(looks, look)
	}
	samples, findings := looks[0], looks[len(looks)-1]
	for field, heading := range intake.Guess(headingsOf(samples), intake.SampleFields(), r.termsOf) {
		m.Samples[field] = intake.Field{Column: heading}
	}
	r.guessTicks(m.Samples, samples)
	headings := headingsOf(findings)
	numbered, counts := findings.Numbered()
	if len(files) == 1 {
		headings = append(numbered, headings...)
	}
	fields := slices.DeleteFunc(intake.FindingFields(), func(f intake.FieldInfo) bool { return f.Name == "sample" && len(files) == 1 })
	for field, heading := range intake.Guess(headings, fields, r.termsOf) {
		m.Findings.Fields[field] = intake.Field{Column: heading}
	}
	if substance := m.Findings.Fields["substance"].Column; strings.Contains(substance, "{n}") {
		m.Findings.Layout, m.Findings.Count = "columns", counts[substance]
	}
	m.Decimal = guessedMark(samples, m.Samples) + guessedMark(findings, m.Findings.Fields)
	m.Decimal = m.Decimal[:min(1, len(m.Decimal))]
	return m, nil
}

// guessSheets fills in the likely sheet of a workbook of several, where a mapping names none: it
// could not be read by it.
func (r *request) guessSheets(m *intake.Mapping, files []lab.Upload) error {
	for i, f := range files {
		outline, err := r.outline(f)
		if err != nil {
			return err
		}
		if i < len(m.Files) && m.Files[i].Sheet == "" && len(outline.Sheets) > 1 {
			m.Files[i].Sheet = outline.Format().Sheet
		}
	}
	return nil
}

// guessTicks fills in the fields of which no column is found and of which several columns, one a
// choice, are.
func (r *request) guessTicks(fields map[string]intake.Field, look *intake.Look) {
	for _, f := range intake.SampleFields() {
		if _, found := fields[f.Name]; found || !slices.Contains(f.Keys, "ticks") {
			continue
		}
		if ticks := look.GuessTicks(f, r.codeTerms(f.Name)); len(ticks) > 1 {
			fields[f.Name] = intake.Field{Ticks: ticks}
		}
	}
}

func headingsOf(l *intake.Look) (list []string) {
	for _, c := range l.Columns {
		list = append(list, c.Heading)
	}
	return list
}

// guessedMark is the decimal mark of the numbers in the columns of fields; empty where there is
// none, or both.
func guessedMark(l *intake.Look, fields map[string]intake.Field) string {
	commas, points := false, false
	for name, f := range fields {
		c := l.Column(f.Column)
		if c == nil || !slices.Contains([]string{"amount", "uncertainty", "weight", "price", "width", "height", "thickness", "received_amount", "price_quantity"}, name) {
			continue
		}
		commas, points = commas || c.Commas, points || c.Points
	}
	switch {
	case commas == points:
		return ""
	case commas:
		return ","
	}
	return "."
}

// termsOf are what a field is called, in all languages of the program and in files.
func (r *request) termsOf(field string) []string {
	terms := slices.Clone(otherTerms[field])
	for _, lang := range r.Site.Languages {
		terms = append(terms, r.Site.Texts[lang].Text(mappingLabel(field)))
	}
	return terms
}
