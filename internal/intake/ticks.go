package intake

import (
	"fmt"
	"slices"
	"strings"
)

// tick is one of the columns of a field that has a column for each choice.
type tick struct {
	at            int
	heading, code string
}

// ticked and unticked are what stands in a column for one choice, folded.
var (
	ticked   = []string{"1", "1.0", "1,0", "x", "ja", "j", "yes", "y", "true", "waar", "checked", "✓", "✔", "☑"}
	unticked = []string{"0", "0.0", "0,0", "", "nee", "n", "no", "false", "onwaar", "unchecked", "☐"}
)

// ticked returns the codes of the columns that are ticked, as a list.
func (c *column) ticked(row Row) (string, error) {
	var codes, wrong []string
	var first error
	for _, t := range c.ticks {
		text, err := c.saysAt(row, t.at)
		switch said := fold(text); {
		case err == nil && slices.Contains(ticked, said):
			codes = append(codes, t.code)
			continue
		case err == nil && slices.Contains(unticked, said):
			continue
		case err == nil:
			err = fmt.Errorf("the column %q holds neither a tick (1, x, ja, yes, true) nor none (0, nee, no, false, or nothing)", clip(t.heading, maxShown))
		}
		wrong = append(wrong, text)
		if first == nil {
			first = err
		}
	}
	if first != nil {
		return strings.Join(wrong, ticksMark), first
	}
	return strings.Join(codes, ticksMark), nil
}

// ticksMark divides the codes of ticks.
const ticksMark = ";"
