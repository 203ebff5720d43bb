package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// ofToday is the registry of before, brought up to date: one with a trail, results,
// codes, authenticators and a key ring.
func ofToday(t *testing.T, kind string) upgraded {
	t.Helper()
	x := copyOfBefore(t, kind)
	x.must("migrate")
	x.must("reclassify")                         // one result counts otherwise by the rules of today
	p := serveBy(t, sinceMade(0), x.environment) // takes the key ring
	p.end(t)
	return x
}

// emptyPlace is where a registry of the kind can be restored.
func emptyPlace(t *testing.T, kind string) upgraded {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "restored")
	x := upgraded{shell{t, []string{"--data", folder}}, map[string]string{"MARQUIS_DATA": folder}, nil}
	if kind == "postgres" {
		address := pgtest.Start(t).Database(t)
		x.where = append(x.where, "--database-url", address)
		x.environment["MARQUIS_DATABASE_URL"] = address
	}
	return x
}

// copies are the files of a backup.
type copies struct{ archive, keys, digest string }

var digestLine = regexp.MustCompile(`(?m)^digest ([0-9a-f]{64})$`)

func digestIn(t *testing.T, out string) string {
	t.Helper()
	m := digestLine.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no digest in\n%s", out)
	}
	return m[1]
}

// backUp makes a backup, as plain files.
func backUp(t *testing.T, x upgraded, more ...string) copies {
	t.Helper()
	folder := t.TempDir()
	c := copies{archive: filepath.Join(folder, "copy.tar.gz"), keys: filepath.Join(folder, "keys.json")}
	out := x.must(append([]string{"backup", c.archive, "--plain", "--keys", c.keys, "--together"}, more...)...)
	c.digest = digestIn(t, out)
	return c
}

func (c copies) restoreArgs() []string {
	return []string{"restore", c.archive, "--keys", c.keys, "--synthetic"}
}

var bothKinds = []string{"sqlite", "postgres"}

// TestABackupIsRestoredOnEitherDatabase: from each database to each, what was restored
// holds the same, codes open, and authenticators sign in.
func TestABackupIsRestoredOnEitherDatabase(t *testing.T) {
	t.Parallel()
	for _, from := range bothKinds {
		source := ofToday(t, from)
		c := backUp(t, source, "--prove")
		for _, to := range bothKinds {
			t.Run(from+" to "+to, func(t *testing.T) {
				x := emptyPlace(t, to)
				out := x.must(c.restoreArgs()...)
				if digestIn(t, out) != c.digest || !strings.Contains(out, "393 samples") || !strings.Contains(out, "series A") {
					t.Errorf("restore says: %s", out)
				}
				if again := backUp(t, x); again.digest != c.digest {
					t.Errorf("a backup of what was restored has the digest %s and not %s", again.digest, c.digest)
				}
				if out := x.must("verify"); digestIn(t, out) != c.digest || !strings.Contains(out, "20 of 245 codes") {
					t.Errorf("verify says: %s", out)
				}
				p := serveBy(t, sinceMade(1), x.environment)
				for _, code := range source.guide.Codes {
					if status, _ := lookUp(t, p, code.Code); status != http.StatusOK {
						t.Errorf("%s, %s: status %d", code.Number, code.State, status)
					}
				}
				if status := signIn(t, p.address, "verifier", sinceMade(1)()); status != http.StatusOK {
					t.Errorf("the verifier's records: status %d", status)
				}
				p.end(t)
			})
		}
	}
}

