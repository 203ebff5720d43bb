package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// States are the states that a visitor can find a sample in, as Code.State names
// them.
var States = []string{
	"received", "in analysis", "preliminary", "recognised from the list", "confirmed as expected", "with an adulterant",
	"not what it was sold as", "nothing detected", "inconclusive", "amended", "withdrawn", "not analysed", "rejected",
}

// certain picks samples that are in a state by now, whatever else is drawn: by what
// is found in them and by when they came in.
func (m *maker) certain(pools []load, now time.Time) ([]*life, error) {
	const day = 24 * time.Hour
	outcome := func(o lab.Outcome) func(*lab.Arrival, *lab.Publication) bool {
		return func(a *lab.Arrival, p *lab.Publication) bool {
			return p != nil && p.Outcome == o && p.Kind == lab.ConfirmedResult && a.Sample.Counted()
		}
	}
	confirmed := outcome(lab.ExpectedOnly)
	alone := func(a *lab.Arrival, p *lab.Publication) bool { return confirmed(a, p) && len(a.Evidence) == 1 }
	state := func(s lab.SampleState) func(*lab.Arrival, *lab.Publication) bool {
		return func(a *lab.Arrival, _ *lab.Publication) bool {
			return a.Sample.State == s && a.Sample.Channel == lab.FrontOfHouse
		}
	}
	var lives []*life
	for i, want := range []struct {
		what  string
		age   time.Duration
		fits  func(*lab.Arrival, *lab.Publication) bool
		extra extra
	}{
		{"received", day, alone, nothingElse},
		{"in analysis", 5 * day, alone, isQuestioned},
		{"preliminary", 2 * day, func(a *lab.Arrival, p *lab.Publication) bool { return confirmed(a, p) && seenAtCounter(a) }, nothingElse},
		{"recognised", 3 * day, func(_ *lab.Arrival, p *lab.Publication) bool { return p != nil && p.Result.Recognised }, nothingElse},
		{"confirmed", 15 * day, confirmed, isToldByPhone},
		{"adulterated", 15 * day, outcome(lab.ExpectedPlusAdulterant), nothingElse},
		{"not expected", 16 * day, outcome(lab.NotExpected), nothingElse},
		{"nothing detected", 17 * day, outcome(lab.NothingDetected), nothingElse},
		{"inconclusive", 18 * day, outcome(lab.OutcomeInconclusive), nothingElse},
		{"amended", 20 * day, func(a *lab.Arrival, p *lab.Publication) bool { return confirmed(a, p) && quantified(a) }, isAmended},
		{"withdrawn", 20 * day, confirmed, isWithdrawn},
		{"not analysed", 9 * day, state(lab.NotAnalysed), nothingElse},
		{"rejected", 6 * day, state(lab.Rejected), nothingElse},
		{"amended too", 19 * day, func(a *lab.Arrival, p *lab.Publication) bool { return confirmed(a, p) && quantified(a) }, isAmended},
		{"questioned too", 6 * day, alone, isQuestioned},
		{"to be repeated", 6 * day, alone, isRetracted},
		{"to be verified", 6 * day, alone, isUnverified},
		{"to be published", 6 * day, alone, isVerified},
	} {
		x := m.pick(pools, i, want.fits)
		if x == nil {
			return nil, fmt.Errorf("the year %d has no sample that is %s", m.Plan.To, want.what)
		}
		x.received, x.extra = openingHour(now.Add(-want.age), 30+i), want.extra
		lives = append(lives, x)
	}
	return lives, nil
}

// pick takes the first sample that fits out of the pools, beginning with another
// service each time.
func (m *maker) pick(pools []load, first int, fits func(*lab.Arrival, *lab.Publication) bool) *life {
	for i := range pools {
		at := (first + i) % len(pools)
		for j := range pools[at].arrivals {
			a := pools[at].arrivals[j]
			if a.Visit > 0 && fits(&a, m.foretell(&a)) {
				pools[at].arrivals = slices.Delete(pools[at].arrivals, j, j+1)
				return &life{arrival: a, service: m.services[at]}
			}
		}
	}
	return nil
}

// foretell is the result that a sample will have; nil where it will have none.
func (m *maker) foretell(a *lab.Arrival) *lab.Publication {
	f := a.Clone()
	for i := range f.Evidence {
		f.Evidence[i].Analysis.State = lab.Verified
	}
	p, err := m.words.Publish(f, lab.Why{})
	if err != nil {
		return nil
	}
	return p
}

// seenAtCounter tells whether a preliminary method found something before the
// laboratory did.
func seenAtCounter(a *lab.Arrival) bool {
	first := a.Evidence[0].Analysis
	return len(a.Evidence) > 1 && first.Level == lab.Preliminary && first.Conclusion == lab.HasFindings
}

// quantified tells whether the last analysis of a sample measured something.
func quantified(a *lab.Arrival) bool {
	last := a.Evidence[len(a.Evidence)-1]
	return slices.ContainsFunc(last.Findings, func(f lab.Finding) bool { return f.Detection == lab.Quantified })
}

// codes looks every sample up as its visitor would, and keeps one of each state.
func (m *maker) codes(ctx context.Context, lives []*life) ([]Code, error) {
	kept := map[string]Code{}
	for _, x := range lives {
		if x.key.ID.IsZero() {
			continue // not handed in yet
		}
		found, err := m.store.Lookup(ctx, x.hash)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", x.number, err)
		}
		state := stateOf(&found)
		if _, known := kept[state]; !known {
			kept[state] = Code{state, x.number.String(), x.code.Print()}
		}
	}
	codes := make([]Code, 0, len(States))
	for _, state := range States {
		code, ok := kept[state]
		if !ok {
			return nil, fmt.Errorf("no current sample is %s", state)
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// stateOf names the state of a sample as its visitor finds it.
func stateOf(found *store.Found) string {
	latest := found.Latest()
	switch {
	case latest == nil:
		return map[lab.SampleState]string{
			lab.Registered: "received", lab.InAnalysis: "in analysis", lab.NotAnalysed: "not analysed", lab.Rejected: "rejected",
		}[found.Sample.State]
	case latest.Kind == lab.WithdrawnResult:
		return "withdrawn"
	case latest.Kind == lab.AmendedResult:
		return "amended"
	case latest.Result.Recognised:
		return "recognised from the list"
	case latest.Kind == lab.PreliminaryResult:
		return "preliminary"
	}
	return map[lab.Outcome]string{
		lab.ExpectedOnly: "confirmed as expected", lab.ExpectedPlusAdulterant: "with an adulterant", lab.NotExpected: "not what it was sold as",
		lab.NothingDetected: "nothing detected", lab.OutcomeInconclusive: "inconclusive",
	}[latest.Outcome]
}
