package lab_test

import (
	"testing"

	"marquis/internal/lab"
)

// euro is one, in the millionths of a unit price.
const euro = lab.UnitPriceScale

func TestWhatIsImplausibleIsAsked(t *testing.T) {
	ketamine := func(amount, quantity int64, unit lab.AmountUnit) func(*lab.Sample) {
		return func(s *lab.Sample) {
			s.Price = lab.Price{Amount: amount, Currency: "EUR", Quantity: quantity, Unit: unit}
		}
	}
	tablet := func(edit func(*lab.Sample)) func(*lab.Sample) {
		return func(s *lab.Sample) { s.Form = lab.Tablet; edit(s) }
	}
	for name, c := range map[string]struct {
		edit  func(*lab.Sample)
		usual int64
		want  string
	}{
		"nothing told":                  {func(*lab.Sample) {}, 0, ""},
		"an ordinary tablet":            {tablet(func(s *lab.Sample) { s.WidthUM, s.HeightUM, s.ThickUM, s.WeightUG = 9200, 11_000, 4500, 412_000 }), 0, ""},
		"a small blotter":               {func(s *lab.Sample) { s.Form, s.WidthUM, s.WeightUG = lab.Blotter, 6000, 12_000 }, 0, ""},
		"a decimal mark forgotten":      {tablet(func(s *lab.Sample) { s.WidthUM = 92_000 }), 0, "width_um: A width of 92 mm is unusual."},
		"centimetres":                   {tablet(func(s *lab.Sample) { s.HeightUM = 920 }), 0, "height_um: A height of 0.92 mm is unusual."},
		"thick":                         {tablet(func(s *lab.Sample) { s.ThickUM = 45_000 }), 0, "thick_um: A thickness of 45 mm is unusual."},
		"grams typed as milligrams":     {tablet(func(s *lab.Sample) { s.WeightUG = 412 }), 0, "weight_ug: A weight of 0.412 mg is unusual."},
		"a tablet of 41 g":              {tablet(func(s *lab.Sample) { s.WeightUG = 41_200_000 }), 0, "weight_ug: A weight of 41200 mg is unusual."},
		"a powder has no such size":     {func(s *lab.Sample) { s.WidthUM, s.WeightUG = 92_000, 412 }, 0, ""},
		"a hundred grams":               {func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 100_000, lab.Gram }, 0, "received_amount: This amount is unusual: look at the number and its unit."},
		"80 mg":                         {func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 80, lab.Gram }, 0, ""},
		"a thousand tablets":            {tablet(func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 1_000_000, lab.Piece }), 0, "received_amount: This amount is unusual: look at the number and its unit."},
		"a piece of powder":             {func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit = 1000, lab.Piece }, 0, "received_unit: Pieces are unusual for this form."},
		"a price for a piece of powder": {ketamine(15_000, 1000, lab.Piece), 0, "price_unit: Pieces are unusual for this form."},

		"an ordinary price":              {ketamine(25_000, 1000, lab.Gram), 24 * euro, ""},
		"less than ten times the usual":  {ketamine(239_999, 1000, lab.Gram), 24 * euro, ""},
		"ten times":                      {ketamine(240_000, 1000, lab.Gram), 24 * euro, "price_amount: This is ten times the usual price, about 24, or more."},
		"for half a gram":                {ketamine(150_000, 500, lab.Gram), 24 * euro, "price_amount: This is ten times the usual price, about 24, or more."},
		"more than a tenth of the usual": {ketamine(2401, 1000, lab.Gram), 24 * euro, ""},
		"a tenth":                        {ketamine(2400, 1000, lab.Gram), 24 * euro, "price_amount: This is a tenth of the usual price, about 24, or less."},
		"a gift":                         {ketamine(0, 1000, lab.Gram), 24 * euro, ""},
		"what is usual goes before":      {ketamine(600_000, 1000, lab.Gram), 300 * euro, ""},
		"too few on record, but much":    {ketamine(2_500_000, 1000, lab.Gram), 0, "price_amount: This price is unusual: look at it and for how much it was paid."},
		"too few on record":              {ketamine(500_000, 1000, lab.Gram), 0, ""},
		"a tablet of 350 euros":          {tablet(ketamine(350_000, 1000, lab.Piece)), 0, "price_amount: This price is unusual: look at it and for how much it was paid."},
		"another currency": {func(s *lab.Sample) {
			s.Price = lab.Price{Amount: 100_000_000, Currency: "HUF", Quantity: 1000, Unit: lab.Gram}
		}, 0, ""},
	} {
		s := newSample(c.edit)
		at := lab.Counter{Today: today, UsualPrice: c.usual}
		doubts := lab.Doubts(s, at)
		if doubts.Error() != c.want {
			t.Errorf("%s: %q, want %q", name, doubts, c.want)
		}
		if refused := s.Confirm(at) != nil; refused != (c.want != "") {
			t.Errorf("%s: refused %v", name, refused)
		}
		s.Confirmed = s.Confirmation(doubts)
		if err := s.Confirm(at); err != nil {
			t.Errorf("%s: confirmed, and refused: %v", name, err)
		}
	}
}

