package server_test

import (
	"net/http"
	"regexp"
	"testing"

	"marquis/internal/lab"
)

// What a blotter holds is typed and told in micrograms, from the form to the visitor's page.
func TestABlotterIsTypedAndToldInMicrograms(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t, func(s *lab.Sample) { s.Form = lab.Blotter })
		form := b.analyst.get(address+"/analyses/new").want(t, http.StatusOK)
		first := regexp.MustCompile(`name="findings\.0\.unit"[^>]*>\s*<option value=""></option>\s*<option value="µg" selected>µg per piece</option>`)
		if !first.MatchString(form.body) {
			t.Errorf("micrograms are not what is offered first:\n%s", form.body)
		}
		fields := b.typed("150,5", "findings.0.substance", "LSD", "findings.0.unit", "µg", "findings.0.basis", "base", "findings.0.uncertainty", "10", "method", b.method(b.gcms)[len("/methods/"):])
		fields.Set("findings.0.unit", "")
		b.analyst.post(address+"/analyses/new", fields).want(t, http.StatusUnprocessableEntity, "Choose the unit of the amount.", beside("findings.0.unit"), `value="150,5"`)
		fields.Set("findings.0.unit", "µg")
		b.analyst.post(address+"/analyses/new", fields).leads(t, address+"?done=entered")
		b.analyst.get(address).want(t, http.StatusOK, `>150.5</td>`, "± 10 µg").lacks(t, "0.15 mg", "0.1505")
		analysis := analysisAddress.FindString(b.analyst.get(address).body)
		b.analyst.get(analysis).want(t, http.StatusOK, `value="150.5"`, `<option value="µg" selected>`, `value="10"`)
		b.published(t, address, analysis)
		b.intake.get(address+"/read-out").want(t, http.StatusOK, "150.5 µg per blotter", "10 µg").lacks(t, "0.15 mg", "0.1505")

		// Milligrams where a piece holds as much.
		address, _ = b.sample(t, func(s *lab.Sample) { s.Form = lab.Tablet })
		b.analyst.get(address+"/analyses/new").want(t, http.StatusOK, `<option value="mg" selected>mg per piece</option>`, `<option value="µg">µg per piece</option>`)
	})
}
