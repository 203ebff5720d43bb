package lab

import "strings"

const (
	// MaxBatchFiles is how many files of instruments wait for somebody at a time.
	MaxBatchFiles = 3

	longestTyped = 3 * MaxMapping // as it is encoded
)

// MaySendBatch tells that somebody may send files of instruments in, and for which service they
// count; zero for any.
func MaySendBatch(by Actor) (service ServiceID, may bool) {
	all, services := by.ServicesOf(Laboratory, Verifier)
	if len(services) > 0 {
		return services[0], true
	}
	return 0, all
}

// CheckBatchFile reports all mistakes of a file of an instrument that is about to be kept, with
// the texts that were typed beside it.
func CheckBatchFile(u *Upload, typed map[string]string) error {
	errs := asFile(CheckUploads([]Upload{*u}))
	errs.Check(len(u.Typed) <= longestTyped, "mapping", "The text is longer than %d characters.", MaxMapping)
	for _, field := range []string{"instrument", "run", "mapping"} {
		checkNoCode(&errs, field, typed[field])
	}
	return errs.Err()
}

// asFile puts mistakes of files to the field of the only one.
func asFile(err error) (errs FieldErrors) {
	mistakes, _ := err.(FieldErrors) //nolint:errorlint // CheckUploads returns its mistakes as they are
	for _, m := range mistakes {
		m.Field = strings.Replace(m.Field, "files", "file", 1)
		errs = append(errs, m)
	}
	return errs
}
