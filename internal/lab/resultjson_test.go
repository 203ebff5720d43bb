package lab_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// TestAResultIsReadAsEncodingJSONReadsIt: in the form of either database, and
// whatever single byte of it is missing, added or another one.
func TestAResultIsReadAsEncodingJSONReadsIt(t *testing.T) {
	d := newDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		r, err := d.Propose(soldAs(soldAsKetamine, []lab.Expected{substance(ketamine)}, drawEvidence(t, d)...))
		if err != nil {
			t.Fatal(err)
		}
		stored, err := r.Value()
		if err != nil {
			t.Fatal(err)
		}
		plain := stored.(string)
		text := rapid.SampledFrom([]string{plain, strings.NewReplacer(":", ": ", ",", ", ").Replace(plain)}).Draw(t, "form")
		wantAsJSON(t, text)
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		other := string(rapid.SampledFrom([]byte(`"\{}[]:,-01.eEa \u0000`+"\x00\n\x7f\xff")).Draw(t, "byte"))
		wantAsJSON(t, text[:at]+text[at+1:])
		wantAsJSON(t, text[:at]+other+text[at:])
		wantAsJSON(t, text[:at]+other+text[at+1:])
	})
	for _, text := range []string{
		"", " ", "{", "{}", "{ }", "{,}", `{"level":"confirmatory"}x`, `{"level":"confirmatory",}`, `{"level" "confirmatory"}`, `{"level":null}`, "null", "[]", `""`, "7",
		`{"methods":[]}`, `{"methods":[1,]}`, `{"methods":[01]}`, `{"methods":[-0]}`, `{"methods":[--1]}`, `{"methods":[1.0]}`, `{"methods":[1e3]}`, `{"methods":[2147483648]}`,
		`{"methods":null,"findings":null,"signatures":null}`, `{"findings":[{}]}`, `{"findings":[null]}`, `{"findings":[{"amount":{"Decimals":128}}]}`,
		`{"findings":[{"base":9223372036854775808}]}`, `{"findings":[{"base":-9223372036854775808}]}`, `{"findings":[{"analysis":"no id"}]}`, `{"findings":[{"analysis":""}]}`,
		`{"LEVEL":"confirmatory"}`, `{"level":"\u0063onfirmatory"}`, `{"level":"é"}`, `{"unknown":{"level":1}}`, "{\n\t\"level\": \"confirmatory\"\r}", strings.Repeat(`{"findings":[`, 20_000),
	} {
		wantAsJSON(t, text)
	}
}

func wantAsJSON(t rapid.TB, text string) {
	t.Helper()
	var want, got lab.Result
	failed := json.Unmarshal([]byte(text), &want)
	switch err := got.Scan(text); {
	case (err == nil) != (failed == nil):
		t.Fatalf("%q is read with %v, by encoding/json with %v", text, err, failed)
	case err == nil && !reflect.DeepEqual(got, want):
		t.Fatalf("%q is read as %+v, by encoding/json as %+v", text, got, want)
	}
}

func BenchmarkReadResult(b *testing.B) {
	text := `{"level":"confirmatory","conclusion":"findings","methods":[3],"findings":[{"substance":1,"detection":"quantified","amount":{"Value":795000,"Scale":"ppm","Decimals":1},` +
		`"basis":"base","base":795000,"base_known":true,"role":"expected","main":true,"method":3,"analysis":"0194f3f0-0000-7000-8000-000000000000","level":"confirmatory"}],"signatures":["two"]}`
	for b.Loop() {
		var r lab.Result
		if err := r.Scan(text); err != nil {
			b.Fatal(err)
		}
	}
}