// TestABackupIsEncrypted: each file opens for its own reader, and for nobody else.
func TestABackupIsEncrypted(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	folder, keyFolder := t.TempDir(), t.TempDir()
	archiveOpens, keysOpen := identityFile(t), identityFile(t)
	out := x.must("backup", folder, "--recipient", archiveOpens.recipient, "--keys", keyFolder, "--keys-recipient", keysOpen.recipient, "--prove")
	if !strings.Contains(out, "proven: ") {
		t.Errorf("backup says: %s", out)
	}
	file, keys := only(t, folder), only(t, keyFolder)
	for path, secrets := range map[string][]string{file: {"UTR-2025-", "ketamine", "samples.csv"}, keys: {`"secret"`}} { // three letters alone come up by chance
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s can be read as it lies: %s", path, secret)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	place := emptyPlace(t, "sqlite")
	right := []string{"restore", file, "--synthetic", "--keys", keys, "--identity", archiveOpens.path, "--keys-identity", keysOpen.path}
	for name, wrong := range map[string][]string{
		"nobody":                  {"restore", file, "--synthetic", "--keys", keys},
		"the other identity":      {"restore", file, "--synthetic", "--keys", keys, "--identity", keysOpen.path, "--keys-identity", keysOpen.path},
		"nobody for the keys":     {"restore", file, "--synthetic", "--keys", keys, "--identity", archiveOpens.path},
		"the other for the keys":  {"restore", file, "--synthetic", "--keys", keys, "--identity", archiveOpens.path, "--keys-identity", archiveOpens.path},
		"an identity of no worth": {"restore", file, "--synthetic", "--keys", keys, "--identity", x.where[1] + "/keys.json", "--keys-identity", keysOpen.path},
	} {
		if code, _, said := place.run(wrong...); code != exitFailed || !strings.Contains(said, "identit") {
			t.Errorf("opened by %s: exit %d, %s", name, code, said)
		}
	}
	place.must(right...)
}

// only is the one file of a folder.
func only(t *testing.T, folder string) string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	return filepath.Join(folder, files[0].Name())
}

// identity is a file that opens what is encrypted for its recipient.
type identity struct{ path, recipient string }

func identityFile(t *testing.T) identity {
	t.Helper()
	made, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(path, []byte("# created by a test\n"+made.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return identity{path, made.Recipient().String()}
}

// TestABackupThatWouldBeNoneIsRefused: before anything is written.
func TestABackupThatWouldBeNoneIsRefused(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	folder := t.TempDir()
	there := filepath.Join(folder, "there.tar.gz")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := identityFile(t).recipient
	file := filepath.Join(folder, "new.tar.gz")
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"nobody can open it":            {[]string{file}, "--recipient"},
		"no recipient":                  {[]string{file, "--recipient", "anna"}, "age1"},
		"into the data folder":          {[]string{x.where[1] + "/new.tar.gz", "--plain"}, "data folder"},
		"the data folder":               {[]string{x.where[1], "--plain"}, "data folder"},
		"below the data folder":         {[]string{x.where[1] + "/reports/../new.tar.gz", "--plain"}, "data folder"},
		"the keys into the data folder": {[]string{file, "--plain", "--keys", x.where[1]}, "data folder"},
		"the keys beside it":            {[]string{file, "--plain", "--keys", filepath.Join(folder, "keys")}, "--together"},
		"one recipient for both":        {[]string{file, "--recipient", r, "--keys", t.TempDir(), "--keys-recipient", r}, "--keys-recipient"},
		"nobody opens the keys":         {[]string{file, "--recipient", r, "--keys", t.TempDir()}, "--keys-recipient"},
		"a reader of no keys":           {[]string{file, "--plain", "--keys-recipient", r}, "--keys FILE"},
		"keep in no folder":             {[]string{file, "--plain", "--prove", "--keep", "3"}, "folder"},
		"keep what is not proven":       {[]string{folder, "--plain", "--keep", "3"}, "--prove"},
		"scratch without a proof":       {[]string{file, "--plain", "--scratch", folder}, "--prove"},
		"over another file":             {[]string{there, "--plain"}, "already"},
		"into no folder":                {[]string{filepath.Join(folder, "none", "new.tar.gz"), "--plain"}, "none"},
		"into no folder for the keys":   {[]string{file, "--plain", "--keys", filepath.Join(t.TempDir(), "none", "keys")}, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, said := x.run(append([]string{"backup"}, test.args...)...)
			if code == exitDone || !strings.Contains(said, test.want) {
				t.Errorf("exit %d, %s", code, said)
			}
		})
	}
	if data, err := os.ReadFile(there); err != nil || string(data) != "mine" {
		t.Errorf("the file that was there holds %q, %v", data, err)
	}
	if left := only(t, folder); left != there {
		t.Errorf("left: %s", left)
	}
	if code, _, said := newShell(t, "sqlite").run("backup", file, "--plain", "--keys", t.TempDir()); code == exitDone || !strings.Contains(said, "key ring") {
		t.Errorf("without a ring: exit %d, %s", code, said)
	}
	nowhere := shell{t, []string{"--data", filepath.Join(folder, "nowhere")}}
	if code, _, said := nowhere.run("backup", file, "--plain"); code == exitDone || !strings.Contains(said, "no registry") {
		t.Errorf("of nothing: exit %d, %s", code, said)
	}
}

