package statistics

// Disclosure control of tables finer than the country. Design section 4: 1 to 4 is
// suppressed, and a second cell where the first could be computed; the counts of
// the country are always shown. The threshold is that of Statistics Netherlands'
// small-area tables (below 5) and within what the OECD's glossary of disclosure
// control tells of agencies (3 or 5). docs/decisions/0013-disclosure-control.md
// has the reasons and the proof.

const (
	minShown = 5 // a count from which it is shown; zero is shown too
	// minCover is a count that leaves room for any 1 to 4 hidden beside it: were that
	// 4 instead of 1, this one would still be none of the small.
	minCover = minShown + 3
)

// isSmall tells whether a count must not be known.
func isSmall(n int) bool { return 0 < n && n < minShown }

// hiding is what of a row is not shown.
type hiding int

const (
	hideNothing hiding = iota
	hideParts          // its counts; its total is shown
	hideRow            // its counts and its total
)

// parts are the two counts of which a row has the total.
type parts [2]int

func (p parts) total() int { return p[0] + p[1] }

func (p parts) least() int { return min(p[0], p[1]) }

// hide decides what is not shown of a table of counts of which the totals of all
// columns are known. Of a row with a small total it hides
// everything, of a row with a small part all parts. Whatever is hidden for that
// gets cover: the least row, the first among equals, that has minCover in what is
// hidden, is hidden alike. Where no row can cover totals, nothing is told of any
// row; where none can cover parts, only totals are.
//
// A single row is the country, and nothing of it is hidden.
func hide(rows []parts) []hiding {
	hidden := make([]hiding, len(rows))
	if len(rows) < 2 {
		return hidden
	}
	smallTotal, smallPart := false, false
	for i, row := range rows {
		switch {
		case isSmall(row.total()):
			hidden[i], smallTotal = hideRow, true
		case isSmall(row[0]) || isSmall(row[1]):
			hidden[i], smallPart = hideParts, true
		}
	}
	if smallTotal && !cover(rows, hidden, hideRow, parts.total) {
		return hideAll(len(rows))
	}
	if smallPart && !cover(rows, hidden, hideParts, parts.least) {
		return onlyTotals(rows, hidden)
	}
	return hidden
}

// cover hides the row that covers what is hidden, unless one that does is hidden
// already. It tells whether there is one. Size is what of a row must be large.
func cover(rows []parts, hidden []hiding, as hiding, size func(parts) int) bool {
	best := -1
	for i, row := range rows {
		if size(row) < minCover {
			continue
		}
		if hidden[i] >= as {
			return true
		}
		if best < 0 || row.total() < rows[best].total() {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	hidden[best] = as
	return true
}

// onlyTotals hides the parts of all rows that have any. Of a single such row they
// would be those of the country.
func onlyTotals(rows []parts, hidden []hiding) []hiding {
	filled := 0
	for i, row := range rows {
		if row.total() > 0 {
			hidden[i] = max(hidden[i], hideParts)
			filled++
		}
	}
	if filled < 2 {
		return hideAll(len(rows))
	}
	return hidden
}

func hideAll(n int) []hiding {
	hidden := make([]hiding, n)
	for i := range hidden {
		hidden[i] = hideRow
	}
	return hidden
}

// suppress marks a count that the public does not see.
func (c *Cell) suppress() {
	c.Mark = Secondary
	if isSmall(*c.N) {
		c.Mark = Small
	}
}

// public returns the cell as the public sees it: of a marked one nothing is left
// but that it is suppressed.
func (c Cell) public() Cell {
	if c.Mark != "" {
		return Cell{State: Suppressed}
	}
	return c
}
