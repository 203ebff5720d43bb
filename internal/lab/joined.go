package lab

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What stands between several names: some signs are in no name, others are in many, and most are
// in few.
var (
	rotation     = regexp.MustCompile(`\(\s*(?:\+|[-–]|±|\+/-)\s*\)`) // as in (+)-MDMA
	betweenNames = regexp.MustCompile(`(?i)[;|+&\n•]|\s(?:and|en|met|with|und|plus)\s`)
	joinedNames  = regexp.MustCompile(`[-–—−.…'’_]+`)
	perhaps      = regexp.MustCompile(`(?i)[^\pL\pN\pM\s–—−.…'’_-]|\s[-–—]\s|\s(?:or|of)\s`)
)

// severalNames lists the parts of a text that names several substances.
func (d *Dictionary) severalNames(typed string) []string {
	if parts := d.dividedNames(typed); parts != nil {
		return parts
	}
	return d.joinedAsOne(Fold(typed))
}

// dividedNames lists the parts of a text that names several substances with a sign between them:
// at least one is known where the sign stands in no name, else at least two.
func (d *Dictionary) dividedNames(typed string) []string {
	text := norm.NFKC.String(rotation.ReplaceAllString(typed, "")) // a wide sign is the sign
	for i, between := range []*regexp.Regexp{betweenNames, perhaps, joinedNames} {
		parts := between.Split(text, -1)
		for i := range parts {
			parts[i] = tidied(parts[i])
		}
		parts = slices.DeleteFunc(parts, func(part string) bool { return Fold(part) == "" })
		if len(parts) < 2 {
			continue
		}
		known := map[*Substance]bool{}
		for _, part := range parts {
			s := d.named(part)
			if without, dose := d.withoutDose(part); s == nil && dose {
				s = d.named(without)
			}
			if s != nil {
				known[s] = true
			}
		}
		if len(known) > min(i, 1) {
			return parts
		}
	}
	return nil
}

// isSeveral tells that a text found a name that was added here by its letters alone, and that the
// signs in it divide several known names: MDMA/PMMA is both, though somebody called something
// MDMAPMMA. Only what a person has reviewed may be spelled so.
func (d *Dictionary) isSeveral(typed string, found SubstanceName) bool {
	if !found.here || found.settled && strings.EqualFold(strings.Join(strings.Fields(typed), " "), found.Name) {
		return false
	}
	return d.dividedNames(typed) != nil
}

// joinedAsOne takes two known names apart that nothing divides.
func (d *Dictionary) joinedAsOne(folded string) []string {
	for i := range folded {
		first, rest := folded[:i], folded[i:]
		if min(utf8.RuneCountInString(first), utf8.RuneCountInString(rest)) < leastPart {
			continue
		}
		_, known := d.substanceNames[first]
		if _, both := d.substanceNames[rest]; known && both {
			return []string{first, rest}
		}
	}
	return nil
}

// leastJoined are the letters of the shortest name that may be joined to another.
const leastJoined = 3

// betweenJoined are the words that may stand between names that are joined: MDMAenPMMA.
var betweenJoined = setOf(`and en et met mit met mix plus und with x`)

// joinedShort lists the known substances of which the names, some of them too short to be sure,
// make a text with nothing between them but numbers and such words: LSDMDMA. They may be two, or
// one that nobody knows, as methcathinone once was: only a person can tell.
func (d *Dictionary) joinedShort(folded string) []Neighbour {
	var ways func(rest string, so []Neighbour) []Neighbour
	dead := map[string]bool{} // rests that have no way
	ways = func(rest string, so []Neighbour) []Neighbour {
		if rest == "" {
			return so
		}
		if dead[rest] {
			return nil
		}
		for end := len(rest); end > 0; end-- {
			part := rest[:end]
			next := so
			if n, known := d.substanceNames[part]; known && utf8.RuneCountInString(part) >= leastJoined {
				next = append(slices.Clip(so), Neighbour{Substance: d.Substances[n.SubstanceID], Name: n.Name, Steps: stepsBeside, Essential: true})
			} else if len(so) == 0 || !betweenJoined[part] && !isNumber(part) {
				continue
			}
			if all := ways(rest[end:], next); all != nil {
				return all
			}
		}
		dead[rest] = true
		return nil
	}
	all := ways(folded, nil)
	if several := slices.ContainsFunc(all, func(n Neighbour) bool { return n.Substance != all[0].Substance }); !several {
		return nil
	}
	return all
}

// isNumber tells that a text is nothing but digits.
func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }
