package statistics

import (
	"iter"
	"time"

	"marquis/internal/lab"
)

// Annual is everything that the report of a year says.
type Annual struct {
	Language   string
	Scope      Scope
	Years      []*Year                     // rising; the last is the year of the report
	Services   []ServiceYear               // of the year of the report
	Rows       iter.Seq2[SampleRow, error] // one per registered sample of the year, and no other
	Dictionary *lab.Dictionary
	MadeAt     time.Time
	Program    string         // version of the program
	Progress   func(done int) // told from time to time how many rows are written; may be nil
}

// SampleRow is one registered sample of a report.
type SampleRow struct {
	Service string // code
	lab.FactRow
}
