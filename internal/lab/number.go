package lab

import (
	"fmt"
	"regexp"
	"strconv"
)

// SampleNumber is the number that people read: per service and year, running
// from 1.
type SampleNumber struct {
	Service string // the service's code
	Year    int
	Running int
}

var (
	sampleNumberForm = regexp.MustCompile(`^([A-Z][A-Z0-9]{1,7})-(\d{4})-(\d{5,9})$`)
	serviceCodeForm  = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,7}$`)
)

// String writes the number as UTR-2024-00017.
func (n SampleNumber) String() string {
	return fmt.Sprintf("%s-%04d-%05d", n.Service, n.Year, n.Running)
}

// ParseSampleNumber reads the form UTR-2024-00017.
func ParseSampleNumber(text string) (SampleNumber, error) {
	m := sampleNumberForm.FindStringSubmatch(text)
	if m == nil {
		return SampleNumber{}, fmt.Errorf("%q is not a sample number of the form UTR-2024-00017", text)
	}
	year, _ := strconv.Atoi(m[2])
	running, _ := strconv.Atoi(m[3])
	n := SampleNumber{Service: m[1], Year: year, Running: running}
	if running == 0 || n.String() != text {
		return SampleNumber{}, fmt.Errorf("%q is not a sample number: the running number starts at 00001", text)
	}
	return n, nil
}
