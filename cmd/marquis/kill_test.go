package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const killMapping = `
profile = "kill"
[service]
code = "KIL"
name = "Kill"
country = "NL"
currency = "EUR"
time_zone = "Europe/Amsterdam"
[[file]]
holds = "both"
[samples]
id = "id"
received_on = "day"
sold_as = { value = "ketamine" }
form = { value = "powder" }
[findings]
layout = "rows"
[findings.fields]
substance = "substance"
performed_on = "day"
[method.default]
kind = "gc_ms"
lab = "Kill"
level = "confirmatory"
`

// killFiles writes a file of so many samples and its mapping.
func killFiles(t *testing.T, samples int) (mapping, data string) {
	t.Helper()
	folder := t.TempDir()
	var rows strings.Builder
	rows.WriteString("id,day,substance\n")
	for i := range samples {
		fmt.Fprintf(&rows, "K%06d,2024-03-%02d,ketamine\nK%06d,2024-03-%02d,caffeine\n", i, 1+i%28, i, 1+i%28)
	}
	mapping, data = filepath.Join(folder, "kill.toml"), filepath.Join(folder, "kill.csv")
	for path, text := range map[string]string{mapping: killMapping, data: rows.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return mapping, data
}

// TestAKilledImportLeavesNothingHalfWritten kills the program at different moments
// of an import. Either all of it is there afterwards or nothing, the trail is
// whole, and importing the file again completes it.
func TestAKilledImportLeavesNothingHalfWritten(t *testing.T) {
	const samples = 3000
	mapping, data := killFiles(t, samples)
	eachRegistry(t, func(t *testing.T, sh shell) {
		for _, moment := range []time.Duration{50, 150, 300, 500, 800} {
			command := exec.CommandContext(t.Context(), os.Args[0], append([]string{"import", "--profile", mapping, data}, sh.where...)...)
			command.Env = append(os.Environ(), asProgram+"=1")
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(moment * time.Millisecond)
			_ = command.Process.Kill() // it may have ended by itself
			_ = command.Wait()
			sh.must("audit", "verify")
			if n := sh.entry("2024", "--product", "ketamine").N; n != 0 && n != samples {
				t.Fatalf("killed after %d ms: %d of %d samples", moment, n, samples)
			}
		}
		sh.must("import", "--profile", mapping, data)
		if e := sh.entry("2024", "--product", "ketamine"); e.N != samples || e.Contains.Any.N != samples {
			t.Errorf("imported again: %d samples, %d contain it", e.N, e.Contains.Any.N)
		}
		if out := sh.must("reclassify"); !strings.HasSuffix(out, fmt.Sprintf("%d samples looked at, 0 moved\n", samples)) {
			t.Errorf("reclassify: %s", out)
		}
	})
}
