package intake

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"marquis/internal/lab"
)

//go:embed profiles/*.toml
var profiles embed.FS

// Mapping says how the files of a source are to be read. It is written as TOML;
// docs/import.md explains every key.
type Mapping struct {
	Profile  string               // name of the source
	Decimal  string               // the decimal mark of its numbers
	Service  ServiceMapping       // whose samples they are, unless the operator says otherwise
	Files    []FileMapping        `toml:"file"` // in the order of the arguments
	Samples  map[string]Field     // by name of the field
	Findings FindingsMapping      // of the samples
	Methods  map[string]MethodMap `toml:"method"` // by the name that the file uses; "default" for all others

	Confirmed     lab.Confirmations // what looks implausible and is right
	ExactIDs      bool              `toml:"exact_ids"`       // ids that people take for one another are of two samples all the same
	IDsPerService bool              `toml:"ids_per_service"` // another service of the source may have a sample of the same id

	text []byte
}

// ServiceMapping is the service that a source stands for.
type ServiceMapping struct {
	Code, Name, Country, Currency string
	TimeZone                      string `toml:"time_zone"`
}

// FileMapping says what one file looks like and what it holds.
type FileMapping struct {
	Holds     string // samples, findings or both
	Sheet     string
	HeaderRow int `toml:"header_row"`
	Delimiter string
	Encoding  string
	Struck    string // "read" where a line through a cell means nothing
}

// FindingsMapping says where findings stand.
type FindingsMapping struct {
	Layout    string           // rows: a row each; columns: in numbered columns of the sample's row
	Count     int              // of the numbered columns, whose names hold {n}
	Columns   []string         // what stands for {n} instead of a number, such as names of methods
	Continued bool             // a row without an id belongs to the sample of the row directly above
	Fields    map[string]Field // by name of the field

	// What stands for a substance where there is none to name.
	Nothing      []string // nothing was found
	Unclear      []string // the analysis was inconclusive
	NotAnalysed  []string `toml:"not_analysed"` // there was no analysis
	Unidentified []string // something was found that could not be identified
	Other        []string // something was found that the source does not tell by name

	// NewSubstances are names that are close to a known one, or look like several, and yet
	// another substance.
	NewSubstances []string `toml:"new_substances"`

	Ignored []string // headings of columns that are left out knowingly, though they look like findings; of a grid, those that name none
}

// labels are what stands for {n} in each set of columns; one that is empty for rows.
func (f *FindingsMapping) labels() []string {
	if f.Layout != "columns" {
		return []string{""}
	}
	labels := slices.Clone(f.Columns)
	for n := range f.Count {
		labels = append(labels, strconv.Itoa(n+1))
	}
	return labels
}

// labelled are the fields of the findings in the columns of a label.
func (f *FindingsMapping) labelled(label string) map[string]Field {
	fields := maps.Clone(f.Fields)
	for name, field := range fields {
		if label != "" {
			field.Column, field.Value = strings.ReplaceAll(field.Column, "{n}", label), strings.ReplaceAll(field.Value, "{n}", label)
			fields[name] = field
		}
	}
	return fields
}

// MethodMap is a method of the source's laboratory.
type MethodMap struct {
	Kind       lab.MethodKind
	Lab        string
	Version    string
	Level      lab.Level
	Quantifies bool
	Scope      []string // names of substances; empty: whatever the method has a reference for
}

// Field says where one field stands and how it is written.
type Field struct {
	Column  string            // heading of the column; empty with Value
	Value   string            // the same for all rows
	Values  map[string]string // what the source writes, folded, and what it means; "" leaves it out
	Default string            // stands in for an empty cell, and for a code that nobody knows
	List    string            // separators, where the column holds several
	Date    string            // form of a date, such as DDMMMYYYY
	Unit    string            // of an amount, where no column tells it
	Ticks   map[string]string // headings of columns that are ticked, and the code for which a tick stands
	Zeros   string            // "kept" where ids of several lengths have kept their zeros

	Order     string // "kept" where day and month of all dates stand as the form says
	Fractions string // of amounts in %: "read" where 1 is all of it, "none" where none is more than 1 %

	given    []string        // the keys that the mapping gives
	mistakes lab.FieldErrors // in the way it is written
}

// UnmarshalTOML reads a field: the heading of its column, or a table. Mistakes are
// kept for the check of the whole mapping, which reports them all.
func (f *Field) UnmarshalTOML(data any) error {
	switch v := data.(type) {
	case string:
		f.Column, f.given = v, []string{"column"}
	case map[string]any:
		for key, value := range v {
			f.set(key, value)
		}
		slices.Sort(f.given)
		slices.SortFunc(f.mistakes, func(a, b lab.FieldError) int { return strings.Compare(a.Message(), b.Message()) })
	default:
		f.wrong("Write the heading of a column, or a table with column or value.")
		return nil
	}
	switch {
	case slices.Contains(f.given, "ticks"):
		if f.Column+f.Value != "" || len(f.Ticks) == 0 {
			f.wrong("Give either the column, or ticks: the heading of each column = \"the code for which a tick stands\".")
		}
	case (f.Column == "") == (f.Value == ""):
		f.wrong("Give either the column or a value for all rows.")
	}
	return nil
}

// wrong notes a mistake in the way the field is written.
func (f *Field) wrong(format string, args ...any) {
	f.mistakes = append(f.mistakes, lab.FieldError{Format: format, Args: args})
}

