package intake

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// cellStyle is what a style of a workbook says of how a cell is shown.
type cellStyle struct {
	format *numberFormat // nil: general
	struck bool          // through
	pale   bool          // white on white
}

// styles are those of the cells, by their number, and those that conditions apply.
type styles struct {
	cells, conditional []cellStyle
}

// at returns the style of the number, false if there is none. A workbook without
// styles shows everything as it is.
func (s styles) at(number int) (cellStyle, bool) {
	if number >= 0 && number < len(s.cells) {
		return s.cells[number], true
	}
	return cellStyle{}, number == 0
}

type xmlFont struct {
	Strike *struct {
		Value string `xml:"val,attr"`
	} `xml:"strike"`
	Colour *xmlColour `xml:"color"`
}

func (f xmlFont) struck() bool { return f.Strike != nil && isOn(f.Strike.Value) }

// isOn reads a switch that is on unless it says otherwise.
func isOn(value string) bool { return value != "0" && value != "false" }

type xmlFormat struct {
	ID   int    `xml:"numFmtId,attr"`
	Code string `xml:"formatCode,attr"`
}

// styles reads the styles of the workbook.
func (w *workbook) styles() (s styles, err error) {
	var part struct {
		Formats []xmlFormat `xml:"numFmts>numFmt"`
		Fonts   []xmlFont   `xml:"fonts>font"`
		Fills   []xmlFill   `xml:"fills>fill"`
		Cells   []struct {
			Format int `xml:"numFmtId,attr"`
			Font   int `xml:"fontId,attr"`
			Fill   int `xml:"fillId,attr"`
		} `xml:"cellXfs>xf"`
		Conditional []struct {
			Font   xmlFont    `xml:"font"`
			Format *xmlFormat `xml:"numFmt"`
		} `xml:"dxfs>dxf"`
	}
	name := ""
	for _, r := range w.targets {
		if strings.HasSuffix(r.Type, "/styles") {
			name = r.Target
		}
	}
	if name == "" {
		return s, nil
	}
	if err := w.parts.decode(name, &part); err != nil {
		return s, err
	}
	formats := map[int]*numberFormat{}
	for id, code := range builtInFormats {
		formats[id] = parseFormat(code)
	}
	for _, f := range part.Formats {
		formats[f.ID] = parseFormat(f.Code)
	}
	for _, c := range part.Cells {
		style := cellStyle{format: formats[c.Format]}
		if c.Font >= 0 && c.Font < len(part.Fonts) {
			font := part.Fonts[c.Font]
			style.struck, style.pale = font.struck(), font.Colour.isWhite()
		}
		if c.Fill >= 0 && c.Fill < len(part.Fills) {
			style.pale = style.pale && !part.Fills[c.Fill].shows()
		}
		s.cells = append(s.cells, style)
	}
	for _, c := range part.Conditional {
		style := cellStyle{struck: c.Font.struck()}
		if c.Format != nil {
			style.format = parseFormat(c.Format.Code)
		}
		s.conditional = append(s.conditional, style)
	}
	return s, nil
}

// condition is a part of the sheet in which cells are shown otherwise where a
// condition holds. Whether it does, nobody can tell from the file alone.
type condition struct {
	area  [2]cellAt // first and last
	style cellStyle
}

func (c condition) covers(at cellAt) bool {
	return at.row >= c.area[0].row && at.row <= c.area[1].row && at.column >= c.area[0].column && at.column <= c.area[1].column
}

// parseAreas reads a list of areas such as "A2:I50 K7 M:M".
func parseAreas(text string) [][2]cellAt {
	var areas [][2]cellAt
	for _, area := range strings.Fields(strings.ReplaceAll(text, "$", "")) {
		from, to, both := strings.Cut(area, ":")
		if !both {
			to = from
		}
		areas = append(areas, [2]cellAt{corner(from, 1), corner(to, 1<<30)})
	}
	return areas
}

// corner reads a cell, or a row or column without the other, for which the number
// stands in.
func corner(name string, missing int) cellAt {
	if at, ok := parseCell(name); ok {
		return at
	}
	if row, err := strconv.Atoi(name); err == nil {
		return cellAt{row, missing}
	}
	if at, ok := parseCell(name + "1"); ok {
		return cellAt{missing, at.column}
	}
	return cellAt{missing, missing}
}

// conditionOf keeps a rule that changes how cells are shown.
func (s *sheetScan) conditionOf(rule xml.StartElement) {
	number, err := strconv.Atoi(attribute(rule, "dxfId"))
	if err != nil || number < 0 || number >= len(s.styles.conditional) {
		return
	}
	style := s.styles.conditional[number]
	if !style.struck && style.format == nil {
		return
	}
	for _, area := range parseAreas(s.areas) {
		s.conditions = append(s.conditions, condition{area, style})
	}
}
