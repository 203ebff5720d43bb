package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kills is how often each of the tests that kill the program does so, on either database;
// "make kills" sets it.
var kills = flag.Int("kills", 3, "how often the program is killed by each test that does so")

// child is the program as a process of its own, on a registry.
func (x upgraded) child(args ...string) *exec.Cmd {
	command := exec.CommandContext(x.t.Context(), os.Args[0], append(args, x.where...)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	return command
}

// undisturbed is how long a command takes that is left alone.
func undisturbed(t *testing.T, command *exec.Cmd) time.Duration {
	t.Helper()
	begun := time.Now()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return time.Since(begun)
}

// killAfter kills a command after a while.
func killAfter(t *testing.T, command *exec.Cmd, wait time.Duration) {
	t.Helper()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(wait)
	_ = command.Process.Kill() // it may have ended by itself
	_ = command.Wait()
}

// killAtStep kills a command once it says that it is at a step, and tells whether it did.
func killAtStep(t *testing.T, command *exec.Cmd, step string) bool {
	t.Helper()
	said, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	found := false
	for lines := bufio.NewScanner(said); !found && lines.Scan(); {
		found = lines.Text() == step
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	return found
}

// stepsOf are the steps that a command says when it is left alone.
func stepsOf(t *testing.T, command *exec.Cmd) []string {
	t.Helper()
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return strings.Fields(said.String())
}

// someOf are so many of the steps, spread evenly; all where nothing is said.
func someOf(steps []string) []string {
	if *kills >= len(steps) || *kills <= 0 {
		return steps
	}
	var some []string
	for i := range *kills {
		some = append(some, steps[i*len(steps)/(*kills)])
	}
	return some
}

// TestAKilledBackupLeavesNothingHalfWritten: there is a whole backup or none, the registry
// is as it was, and another backup is made afterwards.
func TestAKilledBackupLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := ofToday(t, kind)
			folder := t.TempDir()
			before := digestIn(t, x.must("verify"))
			file, killed, whole := "", 0, 0
			begin := func() *exec.Cmd {
				file = filepath.Join(folder, fmt.Sprintf("copy%d.tar.gz", killed))
				killed++
				return x.child("backup", file, "--plain", "--keys", file+".keys", "--together", "--prove", "--verbose")
			}
			look := func() {
				t.Helper()
				if now := digestIn(t, x.must("verify")); now != before {
					t.Fatalf("kill %d: the registry has changed", killed)
				}
				if _, err := os.Stat(file); err == nil {
					whole++
					if out := x.must("restore", file, "--check", "--keys", file+".keys", "--synthetic"); digestIn(t, out) != before {
						t.Fatalf("kill %d: the backup is another registry:\n%s", killed, out)
					}
				}
			}
			took := undisturbed(t, begin())
			for range 2 {
				for i := range *kills {
					killAfter(t, begin(), took*time.Duration(i+1)/time.Duration(*kills))
					look()
				}
			}
			for _, step := range someOf(stepsOf(t, begin())) {
				if !killAtStep(t, begin(), step) {
					t.Errorf("it was never at %s", step)
				}
				look()
			}
			left := func() (files []string) {
				all, _ := os.ReadDir(folder)
				for _, file := range all {
					if strings.Contains(file.Name(), ".marquis-") {
						files = append(files, filepath.Join(folder, file.Name()))
					}
				}
				return files
			}
			for _, file := range left() { // a day passes
				if err := os.Chtimes(file, time.Now(), time.Now().Add(-24*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			x.must("backup", filepath.Join(folder, "after.tar.gz"), "--plain", "--keys", filepath.Join(folder, "after.keys"), "--together", "--prove")
			if files := left(); len(files) > 0 {
				t.Errorf("left: %v", files)
			}
			t.Logf("%d backups were killed or left alone, %d of them were whole", killed, whole)
		})
	}
}

// TestAKilledRestoreLeavesThePlaceWholeOrEmpty: what was restored is all of it, or it can
// be restored there again.
func TestAKilledRestoreLeavesThePlaceWholeOrEmpty(t *testing.T) {
	t.Parallel()
	source := ofToday(t, "sqlite")
	c := backUp(t, source)
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			killed, whole := 0, 0
			look := func(place upgraded) {
				t.Helper()
				killed++
				if code, out, _ := place.run("verify"); code == exitDone {
					whole++
					if digestIn(t, out) != c.digest {
						t.Fatalf("kill %d: half of it was restored:\n%s", killed, out)
					}
					return
				}
				if out := place.must(c.restoreArgs()...); digestIn(t, out) != c.digest {
					t.Fatalf("kill %d: restored again: %s", killed, out)
				}
			}
			args := append(c.restoreArgs(), "--verbose")
			took := undisturbed(t, emptyPlace(t, kind).child(args...))
			for range 2 {
				for i := range *kills {
					place := emptyPlace(t, kind)
					killAfter(t, place.child(args...), took*time.Duration(i+1)/time.Duration(*kills))
					look(place)
				}
			}
			for _, step := range someOf(stepsOf(t, emptyPlace(t, kind).child(args...))) {
				place := emptyPlace(t, kind)
				if !killAtStep(t, place.child(args...), step) {
					t.Errorf("it was never at %s", step)
				}
				look(place)
			}
			if now := digestIn(t, source.must("verify")); now != c.digest {
				t.Error("the source has changed")
			}
			t.Logf("%d restores were killed, %d of them were whole", killed, whole)
		})
	}
}

