package intake

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
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
	Decimal  string               // the decimal mark of its numbers; empty: comma and point alike
	Service  ServiceMapping       // whose samples they are, unless the operator says otherwise
	Files    []FileMapping        `toml:"file"` // in the order of the arguments
	Samples  map[string]Field     // of a sample, by name of the field
	Findings FindingsMapping      // of the findings
	Methods  map[string]MethodMap `toml:"method"` // by the name that the file uses; "default" for all others

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
}

// FindingsMapping says where findings stand.
type FindingsMapping struct {
	Layout  string           // rows: a row each; columns: in numbered columns of the sample's row
	Count   int              // of the numbered columns, whose names hold {n}
	Nothing []string         // what stands for a substance where nothing was found
	Unclear []string         // what stands for a substance where the analysis was inconclusive
	Fields  map[string]Field // by name of the field
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
	Values  map[string]string // what the source writes, and the code for it; "" leaves it out
	Default string            // code for what is not among Values
	List    string            // separator, where the column holds several
	Date    string            // form of a date, such as DDMMMYYYY
	Unit    string            // of a number, where no column tells it
}

// UnmarshalTOML reads a field: the heading of its column, or a table.
func (f *Field) UnmarshalTOML(data any) error {
	switch v := data.(type) {
	case string:
		f.Column = v
		return nil
	case map[string]any:
		for key, value := range v {
			if err := f.set(key, value); err != nil {
				return err
			}
		}
		if (f.Column == "") == (f.Value == "") {
			return errors.New("give either the column or a value for all rows")
		}
		return nil
	}
	return errors.New("write the heading of a column, or a table with column or value")
}

func (f *Field) set(key string, value any) error {
	if key == "values" {
		table, ok := value.(map[string]any)
		if !ok {
			return errors.New("values is a table of what the source writes and the code for it")
		}
		f.Values = map[string]string{}
		for from, to := range table {
			code, ok := to.(string)
			if !ok {
				return fmt.Errorf("values: the code for %q is not a text", from)
			}
			f.Values[fold(from)] = code
		}
		return nil
	}
	texts := map[string]*string{
		"column": &f.Column, "value": &f.Value, "default": &f.Default, "list": &f.List, "date": &f.Date, "unit": &f.Unit,
	}
	target, known := texts[key]
	text, isText := value.(string)
	if !known || !isText {
		return fmt.Errorf("%q is not a key of a field, or not a text; use column, value, values, default, list, date or unit", key)
	}
	*target = text
	return nil
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
	meta, err := toml.Decode(string(text), m)
	if err != nil {
		var where toml.ParseError
		if errors.As(err, &where) {
			return nil, fmt.Errorf("line %d: %s", where.Position.Line, where.Message)
		}
		return nil, err
	}
	var errs lab.FieldErrors
	for _, key := range meta.Undecoded() {
		errs.Check(false, key.String(), "This key is not known.")
	}
	m.check(&errs)
	return m, errs.Err()
}

// digest identifies an import: the mapping and the bytes of all files.
func (m *Mapping) digest(tables []*Table) [32]byte {
	h := sha256.New()
	h.Write(m.text)
	for _, t := range tables {
		h.Write(t.SHA256[:])
	}
	return [32]byte(h.Sum(nil))
}

func (m *Mapping) check(errs *lab.FieldErrors) {
	errs.Check(m.Profile != "", "profile", "Name the source.")
	errs.Check(slices.Contains([]string{"", ",", "."}, m.Decimal), "decimal", "The decimal mark is a comma or a point.")
	errs.Check(len(m.Files) == 1 || len(m.Files) == 2, "file", "Describe one file, or two: samples and findings.")
	for i, f := range m.Files {
		holds := []string{"samples", "findings"}[min(i, 1)]
		if len(m.Files) == 1 {
			holds = "both"
		}
		errs.Check(f.Holds == holds, fmt.Sprintf("file %d", i+1), "It should say: holds = %q.", holds)
		errs.Check(len([]rune(f.Delimiter)) <= 1, fmt.Sprintf("file %d", i+1), "The delimiter is one character.")
	}
	checkFields(errs, "samples", m.Samples, sampleFields, "id", "received_on", "sold_as", "form")
	checkFields(errs, "findings.fields", m.Findings.Fields, findingFields, "substance", "performed_on")
	switch m.Findings.Layout {
	case "rows":
		errs.Check(slices.Contains([]string{"", ",", "."}, m.Decimal), "decimal", "The decimal mark is a comma or a point.")
		errs.Check(len(m.Files) == 1 || m.Findings.Fields["sample"].Column != "", "findings.fields.sample", "Say which column names the sample.")
	case "columns":
		errs.Check(len(m.Files) == 1, "findings.layout", "Numbered columns stand in the sample's own row: describe one file.")
		errs.Check(m.Findings.Count > 0 && m.Findings.Count <= 100, "findings.count", "Say how many numbered columns there are.")
	default:
		errs.Check(false, "findings.layout", "It is \"rows\" or \"columns\".")
	}
	errs.Check(len(m.Methods) > 0, "method", "Describe the method, as [method.default].")
	for name, method := range m.Methods {
		known := method.lab()
		known.OpenScope = true // names of substances are looked up later
		if err := known.Check(); err != nil {
			errs.Check(false, "method."+name, "%s", err.Error())
		}
	}
}

func checkFields(errs *lab.FieldErrors, where string, fields map[string]Field, known []string, needed ...string) {
	for name := range fields {
		errs.Check(slices.Contains(known, name), where+"."+name, "This is not a field; the fields are %s.", strings.Join(known, ", "))
	}
	for _, name := range needed {
		_, ok := fields[name]
		errs.Check(ok, where+"."+name, "Say which column holds it, or give a value for all rows.")
	}
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
	}
	return s, s.Code != ""
}
