package server

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// file shows a file in the format that the mapping says.
func (b *mappingForm) file(i int, f lab.Upload) (mappingFile, error) {
	x := intake.FileMapping{}
	if i < len(b.m.Files) {
		x = b.m.Files[i]
	}
	shown := mappingFile{fileView: fileView{texts: b.Texts, Name: f.Name}}
	outline, err := b.outline(f)
	if err != nil {
		return shown, err
	}
	look, wrong := b.request.look(f, formatOf(x))
	b.looks = append(b.looks, look)
	shown.see(look, wrong)
	shown.Fields = b.format("file."+strconv.Itoa(i+1), x, look, outline)
	return shown, nil
}

// format asks how a file looks.
func (b *mappingForm) format(place string, x intake.FileMapping, look *intake.Look, outline *intake.Outline) (list []*page.Field) {
	book := look != nil && look.Workbook || len(outline.Sheets) > 0 && outline.Sheets[0].Name != ""
	if look != nil && !look.Workbook {
		x.Delimiter, x.Encoding = cmp.Or(x.Delimiter, look.Delimiter), cmp.Or(x.Encoding, look.Encoding)
	}
	if book || len(outline.Sheets) == 0 {
		list = append(list, b.sheet(place, x, outline))
	}
	list = append(list, b.headerRow(place, x, outline))
	if !book {
		var marks []page.Option
		for _, mark := range delimiters {
			marks = append(marks, page.Option{Value: mark.mark, Label: b.Texts.Text(mark.name)})
		}
		list = append(list, b.Optional(b.choice(place+".delimiter", "page.mapping.delimiter", x.Delimiter, marks...)),
			b.Optional(b.choice(place+".encoding", "page.mapping.encoding", x.Encoding, plainOptions("utf-8", "utf-16", "windows-1252")...)))
	}
	return list
}

// sheet asks in which sheet of a workbook the rows stand.
func (b *mappingForm) sheet(place string, x intake.FileMapping, outline *intake.Outline) *page.Field {
	if len(outline.Sheets) == 0 {
		return b.Optional(b.text(place+".sheet", "page.mapping.sheet", x.Sheet))
	}
	var sheets []page.Option
	for _, s := range outline.Sheets {
		sheets = append(sheets, page.Option{Value: s.Name, Label: b.Texts.Text("page.mapping.sheet_rows", "Sheet", s.Name, "Count", s.Rows)})
	}
	f := b.choice(place+".sheet", "page.mapping.sheet", x.Sheet, sheets...)
	if len(sheets) == 1 {
		f = b.Optional(f)
		f.Unchosen = b.Texts.Text("page.mapping.sheet_only")
	}
	return f
}

// headerRow asks in which row the headings stand, and offers the first rows with what stands in
// them.
func (b *mappingForm) headerRow(place string, x intake.FileMapping, outline *intake.Outline) *page.Field {
	name, row := place+".header_row", ""
	if x.HeaderRow > 0 {
		row = strconv.Itoa(x.HeaderRow)
	}
	var rows []page.Option
	if sheet := outline.Sheet(x.Sheet); sheet != nil {
		for _, r := range sheet.First {
			rows = append(rows, page.Option{Value: strconv.Itoa(r.Number), Label: b.Texts.Text("page.mapping.row_holds", "Row", r.Number, "Cells", rowWords(r))})
		}
	}
	if len(rows) == 0 {
		f := b.Optional(b.Hint(b.text(name, "page.mapping.header_row", row), "page.mapping.header_row_hint"))
		f.Narrow, f.Keyboard = true, "numeric"
		return f
	}
	f := b.Optional(b.choice(name, "page.mapping.header_row", row, rows...))
	f.Unchosen = b.Texts.Text("page.mapping.header_row_first")
	return f
}

// rowWords are the first of what stands in a row.
func rowWords(r intake.OutlineRow) string {
	cells := slices.DeleteFunc(slices.Clone(r.Cells), func(c string) bool { return c == "" })
	return page.Short(strings.Join(cells, " · "))
}

// delimiters are those of CSV files.
var delimiters = []struct{ mark, name string }{
	{";", "page.mapping.delimiter_semicolon"}, {",", "page.mapping.delimiter_comma"}, {"\t", "page.mapping.delimiter_tab"}, {"|", "page.mapping.delimiter_bar"},
}
