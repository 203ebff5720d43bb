package server_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// aForm is a form of staff, with something typed into it.
type aForm struct {
	by       lab.Actor
	page     string // on which it stands
	action   string
	typed    url.Values
	shows    string // by which one sees that it is filled in
	saves    bool   // what is typed can be saved
	closedTo string // login of one who works there and must not see it
}

// formsOfStaff are all forms that keep what is typed, on the records that they need.
func formsOfStaff(t *testing.T, x *site) (*bench, []aForm) {
	t.Helper()
	b := newBench(t, x)
	admin := storetest.Person(t, x.store, "admin", 0, lab.Administrator)
	b.actors["admin"] = admin
	fresh, _ := b.sample(t)
	waiting, _ := b.sample(t)
	entered, _ := b.sample(t)
	analysis := b.entered(t, b.analyst, entered)
	retracted, _ := b.sample(t)
	wrong := b.entered(t, b.analyst, retracted)
	asked, _ := b.sample(t)
	questioned := b.entered(t, b.analyst, asked)
	b.verifier.post(questioned+"/question", url.Values{"version": {"1"}, "question": {"Which vial?"}})
	question := regexp.MustCompile(`/questions/([0-9a-f-]{36})`).FindStringSubmatch(b.analyst.get(asked).body)[1]
	released, _ := b.sample(t)
	told := b.entered(t, b.analyst, released)
	b.published(t, released, told)
	ketamine := storetest.Substance(t, must(x.store.Dictionary(t.Context())), "ketamine")
	amended, _ := b.sample(t)
	b.published(t, amended, b.entered(t, b.analyst, amended))
	b.second.post(amended+"/analyses/new", b.typed("60")).leads(t, amended+"?done=entered")
	other := analysisAddress.FindAllString(b.second.get(amended).body, -1)[0]
	b.verifier.post(other+"/verify", url.Values{"version": {"1"}, "reported": {"yes"}}).leads(t, amended+"?done=verified")
	tick := b.verifier.get(amended + "/release").leftOut(t)
	imports := &importing{site: x, service: b.service, importer: storetest.Person(t, x.store, "importer", b.service.ID, lab.Importer)}
	imports.r = x.staff(t, imports.importer)
	sent := imports.upload(t, clinic(t))
	clinics := said(imports, t, sent)
	reading, _ := imports.read(t, sent, clinics)
	mapping := asSent(imports.r.get(sent + "/mapping"))
	for name, values := range clinics {
		mapping[name] = values
	}
	for _, name := range []string{"form_key", "form_from", "form_user", "from", "over"} {
		mapping.Del(name)
	}
	mapping.Set("profile", "clinic-of-the-west")
	written := strings.Replace(must(x.store.Mapping(t.Context(), imports.importer, b.service.ID, "clinic", 1)).Text, "clinic", "clinic-of-the-south", 1) + "# of the east"
	method := "/methods/" + itoa(lab.Optional(b.strip.ID))
	entry, _ := b.proposed(t, "morbexone")
	product, _ := b.proposedProduct(t, "red apple")
	describing := url.Values{"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {"2025-02-03"}, "channel": {"front_of_house"}, "notes": {"smells odd"}}
	return b, []aForm{
		{b.actors["analyst"], fresh + "/analyses/new", fresh + "/analyses/new", b.typed("71,5", "notes", "weighed twice"), "weighed twice", true, "second"},
		{b.actors["analyst"], analysis, analysis, b.typed("71,5", "notes", "weighed again"), "weighed again", true, "second"},
		{b.actors["analyst"], wrong + "/retraction", wrong + "/retraction", url.Values{"reason": {"the wrong vial"}}, "the wrong vial", true, "second"},
		{b.actors["verifier"], analysis + "/verify", analysis + "/question", url.Values{"question": {"weighed how often"}}, "weighed how often", true, "second"},
		{b.actors["verifier"], questioned + "/verify", questioned + "/question", url.Values{"question": {"and once more"}}, "and once more", true, "second"},
		{b.actors["analyst"], asked, asked + "/questions/" + question, url.Values{"answer-" + question: {"the second one"}}, "the second one", true, "second"},
		{b.actors["intake"], fresh + "/description", fresh + "/description", describing, "smells odd", true, ""},
		{b.actors["intake"], fresh + "/code", fresh + "/code", url.Values{"reason": {"slip got wet"}}, "slip got wet", true, ""},
		{b.actors["analyst"], fresh, fresh + "/move", url.Values{"to": {"not_analysed"}, "not_analysed_reason": {"capacity"}}, `value="capacity" selected`, true, "second"},
		{b.actors["verifier"], fresh, fresh + "/exclusion", url.Values{"excluded_reason": {lab.Exclusions.Strings()[0]}}, `value="` + lab.Exclusions.Strings()[0] + `" selected`, true, "second"},
		{b.actors["verifier"], amended + "/release", amended + "/release", url.Values{"reason": {"the weighing was wrong"}, "reason_lang": {"en"}, tick: {"yes"}}, "the weighing was wrong", true, "second"},
		{b.actors["verifier"], told + "/aside", told + "/aside", url.Values{lab.AsideField(ketamine, "why"): {"cross_reaction"}, lab.AsideField(ketamine, "with"): {"lidocaine"}}, "lidocaine", true, "second"},
		{b.actors["verifier"], released + "/release", released + "/withdrawal", url.Values{"withdrawal_reason": {"vials exchanged"}, "withdrawal_reason_lang": {"en"}}, "vials exchanged", true, "second"},
		{admin, "/methods/new", "/methods/new", url.Values{"kind": {"ftir"}, "lab": {"LAB1"}, "version": {"of the north"}, "level": {"preliminary"}, "scope.0.substance": {"ketamine"}, "scope.0.unit": {"%"}}, "of the north", true, ""},
		{admin, method + "/next", method + "/next", url.Values{"version": {"of the south"}, "level": {"presumptive"}, "scope.1.substance": {"ketamine"}, "scope.1.unit": {"%"}}, "of the south", true, ""},
		{b.actors["analyst"], "/dictionary/substances/new", "/dictionary/substances/new", url.Values{"substance": {"glistadol"}, "class": {"stimulant"}, "why": {"library match"}, "service": {itoa(lab.Optional(b.service.ID))}}, "glistadol", true, "second"},
		{b.actors["analyst"], entry + "/change", entry + "/change", entryForm("flanurine"), "flanurine", true, "second"},
		{b.actors["intake"], "/dictionary/products/new", "/dictionary/products/new", url.Values{"name_en": {"green apple"}, "unit": {"g"}, "why": {"the counter"}, "service": {itoa(lab.Optional(b.service.ID))}}, "green apple", true, "second"},
		{b.actors["analyst"], entry, entry + "/judgements", url.Values{"judged": {"0"}, "danger": {"high"}, "source": {"a report of the west"}}, "a report of the west", true, "second"},
		{b.actors["analyst"], product + "/change", product + "/change", url.Values{"version": {"1"}, "name_en": {"yellow apple"}, "unit": {"g"}}, "yellow apple", true, "second"},
		{admin, "/laboratories/LAB1", "/laboratories/LAB1", url.Values{"name": {"Lab of the east"}}, "Lab of the east", true, ""},
		{b.actors["analyst"], "/work?service=UTR&stage=to_analyse", "/work/UTR/not-analysed", url.Values{"stage": {"to_analyse"}, "samples": {strings.TrimPrefix(waiting, "/samples/") + ".1"}, "reason": {"lost"}}, `value="lost" selected`, true, "second"},
		{imports.importer, sent + "/mapping", sent + "/mapping", mapping, "clinic-of-the-west", true, ""},
		{imports.importer, sent, sent + "/text", url.Values{"text": {written}}, "of the east", true, ""},
		{imports.importer, reading, reading + "/names", url.Values{"names.0": {"another"}}, `value="another" checked`, true, ""},
		{admin, "/services/UTR/settings", "/services/UTR/settings", url.Values{"opening_hours": {"Tuesdays from 17:00"}}, "Tuesdays from 17:00", true, ""},
	}
}

// part is the form on its page: of several that are sent to one address, that with the
// fields which are typed.
func (f *aForm) part(t *testing.T, p page) string {
	t.Helper()
	for _, part := range strings.Split(p.body, `action="`+f.action+`"`)[1:] {
		part, _, _ = strings.Cut(part, "</form>")
		for name := range f.typed {
			if name != "to" && name != "stage" && strings.Contains(part, `name="`+name+`"`) {
				return part
			}
		}
	}
	t.Fatalf("no form for %s:\n%s", f.action, p.body)
	return ""
}

// hidden is what the form has in a hidden field, empty where it has none.
func (f *aForm) hidden(t *testing.T, p page, name string) string {
	t.Helper()
	if m := regexp.MustCompile(`type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(f.part(t, p)); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// send is what the form sends from the page on which it stands.
func (f *aForm) send(t *testing.T, p page) url.Values {
	t.Helper()
	form := url.Values{}
	for _, name := range []string{"form_key", "form_from", "form_user", "version", "began", "seen", "request_key"} {
		if value := f.hidden(t, p, name); value != "" {
			form.Set(name, value)
		}
	}
	for name, values := range f.typed {
		form[name] = values
	}
	return form
}

func keepAt(action string) string { return "/drafts?form=" + url.QueryEscape(action) }

const notSaved = "Not saved yet."

// Whatever is typed into a form of staff is there again when it is opened: for who typed
// it, and until it is dropped.
func TestEveryFormOfStaffKeepsWhatIsTyped(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b, forms := formsOfStaff(t, x)
		for _, f := range forms {
			r := x.staff(t, f.by)
			before := r.get(f.page).want(t, http.StatusOK, `data-draft="`).lacks(t, notSaved, f.shows)
			r.post(keepAt(f.action), f.send(t, before)).want(t, http.StatusNoContent)
			again := r.get(f.page).want(t, http.StatusOK, f.shows, notSaved)
			start := r.get("/staff").want(t, http.StatusOK, "Typed and not saved")
			_, list, _ := strings.Cut(start.body, "Typed and not saved")
			if at := regexp.MustCompile(`<li><a href="([^"]+)"`).FindStringSubmatch(list); at == nil {
				t.Errorf("%s: the start page does not lead to it", f.action)
			} else {
				r.get(html.UnescapeString(at[1])).want(t, http.StatusOK, f.shows, notSaved)
			}
			if key := f.hidden(t, again, "form_key"); key == "" || key == f.hidden(t, before, "form_key") {
				t.Errorf("%s: two windows have one key", f.action)
			}
			if f.closedTo != "" {
				if p := x.staff(t, b.actors[f.closedTo]).get(f.page); strings.Contains(p.body, f.shows) || strings.Contains(p.body, notSaved) {
					t.Errorf("%s: another user sees what was typed", f.action)
				}
			}
			drop := url.Values{"form_from": {f.hidden(t, again, "form_from")}}
			r.post("/drafts/drop?form="+url.QueryEscape(f.action), drop).want(t, http.StatusOK, "Drop what was typed?")
			r.get(f.page).want(t, http.StatusOK, f.shows, notSaved) // asked, and not dropped
			drop.Set("sure", "yes")
			r.post("/drafts/drop?form="+url.QueryEscape(f.action), drop).want(t, http.StatusSeeOther)
			r.get(f.page).want(t, http.StatusOK).lacks(t, notSaved, f.shows)
		}
	})
}

