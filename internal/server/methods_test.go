package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// methodAdmin is an administrator of all services, signed in.
func (b *bench) methodAdmin(t *testing.T) *reader {
	t.Helper()
	return b.staff(t, storetest.Person(t, b.store, "methods-admin", 0, lab.Administrator))
}

func (b *bench) method(m *lab.Method) string { return "/methods/" + itoa(lab.Optional(m.ID)) }

func TestOnlyTheMethodsThatOneMayUseAreOffered(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		admin := b.methodAdmin(t)
		admin.post("/laboratories", url.Values{"code": {"NAT"}, "name": {"National laboratory"}}).leads(t, "/laboratories/NAT")
		admin.get("/laboratories/NAT").want(t, http.StatusOK, "National laboratory", "analyst (analyst)", "all services")
		admin.post("/methods/new", url.Values{
			"kind": {"nmr"}, "lab": {"NAT"}, "level": {"confirmatory"}, "open_scope": {"yes"},
		}).leads(t, "/methods?done=method")
		address, _ := b.sample(t)
		for _, r := range []*reader{b.intake, b.analyst, b.second} {
			r.get(address+"/analyses/new").want(t, http.StatusOK, "Counter").lacks(t, "NMR, ")
		}
		b.intake.get(address+"/analyses/new").lacks(t, "GC-MS")
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, "GC-MS")

		people := url.Values{"name": {"National laboratory"}, "people": {itoa(b.actors["analyst"].UserID)}}
		people.Set("began", html.UnescapeString(admin.get("/laboratories/NAT").hidden(t, "/laboratories/NAT", "began")))
		admin.post("/laboratories/NAT", people).leads(t, "/laboratories/NAT?done=settings")
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, "NMR, National laboratory")
		b.second.get(address+"/analyses/new").lacks(t, "NMR, ")
		admin.get("/people/"+itoa(b.actors["analyst"].UserID)).want(t, http.StatusOK, `<a href="/laboratories/NAT">National laboratory</a>`)

		// Another administrator who began before is told, and saves nothing.
		people.Set("name", "National")
		people.Del("people")
		admin.post("/laboratories/NAT", people).want(t, http.StatusConflict, "somebody else has changed this", "analyst (analyst)")
		admin.post("/laboratories/NAT", url.Values{"name": {""}, "retired_on": {"soon"}}).want(t, http.StatusUnprocessableEntity, `href="#field-retired_on"`)
		admin.get("/laboratories/NAT").want(t, http.StatusOK, "National laboratory")

		// Who has none is told whom to ask.
		for _, code := range []string{"LAB1", "LAB2"} {
			began := html.UnescapeString(admin.get("/laboratories/"+code).hidden(t, "/laboratories/"+code, "began"))
			name := map[string]string{"LAB1": "Lab", "LAB2": "Counter"}[code]
			admin.post("/laboratories/"+code, url.Values{"name": {name}, "began": {began}}).leads(t, "/laboratories/"+code+"?done=settings")
		}
		b.second.get(address+"/analyses/new").want(t, http.StatusOK, "You may use no method for this service yet")

		// Whoever sends it nevertheless is refused at the method, with what was typed.
		fields := b.typed("79,5", "notes", "weighed twice")
		b.intake.post(address+"/analyses/new", fields).want(t, http.StatusUnprocessableEntity, "This method belongs to Lab", `href="#field-method"`, "weighed twice", "79,5")
	})
}

