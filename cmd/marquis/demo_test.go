package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"marquis/internal/demo"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
)

// smallDemo is a demo that takes seconds.
var smallDemo = []string{"demo", "--no-serve", "--years", "2020", "--scale", "0.02"}

// demoPlace says where a demo is to be, on an empty database of the kind.
func demoPlace(t *testing.T, kind string) (where []string, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "demo")
	if kind == "postgres" {
		where = []string{"--database-url", pgtest.Start(t).Database(t)}
	}
	return append(where, "--data", folder), folder
}

func eachDemo(t *testing.T, test func(t *testing.T, sh shell, folder string)) {
	t.Helper()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			where, folder := demoPlace(t, kind)
			test(t, shell{t, where}, folder)
		})
	}
}

func TestDemoIsMadeOnceAndTold(t *testing.T) {
	eachDemo(t, func(t *testing.T, sh shell, folder string) {
		told := sh.must(smallDemo...)
		for _, want := range []string{"SYNTHETIC", "password of verifier", "synthetic-report-2020-en.xlsx", "synthetic-report-2020-nl.xlsx"} {
			if !strings.Contains(told, want) {
				t.Errorf("it does not tell %q: %s", want, told)
			}
		}
		for _, state := range demo.States {
			if !strings.Contains(told, "  "+state+"\n") {
				t.Errorf("it has no code for a sample that is %s", state)
			}
		}
		guide, err := demo.ReadGuide(folder)
		if err != nil || guide == nil {
			t.Fatal(guide, err)
		}
		before := list(t, folder)
		again := sh.must("demo", "--no-serve") // with other flags than those that were given first
		if _, same, found := strings.Cut(told, "\n"); !found || again != same {
			t.Errorf("the second time it tells %q, after %q", again, told)
		}
		if after := list(t, folder); after != before {
			t.Errorf("the second time the folder holds %s instead of %s", after, before)
		}
		if e := sh.entry("2020", "--product", "ketamine"); e.N != 8 {
			t.Errorf("%d samples were sold as ketamine; 5.2 %% of 162 are 8", e.N)
		}
		if code, _, said := sh.run("demo", "--no-serve", "--seed", "9"); code != exitFailed || !strings.Contains(said, "seed 9") || !strings.Contains(said, "--data") {
			t.Errorf("another seed: exit %d, %s", code, said)
		}
	})
}

// list names the files of a folder with their sizes, without those that come and go
// with a connection.
func list(t *testing.T, folder string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() || strings.HasSuffix(path, "-wal") || strings.HasSuffix(path, "-shm") {
			return err
		}
		data, err := os.ReadFile(path)
		names = append(names, fmt.Sprintf("%s of %d bytes", file.Name(), len(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, ", ")
}

// TestDemoServes starts the program as somebody does who comes back to a demo.
func TestDemoServes(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			x := newRegistry(t, kind)
			wantServedDemo(t, x.environment, x.environment["MARQUIS_DATA"])
		})
	}
}

// wantServedDemo starts the program as a newcomer does, looks every code up, and stops
// it.
func wantServedDemo(t *testing.T, environment map[string]string, folder string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "demo", "--years", "2020", "--scale", "0.02", "--listen", "127.0.0.1:0")
	command.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range environment {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	address := ""
	for lines := bufio.NewReader(out); address == ""; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "Marquis serves ") {
			address = strings.Fields(line)[2]
		}
	}
	if page := body(t, address+"/"); !strings.Contains(page, "synthetic") {
		t.Error("the first page does not say that it is synthetic")
	}
	guide, err := demo.ReadGuide(folder)
	if err != nil || guide == nil {
		t.Fatal(guide, err)
	}
	for _, c := range guide.Codes {
		answer, err := http.PostForm(address+"/lookup", url.Values{"code": {c.Code}})
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK {
			t.Errorf("the code of the sample that is %s: status %d", c.State, answer.StatusCode)
		}
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

// TestDemoThatWasKilledIsMadeAnew kills the program while it makes a demo, and starts it
// once more as a newcomer does, who gets one that is whole and served.
func TestDemoThatWasKilledIsMadeAnew(t *testing.T) {
	t.Parallel()
	where, folder := demoPlace(t, "sqlite")
	sh := shell{t, where}
	for _, moment := range []time.Duration{200, 1500} {
		command := exec.CommandContext(t.Context(), os.Args[0], append([]string{"demo", "--no-serve", "--scale", "1"}, where...)...)
		command.Env = append(os.Environ(), asProgram+"=1")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(folder, demoDraft, store.SQLiteFile)); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("nothing is made")
			}
		}
		time.Sleep(moment * time.Millisecond)
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait()
		if _, err := os.Stat(filepath.Join(folder, store.SQLiteFile)); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("half a demo is there, %v", err)
		}
	}
	wantServedDemo(t, map[string]string{"MARQUIS_DATA": folder}, folder)
	sh.must("audit", "verify")
	if _, err := os.Stat(filepath.Join(folder, demoDraft)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was cut off is still there, %v", err)
	}
}

