package server

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/store"
)

// workPage is a worklist: the samples that wait for the same step.
type workPage struct {
	view
	Tabs     []tabView
	Filter   *form
	Find     *form
	Rows     []workRow
	Next     string // address of the next page, empty on the last
	First    string // address of the first page, empty on it
	Service  string // code of the one service that is shown, empty for several
	MayClose bool   // may mark samples as not analysed
	Close    *form
	Refused  []string // why samples could not be marked
	Publish  string   // address for releasing all that is verified, empty where there is none
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
	Questions                      int
	Value                          string // what the check box posts: the number and the version that was seen
	Chosen                         bool
}

func (n naming) tag(v locale.Vocabulary, code string) tagView {
	return tagView{code, n.texts.Code(v, code)}
}

// workQuery is what the address of a worklist asks for.
type workQuery struct {
	values  url.Values
	service lab.Service
	filter  store.WorkFilter
}

// with is the address of a worklist with one thing changed.
func (q workQuery) with(name, value string) string {
	values := url.Values{}
	for key, list := range q.values {
		if key != "after" && key != "number" && key != "done" && list[0] != "" {
			values.Set(key, list[0])
		}
	}
	values.Set(name, value)
	return "/work?" + values.Encode()
}

func work(r *request) error {
	values := r.Request.URL.Query()
	if number := values.Get("number"); number != "" {
		return r.findByNumber(number)
	}
	page, err := r.workPage(values)
	if err != nil {
		return err
	}
	page.Notice = r.notice()
	return r.show("work.html", page)
}

// looseNumber is a sample number as people type it.
var looseNumber = regexp.MustCompile(`^([A-Z][A-Z0-9]*?)[\s./_-]*(\d{4})[\s./_-]+0*(\d{1,9})$`)

// readNumber reads a sample number with forgiveness: small letters, other marks
// between its parts, leading zeros left out.
func readNumber(text string) (lab.SampleNumber, error) {
	m := looseNumber.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(text)))
	if m == nil {
		return lab.ParseSampleNumber(text)
	}
	year, _ := strconv.Atoi(m[2])
	running, _ := strconv.Atoi(m[3])
	return lab.ParseSampleNumber(lab.SampleNumber{Service: m[1], Year: year, Running: running}.String())
}

// findByNumber leads to a sample. One of another service looks as if it did not
// exist.
func (r *request) findByNumber(text string) error {
	number, err := readNumber(text)
	var key lab.Key
	if err == nil {
		key, err = r.server.Store.FindSample(r.context(), number)
	} else {
		err = lab.ErrNotFound
	}
	if err == nil && r.actor.SeesRecords(key.ServiceID) {
		return r.see("/samples/" + number.String())
	}
	if err != nil && !errors.Is(err, lab.ErrNotFound) {
		return err
	}
	page, err := r.workPage(url.Values{})
	if err != nil {
		return err
	}
	page.Find.set("number", text)
	var mistakes lab.FieldErrors
	mistakes.Check(false, "number", "There is no sample %q among those that you may see. A number looks like UTR-2024-00017.", text)
	return r.refill("work.html", page, page.Find, mistakes)
}

func (r *request) workPage(values url.Values) (*workPage, error) {
	n, err := r.naming()
	if err != nil {
		return nil, err
	}
	page := &workPage{view: r.view(r.texts.Text("page.work.title"))}
	services, err := r.servicesSeen()
	if err != nil {
		return nil, err
	}
	page.Find = newForm(r.input("number", textField, "page.work.number"))
	page.Filter = r.workFilterForm(n, services)
	page.Filter.fill(values)
	q, err := r.readWorkQuery(n, services, values)
	if err != nil {
		return page, page.Filter.tell(r.texts, err)
	}
	found, err := r.server.Store.Worklist(r.context(), r.actor, q.filter)
	if err != nil {
		return nil, err
	}
	today := lab.DateOf(r.server.Now(), time.UTC)
	for i := range found.Rows {
		page.Rows = append(page.Rows, n.workRow(&found.Rows[i], today))
	}
	if found.Next != "" {
		page.Next = q.with("after", found.Next)
	}
	if q.filter.After != "" {
		page.First = q.with("stage", string(q.filter.Stage))
	}
	if page.Tabs, err = r.workTabs(q); err != nil {
		return nil, err
	}
	r.offerWork(page, q)
	return page, nil
}

