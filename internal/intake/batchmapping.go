package intake

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"marquis/internal/lab"
)

// BatchMapping says how a file of an instrument is to be read, which tells what was found in
// samples that are registered. It is written as TOML; docs/import.md explains every key.
type BatchMapping struct {
	Decimal  string
	File     FileMapping // without what it holds
	Findings BatchFindings
}

// BatchFindings says where findings stand in a file of an instrument. Beside the layouts of
// an import there are grid, a row a sample and a column a substance, and transposed, a row a
// substance and a column a sample.
type BatchFindings struct {
	FindingsMapping
	Blanks []string `toml:"blank"` // ids of controls and blanks; one that ends in a star stands for all that begin so
}

// The layouts of a file of an instrument.
const (
	rowsLayout       = "rows"
	columnsLayout    = "columns"
	gridLayout       = "grid"
	transposedLayout = "transposed"
)

// batchFields are the fields of a finding that a file of an instrument tells. The method and
// the day are asked beside it.
var batchFields = slices.DeleteFunc(slices.Clone(findingFields), func(s spec) bool {
	return slices.Contains([]string{"method", "performed_on", "published_on"}, s.name)
})

// batchNeeds are the fields without which nothing can be read, by layout.
var batchNeeds = map[string][]string{
	rowsLayout: {"sample", "substance"}, columnsLayout: {"sample", "substance"}, gridLayout: {"sample", "amount"}, transposedLayout: {"substance", "amount"},
}

// ParseBatchMapping reads a mapping. All mistakes are reported at once.
func ParseBatchMapping(text string) (*BatchMapping, error) {
	m := &BatchMapping{}
	if err := plainTOML(text); err != nil {
		return nil, lab.FieldErrors{{Field: "mapping", Format: "The mapping: %s", Args: []any{err}}}
	}
	meta, err := toml.Decode(text, m)
	if err != nil {
		var where toml.ParseError
		var errs lab.FieldErrors
		if errors.As(err, &where) {
			errs.Check(false, "mapping", "Line %d of the mapping: %s", where.Position.Line, where.Message)
			return nil, errs
		}
		errs.Check(false, "mapping", "The mapping: %s", strings.TrimPrefix(err.Error(), "toml: "))
		return nil, errs
	}
	var errs lab.FieldErrors
	for _, key := range meta.Undecoded() {
		errs.Check(false, key.String(), "This key is not known.")
	}
	m.check(&errs)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if f, told := m.Findings.Fields["sample"]; told {
		f.Zeros = "kept" // a sample number is never of digits alone
		m.Findings.Fields["sample"] = f
	}
	return m, nil
}

// inner is the mapping as one of an import.
func (m *BatchMapping) inner() *Mapping {
	return &Mapping{Decimal: m.Decimal, Findings: m.Findings.FindingsMapping, Files: []FileMapping{m.File}}
}

func (m *BatchMapping) check(errs *lab.FieldErrors) {
	f := &m.Findings
	m.File.check(errs, "file")
	errs.Check(m.File.Holds == "", "file.holds", "Leave it out: the file holds findings.")
	needed := batchNeeds[f.Layout]
	errs.Check(needed != nil, "findings.layout", "It is \"rows\", \"columns\", \"grid\" or \"transposed\".")
	checkFields(errs, "findings.fields", f.Fields, batchFields, needed...)
	inner := m.inner()
	inner.checkDecimal(errs, nil)
	inner.checkTogether(errs)
	inner.checkWords(errs)
	inner.checkLists(errs)
	m.checkLayout(errs)
	errs.Check(len(f.NotAnalysed) == 0, "findings.not_analysed", "Leave it out: a sample that was not analysed has no row here.")
	for _, id := range f.Blanks {
		_, is := lab.ReadNumber(id)
		errs.Check(!is && strings.Trim(id, "* ") != "", "findings.blank", "%q would leave samples out: name controls and blanks alone.", id)
	}
}

