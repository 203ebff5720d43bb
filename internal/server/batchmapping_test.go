package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAFileOfAnInstrumentIsMappedOnAForm: what the text of the mapping says stands in the form, and
// what is typed there becomes its text.
func TestAFileOfAnInstrumentIsMappedOnAForm(t *testing.T) {
	b := newBench(t, oneSite(t))
	_, _ = b.sample(t)
	address := b.sentFile(t, b.analyst, "name,vial,MDMA (%),caffeine (%)\nUTR-2025-00001,1,79.5,\nblank 1,2,0.1,\n")
	b.analyst.get(address).want(t, http.StatusOK, `href="`+address+`/mapping"`)
	form := asSent(b.analyst.get(address+"/mapping").want(t, http.StatusOK, "{n} (%): each column such as MDMA (%)", "A row a sample, a column a substance", address+`?text=yes#how`))
	b.analyst.get(address+"?text=yes").want(t, http.StatusOK, `<details id="how" open>`)
	for field, value := range map[string]string{
		"findings.layout": "grid", "findings.fields.sample.column": "name", "findings.fields.substance.column": "", "findings.fields.amount.column": "{n} (%)",
		"findings.fields.amount.unit": "%", "decimal": ".", "findings.blank": "blank*", "findings.ignored": "vial",
	} {
		form.Set(field, value)
	}
	b.analyst.post(address+"/mapping", form).leads(t, address)
	b.analyst.get(address).want(t, http.StatusOK, "1 sample would be entered", "79.5", "blank = [&#34;blank*&#34;]", "layout = &#34;grid&#34;")

	// What is changed in the text stands in the form.
	text := "decimal = \",\"\n[findings]\nlayout = \"grid\"\ncontinued = true\n[findings.fields]\nsample = \"vial\"\namount = { column = \"{n}\", unit = \"?\" }\n"
	b.analyst.post(address, b.run("mapping", text)).leads(t, address)
	b.analyst.lang = "nl"
	shown := b.analyst.get(address+"/mapping").want(t, http.StatusOK, "Een rij zonder nummer hoort bij het monster van de rij er direct boven.")
	again := asSent(shown)
	for field, want := range map[string]string{"findings.fields.sample.column": "vial", "decimal": ",", "findings.fields.amount.unit": "", "findings.layout": "grid"} {
		if got := again.Get(field); got != want {
			t.Errorf("%s is %q, not %q", field, got, want)
		}
	}

	// What is wrong stands beside its field, in the reader's language, and nothing of it is kept.
	again.Set("findings.blank", "UTR-2025-00001")
	b.analyst.post(address+"/mapping", again).want(t, http.StatusUnprocessableEntity, "Bij Gehalte: Geef de eenheid", "zou monsters weglaten", `id="field-findings.blank-mistake"`)
	if got := asSent(b.analyst.get(address + "/mapping")).Get("findings.blank"); got != "" {
		t.Errorf("what is wrong is kept: %q", got)
	}

	// Looked at again, it shows what was chosen and keeps nothing either.
	again.Set("more", "look")
	again.Set("findings.fields.sample.column", "name")
	if got := b.analyst.post(address+"/mapping", again).want(t, http.StatusOK, "blank 1").body; !strings.Contains(got, `<option value="name" selected`) {
		t.Error("what was chosen is gone")
	}
	b.second.get(address+"/mapping").leads(t, "/batches?done=batch_gone")
	b.second.post(address+"/mapping", again).leads(t, "/batches?done=batch_gone")
}
