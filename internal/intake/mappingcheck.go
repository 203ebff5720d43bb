package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// kind says what a field holds, and so which keys a mapping may give for it.
type kind string

// The kinds of field.
const (
	idField     kind = "id"     // a text that is never the same for all rows
	textField   kind = "text"   // kept as it is
	nameField   kind = "name"   // a text of which values can be replaced
	setField    kind = "set"    // names, several of them in a list
	dateField   kind = "date"   //
	numberField kind = "number" // not negative
	codeField   kind = "code"   // one code of a vocabulary
	codesField  kind = "codes"  // several
	amountField kind = "amount" // how much of a substance, or how it was found
	namesField  kind = "names"  // a name, or several in a list
)

// keysOf are the keys that the kinds of field take.
var keysOf = map[kind][]string{
	idField:     {"column", "zeros"},
	textField:   {"column", "value"},
	nameField:   {"column", "value", "values", "default"},
	setField:    {"column", "value", "values", "list"},
	dateField:   {"column", "value", "date", "order"},
	numberField: {"column", "value", "values", "default"},
	codeField:   {"column", "value", "values", "default", "list"},
	codesField:  {"column", "value", "values", "default", "list", "ticks"},
	amountField: {"column", "values", "unit", "list", "fractions"},
	namesField:  {"column", "value", "values", "default", "list"},
}

// spec is a field that a mapping can fill.
type spec struct {
	name       string
	kind       kind
	vocabulary []string // of codes
}

// findingFields are the fields of a finding.
var findingFields = []spec{
	{"sample", idField, nil},
	{"substance", namesField, nil},
	{"method", namesField, nil},
	{"performed_on", dateField, nil},
	{"published_on", dateField, nil},
	{"detection", codeField, lab.Detections.Strings()},
	{"amount", amountField, lab.Detections.Strings()},
	{"unit", namesField, nil},
	{"basis", namesField, nil},
	{"uncertainty", numberField, nil},
	{"stereo", codeField, lab.Stereos.Strings()},
	{"abundance", codeField, lab.Abundances.Strings()},
}

// The fields without which nothing can be read.
var (
	neededOfSamples  = []string{"id", "received_on", "sold_as", "form"}
	neededOfFindings = []string{"substance", "performed_on"}
)

func (m *Mapping) check(errs *lab.FieldErrors) {
	errs.Check(m.Profile != "", "profile", "Name the source.")
	if m.Service != (ServiceMapping{}) {
		service, _ := m.LabService()
		checkPart(errs, "service", service.Check())
	}
	m.checkFiles(errs)
	specs := make([]spec, len(sampleFields))
	for i, f := range sampleFields {
		specs[i] = f.spec
	}
	checkFields(errs, "samples", m.Samples, specs, neededOfSamples...)
	checkFields(errs, "findings.fields", m.Findings.Fields, findingFields, neededOfFindings...)
	m.checkDecimal(errs, specs)
	m.checkTogether(errs)
	m.checkLayout(errs)
	for i, c := range m.Confirmed {
		checkPart(errs, fmt.Sprintf("confirmed %d", i+1), c.Check())
	}
	m.checkLists(errs)
	errs.Check(len(m.Methods) > 0, "method", "Describe the method, as [method.default].")
	for _, name := range slices.Sorted(maps.Keys(m.Methods)) {
		method := m.Methods[name].lab()
		method.OpenScope = true // names of substances are looked up when files are read
		checkPart(errs, "method."+name, method.Check())
	}
}

// checkPart reports the mistakes of a part under its name.
func checkPart(errs *lab.FieldErrors, part string, err error) {
	if mistakes, ok := err.(lab.FieldErrors); ok { //nolint:errorlint // the checks of lab return their mistakes as they are
		for _, mistake := range mistakes {
			mistake.Field = part + "." + mistake.Field
			*errs = append(*errs, mistake)
		}
	}
}

func (m *Mapping) checkFiles(errs *lab.FieldErrors) {
	errs.Check(len(m.Files) == 1 || len(m.Files) == 2, "file", "Describe one file, or two: samples and findings.")
	for i, f := range m.Files {
		where, holds := fmt.Sprintf("file %d", i+1), []string{"samples", "findings"}[min(i, 1)]
		if len(m.Files) == 1 {
			holds = "both"
		}
		errs.Check(f.Holds == holds, where, "It should say: holds = %q.", holds)
		f.check(errs, where)
	}
}

// check reports what is wrong in how the file looks.
func (f FileMapping) check(errs *lab.FieldErrors, where string) {
	errs.Check(slices.Contains([]string{"", ",", ";", "\t", "|"}, f.Delimiter), where, "The delimiter is a comma, a semicolon, a tab or a vertical bar.")
	errs.Check(slices.Contains([]string{"", "utf-8", "utf-16", "windows-1252"}, strings.ToLower(f.Encoding)), where, "The encoding is utf-8, utf-16 or windows-1252.")
	errs.Check(f.HeaderRow >= 0, where, "The header row is counted from 1.")
	errs.Check(f.Struck == "" || f.Struck == "read", where, "Say struck = \"read\" if a line through a cell means nothing; else leave it out.")
}

