package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/archive"
	"marquis/internal/lab"
)

// table is a table in memory.
type table struct {
	name    string
	columns []string
	rows    [][]*string
}

func text(s string) *string { return &s }

// two are two tables with what is hard to write.
var two = []table{
	{"places", []string{"id", "name"}, [][]*string{{text("1"), text("Utrecht, centre")}, {text("2"), text(`the "tent"`)}}},
	{"notes", []string{"id", "note", "on"}, [][]*string{
		{text("1"), text(""), nil},
		{text("2"), text(`\N`), text("2026-11-28")},
		{text("3"), text("one\r\ntwo\nthree\rfour"), nil},
		{text("4"), text("µg – ø \\"), nil},
	}},
}

// write writes tables into an archive, encrypted where somebody is named.
func write(t testing.TB, tables []table, to ...archive.Recipient) ([]byte, archive.Manifest) {
	t.Helper()
	var out bytes.Buffer
	sealed, err := archive.Seal(&out, to...)
	noError(t, err)
	w := archive.NewWriter(sealed, t.TempDir())
	for _, x := range tables {
		noError(t, w.Table(x.name, x.columns, func(row func([]*string) error) error {
			for _, values := range x.rows {
				if err := row(values); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	m, err := w.Close(archive.Manifest{Program: "test", Schema: 14, Ring: archive.RingOf(lab.RingPrint{})})
	noError(t, err)
	noError(t, sealed.Close())
	return out.Bytes(), m
}

// read reads an archive.
func read(data []byte, identities ...archive.Identity) (tables []table, m archive.Manifest, err error) {
	in, err := archive.Unseal(bytes.NewReader(data), identities...)
	if err != nil {
		return nil, m, err
	}
	m, err = archive.Read(in, func(name string, columns []string, rows iter.Seq2[[]*string, error]) error {
		x := table{name: name, columns: columns}
		for row, err := range rows {
			if err != nil {
				return err
			}
			kept := make([]*string, len(row))
			for i, v := range row {
				if v != nil {
					kept[i] = text(strings.Clone(*v))
				}
			}
			x.rows = append(x.rows, kept)
		}
		tables = append(tables, x)
		return nil
	})
	return tables, m, err
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shown writes tables so that they can be compared.
func shown(tables []table) string {
	var b strings.Builder
	for _, x := range tables {
		fmt.Fprintf(&b, "%s %q\n", x.name, x.columns)
		for _, row := range x.rows {
			for _, v := range row {
				if v == nil {
					b.WriteString(" NULL")
				} else {
					fmt.Fprintf(&b, " %q", *v)
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TestAnArchiveIsATarOfTables holds the form by hand: whoever has lost this program can
// still read what it wrote.
func TestAnArchiveIsATarOfTables(t *testing.T) {
	data, m := write(t, two)
	want := []struct{ name, text string }{
		{"places.csv", "id,name\n1,\"Utrecht, centre\"\n2,\"the \"\"tent\"\"\"\n"},
		{"notes.csv", "id,note,on\n1,,\\N\n2,\"\\N\",2026-11-28\n3,\"one\r\ntwo\nthree\rfour\",\\N\n4,µg – ø \\,\\N\n"},
	}
	zip, err := gzip.NewReader(bytes.NewReader(data))
	noError(t, err)
	files, sums := tar.NewReader(zip), ""
	for _, file := range want {
		header, err := files.Next()
		noError(t, err)
		got, err := io.ReadAll(files)
		noError(t, err)
		if header.Name != file.name || string(got) != file.text || !header.ModTime.IsZero() && header.ModTime.Unix() != 0 || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s, of %v by %d %q, holds\n%q\nwant %s with\n%q", header.Name, header.ModTime, header.Uid, header.Uname, got, file.name, file.text)
		}
		sum := sha256.Sum256([]byte(file.text))
		sums += hex.EncodeToString(sum[:]) + "  " + file.name + "\n" // as sha256sum prints it
	}
	header, err := files.Next()
	if err != nil || header.Name != "manifest.json" {
		t.Fatalf("the last file is %v, %v", header, err)
	}
	if digest := sha256.Sum256([]byte(sums)); m.Digest != hex.EncodeToString(digest[:]) {
		t.Errorf("the digest is %s, and by hand %x", m.Digest, digest)
	}
}

func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	data, wrote := write(t, two)
	got, m, err := read(data)
	noError(t, err)
	if shown(got) != shown(two) || m.Digest != wrote.Digest || m.Schema != 14 {
		t.Errorf("read\n%swrote\n%s%+v\n%+v", shown(got), shown(two), m, wrote)
	}
}

func TestEveryTextIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(rt, "width")
		value := rapid.OneOf(
			rapid.Just[*string](nil), rapid.Map(rapid.String(), func(s string) *string { return text(strings.ReplaceAll(s, "\x00", "")) }),
			rapid.Map(rapid.StringMatching(`[\\N",\r\n a]{0,6}`), text),
		)
		x := table{name: "any", columns: []string{"a", "b", "c", "d"}[:width]}
		for range rapid.IntRange(0, 5).Draw(rt, "rows") {
			row := make([]*string, width)
			for i := range row {
				row[i] = value.Draw(rt, "value")
			}
			x.rows = append(x.rows, row)
		}
		data, _ := write(t, []table{x})
		got, _, err := read(data)
		if err != nil || shown(got) != shown([]table{x}) {
			rt.Fatalf("%v\nread\n%swrote\n%s", err, shown(got), shown([]table{x}))
		}
	})
}

// TestTheDigestIsOfTheContent: it depends neither on who can open an archive nor on the
// manifest.
func TestTheDigestIsOfTheContent(t *testing.T) {
	recipient, _, err := archive.Passing()
	noError(t, err)
	_, open := write(t, two)
	_, sealed := write(t, two, recipient)
	other := two[1]
	other.rows = other.rows[1:]
	_, less := write(t, []table{two[0], other})
	digester := archive.NewDigester()
	for _, x := range two {
		noError(t, digester.Table(x.name, x.columns, func(row func([]*string) error) error {
			for _, values := range x.rows {
				noError(t, row(values))
			}
			return nil
		}))
	}
	if open.Digest != sealed.Digest || open.Digest != digester.Digest() || open.Digest == less.Digest {
		t.Errorf("%s, encrypted %s, digested %s, with a row less %s", open.Digest, sealed.Digest, digester.Digest(), less.Digest)
	}
}

func TestOnlyItsReaderOpensAnArchive(t *testing.T) {
	recipient, identity, err := archive.Passing()
	noError(t, err)
	_, other, err := archive.Passing()
	noError(t, err)
	data, _ := write(t, two, recipient)
	if bytes.Contains(data, []byte("Utrecht")) {
		t.Error("it can be read as it lies")
	}
	if got, _, err := read(data, identity); err != nil || shown(got) != shown(two) {
		t.Errorf("its reader: %v\n%s", err, shown(got))
	}
	for name, identities := range map[string][]archive.Identity{"nobody": nil, "another": {other}} {
		if _, _, err := read(data, identities...); !errors.Is(err, archive.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACutArchiveIsRefused cuts an archive off after each of its bytes.
func TestACutArchiveIsRefused(t *testing.T) {
	eachForm(t, func(t *testing.T, data []byte, identity archive.Identity) {
		for n := range data {
			_, _, err := read(data[:n], identity)
			if !errors.Is(err, archive.ErrTorn) && !errors.Is(err, archive.ErrChanged) {
				t.Fatalf("cut after %d of %d bytes: %v", n, len(data), err)
			}
		}
	})
}

// TestAChangedArchiveIsRefused changes each byte of an archive. Some bits of a compressed
// file mean nothing: then what is read is what was written.
func TestAChangedArchiveIsRefused(t *testing.T) {
	eachForm(t, func(t *testing.T, data []byte, identity archive.Identity) {
		same := 0
		for i := range data {
			for _, bit := range []byte{1, 0x80} {
				changed := bytes.Clone(data)
				changed[i] ^= bit
				got, _, err := read(changed, identity)
				if err == nil && shown(got) == shown(two) {
					same++
				} else if err != nil && !slices.ContainsFunc(advised, func(why error) bool { return errors.Is(err, why) }) {
					t.Fatalf("with bit %x of byte %d of %d changed it says only: %v", bit, i, len(data), err)
				} else if err == nil {
					t.Fatalf("with bit %x of byte %d of %d changed it is read as\n%s", bit, i, len(data), shown(got))
				}
			}
		}
		if same > 20 {
			t.Errorf("%d changes are not seen", same)
		}
	})
}

// advised are the errors that say what to do.
var advised = []error{archive.ErrTorn, archive.ErrChanged, archive.ErrNewer, archive.ErrSealed, archive.ErrForeign, archive.ErrText}

// TestWhoTakesATableSaysWhatFailedThere: a connection to a database that breaks is no end
// of the archive, and an end of the archive no connection that breaks.
func TestWhoTakesATableSaysWhatFailedThere(t *testing.T) {
	data, _ := write(t, two)
	broken := fmt.Errorf("insert: %w", io.ErrUnexpectedEOF)
	_, err := archive.Read(bytes.NewReader(data), func(string, []string, iter.Seq2[[]*string, error]) error { return broken })
	if !errors.Is(err, broken) || errors.Is(err, archive.ErrTorn) {
		t.Errorf("a connection that broke: %v", err)
	}
	if _, _, err := read(data[:len(data)/2]); !errors.Is(err, archive.ErrTorn) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an archive that was cut: %v", err)
	}
}

func eachForm(t *testing.T, test func(t *testing.T, data []byte, identity archive.Identity)) {
	t.Helper()
	recipient, identity, err := archive.Passing()
	noError(t, err)
	open, _ := write(t, two)
	sealed, _ := write(t, two, recipient)
	t.Run("open", func(t *testing.T) { test(t, open, identity) })
	t.Run("encrypted", func(t *testing.T) { test(t, sealed, identity) })
}

// forge writes an archive by hand.
func forge(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for i := 0; i < len(files); i += 2 {
		noError(t, w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600}))
		_, err := io.WriteString(w, files[i+1])
		noError(t, err)
	}
	noError(t, errors.Join(w.Close(), zip.Close()))
	return out.Bytes()
}

func TestWhatIsNoArchiveIsRefused(t *testing.T) {
	empty, err := lab.CanonicalJSON(archive.Manifest{Format: 1, Digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})
	noError(t, err)
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":               {nil, archive.ErrTorn},
		"a text":                {[]byte("id,name\n1,Utrecht\n2,Breda\n"), archive.ErrChanged},
		"a tar of other files":  {forge(t, "readme.txt", "hello"), archive.ErrForeign},
		"a tar without an end":  {forge(t, "places.csv", "id\n1\n"), archive.ErrTorn},
		"from a newer program":  {forge(t, "manifest.json", `{"format":2,"program":"marquis 9"}`), archive.ErrNewer},
		"a manifest of nothing": {forge(t, "manifest.json", "{}"), archive.ErrChanged},
		"of a form of nobody":   {forge(t, "manifest.json", strings.Replace(empty, `"format":1`, `"format":0`, 1)), archive.ErrChanged},
		"a manifest with more":  {forge(t, "manifest.json", strings.Replace(empty, "{", `{"also":1,`, 1)), archive.ErrChanged},
		"a table too many":      {forge(t, "places.csv", "id\n1\n", "manifest.json", empty), archive.ErrChanged},
		"a file after its end":  {forge(t, "manifest.json", empty, "places.csv", "id\n1\n"), archive.ErrChanged},
		"a row too short":       {forge(t, "places.csv", "id,name\n1\n", "manifest.json", empty), archive.ErrChanged},
		"a row too long":        {forge(t, "places.csv", "id\n1,2\n", "manifest.json", empty), archive.ErrChanged},
		"a quote in the middle": {forge(t, "places.csv", "id\na\"b\n", "manifest.json", empty), archive.ErrChanged},
		"a table cut off":       {forge(t, "places.csv", "id\n1", "manifest.json", empty), archive.ErrChanged},
		"a head without end":    {forge(t, "places.csv", strings.Repeat("a", 1<<20)), archive.ErrChanged},
		"a value without end":   {forge(t, "places.csv", "id\n"+strings.Repeat("a", 65<<20)), archive.ErrChanged},
		"quotes without end":    {forge(t, "places.csv", "id\n\""+strings.Repeat("a", 65<<20)), archive.ErrChanged},
		"a table of nothing":    {forge(t, "places.csv", "", "manifest.json", empty), archive.ErrChanged},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := read(test.data); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// TestATextThatNotEveryDatabaseKeepsIsRefused, by its table, row and column.
func TestATextThatNotEveryDatabaseKeepsIsRefused(t *testing.T) {
	for name, bad := range map[string]string{"a NUL": "odd\x00smell", "only a NUL": "\x00", "no UTF-8": "caf\xe9", "half a letter": "\xc3", "a surrogate": "\xed\xa0\x80"} {
		t.Run(name, func(t *testing.T) {
			data, _ := write(t, []table{{"notes", []string{"id", "note"}, [][]*string{{text("1"), text("ketamine �")}, {text("2"), text(bad)}}}})
			if _, _, err := read(data); !errors.Is(err, archive.ErrText) || !strings.Contains(err.Error(), "table notes, row 2, note: ") {
				t.Errorf("read: %v", err)
			}
			if _, err := archive.Read(bytes.NewReader(data), nil); !errors.Is(err, archive.ErrText) {
				t.Errorf("read over: %v", err)
			}
		})
	}
}

func TestARecipientIsNamedRight(t *testing.T) {
	for _, wrong := range []string{"", "anna", "AGE-SECRET-KEY-1QQQ", "age1", "ssh-ed25519 AAAA"} {
		if _, err := archive.ParseRecipient(wrong); err == nil || !strings.Contains(err.Error(), "age1") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
