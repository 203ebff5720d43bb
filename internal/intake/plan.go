package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"marquis/internal/lab"
)

// Plan is what the files of an import hold, checked whole: what would be written,
// and a receipt that accounts for every row.
type Plan struct {
	Digest     string           // of the mapping and the files
	Samples    int              // new ones
	Corrected  int              // recorded ones that are corrected
	Years      map[int]int      // of the new ones, by year of receipt
	Substances []*lab.Substance // new to the dictionary
	Products   []*lab.Product
	Methods    []*lab.Method
	Words      *lab.Dictionary // with which the files were read, and what is new in them
	Usual      lab.Usual       // with which the files were checked
	Receipt    *Receipt

	planner *planner
}

// Known is what the registry holds already.
type Known struct {
	Dictionary *lab.Dictionary // it gets the new entries added
	Today      lab.Date        // at the service
	Usual      lab.Usual       // amounts and prices
	Place      *time.Location  // of the service: a time that is told in a zone is of its day there

	// Open opens a file that is not on disk; nil where all are.
	Open func(path string) (io.ReadCloser, error)

	// Recorded finds the samples that were imported before whose ids are of these groups (see
	// lab.RefKey), and Elsewhere those of other services that may have these ids, and these days
	// of receipt; nil where nobody asks.
	Recorded  func(groups []string) ([]lab.Recorded, error)
	Files     func(ids []string) ([]lab.RecordedFile, error) // of the samples that are recorded by just these ids
	Elsewhere func(received map[string]lab.Date) (map[string][]lab.Elsewhere, error)

	Amend bool // recorded samples of which the files say otherwise are corrected
}

