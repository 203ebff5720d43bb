package server

import (
	"slices"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// verifyPage shows an analysis to the one who signs it, beside what else was found
// in the sample.
type verifyPage struct {
	page.View
	Number, Address string
	Facts           []factView
	Analysis        analysisView
	Others          []analysisView
	Outside         bool       // it found what its method's scope does not list
	Refused         string     // why the actor cannot verify it
	Who             []string   // who can
	Form            *page.Form // nil where it cannot be verified by the actor
	GoOn            string     // says where one goes on to after it, empty where one ends
	Ask             *page.Form // nil where it is not only entered
	MayRetract      bool
	Held            *heldView // nil where the sample is not held
	Confirms        bool      // verifying it can confirm what was released at once
}

func (r *request) verifyPage() (*verifyPage, error) {
	n, err := r.recordNaming()
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
		View: r.View(r.Texts.Text("page.verify.title")), Number: record.Number.String(), Address: sampleAddress(record.Number),
		Facts:      append([]factView{{r.Texts.Text("page.field.expected"), n.expected(record.Expected)}}, n.sampleFacts(&record.Sample)...),
		Analysis:   r.analysisView(n, &record, e),
		MayRetract: lab.Allowed(r.Actor, &record.File).Has(lab.RetractAnalysis, e.Analysis.ID),
	}
	page.Outside = slices.ContainsFunc(e.Findings, func(f lab.Finding) bool { return n.words.Outside(n.words.Methods[e.Analysis.MethodID], &f) })
	n.compare(&page.Analysis, &record.File, e)
	for i := range record.Evidence {
		if other := &record.Evidence[i]; other.Analysis.ID != e.Analysis.ID {
			page.Others = append(page.Others, r.analysisView(n, &record, other))
		}
	}
	r.offerVerification(page, &record, e)
	page.Confirms = page.Form != nil && n.words.ConfirmedBy(&record.File, e.Analysis.ID, r.Actor, lab.At(r.server.Now()))
	if page.Held, err = r.heldBeside(n, &record.File); err != nil {
		return nil, err
	}
	return page, r.keepVerification(page)
}

// keepVerification lets the forms of the page be kept while they are typed.
func (r *request) keepVerification(page *verifyPage) error {
	if page.Form != nil {
		if err := r.keeps(page.Form, page.Analysis.Address+"/verify"); err != nil {
			return err
		}
	}
	if page.Ask == nil {
		return nil
	}
	return r.keeps(page.Ask, page.Analysis.Address+"/question")
}

// offerVerification offers what the rules allow, or says why they do not.
func (r *request) offerVerification(shown *verifyPage, record *store.SampleRecord, e *lab.Evidence) {
	version := versionText(e.Analysis.Version)
	if lab.Allowed(r.Actor, &record.File).Has(lab.AskAboutAnalysis, e.Analysis.ID) {
		shown.Ask = page.NewForm(r.Hidden("version", version), r.Hint(r.Input("question", page.AreaField, "page.verify.question"), "page.verify.question_hint"))
	}
	tried := e.Analysis
	err := tried.Verify(r.Actor, lab.At(r.server.Now()), record.Questions)
	if err == nil {
		then := otherToVerify(r.Actor, record, e)
		shown.Form = page.NewForm(r.Hidden("version", version), r.Hidden("then", then))
		switch {
		case then != "":
			shown.GoOn = r.Texts.Text("page.verify.on_to_other")
		case lab.MayPublish(r.Actor, e.Analysis.ServiceID) == nil:
			shown.GoOn = r.Texts.Text("page.verify.on_to_release")
		}
		if record.HasEqual(e.Analysis.ID) {
			shown.Form.Fields = append(shown.Form.Fields, r.Hint(r.Input("reported", page.CheckField, "page.verify.reported"), "page.verify.reported_hint"))
		}
		return
	}
	told := r.Problem(err)
	shown.Refused, shown.Who = told.Sentence, told.Who
}

// otherToVerify is the next analysis of the sample that the actor may sign too, empty for
// none.
func otherToVerify(by lab.Actor, record *store.SampleRecord, e *lab.Evidence) string {
	for i := range record.Evidence {
		if a := &record.Evidence[i].Analysis; a.ID != e.Analysis.ID && a.MayVerify(by, record.Questions) {
			return a.ID.String()
		}
	}
	return ""
}

// compare points out where other analyses that count say something else: of what this
// one reports beside it, of what they alone found below.
func (n naming) compare(v *analysisView, f *lab.File, e *lab.Evidence) {
	for _, c := range n.words.Compare(f, e.Analysis.ID) {
		said := n.technique(c.MethodID) + ": " + n.contradiction(c)
		row := slices.IndexFunc(e.Findings, func(f lab.Finding) bool { return n.words.Resolve(f.SubstanceID) == c.SubstanceID })
		if row < 0 {
			v.Findings = append(v.Findings, findingView{Substance: n.substance(c.SubstanceID), Differs: said})
			continue
		}
		v.Findings[row].differs(said)
	}
}

func (f *findingView) differs(text string) {
	if f.Differs != "" {
		text = f.Differs + "; " + text
	}
	f.Differs = text
}

// contradiction says what another analysis says.
func (n naming) contradiction(c lab.Contradiction) string {
	switch c.Kind {
	case lab.FoundHereAlone:
		return n.texts.Text("page.verify.not_there")
	case lab.FoundThereAlone:
		return n.texts.Text("page.verify.only_there")
	case lab.AmountsApart:
		return n.texts.Text("page.verify.apart", "Amount", n.amount(c.Other.Amount), "Percent", lab.ApartPercent)
	}
	return n.findingView(*c.Other, "").Detection
}

func showVerifyForm(r *request) error {
	page, err := r.verifyPage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("verify.html", page)
}

// verifyAnalysis signs an analysis, and goes on to what follows where that is asked for:
// another analysis of the sample, or its release.
func verifyAnalysis(r *request) error {
	in, err := r.Read()
	if err != nil {
		return err
	}
	key, err := r.analysisKey()
	if err != nil {
		return err
	}
	if in.Text("confirm") == "yes" {
		if _, err := r.server.Store.VerifyAndConfirm(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text("reported") == "yes"); err != nil {
			return err
		}
		return r.See(sampleAddress(r.Number) + "?done=confirmed")
	}
	if _, err := r.server.Store.VerifyAnalysis(r.Ctx(), r.Actor, key, in.Whole("version"), in.Text("reported") == "yes"); err != nil {
		return err
	}
	address := sampleAddress(r.Number)
	if other, err := lab.ParseID(in.Text("then")); err == nil && in.Text("go_on") == "yes" {
		address = verifyAddress(r.Number, other.String())
	} else if in.Text("go_on") == "yes" {
		address += "/release"
	}
	return r.See(address + "?done=verified")
}

// analysisKey is the key of the analysis that the address names, which must be of its
// sample. Nothing of the record is read.
func (r *request) analysisKey() (lab.Key, error) {
	sample, err := r.key()
	if err != nil {
		return lab.Key{}, err
	}
	id, err := lab.ParseID(r.Param("analysis"))
	if err != nil {
		return lab.Key{}, lab.ErrNotFound
	}
	return r.server.Store.FindAnalysis(r.Ctx(), r.Actor, sample, id)
}
