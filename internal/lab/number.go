package lab

import (
	"fmt"
	"regexp"
	"strconv"
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
