package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	tableSuffix  = ".csv"
	manifestFile = "manifest.json"
	bufferSize   = 1 << 16
)

// Writer writes an archive: its tables one after the other, then its manifest.
type Writer struct {
	zip    *gzip.Writer
	tar    *tar.Writer
	folder string // where a table lies, sealed, until its size is known
	tables []TableEntry
}

// NewWriter writes an archive to out. The folder must have room for the largest table.
func NewWriter(out io.Writer, folder string) *Writer {
	zip := gzip.NewWriter(out)
	return &Writer{zip: zip, tar: tar.NewWriter(zip), folder: folder}
}

// Rows hands over the rows of a table: for each column a text, or nil where it is NULL.
type Rows = func(row func(values []*string) error) error

// Table writes a table.
func (w *Writer) Table(name string, columns []string, rows Rows) (err error) {
	spool, err := newSpool(w.folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.Close()) }()
	entry, err := writeTable(spool, name, columns, rows)
	if err != nil {
		return err
	}
	w.tables = append(w.tables, entry)
	from, err := spool.reader()
	if err != nil {
		return err
	}
	return w.file(name+tableSuffix, entry.Bytes, from)
}

// writeTable writes the file of a table and tells of it.
func writeTable(out io.Writer, name string, columns []string, rows Rows) (TableEntry, error) {
	sum := sha256.New()
	buffer := bufio.NewWriterSize(io.MultiWriter(out, sum), bufferSize)
	entry := TableEntry{Name: name}
	var line []byte
	write := func(values []*string) error {
		line = appendRow(line[:0], values)
		entry.Bytes += int64(len(line))
		_, err := buffer.Write(line)
		return err
	}
	head := make([]*string, len(columns))
	for i := range columns {
		head[i] = &columns[i]
	}
	err := write(head)
	if err == nil {
		err = rows(func(values []*string) error {
			entry.Rows++
			return write(values)
		})
	}
	if err = errors.Join(err, buffer.Flush()); err != nil {
		return entry, fmt.Errorf("table %s: %w", name, err)
	}
	entry.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return entry, nil
}

// Digester finds the digest of the content of tables without keeping them.
type Digester struct{ tables []TableEntry }

// NewDigester has seen no table.
func NewDigester() *Digester { return &Digester{} }

// Table takes a table.
func (d *Digester) Table(name string, columns []string, rows Rows) error {
	entry, err := writeTable(io.Discard, name, columns, rows)
	d.tables = append(d.tables, entry)
	return err
}

// Digest is that of the tables, in the order in which they were taken.
func (d *Digester) Digest() string { return digestOf(d.tables) }

// Compare names the first table that is not as a manifest tells.
func (d *Digester) Compare(m Manifest) error {
	for i, said := range m.Tables {
		if i >= len(d.tables) || d.tables[i] != said {
			return fmt.Errorf("table %s is not what the archive has", said.Name)
		}
	}
	return nil
}

// file adds a file. Of its header only name and size say something.
func (w *Writer) file(name string, size int64, from io.Reader) error {
	if err := w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600}); err != nil {
		return err
	}
	_, err := io.Copy(w.tar, from)
	return err
}

// Close writes the manifest, in which it fills in form, tables and digest, and ends the
// archive.
func (w *Writer) Close(m Manifest) (Manifest, error) {
	m.Format, m.Tables = Format, w.tables
	m.Digest = digestOf(m.Tables)
	text, err := m.encode()
	if err != nil {
		return m, err
	}
	err = w.file(manifestFile, int64(len(text)), newReader(text))
	return m, errors.Join(err, w.tar.Close(), w.zip.Close())
}

// spool is a file without a name, sealed under a key that nobody has but this process: a
// tar tells how long a file is before it, and what an archive is encrypted for must not
// lie beside it in the open.
type spool struct {
	file *os.File
	out  cipher.StreamWriter
	key  [32]byte
}

func newSpool(folder string) (*spool, error) {
	file, err := os.CreateTemp(folder, SpoolPattern)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // where the system allows it; else Close does
	s := &spool{file: file}
	_, _ = rand.Read(s.key[:]) // crypto/rand.Read never returns an error
	stream, err := s.stream()
	s.out = cipher.StreamWriter{S: stream, W: file}
	return s, err
}

// SpoolPattern is how files are called, for the moment in which they have a name, in which
// a table lies sealed.
const SpoolPattern = ".marquis-spool-*"

func (s *spool) stream() (cipher.Stream, error) {
	block, err := aes.NewCipher(s.key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewCTR(block, make([]byte, aes.BlockSize)), nil // the key is used once
}

// Write seals what is written.
func (s *spool) Write(p []byte) (int, error) { return s.out.Write(p) }

// reader reads all of it from the start.
func (s *spool) reader() (io.Reader, error) {
	stream, err := s.stream()
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	return bufio.NewReaderSize(cipher.StreamReader{S: stream, R: s.file}, bufferSize), err
}

// Close ends the file.
func (s *spool) Close() error {
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	return err
}
