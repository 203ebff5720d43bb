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

// MaxSeries is the last series: ZZ. mostSkipped is how many a restore may leave out, so
// that no slip of the hand uses all of them up.
const (
	MaxSeries   = 26 + 26*26
	mostSkipped = 26
)

var (
	sampleNumberForm = regexp.MustCompile(`^([A-Z][A-Z0-9]{1,7})-(\d{4})-([A-Z]{0,2})(\d{5,9})$`)
	serviceCodeForm  = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,7}$`)
)

// SeriesLetter is what stands before the running number: nothing in series 0, then A, B
// and so on, and after Z two letters, AA, AB.
func SeriesLetter(series int) string {
	if series <= 0 || series > MaxSeries {
		return ""
	}
	last := string(rune('A' + (series-1)%26))
	return SeriesLetter((series-1)/26) + last
}

// SeriesOf reads what SeriesLetter wrote.
func SeriesOf(letter string) (series int, ok bool) {
	if len(letter) > 2 {
		return 0, false
	}
	for _, l := range []byte(letter) {
		if l < 'A' || l > 'Z' {
			return 0, false
		}
		series = 26*series + int(l-'A') + 1
	}
	return series, true
}

// NextSeries is the series in which numbers go on after a restore: the one after the
// last, or that which was asked for.
func NextSeries(last, asked int) (series int, err error) {
	switch {
	case asked == 0:
		asked = last + 1
	case asked > last+1+mostSkipped:
		return 0, fmt.Errorf("series %s is more than %d after %q, the last one", SeriesLetter(asked), mostSkipped, SeriesLetter(last))
	}
	switch {
	case asked <= last:
		return 0, fmt.Errorf("numbers of series %q may have been given already; the last one was %q", SeriesLetter(asked), SeriesLetter(last))
	case asked > MaxSeries:
		return 0, fmt.Errorf("there is no series after %s", SeriesLetter(MaxSeries))
	}
	return asked, nil
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
	Series  string // a letter or two before the running number, empty for none
	Running int
}

// soughtForm forgives small letters, which are raised before, other marks between the
// parts, and missing zeros.
var soughtForm = regexp.MustCompile(`^(?:([A-Z][A-Z0-9]{1,7}?)[\s./_-]*)??(?:(\d{4})[\s./_-]+([A-Z]{0,2}))?0*(\d{1,9})$`)

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
