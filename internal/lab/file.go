package lab

import "slices"

// File is all that is recorded of one sample and decides what is said of it: the
// sample, what was expected, what was found, what was published, what was asked.
// What has to be done next, what can be released and what the statistics read are
// functions of one dictionary and one file.
type File struct {
	Sample       Sample
	Expected     []Expected
	Evidence     []Evidence    // all analyses, in order of entry
	Publications []Publication // all versions of the result, in order
	Questions    []Question    // in order
}

// Evidence is one analysis with its findings.
type Evidence struct {
	Analysis Analysis
	Findings []Finding
}

// Finding returns what the analysis says of a substance, or nil.
func (e *Evidence) Finding(id SubstanceID) *Finding {
	return find(e.Findings, func(f *Finding) bool { return f.SubstanceID == id })
}

// Clone is a copy of which the parts can be changed, added and replaced; what is
// inside a part, as the findings of an analysis, is replaced as a whole.
func (f *File) Clone() *File {
	c := *f
	c.Expected, c.Evidence = slices.Clone(f.Expected), slices.Clone(f.Evidence)
	c.Publications, c.Questions = slices.Clone(f.Publications), slices.Clone(f.Questions)
	return &c
}

// Latest returns the last version of the result, or nil when nothing was published.
func (f *File) Latest() *Publication {
	if len(f.Publications) == 0 {
		return nil
	}
	return &f.Publications[len(f.Publications)-1]
}

// Stands tells that a result is released, and was not taken back.
func (f *File) Stands() bool {
	latest := f.Latest()
	return latest != nil && latest.Kind != WithdrawnResult
}

// Counted are the versions of the result that figures read. An import that has two brought the
// first and took it back by the second: what the sample says is what it said before, and figures
// read neither.
func (f *File) Counted() (list []Publication) {
	for _, p := range f.Publications {
		i := slices.IndexFunc(list, func(x Publication) bool { return !p.ImportID.IsZero() && x.ImportID == p.ImportID })
		if i < 0 {
			list = append(list, p)
		} else {
			list = slices.Delete(list, i, i+1)
		}
	}
	return list
}

// Analysis returns the analysis with the id, or nil.
func (f *File) Analysis(id ID) *Evidence {
	return find(f.Evidence, func(e *Evidence) bool { return e.Analysis.ID == id })
}

// Count is the number of analyses in the state.
func (f *File) Count(state AnalysisState) int {
	n := 0
	for i := range f.Evidence {
		if f.Evidence[i].Analysis.State == state {
			n++
		}
	}
	return n
}

// verified are the analyses that count, the one that is worth most first.
func (f *File) verified() []Evidence {
	list := slices.DeleteFunc(slices.Clone(f.Evidence), func(e Evidence) bool { return e.Analysis.State != Verified })
	slices.SortStableFunc(list, byWorth)
	return list
}

// Question returns the question with the id, or nil.
func (f *File) Question(id ID) *Question {
	return find(f.Questions, func(q *Question) bool { return q.ID == id })
}

// find returns the first of a list that is the one, or nil.
func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// Answer answers all questions about an analysis that are open.
func (f *File) Answer(by Actor, at Instant, analysis ID, answer string) error {
	for i := range f.Questions {
		if q := &f.Questions[i]; q.AnalysisID == analysis && q.Open() {
			if err := q.Reply(by, at, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// expectations is what is expected of a sample, as a record.
type expectations struct{ Expected []Expected }

// Differences lists what differs between two states of a file in the sample, its version,
// stage and how long it is held aside, and in what is expected of it.
func (f *File) Differences(after *File) []Difference {
	before := f.Sample
	before.Version, before.Stage, before.HeldSince = after.Sample.Version, after.Sample.Stage, after.Sample.HeldSince
	return append(Differences(before, after.Sample), Differences(expectations{f.Expected}, expectations{after.Expected})...)
}

// With is the file with one version of the result more.
func (f *File) With(p *Publication) *File {
	after := f.Clone()
	after.Publications = append(after.Publications, *p)
	return after
}
