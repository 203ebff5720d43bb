package lab

import (
	"reflect"
	"slices"
	"strconv"
)

// Stage is the worklist that a sample is on: what has to be done with it next.
// Every sample is on one.
type Stage string

// The stages.
const (
	StageToAnalyse   Stage = "to_analyse"  // registered, nothing entered yet, or to be analysed anew
	StageInAnalysis  Stage = "in_analysis" // the laboratory has more to do
	StageQuestions   Stage = "questions"   // a question about an analysis is open
	StageToVerify    Stage = "to_verify"   // an analysis is only entered
	StageToPublish   Stage = "to_publish"  // verified analyses say what is not published
	StageToReview    Stage = "to_review"   // published, and today's rule would release other findings
	StageReleased    Stage = "released"    // published, nothing left to do
	StageNotAnalysed Stage = "not_analysed"
	StageRejected    Stage = "rejected"
)

// Stages is the vocabulary of Stage, in the order of a sample's life.
var Stages = Vocabulary[Stage]{
	StageToAnalyse, StageInAnalysis, StageQuestions, StageToVerify, StageToPublish, StageToReview, StageReleased, StageNotAnalysed, StageRejected,
}

// Done tells that nothing is left to do with samples of the stage.
func (s Stage) Done() bool { return s == StageReleased || s == StageNotAnalysed || s == StageRejected }

// desks are the worklists on which a role works, what it does first in front.
var desks = []struct {
	role   UserRole
	stages []Stage
}{
	{Verifier, []Stage{StageToVerify, StageToPublish, StageToReview}},
	{Laboratory, []Stage{StageToAnalyse, StageQuestions, StageInAnalysis}},
	{Intake, []Stage{StageQuestions, StageToAnalyse}},
	{Coordinator, []Stage{StageToAnalyse, StageToVerify, StageToPublish}},
}

