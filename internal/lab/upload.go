package lab

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Upload is a file that somebody sent in to have it read, as an import or as what an instrument
// found. One or two that are sent together have one id. It is read by nobody else, and goes after
// UploadAge.
type Upload struct {
	Key
	File    int16 // place among the files, from 1
	UserID  Optional
	Name    string
	Bytes   int64
	Digest  string // SHA-256 of the whole; empty until all of it is there
	BegunAt Instant
	Typed   string // beside a file of an instrument, as a form sends it; empty for one of an import
}

const (
	// UploadAge is how long a file that was sent in is kept.
	UploadAge = 24 * time.Hour
	// MaxUpload is the size of the files of one import together, in bytes.
	MaxUpload = 200 << 20
	// UploadPart is the size of the parts in which a file is sent and kept, in bytes.
	UploadPart = 1 << 20
	// MaxUploads is how many imports somebody has in hand at a time.
	MaxUploads = 5

	longestFileName = 200
	longestPurpose  = 500
)

// Parts is of how many parts the file is.
func (u *Upload) Parts() int { return int((u.Bytes + UploadPart - 1) / UploadPart) }

// PartSize is how long a part of the file is, counted from 0; zero where there is none.
func (u *Upload) PartSize(part int) int64 {
	if part < 0 || part >= u.Parts() {
		return 0
	}
	return min(UploadPart, u.Bytes-int64(part)*UploadPart)
}

// FileName is the name of a file as its receipt tells it: without folders.
func FileName(sent string) string { return path.Base("/" + strings.ReplaceAll(sent, `\`, "/")) }

// CheckUploads reports all mistakes of files that are about to be sent in.
func CheckUploads(files []Upload) error {
	var errs FieldErrors
	errs.Check(len(files) == 1 || len(files) == 2, "files", "Choose one file, or two: samples and findings.")
	together := int64(0)
	for i, f := range files {
		name := "files"
		if i > 0 {
			name = "second"
		}
		errs.Check(f.Bytes > 0, name, "There is nothing in the file %q.", f.Name)
		named := f.Name != "" && f.Name != "/" && utf8.ValidString(f.Name) && !strings.ContainsFunc(f.Name, unicode.IsControl)
		errs.Check(named && utf8.RuneCountInString(f.Name) <= longestFileName, name, "Give the file a plain name of at most %d characters.", longestFileName)
		checkNoCode(&errs, name, f.Name)
		errs.Check(i == 0 || f.Name != files[0].Name, name, "Both files have the same name; give one of them another.")
		together += max(0, f.Bytes)
	}
	errs.Check(together <= MaxUpload, "files", "The files are larger than %d MB together; divide them by year.", MaxUpload>>20)
	return errs.Err()
}

// CheckUploading refuses one more import in hand beside those that somebody has already.
func CheckUploading(have int) error {
	var errs FieldErrors
	errs.Check(have < MaxUploads, "files", "You have %d imports in hand. Drop one of them first.", MaxUploads)
	return errs.Err()
}

// CheckPurpose asks what an import on a page is for.
func CheckPurpose(purpose string) error {
	var errs FieldErrors
	errs.Check(strings.TrimSpace(strings.Map(visible, purpose)) != "", "purpose", "Say what these samples are imported for.")
	errs.Check(utf8.RuneCountInString(purpose) <= longestPurpose, "purpose", "The purpose has more than %d characters.", longestPurpose)
	checkSigns(&errs, "purpose", purpose)
	checkNoCode(&errs, "purpose", purpose)
	return errs.Err()
}

// ImportMapping is a way of reading files that a service keeps, in a version: each change
// adds one.
type ImportMapping struct {
	ServiceID ServiceID
	Name      string
	Version   int32
	Text      string // TOML, as the command reads it
	AuthorID  Optional
	At        Instant
}

// MaxMapping is the size of a mapping, in bytes.
const MaxMapping = 128 << 10

// Check reports all mistakes of a mapping that is no mistake of its text.
func (m *ImportMapping) Check() error {
	var errs FieldErrors
	errs.Check(isMappingName(m.Name), "profile", "Name the mapping with 2 to 40 small letters, digits and dashes, a letter or digit first.")
	errs.Check(m.Text != "" && len(m.Text) <= MaxMapping && utf8.ValidString(m.Text), "text", "A mapping has a text, of at most %d bytes.", MaxMapping)
	checkNoCode(&errs, "text", m.Text)
	return errs.Err()
}

func isMappingName(name string) bool {
	strange := strings.ContainsFunc(name, func(c rune) bool { return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') })
	return len(name) >= 2 && len(name) <= 40 && !strange && name[0] != '-'
}
