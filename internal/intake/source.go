package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// source is one file, and what becomes of each of its rows.
type source struct {
	table     *Table
	fates     []*fate // nil for a row of which there is nothing to tell
	steps     map[fateStep]*fate
	words     words
	next      []int32        // the next row of the same draft, -1 for none
	above     []int32        // the row whose sample a row without an id continues, -1 for none; nil if none does
	continued []*column      // that it takes over
	notes     map[string]int // what was left out of rows that were accepted, counted

	recent [4]recentRow // the same few rows are asked for over and over
}

// allNotes are the notes of the file, and those of its rows with how many there are.
func (s *source) allNotes() []string {
	notes := slices.Clone(s.table.Notes)
	for _, note := range slices.Sorted(maps.Keys(s.notes)) {
		notes = append(notes, fmt.Sprintf("%s: %d", note, s.notes[note]))
	}
	return notes
}

type recentRow struct {
	row   Row
	index int // counted from 1
}

// fate is what became of a row. It never changes: rows share it, and what is added makes another.
type fate struct {
	merged   string // why it was merged with another row
	with     *place // that row
	problems []problem
	follows  *problem // it is rejected because of another row
}

// rejected tells that the row is not taken.
func (f *fate) rejected() bool { return f.isWrong() || f != nil && f.follows != nil }

// isWrong tells that something is wrong in the row itself.
func (f *fate) isWrong() bool { return f != nil && len(f.problems) > 0 }

// place is one row of one file.
type place struct {
	source *source
	index  int
}

// row is the row, with what it has from the row above that it continues.
func (at place) row() Row {
	s := at.source
	recent := &s.recent[at.index%len(s.recent)]
	if recent.index != at.index+1 {
		*recent = recentRow{s.row(at.index), at.index + 1}
	}
	return recent.row
}

// told is what became of the row so far, nil where there is nothing to tell.
func (at place) told() *fate { return at.source.fates[at.index] }

// becomes is told, with what is added to it.
func (at place) becomes(add func(f *fate)) {
	f := &fate{}
	if told := at.told(); told != nil {
		*f = *told
	}
	add(f)
	at.source.fates[at.index] = f
}

func (at place) String() string {
	return fmt.Sprintf("row %d of %s", at.row().Number, at.source.table.File)
}

// reject gives problems to the row. What was said of a value stands: the first is the
// cause.
func (at place) reject(problems ...problem) {
	var before []problem
	if told := at.told(); told != nil {
		before = told.problems
	}
	for _, p := range problems {
		p = at.source.words.kept(p)
		if !slices.ContainsFunc(before, func(b problem) bool { return b.field == p.field && b.value == p.value }) {
			at.source.wrong(at.index, p)
		}
	}
}

// fateStep is what became of rows, and what was found wrong in them then.
type fateStep struct {
	before *fate
	problem
}

// wrong adds a problem to what became of a row. Rows in which the same is wrong share it.
func (s *source) wrong(row int, p problem) {
	step := fateStep{s.fates[row], p}
	if after, known := s.steps[step]; known {
		s.fates[row] = after
		return
	}
	s.words.bytes += ownFate
	place{s, row}.becomes(func(f *fate) { f.problems = append(slices.Clip(f.problems), p) })
	if s.steps == nil {
		s.steps = map[fateStep]*fate{}
	}
	if len(s.steps) < maxRemembered {
		s.steps[step] = s.fates[row]
	}
}

// words are texts that occur over and over, each kept once.
type words struct {
	texts map[string]string
	bytes int // of all that is kept of the problems
}

// maxWords bounds the bytes of what is kept of the problems of a file; ownFate is about what a row
// takes for each that no other row has.
const maxWords, ownFate = 64 << 20, 200

// notKept is what is kept of a problem once too many rows have their own.
const notKept = "Too many rows have mistakes of their own, and those of this one are not kept: correct the others first."

// kept is a problem to be kept with a row of which it is not a part.
func (w *words) kept(p problem) problem {
	if w.bytes > maxWords {
		return problem{reason: notKept}
	}
	p.value = w.keep(clip(p.value, maxShown))
	p.reason = w.keep(withoutValue(clip(p.reason, maxReason), p.value))
	return p
}

// keep returns the text without the row of which it is a part.
func (w *words) keep(text string) string {
	kept, known := w.texts[text]
	if known {
		return kept
	}
	kept = strings.Clone(text)
	w.bytes += len(kept)
	if w.texts == nil {
		w.texts = map[string]string{}
	}
	if len(w.texts) < maxRemembered {
		w.texts[kept] = kept
	}
	return kept
}

func (at place) merge(why string, with place) {
	at.becomes(func(f *fate) { f.merged, f.with = why, &with })
}
