package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"marquis/internal/store/storetest"
)

// A key ring that cannot be read any more opens no code: that is not ready.
func TestReadinessNeedsTheKeyRing(t *testing.T) {
	x := newSiteAt(t, storetest.Config(t, "sqlite"))
	visitor := x.visitor(t)
	ring := filepath.Join(x.folder, "keys.json")
	whole, err := os.ReadFile(ring)
	if err != nil {
		t.Fatal(err)
	}
	visitor.get("/readyz").want(t, http.StatusOK, "ok")
	for what, spoil := range map[string]func() error{
		"gone":        func() error { return os.Remove(ring) },
		"damaged":     func() error { return os.WriteFile(ring, whole[:len(whole)/2], 0o600) },
		"for all":     func() error { return os.Chmod(ring, 0o644) },
		"a directory": func() error { _ = os.Remove(ring); return os.Mkdir(ring, 0o700) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		visitor.get("/readyz").want(t, http.StatusServiceUnavailable, "the key ring does not match the database")
		visitor.get("/livez").want(t, http.StatusOK)
		_ = os.Remove(ring)
		if err := os.WriteFile(ring, whole, 0o600); err != nil {
			t.Fatal(what, err)
		}
		visitor.get("/readyz").want(t, http.StatusOK, "ok")
	}
}

// That nothing can be saved does not make the program unready: it answers visitors.
func TestReadinessDoesNotNeedThatSomethingCanBeSaved(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		config := storetest.Config(t, kind)
		x := newSiteAt(t, config)
		place := config.Folder
		if kind == "postgres" {
			place = config.DatabaseURL
		}
		storetest.HoldWriting(t, place)
		visitor := x.visitor(t)
		visitor.get("/readyz").want(t, http.StatusOK, "ok")
		for range 2 { // the second is told what the first has found
			visitor.get("/readyz/write").want(t, http.StatusServiceUnavailable, "another program keeps the database locked")
		}
		visitor.get("/readyz").want(t, http.StatusOK, "ok")
		if m := x.scrape(t); m["marquis_writable"] != 0 || m["marquis_database_up"] != 1 {
			t.Errorf("%v", m.since(nil, "marquis_"))
		}
	})
}
