package config_test

import (
	"os"
	"path/filepath"
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
	if want := (config.Config{Data: config.DefaultData, Currency: "EUR"}); err != nil || c != want {
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
