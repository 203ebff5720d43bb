package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// AskFile asks about an analysis of the sample that comes in a file, where nobody looks at the
// sample: one by a method that was run on it before may be the same run once more, and one
// of a sample that is closed opens it again.
func (f *File) AskFile(a *Analysis) (asked FieldErrors) {
	for i := range f.Evidence {
		x := &f.Evidence[i].Analysis
		asked.Check(x.MethodID != a.MethodID || x.State == Retracted || len(asked) > 0, "method",
			"This sample has an analysis by this method already, of %s: confirm that this is a repeat.", x.PerformedOn)
	}
	asked.Check(f.Sample.State != Completed && f.Sample.State != NotAnalysed, "state", "This sample is closed: confirm that it goes into analysis again.")
	return asked
}

// Tick is the value of the box by which a person says that what is asked is right: it stands
// for this very sentence, and for no other that takes its place.
func (e FieldError) Tick() string {
	sum := sha256.Sum256([]byte(e.Field + "\x00" + e.Message()))
	return hex.EncodeToString(sum[:8])
}

// Unticked are what is asked and nobody has ticked.
func (e FieldErrors) Unticked(ticked []string) FieldErrors {
	return slices.DeleteFunc(slices.Clone(e), func(m FieldError) bool { return slices.Contains(ticked, m.Tick()) })
}

// ReadNumber reads a sample number as a file has it: small letters, other marks between its
// parts and missing zeros are forgiven, a missing part is not.
func ReadNumber(text string) (SampleNumber, bool) {
	if n, err := ParseSampleNumber(text); err == nil {
		return n, true
	}
	sought, ok := SeekNumber(text)
	series, known := SeriesOf(sought.Series)
	if !ok || !known || sought.Service == "" || sought.Year == 0 {
		return SampleNumber{}, false
	}
	n, err := ParseSampleNumber(SampleNumber{sought.Service, sought.Year, series, sought.Running}.String())
	return n, err == nil
}

// NotANumber refuses what stands for a sample number in a file and is none.
func NotANumber() FieldError {
	return FieldError{Field: "sample", Format: "This is no sample number, such as UTR-2024-00017. If it is a control or a blank, name it in blank under [findings] of the mapping."}
}

// TwoSpellings refuses a sample number that a file writes in two ways.
func TwoSpellings(one, other string) FieldError {
	return FieldError{Field: "sample", Format: "This number is written in two ways in the file, %q and %q: one of them may be another sample. Write it in one way.", Args: []any{one, other}}
}

// NotInDictionary refuses a name in a file that is of no substance: a person proposes it.
func NotInDictionary(typed string) FieldError {
	return FieldError{Field: "substance", Format: "%q is not in the dictionary. Propose it first, or say in the mapping's values of substance which is meant.", Args: []any{typed}}
}
