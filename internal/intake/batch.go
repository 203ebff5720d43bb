package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// Batch is what a file of an instrument tells of registered samples.
type Batch struct {
	File, Sheet string
	SHA256      string // in hexadecimal digits
	Rows        int
	Samples     []BatchSample  // in the order of the file
	Refused     []BatchProblem // samples and rows that cannot be taken
	Blanks      int            // rows, or columns, of controls and blanks
	Empty       []string       // samples of which the file says nothing
	Notes       []string
}

// BatchSample is one run of the method on one sample.
type BatchSample struct {
	Number     lab.SampleNumber
	Conclusion lab.Conclusion
	Findings   []lab.Finding
}

// BatchProblem is what is wrong with a sample, or with a row that names none.
type BatchProblem struct {
	Row     int    // the first that it is about
	Sample  string // as the file writes it
	Value   string // what stands there
	Mistake lab.FieldError

	Dangers []string // names of high or extreme danger that the rows of the sample hold, with the first of its problems
}

// BatchFile are the bytes of a file of an instrument and its name.
type BatchFile struct {
	Name string
	Data io.Reader
}

// BatchLimits bounds what a file of an instrument may cost.
func BatchLimits() Limits {
	l := DefaultLimits()
	l.CSVBytes, l.CSVRows, l.CSVColumns = l.WorkbookBytes, 20_000, 1_000
	l.SheetRows, l.SheetColumns = 20_000, 1_000
	return l
}

// Format says how the file of a mapping looks.
func (m *BatchMapping) Format() Format {
	format := Format{Sheet: m.File.Sheet, HeaderRow: m.File.HeaderRow, Encoding: m.File.Encoding}
	if m.File.Delimiter != "" {
		format.Delimiter = []rune(m.File.Delimiter)[0]
	}
	return format
}

// ReadBatch reads a file of an instrument whole; nothing is written. The error is for a file
// that cannot be read as the mapping says. What is wrong in a row refuses its sample: a
// result that lacks a finding would mislead. Nothing is added to the dictionary.
func ReadBatch(m *BatchMapping, file BatchFile, d *lab.Dictionary, method *lab.Method) (*Batch, error) {
	t, err := ReadTableFrom(file.Name, file.Data, m.Format(), BatchLimits())
	if err != nil {
		return nil, err
	}
	if len(t.Malformed) > 0 {
		bad := t.Malformed[0]
		return nil, fmt.Errorf("%s row %d: %s Nobody can tell to which sample such a row belongs: correct the file (%d such rows)", t.File, bad.Number, bad.sentence(), len(t.Malformed))
	}
	if len(t.Rows) == 0 {
		return nil, t.headingsAlone()
	}
	t.Struck = m.File.Struck
	b := &batchReading{BatchMapping: m, source: &source{table: t, fates: make([]*fate, len(t.Rows)), notes: map[string]int{}}, drafts: map[string]*batchDraft{}, cells: map[batchCell][]problem{}}
	b.planner = &planner{
		mapping: m.Findings.labelled(m.inner()), dictionary: d, before: d, sources: []*source{b.source}, names: map[string]name{},
		methods: map[string]*lab.Method{"default": method}, amounts: map[amountText]lab.Amount{}, unidentified: unidentifiedIn(d),
	}
	if err := b.bind(t.Header); err != nil {
		return nil, err
	}
	if err := b.weigh(); err != nil {
		return nil, err
	}
	if err := b.read(); err != nil {
		return nil, err
	}
	batch := b.finish()
	batch.File, batch.Sheet, batch.SHA256, batch.Rows, batch.Notes = t.File, t.Sheet, hex.EncodeToString(t.SHA256[:]), len(t.Rows), b.source.allNotes()
	return batch, nil
}

// unidentifiedIn is the entry of what could not be identified.
func unidentifiedIn(d *lab.Dictionary) (id lab.SubstanceID) {
	for _, s := range d.Substances {
		if s.Class == lab.UnidentifiedClass && s.MergedInto == 0 && (id == 0 || s.ID < id) {
			id = s.ID
		}
	}
	return id
}

// batchReading is a file of an instrument that is being read.
type batchReading struct {
	*BatchMapping
	*planner
	source *source
	cells  map[batchCell][]problem // what cells hold that their fields cannot take
	drafts map[string]*batchDraft  // by the number, or by what stands for one
	order  []*batchDraft
	blanks map[place]bool
	named  map[string]bool // blanks of a transposed table, by heading
}

// batchCell is a row of a set of columns; of all sets for -1.
type batchCell struct{ row, set int }

// batchDraft is a sample that is being put together.
type batchDraft struct {
	number   lab.SampleNumber
	known    bool // the text is a number
	text     string
	at       place
	found    []found
	called   []string // what its rows name
	problems []BatchProblem
}

