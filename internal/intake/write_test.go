package intake

import (
	"os"
	"reflect"
	"testing"
)

// TestAMappingIsWrittenAsItIsRead: nothing of what a mapping says is lost when a page writes it.
func TestAMappingIsWrittenAsItIsRead(t *testing.T) {
	texts := map[string]string{"odd": `profile = "odd \" \\ \u0007 é"
decimal = ","
exact_ids = true
ids_per_service = true
[[file]]
holds = "both"
sheet = "Blad 1"
header_row = 3
encoding = "windows-1252"
struck = "read"
[samples]
id = { column = "nr", zeros = "kept" }
received_on = { column = "day", date = "DD-MM-YYYY" }
sold_as = { column = "as", list = ";|" }
form = { value = "powder" }
channel = { column = "how", default = "found" }
effects = { ticks = { "e___1" = "nausea" } }
[findings]
layout = "columns"
columns = ["a", "b"]
nothing = ["", "n/a"]
unclear = ["?"]
not_analysed = ["-"]
unidentified = ["peak"]
other = ["rest"]
new_substances = ["two-five x"]
[findings.fields]
substance = { column = "stof {n}", values = { "x \t y" = "ketamine" } }
performed_on = { column = "done", date = "DD-MM-YYYY", order = "kept" }
amount = { column = "amount {n}", unit = "%", fractions = "none" }
[method."A; B"]
kind = "gc_ms"
lab = "Lab"
version = "2"
level = "confirmatory"
quantifies = true
scope = ["ketamine"]
[[confirmed]]
rule = "usual_amount"
reason = "weighed twice"
ids = ["A1"]
`}
	example, err := os.ReadFile("../../docs/import/voorbeeld.toml")
	if err != nil {
		t.Fatal(err)
	}
	texts["example"] = string(example)
	for _, name := range Profiles() {
		texts[name], _ = Profile(name)
	}
	odd, err := ParseMapping(texts["odd"])
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range reflect.VisibleFields(reflect.TypeFor[Field]()) {
		said := false
		for _, fields := range []map[string]Field{odd.Samples, odd.Findings.Fields} {
			for _, f := range fields {
				said = said || key.IsExported() && !reflect.ValueOf(f).FieldByIndex(key.Index).IsZero()
			}
		}
		if key.IsExported() && !said {
			t.Errorf("%s is in no field of the odd mapping, so that this proves nothing of it", key.Name)
		}
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			m, err := ParseMapping(text)
			if err != nil {
				t.Fatal(err)
			}
			written := m.Text()
			again, err := ParseMapping(written)
			if err != nil {
				t.Fatalf("%v\n%s", err, written)
			}
			if again.Text() != written {
				t.Errorf("it is written otherwise the second time:\n%s", again.Text())
			}
			for _, x := range []*Mapping{m, again} {
				x.text = nil
				forget(x.Samples)
				forget(x.Findings.Fields)
			}
			if !reflect.DeepEqual(m, again) {
				t.Errorf("read\n%+v\nwritten and read again\n%+v", m, again)
			}
		})
	}
}

// forget leaves out in which way fields were written.
func forget(fields map[string]Field) {
	for name, f := range fields {
		f.given = nil
		fields[name] = f
	}
}
