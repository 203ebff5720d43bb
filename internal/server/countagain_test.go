package server_test

import (
	"testing"
	"time"

	"marquis/internal/store/storetest"
)

// TestWhatCouldNotBeCountedIsCountedAMinuteLater: on the real clock, in the program as it is built,
// which finds the facts of a year gone when it starts, and there again a moment later. Nobody
// types anything, and it does not try at once.
func TestWhatCouldNotBeCountedIsCountedAMinuteLater(t *testing.T) {
	t.Parallel() // a minute passes
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, database)
			p.slip()
			p.stop()
			const old = "service_years WHERE definitions = 'of before'"
			p.change("UPDATE service_years SET definitions = 'of before'")
			rename := func(from, to string) {
				t.Helper()
				pool := storetest.Pool(t, p.config)
				defer pool.Close()
				if _, err := pool.ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
					t.Fatal(err)
				}
			}
			rename("sample_facts", "sample_facts_gone")
			begun := time.Now()
			p.start()
			p.soonCounted(`marquis_sweeps_total{result="done"}`)
			time.Sleep(5 * time.Second)
			rename("sample_facts_gone", "sample_facts")
			failed := time.Now() // or before
			time.Sleep(time.Until(begun.Add(55 * time.Second)))
			p.wantRows(1, old)
			for value[int](p, "SELECT count(*) FROM "+old) > 0 {
				if time.Since(failed) > time.Minute+10*time.Second {
					t.Fatal("it is not counted anew")
				}
				time.Sleep(time.Second)
			}
		})
	}
}