func (f *Field) set(key string, value any) {
	f.given = append(f.given, key)
	switch key {
	case "values":
		f.setValues(value)
		return
	case "ticks":
		f.setTicks(value)
		return
	}
	target, known := map[string]*string{
		"column": &f.Column, "value": &f.Value, "default": &f.Default, "list": &f.List, "date": &f.Date, "unit": &f.Unit, "zeros": &f.Zeros, "fractions": &f.Fractions, "order": &f.Order,
	}[key]
	text, isText := value.(string)
	switch {
	case !known:
		f.wrong("%q is not a key of a field; use column, value, values, default, list, date, unit, ticks, zeros, fractions or order.", key)
	case !isText || text == "":
		f.wrong("The %s is a text between quotation marks, and not empty.", key)
	default:
		*target = text
	}
}

func (f *Field) setValues(value any) {
	table, ok := value.(map[string]any)
	if !ok {
		f.wrong("The values are a table: what the source writes = \"what it means\".")
		return
	}
	f.Values = make(map[string]string, len(table))
	for from, to := range table {
		text, ok := to.(string)
		before, twice := f.Values[fold(from)]
		switch {
		case !ok:
			f.wrong("What %q means is a text between quotation marks.", from)
		case twice && before != text:
			f.wrong("The values say two things of %q; capitals and spaces make no difference.", fold(from))
		}
		f.Values[fold(from)] = text
	}
}

func (f *Field) setTicks(value any) {
	table, ok := value.(map[string]any)
	f.Ticks = make(map[string]string, len(table))
	for heading, code := range table {
		text, isText := code.(string)
		ok = ok && isText && heading != ""
		f.Ticks[heading] = text
	}
	if !ok {
		f.wrong("The ticks are a table: the heading of each column = \"the code for which a tick stands\".")
	}
}

// fold reduces what a source writes to what two spellings of it share.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Profiles returns the names of the mappings that the program brings along.
func Profiles() []string {
	names, err := fs.Glob(profiles, "profiles/*.toml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(path.Base(name), ".toml")
	}
	return names
}

// LoadMapping reads a mapping that the program brings along, by its name, or the
// file at a path that ends in .toml. All mistakes are reported at once.
func LoadMapping(name string) (*Mapping, error) {
	var text []byte
	var err error
	switch {
	case slices.Contains(Profiles(), name):
		text, err = profiles.ReadFile("profiles/" + name + ".toml")
	case strings.HasSuffix(name, ".toml"):
		text, err = os.ReadFile(name)
	default:
		return nil, fmt.Errorf("there is no profile %q; use one of %s, or the path of a mapping that ends in .toml", name, strings.Join(Profiles(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("read the mapping: %w", err)
	}
	m, err := parseMapping(text)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", name, err)
	}
	return m, nil
}

func parseMapping(text []byte) (*Mapping, error) {
	m := &Mapping{text: text}
	if err := plainTOML(string(text)); err != nil {
		return nil, err
	}
	meta, err := toml.Decode(string(text), m)
	if err != nil {
		var where toml.ParseError
		if errors.As(err, &where) {
			return nil, fmt.Errorf("line %d: %s", where.Position.Line, where.Message)
		}
		return nil, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	var errs lab.FieldErrors
	for _, key := range meta.Undecoded() {
		errs.Check(false, key.String(), "This key is not known.")
	}
	m.check(&errs)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	methods := make(map[string]MethodMap, len(m.Methods))
	for name, method := range m.Methods {
		methods[fold(name)] = method
	}
	m.Methods = methods
	return m, nil
}

// What no mapping needs: the reader of TOML takes minutes for keys and tables within tables
// without end.
const deepest, longestKey = 8, 100

// plainTOML refuses a text that holds tables or lists within others, or keys, without end.
func plainTOML(text string) error {
	if len(text) > lab.MaxMapping {
		return fmt.Errorf("the mapping is larger than %d bytes", lab.MaxMapping)
	}
	depth := 0
	for n, line := range strings.Split(text, "\n") {
		most, dots := 0, 0
		for _, c := range outsideQuotes.ReplaceAllString(line, "") {
			switch c {
			case '{', '[':
				depth++
				most = max(most, depth)
			case '}', ']':
				depth = max(0, depth-1)
			case '.':
				dots++
			}
		}
		if most > deepest || dots > longestKey {
			return fmt.Errorf("line %d: it holds tables or keys within others, more than a mapping needs", n+1)
		}
	}
	return nil
}

// outsideQuotes is what stands in quotation marks on a line, and remarks.
var outsideQuotes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'|#.*`)

// digest identifies an import: the mapping and the bytes of all files.
func (m *Mapping) digest(sources []*source) [32]byte {
	sums := make([][sha256.Size]byte, len(sources))
	for i, s := range sources {
		sums[i] = s.table.SHA256
	}
	return digestOf(m.text, sums)
}

// lab returns the method as the registry knows it, without its scope.
func (m MethodMap) lab() lab.Method {
	return lab.Method{
		Kind: m.Kind, Lab: m.Lab, Version: m.Version, Level: m.Level, Quantifies: m.Quantifies, OpenScope: len(m.Scope) == 0,
	}
}

// LabService returns the service that the mapping stands for, or false where it
// names none.
func (m *Mapping) LabService() (lab.Service, bool) {
	s := lab.Service{
		Code: m.Service.Code, Name: m.Service.Name, Country: m.Service.Country, Currency: m.Service.Currency, TimeZone: m.Service.TimeZone,
		SecondFactor: true, // as of any new service
	}
	return s, s.Code != ""
}