// What is typed into a form that cannot be opened any more, since others have gone on, is
// read on the start page, and dropped there.
func TestWhatHasNoFormAnyMoreIsOnTheStartPage(t *testing.T) {
	b := newBench(t, oneSite(t))
	address, _ := b.sample(t)
	analysis := b.entered(t, b.analyst, address)
	change := aForm{page: analysis, action: analysis, typed: b.typed("71,5", "notes", "weighed twice")}
	b.analyst.post(keepAt(analysis), change.send(t, b.analyst.get(analysis))).want(t, http.StatusNoContent)
	b.verifier.post(analysis+"/verify", url.Values{"version": {"1"}, "reported": {"yes"}}).want(t, http.StatusSeeOther)
	b.analyst.get(analysis).want(t, http.StatusConflict)
	start := b.analyst.get("/staff").want(t, http.StatusOK, "Typed and not saved", "weighed twice", "71,5")
	at := regexp.MustCompile(`action="(/drafts/drop[^"]*)"><input type="hidden" name="form_from" value="([^"]+)"`).FindStringSubmatch(start.body)
	asked := b.analyst.post(html.UnescapeString(at[1]), url.Values{"form_from": {at[2]}, "next": {"staff"}}).
		want(t, http.StatusOK, "weighed twice", "71,5", strings.TrimPrefix(address, "/samples/"), `name="next" value="staff"`)
	from := asked.hidden(t, at[1], "form_from")
	b.analyst.post(html.UnescapeString(at[1]), url.Values{"form_from": {from}, "next": {"staff"}, "sure": {"yes"}}).leads(t, "/staff")
	b.analyst.get("/staff").want(t, http.StatusOK).lacks(t, "Typed and not saved", "weighed twice")
}

