package server

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// sampleReader reads the description of a sample from what was typed.
type sampleReader struct {
	*reader
	naming
	kept      []string       // looks that are recorded of the sample although its form has no such field
	locations []lab.Location // of the service
}

// describe writes what was typed into a sample and returns what is expected of it.
func (in *sampleReader) describe(x *lab.Sample) []lab.Expected {
	product := in.soldAs()
	x.ProductID, x.SoldAsText = 0, in.text("sold_as_text")
	if product != nil {
		x.ProductID, x.SoldAsText = product.ID, cmp.Or(x.SoldAsText, in.text("product_id"))
	}
	x.Form = lab.Form(in.text("form"))
	in.describeLooks(x)
	x.Price = in.price(x.Form)
	x.AcquiredVia, x.AcquiredContext, x.Region = in.text("acquired_via"), in.text("acquired_context"), in.text("region")
	x.UsedBefore, x.Complaint, x.Overdose = in.text("used_before"), in.text("complaint"), in.text("overdose")
	x.Reasons, x.Effects, x.Notes = in.codes("reasons"), in.codes("effects"), in.text("notes")
	x.ReceivedOn, x.ExpectedReadyOn = in.date("received_on"), in.date("expected_ready_on")
	x.LocationID, x.Channel = lab.Optional(in.whole("location_id")), lab.Channel(in.text("channel"))
	x.Overruled = in.text("overruled")
	return in.expectation(product)
}

// unheardOf is told of a name like which the dictionary has none.
const unheardOf = "%q is not in the list. Type \"unknown\" here, and beside it what the visitor said."

// soldAs is what the sample was sold as, nil where the dictionary does not know it.
func (in *sampleReader) soldAs() *lab.Product {
	typed := in.text("product_id")
	if p, ok := in.words.FindProduct(typed); ok || typed == "" {
		return p
	}
	near := nearest(in.words.SearchProducts, typed)
	if len(near) == 0 {
		in.mistakes.Check(false, "product_id", unheardOf, short(typed))
		return nil
	}
	names := make([]string, len(near))
	for i, p := range near {
		names[i] = in.product(p.ID)
	}
	in.mistakes.Check(false, "product_id", "%q is not in the list. Like it are: %s. If it is none of them, type \"unknown\" here, and beside it what the visitor said.",
		short(typed), strings.Join(names, ", "))
	return nil
}

// nothingExpected is typed where nothing in particular is expected.
const nothingExpected = "-"

// expectation is what was typed as expected, or else what is usual for the product.
func (in *sampleReader) expectation(product *lab.Product) []lab.Expected {
	typed := in.text("expected")
	switch {
	case typed == nothingExpected:
		return nil
	case typed == "" && product == nil:
		return nil
	case typed == "":
		return product.Expected()
	}
	var set []lab.Expected
	for part := range strings.SplitSeq(typed, ";") {
		name := strings.TrimSpace(part)
		var e lab.Expected
		if s, _, ok := in.words.FindSubstance(name); ok {
			e.SubstanceID = lab.Optional(s.ID)
		} else if c, ok := in.words.FindClass(name); ok {
			e.Class = c.Code
		} else if name != "" {
			in.mistakes.Check(false, "expected", "%q is neither a substance nor a class of the dictionary.", short(name))
		}
		if e != (lab.Expected{}) && !slices.Contains(set, e) {
			set = append(set, e)
		}
	}
	return set
}

func (in *sampleReader) describeLooks(x *lab.Sample) {
	for _, name := range looks {
		refused := in.text(name) != "" && lab.Forms.Has(x.Form) && !has(x.Form, name) && !slices.Contains(in.kept, name)
		in.mistakes.Check(!refused, name, "A sample of this form has no such thing. Empty it, or choose another form.")
	}
	x.Colours, x.Logo, x.Shape, x.BreakLine = in.codes("colours"), in.text("logo"), in.text("shape"), in.text("break_line")
	x.WidthUM, x.HeightUM, x.ThickUM = in.micrometres("width_um"), in.micrometres("height_um"), in.micrometres("thick_um")
	x.WeightUG = in.measure("weight_ug") // thousandths of a milligram
	x.ReceivedAmount, x.ReceivedUnit = in.measure("received_amount"), lab.AmountUnit(in.text("received_unit"))
	if x.ReceivedUnit == "" && in.text("received_amount") != "" {
		x.ReceivedUnit = x.Form.Unit()
	}
}

// measure is a number as thousandths; one that cannot be read is negative, so that
// it is not taken for one that was not given.
func (in *sampleReader) measure(name string) int64 {
	before := len(in.mistakes)
	n := in.reader.thousandths(name)
	if len(in.mistakes) > before {
		return -1
	}
	return n
}

// micrometres is a length that was typed in millimetres.
func (in *sampleReader) micrometres(name string) int32 {
	return int32(min(in.measure(name), math.MaxInt32))
}

// price is what was paid. The currency alone, which the form comes with, tells of
// no price.
func (in *sampleReader) price(form lab.Form) lab.Price {
	if in.text("price_amount")+in.text("price_quantity")+in.text("price_unit") == "" {
		return lab.Price{}
	}
	in.mistakes.Check(in.text("price_amount") != "", "price_amount", "Give the price; 0 means a gift.")
	p := lab.Price{
		Amount: in.measure("price_amount"), Currency: strings.ToUpper(in.text("price_currency")),
		Quantity: in.measure("price_quantity"), Unit: lab.AmountUnit(in.text("price_unit")),
	}
	if p.Unit == "" {
		p.Unit = form.Unit()
	}
	return p
}

// check gathers all mistakes of a sample that was read: each field's first. The visit
// is the one that it is registered to, nil for none.
func (in *sampleReader) check(x *lab.Sample, expected []lab.Expected, today lab.Date, visit *lab.Visit) error {
	unread := slices.Clone(in.mistakes)
	at := lab.Counter{Today: today, Locations: in.locations, HandedIn: true, Visit: visit}
	for _, m := range fieldErrors(in.words.CheckSample(x, expected, at)) {
		if !slices.ContainsFunc(unread, func(u lab.FieldError) bool { return u.Field == m.Field }) {
			in.mistakes = append(in.mistakes, m)
		}
	}
	return in.mistakes.Err()
}
