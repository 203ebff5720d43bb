package server

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
	"marquis/internal/page"
)

// sampleKind is how a field of a sample is drawn on a form, read from what was typed,
// held by the form, and told of in the record and its trail.
type sampleKind struct {
	as    page.FieldKind
	codes locale.Vocabulary   // of the choices, none for other fields
	draw  func(f *page.Field) // what else there is to the field, nil for nothing
	read  func(in *sampleReader, name string, f *lab.File)
	hold  func(n naming, f *lab.File) []string // nothing where nothing is recorded
	tell  func(n naming, v lab.Value) string
}

// textKind is a line of at most so many characters.
func textKind(most int, at func(*lab.Sample) *string) sampleKind {
	return sampleKind{
		as:   page.TextField,
		draw: func(f *page.Field) { f.MaxLength = most },
		read: func(in *sampleReader, name string, f *lab.File) { *at(&f.Sample) = in.Text(name) },
		hold: func(_ naming, f *lab.File) []string { return []string{*at(&f.Sample)} },
		tell: plainValue,
	}
}

// areaKind is a text of several lines.
func areaKind(most int, at func(*lab.Sample) *string) sampleKind {
	k := textKind(most, at)
	k.as = page.AreaField
	return k
}

func dateKind(meant lab.Meant, at func(*lab.Sample) *lab.Date) sampleKind {
	return sampleKind{
		as:   page.DateField,
		read: func(in *sampleReader, name string, f *lab.File) { *at(&f.Sample) = in.Date(name, meant) },
		hold: func(_ naming, f *lab.File) []string { return []string{at(&f.Sample).String()} },
		tell: dayValue,
	}
}

// oneOf is a code of the vocabulary.
func oneOf[T ~string](v locale.Vocabulary, at func(*lab.Sample) *T) sampleKind {
	return sampleKind{
		as: page.SelectField, codes: v,
		read: func(in *sampleReader, name string, f *lab.File) { *at(&f.Sample) = T(in.Text(name)) },
		hold: func(_ naming, f *lab.File) []string { return []string{string(*at(&f.Sample))} },
		tell: codeOf(v),
	}
}

// several is any number of codes of the vocabulary.
func several(v locale.Vocabulary, at func(*lab.Sample) *lab.Codes) sampleKind {
	return sampleKind{
		as: page.ChecksField, codes: v,
		read: func(in *sampleReader, name string, f *lab.File) { *at(&f.Sample) = in.Codes(name) },
		hold: func(_ naming, f *lab.File) []string { return *at(&f.Sample) },
		tell: codeOf(v),
	}
}

// numberKind is a decimal number, kept in thousandths of the unit.
func numberKind[T int32 | int64](unit string, at func(*lab.Sample) *T) sampleKind {
	return sampleKind{
		as:   page.TextField,
		draw: func(f *page.Field) { f.Keyboard, f.Narrow, f.Unit, f.MaxLength = "decimal", true, unit, 20 },
		read: func(in *sampleReader, name string, f *lab.File) {
			n := in.unlessWrong(func() int64 { return in.Thousandths(name) })
			if *at(&f.Sample) = T(n); int64(T(n)) != n {
				*at(&f.Sample) = math.MaxInt32 // too large either way
			}
		},
		hold: func(n naming, f *lab.File) []string {
			if *at(&f.Sample) == 0 {
				return nil
			}
			return []string{n.thousandths(int64(*at(&f.Sample)), "")}
		},
		tell: thousandthsOf(unit),
	}
}

// productKind is what the sample was sold as, by any of its names.
func productKind() sampleKind {
	return sampleKind{
		as:   page.TextField,
		draw: func(f *page.Field) { f.Suggest, f.Focus, f.MaxLength = "/suggest/products", true, 200 },
		read: func(in *sampleReader, _ string, f *lab.File) {
			f.Sample.ProductID = 0
			if in.sold = in.soldAs(); in.sold != nil {
				f.Sample.ProductID = in.sold.ID
			}
		},
		hold: func(n naming, f *lab.File) []string {
			return []string{cmp.Or(n.nameSaid(&f.Sample), n.product(f.Sample.ProductID))}
		},
		tell: productValue,
	}
}

// nameSaid is what the visitor said where that is a name of the product: it stands in the
// field of the product, so that another product does not keep it.
func (n naming) nameSaid(x *lab.Sample) string {
	if p, ok := n.words.FindProduct(x.SoldAsText); ok && p.ID == x.ProductID {
		return x.SoldAsText
	}
	return ""
}

// saidKind is what the visitor said: the name by which the product was found,
// where nothing else is typed.
func saidKind() sampleKind {
	k := textKind(200, func(s *lab.Sample) *string { return &s.SoldAsText })
	k.read = func(in *sampleReader, name string, f *lab.File) {
		f.Sample.SoldAsText = in.Text(name)
		if in.sold != nil {
			f.Sample.SoldAsText = cmp.Or(f.Sample.SoldAsText, in.Text("product_id"))
		}
	}
	hold := k.hold
	k.hold = func(n naming, f *lab.File) []string {
		if n.nameSaid(&f.Sample) != "" {
			return nil
		}
		return hold(n, f)
	}
	return k
}

// expectedKind is what is expected, where it is not what is usual for the product.
func expectedKind() sampleKind {
	return sampleKind{
		as:   page.TextField,
		draw: func(f *page.Field) { f.Suggest, f.MaxLength = "/suggest/substances", 500 },
		read: func(in *sampleReader, _ string, f *lab.File) { f.Expected = in.expectation(in.sold) },
		hold: func(n naming, f *lab.File) []string {
			product := n.words.Products[f.Sample.ProductID]
			if product == nil || slices.Equal(product.Expected(), f.Expected) {
				return nil
			}
			return []string{n.expectedNames(f.Expected)}
		},
		tell: expectedValue,
	}
}

// placeKind is a location of the service, of which sampleForm knows the names.
func placeKind() sampleKind {
	return sampleKind{
		as:   page.SelectField,
		read: func(in *sampleReader, name string, f *lab.File) { f.Sample.LocationID = lab.Optional(in.Whole(name)) },
		hold: func(_ naming, f *lab.File) []string {
			if f.Sample.LocationID == 0 {
				return nil
			}
			return []string{strconv.Itoa(int(f.Sample.LocationID))}
		},
		tell: locationValue,
	}
}

// expectedNames names what is expected as the form takes it.
func (n naming) expectedNames(expected []lab.Expected) string {
	if len(expected) == 0 {
		return nothingExpected
	}
	names := make([]string, len(expected))
	for i := range expected {
		names[i] = n.expected(expected[i : i+1])
	}
	return strings.Join(names, "; ")
}
