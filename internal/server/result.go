package server

import (
	"slices"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// resultPage tells what a code opens, in plain words. Its title names nothing that
// was found: the title is what a browser remembers.
type resultPage struct {
	view
	Tags       []tagView
	Heading    string
	Grave      []string // to be known before anything else is read
	Said       []string
	Substances []substanceView
	Facts      []factView
	Methods    []methodView
	Earlier    []earlierView // versions, the latest first
}

// tagView is a code of a vocabulary, drawn by shape and word.
type tagView struct{ Code, Text string }

// factView is a name and a value.
type factView struct{ Name, Value string }

// earlierView is what a version said that no longer holds.
type earlierView struct {
	Title      string
	Said       []string
	Substances []substanceView
}

// telling puts what a code opens into the words of one reader.
type telling struct {
	*request
	named naming
	found *store.Found
	page  *resultPage
}

// result makes the page of what a code opens.
func (r *request) result(found *store.Found) (*resultPage, error) {
	named, err := r.naming()
	if err != nil {
		return nil, err
	}
	t := &telling{r, named, found, &resultPage{view: r.view(r.texts.Text("page.result.title"))}}
	last := lab.Latest(found.Publications)
	switch {
	case last == nil:
		t.tellState()
	case last.Kind == lab.WithdrawnResult:
		t.tellWithdrawn(last)
	default:
		t.tellResult(last)
	}
	t.tellFacts(last)
	t.tellEarlier()
	return t.page, nil
}

func (t *telling) tag(v locale.Vocabulary, code string) {
	t.page.Tags = append(t.page.Tags, tagView{code, t.texts.Code(v, code)})
}

func (t *telling) say(key string, args ...any) {
	t.page.Said = append(t.page.Said, t.texts.Text(key, args...))
}

func (t *telling) warn(key string) { t.page.Grave = append(t.page.Grave, t.texts.Text(key)) }

// tellState tells of a sample without a result where it is.
func (t *telling) tellState() {
	t.tag(locale.SampleStates, string(t.found.State))
	switch t.found.State {
	case lab.Rejected:
		t.page.Heading = t.texts.Text("page.result.rejected")
		t.say("page.result.reason", "Reason", t.texts.Code(locale.RejectionReasons, t.found.StateReason))
		t.warn("page.result.know_nothing")
	case lab.NotAnalysed:
		t.page.Heading = t.texts.Text("page.result.not_analysed")
		t.sayNotAnalysed()
		t.warn("page.result.know_nothing")
	case lab.Registered:
		t.page.Heading = t.texts.Text("page.result.received")
		t.say("page.result.received_text")
		t.sayExpected()
	default:
		t.page.Heading = t.texts.Text("page.result.not_ready")
		t.say("page.result.not_ready_text")
		t.sayExpected()
	}
}

func (t *telling) sayNotAnalysed() {
	t.say("page.result.reason", "Reason", t.texts.Code(locale.NotAnalysedReasons, t.found.StateReason))
}

// sayExpected tells when the result is expected, and admits it when that is over.
func (t *telling) sayExpected() {
	by := t.found.ExpectedReadyOn
	switch {
	case by == 0:
		t.say("page.result.expected_unknown")
	case by >= lab.DateOf(t.server.Now(), time.UTC):
		t.say("page.result.expected_by", "Date", t.texts.Date(by))
	default:
		t.say("page.result.expected_late", "Date", t.texts.Date(by))
	}
}

func (t *telling) tellWithdrawn(p *lab.Publication) {
	t.tag(locale.PublicationKinds, string(p.Kind))
	t.page.Heading = t.texts.Text("page.result.withdrawn")
	t.warn("page.result.withdrawn_text")
	t.say("page.result.withdrawn_on", "Date", t.texts.Date(p.PublishedOn))
	t.sayReason(p)
	t.sayState()
}

func (t *telling) sayReason(p *lab.Publication) {
	if p.Reason != "" {
		t.say("page.result.reason", "Reason", p.Reason)
	}
}

// sayState tells of a sample with a result what became of it since.
func (t *telling) sayState() {
	switch t.found.State {
	case lab.Registered, lab.InAnalysis:
		t.say("page.result.goes_on")
		if t.found.ExpectedReadyOn != 0 {
			t.sayExpected()
		}
	case lab.NotAnalysed:
		t.say("page.result.no_further")
		t.sayNotAnalysed()
	}
}

// tellResult tells of a result that holds: what is missing first, what it is worth,
// then what was found.
func (t *telling) tellResult(p *lab.Publication) {
	t.tag(locale.PublicationKinds, string(p.Kind))
	t.tag(locale.Outcomes, string(p.Outcome))
	t.page.Heading = t.heading(p)
	t.page.Grave = append(t.page.Grave, t.missingWords(p)...)
	switch {
	case p.Result.Recognised:
		t.warn("page.result.recognised")
	case p.Result.Level == lab.Presumptive:
		t.warn("page.result.presumptive")
	case p.Result.Level == lab.Preliminary:
		t.warn("page.result.preliminary")
	}
	switch p.Outcome {
	case lab.NothingDetected:
		t.say("page.result.nothing_text")
	case lab.OutcomeInconclusive:
		t.say("page.result.inconclusive_text")
	case lab.ExpectationUnknown:
		t.say("page.result.expectation_unknown_text")
	}
	if p.Kind == lab.AmendedResult {
		t.say("page.result.amended_on", "Date", t.texts.Date(p.PublishedOn))
		t.sayReason(p)
	}
	t.sayState()
	t.page.Substances = t.substances(p)
	t.page.Methods = t.methods(p)
}

// heading says the outcome in one sentence.
func (t *telling) heading(p *lab.Publication) string {
	missing, traces := t.missing(p)
	var expected, others, everything []string
	for i := range p.Result.Findings {
		f := &p.Result.Findings[i]
		if !counts(f) {
			continue
		}
		name := t.findingName(f)
		everything = append(everything, name)
		switch f.Role {
		case lab.RoleExpected:
			expected = append(expected, name)
		case lab.RoleAdulterant:
			others = append(others, name)
		}
	}
	switch {
	case p.Outcome == lab.OutcomeInconclusive:
		return t.texts.Text("page.result.inconclusive")
	case p.Outcome == lab.NothingDetected && len(p.Result.Findings) > 0:
		return t.texts.Text("page.result.traces_only")
	case p.Outcome == lab.NothingDetected:
		return t.texts.Text("page.result.nothing")
	case p.Result.Recognised:
		return t.texts.Text("page.result.looks_like", "Names", t.list(everything))
	case p.Outcome == lab.NotExpected && len(missing) > 0:
		return t.texts.Text("page.result.missing", "Names", t.list(missing))
	case p.Outcome == lab.NotExpected && len(traces) > 0:
		return t.texts.Text("page.result.missing_trace", "Names", t.list(traces))
	case p.Outcome == lab.NotExpected:
		return t.texts.Text("page.result.missing_some")
	case p.Outcome == lab.ExpectedPlusAdulterant:
		return t.texts.Text("page.result.plus", "Names", t.list(expected), "Others", t.list(others))
	case p.Outcome == lab.ExpectedOnly:
		return t.texts.Text("page.result.expected_only", "Names", t.list(expected))
	}
	return t.texts.Text("page.result.found", "Names", t.list(everything))
}

// missingWords say what was expected and not found, where the heading does not.
func (t *telling) missingWords(p *lab.Publication) (said []string) {
	if p.Outcome != lab.NotExpected {
		return nil
	}
	missing, traces := t.missing(p)
	if len(missing) > 0 {
		said = append(said, t.texts.Text("page.result.missing_text", "Names", t.list(missing)))
	}
	if len(traces) > 0 {
		said = append(said, t.texts.Text("page.result.missing_trace_text", "Names", t.list(traces)))
	}
	return said
}

// missing names what was expected and not found, and what was found as no more
// than a trace.
func (t *telling) missing(p *lab.Publication) (missing, traces []string) {
	if p.Outcome != lab.NotExpected {
		return nil, nil
	}
	for _, e := range t.found.Expected {
		satisfies := func(f lab.Released) bool {
			return f.Detection.Found() && t.named.words.Satisfies(f.SubstanceID, e)
		}
		switch {
		case !slices.ContainsFunc(p.Result.Findings, satisfies):
			missing = append(missing, t.expectedName(e))
		case !slices.ContainsFunc(p.Result.Findings, func(f lab.Released) bool { return satisfies(f) && counts(&f) }):
			traces = append(traces, t.expectedName(e))
		}
	}
	return missing, traces
}

// counts tells that a finding is more than a trace.
func counts(f *lab.Released) bool { return f.Detection.Found() && f.Detection != lab.Trace }

func (t *telling) tellFacts(p *lab.Publication) {
	add := func(key, value string) {
		if value != "" {
			t.page.Facts = append(t.page.Facts, factView{t.texts.Text(key), value})
		}
	}
	add("page.result.sold_as", t.named.product(t.found.ProductID))
	add("page.result.form", t.texts.Code(locale.Forms, string(t.found.Form)))
	add("page.result.received_on", t.texts.Date(t.found.ReceivedOn))
	add("page.result.service", t.found.ServiceName)
	if p == nil {
		return
	}
	add("page.result.published", t.texts.Text("page.result.version", "Date", t.texts.Date(p.PublishedOn), "Version", p.Version))
	if p.Kind != lab.WithdrawnResult {
		add("page.result.checked", t.signatures(p.Result.Signatures))
	}
}

func (t *telling) signatures(list []lab.Signature) string {
	said := make([]string, len(list))
	for i, s := range list {
		switch s {
		case lab.TwoSignatures:
			said[i] = t.texts.Text("page.result.signed_two")
		case lab.OneSignature:
			said[i] = t.texts.Text("page.result.signed_one")
		default:
			said[i] = t.texts.Text("page.result.signed_source")
		}
	}
	return strings.Join(said, "; ")
}

// tellEarlier tells what each version before the last said.
func (t *telling) tellEarlier() {
	versions := t.found.Publications
	for i := len(versions) - 2; i >= 0; i-- {
		p := &versions[i]
		e := earlierView{Title: t.texts.Text("page.result.earlier_version", "Version", p.Version, "Date", t.texts.Date(p.PublishedOn),
			"Kind", t.texts.Code(locale.PublicationKinds, string(p.Kind)))}
		if p.Kind == lab.WithdrawnResult {
			e.Said = append(e.Said, t.texts.Text("page.result.withdrawn"))
		} else {
			e.Said, e.Substances = append(e.Said, t.heading(p)+"."), t.substances(p)
		}
		if p.Reason != "" {
			e.Said = append(e.Said, t.texts.Text("page.result.reason", "Reason", p.Reason))
		}
		t.page.Earlier = append(t.page.Earlier, e)
	}
}
