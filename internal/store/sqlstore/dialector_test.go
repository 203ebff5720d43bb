package sqlstore_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
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

// migrated is a SQLite file with today's schema.
func migrated(t *testing.T) *sqlstore.DB {
	t.Helper()
	d, err := sqlstore.Open(t.Context(), sqlstore.Config{Folder: t.TempDir()}, sqlstore.Tables{OfServices: []string{"samples"}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if !d.Fresh {
		t.Error("the file was there already")
	}
	if before, today, err := d.Migrate(t.Context()); before != 0 || today < 1 || err != nil {
		t.Fatalf("from %d to %d: %v", before, today, err)
	}
	return d
}

func TestNoSchemaIsMadeOfModels(t *testing.T) {
	d := migrated(t)
	if err := d.Write.Migrator().AutoMigrate(&lab.Sample{}); err == nil || !strings.Contains(err.Error(), "migrations/") {
		t.Errorf("%v", err)
	}
	for name, there := range map[string]bool{"samples": true, "goose_db_version": true, "sample": false, "SELECT": false, "": false} {
		if d.Read.Migrator().HasTable(name) != there {
			t.Errorf("%q: %t", name, !there)
		}
	}
}

// A name is a name, whatever is in it, and never a text.
func TestNamesAreQuoted(t *testing.T) {
	d := migrated(t)
	for name, want := range map[string]string{
		"samples": "`samples`", "main.samples": "`main`.`samples`", "a`b": "`a``b`", `a"b`: "`a\"b`", "`; DROP": "```; DROP`",
	} {
		var have strings.Builder
		if d.Write.QuoteTo(&have, name); have.String() != want {
			t.Errorf("%s: %s, want %s", name, have.String(), want)
		}
	}
}

// No statement that is explained shows what was in it.
func TestAStatementIsExplainedWithoutItsValues(t *testing.T) {
	d := migrated(t)
	if text := d.Write.Explain("SELECT ? FROM services", "canary"); !strings.Contains(text, "services") || strings.Contains(text, "canary") {
		t.Errorf("%s", text)
	}
}