// What is sent in a session that has ended is kept, and not done. It is there after
// signing in, and saved from there.
func TestWhatIsTypedIntoASessionThatHasEndedComesBack(t *testing.T) {
	for name, end := range map[string]func(x *site, r *reader){
		"idle":       func(x *site, _ *reader) { x.clock.pass(lab.SessionIdle + time.Minute) },
		"signed out": func(_ *site, r *reader) { r.post("/sign-out", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			eachSite(t, func(t *testing.T, x *site) {
				b, forms := formsOfStaff(t, x)
				for _, f := range forms {
					r := x.staff(t, f.by)
					sent := f.send(t, r.get(f.page).want(t, http.StatusOK))
					end(x, r)
					state := x.everything(t)
					back, _ := url.Parse(r.post(f.action, sent).want(t, http.StatusSeeOther).header.Get("Location"))
					if back.Path != "/sign-in" || back.Query().Get("next") != f.page {
						t.Errorf("%s leads to %s, want a way back to %s", f.action, back, f.page)
					}
					if x.everything(t) != state {
						t.Errorf("%s: something was done without a session", f.action)
					}
					if f.closedTo != "" {
						if p := x.staff(t, b.actors[f.closedTo]).get(f.page); strings.Contains(p.body, f.shows) {
							t.Errorf("%s: another user sees what was typed", f.action)
						}
					}
					again := x.staff(t, f.by)
					shown := again.get(f.page).want(t, http.StatusOK, f.shows, notSaved)
					done := again.post(f.action, f.send(t, shown))
					if done.status != http.StatusSeeOther && !strings.HasSuffix(f.action, "/not-analysed") { // which lists what it closed
						t.Errorf("%s: status %d", f.action, done.status)
					}
					if job := done.header.Get("Location"); strings.Contains(job, "/jobs/") { // one at a time
						(&importing{r: again}).ended(t, job)
					}
					if x.everything(t) == state {
						t.Errorf("%s saves nothing, and leads to %s", f.action, done.header.Get("Location"))
					}
					if p := again.get(f.page); strings.Contains(p.body, notSaved) {
						t.Errorf("%s: what was saved counts as not saved", f.action)
					}
				}
			})
		})
	}
}

