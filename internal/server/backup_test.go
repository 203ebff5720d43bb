package server_test

import (
	"iter"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// upkeep is what the operator's own programs are told.
func (x *site) upkeep(t *testing.T) string {
	t.Helper()
	answer := httptest.NewRecorder()
	x.web.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// TestTheAgeOfTheLastBackupIsTold to administrators of all services and to the operator,
// and to nobody else.
func TestTheAgeOfTheLastBackupIsTold(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		all := storetest.Person(t, x.store, "all", 0, lab.Administrator)
		service := storetest.Service(t, x.store, "UTR")
		one := storetest.Person(t, x.store, "one", service.ID, lab.Administrator)
		note := func(b store.Backup) {
			t.Helper()
			b.MadeAt = lab.At(x.clock.Now())
			if err := x.store.NoteBackup(t.Context(), lab.Operator("test"), b); err != nil {
				t.Fatal(err)
			}
		}
		tell := func(what string, age, proven float64, said ...string) {
			t.Helper()
			m := x.scrape(t)
			if m["marquis_backup_age_seconds"] != age || m["marquis_backup_proven_age_seconds"] != proven {
				t.Errorf("%s: the metrics say %v and %v", what, m["marquis_backup_age_seconds"], m["marquis_backup_proven_age_seconds"])
			}
			if got := x.upkeep(t); got != "ok\n"+strings.Join(said, "\n")+"\n" {
				t.Errorf("%s: readiness says %q", what, got)
			}
		}
		never := math.Inf(1)
		tell("none", never, never, "there is no backup: one is due, type: marquis backup", "there is no proven backup: one is due, type: marquis backup")
		r := x.staff(t, all)
		r.get("/staff").want(t, http.StatusOK, "in the last 36 hours", "in the last 8 days", "There is none.")

		note(store.Backup{}) // without the key ring it is none
		tell("without keys", never, never, "there is no backup: one is due, type: marquis backup", "there is no proven backup: one is due, type: marquis backup")
		note(store.Backup{WithKeys: true, ProvenAt: lab.At(x.clock.Now())})
		x.clock.pass(3 * time.Hour)
		tell("proven", 3*3600, 3*3600, "the last backup was made 3 hours ago", "the last proven backup was made 3 hours ago")
		r = x.staff(t, all)
		r.get("/staff").want(t, http.StatusOK, "3 March 2025", "3 hours ago").lacks(t, "in the last")

		x.clock.pass(34 * time.Hour)
		tell("late", 37*3600, 37*3600, "the last backup was made 37 hours ago: one is due, type: marquis backup", "the last proven backup was made 37 hours ago")
		x.staff(t, all).get("/staff").want(t, http.StatusOK, "in the last 36 hours").lacks(t, "in the last 8 days")
		x.staff(t, one).get("/staff").want(t, http.StatusOK).lacks(t, "hours")
		x.visitor(t).get("/readyz?verbose").want(t, http.StatusOK).lacks(t, "backup")
	})
}

// TestARestoredRegistrySaysWhichSlipsOpenNothing, for as long as they would open
// something.
func TestARestoredRegistrySaysWhichSlipsOpenNothing(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		source, copied := storetest.Open(t, storetest.Config(t, kind)), storetest.Now.Add(-30*time.Hour)
		place := store.Config{Folder: t.TempDir()}
		content := store.Content{Life: 2, CopiedAt: lab.At(copied), Digest: "d", Read: func(table func(string, []string, iter.Seq2[[]*string, error]) error) error {
			return source.Snapshot(t.Context(), lab.Operator("test"), func(x store.Snapshot) error {
				return x.Tables(func(name string, columns []string, rows store.Rows) error {
					return table(name, columns, func(yield func([]*string, error) bool) {
						_ = rows(func(values []*string) error {
							yield(values, nil)
							return nil
						})
					})
				})
			})
		}}
		if _, err := store.Restore(t.Context(), place, storetest.Clock, content); err != nil {
			t.Fatal(err)
		}
		x := newSiteAt(t, place)
		intake := storetest.Person(t, x.store, "intake", storetest.Service(t, x.store, "UTR").ID, lab.Intake)
		said := []string{"restored on 3 March 2025", "from a backup of 2 March 2025", "with the letter B"}
		x.staff(t, intake).get("/staff").want(t, http.StatusOK, said...)
		x.visitor(t).get("/").want(t, http.StatusOK).lacks(t, "restored")
		x.clock.pass(90 * 24 * time.Hour)
		x.staff(t, intake).get("/staff").want(t, http.StatusOK, said...)
		x.clock.pass(40 * 24 * time.Hour) // 11 July: codes of March are over
		x.staff(t, intake).get("/staff").want(t, http.StatusOK).lacks(t, "restored on")
	})
}
