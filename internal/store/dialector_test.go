package store_test

import (
	"os/exec"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// The program links no C library, nor GORM's driver that would bring one.
func TestNoCLibraryIsLinked(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "marquis/cmd/marquis").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	listed := string(out)
	for _, banned := range []string{"github.com/mattn/go-sqlite3", "gorm.io/driver/sqlite"} {
		if strings.Contains(listed, banned) {
			t.Errorf("%s is linked", banned)
		}
	}
	for _, needed := range []string{"modernc.org/sqlite\n", "gorm.io/gorm\n"} {
		if !strings.Contains(listed, needed) {
			t.Errorf("%s is not listed: this list proves nothing", needed)
		}
	}
}

func TestNoSchemaIsMadeOfModels(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	if err := store.AutoMigrate(s, &lab.Sample{}); err == nil || !strings.Contains(err.Error(), "migrations/") {
		t.Errorf("%v", err)
	}
	for name, there := range map[string]bool{"samples": true, "goose_db_version": true, "sample": false, "SELECT": false, "": false} {
		if store.HasTable(s, name) != there {
			t.Errorf("%q: %t", name, !there)
		}
	}
}

// A name is a name, whatever is in it, and never a text.
func TestNamesAreQuoted(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	for name, want := range map[string]string{
		"samples": "`samples`", "main.samples": "`main`.`samples`", "a`b": "`a``b`", `a"b`: "`a\"b`", "`; DROP": "```; DROP`",
	} {
		if have := store.Quoted(s, name); have != want {
			t.Errorf("%s: %s, want %s", name, have, want)
		}
	}
}

// What goes wrong is known by its kind, and no statement that is explained shows what
// was in it.
func TestAStatementIsExplainedWithoutItsValues(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	if text := store.Logged(s, "SELECT ? FROM services", "canary"); !strings.Contains(text, "services") || strings.Contains(text, "canary") {
		t.Errorf("%s", text)
	}
}
