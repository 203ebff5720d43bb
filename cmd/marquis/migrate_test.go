package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marquis/internal/store/pgtest"
)

func TestGrantIsForPostgres(t *testing.T) {
	sh := shell{t, []string{"--data", filepath.Join(t.TempDir(), "new")}}
	code, stdout, stderr := sh.run("migrate", "--grant", "program")
	if code != exitUsage || !strings.Contains(stderr, "--database-url") || stdout != "" {
		t.Errorf("exit %d, out %q, err %q", code, stdout, stderr)
	}
	if _, err := os.Stat(sh.where[1]); err == nil {
		t.Error("a folder was made")
	}
}

func TestGrantSaysWhichRoleIsMissing(t *testing.T) {
	sh := shell{t, []string{"--database-url", pgtest.Start(t).Database(t)}}
	for role, want := range map[string]string{"nobody here": `CREATE ROLE "nobody here" LOGIN PASSWORD '…'`, "": "there is no role"} {
		code, stdout, stderr := sh.run("migrate", "--grant", role)
		if code != exitFailed || !strings.Contains(stderr, want) || stdout != "" {
			t.Errorf("exit %d, out %q, err %q", code, stdout, stderr)
		}
	}
	if code, _, stderr := sh.run("service", "list"); code != exitFailed || !strings.Contains(stderr, "the database is empty") {
		t.Errorf("it was migrated all the same: exit %d, err %q", code, stderr)
	}
}
