package lab

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// latinOnly is what of a text can be read as it is: without letters of other alphabets that look
// like no Latin ones, and without those that a program wrote by their number.
func latinOnly(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII && !unicode.Is(unicode.Latin, r) {
			return -1
		}
		return r
	}, latin.Replace(strings.ToLower(escapes.ReplaceAllString(text, "")))))
}

// Dangerous lists the names of what a text names of which the danger is high or extreme: a
// substance by any of its names, with a salt or a dose, a class, each of several, what is
// expected in a product that is called so, and what the text nearly names. Of what could not be identified nobody knows.
func (d *Dictionary) Dangerous(text string) []string {
	var names []string
	add := func(s *Substance) {
		if d.isGrave(s) {
			names = append(names, s.Name)
		}
	}
	a := d.AskName(text)
	add(a.Substance)
	for _, n := range a.Neighbours {
		add(n.Substance)
	}
	if a.Substance == nil {
		if c, known := d.FindClass(text); known && d.isGraveClass(c) {
			names = append(names, c.NameEN)
		}
	}
	for _, part := range append(slices.Clip(a.Several), a.Without) {
		if part != "" && part != text {
			names = append(names, d.Dangerous(part)...)
		}
	}
	names = append(names, d.dangerousWithin(a, text)...)
	if like := d.likened(text); a.Kind == EmptyName && like != "" {
		names = append(names, d.Dangerous(like)...)
	}
	if a.Kind != EmptyName {
		names = append(names, d.dangerousSold(text)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// dangerousWithin lists them in a text that is no name: more than one, or a broken one.
func (d *Dictionary) dangerousWithin(a NameAnswer, text string) (names []string) {
	add := func(s *Substance) {
		if d.isGrave(s) {
			names = append(names, s.Name)
		}
	}
	if a.Kind == PrivateName || a.Kind == BrokenName || a.Kind == EmptyName && d.deniedName(text) == "" { // more than a name, and perhaps one
		for _, n := range d.namesWithin(latin.Replace(strings.ToLower(text))) {
			add(n.Substance)
		}
	}
	if plain := latinOnly(text); a.Kind == BrokenName && plain != text {
		names = append(names, d.Dangerous(plain)...)
	}
	if a.Substance == nil && a.Kind != EmptyName {
		for _, part := range joinedNames.Split(latin.Replace(strings.ToLower(text)), -1) {
			add(d.named(part))
		}
	}
	return names
}

// dangerousSold lists them of what is expected in products: of those that a text names, nearly
// names, or holds as words, such as speedballs.
func (d *Dictionary) dangerousSold(text string) (names []string) {
	folded, words := Fold(text), map[string]bool{}
	for _, word := range wordsWithin(text) {
		words[Fold(word)] = true
	}
	for name, id := range d.productNames {
		long := utf8.RuneCountInString(name) >= leastPart
		_, near := stepsBetween(folded, name, stepsAllowed(folded))
		if name != folded && (!long || !near && !words[name]) || utf8.RuneCountInString(name) < 2 {
			continue
		}
		if p := d.Products[id]; p != nil {
			names = append(names, d.dangersExpected(p)...)
		}
	}
	return names
}

// dangersExpected lists them of what is expected in a product.
func (d *Dictionary) dangersExpected(p *Product) (names []string) {
	for _, e := range p.Expected() {
		if s := d.Substances[SubstanceID(e.SubstanceID)]; d.isGrave(s) {
			names = append(names, s.Name)
		}
		if c, is := d.Classes[e.Class]; is && d.isGraveClass(c) {
			names = append(names, c.NameEN)
		}
	}
	return names
}

// isGraveClass tells that the danger of a class is high or extreme.
func (d *Dictionary) isGraveClass(c Class) bool {
	return c.Code != UnidentifiedClass && d.ClassDanger(c.Code).AtLeast(DangerHigh)
}

// isGrave tells that the danger of a substance is high or extreme; nil is none.
func (d *Dictionary) isGrave(s *Substance) bool {
	return s != nil && s.Class != UnidentifiedClass && d.Danger(s.ID).AtLeast(DangerHigh)
}
