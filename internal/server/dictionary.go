package server

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// mostEntries is how many entries of the dictionary a page lists.
const mostEntries = 200

// The parts of the dictionary that are listed apart, each at its address.
const (
	substancesAddress = "/dictionary"
	productsAddress   = "/dictionary/products"
	classesAddress    = "/dictionary/classes"
)

// What of the dictionary is listed.
const (
	openEntries   = "open"   // that, or a name or judgement of which, nobody has reviewed
	mergedEntries = "merged" // that lead to another
	localEntries  = "local"  // that were added here
)

// dictionaryPage lists substances or products.
type dictionaryPage struct {
	page.View
	Here     string // address of the list
	Search   *page.Form
	Rows     []entryRow
	Left     int // that are not listed
	Products bool
	New      string // address of the form that proposes one; empty for who may not
}

// entryRow is an entry in the list.
type entryRow struct {
	Address, Name, Also, Class, Danger string
	State                              []string // that it is not reviewed, where it leads …
}

func substanceAddress(id lab.SubstanceID) string {
	return "/dictionary/substances/" + numbers([]lab.SubstanceID{id})[0]
}

func productAddress(id lab.ProductID) string {
	return productsAddress + "/" + numbers([]lab.ProductID{id})[0]
}

// dictionarySearch is the form above the list.
func (r *request) dictionarySearch() *page.Form {
	find := r.Optional(r.Input("find", page.TextField, "page.dictionary.find"))
	find.MaxLength, find.Focus = longestQuery, true
	state := r.Optional(r.Input("state", page.SelectField, "page.dictionary.state"))
	state.Unchosen = r.Texts.Text("page.dictionary.state_all")
	for _, s := range []struct{ state, label string }{
		{openEntries, "page.dictionary.state_open"}, {localEntries, "page.dictionary.state_local"}, {mergedEntries, "page.dictionary.state_merged"},
	} {
		state.Options = append(state.Options, page.Option{Value: s.state, Label: r.Texts.Text(s.label)})
	}
	f := page.NewForm(find, state)
	f.Fill(url.Values{"find": {r.typedQuery("find")}, "state": {r.Query("state")}})
	return f
}

// typedQuery is what is looked for, by the name of its field; empty where it is too long for a
// name.
func (r *request) typedQuery(name string) string {
	q := strings.TrimSpace(r.Query(name))
	if len(q) > longestQuery {
		return ""
	}
	return q
}

// entryNaming is naming for the pages of the dictionary: to who is shown no entry that nobody
// has reviewed, others do not name one either.
func (r *request) entryNaming() (naming, error) {
	n, err := r.naming()
	n.public = !r.Actor.SeesEntries()
	return n, err
}

// showSubstances lists the substances that are looked for.
func showSubstances(r *request) error {
	n, err := r.entryNaming()
	if err != nil {
		return err
	}
	shown := &dictionaryPage{View: r.View(r.Texts.Text("page.dictionary.title")), Here: substancesAddress, Search: r.dictionarySearch()}
	shown.Notice = r.notice()
	if anyService(r.Actor, lab.MayPropose) {
		shown.New = "/dictionary/substances/new"
	}
	var list []*lab.Substance
	for _, id := range slices.Sorted(maps.Keys(n.words.Substances)) {
		s := n.words.Own(id)
		if r.Actor.SeesEntry(s) && n.listsSubstance(s, r.Query("state")) && called(r.typedQuery("find"), n.substanceNames(s)) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *lab.Substance) int { return compareFolded(n.own(a.Name, a.NameNL), n.own(b.Name, b.NameNL)) })
	for _, s := range list[:min(len(list), mostEntries)] {
		shown.Rows = append(shown.Rows, n.substanceRow(s))
	}
	shown.Left = len(list) - len(shown.Rows)
	return r.Show("dictionary.html", shown)
}

// anyService tells whether an actor may do something at any service.
func anyService(by lab.Actor, may func(lab.Actor, lab.ServiceID) error) bool {
	return slices.ContainsFunc(by.Memberships, func(m lab.Membership) bool { return may(by, m.ServiceID) == nil })
}

func (n naming) listsSubstance(s *lab.Substance, state string) bool {
	switch state {
	case openEntries:
		named := slices.ContainsFunc(s.Names, func(x lab.SubstanceName) bool { return x.IsOpen() })
		last := n.words.LastJudgement(s.ID)
		return n.words.Merged(s.ID) == nil && (!s.Reviewed || named || last.Version > 0 && last.ReviewerID == 0)
	case mergedEntries:
		return n.words.Merged(s.ID) != nil
	case localEntries:
		return s.ID >= lab.LocalEntries
	}
	return true
}

// called tells whether any of some names holds what is looked for.
func called(q string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(lab.Fold(name), lab.Fold(q)) })
}

func (n naming) substanceNames(s *lab.Substance) []string {
	names := []string{s.Name, s.NameNL, s.CAS}
	for _, x := range s.Names {
		names = append(names, x.Name)
	}
	return names
}

func (n naming) className(code string) string {
	class := n.words.Classes[code]
	return n.own(class.NameEN, class.NameNL)
}

