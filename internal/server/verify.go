package server

import (
	"marquis/internal/lab"
	"marquis/internal/store"
)

// verifyPage shows an analysis to the one who signs it, beside what else was found
// in the sample.
type verifyPage struct {
	view
	Number, Address string
	Facts           []factView
	Analysis        analysisView
	Others          []analysisView
	Refused         string   // why the actor cannot verify it
	Who             []string // who can
	Form            *form    // nil where it cannot be verified by the actor
	Ask             *form    // nil where it is not only entered
	MayRetract      bool
}

func (r *request) verifyPage() (*verifyPage, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	record, err := r.record(lab.ForVerification)
	if err != nil {
		return nil, err
	}
	e, err := evidenceNamed(&record, r.Param("analysis"))
	if err != nil {
		return nil, err
	}
	page := &verifyPage{
		view: r.view(r.texts.Text("page.verify.title")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Facts:      append([]factView{{r.texts.Text("page.field.expected"), n.expected(record.Expected)}}, n.sampleFacts(&record.Sample)...),
		Analysis:   r.analysisView(n, &record, e),
		MayRetract: e.Analysis.State != lab.Retracted,
	}
	n.compare(&page.Analysis, e, record.Evidence)
	for i := range record.Evidence {
		if other := &record.Evidence[i]; other.Analysis.ID != e.Analysis.ID {
			page.Others = append(page.Others, r.analysisView(n, &record, other))
		}
	}
	r.offerVerification(page, &record, e)
	return page, nil
}

// offerVerification offers what the rules allow, or says why they do not.
func (r *request) offerVerification(page *verifyPage, record *store.SampleRecord, e *lab.Evidence) {
	version := versionText(e.Analysis.Version)
	if e.Analysis.State == lab.Entered {
		page.Ask = newForm(r.hidden("version", version), r.hint(r.input("question", areaField, "page.verify.question"), "page.verify.question_hint"))
	}
	tried := e.Analysis
	err := tried.Verify(r.actor, lab.At(r.server.Now()), record.Questions)
	if err == nil {
		page.Form = newForm(r.hidden("version", version))
		if hasEqual(record.Evidence, &e.Analysis) {
			page.Form.Fields = append(page.Form.Fields, r.hint(r.input("reported", checkField, "page.verify.reported"), "page.verify.reported_hint"))
		}
		return
	}
	told := r.problem(err)
	page.Refused, page.Who = told.Sentence, told.Who
}

// hasEqual tells that another analysis of the sample is worth as much.
func hasEqual(evidence []lab.Evidence, a *lab.Analysis) bool {
	for _, e := range evidence {
		if e.Analysis.ID != a.ID && e.Analysis.Level == a.Level && e.Analysis.State != lab.Retracted {
			return true
		}
	}
	return false
}

// apart is how far two amounts may be from each other, in percent of the larger,
// before the page points it out.
const apart = 10

// compare points out where other analyses that count say something else.
func (n naming) compare(v *analysisView, e *lab.Evidence, all []lab.Evidence) {
	for _, other := range all {
		if other.Analysis.ID == e.Analysis.ID || other.Analysis.State == lab.Retracted {
			continue
		}
		technique := n.technique(other.Analysis.MethodID)
		for i, f := range e.Findings {
			if said := n.contradicts(f, other.Finding(f.SubstanceID), other.Analysis.MethodID); said != "" {
				v.Findings[i].differs(technique + ": " + said)
			}
		}
		for _, f := range other.Findings {
			method := n.words.Methods[e.Analysis.MethodID]
			if f.Detection.Found() && e.Finding(f.SubstanceID) == nil && method != nil && method.Covers(f.SubstanceID) {
				v.Findings = append(v.Findings, findingView{
					Substance: n.substance(f.SubstanceID), Differs: technique + ": " + n.texts.Text("page.verify.only_there"),
				})
			}
		}
	}
}

func (f *findingView) differs(text string) {
	if f.Differs != "" {
		text = f.Differs + "; " + text
	}
	f.Differs = text
}

// contradicts says how a finding of another analysis differs, empty where it does
// not.
func (n naming) contradicts(f lab.Finding, other *lab.Finding, method lab.MethodID) string {
	switch m := n.words.Methods[method]; {
	case other == nil && f.Detection.Found() && m != nil && m.Covers(f.SubstanceID) && !m.OpenScope:
		return n.texts.Text("page.verify.not_there")
	case other == nil:
		return ""
	case f.Detection.Found() != other.Detection.Found():
		return n.findingView(*other, "").Detection
	case f.Detection != lab.Quantified || other.Detection != lab.Quantified || f.Amount.Scale != other.Amount.Scale:
		return ""
	}
	a, b := n.comparable(f), n.comparable(*other)
	if (max(a, b)-min(a, b))*100 <= max(a, b)*apart {
		return ""
	}
	return n.texts.Text("page.verify.apart", "Amount", n.amount(other.Amount), "Percent", apart)
}

// comparable is an amount as base where that is known, else as it was reported.
func (n naming) comparable(f lab.Finding) int64 {
	if base, ok := n.words.Substances[f.SubstanceID].ToBase(f.Amount.Value, f.Basis); ok {
		return base
	}
	return f.Amount.Value
}

func verifyForm(r *request) error {
	page, err := r.verifyPage()
	if err != nil {
		return err
	}
	return r.show("verify.html", page)
}

// verifyAnalysis signs an analysis.
func verifyAnalysis(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	key, err := r.analysisKey()
	if err != nil {
		return err
	}
	if _, err := r.server.Store.VerifyAnalysis(r.context(), r.actor, key, in.whole("version"), in.text("reported") == "yes"); err != nil {
		return err
	}
	return r.see(sampleAddress(r.number) + "?done=verified")
}

// analysisKey is the analysis that the address names, which must be of its sample.
func (r *request) analysisKey() (lab.Key, error) {
	record, err := r.record(lab.ForVerification)
	if err != nil {
		return lab.Key{}, err
	}
	e, err := evidenceNamed(&record, r.Param("analysis"))
	if err != nil {
		return lab.Key{}, err
	}
	return e.Analysis.Key, nil
}
