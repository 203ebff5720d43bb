package server

import (
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/store"
)

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
