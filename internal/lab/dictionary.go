package lab

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Dictionary is the shared vocabulary of substances, classes, products and
// methods, with its names folded for finding. It is not safe for concurrent
// change.
type Dictionary struct {
	Classes    map[string]Class
	Substances map[SubstanceID]*Substance // what a number leads to: of a merged entry the one that it was merged into
	Products   map[ProductID]*Product     // likewise
	Methods    map[MethodID]*Method
	Merges     string // another after every merge in the registry, and after every one that is undone
	Edition    string // another after every change in the registry; empty once something was added here

	Laboratories map[LaboratoryID]*Lab
	Judgements   map[SubstanceID][]SubstanceJudgement // made here, the oldest first
	DoseBands    []DoseBand
	AlertLimits  map[SubstanceID][]AlertLimit // set here, of each form the oldest first

	substanceNames map[string]SubstanceName // by folded name
	sounds         map[string]string        // of folded names of substances
	productNames   map[string]ProductID     // by folded name
	productSets    map[string]ProductID     // by key of the expected set
	classNames     map[string]string        // by folded name or code
	classEntries   map[string]SubstanceID   // by code: what stands for a class

	merged           map[SubstanceID]*Substance // the entries that are merged, by their own number
	mergedProducts   map[ProductID]*Product
	resolved         resolved[SubstanceID]
	resolvedProducts resolved[ProductID]

	substanceList []searchName[SubstanceID] // of all names, for type-ahead
	productList   []searchName[ProductID]
}

// NewDictionary indexes the entries. It fails, naming all culprits, when an
// entry is wrong or two entries share a name.
func NewDictionary(classes []Class, substances []*Substance, products []*Product, methods []*Method) (*Dictionary, error) {
	d := &Dictionary{
		Classes: map[string]Class{}, Substances: map[SubstanceID]*Substance{}, Products: map[ProductID]*Product{},
		Methods: map[MethodID]*Method{}, substanceNames: map[string]SubstanceName{}, sounds: map[string]string{}, productNames: map[string]ProductID{},
		productSets: map[string]ProductID{}, classNames: map[string]string{}, classEntries: map[string]SubstanceID{},
		merged: map[SubstanceID]*Substance{}, mergedProducts: map[ProductID]*Product{},
	}
	var errs FieldErrors
	for _, c := range classes {
		d.indexClass(&errs, c)
	}
	for _, c := range classes {
		_, known := d.Classes[c.Parent]
		errs.Check(known || c.Parent == "", "class "+c.Code, "It lies within %q, which is not a class.", c.Parent)
	}
	for _, s := range substances {
		d.indexSubstance(&errs, s)
	}
	d.mergeSubstances(&errs)
	for _, p := range products {
		d.indexProduct(&errs, p)
	}
	d.mergeProducts(&errs)
	d.dropNamesakes()
	for _, m := range methods {
		d.Methods[m.ID] = m
	}
	return d, errs.Err()
}

// Clone returns a copy to which nothing is added that is added to the dictionary.
func (d *Dictionary) Clone() *Dictionary {
	c := *d
	c.Classes, c.Substances, c.Products, c.Methods = maps.Clone(d.Classes), maps.Clone(d.Substances), maps.Clone(d.Products), maps.Clone(d.Methods)
	c.substanceNames, c.productNames = maps.Clone(d.substanceNames), maps.Clone(d.productNames)
	c.sounds = maps.Clone(d.sounds)
	c.productSets, c.classNames = maps.Clone(d.productSets), maps.Clone(d.classNames)
	c.substanceList, c.productList = slices.Clone(d.substanceList), slices.Clone(d.productList)
	return &c
}

func (d *Dictionary) indexClass(errs *FieldErrors, c Class) {
	_, taken := d.Classes[c.Code]
	errs.Check(!taken && c.Code != "", "class "+c.Code, "The code is used twice, or empty.")
	d.Classes[c.Code] = c
	checkDanger(errs, "class "+c.Code, c.Danger, c.DangerSource)
	for _, name := range []string{c.Code, c.NameEN, c.NameNL} {
		folded := Fold(name)
		if folded == "" {
			continue
		}
		other, taken := d.classNames[folded]
		errs.Check(!taken || other == c.Code, "class "+c.Code, "The name %q is taken by class %s.", name, other)
		d.classNames[folded] = c.Code
	}
}

// knows tells whether exactly one of an expectation's substance and class is
// set, and stands in the dictionary.
func (d *Dictionary) knows(e Expected) bool {
	s, substance := d.Substances[SubstanceID(e.SubstanceID)]
	if substance && s.WholeClass && d.merged[SubstanceID(e.SubstanceID)] == nil {
		return false // a class is expected as a class
	}
	_, class := d.Classes[e.Class]
	return substance && e.Class == "" || class && e.SubstanceID == 0
}