// TestTheRingOfAnotherRegistryIsNotBackedUp: a copy with it would open nothing.
func TestTheRingOfAnotherRegistryIsNotBackedUp(t *testing.T) {
	t.Parallel()
	x, other := ofToday(t, "sqlite"), ofToday(t, "postgres")
	exchange(t, other, x)
	code, _, said := x.run("backup", filepath.Join(t.TempDir(), "copy"), "--plain", "--keys", t.TempDir())
	if code != exitFailed || !strings.Contains(said, "does not belong") {
		t.Errorf("exit %d, %s", code, said)
	}
}

// exchange puts the key ring of one registry in the place of that of another.
func exchange(t *testing.T, from, to upgraded) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(from.environment["MARQUIS_DATA"], "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	folder := to.environment["MARQUIS_DATA"]
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "keys.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestABackupThatIsNoneIsNotRestored: it is refused before the first row, the place stays
// empty, and the right backup is restored there afterwards.
func TestABackupThatIsNoneIsNotRestored(t *testing.T) {
	t.Parallel()
	source, other := ofToday(t, "sqlite"), ofToday(t, "postgres")
	c, another := backUp(t, source), backUp(t, other)
	whole, err := os.ReadFile(c.archive)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	places := []upgraded{emptyPlace(t, "sqlite"), emptyPlace(t, "postgres")}
	changed := slices.Clone(whole)
	changed[len(changed)/2] ^= 1
	for name, test := range map[string]struct {
		c    copies
		more []string
		want string
	}{
		"torn":                  {copies{archive: file("torn", whole[:len(whole)-200]), keys: c.keys}, []string{"--synthetic"}, "torn"},
		"half":                  {copies{archive: file("half", whole[:len(whole)/2]), keys: c.keys}, []string{"--synthetic"}, "torn"},
		"changed by a byte":     {copies{archive: file("changed", changed), keys: c.keys}, []string{"--synthetic"}, "changed or damaged"},
		"nothing":               {copies{archive: file("empty", nil), keys: c.keys}, []string{"--synthetic"}, "torn"},
		"not there":             {copies{archive: "missing.tar.gz", keys: c.keys}, []string{"--synthetic"}, "missing.tar.gz"},
		"synthetic into real":   {c, nil, "--synthetic"},
		"another ring":          {copies{archive: c.archive, keys: another.keys}, []string{"--synthetic"}, "does not belong"},
		"a damaged ring":        {copies{archive: c.archive, keys: file("keys", []byte("{}"))}, []string{"--synthetic"}, "key ring"},
		"no ring":               {copies{archive: c.archive}, []string{"--synthetic"}, "--keys FILE"},
		"a series of before":    {c, []string{"--synthetic", "--series", "A1"}, "two such as AA"},
		"the archive as a ring": {copies{archive: c.archive, keys: c.archive}, []string{"--synthetic"}, "key ring"},
	} {
		for _, place := range places {
			args := append([]string{"restore", test.c.archive}, test.more...)
			if test.c.keys != "" {
				args = append(args, "--keys", test.c.keys)
			}
			if code, _, said := place.run(args...); code == exitDone || !strings.Contains(said, test.want) {
				t.Errorf("%s: exit %d, %s", name, code, said)
			}
		}
	}
	for _, place := range places {
		if out := place.must(c.restoreArgs()...); digestIn(t, out) != c.digest {
			t.Error("the right one is not restored afterwards")
		}
	}
}

// TestTheRingThatIsThereIsKept: the newest ring is the one of the machine, if that has
// survived.
func TestTheRingThatIsThereIsKept(t *testing.T) {
	t.Parallel()
	source, other := ofToday(t, "sqlite"), ofToday(t, "postgres")
	c := backUp(t, source)
	right, wrong := emptyPlace(t, "sqlite"), emptyPlace(t, "sqlite")
	exchange(t, source, right)
	exchange(t, other, wrong)
	right.must("restore", c.archive, "--synthetic")
	if code, _, said := wrong.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "does not belong") {
		t.Errorf("beside the ring of another registry: exit %d, %s", code, said)
	}
}