// everything counts what is recorded.
func (x *site) everything(t *testing.T) (n int) {
	t.Helper()
	pool := storetest.Pool(t, x.config)
	defer func() { _ = pool.Close() }()
	const query = "SELECT (SELECT count(*) FROM audit_events WHERE action NOT IN ('log in', 'log out', 'give second factor'))"
	if err := pool.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNothingIsKeptOfASessionThatSomebodyEnded(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, x *site, user lab.Actor){
		"never there": nil,
		"disabled": func(t *testing.T, x *site, user lab.Actor) {
			if err := x.store.DisableUser(t.Context(), lab.Operator("test"), user.UserID, true); err != nil {
				t.Fatal(err)
			}
		},
		"ended by an administrator": func(t *testing.T, x *site, user lab.Actor) {
			if err := x.store.EndSessions(t.Context(), lab.Operator("test"), user.UserID); err != nil {
				t.Fatal(err)
			}
		},
		"ended twelve hours ago": func(_ *testing.T, x *site, _ lab.Actor) { x.clock.pass(lab.SessionIdle + lab.EndedSessionAge) },
	} {
		t.Run(name, func(t *testing.T) {
			x := oneSite(t)
			b := newBench(t, x)
			address, _ := b.sample(t)
			f := aForm{page: address + "/analyses/new", action: address + "/analyses/new", typed: b.typed("71,5", "notes", "weighed twice")}
			sent := f.send(t, b.analyst.get(f.page))
			r := b.analyst
			if end == nil {
				r = x.visitor(t)
			} else {
				end(t, x, b.actors["analyst"])
			}
			r.post(f.action, sent).leads(t, "/sign-in")
			var n int
			pool := storetest.Pool(t, x.config)
			defer func() { _ = pool.Close() }()
			if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM form_drafts").Scan(&n); err != nil || n != 0 {
				t.Errorf("%d forms are kept, %v", n, err)
			}
		})
	}
}