func checkFields(errs *lab.FieldErrors, where string, fields map[string]Field, known []spec, needed ...string) {
	names := make([]string, len(known))
	for i, s := range known {
		names[i] = s.name
		if f, ok := fields[s.name]; ok {
			checkField(errs, where+"."+s.name, f, s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		errs.Check(slices.Contains(names, name), where+"."+name, "This is not a field; the fields are %s.", strings.Join(names, ", "))
	}
	for _, name := range needed {
		_, ok := fields[name]
		errs.Check(ok, where+"."+name, "Say which column holds it, or give a value for all rows.")
	}
}

// checkKeys reports the mistakes in the way in which a field is written, and keys that
// its kind does not take.
func checkKeys(errs *lab.FieldErrors, where string, f Field, s spec) {
	for _, mistake := range f.mistakes {
		mistake.Field = where
		*errs = append(*errs, mistake)
	}
	allowed := keysOf[s.kind]
	for _, key := range f.given {
		errs.Check(slices.Contains(allowed, key) || !slices.Contains(slices.Concat(slices.Collect(maps.Values(keysOf))...), key), where,
			"It takes no %s; it takes %s.", key, strings.Join(allowed, ", "))
	}
	errs.Check(len(f.Ticks) == 0 || len(f.Values) == 0 && f.Default == "" && f.List == "", where, "Ticks take no values, default or list.")
	errs.Check(f.Zeros == "" || f.Zeros == "kept", where, "Say zeros = \"kept\" if the ids have kept their zeros; else leave it out.")
	errs.Check(f.Order == "" || f.Order == orderKept, where, "Say order = \"kept\" if somebody has checked that days and months stand as the form says; else leave it out.")
	errs.Check(slices.Contains([]string{"", "read", "none"}, f.Fractions), where,
		"Say fractions = \"read\" if an amount of 1 is all of it, or \"none\" if the amounts are what they say; else leave it out.")
}

// checkField reports the mistakes of a field, and codes, dates and numbers in it
// that would be refused in every row.
func checkField(errs *lab.FieldErrors, where string, f Field, s spec) {
	checkKeys(errs, where, f, s)
	if len(f.mistakes) > 0 {
		return
	}
	c := newColumn(f, s, "")
	code := func(text, key string) {
		if _, known := c.canonical(text); !known {
			errs.Check(false, where, "The %s %q is not one of: %s.", key, text, strings.Join(s.vocabulary, ", "))
		}
	}
	for _, from := range slices.Sorted(maps.Keys(f.Values)) {
		code(f.Values[from], "code")
		errs.Check(f.Values[from] != "" || s.kind != amountField, where, "Say as what a substance with the amount %q was found.", from)
	}
	for _, heading := range slices.Sorted(maps.Keys(f.Ticks)) {
		code(f.Ticks[heading], "code")
	}
	switch s.kind {
	case codeField, codesField:
		for _, token := range c.tokens(f.Value) {
			if _, translated := f.Values[fold(token)]; !translated {
				code(token, "value")
			}
		}
		code(f.Default, "default")
	case dateField:
		form, err := parseDateForm(f.form())
		errs.Check(err == nil, where, "%s", inWords(err))
		if err == nil && f.Value != "" {
			_, err = form.read(f.Value)
			errs.Check(err == nil, where, "%s", inWords(err))
		}
	case numberField:
		for _, text := range append(slices.Sorted(maps.Values(f.Values)), f.Value, f.Default) {
			_, err := lab.ParseDecimal(text)
			errs.Check(text == "" || err == nil, where, "%s", inWords(err))
		}
	case amountField:
		_, err := lab.ParseAmount("1", f.Unit)
		errs.Check(f.Unit == "" || err == nil, where, "%s", inWords(err))
	}
}

// checkDecimal asks for the decimal mark where numbers are read: without it nobody
// can tell 1.250 from 1250.
func (m *Mapping) checkDecimal(errs *lab.FieldErrors, samples []spec) {
	reads := func(fields map[string]Field, specs []spec) bool {
		return slices.ContainsFunc(specs, func(s spec) bool {
			return (s.kind == numberField || s.kind == amountField) && fields[s.name].Column != ""
		})
	}
	numbers := reads(m.Samples, samples) || reads(m.Findings.Fields, findingFields)
	errs.Check(m.Decimal == "," || m.Decimal == "." || m.Decimal == "" && !numbers, "decimal", "Say which decimal mark the numbers have: a comma or a point.")
}

// checkTogether reports fields that say nothing without another.
func (m *Mapping) checkTogether(errs *lab.FieldErrors) {
	needs := func(where string, fields map[string]Field, name string, others ...string) {
		if _, ok := fields[name]; !ok {
			return
		}
		for _, other := range others {
			_, ok := fields[other]
			errs.Check(ok, where+"."+other, "It is needed beside %s.", name)
		}
	}
	needs("samples", m.Samples, "price", "price_currency", "price_unit")
	for _, name := range []string{"price_currency", "price_quantity", "price_unit"} {
		needs("samples", m.Samples, name, "price")
	}
	needs("samples", m.Samples, "received_amount", "received_unit")
	needs("samples", m.Samples, "received_unit", "received_amount")
	for _, name := range []string{"unit", "basis", "uncertainty"} {
		needs("findings.fields", m.Findings.Fields, name, "amount")
	}
	amount, ok := m.Findings.Fields["amount"]
	_, unit := m.Findings.Fields["unit"]
	errs.Check(!ok || unit != (amount.Unit != ""), "findings.fields.amount", "Give its unit: either here, as unit = \"mg\", or as a field of its own.")
}

func (m *Mapping) checkLayout(errs *lab.FieldErrors) {
	sample, told := m.Findings.Fields["sample"]
	isNumbered := func(name string) bool { return strings.Contains(m.Findings.Fields[name].Column, "{n}") }
	numbered := isNumbered("substance") || strings.Contains(m.Findings.Fields["substance"].Value, "{n}") && (isNumbered("amount") || isNumbered("detection"))
	switch m.Findings.Layout {
	case "rows":
		errs.Check(len(m.Files) != 2 || sample.Column != "", "findings.fields.sample", "Say which column names the sample.")
		errs.Check(!numbered && m.Findings.Count == 0 && len(m.Findings.Columns) == 0, "findings.layout", "Only findings in numbered columns have a count, and {n} in a heading.")
	case "columns":
		errs.Check(len(m.Files) == 1, "findings.layout", "Numbered columns stand in the sample's own row: describe one file.")
		errs.Check((m.Findings.Count == 0) != (len(m.Findings.Columns) == 0) && m.Findings.Count >= 0 && len(m.Findings.labels()) <= 100, "findings.count",
			"Say how many numbered columns there are, or in columns what stands in their headings instead of a number; 100 at most.")
		errs.Check(numbered, "findings.fields.substance", "Its heading holds {n} where the number stands, such as \"substance {n}\"; or it is value = \"{n}\", and the heading of amount or detection holds {n}, where each substance has columns of its own.")
		errs.Check(!m.Findings.Continued, "findings.continued", "In numbered columns all findings of a sample stand in its own row.")
	default:
		errs.Check(false, "findings.layout", "It is \"rows\" or \"columns\".")
	}
	errs.Check(len(m.Files) == 2 || !told, "findings.fields.sample", "Leave it out: a finding in the sample's own row belongs to that sample.")
	m.checkWords(errs)
	for _, name := range m.Findings.NewSubstances {
		errs.Check(lab.Fold(name) != "", "findings.new_substances", "Write the names that are other substances than the known ones they are close to.")
	}
}

// words are the lists of what stands for a substance, by their keys, in an order of their own.
func (f *FindingsMapping) words() ([]string, map[string][]string) {
	return []string{"nothing", "unclear", "not_analysed", "unidentified", "other"},
		map[string][]string{"nothing": f.Nothing, "unclear": f.Unclear, "not_analysed": f.NotAnalysed, "unidentified": f.Unidentified, "other": f.Other}
}

// checkWords refuses a text that would stand for two things.
func (m *Mapping) checkWords(errs *lab.FieldErrors) {
	keys, lists := m.Findings.words()
	for i, key := range keys {
		for _, text := range lists[key] {
			for _, before := range keys[:i] {
				errs.Check(!contains(lists[before], text), "findings."+key, "%q stands in findings.%s already.", text, before)
			}
			errs.Check(fold(text) != "" || key != "unidentified" && key != "other", "findings."+key, "An empty cell does not say that something was found.")
		}
	}
}

// checkLists reports lists beside substances that are none, and separators that a number may hold.
func (m *Mapping) checkLists(errs *lab.FieldErrors) {
	list := m.Findings.Fields["substance"].List
	for _, name := range []string{"amount", "unit", "basis"} {
		f := m.Findings.Fields[name]
		errs.Check(f.List == "" || list != "", "findings.fields."+name, "It is a list only beside a list of substances.")
	}
	amount := m.Findings.Fields["amount"]
	errs.Check(m.Decimal == "" || !strings.Contains(amount.List, m.Decimal), "findings.fields.amount", "The decimal mark does not separate amounts; write another list.")
}
