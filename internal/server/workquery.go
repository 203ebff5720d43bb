package server

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// workQuery is what the address of a worklist asks for.
type workQuery struct {
	values  url.Values
	service lab.Service
	filter  store.WorkFilter
}

// keptOfWork are the names in the address of a worklist that say which one it is.
var keptOfWork = []string{"stage", "service", "product", "method", "age"}

// with is the address of a worklist with one thing changed. All services are named too:
// without, those are meant that were seen last.
func (q workQuery) with(name, value string) string {
	values := url.Values{}
	for key, list := range q.values {
		if slices.Contains(keptOfWork, key) && (list[0] != "" || key == "service") {
			values.Set(key, list[0])
		}
	}
	values.Set(name, value)
	return "/work?" + values.Encode()
}

// open tells that something is left to do with the samples of the list.
func (q workQuery) open() bool { return q.filter.Stage != "" && !q.filter.Stage.Done() }

// file is the address of the list as a file.
func (q workQuery) file(path string) string {
	return strings.Replace(q.with("stage", string(q.filter.Stage)), "/work", path, 1)
}

// text is the query as it is remembered.
func (q workQuery) text() string {
	kept := url.Values{}
	for _, key := range keptOfWork {
		if value := q.values.Get(key); value != "" || key == "stage" {
			kept.Set(key, value)
		}
	}
	return kept.Encode()
}

// opened fills in what the address of a worklist leaves open: the service and the list
// that were seen last, or the list on which the actor begins, where nothing waits there.
// Where it has to count for that, it returns the counts.
func (r *request) opened(values url.Values, services []lab.Service) (url.Values, map[lab.Stage]store.StageCount, error) {
	habits, err := r.server.Store.Habits(r.Ctx(), r.Actor)
	if err != nil {
		return nil, nil, err
	}
	last, _ := url.ParseQuery(habits.Worklist) // we wrote it
	values = maps.Clone(values)
	isSeen := func(s lab.Service) bool { return s.Code == last.Get("service") }
	if !values.Has("service") && len(services) > 1 && slices.ContainsFunc(services, isSeen) {
		values.Set("service", last.Get("service"))
	}
	if values.Has("stage") {
		return values, nil, nil
	}
	var service lab.ServiceID
	if i := slices.IndexFunc(services, func(s lab.Service) bool { return s.Code == values.Get("service") }); i >= 0 {
		service = services[i].ID
	}
	counts, err := r.server.Store.StageCounts(r.Ctx(), r.Actor, service)
	if err != nil {
		return nil, nil, err
	}
	waits := func(stage lab.Stage) bool { return counts[stage].N > 0 }
	stage := lab.Stage(last.Get("stage"))
	if !last.Has("stage") || stage != "" && !waits(stage) {
		stage = lab.FirstStage(r.Actor, waits)
	}
	values.Set("stage", string(stage))
	return values, counts, nil
}

// remember keeps which worklist was opened, where it is another than last time.
func (r *request) remember(q workQuery) error {
	habits, err := r.server.Store.Habits(r.Ctx(), r.Actor)
	if err != nil || r.headersAlone() || habits.Worklist == q.text() {
		return err
	}
	habits.Worklist = q.text()
	return r.server.Store.Remember(r.Ctx(), r.Actor, habits)
}

// waits are the ages in days by which a worklist is narrowed.
var waits = []int{7, 14, 30, 90}

// servicesSeen are the services whose samples the actor may see.
func (r *request) servicesSeen() ([]lab.Service, error) {
	services, err := r.server.Store.Services(r.Ctx(), r.Actor)
	return slices.DeleteFunc(services, func(s lab.Service) bool { return !r.Actor.SeesRecords(s.ID) }), err
}

func (r *request) workFilterForm(n naming, services []lab.Service) *page.Form {
	stage := r.Input("stage", page.HiddenField, "page.work.title")
	product := r.Input("product", page.TextField, "page.field.product")
	product.Suggest = "/suggest/products"
	method := r.Input("method", page.SelectField, "page.field.method")
	for _, m := range n.methods() {
		method.Options = append(method.Options, page.Option{Value: strconv.Itoa(int(m.ID)), Label: n.method(m.ID)})
	}
	age := r.Input("age", page.SelectField, "page.work.waiting")
	for _, days := range waits {
		age.Options = append(age.Options, page.Option{Value: strconv.Itoa(days), Label: r.Texts.Text("page.work.days_or_more", "Count", days)})
	}
	f := page.NewForm(stage, product, method, age)
	if len(services) > 1 {
		service := r.Input("service", page.SelectField, "page.work.service")
		for _, s := range services {
			service.Options = append(service.Options, page.Option{Value: s.Code, Label: s.Name})
		}
		f.Fields = append(f.Fields, service)
	}
	return f
}

func (r *request) readWorkQuery(n naming, services []lab.Service, values url.Values) (workQuery, error) {
	in := &page.Reader{Typed: values}
	q := workQuery{values: values, filter: store.WorkFilter{
		Stage: lab.Stage(in.Text("stage")), After: in.Text("after"), Method: lab.MethodID(in.Whole("method")),
	}}
	code := in.Text("service")
	if len(services) == 1 {
		code = services[0].Code
	}
	if i := slices.IndexFunc(services, func(s lab.Service) bool { return s.Code == code }); i >= 0 {
		q.service, q.filter.Service = services[i], services[i].ID
	} else if code != "" {
		return q, lab.ErrNotFound
	}
	if name := in.Text("product"); name != "" {
		product, ok := n.words.FindProduct(name)
		in.Mistakes.Check(ok, "product", "%q is not a product of the dictionary.", name)
		if ok {
			q.filter.Product = product.ID
		}
	}
	if age := in.Whole("age"); age > 0 {
		q.filter.ReceivedBefore = lab.DateOf(r.server.Now().AddDate(0, 0, 1-int(min(age, 36500))), r.shownIn())
	}
	return q, in.Mistakes.Err()
}
