package lab

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
	Reason      string // of an amendment or withdrawal
	Outcome     Outcome
	OutcomeEUDA Outcome
	Result      Result
	PublishedOn Date // for an import, the day on which the source published
	PublishedBy Optional
	PublishedAt Instant // when it was recorded here
	ImportID    ID
}

// Publish makes the next version of a sample's result from its verified
// analyses. The version is preliminary while the highest level is below
// confirmatory, then confirmed, then amended; amending asks for a reason.
func (d *Dictionary) Publish(s *Sample, expected []Expected, evidence []Evidence, earlier []Publication, reason string) (*Publication, error) {
	result, err := d.Propose(evidence, s.ProductID, expected)
	if err != nil {
		return nil, err
	}
	if err := d.checkCeiling(result, s.Form); err != nil {
		return nil, err
	}
	p := &Publication{SampleID: s.ID, Version: 1, Kind: PreliminaryResult, Reason: reason, Result: *result}
	p.ServiceID = s.ServiceID
	if result.Level == Confirmatory {
		p.Kind = ConfirmedResult
	}
	from := "unpublished"
	if n := len(earlier); n > 0 {
		last := earlier[n-1]
		p.Version, from = last.Version+1, string(last.Kind)
		if last.Kind != PreliminaryResult || p.Kind != ConfirmedResult {
			p.Kind = AmendedResult
		}
	}
	move := publicationMove(from, p.Kind)
	if err := move.check("publication", from, string(p.Kind), reason); err != nil {
		return nil, err
	}
	p.Outcome, p.OutcomeEUDA = d.outcomes(result, expected)
	return p, nil
}

// Withdraw makes the version that takes a result back. It asks for a reason.
func Withdraw(s *Sample, earlier []Publication, reason string) (*Publication, error) {
	from := "unpublished"
	if n := len(earlier); n > 0 {
		from = string(earlier[n-1].Kind)
	}
	move := publicationMove(from, WithdrawnResult)
	if err := move.check("publication", from, string(WithdrawnResult), reason); err != nil {
		return nil, err
	}
	last := earlier[len(earlier)-1]
	p := &Publication{
		SampleID: s.ID, Version: last.Version + 1, Kind: WithdrawnResult, Reason: reason,
		Outcome: last.Outcome, OutcomeEUDA: last.OutcomeEUDA, Result: last.Result,
	}
	p.ServiceID = s.ServiceID
	return p, nil
}

// Latest returns the last version of a result, or nil when nothing was published.
func Latest(publications []Publication) *Publication {
	if len(publications) == 0 {
		return nil
	}
	return &publications[len(publications)-1]
}