// TestALinkToNothingIsNoKeyRing: the disk with the ring is not mounted.
func TestALinkToNothingIsNoKeyRing(t *testing.T) {
	t.Parallel()
	c := backUp(t, ofToday(t, "sqlite"))
	place := emptyPlace(t, "sqlite")
	folder := place.environment["MARQUIS_DATA"]
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(t.TempDir(), "keys.json"), filepath.Join(folder, "keys.json")); err != nil {
		t.Fatal(err)
	}
	if code, _, said := place.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "link to nothing") {
		t.Errorf("exit %d, %s", code, said)
	}
	if code, _, _ := place.run("verify"); code == exitDone {
		t.Error("it is restored nevertheless")
	}
}

// TestARoleThatIsMissingIsToldBeforeTheRestore, which could not be typed again after it.
func TestARoleThatIsMissingIsToldBeforeTheRestore(t *testing.T) {
	t.Parallel()
	c := backUp(t, ofToday(t, "sqlite"))
	place := emptyPlace(t, "postgres")
	if code, _, said := place.run(append(c.restoreArgs(), "--grant", "nosuch")...); code != exitFailed || !strings.Contains(said, "there is no role") {
		t.Errorf("exit %d, %s", code, said)
	}
	place.must(c.restoreArgs()...)
}

// TestCodesThatLeadAstrayAreFound, as far as the registry can know.
func TestCodesThatLeadAstrayAreFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ statement, want string }{
		"another key":    {"UPDATE lookup_codes SET key_id = 'deadbeefdeadbeef'", "keys that the registry does not know"},
		"one sample":     {"UPDATE lookup_codes SET service_id = (SELECT service_id FROM samples LIMIT 1), sample_id = (SELECT id FROM samples LIMIT 1)", "no sample has two"},
		"no such sample": {"UPDATE lookup_codes SET service_id = 1, sample_id = '0195571e-1c00-7abc-8def-0123456789ab'", "lead to no sample"},
	} {
		x := ofToday(t, "sqlite")
		x.past(test.statement)
		if code, _, said := x.run("verify"); code != exitFailed || !strings.Contains(said, test.want) {
			t.Errorf("%s: exit %d, %s", name, code, said)
		}
		if code, _, said := x.run("backup", filepath.Join(t.TempDir(), "copy"), "--plain", "--prove"); code != exitFailed || !strings.Contains(said, "cannot be proven") {
			t.Errorf("%s: a proof: exit %d, %s", name, code, said)
		}
	}
}

