package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// mappingPage makes the page on which a mapping is made of the files of the address, with what
// was typed; nil: nothing yet.
func (r *request) mappingPage(files []lab.Upload, m *intake.Mapping, in *page.Reader) (*mappingPage, error) {
	b := &mappingForm{request: r, m: m}
	if in != nil {
		b.kept = in.Typed
	}
	shown := &mappingPage{View: r.View(r.Texts.Text("page.mapping.title")), Address: r.uploadAddress(files[0].ID)}
	from := r.Query("from")
	if in != nil {
		from = in.Text("from")
	}
	if from != "" {
		shown.Told, shown.Text = r.toldAlone(m), shown.Address+"?text="+url.QueryEscape(from)+"#paste"
	}
	for i, f := range files {
		v, err := b.file(i, f)
		if err != nil {
			return nil, err
		}
		shown.Files = append(shown.Files, v)
	}
	b.offerColumns()
	b.add(r.Hidden("from", r.Query("from")))
	b.add(r.Hidden("over", ""))
	name := b.Hint(b.text("profile", "page.mapping.name", m.Profile), "page.mapping.name_hint")
	name.MaxLength = 40
	decimal := b.Hint(b.choice("decimal", "page.mapping.decimal", m.Decimal, page.Option{Value: ",", Label: r.Texts.Text("page.mapping.comma")},
		page.Option{Value: ".", Label: r.Texts.Text("page.mapping.point")}), "page.mapping.decimal_hint")
	shown.Named = []*page.Field{name, decimal}
	shown.Layout = b.layout()
	shown.Samples = b.rows("samples.", intake.SampleFields(), m.Samples, false)
	shown.Found = b.rows("findings.fields.", intake.FindingFields(), m.Findings.Fields, true)
	d, err := r.server.Store.Words(r.Ctx())
	if err != nil {
		return nil, err
	}
	shown.Nothing = b.emptyNames(d, m.Findings.Fields["substance"].Column)
	shown.Words = b.words()
	shown.Methods = b.methods()
	shown.Form = page.NewForm(b.fields...)
	return shown, nil
}

// layout says how the findings stand in their file.
func (b *mappingForm) layout() []*page.Field {
	f := &b.m.Findings
	rows := page.Option{Value: "rows", Label: b.Texts.Text("page.mapping.layout_rows")}
	columns := page.Option{Value: "columns", Label: b.Texts.Text("page.mapping.layout_columns")}
	layout := b.Input("findings.layout", page.RadioField, "page.mapping.layout")
	layout.Options, layout.Values = []page.Option{rows, columns}, []string{f.Layout}
	count := ""
	if f.Count > 0 {
		count = strconv.Itoa(f.Count)
	}
	number := b.Optional(b.Hint(b.text("findings.count", "page.mapping.count", count), "page.mapping.count_hint"))
	number.Narrow, number.Keyboard = true, "numeric"
	return []*page.Field{b.add(layout), number}
}

// wordList is what in a file stands for a substance where there is none to name.
type wordList struct {
	key, label string
	list       *[]string
}

func wordLists(f *intake.FindingsMapping) []wordList {
	return []wordList{
		{"nothing", "page.mapping.words_nothing", &f.Nothing},
		{"unclear", "page.mapping.words_unclear", &f.Unclear},
		{"not_analysed", "page.mapping.words_not_analysed", &f.NotAnalysed},
		{"unidentified", "page.mapping.words_unidentified", &f.Unidentified},
		{"other", "page.mapping.words_other", &f.Other},
	}
}

func (b *mappingForm) words() (list []*page.Field) {
	for _, x := range wordLists(&b.m.Findings) {
		f := b.Optional(b.Input("findings."+x.key, page.AreaField, x.label))
		f.Values = []string{wordLines(*x.list)}
		list = append(list, b.add(f))
	}
	return list
}

// methodNames are the methods that a mapping describes, and those that stand in the column that
// names them.
func (b *mappingForm) methodNames() []string {
	var names []string
	for name := range b.m.Methods {
		names = append(names, name)
	}
	column := b.m.Findings.Fields["method"]
	if look := b.look(true); look != nil && column.Column != "" {
		if values, tooMany := look.ValuesOf(column.Column); !tooMany {
			for _, v := range intake.Parts(values, column.List) {
				names = append(names, intake.FoldValue(v))
			}
		}
	}
	if len(names) == 0 {
		names = []string{"default"}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(20, len(names))]
}

func (b *mappingForm) methods() (list [][]*page.Field) {
	for i, name := range b.methodNames() {
		x, place := b.m.Methods[name], "method."+strconv.Itoa(i)
		var kinds, levels []page.Option
		for _, k := range lab.MethodKinds.Strings() {
			kinds = append(kinds, page.Option{Value: k, Label: b.Texts.Code(locale.MethodKinds, k)})
		}
		for _, l := range lab.Levels.Strings() {
			levels = append(levels, page.Option{Value: l, Label: b.Texts.Code(locale.Levels, l)})
		}
		quantifies := b.Input(place+".quantifies", page.CheckField, "page.mapping.quantifies")
		if x.Quantifies {
			quantifies.Values = []string{"yes"}
		}
		list = append(list, []*page.Field{
			b.add(b.Hidden(place+".name", name)), b.choice(place+".kind", "page.mapping.method_kind", string(x.Kind), kinds...),
			b.text(place+".lab", "page.mapping.method_lab", x.Lab), b.choice(place+".level", "page.mapping.method_level", string(x.Level), levels...),
			b.Optional(b.text(place+".version", "page.mapping.method_version", x.Version)), b.add(quantifies),
		})
	}
	return list
}

