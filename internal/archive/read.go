package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Why an archive is refused.
var (
	ErrTorn    = errors.New("the archive is torn: its end is missing. Copy it again, or use another one")
	ErrChanged = errors.New("the archive was changed or damaged. Use another copy of it, or another archive")
	ErrNewer   = errors.New("the archive is from a newer program")
	ErrSealed  = errors.New("the archive is encrypted, and none of the identities that were given opens it")
	ErrForeign = errors.New("this is no archive of a registry")
	ErrText    = errors.New("it holds U+0000 or is not UTF-8, and not every database keeps such a text. " +
		"Correct it in the registry that the archive is of, or use an older archive")
)

// mostManifest is the size of a manifest that is read, in bytes.
const mostManifest = 16 << 20

func newReader(text []byte) io.Reader { return bytes.NewReader(text) }

// Read reads an archive to its end. Each table is handed over with its columns and rows,
// of which each is gone when the next one is read, and must be read to its end; a nil
// table reads over them. An error means that what was handed over must not be kept: only
// at the end is it known to be whole and as it was written.
func Read(in io.Reader, table func(name string, columns []string, rows iter.Seq2[[]*string, error]) error) (Manifest, error) {
	r := reader{table: table}
	m, err := r.read(in)
	if r.theirs != nil { // it says by itself whose it is
		return m, r.theirs
	}
	return m, explain(err)
}

// explain says of an error of a library what it means for the archive, and hides it: what
// ends too early there is no connection that broke.
func explain(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil, errors.Is(err, ErrTorn), errors.Is(err, ErrChanged):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w (%s)", ErrTorn, err.Error())
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, tar.ErrHeader), errors.Is(err, errForm), errors.As(err, &corrupt):
		return fmt.Errorf("%w (%s)", ErrChanged, err.Error())
	}
	return err
}

type reader struct {
	table  func(name string, columns []string, rows iter.Seq2[[]*string, error]) error
	tables []TableEntry
	theirs error // of whom the tables are handed to
}

func (r *reader) read(in io.Reader) (m Manifest, err error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(in, bufferSize))
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return m, err
	}
	m, err = r.files(tar.NewReader(zip))
	if err != nil {
		return m, err
	}
	_, err = io.Copy(io.Discard, zip) // the checksum of all of it is at its end
	return m, err
}

func (r *reader) files(files *tar.Reader) (m Manifest, err error) {
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return m, ErrTorn // the manifest is the last file
		}
		if err != nil {
			return m, err
		}
		if header.Name == manifestFile {
			return r.manifest(header, files)
		}
		name, isTable := strings.CutSuffix(header.Name, tableSuffix)
		if !isTable || header.Typeflag != tar.TypeReg {
			return m, fmt.Errorf("%w: it holds %q", ErrForeign, header.Name)
		}
		if err := r.readTable(name, header.Size, files); err != nil {
			return m, err
		}
	}
}

// readTable reads a table, hands it over and notes what it was.
func (r *reader) readTable(name string, size int64, file io.Reader) error {
	x := &tableReader{sum: sha256.New(), entry: TableEntry{Name: name, Bytes: size}}
	x.in = bufio.NewReaderSize(io.TeeReader(file, x.sum), bufferSize)
	columns, err := x.head()
	if err != nil {
		return err
	}
	x.columns, x.rows = columns, newCSVReader(x.in, len(columns))
	if r.table == nil {
		for _, err = range x.all() {
			if err != nil {
				return err
			}
		}
	} else if r.theirs = r.table(name, columns, x.all()); r.theirs != nil {
		return r.theirs
	}
	if !x.ended {
		return fmt.Errorf("table %s was not read to its end", name)
	}
	x.entry.SHA256 = hex.EncodeToString(x.sum.Sum(nil))
	r.tables = append(r.tables, x.entry)
	return nil
}

// tableReader reads a table row by row.
type tableReader struct {
	in      *bufio.Reader
	sum     hash.Hash
	columns []string
	rows    *csvReader
	entry   TableEntry
	ended   bool
}

// head reads the names of the columns.
func (x *tableReader) head() (columns []string, err error) {
	line, err := x.in.ReadSlice('\n') // at most what is buffered
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("%w: table %s has no columns", errForm, x.entry.Name)
	}
	return strings.Split(strings.TrimSuffix(string(line), "\n"), ","), err
}

func (x *tableReader) all() iter.Seq2[[]*string, error] {
	return func(yield func([]*string, error) bool) {
		for {
			row, err := x.rows.next()
			if errors.Is(err, io.EOF) {
				x.ended = true
				return
			}
			at := ""
			if err == nil {
				if i := BadText(row); i >= 0 {
					at, err = ", "+x.columns[i], ErrText
				}
			}
			if err != nil {
				yield(nil, fmt.Errorf("table %s, row %d%s: %w", x.entry.Name, x.entry.Rows+1, at, explain(err)))
				return
			}
			x.entry.Rows++
			if !yield(row, nil) {
				return
			}
		}
	}
}

// BadText is the place of the first text of a row that not every database keeps: SQLite
// takes U+0000 and what is not UTF-8, and PostgreSQL takes neither; -1 where there is none.
func BadText(row []*string) int {
	return slices.IndexFunc(row, func(v *string) bool {
		return v != nil && (strings.IndexByte(*v, 0) >= 0 || !utf8.ValidString(*v))
	})
}

// manifest reads the manifest and the end of the archive, and compares what it tells with
// what was read.
func (r *reader) manifest(header *tar.Header, files *tar.Reader) (m Manifest, err error) {
	if header.Size > mostManifest {
		return m, fmt.Errorf("%w: its manifest has %d bytes", ErrForeign, header.Size)
	}
	text, err := io.ReadAll(files)
	if err != nil {
		return m, err
	}
	if m, err = decode(text); err != nil {
		return m, err
	}
	switch after, err := files.Next(); {
	case err == nil:
		return m, fmt.Errorf("%w: it holds %q after its manifest", ErrChanged, after.Name)
	case !errors.Is(err, io.EOF):
		return m, err
	}
	if len(m.Tables) != len(r.tables) {
		return m, fmt.Errorf("%w: it tells of %d tables and has %d", ErrChanged, len(m.Tables), len(r.tables))
	}
	for i, said := range m.Tables {
		if said != r.tables[i] {
			return m, fmt.Errorf("%w: table %s is not as it was written", ErrChanged, said.Name)
		}
	}
	return m, nil
}
