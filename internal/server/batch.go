package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// batchPage shows what a file of an instrument would enter.
type batchPage struct {
	page.View
	Address string
	Facts   []factView
	Form    *page.Form   // of the run and the mapping
	Columns []columnView // of the file
	Changes bool         // the text of the mapping is asked for
	Unread  string       // why the file cannot be read
	Notes   []string
	Empty   []string // samples of which the file says nothing
	Refused []refusedView
	Dangers string // of high or extreme danger in what is refused
	Samples []batchSampleView
	Enter   *page.Form // what is ticked; nil where there is nothing to enter
	Second  string     // who verifies what is entered
	Seen    string     // stands for the file and how it was read
}

// columnView is a column of a file with some of what stands in it.
type columnView struct{ Heading, Examples string }

// refusedView is what cannot be taken, and why.
type refusedView struct {
	Row                     int // zero where it is of no row
	Sample, Field, Said, On string
	Dangers                 []string
}

// batchSampleView is what would be entered of a sample, beside what is recorded.
type batchSampleView struct {
	wording
	Number, Address, Value string
	Product, Form          string
	Conclusion             string
	Findings               findingList
	Before                 []string // analyses by the method that stand already
	Held                   bool
	Chosen                 bool
	Right, Why             *page.Field // nil where nothing is asked
}

// batch is a file of an instrument as it was read, with what would become of it.
type batch struct {
	naming
	upload  lab.Upload
	content []byte
	in      *page.Reader
	by      *lab.Method   // that was run
	read    *intake.Batch // nil where it cannot be read
	unread  error         // why
	entries []store.BatchEntry
	trials  []store.BatchTrial
	table   *intake.Table
}

// longestMapping is how long a mapping is at most.
const longestMapping = 20_000

// readBatch reads a file by what was typed beside it, and tries what it would enter.
func (r *request) readBatch(u *batchUpload) (*batch, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	b := &batch{naming: n, upload: u.Upload, content: u.content, in: &page.Reader{Typed: ofRun(u.typed)}}
	r.checkRun(n, b.in)
	b.by = n.words.Methods[lab.MethodID(b.in.Whole("method"))]
	b.in.Mistakes.Check(len(b.in.Text("mapping")) <= longestMapping, "mapping", "The text is longer than %d characters.", longestMapping)
	m, err := intake.ParseBatchMapping(b.in.Text("mapping"))
	var wrong lab.FieldErrors
	if errors.As(err, &wrong) {
		for _, x := range wrong {
			b.in.Mistakes.Check(false, "mapping", "In the mapping, %s: %s", x.Field, r.Texts.Sentence(x.Format, x.Args...))
		}
	} else if err != nil {
		return nil, err
	}
	format := intake.Format{}
	if m != nil {
		format = m.Format()
	}
	b.table, b.unread = intake.ReadTableFrom(u.Name, bytes.NewReader(u.content), format, intake.BatchLimits()) // to show its columns
	if len(b.in.Mistakes) > 0 || b.unread != nil {
		return b, nil //nolint:nilerr // the page tells it
	}
	if b.read, b.unread = intake.ReadBatch(m, u.file(), n.words, b.by); b.unread != nil {
		return b, nil //nolint:nilerr // the page tells it
	}
	b.addEntries()
	if len(b.entries) == 0 {
		return b, nil
	}
	b.trials, err = r.server.Store.TryBatch(r.Ctx(), r.Actor, b.entries)
	if errors.As(err, &wrong) {
		b.in.Mistakes, b.entries, err = append(b.in.Mistakes, wrong...), nil, nil
	}
	return b, err
}

// addEntries makes an entry of each sample of the file.
func (b *batch) addEntries() {
	for _, s := range b.read.Samples {
		b.entries = append(b.entries, store.BatchEntry{Number: s.Number, Findings: s.Findings, Analysis: lab.Analysis{
			MethodID: b.by.ID, Level: b.by.Level, PerformedOn: b.day(), Conclusion: s.Conclusion,
			Instrument: b.in.Text("instrument"), Run: b.in.Text("run"), RawFile: b.read.SHA256,
		}})
	}
}

// day is that of the run.
func (b *batch) day() lab.Date { return b.in.Date("performed_on", lab.Latest) }

// seen stands for the file and for how it is read: what is entered is what was shown.
func (b *batch) seen() string {
	sum := sha256.Sum256([]byte(b.upload.Digest + "\x00" + b.in.Typed.Encode()))
	return hex.EncodeToString(sum[:])
}

