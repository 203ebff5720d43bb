package lab

// Elsewhere is a sample that another service recorded, with what was found in it. Of the
// service no more is told than its code.
type Elsewhere struct {
	Service string
	File
}
