package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
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
	Usual      lab.Usual         // amounts and prices

	// Open opens a file that is not on disk; nil where all are.
	Open func(path string) (io.ReadCloser, error)

	// Elsewhere finds the samples of other services with these ids and days of receipt; nil
	// where nobody asks.
	Elsewhere func(received map[string]lab.Date) (map[string][]lab.Elsewhere, error)
}

// Read reads the files of an import and checks them whole; nothing is written. The
// error is for files that cannot be read as the mapping says. What is wrong in a
// row rejects all rows of its sample and stands in the receipt: a result that
// lacks a finding would mislead. Progress, which may be nil, is told the rows that
// were dealt with.
func Read(m *Mapping, paths []string, known Known, progress func(done, of int)) (*Plan, error) {
	if len(paths) != len(m.Files) {
		return nil, fmt.Errorf("profile %s reads %d files, not %d", m.Profile, len(m.Files), len(paths))
	}
	p := &planner{
		mapping: m, dictionary: known.Dictionary, before: known.Dictionary.Clone(), known: known, progress: progress, drafts: map[string]*draft{}, ids: sampleIDs{},
		names: map[string]name{}, products: map[string]soldAs{}, methods: map[string]*lab.Method{}, amounts: map[amountText]lab.Amount{},
		fresh: newEntries{before: entriesOf(known.Dictionary)},
	}
	for _, s := range known.Dictionary.Substances {
		if s.Class == lab.UnidentifiedClass && s.MergedInto == 0 && (p.unidentified == 0 || s.ID < p.unidentified) {
			p.unidentified = s.ID
		}
	}
	if err := p.readTables(paths); err != nil {
		return nil, err
	}
	if err := p.bind(); err != nil {
		return nil, err
	}
	if err := p.weigh(); err != nil {
		return nil, err
	}
	if err := p.addMethods(); err != nil {
		return nil, err
	}
	p.continueRows()
	p.group()
	if err := p.homeless.err(); err != nil {
		return nil, err
	}
	p.compareIDs()
	if err := p.lookElsewhere(); err != nil {
		return nil, err
	}
	digest := m.digest(p.sources)
	plan := &Plan{Digest: hex.EncodeToString(digest[:]), Arrivals: make([]lab.Arrival, 0, len(p.order))}
	for _, d := range p.order {
		n := len(plan.Arrivals)
		plan.Arrivals = append(plan.Arrivals, lab.Arrival{})
		if p.finish(d, &plan.Arrivals[n]) {
			p.fresh.use(&plan.Arrivals[n])
		} else {
			plan.Arrivals = plan.Arrivals[:n]
		}
		p.step(len(d.rows))
	}
	if p.newSubstances > maxNewEntries || p.newProducts > maxNewEntries {
		return nil, errTooManyNew
	}
	p.fresh.collect(p.dictionary, plan)
	plan.Receipt = p.receipt(plan)
	return plan, nil
}

var errTooManyNew = fmt.Errorf("more than %d names of substances or products are not in the dictionary; look whether the mapping reads the right columns", maxNewEntries)

// planner is a reading in progress.
type planner struct {
	mapping    *Mapping
	dictionary *lab.Dictionary
	before     *lab.Dictionary // without what this import adds
	known      Known
	sources    []*source
	sample     boundSample
	sets       []*boundFinding // one, or one for each numbered column
	drafts     map[string]*draft
	order      []*draft
	ids        sampleIDs // of the drafts
	elsewhere  map[string][]lab.Elsewhere
	homeless   homeless
	fresh      newEntries

	unidentified lab.SubstanceID // the entry of what could not be identified

	names    map[string]name        // of substances, by what the file writes
	products map[string]soldAs      // by what the visitor said
	methods  map[string]*lab.Method // by the folded name in the mapping
	amounts  map[amountText]lab.Amount
	found    []found // of the sample that is being finished
	runs     []run
	cells    []byte // of the row that is being read

	newSubstances, newProducts int
	near                       []NearName // names that are close to a known one

	progress        func(done, of int)
	done, told, all int
}

// source is one file, and what becomes of each of its rows.
type source struct {
	table *Table
	fates []fate
	notes map[string]int // what was left out of rows that were accepted, counted
}

// fate is what became of a row.
type fate struct {
	merged   string // why it was merged with another row
	with     *place // that row
	problems []problem
	follows  *problem // it is rejected because of another row
}

// rejected tells that the row is not taken.
func (f *fate) rejected() bool { return len(f.problems) > 0 || f.follows != nil }

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

// reject gives problems to the row. What was said of a value stands: the first is the
// cause.
func (at place) reject(problems ...problem) {
	told := at.fate().problems
	for _, p := range problems {
		if !slices.ContainsFunc(told, func(before problem) bool { return before.field == p.field && before.value == p.value }) {
			at.fate().problems = append(at.fate().problems, p)
		}
	}
}

