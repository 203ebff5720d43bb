package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// current is how far back the samples go that staff are at work on. Lookup codes
// work for longer.
const current = 28 * 24 * time.Hour

// perDay is how many samples the largest services have on a day of the current
// weeks: enough for worklists of some length, few enough to be made in seconds.
const perDay = 1

// life is a sample of the current weeks on its way through the registry.
type life struct {
	arrival  lab.Arrival // the sample, and what will be found in it
	service  lab.Service
	received time.Time
	extra    extra

	// What it gets at the counter.
	key    lab.Key
	number lab.SampleNumber
	code   lab.LookupCode
	hash   store.CodeHash
}

// extra is what happens to a sample beside the usual.
type extra int

const (
	nothingElse extra = iota
	isAmended         // measured again after it was published
	isWithdrawn
	isQuestioned // by the second person, who waits for the answer
	isRetracted  // by the laboratory, which has to repeat it
	isUnverified // so far
	isVerified   // and waits to be published
	isToldByPhone
	isTurnedAway // another sample of the visitor is
)

// event is a step in the life of a sample, at its time.
type event struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
}

// work has the staff of all services work through the current weeks up to now: what
// is not done by then is their backlog. It returns a code for each state.
func (m *maker) work(ctx context.Context, now time.Time) ([]Code, error) {
	lives, err := m.lives(now)
	if err != nil {
		return nil, err
	}
	var events []event
	for _, x := range lives {
		events = append(events, m.events(x)...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		if e.at.After(now) {
			break
		}
		m.clock.at = e.at
		if err := e.do(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", e.what, err)
		}
	}
	m.clock.at = now
	return m.codes(ctx, lives)
}

// lives draws the samples of the current weeks: for each state one of which is
// certain to be in it by now, and an ordinary stream at every service.
func (m *maker) lives(now time.Time) ([]*life, error) {
	plan := Plan{Seed: m.Plan.Seed + 1, From: m.Plan.To, To: m.Plan.To, Scale: poolScale}
	country, err := newCountry(plan, m.words, m.services, m.locations)
	if err != nil {
		return nil, err
	}
	pools := country.year(plan.To)
	random := rand.New(rand.NewPCG(plan.Seed, uint64(plan.To)))
	for _, p := range pools {
		random.Shuffle(len(p.arrivals), func(i, j int) { p.arrivals[i], p.arrivals[j] = p.arrivals[j], p.arrivals[i] })
	}
	lives, err := m.certain(pools, now)
	if err != nil {
		return nil, err
	}
	for i, p := range pools {
		service := m.services[i]
		for day := current - 24*time.Hour; day >= 0; day -= 24 * time.Hour {
			for range perDay {
				if len(p.arrivals) == 0 || random.IntN(3) == 0 {
					continue // a quiet day
				}
				x := &life{arrival: p.arrivals[0], service: service, received: openingHour(now.Add(-day), random.IntN(openMinutes))}
				p.arrivals = p.arrivals[1:]
				switch random.IntN(12) {
				case 0:
					x.extra = isToldByPhone
				case 1:
					x.extra = isTurnedAway
				}
				lives = append(lives, x)
			}
		}
	}
	return lives, nil
}

// poolScale is the scale of the year from which current samples are drawn.
const poolScale = 0.3

// openMinutes is for how long a counter is open.
const openMinutes = 7 * 60

// openingHour is so many minutes after the counter opens on the day.
func openingHour(day time.Time, minutes int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 9, minutes, 0, 0, time.UTC)
}

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
	evidence := slices.Clone(a.Evidence)
	for i := range evidence {
		evidence[i].Analysis.State = lab.Verified
	}
	p, err := m.words.Publish(&a.Sample, a.Expected, evidence, nil, "")
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
		found, err := m.store.Lookup(ctx, []store.CodeHash{x.hash})
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
	latest := lab.Latest(found.Publications)
	switch {
	case latest == nil:
		return map[lab.SampleState]string{
			lab.Registered: "received", lab.InAnalysis: "in analysis", lab.NotAnalysed: "not analysed", lab.Rejected: "rejected",
		}[found.State]
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

// events are the steps in the life of a sample.
func (m *maker) events(x *life) []event {
	at := x.received
	var list []event
	then := func(after time.Duration, what string, do func(context.Context, *life) error) {
		at = at.Add(after)
		list = append(list, event{at, what, func(ctx context.Context) error { return do(ctx, x) }})
	}
	const day = 24 * time.Hour
	then(0, "register", m.register)
	if x.extra == isTurnedAway {
		then(2*time.Minute, "turn away", m.turnAway)
	}
	switch x.arrival.Sample.State {
	case lab.Rejected:
		then(10*time.Minute, "reject", m.moveBy(lab.Intake, lab.Rejected))
		return list
	case lab.NotAnalysed:
		then(2*day, "not analyse", m.moveBy(lab.Laboratory, lab.NotAnalysed))
		return list
	}
	for i := range x.arrival.Evidence {
		e := &x.arrival.Evidence[i]
		by, wait, check := lab.Laboratory, 3*day, 20*time.Hour
		if e.Analysis.Level != lab.Confirmatory {
			by, wait, check = lab.Intake, 15*time.Minute, 20*time.Minute
		}
		then(wait, "enter analysis", m.enter(by, e))
		if next, ok := m.stops()[x.extra]; ok && e.Analysis.Level == lab.Confirmatory {
			then(check, "stop", next)
			return list
		}
		then(check, "verify", m.verify)
		if i == len(x.arrival.Evidence)-1 || by == lab.Intake && x.arrival.Evidence[i+1].Analysis.Level == lab.Confirmatory {
			then(30*time.Minute, "publish", m.publish(""))
		}
	}
	switch x.extra {
	case isToldByPhone:
		then(5*time.Hour, "tell", m.tell)
	case isWithdrawn:
		then(2*day, "withdraw", m.withdraw)
	case isAmended:
		then(2*day, "retract", m.retract)
		then(time.Hour, "enter analysis again", m.enter(lab.Laboratory, remeasured(x.arrival.Evidence)))
		then(2*time.Hour, "verify again", m.verify)
		then(10*time.Minute, "amend", m.publish("A dilution was noted wrongly; the sample was measured again."))
	}
	return list
}

// stops are what happens to an entered analysis where the sample then waits.
func (m *maker) stops() map[extra]func(context.Context, *life) error {
	return map[extra]func(context.Context, *life) error{
		isQuestioned: m.ask,
		isRetracted:  m.retractEntered,
		isUnverified: func(context.Context, *life) error { return nil },
		isVerified:   m.verify,
	}
}

func (m *maker) register(ctx context.Context, x *life) error {
	sample := x.arrival.Sample
	place, err := time.LoadLocation(x.service.TimeZone)
	if err != nil {
		return err
	}
	sample.ServiceID, sample.ReceivedOn, sample.Channel = x.service.ID, lab.DateOf(x.received, place), lab.FrontOfHouse
	sample.ExpectedReadyOn = lab.DateOf(x.received.AddDate(0, 0, 10), place)
	sample.SourceRef, sample.SourceDigest, sample.Excluded, sample.CollectedOn = "", "", "", 0
	sample.State, sample.StateReason = lab.Registered, ""
	x.code = lab.NewLookupCode()
	hash, err := m.keys.Hash(x.code, sample.ReceivedOn)
	if err != nil {
		return err
	}
	x.hash = store.CodeHash(hash)
	registered, err := m.store.RegisterSample(ctx, m.staff[lab.Intake], store.Registration{Sample: sample, Expected: x.arrival.Expected, Code: &x.hash})
	x.key = registered.Key
	x.number = lab.SampleNumber{Service: x.service.Code, Year: int(registered.NumberYear), Running: int(registered.NumberRunning)}
	return err
}

func (m *maker) turnAway(ctx context.Context, x *life) error {
	sample, _, err := m.store.Sample(ctx, x.key)
	if err != nil {
		return err
	}
	visit := lab.Visit{Key: lab.Key{ServiceID: x.service.ID, ID: sample.VisitID}}
	_, err = m.store.TurnAway(ctx, m.staff[lab.Intake], visit, lab.ID{}, 1)
	return err
}

// moveBy moves a sample to the state that it will end in.
func (m *maker) moveBy(role lab.UserRole, to lab.SampleState) func(context.Context, *life) error {
	return func(ctx context.Context, x *life) error {
		sample, _, err := m.store.Sample(ctx, x.key)
		if err != nil {
			return err
		}
		_, err = m.store.MoveSample(ctx, m.staff[role], x.key, sample.Version, to, x.arrival.Sample.StateReason)
		return err
	}
}

func (m *maker) enter(role lab.UserRole, e *lab.Evidence) func(context.Context, *life) error {
	return func(ctx context.Context, x *life) error {
		a := e.Analysis
		a.Key, a.SampleID = lab.Key{ServiceID: x.key.ServiceID}, x.key.ID
		a.PerformedOn = lab.DateOf(m.clock.at, time.UTC)
		a.Overruled = "Measured twice, with the same result."
		_, err := m.store.EnterAnalysis(ctx, m.staff[role], a, slices.Clone(e.Findings))
		return err
	}
}

// last is the analysis of a sample that was entered last, in the given state.
func (m *maker) last(ctx context.Context, x *life, state lab.AnalysisState) (*lab.Analysis, error) {
	record, err := m.store.ReadSample(ctx, m.staff[lab.Verifier], x.key, lab.ForVerification)
	if err != nil {
		return nil, err
	}
	for i, e := range slices.Backward(record.Evidence) { // in order of entry
		if e.Analysis.State == state {
			return &record.Evidence[i].Analysis, nil
		}
	}
	return nil, fmt.Errorf("no analysis is %s: %w", state, lab.ErrNotFound)
}

func (m *maker) verify(ctx context.Context, x *life) error {
	a, err := m.last(ctx, x, lab.Entered)
	if err != nil {
		return err
	}
	_, err = m.store.VerifyAnalysis(ctx, m.staff[lab.Verifier], a.Key, a.Version, false)
	return err
}

func (m *maker) ask(ctx context.Context, x *life) error {
	a, err := m.last(ctx, x, lab.Entered)
	if err != nil {
		return err
	}
	_, err = m.store.AskAnalysis(ctx, m.staff[lab.Verifier], a.Key, a.Version, "The second injection is missing. Was it measured twice?")
	return err
}

// retract takes back what was verified.
func (m *maker) retract(ctx context.Context, x *life) error {
	return m.retractLast(ctx, x, lab.Verified, lab.Verifier, "The dilution was noted wrongly.")
}

// retractEntered takes back what was entered.
func (m *maker) retractEntered(ctx context.Context, x *life) error {
	return m.retractLast(ctx, x, lab.Entered, lab.Laboratory, "The vial leaked; it is to be repeated.")
}

func (m *maker) retractLast(ctx context.Context, x *life, state lab.AnalysisState, by lab.UserRole, reason string) error {
	a, err := m.last(ctx, x, state)
	if err != nil {
		return err
	}
	_, err = m.store.RetractAnalysis(ctx, m.staff[by], a.Key, a.Version, reason)
	return err
}

// publish releases what is verified; an amendment has its reason.
func (m *maker) publish(reason string) func(context.Context, *life) error {
	return func(ctx context.Context, x *life) error {
		by := m.staff[lab.Verifier]
		p, err := m.store.Proposal(ctx, by, x.key)
		if err != nil {
			return err
		}
		_, err = m.store.PublishResult(ctx, by, x.key, p.Sample.Version, p.Seen, reason)
		return err
	}
}

func (m *maker) withdraw(ctx context.Context, x *life) error {
	sample, _, err := m.store.Sample(ctx, x.key)
	if err != nil {
		return err
	}
	_, err = m.store.WithdrawResult(ctx, m.staff[lab.Verifier], x.key, sample.Version, "Two vials may have been mixed up.")
	return err
}

func (m *maker) tell(ctx context.Context, x *life) error {
	record, err := m.store.ReadSample(ctx, m.staff[lab.Intake], x.key, lab.ForReadOut)
	if err != nil {
		return err
	}
	latest := lab.Latest(record.Publications)
	if latest == nil {
		return nil // nothing to tell yet
	}
	return m.store.TellResult(ctx, m.staff[lab.Intake], x.key, latest.Version)
}

// remeasured is the last analysis with about a tenth less of everything that was
// measured, to as many digits.
func remeasured(evidence []lab.Evidence) *lab.Evidence {
	again := evidence[len(evidence)-1]
	again.Findings = slices.Clone(again.Findings)
	for i := range again.Findings {
		amount := &again.Findings[i].Amount
		step := int64(1)
		for amount.Value > 0 && amount.Value%(10*step) == 0 {
			step *= 10
		}
		amount.Value -= amount.Value / 10 / step * step
	}
	return &again
}
