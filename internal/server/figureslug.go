package server

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"marquis/internal/lab"
	"marquis/internal/statistics"
)

// slugs are the names of products in addresses.
type slugs map[lab.ProductID]string

// newSlugs makes of the English name of each product what an address can hold:
// letters and digits with a hyphen between words. Where two would be alike, the
// later entry gets its number too.
func newSlugs(d *lab.Dictionary) slugs {
	all, taken := slugs{}, map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(d.Products)) {
		name := statistics.ProductName(d, id).English
		if merged := d.MergedProduct(id); merged != nil && name == d.Products[id].NameEN {
			name = merged.NameEN // whose address leads to the other
		}
		slug := cmp.Or(slugOf(name), "product")
		for taken[slug] {
			slug += "-" + strconv.Itoa(int(id))
		}
		all[id], taken[slug] = slug, true
	}
	return all
}

func slugOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(norm.NFKD.String(name)), func(r rune) bool {
		return !unicode.Is(unicode.Mn, r) && !('a' <= r && r <= 'z' || '0' <= r && r <= '9')
	})
	ascii := func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}
	return strings.Map(ascii, strings.Join(words, "-"))
}

func (s slugs) find(slug string) (lab.ProductID, bool) {
	for id, x := range s {
		if x == slug {
			return id, true
		}
	}
	return 0, false
}
