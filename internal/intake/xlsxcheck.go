package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxXMLDepth      = 100
	maxXMLAttributes = 200
	maxXMLElements   = 2_000_000 // of a part; a reader makes up to 100 bytes of each
)

// zipParts are the entries of a workbook's zip file, under their names in
// lower case, as Excel compares them. All have been unpacked once and counted.
type zipParts struct {
	entries map[string]*zip.File
	limits  Limits
}

// openParts checks the zip file around a workbook, before anything in it is
// parsed.
func openParts(data []byte, limits Limits) (*zipParts, error) {
	// The directory is counted by its signatures: the reader would first make
	// a record for each entry, however many there are.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > limits.Entries {
		return nil, fmt.Errorf("the workbook has %d parts, more than %d; copy the sheet into a new workbook", n, limits.Entries)
	}
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("the workbook is damaged or cut off; fetch it again, or open it in Excel and save it anew: %w", err)
	}
	p := &zipParts{make(map[string]*zip.File, len(zr.File)), limits}
	for _, f := range zr.File {
		if err := p.add(f); err != nil {
			return nil, err
		}
	}
	return p, p.measure()
}

func (p *zipParts) add(f *zip.File) error {
	name := strings.ToLower(f.Name)
	_, taken := p.entries[name]
	switch {
	case !fs.ValidPath(strings.TrimSuffix(name, "/")) || strings.Contains(name, `\`):
		return fmt.Errorf("the workbook has a part with the unsafe name %q; copy the sheet into a new workbook", f.Name)
	case taken:
		return fmt.Errorf("the workbook has two parts named %q; copy the sheet into a new workbook", f.Name)
	case path.Base(name) == "vbaproject.bin":
		return errors.New("the workbook holds macros; save it as .xlsx, without them")
	case f.Flags&1 != 0:
		return errors.New("the workbook is encrypted; save it without a password")
	}
	p.entries[name] = f
	return nil
}

func (p *zipParts) has(name string) bool { return p.entries[strings.ToLower(name)] != nil }

// names returns the names in a fixed order, so that the same file always gives
// the same error.
func (p *zipParts) names() []string { return slices.Sorted(maps.Keys(p.entries)) }

// measure unpacks every part once and counts, since what the zip file says of
// its sizes may be untrue.
func (p *zipParts) measure() error {
	var total int64
	for _, name := range p.names() {
		f := p.entries[name]
		most := int64(p.limits.UnzippedBytes) - total
		if isXML(name) {
			most = min(most, int64(p.limits.PartBytes))
		}
		n, err := unpack(io.Discard, f, most)
		if err != nil {
			return err
		}
		total += n
	}
	return nil
}

// unpack writes the part to w and fails if it is longer than most.
func unpack(w io.Writer, f *zip.File, most int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, fmt.Errorf("part %q cannot be unpacked: %w", f.Name, err)
	}
	defer r.Close()
	n, err := io.Copy(w, io.LimitReader(r, most+1))
	if err != nil {
		return n, fmt.Errorf("part %q is damaged; fetch the file again, or open it in Excel and save it anew: %w", f.Name, err)
	}
	if n > most {
		return n, fmt.Errorf("part %q makes the unpacked workbook too large; keep only the sheet to be read, or save it as CSV", f.Name)
	}
	return n, nil
}

func isXML(name string) bool {
	switch path.Ext(name) {
	case ".xml", ".rels", ".vml":
		return true
	}
	return false
}

// walk unpacks the part and walks through it, see walkXML.
func (p *zipParts) walk(name string, visit visitor) error {
	_, err := p.walked(name, visit)
	return err
}

// walked is walk and returns the text of the part.
func (p *zipParts) walked(name string, visit visitor) ([]byte, error) {
	text, err := p.text(name)
	if err != nil {
		return nil, err
	}
	if err := walkXML(text, visit); err != nil {
		return nil, fmt.Errorf("part %q: %w", name, err)
	}
	return text, nil
}

func (p *zipParts) text(name string) ([]byte, error) {
	f := p.entries[strings.ToLower(name)]
	if f == nil || !isXML(strings.ToLower(name)) {
		return nil, fmt.Errorf("part %q is missing, so this is not a whole Excel workbook; open it in Excel or LibreOffice and save it as .xlsx", name)
	}
	var buf bytes.Buffer
	if _, err := unpack(&buf, f, int64(p.limits.PartBytes)); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// decode checks the part and decodes it into v.
func (p *zipParts) decode(name string, v any) error {
	text, err := p.walked(name, nil)
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(text, v); err != nil {
		return fmt.Errorf("part %q: %w", name, err)
	}
	return nil
}

// checkOthers walks through all XML parts but those already read.
func (p *zipParts) checkOthers(read ...string) error {
	done := make(map[string]bool)
	for _, name := range read {
		done[strings.ToLower(name)] = true
	}
	for _, name := range p.names() {
		if isXML(name) && !done[name] {
			if err := p.walk(name, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// A visitor is given each start, end and text with the local names of the
// elements around it, itself included.
type visitor func(at []string, token xml.Token) error

// walkXML reads the text to its end and fails unless it is one well-formed
// XML document in UTF-8 without a document type. Less strict readers stop
// silently at the first fault and lose what follows.
func walkXML(text []byte, visit visitor) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("line %d is not UTF-8; open the workbook in Excel and save it anew", lineAt(text, invalidAt(text)))
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	var at []string
	roots, elements := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && roots == 1 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the XML is damaged; open the workbook in Excel and save it anew: %w", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			if at = append(at, start.Name.Local); len(at) == 1 {
				roots++
			}
			if elements++; elements > maxXMLElements {
				return errors.New("the part has too many elements; divide the sheet, or save it as CSV")
			}
		}
		if err := checkToken(token, len(at), roots); err != nil {
			return fmt.Errorf("%w (byte %d of the part)", err, d.InputOffset())
		}
		if visit != nil {
			if err := visit(at, token); err != nil {
				return err
			}
		}
		if _, ok := token.(xml.EndElement); ok {
			at = at[:len(at)-1]
		}
	}
}

// checkToken refuses what the decoder lets pass.
func checkToken(token xml.Token, depth, roots int) error {
	switch token := token.(type) {
	case xml.Directive:
		return errors.New("a document type or entity is declared, which no workbook needs; open it in Excel and save it anew")
	case xml.CharData:
		if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
			return errors.New("text stands outside the document")
		}
	case xml.StartElement:
		if depth > maxXMLDepth || roots > 1 || len(token.Attr) > maxXMLAttributes {
			return errors.New("elements are nested too deeply, stand outside the document or have too many attributes")
		}
		for i, a := range token.Attr {
			for _, b := range token.Attr[:i] {
				if a.Name == b.Name {
					return fmt.Errorf("an element has the attribute %q twice", a.Name.Local)
				}
			}
		}
	}
	return nil
}

func lineAt(text []byte, offset int) int {
	return 1 + bytes.Count(text[:offset], []byte("\n"))
}

// invalidAt returns the place of the first byte that is not UTF-8, or -1.
func invalidAt(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}
