package server

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/page"
)

// values list what stands in the column, each with what it stands for: the known codes are
// filled in, and what the page calls so in the language of the reader.
func (b *mappingForm) values(row *mappingRow, f intake.FieldInfo, x intake.Field, look *intake.Look) {
	if look == nil {
		return
	}
	values, tooMany := look.ValuesOf(row.Column.Value())
	if row.TooMany = tooMany; tooMany {
		return
	}
	list := x.List
	if typed := b.kept[row.Name+".list"]; len(typed) > 0 {
		list = typed[0]
	}
	codes := b.codes(f)
	for _, value := range intake.Parts(values, list) {
		means, told := x.Values[intake.FoldValue(value)]
		if code, known := f.Knows(value); known && !told && len(f.Codes) > 0 {
			means = code
		} else if i := slices.IndexFunc(codes, func(o page.Option) bool { return o.Value != "" && intake.FoldValue(o.Label) == intake.FoldValue(value) }); i >= 0 && !told {
			means = codes[i].Value // as the page calls it
		}
		if told && means == "" {
			means = leftOutValue
		}
		hash := valueName(value)
		v := valueRow{Value: value, From: b.add(b.Hidden(row.Name+".from."+hash, value))}
		if len(f.Codes) > 0 {
			v.To = b.choice(row.Name+".to."+hash, "page.mapping.stands_for", means, append(slices.Clone(codes), page.Option{Value: leftOutValue, Label: b.Texts.Text("page.mapping.nothing")})...)
		} else {
			v.To = b.text(row.Name+".to."+hash, "page.mapping.stands_for", means)
		}
		v.To.Label = value
		row.Values = append(row.Values, v)
	}
}

// ticks list the columns that hold nothing but ticks, each with the choice for which a tick stands:
// that which its heading names is filled in where nothing is said yet.
func (b *mappingForm) ticks(row *mappingRow, f intake.FieldInfo, x intake.Field, look *intake.Look) {
	if look == nil {
		return
	}
	means := x.Ticks
	if len(means) == 0 {
		means = look.GuessTicks(f, b.codeTerms(f.Name))
	}
	codes := b.codes(f)
	for i := range look.Columns {
		c := &look.Columns[i]
		if _, told := means[c.Heading]; !told && !c.Ticked() {
			continue
		}
		hash := valueName(c.Heading)
		v := valueRow{Value: c.Heading, From: b.add(b.Hidden(row.Name+".heading."+hash, c.Heading))}
		v.To = b.choice(row.Name+".tick."+hash, "page.mapping.ticks", means[c.Heading], codes...)
		v.To.Label, v.To.Unchosen = c.Heading, b.Texts.Text("page.mapping.tick_none")
		row.Ticks = append(row.Ticks, v)
	}
}

// codeTerms are what the codes of a field are called, in all languages of the program.
func (r *request) codeTerms(field string) func(code string) []string {
	return func(code string) (terms []string) {
		for _, lang := range r.Site.Languages {
			terms = append(terms, r.Site.Texts[lang].Code(mappingVocabularies[field], code))
		}
		return terms
	}
}

// leftOutValue stands for a value that says nothing.
const leftOutValue = "=nothing"

// valueName names a value of a file in the name of a field.
func valueName(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}

// emptyNames are what in the column of substances names none, of which the mapping has to say
// what it means.
func (b *mappingForm) emptyNames(d *lab.Dictionary, column string) (names []string) {
	look := b.look(true)
	if look == nil {
		return nil
	}
	values, _ := look.ValuesOf(column)
	for _, v := range values {
		if d.AskName(v).Kind == lab.EmptyName {
			names = append(names, v)
		}
	}
	return names
}

func wordLines(list []string) string {
	shown := slices.Clone(list)
	for i, x := range shown {
		if x == "" {
			shown[i] = emptyCell
		}
	}
	return strings.Join(shown, "\n")
}

// emptyCell is how an empty cell is written among words.
const emptyCell = `""`
