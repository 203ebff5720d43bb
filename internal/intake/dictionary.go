package intake

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"marquis/internal/lab"
)

// soldAs is a product with what was expected.
type soldAs struct {
	product  lab.ProductID
	expected []lab.Expected
}

// soldAs finds the product of what the visitor said. A list is the product of the
// set of all that its parts are expected to hold, in any order. If a part is not
// known, nobody knows what to expect, and the text becomes a product that waits
// for review.
func (p *planner) soldAs(text string) (soldAs, error) {
	if s, ok := p.products[text]; ok {
		return s, nil
	}
	s, err := p.findProduct(text)
	if err == nil {
		p.products[text] = s
	}
	return s, err
}

func (p *planner) findProduct(text string) (soldAs, error) {
	column := p.sample.soldAs
	var names []string // as the mapping translates them, in an order of their own
	for _, token := range p.soldTokens(column, text) {
		name, _ := column.find(token)
		if _, told := column.meaningOf(token); !told && lab.PointsElsewhere(token) {
			return soldAs{}, fmt.Errorf("%q is a word of the table, or leads to another row or place, and does not say what the sample was sold as: write that in each row, or say in the values of sold_as what it means", clip(token, maxShown))
		}
		if name = strings.Join(strings.Fields(visible(name)), " "); lab.Fold(name) != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(strings.Compare(lab.Fold(a), lab.Fold(b)), strings.Compare(a, b)) })
	names = slices.CompactFunc(names, func(a, b string) bool { return lab.Fold(a) == lab.Fold(b) })
	if len(names) == 0 {
		return p.unknownProduct("unknown")
	}
	var set []lab.Expected
	var parts []*lab.Product
	for _, name := range names {
		product, expected, ok := p.expectedOf(name)
		if several := p.before.AskSold(name).Several; len(expected) == 0 && several != nil {
			return soldAs{}, errors.New(severalSentence("sold_as", column.Field, several, name, true))
		}
		if !ok {
			return p.unknownProduct(strings.Join(names, " + "))
		}
		set = append(set, expected...)
		if product != nil {
			parts = append(parts, product)
		}
	}
	slices.SortFunc(set, func(a, b lab.Expected) int { return strings.Compare(a.String(), b.String()) })
	set = slices.Compact(set)
	switch {
	case len(parts) == 1 && len(names) == 1:
		return soldAs{parts[0].ID, set}, nil
	case len(set) == 0:
		return p.unknownProduct("unknown")
	}
	if product, ok := p.dictionary.ProductOf(set); ok {
		return soldAs{product.ID, set}, nil
	}
	p.newProducts++
	product, err := p.dictionary.AddProduct(set, parts...)
	if err != nil { // its name is taken by a product of which less was known
		known, err := p.unknownProduct(strings.Join(names, " + "))
		return soldAs{known.product, set}, err
	}
	return soldAs{product.ID, set}, nil
}

// soldTokens are the parts of what the visitor said. A known name, and a word for nothing such as
// n/a, is one though a sign that divides the list stands in it.
func (p *planner) soldTokens(c *column, text string) []string {
	if c.List == "" {
		return c.tokens(text)
	}
	return slices.DeleteFunc(apartBy(c.List, text, func(whole string) bool {
		_, told := c.meaningOf(whole)
		return told || p.before.AskSold(whole).Known || p.before.AskName(whole).Kind == lab.EmptyName
	}), func(token string) bool { return token == "" })
}

// expectedOf finds what a name lets expect: a product's set, a class or a substance. Substances
// that this import adds are not yet known, so that it does not matter which row comes first.
func (p *planner) expectedOf(name string) (*lab.Product, []lab.Expected, bool) {
	if product, ok := p.dictionary.FindProduct(name); ok {
		return product, product.Expected(), true
	}
	sold := p.before.AskSold(name)
	if product := sold.Product; product != nil {
		return p.dictionary.Products[product.ID], sold.Expected, true
	}
	return nil, sold.Expected, sold.Known
}

