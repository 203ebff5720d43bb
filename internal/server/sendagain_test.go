package server_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

var sentHidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

const sendAgain = "Send it again"

// again is the form by which a page of an error sends again what was sent to an address.
func (p page) again(t *testing.T, path string) url.Values {
	t.Helper()
	_, form, found := strings.Cut(p.body, `<form method="post" action="`+path+`">`)
	form, _, _ = strings.Cut(form, "</form>")
	if !found || !strings.Contains(form, sendAgain) {
		t.Fatalf("nothing is sent again to %s:\n%s", path, p.body)
	}
	typed := url.Values{}
	for _, m := range sentHidden.FindAllStringSubmatch(form, -1) {
		typed.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return typed
}

// A form that comes while somebody else holds the database is on the page that refuses it,
// with all that was typed, and is sent again from there.
func TestAFormThatCannotBeTakenIsSentAgain(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b, forms := formsOfStaff(t, x)
		const notes = "smells of <b>\"glue\" & salt</b>\nand of tar"
		draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
		opened := b.intake.get(draft)
		sample := powder(with("notes", notes))
		for _, name := range []string{"request_key", "shown", "form_user"} {
			sample.Set(name, opened.hidden(t, draft, name))
		}
		all := []aSending{{b.intake, draft, sample}}
		saves := []bool{true}
		for _, f := range forms {
			r := x.staff(t, f.by)
			all, saves = append(all, aSending{r, f.action, f.send(t, r.get(f.page).want(t, http.StatusOK))}), append(saves, f.saves)
		}
		release := storetest.HoldAll(t, x.place())
		defer release()
		pages := make([]page, len(all))
		var done sync.WaitGroup
		for i, s := range all {
			done.Go(func() { pages[i] = s.by.post(s.path, s.form) })
		}
		done.Wait()
		release()
		pages[0].want(t, http.StatusServiceUnavailable, "What I typed", "smells of &lt;b&gt;&#34;glue&#34; &amp; salt&lt;/b&gt;")
		for i, s := range all {
			again := pages[i].want(t, http.StatusServiceUnavailable).again(t, s.path)
			if !maps.EqualFunc(again, s.form, slices.Equal) {
				t.Errorf("%s: sent again is\n%v\nand was\n%v", s.path, again, s.form)
			}
		}
		b.intake.follow(b.intake.post(draft, pages[0].again(t, draft))).want(t, http.StatusOK, "Registered as")
		analysis := all[1]
		analysis.by.post(analysis.path, pages[1].again(t, analysis.path)).leads(t, strings.TrimSuffix(analysis.path, "/analyses/new")+"?done=entered")
	})
}

// Neither a password nor a lookup code is on a page of an error, whatever was sent.
func TestNoSecretIsSentAgain(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	_, invitation := b.newcomer(t, "anna", lab.Intake)
	anna := b.visitor(t)
	anna.signIn(t, "anna", invitation)
	code := lab.NewLookupCode().Print()
	draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
	release := storetest.HoldAll(t, x.place())
	defer release()
	for _, s := range []aSending{
		{anna, "/account", url.Values{"old": {goodPassword}, "password": {otherPassword}, "again": {otherPassword}}},
		{b.visitor(t), "/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}},
		{b.visitor(t), "/invitation", url.Values{"invitation": {invitation}, "password": {goodPassword}, "again": {goodPassword}}},
	} {
		s.by.post(s.path, s.form).lacks(t, sendAgain, goodPassword, otherPassword)
	}
	// The code stands first: letters before it may look like the beginning of another.
	p := b.intake.post(draft, powder(with("notes", code+" on the slip of anna"), with("password", goodPassword), with("code", code)))
	p.want(t, http.StatusServiceUnavailable, sendAgain, " on the slip of anna").lacks(t, code, goodPassword)
}
