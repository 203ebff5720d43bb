package server

import (
	"io"
	"slices"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// batchMappingPage asks what the columns of a file of an instrument mean: the form of what its
// mapping says as a text.
type batchMappingPage struct {
	page.View
	Address string // of the file
	Form    *page.Form
	Told    []string // what the text says and the form does not ask
	File    mappingFile
	Decimal *page.Field
	Layout  []*page.Field
	Found   fieldGroups
	Words   []*page.Field
	Left    []*page.Field // what is no sample or substance
}

// batchMappingForm makes the page with what was typed; nil: nothing yet.
func (r *request) batchMappingForm(u *batchUpload, m *intake.BatchMapping, in *page.Reader) (*batchMappingPage, error) {
	b := &mappingForm{request: r, m: m.Inner()}
	if in != nil {
		b.kept = in.Typed
	}
	d, err := r.server.Store.Words(r.Ctx())
	if err != nil {
		return nil, err
	}
	shown := &batchMappingPage{View: r.View(r.Texts.Text("page.mapping.title")), Address: batchAddress(u.ID), Told: r.toldAlone(b.m)}
	if shown.File, err = b.batchFile(u, m.File); err != nil {
		return nil, err
	}
	b.offerColumns()
	b.offerPatterns(d)
	shown.Decimal = b.Hint(b.choice("decimal", "page.mapping.decimal", m.Decimal, page.Option{Value: ",", Label: r.Texts.Text("page.mapping.comma")},
		page.Option{Value: ".", Label: r.Texts.Text("page.mapping.point")}), "page.mapping.decimal_hint")
	shown.Layout = b.batchLayout()
	shown.Found = b.rows("findings.fields.", intake.BatchFields(m.Findings.Layout), m.Findings.Fields, true)
	shown.Words = slices.DeleteFunc(b.words(), func(f *page.Field) bool { return f.Name == "findings.not_analysed" })
	shown.Left = []*page.Field{b.listed("findings.blank", "page.batches.blank_ids", m.Findings.Blanks), b.listed("findings.ignored", "page.batches.ignored", m.Findings.Ignored)}
	shown.Left[0], shown.Left[1] = b.Hint(shown.Left[0], "page.batches.blank_ids_hint"), b.Hint(shown.Left[1], "page.batches.ignored_hint")
	shown.Form = page.NewForm(b.fields...)
	return shown, nil
}

// batchFile shows the file in the format that the mapping says.
func (b *mappingForm) batchFile(u *batchUpload, x intake.FileMapping) (mappingFile, error) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(u.file().Data), nil }
	shown := mappingFile{fileView: fileView{texts: b.Texts, Name: u.Name}}
	outline, err := intake.OutlineOf(open)
	if err != nil {
		return shown, err
	}
	look, wrong := intake.Peek(u.Name, open, formatOf(x))
	shown.see(look, wrong)
	b.looks = []*intake.Look{look, look}
	shown.Fields = b.format("file.1", x, look, outline)
	return shown, nil
}

// offerPatterns offers what the headings of substances or samples have in common.
func (b *mappingForm) offerPatterns(d *lab.Dictionary) {
	look := b.look(true)
	if look == nil {
		return
	}
	patterns, examples := look.Patterns(d)
	for i, pattern := range patterns {
		label := b.Texts.Text("page.batches.each_column", "Pattern", pattern, "Example", examples[pattern])
		b.columns[1] = slices.Insert(b.columns[1], i, page.Option{Value: pattern, Label: label})
	}
}

// batchLayout asks how the findings stand in the file.
func (b *mappingForm) batchLayout() []*page.Field {
	fields := b.layout()
	fields[0].Options = nil
	for _, layout := range intake.BatchLayouts() {
		fields[0].Options = append(fields[0].Options, page.Option{Value: layout, Label: b.Texts.Text(batchLayoutNames[layout])})
	}
	return fields
}

var batchLayoutNames = map[string]string{
	"rows": "page.mapping.layout_rows", "columns": "page.mapping.layout_columns", "grid": "page.batches.layout_grid", "transposed": "page.batches.layout_transposed",
}

// listed asks for several texts, one in a line.
func (b *mappingForm) listed(name, label string, list []string) *page.Field {
	f := b.Optional(b.Input(name, page.AreaField, label))
	f.Values = []string{strings.Join(list, "\n")}
	return b.add(f)
}

func showBatchMapping(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	shown, err := r.batchMappingForm(u, intake.DraftBatchMapping(u.typed.Get("mapping")), nil)
	if err != nil {
		return err
	}
	return r.Show("batchmapping.html", shown)
}

// saveBatchMapping writes what was typed into the text of the mapping, and reads the file by it.
// Sent with "more" it shows the form again, with what stands in the columns that were chosen.
func saveBatchMapping(r *request) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	m := intake.DraftBatchMapping(u.typed.Get("mapping"))
	readBatchMapping(in, m)
	again := func() (any, *page.Form, error) {
		shown, err := r.batchMappingForm(u, m, in)
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Fill(in.Typed)
		return shown, shown.Form, nil
	}
	if in.Text("more") != "" {
		shown, _, err := again()
		if err != nil {
			return err
		}
		return r.Show("batchmapping.html", shown)
	}
	err = in.Mistakes.Err()
	if err == nil {
		_, err = intake.ParseBatchMapping(m.Text())
	}
	if err == nil {
		u.typed.Set("mapping", m.Text())
		err = r.server.Store.DescribeBatchFile(r.Ctx(), r.Actor, u.ID, u.typed)
	}
	return r.End(r.inMappingForm(err, m.Inner()), batchAddress(u.ID), "batchmapping.html", again)
}

// readBatchMapping writes what was typed into a mapping. What the form does not show stays.
func readBatchMapping(in *page.Reader, m *intake.BatchMapping) {
	m.Decimal = in.Text("decimal")
	m.File = readFiles(in, []intake.FileMapping{m.File}, 1)[0]
	m.File.Holds = "" // findings
	f := &m.Findings
	f.Layout, f.Count = in.Text("findings.layout"), int(in.Whole("findings.count"))
	if f.Count > 0 || f.Layout != "columns" {
		f.Columns = nil
	}
	f.Fields = readFields(in, "findings.fields.", intake.BatchFields(f.Layout), f.Fields)
	for _, x := range wordLists(&f.FindingsMapping) {
		*x.list = readLines(in.Text("findings." + x.key))
	}
	f.Blanks, f.Ignored = readLines(in.Text("findings.blank")), readLines(in.Text("findings.ignored"))
}
