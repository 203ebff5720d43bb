package server

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// recordPage is all that is recorded of a sample, as the actor may see it, and
// what the actor may do with it.
type recordPage struct {
	view
	Number   string
	Address  string
	Version  int32
	State    tagView
	Stage    string
	Reason   string // of the state
	Excluded string // why it is kept out of the statistics
	Links    []entryView
	Facts    []factView
	Expected string
	Analyses []analysisView
	Versions []publicationView // of the result, the latest first
	Told     []string
	Trail    []eventView
	Views    []viewedView
	Moves    []moveForm
	Answers  []*form // to open questions, for the summary of mistakes
}

// moveForm takes the sample to another state, or keeps it out of the statistics.
type moveForm struct {
	Label, Address, To string
	Form               *form
	Grave              bool // takes something back or leaves it undone
}

// moveLabels are the steps that the page of a sample offers.
var moveLabels = []struct {
	to      lab.SampleState
	label   string
	reasons []string
	named   locale.Vocabulary
}{
	{lab.Registered, "page.record.move_registered", nil, ""},
	{lab.InAnalysis, "page.record.move_in_analysis", nil, ""},
	{lab.NotAnalysed, "page.record.move_not_analysed", lab.NotAnalysedReasons.Strings(), locale.NotAnalysedReasons},
	{lab.Rejected, "page.record.move_rejected", lab.RejectionReasons.Strings(), locale.RejectionReasons},
}

// key finds the sample that the address names.
func (r *request) key() (lab.Key, error) {
	return r.server.Store.FindSample(r.context(), r.number)
}

// record reads the sample that the address names, and notes what for.
func (r *request) record(purpose lab.Purpose) (store.SampleRecord, error) {
	key, err := r.key()
	if err != nil {
		return store.SampleRecord{}, err
	}
	return r.server.Store.ReadSample(r.context(), r.actor, key, purpose)
}

// purpose is what the actor usually reads a sample for.
func (r *request) purpose() lab.Purpose {
	for _, of := range []struct {
		role    lab.UserRole
		purpose lab.Purpose
	}{{lab.Verifier, lab.ForVerification}, {lab.Laboratory, lab.ForAnalysis}, {lab.Intake, lab.ForIntake}} {
		if r.actor.Has(r.service.ID, of.role) {
			return of.purpose
		}
	}
	return lab.ForAudit
}

// recordNaming is naming with the locations of the service.
func (r *request) recordNaming() (naming, error) {
	n, err := r.naming()
	if err != nil {
		return n, err
	}
	locations, err := r.server.Store.Locations(r.context(), r.service.ID)
	n.places = map[string]string{}
	for _, l := range locations {
		n.places[strconv.Itoa(int(l.ID))] = l.Name
	}
	return n, err
}

// place is the time zone of the service.
func (r *request) place() *time.Location {
	place, err := time.LoadLocation(r.service.TimeZone)
	if err != nil {
		return time.UTC
	}
	return place
}

// day is today at the service.
func (r *request) day() lab.Date { return lab.DateOf(r.server.Now(), r.place()) }

// moment writes a moment as the clocks at the service show it.
func (r *request) moment(at lab.Instant) string {
	if at.IsZero() {
		return ""
	}
	return r.texts.Instant(at.Time().In(r.place()))
}

func (r *request) recordPage() (*recordPage, error) {
	record, err := r.record(r.purpose())
	if err != nil {
		return nil, err
	}
	n, err := r.recordNaming()
	if err != nil {
		return nil, err
	}
	views, err := r.server.Store.Views(r.context(), r.actor, record.Sample.Key)
	if err != nil {
		return nil, err
	}
	x := &record.Sample
	page := &recordPage{
		view: r.view(record.Number.String()), Number: record.Number.String(), Address: sampleAddress(record.Number), Version: x.Version,
		State: n.tag(locale.SampleStates, string(x.State)), Stage: n.texts.Code(locale.Stages, string(x.Stage)),
		Reason:   codeOf(locale.RejectionReasons, locale.NotAnalysedReasons)(n, x.StateReason),
		Excluded: n.texts.Code(locale.Exclusions, x.Excluded), Facts: n.sampleFacts(x), Expected: n.expected(record.Expected),
		Analyses: r.analysisViews(n, &record), Versions: r.publicationViews(n, &record), Trail: r.eventViews(n, &record), Views: r.viewedViews(views),
	}
	for _, t := range record.ReadOuts {
		page.Told = append(page.Told, r.texts.Text("page.record.told", "Version", t.Version, "Name", record.People[t.ToldBy], "When", r.moment(t.ToldAt)))
	}
	page.Links, page.Moves = r.recordLinks(&record), r.moveForms(x)
	for i := range page.Analyses {
		for j := range page.Analyses[i].Questions {
			if f := page.Analyses[i].Questions[j].Form; f != nil {
				page.Answers = append(page.Answers, f)
			}
		}
	}
	return page, nil
}

