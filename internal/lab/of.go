package lab

import (
	"strconv"
	"strings"
)

// writeOf writes what a result is weighed by beside what was found: the form of the sample, what
// a piece weighs in micrograms, and what was expected, in tokens.
func (f *File) writeOf() string {
	tokens := []string{string(f.Sample.Form), strconv.FormatInt(f.Sample.WeightUG, 10)}
	for _, e := range f.Expected {
		tokens = append(tokens, e.String())
	}
	return strings.Join(tokens, " ")
}

// DescribedAnew tells that the sample is described otherwise than when the version of its result
// that stands was released; false where it was not kept how it was then.
func (f *File) DescribedAnew() bool {
	return f.Stands() && f.Latest().Result.Of != "" && f.Latest().Result.Of != f.writeOf()
}

// AsReleased is the file with the form, weight and expectation of the sample as they were when
// the latest version of its result was released; as they are where that was not kept. What
// has been corrected since reads in the version that is released next.
func (f *File) AsReleased() *File {
	latest := f.Latest()
	if latest == nil || latest.Result.Of == "" {
		return f
	}
	form, rest, _ := strings.Cut(latest.Result.Of, " ")
	weight, expected, _ := strings.Cut(rest, " ")
	then := *f
	then.Sample.Form = Form(form)
	then.Sample.WeightUG, _ = strconv.ParseInt(weight, 10, 64)
	then.Expected = nil
	for token := range strings.FieldsSeq(expected) {
		then.Expected = append(then.Expected, ParseExpected(token))
	}
	return &then
}
