package intake

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const byteOrderMark = "\xef\xbb\xbf"

// spoolText keeps the text of a file as UTF-8 without its byte order mark, and sums up the
// file's bytes. Text that is not in the encoding is refused, never patched.
func (t *Table) spoolText(r io.Reader, encoding string, limits Limits) (*spool, error) {
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(io.LimitReader(r, int64(limits.CSVBytes)+1), sum), 1<<16)
	start, err := in.Peek(1000)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	start = bytes.Clone(start)
	if bytes.HasPrefix(start, []byte(byteOrderMark)) {
		_, _ = in.Discard(len(byteOrderMark)) // it was seen
	}
	raw, err := spooled(in)
	if err != nil {
		return nil, err
	}
	if raw.size > int64(limits.CSVBytes) {
		return nil, errors.Join(errTooLarge(limits.CSVBytes, "CSV file"), raw.Close())
	}
	t.SHA256 = [sha256.Size]byte(sum.Sum(nil))
	text, err := raw.decoded(start, encoding)
	if err != nil || text != raw {
		err = errors.Join(err, raw.Close())
	}
	return text, err
}

func errTooLarge(most int, kind string) error {
	return fmt.Errorf("the file is larger than %d MiB, the most for a %s; divide it", most>>20, kind)
}

// spooled keeps all that is read.
func spooled(r io.Reader) (*spool, error) {
	s, err := newSpool()
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(s, r); err == nil {
		err = s.end()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// decoded returns the text, of whose file the start is given, in UTF-8: the spool itself, or
// another one.
func (s *spool) decoded(start []byte, encoding string) (*spool, error) {
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) {
		if encoding != "" && !strings.EqualFold(encoding, "utf-16") {
			return nil, fmt.Errorf("the text is UTF-16, not %s; remove the encoding setting", strings.ToLower(encoding))
		}
		return s.decodedUTF16()
	}
	unmarked, marked := bytes.CutPrefix(start, []byte(byteOrderMark))
	if strings.EqualFold(encoding, "utf-16") || looksUTF16(unmarked) {
		return nil, errors.New(`the text is not UTF-16 with a byte order mark, or has lost it, so that nobody can tell how its bytes are ordered; save the file as "CSV UTF-8"`)
	}
	found, err := s.look()
	switch {
	case err != nil:
		return nil, err
	case found.zero.line > 0:
		return nil, fmt.Errorf(`line %d holds a zero byte, so this is not text in UTF-8; save the file as "CSV UTF-8"`, found.zero.line)
	case encoding == "" || strings.EqualFold(encoding, "utf-8"):
		if found.bad.line > 0 {
			return nil, fmt.Errorf("line %d: byte 0x%02X is not UTF-8; save the file as \"CSV UTF-8\", or set encoding: windows-1252 if it comes from an older Excel", found.bad.line, found.bad.byte)
		}
		return s, nil
	case !strings.EqualFold(encoding, "windows-1252"):
		return nil, fmt.Errorf("encoding %q is not known; use utf-8, utf-16 or windows-1252", encoding)
	case marked || found.bad.line == 0 && found.beyond:
		return nil, errors.New("the text is UTF-8, not windows-1252; remove the encoding setting")
	case found.undefined.line > 0:
		return nil, fmt.Errorf("line %d holds byte 0x%02X, which windows-1252 does not have; save the file as \"CSV UTF-8\"", found.undefined.line, found.undefined.byte)
	}
	return spooled(transform.NewReader(s.from(0), charmap.Windows1252.NewDecoder()))
}

// decodedUTF16 returns text in UTF-16 with its byte order mark as UTF-8 without one.
func (s *spool) decodedUTF16() (*spool, error) {
	if s.size%2 != 0 {
		return nil, errors.New(`the text is UTF-16 and ends within a character; fetch the file again, or save it as "CSV UTF-8"`)
	}
	text, err := spooled(transform.NewReader(s.from(0), unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()))
	if err != nil {
		return nil, fmt.Errorf("the text is UTF-16 and cannot be read: %w", err)
	}
	found, err := text.look()
	switch {
	case err != nil:
	case found.patched > 0:
		err = fmt.Errorf(`line %d of the text, which is UTF-16, holds a character that is not whole; save the file as "CSV UTF-8"`, found.patched)
	case found.zero.line > 0:
		err = fmt.Errorf(`line %d of the text, which is UTF-16, holds a zero character; save the file as "CSV UTF-8"`, found.zero.line)
	default:
		return text, nil
	}
	return nil, errors.Join(err, text.Close())
}

// looksUTF16 tells that about every other byte is zero, as in Latin text in UTF-16.
func looksUTF16(start []byte) bool {
	return len(start) >= 2 && 3*bytes.Count(start, []byte{0}) >= len(start)
}

// oddities are what of a text cannot be in one encoding or another: the first of each.
type oddities struct {
	zero, bad, undefined oddByte // zero, not of UTF-8, not of Windows-1252
	patched              int     // line of a sign that stands for what could not be read
	beyond               bool    // there is more than ASCII
}

// oddByte is a byte with its line, 0 where there is none.
type oddByte struct {
	line int
	byte byte
}

func (b *oddByte) note(is bool, line int, x byte) {
	if is && b.line == 0 {
		*b = oddByte{line, x}
	}
}

// look reads the text for its oddities.
func (s *spool) look() (found oddities, err error) {
	r, line := bufio.NewReaderSize(s.from(0), 1<<16), 1
	for {
		some, err := r.Peek(1)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return found, spoolError(err)
		}
		if b := some[0]; b < utf8.RuneSelf {
			found.zero.note(b == 0, line, b)
			found.beyond = found.beyond || b > '~'
			if b == '\n' {
				line++
			}
			_, _ = r.Discard(1) // it was seen
			continue
		}
		found.beyond = true
		c, err := r.Peek(utf8.UTFMax)
		if err != nil && !errors.Is(err, io.EOF) {
			return found, spoolError(err)
		}
		char, size := utf8.DecodeRune(c)
		found.bad.note(size == 1, line, c[0])
		if char == utf8.RuneError && size > 1 && found.patched == 0 {
			found.patched = line
		}
		for _, b := range c[:size] {
			found.undefined.note(strings.IndexByte("\x81\x8d\x8f\x90\x9d", b) >= 0, line, b)
		}
		_, _ = r.Discard(size) // it was seen
	}
}
