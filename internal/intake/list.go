package intake

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"marquis/internal/lab"
)

// readCell reads the findings of a row in one set of columns: one, or those of a list, by
// each method that the row names.
func (p *planner) readCell(b *boundFinding, at place) {
	rows, problems := p.apart(b, at.row())
	at.reject(problems...)
	for _, row := range rows {
		if len(rows) > 1 && isBlank(b.substance.text(row)) { // an empty place in the list
			_, problems := b.empty(row)
			at.reject(problems...)
			continue
		}
		for _, called := range b.methods(row) {
			p.readFinding(b, at, called)
		}
		p.measuredByOne(len(b.methods(row)))
	}
}

// methods are a row once for each of the methods that it names.
func (b *boundFinding) methods(row Row) []Row {
	if b.method == nil || b.method.List == "" || b.method.at < 0 {
		return []Row{row}
	}
	tokens := b.method.tokens(b.method.text(row))
	if len(tokens) < 2 {
		return []Row{row}
	}
	rows := make([]Row, len(tokens))
	for i, token := range tokens {
		rows[i] = row.with(b.method.at, token)
	}
	return rows
}

// measuredByOne lets an amount that stands beside several methods be of those that measure;
// the others found the substance.
func (p *planner) measuredByOne(methods int) {
	same := p.found[len(p.found)-methods:]
	measures := func(f found) bool { return f.method != nil && f.method.Quantifies }
	if methods < 2 || !slices.ContainsFunc(same, measures) {
		return
	}
	for i := range same {
		if f := &same[i].finding; !measures(same[i]) && f.Detection == lab.Quantified {
			f.Detection, f.Amount, f.Basis, f.Uncertainty = lab.Identified, lab.Amount{}, "", 0
		}
	}
}

// with is the row with another text in one cell.
func (r Row) with(at int, text string) Row {
	instead := maps.Clone(r.instead)
	if instead == nil {
		instead = map[int]string{}
	}
	instead[at], r.instead = text, instead
	return r
}

// apart takes a row whose cell is a list of substances apart, into a row for each, with what
// stands beside it in the same order.
func (p *planner) apart(b *boundFinding, row Row) ([]Row, []problem) {
	c := b.substance
	if c.List == "" || c.at < 0 {
		return []Row{row}, nil
	}
	names := p.namesIn(c, c.text(row))
	rows := make([]Row, len(names))
	var problems []problem
	for i, name := range names {
		rows[i] = row.with(c.at, name)
		if why := p.notAPart(c, names, i); why != "" {
			problems = append(problems, problem{c.name, c.text(row), why})
		}
	}
	for _, beside := range []*column{b.amount, b.uncertainty, b.unit, b.basis, b.detection, b.stereo, b.abundance} {
		if beside == nil || beside.at < 0 || beside.at == c.at {
			continue
		}
		text := beside.text(row)
		list, counts := beside.List, false
		if beside == b.amount || beside == b.uncertainty {
			counts = true
			if list = b.amount.List; list == "" {
				list = strings.ReplaceAll(c.List, c.decimal, "")
			}
		}
		if list == "" && !counts {
			continue
		}
		parts := split(text, list)
		if isBlank(strings.Join(parts, "")) {
			parts = make([]string, len(names))
		}
		if len(parts) == 1 && !counts {
			continue
		}
		if len(parts) != len(names) {
			problems = append(problems, problem{beside.spec.name, text, fmt.Sprintf(
				"%d are told here for %d substances: write one for each, in the same order, or none; where one has none, leave its place empty.", len(parts), len(names))})
			continue
		}
		for i := range rows {
			rows[i].instead[beside.at] = parts[i]
		}
	}
	return rows, problems
}

// split takes a text apart at any of the separators, and at new lines. Empty places count,
// but for one behind the last separator.
func split(text, separators string) []string {
	spans := spansOf(text, separators)
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = strings.TrimSpace(text[s[0]:s[1]])
	}
	return parts
}

// spansOf are the places of the parts of a text.
func spansOf(text, separators string) (spans [][2]int) {
	from := 0
	for i, r := range text {
		if r == '\n' || divides(separators, r) {
			spans = append(spans, [2]int{from, i})
			from = i + len(string(r))
		}
	}
	if from == 0 || strings.TrimSpace(text[from:]) != "" {
		spans = append(spans, [2]int{from, len(text)})
	}
	return spans
}

// divides tells that a sign is one of the separators, or a wide form of it: ； as ;.
func divides(separators string, r rune) bool {
	return strings.ContainsRune(separators, r) || separators != "" && r > unicode.MaxASCII && strings.Contains(separators, norm.NFKC.String(string(r)))
}

