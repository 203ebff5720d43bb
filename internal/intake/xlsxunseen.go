package intake

import (
	"cmp"
	"encoding/xml"
	"path"
	"slices"
	"strings"
)

// noteUnseen notes what the person who made the workbook may not have seen,
// and what was not read.
func (t *Table) noteUnseen(w *workbook, chosen sheet, scan *sheetScan) {
	for _, s := range w.list.Sheets {
		if s.Name != chosen.Name {
			t.note("sheet %s was not read", s)
		}
	}
	if chosen.isHidden() {
		t.note("sheet %q is hidden and was read, as asked", chosen.Name)
	}
	above := 0
	for row := range scan.filled {
		if row < scan.header {
			above++
		}
	}
	if above > 0 {
		t.note("rows above the header in row %d that were not read: %d", scan.header, above)
	}
	if rows := ranges(scan.hidden, scan.header); rows != "" {
		t.note("hidden rows %s are included", rows)
	}
	if len(scan.through) > 0 {
		t.note("cells that are struck through, at least in part or under a condition: %s", cellList(scan.through))
	}
	if len(scan.pale) > 0 {
		t.note("cells in white letters, which nobody sees, are included: %s", cellList(scan.pale))
	}
	for _, c := range scan.columns {
		if c[0] <= len(t.Header) {
			letters := columnLetters(c[0])
			if last := min(c[1], len(t.Header)); last > c[0] {
				letters += "–" + columnLetters(last)
			}
			t.note("hidden columns %s, of which what the mapping names is read", letters)
		}
	}
}

// noteRemarks notes the cells of the table to which somebody wrote a remark, which is not read.
func (t *Table) noteRemarks(w *workbook, chosen sheet, scan *sheetScan) error {
	all, err := w.remarks(chosen)
	all = slices.DeleteFunc(all, func(at cellAt) bool {
		return at.row < scan.header || at.row > scan.last || at.column > len(t.Header)
	})
	if len(all) > 0 {
		t.note("cells with a remark, which was not read: %s", cellList(all))
	}
	return err
}

// remarks are the cells of a sheet that have one, or a conversation, each once, row by row.
func (w *workbook) remarks(s sheet) (all []cellAt, err error) {
	dir, base := path.Split(w.targets[s.ID].Target)
	name := dir + "_rels/" + base + ".rels"
	if !w.parts.has(name) {
		return nil, nil
	}
	beside, err := w.relationships(name, dir)
	if err != nil {
		return nil, err
	}
	for _, r := range beside {
		if kind := path.Base(r.Type); kind != "comments" && kind != "threadedComment" || !w.parts.has(r.Target) {
			continue
		}
		err := w.parts.walk(r.Target, func(at []string, token xml.Token) error {
			e, begins := token.(xml.StartElement)
			if begins && (at[len(at)-1] == "comment" || at[len(at)-1] == "threadedComment") {
				if cell, ok := parseCell(attribute(e, "ref")); ok {
					all = append(all, cell)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b cellAt) int { return cmp.Or(a.row-b.row, a.column-b.column) })
	return slices.Compact(all), nil
}

// xmlColour is a colour as a workbook writes it.
type xmlColour struct {
	RGB     string `xml:"rgb,attr"`
	Theme   string `xml:"theme,attr"`
	Indexed string `xml:"indexed,attr"`
	Tint    string `xml:"tint,attr"`
}

// isWhite tells that a colour is that of an empty sheet: of the theme the first is, and of the
// numbered ones two.
func (c *xmlColour) isWhite() bool {
	if c == nil {
		return false
	}
	return strings.HasSuffix(strings.ToUpper(c.RGB), "FFFFFF") || c.Theme == "0" && c.Tint == "" || c.Indexed == "1" || c.Indexed == "9"
}

// xmlFill is what is behind the letters of a cell.
type xmlFill struct {
	Pattern *struct {
		Type   string     `xml:"patternType,attr"`
		Colour *xmlColour `xml:"fgColor"`
	} `xml:"patternFill"`
	Gradient *struct{} `xml:"gradientFill"`
}

// shows tells that white letters are seen on it.
func (f xmlFill) shows() bool {
	if f.Pattern == nil {
		return f.Gradient != nil
	}
	return f.Pattern.Type != "" && f.Pattern.Type != "none" && !f.Pattern.Colour.isWhite()
}
