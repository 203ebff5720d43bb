package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// PublicationKind says what a version of a sample's result is.
type PublicationKind string

// The kinds of publication. Preliminary results rest on field methods or list
// recognition; a withdrawn one says nothing any more.
const (
	PreliminaryResult PublicationKind = "preliminary"
	ConfirmedResult   PublicationKind = "confirmed"
	AmendedResult     PublicationKind = "amended"
	WithdrawnResult   PublicationKind = "withdrawn"
)

// PublicationKinds is the vocabulary of PublicationKind.
var PublicationKinds = Vocabulary[PublicationKind]{PreliminaryResult, ConfirmedResult, AmendedResult, WithdrawnResult}

// Publication is one version of a sample's result, as released to its code and to
// the statistics. Versions are added, never changed or deleted.
type Publication struct {
	Key
	SampleID    ID
	Version     int32
	Kind        PublicationKind
	Why         // of an amendment or withdrawal
	Outcome     Outcome
	OutcomeEUDA Outcome
	Result      Result
	PublishedOn Date // for an import, the day on which the source published
	PublishedBy Optional
	PublishedAt Instant // when it was recorded here
	ImportID    ID
}

// nextKind is the kind of the next version of the result: preliminary while its level is below
// confirmatory, then confirmed. It is amended where it gives another answer than a preliminary
// one, or follows any other.
func (d *Dictionary) nextKind(f *File, next *Result) PublicationKind {
	kind := PreliminaryResult
	if next.Level == Confirmatory {
		kind = ConfirmedResult
	}
	last := f.Latest()
	if last != nil && (last.Kind != PreliminaryResult || d.differs(f, &last.Result, next)) {
		return AmendedResult
	}
	return kind
}

// Next proposes the next version of a sample's result from its verified analyses,
// without a reason yet.
func (d *Dictionary) Next(f *File) (*Publication, error) {
	result, err := d.Propose(f)
	if err != nil {
		return nil, err
	}
	result.Of = f.writeOf()
	p := &Publication{SampleID: f.Sample.ID, Version: 1, Kind: d.nextKind(d.Read(f), result), Result: *result}
	p.ServiceID = f.Sample.ServiceID
	if last := f.Latest(); last != nil {
		p.Version = last.Version + 1
	}
	p.Outcome, p.OutcomeEUDA = d.outcomes(result, f.Expected)
	return p, nil
}

// Refusals are the mistakes for which a proposed version cannot be released, in the
// rows of its findings.
func (d *Dictionary) Refusals(f *File, p *Publication) FieldErrors {
	errs := d.checkCeilings(&p.Result, f.Sample.Form)
	for _, t := range d.Ties(f, &p.Result) {
		errs.Check(false, FindingField(t.Row, "amount"), "Two analyses of the same worth measured amounts that are more than %d %% apart: mark the one to report.", ApartPercent)
	}
	return errs
}

// Repeats refuses a version that says what the latest says already. After one that took
// the result back the same is to be said again.
func (f *File) Repeats(p *Publication) error {
	last := f.Latest()
	if !f.Stands() || last.Outcome != p.Outcome || last.OutcomeEUDA != p.OutcomeEUDA {
		return nil
	}
	next := p.Result
	if last.Result.Of == "" { // it was not kept then
		next.Of = ""
	}
	said, err := last.Result.Text()
	if err != nil {
		return err
	}
	if says, err := next.Text(); err != nil || says != said {
		return err
	}
	return &MoveError{
		What: PublishResult.about(), From: string(last.Kind), To: string(p.Kind),
		Format: "Nothing has changed since version %d: there is nothing to release.", Args: []any{last.Version},
	}
}

// Publish makes the next version of a sample's result from its verified analyses.
// Amending asks for a reason.
func (d *Dictionary) Publish(f *File, why Why) (*Publication, error) {
	p, err := d.Next(f)
	if err != nil {
		return nil, err
	}
	if err := d.Refusals(f, p).Err(); err != nil {
		return nil, err // also where it would say the same, as long as one of two amounts has to be marked
	}
	if err := d.Unsaid(f, p); err != nil {
		return nil, err
	}
	if err := f.Repeats(p); err != nil {
		return nil, err
	}
	if err := f.checkPublication(PublishResult, p.Kind, why); err != nil {
		return nil, err
	}
	p.Why = why.settled()
	return p, nil
}

// checkPublication refuses a step in the life of the result that does not exist, lacks its
// reason, or has a wrong one.
func (f *File) checkPublication(act Action, to PublicationKind, why Why) error {
	m, err := moveOf(act, f.resultState(), string(to))
	if err != nil {
		return err
	}
	var errs FieldErrors
	errs.Check(!m.reason || why.Given(), "reason_code", "Choose the reason, or say it in words.")
	why.check(&errs)
	return errs.Err()
}

