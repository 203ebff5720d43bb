package intake

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// arrival makes the sample of a draft, with its evidence, and checks it whole.
func (p *planner) arrival(d *draft) (*lab.Arrival, error) {
	for _, at := range d.places {
		if len(at.fate().problems) > 0 {
			return nil, nil //nolint:nilnil // its rows say already why there is none
		}
	}
	sold, err := p.soldAs(d.sample.SoldAsText, d.soldAs)
	if err != nil {
		return nil, err
	}
	a := &lab.Arrival{Sample: d.sample, Expected: sold.expected}
	a.Sample.ProductID = sold.product
	if err := p.addEvidence(a, d); err != nil {
		return nil, err
	}
	if len(a.Evidence) > 0 {
		a.Sample.State, a.Sample.StateReason = lab.Completed, ""
	}
	return a, p.check(a)
}

// check applies the rules that the registry will apply, so that a sample that it
// would refuse is rejected with its rows.
func (p *planner) check(a *lab.Arrival) error {
	if err := a.Sample.Check(p.known.Today); err != nil {
		return err
	}
	for i := range a.Evidence {
		e := &a.Evidence[i]
		e.Analysis.State = lab.Verified
		if err := e.Analysis.Check(p.dictionary, e.Findings, a.Sample.Since(), p.known.Today); err != nil {
			return err
		}
	}
	if len(a.Evidence) == 0 {
		return nil
	}
	_, err := p.dictionary.Publish(&a.Sample, a.Expected, a.Evidence, nil, "")
	return err
}

// soldAs is a product with what was expected.
type soldAs struct {
	product  lab.ProductID
	expected []lab.Expected
}

// soldAs finds the product of what the visitor said. A list is the product of the
// set of all that its parts are expected to hold, in any order. If a part is not
// known, nobody knows what to expect, and the text becomes a product that waits
// for review.
func (p *planner) soldAs(text string, tokens []string) (soldAs, error) {
	if s, ok := p.products[text]; ok {
		return s, nil
	}
	s, err := p.findProduct(text, tokens)
	if err == nil {
		p.products[text] = s
	}
	return s, err
}

func (p *planner) findProduct(text string, tokens []string) (soldAs, error) {
	column := &column{Field: p.mapping.Samples["sold_as"]}
	var set []lab.Expected
	var parts []*lab.Product
	for _, token := range tokens {
		name, _ := column.lookup(token)
		product, expected, ok := p.expectedOf(name)
		if !ok {
			return p.unknownProduct(strings.Join(tokens, " + "))
		}
		set = append(set, expected...)
		if product != nil {
			parts = append(parts, product)
		}
	}
	slices.SortFunc(set, func(a, b lab.Expected) int { return strings.Compare(a.String(), b.String()) })
	set = slices.Compact(set)
	switch {
	case len(parts) == 1 && len(tokens) == 1:
		return soldAs{parts[0].ID, set}, nil
	case len(set) == 0:
		return p.unknownProduct("unknown")
	}
	if product, ok := p.dictionary.ProductOf(set); ok {
		return soldAs{product.ID, set}, nil
	}
	product, err := p.dictionary.AddProduct(set, parts...)
	if err != nil {
		return soldAs{}, fmt.Errorf("sold as %q: %w", text, err)
	}
	return soldAs{product.ID, set}, nil
}

// expectedOf finds what a name lets expect: a product's set, a class or a
// substance.
func (p *planner) expectedOf(name string) (*lab.Product, []lab.Expected, bool) {
	if product, ok := p.dictionary.FindProduct(name); ok {
		return product, product.Expected(), true
	}
	if class, ok := p.dictionary.FindClass(name); ok {
		return nil, []lab.Expected{{Class: class.Code}}, true
	}
	if substance, _, ok := p.dictionary.FindSubstance(name); ok {
		return nil, []lab.Expected{{SubstanceID: lab.Optional(substance.ID)}}, true
	}
	return nil, nil, false
}

func (p *planner) unknownProduct(name string) (soldAs, error) {
	if product, ok := p.dictionary.FindProduct(name); ok {
		return soldAs{product.ID, product.Expected()}, nil
	}
	product, err := p.dictionary.AddUnknownProduct(name)
	if err != nil {
		return soldAs{}, err
	}
	return soldAs{product: product.ID}, nil
}

// run is one run of a method: what a source tells of it with each finding.
type run struct {
	method      lab.MethodID
	performedOn lab.Date
}

