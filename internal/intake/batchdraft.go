package intake

import (
	"strings"

	"github.com/BurntSushi/toml"

	"marquis/internal/lab"
)

// DraftBatchMapping is what a text says of how a file of an instrument is read, as far as it can be
// told: what is wrong in it is asked again on a form, and what is left open is empty.
func DraftBatchMapping(text string) *BatchMapping {
	m := &BatchMapping{}
	if plainTOML(text) != nil {
		m = &BatchMapping{}
	} else if _, err := toml.Decode(text, m); err != nil {
		m = &BatchMapping{}
	}
	if m.Findings.Layout == "" {
		m.Findings.Layout = rowsLayout
	}
	if m.Findings.Fields == nil {
		m.Findings.Fields = map[string]Field{}
	}
	if f, told := m.Findings.Fields["amount"]; told && f.Unit == openUnit {
		f.Unit = ""
		m.Findings.Fields["amount"] = f
	}
	return m
}

// Text writes the mapping as ParseBatchMapping reads it.
func (m *BatchMapping) Text() string {
	w := &tomlWriter{}
	w.text("decimal", m.Decimal)
	if m.File != (FileMapping{}) {
		w.head("[file]")
		w.file(m.File)
	}
	w.findings(&m.Findings.FindingsMapping)
	w.list("blank", m.Findings.Blanks)
	w.fields("findings.fields", m.Findings.Fields, batchFields)
	return strings.TrimPrefix(w.String(), "\n")
}

// Inner is the mapping as one of an import.
func (m *BatchMapping) Inner() *Mapping { return m.inner() }

// BatchFields are the fields of a finding that a file of an instrument tells in a layout.
func BatchFields(layout string) []FieldInfo { return infos(batchFields, batchNeeds[layout]) }

// BatchLayouts are the layouts of a file of an instrument.
func BatchLayouts() []string {
	return []string{rowsLayout, columnsLayout, gridLayout, transposedLayout}
}

// Patterns are what the headings of substances or samples have in common, with {n} where the name
// or the number stands, each with the first heading that is so.
func (l *Look) Patterns(d *lab.Dictionary) (patterns []string, examples map[string]string) {
	examples = map[string]string{}
	for _, c := range l.Columns {
		for label := c.Heading; label != ""; label = strings.TrimRight(label[:max(0, strings.LastIndexAny(label, " (_-[/"))], " ") {
			pattern := "{n}" + strings.TrimPrefix(c.Heading, label)
			if isLabel(d, label) && examples[pattern] == "" {
				patterns, examples[pattern] = append(patterns, pattern), c.Heading
			}
		}
	}
	return patterns, examples
}

// isLabel tells that a text names a substance or a sample.
func isLabel(d *lab.Dictionary, text string) bool {
	_, isNumber := lab.ReadNumber(text)
	_, _, isName := d.FindSubstance(text)
	return isNumber || isName
}