// What was confirmed of one number is not confirmed of another, nor of another field.
func TestAConfirmationIsOfWhatStoodThere(t *testing.T) {
	s := newSample(func(s *lab.Sample) { s.Form, s.WidthUM = lab.Tablet, 92_000 })
	at := lab.Counter{Today: today}
	s.Confirmed = append(s.Confirmation(lab.Doubts(s, at)), "a text that somebody sent")
	if err := s.Confirm(at); err != nil || len(s.Confirmed) != 1 || s.Confirmed[0] != "width_um=92000" {
		t.Fatalf("%v, kept %q", err, s.Confirmed)
	}
	s.WeightUG = 412
	wantFields(t, s.Confirm(at), "weight_ug", "confirmed")
	s.WeightUG, s.WidthUM = 0, 93_000
	wantFields(t, s.Confirm(at), "width_um", "confirmed")
	s.WidthUM = 9300
	if err := s.Confirm(at); err != nil || s.Confirmed != nil {
		t.Errorf("%v, kept %q of what stands there no more", err, s.Confirmed)
	}
}

// CheckSample asks of what is handed in or imported, and not whenever something of it changes.
func TestTheCounterAndAnImportAsk(t *testing.T) {
	d := newDictionary(t)
	s := newSample(func(s *lab.Sample) {
		s.Price = lab.Price{Amount: 2_500_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
	})
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, HandedIn: true, UsualPrice: 25 * euro}), "price_amount", "confirmed")
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, Imported: true, UsualPrice: 25 * euro}), "price_amount", "confirmed")
	wantFields(t, d.CheckSample(s, nil, lab.Counter{Today: today, UsualPrice: 25 * euro}))
}

// A day of receipt that is more than 31 days before the registration is asked about: a day
// without a year may be last year's, and a year may be mistyped.
func TestADayOfReceiptThatIsLongPastIsAsked(t *testing.T) {
	const registered lab.Date = 2026_11_29
	for said, want := range map[string]bool{
		"29-11": false, "gisteren": false, "29-10": false, // 31 days
		"28-10": true, "30-11": true, "1-1-2020": true,
	} {
		var errs lab.FieldErrors
		s := newSample(func(s *lab.Sample) { s.ReceivedOn = errs.ReadDate("received_on", said, registered, lab.Latest) })
		at := lab.Counter{Today: registered, HandedIn: true}
		if doubts := lab.Doubts(s, at); errs != nil || len(doubts) > 0 != want || want && doubts[0].Field != "received_on" {
			t.Errorf("%q: %v %v", said, errs, doubts)
		}
		if err := s.Check(registered); err != nil {
			t.Errorf("%q is refused: %v", said, err)
		}
		s.Confirmed = lab.Codes{"received_on=" + s.ReceivedOn.String()}
		if err := s.Confirm(at); err != nil || len(s.Confirmed) != 1 {
			t.Errorf("%q: %v, kept %q", said, err, s.Confirmed)
		}
	}
}

