package server

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// keepNothing are the forms of staff of which nothing is kept, each with its reason.
var keepNothing = map[string]string{
	"/account": "passwords", "/account/authenticator": "passwords and codes", "/second-factor": "a code", "/sign-out": "nothing is typed",
	"/account/sessions": "nothing is typed", keepFormPath: "keeps another", dropFormPath: "drops another",
	"/counter/:service/new": "nothing is typed", "/counter/:service/turned-away": "a number",
	draftPath: "has a draft that is the counter's", draftPath + "/save": "has a draft that is the counter's", draftPath + "/drop": "nothing is typed",
	"/samples/:number/next": "nothing is typed", "/samples/:number/analyses/:analysis/report": "nothing is typed", "/samples/:number/undo": "nothing is typed",
	"/samples/:number/reopening": "nothing is typed", "/work/:service/not-analysed/undo": "nothing is typed",
	"/services/:service/locations/:location/closed": "nothing is typed", "/work/find": "a number", "/work/:service/publish": "what is ticked has to be seen",
	"/dictionary/substances/:entry/review": "nothing is typed", "/dictionary/substances/:entry/names": "one row", "/dictionary/substances/:entry/names/review": "nothing is typed",
	"/dictionary/substances/:entry/names/withdrawal":  "a reason",
	"/dictionary/substances/:entry/judgements/review": "nothing is typed", "/dictionary/substances/:entry/merge": "a reason", "/dictionary/substances/:entry/unmerge": "a reason",
	"/dictionary/products/:entry/review": "nothing is typed", "/dictionary/products/:entry/names": "one row", "/dictionary/products/:entry/names/review": "nothing is typed",
	"/dictionary/products/:entry/names/withdrawal": "a reason", "/dictionary/products/:entry/merge": "a reason", "/dictionary/products/:entry/unmerge": "a reason",
	"/reports": "choices", "/people": "a name", "/people/:user": "choices", "/people/:user/disabled": "nothing is typed",
	"/people/:user/invitation": "nothing is typed", "/people/:user/sessions": "nothing is typed", "/clock": "has to be seen as it is now",
	batchesPath + "/new": "a file, which has to be chosen again", batchesPath + "/:batch": "is kept with its file", batchesPath + "/:batch/entry": "what is ticked has to be seen",
	batchesPath + "/:batch/drop": "nothing is typed", batchesPath + "/:batch/mapping": "is kept with its file",
	"/methods/:method/scope": "one row", "/methods/:method/retirement": "a day", "/laboratories": "a name",
	"/imports/:service/files": "files", "/imports/:service/begin": "names of files", "/imports/:service/files/:upload/parts/:part": "a part of a file",
	"/imports/:service/files/:upload/whole": "nothing is typed", "/imports/:service/files/:upload/drop": "nothing is typed",
	"/imports/:service/files/:upload/reading": "nothing is typed", "/imports/:service/jobs/:job/take": "has to be seen as it is now",
	"/imports/:service/taken/:import": "a reason",
	"/services":                       "a name", "/services/:service/locations": "a name", "/services/:service/second-factor": "nothing is typed",
}

func TestEveryFormOfStaffIsKeptOrHasAReasonNotToBe(t *testing.T) {
	ways := routes()
	sent := map[string]bool{}
	for _, k := range keptForms {
		sent[k.sent] = true
		stands, _, _ := strings.Cut(k.stands, "?")
		if !slices.ContainsFunc(ways, func(rt route) bool { return rt.method == get && rt.path == stands }) {
			t.Errorf("%s stands on no page: %s", k.sent, k.stands)
		}
	}
	for _, rt := range ways {
		if rt.method != post || rt.access.Public {
			continue
		}
		if sent[rt.path] == (keepNothing[rt.path] != "") {
			t.Errorf("%s keeps what is typed: %v; reason not to: %q", rt.path, sent[rt.path], keepNothing[rt.path])
		}
		delete(sent, rt.path)
	}
	for path := range sent {
		t.Errorf("%s is no form", path)
	}
}

func TestAFormIsFoundByItsPath(t *testing.T) {
	const id = "0195571e-1c00-7abc-8def-0123456789ab"
	for path, stands := range map[string]string{
		"/samples/UTR-2025-00001/analyses/new":                 "/samples/UTR-2025-00001/analyses/new",
		"/samples/UTR-2025-00001/analyses/" + id:               "/samples/UTR-2025-00001/analyses/" + id,
		"/samples/UTR-2025-00001/analyses/" + id + "/verify":   "/samples/UTR-2025-00001/analyses/" + id + "/verify",
		"/samples/UTR-2025-00001/analyses/" + id + "/question": "/samples/UTR-2025-00001/analyses/" + id + "/verify",
		"/samples/UTR-2025-00001/questions/" + id:              "/samples/UTR-2025-00001",
		"/samples/UTR-2025-00001/withdrawal":                   "/samples/UTR-2025-00001/release",
		"/work/UTR/not-analysed":                               "/work?service=UTR&stage=to_analyse",
		"/methods/new":                                         "/methods/new",
		"/account":                                             "", "/": "", "": "", "/samples//move": "", "/samples/UTR-2025-00001/move/x": "", "https://evil.example/methods/new": "",
	} {
		k, _ := keptFormAt(path)
		if k == nil {
			if stands != "" {
				t.Errorf("%s is no form", path)
			}
			continue
		}
		if at := k.page(path, url.Values{"stage": {"to_analyse"}}); at != stands {
			t.Errorf("%s stands at %s, want %s", path, at, stands)
		}
		if at := k.page(path, url.Values{"stage": {"x&evil=1"}}); strings.Contains(at, "evil") {
			t.Errorf("%s stands at %s", path, at)
		}
	}
}

// What a form holds is named, so that no secret is kept, whatever is sent along.
func TestAFormHoldsNoSecret(t *testing.T) {
	code := lab.NewLookupCode().Print()
	secrets := url.Values{
		"password": {"correct horse battery"}, "again": {"correct horse battery"}, "code": {"123456"}, "present": {"123456"}, "recovery": {"ABCD-EFGH-IJKL-MNOP"},
		"seen": {"a digest"}, "request_key": {"K"}, page.KeyField: {"K"}, page.FromField: {"K.1"}, "form_id": {"x"}, "to": {"rejected"}, "give_code": {"yes"}, "smuggled": {"in"},
	}
	for _, k := range keptForms {
		typed := url.Values{}
		for name, values := range secrets {
			typed[name] = values
		}
		if content, err := k.content(typed); err != nil || content != "" {
			t.Errorf("%s holds %q, %v", k.sent, content, err)
		}
		for _, name := range k.holds {
			if strings.HasSuffix(name, ".") {
				name += "0.substance"
			}
			typed[name] = []string{"the code is " + code + "!"}
		}
		content, err := k.content(typed)
		if err != nil {
			t.Fatal(err)
		}
		kept, _ := readDraft(content)
		for name, values := range kept {
			hidden := name == "version" || name == "began"
			if secrets.Has(name) || !hidden && strings.Contains(strings.Join(values, " "), code) {
				t.Errorf("%s holds %s: %q", k.sent, name, values)
			}
		}
		if len(k.holds) > 0 && len(kept) != len(k.holds) {
			t.Errorf("%s holds %d fields of %d", k.sent, len(kept), len(k.holds))
		}
	}
}
