package server

import (
	"slices"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/reports"
)

// causeView is a reason for which rows were rejected.
type causeView struct {
	Rows, Row            int
	Field, Value, Reason string
	File                 string
}

// lineView tells what became of a row, and why.
type lineView struct {
	Row                      int
	File, Fate, Field, Value string
	Reason                   string
}

// retold says each text in the reader's language.
func retold(texts *locale.Locale, list []string) []string {
	own := make([]string, len(list))
	for i, text := range list {
		own[i] = texts.Retell(text)
	}
	return own
}

// fileField is what the reader calls a field of a mapping; of other fields their key.
func (r *request) fileField(name string) string {
	known := func(f intake.FieldInfo) bool { return f.Name == name }
	if slices.ContainsFunc(intake.SampleFields(), known) || slices.ContainsFunc(intake.FindingFields(), known) {
		return r.Texts.Text(mappingLabel(name))
	}
	return name
}

func (r *request) causeViews(causes []intake.Cause) []causeView {
	views := make([]causeView, len(causes))
	for i := range causes {
		c := &causes[i]
		views[i] = causeView{c.Rows, c.Row, r.fileField(c.Field), c.Value, c.In(r.Texts.Retell), c.File}
	}
	return views
}

func (r *request) lineView(l intake.Line) lineView {
	return lineView{l.Row, l.File, l.Fate, r.fileField(l.Field), l.Value, r.Texts.Retell(l.Reason)}
}

// fileReceipts account for the files, with what is to be known of them.
func (r *request) fileReceipts(files []intake.FileReceipt) []intake.FileReceipt {
	own := slices.Clone(files)
	for i := range own {
		own[i].Notes = retold(r.Texts, own[i].Notes)
	}
	return own
}

// methodNames name methods that are new.
func (r *request) methodNames(methods []*lab.Method) []string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = naming{texts: r.Texts}.methodName(m)
	}
	return names
}

// correctionChanges are what a file changes of a recorded sample.
func (n naming) correctionChanges(x *intake.Correction) []page.ChangeView {
	var changes []page.ChangeView
	for _, some := range append(slices.Clone(x.What.Found), x.What.Changes) { // one analysis at a time: two may have found one substance
		changes = append(changes, n.changeViews(some, x.What.Findings())...)
	}
	return slices.DeleteFunc(changes, func(c page.ChangeView) bool { return c.Old == "" && c.New == "" }) // of what is new in the files
}

// correctionTexts tell what a file changes of a recorded sample, dangers first.
func (r *request) correctionTexts(n naming, x *intake.Correction) []string {
	var texts []string
	if len(x.Dangers) > 0 {
		texts = append(texts, r.Texts.Text("page.imports.corrected_dangers", "Names", strings.Join(x.Dangers, ", ")))
	}
	for _, c := range n.correctionChanges(x) {
		texts = append(texts, c.Field+": "+orDash(c.Old)+" → "+orDash(c.New))
	}
	return texts
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// receiptSheet is the receipt as a workbook, in the reader's language.
func (r *request) receiptSheet(title string, read *readImport) *reports.Sheet {
	n := naming{words: read.words, texts: r.Texts}
	records := read.receipt.Told(intake.Telling{
		Words: r.Texts.Retell, Field: r.fileField,
		Changes: func(c *intake.Correction) []string { return r.correctionTexts(n, c) },
	})
	return reports.ReceiptSheet(r.Texts, title, intake.ReceiptColumns, records)
}