// FirstStage is the worklist on which somebody begins: of those of their roles the first
// on which something waits, else whichever has something, else the first of theirs.
func FirstStage(by Actor, waits func(Stage) bool) Stage {
	var theirs []Stage
	for _, desk := range desks {
		if all, some := by.ServicesOf(desk.role); all || len(some) > 0 {
			theirs = append(theirs, desk.stages...)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(Stages), Stage.Done)
	for _, stage := range slices.Concat(theirs, rest) {
		if waits(stage) {
			return stage
		}
	}
	return slices.Concat(theirs, rest)[0]
}

// nextActs are what is done with the samples of a worklist.
var nextActs = map[Stage]Action{
	StageToAnalyse: EnterAnalysis, StageInAnalysis: EnterAnalysis, StageToVerify: VerifyAnalysis, StageToPublish: PublishResult, StageToReview: PublishResult,
}

// NextAct is what the actor does with samples of the service on a worklist, empty where
// that is nothing, or for others.
func NextAct(by Actor, service ServiceID, stage Stage) Action {
	if act, ok := nextActs[stage]; ok && by.Has(service, Who(act)...) {
		return act
	}
	return ""
}

// Settle puts a file on the worklist where an update leads it. One that is to be reviewed,
// because the rule has changed and not what was found, stays so until a version follows or
// something else is found. It also says since when the sample is held.
func (d *Dictionary) Settle(before, after *File) {
	after.Sample.Stage = d.Stage(after)
	same := len(before.Publications) == len(after.Publications) && reflect.DeepEqual(before.Evidence, after.Evidence)
	if before.Sample.Stage == StageToReview && after.Sample.Stage == StageToPublish && same {
		after.Sample.Stage = StageToReview
	}
	d.settleHeld(before, after)
}

// Reviewed is a file that nobody has touched as today's rule and dictionary read it: on the
// worklist that Review says, and held since then.
func (d *Dictionary) Reviewed(f *File) *File {
	after := f.Clone()
	after.Sample.Stage = d.Review(f)
	d.settleHeld(f, after)
	return after
}

// Review tells whether a sample is to be put on the worklist of results that today's rule
// would release otherwise, or not before one of two amounts is marked, or off it: nothing was
// left to do with it when it was last touched. Which of several analyses that say the same is named does not matter.
func (d *Dictionary) Review(f *File) Stage {
	if f.Sample.Stage != StageReleased && f.Sample.Stage != StageToReview || !f.Stands() {
		return f.Sample.Stage
	}
	next, err := d.Propose(f)
	said := d.ReadResult(&f.Latest().Result)
	if err != nil || next.Recognised != said.Recognised || next.Conclusion != said.Conclusion ||
		!reflect.DeepEqual(next.findings(), said.findings()) || len(d.Ties(f, next)) > 0 || d.Misfits(f) || d.readsOtherwise(f) {
		return StageToReview
	}
	return StageReleased
}

// readsOtherwise tells that the rule of today gives what was released another outcome than it
// was released with. Which substances are adulterants is the dictionary's affair, and reads
// differently without a new version.
func (d *Dictionary) readsOtherwise(f *File) bool {
	said := f.Latest().Outcome
	r := d.assessed(&f.Latest().Result, f)
	now := d.outcome(r, f.Expected)
	role := func(o Outcome) bool { return o == ExpectedOnly || o == ExpectedPlusAdulterant }
	if role(said) && role(now) {
		return said != now && slices.ContainsFunc(r.Findings, func(x Released) bool { return x.Detection == Trace && d.certain(&x) })
	}
	return said != now
}

// findings is what a result says was found, whichever analysis says so.
func (r *Result) findings() []Released {
	list := r.measured().Findings
	for i := range list {
		list[i].MethodID, list[i].AnalysisID, list[i].MeanOf = 0, ID{}, nil
	}
	return list
}

// Stage decides which worklist a sample is on.
func (d *Dictionary) Stage(f *File) Stage {
	switch {
	case f.Sample.State == Rejected:
		return StageRejected
	case f.Sample.State == NotAnalysed:
		return StageNotAnalysed
	case slices.ContainsFunc(f.Questions, f.sentBack):
		return StageQuestions
	case f.AwaitsRetest(): // an older analysis that is only entered does not stand in its way
		return StageToAnalyse
	case f.Count(Entered) > 0:
		return StageToVerify
	case d.saysMore(f):
		return StageToPublish
	case f.Sample.State == Registered:
		return StageToAnalyse
	case f.Sample.State == InAnalysis:
		return StageInAnalysis
	}
	return StageReleased
}

// sentBack tells that the question is open, about an analysis that is only entered.
func (f *File) sentBack(q Question) bool {
	e := f.Analysis(q.AnalysisID)
	return q.Open() && e != nil && e.Analysis.State == Entered
}

// saysMore tells that the verified analyses say something else than what was
// published last, that it does not fit what is expected now, or that it has lost what it
// rests on.
func (d *Dictionary) saysMore(f *File) bool {
	latest := f.Latest()
	if latest != nil && latest.takenBackHere() {
		return f.retested(latest)
	}
	if f.Count(Verified) == 0 {
		return f.Stands()
	}
	if latest == nil {
		return true
	}
	next, err := d.Propose(f)
	said := d.ReadResult(&latest.Result)
	return err != nil || !reflect.DeepEqual(next.measured(), said.measured()) || len(d.Ties(f, next)) > 0 || d.Misfits(f)
}

// Misfits tells that the result which stands does not fit what is expected of the sample
// now: something else was expected when it was released. Which of the rest are adulterants
// is the dictionary's affair, and may be corrected without a new version.
func (d *Dictionary) Misfits(f *File) bool {
	if !f.Stands() {
		return false
	}
	said := *f.Latest() // as it was signed, by the entries of today
	said.Result = d.ReadResult(&said.Result)
	now := said
	now.Result.Findings = slices.Clone(said.Result.Findings)
	f = d.Read(f)
	d.assess(&now.Result, f)
	now.Outcome, _ = d.outcomes(&now.Result, f.Expected)
	return !slices.Equal(now.expected(), said.expected()) || asExpected(now.Outcome) != asExpected(said.Outcome) || d.weighsOtherwise(f)
}

// weighsOtherwise tells that the result would ask for more or less attention by the sample as it
// is described now.
func (d *Dictionary) weighsOtherwise(f *File) bool {
	now := f.Clone()
	now.Publications[len(now.Publications)-1].Result.Of = ""
	return d.Weigh(now).Attention != d.Weigh(f).Attention
}

// expected are the substances of the version that were expected.
func (p *Publication) expected() (list []SubstanceID) {
	for i := range p.Result.Findings {
		if p.Result.Findings[i].Role == RoleExpected {
			list = append(list, p.Result.Findings[i].SubstanceID)
		}
	}
	return list
}

// asExpected is the outcome without what the dictionary says of the rest.
func asExpected(o Outcome) Outcome {
	if o == ExpectedPlusAdulterant || o == ExpectedUnclear {
		return ExpectedOnly
	}
	return o
}

// measured is what a result says without what the dictionary makes of it.
func (r *Result) measured() Result {
	plain := *r
	plain.CouldNotTell, plain.Of = nil, "" // were not told at first
	plain.Findings = slices.Clone(r.Findings)
	for i := range plain.Findings {
		f := &plain.Findings[i]
		f.Role, f.Main, f.Base, f.BaseKnown, f.SignedAs = "", false, 0, false, nil
	}
	if len(plain.Findings) == 0 {
		plain.Findings = nil
	}
	return plain
}

// RecordRoles are the roles that work with records; others see figures at most.
var RecordRoles = []UserRole{Intake, Laboratory, Verifier, Coordinator}

// FigureRoles are the roles that see figures which are not public.
var FigureRoles = []UserRole{DataAnalyst, Coordinator}

// SeesRecords tells whether the actor may read records of the service.
func (a Actor) SeesRecords(service ServiceID) bool {
	return a.UserID != 0 && a.Has(service, RecordRoles...)
}

// Purpose says what for a member of staff reads a record.
type Purpose string

// The purposes.
const (
	ForIntake       Purpose = "intake"
	ForAnalysis     Purpose = "analysis"
	ForVerification Purpose = "verification"
	ForRelease      Purpose = "release"
	ForReadOut      Purpose = "read_out"
	ForAudit        Purpose = "audit"
)

// Purposes is the vocabulary of Purpose.
var Purposes = Vocabulary[Purpose]{ForIntake, ForAnalysis, ForVerification, ForRelease, ForReadOut, ForAudit}

// Check refuses a purpose that is not one of the vocabulary.
func (p Purpose) Check() error {
	var errs FieldErrors
	checkCode(&errs, "purpose", p, Purposes)
	return errs.Err()
}

// View notes that a member of staff read a record, and what for. Views within the
// same quarter of an hour are noted once.
type View struct {
	Key
	UserID    Optional
	SampleID  ID
	ViewedAt  Instant
	QuarterAt Instant // the beginning of the quarter of an hour
	Purpose   Purpose
}

// TableName returns the table.
func (View) TableName() string { return "record_views" }

// Event is an entry of the audit trail as people read it.
type Event struct {
	At      Instant
	ActorID Optional
	Actor   string
	Action  Action
	Subject string
	Changes []Difference
	Reason  string
}

// withheld are the keys of the fields of a sample that the actor may not see.
func withheld(by Actor, service ServiceID) map[string]bool {
	var all Sample
	fill(reflect.ValueOf(&all).Elem())
	all.ServiceID = service
	names := map[string]bool{}
	for _, d := range Differences(all, all.SeenBy(by)) {
		names[d.Field] = true
	}
	return names
}

// fill gives every field some value that is not its zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Array:
		v.Index(0).SetUint(1)
	}
}

