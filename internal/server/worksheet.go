package server

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
	"marquis/reports"
)

// sheetColumn is a column of a worklist that is taken away: what it is called in the plain
// file and in a workbook, and what each holds of a sample. Without those it is left empty for
// a result, and comes back.
type sheetColumn struct {
	name, label string
	number      bool
	plain       func(naming, *store.SheetRow) string
	shown       func(naming, *store.SheetRow) string // nil: as in the plain file
}

// sheetNumber is the column by which the sample is known again.
const sheetNumber = "number"

// worksheet is what somebody needs who prepares a run, and what the run tells. Nothing of it
// is about the visitor.
var worksheet = []sheetColumn{
	{name: sheetNumber, label: "page.work.number", plain: func(_ naming, x *store.SheetRow) string { return x.Number.String() }},
	{name: "product", label: "page.field.product", plain: func(n naming, x *store.SheetRow) string {
		if p := n.words.Products[x.Sample.ProductID]; p != nil {
			return p.NameEN
		}
		return ""
	}, shown: func(n naming, x *store.SheetRow) string { return n.product(x.Sample.ProductID) }},
	{
		name: "form", label: "page.field.form", plain: func(_ naming, x *store.SheetRow) string { return string(x.Sample.Form) },
		shown: func(n naming, x *store.SheetRow) string { return n.texts.Code(locale.Forms, string(x.Sample.Form)) },
	},
	{
		name: "colours", label: "page.field.colours", plain: func(_ naming, x *store.SheetRow) string { return strings.Join(x.Sample.Colours, " ") },
		shown: func(n naming, x *store.SheetRow) string {
			var names []string
			for _, code := range x.Sample.Colours {
				names = append(names, n.texts.Code(locale.Colours, code))
			}
			return strings.Join(names, ", ")
		},
	},
	{name: "logo", label: "page.field.logo", plain: func(_ naming, x *store.SheetRow) string { return x.Sample.Logo }},
	{name: "weight_mg", label: "page.work.sheet_weight", number: true, plain: func(n naming, x *store.SheetRow) string {
		if x.Sample.WeightUG == 0 {
			return ""
		}
		return lab.Amount{Value: x.Sample.WeightUG, Scale: lab.Ratio, Decimals: 3}.Number(".")
	}},
	{name: "expected", label: "page.field.expected", plain: func(n naming, x *store.SheetRow) string {
		var names []string
		for _, e := range x.Expected {
			names = append(names, e.String())
			if s := n.words.Substances[lab.SubstanceID(e.SubstanceID)]; s != nil {
				names[len(names)-1] = s.Name
			}
		}
		return strings.Join(names, "; ")
	}, shown: func(n naming, x *store.SheetRow) string { return n.expected(x.Expected) }},
	{
		name: "received_on", label: "page.field.received_on", plain: func(_ naming, x *store.SheetRow) string { return x.Sample.ReceivedOn.String() },
		shown: func(n naming, x *store.SheetRow) string { return n.texts.Date(x.Sample.ReceivedOn) },
	},
	{name: "held", label: "page.work.sheet_held", plain: func(_ naming, x *store.SheetRow) string {
		if x.Sample.HeldSince.IsZero() {
			return ""
		}
		return "yes"
	}, shown: func(n naming, x *store.SheetRow) string {
		if x.Sample.HeldSince.IsZero() {
			return ""
		}
		return n.texts.Text("page.work.sheet_yes")
	}},
	{name: "substance", label: "page.field.substance"},
	{name: "amount", label: "page.field.amount", number: true},
	{name: "unit", label: "page.field.unit"},
	{name: "basis", label: "page.field.basis"},
	{name: "detection", label: "page.field.detection"},
	{name: "uncertainty", label: "page.field.uncertainty", number: true},
	{name: "stereo", label: "page.field.stereo"},
	{name: "abundance", label: "page.field.abundance"},
}

// serveWorkCSV sends a worklist as a plain file.
func serveWorkCSV(r *request) error {
	return r.takeWorklist("csv", func(n naming, _ workQuery, rows []store.SheetRow) (*page.Content, error) {
		var body bytes.Buffer
		out := csv.NewWriter(&body)
		line := make([]string, len(worksheet))
		for i, c := range worksheet {
			line[i] = c.name
		}
		if err := out.Write(line); err != nil {
			return nil, err
		}
		for k := range rows {
			for i, c := range worksheet {
				if line[i] = ""; c.plain != nil {
					line[i] = lab.NoFormula(c.plain(n, &rows[k]))
				}
			}
			if err := out.Write(line); err != nil {
				return nil, err
			}
		}
		out.Flush()
		return page.NewContent(csvKind, "worklist.csv", body.Bytes()), out.Error()
	})
}

// serveWorkSheet sends a worklist as a workbook in the reader's language.
func serveWorkSheet(r *request) error {
	return r.takeWorklist("xlsx", func(n naming, q workQuery, rows []store.SheetRow) (*page.Content, error) {
		s := &reports.Sheet{
			Language: r.Texts.Language(), Name: r.Texts.Text("page.work.title"),
			Title: r.Texts.Text("page.work.title") + ": " + r.Texts.Code(locale.Stages, string(q.filter.Stage)),
			About: []string{r.Texts.Text("page.work.sheet_about"), r.Texts.Text("page.work.sheet_made", "When", r.Texts.Date(r.day()))},
		}
		if r.server.synthetic {
			s.Warning = r.Texts.Text("page.figures.synthetic")
		}
		for _, c := range worksheet {
			s.Columns = append(s.Columns, reports.SheetColumn{Title: r.Texts.Text(c.label), Number: c.number, Decimals: -1})
		}
		for k := range rows {
			s.Rows = append(s.Rows, sheetCellsOf(n, &rows[k]))
		}
		return sheetFile(s, "worklist.xlsx")
	})
}

// sheetCellsOf are the cells of a sample in a workbook.
func sheetCellsOf(n naming, x *store.SheetRow) []any {
	cells := make([]any, len(worksheet))
	for i, c := range worksheet {
		text := ""
		switch {
		case c.shown != nil:
			text = c.shown(n, x)
		case c.plain != nil:
			text = c.plain(n, x)
		}
		if text == "" {
			continue
		}
		cells[i] = text
		if d, err := lab.ParseThousandths(text); c.number && err == nil {
			cells[i] = float64(d) / 1000
		}
	}
	return cells
}

// takeWorklist sends the worklist that the address asks for as a file, and puts on record who
// took it.
func (r *request) takeWorklist(ending string, write func(naming, workQuery, []store.SheetRow) (*page.Content, error)) error {
	n, err := r.naming()
	if err != nil {
		return err
	}
	services, err := r.servicesSeen()
	if err != nil {
		return err
	}
	values := r.Request.URL.Query()
	values.Del("after")
	q, err := r.readWorkQuery(n, services, values)
	if err != nil {
		return err
	}
	if !q.open() {
		return lab.ErrNotFound
	}
	var rows []store.SheetRow
	if !r.headersAlone() {
		if rows, err = r.server.Store.TakeWorklist(r.Ctx(), r.Actor, q.filter); err != nil {
			return err
		}
	}
	file, err := write(n, q, rows)
	if err != nil {
		return err
	}
	r.Header("Content-Disposition", `attachment; filename="`+r.server.fileName("marquis-worklist-"+string(q.filter.Stage)+"."+ending)+`"`)
	r.Data(http.StatusOK, file.Kind, file.Body)
	return nil
}
