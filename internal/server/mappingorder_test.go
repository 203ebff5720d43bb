package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestWhoCheckedDaysAndMonthsSaysSoAtTheForm: where no day shows which is the month, the form asks
// whether somebody has checked it; the mapping remembers it, and forgets it with another form of dates.
func TestWhoCheckedDaysAndMonthsSaysSoAtTheForm(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		i := newImporting(t, x)
		const order = "samples.received_on.order"
		shown := i.upload(t, clinic(t)) // a day after the 12th shows it
		i.r.get(shown+"/mapping").want(t, http.StatusOK).lacks(t, `name="`+order+`"`)

		unclear := i.upload(t, []byte(strings.NewReplacer("13-02-2024", "03-02-2024", "14-02-2024", "04-02-2024", "15-02-2024", "05-02-2024",
			"16-02-2024", "06-02-2024", "17-02-2024", "07-02-2024").Replace(string(clinic(t)))))
		i.r.get(unclear+"/mapping").want(t, http.StatusOK, `name="`+order+`"`, "Somebody has checked that days and months are right")
		set := said(i, t, unclear)
		set["samples.received_on.date"], set[order] = []string{"DD-MM-YYYY"}, []string{"yes"}
		i.read(t, unclear, set)
		kept := func() string {
			mappings, err := i.store.Mappings(t.Context(), i.importer, i.service.ID)
			noError(t, err)
			return mappings[0].Text
		}
		if !strings.Contains(kept(), `order = "kept"`) {
			t.Fatalf("the mapping does not remember it:\n%s", kept())
		}

		again := unclear + "/mapping?from=clinic.1"
		form := asSent(i.r.get(again).want(t, http.StatusOK))
		if form.Get(order) != "yes" {
			t.Errorf("the form does not show what the mapping says: %q", form.Get(order))
		}
		form["samples.received_on.date"] = []string{"MM-DD-YYYY"}
		i.ended(t, i.r.post(unclear+"/mapping", form).want(t, http.StatusSeeOther).header.Get("Location"))
		if strings.Contains(kept(), "order =") {
			t.Errorf("what was checked of another form stands:\n%s", kept())
		}
	})
}
