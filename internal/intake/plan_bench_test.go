package intake

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// manyRows makes a file of samples with three findings each.
func manyRows(rows int) string {
	substances := []string{"ketamine", "MDMA", "cafeïne", "levamisole", "cocaïne", "amfetamine", "2C-B", "lidocaïne"}
	var b strings.Builder
	b.WriteString(strings.Join(rowsHeader, ";") + "\n")
	for i := range rows {
		sample := i / 3
		fmt.Fprintf(&b, "%07d;%02d-%02d-20%02d;%s;poeder;Utrecht;%d;1;;%s;lc;28-12-2024;%d,%d;;;\n", sample, sample%28+1, sample%12+1, 14+sample%11,
			[]string{"ketamine", `"speed; cocaine"`, "ecstasy", "MDMA"}[sample%4], 10+sample%40, substances[(sample+i%3)%len(substances)], 10+i%20, i%10)
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	const rows = 100_000
	path := filepath.Join(b.TempDir(), "many.csv")
	if err := os.WriteFile(path, []byte(manyRows(rows)), 0o600); err != nil {
		b.Fatal(err)
	}
	m := mustMapping(b, rowsMapping)
	b.ReportAllocs()
	var kept int64
	for b.Loop() {
		b.StopTimer()
		d := mustDictionary(b)
		b.StartTimer()
		plan, err := Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if total := plan.Receipt.Total(); total.Accepted != rows {
			b.Fatalf("got %+v: %s", total, lines(plan)[:400])
		}
		for _, err := range plan.Arrivals() {
			if err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		kept = inUse()
		if err := plan.Close(); err != nil {
			b.Fatal(err)
		}
		kept -= inUse()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows*b.N), "ns/row")
	b.ReportMetric(float64(kept)/rows, "B-kept/row")
}

// inUse is how many bytes are in use.
func inUse() int64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc)
}

// What a plan keeps in memory does not grow with what its rows say: a million rows are to
// be read in 300 MB.
func TestRowsAreNotKeptInMemory(t *testing.T) {
	const rows = 60_000
	path := filepath.Join(t.TempDir(), "many.csv")
	text := manyRows(rows)
	writeFile(t, path, text)
	m, d := mustMapping(t, rowsMapping), mustDictionary(t)
	before := inUse()
	plan, err := Read(m, []string{path}, Known{Dictionary: d, Today: today}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := (inUse() - before) / rows
	if plan.Samples != rows/3 || kept > 80 || len(text)/rows < 80 {
		t.Errorf("%d bytes of each row are kept in memory", kept)
	}
	runtime.KeepAlive(plan)
	if err := plan.Close(); err != nil {
		t.Error(err)
	}
}