func showRecord(r *request) error {
	page, err := r.recordPage()
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.show("record.html", page)
}

// sampleFacts are the fields of a sample that hold something, an amount with its
// unit and a price with its quantity.
func (n naming) sampleFacts(x *lab.Sample) []factView {
	plain := *x
	plain.State, plain.StateReason, plain.Excluded, plain.ReceivedAmount, plain.ReceivedUnit, plain.Price = "", "", "", 0, "", lab.Price{}
	var facts []factView
	for _, v := range n.changeViews(lab.Differences(lab.Sample{}, plain), nil) {
		facts = append(facts, factView{v.Field, v.New})
	}
	quantity := func(number int64, unit lab.AmountUnit) string {
		return n.thousandths(number, n.texts.Code(locale.AmountUnits, string(unit)))
	}
	if x.ReceivedUnit != "" {
		facts = append(facts, factView{n.texts.Text("page.field.received_amount"), quantity(x.ReceivedAmount, x.ReceivedUnit)})
	}
	if x.Price.Recorded() {
		price := n.thousandths(x.Price.Amount, x.Price.Currency) + " / " + quantity(x.Price.Quantity, x.Price.Unit)
		facts = append(facts, factView{n.texts.Text("page.field.price"), price})
	}
	return facts
}

// recordLinks lead to what the actor may do now.
func (r *request) recordLinks(record *store.SampleRecord) []entryView {
	var links []entryView
	add := func(may bool, label, path string) {
		if may {
			links = append(links, entryView{Label: r.texts.Text(label), Address: sampleAddress(record.Number) + path})
		}
	}
	x := record.Sample
	published := lab.Latest(record.Publications)
	entering := x.Move(lab.InAnalysis, r.actor, "") == nil || x.State == lab.InAnalysis && r.actor.Has(x.ServiceID, lab.Intake, lab.Laboratory, lab.Verifier)
	add(entering, "page.record.new_analysis", "/analyses/new")
	add(r.actor.Has(x.ServiceID, lab.Verifier) && (published != nil || hasVerified(record.Evidence)), "page.record.release", "/release")
	add(published != nil && lab.MayTell(r.actor, x.ServiceID) == nil, "page.record.read_out", "/read-out")
	add(r.actor.Has(x.ServiceID, lab.Intake, lab.Verifier), "page.record.describe", "/description")
	add(lab.MayReceive(r.actor, x.ServiceID) == nil, "page.record.new_code", "/code")
	return links
}

func hasVerified(evidence []lab.Evidence) bool {
	for _, e := range evidence {
		if e.Analysis.State == lab.Verified {
			return true
		}
	}
	return false
}

