package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

var expires = regexp.MustCompile(`(?m)^Expires: (.+)$`)

// TestSecurityTextHolds: the file names whom the operator named, is not over, and will
// not be for two months.
func TestSecurityTextHolds(t *testing.T) {
	named := map[string]string{"MARQUIS_DATA": t.TempDir(), "MARQUIS_SECURITY_CONTACT": "mailto:security@example.org https://example.org/report"}
	p := serve(t, named, "--listen", "127.0.0.1:0")
	code, text := fetch(t, p.address+"/.well-known/security.txt")
	for _, line := range []string{
		"Contact: mailto:security@example.org\n", "Contact: https://example.org/report\n", "Preferred-Languages: nl, en\n",
		"Canonical: " + p.address + "/.well-known/security.txt\n",
	} {
		if code != http.StatusOK || !strings.Contains(text, line) {
			t.Errorf("status %d without %q:\n%s", code, line, text)
		}
	}
	found := expires.FindStringSubmatch(text)
	if len(found) != 2 {
		t.Fatalf("no end:\n%s", text)
	}
	until, err := time.Parse(time.RFC3339, found[1])
	if left := time.Until(until); err != nil || left < 60*24*time.Hour || left > 365*24*time.Hour {
		t.Errorf("it is over in %s, %v", left, err)
	}
}

func TestWithoutAContactThereIsNoSecurityText(t *testing.T) {
	p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir()}, "--listen", "127.0.0.1:0")
	if code := status(t, p.address+"/.well-known/security.txt"); code != http.StatusNotFound {
		t.Errorf("status %d", code)
	}
	p.stop()
	if p.wait(t); strings.Contains(p.stderr.String(), "MARQUIS_SECURITY_CONTACT") {
		t.Error("on one machine for itself nobody has to be named")
	}
	public := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir(), "MARQUIS_ADDRESS": "https://results.example.org"}, "--listen", "127.0.0.1:0")
	public.stop()
	if public.wait(t); strings.Count(public.stderr.String(), "MARQUIS_SECURITY_CONTACT") != 1 {
		t.Errorf("the log says %s", public.stderr)
	}
}

func TestServeRefusesAPathOfAnotherSite(t *testing.T) {
	p := serve(t, map[string]string{"MARQUIS_DATA": t.TempDir(), "MARQUIS_ADDRESS": "https://example.org/results"}, "--listen", "127.0.0.1:0")
	if code := p.wait(t); code != exitUsage || !strings.Contains(p.stderr.String(), "needs a host name of its own") {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}
