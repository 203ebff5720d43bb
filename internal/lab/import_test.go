package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// What a source says of a sample does not contradict itself, whichever way it comes.
func TestAnArrivalDoesNotContradictItself(t *testing.T) {
	d := newDictionary(t)
	run := verified(d, gcms, finding(ketamine, lab.Identified))
	measured := run.Analysis.PerformedOn
	for name, c := range map[string]struct {
		state     lab.SampleState
		evidence  []lab.Evidence
		published lab.Date
		want      string
	}{
		"as it is":                {lab.Completed, []lab.Evidence{run}, measured, ""},
		"nothing analysed":        {lab.NotAnalysed, nil, 0, ""},
		"not analysed, but found": {lab.NotAnalysed, []lab.Evidence{run}, measured, "state"},
		"published before":        {lab.Completed, []lab.Evidence{run}, measured - 1, "published_on"},
		"published tomorrow":      {lab.Completed, []lab.Evidence{run}, today + 1, "published_on"},
	} {
		a := lab.Arrival{File: lab.File{Sample: *newSample(func(s *lab.Sample) { s.State, s.SourcePublishedOn = c.state, c.published }), Evidence: c.evidence}}
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		t.Run(name, func(t *testing.T) { wantFields(t, a.Check(today), want...) })
	}
}

// A day of collection can be mistyped as one of receipt can.
func TestADayOfCollectionOfLongAgoIsRefused(t *testing.T) {
	for day, want := range map[lab.Date][]string{1959_12_31: {"collected_on"}, 1960_01_01: nil} {
		wantFields(t, newSample(func(s *lab.Sample) { s.CollectedOn = day }).Check(today), want...)
	}
}
