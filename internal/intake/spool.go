package intake

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool is a temporary file of this process alone: what a large file says is read from it
// as often as it takes, however the file itself changes meanwhile, and not kept in memory.
type spool struct {
	file *os.File
	out  *bufio.Writer
	size int64
	err  error // of reading
}

// newSpool begins a spool. Where the system lets an open file lose its name, nothing stays
// behind even when the program is killed.
func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "marquis-*")
	if err != nil {
		return nil, spoolError(err)
	}
	_ = os.Remove(file.Name())
	return &spool{file: file, out: bufio.NewWriterSize(file, 1<<16)}, nil
}

func spoolError(err error) error {
	return fmt.Errorf("what is read is kept in a temporary file, of about twice its size, in the folder %s, and cannot be: make room there, or let TMPDIR name a folder that has it: %w", os.TempDir(), err)
}

func (s *spool) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	s.size += int64(n)
	if err != nil {
		err = spoolError(err)
	}
	return n, err
}

// end is to be called once all is written.
func (s *spool) end() error {
	if err := s.out.Flush(); err != nil {
		return spoolError(err)
	}
	s.out = nil
	return nil
}

// from reads what was written, from an offset on.
func (s *spool) from(offset int64) *io.SectionReader {
	return io.NewSectionReader(s.file, offset, s.size-offset)
}

// Close ends the spool and removes what is left of it.
func (s *spool) Close() error {
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	return err
}

// rowSpool is a spool of rows of cells, each found by its place.
type rowSpool struct {
	*spool
	starts []int64 // of the rows
	cells  int     // of each row
	record []byte  // that is being written

	block   []byte // of the file, in which the rows that are read stand
	blockAt int64
}

// add writes a row.
func (s *rowSpool) add(number int, cells []string) error {
	s.record = binary.AppendUvarint(s.record[:0], uint64(number))
	for _, cell := range cells {
		s.record = binary.AppendUvarint(s.record, uint64(len(cell)))
	}
	for _, cell := range cells {
		s.record = append(s.record, cell...)
	}
	s.starts, s.cells = append(s.starts, s.size), len(cells)
	_, err := s.Write(s.record)
	return err
}

// blockSize is how much of the file is read at a time: rows are mostly read one after the other.
const blockSize = 1 << 14

// row reads a row. What goes wrong is kept: whoever reads asks for it at the end.
func (s *rowSpool) row(i int) Row {
	start, end := s.starts[i], s.size
	if i+1 < len(s.starts) {
		end = s.starts[i+1]
	}
	if start < s.blockAt || end > s.blockAt+int64(len(s.block)) {
		s.block = append(s.block[:0], make([]byte, max(blockSize, end-start))...)
		n, err := s.file.ReadAt(s.block, start)
		if n < int(end-start) {
			s.err = errors.Join(s.err, spoolError(err))
			return Row{Cells: make([]string, s.cells)}
		}
		s.block, s.blockAt = s.block[:n], start
	}
	return rowOf(s.block[start-s.blockAt:end-s.blockAt], s.cells)
}

// rowOf takes the record of a row apart.
func rowOf(record []byte, cells int) Row {
	number, n := binary.Uvarint(record)
	record = record[n:]
	row := Row{Number: int(number), Cells: make([]string, cells)}
	lengths := record
	for range cells {
		_, n := binary.Uvarint(record)
		record = record[n:]
	}
	text, at := string(record), 0
	for i := range cells {
		length, n := binary.Uvarint(lengths)
		lengths = lengths[n:]
		row.Cells[i] = text[at : at+int(length)]
		at += int(length)
	}
	return row
}
