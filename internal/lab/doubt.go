package lab

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
	"time"
)

// bounds are the least and the most that is taken without a question.
type bounds struct{ least, most int64 }

// hold tells that nothing is to be asked: neither of what is within them, nor of nothing.
func (b bounds) hold(n int64) bool { return n <= 0 || n >= b.least && n <= b.most }

// What is taken without a question where nothing better is known. The bounds of sizes and
// weights are wide ones around what tablets, capsules and blotters of the European market
// measure: it is our judgement, and a question at most. So are the prices of a unit in
// euro: no product of the dictionary costs so little or so much where it is bought for
// one's own use.
var (
	usualSize   = bounds{1_000, 30_000} // micrometres
	usualThick  = bounds{100, 15_000}
	usualWeight = map[Form]bounds{ // micrograms
		Tablet: {10_000, 3_000_000}, Capsule: {10_000, 3_000_000}, Blotter: {1_000, 500_000},
	}
	usualAmount = map[AmountUnit]bounds{Gram: {2, 50_000}, Millilitre: {100, 500_000}, Piece: {1, 100_000}} // thousandths
	euroPrice   = map[AmountUnit]bounds{                                                                    // millionths a unit
		Gram: {UnitPriceScale / 2, 500 * UnitPriceScale}, Millilitre: {UnitPriceScale / 20, 100 * UnitPriceScale},
		Piece: {UnitPriceScale / 10, 100 * UnitPriceScale},
	}
)

// For how long a visitor waits for a result at most, and for how long what has happened
// waits to be written down: our judgement.
const (
	usualDays = 92
	writtenIn = 31
)

// Doubts asks about what can hardly be right in the description of a sample, each with its
// field: sizes, weight and amount out of all proportion, units in which the form is not
// counted, a price of ten times the usual, or a tenth of it, a number that may be
// meant a thousand times as large, and a text that seems to say who the visitor is; but of what
// is imported also no location where there are several, and a day of receipt that is long past.
// None of it is refused: whoever has looked again confirms it.
func Doubts(s *Sample, at Counter) FieldErrors {
	var doubts FieldErrors
	ask := func(plausible bool, field, format string, args ...any) {
		doubts.Check(plausible, field, format, args...)
	}
	ask(at.Imported || !at.placeless(s), "location_id", "No location is chosen: choose where the sample was handed in.")
	ask(at.Imported || !at.longAgo(s), "received_on", "The sample was received more than a month before it is registered, on %s: look at the day and the year.", s.ReceivedOn)
	if s.Form.Dosed() {
		ask(usualSize.hold(int64(s.WidthUM)), "width_um", "A width of %s mm is unusual.", Thousandths(s.WidthUM))
		ask(usualSize.hold(int64(s.HeightUM)), "height_um", "A height of %s mm is unusual.", Thousandths(s.HeightUM))
		ask(usualThick.hold(int64(s.ThickUM)), "thick_um", "A thickness of %s mm is unusual.", Thousandths(s.ThickUM))
		ask(usualWeight[s.Form].hold(s.WeightUG), "weight_ug", "A weight of %s mg is unusual.", Thousandths(s.WeightUG))
	}
	if b, known := usualAmount[s.ReceivedUnit]; known {
		ask(b.hold(s.ReceivedAmount), "received_amount", "This amount is unusual: look at the number and its unit.")
	}
	checkUnits(&doubts, s, at.Before)
	ask(s.ExpectedReadyOn == 0 || s.ReceivedOn.DaysUntil(s.ExpectedReadyOn) <= usualDays, "expected_ready_on", "The result is expected more than three months after the day of receipt.")
	checkPrice(&doubts, s, at)
	checkMarks(&doubts, s, at)
	for _, f := range SampleFields {
		if slices.Contains(freeTexts, f.Key) {
			ask(!Identifies(*f.At(s).(*string)), f.Key, "This looks like a telephone number, another number of a person or an address: nothing here may say who the visitor is.")
		}
	}
	return doubts
}

// freeTexts are the fields in which staff write whatever they like.
var freeTexts = []string{"sold_as_text", "logo", "overruled", "notes"}

// checkUnits asks about units in which the form is not counted, but for what stands there as
// before. A tablet that is weighed is beyond the limits already: see Counter.Limits.
func checkUnits(doubts *FieldErrors, s, before *Sample) {
	if before == nil {
		before = &Sample{}
	}
	check := func(field string, unit, was AmountUnit) {
		usual := s.Form.countedIn(unit) || before.Form == s.Form && was == unit
		doubts.Check(usual || unit != Piece, field, "Pieces are unusual for this form.")
		doubts.Check(usual || unit != Gram, field, "Grams are unusual for this form.")
		doubts.Check(usual || unit != Millilitre, field, "Millilitres are unusual for this form.")
	}
	if s.Form != Tablet {
		check("received_unit", s.ReceivedUnit, before.ReceivedUnit)
	}
	check("price_unit", s.Price.Unit, before.Price.Unit)
}