// TestWhatAProofShowsGoesWithIt: while it runs it has no copy of the key ring in any file
// and nothing beside the backup; what a process that was killed has left goes with the
// next backup at once; and one that is told to end, or whose terminal is gone, says that it
// was stopped and leaves nothing.
func TestWhatAProofShowsGoesWithIt(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	folder := t.TempDir()
	file := filepath.Join(folder, "copy")
	begin := func(more ...string) *exec.Cmd {
		return x.child(append([]string{"backup", file, "--plain", "--keys", file + ".keys", "--together", "--prove", "--verbose"}, more...)...)
	}
	proofs := func(in string) []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(in, ".marquis-proof-*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for _, scratch := range []string{x.environment["MARQUIS_DATA"], t.TempDir()} {
		look := func() {
			t.Helper()
			awaitProof(t, scratch)
			if found := proofs(folder); len(found) > 0 {
				t.Errorf("beside the backup: %v", found)
			}
			if keys, _ := filepath.Glob(filepath.Join(scratch, ".marquis-proof-*", "*keys*")); len(keys) > 0 {
				t.Errorf("the key ring lies there: %v", keys)
			}
		}
		killed := begin("--scratch", scratch)
		if err := killed.Start(); err != nil {
			t.Fatal(err)
		}
		look()
		other := filepath.Join(folder, "other")
		if code, _, said := newShell(t, "sqlite").run("backup", other, "--plain", "--prove", "--scratch", scratch); code != exitDone {
			t.Fatalf("beside it: exit %d, %s", code, said)
		}
		if len(proofs(scratch)) == 0 && killed.ProcessState == nil {
			if _, err := os.Stat(file); err != nil {
				t.Error("another backup has removed the proof of one that runs")
			}
		}
		_ = killed.Process.Kill()
		_ = killed.Wait()
		if len(proofs(scratch)) == 0 {
			t.Log("it was done before it was killed")
		}
		x.must("backup", filepath.Join(folder, "after"), "--plain", "--scratch", scratch, "--prove")
		if found := proofs(scratch); len(found) > 0 {
			t.Errorf("left: %v", found)
		}
		for _, done := range []string{file, file + ".keys", other, filepath.Join(folder, "after")} {
			_ = os.Remove(done)
		}
		for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP, os.Interrupt} {
			command := begin("--scratch", scratch)
			var said bytes.Buffer
			command.Stderr = &said
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			look()
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := command.Wait(); err == nil || command.ProcessState.ExitCode() != exitFailed || !strings.HasSuffix(said.String(), "marquis: stopped\n") {
				t.Errorf("%v: %v, %s", signal, err, said.String())
			}
			if found := proofs(scratch); len(found) > 0 {
				t.Errorf("%v: left: %v", signal, found)
			}
		}
	}
}

// TestARestoreThatIsToldToEndSaysSo, and the place stays empty.
func TestARestoreThatIsToldToEndSaysSo(t *testing.T) {
	t.Parallel()
	c := backUp(t, ofToday(t, "sqlite"))
	place := emptyPlace(t, "sqlite")
	command := place.child(c.restoreArgs()...)
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	awaitFile(t, filepath.Join(place.environment["MARQUIS_DATA"], ".restoring", "marquis.db"))
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err == nil || !strings.HasSuffix(said.String(), "marquis: stopped\n") {
		t.Errorf("%v, %s", err, said.String())
	}
	if out := place.must(c.restoreArgs()...); digestIn(t, out) != c.digest {
		t.Error("it is not restored afterwards")
	}
}

// TestACommandWhoseTerminalMayGoGoesOn, as under nohup.
func TestACommandWhoseTerminalMayGoGoesOn(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	plain := x.child("backup", filepath.Join(t.TempDir(), "copy"), "--plain", "--prove")
	command := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `trap "" HUP; exec "$0" "$@"`}, plain.Args...)...)
	command.Env = plain.Env
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	awaitProof(t, x.environment["MARQUIS_DATA"])
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}

// awaitProof waits until a proof has begun to restore.
func awaitProof(t *testing.T, scratch string) {
	t.Helper()
	awaitFile(t, filepath.Join(scratch, ".marquis-proof-*", "registry", ".restoring", "marquis.db"))
}

// awaitFile waits until there is a file that fits a pattern.
func awaitFile(t *testing.T, pattern string) {
	t.Helper()
	for range 30000 {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("there is no %s", pattern)
}
