package intake

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

const relationshipsPart, stringsPart = "_rels/.rels", "xl/sharedStrings.xml"

// workbook is what the parts say of the sheets. The parts are read here with a
// strict reader first; only then does excelize, which would skip over faults,
// read the same bytes.
type workbook struct {
	parts   *zipParts
	path    string // of the part with the list of sheets
	targets map[string]relationship
	list    sheetList
}

type sheetList struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []sheet `xml:"sheets>sheet"`
}

type sheet struct {
	Name  string `xml:"name,attr"`
	State string `xml:"state,attr"`
	ID    string `xml:"id,attr"`
}

func (s sheet) isHidden() bool { return s.State != "" && s.State != "visible" }

func (s sheet) String() string {
	if s.isHidden() {
		return fmt.Sprintf("%q (hidden)", s.Name)
	}
	return strconv.Quote(s.Name)
}

type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

func (t *Table) readWorkbook(data []byte, format Format, limits Limits) error {
	if format.Delimiter != 0 || format.Encoding != "" {
		return errors.New("a delimiter or an encoding is set, but the file is an Excel workbook, which has neither; remove the setting")
	}
	parts, err := openParts(data, limits)
	if err != nil {
		return err
	}
	w, err := openWorkbook(parts)
	if err != nil {
		return err
	}
	chosen, err := w.choose(format.Sheet)
	if err != nil {
		return err
	}
	scan, err := w.scan(chosen, format.HeaderRow, limits)
	if err != nil {
		return err
	}
	t.Sheet, t.Date1904 = chosen.Name, isTrue(w.list.Properties.Date1904)
	if err := t.readSheet(data, scan, limits); err != nil {
		return fmt.Errorf("sheet %q: %w", chosen.Name, err)
	}
	t.noteUnseen(w, chosen, scan)
	return t.noteRemarks(w, chosen, scan)
}

func openWorkbook(parts *zipParts) (*workbook, error) {
	w := &workbook{parts: parts}
	top, err := w.relationships(relationshipsPart, "")
	if err != nil {
		return nil, err
	}
	for _, r := range top {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			w.path = r.Target
		}
	}
	if err := parts.decode(w.path, &w.list); err != nil {
		return nil, err
	}
	dir, base := path.Split(w.path)
	w.targets, err = w.relationships(dir+"_rels/"+base+".rels", dir)
	return w, err
}

// relationships reads a part that names others, relative to dir.
func (w *workbook) relationships(name, dir string) (map[string]relationship, error) {
	var list struct {
		All []relationship `xml:"Relationship"`
	}
	if err := w.parts.decode(name, &list); err != nil {
		return nil, err
	}
	targets := make(map[string]relationship)
	for _, r := range list.All {
		if _, taken := targets[r.ID]; taken {
			return nil, fmt.Errorf("part %q names %q twice; open the workbook in Excel and save it anew", name, r.ID)
		}
		if !strings.HasPrefix(r.Target, "/") {
			r.Target = path.Join(dir, r.Target)
		}
		r.Target = strings.TrimPrefix(path.Clean(r.Target), "/")
		targets[r.ID] = r
	}
	return targets, nil
}

// choose returns the sheet of that name, or the only visible one.
func (w *workbook) choose(name string) (sheet, error) {
	var found []sheet
	var all []string
	for _, s := range w.list.Sheets {
		all = append(all, s.String())
		if name == "" && !s.isHidden() || name != "" && strings.EqualFold(s.Name, name) {
			found = append(found, s)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(all) == 0:
		return sheet{}, errors.New("the workbook has no sheet; open it in Excel and save it anew")
	case name != "":
		return sheet{}, fmt.Errorf("there is not one sheet %q; the sheets are %s", name, strings.Join(all, ", "))
	}
	return sheet{}, fmt.Errorf("name the sheet to read: the sheets are %s", strings.Join(all, ", "))
}

// scan walks strictly through the sheet and then all other parts.
func (w *workbook) scan(s sheet, headerRow int, limits Limits) (*sheetScan, error) {
	target := w.targets[s.ID]
	if !strings.HasSuffix(target.Type, "/worksheet") {
		return nil, fmt.Errorf("sheet %q is not a worksheet; name another", s.Name)
	}
	texts, err := w.strings()
	if err != nil {
		return nil, err
	}
	styles, err := w.styles()
	if err != nil {
		return nil, err
	}
	scan := newSheetScan(texts, styles, headerRow, limits)
	if err := w.parts.walk(target.Target, scan.visit); err != nil {
		return nil, fmt.Errorf("sheet %q: %w", s.Name, err)
	}
	scan.applyConditions()
	return scan, w.parts.checkOthers(target.Target, stringsPart)
}

// strings walks through the shared texts. Only their usual place will do: it
// is where excelize looks, whatever the workbook says.
func (w *workbook) strings() ([]sharedText, error) {
	for _, r := range w.targets {
		if strings.HasSuffix(r.Type, "/sharedStrings") && !strings.EqualFold(r.Target, stringsPart) {
			return nil, fmt.Errorf("the texts are in the unusual part %q; open the workbook in Excel and save it anew", r.Target)
		}
	}
	if !w.parts.has(stringsPart) {
		return nil, nil
	}
	return walkStrings(w.parts, stringsPart)
}

// readSheet reads the rows with excelize and holds them against the scan.
func (t *Table) readSheet(data []byte, scan *sheetScan, limits Limits) (err error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit:    int64(limits.UnzippedBytes),
		UnzipXMLSizeLimit: int64(limits.PartBytes),
		RawCellValue:      true,
	})
	if err != nil {
		return fmt.Errorf("the workbook cannot be read; open it in Excel and save it anew: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := f.Rows(t.Sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	seen := 0
	t.cells = make(map[int][]cell, len(scan.cells))
	for number := 1; number <= scan.last && rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
		if n := countFilled(cells); n != scan.filled[number] {
			return fmt.Errorf("row %d: two ways of reading find %d and %d cells, so data could be lost; open the workbook in Excel and save it anew", number, n, scan.filled[number])
		} else if n > 0 {
			seen++
		}
		if err := t.addSheetRow(number, cells, scan, limits); err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
	}
	if err := t.checkEnd(rows.Error(), seen, scan); err != nil {
		return err
	}
	if err := t.dropUnnamed(); err != nil {
		return err
	}
	t.keepMerged(scan)
	return nil
}