// TestNothingIsKeptThatItsUserMayNotSend: of a session that has ended no more is kept than
// of one that has not.
func TestNothingIsKeptThatItsUserMayNotSend(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		d := &desk{site: x, t: t, service: b.service, actor: b.actors["intake"], clerk: b.intake}
		address, _ := b.sample(t)
		analysis := b.entered(t, b.analyst, address)
		draft := d.begin(b.intake)
		typed := b.typed("71,5", "notes", "weighed twice")
		for name, c := range map[string]struct {
			by     *reader
			action string
			typed  url.Values
		}{
			"another role":        {b.coordinator, address + "/analyses/new", typed},
			"another service":     {b.elsewhere, address + "/analyses/new", typed},
			"as it is typed":      {b.coordinator, keepAt(address + "/analyses/new"), b.typed("71,5", "form_key", "AAAAAAAAAAAAAAAAAAAAAAAAAA")},
			"a method":            {b.analyst, "/methods/new", url.Values{"lab": {"Lab of the north"}}},
			"what others verify":  {b.intake, analysis + "/question", url.Values{"question": {"weighed how often"}}},
			"at the counter":      {b.analyst, draft, powder()},
			"at another counter":  {b.elsewhere, draft + "/save", powder()},
			"of no such service":  {b.analyst, "/services/XYZ/settings", url.Values{"opening_hours": {"never"}}},
			"of a strange number": {b.analyst, "/samples/x/analyses/new", typed},
		} {
			c.by.post("/sign-out", nil)
			c.by.post(c.action, c.typed).leads(t, "/sign-in")
			if t.Failed() {
				t.Fatal(name)
			}
		}
		pool := storetest.Pool(t, x.config)
		defer func() { _ = pool.Close() }()
		var n int
		if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM form_drafts").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d forms are kept, %v", n, err)
		}
	})
}

func TestWhatIsRefusedIsKept(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	action := address + "/analyses/new"
	f := aForm{page: action, action: action, typed: b.typed("not a number", "notes", "weighed twice")}
	sent := f.send(t, b.analyst.get(action))
	refused := b.analyst.post(action, sent).want(t, http.StatusUnprocessableEntity, "weighed twice").lacks(t, notSaved)
	if f.hidden(t, refused, "form_key") != sent.Get("form_key") {
		t.Error("the window has another key after a mistake")
	}
	b.analyst.get(action).want(t, http.StatusOK, "weighed twice", "not a number", notSaved)
	f.typed = b.typed("71,5", "notes", "weighed twice", "more", "yes")
	b.analyst.post(action, f.send(t, refused)).want(t, http.StatusOK, "weighed twice") // more rows, without scripts
	b.analyst.get(action).want(t, http.StatusOK, `value="71,5"`, notSaved)
	f.typed.Del("more")
	b.analyst.post(action, f.send(t, refused)).leads(t, address+"?done=entered")
	b.analyst.post(action, f.send(t, refused)).leads(t, address+"?done=entered") // a double click
	if n := strings.Count(b.analyst.get(address).body, `id="a-`); n != 1 {
		t.Errorf("%d analyses", n)
	}
	b.analyst.get(action).want(t, http.StatusOK).lacks(t, notSaved)
	b.analyst.post(keepAt(action), f.send(t, refused)).want(t, http.StatusConflict) // it comes late
	b.analyst.get(action).want(t, http.StatusOK).lacks(t, notSaved)
}

