package intake

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// addID takes in an id, or that it cannot be taken.
func (e *evidence) addID(row int, text string, err error) {
	if err != nil && !errors.Is(err, errStruck) && !errors.Is(err, errRaised) {
		if e.unread.says == "" {
			e.unread.says = err.Error()
		}
		e.unread.add(row, text)
		return
	}
	if m := lab.Pointed(text); m != "" {
		e.addPointed(row, text, m)
	}
	if strings.Trim(text, "0123456789") != "" {
		return
	}
	switch {
	case len(text) > 15 && strings.Trim(text[15:], "0") == "":
		e.cut.add(row, text)
		if len(e.cutZeros) < mostTold {
			e.cutZeros[text] = true
		}
	case len(text) > 15:
		e.whole.add(row, text)
	case len(text) > 1 && text[0] == '0':
		e.widest = max(e.widest, len(text))
		e.padded.add(row, text)
	default:
		if e.bare[len(text)] == nil {
			e.bare[len(text)] = &clue{}
		}
		e.bare[len(text)].add(row, text)
	}
}

// lostEnds tells that the ids end in so many zeros that it is no chance.
func (e *evidence) lostEnds() bool {
	zeros := 0
	for id := range e.cutZeros {
		zeros += len(id) - 15
	}
	return zeros >= 3
}

// lostZeros returns the ids that may have lost a leading zero.
func (e *evidence) lostZeros() *clue {
	var lost clue
	if e.padded.count == 0 || e.column.Zeros == "kept" {
		return &lost
	}
	return shorter(e.bare, e.widest)
}

// shorter are the ids of which there is less than so much, together.
func shorter(byLength map[int]*clue, than int) *clue {
	var all clue
	for _, length := range slices.Sorted(maps.Keys(byLength)) {
		if c := byLength[length]; length < than {
			all.count += c.count
			all.rows = append(all.rows, c.rows...)
			all.example = cmp.Or(all.example, c.example)
		}
	}
	slices.Sort(all.rows)
	all.rows = all.rows[:min(len(all.rows), mostTold)]
	return &all
}

// addPointed takes in an id that is a number with a point, with what stands behind that.
func (e *evidence) addPointed(row int, text, behind string) {
	e.fraction = max(e.fraction, len(behind))
	e.zeroLast = e.zeroLast || strings.HasSuffix(behind, "0")
	if e.pointed[len(behind)] == nil {
		e.pointed[len(behind)] = &clue{}
	}
	e.pointed[len(behind)].add(row, text)
}

// droppedZeros returns the ids that may have lost a zero at their end: a spreadsheet makes 2024.1 of
// 2024.10. One that still has such a zero shows that no spreadsheet did.
func (e *evidence) droppedZeros() *clue {
	if e.zeroLast || e.column.Zeros == "kept" {
		return &clue{}
	}
	return shorter(e.pointed, e.fraction)
}

// longestFraction are the ids with most digits behind the point.
func (e *evidence) longestFraction() *clue {
	if longest := e.pointed[e.fraction]; longest != nil {
		return longest
	}
	return &clue{}
}