// TestATextThatPostgreSQLTakesNotIsFound in a SQLite file past which it was written, before
// somebody needs the backup; and refused before the first row is restored, on either
// database.
func TestATextThatPostgreSQLTakesNotIsFound(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	x.past("UPDATE samples SET notes = 'smells' || char(0) || 'odd' WHERE number_running = 1 AND service_id = 1")
	x.past("UPDATE locations SET name = CAST(x'636166e9' AS text) WHERE id = 1")
	for _, want := range []string{`locations, row 1 (id "1", service_id "1"), name`, "samples, row ", "), notes", "texts hold U+0000"} {
		if code, _, said := x.run("verify"); code != exitFailed || !strings.Contains(said, want) {
			t.Errorf("verify: exit %d, %s, and not %s", code, said, want)
		}
	}
	if code, _, said := x.run("backup", filepath.Join(t.TempDir(), "copy"), "--plain", "--prove"); code != exitFailed || !strings.Contains(said, "table locations, row 1, name: ") {
		t.Errorf("a proof: exit %d, %s", code, said)
	}
	folder := t.TempDir()
	c := copies{archive: filepath.Join(folder, "copy.tar.gz"), keys: filepath.Join(folder, "keys.json")}
	code, out, said := x.run("backup", c.archive, "--plain", "--keys", c.keys, "--together")
	if c.digest = digestIn(t, out); code != exitFailed || !strings.Contains(said, "cannot be restored") || !strings.Contains(said, `locations, row 1 (id "1", service_id "1"), name`) {
		t.Errorf("written by hand: exit %d, %s", code, said)
	}
	var noted int
	if x.one("SELECT count(*) FROM backups", &noted); noted != 0 {
		t.Errorf("%d backups are noted", noted)
	}
	for _, kind := range bothKinds {
		place := emptyPlace(t, kind)
		if code, _, said := place.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "table locations, row 1, name: it holds U+0000 or is not UTF-8") {
			t.Errorf("restore to %s: exit %d, %s", kind, code, said)
		}
		if _, err := os.Stat(filepath.Join(place.environment["MARQUIS_DATA"], "keys.json")); err == nil {
			t.Errorf("restore to %s: the key ring was put there", kind)
		}
	}
}

// past runs a statement on the SQLite file past the program.
func (x upgraded) past(statement string) {
	x.t.Helper()
	pool := storetest.Pool(x.t, x.config())
	_, err := pool.ExecContext(x.t.Context(), statement)
	if err := errors.Join(err, pool.Close()); err != nil {
		x.t.Fatal(err)
	}
}

// TestOnlyAnEmptyPlaceIsFilled: nothing is ever written over.
func TestOnlyAnEmptyPlaceIsFilled(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := ofToday(t, kind)
			c := backUp(t, x)
			before := digestIn(t, x.must("verify"))
			place := emptyPlace(t, kind)
			if kind == "sqlite" {
				place.must("service", "list") // makes an empty registry
			} else {
				place.must("migrate")
			}
			for name, sh := range map[string]shell{"itself": x.shell, "another": place.shell} {
				if code, _, said := sh.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "already") {
					t.Errorf("over %s: exit %d, %s", name, code, said)
				}
			}
			if after := digestIn(t, x.must("verify")); after != before {
				t.Error("the registry has changed")
			}
		})
	}
}

// TestARestoreWhileTheServerRunsIsRefused: it has a registry at the place.
func TestARestoreWhileTheServerRunsIsRefused(t *testing.T) {
	t.Parallel()
	source := ofToday(t, "sqlite")
	c := backUp(t, source)
	p := serveBy(t, sinceMade(1), source.environment)
	defer p.end(t)
	if code, _, said := source.run(c.restoreArgs()...); code != exitFailed || !strings.Contains(said, "stop the server") {
		t.Errorf("exit %d, %s", code, said)
	}
	if status, _ := lookUp(t, p, source.guide.Codes[0].Code); status != http.StatusOK {
		t.Errorf("the server answers %d", status)
	}
}

// TestNumbersAreNeverGivenTwice: what was registered after the backup has its numbers
// still, on labels and slips.
func TestNumbersAreNeverGivenTwice(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := emptyRegistry(t, kind)
			x.register("KIL-2024-00001")
			c := backUp(t, x)
			x.register("KIL-2024-00002") // and is lost with the disk
			restored := emptyPlace(t, kind)
			restored.must("restore", c.archive, "--keys", c.keys)
			restored.register("KIL-2024-A00001")
			restored.register("KIL-2024-A00002")
			again := backUp(t, restored)
			second := emptyPlace(t, kind)
			second.must("restore", again.archive, "--keys", again.keys)
			second.register("KIL-2024-B00001")
			// The first backup once more: its next series was used.
			third := emptyPlace(t, kind)
			if code, _, said := third.run("restore", again.archive, "--keys", again.keys, "--series", "A"); code == exitDone || !strings.Contains(said, "given already") {
				t.Errorf("series A again: exit %d, %s", code, said)
			}
			third.must("restore", c.archive, "--keys", c.keys, "--series", "Z")
			third.register("KIL-2024-Z00001")
			// After Z letters go on: what is proven can be restored.
			last := backUp(t, third, "--prove")
			fourth := emptyPlace(t, kind)
			if out := fourth.must("restore", last.archive, "--keys", last.keys); !strings.Contains(out, "series AA") {
				t.Errorf("restore says: %s", out)
			}
			fourth.register("KIL-2024-AA00001")
		})
	}
}

