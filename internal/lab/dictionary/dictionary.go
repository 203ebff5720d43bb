// Package dictionary holds the embedded dictionary: substances, their names,
// classes and salts, and products. The data files are the source; their README
// says what each column means and where the facts come from.
package dictionary

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync"

	"marquis/internal/lab"
)

//go:embed data/*.csv
var files embed.FS

//go:embed sources/*.md
var sources embed.FS

// Source tells what a danger or a description rests on, as Markdown with its title first.
func Source(key string) (text string, known bool) {
	data, err := sources.ReadFile("sources/" + key + ".md")
	return string(data), err == nil
}

// Load reads the embedded dictionary. Methods are not part of it: they belong to
// laboratories. An error names the file and the row.
func Load() (*lab.Dictionary, error) {
	classes, err := rows("classes.csv", func(r row) lab.Class {
		return lab.Class{
			Code: r.text("code"), Parent: r.text("parent"), NameEN: r.text("name_en"), NameNL: r.text("name_nl"),
			Danger: lab.Danger(r.text("danger")), DangerSource: r.text("danger_source"), PlainEN: r.text("plain_en"), PlainNL: r.text("plain_nl"),
		}
	})
	if err != nil {
		return nil, err
	}
	substances, err := loadSubstances()
	if err != nil {
		return nil, err
	}
	products, err := loadProducts(substances)
	if err != nil {
		return nil, err
	}
	entries, err := loadClassEntries(classes, substances)
	if err != nil {
		return nil, err
	}
	substances = append(substances, entries...)
	d, err := lab.NewDictionary(classes, substances, products, nil)
	if err != nil {
		return nil, err
	}
	d.DoseBands, err = loadDoseBands(substances)
	return d, err
}

// DoseBands are the embedded dose bands, which stand in no table: nobody changes them here.
var DoseBands = sync.OnceValues(func() ([]lab.DoseBand, error) {
	substances, err := loadSubstances()
	if err != nil {
		return nil, err
	}
	return loadDoseBands(substances)
})

func loadDoseBands(substances []*lab.Substance) ([]lab.DoseBand, error) {
	byName := map[string]*lab.Substance{}
	for _, s := range substances {
		byName[s.Name] = s
	}
	const ngPerMG = 1_000_000
	mg := func(r row, column string) int64 { return int64(r.number(column)) * ngPerMG }
	return rows("dose_bands.csv", func(r row) lab.DoseBand {
		return lab.DoseBand{
			SubstanceID: find(r, byName, "substance").ID, Form: lab.Form(r.text("form")), Route: r.text("route"),
			Low: mg(r, "low"), Usual: mg(r, "usual"), High: mg(r, "high"), VeryHigh: mg(r, "very_high"),
			Source: r.text("source"), Reviewer: r.text("reviewer"),
		}
	})
}

func loadSubstances() ([]*lab.Substance, error) {
	substances, err := rows("substances.csv", func(r row) *lab.Substance {
		return &lab.Substance{
			ID: lab.SubstanceID(r.number("id")), Name: r.text("name"), NameNL: r.text("name_nl"), Class: r.text("class"),
			Role: lab.Role(r.text("role")), Psychoactive: r.yes("psychoactive"), Active: r.yes("active"),
			Formula: r.text("formula"), MolarMass: r.milli("molar_mass"), CAS: r.text("cas"),
			PubChemCID: int32(r.number("pubchem_cid")), Reviewed: true,
			Danger: lab.Danger(r.text("danger")), DangerSource: r.text("danger_source"), ShortName: r.text("short_name"),
			LineEN: r.text("line_en"), LineNL: r.text("line_nl"), LineSource: r.text("line_source"),
		}
	})
	if err != nil {
		return nil, err
	}
	byName := map[string]*lab.Substance{}
	for _, s := range substances {
		byName[s.Name] = s
	}
	_, err = rows("substance_names.csv", func(r row) struct{} {
		s := find(r, byName, "substance")
		s.Names = append(s.Names, lab.SubstanceName{
			SubstanceID: s.ID, Name: r.text("name"), Language: r.text("lang"), Stereo: lab.Stereo(r.text("stereo")),
		})
		return struct{}{}
	})
	if err != nil {
		return nil, err
	}
	_, err = rows("substance_salts.csv", func(r row) struct{} {
		s := find(r, byName, "substance")
		s.Salts = append(s.Salts, lab.Salt{
			SubstanceID: s.ID, Salt: r.text("salt"), Formula: r.text("formula"), MolarMass: r.milli("molar_mass"),
			BasesPerSalt: int32(r.number("bases_per_salt")), Usual: r.yes("usual"),
		})
		return struct{}{}
	})
	return substances, err
}

