package server_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/server"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// place is where the registry is kept, as storetest names it.
func (x *site) place() string {
	if x.config.DatabaseURL != "" {
		return x.config.DatabaseURL
	}
	return x.config.Folder
}

// rows counts the rows of every table that staff write to, with all that they hold.
func (x *site) rows(t *testing.T) string {
	t.Helper()
	pool := storetest.Pool(t, x.config)
	defer func() { _ = pool.Close() }()
	var all []string
	for _, table := range []string{
		"samples", "analyses", "findings", "publications", "substances", "substance_names", "substance_judgements", "alert_limits", "products", "product_names", "analysis_questions", "read_outs", "visits", "drafts", "form_drafts", "slips", "lookup_codes",
		"methods", "laboratories", "laboratory_people", "laboratory_services", "users", "services", "locations", "memberships", "audit_events", "sessions", "ended_sessions", "invitations",
	} {
		var n string
		if err := pool.QueryRowContext(t.Context(), "SELECT '"+table+" ' || count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return strings.Join(all, ", ")
}

// content is the digest of all that the registry holds, and how many rows the other tables
// have.
func (x *site) content(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	err := x.store.Snapshot(t.Context(), lab.Operator("test"), func(s store.Snapshot) error {
		return s.Tables(func(name string, _ []string, rows store.Rows) error {
			return rows(func(values []*string) error {
				fmt.Fprintln(sum, name)
				for _, v := range values {
					if v != nil {
						fmt.Fprintf(sum, "%q", *v)
					}
					fmt.Fprintln(sum)
				}
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s, digest %x", x.rows(t), sum.Sum(nil))
}

// aSending is a form that somebody sends.
type aSending struct {
	by   *reader
	path string
	form url.Values
}

// savesNothing are what is sent and saves nothing, each with its reason: who holds the
// database keeps nobody from it.
var savesNothing = map[string]string{
	"/imports/:service/files": "files in parts are proven", "/imports/:service/files/:upload/reading": "a job reads",
	"/imports/:service/jobs/:job/take": "a job writes, in short turns", "/imports/:service/taken/:import": "a job writes, in short turns",
	"/lookup": "a visitor reads", "/work/find": "finds a sample", "/reports": "a job reads; that its file is fetched is noted",
	"/batches/new": "a file that is sent again",
}

// everythingSent is one of all that is sent in and saves something, in a registry where
// each would succeed.
func everythingSent(t *testing.T, x *site) (*bench, []aSending) {
	t.Helper()
	b, forms := formsOfStaff(t, x)
	admin := x.staff(t, b.actors["admin"])
	all := append(b.sentAtTheCounter(t), b.sentOfAdministrators(t, admin)...)
	all = append(append(all, b.sentOfAccounts(t)...), b.sentOfMany(t)...)
	all = append(all, b.sentToTheDictionary(t, admin)...)
	all = append(all, b.sentToImport(t)...)
	for _, f := range forms {
		r := x.staff(t, f.by)
		p := r.get(f.page).want(t, http.StatusOK)
		all = append(all, aSending{r, f.action, f.send(t, p)}, aSending{r, keepAt(f.action), f.send(t, p)})
	}
	kept := x.staff(t, forms[0].by)
	form := forms[0].send(t, kept.get(forms[0].page).want(t, http.StatusOK))
	kept.post(keepAt(forms[0].action), form).want(t, http.StatusNoContent)
	form.Set("sure", "yes")
	all = append(all, aSending{kept, "/drafts/drop?form=" + url.QueryEscape(forms[0].action), form})
	return b, all
}

func (b *bench) sentAtTheCounter(t *testing.T) []aSending {
	const read, fresh, analysed = "/samples/UTR-2025-00006", "/samples/UTR-2025-00001", "/samples/UTR-2025-00003"
	draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
	told := b.intake.get(read+"/read-out").want(t, http.StatusOK)
	analysis := analysisAddress.FindString(b.analyst.get(analysed).body)
	undone, _ := b.sample(t)
	ended := b.staff(t, b.actors["intake"])
	ended.get("/staff")
	if err := b.store.EndSession(t.Context(), credential.HashToken(ended.cookie())); err != nil {
		t.Fatal(err)
	}
	return []aSending{
		{b.intake, "/counter/UTR/new", nil},
		{b.intake, draft, powder()},
		{b.intake, draft + "/save", powder()},
		{b.intake, draft + "/drop", url.Values{"sure": {"yes"}}},
		{b.intake, draft, powder(with("keep", "yes"))},
		{ended, draft, powder()}, // which would be kept for its user
		{b.intake, fresh + "/next", nil},
		{b.intake, undone + "/undo", nil},
		{b.intake, "/counter/UTR/turned-away", url.Values{"turned_away": {"2"}}},
		{b.intake, read + "/read-out", url.Values{"version": {told.hidden(t, read+"/read-out", "version")}}},
		{b.verifier, analysis + "/verify", url.Values{"version": {"1"}}},
		{b.coordinator, "/sign-out", nil},
	}
}

func (b *bench) sentOfAdministrators(t *testing.T, admin *reader) []aSending {
	storetest.KeepMonths(t, b.store, codeMonths)
	van := must(b.store.AddLocation(t.Context(), lab.Operator("test"), lab.Location{ServiceID: b.service.ID, Name: "Van", Kind: "office"}))
	location, person := fmt.Sprintf("/services/UTR/locations/%d", van.ID), "/people/"+itoa(b.actors["analyst"].UserID)
	return []aSending{
		{admin, "/methods/" + itoa(lab.Optional(b.strip.ID)) + "/scope", url.Values{"scope.0.substance": {"cocaine"}}},
		{admin, "/methods/" + itoa(lab.Optional(b.gcms.ID)) + "/retirement", url.Values{"retired_on": {"2025-02-03"}}},
		{admin, "/laboratories", url.Values{"code": {"NEW"}, "name": {"New"}}},
		{admin, "/people", url.Values{"login": {"bea"}, "name": {"Bea"}}},
		{admin, "/services", url.Values{"code": {"NEW"}, "name": {"New"}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"UTC"}}},
		{admin, "/services/UTR/second-factor", url.Values{"require": {"yes"}, "know": {"yes"}}},
		{admin, "/services/UTR/locations", url.Values{"name": {"Tent"}, "kind": {"office"}}},
		{admin, location, url.Values{"name": {"The van"}, "kind": {"office"}}},
		{admin, location + "/closed", url.Values{"do": {"close"}}},
		{admin, person, url.Values{"memberships": {"intake@1"}}},
		{admin, person + "/disabled", url.Values{"do": {"disable"}}},
		{admin, person + "/sessions", nil},
		{admin, person + "/invitation", nil},
		{admin, "/clock", url.Values{"day": {"2025-03-03"}, "months": {fmt.Sprint(codeMonths)}}},
	}
}

// sentOfAccounts is what people send of their own accounts, and who comes in.
func (b *bench) sentOfAccounts(t *testing.T) []aSending {
	_, invitation := b.newcomer(t, "anna", lab.Intake)
	anna := b.visitor(t)
	anna.signIn(t, "anna", invitation)
	_, unused := b.newcomer(t, "bert", lab.Intake)
	_, invitation = b.newcomer(t, "carl", lab.Intake)
	carl := b.visitor(t)
	carl.signIn(t, "carl", invitation)
	secret := secretForm.FindStringSubmatch(carl.get("/account/authenticator").want(t, http.StatusOK).body)[1]
	_, _, recovery := b.settled(t, "dora", lab.Intake)
	half := b.visitor(t)
	half.post("/sign-in", url.Values{"login": {"dora"}, "password": {goodPassword}}).leads(t, "/second-factor")
	return []aSending{
		{anna, "/account", url.Values{"old": {goodPassword}, "password": {otherPassword}, "again": {otherPassword}}},
		{anna, "/account/sessions", url.Values{"others": {"yes"}}},
		{carl, "/account/authenticator", url.Values{"password": {goodPassword}, "code": {carl.authenticatorCode(t, secret)}}},
		{half, "/second-factor", url.Values{"code": {recovery[0]}}},
		{b.visitor(t), "/sign-in", url.Values{"login": {"anna"}, "password": {goodPassword}}},
		{b.visitor(t), "/invitation", url.Values{"invitation": {unused}, "password": {goodPassword}, "again": {goodPassword}}},
	}
}

// sentToImport is what is sent in to be imported.
func (b *bench) sentToImport(t *testing.T) []aSending {
	i := &importing{site: b.site, service: b.service, importer: storetest.Person(t, b.store, "busy-importer", b.service.ID, lab.Importer)}
	i.r = b.staff(t, i.importer)
	begun := func() string {
		p := i.r.post("/imports/UTR/begin", url.Values{"name": {"a.csv"}, "bytes": {"3"}}).want(t, http.StatusOK)
		return regexp.MustCompile(`/imports/UTR/files/[\w-]+`).FindString(p.body)
	}
	sent, whole, part := begun(), begun(), url.Values{"a": {"b"}} // a=b
	i.r.post(whole+"/parts/1-0", part).want(t, http.StatusOK)
	return []aSending{
		{i.r, "/imports/UTR/begin", url.Values{"name": {"b.csv"}, "bytes": {"3"}}},
		{i.r, sent + "/parts/1-0", part},
		{i.r, whole + "/whole", nil},
		{i.r, begun() + "/drop", nil},
	}
}

// sentOfMany is what is done to many samples at once, or taken back.
func (b *bench) sentOfMany(t *testing.T) []aSending {
	var verified, closed []string
	for range 2 {
		address, _ := b.sample(t)
		b.verifier.post(b.entered(t, b.analyst, address)+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		address, _ = b.sample(t)
		b.intake.post(address+"/move", url.Values{"to": {"not_analysed"}, "version": {"1"}, "not_analysed_reason": {"lost"}}).leads(t, address+"?done=moved")
		closed = append(closed, strings.TrimPrefix(address, "/samples/")+".2")
	}
	list := b.verifier.get("/work/UTR/publish").want(t, http.StatusOK)
	for _, m := range releasable.FindAllStringSubmatch(list.body, -1) {
		verified = append(verified, m[1])
	}
	taken := b.released(t)
	b.withdraw(t, taken).leads(t, taken+"?done=withdrawn")
	version := b.coordinator.get(taken).want(t, http.StatusOK).hidden(t, taken+"/no-retest", "version")
	one, _, _ := strings.Cut(closed[0], ".")
	held, _ := b.held(t, b.analyst)
	measured, _ := b.sample(t)
	file := b.sentFile(t, b.analyst, plainHead+strings.TrimPrefix(measured, "/samples/")+",ketamine,70,%,base\n")
	other, third := b.sentFile(t, b.analyst, plainHead), b.sentFile(t, b.analyst, plainHead)
	return []aSending{
		{b.analyst, other, b.run("run", "13", "mapping", "x")},
		{b.analyst, third + "/drop", nil},
		{b.analyst, file + "/mapping", asSent(b.analyst.get(file+"/mapping").want(t, http.StatusOK))},
		{b.analyst, file + "/entry", b.analyst.get(file).want(t, http.StatusOK).entry(t)},
		{b.verifier, held + "/at-once", b.verifier.get(held+"/at-once").want(t, http.StatusOK).atOnce(t, held)},
		{b.verifier, "/work/UTR/publish", url.Values{"samples": verified}},
		{b.verifier, analysisAddress.FindString(b.verifier.get(taken).body) + "/report", url.Values{"version": {"2"}, "reported": {"yes"}}},
		{b.intake, "/work/UTR/not-analysed/undo", url.Values{"samples": closed}},
		{b.intake, "/samples/" + one + "/reopening", url.Values{"version": {"2"}}},
		{b.coordinator, taken + "/no-retest", url.Values{"version": {version}, "no_retest_reason": {"Nothing is left."}}},
	}
}

var releasable = regexp.MustCompile(`name="samples" value="([^"]+)"`)

// notSent names the routes by which something is sent in that none of these goes to.
func notSent(all []aSending) (missing []string) {
	to := map[string]bool{}
	for _, s := range all {
		path, _, _ := strings.Cut(s.path, "?")
		best := ""
		for _, r := range server.Routes() {
			form := regexp.MustCompile("^" + place.ReplaceAllString(r[1], "[^/]+") + "$")
			if r[0] == http.MethodPost && form.MatchString(path) && (best == "" || strings.Count(r[1], ":") < strings.Count(best, ":")) {
				best = r[1]
			}
		}
		to[best] = true
	}
	for _, r := range server.Routes() {
		if r[0] == http.MethodPost && to[r[1]] == (savesNothing[r[1]] != "") {
			missing = append(missing, r[1])
		}
	}
	return missing
}

// Whatever is sent in while somebody else holds the database ends after four seconds, with
// nothing of it done then or later: by every way in, and every draft that is kept.
func TestEverythingThatIsSentGivesUpAfterFourSeconds(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b, all := everythingSent(t, x)
		if missing := notSent(all); len(missing) > 0 {
			t.Errorf("nothing is sent to %v, or more than saves nothing", missing)
		}
		figures := x.staff(t, storetest.Person(t, x.store, "figures", b.service.ID, lab.DataAnalyst))
		before := x.content(t)
		release := storetest.HoldAll(t, x.place())
		defer release()
		report := url.Values{"year": {"2025"}, "language": {"en"}, "service": {"UTR"}}
		made := figures.post("/reports", report).want(t, http.StatusSeeOther).header.Get("Location")
		finishedReport(t, figures, made)
		var done sync.WaitGroup
		done.Go(func() { givesUp(t, made+"/file", func() page { return figures.get(made + "/file") }) })
		for _, s := range all {
			done.Go(func() { givesUp(t, s.path, func() page { return s.by.post(s.path, s.form) }) })
		}
		done.Wait()
		release()
		time.Sleep(500 * time.Millisecond) // for whatever would be saved late
		if after := x.content(t); after != before {
			t.Errorf("something was written:\n%s\n%s", before, after)
		}
		figures.get(made+"/file").want(t, http.StatusOK) // it waits to be fetched
		for _, s := range all {
			if strings.HasPrefix(s.path, "/counter/UTR/drafts/") {
				b.intake.follow(b.intake.post(s.path, powder())).want(t, http.StatusOK, "Registered as")
				return
			}
		}
	})
}

func givesUp(t *testing.T, path string, send func() page) {
	begun := time.Now()
	p := send()
	if took := time.Since(begun); p.status != http.StatusServiceUnavailable || p.header.Get("Retry-After") == "" || took < 3500*time.Millisecond || took > 15*time.Second {
		t.Errorf("%s: status %d after %s, to %s", path, p.status, took, p.header.Get("Location"))
	}
}

// Where only some of many can be had, as PostgreSQL holds rows, what is told is what became
// of each: that they were released, or opened again, and which was not.
func TestOfManyItIsToldWhichWereDone(t *testing.T) {
	x := newSite(t, "postgres")
	b := newBench(t, x)
	var closed []string
	for range 3 {
		address, _ := b.sample(t)
		b.verifier.post(b.entered(t, b.analyst, address)+"/verify", url.Values{"version": {"1"}}).leads(t, address+"?done=verified")
		address, _ = b.sample(t)
		b.intake.post(address+"/move", url.Values{"to": {"not_analysed"}, "version": {"1"}, "not_analysed_reason": {"lost"}}).leads(t, address+"?done=moved")
		closed = append(closed, strings.TrimPrefix(address, "/samples/")+".2")
	}
	var verified []string
	for _, m := range releasable.FindAllStringSubmatch(b.verifier.get("/work/UTR/publish").want(t, http.StatusOK).body, -1) {
		verified = append(verified, m[1])
	}
	pool := storetest.Pool(t, x.config)
	defer func() { _ = pool.Close() }()
	held, err := pool.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = held.ExecContext(t.Context(), "SELECT id FROM samples WHERE number_running IN (3, 4) FOR UPDATE")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback() }()
	var both sync.WaitGroup
	both.Go(func() {
		p := b.verifier.post("/work/UTR/publish", url.Values{"samples": verified}).want(t, http.StatusOK, "Released: 2.")
		if !regexp.MustCompile(`UTR-2025-00003</a>[^\n]*<strong>`).MatchString(p.body) || strings.Count(p.body, "<strong>") != 1 {
			t.Errorf("of what was not released is told:\n%s", p.body)
		}
	})
	both.Go(func() {
		b.intake.post("/work/UTR/not-analysed/undo", url.Values{"samples": closed}).
			want(t, http.StatusOK, "2 samples are where they stood before.", "1 sample could not be opened again", "UTR-2025-00004: ")
	})
	both.Wait()
	if err := held.Rollback(); err != nil {
		t.Error(err)
	}
	b.verifier.get("/samples/UTR-2025-00005").want(t, http.StatusOK, "Released by verifier")
	b.verifier.get("/samples/UTR-2025-00003").want(t, http.StatusOK, "Nothing has been released yet.")
}
