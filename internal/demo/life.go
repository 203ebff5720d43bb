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
			then(30*time.Minute, "publish", m.publish(lab.Why{}))
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
		then(10*time.Minute, "amend", m.publish(lab.Why{
			ReasonCode: lab.ReasonAmount, ReasonLang: lab.English, Reason: "A dilution was noted wrongly; the sample was measured again.",
			ReasonTranslation: "Een verdunning was verkeerd genoteerd; het monster is opnieuw gemeten.",
		}))
	}
	return list
}