func TestAMethodIsCopiedReplacedAndRetired(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		admin, strip := b.methodAdmin(t), b.method(b.strip)
		b.analyst.get(strip).want(t, http.StatusOK, "test strip, Counter", "ketamine").lacks(t, "/next", "Add to the scope")
		admin.get(strip+"/next").want(t, http.StatusOK, "New version of test strip, Counter", `value="2"`, `value="ketamine"`, `value="presumptive" selected`).lacks(t, `name="kind"`, `name="lab"`)

		// One row more, from its own page.
		admin.post(strip+"/scope", url.Values{"scope.0.substance": {"nonsense"}, "scope.0.lod": {"0"}, "scope.0.unit": {"%"}}).
			want(t, http.StatusUnprocessableEntity, "is not in the dictionary", "A limit is more than 0", `value="nonsense"`)
		made := admin.post(strip+"/scope", url.Values{"scope.0.substance": {"isotonitazene"}, "scope.0.lod": {"200"}, "scope.0.unit": {"ng/ml"}, "scope.0.sample_per_ml": {"2"}})
		next := strings.TrimSuffix(made.header.Get("Location"), "?done=scope")
		admin.get(next+"?done=scope").want(t, http.StatusOK, "test strip, Counter 2", "200 ng/ml (2 mg of sample per ml)", "The new version is made", strip, "1 earlier version")
		admin.get(strip).want(t, http.StatusOK, "retired since", "It was replaced by", next).lacks(t, "Copy to a new version", "Add to the scope")
		admin.post(strip+"/scope", url.Values{"scope.0.substance": {"cocaine"}}).want(t, http.StatusUnprocessableEntity, "has been replaced by version 2")
		admin.get("/methods").want(t, http.StatusOK, "test strip, Counter 2", "1 earlier version")

		// The next one as a table.
		admin.get(next+"/next").want(t, http.StatusOK, `value="3"`, `value="200"`, `value="ng/ml" selected`)
		fields := url.Values{"version": {"3"}, "level": {"presumptive"}}
		for n, row := range [][]string{{"ketamine", "0.1", "0.05", "%"}, {"cocaine", "1", "", "mg"}, {"Cocaine", "", "", "%"}} {
			for i, part := range []string{"substance", "lod", "loq", "unit"} {
				fields.Set(lab.ScopeField(n+1, part), row[i])
			}
		}
		admin.post(next+"/next", fields).want(t, http.StatusUnprocessableEntity, "The limit of quantification, 0.05%, is below the limit of detection, 0.1%.", `href="#field-scope.1.loq"`, "Rows 2 and 3 are both Cocaine", `href="#field-scope.3.substance"`)
		fields.Set("scope.1.loq", "0,3")
		fields.Del("scope.3.substance")
		third := admin.post(next+"/next", fields).header.Get("Location")
		admin.get(third).want(t, http.StatusOK, "test strip, Counter 3", "0.1%", "0.3%", "1 mg", "2 earlier versions")

		third = strings.TrimSuffix(third, "?done=method")
		admin.post(third+"/retirement", url.Values{"retired_on": {"2099-01-01"}}).want(t, http.StatusUnprocessableEntity, "today at the latest", `href="#field-retired_on"`)
		admin.post(third+"/retirement", url.Values{}).want(t, http.StatusUnprocessableEntity, `href="#field-retired_on"`)
		admin.post(third+"/retirement", url.Values{"retired_on": {"yesterday"}}).leads(t, third+"?done=retired")
		admin.get("/methods").want(t, http.StatusOK, "Retired methods")
		admin.post(third+"/retirement", url.Values{"again": {"yes"}}).leads(t, third+"?done=retired")
		admin.get(third).want(t, http.StatusOK).lacks(t, `class="note warned"`)
	})
}

