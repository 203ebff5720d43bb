package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// smallDisk is a file system in memory of so many kilobytes.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	at := t.TempDir()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatalf("%s: %v", mayNotMount, err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("%s: %v", mayNotMount, err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
	return at
}

// TestAFullDiskTakesNoBackupAndNoRestore: each says so, and leaves nothing behind.
func TestAFullDiskTakesNoBackupAndNoRestore(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	x := ofToday(t, "sqlite")
	c := backUp(t, x)
	info, err := os.Stat(c.archive)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		size string
		args []string
		want string
	}{
		"no room for the backup":     {"64k", []string{"--plain"}, "no space left"},
		"no room for the largest":    {"300k", []string{"--plain"}, "no space left"},
		"no room for the proof":      {"2m", []string{"--plain", "--prove", "--scratch", "@"}, "--scratch FOLDER"},
		"no room for the key ring's": {"64k", []string{"--plain", "--keys", "@keys", "--together"}, "no space left"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := smallDisk(t, test.size)
			args := []string{"backup", filepath.Join(disk, "copy.tar.gz")}
			for _, arg := range test.args {
				args = append(args, strings.Replace(arg, "@", disk+"/", 1))
			}
			if code, _, said := x.run(args...); code != exitFailed || !strings.Contains(said, test.want) || strings.Contains(said, "not available") || strings.Contains(said, "torn") {
				t.Errorf("exit %d, %s", code, said)
			}
			if left, _ := os.ReadDir(disk); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
	disk := smallDisk(t, "8m")
	place := upgraded{shell{t, []string{"--data", filepath.Join(disk, "data")}}, nil, nil}
	if code, _, said := place.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "not enough room") {
		t.Errorf("a restore of %d bytes: exit %d, %s", info.Size(), code, said)
	}
	if left, _ := os.ReadDir(disk); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestADiskThatFillsUpDuringARestoreLeavesThePlaceEmpty: others may write there too.
func TestADiskThatFillsUpDuringARestoreLeavesThePlaceEmpty(t *testing.T) {
	if !inOwnMounts(t) {
		return
	}
	c := backUp(t, ofToday(t, "sqlite"))
	disk := smallDisk(t, "32m")
	place := upgraded{shell{t, []string{"--data", filepath.Join(disk, "data")}}, nil, nil}
	command := place.child(append(c.restoreArgs(), "--verbose")...)
	ballast := make([]byte, 1<<20)
	_, _ = rand.Read(ballast)
	filled := make(chan error, 1)
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(disk, "data", ".restoring")); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		file, err := os.Create(filepath.Join(disk, "ballast"))
		for err == nil {
			_, err = file.Write(ballast)
		}
		_ = file.Close()
		filled <- err
	}()
	out, err := command.CombinedOutput()
	if full := <-filled; !errors.Is(full, syscall.ENOSPC) {
		t.Fatal(full)
	}
	if err == nil {
		t.Fatalf("it was done before the disk was full: %s", out)
	}
	if !strings.Contains(string(out), "full") && !strings.Contains(string(out), "no space") {
		t.Errorf("it says: %s", out)
	}
	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	if out := place.must(c.restoreArgs()...); digestIn(t, out) != c.digest {
		t.Error("it is not restored afterwards")
	}
}

// TestABackupIsMadeWhileOthersWork: what is registered meanwhile is in it whole or not at
// all, and nobody waits for it.
func TestABackupIsMadeWhileOthersWork(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := ofToday(t, kind)
			found := &promised{codes: map[string]string{}}
			at, kill := x.killable("127.0.0.1:0")
			defer kill()
			counter := []*worker{newWorker(t, at, "intake", found), newWorker(t, at, "intake", found)}
			stop, ended := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(ended)
				for i := 0; ; i++ {
					counter[i%2].register()
					select {
					case <-stop:
						return
					default:
					}
				}
			}()
			folder := t.TempDir()
			for i := range 3 {
				file := filepath.Join(folder, string(rune('a'+i)))
				var before []string
				found.note(func() {
					for number := range found.codes {
						before = append(before, number)
					}
				})
				x.must("backup", file, "--plain", "--keys", file+".keys", "--together", "--prove")
				place := emptyPlace(t, "sqlite")
				place.must("restore", file, "--keys", file+".keys", "--synthetic")
				place.has(before)
			}
			close(stop)
			<-ended
			if len(found.codes) < 5 {
				t.Errorf("only %d samples were registered meanwhile", len(found.codes))
			}
			t.Logf("%d samples were registered meanwhile", len(found.codes))
		})
	}
}

// has fails the test unless samples with the numbers are there.
func (x upgraded) has(numbers []string) {
	x.t.Helper()
	s, err := store.Open(x.t.Context(), x.config(), time.Now)
	if err != nil {
		x.t.Fatal(err)
	}
	defer s.Close()
	sees := lab.Actor{Kind: lab.KindUser, UserID: 1, Name: "test", Memberships: []lab.Membership{{Role: lab.Coordinator}}}
	for _, text := range numbers {
		number, err := lab.ParseSampleNumber(text)
		if err == nil {
			_, err = s.FindSample(x.t.Context(), sees, number)
		}
		if err != nil {
			x.t.Errorf("%s, which was there before the backup: %v", text, err)
		}
	}
}
