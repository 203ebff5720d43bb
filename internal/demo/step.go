package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

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
	sample.SourceRef, sample.SourceKey, sample.SourceDigest, sample.SourcePublishedOn = "", "", "", 0
	sample.Excluded, sample.CollectedOn = "", 0
	sample.State, sample.StateReason = lab.Registered, ""
	usual, err := m.store.UsualPrice(ctx, m.staff[lab.Intake], x.service.ID, sample.ProductID, sample.Price, sample.ReceivedOn)
	if err != nil {
		return err
	}
	sample.Confirmed = sample.Confirmation(lab.Doubts(&sample, lab.Counter{Today: sample.ReceivedOn, UsualPrice: usual}))
	x.code = lab.NewLookupCode()
	hash, err := m.keys.Hash(x.code, sample.ReceivedOn)
	if err != nil {
		return err
	}
	x.hash = store.CodeHash(hash)
	registered, err := m.store.RegisterSample(ctx, m.staff[lab.Intake], store.Registration{File: lab.File{Sample: sample, Expected: x.arrival.Expected}, Code: &x.hash})
	x.key = registered.Key
	x.number = registered.Number(x.service.Code)
	return err
}

func (m *maker) turnAway(ctx context.Context, x *life) error {
	sample, _, err := m.store.Sample(ctx, m.staff[lab.Intake], x.key)
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
		sample, _, err := m.store.Sample(ctx, m.staff[role], x.key)
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
func (m *maker) publish(why lab.Why) func(context.Context, *life) error {
	return func(ctx context.Context, x *life) error {
		by := m.staff[lab.Verifier]
		p, err := m.store.Proposal(ctx, by, x.key)
		if err != nil {
			return err
		}
		if !why.Given() && p.Publication.NeedsReason() {
			why = lab.Why{ReasonCode: lab.ReasonMoreExact}
		}
		_, err = m.store.PublishResult(ctx, by, x.key, p.Sample.Version, p.Seen, why, p.Publication.Result.LeftOutFields()...)
		return err
	}
}

func (m *maker) withdraw(ctx context.Context, x *life) error {
	sample, _, err := m.store.Sample(ctx, m.staff[lab.Verifier], x.key)
	if err != nil {
		return err
	}
	_, err = m.store.WithdrawResult(ctx, m.staff[lab.Verifier], x.key, sample.Version, lab.Why{ReasonCode: lab.ReasonExchanged})
	return err
}

func (m *maker) tell(ctx context.Context, x *life) error {
	record, err := m.store.ReadSample(ctx, m.staff[lab.Intake], x.key, lab.ForReadOut)
	if err != nil {
		return err
	}
	latest := record.Latest()
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
