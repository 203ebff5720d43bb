package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"marquis/internal/config"
)

func environment(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestDefaultsNeedNoEnvironment(t *testing.T) {
	c, err := config.Load(environment(nil))
	if want := (config.Config{
		Data: config.DefaultData, Currency: "EUR", Keys: filepath.Join(config.DefaultData, "keys.json"), CodeMonths: 3,
	}); err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestASecretComesFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(path, []byte("postgres://marquis:secret@localhost/marquis\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(environment(map[string]string{"MARQUIS_DATABASE_URL_FILE": path}))
	if err != nil || c.DatabaseURL != "postgres://marquis:secret@localhost/marquis" {
		t.Errorf("%q, %v", c.DatabaseURL, err)
	}
}

func TestAllBadValuesAreReportedAtOnce(t *testing.T) {
	_, err := config.Load(environment(map[string]string{
		"MARQUIS_DATABASE_URL": "mysql://root:secret@localhost", "MARQUIS_CURRENCY": "euro", "MARQUIS_DATA": "a", "MARQUIS_DATA_FILE": "b",
	}))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"MARQUIS_DATABASE_URL", "MARQUIS_CURRENCY", "MARQUIS_DATA_FILE"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error shows a secret: %v", err)
	}
}

func TestTheKeyRingLiesInTheDataFolderUnlessItIsSaid(t *testing.T) {
	for want, pairs := range map[string]map[string]string{
		filepath.Join("here", "keys.json"): {"MARQUIS_DATA": "here"},
		"/etc/marquis/keys.json":           {"MARQUIS_DATA": "here", "MARQUIS_KEYS": "/etc/marquis/keys.json"},
	} {
		if c, err := config.Load(environment(pairs)); err != nil || c.Keys != want {
			t.Errorf("%q instead of %q, %v", c.Keys, want, err)
		}
	}
}

func TestCodesWorkForSomeMonths(t *testing.T) {
	for text, want := range map[string]int{"": 3, "1": 1, "12": 12, "120": 120, "0": 0, "-3": 0, "121": 0, "three": 0, "2.5": 0, "٣": 0, "99999999999999999999": 0} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_CODE_MONTHS": text}))
		if good := want > 0; good != (err == nil) || good && c.CodeMonths != want {
			t.Errorf("%q: %d months, %v", text, c.CodeMonths, err)
		}
	}
}

func TestMemoryIsASize(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "128MiB": 128 << 20, "300MiB": 300 << 20, "2GiB": 2 << 30, "999999GiB": 999999 << 30,
		"127MiB": -1, "0MiB": -1, "300": -1, "300MB": -1, "300mib": -1, "-300MiB": -1, "1.5GiB": -1, " 300MiB": -1, "9999999GiB": -1,
	} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_MEMORY": text}))
		if good := want >= 0; good != (err == nil) || good && c.Memory != want {
			t.Errorf("%q: %d bytes, %v", text, c.Memory, err)
		}
	}
}

func TestPublicAddressIsASchemeAndAHost(t *testing.T) {
	for text, good := range map[string]bool{
		"https://results.example.org": true, "https://results.example.org:8443/": true, "http://127.0.0.1:8080": true, "http://localhost": true,
		"http://results.example.org": false, "results.example.org": false, "https://": false, "https://results.example.org/path": false,
		"https://user:secret@results.example.org": false, "ftp://results.example.org": false, "https://results.example.org?x=1": false,
	} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_ADDRESS": text}))
		if good != (err == nil) || good && c.Address.String() != strings.TrimSuffix(text, "/") {
			t.Errorf("%s: %v, %v", text, c.Address, err)
		}
	}
}

func TestAPathIsRefusedInWordsThatSayWhatIsNeeded(t *testing.T) {
	for _, text := range []string{"https://example.org/results", "https://example.org/results/", "https://example.org/a/b", "http://127.0.0.1:8080/x"} {
		_, err := config.Load(environment(map[string]string{"MARQUIS_ADDRESS": text}))
		if err == nil || !strings.Contains(err.Error(), "host name of its own") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := config.Load(environment(map[string]string{"MARQUIS_ADDRESS": "https://résultats.example.org"})); err == nil || !strings.Contains(err.Error(), "xn--") {
		t.Errorf("letters that no host name has: %v", err)
	}
}

func TestSecurityContactsAreAddresses(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "mailto:security@example.org": 1, "https://example.org/security": 1, " mailto:a@b.org  https://b.org ": 2,
		"security@example.org": -1, "http://example.org": -1, "mailto:": -1, "https://": -1, "mailto:a@b.org x": -1, "javascript:alert(1)": -1,
	} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_SECURITY_CONTACT": text}))
		if bad := want < 0; bad != (err != nil) || !bad && len(c.Security) != want {
			t.Errorf("%q: %q, %v", text, c.Security, err)
		}
	}
}

func TestProxiesAreNetworks(t *testing.T) {
	c, err := config.Load(environment(map[string]string{"MARQUIS_PROXIES": "10.0.0.0/8  2001:db8::/32"}))
	if err != nil || len(c.Proxies) != 2 || c.Proxies[1].String() != "2001:db8::/32" {
		t.Errorf("%v, %v", c.Proxies, err)
	}
	if _, err := config.Load(environment(map[string]string{"MARQUIS_PROXIES": "10.0.0.1"})); err == nil || !strings.Contains(err.Error(), "10.0.0.1") {
		t.Errorf("an address without a mask: %v", err)
	}
}

func TestMetricsHaveAnAddressAndAPort(t *testing.T) {
	for text, good := range map[string]bool{
		"": true, "127.0.0.1:9090": true, "[::1]:9090": true, "metrics.internal:0": true, ":9090": true, // where it leads is asked when it is listened on
		"9090": false, "127.0.0.1": false, "127.0.0.1:": false, "127.0.0.1:-1": false, "127.0.0.1:65536": false, "127.0.0.1:http": false, "::1:9090": false, "127.0.0.1:٣": false,
	} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_METRICS": text}))
		if good != (err == nil) || good && c.Metrics != text {
			t.Errorf("%q: %q, %v", text, c.Metrics, err)
		}
	}
}

func TestTheWayToTheDatabaseIsOpenOnlyWhereThatIsSaid(t *testing.T) {
	for text, want := range map[string]struct{ plain, good bool }{
		"": {false, true}, "no": {false, true}, "yes": {true, true},
		"true": {false, false}, "1": {false, false}, "Yes": {false, false}, "ja": {false, false}, " yes": {false, false},
	} {
		c, err := config.Load(environment(map[string]string{"MARQUIS_DATABASE_PLAIN": text}))
		if want.good != (err == nil) || c.Plain != want.plain {
			t.Errorf("%q: %t, %v", text, c.Plain, err)
		}
	}
}
