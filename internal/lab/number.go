package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// SampleNumber is the number that people read: per service, year and series, running
// from 1. A registry that was never restored gives numbers in series 0; each restore of
// a backup opens the next one, so that no number is given twice.
type SampleNumber struct {
	Service string // the service's code
	Year    int
	Series  int // 0 to MaxSeries
	Running int
}

// Number is the number of the sample, at the service with the code.
func (s *Sample) Number(service string) SampleNumber {
	return SampleNumber{Service: service, Year: int(s.NumberYear), Series: int(s.NumberSeries), Running: int(s.NumberRunning)}
}

// MaxSeries is the last series: Z.
const MaxSeries = 26

var (
	sampleNumberForm = regexp.MustCompile(`^([A-Z][A-Z0-9]{1,7})-(\d{4})-([A-Z]?)(\d{5,9})$`)
	serviceCodeForm  = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,7}$`)
)

// SeriesLetter is what stands before the running number: nothing in series 0, then A, B
// and so on.
func SeriesLetter(series int) string {
	if series <= 0 || series > MaxSeries {
		return ""
	}
	return string(rune('A' + series - 1))
}

// SeriesOf reads what SeriesLetter wrote.
func SeriesOf(letter string) (series int, ok bool) {
	switch {
	case letter == "":
		return 0, true
	case len(letter) != 1 || letter[0] < 'A' || letter[0] > 'Z':
		return 0, false
	}
	return int(letter[0]-'A') + 1, true
}

// String writes the number as UTR-2024-00017, or as UTR-2024-A00017 in a further series.
func (n SampleNumber) String() string {
	return fmt.Sprintf("%s-%04d-%s%05d", n.Service, n.Year, SeriesLetter(n.Series), n.Running)
}

// ParseSampleNumber reads the form UTR-2024-00017 or UTR-2024-A00017.
func ParseSampleNumber(text string) (SampleNumber, error) {
	m := sampleNumberForm.FindStringSubmatch(text)
	if m == nil {
		return SampleNumber{}, fmt.Errorf("%q is not a sample number of the form UTR-2024-00017", text)
	}
	year, _ := strconv.Atoi(m[2])
	series, _ := SeriesOf(m[3])
	running, _ := strconv.Atoi(m[4])
	n := SampleNumber{Service: m[1], Year: year, Series: series, Running: running}
	if running == 0 || n.String() != text {
		return SampleNumber{}, fmt.Errorf("%q is not a sample number: the running number starts at 00001", text)
	}
	return n, nil
}

// SoughtNumber is a sample number as people type it, of which parts may be left out.
type SoughtNumber struct {
	Service string // empty: of any service
	Year    int    // zero: of any year
	Series  string // a letter before the running number, empty for none
	Running int
}

// soughtForm forgives small letters, which are raised before, other marks between the
// parts, and missing zeros.
var soughtForm = regexp.MustCompile(`^(?:([A-Z][A-Z0-9]{1,7}?)[\s./_-]*)??(?:(\d{4})[\s./_-]+([A-Z]?))?0*(\d{1,9})$`)

// SeekNumber reads what somebody types who looks for a sample: 26, UTR 26, UTR-2024-17.
func SeekNumber(typed string) (n SoughtNumber, ok bool) {
	m := soughtForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(typed)))
	if m == nil {
		return n, false
	}
	n.Service, n.Series = m[1], m[3]
	n.Year, _ = strconv.Atoi(m[2])
	n.Running, _ = strconv.Atoi(m[4])
	return n, n.Running > 0
}

// String writes what is sought, without what was left out.
func (n SoughtNumber) String() string {
	text := fmt.Sprintf("%s%d", n.Series, n.Running)
	if n.Year > 0 {
		text = fmt.Sprintf("%04d-%s%05d", n.Year, n.Series, n.Running)
	}
	if n.Service == "" {
		return text
	}
	return n.Service + "-" + text
}