func TestDemoOnPostgreSQLThatWasCutOffIsRefused(t *testing.T) {
	where, folder := demoPlace(t, "postgres")
	sh := shell{t, where}
	sh.must("migrate")
	if err := sh.registry().MarkSynthetic(t.Context(), lab.Operator("test"), "seed 1"); err != nil {
		t.Fatal(err)
	}
	code, _, said := sh.run(smallDemo...)
	if code != exitFailed || !strings.Contains(said, "not finished") || !strings.Contains(said, folder) {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestDemoKeepsOffARealRegistry(t *testing.T) {
	eachRegistry(t, func(t *testing.T, sh shell) {
		sh.must("service", "add", "UTR", "Utrecht")
		where := sh.where
		if where[0] != "--data" {
			where = append(where, "--data", filepath.Join(t.TempDir(), "demo"))
		}
		code, _, said := shell{t, where}.run(smallDemo...)
		if code != exitFailed || !strings.Contains(said, "no demo") {
			t.Errorf("exit %d: %s", code, said)
		}
		if listed := sh.must("service", "list"); !strings.Contains(listed, "UTR") || strings.Contains(listed, "Demo") {
			t.Errorf("the services are now %s", listed)
		}
	})
}

func TestDemoKeepsOffAKeyRing(t *testing.T) {
	where, folder := demoPlace(t, "sqlite")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	ring := []byte("of a registry on PostgreSQL")
	if err := os.WriteFile(filepath.Join(folder, "keys.json"), ring, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := (shell{t, where}).run(smallDemo...); code != exitFailed || !strings.Contains(said, "key ring of another registry") {
		t.Errorf("exit %d: %s", code, said)
	}
	if kept, err := os.ReadFile(filepath.Join(folder, "keys.json")); err != nil || !bytes.Equal(kept, ring) {
		t.Errorf("the key ring is now %q, %v", kept, err)
	}
}

func TestDemoSaysWhatToChoose(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"years in words":   {[]string{"--years", "last"}, "--years"},
		"years backwards":  {[]string{"--years", "2020-2019"}, "2013"},
		"years to come":    {[]string{"--years", "2020-2030"}, "2024"},
		"no scale":         {[]string{"--scale", "0"}, "0.001"},
		"a scale of words": {[]string{"--scale", "big"}, "scale"},
		"not a number":     {[]string{"--scale", "NaN"}, "0.001"},
		"a negative seed":  {[]string{"--seed", "-1"}, "seed"},
		"an argument":      {[]string{"now"}, "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			where, folder := demoPlace(t, "sqlite")
			code, _, said := (shell{t, where}).run(append([]string{"demo", "--no-serve"}, test.args...)...)
			if code != exitUsage || !strings.Contains(said, test.want) {
				t.Errorf("exit %d: %s", code, said)
			}
			if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was made, %v", err)
			}
		})
	}
}

func TestDemoCode(t *testing.T) {
	where, _ := demoPlace(t, "sqlite")
	sh := shell{t, where}
	if digits := strings.TrimSpace(sh.must("demo", "code", "verifier")); len(digits) != 6 {
		t.Errorf("the digits are %q", digits)
	}
	for _, login := range []string{"intake", "nobody"} {
		if code, _, said := sh.run("demo", "code", login); code != exitUsage || !strings.Contains(said, login) {
			t.Errorf("%s: exit %d, %s", login, code, said)
		}
	}
}

// TestDemoKeepsItsKeysWhereTheSettingSays: the server of the same environment finds
// them there.
func TestDemoKeepsItsKeysWhereTheSettingSays(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			x := newRegistry(t, kind) // by MARQUIS_KEYS
			p := serveBy(t, time.Now, x.environment)
			if n := x.look(t, p, http.StatusOK); n != len(x.codes) {
				t.Errorf("%d of %d codes open: %s", n, len(x.codes), p.stderr)
			}
			p.end(t)
		})
	}
	t.Run("not over the ring of a registry", func(t *testing.T) {
		x := newRegistry(t, "sqlite")
		before := x.ring(t)
		x.environment["MARQUIS_DATA"] = filepath.Join(t.TempDir(), "demo")
		if code, out := runAt(t, time.Now(), x.environment, smallDemo...); code != exitFailed || !strings.Contains(out, x.keys+" is the key ring of another registry") {
			t.Errorf("exit %d, %s", code, out)
		}
		if !bytes.Equal(x.ring(t), before) {
			t.Error("the ring was changed")
		}
	})
}
