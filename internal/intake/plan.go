package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// Plan is what the files of an import hold, checked whole: what would be written,
// and a receipt that accounts for every row.
type Plan struct {
	Digest     string // of the mapping and the files
	Arrivals   []lab.Arrival
	Substances []*lab.Substance // new to the dictionary
	Products   []*lab.Product
	Methods    []*lab.Method
	Receipt    *Receipt
}

// Known is what the registry holds already.
type Known struct {
	Dictionary *lab.Dictionary   // it gets the new entries added
	Digests    map[string]string // of what the source said of each sample that was imported before
	Today      lab.Date          // at the service
}

// Read reads the files of an import and checks them whole; nothing is written. The
// error is for files that cannot be read as the mapping says. What is wrong in a
// row rejects all rows of its sample and stands in the receipt: a result that
// lacks a finding would mislead.
func Read(m *Mapping, paths []string, known Known, progress func(done, of int)) (*Plan, error) {
	if len(paths) != len(m.Files) {
		return nil, fmt.Errorf("profile %s reads %d files, not %d", m.Profile, len(m.Files), len(paths))
	}
	p := &planner{
		mapping: m, dictionary: known.Dictionary, known: known, drafts: map[string]*draft{},
		products: map[string]soldAs{}, methods: map[string]*lab.Method{}, fresh: newEntries{before: entriesOf(known.Dictionary)},
	}
	tables := make([]*Table, len(paths))
	for i, path := range paths {
		f := m.Files[i]
		format := Format{Sheet: f.Sheet, HeaderRow: f.HeaderRow, Encoding: f.Encoding}
		if f.Delimiter != "" {
			format.Delimiter = []rune(f.Delimiter)[0]
		}
		t, err := ReadTable(path, format, DefaultLimits())
		if err != nil {
			return nil, err
		}
		tables[i] = t
		p.sources = append(p.sources, &source{table: t, fates: make([]fate, len(t.Rows))})
	}
	if err := p.readRows(progress); err != nil {
		return nil, err
	}
	digest := m.digest(tables)
	plan := &Plan{Digest: hex.EncodeToString(digest[:])}
	for _, d := range p.order {
		p.finish(d, plan)
	}
	p.fresh.collect(p.dictionary, plan)
	plan.Receipt = p.receipt(plan)
	return plan, nil
}

// planner is a reading in progress.
type planner struct {
	mapping    *Mapping
	dictionary *lab.Dictionary
	known      Known
	sources    []*source
	drafts     map[string]*draft // by the source's id of the sample
	order      []*draft
	products   map[string]soldAs // by what the visitor said
	methods    map[string]*lab.Method
	fresh      newEntries
}

// source is one file, and what becomes of each of its rows.
type source struct {
	table *Table
	fates []fate
}

// fate is what became of a row.
type fate struct {
	merged   string // why it was merged with another row
	problems []problem
}

// place is one row of one file.
type place struct {
	source *source
	index  int
}

func (at place) row() Row    { return at.source.table.Rows[at.index] }
func (at place) fate() *fate { return &at.source.fates[at.index] }
func (at place) String() string {
	return fmt.Sprintf("row %d of %s", at.row().Number, at.source.table.File)
}
func (at place) reject(f, v, why string) {
	at.fate().problems = append(at.fate().problems, problem{f, v, why})
}

// draft is a sample that is being put together from its rows.
type draft struct {
	id       string
	at       place // the row that describes it
	cells    string
	sample   lab.Sample
	soldAs   []string
	places   []place // all its rows
	found    []*foundRow
	foundAt  []place
	contents map[string]place // rows of findings that were seen, by their cells
}

// readRows reads all rows of all files.
func (p *planner) readRows(progress func(done, of int)) error {
	samples := p.sources[0]
	columns, err := bind(samples.table, "samples", p.mapping.Samples, p.mapping.Decimal, 0)
	if err != nil {
		return err
	}
	findings := p.sources[len(p.sources)-1]
	sets, err := p.bindFindings(findings.table)
	if err != nil {
		return err
	}
	if n := len(findings.table.Malformed); n > 0 && p.mapping.Findings.Layout == "rows" {
		bad := findings.table.Malformed[0]
		return fmt.Errorf("%s row %d: %s; nobody can tell to which sample such a row belongs, so that its result would lack a finding: correct the file (%d such rows)",
			findings.table.File, bad.Number, bad.Reason, n)
	}
	total, done := len(samples.table.Rows)+len(findings.table.Rows), 0
	step := func() {
		if done++; done%5000 == 0 || done == total {
			progress(done, total)
		}
	}
	for i := range samples.table.Rows {
		at := place{samples, i}
		d := p.describe(columns, at)
		if len(p.sources) == 1 && d != nil {
			p.addFindings(d, sets, at)
			step()
		}
		step()
	}
	if len(p.sources) == 2 {
		for i := range findings.table.Rows {
			p.joinFinding(sets[0], place{findings, i})
			step()
		}
	}
	return nil
}

