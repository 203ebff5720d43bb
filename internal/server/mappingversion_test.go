package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAnOlderVersionReplacesNoNewerOneUnasked: who begins from version 1 while there is a version 2,
// or anew under a name that is taken, is asked, keeps what was typed, and may make it the newest.
func TestAnOlderVersionReplacesNoNewerOneUnasked(t *testing.T) {
	const asked = "There is a version 2 of clinic, and this one was not made from it."
	i := newImporting(t, oneSite(t))
	upload := i.upload(t, clinic(t))
	set := said(i, t, upload)
	i.read(t, upload, set)
	second := asSent(i.r.get(upload+"/mapping?from=clinic.1").want(t, http.StatusOK))
	second.Set("findings.unclear", "onduidelijk")
	i.ended(t, i.r.post(upload+"/mapping", second).want(t, http.StatusSeeOther).header.Get("Location"))

	// From the older version.
	older := asSent(i.r.get(upload+"/mapping?from=clinic.1").want(t, http.StatusOK))
	older.Set("findings.unidentified", "iets anders")
	shown := i.r.post(upload+"/mapping", older).want(t, http.StatusUnprocessableEntity, asked, "iets anders")
	i.r.get("/imports/UTR/mappings/clinic.3").want(t, http.StatusNotFound)

	// Anew, under a name that is taken; and as text.
	anew := asSent(i.r.get(upload+"/mapping").want(t, http.StatusOK))
	for name, values := range set {
		anew[name] = values
	}
	i.r.post(upload+"/mapping", anew).want(t, http.StatusUnprocessableEntity, asked)
	text := i.r.get("/imports/UTR/mappings/clinic.1").want(t, http.StatusOK).body
	pasted := asSent(i.r.get(upload+"?text=clinic.1").want(t, http.StatusOK))
	pasted.Set("text", text+"\n# mine\n")
	i.r.post(upload+"/text", pasted).want(t, http.StatusUnprocessableEntity, asked, "# mine")

	// It is made the newest by whoever sends it again, and a version that came meanwhile asks anew.
	again := asSent(shown)
	if got := again.Get("over"); got != "2" {
		t.Fatalf("it would replace version %q", got)
	}
	i.ended(t, i.r.post(upload+"/mapping", again).want(t, http.StatusSeeOther).header.Get("Location"))
	if third := i.r.get("/imports/UTR/mappings/clinic.3").want(t, http.StatusOK).body; !strings.Contains(third, "iets anders") {
		t.Errorf("version 3 is\n%s", third)
	}
	other := asSent(i.r.get(upload+"/mapping?from=clinic.1").want(t, http.StatusOK))
	other.Set("findings.other", "nog iets")
	i.r.post(upload+"/mapping", other).want(t, http.StatusUnprocessableEntity, "There is a version 3 of clinic")
	other.Set("profile", "clinic-old")
	i.ended(t, i.r.post(upload+"/mapping", other).want(t, http.StatusSeeOther).header.Get("Location"))
}