// A method that ends while somebody enters an analysis takes nothing of what was typed.
func TestAMethodIsRetiredWithDraftsOpen(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t)
		key := b.analyst.get(address+"/analyses/new").hidden(t, address+"/analyses/new", "form_key")
		fields := b.typed("79,5", "notes", "weighed twice", "form_key", key)
		b.analyst.post(keepAt(address+"/analyses/new"), fields).want(t, http.StatusNoContent)
		if err := b.store.RetireMethod(t.Context(), lab.Operator("test"), b.gcms.ID, 2025_02_04); err != nil {
			t.Fatal(err)
		}
		b.verifier.get(address+"/analyses/new").want(t, http.StatusOK).lacks(t, "GC-MS")
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, "weighed twice", "79,5", "GC-MS", "This method was retired on", "a run of that day or before can still be saved").
			lacks(t, `class="errors"`)

		// A later run is told so at once, and keeps everything.
		fields.Set("performed_on", "2025-02-05")
		b.analyst.post(keepAt(address+"/analyses/new"), fields).want(t, http.StatusNoContent)
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, "weighed twice", "Choose another, or give the day of the run", `href="#field-method"`)
		b.analyst.post(address+"/analyses/new", fields).want(t, http.StatusUnprocessableEntity, "Choose another, or give the day of the run", "weighed twice")
		fields.Set("performed_on", "2025-02-04")
		b.analyst.post(address+"/analyses/new", fields).leads(t, address+"?done=entered")

		// What is entered is changed, verified and read as before.
		analysis := analysisAddress.FindString(b.analyst.get(address).want(t, http.StatusOK, "GC-MS, Lab").body)
		b.analyst.get(analysis).want(t, http.StatusOK, "GC-MS, Lab", "This method was retired on")
		b.analyst.post(analysis, b.typed("80", "version", "1")).leads(t, address+"?done=changed")
		b.verifier.post(analysis+"/verify", url.Values{"version": {"2"}}).leads(t, address+"?done=verified")
	})
}

// withFile is a form as browsers send one with a file.
func withFile(t *testing.T, fields url.Values, name string, content []byte) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// upload sends the form of a new method with a file.
func (r *reader) upload(t *testing.T, fields url.Values, name string, content []byte) page {
	t.Helper()
	kind, body := withFile(t, fields, name, content)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.site.address.String()+"/methods/new", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept-Language", "en")
	return r.do(request)
}

// sheetOf is a sheet of a workbook.
type sheetOf struct {
	name string
	rows [][]any
}

// workbook is a workbook of one sheet with the rows.
func workbook(t *testing.T, rows ...[]any) []byte { return workbookOf(t, sheetOf{"Scope", rows}) }

