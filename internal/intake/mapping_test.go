package intake

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProfilesAreRight(t *testing.T) {
	if !slices.Contains(Profiles(), "unc-streetsafe") || !slices.Contains(Profiles(), "unc-gcms") {
		t.Fatalf("got %v", Profiles())
	}
	for _, name := range Profiles() {
		m, err := LoadMapping(name)
		if err != nil {
			t.Fatal(err)
		}
		service, ok := m.LabService()
		if m.Profile != name || !ok || service.Check() != nil {
			t.Errorf("%s: got %q for %+v", name, m.Profile, service)
		}
	}
}

func TestLoadMappingRefusesUnknownProfile(t *testing.T) {
	_, err := LoadMapping("nowhere")
	wantError(t, err, `there is no profile "nowhere"; use one of unc-gcms, unc-streetsafe, or the path of a mapping that ends in .toml`)
	_, err = LoadMapping(filepath.Join(t.TempDir(), "gone.toml"))
	wantError(t, err, "read the mapping")
}

func TestLoadMappingNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.toml")
	if err := os.WriteFile(path, []byte("profile = \"x\"\n[[file]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := LoadMapping(path)
	wantError(t, err, "own.toml: line 3: ")
}

func TestMappingWithoutService(t *testing.T) {
	if _, ok := mustMapping(t, rowsMapping).LabService(); ok {
		t.Error("the mapping names no service")
	}
}

// Every mistake is reported at once, each with its key.
func TestMappingReportsAllMistakes(t *testing.T) {
	_, err := parseMapping([]byte(`
colour = "blue"
[service]
code = "utrecht"
[[file]]
holds = "samples"
delimiter = "::"
encoding = "latin-9"
header_row = -1
[samples]
id = { value = "1" }
received_on = { column = "in", date = "dd/mm/yyyy" }
form = { column = "form", values = { poeder = "powdr" }, default = "unknown" }
channel = { value = "front" }
notes = "remarks"
weight = { column = "mg", unit = "mg" }
price = "price"
received_amount = { value = "a lot" }
shape = { colum = "shape" }
logo = 3
[findings]
layout = "table"
nothing = ["none"]
unclear = ["None"]
[findings.fields]
sample = "nr"
substance = { column = "substance", value = "ketamine" }
performed_on = { value = "31-02-2024", date = "DD-MM-YYYY" }
amount = { column = "amount", values = { spoor = "", tr = "traces" }, unit = "stones" }
uncertainty = { column = "±", values = { a = 1 } }
[method.x]
kind = "magic"
`))
	for _, want := range []string{
		`colour: This key is not known.`,
		`profile: Name the source.`,
		`service.code: "utrecht" is not a service code`,
		`service.time_zone: (empty) is not a time zone`,
		`file 1: It should say: holds = "both".`,
		`file 1: The delimiter is a comma, a semicolon, a tab or a vertical bar.`,
		`file 1: The encoding is utf-8, utf-16 or windows-1252.`,
		`file 1: The header row is counted from 1.`,
		`samples.id: It takes no value; it takes column, zeros.`,
		`samples.received_on: The form of dates "dd/mm/yyyy" holds "dd"`,
		`samples.sold_as: Say which column holds it, or give a value for all rows.`,
		`samples.form: The code "powdr" is not one of: powder, crystal`,
		`samples.form: The default "unknown" is not one of`,
		`samples.channel: The value "front" is not one of: front_of_house`,
		`samples.notes: This is not a field; the fields are id, received_on`,
		`samples.weight: It takes no unit; it takes column, value, values, default.`,
		`samples.price_currency: It is needed beside price.`,
		`samples.price_unit: It is needed beside price.`,
		`samples.received_amount: "a lot" is not a number`,
		`samples.received_unit: It is needed beside received_amount.`,
		`samples.shape: "colum" is not a key of a field; use column, value`,
		`samples.shape: Give either the column or a value for all rows.`,
		`samples.logo: Write the heading of a column, or a table with column or value.`,
		`findings.layout: It is "rows" or "columns".`,
		`findings.unclear: "None" stands in findings.nothing already.`,
		`findings.fields.sample: Leave it out`,
		`findings.fields.substance: Give either the column or a value for all rows.`,
		`findings.fields.performed_on: There is no such day.`,
		`findings.fields.amount: Say as what a substance with the amount "spoor" was found.`,
		`findings.fields.amount: The code "traces" is not one of: quantified`,
		`findings.fields.amount: Unit "stones" is not known`,
		`findings.fields.uncertainty: What "a" means is a text between quotation marks.`,
		`decimal: Say which decimal mark the numbers have: a comma or a point.`,
		`method.x.kind: "magic" is not one of: list_recognition`,
		`method.x.level: Choose one of: presumptive`,
		`method.x.lab: Name the laboratory that runs the method.`,
	} {
		wantError(t, err, want)
	}
}

func TestMappingRefusals(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"wrong type", `profile = "test"`, `profile = 3`, "line 2 (last key \"profile\"): incompatible types"},
		{"no file", "[[file]]\nholds = \"both\"\n", "", "file: Describe one file, or two: samples and findings."},
		{"two files without link", "[[file]]\nholds = \"both\"\n", "[[file]]\nholds=\"samples\"\n[[file]]\nholds=\"findings\"\n", "findings.fields.sample: Say which column names the sample."},
		{"decimal mark", `decimal = ","`, `decimal = "'"`, "decimal: Say which decimal mark"},
		{"two meanings of one text", `poeder = "powder"`, `poeder = "powder", " Poeder" = "paste"`, `The values say two things of "poeder"; capitals and spaces make no difference.`},
		{"values that are no table", `values = { poeder = "powder", pil = "tablet" }`, `values = "powder"`, "samples.form: The values are a table"},
		{"empty key", `column = "form"`, `column = ""`, "samples.form: The column is a text between quotation marks, and not empty."},
		{"two units", `performed_on =`, "unit = \"unit\"\nperformed_on =", "findings.fields.amount: Give its unit: either here"},
		{"no unit", `, unit = "%"`, "", "findings.fields.amount: Give its unit: either here"},
		{"count of rows", `layout = "rows"`, "layout = \"rows\"\ncount = 3", "findings.layout: Only findings in numbered columns have a count"},
		{"columns without count", `layout = "rows"`, `layout = "columns"`, "findings.count: Say how many numbered columns there are"},
		{"columns without number", `layout = "rows"`, "layout = \"columns\"\ncount = 3", `findings.fields.substance: Its heading holds {n}`},
		{"no method", rowsMapping[strings.Index(rowsMapping, "[method.default]"):], "", "method: Describe the method, as [method.default]."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(rowsMapping, test.old) {
				t.Fatalf("%q is not in the mapping", test.old)
			}
			_, err := parseMapping([]byte(strings.Replace(rowsMapping, test.old, test.new, 1)))
			wantError(t, err, test.want)
		})
	}
}

