package server

import (
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// result makes the page of what a code opens: a file without keys, of which it tells the
// sample and the versions of its result. Of the service it tells how to reach it.
func (r *request) result(f *lab.File, service *lab.Service) (*resultPage, error) {
	named, err := r.naming()
	if err != nil {
		return nil, err
	}
	return r.resultOf(named, f, service)
}

func (r *request) resultOf(named naming, f *lab.File, service *lab.Service) (*resultPage, error) {
	f = named.words.Read(f.AsReleased())
	t := &telling{request: r, named: named, file: f, weighed: named.words.Weigh(f)}
	t.page = &resultPage{View: r.View(r.Texts.Text("page.result.title")), Service: *service}
	last := f.Latest()
	switch {
	case last == nil:
		t.tellState()
	case last.Kind == lab.WithdrawnResult:
		t.tellWithdrawn(last)
	default:
		t.tellResult(last)
	}
	t.page.Facts = t.sample(service.Name)
	t.tellEarlier()
	return t.page, t.err
}

// tellState tells of a sample without a result where it is.
func (t *telling) tellState() {
	switch t.file.Sample.State {
	case lab.Rejected:
		t.page.Heading = t.Texts.Text("page.result.rejected")
		t.page.Said = append(t.page.Said, t.named.stateReason(&t.file.Sample)...)
		t.tell("page.result.know_nothing")
	case lab.NotAnalysed:
		t.page.Heading = t.Texts.Text("page.result.not_analysed")
		t.tell("page.result.know_nothing")
		t.sayNotAnalysed()
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
	t.page.Said = append(t.page.Said, t.named.stateReason(&t.file.Sample)...)
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

// tellWithdrawn tells that a result was taken back, and what to do for who has taken of the
// sample by then: nobody knows what it holds, so all signs are told.
func (t *telling) tellWithdrawn(p *lab.Publication) {
	t.page.Withdrawn = true
	t.attention(lab.Serious)
	t.page.Heading = t.Texts.Text("page.result.withdrawn")
	t.tell("page.result.withdrawn_text")
	t.page.Reason = t.named.reason(p)
	opioid := t.hadOpioid()
	t.page.Danger = t.danger(lab.Signs, opioid)
	t.page.Danger.Do = append([]string{t.Texts.Text("page.result.already_taken")}, t.page.Danger.Do...)
	t.page.Emergency = t.drawn("danger", "withdrawn", opioid)
	switch s := &t.file.Sample; {
	case s.State == lab.NotAnalysed:
		t.sayState()
	case s.NoRetest != "":
		t.say("page.result.no_retest")
	case s.State != lab.Rejected && p.ImportID.IsZero():
		t.say("page.result.retest")
	}
	t.page.State = t.Texts.Text("page.result.state_withdrawn", "Date", t.Texts.Date(p.PublishedOn))
}

// hadOpioid tells that a version of the result spoke of an opioid.
func (t *telling) hadOpioid() bool {
	for i := range t.file.Publications {
		if w := t.named.words.Weigh(t.until(i)); w != nil && t.named.words.Opioid(w) {
			return true
		}
	}
	return false
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

// tellResult tells of a result that holds: the worst first, then what was found, then what
// could not be seen and what the answer is worth.
func (t *telling) tellResult(p *lab.Publication) {
	t.attention(t.weighed.Attention)
	t.page.Heading = t.heading(&p.Result)
	if t.weighed.Has(lab.EarlierWrong) {
		t.tell("page.result.earlier_wrong")
	}
	if p.Kind == lab.AmendedResult {
		t.tell("page.result.amended_on", "Date", t.Texts.Date(p.PublishedOn))
		t.page.Reason = t.named.reason(p)
	}
	t.tellWorth(p)
	if signs, opioid := t.named.words.Signs(t.weighed), t.named.words.Opioid(t.weighed); len(signs) > 0 || opioid {
		t.page.Danger = t.danger(signs, opioid)
		t.page.Emergency = t.drawn("danger", signs, opioid)
	}
	switch t.weighed.Outcome {
	case lab.NothingDetected:
		t.say("page.result.nothing_text")
	case lab.OutcomeInconclusive:
		if len(t.notable(false)) > 0 {
			t.say("page.result.inconclusive_signs")
		} else {
			t.say("page.result.inconclusive_text")
		}
	case lab.ExpectationUnknown:
		t.say("page.result.expectation_unknown_text")
	}
	t.leftOut(&p.Result)
	t.sayState()
	t.page.Substances = t.substances(&p.Result)
	t.page.Salt = t.salts()
	t.page.Methods = t.methods(p)
	t.page.Blind = t.blind(&p.Result)
	if len(t.page.Methods) > 0 {
		t.page.Sight = t.drawn("sight", seenBy(&p.Result)...)
	}
	t.page.State = t.state(p)
}

// tellWorth says what an answer rests on that no laboratory has confirmed, and that methods
// contradict each other.
func (t *telling) tellWorth(p *lab.Publication) {
	switch {
	case p.Result.BeingConfirmed:
		t.rests("page.result.being_confirmed")
	case p.Result.Recognised && t.looksAlone(p):
		t.rests("page.result.recognised")
	case p.Result.Recognised:
		t.rests("page.result.recognised_beside")
	case p.Result.Level == lab.Presumptive:
		t.rests("page.result.presumptive")
	case p.Result.Level == lab.Preliminary:
		t.rests("page.result.preliminary")
	}
	if t.weighed.Has(lab.MethodsDisagree) {
		t.rests("page.result.disagree")
	}
}

// state is the line that says what the answer is worth, when it was given and who checked it.
func (t *telling) state(p *lab.Publication) string {
	key := "page.result.state_preliminary"
	switch p.Kind {
	case lab.AmendedResult:
		key = "page.result.state_amended"
	case lab.ConfirmedResult:
		key = "page.result.state_confirmed"
	}
	return t.Texts.Text(key, "Date", t.Texts.Date(p.PublishedOn), "Version", strconv.Itoa(int(p.Version)), "Who", t.signatures(p.Result.Signatures))
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

// danger is what to look for in somebody who has taken of it, and what to do until help comes.
func (t *telling) danger(signs []lab.Sign, opioid bool) *dangerView {
	v := &dangerView{}
	hot := false
	for _, s := range signs {
		v.Signs = append(v.Signs, t.Texts.Code(locale.Signs, string(s)))
		hot = hot || s == lab.SignOverheating
	}
	if len(signs) > 0 {
		v.Do = append(v.Do, t.Texts.Text("page.result.do_stay"), t.Texts.Text("page.result.do_side"))
		if hot {
			v.Do = append(v.Do, t.Texts.Text("page.result.do_cool"))
		}
		v.Do = append(v.Do, t.Texts.Text("page.result.do_tell"))
	}
	if opioid {
		v.Opioid = []string{
			t.Texts.Text("page.result.opioid_call"), t.Texts.Text("page.result.opioid_naloxone"), t.Texts.Text("page.result.opioid_repeat"),
			t.Texts.Text("page.result.opioid_stay"), t.Texts.Text("page.result.opioid_alone"),
		}
	}
	return v
}

// until is the file with the versions up to one.
func (t *telling) until(i int) *lab.File {
	f := *t.file
	f.Publications = f.Publications[:i+1]
	return &f
}

// tellEarlier tells what each version before the last said.
func (t *telling) tellEarlier() {
	versions := t.file.Publications
	for i := len(versions) - 2; i >= 0; i-- {
		p := &versions[i]
		e := earlierView{Title: t.Texts.Text("page.result.earlier_version", "Version", p.Version, "Date", t.Texts.Date(p.PublishedOn),
			"Kind", t.Texts.Code(locale.PublicationKinds, string(p.Kind))), Reason: t.named.reason(p)}
		if p.Kind == lab.WithdrawnResult {
			e.Said = append(e.Said, t.Texts.Text("page.result.withdrawn"))
		} else {
			then := *t
			then.file = t.named.words.Read(t.until(i).AsReleased())
			then.weighed = t.named.words.Weigh(then.file)
			e.Said, e.Substances = append(e.Said, then.heading(&p.Result)), then.substances(&p.Result)
		}
		t.page.Earlier = append(t.page.Earlier, e)
	}
}