// baseMapping is the mapping that the form begins with: one that there is, or a guess.
func (r *request) baseMapping(from string, files []lab.Upload) (*intake.Mapping, error) {
	if from != "" {
		text, err := r.mappingText(readMappingRef(from))
		if err != nil {
			return nil, err
		}
		m, err := intake.ParseMapping(text)
		if err != nil {
			return nil, err
		}
		return m, r.guessSheets(m, files)
	}
	return r.guessMapping(files)
}

func (r *request) mappingFiles() ([]lab.Upload, *intake.Mapping, error) {
	files, err := r.uploadFiles()
	if err != nil {
		return nil, nil, err
	}
	from := r.Query("from")
	if r.Request.Method == post {
		typed, err := r.Typed()
		if err != nil {
			return nil, nil, err
		}
		from = typed.Get("from")
	}
	m, err := r.baseMapping(from, files)
	return files, m, err
}

func showMapping(r *request) error {
	files, m, err := r.mappingFiles()
	if err != nil {
		return err
	}
	address := r.uploadAddress(files[0].ID) + "/mapping"
	before, err := r.typedBefore(address, page.NewForm(r.Input("profile", page.TextField, "page.mapping.name")).Holds)
	if err != nil {
		return err
	}
	var in *page.Reader
	if before.typed != nil {
		in = &page.Reader{Typed: before.typed}
		readMapping(in, m, len(files))
	}
	shown, err := r.mappingPage(files, m, in)
	if err != nil {
		return err
	}
	shown.Form.Kept = before.Kept
	return r.Show("mapping.html", shown)
}

// saveMapping keeps what was typed of a mapping as a new version, and reads the files by it.
// Sent with "more" it shows the form again, with what stands in the columns that were chosen.
func saveMapping(r *request) error {
	files, m, err := r.mappingFiles()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	readMapping(in, m, len(files))
	over := "" // the version that would be replaced
	again := func() (any, *page.Form, error) {
		shown, err := r.mappingPage(files, m, in)
		if err != nil {
			return nil, nil, err
		}
		shown.Form.Set("from", in.Text("from"))
		shown.Form.Set("over", over)
		return shown, shown.Form, r.keeps(shown.Form, shown.Address+"/mapping")
	}
	if in.Text("more") != "" {
		shown, _, err := again()
		if err != nil {
			return err
		}
		return r.Show("mapping.html", shown)
	}
	shown, _, err := again()
	if err != nil {
		return err
	}
	next := ""
	checkDates(in, shown.(*mappingPage).Form) //nolint:forcetypeassert // again shows no other page
	if err = in.Mistakes.Err(); err == nil {
		next, err = r.readBy(files[0].ID, m.Text(), basisOf(in))
	}
	over, err = asksToReplace(err, "profile")
	return r.End(r.inMappingForm(err, m), next, "mapping.html", again)
}

// checkDates asks for the form of the days of a column in which they stand otherwise than they do
// where nothing is said.
func checkDates(in *page.Reader, form *page.Form) {
	for _, f := range form.Fields {
		asked := strings.HasSuffix(f.Name, ".date") && in.Typed.Has(f.Name) && in.Text(f.Name) == "" && len(f.Options) > 0 && !f.Offers("YYYY-MM-DD")
		in.Mistakes.Check(!asked, f.Name, "Choose the form in which the dates of this column stand.")
	}
}

// inMappingForm puts the mistakes of a mapping to the fields of its form.
func (r *request) inMappingForm(err error, m *intake.Mapping) error {
	mistakes := page.FieldErrors(err)
	if len(mistakes) == 0 {
		return err
	}
	for i := range mistakes {
		f := &mistakes[i].Field
		switch rest, isMethod := strings.CutPrefix(*f, "method."); {
		case strings.HasSuffix(*f, ".column") || strings.HasSuffix(*f, ".value") || strings.HasSuffix(*f, ".date"): // of the form itself
		case strings.HasPrefix(*f, "samples.") || strings.HasPrefix(*f, "findings.fields."):
			name := r.Texts.Text(mappingLabel((*f)[strings.LastIndex(*f, ".")+1:]))
			mistakes[i] = lab.FieldError{Field: *f + ".column", Format: "At %s: %s", Args: []any{name, r.Texts.Sentence(mistakes[i].Format, mistakes[i].Args...)}}
		case *f == "file":
			*f = "file.1.header_row"
		case strings.HasPrefix(*f, "file "):
			*f = strings.Replace(*f, " ", ".", 1) + ".header_row"
		case isMethod:
			cut := strings.LastIndex(rest, ".")
			place := slices.Index(sortedMethods(m), rest[:max(0, cut)])
			*f = "method." + strconv.Itoa(place) + rest[max(0, cut):]
		}
	}
	return mistakes
}

func sortedMethods(m *intake.Mapping) []string {
	var names []string
	for name := range m.Methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
