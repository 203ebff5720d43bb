package statistics

import (
	"fmt"
	"slices"

	"marquis/internal/lab"
)

// Source is the figures that tables are made of. A table uses what its scope
// names; the rest may be absent. Public tables are made of the figures of all
// services together.
type Source struct {
	Dictionary *lab.Dictionary
	Year       *Year         // of all services
	Entries    []*Entry      // of one product, in rising order of year; the last is the year that is told
	Services   []ServiceYear // every service in one fixed order, also those without samples
	ClosedTo   int           // the latest year that is over, see LastClosedYear; later ones are not public
	told       bool          // it holds nothing that is not told
}

// ServiceYear is the figures of one service in the year of the source.
type ServiceYear struct {
	Code string
	Name string
	Year *Year
}

// TableScope says what the rows of a table are about and which part of a Source
// it is made of.
type TableScope string

// The scopes of tables.
const (
	YearTable         TableScope = "year"          // the country in one year: Source.Year
	ProductTable      TableScope = "product"       // a product in one year: the last of Source.Entries
	ProductYearsTable TableScope = "product_years" // a product over the years: Source.Entries
	ServiceTable      TableScope = "service"       // the services in one year: Source.Services and Year
)

// TableSpec is one table of the closed list.
type TableSpec struct {
	Key     string // in addresses: /figures/2024/ketamine/outcomes
	Scope   TableScope
	Title   Text
	figures []string // keys of Definitions
	notes   []Text
	build   func(*Source) ([]Column, []Row)
}

// Tables is the closed list of public tables (design section 4), in the order in
// which they are told. Whatever is not in it is for staff: what is not asked for
// one by one cannot be subtracted. The only table finer than the country is that
// of the services, so that no second one can be held against it.
var Tables = []TableSpec{
	{"registered", YearTable, Text{"Samples and their results", "Monsters en hun uitslagen"}, []string{"registered", "released"}, shareNotes, (*Source).registered},
	{"products", YearTable, Text{"Samples by product", "Monsters per product"}, []string{"registered", "released", "share"}, shareNotes, (*Source).products},
	{"found", YearTable, Text{"Substances found", "Gevonden stoffen"}, []string{"found"}, shareNotes, (*Source).found},
	{"services", ServiceTable, Text{"Samples by service", "Monsters per testservice"}, []string{"registered", "released"}, []Text{servicesNote}, (*Source).services},

	{"outcomes", ProductTable, Text{"Outcomes", "Uitkomsten"}, []string{"outcomes", "outcomes_euda"}, shareNotes, (*Source).outcomes},
	{"contains", ProductTable, Text{"Contains what was expected", "Bevat wat werd verwacht"}, []string{"contains"}, shareNotes, (*Source).contains},
	{"substitutes", ProductTable, Text{"Found instead", "In plaats daarvan gevonden"}, []string{"substitutes"}, shareNotes, (*Source).substitutes},
	{"purity", ProductTable, Text{"Purity", "Zuiverheid"}, []string{"purity"}, amountNotes, (*Source).purity},
	{"dose", ProductTable, Text{"Dose", "Dosis"}, []string{"dose"}, amountNotes, (*Source).dose},
	{"adulterants", ProductTable, Text{"Adulterants", "Versnijdingen"}, []string{"adulterants", "no_adulterant", "only_traces", "any_adulterant"}, amountNotes, (*Source).adulterants},
	{"adulterant_methods", ProductTable, Text{"Adulterants by method", "Versnijdingen per methode"}, []string{"adulterants"}, shareNotes, (*Source).adulterantMethods},
	{"co_occurrence", ProductTable, Text{"Adulterants found together", "Samen gevonden versnijdingen"}, []string{"co_occurrence"}, shareNotes, (*Source).coOccurrence},
	{"price", ProductTable, Text{"Price", "Prijs"}, []string{"price"}, amountNotes, (*Source).price},
	{"pure_price", ProductTable, Text{"Price of a pure gram", "Prijs per zuivere gram"}, []string{"price_per_pure_gram"}, amountNotes, (*Source).purePrice},

	{"years", ProductYearsTable, Text{"Share and content over the years", "Aandeel en inhoud door de jaren"}, []string{"registered", "released", "share", "contains", "no_adulterant"}, shareNotes, (*Source).years},
	{"purity_years", ProductYearsTable, Text{"Purity over the years", "Zuiverheid door de jaren"}, []string{"purity"}, amountNotes, (*Source).purityYears},
	{"dose_years", ProductYearsTable, Text{"Dose over the years", "Dosis door de jaren"}, []string{"dose"}, amountNotes, (*Source).doseYears},
	{"price_years", ProductYearsTable, Text{"Price over the years", "Prijs door de jaren"}, []string{"price"}, amountNotes, (*Source).priceYears},
	{"trends", ProductYearsTable, Text{"Trends", "Trends"}, []string{"share", "contains", "purity", "dose", "price"}, []Text{Caveat, trendNote, testNote}, (*Source).trends},
}