// checkLayout reports what does not fit where the findings stand.
func (m *BatchMapping) checkLayout(errs *lab.FieldErrors) {
	f := &m.Findings
	numbered := func(name string) bool { return strings.Contains(f.Fields[name].Column, "{n}") }
	some := slices.ContainsFunc(slices.Collect(maps.Keys(f.Fields)), numbered)
	counted := f.Count != 0 || len(f.Columns) > 0
	switch f.Layout {
	case rowsLayout:
		errs.Check(!some && !counted, "findings.layout", "Only findings in numbered columns have a count, and {n} in a heading.")
	case columnsLayout:
		errs.Check((f.Count == 0) != (len(f.Columns) == 0) && f.Count >= 0 && len(f.labels()) <= 100, "findings.count",
			"Say how many numbered columns there are, or in columns what stands in their headings instead of a number; 100 at most.")
		errs.Check(numbered("substance"), "findings.fields.substance", "Its heading holds {n} where the number stands, such as \"substance {n}\".")
	case gridLayout, transposedLayout:
		errs.Check(!counted, "findings.count", "Leave it out: the headings of the file are the substances or the samples.")
		errs.Check(numbered("amount"), "findings.fields.amount", "Its heading holds {n} where the name of the substance or the number of the sample stands, such as \"{n}\" or \"{n} (%%)\".")
	}
	errs.Check(f.Layout == rowsLayout || !f.Continued, "findings.continued", "In columns all findings of a sample stand in its own row or column.")
	errs.Check(f.Layout != transposedLayout || f.Fields["sample"].Column == "", "findings.fields.sample", "Leave it out: the headings are the samples.")
	errs.Check(!numbered("sample"), "findings.fields.sample", "A sample has one column.")
}

// labelsIn are what stands for {n} in the headings of a table: of a grid the substances, of a
// transposed one the samples.
func (f *BatchFindings) labelsIn(header []string) (labels []string) {
	if f.Layout != gridLayout && f.Layout != transposedLayout {
		return f.labels()
	}
	taken := slices.Clone(f.Ignored)
	for _, field := range f.Fields {
		taken = append(taken, field.Column)
	}
	var others []string // patterns beside that of the amount
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		if column := f.Fields[name].Column; name != "amount" && strings.Contains(column, "{n}") {
			others = append(others, column)
		}
	}
	for _, heading := range header {
		if label, is := labelOf(f.Fields["amount"].Column, heading); is && !contains(taken, heading) {
			labels = append(labels, label)
		}
	}
	beside := func(label string) bool { // the uncertainty of MDMA is no substance
		return slices.ContainsFunc(others, func(pattern string) bool {
			of, is := labelOf(pattern, strings.ReplaceAll(f.Fields["amount"].Column, "{n}", label))
			return is && of != label && slices.Contains(labels, of)
		})
	}
	return slices.DeleteFunc(slices.Clone(labels), beside)
}

// labelOf is what stands in a heading for the {n} of a pattern.
func labelOf(pattern, heading string) (string, bool) {
	before, after, _ := strings.Cut(pattern, "{n}")
	label, starts := strings.CutPrefix(heading, before)
	label, ends := strings.CutSuffix(label, after)
	return label, starts && ends && strings.TrimSpace(label) != ""
}

// labelled is the mapping of an import in which each label has a set of columns.
func (f *BatchFindings) labelled(inner *Mapping) *Mapping {
	fields := maps.Clone(f.Fields)
	if _, told := fields["substance"]; !told {
		fields["substance"] = Field{Value: "{n}"}
	}
	if f.Layout == transposedLayout {
		fields["sample"] = Field{Value: "{n}"}
	}
	inner.Findings.Fields = fields
	if f.Layout != rowsLayout {
		inner.Findings.Layout = columnsLayout
	}
	return inner
}

// isBlank tells that the id is that of a control or a blank.
func (f *BatchFindings) isBlank(id string) bool {
	return slices.ContainsFunc(f.Blanks, func(named string) bool {
		if start, all := strings.CutSuffix(named, "*"); all {
			return strings.HasPrefix(fold(id), fold(start))
		}
		return fold(id) == fold(named)
	})
}
