package main

import (
	"strings"
	"testing"
)

func TestANewServiceRequiresASecondFactor(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("service", "add", "UTR", "Utrecht")
		sh.must("service", "add", "AMS", "Amsterdam", "--without-second-factor")
		sh.must("import", "--profile", "../../docs/import/voorbeeld.toml", "../../docs/import/voorbeeld-synthetisch.csv")
		want := map[string]string{"UTR": "  required", "AMS": "  not required", "VBD": "  required"}
		for line := range strings.Lines(sh.must("service", "list")) {
			code, _, _ := strings.Cut(line, " ")
			if end, ok := want[code]; ok && !strings.HasSuffix(strings.TrimSpace(line), end) {
				t.Errorf("listed %q", line)
			}
			delete(want, code)
		}
		if len(want) > 0 {
			t.Errorf("not listed: %v", want)
		}
	})
}
