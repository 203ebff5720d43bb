package server

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
	"marquis/internal/store"
)

// looseNumber is a sample number as people type it.
var looseNumber = regexp.MustCompile(`^([A-Z][A-Z0-9]*?)[\s./_-]*(\d{4})[\s./_-]+([A-Z]?)0*(\d{1,9})$`)

// readNumber reads a sample number with forgiveness: small letters, other marks
// between its parts, leading zeros left out.
func readNumber(text string) (lab.SampleNumber, error) {
	m := looseNumber.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(text)))
	if m == nil {
		return lab.ParseSampleNumber(text)
	}
	year, _ := strconv.Atoi(m[2])
	series, _ := lab.SeriesOf(m[3])
	running, _ := strconv.Atoi(m[4])
	return lab.ParseSampleNumber(lab.SampleNumber{Service: m[1], Year: year, Series: series, Running: running}.String())
}

// findByNumber leads to a sample. One of another service looks as if it did not
// exist.
func (r *request) findByNumber(text string) error {
	number, err := readNumber(text)
	if err == nil {
		_, err = r.server.Store.FindSample(r.Ctx(), r.Actor, number)
	} else {
		err = lab.ErrNotFound
	}
	if errors.Is(err, lab.ErrNotFound) {
		var mistakes lab.FieldErrors
		mistakes.Check(false, "number", "There is no sample %q among those that you may see. A number looks like UTR-2024-00017.", text)
		err = mistakes
	}
	return r.End(err, "/samples/"+number.String(), "work.html", func() (any, *page.Form, error) {
		shown, err := r.workPage(url.Values{})
		if err != nil {
			return nil, nil, err
		}
		shown.Find.Set("number", text)
		return shown, shown.Find, nil
	})
}

func sampleAddress(number lab.SampleNumber) string { return "/samples/" + number.String() }

// seenValue is a sample in the version that was seen, as a form posts it.
func seenValue(number lab.SampleNumber, version int32) string {
	return number.String() + "." + strconv.Itoa(int(version))
}

// seenSample finds what seenValue wrote among the samples of the service of the
// address.
func (r *request) seenSample(value string) (store.VersionedKey, error) {
	text, version, _ := strings.Cut(value, ".")
	number, err := lab.ParseSampleNumber(text)
	seen, wrong := strconv.ParseInt(version, 10, 32)
	if err != nil || wrong != nil || number.Service != r.Service.Code {
		return store.VersionedKey{}, lab.ErrNotFound
	}
	key, err := r.server.Store.FindSample(r.Ctx(), r.Actor, number)
	return store.VersionedKey{Key: key, Version: int32(seen)}, err
}