// servicesSeen are the services whose samples the actor may see.
func (r *request) servicesSeen() ([]lab.Service, error) {
	services, err := r.server.Store.Services(r.context())
	return slices.DeleteFunc(services, func(s lab.Service) bool { return !r.actor.SeesRecords(s.ID) }), err
}

// waits are the ages in days by which a worklist is narrowed.
var waits = []int{7, 14, 30, 90}

func (r *request) workFilterForm(n naming, services []lab.Service) *form {
	stage := r.input("stage", hiddenField, "page.work.title")
	product := r.input("product", textField, "page.field.product")
	product.Suggest = "/suggest/products"
	method := r.input("method", selectField, "page.field.method")
	for _, m := range n.methods() {
		method.Options = append(method.Options, option{strconv.Itoa(int(m.ID)), n.method(m.ID)})
	}
	age := r.input("age", selectField, "page.work.waiting")
	for _, days := range waits {
		age.Options = append(age.Options, option{strconv.Itoa(days), r.texts.Text("page.work.days_or_more", "Count", days)})
	}
	f := newForm(stage, product, method, age)
	if len(services) > 1 {
		service := r.input("service", selectField, "page.work.service")
		for _, s := range services {
			service.Options = append(service.Options, option{s.Code, s.Name})
		}
		f.Fields = append(f.Fields, service)
	}
	return f
}

// methods are all methods in the order of their names.
func (n naming) methods() []*lab.Method {
	var list []*lab.Method
	for _, m := range n.words.Methods {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *lab.Method) int {
		return compareFolded(n.method(a.ID), n.method(b.ID))
	})
	return list
}

func (r *request) readWorkQuery(n naming, services []lab.Service, values url.Values) (workQuery, error) {
	in := &reader{typed: values}
	q := workQuery{values: values, filter: store.WorkFilter{
		Stage: lab.Stage(in.text("stage")), After: in.text("after"), Method: lab.MethodID(in.whole("method")),
	}}
	code := in.text("service")
	if len(services) == 1 {
		code = services[0].Code
	}
	if i := slices.IndexFunc(services, func(s lab.Service) bool { return s.Code == code }); i >= 0 {
		q.service, q.filter.Service = services[i], services[i].ID
	} else if code != "" {
		return q, lab.ErrNotFound
	}
	if name := in.text("product"); name != "" {
		product, ok := n.words.FindProduct(name)
		in.mistakes.Check(ok, "product", "%q is not a product of the dictionary.", name)
		if ok {
			q.filter.Product = product.ID
		}
	}
	if age := in.whole("age"); age > 0 {
		q.filter.ReceivedBefore = lab.DateOf(r.server.Now().AddDate(0, 0, 1-int(min(age, 36500))), time.UTC)
	}
	return q, in.mistakes.Err()
}

func (n naming) workRow(w *store.WorkRow, today lab.Date) workRow {
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
	return row
}

func sampleAddress(number lab.SampleNumber) string { return "/samples/" + number.String() }

func (r *request) workTabs(q workQuery) ([]tabView, error) {
	counts, err := r.server.Store.StageCounts(r.context(), r.actor, q.filter.Service)
	if err != nil {
		return nil, err
	}
	var tabs []tabView
	for _, stage := range lab.Stages {
		count := r.texts.Count(counts[stage].N)
		if counts[stage].More {
			count = r.texts.Text("page.work.more_than", "Number", count)
		}
		tabs = append(tabs, tabView{r.texts.Code(locale.Stages, string(stage)), q.with("stage", string(stage)), count, q.filter.Stage == stage})
	}
	return append(tabs, tabView{Label: r.texts.Text("page.work.all"), Address: q.with("stage", ""), Current: q.filter.Stage == ""}), nil
}

