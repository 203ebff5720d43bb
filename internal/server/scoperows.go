package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// mostScopeRows is how many rows of a scope a form reads at most.
const mostScopeRows = 1000

// scopeUnits are the units in which limits are typed, with the texts that name them where
// they do not say enough.
var scopeUnits = []struct{ unit, text string }{
	{"%", ""}, {"ppm", ""}, {"mg/g", ""}, {"µg", "page.methods.unit_ug"}, {"mg", "page.methods.unit_mg"}, {"mg/ml", ""}, {"µg/ml", ""}, {"ng/ml", "page.methods.unit_ng_ml"},
}

// limitRow is a row of a scope with its limits.
type limitRow struct {
	Legend                               string
	Substance, LOD, LOQ, Unit, SamplePer *page.Field
}

func (row *limitRow) fields() []*page.Field {
	return []*page.Field{row.Substance, row.LOD, row.LOQ, row.Unit, row.SamplePer}
}

// limitRow is an empty row, of which the unit is that of the others.
func (r *request) limitRow(number, unit, perML string) limitRow {
	name := func(part string) string { return "scope." + number + "." + part }
	narrow := func(part, label string) *page.Field {
		f := r.Optional(r.Input(name(part), page.TextField, label))
		f.Keyboard, f.Narrow, f.MaxLength = "decimal", true, 40
		return f
	}
	row := limitRow{
		Legend: r.Texts.Text("page.methods.row", "Row", number), Substance: r.Input(name("substance"), page.TextField, "page.field.substance"),
		LOD: narrow("lod", "page.analysis.lod"), LOQ: narrow("loq", "page.analysis.loq"),
		Unit: r.Input(name("unit"), page.SelectField, "page.field.unit"), SamplePer: narrow("sample_per_ml", "page.methods.sample_per_ml"),
	}
	row.Substance.Suggest = "/suggest/substances"
	for _, u := range scopeUnits {
		label := u.unit
		if u.text != "" {
			label = r.Texts.Text(u.text)
		}
		row.Unit.Options = append(row.Unit.Options, page.Option{Value: u.unit, Label: label})
	}
	row.Unit.Values, row.SamplePer.Values = []string{unit}, []string{perML}
	return row
}

// usualUnit is the unit and the dilution that most rows of a scope have; of none the first.
func usualUnit(m *lab.Method) (unit, perML string) {
	if m == nil {
		return scopeUnits[0].unit, ""
	}
	often, most := map[[2]string]int{}, 0
	for _, s := range m.Scope {
		row := s.Row("", ".")
		key := [2]string{row.Unit, row.SamplePerML}
		if row.Unit == "" {
			continue
		}
		if often[key]++; often[key] > most {
			most, unit, perML = often[key], key[0], key[1]
		}
	}
	if most == 0 {
		return scopeUnits[0].unit, ""
	}
	return unit, perML
}

// scopeRows are the numbers of the rows of a scope that were typed, in order.
func scopeRows(typed url.Values) []int {
	var numbers []int
	for name := range typed {
		if row, part, ok := lab.ParseScopeField(name); ok && part == "substance" && name == lab.ScopeField(row, part) {
			numbers = append(numbers, row)
		}
	}
	slices.Sort(numbers)
	return numbers[:min(len(numbers), mostScopeRows)]
}

// addScopeRows puts rows after the last that holds something. They count from 1, as people
// do.
func addScopeRows(typed url.Values, rows ...lab.ScopeRow) {
	next := 1
	for _, n := range scopeRows(typed) {
		if row := scopeRow(typed, n); row.IsEmpty() && len(rows) > 0 && !rows[0].IsEmpty() {
			for _, part := range []string{"substance", "lod", "loq", "unit", "sample_per_ml"} {
				typed.Del(lab.ScopeField(n, part))
			}
			continue
		}
		next = n + 1
	}
	for _, row := range rows {
		set := func(part, value string) { typed.Set(lab.ScopeField(next, part), value) }
		set("substance", row.Name)
		set("lod", row.LOD)
		set("loq", row.LOQ)
		set("unit", row.Unit)
		set("sample_per_ml", row.SamplePerML)
		next++
	}
}

// scopeRow is a row as it was typed.
func scopeRow(typed url.Values, number int) lab.ScopeRow {
	text := func(part string) string { return strings.TrimSpace(typed.Get(lab.ScopeField(number, part))) }
	return lab.ScopeRow{Name: text("substance"), LOD: text("lod"), LOQ: text("loq"), Unit: text("unit"), SamplePerML: text("sample_per_ml"), Line: number}
}

// readScope reads the rows that hold something. Its mistakes are in the fields of the rows.
func readScope(typed url.Values, d *lab.Dictionary) ([]lab.MethodScope, lab.FieldErrors) {
	var rows []lab.ScopeRow
	for _, number := range scopeRows(typed) {
		if row := scopeRow(typed, number); !row.IsEmpty() {
			rows = append(rows, row)
		}
	}
	scope, mistakes := d.ReadScope(rows)
	for i := range mistakes {
		if at, part, ok := lab.ParseScopeField(mistakes[i].Field); ok {
			mistakes[i].Field = lab.ScopeField(rows[at].Line, part)
		}
	}
	return scope, mistakes
}

// scopeHeadings are words for the first column of a table of a scope.
var scopeHeadings = []string{"substance", "name", "stof", "naam"}

func isScopeHeading(cell string) bool { return slices.Contains(scopeHeadings, lab.Fold(cell)) }

