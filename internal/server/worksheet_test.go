package server_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// A worklist leaves with what a run is prepared by, and nothing of the visitor.
func TestAWorklistIsTakenAway(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		address, _ := b.sample(t, func(s *lab.Sample) {
			s.Form, s.ReceivedUnit, s.ReceivedAmount, s.Logo, s.Colours, s.WeightUG = lab.Tablet, lab.Piece, 1000, "=crown", lab.Codes{"blue"}, 412_500
			s.SoldAsText, s.Notes, s.Region = "what the visitor called it", "a private note", "Utrecht"
		})
		held, _ := b.held(t, b.second)
		number := strings.TrimPrefix(address, "/samples/")

		b.analyst.get("/work?stage=to_analyse&service=UTR").want(t, http.StatusOK, `href="/work/list.xlsx?service=UTR&amp;stage=to_analyse"`)
		if strings.Contains(b.analyst.get("/work?stage=released").body+b.coordinator.get("/work?stage=to_analyse").body, "/work/list") {
			t.Error("what is done, or is not worked on, leaves as a list")
		}
		file := b.analyst.get("/work/list.csv?stage=to_analyse&service=UTR").want(t, http.StatusOK)
		lines, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("%v, %v", lines, err)
		}
		want := []string{number, "ketamine", "tablet", "blue", "'=crown", "412.500", "ketamine", "2025-02-03", "", "", "", "", "", "", "", "", ""}
		if !slices.Equal(lines[1], want) || lines[0][0] != "number" || lines[0][9] != "substance" {
			t.Errorf("the file says\n%q, want\n%q", lines, want)
		}
		for _, secret := range []string{"visitor", "private", "Utrecht"} {
			if strings.Contains(file.body, secret) {
				t.Errorf("it tells %q", secret)
			}
		}
		b.second.get("/work/list.csv?stage=to_verify").want(t, http.StatusOK, strings.TrimPrefix(held, "/samples/"), ",yes,")

		b.analyst.lang = "nl"
		rows := sheetRows(t, b.analyst.get("/work/list.xlsx?stage=to_analyse&service=UTR").want(t, http.StatusOK).body)
		i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == "Monsternummer" })
		if i < 0 || i+1 >= len(rows) || rows[i+1][0] != number || !slices.Contains(rows[i], "Stof") {
			t.Errorf("the workbook says %q", rows)
		}
		var taken int
		pool := storetest.Pool(t, x.config)
		defer func() { _ = pool.Close() }()
		if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_events WHERE service_id > 0 AND action = 'export' AND subject = 'worklist to_analyse, 1 samples' AND actor = 'analyst'").Scan(&taken); err != nil || taken != 2 {
			t.Errorf("%d takings are on record, %v", taken, err)
		}
	})
}

func TestWhoTakesNoWorklistAway(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := newBench(t, x)
		_, _ = b.sample(t)
		b.elsewhere.get("/work/list.csv?stage=to_analyse&service=ZZZ").want(t, http.StatusOK) // its own only service
		b.coordinator.get("/work/list.csv?stage=to_analyse&service=UTR").want(t, http.StatusForbidden)
		b.analyst.get("/work/list.csv?stage=released").want(t, http.StatusNotFound)
		b.analyst.get("/work/list.csv").want(t, http.StatusNotFound)
		if rows := strings.Count(b.elsewhere.get("/work/list.csv?stage=to_analyse").want(t, http.StatusOK).body, "\n"); rows != 1 {
			t.Errorf("%d lines of nothing", rows)
		}
		x.signedIn(t, b.actors["analyst"], false).get("/work/list.csv?stage=to_analyse").want(t, http.StatusSeeOther)
	})
}
