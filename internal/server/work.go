package server

import (
	"net/url"
	"slices"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
	"marquis/internal/store"
)

// workPage is a worklist: the samples that wait for the same step.
type workPage struct {
	page.View
	Tabs     []tabView
	Filter   *page.Form
	Find     *page.Form
	Found    []foundView // that the finder may mean
	Rows     []workRow
	Next     string // address of the next page, empty on the last
	First    string // address of the first page, empty on it
	Service  string // code of the one service that is shown, empty for several
	MayClose bool   // may mark samples as not analysed
	Close    *page.Form
	Refused  []string  // why samples could not be marked
	Choose   []tabView // services of which one is to be chosen before samples can be marked
	CSV      string    // address of the list as a file, empty where it is none
	Workbook string    // and as a workbook
	Publish  string    // address for releasing all that is verified, empty where there is none
}

// tabView is one worklist with its number of samples.
type tabView struct {
	Label, Address, Count string
	Current               bool
}

// workRow is one sample on a worklist.
type workRow struct {
	Address, Number, Product, Form string
	Received                       string
	Age                            int // days
	State                          tagView
	Analyses                       []string
	Entered                        int
	Published                      *tagView
	Withdrawn                      string // why the result was taken back
	Questions                      int
	Step                           *stepView // nil where the actor does nothing with it
	Held                           string    // for how long it is held, empty where it is not
	Value                          string    // what the check box posts: the number and the version that was seen
	Chosen                         bool
}

func showWorklist(r *request) error {
	page, err := r.workPage(r.Request.URL.Query())
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.Show("work.html", page)
}

func (r *request) workPage(values url.Values) (*workPage, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	shown := &workPage{View: r.View(r.Texts.Text("page.work.title"))}
	services, err := r.servicesSeen()
	if err != nil {
		return nil, err
	}
	number := r.Input("number", page.TextField, "page.work.number")
	number.Focus = true
	shown.Find = page.NewForm(number)
	values, counts, err := r.opened(values, services)
	if err != nil {
		return nil, err
	}
	shown.Filter = r.workFilterForm(n, services)
	shown.Filter.Fill(values)
	q, err := r.readWorkQuery(n, services, values)
	if err != nil {
		return shown, shown.Filter.Tell(r.Texts, err)
	}
	found, err := r.server.Store.Worklist(r.Ctx(), r.Actor, q.filter)
	if err != nil {
		return nil, err
	}
	today := lab.DateOf(r.server.Now(), r.shownIn())
	for i := range found.Rows {
		row := n.workRow(&found.Rows[i], today, r.server.Now())
		row.Step = r.stepWith(&found.Rows[i], q.filter.Stage)
		shown.Rows = append(shown.Rows, row)
	}
	if found.Next != "" {
		shown.Next = q.with("after", found.Next)
	}
	if q.filter.After != "" {
		shown.First = q.with("stage", string(q.filter.Stage))
	}
	if shown.Tabs, err = r.workTabs(q, counts); err != nil {
		return nil, err
	}
	r.offerWork(shown, q, services)
	if err := r.keepClosing(shown); err != nil {
		return nil, err
	}
	return shown, r.remember(q)
}

// keepClosing lets what is chosen to be closed be kept, and chooses what was chosen
// before, as far as nobody has changed it since.
func (r *request) keepClosing(shown *workPage) error {
	if !shown.MayClose {
		return nil
	}
	before, err := r.typedBefore("/work/"+shown.Service+"/not-analysed", func(typed url.Values) bool {
		return typed.Get("stage") == mustField(shown.Close, "stage").Value()
	})
	if err != nil {
		return err
	}
	shown.Close.Kept = before.Kept
	if before.typed == nil {
		return nil
	}
	shown.Close.Resume(before.typed)
	for i := range shown.Rows {
		shown.Rows[i].Chosen = slices.Contains(before.typed["samples"], shown.Rows[i].Value)
	}
	return nil
}

func (n naming) workRow(w *store.WorkRow, today lab.Date, now time.Time) workRow {
	x := &w.Sample
	row := workRow{
		Address: sampleAddress(w.Number), Number: w.Number.String(), Product: n.product(x.ProductID), Form: n.texts.Code(locale.Forms, string(x.Form)),
		Received: n.texts.Date(x.ReceivedOn), Age: x.ReceivedOn.DaysUntil(today), State: n.tag(locale.SampleStates, string(x.State)),
		Entered: w.Entered, Questions: w.Questions, Value: seenValue(w.Number, x.Version),
	}
	for _, id := range w.Methods {
		row.Analyses = append(row.Analyses, n.technique(id))
	}
	if w.Version > 0 {
		tag := n.tag(locale.PublicationKinds, string(w.Published))
		row.Published = &tag
	}
	if !x.HeldSince.IsZero() {
		row.Held = n.heldFor(x.HeldSince, now)
	}
	if w.Published == lab.WithdrawnResult {
		row.Withdrawn = n.why(w.Why).Plain()
	}
	return row
}

// workTabs are the worklists with their counts, which are made where there are none yet.
func (r *request) workTabs(q workQuery, counts map[lab.Stage]store.StageCount) (tabs []tabView, err error) {
	if counts == nil {
		if counts, err = r.server.Store.StageCounts(r.Ctx(), r.Actor, q.filter.Service); err != nil {
			return nil, err
		}
	}
	for _, stage := range lab.Stages {
		count := r.Texts.Count(counts[stage].N)
		if counts[stage].More {
			count = r.Texts.Text("page.work.more_than", "Number", count)
		}
		tabs = append(tabs, tabView{r.Texts.Code(locale.Stages, string(stage)), q.with("stage", string(stage)), count, q.filter.Stage == stage})
	}
	return append(tabs, tabView{Label: r.Texts.Text("page.work.all"), Address: q.with("stage", ""), Current: q.filter.Stage == ""}), nil
}

// offerWork offers what can be done with the whole list.
func (r *request) offerWork(shown *workPage, q workQuery, services []lab.Service) {
	open := q.open()
	if open && len(shown.Rows) > 0 && page.Holders(lab.Laboratory, lab.Verifier).Lets(r.Actor, q.service.ID) {
		shown.CSV, shown.Workbook = q.file("/work/list.csv"), q.file("/work/list.xlsx")
	}
	if q.service.ID == 0 {
		for _, s := range services {
			if open && len(shown.Rows) > 0 && r.Actor.Has(s.ID, lab.Who(lab.MoveSample)...) {
				shown.Choose = append(shown.Choose, tabView{Label: s.Name, Address: q.with("service", s.Code)})
			}
		}
		return
	}
	shown.Service = q.service.Code
	shown.MayClose = open && len(shown.Rows) > 0 && r.Actor.Has(q.service.ID, lab.Who(lab.MoveSample)...)
	shown.Close = r.closeForm()
	shown.Close.Set("stage", string(q.filter.Stage))
	if q.filter.Stage == lab.StageToPublish && len(shown.Rows) > 0 && lab.MayPublish(r.Actor, q.service.ID) == nil {
		shown.Publish = "/work/" + q.service.Code + "/publish"
	}
}

func (r *request) closeForm() *page.Form {
	return page.NewForm(r.Input("stage", page.HiddenField, "page.work.title"),
		r.Choice("reason", page.SelectField, "page.work.reason", locale.NotAnalysedReasons, lab.NotAnalysedReasons.Strings()))
}