// TableKeys returns the keys of the closed list in order, of the given scopes or,
// without any, of all.
func TableKeys(scopes ...TableScope) []string {
	var keys []string
	for _, t := range Tables {
		if len(scopes) == 0 || slices.Contains(scopes, t.Scope) {
			keys = append(keys, t.Key)
		}
	}
	return keys
}

// FindTable returns the table of the closed list with the key, or lab.ErrNotFound.
func FindTable(key string) (*TableSpec, error) {
	i := slices.IndexFunc(Tables, func(t TableSpec) bool { return t.Key == key })
	if i < 0 {
		return nil, fmt.Errorf("table %q: %w", key, lab.ErrNotFound)
	}
	return &Tables[i], nil
}

// Public makes the table as everybody may see it, see Told. It fails where the source
// lacks what the scope needs, or its figures are not those of all services, and with
// lab.ErrNotFound where the year is not told.
func (t *TableSpec) Public(s *Source) (*Table, error) {
	if err := t.checkNational(s); err != nil {
		return nil, err
	}
	if err := t.check(s); err != nil {
		return nil, err
	}
	told := s.Told()
	if !t.isTold(s, told) {
		return nil, fmt.Errorf("table %s is not public: the year is not over, or too few samples were released: %w", t.Key, lab.ErrNotFound)
	}
	table, err := t.Staff(told)
	if err != nil {
		return nil, err
	}
	table.public()
	return table, nil
}

// isTold tells whether what is told of the source holds what the table is about.
func (t *TableSpec) isTold(s, told *Source) bool {
	switch t.Scope {
	case ProductTable:
		return len(told.Entries) > 0 && told.entry().Year == s.entry().Year
	case ProductYearsTable:
		return len(told.Entries) > 0
	}
	return told.Year != nil
}

// Staff makes the table with all cells shown and those marked that the public does
// not see. Its figures may be those of some services only. It fails where the
// source lacks what the scope needs, or its services are not those of the year.
func (t *TableSpec) Staff(s *Source) (*Table, error) {
	if err := t.check(s); err != nil {
		return nil, err
	}
	table := &Table{
		Key: t.Key, Scope: t.Scope, Title: t.Title, Definitions: definitionsOf(t.figures), Notes: t.notes,
	}
	switch t.Scope {
	case ProductTable, ProductYearsTable:
		e := s.entry()
		table.Year, table.Product, table.Synthetic = e.Year, s.product(e.ProductID, e.Name()), e.Scope.Synthetic
	default:
		table.Year, table.Synthetic = s.Year.Year, s.Year.Scope.Synthetic
	}
	table.Columns, table.Rows = t.build(s)
	table.fitDecimals()
	return table, nil
}

// entry returns the entry of the year that is told.
func (s *Source) entry() *Entry { return s.Entries[len(s.Entries)-1] }

func (t *TableSpec) check(s *Source) error {
	missing := s.Year == nil
	switch t.Scope {
	case ProductTable, ProductYearsTable:
		missing = len(s.Entries) == 0 || slices.Contains(s.Entries, nil)
	case ServiceTable:
		missing = missing || slices.ContainsFunc(s.Services, func(x ServiceYear) bool { return x.Year == nil })
	}
	if missing || s.Dictionary == nil {
		return fmt.Errorf("table %s: the source lacks the figures of its scope, %s", t.Key, t.Scope)
	}
	if t.Scope == ServiceTable && !s.addsUp() {
		return fmt.Errorf("table %s: the services do not add up to the year %d", t.Key, s.Year.Year)
	}
	return nil
}

// addsUp tells whether the services are all of the year, as of one moment: what is
// hidden of them is decided by their sum.
func (s *Source) addsUp() bool {
	registered, released := 0, 0
	for _, x := range s.Services {
		registered, released = registered+x.Year.Registered, released+x.Year.Released
	}
	return registered == s.Year.Registered && released == s.Year.Released
}

func (t *TableSpec) checkNational(s *Source) error {
	var scopes []Scope
	if s.Year != nil {
		scopes = append(scopes, s.Year.Scope)
	}
	for _, e := range s.Entries {
		if e != nil {
			scopes = append(scopes, e.Scope)
		}
	}
	for _, scope := range scopes {
		if len(scope.Services) > 0 {
			return fmt.Errorf("table %s: figures of %s alone are not public", t.Key, scope)
		}
	}
	return nil
}

func definitionsOf(keys []string) []Definition {
	var list []Definition
	for _, d := range Definitions {
		if slices.Contains(keys, d.Key) {
			list = append(list, d)
		}
	}
	return list
}
