package page

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
)

// Only what is the same for everybody is ever compressed: the pages of figures that
// are kept, their files, and the assets. A page that says something of a result, of a
// person or of what was typed never is: the size that it shrinks to would tell.

// compressed is a body by gzip, nil where that makes it little smaller, as with
// pictures and workbooks.
func compressed(body []byte) []byte {
	var zip bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zip, gzip.BestCompression) // the level is one that there is
	if _, err := w.Write(body); err != nil || w.Close() != nil || zip.Len() > len(body)*9/10 {
		return nil
	}
	return zip.Bytes()
}

// takesGzip tells whether an Accept-Encoding takes gzip, and no less gladly than the
// plain bytes.
func takesGzip(accepts string) bool {
	const unsaid = -1.0
	gzipped, plain, rest := unsaid, unsaid, unsaid
	for part := range strings.SplitSeq(accepts, ",") {
		name, weight := weighted(part)
		switch name {
		case "gzip", "x-gzip":
			gzipped = max(gzipped, weight)
		case "identity":
			plain = weight
		case "*":
			rest = weight
		}
	}
	if gzipped == unsaid {
		gzipped = rest
	}
	return gzipped > 0 && gzipped >= plain
}

// weighted is one part of an Accept-Encoding: its name, and how glad of it the client
// is, from 0, not at all, to 1. A weight that is none counts as 0.
func weighted(part string) (name string, weight float64) {
	name, rest, _ := strings.Cut(part, ";")
	weight = 1
	for parameter := range strings.SplitSeq(rest, ";") {
		key, value, found := strings.Cut(strings.TrimSpace(parameter), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			q = 0
		}
		weight = q
	}
	return strings.ToLower(strings.TrimSpace(name)), weight
}

// sameTag tells whether an If-None-Match names a tag, whatever kind of tag: what is
// sent is the same to the reader, compressed or not.
func sameTag(asked, tag string) bool {
	strip := func(t string) string { return strings.TrimPrefix(strings.TrimSpace(t), "W/") }
	for one := range strings.SplitSeq(asked, ",") {
		if one = strip(one); one == strip(tag) || one == "*" {
			return true
		}
	}
	return false
}
