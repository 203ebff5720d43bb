package main

import (
	"fmt"
	"math/rand/v2"
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

// importKills is at how many moments each registry's program is killed.
const importKills = 25

// TestAKilledImportLeavesNothingHalfSeen kills the program at moments drawn at random, while it
// imports and while it takes the import back. Nobody sees anything of what it left, or all of it;
// the trail is whole; the next start says what lies there; and the same command goes on.
func TestAKilledImportLeavesNothingHalfSeen(t *testing.T) {
	const samples = 2000
	mapping, data := killFiles(t, samples)
	eachRegistry(t, func(t *testing.T, sh shell) {
		random := rand.New(rand.NewPCG(1, uint64(len(sh.where[len(sh.where)-1]))))
		load := []string{"import", "--profile", mapping, data}
		takeBack := func(id string) []string { return []string{"import", "take-back", id, "--because", "entry_mistake"} }
		loads := sh.killed(time.Minute, load...) // how long each takes that is not killed
		id, _ := sh.lastImport()
		takes := sh.killed(time.Minute, takeBack(id)...)
		left := map[string]int{}
		for range importKills {
			id, state := sh.lastImport()
			command, whole := load, loads
			if state == "taken" || state == "undoing" {
				command, whole = takeBack(id), takes
			}
			sh.killed(whole/5+time.Duration(random.Int64N(int64(whole))), command...)
			_, state = sh.lastImport()
			left[state]++
			sh.must("audit", "verify")
			n, want := sh.entry("2024", "--product", "ketamine").N, 0
			if state == "taken" {
				want = samples
			}
			if n != want {
				t.Fatalf("killed while the import is %s: %d of %d samples are seen", state, n, samples)
			}
			if state != "loading" {
				continue
			}
			if out := sh.must("import", "--profile", mapping, data, "--dry-run"); !strings.Contains(out, "is not finished") {
				t.Errorf("the next start says: %s", out)
			}
		}
		if t.Logf("the import was left %v", left); left["loading"]+left["undoing"] == 0 {
			t.Error("nothing was ever killed in the middle")
		}
		if id, state := sh.lastImport(); state == "taken" || state == "undoing" {
			sh.must(takeBack(id)...)
		}
		sh.must(load...)
		if e := sh.entry("2024", "--product", "ketamine"); e.N != samples || e.Contains.Any.N != samples {
			t.Errorf("imported in the end: %d samples, %d contain it", e.N, e.Contains.Any.N)
		}
		if out := sh.must("reclassify"); !strings.HasSuffix(out, fmt.Sprintf("%d samples looked at, 0 moved\n", samples)) {
			t.Errorf("reclassify: %s", out)
		}
		sh.must("verify")
	})
}

// killed kills the program some time after it was started, if it has not ended by itself, and
// tells for how long it ran.
func (sh shell) killed(after time.Duration, args ...string) time.Duration {
	start := time.Now()
	command := exec.CommandContext(sh.t.Context(), os.Args[0], append(args, sh.where...)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	if err := command.Start(); err != nil {
		sh.t.Fatal(err)
	}
	kill := time.AfterFunc(after, func() { _ = command.Process.Kill() })
	defer kill.Stop()
	_ = command.Wait()
	return time.Since(start)
}

// lastImport is the newest import, and where it stands.
func (sh shell) lastImport() (id, state string) {
	lines := strings.Split(sh.must("import", "list"), "\n")
	if fields := strings.Fields(lines[1]); len(fields) > 2 {
		return fields[0], fields[2]
	}
	return "", ""
}