func (n naming) substanceRow(s *lab.Substance) entryRow {
	row := entryRow{Address: substanceAddress(s.ID), Name: n.own(s.Name, s.NameNL), Also: s.ShortName, Class: n.className(s.Class)}
	row.Danger = n.texts.Code(locale.Dangers, string(n.words.Danger(s.ID)))
	if into := n.words.Merged(s.ID); into != nil {
		row.Danger = ""
		row.State = append(row.State, n.texts.Text("page.dictionary.merged_into", "Name", n.substance(s.ID)))
	} else if !s.Reviewed {
		row.State = append(row.State, n.texts.Text("page.field.not_reviewed"))
	}
	if slices.ContainsFunc(s.Names, func(x lab.SubstanceName) bool { return x.IsOpen() }) {
		row.State = append(row.State, n.texts.Text("page.dictionary.name_open"))
	}
	if last := n.words.LastJudgement(s.ID); last.Version > 0 && last.ReviewerID == 0 {
		row.State = append(row.State, n.texts.Text("page.dictionary.judgement_open"))
	}
	return row
}

// showProducts lists the products that are looked for.
func showProducts(r *request) error {
	n, err := r.entryNaming()
	if err != nil {
		return err
	}
	shown := &dictionaryPage{View: r.View(r.Texts.Text("page.dictionary.products")), Here: productsAddress, Search: r.dictionarySearch(), Products: true}
	shown.Notice = r.notice()
	if anyService(r.Actor, lab.MayProposeProduct) {
		shown.New = productsAddress + "/new"
	}
	var list []*lab.Product
	for _, id := range slices.Sorted(maps.Keys(n.words.Products)) {
		p := n.words.OwnProduct(id)
		if r.Actor.SeesProduct(p) && n.listsProduct(p, r.Query("state")) && called(r.typedQuery("find"), productNames(p)) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *lab.Product) int {
		return compareFolded(n.own(a.NameEN, a.NameNL), n.own(b.NameEN, b.NameNL))
	})
	for _, p := range list[:min(len(list), mostEntries)] {
		shown.Rows = append(shown.Rows, n.productRow(p))
	}
	shown.Left = len(list) - len(shown.Rows)
	return r.Show("dictionary.html", shown)
}

func (n naming) listsProduct(p *lab.Product, state string) bool {
	switch state {
	case openEntries:
		named := slices.ContainsFunc(p.Names, func(x lab.ProductName) bool { return x.IsOpen() })
		return n.words.MergedProduct(p.ID) == nil && (!p.Reviewed || named)
	case mergedEntries:
		return n.words.MergedProduct(p.ID) != nil
	case localEntries:
		return p.ID >= lab.LocalEntries
	}
	return true
}

func productNames(p *lab.Product) []string {
	names := []string{p.NameEN, p.NameNL}
	for _, x := range p.Names {
		names = append(names, x.Name)
	}
	return names
}

func (n naming) productRow(p *lab.Product) entryRow {
	row := entryRow{Address: productAddress(p.ID), Name: n.own(p.NameEN, p.NameNL), Class: n.expected(p.Expected())}
	switch {
	case n.words.MergedProduct(p.ID) != nil:
		row.State = append(row.State, n.texts.Text("page.dictionary.merged_into", "Name", n.product(p.ID)))
	case !p.Reviewed:
		row.State = append(row.State, n.texts.Text("page.field.not_reviewed"))
	}
	if slices.ContainsFunc(p.Names, func(x lab.ProductName) bool { return x.IsOpen() }) {
		row.State = append(row.State, n.texts.Text("page.dictionary.name_open"))
	}
	return row
}

// classesPage lists the classes, those within others below them.
type classesPage struct {
	page.View
	Classes []classRow
}

// classRow is a class in the list.
type classRow struct {
	Name, Within, Danger, Source, Plain string
	Entry                               string // address of the entry that stands for the class; empty for none
	Members                             string // how many
}

func showClasses(r *request) error {
	n, err := r.entryNaming()
	if err != nil {
		return err
	}
	members := map[string]int{}
	for id, s := range n.words.Substances {
		if s.ID == id && !s.WholeClass && r.Actor.SeesEntry(s) {
			members[s.Class]++
		}
	}
	shown := &classesPage{View: r.View(r.Texts.Text("page.dictionary.classes"))}
	for _, c := range n.words.Classes {
		j := n.words.ClassDangerJudged(c.Code)
		row := classRow{
			Name: n.own(c.NameEN, c.NameNL), Within: n.className(c.Parent), Danger: r.Texts.Code(locale.Dangers, string(j.Danger)), Source: n.source(j, c.Code),
			Members: r.Texts.Count(members[c.Code]),
		}
		row.Plain = n.own(n.words.Plain(c.Code))
		if id, ok := n.words.ClassEntry(c.Code); ok {
			row.Entry = substanceAddress(id)
		}
		shown.Classes = append(shown.Classes, row)
	}
	slices.SortFunc(shown.Classes, func(a, b classRow) int { return compareFolded(a.Name, b.Name) })
	return r.Show("classes.html", shown)
}