// addEvidence groups the findings by the run of a method that made them.
func (p *planner) addEvidence(a *lab.Arrival, d *draft) error {
	runs := map[run]*lab.Evidence{}
	for i, f := range d.found {
		method, err := p.method(f.method)
		if err != nil {
			return err
		}
		r := run{method.ID, f.performedOn}
		e, ok := runs[r]
		if !ok {
			e = &lab.Evidence{Analysis: lab.Analysis{
				MethodID: method.ID, Level: method.Level, PerformedOn: f.performedOn, Conclusion: f.conclusion,
			}}
			runs[r] = e
		}
		if e.Analysis.Conclusion != f.conclusion {
			return fmt.Errorf("%s says %s, another row of the same analysis says %s", d.foundAt[i], f.conclusion, e.Analysis.Conclusion)
		}
		if f.conclusion == lab.HasFindings {
			if mergeFinding(e, f.finding) && p.mapping.Findings.Layout == "rows" {
				d.foundAt[i].fate().merged = "Another row of the analysis reports the same substance; the one that says more is kept."
			}
		}
		if a.PublishedOn < f.publishedOn {
			a.PublishedOn = f.publishedOn
		}
	}
	order := slices.SortedFunc(maps.Keys(runs), func(a, b run) int {
		return cmp.Or(cmp.Compare(a.performedOn, b.performedOn), cmp.Compare(a.method, b.method))
	})
	for _, r := range order {
		a.Evidence = append(a.Evidence, *runs[r])
	}
	return nil
}

// mergeFinding adds a finding to an analysis and tells whether it was merged: of a
// substance that the source reports twice, under two names or amounts, what says
// more is kept: an amount before none, a main component before a trace.
func mergeFinding(e *lab.Evidence, f lab.Finding) bool {
	i := slices.IndexFunc(e.Findings, func(have lab.Finding) bool { return have.SubstanceID == f.SubstanceID })
	if i < 0 {
		e.Findings = append(e.Findings, f)
		return false
	}
	have := &e.Findings[i]
	better := cmp.Or(
		cmp.Compare(slices.Index(lab.Detections, have.Detection), slices.Index(lab.Detections, f.Detection)),
		cmp.Compare(f.Amount.Value, have.Amount.Value),
	)
	if better > 0 {
		*have = f
	}
	return true
}

// method finds the method that the source calls by this name, or adds it to the
// dictionary.
func (p *planner) method(name string) (*lab.Method, error) {
	if m, ok := p.methods[name]; ok {
		return m, nil
	}
	described, ok := p.mapping.Methods[name]
	if !ok {
		described, ok = p.mapping.Methods["default"]
	}
	if !ok {
		return nil, fmt.Errorf("method %q is not described by the mapping: add [method.%q]", name, name)
	}
	method := described.lab()
	var errs lab.FieldErrors
	for _, substance := range described.Scope {
		s, _, ok := p.dictionary.FindSubstance(substance)
		errs.Check(ok, "method."+name, "Its scope names %q, which is not in the dictionary.", substance)
		if ok {
			method.Scope = append(method.Scope, lab.MethodScope{SubstanceID: s.ID})
		}
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	m, _, err := p.dictionary.AddMethod(method)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("method %q of the mapping", name), err)
	}
	p.methods[name] = m
	return m, nil
}

// newEntries tells which entries an import adds to the dictionary: those that are
// new and used by a sample that is accepted.
type newEntries struct {
	before     entries
	substances map[lab.SubstanceID]bool
	products   map[lab.ProductID]bool
	methods    map[lab.MethodID]bool
}

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

func (n *newEntries) use(a *lab.Arrival) {
	if n.substances == nil {
		n.substances, n.products, n.methods = map[lab.SubstanceID]bool{}, map[lab.ProductID]bool{}, map[lab.MethodID]bool{}
	}
	n.products[a.Sample.ProductID] = true
	for _, e := range a.Evidence {
		n.methods[e.Analysis.MethodID] = true
		for _, f := range e.Findings {
			n.substances[f.SubstanceID] = true
		}
	}
}

func (n *newEntries) collect(d *lab.Dictionary, plan *Plan) {
	plan.Substances = added(d.Substances, n.before.substances, n.substances)
	plan.Products = added(d.Products, n.before.products, n.products)
	plan.Methods = added(d.Methods, n.before.methods, n.methods)
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
