package browsertest

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// watch notes what a browser complains of and what it asks for.
type watch struct {
	mu         sync.Mutex
	complaints []string
	requests   []request
}

// request is what the browser asked a server for.
type request struct{ method, address string }

// see is told of all that happens in the tab.
func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, request{e.Request.Method, e.Request.URL})
	case *runtime.EventExceptionThrown:
		w.complain("script", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			w.complain("console", string(e.Type), string(a.Value))
		}
	case *log.EventEntryAdded:
		if !harmless(e.Entry) {
			w.complain(string(e.Entry.Source), e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			w.complain("content policy", d.ViolatedDirective, d.BlockedURL)
		}
	case *network.EventResponseReceived:
		if e.Type != network.ResourceTypeDocument && e.Response.Status >= 400 {
			w.complain("answer", fmt.Sprint(e.Response.Status), e.Response.URL)
		}
	}
}

// harmless tells of entries that are no complaint: a page that tells what is wrong
// has a status that says so, and a test may be quicker than the page's own focus.
func harmless(e *log.Entry) bool {
	return strings.Contains(e.Text, "the server responded with a status of") || strings.HasPrefix(e.Text, "Autofocus processing was blocked")
}

func (w *watch) complain(parts ...string) {
	w.complaints = append(w.complaints, strings.Join(parts, ": "))
}

// quiet fails when the browser complained of something, or asked another server.
func (w *watch) quiet(t testing.TB, site *url.URL) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.complaints {
		t.Errorf("the browser complains of %s", c)
	}
	for _, r := range w.requests {
		if !strings.HasPrefix(r.address, site.String()+"/") {
			t.Errorf("the page asks %s", r.address)
		}
	}
	w.complaints = nil
}

// forget starts anew.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.complaints, w.requests = nil, nil
}

// asked are the addresses that were asked for so far.
func (w *watch) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]string, len(w.requests))
	for i, r := range w.requests {
		list[i] = r.address
	}
	return list
}