// resultState is where the result stands.
func (f *File) resultState() string {
	if last := f.Latest(); last != nil {
		return string(last.Kind)
	}
	return unpublished
}

// mayResult finds the step of the result, if the actor may take it.
func (f *File) mayResult(act Action, by Actor) (*move, error) {
	from, to := f.resultState(), []string(nil)
	switch {
	case act == TellResult && from != unpublished:
		from = published
	case act == PublishHeld:
		if !f.atOnce() {
			return nil, errNotHeld
		}
	case act == PublishResult:
		if len(f.verified()) == 0 {
			return nil, errNothingVerified
		}
	}
	return permit(by, f.Sample.ServiceID, act, from, to...)
}

// NeedsReason tells that releasing the version takes back what was said before.
func (p *Publication) NeedsReason() bool {
	return slices.ContainsFunc(moves, func(m move) bool {
		return (m.act == PublishResult || m.act == WithdrawResult) && m.to == string(p.Kind) && m.reason
	})
}

// Digest tells one proposed version from another, so that what is released is what
// was seen.
func (p *Publication) Digest() (string, error) {
	text, err := json.Marshal([]any{p.ServiceID, p.SampleID, p.Version, p.Kind, p.Outcome, p.OutcomeEUDA, p.Result})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Told lists what a new version of a result says of itself, for the audit trail: of what
// was released the SHA-256 of its text, which can be told anew from what is stored.
func (p *Publication) Told() ([]Difference, error) {
	text, err := p.Result.Text()
	return p.ToldOf(text), err
}

// ToldOf is Told where what was released is the text.
func (p *Publication) ToldOf(result string) []Difference {
	plain := *p
	plain.Result = Result{}
	told := Under("publication", Differences(Publication{}, plain))
	return append(told, Difference{Field: TrailResultSum, Old: "null", New: ValueOf(ResultSum(result))})
}

// checkReason refuses a reason that is too long, cannot be stored, or says who somebody is.
func checkReason(reason string) error {
	var errs FieldErrors
	checkFree(&errs, "reason", reason, maxReason)
	return errs.Err()
}

// Withdraw makes the version that takes a result back. It asks for a reason.
func (f *File) Withdraw(why Why) (*Publication, error) {
	if err := f.checkPublication(WithdrawResult, WithdrawnResult, why); err != nil {
		return nil, err
	}
	last := f.Latest()
	p := &Publication{
		SampleID: f.Sample.ID, Version: last.Version + 1, Kind: WithdrawnResult, Why: why.settled(),
		Outcome: last.Outcome, OutcomeEUDA: last.OutcomeEUDA, Result: last.Result,
	}
	p.ServiceID = f.Sample.ServiceID
	return p, nil
}

// TakenBack lets a file tell, as whoever has its code reads it, that the import which brought
// the sample was taken back: at once, before a version of its result says so, and also where
// nothing was published.
func (f *File) TakenBack(i *Import) {
	f.Sample.NoRetest = string(TakeBackImport) // nobody sees the sample any more
	last := f.Latest()
	if last != nil && !f.Stands() {
		return
	}
	p := Publication{SampleID: f.Sample.ID, Version: 1, Kind: WithdrawnResult, Why: i.Why, PublishedOn: i.EndedOn}
	p.ServiceID = f.Sample.ServiceID
	if last != nil {
		p.Version, p.Outcome, p.OutcomeEUDA, p.Result = last.Version+1, last.Outcome, last.OutcomeEUDA, last.Result
	}
	f.Publications = append(f.Publications, p)
}

// ReadOut notes that a version of a result was told by phone, and by whom.
type ReadOut struct {
	Key
	SampleID ID
	Version  int32
	ToldBy   Optional
	ToldAt   Instant
}

// Tell notes that the actor told a version of the result by phone. Where there is a
// newer one it is refused with a *StaleError: that one is to be told. A version that
// there never was is ErrNotFound.
func (f *File) Tell(by Actor, at Instant, version int32) (ReadOut, error) {
	told := ReadOut{SampleID: f.Sample.ID, Version: version, ToldBy: by.UserID, ToldAt: at}
	told.ServiceID = f.Sample.ServiceID
	if err := MayTell(by, f.Sample.ServiceID); err != nil {
		return told, err
	}
	latest := f.Latest()
	if latest == nil || version < 1 || version > latest.Version {
		return told, ErrNotFound
	}
	if seen := f.Publications[version-1]; version < latest.Version {
		return told, &StaleError{Have: latest.Version, Want: version, Changed: []Difference{
			{Field: "publication.kind", Old: ValueOf(latest.Kind), New: ValueOf(seen.Kind)},
			{Field: "publication.outcome", Old: ValueOf(latest.Outcome), New: ValueOf(seen.Outcome)},
		}}
	}
	return told, nil
}
