package intake

import (
	"fmt"
	"testing"
)

// What is kept of the mistakes of a file is bounded: of a row beyond that is kept that it is wrong,
// and nothing of what is in it.
func TestMistakesBeyondTheBound(t *testing.T) {
	s := &source{table: &Table{Rows: make([]Row, 3)}, fates: make([]*fate, 3)}
	place{s, 0}.reject(problem{"price", "own 1", "It says own 1."})
	s.words.bytes = maxWords + 1
	for row := 1; row < 3; row++ {
		for _, field := range []string{"price", "weight", "amount"} {
			place{s, row}.reject(problem{field, fmt.Sprint("own ", row), "It is wrong."})
		}
	}
	if got := s.fates[0].problems; len(got) != 1 || got[0].value != "own 1" {
		t.Errorf("before the bound: %+v", got)
	}
	if got := s.fates[1].problems; len(got) != 1 || got[0] != (problem{reason: notKept}) || s.fates[1] != s.fates[2] {
		t.Errorf("beyond it: %+v, shared %t", got, s.fates[1] == s.fates[2])
	}
	tellTexts(notKept)
}