func (at place) merge(why string, with place) {
	at.fate().merged, at.fate().with = why, &with
}

func (p *planner) readTables(paths []string) error {
	for i, path := range paths {
		f := p.mapping.Files[i]
		format := Format{Sheet: f.Sheet, HeaderRow: f.HeaderRow, Encoding: f.Encoding}
		if f.Delimiter != "" {
			format.Delimiter = []rune(f.Delimiter)[0]
		}
		t, err := p.known.readTable(path, format)
		if err != nil {
			return err
		}
		t.Struck = f.Struck
		p.sources = append(p.sources, &source{table: t, fates: make([]fate, len(t.Rows)), notes: map[string]int{}})
		p.all += len(t.Rows)
	}
	bad := p.findings().table.Malformed
	if len(bad) > 0 && p.mapping.Findings.Layout == "rows" {
		return fmt.Errorf("%s row %d: %s Nobody can tell to which sample such a row belongs, so that its result would lack a finding: correct the file (%d such rows)",
			p.findings().table.File, bad[0].Number, bad[0].sentence(), len(bad))
	}
	return nil
}

func (k *Known) readTable(path string, format Format) (*Table, error) {
	if k.Open == nil {
		return ReadTable(path, format, DefaultLimits())
	}
	f, err := k.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadTableFrom(filepath.Base(path), f, format, DefaultLimits())
}

// findings returns the file in which the findings stand.
func (p *planner) findings() *source { return p.sources[len(p.sources)-1] }

// bind finds all columns. The error names all that are missing.
func (p *planner) bind() error {
	lacks := map[*Table][]string{}
	samples, findings := p.sources[0].table, p.findings().table
	var missing []string
	p.sample, missing = bindSample(samples, p.mapping)
	lacks[samples] = append(lacks[samples], missing...)
	for _, label := range p.mapping.Findings.labels() {
		b, missing := bindFinding(findings, p.mapping, label)
		p.sets = append(p.sets, b)
		lacks[findings] = append(lacks[findings], missing...)
	}
	var errs []error
	for i, s := range p.sources {
		if missing := lacks[s.table]; len(missing) > 0 && (i == 0 || s.table != samples) {
			slices.Sort(missing)
			errs = append(errs, fmt.Errorf("%s: the columns %s are missing; the file has %s",
				s.table.File, strings.Join(slices.Compact(missing), ", "), strings.Join(s.table.Header, ", ")))
		}
	}
	return errors.Join(errs...)
}

// group gathers the rows of each sample.
func (p *planner) group() {
	samples := p.sources[0]
	for i := range samples.table.Rows {
		p.describe(place{samples, i})
	}
	if len(p.sources) == 1 {
		return
	}
	findings := p.findings()
	for i := range findings.table.Rows {
		at := place{findings, i}
		id := p.sets[0].sample.text(at.row())
		d, ok := p.drafts[id]
		switch {
		case noID(id):
			p.withoutID(at, "sample")
		case ok:
			d.rows = append(d.rows, at)
		default:
			why := fmt.Sprintf("sample %s has no row in %s that can be read", shownID(clip(id, maxShown)), samples.table.File)
			if others := p.ids.alike(id); len(others) > 0 {
				why += fmt.Sprintf("; perhaps it is %s, %s", shownID(others[0].id), others[0].at)
			}
			p.homeless.add(at, why)
		}
	}
}

// describe gives a row about a sample to its draft.
func (p *planner) describe(at place) {
	row := at.row()
	id := p.sample.id.text(row)
	if noID(id) {
		p.withoutID(at, "id")
		return
	}
	d, again := p.drafts[id]
	if !again {
		d = &draft{id: id, at: at}
		p.drafts[id] = d
		p.ids.add(d)
		p.order = append(p.order, d)
	}
	d.rows = append(d.rows, at)
	if !again {
		return
	}
	first := d.at.row()
	differ := slices.IndexFunc(p.sample.columns, func(c *column) bool { return c.text(row) != c.text(first) })
	switch {
	case differ >= 0:
		c := p.sample.columns[differ]
		at.reject(problem{c.spec.name, c.text(row), fmt.Sprintf("The sample is described otherwise in %s: %q.", d.at, clip(c.text(first), maxShown))})
	case len(p.sources) == 2:
		at.merge("It says the same as another row, in all columns that are read.", d.at)
	}
}

// step tells the progress of so many more rows.
func (p *planner) step(rows int) {
	p.done += rows
	if p.progress != nil && (p.done-p.told >= 5000 || p.done == p.all) {
		p.told = p.done
		p.progress(p.done, p.all)
	}
}