// offerWork offers what can be done with the whole list.
func (r *request) offerWork(page *workPage, q workQuery) {
	if q.service.ID == 0 {
		return
	}
	page.Service = q.service.Code
	open := !q.filter.Stage.Done() && q.filter.Stage != ""
	page.MayClose = open && len(page.Rows) > 0 && r.actor.Has(q.service.ID, lab.Intake, lab.Laboratory, lab.Verifier)
	page.Close = r.closeForm()
	page.Close.set("stage", string(q.filter.Stage))
	if q.filter.Stage == lab.StageToPublish && len(page.Rows) > 0 && r.actor.Has(q.service.ID, lab.Verifier) {
		page.Publish = "/work/" + q.service.Code + "/publish"
	}
}

func (r *request) closeForm() *form {
	return newForm(r.input("stage", hiddenField, "page.work.title"),
		r.choice("reason", selectField, "page.work.reason", locale.NotAnalysedReasons, lab.NotAnalysedReasons.Strings()))
}

// seenValue is a sample in the version that was seen, as a form posts it.
func seenValue(number lab.SampleNumber, version int32) string {
	return number.String() + "." + strconv.Itoa(int(version))
}

// seenSample finds what seenValue wrote among the samples of the service of the
// address.
func (r *request) seenSample(value string) (store.VersionedKey, error) {
	text, version, _ := strings.Cut(value, ".")
	number, err := lab.ParseSampleNumber(text)
	seen, wrong := strconv.ParseInt(version, 10, 32)
	if err != nil || wrong != nil || number.Service != r.service.Code {
		return store.VersionedKey{}, lab.ErrNotFound
	}
	key, err := r.server.Store.FindSample(r.context(), number)
	return store.VersionedKey{Key: key, Version: int32(seen)}, err
}

// notAnalysed closes the chosen samples, all or none.
func notAnalysed(r *request) error {
	in, err := r.read()
	if err != nil {
		return err
	}
	var chosen []store.VersionedKey
	for _, value := range in.typed["samples"] {
		key, err := r.seenSample(value)
		if err != nil {
			return err
		}
		chosen = append(chosen, key)
	}
	stage := in.text("stage")
	err = r.server.Store.NotAnalyse(r.context(), r.actor, chosen, in.text("reason"))
	if err == nil {
		return r.see("/work?" + url.Values{"service": {r.service.Code}, "stage": {stage}, "done": {"not_analysed"}}.Encode())
	}
	page, failed := r.workPage(url.Values{"service": {r.service.Code}, "stage": {stage}})
	if failed != nil {
		return failed
	}
	if page.Close == nil {
		return err
	}
	page.Close.set("reason", in.text("reason"))
	for i := range page.Rows {
		page.Rows[i].Chosen = slices.Contains(in.typed["samples"], page.Rows[i].Value)
	}
	var refused lab.SampleErrors
	if !errors.As(err, &refused) {
		return r.refill("work.html", page, page.Close, err)
	}
	for _, one := range refused {
		page.Refused = append(page.Refused, one.Number.String()+": "+r.said(one.Err))
	}
	return r.page(http.StatusConflict, "work.html", page)
}

// said is what the domain says of a refusal, in the reader's language.
func (r *request) said(err error) string {
	var page errorPage
	a := r.answerFor(err, &page)
	text := page.Sentence
	if text == "" {
		text = r.texts.Text(a.title) + "."
	}
	if len(page.Who) > 0 {
		text += " " + r.texts.Text("page.error.who") + " " + strings.Join(page.Who, ", ") + "."
	}
	return text
}

// notices are what pages say of what has just been done.
var notices = map[string]string{
	"not_analysed": "page.notice.not_analysed",
	"moved":        "page.notice.moved",
	"excluded":     "page.notice.excluded",
	"entered":      "page.notice.entered",
	"changed":      "page.notice.changed",
	"verified":     "page.notice.verified",
	"asked":        "page.notice.asked",
	"answered":     "page.notice.answered",
	"retracted":    "page.notice.retracted",
	"published":    "page.notice.published",
	"withdrawn":    "page.notice.withdrawn",
	"told":         "page.notice.told",
	"method":       "page.notice.method",
}

func (r *request) notice() string {
	key, ok := notices[r.Query("done")]
	if !ok {
		return ""
	}
	return r.texts.Text(key)
}