// emptyRegistry has a key ring and no sample.
func emptyRegistry(t *testing.T, kind string) upgraded {
	t.Helper()
	x := emptyPlace(t, kind)
	if kind == "postgres" {
		x.must("migrate")
		if err := os.MkdirAll(x.environment["MARQUIS_DATA"], 0o700); err != nil { // where its key ring is
			t.Fatal(err)
		}
	}
	p := serveBy(t, time.Now, x.environment)
	p.end(t)
	return x
}

// register imports one more sample, which must get the number.
func (x upgraded) register(want string) {
	x.t.Helper()
	mapping, data := killFiles(x.t, 1)
	text, err := os.ReadFile(data)
	if err != nil {
		x.t.Fatal(err)
	}
	one := strings.ReplaceAll(string(text), "K000000", strings.ReplaceAll(want, "-", ""))
	if err := os.WriteFile(data, []byte(one), 0o600); err != nil {
		x.t.Fatal(err)
	}
	x.must("import", "--profile", mapping, data)
	number, err := lab.ParseSampleNumber(want)
	if err != nil {
		x.t.Fatal(err)
	}
	s, err := store.Open(x.t.Context(), x.config(), time.Now)
	if err != nil {
		x.t.Fatal(err)
	}
	defer s.Close()
	sees := lab.Actor{Kind: lab.KindUser, UserID: 1, Name: "test", Memberships: []lab.Membership{{Role: lab.Coordinator}}}
	if _, err := s.FindSample(x.t.Context(), sees, number); err != nil {
		x.t.Fatalf("%s: %v", want, err)
	}
}

// TestTwoBackupsAtOnce: one is made, the other is told to wait.
func TestTwoBackupsAtOnce(t *testing.T) {
	t.Parallel()
	for _, kind := range bothKinds {
		t.Run(kind, func(t *testing.T) {
			x := ofToday(t, kind)
			folder := t.TempDir()
			type outcome struct {
				code int
				said string
			}
			outcomes := make(chan outcome, 8)
			for i := range cap(outcomes) {
				go func() {
					code, _, said := x.run("backup", filepath.Join(folder, fmt.Sprint(i)), "--plain", "--prove")
					outcomes <- outcome{code, said}
				}()
			}
			done := 0
			for range cap(outcomes) {
				if o := <-outcomes; o.code == exitDone {
					done++
				} else if !strings.Contains(o.said, "another backup of this registry is being made") {
					t.Errorf("exit %d, %s", o.code, o.said)
				}
			}
			files, err := os.ReadDir(folder)
			if err != nil || done == 0 || len(files) != done {
				t.Errorf("%d were made, and %d files lie there: %v", done, len(files), err)
			}
			x.must("backup", filepath.Join(folder, "after"), "--plain")
		})
	}
}