// Two windows of one form are two drafts: the latest is shown, and says that there is
// another.
func TestTwoWindowsOfAFormAreTwoDrafts(t *testing.T) {
	const elsewhere = "into this form in another window"
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	action := address + "/analyses/new"
	f := aForm{page: action, action: action, typed: b.typed("70", "notes", "in the first window")}
	first, second := b.analyst.get(action), b.analyst.get(action)
	b.analyst.post(keepAt(action), f.send(t, first)).want(t, http.StatusNoContent)
	x.clock.pass(time.Minute)
	f.typed = b.typed("75", "notes", "in the second window")
	b.analyst.post(keepAt(action), f.send(t, second)).want(t, http.StatusNoContent)
	shown := b.analyst.get(action).want(t, http.StatusOK, "in the second window", elsewhere).lacks(t, "in the first window")
	other := regexp.MustCompile(`href="(` + action + `\?draft=[A-Z2-7]{26})"`).FindStringSubmatch(shown.body)
	if other == nil {
		t.Fatalf("nothing leads to the other window:\n%s", shown.body)
	}
	b.analyst.get(other[1]).want(t, http.StatusOK, "in the first window", elsewhere).lacks(t, "in the second window")
	b.analyst.post(action, f.send(t, shown)).leads(t, address+"?done=entered")
	b.analyst.get(action).want(t, http.StatusOK, "in the first window", notSaved).lacks(t, elsewhere)
}

// A record that has changed since is shown beside what was typed, never overwritten
// without a word.
func TestADraftOfARecordThatHasChangedSaysSo(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t, func(s *lab.Sample) { s.Notes = "smells of solvent" })
	analysis := b.entered(t, b.analyst, address)
	change := aForm{page: analysis, action: analysis, typed: b.typed("71,5", "notes", "weighed twice")}
	b.analyst.post(keepAt(analysis), change.send(t, b.analyst.get(analysis))).want(t, http.StatusNoContent)
	b.second.post(analysis, func() url.Values { v := b.typed("78"); v.Set("version", "1"); return v }()).want(t, http.StatusSeeOther)
	shown := b.analyst.get(analysis).want(t, http.StatusOK, "weighed twice", "has changed since")
	b.analyst.post(analysis, change.send(t, shown)).want(t, http.StatusConflict, "78", "71,5", "weighed twice")

	describe := address + "/description"
	typed := url.Values{"product_id": {"ketamine"}, "form": {"powder"}, "received_on": {"2025-02-03"}, "channel": {"front_of_house"}, "notes": {"smells of vinegar"}}
	d := aForm{page: describe, action: describe, typed: typed}
	opened := b.intake.get(describe)
	b.intake.post(keepAt(describe), d.send(t, opened)).want(t, http.StatusNoContent)
	theirs := d.send(t, opened)
	theirs.Set("notes", "no smell at all")
	theirs.Del("form_key")
	theirs.Del("form_user")
	x.staff(t, storetest.Person(t, x.store, "colleague", b.service.ID, lab.Intake)).post(describe, theirs).want(t, http.StatusSeeOther)
	b.intake.get(describe).want(t, http.StatusOK, "smells of vinegar", "no smell at all", "smells of solvent", "Somebody else has changed this meanwhile")

	retraction := aForm{page: analysis + "/retraction", action: analysis + "/retraction", typed: url.Values{"reason": {"the wrong vial"}}}
	b.analyst.post(keepAt(retraction.action), retraction.send(t, b.analyst.get(retraction.page))).want(t, http.StatusNoContent)
	b.second.post(analysis, func() url.Values { v := b.typed("77"); v.Set("version", "2"); return v }()).want(t, http.StatusSeeOther)
	b.analyst.get(retraction.page).want(t, http.StatusOK, "the wrong vial", "has changed since")
}