// cellsRow is a row of a scope from the cells of a table, by their places; a unit that is
// not told is that of the other rows.
func cellsRow(cells []string, unit, perML string) lab.ScopeRow {
	cells = append(slices.Clone(cells), "", "", "", "", "")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	row := lab.ScopeRow{Name: cells[0], LOD: cells[1], LOQ: cells[2], Unit: cells[3], SamplePerML: cells[4]}
	if row.Unit == "" {
		row.Unit, row.SamplePerML = unit, perML
	}
	for _, u := range scopeUnits { // in whatever letters
		if strings.EqualFold(row.Unit, u.unit) || strings.EqualFold(row.Unit, strings.Replace(u.unit, "µ", "u", 1)) {
			row.Unit = u.unit
		}
	}
	return row
}

// pastedRows reads rows as a spreadsheet copies them: with tabs between, or semicolons.
func pastedRows(text, unit, perML string) []lab.ScopeRow {
	var rows []lab.ScopeRow
	for line := range strings.Lines(text) {
		between := "\t"
		if !strings.Contains(line, between) {
			between = ";"
		}
		cells := strings.Split(strings.TrimRight(line, "\r\n"), between)
		if strings.TrimSpace(strings.Join(cells, "")) == "" || len(rows) == 0 && isScopeHeading(cells[0]) {
			continue
		}
		rows = append(rows, cellsRow(cells, unit, perML))
	}
	return rows
}

// scopeFile is the field of a file with rows.
const scopeFile = "file"

// fileRows reads the rows of a CSV file or a workbook that was sent along.
func (r *request) fileRows(mistakes *lab.FieldErrors, unit, perML string) ([]lab.ScopeRow, error) {
	file, head, err := r.Request.FormFile(scopeFile)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		mistakes.Check(false, scopeFile, "Choose a file first.")
		return nil, nil
	}
	if err != nil {
		return nil, page.ErrBadForm
	}
	defer file.Close()
	table, err := intake.ReadTableFrom(head.Filename, file, intake.Format{}, intake.DefaultLimits())
	if err != nil {
		mistakes.Check(false, scopeFile, "The file cannot be read: %s", err)
		return nil, nil
	}
	if !isScopeHeading(table.Header[0]) {
		mistakes.Check(false, scopeFile, "The first row of the file names the columns, in this order: substance, LOD, LOQ, unit, and of a dilution the milligrams of sample in a millilitre.")
		return nil, nil
	}
	for _, bad := range table.Malformed {
		mistakes.Check(false, scopeFile, "Row %[1]d of the file is left out: %[2]s", bad.Number, errors.New(bad.Reason))
	}
	var rows []lab.ScopeRow
	for _, row := range table.Rows {
		rows = append(rows, cellsRow(row.Cells, unit, perML))
	}
	return rows, nil
}

// moreScopeRows adds to a form what its buttons beside the rows ask for: empty rows, rows
// that were pasted, or those of a file. It tells whether one was pressed.
func (r *request) moreScopeRows(in *page.Reader, unit, perML string) (pressed bool, err error) {
	var rows []lab.ScopeRow
	switch in.Text("more") {
	case "yes":
		rows = slices.Repeat([]lab.ScopeRow{{Unit: unit, SamplePerML: perML}}, moreRows)
	case "paste":
		rows = pastedRows(in.Typed.Get("paste"), unit, perML)
	case "file":
		rows, err = r.fileRows(&in.Mistakes, unit, perML)
	default:
		return false, nil
	}
	if there := len(scopeRows(in.Typed)); err == nil && there+len(rows) > mostScopeRows {
		in.Mistakes.Check(false, "", "A scope has %[1]d rows at most; %[2]d are too many.", mostScopeRows, there+len(rows))
		return true, nil
	}
	if err == nil {
		addScopeRows(in.Typed, rows...)
	}
	if in.Text("more") == "paste" {
		in.Typed.Del("paste")
	}
	return true, err
}

// scopeView is what a method can see.
type scopeView struct {
	wording
	Method, Level, Retired string
	Quantifies, Open       bool
	Substances             []scopeRowView
}

// scopeRowView is a substance with the limits of a method for it.
type scopeRowView struct{ Substance, LOD, LOQ string }

func (n naming) scope(id lab.MethodID) *scopeView {
	m, ok := n.words.Methods[id]
	if !ok {
		return nil
	}
	v := &scopeView{wording: wording{n.texts}, Method: n.method(id), Level: n.texts.Code(locale.Levels, string(m.Level)), Quantifies: m.Quantifies, Open: m.OpenScope}
	if until := n.words.RetiredOn(m); until != 0 {
		v.Retired = n.texts.Text("page.methods.retired_since", "Day", n.texts.Date(until))
	}
	for _, s := range m.Scope {
		row := scopeRowView{Substance: n.substance(s.SubstanceID)}
		row.LOD, row.LOQ = s.Shown(n.texts.Mark())
		if s.SamplePerML != "" {
			per := n.texts.Text("page.methods.per_ml", "Amount", strings.Replace(s.SamplePerML, ".", n.texts.Mark(), 1))
			row.LOD, row.LOQ = diluted(row.LOD, per), diluted(row.LOQ, per)
		}
		v.Substances = append(v.Substances, row)
	}
	slices.SortFunc(v.Substances, func(a, b scopeRowView) int { return compareFolded(a.Substance, b.Substance) })
	return v
}

// diluted tells of a limit in what dilution it holds.
func diluted(limit, per string) string {
	if limit == "" {
		return ""
	}
	return fmt.Sprintf("%s (%s)", limit, per)
}

// typedScope puts the rows of a method into a form, in order of their names.
func (n naming) typedScope(typed url.Values, m *lab.Method) {
	var rows []lab.ScopeRow
	for _, s := range m.Scope {
		rows = append(rows, s.Row(n.substance(s.SubstanceID), n.texts.Mark()))
	}
	slices.SortFunc(rows, func(a, b lab.ScopeRow) int { return compareFolded(a.Name, b.Name) })
	addScopeRows(typed, rows...)
}
