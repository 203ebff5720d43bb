package server

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/statistics"
)

// naming names entries of the dictionary in the reader's language.
type naming struct {
	words  *lab.Dictionary
	texts  *locale.Locale
	all    map[string]*locale.Locale // in every language there is, where a form is read
	public bool                      // in figures, which do not tell every name
	places map[string]string         // names of locations by number, where a page reads them
}

func (r *request) naming() (naming, error) {
	words, err := r.server.Store.Words(r.Ctx())
	return naming{words: words, texts: r.Texts, all: r.Site.Texts}, err
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
	if n.public {
		name := statistics.SubstanceName(n.words, id)
		return n.own(name.English, name.Dutch)
	}
	return n.own(s.Name, s.NameNL)
}

// recorded is the name of a substance, and that by which it was recorded where that entry was
// merged into another since.
func (n naming) recorded(id lab.SubstanceID) string {
	s := n.words.Merged(id)
	if s == nil {
		return n.substance(id)
	}
	return n.texts.Text("page.record.recorded_as", "Name", n.substance(id), "Recorded", n.own(s.Name, s.NameNL))
}

// entered is the name by which a substance was recorded, as it would be typed again.
func (n naming) entered(id lab.SubstanceID) string {
	if s := n.words.Merged(id); s != nil {
		return n.own(s.Name, s.NameNL)
	}
	return n.substance(id)
}

// recordedProduct is recorded for products.
func (n naming) recordedProduct(id lab.ProductID) string {
	p := n.words.MergedProduct(id)
	if p == nil {
		return n.product(id)
	}
	return n.texts.Text("page.record.recorded_as", "Name", n.product(id), "Recorded", n.own(p.NameEN, p.NameNL))
}

func (n naming) product(id lab.ProductID) string {
	p, ok := n.words.Products[id]
	if !ok {
		return ""
	}
	if n.public {
		name := statistics.ProductName(n.words, id)
		return n.own(name.English, name.Dutch)
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
	return n.methodName(m)
}

func (n naming) methodName(m *lab.Method) string {
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

// methods are all methods in the order of their names.
func (n naming) methods() []*lab.Method {
	var list []*lab.Method
	for _, m := range n.words.Methods {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *lab.Method) int {
		return compareFolded(n.method(a.ID), n.method(b.ID))
	})
	return list
}

func (n naming) tag(v locale.Vocabulary, code string) tagView {
	return tagView{code, n.texts.Code(v, code)}
}

// recordNaming is naming with the locations of the service.
func (r *request) recordNaming() (naming, error) {
	n, err := r.naming()
	if err != nil {
		return n, err
	}
	locations, err := r.server.Store.Locations(r.Ctx(), r.Actor, r.Service.ID)
	n.places = map[string]string{}
	for _, l := range locations {
		n.places[strconv.Itoa(int(l.ID))] = l.Name
	}
	return n, err
}

// exact writes an amount with all the decimals that it has, and none that are idle.
func (n naming) exact(a lab.Amount) string {
	return a.Told(n.exactNumber(a))
}

// exactNumber is the number of exact without its unit.
func (n naming) exactNumber(a lab.Amount) string { return n.exactIn(a, a.Unit()) }

// exactIn is the number of exact in a unit of the amount's scale.
func (n naming) exactIn(a lab.Amount, unit string) string {
	a.Decimals = 7 // one more than the finest scale has: a zero of a whole number stays
	return strings.TrimSuffix(strings.TrimRight(a.NumberIn(unit, n.texts.Mark()), "0"), n.texts.Mark())
}

// number is the number of an amount without its unit, nothing for no amount.
func (n naming) number(a lab.Amount) string {
	if a.Scale == "" {
		return ""
	}
	return a.Number(n.texts.Mark())
}

// thousandths writes a number of thousandths of a unit, without idle zeros.
func (n naming) thousandths(number int64, unit string) string {
	return strings.TrimSpace(n.exact(lab.Amount{Value: number, Scale: lab.Ratio}) + " " + unit)
}

// basis names what an amount counts, a salt among them.
func (n naming) basis(b lab.Basis) string { return n.texts.Code(locale.Bases, string(b)) }

// tagView is a code of a vocabulary, drawn by shape and word.
type tagView struct{ Code, Text string }
