package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/credential"
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
		"samples", "analyses", "findings", "publications", "analysis_questions", "read_outs", "visits", "drafts", "form_drafts", "slips", "lookup_codes",
		"methods", "users", "services", "locations", "memberships", "audit_events", "sessions", "ended_sessions", "invitations",
	} {
		var n string
		if err := pool.QueryRowContext(t.Context(), "SELECT '"+table+" ' || count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return strings.Join(all, ", ")
}

// Whatever staff send while somebody else holds the database ends after four seconds,
// with nothing of it done then or later: every form, and every draft that is kept.
func TestEveryFormOfStaffGivesUpAfterFourSeconds(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b, forms := formsOfStaff(t, x)
		admin := x.staff(t, b.actors["admin"])
		fresh, analysed := "/samples/UTR-2025-00001", "/samples/UTR-2025-00003"
		analysis := analysisAddress.FindString(b.analyst.get(analysed).body)
		draft := b.intake.post("/counter/UTR/new", nil).header.Get("Location")
		told := b.intake.get("/samples/UTR-2025-00006/read-out").want(t, http.StatusOK)
		type sent struct {
			by   *reader
			path string
			form url.Values
		}
		all := []sent{
			{b.intake, "/counter/UTR/new", nil},
			{b.intake, draft, powder()},
			{b.intake, draft + "/save", powder()},
			{b.intake, draft + "/drop", nil},
			{b.intake, draft, powder(with("keep", "yes"))},
			{b.intake, fresh + "/next", nil},
			{b.intake, "/counter/UTR/turned-away", url.Values{"turned_away": {"2"}}},
			{b.intake, "/samples/UTR-2025-00006/read-out", url.Values{"version": {told.hidden(t, "/samples/UTR-2025-00006/read-out", "version")}}},
			{b.verifier, analysis + "/verify", url.Values{"version": {"1"}}},
			{admin, "/people", url.Values{"login": {"bea"}, "name": {"Bea"}}},
			{admin, "/services", url.Values{"code": {"NEW"}, "name": {"New"}, "country": {"NL"}, "currency": {"EUR"}, "time_zone": {"UTC"}}},
			{admin, "/services/UTR/locations", url.Values{"name": {"Van"}, "kind": {"office"}}},
			{admin, "/people/" + itoa(b.actors["analyst"].UserID), url.Values{"memberships": {"intake@1"}}},
			{admin, "/people/" + itoa(b.actors["analyst"].UserID) + "/disabled", url.Values{"do": {"disable"}}},
			{admin, "/people/" + itoa(b.actors["analyst"].UserID) + "/sessions", nil},
			{b.coordinator, "/sign-out", nil},
		}
		for _, f := range forms {
			r := x.staff(t, f.by)
			p := r.get(f.page).want(t, http.StatusOK)
			all = append(all, sent{r, f.action, f.send(t, p)}, sent{r, keepAt(f.action), f.send(t, p)})
		}
		ended := x.staff(t, b.actors["intake"])
		ended.get("/staff")
		if err := x.store.EndSession(t.Context(), credential.HashToken(ended.cookie())); err != nil {
			t.Fatal(err)
		}
		all = append(all, sent{ended, draft, powder()}) // which would be kept for its user
		before := x.rows(t)
		release := storetest.HoldAll(t, x.place())
		defer release()
		var done sync.WaitGroup
		for _, s := range all {
			done.Go(func() {
				begun := time.Now()
				p := s.by.post(s.path, s.form)
				if took := time.Since(begun); p.status != http.StatusServiceUnavailable || p.header.Get("Retry-After") == "" || took < 3500*time.Millisecond || took > 9*time.Second {
					t.Errorf("%s: status %d after %s", s.path, p.status, took)
				}
			})
		}
		done.Wait()
		release()
		time.Sleep(500 * time.Millisecond) // for whatever would be saved late
		if after := x.rows(t); after != before {
			t.Errorf("something was written:\n%s\n%s", before, after)
		}
		b.intake.follow(b.intake.post(draft, powder())).want(t, http.StatusOK, "Registered as")
	})
}
