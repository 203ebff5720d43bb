package server

import (
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/page"
)

// sampleReader reads the description of a sample from what was typed.
type sampleReader struct {
	*page.Reader
	naming
	sold      *lab.Product   // what it was sold as, once that is read; nil for unknown
	kept      []string       // looks that are recorded of the sample although its form has no such field
	locations []lab.Location // of the service
	service   lab.Service

	quantities map[string]lab.Quantity    // as they were written, by their fields
	currency   string                     // written with the price
	marked     map[string]lab.Thousandths // see lab.Counter
	usualPrice int64                      // see lab.Counter
	before     *lab.Sample                // as it is recorded, nil for a new one
}

// unheardOf is told of a name like which the dictionary has none.
const unheardOf = "%q is not in the list. Type \"unknown\" here, and beside it what the visitor said."

// soldAs is what the sample was sold as, nil where the dictionary does not know it.
func (in *sampleReader) soldAs() *lab.Product {
	typed := in.Text("product_id")
	if p, ok := in.words.FindProduct(typed); ok || typed == "" {
		return p
	}
	near := slices.DeleteFunc(nearest(in.words.SearchProducts, typed), func(p *lab.Product) bool { return p.IsOpen() })
	if len(near) == 0 {
		in.Mistakes.Check(false, "product_id", unheardOf, page.Short(typed))
		return nil
	}
	names := make([]string, len(near))
	for i, p := range near {
		names[i] = in.product(p.ID)
	}
	in.Mistakes.Check(false, "product_id", "%q is not in the list. Like it are: %s. If it is none of them, type \"unknown\" here, and beside it what the visitor said.",
		page.Short(typed), strings.Join(names, ", "))
	return nil
}

// nothingExpected is typed where nothing in particular is expected.
const nothingExpected = "-"

// expectation is what was typed as expected, or else what is usual for the product.
func (in *sampleReader) expectation(product *lab.Product) []lab.Expected {
	typed := in.Text("expected")
	switch {
	case typed == nothingExpected:
		return nil
	case typed == "" && product == nil:
		return nil
	case typed == "":
		return product.Expected()
	}
	return readExpected(in.words, &in.Mistakes, typed)
}

// readExpected reads the names of substances and classes, with semicolons between.
func readExpected(words *lab.Dictionary, mistakes *lab.FieldErrors, typed string) (set []lab.Expected) {
	for part := range strings.SplitSeq(typed, ";") {
		name := strings.TrimSpace(part)
		var e lab.Expected
		if s, _, ok := words.FindSubstance(name); ok && s.WholeClass {
			e.Class = s.Class
		} else if ok {
			e.SubstanceID = lab.Optional(s.ID)
		} else if c, ok := words.FindClass(name); ok {
			e.Class = c.Code
		} else if name != "" {
			mistakes.Check(false, "expected", "%q is neither a substance nor a class of the dictionary.", page.Short(name))
		}
		if e != (lab.Expected{}) && !slices.Contains(set, e) {
			set = append(set, e)
		}
	}
	return set
}

// unlessWrong is a number that is read; one that cannot be read is negative, so that
// it is not taken for one that was not given.
func (in *sampleReader) unlessWrong(read func() int64) int64 {
	before := len(in.Mistakes)
	n := read()
	if len(in.Mistakes) > before {
		return -1
	}
	return n
}

// note keeps how much was written in a field.
func (in *sampleReader) note(name string, q lab.Quantity) {
	if in.quantities == nil {
		in.quantities = map[string]lab.Quantity{}
	}
	in.quantities[name] = q
	in.mark(name, q.Marked)
}

// mark keeps a number that may have been meant a thousand times as large.
func (in *sampleReader) mark(name string, read lab.Thousandths) {
	if read == 0 {
		return
	}
	if in.marked == nil {
		in.marked = map[string]lab.Thousandths{}
	}
	in.marked[name] = read
}

// priced tells that a price was typed.
func (in *sampleReader) priced() bool {
	return in.Text("price_amount")+in.Text("price_quantity")+in.Text("price_unit") != ""
}

// counter is what the sample is held against.
func (in *sampleReader) counter() lab.Counter {
	return lab.Counter{Today: in.Today, Locations: in.locations, HandedIn: true, Service: in.service, Before: in.before, Marked: in.marked, UsualPrice: in.usualPrice}
}

// check gathers all mistakes of a sample that was read: each field's first. The visit
// is the one that it is registered to, nil for none.
func (in *sampleReader) check(x *lab.Sample, expected []lab.Expected, visit *lab.Visit) error {
	unread := slices.Clone(in.Mistakes)
	at := in.counter()
	at.Visit = visit
	for _, m := range page.FieldErrors(in.words.CheckSample(x, expected, at)) {
		if !slices.ContainsFunc(unread, func(u lab.FieldError) bool { return u.Field == m.Field }) {
			in.Mistakes = append(in.Mistakes, m)
		}
	}
	return in.Mistakes.Err()
}
