package server

import (
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// result makes the page of what a code opens: a file without keys, of which it tells
// the sample and the versions of its result.
func (r *request) result(f *lab.File, service string) (*resultPage, error) {
	named, err := r.naming()
	if err != nil {
		return nil, err
	}
	f = named.words.Read(f)
	t := &telling{r, named, f, service, &resultPage{View: r.View(r.Texts.Text("page.result.title"))}}
	last := f.Latest()
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

// tellState tells of a sample without a result where it is.
func (t *telling) tellState() {
	t.tag(locale.SampleStates, string(t.file.Sample.State))
	switch t.file.Sample.State {
	case lab.Rejected:
		t.page.Heading = t.Texts.Text("page.result.rejected")
		t.say("page.result.reason", "Reason", t.Texts.Code(locale.RejectionReasons, t.file.Sample.StateReason))
		t.warn("page.result.know_nothing")
	case lab.NotAnalysed:
		t.page.Heading = t.Texts.Text("page.result.not_analysed")
		t.sayNotAnalysed()
		t.warn("page.result.know_nothing")
	case lab.Registered:
		t.page.Heading = t.Texts.Text("page.result.received")
		t.say("page.result.received_text")
		t.sayExpected()
	default:
		t.page.Heading = t.Texts.Text("page.result.not_ready")
		t.say("page.result.not_ready_text")
		t.sayExpected()
	}
}

func (t *telling) sayNotAnalysed() {
	t.say("page.result.reason", "Reason", t.Texts.Code(locale.NotAnalysedReasons, t.file.Sample.StateReason))
}

// sayExpected tells when the result is expected, and admits it when that is over.
func (t *telling) sayExpected() {
	by := t.file.Sample.ExpectedReadyOn
	switch {
	case by == 0:
		t.say("page.result.expected_unknown")
	case by >= lab.DateOf(t.server.Now(), time.UTC):
		t.say("page.result.expected_by", "Date", t.Texts.Date(by))
	default:
		t.say("page.result.expected_late", "Date", t.Texts.Date(by))
	}
}

func (t *telling) tellWithdrawn(p *lab.Publication) {
	t.tag(locale.PublicationKinds, string(p.Kind))
	t.page.Heading = t.Texts.Text("page.result.withdrawn")
	t.warn("page.result.withdrawn_text")
	t.say("page.result.withdrawn_on", "Date", t.Texts.Date(p.PublishedOn))
	t.sayReason(p)
	switch s := &t.file.Sample; {
	case s.State == lab.NotAnalysed:
		t.sayState()
	case s.NoRetest != "":
		t.say("page.result.no_retest")
	case s.State != lab.Rejected && p.ImportID.IsZero():
		t.say("page.result.retest")
	}
}

func (t *telling) sayReason(p *lab.Publication) {
	if p.Reason != "" {
		t.say("page.result.reason", "Reason", p.Reason)
	}
}

// sayState tells of a sample with a result what became of it since.
func (t *telling) sayState() {
	switch t.file.Sample.State {
	case lab.Registered, lab.InAnalysis:
		t.say("page.result.goes_on")
		if t.file.Sample.ExpectedReadyOn != 0 {
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
	case p.Result.Recognised && t.looksAlone(p):
		t.warn("page.result.recognised")
	case p.Result.Recognised:
		t.warn("page.result.recognised_beside")
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
		t.say("page.result.amended_on", "Date", t.Texts.Date(p.PublishedOn))
		t.sayReason(p)
	}
	t.sayState()
	t.leftOut(&p.Result)
	t.page.Substances = t.substances(p)
	t.page.Methods = t.methods(p)
}

func (t *telling) tellFacts(p *lab.Publication) {
	facts := &t.page.Facts
	facts.SoldAs = t.named.product(t.file.Sample.ProductID)
	facts.Form = t.Texts.Code(locale.Forms, string(t.file.Sample.Form))
	facts.ReceivedOn, facts.Service = t.Texts.Date(t.file.Sample.ReceivedOn), t.service
	if p == nil {
		return
	}
	facts.Published = t.Texts.Text("page.result.version", "Date", t.Texts.Date(p.PublishedOn), "Version", strconv.Itoa(int(p.Version)))
	if p.Kind != lab.WithdrawnResult {
		facts.Checked = t.signatures(p.Result.Signatures)
	}
}

func (t *telling) signatures(list []lab.Signature) string {
	said := make([]string, len(list))
	for i, s := range list {
		switch s {
		case lab.TwoSignatures:
			said[i] = t.Texts.Text("page.result.signed_two")
		case lab.OneSignature:
			said[i] = t.Texts.Text("page.result.signed_one")
		default:
			said[i] = t.Texts.Text("page.result.signed_source")
		}
	}
	return strings.Join(said, "; ")
}

// tellEarlier tells what each version before the last said.
func (t *telling) tellEarlier() {
	versions := t.file.Publications
	for i := len(versions) - 2; i >= 0; i-- {
		p := &versions[i]
		e := earlierView{Title: t.Texts.Text("page.result.earlier_version", "Version", p.Version, "Date", t.Texts.Date(p.PublishedOn),
			"Kind", t.Texts.Code(locale.PublicationKinds, string(p.Kind)))}
		if p.Kind == lab.WithdrawnResult {
			e.Said = append(e.Said, t.Texts.Text("page.result.withdrawn"))
		} else {
			e.Said, e.Substances = append(e.Said, t.heading(p)+"."), t.substances(p)
		}
		if p.Reason != "" {
			e.Said = append(e.Said, t.Texts.Text("page.result.reason", "Reason", p.Reason))
		}
		t.page.Earlier = append(t.page.Earlier, e)
	}
}