func TestScopeOfMethod(t *testing.T) {
	text := strings.Replace(rowsMapping, `level = "presumptive"`, "level = \"presumptive\"\nscope = [\"fentanyl\", \"isotonitazene\"]", 1)
	plan, d := mustPlan(t, mustMapping(t, text), file(cells{"substance": "fentanyl", "method": "Strip"}))
	if m := plan.Methods[0]; m.OpenScope || len(m.Scope) != 2 || d.Substances[m.Scope[0].SubstanceID].Name != "fentanyl" {
		t.Errorf("got %+v", m)
	}
	// A scope says what a method rules out, not what it may find.
	plan, _ = mustPlan(t, mustMapping(t, text), file(cells{"method": "strip"}))
	if note := "findings outside the declared scope of their method, which are taken: 1"; !slices.Contains(plan.Receipt.Files[0].Notes, note) {
		t.Errorf("%q has no note %q", plan.Receipt.Files[0].Notes, note)
	}
	plan, _ = mustPlan(t, mustMapping(t, text), file(cells{"method": "strip", "amount": "n.d."}))
	wantLine(t, plan, 2, Rejected, "substance", "ketamine", "not in the method's scope")

	_, _, err := planOf(t, mustMapping(t, strings.Replace(text, `"fentanyl"`, `"fentanil"`, 1)), file(cells{}))
	wantError(t, err, `method.strip of the mapping: scope: "fentanil" is not in the dictionary.`)
}

// A text of tables within tables without end, which the reader of TOML takes minutes for, is
// refused before it is read.
func TestMappingsWithoutEndAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"keys":                   "[" + strings.Repeat("a.", 20_000) + "a]\n",
		"tables":                 "a = " + strings.Repeat("{ a = ", 10_000) + "1" + strings.Repeat(" }", 10_000) + "\n",
		"lists on several lines": "a = " + strings.Repeat("[\n", 10_000),
		"too much":               "# " + strings.Repeat("x", 200_000),
	} {
		begun := time.Now()
		_, err := ParseMapping(text)
		_, other := ParseBatchMapping(text)
		if err == nil || other == nil || !strings.Contains(err.Error(), "mapping") {
			t.Errorf("%s: %v, %v", name, err, other)
		}
		if time.Since(begun) > 10*time.Second {
			t.Errorf("%s: it takes %s", name, time.Since(begun))
		}
	}
}