func TestAFormIsKeptByWhoMaySendIt(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	key := "AAAAAAAAAAAAAAAAAAAAAAAAAA"
	typed := b.typed("70", "form_key", key)
	for name, c := range map[string]struct {
		by     *reader
		form   string
		typed  url.Values
		status int
	}{
		"no such form":     {b.analyst, "/account", typed, http.StatusNotFound},
		"no form at all":   {b.analyst, "", typed, http.StatusNotFound},
		"another role":     {b.coordinator, address + "/analyses/new", typed, http.StatusNotFound},
		"another service":  {b.elsewhere, address + "/analyses/new", typed, http.StatusNotFound},
		"a method":         {b.analyst, "/methods/new", url.Values{"lab": {"x"}, "form_key": {key}}, http.StatusNotFound},
		"no window":        {b.analyst, address + "/analyses/new", b.typed("70"), http.StatusBadRequest},
		"a made-up window": {b.analyst, address + "/analyses/new", b.typed("70", "form_key", "x"), http.StatusBadRequest},
		"too much":         {b.analyst, address + "/analyses/new", b.typed("70", "form_key", key, "notes", strings.Repeat("x", lab.MaxFormDraft)), http.StatusUnprocessableEntity},
		"what is no text":  {b.analyst, address + "/analyses/new", b.typed("70", "form_key", key, "notes", "a\xffb"), http.StatusNoContent},
		"what may be sent": {b.analyst, address + "/analyses/new", typed, http.StatusNoContent},
	} {
		if p := c.by.post(keepAt(c.form), c.typed); p.status != c.status {
			t.Errorf("%s: status %d, want %d", name, p.status, c.status)
		}
	}
	x.visitor(t).post(keepAt(address+"/analyses/new"), typed).leads(t, "/sign-in")
	b.analyst.post("/drafts/drop?form=/account", nil).want(t, http.StatusNotFound)
}

// Typing is using: a session in which drafts are saved is not idle.
func TestWhoTypesIsNotIdle(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	d := &desk{site: x, t: t, service: b.service, actor: b.actors["intake"], clerk: b.intake}
	address, _ := b.sample(t)
	draft := d.begin(b.intake)
	for range 5 {
		x.clock.pass(lab.SessionIdle - time.Minute)
		b.analyst.post(keepAt(address+"/analyses/new"), b.typed("70", "form_key", "AAAAAAAAAAAAAAAAAAAAAAAAAA")).want(t, http.StatusNoContent)
		b.intake.post(draft+"/save", powder()).want(t, http.StatusNoContent)
	}
	b.analyst.get("/staff").want(t, http.StatusOK)
	b.intake.get("/staff").want(t, http.StatusOK)
}

// A form that takes the second factor is kept where that is missing, and led back to.
func TestAFormThatTakesTheSecondFactorWaitsForIt(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	analysis := b.entered(t, b.analyst, address)
	r := x.signedIn(t, b.actors["verifier"], false)
	typed := url.Values{"question": {"weighed how often"}, "version": {"1"}}
	r.post(analysis+"/question", typed).leads(t, "/second-factor?next="+url.QueryEscape(analysis+"/verify"))
	b.verifier.get(analysis+"/verify").want(t, http.StatusOK, "weighed how often", notSaved)
}

// What somebody typed who has signed out is not saved by who signs in after them in
// another window.
func TestNobodySavesWhatAnotherUserTyped(t *testing.T) {
	x := oneSite(t)
	b := newBench(t, x)
	address, _ := b.sample(t)
	action := address + "/analyses/new"
	f := aForm{page: action, action: action, typed: b.typed("70", "notes", "typed by the analyst")}
	typed := f.send(t, b.analyst.get(action))
	b.second.post(action, typed).want(t, http.StatusConflict, "Somebody else opened this form")
	b.second.post(keepAt(action), typed).want(t, http.StatusConflict)
	b.second.get(action).want(t, http.StatusOK).lacks(t, notSaved, "typed by the analyst")
	b.analyst.post(action, typed).leads(t, address+"?done=entered")

	d := &desk{site: x, t: t, service: b.service, actor: b.actors["intake"], clerk: b.intake}
	draft := d.begin(b.intake)
	opened := b.intake.get(draft)
	colleague := x.staff(t, storetest.Person(t, x.store, "colleague", b.service.ID, lab.Intake))
	user := regexp.MustCompile(`name="form_user" value="(\d+)"`).FindStringSubmatch(opened.body)[1]
	colleague.post(draft, powder(with("form_user", user))).want(t, http.StatusConflict, "Somebody else opened this form")
	b.intake.follow(b.intake.post(draft, powder(with("form_user", user)))).want(t, http.StatusOK, "Registered as")
}