func (d *Dictionary) indexSubstance(errs *FieldErrors, s *Substance) {
	var mistakes FieldErrors
	_ = errors.As(s.Check(d.Classes), &mistakes)
	for _, m := range mistakes {
		m.Field = "substance " + s.Name
		*errs = append(*errs, m)
	}
	_, taken := d.Substances[s.ID]
	errs.Check(!taken, "substance "+s.Name, "The number %d is used twice.", s.ID)
	d.Substances[s.ID] = s
	if s.WholeClass {
		other, taken := d.classEntries[s.Class]
		errs.Check(!taken || other == s.ID, "substance "+s.Name, "The class %s has an entry already, %d.", s.Class, other)
		d.classEntries[s.Class] = s.ID
	}
	for _, n := range s.allNames() {
		folded := Fold(n.Name)
		other, taken := d.substanceNames[folded]
		namesake := taken && namesakes(other.SubstanceID, s.ID)
		errs.Check(!taken || namesake || other.SubstanceID == s.ID, "substance "+s.Name, "The name %q is taken by substance %d.", n.Name, other.SubstanceID)
		if !taken || namesake && s.ID >= LocalEntries {
			n.SubstanceID = s.ID
			n.here = s.ID >= LocalEntries || n.ProposedBy != 0
			n.settled = s.Reviewed && !n.IsOpen()
			d.substanceNames[folded] = n
			if readsAsWord(n.Name) {
				d.sounds[folded] = soundOf(folded)
			}
			d.substanceList = append(d.substanceList, newSearchName(n.Name, s.ID))
		}
	}
}

// namesakes tells that of two entries with one name the one was added here and the other came
// with the program: the one that was added here keeps the name until it is merged.
func namesakes[K ~int32](a, b K) bool { return (a < LocalEntries) != (b < LocalEntries) }

// allNames are the names of a substance, the one that it is called by first.
func (s *Substance) allNames() []SubstanceName {
	names := append([]SubstanceName{{Name: s.Name}}, s.Names...)
	if s.NameNL != "" {
		names = append(names, SubstanceName{Name: s.NameNL, Language: "nl"})
	}
	return names
}

// allNames are the names of a product, the one that it is called by first.
func (p *Product) allNames() []ProductName {
	return append([]ProductName{{Name: p.NameEN}, {Name: cmp.Or(p.NameNL, p.NameEN)}}, p.Names...)
}

// dropNamesakes leaves out of type-ahead the names that another entry keeps.
func (d *Dictionary) dropNamesakes() {
	d.substanceList = slices.DeleteFunc(d.substanceList, func(n searchName[SubstanceID]) bool {
		kept, ok := d.substanceNames[n.folded]
		return ok && kept.SubstanceID != n.entry
	})
	d.productList = slices.DeleteFunc(d.productList, func(n searchName[ProductID]) bool {
		kept, ok := d.productNames[n.folded]
		return ok && kept != n.entry
	})
}

func (d *Dictionary) indexProduct(errs *FieldErrors, p *Product) {
	_, taken := d.Products[p.ID]
	errs.Check(!taken, "product "+p.NameEN, "The number %d is used twice.", p.ID)
	d.Products[p.ID] = p
	errs.Check(Fold(p.NameEN) != "", "product "+p.NameEN, "Give the product %d a name.", p.ID)
	for _, ps := range p.Substances {
		errs.Check(d.knows(ps.Expected) && Roles.Has(ps.Role), "product "+p.NameEN, "Its expectation %q is not in the dictionary.", ps.Expected)
	}
	for _, n := range p.allNames() {
		other, taken := d.productNames[Fold(n.Name)]
		namesake := taken && namesakes(other, p.ID)
		errs.Check(!taken || namesake || other == p.ID, "product "+p.NameEN, "The name %q is taken by product %d.", n.Name, other)
		if namesake && p.ID < LocalEntries {
			continue
		}
		d.productNames[Fold(n.Name)] = p.ID
		d.productList = append(d.productList, newSearchName(n.Name, p.ID))
	}
	if key := setKey(d.readSet(p.Expected())); key != "" {
		if _, taken := d.productSets[key]; !taken {
			d.productSets[key] = p.ID
		}
	}
}

// FindSubstance finds a substance by any of its names, whatever the spelling,
// and the stereo mark that the name sets. A text of several known names is none that was added here.
func (d *Dictionary) FindSubstance(name string) (*Substance, Stereo, bool) {
	n, ok := d.substanceNames[Fold(name)]
	if !ok || d.isSeveral(name, n) {
		return nil, "", false
	}
	return d.Substances[n.SubstanceID], n.Stereo, true
}