// checkEnd fails unless the rows were read to their end and all were seen.
func (t *Table) checkEnd(err error, seen int, scan *sheetScan) error {
	switch {
	case err != nil:
		return err
	case seen != len(scan.filled):
		return fmt.Errorf("two ways of reading find %d and %d rows, so data could be lost; open the workbook in Excel and save it anew", seen, len(scan.filled))
	case len(t.Header) == 0:
		return errors.New("there is no header; the sheet is empty, or the header row is set wrongly")
	}
	return nil
}

func countFilled(cells []string) int {
	n := 0
	for _, cell := range cells {
		if cell != "" {
			n++
		}
	}
	return n
}

// addSheetRow adds the row, or takes it as the header. Rows above the header
// are passed over.
func (t *Table) addSheetRow(number int, cells []string, scan *sheetScan, limits Limits) error {
	seen := scan.cells[number]
	cells = withLost(cells, seen)
	if number < scan.header || len(cells) == 0 {
		return nil
	}
	for i := range cells {
		if i < len(seen) && seen[i].kind != textCell && !seen[i].lost {
			cells[i] = t.shown(seen[i])
		}
	}
	if number == scan.header {
		return t.setHeader(cutBlank(cells, 0), limits)
	}
	cells = cutBlank(cells, len(t.Header))
	fault := ""
	if len(cells) > len(t.Header) {
		fault = fmt.Sprintf("cell %s has no header above it", cellAt{number, len(cells)})
	}
	for len(cells) < len(t.Header) {
		cells = append(cells, "")
	}
	for len(seen) < len(t.Header) {
		seen = append(seen, cell{})
	}
	t.cells[number] = seen[:len(t.Header)]
	return t.addRow(number, cells, fault, func() string { return strings.Join(cells, "\t") }, limits)
}

// withLost puts a sign where a cell has no value of its own that can be read: the field in which
// it is read refuses it. A formula that made an empty text is nothing in a row of nothing else.
func withLost(cells []string, seen []cell) []string {
	something := countFilled(cells) > 0
	for i, c := range seen {
		if !c.lost || c.value == "" && !something {
			continue
		}
		for len(cells) <= i {
			cells = append(cells, "")
		}
		cells[i] = noValue
	}
	return cells
}

// cutBlank returns the cells without the blank ones at their end, but not
// fewer than keep.
func cutBlank(cells []string, keep int) []string {
	for len(cells) > keep && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// cellList names the first cells of a list, and how many more there are.
func cellList(cells []cellAt) string {
	const most = 12
	var names []string
	for _, at := range cells[:min(most, len(cells))] {
		names = append(names, at.String())
	}
	if len(cells) > most {
		return fmt.Sprintf("%s … (+%d)", strings.Join(names, ", "), len(cells)-most)
	}
	return strings.Join(names, ", ")
}

// ranges writes the rising numbers that are greater than above as "4–6, 9".
func ranges(numbers []int, above int) string {
	var parts []string
	for i := 0; i < len(numbers); i++ {
		first := numbers[i]
		for i+1 < len(numbers) && numbers[i+1] == numbers[i]+1 {
			i++
		}
		switch {
		case first <= above:
		case first == numbers[i]:
			parts = append(parts, strconv.Itoa(first))
		default:
			parts = append(parts, fmt.Sprintf("%d–%d", first, numbers[i]))
		}
	}
	return strings.Join(parts, ", ")
}