// A sample that is described a year later raises no question by itself; another day does,
// held against the day of registration.
func TestADayOfReceiptIsAskedOnceMoreWhereItChanges(t *testing.T) {
	before := newSample(func(s *lab.Sample) {
		s.ReceivedOn, s.Confirmed = 2024_03_01, lab.Codes{"received_on=2024-03-01"}
	}) // registered on 15 June 2024
	at := lab.Counter{Today: 2025_06_15, Before: before}
	for day, want := range map[lab.Date]string{2024_03_01: "", 2024_06_14: "", 2024_05_15: "", 2024_05_14: "received_on", 2023_03_01: "received_on"} {
		s := *before
		s.Confirmed, s.ReceivedOn = nil, day
		doubts := lab.Doubts(&s, at)
		if got := len(doubts) > 0; got != (want != "") {
			t.Errorf("%s: %v", day, doubts)
		}
		err := s.Confirm(at)
		if kept := len(s.Confirmed) == 1; (err != nil) != (want != "") || kept != (day == before.ReceivedOn) {
			t.Errorf("%s: %v, kept %q", day, err, s.Confirmed)
		}
	}
}

// A mark that may stand between thousands is asked about where a thousand times as much can
// be meant, and where the number is another than before.
func TestAMarkThatMayStandBetweenThousandsIsAsked(t *testing.T) {
	paid := func(amount int64) *lab.Sample {
		return newSample(func(s *lab.Sample) {
			s.Price = lab.Price{Amount: amount, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
		})
	}
	got := func(amount int64, unit lab.AmountUnit) *lab.Sample {
		return newSample(func(s *lab.Sample) { s.ReceivedAmount, s.ReceivedUnit, s.Form = amount, unit, lab.OtherForm })
	}
	quantity := func(amount int64, unit lab.AmountUnit) *lab.Sample {
		s := paid(10_000)
		s.Form, s.Price.Quantity, s.Price.Unit = lab.Tablet, amount, unit
		return s
	}
	const asked = "This is read as %s. If %s is meant, type that."
	for name, c := range map[string]struct {
		now, before *lab.Sample
		field       string
		read        lab.Thousandths
		want        string
	}{
		"2.500 euro":             {paid(2500), nil, "price_amount", 2500, "price_amount: This is read as 2.5. If 2500 is meant, type that."},
		"2,50 euro":              {paid(2500), nil, "price_amount", 0, ""},
		"another than recorded":  {paid(2500), paid(25_000), "price_amount", 2500, "price_amount: This is read as 2.5. If 2500 is meant, type that."},
		"recorded so":            {paid(2505), paid(2505), "price_amount", 2505, ""},
		"1.000 mg":               {got(1, lab.Gram), nil, "received_amount", 1000, "received_amount: This is read as 1. If 1000 is meant, type that."},
		"2.500 g of a balance":   {got(2500, lab.Gram), nil, "received_amount", 2500, ""},
		"1.500 ml":               {got(1500, lab.Millilitre), nil, "received_amount", 1500, ""},
		"1.000 pieces":           {got(1000, lab.Piece), nil, "received_amount", 1000, "received_amount: This is read as 1. If 1000 is meant, type that."},
		"pieces, recorded so":    {got(1000, lab.Piece), got(1000, lab.Piece), "received_amount", 1000, ""},
		"for 1.000 pieces":       {quantity(1000, lab.Piece), nil, "price_quantity", 1000, "price_quantity: This is read as 1. If 1000 is meant, type that."},
		"for 2.500 g, to the mg": {quantity(2500, lab.Gram), nil, "price_quantity", 2500, ""},
	} {
		at := lab.Counter{Today: today, Before: c.before, Marked: map[string]lab.Thousandths{c.field: c.read}}
		var doubts lab.FieldErrors
		for _, d := range lab.Doubts(c.now, at) {
			if d.Format == asked {
				doubts = append(doubts, d)
			}
		}
		if doubts.Error() != c.want {
			t.Errorf("%s: %q, want %q", name, doubts, c.want)
		}
		if c.want == "" {
			continue
		}
		c.now.Confirmed = c.now.Confirmation(lab.Doubts(c.now, at))
		if err := c.now.Confirm(at); err != nil {
			t.Errorf("%s: confirmed, and refused: %v", name, err)
		}
		if err := c.now.Confirm(lab.Counter{Today: today}); err != nil || len(c.now.Confirmed) == 0 {
			t.Errorf("%s: whoever does not know how it was typed forgets it: %v, %q", name, err, c.now.Confirmed)
		}
	}
}

// What the form is not counted in is asked about, for what was received and for what was paid.
// A tablet that is weighed asks for a reason already.
func TestAUnitThatDoesNotFitTheFormIsAsked(t *testing.T) {
	const pieces, grams, millilitres = "Pieces are unusual for this form.", "Grams are unusual for this form.", "Millilitres are unusual for this form."
	for _, c := range []struct {
		forms []lab.Form
		unit  lab.AmountUnit
		want  string
	}{
		{[]lab.Form{lab.Tablet, lab.Capsule, lab.Blotter}, lab.Gram, grams},
		{[]lab.Form{lab.Tablet, lab.Capsule, lab.Blotter}, lab.Millilitre, millilitres},
		{[]lab.Form{lab.Tablet, lab.Capsule, lab.Blotter}, lab.Piece, ""},
		{[]lab.Form{lab.Powder, lab.Crystal, lab.Paste}, lab.Piece, pieces},
		{[]lab.Form{lab.Powder, lab.Crystal, lab.Paste}, lab.Millilitre, millilitres},
		{[]lab.Form{lab.Powder, lab.Crystal, lab.Paste}, lab.Gram, ""},
		{[]lab.Form{lab.Liquid, lab.Rock, lab.Gel, lab.Plant, lab.Edible, lab.Residue, lab.OtherForm}, lab.Gram, ""},
		{[]lab.Form{lab.Liquid, lab.Rock, lab.Gel, lab.Plant, lab.Edible, lab.Residue, lab.OtherForm}, lab.Millilitre, ""},
		{[]lab.Form{lab.Liquid, lab.Rock, lab.Gel, lab.Plant, lab.Edible, lab.Residue, lab.OtherForm}, lab.Piece, ""},
	} {
		for _, form := range c.forms {
			received := newSample(func(s *lab.Sample) { s.Form, s.ReceivedAmount, s.ReceivedUnit = form, 1000, c.unit })
			paid := newSample(func(s *lab.Sample) {
				s.Form, s.Price = form, lab.Price{Amount: 10_000, Currency: "EUR", Quantity: 1000, Unit: c.unit}
			})
			for field, s := range map[string]*lab.Sample{"received_unit": received, "price_unit": paid} {
				want := ""
				limited := form == lab.Tablet && field == "received_unit"
				if c.want != "" && !limited {
					want = field + ": " + c.want
				}
				at := lab.Counter{Today: today}
				if got := lab.Doubts(s, at).Error(); got != want {
					t.Errorf("%s of a %s in %s: %q, want %q", field, form, c.unit, got, want)
				}
				if limited && c.want != "" && at.CheckLimits(s, 1) == nil {
					t.Errorf("a tablet in %s is not asked about at all", c.unit)
				}
			}
		}
	}
}

// A sample that is described anew keeps the units that it has, and what was confirmed of them.
func TestAUnitIsAskedOnceMoreWhereItOrTheFormChanges(t *testing.T) {
	before := newSample(func(s *lab.Sample) {
		s.ReceivedAmount, s.ReceivedUnit, s.Confirmed = 1000, lab.Millilitre, lab.Codes{"received_unit=ml"}
	})
	for name, c := range map[string]struct {
		edit func(*lab.Sample)
		want string
		kept int
	}{
		"its notes":    {func(s *lab.Sample) { s.Notes = "a bag" }, "", 1},
		"the amount":   {func(s *lab.Sample) { s.ReceivedAmount = 2000 }, "", 1},
		"another form": {func(s *lab.Sample) { s.Form = lab.Capsule }, "received_unit: Millilitres are unusual for this form.", 0},
		"pieces":       {func(s *lab.Sample) { s.ReceivedUnit = lab.Piece }, "received_unit: Pieces are unusual for this form.", 0},
		"as usual":     {func(s *lab.Sample) { s.ReceivedUnit = lab.Gram }, "", 0},
	} {
		s, at := *before, lab.Counter{Today: today, Before: before}
		s.Confirmed = nil
		c.edit(&s)
		if got := lab.Doubts(&s, at).Error(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := s.Confirm(at); (err != nil) != (c.want != "") || len(s.Confirmed) != c.kept {
			t.Errorf("%s: %v, kept %q", name, err, s.Confirmed)
		}
	}
}