// FindProduct finds a product by any of its names, whatever the spelling.
func (d *Dictionary) FindProduct(name string) (*Product, bool) {
	p, ok := d.Products[d.productNames[Fold(name)]]
	return p, ok
}

// FindClass finds a class by its code or name.
func (d *Dictionary) FindClass(name string) (Class, bool) {
	c, ok := d.Classes[d.classNames[Fold(name)]]
	return c, ok
}

// ProductOf finds the product whose expected set is this set, in any order. Of
// several with the same set it is the first in the dictionary.
func (d *Dictionary) ProductOf(set []Expected) (*Product, bool) {
	key := setKey(d.readSet(set))
	p, ok := d.Products[d.productSets[key]]
	return p, ok && key != ""
}

// Within tells whether a class is, or lies within, another.
func (d *Dictionary) Within(class, ancestor string) bool {
	for range len(d.Classes) {
		if class == ancestor {
			return true
		}
		if class = d.Classes[class].Parent; class == "" {
			break
		}
	}
	return false
}

// Satisfies tells whether a substance is what an expectation asks for.
func (d *Dictionary) Satisfies(id SubstanceID, e Expected) bool {
	if e.SubstanceID != 0 {
		return d.Resolve(SubstanceID(e.SubstanceID)) == d.Resolve(id)
	}
	s, ok := d.Substances[id]
	return ok && d.Within(s.Class, e.Class)
}

// couldBe tells whether a finding of the entry could be of what is expected: the entry
// stands for a class in which that is.
func (d *Dictionary) couldBe(id SubstanceID, e Expected) bool {
	entry := d.Substances[id]
	if entry == nil || !entry.WholeClass {
		return false
	}
	if expected := d.Substances[SubstanceID(e.SubstanceID)]; expected != nil {
		return d.Within(expected.Class, entry.Class)
	}
	return d.Within(e.Class, entry.Class)
}

// MayBeExpected tells of what stands for a class, and was found, that what was expected is in
// that class: it may be that, and may be something else.
func (d *Dictionary) MayBeExpected(id SubstanceID, f *File) bool {
	could := func(e Expected) bool { return d.couldBe(id, e) }
	is := func(e Expected) bool { return d.Satisfies(id, e) }
	return slices.ContainsFunc(f.Expected, could) && !slices.ContainsFunc(f.Expected, is)
}

// Role returns the role of a substance in the sample: expected, else what its product
// says, else the substance's own.
func (d *Dictionary) Role(id SubstanceID, f *File) Role { return d.roleBeside(&Result{}, id, f) }

// roleBeside is Role beside what else is told: a class that is not explained is not what was
// expected, where that was found itself.
func (d *Dictionary) roleBeside(r *Result, id SubstanceID, f *File) Role {
	for _, e := range f.Expected {
		if d.Satisfies(id, e) || d.couldBe(id, e) && !d.holds(r, e, (*Released).found) {
			return RoleExpected
		}
	}
	if p, ok := d.Products[f.Sample.ProductID]; ok {
		for _, ps := range p.Substances {
			if d.Resolve(SubstanceID(ps.SubstanceID)) == d.Resolve(id) && ps.Role != RoleExpected {
				return ps.Role
			}
		}
	}
	return d.Substances[id].Role
}

// AddSubstance adds an entry that nobody has reviewed yet, as active and
// psychoactive by precaution, under the next local number. A name that is empty
// or taken is refused; whether it is a name at all AskName tells.
func (d *Dictionary) AddSubstance(name string) (*Substance, error) {
	s := &Substance{
		ID: nextLocal(d.Substances), Name: strings.Join(strings.Fields(name), " "), Class: "other",
		Role: RoleAdulterant, Active: true, Psychoactive: true, Version: 1,
	}
	s.TakeCare()
	var errs FieldErrors
	if other, taken := d.substanceNames[Fold(name)]; taken {
		errs.Check(false, "substance "+s.Name, "The name %q is taken by substance %d.", s.Name, other.SubstanceID)
		return nil, errs
	}
	if err := s.Check(d.Classes); err != nil {
		return nil, err
	}
	d.Edition = ""
	d.indexSubstance(&errs, s)
	return s, errs.Err()
}

