package server

import (
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// keptForm is a form of staff of which is kept what was typed and not saved.
type keptForm struct {
	sent   string   // path of the route that it is sent to
	named  string   // key of what staff call it
	stands string   // address of the page on which it stands
	holds  []string // names of its fields; one that ends in a dot or a dash stands for all that begin so
}

// keptForms are all forms that keep what is typed, but for those of the counter, whose
// drafts are everybody's there. What they hold is named, so that nothing else is ever
// kept: no password, no code, nothing that a page hides for its security.
var keptForms = []keptForm{
	{"/samples/:number/analyses/new", "page.analysis.new", "/samples/:number/analyses/new", analysisNames},
	{"/samples/:number/analyses/:analysis", "page.analysis.change", "/samples/:number/analyses/:analysis", analysisNames},
	{"/samples/:number/analyses/:analysis/retraction", "page.analysis.retract", "/samples/:number/analyses/:analysis/retraction", []string{"version", "reason"}},
	{"/samples/:number/analyses/:analysis/verify", "page.verify.title", "/samples/:number/analyses/:analysis/verify", []string{"version", "reported"}},
	{"/samples/:number/analyses/:analysis/aside", "page.aside.title", "/samples/:number/analyses/:analysis/aside", []string{"version", "aside."}},
	{"/samples/:number/analyses/:analysis/question", "page.verify.question", "/samples/:number/analyses/:analysis/verify", []string{"version", "question"}},
	{"/samples/:number/questions/:question", "page.record.answer", "/samples/:number", []string{"answer-"}},
	{"/samples/:number/description", "page.record.describe", "/samples/:number/description", descriptionNames()},
	{"/samples/:number/code", "page.record.new_code", "/samples/:number/code", []string{"reason"}},
	{"/samples/:number/move", "page.record.reason", "/samples/:number", []string{"version", reasonField(string(lab.NotAnalysed)), reasonField(string(lab.Rejected))}},
	{"/samples/:number/exclusion", "page.record.exclude", "/samples/:number", []string{"version", reasonField(exclusion)}},
	{"/samples/:number/release", "page.release.title", "/samples/:number/release", append([]string{"version", "left_out."}, reasonNames...)},
	{"/samples/:number/at-once", "page.held.at_once", "/samples/:number/at-once", append([]string{"version", "left_out."}, reasonNames...)},
	{"/samples/:number/withdrawal", "page.release.withdraw", "/samples/:number/release", append([]string{"version", "exchanged_with"}, reasonsNamed(withdrawalReason)...)},
	{"/samples/:number/no-retest", "page.record.decline_retest", "/samples/:number", []string{"version", reasonField(noRetest)}},
	{"/samples/:number/read-out", "page.readout.title", "/samples/:number/read-out", nil},
	{"/work/:service/not-analysed", "page.work.close", "/work?service=:service", []string{"samples", "reason", "stage"}},
	{"/methods/new", "page.methods.new", "/methods/new", []string{"kind", "lab", "version", "level", "quantifies", "open_scope", "paste", "scope."}},
	{"/methods/:method/next", "page.methods.copy", "/methods/:method/next", []string{"version", "level", "quantifies", "open_scope", "paste", "scope."}},
	{"/laboratories/:laboratory", "page.laboratories.change", "/laboratories/:laboratory", []string{beganField, "name", "people", "services", "retired_on"}},
	{"/dictionary/substances/new", "page.dictionary.new_substance", "/dictionary/substances/new", []string{"substance", "class", "why", "another", "service"}},
	{"/dictionary/substances/:entry/change", "page.dictionary.title", "/dictionary/substances/:entry/change", substanceNames},
	{"/dictionary/substances/:entry/judgements", "page.dictionary.judge", "/dictionary/substances/:entry", []string{"danger", "source", "line_en", "line_nl", "line_source"}},
	{alertLimitsAddress, "page.limits.set", alertLimitsAddress, []string{"substance", "form", "amount", "unit", "basis", "source"}},
	{"/dictionary/products/new", "page.dictionary.new_product", "/dictionary/products/new", []string{"name_en", "name_nl", "expected", "unit", "another", "why", "service"}},
	{"/dictionary/products/:entry/change", "page.dictionary.products", "/dictionary/products/:entry/change", []string{beganField, "version", "name_en", "name_nl", "expected", "unit", "another"}},
	{"/imports/:service/files/:upload/text", "page.imports.text", "/imports/:service/files/:upload", []string{"text"}},
	{"/imports/:service/files/:upload/mapping", "page.mapping.title", "/imports/:service/files/:upload/mapping", []string{"from", "profile", "decimal", "file.", "samples.", "findings.", "method."}},
	{"/imports/:service/jobs/:job/names", "page.imports.names", "/imports/:service/jobs/:job", []string{"names."}},
	{"/services/:service/settings", "page.terms.title", "/services/:service/settings", append([]string{beganField}, termsNames...)},
	{"/services/:service/locations/:location", "page.services.location", "/services/:service/locations/:location", append([]string{beganField, "name", "kind", "region"}, termsNames...)},
}

var substanceNames = []string{
	beganField, "version", "name", "name_nl", "short_name", "class", "role", "active", "psychoactive", "cas", "pubchem_cid", "formula", "molar_mass", "another", "salts.",
}

var analysisNames = []string{"version", "method", "performed_on", "conclusion", "overruled", "notes", "answer", "findings."}

// descriptionNames are the fields of a sample, and what they held when the form was opened.
func descriptionNames() []string {
	names := []string{"version", "began"}
	for _, x := range sampleFields {
		names = append(names, x.name)
	}
	return names
}

// keptFormAt finds the form that is sent to a path, and what stands for the parameters
// of its route.
func keptFormAt(path string) (form *keptForm, params map[string]string) {
	i := slices.IndexFunc(keptForms, func(k keptForm) bool { return route{path: k.sent}.matches(path) })
	if i < 0 {
		return nil, nil
	}
	params = map[string]string{}
	have := strings.Split(path, "/")
	for at, name := range strings.Split(keptForms[i].sent, "/") {
		if strings.HasPrefix(name, ":") {
			params[name] = have[at]
		}
	}
	return &keptForms[i], params
}

// page is the address of the page on which the form stands that is sent to a path.
func (k *keptForm) page(path string, typed url.Values) string {
	_, params := keptFormAt(path)
	address := k.stands
	for name, value := range params {
		address = strings.ReplaceAll(address, name, value)
	}
	if stage := typed.Get("stage"); stage != "" && strings.Contains(address, "?") && lab.Stages.Has(lab.Stage(stage)) {
		address += "&stage=" + url.QueryEscape(stage)
	}
	return address
}

// has tells whether the form holds a field.
func (k *keptForm) has(name string) bool {
	return slices.ContainsFunc(k.holds, func(held string) bool {
		return name == held || strings.HasSuffix(held, ".") && strings.HasPrefix(name, held) || strings.HasSuffix(held, "-") && strings.HasPrefix(name, held)
	})
}

// content writes what was typed as it is kept; empty where nothing was.
func (k *keptForm) content(typed url.Values) (string, error) {
	kept, told := url.Values{}, false
	for name, values := range typed {
		if !k.has(name) || strings.Join(values, "") == "" && !strings.HasSuffix(name, ".substance") {
			continue
		}
		if unseen := name == "version" || name == "began"; unseen {
			kept[name] = values
			continue
		}
		kept[name], told = withoutCodes(values), true
	}
	if !told {
		return "", nil
	}
	return writeDraft(kept)
}