// workbookOf is a workbook of the sheets.
func workbookOf(t *testing.T, sheets ...sheetOf) []byte {
	t.Helper()
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	const office, packaged = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://schemas.openxmlformats.org/package/2006"
	var types, list, targets, b bytes.Buffer
	var parts [][2]string
	for i, s := range sheets {
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, s.name, i+1, i+1)
		fmt.Fprintf(&targets, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, office, i+1)
		parts = append(parts, [2]string{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<worksheet xmlns="` + main + `"><sheetData>` + sheetRowsXML(s.rows) + `</sheetData></worksheet>`})
	}
	parts = append([][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + packaged + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packaged + `/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + main + `" xmlns:r="` + office + `"><sheets>` + list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packaged + `/relationships">` + targets.String() + `</Relationships>`},
	}, parts...)
	z := zip.NewWriter(&b)
	for _, part := range parts {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + part[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sheetRowsXML writes the rows of a sheet, those in which nothing stands left out.
func sheetRowsXML(rows [][]any) string {
	var sheet strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, cell := range row {
			at := fmt.Sprintf("%c%d", 'A'+j, i+1)
			switch cell := cell.(type) {
			case nil:
			case string:
				fmt.Fprintf(&sheet, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, cell)
			default:
				fmt.Fprintf(&sheet, `<c r="%s"><v>%v</v></c>`, at, cell)
			}
		}
		sheet.WriteString("</row>")
	}
	return sheet.String()
}

// Rows that are pasted, of a CSV file and of a workbook are read by one law: each fills a
// row, and what is wrong with it stands beside it.
func TestRowsArePastedAndReadFromFiles(t *testing.T) {
	b := newBench(t, oneSite(t))
	admin := b.methodAdmin(t)
	typed := url.Values{"kind": {"lc_ms"}, "lab": {"LAB1"}, "version": {"of the day"}, "level": {"confirmatory"}, "scope.1.substance": {"MDMA"}, "scope.1.lod": {"0,2"}, "scope.1.unit": {"%"}, "scope.2.substance": {""}, "scope.2.unit": {"%"}}
	with := func(more string, edit ...string) url.Values {
		fields := url.Values{"more": {more}}
		for name, values := range typed {
			fields[name] = values
		}
		for i := 0; i+1 < len(edit); i += 2 {
			fields.Set(edit[i], edit[i+1])
		}
		return fields
	}
	filled := []string{
		`value="of the day"`, `value="MDMA"`, `value="0,2"`, `id="field-scope.2.substance" name="scope.2.substance" value="ketamine"`, `value="LSD"`, `value="µg" selected`,
		`href="#field-scope.4.substance"`, "&#34;moonshine&#34;, in row 4, is not in the dictionary", `href="#field-scope.5.loq"`, "Rows 1 and 6 are both mdma", `href="#field-scope.6.substance"`, `value="ng/ml" selected`,
	}
	pasted := "Stof\tLOD\tLOQ\tEenheid\tmg/ml\r\nketamine\t0,1\t0,3\t\r\nLSD\t5\t\tug\n\nmoonshine\t1\t\t%\ncocaine\t0,3\t0,1\t%\nmdma\t200\t\tNG/ml\t2\n"
	admin.post("/methods/new", with("paste", "paste", pasted)).want(t, http.StatusOK, filled...)
	admin.post("/methods/new", with("paste", "paste", "caffeine\t1\t\tspoons\n")).want(t, http.StatusOK, `is no unit of a limit`, `href="#field-scope.2.unit"`, `value="spoons" selected`)
	admin.post("/methods/new", with("paste", "paste", strings.ReplaceAll(pasted, "\t", ";"))).want(t, http.StatusOK, filled...)
	csv := "Stof;LOD;LOQ;Eenheid;mg/ml\nketamine;0,1;0,3;;\nLSD;5;;ug;\nmoonshine;1;;%;\ncocaine;0,3;0,1;%;\nmdma;200;;NG/ml;2\n"
	admin.upload(t, with("file"), "scope.csv", []byte(csv)).want(t, http.StatusOK, filled...)
	admin.upload(t, with("file"), "scope.csv", []byte(csv+"caffeine;1\n")).want(t, http.StatusOK, append(filled, "Row 7 of the file is left out: has 2 cells where the header has 5")...)
	admin.upload(t, with("file"), "scope.xlsx", workbook(t,
		[]any{"Substance", "LOD", "LOQ", "Unit", "Dilution"}, []any{"ketamine", 0.1, 0.3}, []any{"LSD", 5, nil, "µg"}, []any{"moonshine", 1, nil, "%"},
		[]any{"cocaine", 0.3, 0.1, "%"}, []any{"mdma", 200, nil, "ng/ml", 2},
	)).want(t, http.StatusOK, filled...)

	admin.upload(t, with("file"), "scope.csv", []byte("ketamine;0,1;0,3;%\ncocaine;1;2;%\n")).want(t, http.StatusOK, "The first row of the file names the columns", `value="MDMA"`)
	admin.upload(t, with("file"), "scope.xls", []byte("nothing of the kind")).want(t, http.StatusOK, "The file cannot be read", `href="#field-file"`, `value="MDMA"`)
	admin.post("/methods/new", with("file")).want(t, http.StatusOK, "Choose a file first.", `value="MDMA"`)
	admin.post("/methods/new", with("paste", "paste", strings.Repeat("ketamine\t1\n", 1000))).want(t, http.StatusOK, "A scope has 1000 rows at most", `value="MDMA"`, "ketamine\t1\nketamine")
	// What was pasted or chosen and not put into the rows would not be recorded.
	admin.post("/methods/new", with("", "paste", "cocaine\t1")).want(t, http.StatusUnprocessableEntity, "These rows are not in the list yet", `href="#field-paste"`, "cocaine\t1", `value="MDMA"`)
	admin.upload(t, with(""), "scope.csv", []byte(csv)).want(t, http.StatusUnprocessableEntity, "The rows of &#34;scope.csv&#34; are not in the list yet", `href="#field-file"`)
	admin.upload(t, with(""), "", nil).leads(t, "/methods?done=method") // as a browser sends the form that no file was chosen in
	b.intake.upload(t, with("file"), "scope.csv", nil).want(t, http.StatusForbidden)
}