// checkMarks asks about numbers that may have been meant a thousand times as large. Grams
// and millilitres are weighed to three decimals and never handed in by the thousand;
// milligrams and pieces are whole. What stands there as before is not asked about.
func checkMarks(doubts *FieldErrors, s *Sample, at Counter) {
	check := func(field string, now, before int64, doubtful bool) {
		read := at.Marked[field]
		doubts.Check(read == 0 || !doubtful || at.Before != nil && now == before, field, "This is read as %s. If %s is meant, type that.", read, 1000*read)
	}
	whole := func(field string, amount int64, unit AmountUnit) bool {
		return unit == Piece || amount != int64(at.Marked[field])
	}
	var before Sample
	if at.Before != nil {
		before = *at.Before
	}
	check("received_amount", s.ReceivedAmount, before.ReceivedAmount, whole("received_amount", s.ReceivedAmount, s.ReceivedUnit))
	check("price_amount", s.Price.Amount, before.Price.Amount, true)
	check("price_quantity", s.Price.Quantity, before.Price.Quantity, whole("price_quantity", s.Price.Quantity, s.Price.Unit))
}

// longAgo tells that a sample was received long before it was registered, and not so long
// ago that it is refused. Of one that is described anew it matters where the day is another
// than before.
func (at Counter) longAgo(s *Sample) bool {
	registered := at.Today
	if at.Before != nil {
		registered = DateOf(at.Before.RegisteredAt.Time(), time.UTC)
	}
	return s.ReceivedOn.Year() >= earliestYear && s.ReceivedOn.DaysUntil(registered) > writtenIn && (at.Before == nil || at.Before.ReceivedOn != s.ReceivedOn)
}

// checkPrice asks about a price that is out of all proportion.
func checkPrice(doubts *FieldErrors, s *Sample, at Counter) {
	each, paid := s.Price.PerUnit()
	if !paid {
		return
	}
	for _, usual := range []int64{at.UsualPrice, at.OwnPrice} {
		if usual > 0 {
			about := Thousandths(usual / (UnitPriceScale / 1000))
			doubts.Check(each < outOfTheUsual*usual, "price_amount", "This is ten times the usual price, about %s, or more.", about)
			doubts.Check(outOfTheUsual*each > usual, "price_amount", "This is a tenth of the usual price, about %s, or less.", about)
		}
	}
	if at.UsualPrice > 0 {
		return
	}
	if b, known := euroPrice[s.Price.Unit]; known && s.Price.Currency == "EUR" {
		doubts.Check(b.hold(each), "price_amount", "This price is unusual: look at it and for how much it was paid.")
	}
}

// Thousandths is a number of which people read the thousandths behind a decimal mark.
type Thousandths int64

// Format writes the number with the decimal mark, and no more decimals than it has.
func (n Thousandths) Format(mark string) string {
	text := formatScaled(int64(n), 3, 3, mark)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), mark)
}

// String writes the number with a point.
func (n Thousandths) String() string { return n.Format(".") }

// confirmation is what is kept of a doubt that was confirmed: the field with what stood in
// it, of a text a short digest, so that it holds for nothing else.
func (s *Sample) confirmation(field string) string {
	if field == "price_amount" {
		return fmt.Sprintf("price_amount=%d%s/%d%s", s.Price.Amount, s.Price.Currency, s.Price.Quantity, s.Price.Unit)
	}
	f := find(SampleFields, func(f *SampleField) bool { return f.Key == field })
	if slices.Contains(freeTexts, field) {
		digest := fnv.New32a()
		digest.Write([]byte(*f.At(s).(*string)))
		return fmt.Sprintf("%s=%08x", field, digest.Sum32())
	}
	return fmt.Sprintf("%s=%v", field, reflect.ValueOf(f.At(s)).Elem())
}

// Confirmation is what confirms all doubts about the sample.
func (s *Sample) Confirmation(doubts FieldErrors) Codes {
	var all Codes
	for _, d := range doubts {
		if c := s.confirmation(d.Field); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// Confirm refuses a sample with doubts that nobody has confirmed; they come with the
// refusal. Of what was confirmed, now or before of what is not asked again, it keeps what
// still stands there.
func (s *Sample) Confirm(at Counter) error {
	doubts := Doubts(s, at)
	var open FieldErrors
	for _, d := range doubts {
		if !slices.Contains(s.Confirmed, s.confirmation(d.Field)) {
			open = append(open, d)
		}
	}
	confirmed := s.Confirmed
	if at.Before != nil {
		asked := s.Confirmation(doubts)
		confirmed = slices.Concat(confirmed, slices.DeleteFunc(slices.Clone(at.Before.Confirmed), func(c string) bool { return slices.Contains(asked, c) }))
	}
	s.Confirmed = nil
	for _, f := range SampleFields {
		if len(confirmed) == 0 {
			break
		}
		if c := s.confirmation(f.Key); slices.Contains(confirmed, c) {
			s.Confirmed = append(s.Confirmed, c)
		}
	}
	open.Check(len(open) == 0, "confirmed", "Correct what looks implausible, or tick that it is right.")
	return open.Err()
}
