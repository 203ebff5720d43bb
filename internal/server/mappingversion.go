package server

import (
	"errors"
	"fmt"
	"strconv"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// basis is what somebody had before them who made a mapping.
type basis struct {
	from mappingRef // the version from which it was made; zero where it was made anew
	over int32      // the version that is to be replaced by it all the same
}

// basisOf reads it from a form.
func basisOf(in *page.Reader) basis {
	over, _ := strconv.ParseInt(in.Typed.Get("over"), 10, 32)
	return basis{readMappingRef(in.Typed.Get("from")), int32(over)}
}

// newerVersionError tells that there is a version of a mapping on which another does not build.
type newerVersionError struct{ newest mappingRef }

func (e *newerVersionError) Error() string {
	return fmt.Sprintf("mapping %s stands, and another of the name does not build on it", e.newest)
}

// asksToReplace makes of such an error, and of a version that was made in the same moment, a
// question in a field, and tells which version would be replaced.
func asksToReplace(err error, field string) (over string, asked error) {
	newer := (*newerVersionError)(nil)
	switch {
	case errors.As(err, &newer):
		return strconv.Itoa(int(newer.newest.Version)), lab.FieldErrors{{
			Field: field, Format: "There is a version %d of %s, and this one was not made from it. Give yours another name, or send it again to make it the newest.",
			Args: []any{newer.newest.Version, newer.newest.Name},
		}}
	case errors.Is(err, lab.ErrConflict):
		return "", lab.FieldErrors{{Field: field, Format: "Somebody has changed the mapping meanwhile. Give yours another name, or send it again."}}
	}
	return "", err
}
