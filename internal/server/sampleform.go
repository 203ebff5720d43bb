package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/locale"
)

// sampleForm is what the pages share on which staff describe a sample.
type sampleForm struct {
	Form     *form
	Looks    []lookField
	Warnings []string // what is beyond the limits of the service

	locations []lab.Location // of the service
}

// lookField is a field that describes how a sample looks, with the forms of which
// it is asked, as web/static/rows.js reads them; without any it is always asked.
type lookField struct {
	Field *field
	Forms string
}

// looks are the fields that not every form has, in the order in which they are
// asked.
var looks = []string{
	"logo", "shape", "break_line", "width_um", "height_um", "thick_um", "weight_ug", "colours", "received_amount", "received_unit",
}

// has tells whether a sample of the form is described by the field.
func has(form lab.Form, look string) bool {
	if look == "received_unit" {
		look = "received_amount"
	}
	return form.Has(look)
}

// Given tells that something stands in the field, or is wrong with it.
func (f *field) Given() bool { return f.Mistake != "" || strings.Join(f.Values, "") != "" }

// sampleForm is an empty form to describe a sample of the service.
func (r *request) sampleForm() (sampleForm, error) {
	locations, err := r.server.Store.Locations(r.context(), r.actor, r.service.ID)
	place := r.input("location_id", selectField, "page.describe.location")
	for _, l := range locations {
		place.Options = append(place.Options, option{strconv.Itoa(int(l.ID)), l.Name})
	}
	fields := slices.Concat(r.productFields(), r.lookFields(), r.priceFields(), r.useFields(), []*field{
		r.hint(r.input("received_on", dateField, "page.describe.received_on"), "page.describe.date_hint"),
		place,
		r.hint(r.optional(r.input("expected_ready_on", dateField, "page.describe.expected_ready_on")), "page.describe.date_hint"),
		r.choice("channel", selectField, "page.describe.channel", locale.Channels, lab.Channels.Strings()),
		r.hint(r.input("overruled", areaField, "page.describe.overruled"), "page.describe.overruled_hint"),
		r.input("give_code", checkField, "page.describe.give_code"),
	})
	f := sampleForm{Form: newForm(fields...), locations: locations}
	for _, name := range looks {
		f.Looks = append(f.Looks, lookField{mustField(f.Form, name), formsWith(name)})
	}
	return f, err
}

// mustField returns a field that the form has.
func mustField(f *form, name string) *field {
	x, err := f.Field(name)
	if err != nil {
		panic(err)
	}
	return x
}

func formsWith(look string) string {
	var forms []string
	for _, form := range lab.Forms {
		if has(form, look) {
			forms = append(forms, string(form))
		}
	}
	return strings.Join(forms, " ")
}

func (r *request) productFields() []*field {
	product := r.hint(r.input("product_id", textField, "page.describe.product"), "page.describe.product_hint")
	product.Suggest, product.Focus, product.MaxLength = "/suggest/products", true, 200
	said := r.hint(r.optional(r.input("sold_as_text", textField, "page.describe.sold_as_text")), "page.describe.sold_as_text_hint")
	said.MaxLength = 200
	expected := r.hint(r.optional(r.input("expected", textField, "page.describe.expected")), "page.describe.expected_hint")
	expected.Suggest, expected.MaxLength = "/suggest/substances", 500
	return []*field{product, said, expected, r.choice("form", selectField, "page.describe.form", locale.Forms, lab.Forms.Strings())}
}

// decimal is a field for a decimal number.
func (r *request) decimal(name, label, unit string) *field {
	f := r.optional(r.input(name, textField, label))
	f.Keyboard, f.Narrow, f.Unit, f.MaxLength = "decimal", true, unit, 20
	return f
}

// chosen is an optional field with the codes of a vocabulary.
func (r *request) chosen(name, label string, v locale.Vocabulary, codes []string) *field {
	return r.optional(r.choice(name, selectField, label, v, codes))
}

func (r *request) lookFields() []*field {
	logo := r.optional(r.input("logo", textField, "page.describe.logo"))
	logo.MaxLength = 200
	return []*field{
		logo,
		r.chosen("shape", "page.describe.shape", locale.Shapes, lab.Shapes),
		r.chosen("break_line", "page.describe.break_line", locale.BreakLines, lab.BreakLines),
		r.decimal("width_um", "page.describe.width", "mm"),
		r.decimal("height_um", "page.describe.height", "mm"),
		r.decimal("thick_um", "page.describe.thick", "mm"),
		r.decimal("weight_ug", "page.describe.weight", "mg"),
		r.optional(r.choice("colours", checksField, "page.describe.colours", locale.Colours, lab.Colours)),
		r.decimal("received_amount", "page.describe.amount", ""),
		r.hint(r.chosen("received_unit", "page.describe.unit", locale.AmountUnits, lab.AmountUnits.Strings()), "page.describe.unit_hint"),
	}
}

