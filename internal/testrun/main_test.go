package main

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// TestMain is also the command that is run, and what is killed, for the tests.
func TestMain(m *testing.M) {
	if folder := os.Getenv("MARQUIS_TESTRUN_HOLDS"); folder != "" {
		_, err := removedAtTheEnd(folder)
		_, _ = fmt.Fprintln(os.Stdout, err)
		time.Sleep(time.Minute)
	}
	if at := os.Getenv("MARQUIS_TESTRUN_TELLS"); at != "" {
		_ = os.WriteFile(at, []byte(os.TempDir()), 0o600)
		os.Exit(7)
	}
	os.Exit(m.Run())
}

func TestTheCommandEndsAsItDoesAndNothingStays(t *testing.T) {
	at := t.TempDir() + "/told"
	t.Setenv("MARQUIS_TESTRUN_TELLS", at)
	before := os.TempDir()
	code, err := run(os.Args[0], nil)
	if code != 7 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	folder, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(folder)); string(folder) != before && !os.IsNotExist(err) {
		t.Errorf("%s is still there, %v", folder, err)
	}
	if os.TempDir() != before {
		t.Errorf("temporary files go to %s now", os.TempDir())
	}
}

func TestACommandThatIsNotThereFails(t *testing.T) {
	if code, err := run("marquis-has-no-such-command", nil); code == 0 || err == nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}