// TestOldBackupsGoOnceANewerOneIsProven, and nothing else goes: neither what is no backup
// or is being written, nor the one just made where an older one says that it is newer.
func TestOldBackupsGoOnceANewerOneIsProven(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	folder, keys := t.TempDir(), t.TempDir()
	old := []string{"marquis-20260101T000000Z.tar.gz.age", "marquis-20260102T000000Z.tar.gz"}
	stay := []string{"marquis-20990101T000000Z.tar.gz.age", "marquis-20260103T000000Z.tar.gz.age.marquis-part", "marquis-notes.txt", "other.tar.gz"}
	for _, name := range slices.Concat(old, stay) {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made := filepath.Base(strings.SplitN(x.must("backup", folder, "--plain", "--keys", keys, "--prove", "--keep", "2"), ":", 2)[0])
	files, err := os.ReadDir(folder)
	var left []string
	for _, f := range files {
		left = append(left, f.Name())
	}
	want := append(stay, made)
	slices.Sort(want)
	if err != nil || !slices.Equal(left, want) {
		t.Errorf("left: %v, %v\nwant: %v", left, err, want)
	}
	only(t, keys)
}

// TestABackupCarriesNoDamagedIndex: the row of a code is right and its entry in the index
// is not, so that the code opens nothing and an export would have the wrong hash.
func TestABackupCarriesNoDamagedIndex(t *testing.T) {
	t.Parallel()
	x := ofToday(t, "sqlite")
	x.past("PRAGMA wal_checkpoint(TRUNCATE)")
	path := filepath.Join(x.environment["MARQUIS_DATA"], store.SQLiteFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var hash string
	x.one("SELECT code_hash FROM lookup_codes ORDER BY code_hash LIMIT 1", &hash)
	var root, size int
	x.one("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_lookup_codes_1'", &root)
	x.one("PRAGMA page_size", &size)
	changed := 0
	for at := 0; ; at++ { // in pages of an index, whose kind is 2 or 10, and not of the table
		next := bytes.Index(data[at:], []byte(hash))
		if next < 0 {
			break
		}
		at += next
		if kind := data[at/size*size]; kind == 2 || kind == 10 {
			data[at+len(hash)-1] ^= 1
			changed++
		}
	}
	if changed == 0 {
		t.Fatalf("no index (root %d) holds %s", root, hash)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, args := range map[string][]string{"verify": {"verify"}, "backup": {"backup", filepath.Join(folder, "copy"), "--plain", "--prove"}} {
		if code, _, said := x.run(args...); code != exitFailed || !strings.Contains(said, "index") || !strings.Contains(said, "REINDEX") {
			t.Errorf("%s: exit %d, %s", name, code, said)
		}
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("left: %v, %v", files, err)
	}
	x.past("REINDEX")
	x.must("backup", filepath.Join(folder, "copy"), "--plain", "--prove")
}

// one reads a value from the SQLite file past the program.
func (x upgraded) one(query string, into any) {
	x.t.Helper()
	pool := storetest.Pool(x.t, x.config())
	err := pool.QueryRowContext(x.t.Context(), query).Scan(into)
	if err := errors.Join(err, pool.Close()); err != nil {
		x.t.Fatal(err)
	}
}

// TestAPipeIsNoBackup: it could not be read twice.
func TestAPipeIsNoBackup(t *testing.T) {
	t.Parallel()
	c := backUp(t, ofToday(t, "sqlite"))
	place := emptyPlace(t, "sqlite")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	pipe := fmt.Sprintf("/dev/fd/%d", r.Fd())
	for _, args := range [][]string{{"restore", pipe, "--keys", c.keys, "--synthetic"}, {"restore", c.archive, "--keys", pipe, "--synthetic"}} {
		if code, _, said := place.run(args...); code != exitFailed || !strings.Contains(said, "give a file, not a pipe") {
			t.Errorf("%v: exit %d, %s", args, code, said)
		}
	}
}

// TestTwoRegistriesToOneName: one has the name, and the other is told so.
func TestTwoRegistriesToOneName(t *testing.T) {
	t.Parallel()
	list := []upgraded{ofToday(t, "sqlite"), ofToday(t, "sqlite")}
	list[1].past("UPDATE samples SET notes = 'another'")
	file := filepath.Join(t.TempDir(), "copy")
	type outcome struct {
		code      int
		out, said string
	}
	outcomes := make(chan outcome, len(list))
	for _, x := range list {
		go func() {
			code, out, said := x.run("backup", file, "--plain")
			outcomes <- outcome{code, out, said}
		}()
	}
	done := 0
	for range list {
		switch o := <-outcomes; {
		case o.code == exitDone:
			done++
			if out := emptyPlace(t, "sqlite").must("restore", file, "--synthetic", "--without-keys"); digestIn(t, out) != digestIn(t, o.out) {
				t.Error("the file is that of the other")
			}
		case !strings.Contains(o.said, "already"):
			t.Errorf("exit %d, %s", o.code, o.said)
		}
	}
	if done != 1 {
		t.Errorf("%d were made", done)
	}
	only(t, filepath.Dir(file))
}
