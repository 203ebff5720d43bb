package statistics

import "marquis/internal/lab"

// OutcomeLine is a line of a table of outcomes: one outcome, or the two together that stood as
// one before something unclear had a word of its own.
type OutcomeLine struct {
	Code string // of the outcome, or Together
	Of   []lab.Outcome
}

// Together is the code of the line that continues the older series of the outcome expected
// only: with something unclear and without.
const Together = "expected_together"

// TogetherName is the name of that line.
var TogetherName = Text{"Both: nothing unexpected seen, and with something unclear", "Samen: niets onverwachts gezien, en met iets onduidelijks"}

// OutcomeLines are the lines of a table of outcomes. The sum stands under what it is of, and
// adds nothing to the rest.
func OutcomeLines() (lines []OutcomeLine) {
	for _, o := range lab.OutcomeClasses {
		lines = append(lines, OutcomeLine{string(o), []lab.Outcome{o}})
		if o == lab.ExpectedUnclear {
			lines = append(lines, OutcomeLine{Together, []lab.Outcome{lab.ExpectedOnly, lab.ExpectedUnclear}})
		}
	}
	return lines
}

// OutcomeLinesEUDA are the lines of a table of the split of the European Union Drugs Agency.
func OutcomeLinesEUDA() (lines []OutcomeLine) {
	for _, o := range lab.OutcomeClassesEUDA {
		lines = append(lines, OutcomeLine{string(o), []lab.Outcome{o}})
	}
	return lines
}

// Count is the number of samples of the line.
func (l OutcomeLine) Count(counts map[lab.Outcome]int) (n int) {
	for _, o := range l.Of {
		n += counts[o]
	}
	return n
}