func (r *request) priceFields() []*field {
	currency := r.optional(r.input("price_currency", textField, "page.describe.currency"))
	currency.Narrow, currency.MaxLength = true, 3
	region := r.hint(r.optional(r.input("region", textField, "page.describe.region")), "page.describe.region_hint")
	region.MaxLength = 200
	return []*field{
		r.hint(r.decimal("price_amount", "page.describe.price", ""), "page.describe.price_hint"),
		currency,
		r.decimal("price_quantity", "page.describe.price_quantity", ""),
		r.hint(r.chosen("price_unit", "page.describe.unit", locale.AmountUnits, lab.AmountUnits.Strings()), "page.describe.unit_hint"),
		r.chosen("acquired_via", "page.describe.acquired_via", locale.AcquiredVias, lab.AcquiredVias),
		r.chosen("acquired_context", "page.describe.acquired_context", locale.AcquiredContexts, lab.AcquiredContexts),
		region,
	}
}

func (r *request) useFields() []*field {
	notes := r.hint(r.optional(r.input("notes", areaField, "page.describe.notes")), "page.describe.notes_hint")
	notes.MaxLength = 2000
	return []*field{
		r.chosen("used_before", "page.describe.used_before", locale.YesNoUnknown, lab.YesNoUnknown),
		r.chosen("complaint", "page.describe.complaint", locale.YesNoUnknown, lab.YesNoUnknown),
		r.chosen("overdose", "page.describe.overdose", locale.OverdoseInvolvements, lab.OverdoseInvolvements),
		r.optional(r.choice("reasons", checksField, "page.describe.reasons", locale.Reasons, lab.Reasons)),
		r.optional(r.choice("effects", checksField, "page.describe.effects", locale.Effects, lab.Effects)),
		notes,
	}
}

// Other tells that the fields hold something that are folded away because they are
// the same for nearly all samples.
func (f sampleForm) Other() bool {
	channel := mustField(f.Form, "channel")
	return channel.Mistake != "" || channel.Value() != string(lab.FrontOfHouse)
}

// sampleValues writes a sample as the form holds it.
func (n naming) sampleValues(x *lab.Sample, expected []lab.Expected) url.Values {
	v := url.Values{}
	set := func(name string, values ...string) {
		if strings.Join(values, "") != "" {
			v[name] = values
		}
	}
	number := func(value int64) string {
		if value == 0 {
			return "" // not recorded
		}
		return n.thousandths(value, "")
	}
	if product := n.words.Products[x.ProductID]; product != nil {
		set("product_id", n.product(product.ID))
		if !slices.Equal(product.Expected(), expected) {
			set("expected", n.expectedNames(expected))
		}
	}
	set("sold_as_text", x.SoldAsText)
	set("form", string(x.Form))
	set("colours", x.Colours...)
	set("logo", x.Logo)
	set("shape", x.Shape)
	set("break_line", x.BreakLine)
	set("width_um", number(int64(x.WidthUM)))
	set("height_um", number(int64(x.HeightUM)))
	set("thick_um", number(int64(x.ThickUM)))
	set("weight_ug", number(x.WeightUG))
	set("received_amount", number(x.ReceivedAmount))
	set("received_unit", string(x.ReceivedUnit))
	if x.Price.Recorded() {
		v.Set("price_amount", "0")
		set("price_amount", number(x.Price.Amount))
		set("price_currency", x.Price.Currency)
		set("price_quantity", number(x.Price.Quantity))
		set("price_unit", string(x.Price.Unit))
	}
	for name, code := range map[string]string{
		"acquired_via": x.AcquiredVia, "acquired_context": x.AcquiredContext, "region": x.Region, "used_before": x.UsedBefore,
		"complaint": x.Complaint, "overdose": x.Overdose, "notes": x.Notes, "overruled": x.Overruled, "channel": string(x.Channel),
		"received_on": x.ReceivedOn.String(), "expected_ready_on": x.ExpectedReadyOn.String(),
	} {
		set(name, code)
	}
	set("reasons", x.Reasons...)
	set("effects", x.Effects...)
	if x.LocationID != 0 {
		set("location_id", strconv.Itoa(int(x.LocationID)))
	}
	return v
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
