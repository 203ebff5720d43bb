package server

import (
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// wording writes texts for parts of a page.
type wording struct{ texts *locale.Locale }

// T is a text in the reader's language.
func (w wording) T(key string, args ...any) string { return w.texts.Text(key, args...) }

// analysisView is one analysis as staff read it.
type analysisView struct {
	wording
	Address    string // of the analysis
	Anchor     string // in the page of the sample
	Method     string
	Level      string
	On         string
	Conclusion string
	State      tagView
	Signature  string
	Reason     string // of a retraction
	Reported   bool
	Findings   findingList
	Signed     []string // who entered, verified and retracted it, and when
	Notes      string
	Overruled  string
	Machine    string // the instrument and the run whose file it came from, empty for none
	RawFile    string
	Retests    string // which version it was made for anew
	Questions  []questionView
	MayChange  bool
	MayReview  bool // to sign it, or to send it back
	MayRetract bool // although it is verified
}

func (r *request) analysisViews(n naming, record *store.SampleRecord) []analysisView {
	var views []analysisView
	for i := range record.Evidence {
		views = append(views, r.analysisView(n, record, &record.Evidence[i]))
	}
	slices.Reverse(views)
	return views
}

func (r *request) analysisView(n naming, record *store.SampleRecord, e *lab.Evidence) analysisView {
	a, may := &e.Analysis, lab.Allowed(r.Actor, &record.File)
	address := sampleAddress(record.Number) + "/analyses/" + a.ID.String()
	v := analysisView{
		wording: wording{n.texts},
		Address: address, Anchor: "a-" + a.ID.String(), Method: n.method(a.MethodID), Level: n.texts.Code(locale.Levels, string(a.Level)),
		On: n.texts.Date(a.PerformedOn), Conclusion: n.texts.Code(locale.Conclusions, string(a.Conclusion)),
		State: n.tag(locale.AnalysisStates, string(a.State)), Signature: n.texts.Code(locale.Signatures, string(a.Signature)),
		Reason: codeName(n, a.StateReason, locale.PublicationReasons), Reported: a.Reported, Notes: a.Notes, Overruled: a.Overruled,
	}
	for _, f := range e.Findings {
		row := n.findingView(f, n.words.Role(f.SubstanceID, &record.File))
		row.Marks = n.marks(a.MethodID, &f)
		v.Findings = append(v.Findings, row)
	}
	alignFindings(v.Findings, n.texts.Mark())
	if v.RawFile = a.RawFile; v.RawFile != "" {
		v.Machine = r.Texts.Text("page.batches.machine", "Instrument", a.Instrument, "Run", a.Run)
	}
	signed := func(key string, who lab.Optional, at lab.Instant) {
		if !at.IsZero() {
			v.Signed = append(v.Signed, r.Texts.Text(key, "Name", r.whoSigned(record, who), "When", r.moment(at)))
		}
	}
	signed("page.record.entered_by", a.EnteredBy, a.EnteredAt)
	signed("page.record.verified_by", a.VerifiedBy, a.VerifiedAt)
	signed("page.record.retracted_by", a.RetractedBy, a.RetractedAt)
	if p := record.Retests(a); p != nil {
		v.Retests = r.Texts.Text("page.record.retests", "Version", p.Version, "Reason", n.reason(p).Plain())
	}
	for _, q := range record.Questions {
		if q.AnalysisID == a.ID {
			v.Questions = append(v.Questions, r.questionView(record, q, may))
		}
	}
	v.MayChange, v.MayReview = may.Has(lab.ChangeAnalysis, a.ID), may.Has(lab.AskAboutAnalysis, a.ID)
	v.MayRetract = a.State == lab.Verified && may.Has(lab.RetractAnalysis, a.ID)
	return v
}

// whoSigned is the name of a person, or that an import did it.
func (r *request) whoSigned(record *store.SampleRecord, who lab.Optional) string {
	if who == 0 {
		return r.Texts.Text("page.record.by_import")
	}
	return record.People[who]
}

// publicationView is one version of a result.
type publicationView struct {
	wording
	Version  int
	Kind     tagView
	Outcome  tagView
	Level    string
	Signed   string
	Reason   reasonView
	Methods  string
	Findings findingList
	LeftOut  []leftOutView
}

func (r *request) publicationViews(n naming, record *store.SampleRecord) []publicationView {
	var views []publicationView
	for i := range record.Publications {
		p := &record.Publications[i]
		v := n.publicationView(p)
		v.Signed = r.Texts.Text("page.record.published_by", "Name", r.whoSigned(record, p.PublishedBy), "When", r.moment(p.PublishedAt))
		views = append(views, v)
	}
	slices.Reverse(views)
	return views
}

func (n naming) publicationView(p *lab.Publication) publicationView {
	v := publicationView{
		wording: wording{n.texts},
		Version: int(p.Version), Kind: n.tag(locale.PublicationKinds, string(p.Kind)), Outcome: n.tag(locale.Outcomes, string(p.Outcome)),
		Level: n.texts.Code(locale.Levels, string(p.Result.Level)), Reason: n.reason(p),
	}
	var methods []string
	for _, id := range p.Result.Methods {
		methods = append(methods, n.method(id))
	}
	v.Methods = strings.Join(methods, "; ")
	for _, f := range p.Result.Findings {
		row := n.findingView(released(f), f.Role)
		if len(f.MeanOf) > 0 {
			row.Marks = []string{n.texts.Text("page.record.mean_of", "Count", len(f.MeanOf))}
		}
		row.Marks = append(row.Marks, n.newHere(f.SubstanceID)...)
		v.Findings = append(v.Findings, row)
	}
	v.LeftOut = n.leftOut(&p.Result)
	alignFindings(v.Findings, n.texts.Mark())
	return v
}

// released is a released finding as one of an analysis.
func released(f lab.Released) lab.Finding {
	return lab.Finding{
		SubstanceID: f.SubstanceID, Detection: f.Detection, Amount: f.Amount, Basis: f.Basis, Uncertainty: f.Uncertainty,
		Stereo: f.Stereo, Abundance: f.Abundance, Peaks: f.Peaks,
	}
}

// eventView is an entry of the trail.
type eventView struct {
	When, Who, What, Reason string
	Changes                 []page.ChangeView
}

// actions name what the trail tells was done.
var actions = map[lab.Action]string{
	lab.RegisterSample:   "page.action.register_sample",
	lab.UndoSample:       "page.action.undo_sample",
	lab.ChangeSample:     "page.action.change_sample",
	lab.MoveSample:       "page.action.move_sample",
	lab.ReopenSample:     "page.action.reopen_sample",
	lab.ExcludeSample:    "page.action.exclude_sample",
	lab.ReplaceCode:      "page.action.replace_code",
	lab.EnterAnalysis:    "page.action.enter_analysis",
	lab.ChangeAnalysis:   "page.action.change_analysis",
	lab.VerifyAnalysis:   "page.action.verify_analysis",
	lab.RetractAnalysis:  "page.action.retract_analysis",
	lab.ReportAnalysis:   "page.action.report_analysis",
	lab.SetAsideFindings: "page.action.set_aside_findings",
	lab.AskAboutAnalysis: "page.action.ask_about_analysis",
	lab.AnswerQuestion:   "page.action.answer_question",
	lab.PublishResult:    "page.action.publish_result",
	lab.PublishHeld:      "page.action.publish_held",
	lab.WithdrawResult:   "page.action.withdraw_result",
	lab.TellResult:       "page.action.tell_result",
	lab.DeclineRetest:    "page.action.decline_retest",
	lab.CorrectSample:    "page.action.correct_sample",
	lab.ImportSamples:    "page.action.import_samples",
}

func (r *request) eventViews(n naming, record *store.SampleRecord) []eventView {
	findings := findingsOf(record)
	var views []eventView
	for _, e := range record.Trail {
		what := string(e.Action)
		if key, ok := actions[e.Action]; ok {
			what = r.Texts.Text(key)
		}
		reason := codeName(n, e.Reason, locale.RejectionReasons, locale.NotAnalysedReasons, locale.Exclusions, locale.PublicationReasons)
		views = append(views, eventView{r.moment(e.At), e.Actor, what, reason, n.changeViews(e.Changes, findings)})
	}
	slices.Reverse(views)
	return views
}

// findingsOf are the findings of all analyses of a sample.
func findingsOf(record *store.SampleRecord) (findings []lab.Finding) {
	for _, e := range record.Evidence {
		findings = append(findings, e.Findings...)
	}
	return findings
}

// viewedView says who read the record.
type viewedView struct{ When, Who, Purpose string }

// viewsShown is how many of the latest views the page lists.
const viewsShown = 50

func (r *request) viewedViews(views []store.ViewedBy) []viewedView {
	var list []viewedView
	for _, v := range slices.Backward(views) {
		if len(list) == viewsShown {
			break
		}
		list = append(list, viewedView{r.moment(v.ViewedAt), v.Name, r.Texts.Code(locale.Purposes, string(v.Purpose))})
	}
	return list
}

// versionText is a version as a form posts it.
func versionText(version int32) string { return strconv.Itoa(int(version)) }

// questionView is a question with its answer, or with the form for it.
type questionView struct {
	Question, Asked, Answer, Answered string
	Address                           string
	Form                              *page.Form // nil where the actor cannot answer
}

func (r *request) questionView(record *store.SampleRecord, q lab.Question, may lab.Steps) questionView {
	v := questionView{
		Question: q.Question, Asked: r.Texts.Text("page.record.asked_by", "Name", record.People[q.AskedBy], "When", r.moment(q.AskedAt)),
		Address: sampleAddress(record.Number) + "/questions/" + q.ID.String(),
	}
	if !q.Open() {
		v.Answer = q.Answer
		v.Answered = r.Texts.Text("page.record.answered_by", "Name", record.People[q.AnsweredBy], "When", r.moment(q.AnsweredAt))
		return v
	}
	if may.Has(lab.AnswerQuestion, q.ID) {
		v.Form = page.NewForm(r.Input(answerField(q.ID), page.AreaField, "page.record.answer"))
	}
	return v
}

// answerField names the field with the answer to a question.
func answerField(id lab.ID) string { return "answer-" + id.String() }
