package main

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"marquis/internal/credential"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// inOwnMounts runs a test again in a process that may mount file systems, which go
// with it: as root, or as one who is that in a namespace of its own. It tells whether
// this is that process.
func inOwnMounts(t *testing.T) bool {
	t.Helper()
	const mark = "MARQUIS_TEST_OWN_MOUNTS"
	if os.Getenv(mark) != "" {
		return true
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), mark+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		own := func(id int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: id, Size: 1}} }
		command.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings, command.SysProcAttr.GidMappings = own(os.Getuid()), own(os.Getgid())
	}
	out, err := command.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM), bytes.Contains(out, []byte(mayNotMount)):
		if os.Getenv("CI") != "" {
			t.Fatalf("no file system may be mounted here, and CI is set: %v\n%s", err, out)
		}
		t.Skipf("no file system may be mounted here: %v", err)
	case err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())):
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

const mayNotMount = "may not mount"

// disk is a small file system in memory, with a registry on it.
type disk struct {
	t    *testing.T
	at   string
	data string // folder of the registry
	code lab.LookupCode
	p    *served
}

// newDisk makes a file system of 24 MB with a registry of one released sample, whose
// code is known, and of a member of staff who is signed in.
func newDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{t: t, at: t.TempDir()}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatalf("%s: %v", mayNotMount, err)
	}
	if err := syscall.Mount("tmpfs", d.at, "tmpfs", 0, "size=24m"); err != nil {
		t.Fatalf("%s: %v", mayNotMount, err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(d.at, syscall.MNT_DETACH) })
	d.data = filepath.Join(d.at, "data")
	shell{t, []string{"--data", d.data}}.must("service", "add", "UTR", "Testservice Utrecht", "--without-second-factor")
	return d
}

const staffToken = "a token that a test has made up"