func (r *request) batchPage(b *batch) *batchPage {
	shown := &batchPage{
		View: r.View(r.Texts.Text("page.batches.of", "File", page.Short(b.upload.Name))), Address: batchAddress(b.upload.ID), Seen: b.seen(),
		Facts: []factView{{r.Texts.Text("page.field.raw_file"), b.upload.Digest}},
	}
	mapping := r.Hint(r.Input("mapping", page.AreaField, "page.batches.mapping"), "page.batches.mapping_hint")
	shown.Form = page.NewForm(append(r.runFields(b.naming), mapping)...)
	shown.Form.Fill(b.in.Typed)
	if b.table != nil {
		for _, column := range b.table.Seen() {
			shown.Columns = append(shown.Columns, columnView{column[0], strings.Join(column[1:], " · ")})
		}
	}
	if b.unread != nil {
		shown.Unread = r.Texts.Retell(b.unread.Error())
	}
	if b.by != nil {
		key := "page.batches.one_signature"
		if b.by.Level == lab.Confirmatory {
			key = "page.batches.second"
		}
		shown.Second = r.Texts.Text(key)
		shown.Facts = append(shown.Facts, factView{r.Texts.Text("page.field.method"), b.method(b.by.ID)})
	}
	shown.Facts = append(shown.Facts, factView{r.Texts.Text("page.field.performed_on"), r.Texts.Date(b.day())},
		factView{r.Texts.Text("page.field.instrument"), b.in.Text("instrument")}, factView{r.Texts.Text("page.field.run"), b.in.Text("run")})
	if b.read == nil {
		return shown
	}
	count := func(key string, n int) {
		shown.Facts = append(shown.Facts, factView{r.Texts.Text(key), r.Texts.Count(n)})
	}
	count("page.batches.rows", b.read.Rows)
	count("page.batches.samples", len(b.read.Samples))
	count("page.batches.blanks", b.read.Blanks)
	shown.Notes, shown.Empty = retold(r.Texts, b.read.Notes), b.read.Empty
	r.addRefused(shown, b)
	if len(b.entries) > 0 {
		r.addTrials(shown, b)
	}
	shown.Dangers = dangersOf(shown.Refused)
	return shown
}

// addRefused tells what the file says wrong.
func (r *request) addRefused(shown *batchPage, b *batch) {
	for _, p := range b.read.Refused {
		v := refusedView{Row: p.Row, Sample: p.Sample, On: p.Value, Dangers: p.Dangers, Said: r.Texts.Sentence(p.Mistake.Format, p.Mistake.Args...)}
		v.Field = p.Mistake.Field
		if key, ok := batchFieldNames[v.Field]; ok {
			v.Field = r.Texts.Text(key)
		}
		shown.Refused = append(shown.Refused, v)
	}
}

// batchFieldNames name the fields of a file to people.
var batchFieldNames = map[string]string{
	"sample": "page.work.number", "substance": "page.field.substance", "amount": "page.field.amount", "unit": "page.field.unit", "basis": "page.field.basis",
	"detection": "page.field.detection", "uncertainty": "page.field.uncertainty", "stereo": "page.field.stereo", "abundance": "page.field.abundance",
	"method": "page.field.method", "performed_on": "page.field.performed_on", "conclusion": "page.field.conclusion",
}

func showBatch(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	b, err := r.readBatch(u)
	if err != nil {
		return err
	}
	shown := r.batchPage(b)
	shown.Changes = r.Query("text") != ""
	if err := shown.Form.Tell(r.Texts, b.in.Mistakes.Err()); err != nil {
		return err
	}
	return r.Show("batch.html", shown)
}

// readBatchAnew reads a file by another mapping, or as of another run.
func readBatchAnew(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	in.Today = r.day()
	in.Date("performed_on", lab.Latest) // yesterday stays the day that it was
	u.typed = ofRun(in.Typed)
	if in.Text("more") == "propose" {
		n, err := r.naming()
		if err != nil {
			return err
		}
		u.typed.Set("mapping", r.proposedMapping(n, u))
	}
	err = r.server.Store.DescribeBatchFile(r.Ctx(), r.Actor, u.ID, u.typed)
	return r.End(err, batchAddress(u.ID), "batch.html", func() (any, *page.Form, error) {
		b, err := r.readBatch(u)
		if err != nil {
			return nil, nil, err
		}
		shown := r.batchPage(b)
		shown.Enter = nil // it is not kept
		return shown, shown.Form, nil
	})
}
