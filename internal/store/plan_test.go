package store_test

import (
	"regexp"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// ofOne are statements about one sample, analysis or subject of the trail.
var ofOne = regexp.MustCompile(`(?s)\b(sample_id|analysis_id|subject|id) (=|IN) `)

// What is asked about one sample is found without walking through all of its
// service. SQLite walks along a key where that spares it sorting by that key.
func TestARecordIsFoundWithoutItsServicesOthers(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	b := newBench(t, s)
	plans := store.Explained(t, s)
	x := b.register(t, s)
	a := b.analyse(t, s, x, "79,5")
	changed := must[lab.Analysis](t)(s.ChangeAnalysis(t.Context(), b.analyst, a.Key, a.Version, a, ketamineAt(b, 780_000), ""))
	if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err == nil {
		t.Error("a stale version is verified")
	}
	asked := must[lab.Question](t)(s.AskAnalysis(t.Context(), b.verifier, a.Key, changed.Version, "Twice?"))
	must[lab.Question](t)(s.AnswerAnalysis(t.Context(), b.analyst, asked.Key, "Twice."))
	must[lab.Analysis](t)(s.VerifyAnalysis(t.Context(), b.verifier, a.Key, changed.Version, false))
	p := b.publish(t, s, x)
	if err := s.TellResult(t.Context(), b.verifier, x.Key, p.Version); err != nil {
		t.Fatal(err)
	}
	record := must[store.SampleRecord](t)(s.ReadSample(t.Context(), b.verifier, x.Key, lab.ForRelease))
	must[store.Work](t)(s.Worklist(t.Context(), b.verifier, store.WorkFilter{Service: b.service.ID}))
	must[[]store.ViewedBy](t)(s.Views(t.Context(), b.verifier, x.Key))
	must[lab.Publication](t)(s.WithdrawResult(t.Context(), b.verifier, x.Key, record.Sample.Version, lab.Because("en", "vials were exchanged")))
	looked := 0
	for statement, plan := range plans() {
		if !ofOne.MatchString(statement) {
			continue
		}
		looked++
		for step := range strings.Lines(plan) {
			if strings.Contains(step, "SCAN imports USING INDEX imports_hidden") { // which has few rows, once a statement
				continue
			}
			if strings.Contains(step, "(service_id=?)") || strings.Contains(step, "SCAN") && !strings.Contains(step, "SCAN (") {
				t.Errorf("%s\n%s", statement, step)
			}
		}
	}
	if looked < 15 {
		t.Errorf("only %d statements were looked at", looked)
	}
}