// start serves the registry. With its first start somebody registers a sample.
func (d *disk) start() {
	d.t.Helper()
	d.p = serve(d.t, map[string]string{"MARQUIS_DATA": d.data}, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
	if d.p.address == "" {
		d.t.Fatalf("exit code %d: %s", d.p.wait(d.t), d.p.stderr)
	}
}

func (d *disk) stop() {
	d.t.Helper()
	d.p.stop()
	if code := d.p.wait(d.t); code != exitDone {
		d.t.Errorf("exit code %d: %s", code, d.p.stderr)
	}
}

// begin signs somebody in and registers a sample, through the pages.
func (d *disk) begin() {
	d.t.Helper()
	s, err := store.Open(d.t.Context(), store.Config{Folder: d.data}, time.Now)
	if err != nil {
		d.t.Fatal(err)
	}
	defer s.Close()
	service, err := s.Service(d.t.Context(), lab.Operator("test"), "UTR")
	if err != nil {
		d.t.Fatal(err)
	}
	intake := storetest.Person(d.t, s, "intake", service.ID, lab.Intake)
	if err := storetest.StartSession(d.t.Context(), s, intake, credential.HashToken(staffToken), false); err != nil {
		d.t.Fatal(err)
	}
	_, slip := d.p.ask(d.t, http.MethodPost, d.p.newDraft(d.t), typedSample)
	d.code = codeOnSlip(d.t, slip)
}

// fill leaves no room on the disk, and gives it back.
func (d *disk) fill() (empty func()) {
	d.t.Helper()
	path := filepath.Join(d.at, "fill")
	f, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
	_ = f.Close()
	return func() {
		if err := os.Remove(path); err != nil {
			d.t.Fatal(err)
		}
	}
}

// readOnly lets nobody write to the file system any more, and lets them again.
func (d *disk) readOnly() (writable func()) {
	d.t.Helper()
	remount := func(flags uintptr) {
		if err := syscall.Mount("tmpfs", d.at, "tmpfs", syscall.MS_REMOUNT|flags, "size=24m"); err != nil {
			d.t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	return func() { remount(0) }
}

// wantReading asks for all that only reads.
func (d *disk) wantReading(when string) {
	d.t.Helper()
	for _, path := range []string{"/", "/figures", "/readyz", "/livez"} {
		if status, body := d.p.ask(d.t, http.MethodGet, path, ""); status != http.StatusOK {
			d.t.Errorf("%s: %s: status %d, %.200s", when, path, status, body)
		}
	}
	if status, body := lookUp(d.t, d.p, d.code.Print()); status != http.StatusOK || !strings.Contains(body, "etamine") {
		d.t.Errorf("%s: a look-up: status %d, %.200s", when, status, body)
	}
}

// wantUnsaved asks for what cannot be, and for who says so.
func (d *disk) wantUnsaved(when, why, sentence string) {
	d.t.Helper()
	if status, body := d.p.ask(d.t, http.MethodGet, "/readyz/write", ""); status != http.StatusServiceUnavailable || body != why+"\n" {
		d.t.Errorf("%s: /readyz/write: status %d, %q", when, status, body)
	}
	if text := body(d.t, d.p.metrics); !strings.Contains(text, "marquis_writable 0\n") || !strings.Contains(text, "marquis_database_up 1\n") {
		d.t.Errorf("%s: the metrics do not tell it", when)
	}
	if status, body := d.p.ask(d.t, http.MethodGet, "/counter/UTR?lang=en", ""); status != http.StatusOK || !strings.Contains(body, sentence) {
		d.t.Errorf("%s: the counter: status %d, without %q", when, status, sentence)
	}
	if status, body := d.p.ask(d.t, http.MethodPost, "/counter/UTR/new?lang=en", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, sentence) {
		d.t.Errorf("%s: a new draft: status %d, without %q", when, status, sentence)
	}
}

// wantSaving waits until something can be saved again, which is asked for by itself.
func (d *disk) wantSaving(when string) {
	d.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(500 * time.Millisecond) {
		status, body := d.p.ask(d.t, http.MethodGet, "/readyz/write", "")
		if status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("%s: after half a minute: status %d, %q", when, status, body)
		}
	}
	d.p.newDraft(d.t)
	if text := body(d.t, d.p.metrics); !strings.Contains(text, "marquis_writable 1\n") {
		d.t.Errorf("%s: the metrics do not tell it", when)
	}
	d.wantReading(when)
}

const (
	fullSays     = "Nothing can be saved just now: the disk is full."
	readOnlySays = "Nothing can be saved just now: the database can be read, but not written."
)

func TestAFullDiskStillAnswersVisitors(t *testing.T) {
	t.Parallel()
	if !inOwnMounts(t) {
		return
	}
	d := newDisk(t)
	d.start()
	d.begin()
	time.Sleep(10 * time.Second) // what was saved just now says that something can be
	empty := d.fill()
	d.wantUnsaved("while it runs", "the disk is full", fullSays)
	d.wantReading("while it runs")
	empty()
	d.wantSaving("while it runs")
	d.stop()

	empty = d.fill()
	d.start()
	d.wantReading("from the start")
	d.wantUnsaved("from the start", "the disk is full", fullSays)
	empty()
	d.wantSaving("from the start")
	d.stop()
	shell{t, []string{"--data", d.data}}.must("audit", "verify")
}

func TestAFileSystemThatCannotBeWrittenStillAnswersVisitors(t *testing.T) {
	t.Parallel()
	if !inOwnMounts(t) {
		return
	}
	d := newDisk(t)
	d.start()
	d.begin()
	d.stop()
	writable := d.readOnly()
	d.start()
	d.wantReading("from the start")
	d.wantUnsaved("from the start", "the database can only be read", readOnlySays)
	writable()
	d.wantSaving("from the start")
	d.leaveBehind()
	d.stop()

	writable = d.putBack("-wal", "-shm")
	d.start()
	d.wantReading("after a crash")
	d.wantUnsaved("after a crash", "the database can only be read", readOnlySays)
	writable()
	d.wantSaving("after a crash")
	d.stop()

	writable = d.putBack("-wal")
	d.p = serve(t, map[string]string{"MARQUIS_DATA": d.data}, "--listen", "127.0.0.1:0")
	if code := d.p.wait(t); code != exitFailed || !strings.Contains(d.p.stderr.String(), "marquis.db-wal holds what was saved last") {
		t.Errorf("what was saved last cannot be read: exit code %d: %s", code, d.p.stderr)
	}
	writable()
	shell{t, []string{"--data", d.data}}.must("audit", "verify")
}

// leaveBehind keeps the files as they lie while the program runs, with a draft that is
// in the second alone.
func (d *disk) leaveBehind() {
	d.t.Helper()
	d.p.newDraft(d.t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(filepath.Join(d.data, "marquis.db"+suffix))
		if err == nil {
			err = os.WriteFile(filepath.Join(d.at, "left"+suffix), data, 0o600)
		}
		if err != nil || suffix == "-wal" && len(data) == 0 {
			d.t.Fatalf("%d bytes of %q, %v", len(data), suffix, err)
		}
	}
}

// putBack puts some of these in the place of what is there, where nothing can be
// written then.
func (d *disk) putBack(suffixes ...string) (writable func()) {
	d.t.Helper()
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(d.data, "marquis.db"+suffix))
	}
	for _, suffix := range append(suffixes, "") {
		data, err := os.ReadFile(filepath.Join(d.at, "left"+suffix))
		if err == nil {
			err = os.WriteFile(filepath.Join(d.data, "marquis.db"+suffix), data, 0o600)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return d.readOnly()
}
