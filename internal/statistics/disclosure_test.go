package statistics

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestHide(t *testing.T) {
	const n, p, w = hideNothing, hideParts, hideRow
	for _, c := range []struct {
		name string
		rows []parts
		want []hiding
	}{
		{"no services", nil, []hiding{}},
		{"one service is the country", []parts{{2, 1}}, []hiding{n}},
		{"nothing small", []parts{{10, 0}, {5, 5}, {0, 0}}, []hiding{n, n, n}},
		{"a small total, with the least of 8", []parts{{2, 1}, {30, 10}, {6, 0}, {8, 0}}, []hiding{w, n, n, w}},
		{"the first among equals", []parts{{3, 0}, {9, 9}, {9, 9}}, []hiding{w, w, n}},
		{"small totals do not cover each other", []parts{{4, 0}, {4, 0}, {20, 20}}, []hiding{w, w, w}},
		{"nothing covers a small total", []parts{{4, 0}, {7, 0}, {0, 0}}, []hiding{w, w, w}},
		{"a small part, with the least of 8 and 8", []parts{{40, 2}, {50, 7}, {90, 9}, {70, 8}, {0, 0}}, []hiding{p, n, n, p, n}},
		{"a row hidden as a whole covers parts too", []parts{{1, 0}, {8, 8}, {40, 2}, {40, 20}}, []hiding{w, w, p, n}},
		{"nothing covers a small part", []parts{{40, 2}, {50, 0}, {30, 6}, {0, 0}}, []hiding{p, p, p, n}},
		{"the only service with samples", []parts{{40, 2}, {0, 0}}, []hiding{w, w}},
	} {
		if got := hide(c.rows); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// completions calls yield with every table that agrees with what is shown of rows:
// with what is not hidden, with the totals of the columns, and with a total that is
// hidden being none of the zeros, since those are shown, unless everything is
// hidden.
func completions(rows []parts, hidden []hiding, yield func([]parts)) {
	least := 1
	if !slices.ContainsFunc(hidden, func(h hiding) bool { return h != hideRow }) {
		least = 0
	}
	var left parts
	for _, row := range rows {
		left = parts{left[0] + row[0], left[1] + row[1]}
	}
	fits := func(i int, p parts) bool {
		switch hidden[i] {
		case hideNothing:
			return p == rows[i]
		case hideParts:
			return p.total() == rows[i].total()
		}
		return p.total() >= least
	}
	table := make([]parts, len(rows))
	var fill func(i int, left parts)
	fill = func(i int, left parts) {
		if i == len(rows)-1 {
			if table[i] = left; fits(i, left) {
				yield(table)
			}
			return
		}
		for a := range left[0] + 1 {
			for b := range left[1] + 1 {
				if p := (parts{a, b}); fits(i, p) {
					table[i] = p
					fill(i+1, parts{left[0] - a, left[1] - b})
				}
			}
		}
	}
	fill(0, left)
}

// values are what the parts and the total of each row can be.
type values [][3]map[int]bool

func newValues(n int) values {
	v := make(values, n)
	for i := range v {
		v[i] = [3]map[int]bool{{}, {}, {}}
	}
	return v
}

func (v values) add(table []parts) {
	for i, p := range table {
		v[i][0][p[0]], v[i][1][p[1]], v[i][2][p.total()] = true, true, true
	}
}

func containsSmall(p parts) bool { return isSmall(p[0]) || isSmall(p[1]) }

// sameKinds tells whether the same rows are small, and the same hold a small part.
func sameKinds(a, b []parts, hidden []hiding) bool {
	for i := range a {
		if isSmall(a[i].total()) != isSmall(b[i].total()) || hidden[i] == hideParts && containsSmall(a[i]) != containsSmall(b[i]) {
			return false
		}
	}
	return true
}

func drawParts(t *rapid.T) []parts {
	count := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 4), rapid.IntRange(5, 13))
	row := rapid.Custom(func(t *rapid.T) parts { return parts{count.Draw(t, "released"), count.Draw(t, "no result")} })
	return rapid.SliceOfN(row, 2, 4).Draw(t, "rows")
}

// TestNothingSmallIsRevealed tries all tables that agree with what is shown.
func TestNothingSmallIsRevealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawParts(t)
		hidden := hide(rows)
		possible, informed := newValues(len(rows)), newValues(len(rows))
		completions(rows, hidden, func(table []parts) {
			possible.add(table)
			if sameKinds(table, rows, hidden) {
				informed.add(table)
			}
		})
		everything := !slices.ContainsFunc(hidden, func(h hiding) bool { return h != hideRow })
		for i, p := range rows {
			for j, n := range [3]int{p[0], p[1], p.total()} {
				isHidden := hidden[i] == hideRow || hidden[i] == hideParts && j < 2
				if isSmall(n) && !isHidden {
					t.Fatalf("%v, %v: row %d shows %d", rows, hidden, i, n)
				}
				if !isSmall(n) {
					continue
				}
				// A reader cannot compute it, nor even be sure that it is small.
				outside := false
				for v := range possible[i][j] {
					outside = outside || !isSmall(v)
				}
				if len(possible[i][j]) < 2 || !outside {
					t.Fatalf("%v, %v: count %d of row %d can only be %v", rows, hidden, j, i, possible[i][j])
				}
				// One who knows which rows are small learns no more than that of a total,
				// and of a part beside a shown total that has cover.
				covered := j == 2 || hidden[i] == hideParts && slices.ContainsFunc(rows, func(o parts) bool { return o.least() >= minCover })
				for v := 1; v < minShown && covered && !everything; v++ {
					if !informed[i][j][v] {
						t.Fatalf("%v, %v: count %d of row %d cannot be %d", rows, hidden, j, i, v)
					}
				}
			}
		}
	})
}

// TestHidesOnlyForCause counts what is hidden beyond what has to be.
func TestHidesOnlyForCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawParts(t)
		hidden := hide(rows)
		extra := 0
		for i, p := range rows {
			if hidden[i] != hideNothing && !containsSmall(p) && !isSmall(p.total()) {
				extra++
			}
		}
		anySmall := slices.ContainsFunc(rows, func(p parts) bool { return containsSmall(p) || isSmall(p.total()) })
		if !anySmall && extra > 0 {
			t.Fatalf("%v: %v without a cause", rows, hidden)
		}
		canCover := slices.ContainsFunc(rows, func(p parts) bool { return p.least() >= minCover })
		if canCover && extra > 2 {
			t.Fatalf("%v: %v hides %d rows as cover", rows, hidden, extra)
		}
		if again := hide(rows); !slices.Equal(again, hidden) {
			t.Fatalf("%v: %v, then %v", rows, hidden, again)
		}
	})
}
