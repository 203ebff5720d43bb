package server_test

import (
	"net/http"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// A name that an import brought stands on its own visitor's result and on the record, marked as
// new, and is offered to the laboratory and to nobody else. Once it is merged into what it is,
// the result reads as that, with the name that the visitor knows beside it, in one line with
// what the same analysis found under the other name.
func TestANewNameIsMarkedAndAMergedOneLeadsOn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		c := newCounter(t, x)
		d, err := x.store.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		added, err := d.AddSubstance("cofeinum novum")
		if err != nil {
			t.Fatal(err)
		}
		batch := &store.ImportBatch{Import: lab.Import{Key: lab.Key{ServiceID: c.service.ID}, Profile: "new", Digest: "new", Files: "new"}, Substances: []*lab.Substance{added}}
		if err := x.store.Import(t.Context(), lab.Operator("import"), d, batch, func(int) {}); err != nil {
			t.Fatal(err)
		}
		sample, code := c.handIn(t, "ketamine")
		c.words = d
		c.analyse(t, sample, lab.GCMS, lab.HasFindings, c.found(t, "ketamine", lab.Identified, "", ""),
			c.found(t, "cofeinum novum", lab.Quantified, "12 %", lab.BasisBase), c.found(t, "caffeine", lab.Trace, "", ""))
		c.release(t, c.now(t, sample), "")

		en, nl := c.both(t, code)
		en.want(t, http.StatusOK, "cofeinum novum (new here, not yet reviewed)")
		nl.want(t, http.StatusOK, "cofeinum novum (nieuw hier, nog niet beoordeeld)")
		staff := x.staff(t, c.analyst)
		staff.get("/samples/"+sample.Number(c.service.Code).String()).want(t, http.StatusOK, "cofeinum novum", "new here, not yet reviewed")
		staff.get("/suggest/substances?q=cofeinum").want(t, http.StatusOK, "cofeinum novum", "not yet reviewed")
		if p := x.staff(t, c.intake).get("/suggest/substances?q=cofeinum"); strings.Contains(p.body, "cofeinum") {
			t.Errorf("the counter is offered %s", p.body)
		}

		if _, err := x.store.MergeSubstance(t.Context(), lab.Operator("test"), added.ID, storetest.Substance(t, d, "caffeine"), "the same"); err != nil {
			t.Fatal(err)
		}
		en, nl = c.both(t, code)
		en.want(t, http.StatusOK, "caffeine (called cofeinum novum before)", "12%")
		nl.want(t, http.StatusOK, "(eerder cofeinum novum genoemd)")
		if strings.Contains(en.body, "not yet reviewed") || strings.Contains(en.body, "Trace") {
			t.Errorf("the result says:\n%s", en.body)
		}
		staff.get("/samples/"+sample.Number(c.service.Code).String()).want(t, http.StatusOK, "caffeine (recorded as cofeinum novum)")
		x.staff(t, c.intake).get("/suggest/substances?q=cofeinum").want(t, http.StatusOK, `"caffeine"`)
	})
}
