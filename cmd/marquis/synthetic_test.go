package main

import (
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/lab"
)

func TestStatsAndReportSaySynthetic(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		out := filepath.Join(t.TempDir(), "report.xlsx")
		commands := [][]string{
			{"stats", "2024"},
			{"stats", "2024", "--format", "json"},
			{"stats", "2024", "--format", "csv"},
			{"stats", "2024", "--product", "ketamine"},
			{"stats", "2024", "--service", "UTR"},
			{"report", "2024", "--out", out},
		}
		check := func(want bool, commands ...[]string) {
			t.Helper()
			for _, c := range commands {
				if said := sh.must(c...); strings.Contains(said, "synthetic") != want {
					t.Errorf("marquis %s says %s", strings.Join(c, " "), said)
				}
			}
		}
		check(false, commands[:4]...)
		if err := sh.registry().MarkSynthetic(t.Context(), lab.Operator("test"), "seed 1"); err != nil {
			t.Fatal(err)
		}
		sh.must("service", "add", "UTR", "Utrecht")
		check(true, commands...)
	})
}