// Read reads the files of an import and checks them whole; nothing is written. The
// error is for files that cannot be read as the mapping says. What is wrong in a
// row rejects all rows of its sample and stands in the receipt: a result that
// lacks a finding would mislead. Progress, which may be nil, is told the rows that
// were dealt with. What is read lies in temporary files until the plan is closed.
func Read(m *Mapping, paths []string, known Known, progress func(done, of int)) (plan *Plan, err error) {
	if len(paths) != len(m.Files) {
		return nil, fmt.Errorf("profile %s reads %d files, not %d", m.Profile, len(m.Files), len(paths))
	}
	p := &planner{
		mapping: m, dictionary: known.Dictionary, before: known.Dictionary.Clone(), known: known, progress: progress,
		names: map[string]name{}, products: map[string]soldAs{}, methods: map[string]*lab.Method{}, amounts: map[amountText]lab.Amount{},
		fresh: newEntries{before: entriesOf(known.Dictionary)},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	for _, s := range known.Dictionary.Substances {
		if s.Class == lab.UnidentifiedClass && s.MergedInto == 0 && (p.unidentified == 0 || s.ID < p.unidentified) {
			p.unidentified = s.ID
		}
	}
	for _, step := range []func() error{
		func() error { return p.readTables(paths) }, p.bind, p.checkUnread, p.weigh, p.addMethods, p.continueRows, p.group, p.lost, p.homeless.err, p.compareIDs, p.judgeAll,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.decided = true
	digest := m.digest(p.sources)
	plan = &Plan{Digest: hex.EncodeToString(digest[:]), Samples: p.samples, Years: p.years, Usual: p.known.Usual, planner: p}
	if p.known.Amend {
		plan.Corrected = len(p.corrections)
	}
	p.fresh.collect(p.dictionary, plan)
	p.noteAlike(plan.Substances)
	plan.Receipt = p.receipt(plan)
	return plan, p.lost()
}

// Arrivals makes the new samples, and those that correct recorded ones, one by one, from what was read. They are those that were
// checked, so that they are not checked again, but for that: if one would be another now, it
// is an error, and nothing is to be taken.
func (plan *Plan) Arrivals() iter.Seq2[*lab.Arrival, error] {
	p := plan.planner
	return func(yield func(*lab.Arrival, error) bool) {
		for i, c := range p.drafts {
			if c.sum == 0 {
				continue
			}
			d, a := p.draft(i), &lab.Arrival{}
			taken := p.finish(d, a, lookedUp{})
			if err := p.lost(); err != nil {
				yield(nil, err)
				return
			}
			if !taken || sumOf(a) != c.sum {
				yield(nil, fmt.Errorf("%s: the sample reads otherwise than when it was checked, so that nothing of the files is taken", d.at))
				return
			}
			if a.Corrects = p.correctsIn(i); a.Corrects > 0 {
				a.Unread = p.unread()
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// Close lets go of what was read. There are no arrivals any more.
func (plan *Plan) Close() error { return plan.planner.close() }

func (p *planner) close() (err error) {
	for _, s := range p.sources {
		err = errors.Join(err, s.table.Close())
	}
	return err
}

// lost is why what was read could not be read again.
func (p *planner) lost() (err error) {
	for _, s := range p.sources {
		err = errors.Join(err, s.table.lost())
	}
	return err
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
	drafts     []chain
	ids        map[uint64]int32 // the draft of an id, by its hash
	alike      map[int]int      // of drafts whose ids people take for one another, another one
	homeless   homeless
	zerosKept  bool // no spreadsheet dropped the zero of an id such as 2024.10
	fresh      newEntries

	unidentified lab.SubstanceID // the entry of what could not be identified

	names    map[string]name        // of substances, by what the file writes
	products map[string]soldAs      // by what the visitor said
	methods  map[string]*lab.Method // by the folded name in the mapping
	amounts  map[amountText]lab.Amount
	current  draft   // that is being finished
	found    []found // in it
	runs     []run
	cells    []byte // of the row that is being read

	decided                    bool // all was checked: what is taken is made again
	samples, findingsTaken     int
	years                      map[int]int // samples that are taken, by year of receipt
	corrections                []correction
	recorded                   map[string]*lab.RecordedFile // of the drafts that are being judged, of which the files say otherwise
	newSubstances, newProducts int
	near                       []NearName // names that are close to a known one

	progress        func(done, of int)
	done, told, all int
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
		p.sources = append(p.sources, &source{table: t, fates: make([]*fate, t.len()), next: noRows(t.len()), notes: map[string]int{}})
		p.all += t.len()
	}
	for i, s := range p.sources {
		if len(s.table.Malformed) > 0 && p.hasTitle(i) {
			return s.table.titled()
		}
	}
	if first := p.sources[0].table; first.len()+len(first.Malformed) == 0 {
		return first.headingsAlone()
	}
	bad := p.findings().table.Malformed
	if len(bad) > 0 && p.mapping.Findings.Layout == "rows" {
		return fmt.Errorf("%s row %d: %s Nobody can tell to which sample such a row belongs, so that its result would lack a finding: correct the file (%d such rows)",
			p.findings().table.File, bad[0].Number, bad[0].sentence(), len(bad))
	}
	return nil
}

// headingsAlone refuses a table without rows.
func (t *Table) headingsAlone() error {
	return fmt.Errorf("%s: nothing stands below the headings: look whether this is the right file, the right sheet and the right row of headings", t.File)
}

// hasTitle tells that a file has one heading where the mapping does not say in which row they stand.
func (p *planner) hasTitle(i int) bool {
	return len(p.sources[i].table.Header) == 1 && p.mapping.Files[i].HeaderRow == 0
}

// titled refuses a table of one heading that is perhaps none.
func (t *Table) titled() error {
	return fmt.Errorf("%s: one heading, %q, stands above all rows: it may be a title. Say in the mapping header_row of the file, the number of the row in which the headings stand",
		t.File, clip(t.Header[0], maxShown))
}

// readTable reads a file, wherever it lies.
func (k *Known) readTable(path string, format Format) (*Table, error) {
	open := k.Open
	if open == nil {
		open = openFile
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return spoolTable(filepath.Base(path), f, format, DefaultLimits())
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
	for _, c := range p.columns() {
		c.form.place = p.known.Place
	}
	var errs []error
	for i, s := range p.sources {
		if missing := lacks[s.table]; len(missing) > 0 && (i == 0 || s.table != samples) {
			slices.Sort(missing)
			errs = append(errs, fmt.Errorf("%s: missing of the columns that are read: %s; the file has %s",
				s.table.File, strings.Join(slices.Compact(missing), ", "), strings.Join(s.table.Header, ", ")))
			if p.hasTitle(i) {
				errs = append(errs, s.table.titled())
			}
		}
		errs = append(errs, s.table.refuseMerged(p.columnsOf(s)))
	}
	return errors.Join(errs...)
}

// columns are all that are read.
func (p *planner) columns() []*column {
	columns := slices.Clone(p.sample.columns)
	for _, b := range p.sets {
		columns = append(columns, b.columns...)
	}
	return columns
}

// group gathers the rows of each sample.
func (p *planner) group() error {
	samples := p.sources[0]
	for i := range samples.fates {
		p.describe(place{samples, i})
	}
	if len(p.sources) == 1 {
		return nil
	}
	findings := p.findings()
	for i := range findings.fates {
		at := place{findings, i}
		id := p.sets[0].sample.text(at.row())
		n, ok := p.find(id)
		switch {
		case noID(id):
			p.withoutID(at, "sample")
		case ok:
			p.drafts[n].add(1, at)
		default:
			p.homeless.add(at, func() string { return p.hintOf(id) })
		}
	}
	return nil
}

// hintOf says of a finding's id that no sample has it, and which one nearly has it.
func (p *planner) hintOf(id string) string {
	why := fmt.Sprintf("sample %s has no row in %s that can be read", shownID(clip(id, maxShown)), p.sources[0].table.File)
	k := lab.RefKeyOf(id)
	for i := range p.drafts {
		if other := p.idOf(i); k.Meets(lab.RefKeyOf(other)) {
			return fmt.Sprintf("%s; perhaps it is %s, %s", why, shownID(other), p.placeOf(i))
		}
	}
	return why
}

// describesNothing tells that a row has nothing but its id of all that describes a sample.
func (p *planner) describesNothing(row Row) bool {
	return !slices.ContainsFunc(p.sample.columns, func(c *column) bool {
		return c != p.sample.id && (c.at >= 0 || c.ticks != nil) && !isBlank(c.text(row))
	})
}

// describe gives a row about a sample to its draft.
func (p *planner) describe(at place) {
	row := at.row()
	id := p.sample.id.text(row)
	if noID(id) {
		p.withoutID(at, "id")
		return
	}
	n, again := p.find(id)
	if !again {
		p.begin(id, at)
		return
	}
	p.drafts[n].add(0, at)
	if len(p.sources) == 1 && p.describesNothing(row) {
		return // a finding of the sample that an earlier row describes
	}
	described := p.placeOf(n)
	first := described.row()
	differ := slices.IndexFunc(p.sample.columns, func(c *column) bool { return c.differs(row, first) })
	switch {
	case differ >= 0:
		c := p.sample.columns[differ]
		at.reject(problem{c.spec.name, c.text(row), fmt.Sprintf("The sample is described otherwise in %s: %s.", described, lab.Quoted(clip(c.text(first), maxShown)))})
	case len(p.sources) == 2:
		at.merge("It says the same as another row, in all columns that are read.", described)
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