// loadClassEntries reads the entries that stand for a class. Such an entry is called by the
// names of its class too, but for those that are the name of a substance: cathinone is one.
func loadClassEntries(classes []lab.Class, substances []*lab.Substance) ([]*lab.Substance, error) {
	taken := map[string]bool{}
	for _, s := range substances {
		for _, name := range append([]string{s.Name, s.NameNL}, namesOf(s)...) {
			taken[lab.Fold(name)] = true
		}
	}
	byCode := map[string]lab.Class{}
	for _, c := range classes {
		byCode[c.Code] = c
	}
	return rows("class_entries.csv", func(r row) *lab.Substance {
		class := byCode[r.text("class")]
		if class.Code == "" {
			r.fail("class", strconv.Quote(r.text("class"))+" is not a class of the dictionary")
		}
		s := &lab.Substance{
			ID: lab.SubstanceID(r.number("id")), Name: r.text("name"), NameNL: r.text("name_nl"), Class: class.Code, WholeClass: true,
			Role: lab.Role(r.text("role")), Psychoactive: r.yes("psychoactive"), Active: r.yes("active"), Reviewed: true,
		}
		names := []lab.SubstanceName{{Name: class.NameEN, Language: "en"}, {Name: class.NameNL, Language: "nl"}}
		for called := range strings.SplitSeq(r.text("called"), ";") {
			names = append(names, lab.SubstanceName{Name: called})
		}
		for _, name := range names {
			if folded := lab.Fold(name.Name); folded != "" && !taken[folded] {
				taken[folded] = true
				name.SubstanceID = s.ID
				s.Names = append(s.Names, name)
			}
		}
		return s
	})
}

func namesOf(s *lab.Substance) (names []string) {
	for _, n := range s.Names {
		names = append(names, n.Name)
	}
	return names
}

func loadProducts(substances []*lab.Substance) ([]*lab.Product, error) {
	products, err := rows("products.csv", func(r row) *lab.Product {
		return &lab.Product{
			ID: lab.ProductID(r.number("id")), NameEN: r.text("name_en"), NameNL: r.text("name_nl"),
			Unit: lab.AmountUnit(r.text("unit")), Reviewed: true,
		}
	})
	if err != nil {
		return nil, err
	}
	byName, substanceByName := map[string]*lab.Product{}, map[string]*lab.Substance{}
	for _, p := range products {
		byName[p.NameEN] = p
	}
	for _, s := range substances {
		substanceByName[s.Name] = s
	}
	_, err = rows("product_names.csv", func(r row) struct{} {
		p := find(r, byName, "product")
		p.Names = append(p.Names, lab.ProductName{ProductID: p.ID, Name: r.text("name"), Language: r.text("lang")})
		return struct{}{}
	})
	if err != nil {
		return nil, err
	}
	_, err = rows("product_substances.csv", func(r row) struct{} {
		p := find(r, byName, "product")
		ps := lab.ProductSubstance{
			ProductID: p.ID, Position: int32(len(p.Substances) + 1), Role: lab.Role(r.text("role")),
			Expected: lab.Expected{Class: r.text("class")},
		}
		if r.text("substance") != "" {
			ps.SubstanceID = lab.Optional(find(r, substanceByName, "substance").ID)
		}
		p.Substances = append(p.Substances, ps)
		return struct{}{}
	})
	return products, err
}

// row is one row of a data file; the first mistake in it is kept.
type row struct {
	cells map[string]string
	err   *error
}

func (r row) fail(column, why string) {
	if *r.err == nil {
		*r.err = fmt.Errorf("column %s: %s", column, why)
	}
}

func (r row) text(column string) string {
	text, ok := r.cells[column]
	if !ok {
		r.fail(column, "is missing")
	}
	return text
}

func (r row) number(column string) int {
	text := r.text(column)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.fail(column, strconv.Quote(text)+" is not a whole number")
	}
	return n
}

// milli reads a number with three decimals as thousandths.
func (r row) milli(column string) int64 {
	text := r.text(column)
	if text == "" {
		return 0
	}
	d, err := lab.ParseDecimal(text)
	if err != nil {
		r.fail(column, err.Error())
		return 0
	}
	n, err := d.Scaled(big.NewRat(1000, 1))
	if err != nil {
		r.fail(column, err.Error())
	}
	return n
}

func (r row) yes(column string) bool {
	text := r.text(column)
	if text != "true" && text != "false" {
		r.fail(column, strconv.Quote(text)+" is not true or false")
	}
	return text == "true"
}

// find returns the entry that a column names, or an empty one with a mistake noted.
func find[T any](r row, byName map[string]*T, column string) *T {
	entry, ok := byName[r.text(column)]
	if !ok {
		r.fail(column, strconv.Quote(r.text(column))+" is not in the dictionary")
		return new(T)
	}
	return entry
}

// rows reads a data file and makes one entry of each row.
func rows[T any](name string, entry func(row) T) ([]T, error) {
	data, err := files.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var entries []T
	for i, record := range records[1:] {
		var mistake error
		r := row{cells: map[string]string{}, err: &mistake}
		for c, column := range records[0] {
			r.cells[column] = record[c]
		}
		entries = append(entries, entry(r))
		if mistake != nil {
			return nil, fmt.Errorf("%s row %d: %w", name, i+2, mistake)
		}
	}
	return entries, nil
}