// bindFindings binds the columns of findings, one set for each numbered column.
func (p *planner) bindFindings(t *Table) ([]map[string]*column, error) {
	count := 1
	if p.mapping.Findings.Layout == "columns" {
		count = p.mapping.Findings.Count
	}
	sets := make([]map[string]*column, count)
	var err error
	for i := range sets {
		if sets[i], err = bind(t, "findings.fields", p.mapping.Findings.Fields, p.mapping.Decimal, i+1); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// describe makes a draft of a row about a sample, or finds the one that an earlier
// row began. It returns nil where the row does not say which sample it is.
func (p *planner) describe(columns map[string]*column, at place) *draft {
	sample, problems := sampleOf(columns, at.row())
	cells := cellsOf(columns, at.row())
	d, again := p.drafts[sample.SourceRef]
	if sample.SourceRef == "" {
		at.fate().problems = problems
		return nil
	}
	if !again {
		d = &draft{
			id: sample.SourceRef, at: at, cells: cells, sample: sample, soldAs: columns["sold_as"].tokens(at.row()),
			contents: map[string]place{},
		}
		p.drafts[d.id] = d
		p.order = append(p.order, d)
	}
	d.places = append(d.places, at)
	at.fate().problems = problems
	switch {
	case again && d.cells != cells:
		at.reject("id", d.id, fmt.Sprintf("The sample is described otherwise in %s.", d.at))
	case again && len(p.sources) == 2:
		at.fate().merged = fmt.Sprintf("It repeats %s.", d.at)
	}
	return d
}

// cellsOf writes the cells that the mapping reads, to tell rows that say the same.
func cellsOf(columns map[string]*column, row Row) string {
	at := make([]int, 0, len(columns))
	for _, c := range columns {
		if c.at >= 0 {
			at = append(at, c.at)
		}
	}
	slices.Sort(at)
	var b strings.Builder
	for _, i := range slices.Compact(at) {
		b.WriteString(row.Cells[i])
		b.WriteByte(0)
	}
	return b.String()
}

// joinFinding adds the finding of a row to the sample that it names.
func (p *planner) joinFinding(columns map[string]*column, at place) {
	id := columns["sample"].text(at.row())
	d, ok := p.drafts[id]
	if !ok {
		at.reject("sample", id, fmt.Sprintf("The sample does not stand in %s.", p.sources[0].table.File))
		return
	}
	d.places = append(d.places, at)
	p.addFindings(d, []map[string]*column{columns}, at)
}

// addFindings adds the findings of a row to its sample. A row that repeats another
// is merged with it.
func (p *planner) addFindings(d *draft, sets []map[string]*column, at place) {
	var cells strings.Builder
	for _, columns := range sets {
		cells.WriteString(cellsOf(columns, at.row()))
	}
	if first, again := d.contents[cells.String()]; again {
		at.fate().merged = fmt.Sprintf("It repeats %s.", first)
		return
	}
	d.contents[cells.String()] = at
	for _, columns := range sets {
		f, problems := p.findingOf(columns, at.row())
		at.fate().problems = append(at.fate().problems, problems...)
		if f != nil {
			d.found, d.foundAt = append(d.found, f), append(d.foundAt, at)
		}
	}
}

// finish checks a draft whole and adds it to the plan, or rejects all its rows.
func (p *planner) finish(d *draft, plan *Plan) {
	arrival, err := p.arrival(d)
	if err != nil {
		d.rejectAll(err)
	}
	if i := slices.IndexFunc(d.places, func(at place) bool { return len(at.fate().problems) > 0 }); i >= 0 {
		for _, at := range d.places {
			if len(at.fate().problems) == 0 {
				at.reject("", d.id, fmt.Sprintf("The sample is rejected because of %s.", d.places[i]))
			}
		}
		return
	}
	digest := d.digest()
	if before, known := p.known.Digests[d.id]; known {
		for _, at := range d.places {
			if before == digest {
				at.fate().merged = "The sample is recorded already, and says the same."
			} else {
				at.reject("id", d.id, "The sample is recorded already, and this file says otherwise of it: correct the recorded sample by hand.")
			}
		}
		return
	}
	arrival.Sample.SourceDigest = digest
	plan.Arrivals = append(plan.Arrivals, *arrival)
	p.fresh.use(arrival)
}

// rejectAll notes the mistakes that were found in the sample as a whole.
func (d *draft) rejectAll(err error) {
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		d.at.reject("", d.id, err.Error())
		return
	}
	for _, m := range mistakes {
		d.at.reject(m.Field, "", m.Message())
	}
}

// digest tells what the source said of the sample.
func (d *draft) digest() string {
	contents := make([]string, 0, len(d.contents))
	for cells := range d.contents {
		contents = append(contents, cells)
	}
	slices.Sort(contents)
	sum := sha256.Sum256([]byte(d.cells + "\x01" + strings.Join(contents, "\x01")))
	return hex.EncodeToString(sum[:])
}
