package server

import (
	"marquis/internal/lab"
	"marquis/internal/locale"
)

// sampleFields are the fields that staff describe a sample by, in the order in which
// they are asked: first what nearly every sample has.
var sampleFields = sampleTable{
	fieldOf("product_id", groupSoldAs, "page.field.product", productKind()).needed().hinted("page.describe.product_hint"),
	fieldOf("sold_as_text", groupSoldAs, "page.field.sold_as_text", saidKind()).hinted("page.describe.sold_as_text_hint"),
	fieldOf("form", groupApart, "page.field.form", oneOf(locale.Forms, func(s *lab.Sample) *lab.Form { return &s.Form })).needed(),

	fieldOf("logo", groupLooks, "page.field.logo", textKind(200, func(s *lab.Sample) *string { return &s.Logo })),
	fieldOf("colours", groupLooks, "page.field.colours", lettersKind(locale.Colours, func(s *lab.Sample) *lab.Codes { return &s.Colours })).
		hinted("page.describe.colours_hint"),
	fieldOf("shape", groupLooks, "page.field.shape", oneOf(locale.Shapes, func(s *lab.Sample) *string { return &s.Shape })),
	fieldOf("break_line", groupLooks, "page.field.break_line", oneOf(locale.BreakLines, func(s *lab.Sample) *string { return &s.BreakLine })),
	fieldOf("received_amount", groupLooks, "page.field.received_amount", quantityKind(func(s *lab.Sample) *int64 { return &s.ReceivedAmount })).
		hinted("page.describe.amount_hint"),

	fieldOf("price_amount", groupOrigin, "page.field.price", priceKind()).asked("page.describe.price").hinted("page.describe.price_hint"),
	fieldOf("price_quantity", groupOrigin, "page.field.price_quantity", priceQuantityKind()).
		asked("page.describe.price_quantity").hinted("page.describe.amount_hint"),
	fieldOf("acquired_via", groupOrigin, "page.field.acquired_via", oneOf(locale.AcquiredVias, func(s *lab.Sample) *string { return &s.AcquiredVia })).
		asked("page.describe.acquired_via"),
	fieldOf("acquired_context", groupOrigin, "page.field.acquired_context", oneOf(locale.AcquiredContexts, func(s *lab.Sample) *string { return &s.AcquiredContext })).
		asked("page.describe.acquired_context"),
	fieldOf("region", groupOrigin, "page.field.region", textKind(200, func(s *lab.Sample) *string { return &s.Region })).hinted("page.describe.region_hint"),

	fieldOf("used_before", groupUse, "page.field.used_before", oneOf(locale.YesNoUnknown, func(s *lab.Sample) *string { return &s.UsedBefore })).
		asked("page.describe.used_before"),
	fieldOf("complaint", groupUse, "page.field.complaint", oneOf(locale.YesNoUnknown, func(s *lab.Sample) *string { return &s.Complaint })).
		asked("page.describe.complaint"),
	fieldOf("effects", groupUse, "page.field.effects", several(locale.Effects, func(s *lab.Sample) *lab.Codes { return &s.Effects })).asked("page.describe.effects"),
	fieldOf("reasons", groupUse, "page.field.reasons", several(locale.Reasons, func(s *lab.Sample) *lab.Codes { return &s.Reasons })),

	fieldOf("width_um", groupSizes, "page.field.width", numberKind("mm", func(s *lab.Sample) *int32 { return &s.WidthUM })),
	fieldOf("height_um", groupSizes, "page.field.height", numberKind("mm", func(s *lab.Sample) *int32 { return &s.HeightUM })),
	fieldOf("thick_um", groupSizes, "page.field.thickness", numberKind("mm", func(s *lab.Sample) *int32 { return &s.ThickUM })),
	fieldOf("weight_ug", groupSizes, "page.field.weight", weightKind()),

	fieldOf("notes", groupNotes, "page.field.notes", areaKind(2000, func(s *lab.Sample) *string { return &s.Notes })).
		asked("page.describe.notes").hinted("page.describe.notes_hint"),
	fieldOf("expected", groupSeldom, "page.field.expected", expectedKind()).asked("page.describe.expected").hinted("page.describe.expected_hint"),
	fieldOf("overdose", groupSeldom, "page.field.overdose", oneOf(locale.OverdoseInvolvements, func(s *lab.Sample) *string { return &s.Overdose })),
	fieldOf("received_unit", groupSeldom, "page.field.received_unit", unitKind(func(s *lab.Sample) *lab.AmountUnit { return &s.ReceivedUnit }, "received_amount")),
	fieldOf("price_currency", groupSeldom, "page.field.currency", currencyKind()).asked("page.describe.currency"),
	fieldOf("price_unit", groupSeldom, "page.field.price_unit", unitKind(func(s *lab.Sample) *lab.AmountUnit { return &s.Price.Unit }, "price_quantity", "price_amount")),

	fieldOf("received_on", groupReceipt, "page.field.received_on", dateKind(lab.Latest, func(s *lab.Sample) *lab.Date { return &s.ReceivedOn })).
		needed().hinted("page.describe.date_hint"),
	fieldOf("location_id", groupReceipt, "page.field.location", placeKind()).needed(),
	fieldOf("expected_ready_on", groupReceipt, "page.field.expected_ready_on", dateKind(lab.Coming, func(s *lab.Sample) *lab.Date { return &s.ExpectedReadyOn })).
		asked("page.describe.expected_ready_on").hinted("page.describe.coming_hint"),
	fieldOf("channel", groupApart, "page.field.channel", oneOf(locale.Channels, func(s *lab.Sample) *lab.Channel { return &s.Channel })).
		needed().asked("page.describe.channel"),
	fieldOf("overruled", groupApart, "page.field.overruled", areaKind(0, func(s *lab.Sample) *string { return &s.Overruled })).
		needed().asked("page.describe.overruled").hinted("page.describe.overruled_hint"),
	fieldOf("confirmed", groupApart, "page.field.confirmed", confirmedKind()).needed().asked("page.describe.confirmed"),
}

// describe writes what was typed into a sample and returns what is expected of it.
func (in *sampleReader) describe(x *lab.Sample) []lab.Expected {
	f := lab.File{Sample: *x}
	sampleFields.read(in, &f)
	*x = f.Sample
	return f.Expected
}
