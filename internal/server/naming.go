package server

import (
	"cmp"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// naming names entries of the dictionary in the reader's language.
type naming struct {
	words  *lab.Dictionary
	texts  *locale.Locale
	places map[string]string // names of locations by number, where a page reads them
}

func (r *request) naming() (naming, error) {
	words, err := r.server.Store.Words(r.context())
	return naming{words: words, texts: r.texts}, err
}

// own is the name in the reader's language, the English one where it has none.
func (n naming) own(english, dutch string) string {
	if n.texts.Language() == "nl" {
		return cmp.Or(dutch, english)
	}
	return english
}

func (n naming) substance(id lab.SubstanceID) string {
	s, ok := n.words.Substances[id]
	if !ok {
		return ""
	}
	return n.own(s.Name, s.NameNL)
}

func (n naming) product(id lab.ProductID) string {
	p, ok := n.words.Products[id]
	if !ok {
		return ""
	}
	return n.own(p.NameEN, p.NameNL)
}

// expected names what is expected of a sample.
func (n naming) expected(list []lab.Expected) string {
	names := make([]string, len(list))
	for i, e := range list {
		if names[i] = n.substance(lab.SubstanceID(e.SubstanceID)); e.Class != "" {
			class := n.words.Classes[e.Class]
			names[i] = n.own(class.NameEN, class.NameNL)
		}
	}
	return strings.Join(names, ", ")
}

// method names a method by its technique, laboratory and version.
func (n naming) method(id lab.MethodID) string {
	m, ok := n.words.Methods[id]
	if !ok {
		return ""
	}
	return strings.TrimSpace(n.texts.Code(locale.MethodKinds, string(m.Kind)) + ", " + m.Lab + " " + m.Version)
}

// technique names a method without its laboratory, for narrow tables.
func (n naming) technique(id lab.MethodID) string {
	m, ok := n.words.Methods[id]
	if !ok {
		return ""
	}
	return n.texts.Code(locale.MethodKinds, string(m.Kind))
}

// amount writes an amount with its unit, nothing for no amount.
func (n naming) amount(a lab.Amount) string {
	if a.Scale == "" {
		return ""
	}
	return a.Format(n.texts.Mark())
}

// compareFolded orders names whatever their case and accents.
func compareFolded(a, b string) int { return strings.Compare(lab.Fold(a), lab.Fold(b)) }