// wholeNumbers joins what a comma between two digits divides: it is in a name, as in
// 2,5-dimethoxy.
func wholeNumbers(text string, spans [][2]int) [][2]int {
	joined := spans[:1]
	for _, s := range spans[1:] {
		if last := &joined[len(joined)-1]; inNumber.MatchString(text[max(0, s[0]-2):min(len(text), s[0]+1)]) {
			last[1] = s[1]
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

var inNumber = regexp.MustCompile(`^\d,\d$`)

// notAPart says why a part of a list is no name of its own; empty where it may be one.
func (p *planner) notAPart(c *column, names []string, i int) string {
	name := names[i]
	switch {
	case i > 0 && isFragment(name) && !p.isName(c, name):
		return fmt.Sprintf("%q is part of a name, perhaps of %q: write the name of one substance without the sign that divides the list, or translate the whole with the values of substance.",
			clip(name, maxShown), clip(name+" "+names[i-1], maxShown))
	case strings.Count(name, "(") != strings.Count(name, ")") || strings.Count(name, "[") != strings.Count(name, "]"):
		return fmt.Sprintf("A sign that divides the list stands within brackets, so that %q is no name: write each substance by itself.", clip(name, maxShown))
	}
	return ""
}

// fragment is what stands before the name of a substance to say which of its kind it is.
var fragment = regexp.MustCompile(`(?i)^(?:(?:ortho|meta|para|alpha|beta|gamma|delta|cis|trans|iso|nor|des|di|tri|tetra|mono|fluoro?|chloo?ro?|bromo?|iodo|joo?d|methyl|ethyl|propyl|butyl|pentyl|hexyl|` +
	`acetyl|butyryl|butanoyl|valeryl|furanyl|furoyl|methoxy|ethoxy|hydroxy|nitro|amino|cyano|cyclo|acryl|acryloyl|benzyl|benzoyl|phenyl|thio|oxo|oxy|keto|dehydro|hydro|[nosmdlrp](?:[-,'’′()\s]|$)|[αβγδ]|\d+|['’′+±(),\s-])+)$`)

// isFragment tells that a text is nothing but such parts.
func isFragment(text string) bool { return letters.MatchString(text) && fragment.MatchString(text) }

var letters = regexp.MustCompile(`\pL{3}`)

// mostJoined is how many parts of a list make one known name at most.
const mostJoined = 4

// namesIn takes a list of names apart. A known name that holds a separator is one.
func (p *planner) namesIn(c *column, text string) []string {
	return apartBy(c.List, text, func(whole string) bool { return p.isName(c, whole) })
}

// apartBy takes a list apart at its separators, but for what is one name.
func apartBy(separators, text string, isName func(string) bool) (names []string) {
	spans := wholeNumbers(text, spansOf(text, separators))
	for i := 0; i < len(spans); {
		end := i + 1
		for n := min(mostJoined, len(spans)-i); n > 1; n-- {
			whole := strings.TrimSpace(text[spans[i][0]:spans[i+n-1][1]])
			if !strings.ContainsAny(whole, ";|\n") && isName(whole) {
				end = i + n
				break
			}
		}
		names = append(names, strings.TrimSpace(text[spans[i][0]:spans[end-1][1]]))
		i = end
	}
	return names
}

// isName tells that a text is one name, by the mapping or the dictionary.
func (p *planner) isName(c *column, text string) bool {
	_, told := c.meaningOf(text)
	_, _, known := p.before.FindSubstance(text)
	_, lists := p.mapping.Findings.words()
	for _, list := range lists {
		told = told || contains(list, text)
	}
	return told || known || contains(p.mapping.Findings.NewSubstances, text)
}

// betweenNew stands between names that nobody knows: such signs are in few names of
// substances, and only a person can tell.
var betweenNew = regexp.MustCompile(`(?i)\s*[;|\n•、/\x{2028}\x{2029}]\s*|\s+[+&]\s*|\s*[+&]\s+|,\s+|\s(?:and|en|or|met|with|plus|und|[-–—])\s|<br\s*/?>|\\n`)

// severalNew lists the parts of a name that looks like several, none of them known.
func severalNew(called string) []string {
	return slices.DeleteFunc(betweenNew.Split(called, -1), func(part string) bool { return lab.Fold(part) == "" })
}

// severalSubstances says what to write where a cell names several substances.
func (p *planner) severalSubstances(several []string, text string) string {
	known := slices.ContainsFunc(several, func(part string) bool { return p.before.AskName(part).Substance != nil })
	return severalSentence("substance", p.mapping.Findings.Fields["substance"], several, text, known)
}

// severalSentence says what to write where a cell of a field names several, and whether some of
// them are known.
func severalSentence(field string, f Field, several []string, text string, known bool) string {
	list := f.List
	if i := strings.IndexAny(text, "\n;|•+&/,"); i >= 0 {
		sign, _ := utf8.DecodeRuneInString(text[i:])
		list += string(sign)
	}
	one := "or to findings.new_substances"
	if known {
		one = "with what it means"
	}
	what, apart := "several substances", "write each in a row of its own, or with ; between them"
	if field == "sold_as" {
		what, apart = "several products", `write them with ; between them, which divides them where the mapping says list = ";"`
	}
	names := clip(strings.Join(several, "; "), maxShown)
	if list == f.List { // only a word, or brackets, stand between them
		return fmt.Sprintf("this is %s (%s): %s; if it is one name, add it to the values of %s, %s",
			what, names, apart, field, one)
	}
	return fmt.Sprintf("this is %s (%s): if such a cell is a list, say so in the mapping, as in %s = { column = %q, list = %q }; if it is one name, add it to the values of %s, %s",
		what, names, field, clip(f.Column, maxShown), list, field, one)
}