func (d *batchDraft) refuse(at place, value string, m lab.FieldError) {
	d.problems = append(d.problems, BatchProblem{Row: at.row().Number, Sample: d.text, Value: clip(value, maxShown), Mistake: m})
}

// refuseAll refuses what stands in a row for each of the problems.
func (d *batchDraft) refuseAll(at place, problems []problem) {
	for _, p := range problems {
		d.refuse(at, p.value, lab.FieldError{Field: p.field, Format: "%s", Args: []any{errors.New(p.why())}})
	}
}

// bind finds all columns. The error names those that are missing, and the headings of a grid
// that name no substance.
func (b *batchReading) bind(header []string) error {
	labels := b.Findings.labelsIn(header)
	if b.Findings.Layout != rowsLayout && len(labels) == 0 {
		return fmt.Errorf("%s: no heading names a substance or a sample; the file has %s", b.source.table.File, strings.Join(header, ", "))
	}
	var lacks []string
	for _, label := range labels {
		set, missing := bindFinding(b.source.table, b.having(header, label), label)
		b.sets = append(b.sets, set)
		lacks = append(lacks, missing...)
	}
	if len(lacks) > 0 {
		slices.Sort(lacks)
		return fmt.Errorf("%s: missing of the columns that are read: %s; the file has %s: it may be another file, or of another mapping", b.source.table.File, strings.Join(slices.Compact(lacks), ", "), strings.Join(header, ", "))
	}
	if err := b.source.table.refuseMerged(b.columns()); err != nil {
		return err
	}
	if b.Findings.Layout != transposedLayout {
		if err := b.checkUnread(); err != nil {
			return err
		}
	}
	if b.Findings.Layout != gridLayout {
		return nil
	}
	var unknown []string
	for i, set := range b.sets {
		if called := set.substance.nameOf(Row{}); !b.means(called) && b.ask(called).Substance == nil {
			unknown = append(unknown, labels[i])
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%s: the headings %s name no substance of the dictionary: name those that are none in ignored under [findings] of the mapping, say in the values of substance which is meant, or propose the substance first", b.source.table.File, strings.Join(unknown, ", "))
	}
	return nil
}

// columns are all that are read.
func (b *batchReading) columns() (columns []*column) {
	for _, set := range b.sets {
		columns = append(columns, set.columns...)
	}
	return columns
}

// having is the mapping of a label without the columns that stand beside that of its amounts
// and that the file lacks: not every substance of a grid has its uncertainty.
func (b *batchReading) having(header []string, label string) *Mapping {
	if b.Findings.Layout != gridLayout && b.Findings.Layout != transposedLayout {
		return b.mapping
	}
	m := *b.mapping
	m.Findings.Fields = maps.Clone(m.Findings.Fields)
	maps.DeleteFunc(m.Findings.Fields, func(name string, f Field) bool {
		return strings.Contains(f.Column, "{n}") && !slices.Contains(header, strings.ReplaceAll(f.Column, "{n}", label))
	})
	return &m
}

// means tells that the mapping says what a word stands for.
func (b *batchReading) means(called string) bool {
	_, lists := b.mapping.Findings.words()
	for _, list := range lists {
		if contains(list, called) {
			return true
		}
	}
	return false
}

// weigh looks at each column as a whole.
func (b *batchReading) weigh() error {
	type bound struct {
		name string
		at   int
	}
	seen := map[bound]bool{}
	var all []*evidence
	for k, set := range b.sets {
		for _, c := range set.columns {
			key := bound{c.name, c.at}
			if c.at < 0 || seen[key] {
				continue
			}
			seen[key] = true
			e := newEvidence(c)
			b.source.weigh([]*evidence{e}, nil)
			all = append(all, e)
			if errs := e.errors(); len(errs) > 0 {
				return fmt.Errorf("%s: %w", b.source.table.File, inColumn(c, errs[0]))
			}
			of := k
			if !strings.Contains(b.mapping.Findings.Fields[c.name].Column, "{n}") {
				of = -1
			}
			for i := range b.source.fates {
				if told := b.source.fates[i]; told.isWrong() {
					b.cells[batchCell{i, of}] = append(b.cells[batchCell{i, of}], told.problems...)
					b.source.fates[i] = nil
				}
			}
		}
	}
	if err := fractions(all); err != nil {
		return fmt.Errorf("%s: %w", b.source.table.File, err)
	}
	return nil
}

// read gives what each row says to its sample. A finding without one refuses the file: the
// sample whose it is would lack it.
func (b *batchReading) read() error {
	b.blanks, b.named = map[place]bool{}, map[string]bool{}
	above := ""
	for i, row := range b.source.table.Rows {
		at := place{b.source, i}
		for k, set := range b.sets {
			text, says := set.sample.text(row), b.says(set, row)
			if b.Findings.Continued && isBlank(text) && i > 0 && b.source.table.follows(b.source.table.Rows[i-1], row) {
				text = above
			}
			above = text
			switch {
			case noID(text) && says:
				return fmt.Errorf("%s row %d: the row holds a finding and does not say of which sample; a sample would lack it, so that nothing of the file is taken. If it belongs to the sample above, write continued = true under [findings] of the mapping", b.source.table.File, row.Number)
			case noID(text):
			case b.isControl(at, text):
			default:
				b.add(at, k, text, says)
			}
		}
	}
	return nil
}

// isControl counts a row, or a column, of a control or a blank.
func (b *batchReading) isControl(at place, text string) bool {
	if _, number := lab.ReadNumber(text); number || !b.Findings.isBlank(text) {
		return false
	}
	if b.Findings.Layout == transposedLayout {
		b.named[text] = true
	} else {
		b.blanks[at] = true
	}
	return true
}

// says tells that a row holds something of a finding in a set of columns.
func (b *batchReading) says(set *boundFinding, row Row) bool {
	for _, c := range []*column{set.substance, set.amount, set.detection, set.uncertainty, set.stereo, set.abundance} {
		if c == nil || c.at < 0 || isBlank(c.text(row)) {
			continue
		}
		if b.Findings.Layout == rowsLayout || strings.Contains(b.mapping.Findings.Fields[c.name].Column, "{n}") {
			return true
		}
	}
	return false
}

// add gives a row of a set of columns to its sample.
func (b *batchReading) add(at place, set int, text string, says bool) {
	number, known := lab.ReadNumber(text)
	key, found := text, b.sets[set]
	if known {
		key = number.String()
	}
	d := b.drafts[key]
	if d == nil {
		d = &batchDraft{number: number, known: known, text: text, at: at}
		b.drafts[key], b.order = d, append(b.order, d)
		if !known {
			d.refuse(at, text, lab.NotANumber())
		}
	}
	if says && !found.saysAbsent(at.row()) {
		d.called = append(d.called, found.substance.text(at.row()), found.substance.nameOf(at.row()))
	}
	if d.text != text && len(d.problems) == 0 {
		d.refuse(at, text, lab.TwoSpellings(d.text, text))
	}
	if !known || !says && !contains(append(slices.Clone(b.mapping.Findings.Nothing), b.mapping.Findings.Unclear...), "") {
		return
	}
	if !says && b.Findings.Layout != rowsLayout {
		return // an empty cell among those of its sample
	}
	d.refuseAll(at, append(b.cells[batchCell{at.index, -1}], b.cells[batchCell{at.index, set}]...))
	rows, problems := b.apart(b.sets[set], at.row())
	d.refuseAll(at, problems)
	for _, row := range rows {
		if len(rows) > 1 && isBlank(b.sets[set].substance.text(row)) {
			continue
		}
		b.addFinding(d, b.sets[set], at, row)
	}
}

// dangers are the names of high or extreme danger among what rows name.
func (b *batchReading) dangers(called []string) (names []string) {
	for _, name := range called {
		names = append(names, b.dictionary.Dangerous(name)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// addFinding reads one finding. A name that the dictionary lacks is refused.
func (b *batchReading) addFinding(d *batchDraft, set *boundFinding, at place, row Row) {
	called := set.substance.nameOf(row)
	if !b.means(called) {
		if a := b.ask(called); a.Substance == nil {
			var errs lab.FieldErrors
			if a.Check(&errs, "substance", false); len(errs) == 0 {
				errs = append(errs, lab.NotInDictionary(a.Typed))
			}
			for _, m := range errs {
				d.refuse(at, called, m)
			}
			return
		}
	}
	f, problems := b.findingOf(set, at, row)
	d.refuseAll(at, problems)
	d.found = append(d.found, f)
}

// finish makes a run of each sample, or refuses it.
func (b *batchReading) finish() *Batch {
	batch := &Batch{Blanks: len(b.blanks) + len(b.named)}
	for _, d := range b.order {
		if len(d.problems) == 0 && len(d.found) == 0 {
			batch.Empty = append(batch.Empty, d.text)
			continue
		}
		if len(d.problems) == 0 {
			b.gather(d.found)
			for i := range d.found {
				at := d.found[i].at
				if told := at.told(); told.isWrong() {
					d.refuseAll(at, told.problems)
					at.becomes(func(f *fate) { f.problems = nil })
				}
			}
		}
		if len(d.problems) > 0 {
			d.problems[0].Dangers = b.dangers(d.called)
			batch.Refused = append(batch.Refused, d.problems...)
			continue
		}
		run := &b.runs[0]
		batch.Samples = append(batch.Samples, BatchSample{d.number, run.Analysis.Conclusion, slices.Clone(run.Findings)})
	}
	return batch
}