// moveForms are the steps that the rules allow the actor now.
func (r *request) moveForms(x *lab.Sample) []moveForm {
	var forms []moveForm
	address := sampleAddress(r.number)
	for _, m := range moveLabels {
		tried, reason := *x, ""
		if len(m.reasons) > 0 {
			reason = m.reasons[0]
		}
		if tried.Move(m.to, r.actor, reason) != nil {
			continue
		}
		f := newForm(r.hidden("version", versionText(x.Version)), r.hidden("to", string(m.to)))
		if len(m.reasons) > 0 {
			f.Fields = append(f.Fields, r.choice(reasonField(string(m.to)), selectField, "page.record.reason", m.named, m.reasons))
		}
		forms = append(forms, moveForm{r.texts.Text(m.label), address + "/move", string(m.to), f, len(m.reasons) > 0})
	}
	tried := *x
	if tried.Exclude(r.actor, "") != nil {
		return forms
	}
	f, label := newForm(r.hidden("version", versionText(x.Version))), "page.record.include"
	if x.Excluded == "" {
		label = "page.record.exclude"
		f.Fields = append(f.Fields, r.choice(reasonField(exclusion), selectField, "page.record.reason", locale.Exclusions, lab.Exclusions.Strings()))
	}
	return append(forms, moveForm{r.texts.Text(label), address + "/exclusion", exclusion, f, x.Excluded == ""})
}

// exclusion names the form that keeps a sample out of the statistics.
const exclusion = "excluded"

// reasonField names the field with the reason of a step, so that the forms of one
// page have different fields.
func reasonField(step string) string { return step + "_reason" }

// hidden is a field that the reader does not see.
func (r *request) hidden(name, value string) *field {
	return &field{Name: name, Kind: hiddenField, Values: []string{value}}
}

// reasonMistake puts what is said of a reason to the field with the reason.
func reasonMistake(err error, name string) error {
	var move *lab.MoveError
	var mistakes lab.FieldErrors
	switch {
	case errors.As(err, &move) && move.Format == "Give the reason.":
		return lab.FieldErrors{{Field: name, Format: move.Format}}
	case errors.As(err, &mistakes):
		for i := range mistakes {
			mistakes[i].Field = name
		}
		return mistakes
	}
	return err
}

// moveSample takes the sample to another state.
func moveSample(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	to := in.text("to")
	key, err := r.key()
	if err != nil {
		return err
	}
	_, err = r.server.Store.MoveSample(r.context(), r.actor, key, in.whole("version"), lab.SampleState(to), in.text(reasonField(to)))
	if err == nil {
		return r.see(sampleAddress(r.number) + "?done=moved")
	}
	return r.refillMove(in, to, err)
}

// excludeSample keeps the sample out of the statistics, or lets it back in.
func excludeSample(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	key, err := r.key()
	if err != nil {
		return err
	}
	reason := in.text(reasonField(exclusion))
	if in.typed.Has(reasonField(exclusion)) {
		in.mistakes.Check(reason != "", reasonField(exclusion), "Give the reason.")
	}
	if err = in.mistakes.Err(); err == nil {
		_, err = r.server.Store.ExcludeSample(r.context(), r.actor, key, in.whole("version"), reason)
	}
	if err == nil {
		return r.see(sampleAddress(r.number) + "?done=excluded")
	}
	return r.refillMove(in, exclusion, err)
}

// refillMove shows the page again with the mistakes in the form of one step.
func (r *request) refillMove(in *reader, to string, err error) error {
	err = reasonMistake(err, reasonField(to))
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.recordPage()
	if failed != nil {
		return failed
	}
	for _, m := range page.Moves {
		if m.To == to {
			m.Form.fill(in.typed)
			return r.refill("record.html", page, m.Form, err)
		}
	}
	return err
}

// answerQuestion answers a question about an analysis.
func answerQuestion(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	id, err := lab.ParseID(r.Param("question"))
	if err != nil {
		return lab.ErrNotFound
	}
	name := answerField(id)
	_, err = r.server.Store.AnswerAnalysis(r.context(), r.actor, lab.Key{ServiceID: r.service.ID, ID: id}, in.text(name))
	if err == nil {
		return r.see(sampleAddress(r.number) + "?done=answered")
	}
	err = reasonMistake(err, name)
	var mistakes lab.FieldErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	page, failed := r.recordPage()
	if failed != nil {
		return failed
	}
	for _, f := range page.Answers {
		if _, missing := f.Field(name); missing == nil {
			f.fill(in.typed)
			return r.refill("record.html", page, f, err)
		}
	}
	return r.page(http.StatusUnprocessableEntity, "record.html", page)
}

// answerField names the field with the answer to a question.
func answerField(id lab.ID) string { return "answer-" + id.String() }
