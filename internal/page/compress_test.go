package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func TestGzipIsSentToWhoTakesIt(t *testing.T) {
	for accepts, want := range map[string]bool{
		"gzip": true, "GZIP": true, "x-gzip": true, "gzip, deflate, br, zstd": true, "br, gzip": true, "deflate;q=1,gzip;q=0.5": true, "gzip;q=1.000": true,
		"*": true, "*;q=0.1": true, "identity;q=0, *": true, "identity;q=0.5, gzip;q=0.5": true, "gzip ; q=0.001": true, "gzip;Q=1": true,
		"": false, "identity": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "gzip; q=0": false, "*;q=0": false, "gzip;q=0, *": false,
		"*, gzip;q=0": false, "gzip;q=0.2, identity;q=0.8": false, "gzip;q=-1": false, "gzip;q=2": false, "gzip;q=x": false, "gzip;q=NaN": false,
		"gzip;q=": false, "ungzip": false, ",,;": false, "x-gzip;q=0": false,
	} {
		if have := takesGzip(accepts); have != want {
			t.Errorf("%q: %t", accepts, have)
		}
	}
}

func TestATagIsKnownCompressedOrNot(t *testing.T) {
	const tag = `W/"abc"`
	for asked, want := range map[string]bool{
		`W/"abc"`: true, `"abc"`: true, `"x", W/"abc"`: true, ` "x" ,"abc" `: true, "*": true, "": false, `"abcd"`: false, "abc": false, `W/"x"`: false,
	} {
		if have := sameTag(asked, tag); have != want {
			t.Errorf("%q: %t", asked, have)
		}
	}
}

func TestWhatShrinksIsKeptBothWays(t *testing.T) {
	text := []byte(strings.Repeat("ketamine 79.5 % ", 1000))
	r, err := gzip.NewReader(bytes.NewReader(compressed(text)))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := io.ReadAll(r); err != nil || !bytes.Equal(back, text) {
		t.Errorf("%d bytes of %d come back, %v", len(back), len(text), err)
	}
	for _, small := range [][]byte{nil, []byte("ok\n"), compressed(text)} {
		if zip := compressed(small); zip != nil {
			t.Errorf("%d bytes became %d", len(small), len(zip))
		}
	}
	c, err := (&Cache{}).Page(t.Context(), edition{stamp: 1}, Key{}, body(string(text)))
	if err != nil || c.bytes() != len(c.Body)+len(c.zip) || len(c.zip) == 0 {
		t.Errorf("%d bytes are counted, %v", c.bytes(), err)
	}
}