func (p *planner) unknownProduct(name string) (soldAs, error) {
	if product, ok := p.dictionary.FindProduct(name); ok {
		return soldAs{product.ID, product.Expected()}, nil
	}
	if utf8.RuneCountInString(name) > maxName {
		return soldAs{}, fmt.Errorf("the name is longer than %d characters", maxName)
	}
	if name != "unknown" && p.before.AskName(name).Kind == lab.EmptyName {
		return p.unknownProduct("unknown")
	}
	if err := p.askProduct(name); err != nil {
		return soldAs{}, err
	}
	if p.newProducts++; p.newProducts > maxNewEntries {
		return soldAs{}, errTooManyNew
	}
	product, err := p.dictionary.AddUnknownProduct(name)
	if err != nil {
		return soldAs{}, err
	}
	return soldAs{product: product.ID}, nil
}

// askProduct asks about the name of a product that would be added. What this import adds is
// close to nothing, so that it does not matter which row comes first.
func (p *planner) askProduct(name string) error {
	var mistakes lab.FieldErrors
	err := p.before.CheckImportedProduct("sold_as", name, p.mapping.Confirmed.Another(), lab.Operator("import"))
	if errors.As(err, &mistakes) {
		return errors.New(toConfirm(mistakes)[0].Message())
	}
	return err
}

// addMethods finds the methods of the mapping in the dictionary, or adds them.
// Only those that are used become part of the plan.
func (p *planner) addMethods() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(p.mapping.Methods)) {
		method, err := p.addMethod(p.mapping.Methods[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("method.%s of the mapping: %w", name, err))
		}
		p.methods[name] = method
	}
	return errors.Join(errs...)
}

func (p *planner) addMethod(described MethodMap) (*lab.Method, error) {
	method := described.lab()
	var errs lab.FieldErrors
	for _, called := range described.Scope {
		s, _, ok := p.dictionary.FindSubstance(called)
		errs.Check(ok, "scope", "%q is not in the dictionary.", called)
		if ok {
			method.Scope = append(method.Scope, lab.MethodScope{SubstanceID: s.ID})
		}
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	m, _, err := p.dictionary.AddMethod(method)
	return m, err
}

// method finds the method that the source calls by this name.
func (p *planner) method(called string) (*lab.Method, error) {
	if m, ok := p.methods[called]; ok {
		return m, nil
	}
	if m, ok := p.methods[fold(called)]; ok {
		return m, nil
	}
	if m, ok := p.methods["default"]; ok {
		return m, nil
	}
	several := ""
	if strings.ContainsAny(called, ";|,+/&\n") {
		several = ", or list to the field method if it names several"
	}
	return nil, fmt.Errorf("the mapping does not describe this method: add [method.%q]%s, or [method.default] for all others", called, several)
}

// entries are entries of a dictionary, by their numbers.
type entries struct {
	substances map[lab.SubstanceID]bool
	products   map[lab.ProductID]bool
	methods    map[lab.MethodID]bool
}

func entriesOf(d *lab.Dictionary) entries {
	return entries{keys(d.Substances), keys(d.Products), keys(d.Methods)}
}

func keys[K comparable, V any](m map[K]V) map[K]bool {
	set := make(map[K]bool, len(m))
	for k := range m {
		set[k] = true
	}
	return set
}

// newEntries tells which entries an import adds to the dictionary: those that are
// new and used by a sample that is accepted.
type newEntries struct {
	before, used entries
}

func (n *newEntries) use(a *lab.Arrival) {
	if n.used.substances == nil {
		n.used = entriesOf(&lab.Dictionary{})
	}
	n.used.products[a.Sample.ProductID] = true
	for _, e := range a.Evidence {
		n.used.methods[e.Analysis.MethodID] = true
		for i := range e.Findings {
			n.used.substances[e.Findings[i].SubstanceID] = true
		}
	}
}

func (n *newEntries) collect(d *lab.Dictionary, plan *Plan) {
	plan.Words = d
	plan.Substances = added(d.Substances, n.before.substances, n.used.substances)
	plan.Products = added(d.Products, n.before.products, n.used.products)
	plan.Methods = added(d.Methods, n.before.methods, n.used.methods)
}

func added[K cmp.Ordered, V any](all map[K]V, before, used map[K]bool) []V {
	var fresh []V
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if used[k] && !before[k] {
			fresh = append(fresh, all[k])
		}
	}
	return fresh
}
