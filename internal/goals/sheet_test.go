package goals

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// work names a line of the sheet.
type work int

// What is measured, in the order in which it is printed.
const (
	setUpRatio work = iota
	setUpTime
	statisticsPage
	lookUp
	lookUpSlowest
	trendMemory
	trendDuckDB
	allPercentile
	allDuckDB
	listPage
	firstAnswer
	firstFigures
	workbook
	guessesRefused
	guessesLookUp
	strangersDevice
	strangersLookUp
	floodMemory
)

// goal is what a piece of work is compared with, and how it should compare: on
// SQLite and on PostgreSQL at least, or else at most, the limit; zero for no goal.
type goal struct {
	what, with, text string
	limits           [2]float64
	atLeast          bool
}

var goals = [...]goal{
	setUpRatio:     {"demo set-up, all of it", "the driver's bulk insert of the same rows", "≥ 0.4", [2]float64{0.4, 0.4}, true},
	setUpTime:      {"demo set-up, its time", "", "< 60 s at scale 1", [2]float64{60, 60}, false},
	statisticsPage: {"statistics page, nothing changed, 64 connections", "bare gin handler, same bytes", "≥ 0.8", [2]float64{0.8, 0.8}, true},
	lookUp:         {"look-up by code, 64 connections", "bare gin handler, same bytes", "≥ 0.25, ≥ 0.18", [2]float64{0.25, 0.18}, true},
	lookUpSlowest:  {"look-up by code, p99", "", "< 20 ms on two cores", [2]float64{20, 20}, false},
	trendMemory:    {"trend of all years after one released change", "fold of all rows already in memory", "≤ 0.1", [2]float64{0.1, 0.1}, false},
	trendDuckDB:    {"trend of all years after one released change", "DuckDB's full query", "≤ 0.3", [2]float64{0.3, 0.3}, false},
	allPercentile:  {"all years from rows, nothing cached", "percentile_cont on PostgreSQL", "≤ 2, ≤ 1.5", [2]float64{2, 1.5}, false},
	allDuckDB:      {"all years from rows, nothing cached", "DuckDB's full query", "≤ 8, ≤ 6", [2]float64{8, 6}, false},
	listPage:       {"list page, the slowest to grow", "the same page at 10 thousand samples", "≤ 1.3", [2]float64{1.3, 1.3}, false},
	firstAnswer:    {"start to the first answer, look-up page", "", "< 0.5 s", [2]float64{0.5, 0.5}, false},
	firstFigures:   {"start to the first page of figures", "", "", [2]float64{}, false},
	workbook:       {"workbook with 100 thousand rows", "excelize's StreamWriter alone, same cells", "≥ 0.9", [2]float64{0.9, 0.9}, true},

	guessesRefused:  {"flood of wrong codes from 2 000 networks, answered 429", "", "≥ 15 000 of 20 000", [2]float64{15_000, 15_000}, true},
	guessesLookUp:   {"a visitor's look-up meanwhile, p99", "", "< 100 ms", [2]float64{100, 100}, false},
	strangersDevice: {"50 strangers at the sign-in: a known device signs in, longest", "", "≤ 3 s", [2]float64{3, 3}, false},
	strangersLookUp: {"200 look-ups a second meanwhile, p99", "the same with nobody else there", "≤ 20 ms on two cores", [2]float64{20, 20}, false},
	floodMemory:     {"memory at most in both floods", "", "≤ 300 MB", [2]float64{300, 300}, false},
}

// reading is what was measured: the number that the goal is about, and how it reads.
type reading struct {
	number float64
	text   string
	judged bool // the goal is about it
}

// sheet gathers what is measured.
type sheet struct {
	about    []string // the machine and the data
	readings [len(goals)][2]reading
	notes    []string
}

// set notes a measurement.
func (s *sheet) set(w work, database int, number float64, text string, args ...any) {
	s.readings[w][database] = reading{number, fmt.Sprintf(text, args...), true}
}

// tell says something instead of a number, or a number that the goal is not about.
func (s *sheet) tell(w work, database int, text string, args ...any) {
	s.readings[w][database] = reading{text: fmt.Sprintf(text, args...)}
}

// note adds a line below the table.
func (s *sheet) note(text string, args ...any) { s.notes = append(s.notes, fmt.Sprintf(text, args...)) }

// print writes the table as Markdown.
func (s *sheet) print(w io.Writer) {
	fmt.Fprintln(w)
	for _, line := range s.about {
		fmt.Fprintf(w, "- %s\n", line)
	}
	fmt.Fprint(w, "\n| Work | Compared with | SQLite | PostgreSQL | Goal | Met |\n|---|---|---|---|---|---|\n")
	for i, g := range goals {
		r := s.readings[i]
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", g.what, dash(g.with), dash(r[0].text), dash(r[1].text), dash(g.text), g.met(r))
	}
	fmt.Fprintln(w)
	for _, line := range s.notes {
		fmt.Fprintf(w, "- %s\n", line)
	}
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// met tells whether the goal is reached: on both databases, or on which.
func (g goal) met(r [2]reading) string {
	var words [2]string
	for i := range r {
		words[i] = "–"
		if r[i].judged && g.limits[i] != 0 {
			words[i] = "no"
			if r[i].number == g.limits[i] || r[i].number > g.limits[i] == g.atLeast {
				words[i] = "yes"
			}
		}
	}
	if words[0] == words[1] {
		return words[0]
	}
	return words[0] + ", " + words[1]
}

// median is the middle of measurements.
func median[T int64 | float64 | time.Duration](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// ratios divides measurement by measurement.
func ratios(of, by []time.Duration) []float64 {
	list := make([]float64, len(of))
	for i := range of {
		list[i] = of[i].Seconds() / by[i].Seconds()
	}
	return list
}

// milliseconds is a time as the sheet tells it.
func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
