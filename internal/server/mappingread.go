package server

import (
	"maps"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// readMapping writes what was typed into a mapping. What the form does not show stays.
func readMapping(in *page.Reader, m *intake.Mapping, files int) {
	m.Profile, m.Decimal = in.Text("profile"), in.Text("decimal")
	m.Files = readFiles(in, m.Files, files)
	m.Samples = readFields(in, "samples.", intake.SampleFields(), m.Samples)
	m.Findings.Fields = readFields(in, "findings.fields.", intake.FindingFields(), m.Findings.Fields)
	m.Findings.Layout = in.Text("findings.layout")
	m.Findings.Count = int(in.Whole("findings.count"))
	if m.Findings.Count > 0 || m.Findings.Layout != "columns" {
		m.Findings.Columns = nil
	}
	for _, x := range wordLists(&m.Findings) {
		*x.list = readLines(in.Text("findings." + x.key))
	}
	m.Methods = readMethods(in, m.Methods)
}

func readLines(text string) (list []string) {
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); line {
		case "":
		case emptyCell:
			list = append(list, "")
		default:
			list = append(list, line)
		}
	}
	return list
}

func readFiles(in *page.Reader, before []intake.FileMapping, files int) []intake.FileMapping {
	list := make([]intake.FileMapping, files)
	for i := range list {
		if i < len(before) {
			list[i].Struck = before[i].Struck
		}
		place := []string{"file.1", "file.2"}[i]
		list[i].Holds = []string{"samples", "findings"}[i]
		if files == 1 {
			list[i].Holds = "both"
		}
		list[i].Sheet, list[i].HeaderRow = in.Text(place+".sheet"), int(in.Whole(place+".header_row"))
		list[i].Delimiter, list[i].Encoding = in.Typed.Get(place+".delimiter"), in.Text(place+".encoding")
	}
	return list
}

// readFields reads the fields of samples or findings. A value that was not shown with its column
// keeps what it stands for.
func readFields(in *page.Reader, prefix string, fields []intake.FieldInfo, before map[string]intake.Field) map[string]intake.Field {
	list := map[string]intake.Field{}
	for _, f := range fields {
		name, x := prefix+f.Name, before[f.Name]
		column, value := in.Text(name+".column"), in.Text(name+".value")
		if column == ofTicks {
			list[f.Name] = intake.Field{Ticks: readTicks(in, name, x.Ticks)}
			continue
		}
		if column == "" || column == ofAllRows && value == "" {
			in.Mistakes.Check(column != ofAllRows, name+".value", "Say what it is in all rows.")
			continue
		}
		kept := x.Values
		if column != x.Column {
			kept = nil
		}
		form := in.Text(name + ".date")
		x.Order = readOrder(in.Text(name+".order") == "yes", x, column, form)
		x = intake.Field{
			Column: column, Date: form, List: listMarks(in.Typed.Get(name + ".list")), Default: in.Text(name + ".default"), Unit: in.Text(name + ".unit"),
			Zeros: x.Zeros, Fractions: x.Fractions, Order: x.Order,
		}
		if column == ofAllRows {
			x.Column, x.Value = "", value
			x.Default, x.List = "", ""
		}
		if x.Column != "" {
			x.Values = readValues(in, name, f, kept)
		}
		list[f.Name] = x
	}
	return list
}

// readOrder is "kept" where somebody says that days and months stand as the form says. What was said
// before, of another column or another form, was checked of other days.
func readOrder(says bool, before intake.Field, column, form string) string {
	other := column != before.Column || form != before.Date
	if !says || before.Order != "" && other {
		return ""
	}
	return "kept"
}

// readTicks reads for which choice a tick stands in each column. A column that was not shown stays.
func readTicks(in *page.Reader, name string, kept map[string]string) map[string]string {
	ticks := map[string]string{}
	maps.Copy(ticks, kept)
	for key, typed := range in.Typed {
		hash, is := strings.CutPrefix(key, name+".heading.")
		if !is || len(typed) == 0 {
			continue
		}
		if code := in.Text(name + ".tick." + hash); code == "" {
			delete(ticks, typed[0])
		} else {
			ticks[typed[0]] = code
		}
	}
	in.Mistakes.Check(len(ticks) > 0, name+".column", "Say of at least one column for which choice a tick in it stands.")
	return ticks
}

// listMarks are separators as they were typed, without the spaces that people put between.
func listMarks(text string) string { return strings.ReplaceAll(text, " ", "") }

// readValues reads what the values of a field stand for.
func readValues(in *page.Reader, name string, f intake.FieldInfo, kept map[string]string) map[string]string {
	values := map[string]string{}
	for from, to := range kept {
		values[from] = to
	}
	for key, typed := range in.Typed {
		hash, is := strings.CutPrefix(key, name+".from.")
		if !is || len(typed) == 0 {
			continue
		}
		value := typed[0]
		to := in.Text(name + ".to." + hash)
		code, known := f.Knows(value)
		switch {
		case to == "" || known && code == to && len(f.Codes) > 0:
			delete(values, intake.FoldValue(value))
		case to == leftOutValue:
			values[intake.FoldValue(value)] = ""
		default:
			values[intake.FoldValue(value)] = to
		}
	}
	return values
}

// readMethods reads the methods that are described. Their scope, which the form does not show,
// stays.
func readMethods(in *page.Reader, before map[string]intake.MethodMap) map[string]intake.MethodMap {
	list := map[string]intake.MethodMap{}
	for key, typed := range in.Typed {
		place, is := strings.CutSuffix(key, ".name")
		if !is || !strings.HasPrefix(key, "method.") || len(typed) == 0 {
			continue
		}
		list[typed[0]] = intake.MethodMap{
			Kind: lab.MethodKind(in.Text(place + ".kind")), Lab: in.Text(place + ".lab"), Version: in.Text(place + ".version"),
			Level: lab.Level(in.Text(place + ".level")), Quantifies: in.Text(place+".quantifies") == "yes", Scope: before[typed[0]].Scope,
		}
	}
	return list
}