// SeenBy returns the event of a sample with the values taken out that the actor may
// not see; that they changed is told.
func (e Event) SeenBy(by Actor, sample Key) Event {
	if e.Subject != sample.ID.String() {
		return e
	}
	hidden := withheld(by, sample.ServiceID)
	e.Changes = slices.Clone(e.Changes)
	for i, c := range e.Changes {
		if hidden[c.Field] {
			e.Changes[i] = Difference{Field: c.Field}
		}
	}
	return e
}

// EvidenceDifferences lists the fields in which two versions of an analysis with
// its findings differ; the keys of the fields of a finding begin with
// "findings.SUBSTANCE.", the number of its substance.
func EvidenceDifferences(before, after Evidence) []Difference {
	found := Differences(before.Analysis, after.Analysis)
	old, now := bySubstance(before.Findings), bySubstance(after.Findings)
	for _, f := range slices.Concat(before.Findings, after.Findings) {
		a, b := old[f.SubstanceID], now[f.SubstanceID]
		delete(old, f.SubstanceID)
		delete(now, f.SubstanceID)
		found = append(found, Under("findings."+strconv.Itoa(int(f.SubstanceID)), Differences(a, b))...)
	}
	return found
}

// bySubstance sorts findings out by substance, without what tells copies apart.
func bySubstance(findings []Finding) map[SubstanceID]Finding {
	m := map[SubstanceID]Finding{}
	for _, f := range findings {
		f.Key, f.SampleID, f.AnalysisID = Key{}, ID{}, ID{}
		m[f.SubstanceID] = f
	}
	return m
}
