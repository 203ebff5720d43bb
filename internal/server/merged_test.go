package server_test

import (
	"net/http"
	"net/url"
	"slices"
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

// Pages that are open while a substance is merged: what was typed and signed on them stands by
// the name that they told, and reads as the other at once; a result that reads differently is
// shown again before it is released; and where two names became one, the form says so.
func TestPagesThatAreOpenWhileASubstanceIsMerged(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		merge := func(from, into string) {
			t.Helper()
			id, end := storetest.Substance(t, b.words, from), storetest.Substance(t, b.words, into)
			_ = must(x.store.MergeSubstance(t.Context(), lab.Operator("test"), id, end, "the same"))
		}
		address, _ := b.sample(t)
		pma := []string{"findings.1.substance", "PMA", "findings.1.amount", "12", "findings.1.unit", "%", "findings.1.basis", "base"}
		b.analyst.post(address+"/analyses/new", b.typed("40", pma...)).leads(t, address+"?done=entered")
		analysis := analysisAddress.FindString(b.analyst.get(address).body)
		open := b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "PMA").lacks(t, "recorded as")
		other, _ := b.sample(t)
		b.analyst.get(other+"/analyses/new").want(t, http.StatusOK)

		merge("PMA", "PMMA")
		b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "PMMA (recorded as PMA)")
		b.verifier.post(analysis+"/verify", url.Values{"version": {open.hidden(t, analysis+"/verify", "version")}}).leads(t, address+"?done=verified")
		b.verifier.get(address).want(t, http.StatusOK, "PMMA (recorded as PMA)", "12", "verified")

		// The release that was on the screen says another name than the one that would go out.
		seen := b.verifier.get(address+"/release").want(t, http.StatusOK, "PMMA")
		fields := url.Values{"version": {seen.hidden(t, address+"/release", "version")}, "seen": {seen.hidden(t, address+"/release", "seen")}}
		merge("PMMA", "4-MTA")
		again := b.verifier.post(address+"/release", fields).want(t, http.StatusConflict, "4-MTA")
		fields.Set("seen", again.hidden(t, address+"/release", "seen"))
		b.verifier.post(address+"/release", fields).leads(t, address+"?done=published")
		b.verifier.get(address).want(t, http.StatusOK, "4-MTA (recorded as PMA)")

		// What was typed by the old name is taken, and told by the new one.
		b.analyst.post(other+"/analyses/new", b.typed("40", pma...)).leads(t, other+"?done=entered")
		changed := analysisAddress.FindString(b.analyst.get(other).want(t, http.StatusOK, "4-MTA").body)

		// An analysis that has two names which become one can be changed once a row is gone.
		two := append(slices.Clone(pma), "findings.1.substance", "4-MTA", "findings.2.substance", "MDA", "findings.2.detection", "trace", "version", "1")
		b.analyst.post(changed, b.typed("40", two...)).leads(t, other+"?done=changed")
		merge("MDA", "4-MTA")
		kept := b.analyst.get(changed).want(t, http.StatusOK, `value="4-MTA"`, `value="MDA"`)
		two = append(two, "version", kept.hidden(t, changed, "version"), "notes", "seen again")
		b.analyst.post(changed, b.typed("40", two...)).want(t, http.StatusUnprocessableEntity, "by one name or by two that mean 4-MTA", `href="#field-findings.2.substance"`, `value="MDA"`, "seen again")
		x.staff(t, b.actors["analyst"]).get(changed+"?lang=nl").want(t, http.StatusOK, `value="MDA"`)
		two = append(two, "findings.2.substance", "", "findings.2.detection", "")
		b.analyst.post(changed, b.typed("40", two...)).leads(t, other+"?done=changed")
	})
}
