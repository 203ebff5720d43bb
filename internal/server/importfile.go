package server

import (
	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// importFilePage shows files that were sent in, and asks how they are to be read.
type importFilePage struct {
	page.View
	Service  lab.Service
	Address  string
	Files    []fileView
	Mappings []mappingView
	Until    string
	Paste    *page.Form
	Changes  bool // the text of a mapping that there is
}

// fileView is a file with what is seen of it.
type fileView struct {
	Name, Size, Digest string
	Rows               int
	Columns            []sentColumn
	Wrong              string // why it cannot be read as it is
	texts              *locale.Locale
}

// T is a text in the reader's language.
func (v fileView) T(key string, args ...any) string { return v.texts.Text(key, args...) }

// Count writes a whole number in the reader's language.
func (v fileView) Count(n int) string { return v.texts.Count(n) }

// fileSize says how large a file is: in kB, from 1 MB on in MB.
func fileSize(texts *locale.Locale, bytes int64) string {
	if bytes < 1e6 {
		return texts.Text("page.imports.size_kb", "Size", texts.Decimal(float64(max(bytes, 100))/1e3, 1))
	}
	return texts.Text("page.imports.size", "Size", texts.Decimal(float64(bytes)/1e6, 1))
}

// sentColumn is a column with the first of what stands in it.
type sentColumn struct {
	Heading  string
	Examples []string
}

func (r *request) fileView(f lab.Upload) (fileView, error) {
	v := fileView{texts: r.Texts, Name: f.Name, Size: fileSize(r.Texts, f.Bytes), Digest: f.Digest}
	outline, err := r.outline(f)
	if err != nil {
		return v, err
	}
	look, wrong := r.look(f, outline.Format())
	v.see(look, wrong)
	return v, nil
}

// see tells what is seen of the file, or why nothing is.
func (v *fileView) see(look *intake.Look, wrong error) {
	if wrong != nil {
		v.Wrong = v.texts.Retell(wrong.Error())
		return
	}
	v.Rows = look.Rows
	for _, c := range look.Columns {
		v.Columns = append(v.Columns, sentColumn{c.Heading, c.Examples})
	}
}

func (r *request) importFilePage() (*importFilePage, error) {
	files, err := r.uploadFiles()
	if err != nil {
		return nil, err
	}
	shown := &importFilePage{
		View: r.View(r.Texts.Text("page.imports.how")), Service: r.Service, Address: r.uploadAddress(files[0].ID),
		Until: r.moment(lab.At(files[0].BegunAt.Time().Add(lab.UploadAge))),
	}
	for _, f := range files {
		v, err := r.fileView(f)
		if err != nil {
			return nil, err
		}
		shown.Files = append(shown.Files, v)
	}
	if shown.Mappings, err = r.mappingViews(); err != nil {
		return nil, err
	}
	text := r.Hint(r.Input("text", page.AreaField, "page.imports.text"), "page.imports.text_hint")
	if ref := r.Query("text"); ref != "" {
		words, err := r.mappingText(readMappingRef(ref))
		if err != nil {
			return nil, err
		}
		text.Values, shown.Changes = []string{words}, true
	}
	shown.Paste = page.NewForm(text, r.Hidden("from", r.Query("text")), r.Hidden("over", ""))
	return shown, r.keeps(shown.Paste, shown.Address+"/text")
}

func showImportFile(r *request) error {
	shown, err := r.importFilePage()
	if err != nil {
		return err
	}
	return r.Show("importfile.html", shown)
}

// pasteMapping keeps a mapping that was written elsewhere, and reads the files by it.
func pasteMapping(r *request) error {
	files, err := r.uploadFiles()
	if err != nil {
		return err
	}
	in, err := r.Read()
	if err != nil {
		return err
	}
	text := in.Text("text")
	in.Mistakes.Check(text != "", "text", "Paste the text of a mapping.")
	var next string
	if err = in.Mistakes.Err(); err == nil {
		next, err = r.readBy(files[0].ID, text, basisOf(in))
	}
	newest, err := asksToReplace(err, "text")
	return r.End(r.allIn(err, "text"), next, "importfile.html", func() (any, *page.Form, error) {
		shown, err := r.importFilePage()
		if err != nil {
			return nil, nil, err
		}
		shown.Paste.Fill(in.Typed)
		shown.Paste.Set("over", newest)
		return shown, shown.Paste, nil
	})
}

// readBy keeps the text of a mapping under the name that stands in it, and begins to read by it.
// It returns where that is seen.
func (r *request) readBy(upload lab.ID, text string, on basis) (next string, err error) {
	m, err := intake.ParseMapping(text)
	if err != nil {
		if len(page.FieldErrors(err)) > 0 {
			return "", err
		}
		return "", lab.FieldErrors{{Field: "text", Format: "The text cannot be read as a mapping: %s", Args: []any{err}}}
	}
	ref, err := r.keepMapping(m.Profile, text, on)
	if err != nil {
		return "", err
	}
	return r.startReading(upload, ref)
}

// allIn puts all mistakes to one field, each with the place that it is about.
func (r *request) allIn(err error, field string) error {
	mistakes := page.FieldErrors(err)
	if len(mistakes) == 0 {
		return err
	}
	for i, m := range mistakes {
		if m.Field != field && m.Field != "" {
			mistakes[i] = lab.FieldError{Field: field, Format: "At %s: %s", Args: []any{m.Field, r.Texts.Sentence(m.Format, m.Args...)}}
		}
	}
	return mistakes
}

// beginReading begins a dry run.
func beginReading(r *request) error {
	files, err := r.uploadFiles()
	if err != nil {
		return err
	}
	typed, err := r.Typed()
	if err != nil {
		return err
	}
	next, err := r.startReading(files[0].ID, readMappingRef(typed.Get("mapping")))
	return r.End(err, next, "importfile.html", func() (any, *page.Form, error) {
		shown, err := r.importFilePage()
		if err != nil {
			return nil, nil, err
		}
		return shown, shown.Paste, nil
	})
}