// AddProduct adds a product that nobody has reviewed yet: the product of a set of
// expectations, named after them, with the roles that other substances have in
// the products it is made of. A set that is empty or holds what the dictionary
// lacks is refused, and so is a name that is taken.
func (d *Dictionary) AddProduct(set []Expected, parts ...*Product) (*Product, error) {
	var errs FieldErrors
	errs.Check(len(set) > 0, "product", "Say what is expected in the product.")
	for _, e := range set {
		errs.Check(d.knows(e), "product", "Its expectation %q is not in the dictionary.", e)
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	p := &Product{ID: nextLocal(d.Products), Unit: Gram}
	var namesEN, namesNL []string
	for i, e := range sortExpected(set) {
		en, nl := d.expectedNames(e)
		namesEN, namesNL = append(namesEN, en), append(namesNL, nl)
		p.Substances = append(p.Substances, ProductSubstance{ProductID: p.ID, Position: int32(i + 1), Expected: e, Role: RoleExpected})
	}
	for _, part := range parts {
		for _, ps := range part.Substances {
			if ps.Role != RoleExpected && !p.mentions(ps.Expected) {
				ps.ProductID, ps.Position = p.ID, int32(len(p.Substances)+1)
				p.Substances = append(p.Substances, ps)
			}
		}
	}
	p.NameEN, p.NameNL = strings.Join(namesEN, " + "), strings.Join(namesNL, " + ")
	return p, d.addProduct(p)
}

// AddUnknownProduct adds a product that nobody has reviewed yet, and of which
// nobody knows what to expect. A name that is empty or taken is refused.
func (d *Dictionary) AddUnknownProduct(name string) (*Product, error) {
	name = strings.Join(strings.Fields(name), " ")
	p := &Product{ID: nextLocal(d.Products), Unit: Gram, NameEN: name, NameNL: name}
	return p, d.addProduct(p)
}

func (d *Dictionary) addProduct(p *Product) error {
	var errs FieldErrors
	if Fold(p.NameEN) == "" {
		errs.Check(false, "product", "Give the product a name.")
	}
	checkSigns(&errs, "product", p.NameEN)
	if len(errs) > 0 {
		return errs
	}
	for _, name := range []string{p.NameEN, p.NameNL} {
		if other, taken := d.FindProduct(name); taken {
			errs.Check(false, "product "+p.NameEN, "The name %q is taken by product %d.", name, other.ID)
			return errs
		}
	}
	d.Edition = ""
	d.indexProduct(&errs, p)
	return errs.Err()
}

// AddMethod adds a method, unless there is one that does not differ; in either
// case it returns the entry that now stands in the dictionary, and whether it is
// new. A laboratory that is not known by its name is added with it.
func (d *Dictionary) AddMethod(m Method) (*Method, bool, error) {
	if err := m.Check(); err != nil {
		return nil, false, err
	}
	l, known := d.Laboratories[m.LaboratoryID]
	if !known {
		l, known = d.FindLaboratory(m.Lab)
	}
	if known {
		m.LaboratoryID, m.Lab = l.ID, l.Name
	}
	for _, have := range d.Methods {
		if have.Kind == m.Kind && have.Lab == m.Lab && have.Version == m.Version {
			same := have.Level == m.Level && have.Quantifies == m.Quantifies && have.OpenScope == m.OpenScope &&
				sameScope(have.Scope, m.Scope)
			if !same {
				return nil, false, fmt.Errorf("method %s %s of %s stands in the dictionary with another level or scope: %w", m.Kind, m.Version, m.Lab, ErrConflict)
			}
			return have, false, nil
		}
	}
	if !known {
		l, err := d.AddLaboratory(Lab{Name: m.Lab})
		if err != nil {
			return nil, false, err
		}
		m.LaboratoryID = l.ID
	}
	m.ID = nextLocal(d.Methods)
	m.Scope = slices.Clone(m.Scope)
	for i := range m.Scope {
		m.Scope[i].MethodID = m.ID
	}
	d.Edition, d.Methods[m.ID] = "", &m
	return &m, true, nil
}

// sameScope tells whether two scopes list the same substances with the same
// limits, in any order.
func sameScope(a, b []MethodScope) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x MethodScope) bool {
		return !slices.ContainsFunc(b, func(y MethodScope) bool {
			return x.SubstanceID == y.SubstanceID && x.LOD == y.LOD && x.LOQ == y.LOQ
		})
	})
}

func (d *Dictionary) expectedNames(e Expected) (en, nl string) {
	if s, ok := d.Substances[SubstanceID(e.SubstanceID)]; ok {
		return s.Name, cmp.Or(s.NameNL, s.Name)
	}
	c := d.Classes[e.Class]
	return c.NameEN, cmp.Or(c.NameNL, c.NameEN)
}

func nextLocal[K ~int32, V any](entries map[K]V) K {
	next := K(LocalEntries)
	for id := range entries {
		next = max(next, id+1)
	}
	return next
}

// SubstanceNames returns all folded names, sorted, for type-ahead and tests.
func (d *Dictionary) SubstanceNames() []string {
	names := make([]string, 0, len(d.substanceNames))
	for n := range d.substanceNames {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
