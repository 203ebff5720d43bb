package lab

// Recorded is a sample that was imported before: its id at the source, and the digest of what
// the source said of it.
type Recorded struct{ Ref, Digest string }

// Elsewhere is a sample that another service recorded, with what was found in it. Of the
// service no more is told than its code.
type Elsewhere struct {
	Service string
	File
}
