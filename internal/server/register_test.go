package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// tablet is everything that can be typed of a tablet.
func tablet() url.Values {
	return url.Values{
		"product_id": {"XTC"}, "sold_as_text": {"a blue Punisher"}, "expected": {"MDMA; caffeine"}, "form": {"tablet"},
		"colours": {"blue", "white"}, "logo": {"punisher"}, "shape": {"shield"}, "break_line": {"single"},
		"width_um": {"8,1"}, "height_um": {"11.25"}, "thick_um": {"5"}, "weight_ug": {"412,5"}, "received_amount": {"2"},
		"price_amount": {"7,50"}, "price_currency": {"eur"}, "price_quantity": {"3"}, "acquired_via": {"dealer_known"},
		"acquired_context": {"club"}, "region": {"Utrecht"}, "used_before": {"no"}, "complaint": {"unknown"}, "overdose": {"not_involved"},
		"reasons": {"content", "friends"}, "effects": {"normal"}, "notes": {"two lines\r\nof notes"}, "received_on": {"2025-03-01"},
		"expected_ready_on": {"2025-03-10"}, "channel": {"front_of_house"}, "give_code": {"yes"},
	}
}

func TestASampleIsRegisteredWithAllThatWasTyped(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		office := d.place("Office")
		typed := tablet()
		typed.Set("location_id", fmt.Sprint(office.ID))
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), typed)).want(t, http.StatusOK)
		got, expected := d.sample(numberForm.FindString(p.body))

		words, err := x.store.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		day := func(text string) lab.Date { d, _ := lab.ParseDate(text); return d }
		want := lab.Sample{
			Key: got.Key, Version: 1, NumberYear: 2025, NumberRunning: 1, VisitID: got.VisitID, LocationID: lab.Optional(office.ID),
			ReceivedOn: day("2025-03-01"), ReceivedBasis: lab.ReceivedRecorded, ExpectedReadyOn: day("2025-03-10"), Channel: lab.FrontOfHouse,
			ProductID: storetest.Product(t, words, "ecstasy").ID, SoldAsText: "a blue Punisher", Form: lab.Tablet,
			Colours: lab.Codes{"blue", "white"}, Logo: "punisher", Shape: "shield", BreakLine: "single",
			WidthUM: 8100, HeightUM: 11_250, ThickUM: 5000, WeightUG: 412_500, ReceivedAmount: 2000, ReceivedUnit: lab.Piece,
			Price:       lab.Price{Amount: 7500, Currency: "EUR", Quantity: 3000, Unit: lab.Piece},
			AcquiredVia: "dealer_known", AcquiredContext: "club", Region: "Utrecht", UsedBefore: "no", Complaint: "unknown", Overdose: "not_involved",
			Reasons: lab.Codes{"content", "friends"}, Effects: lab.Codes{"normal"}, Notes: "two lines\nof notes",
			State: lab.Registered, Stage: lab.StageToAnalyse, RegisteredBy: d.actor.UserID, RegisteredAt: got.RegisteredAt,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("registered %+v\nwant       %+v", got, want)
		}
		if got.VisitID.IsZero() || len(expected) != 2 || lab.SubstanceID(expected[1].SubstanceID) != storetest.Substance(t, words, "caffeine") {
			t.Errorf("visit %v, expected %v", got.VisitID, expected)
		}
	})
}

func TestWhatTheVisitorSaidIsKept(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	words, err := x.store.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ketamine := storetest.Product(t, words, "ketamine")
	for _, c := range []struct {
		typed    url.Values
		product  string
		said     string
		expected []lab.Expected
	}{
		{powder(), "ketamine", "ketamine", ketamine.Expected()},
		{powder(with("product_id", " Kétamine ")), "ketamine", "Kétamine", ketamine.Expected()},
		{powder(with("sold_as_text", "K")), "ketamine", "K", ketamine.Expected()},
		{powder(with("expected", "-")), "ketamine", "ketamine", nil},
		{powder(with("product_id", "unknown"), with("sold_as_text", "wokkel")), "unknown", "wokkel", nil},
		{powder(with("product_id", "onbekend")), "unknown", "onbekend", nil},
		{powder(with("expected", " benzodiazepine ;; ")), "ketamine", "ketamine", []lab.Expected{{Class: "benzodiazepine"}}},
	} {
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), c.typed)).want(t, http.StatusOK)
		got, expected := d.sample(numberForm.FindString(p.body))
		if got.ProductID != storetest.Product(t, words, c.product).ID || got.SoldAsText != c.said || len(expected) != len(c.expected) ||
			len(expected) > 0 && !reflect.DeepEqual(expected, c.expected) {
			t.Errorf("%v: product %d, said %q, expected %v", c.typed, got.ProductID, got.SoldAsText, expected)
		}
	}
}

func TestPricesAndAmounts(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	none := func(names ...string) func(url.Values) {
		return func(v url.Values) {
			for _, name := range names {
				v.Del(name)
			}
		}
	}
	for name, c := range map[string]struct {
		typed  url.Values
		price  lab.Price
		amount int64
		unit   lab.AmountUnit
	}{
		"units of the form": {powder(), lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, 300, lab.Gram},
		"a gift":            {powder(with("price_amount", "0")), lab.Price{Currency: "EUR", Quantity: 1000, Unit: lab.Gram}, 300, lab.Gram},
		"no price":          {powder(none("price_amount", "price_quantity")), lab.Price{}, 300, lab.Gram},
		"no amount":         {powder(none("received_amount", "price_amount", "price_quantity")), lab.Price{}, 0, ""},
		"a liquid": {
			powder(with("product_id", "GHB"), with("form", "liquid"), with("received_amount", "5.5"), with("price_unit", "piece")),
			lab.Price{Amount: 25_000, Currency: "EUR", Quantity: 1000, Unit: lab.Piece},
			5500, lab.Millilitre,
		},
	} {
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), c.typed)).want(t, http.StatusOK)
		got, _ := d.sample(numberForm.FindString(p.body))
		if got.Price != c.price || got.ReceivedAmount != c.amount || got.ReceivedUnit != c.unit {
			t.Errorf("%s: %+v, %d %s", name, got.Price, got.ReceivedAmount, got.ReceivedUnit)
		}
	}
}

// beside is how a mistake stands beside its field.
func beside(field string) string { return `id="field-` + field + `-mistake"` }

func TestEveryMistakeIsToldBesideItsField(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	long := strings.Repeat("x", 100_000)
	for name, c := range map[string]struct {
		edit  func(url.Values)
		field string
		says  string
	}{
		"no product":             {with("product_id", " "), "product_id", "Choose the product"},
		"a misspelt product":     {with("product_id", "ketaminne"), "product_id", "Like it are: ketamine"},
		"an unheard-of product":  {with("product_id", "wokkel"), "product_id", "is not in the list. Type"},
		"a look-alike":           {with("product_id", "kеtаmine"), "product_id", "is not in the list"},
		"a long product":         {with("product_id", long), "product_id", "is not in the list"},
		"unknown expectation":    {with("expected", "ketamine; moon dust"), "expected", "moon dust"},
		"no form":                {with("form"), "form", "Choose one of"},
		"an invented form":       {with("form", "gas"), "form", "is not one of"},
		"a logo on powder":       {with("logo", "crown"), "logo", "A sample of this form has no such thing."},
		"a negative amount":      {with("received_amount", "-1"), "received_amount", "is not a number"},
		"a huge amount":          {with("received_amount", "1e29"), "received_amount", "is not a number"},
		"too fine an amount":     {with("received_amount", "0.0001"), "received_amount", "at most three decimals"},
		"words for an amount":    {with("received_amount", "a bit"), "received_amount", "is not a number"},
		"a long amount":          {with("received_amount", long), "received_amount", "is not a number"},
		"full-width digits":      {with("received_amount", "１"), "received_amount", "is not a number"},
		"an invented unit":       {with("received_unit", "kg"), "received_unit", "is not one of"},
		"an amount for no price": {func(v url.Values) { v.Del("price_amount") }, "price_amount", "0 means a gift"},
		"a price for nothing":    {func(v url.Values) { v.Del("price_quantity") }, "price_quantity", "for which quantity"},
		"money for nothing":      {with("price_quantity", "0"), "price_quantity", "for which quantity"},
		"an invented currency":   {with("price_currency", "EURO"), "price_currency", "is not a currency"},
		"no currency":            {with("price_currency", ""), "price_currency", "Give the currency"},
		"a postcode":             {with("region", "3511 AB"), "region", "postcode"},
		"an invented colour":     {with("colours", "white", "ultraviolet"), "colours", "is not one of"},
		"an invented reason":     {with("reasons", "boredom"), "reasons", "is not one of"},
		"an invented effect":     {with("effects", "flying"), "effects", "is not one of"},
		"no day":                 {with("received_on", ""), "received_on", "Give the day"},
		"tomorrow":               {with("received_on", "2025-03-04"), "received_on", "lies in the future"},
		"no such day":            {with("received_on", "2025-02-30"), "received_on", "is not a date"},
		"long ago":               {with("received_on", "1899-01-01"), "received_on", "is too long ago"},
		"ready before receipt":   {with("expected_ready_on", "2025-03-01"), "expected_ready_on", "before the day of receipt"},
		"another's location":     {with("location_id", "99"), "location_id", "is not one of the service"},
		"no channel":             {with("channel", ""), "channel", "Choose one of"},
		"long notes":             {with("notes", long), "notes", "longer than 2000"},
		"control characters":     {with("notes", "a\x00b"), "notes", "cannot be stored"},
		"a code in the notes":    {with("notes", "code XNBH-SFC6-VDA3"), "notes", "can be a lookup code"},
		"a code, as was said":    {with("sold_as_text", "xnbh sfc6 vda3"), "sold_as_text", "can be a lookup code"},
		"broken text":            {with("notes", "a\xffb"), "notes", "cannot be stored"},
	} {
		t.Run(name, func(t *testing.T) {
			draft := d.begin(d.clerk)
			p := d.clerk.post(draft, powder(c.edit)).want(t, http.StatusUnprocessableEntity, c.says, beside(c.field), `href="#field-`+c.field+`"`)
			if !strings.Contains(p.body, "1 thing to correct") {
				t.Errorf("other mistakes are told too: %s", p.body[:min(len(p.body), 9000)])
			}
			if codeOn(p.body) != "" {
				t.Error("a code is shown of what was not registered")
			}
			d.clerk.get(draft).want(t, http.StatusOK)
		})
	}
	if n := strings.Count(d.clerk.get("/counter/UTR").body, "is-registered"); n != 0 {
		t.Errorf("%d samples were registered", n)
	}
}

func TestAllMistakesAreToldAtOnceAndWhatWasTypedStays(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	d.clerk.lang = "nl"
	typed := powder(with("product_id", "wokkel"), with("received_amount", "veel"), with("price_amount", "-3"), with("received_on", "laatst"),
		with("notes", "<b>onthoud dit</b>"), with("reasons", "friends"))
	p := d.clerk.post(d.begin(d.clerk), typed).want(t, http.StatusUnprocessableEntity,
		beside("product_id"), beside("received_amount"), beside("price_amount"), beside("received_on"),
		`value="veel"`, `value="-3"`, `value="laatst"`, "&lt;b&gt;onthoud dit&lt;/b&gt;", `value="friends" checked`,
		`<input type="text" id="field-sold_as_text" name="sold_as_text" value="wokkel"`)
	p.lacks(t, "<b>onthoud")
}

func TestWhatIsBeyondTheLimitsIsTakenForAReason(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		for _, c := range []struct {
			typed url.Values
			says  string
		}{
			{powder(with("received_amount", "1.001")), "This is more than 1 g."},
			{powder(with("form", "liquid"), with("received_amount", "10,5")), "This is more than 10 ml."},
			{powder(with("form", "tablet"), with("received_amount", "0,5")), "The tablet is not whole."},
		} {
			draft := d.begin(d.clerk)
			d.clerk.get(draft).want(t, http.StatusOK).lacks(t, `name="overruled"`)
			d.clerk.post(draft, c.typed).want(t, http.StatusUnprocessableEntity, c.says, beside("overruled"), `name="overruled"`)
			c.typed.Set("overruled", "the visitor feels ill")
			p := d.clerk.follow(d.clerk.post(draft, c.typed)).want(t, http.StatusOK)
			got, _ := d.sample(numberForm.FindString(p.body))
			if got.Overruled != "the visitor feels ill" {
				t.Errorf("overruled because of %q", got.Overruled)
			}
		}
		number, _ := d.register(d.clerk, with("received_amount", "1"), with("overruled", "a reason for nothing"))
		if got, _ := d.sample(number); got.Overruled != "" {
			t.Errorf("within the limits, but overruled: %q", got.Overruled)
		}
	})
}

// The next sample of a visit begins with what belongs to the visit, and with nothing else.
func TestFurtherSamplesOfAVisitBeginWithTheVisit(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), tablet())).want(t, http.StatusOK, "Next sample of this visit")
		number, code := numberForm.FindString(p.body), codeOn(p.body)
		first, _ := d.sample(number)
		for n := 2; n <= 4; n++ {
			draft := d.clerk.post("/samples/"+number+"/next", nil).want(t, http.StatusSeeOther).header.Get("Location")
			page := d.clerk.get(draft).want(t, http.StatusOK, fmt.Sprintf("Sample %d of this visit", n), `value="2025-03-01"`, `value="dealer_known" selected`,
				`value="club" selected`, `value="Utrecht"`, `value="2025-03-10"`, `value="EUR"`)
			page.lacks(t, code, `value="ecstasy"`, `value="XTC"`, "a blue Punisher", `value="tablet" selected`, "412.5", `value="7.5"`, `value="piece" selected`,
				"two lines", `value="normal" checked`, `value="no" selected`, "copied</span>")
			typed := tablet()
			typed.Set("visit_id", first.VisitID.String())
			if n == 4 {
				d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "more than 3 samples in one visit", beside("overruled"))
				continue
			}
			next := d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK)
			got, _ := d.sample(numberForm.FindString(next.body))
			if got.VisitID != first.VisitID || codeOn(next.body) == code {
				t.Errorf("sample %d: visit %v, the code of the first: %v", n, got.VisitID, codeOn(next.body) == code)
			}
		}
		draft := d.clerk.post("/samples/"+number+"/next", nil).header.Get("Location")
		d.clerk.post(draft, powder(with("visit_id", first.VisitID.String()), with("overruled", "all at once"))).want(t, http.StatusUnprocessableEntity, "at another location or on another day")
		d.clerk.post(draft, powder(with("visit_id", "x"))).want(t, http.StatusNotFound)
		d.clerk.post("/samples/UTR-2025-99999/next", nil).want(t, http.StatusNotFound)
	})
}

func TestADraftKeepsWhatWasTyped(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft := d.begin(d.clerk)
		d.clerk.get(draft).want(t, http.StatusOK, `value="2025-03-03"`, `value="EUR"`, `value="front_of_house" selected`,
			`name="give_code" value="yes" checked`, `data-draft="`+draft+`/save"`, "autofocus")
		typed := powder(with("notes", "half a sen"), with("received_amount", "not yet a number"), with("give_code"), with("smuggled", "in"))
		d.clerk.post(draft+"/save", typed).want(t, http.StatusNoContent)

		colleague := x.staff(t, storetest.Person(t, x.store, "colleague", d.service.ID, lab.Intake))
		colleague.get(draft).want(t, http.StatusOK, "half a sen", `value="not yet a number"`, `value="powder" selected`, `value="25"`).
			lacks(t, `name="give_code" value="yes" checked`, "smuggled")
		colleague.get("/counter/UTR").want(t, http.StatusOK, "ketamine, powder", "clerk")

		d.clerk.post(draft+"/save", powder(with("notes", strings.Repeat("x", 100_000)))).want(t, http.StatusUnprocessableEntity)
		colleague.get(draft).want(t, http.StatusOK, "half a sen")

		colleague.post(draft+"/drop", d.sure(colleague.post(draft+"/drop", nil))).leads(t, "/counter/UTR")
		colleague.post(draft+"/drop", nil).leads(t, "/counter/UTR")
		d.clerk.post(draft+"/save", typed).want(t, http.StatusNotFound)
		d.clerk.get(draft).want(t, http.StatusConflict, "This draft is gone")
		d.clerk.post(draft, powder()).want(t, http.StatusConflict, "This draft is gone")
		d.clerk.post(draft, powder(with("form", ""))).want(t, http.StatusConflict, "This draft is gone")
		d.clerk.get("/counter/UTR/drafts/nonsense").want(t, http.StatusNotFound)
	})
}

// What was said of today is kept as the day that it was.
func TestADraftKeepsTheDayThatWasMeant(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft := d.begin(d.clerk)
	d.clerk.post(draft+"/save", powder(with("received_on", "gisteren"), with("expected_ready_on", "31-2"))).want(t, http.StatusNoContent)
	x.clock.pass(24 * time.Hour)
	x.staff(t, d.actor).get(draft).want(t, http.StatusOK, `name="received_on" value="2025-03-02"`, `name="expected_ready_on" value="31-2"`)
}

// Days, amounts and prices are read as people write them, and the slip shows the day.
func TestWhatIsTypedAsPeopleWriteIt(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	p := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("received_on", "1 mrt"), with("expected_ready_on", "8/3"), with("received_amount", "80 mg"),
		with("price_amount", "£ 60,- / 5 g"), with("price_quantity", "")))).want(t, http.StatusOK, "Received on 1 March 2025.", "8 March 2025")
	got, _ := d.sample(numberForm.FindString(p.body))
	want := lab.Price{Amount: 60_000, Currency: "GBP", Quantity: 5000, Unit: lab.Gram}
	if got.ReceivedOn != 2025_03_01 || got.ExpectedReadyOn != 2025_03_08 || got.ReceivedAmount != 80 || got.ReceivedUnit != lab.Gram || got.Price != want {
		t.Errorf("%+v", got)
	}
	p = d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("product_id", "xtc"), with("form", "tablet"), with("received_amount", "1"), with("price_amount", "€ 3,50"),
		with("price_quantity", ""), with("weight_ug", "0,412 g"), with("colours", "oran; wh")))).want(t, http.StatusOK)
	got, _ = d.sample(numberForm.FindString(p.body))
	want = lab.Price{Amount: 3500, Currency: "EUR", Quantity: 1000, Unit: lab.Piece}
	if got.Price != want || got.WeightUG != 412_000 || strings.Join(got.Colours, " ") != "orange white" {
		t.Errorf("%+v", got)
	}
	d.clerk.lang = "nl" // what a colleague kept in English
	p = d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("colours", "off-white, geb, zw")))).want(t, http.StatusOK)
	if got, _ = d.sample(numberForm.FindString(p.body)); strings.Join(got.Colours, " ") != "off_white black" {
		t.Errorf("%q", got.Colours)
	}
	d.clerk.lang = "en"
	for field, typed := range map[string]func(url.Values){
		"received_unit":  func(v url.Values) { v.Set("received_amount", "80 mg"); v.Set("received_unit", "ml") },
		"price_currency": func(v url.Values) { v.Set("price_amount", "€ 5"); v.Set("price_currency", "GBP") },
		"price_quantity": func(v url.Values) { v.Set("price_amount", "60 / 5 g"); v.Set("price_quantity", "2") },
		"colours":        with("colours", "b"),
	} {
		d.clerk.post(d.begin(d.clerk), powder(typed)).want(t, http.StatusUnprocessableEntity, beside(field))
	}
	// A day that was understood is shown in full beside what is wrong.
	d.clerk.post(d.begin(d.clerk), powder(with("received_on", "yesterday"), with("form", ""))).want(t, http.StatusUnprocessableEntity, `value="2025-03-02"`)
}

// What can hardly be right is asked once, and kept with the sample as it was confirmed.
func TestWhatIsImplausibleIsConfirmed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft := d.begin(d.clerk)
		d.clerk.get(draft).want(t, http.StatusOK).lacks(t, `name="confirmed"`)
		typed := powder(with("price_amount", "2500"))
		d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "This price is unusual", beside("price_amount"), beside("confirmed"),
			`name="confirmed" value="price_amount=2500000EUR/1000g"`)
		typed.Set("confirmed", "price_amount=2500000EUR/1000g")
		typed.Set("price_amount", "5000") // which nobody has confirmed
		d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, beside("confirmed"))
		typed.Set("price_amount", "2500")
		number := numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body)
		if got, _ := d.sample(number); len(got.Confirmed) != 1 || got.Price.Amount != 2_500_000 {
			t.Errorf("%+v", got)
		}
		d.clerk.get("/samples/"+number).want(t, http.StatusOK, "Confirmed as right")

		// The description asks too, and forgets what is in doubt no more.
		form := d.clerk.get("/samples/"+number+"/description").want(t, http.StatusOK, `value="price_amount=2500000EUR/1000g" checked`)
		again := sent(form)
		again.Set("price_amount", "25")
		d.clerk.post("/samples/"+number+"/description", again).want(t, http.StatusSeeOther)
		if got, _ := d.sample(number); got.Confirmed != nil || got.Price.Amount != 25_000 {
			t.Errorf("%+v", got)
		}
	})
}

// Units that the form is not counted in are asked about where somebody chose them.
func TestAUnitThatDoesNotFitTheFormIsConfirmed(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft := d.begin(d.clerk)
	typed := powder(with("form", "capsule"), with("received_amount", "0,3 g"), with("price_quantity", "1 g"))
	d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "Grams are unusual for this form.", beside("received_unit"), beside("price_unit"), beside("confirmed"))
	typed.Set("confirmed", "received_unit=g price_unit=g")
	number := numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body)
	d.clerk.post("/samples/"+number+"/description", d.description(d.clerk, number, with("notes", "broken"), with("confirmed"))).leads(t, "/samples/"+number)
	if got, _ := d.sample(number); got.Notes != "broken" || len(got.Confirmed) != 2 {
		t.Errorf("%q, confirmed %q", got.Notes, got.Confirmed)
	}
	d.clerk.post("/samples/"+number+"/description", d.description(d.clerk, number, with("form", "blotter"), with("confirmed"))).
		want(t, http.StatusUnprocessableEntity, beside("received_unit"), beside("confirmed"))
}

// A mark between thousands is not read as one before decimals without a word.
func TestAMarkBetweenThousandsIsAsked(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft := d.begin(d.clerk)
	typed := powder(with("price_amount", "2.500"))
	d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "This is read as 2.5. If 2500 is meant, type that.", beside("price_amount"), beside("confirmed"))
	typed.Set("confirmed", "price_amount=2500EUR/1000g")
	number := numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body)
	if got, _ := d.sample(number); got.Price.Amount != 2500 || strings.Join(got.Confirmed, " ") != "price_amount=2500EUR/1000g" {
		t.Errorf("%+v", got)
	}

	// What is recorded stays unasked; another number with a mark is asked about.
	form := "/samples/" + number + "/description"
	again := sent(d.clerk.get(form))
	again.Set("notes", "described anew")
	d.clerk.post(form, again).want(t, http.StatusSeeOther)
	again = sent(d.clerk.get(form))
	again.Set("price_amount", "3.505")
	d.clerk.lang = "nl"
	d.clerk.post(form, again).want(t, http.StatusUnprocessableEntity, "Dit is gelezen als 3,505. Is 3505 bedoeld, typ dat dan.", beside("confirmed"))
	d.clerk.lang = "en"
	again.Set("confirmed", "price_amount=3505EUR/1000g")
	d.clerk.post(form, again).want(t, http.StatusSeeOther)

	d.clerk.post(d.begin(d.clerk), powder(with("received_amount", "0,5 mg"))).want(t, http.StatusUnprocessableEntity, "is finer than a milligram", beside("received_amount"))
	d.clerk.post(d.begin(d.clerk), powder(with("received_amount", "1.000 mg"))).want(t, http.StatusUnprocessableEntity, "This is read as 1. If 1000 is meant", beside("received_amount"))
}

// Whoever registers a sample is asked about a text that says who the visitor is.
func TestATextThatSaysWhoTheVisitorIsIsAskedAbout(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft := d.begin(d.clerk)
	typed := powder(with("notes", "call 06-12345678"), with("sold_as_text", "from jan@example.org"))
	p := d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "nothing here may say who the visitor is", beside("notes"), beside("sold_as_text"), beside("confirmed"))
	box := regexp.MustCompile(`name="confirmed" value="([^"]*)"`).FindStringSubmatch(p.body)
	if box == nil || strings.Contains(box[1], "06") && strings.Contains(box[1], "jan") {
		t.Fatalf("confirmed with %q", box)
	}
	typed.Set("confirmed", box[1])
	d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK, `class="code"`)
	typed.Set("notes", "call 06-12345679") // which nobody has confirmed
	d.clerk.post(d.begin(d.clerk), typed).want(t, http.StatusUnprocessableEntity, beside("notes")).lacks(t, beside("sold_as_text"))
	d.register(d.clerk, with("notes", "as UTR-2024-00017, 28-11-2024 14:30, CAS 6740-88-1"))
}

func TestPiecesAreCountedInWords(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	for pieces, said := range map[string][2]string{"1": {"1 piece<", "1 stuk<"}, "2": {"2 pieces<", "2 stuks<"}} {
		number, _ := d.register(d.clerk, with("product_id", "xtc"), with("form", "tablet"), with("received_amount", pieces), with("price_amount", "5"), with("price_quantity", pieces))
		for i, lang := range []string{"en", "nl"} {
			d.clerk.lang = lang
			d.clerk.get("/samples/"+number).want(t, http.StatusOK, said[i])
		}
		d.clerk.lang = "en"
	}
}

// A day of receipt that is long past is asked about, and stays confirmed however often the
// sample is described anew with it.
func TestADayOfReceiptThatIsLongPastIsConfirmed(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		for said, day := range map[string]string{"5-3": "2024-03-05", "1-1-2020": "2020-01-01"} {
			clerk := x.staff(t, d.actor)
			draft := d.begin(clerk)
			typed := powder(with("received_on", said))
			clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "received more than a month before it is registered", beside("received_on"), beside("confirmed"),
				`name="confirmed" value="received_on=`+day+`"`)
			typed.Set("confirmed", "received_on="+day)
			number := regexp.MustCompile(`UTR-20\d\d-\d{5}`).FindString(clerk.follow(clerk.post(draft, typed)).want(t, http.StatusOK).body)

			x.clock.pass(24 * time.Hour)
			form := "/samples/" + number + "/description"
			clerk = x.staff(t, d.actor)
			p := clerk.get(form).want(t, http.StatusOK).lacks(t, "received more than a month", `type="checkbox" id="field-confirmed`)
			again := sent(p)
			again.Del("confirmed") // as a browser sends it without a box
			again.Set("notes", "smells odd")
			clerk.post(form, again).want(t, http.StatusSeeOther)
			if got, _ := d.sample(number); strings.Join(got.Confirmed, " ") != "received_on="+day || got.Notes != "smells odd" {
				t.Errorf("described anew: %q, %q", got.Confirmed, got.Notes)
			}
			again = sent(clerk.get(form))
			again.Set("price_amount", "2500")
			clerk.post(form, again).want(t, http.StatusUnprocessableEntity, `name="confirmed" value="price_amount=2500000EUR/1000g"`)
			again.Set("confirmed", "price_amount=2500000EUR/1000g")
			clerk.post(form, again).want(t, http.StatusSeeOther)
			if got, _ := d.sample(number); strings.Join(got.Confirmed, " ") != "received_on="+day+" price_amount=2500000EUR/1000g" {
				t.Errorf("confirmed: %q", got.Confirmed)
			}
			clerk.get(form).want(t, http.StatusOK, `value="price_amount=2500000EUR/1000g" checked`)
			again = sent(clerk.get(form))
			again.Set("received_on", "31-12-2019")
			clerk.post(form, again).want(t, http.StatusUnprocessableEntity, beside("received_on"), beside("confirmed"))
		}
	})
}

func TestMistakesAreKeptInTheDraft(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft := d.begin(d.clerk)
	d.clerk.post(draft, powder(with("product_id", "wokkel"))).want(t, http.StatusUnprocessableEntity)
	d.clerk.get(draft).want(t, http.StatusOK, `value="wokkel"`)
}

func TestTheSlipSaysWhatTheVisitorNeeds(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft := d.begin(d.clerk)
		d.clerk.lang = "nl"
		p := d.clerk.follow(d.clerk.post(draft, powder(with("expected_ready_on", "2025-03-17")))).want(t, http.StatusOK, "Service UTR", "UTR-2025-00001",
			`<p class="small" lang="nl">`, "Houd dit briefje geheim", "17 maart 2025", "bel 112", "Drugs Infolijn 0900-1995",
			`<p class="small" lang="en">`, "Keep this slip secret", "17 March 2025", "call 112", x.address.Host, `class="qr"`)
		if strings.Index(p.body, `<p class="small" lang="nl">`) > strings.Index(p.body, `<p class="small" lang="en">`) {
			t.Error("the reader's language is not the first")
		}
		code := codeOn(p.body)
		if strings.Count(p.body, code) != 1 || !d.opens(code) {
			t.Errorf("the slip says its code %d times", strings.Count(p.body, code))
		}
		if p.header.Get("Cache-Control") != "no-store" {
			t.Error("browsers keep the slip")
		}
		d.clerk.lang = "en"
		d.clerk.post(draft, powder()).want(t, http.StatusConflict, "This sample is UTR-2025-00001", `href="/samples/UTR-2025-00001/code"`).lacks(t, code)
		d.clerk.get(draft).want(t, http.StatusConflict, "This sample is UTR-2025-00001").lacks(t, code)

		none := d.clerk.follow(d.clerk.post(d.begin(d.clerk), powder(with("give_code")))).want(t, http.StatusOK, "UTR-2025-00002", "No code is given out.")
		if codeOn(none.body) != "" {
			t.Error("a code is given out all the same")
		}
	})
}

func TestALostCodeIsReplaced(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		number, lost := d.register(d.clerk)
		address := "/samples/" + number + "/code"
		d.clerk.get(address).want(t, http.StatusOK, "Another code for "+number)
		d.clerk.post(address, url.Values{"reason": {" "}}).want(t, http.StatusUnprocessableEntity, "Say why the code is replaced.", beside("reason"))
		d.clerk.post(address, url.Values{"reason": {"they lost " + lost}}).want(t, http.StatusUnprocessableEntity, "can be a lookup code")
		d.clerk.post(address, url.Values{"reason": {strings.Repeat("x", 100_000)}}).want(t, http.StatusUnprocessableEntity, beside("reason"))
		if !d.opens(lost) {
			t.Fatal("the code was taken although it was not replaced")
		}
		p := d.clerk.follow(d.clerk.post(address, url.Values{"reason": {"slip lost"}})).want(t, http.StatusOK, number, "opens nothing any more")
		if code := codeOn(p.body); code == lost || !d.opens(code) || d.opens(lost) {
			t.Error("the new code does not take the place of the lost one")
		}
		d.clerk.post("/samples/UTR-2025-99999/code", url.Values{"reason": {"slip lost"}}).want(t, http.StatusNotFound)
		d.clerk.get("/samples/UTR-2025-99999/code").want(t, http.StatusNotFound)
	})
}

func TestNoCodeIsKeptAnywhere(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft := d.begin(d.clerk)
	p := d.clerk.follow(d.clerk.post(draft, powder())).want(t, http.StatusOK)
	number, code := numberForm.FindString(p.body), codeOn(p.body)
	replaced := codeOn(d.clerk.follow(d.clerk.post("/samples/"+number+"/code", url.Values{"reason": {"slip lost"}})).body)
	d.clerk.post("/samples/"+number+"/next", nil)
	d.clerk.post(draft, powder())
	told := with("notes", "their code: "+strings.ToLower(code))
	d.clerk.post(d.begin(d.clerk), powder(told)).want(t, http.StatusUnprocessableEntity, beside("notes"))
	d.clerk.post("/samples/"+number+"/description", d.description(d.clerk, number, told)).want(t, http.StatusUnprocessableEntity, beside("notes"))
	if replaced == "" || code == "" {
		t.Fatal("there are no codes to look for")
	}
	for _, secret := range []string{code, replaced} {
		bare := strings.ReplaceAll(secret, "-", "")
		for name, text := range d.written() {
			if strings.Contains(text, secret) || strings.Contains(text, bare) || strings.Contains(strings.ToUpper(text), bare) {
				t.Errorf("%s holds a code", name)
			}
		}
	}
}

// written is all that the server has left behind: its log, the files of the
// database, and the key ring.
func (d *desk) written() map[string]string {
	d.t.Helper()
	texts := map[string]string{"the log": d.log.String()}
	for _, folder := range []string{d.folder, d.config.Folder} {
		err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			texts[path] = string(data)
			return err
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if len(texts) < 3 {
		d.t.Fatalf("nothing to look in: %d files", len(texts))
	}
	return texts
}

func TestMistakesInLocationAndVisitAreToldWithTheOthers(t *testing.T) {
	d := newDesk(t, oneSite(t))
	number, _ := d.register(d.clerk)
	first, _ := d.sample(number)
	draft := d.clerk.post("/samples/"+number+"/next", nil).want(t, http.StatusSeeOther).header.Get("Location")
	typed := powder(with("visit_id", first.VisitID.String()), with("received_on", "2025-03-02"), with("location_id", "99"), with("form", ""))
	d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity,
		"The visit was at another location or on another day.", beside("location_id"), "is not one of the service", beside("form"))
	for _, said := range []string{"31-02", "eergisteren"} { // which is no other day than that of the visit
		typed = powder(with("visit_id", first.VisitID.String()), with("received_on", said))
		d.clerk.post(draft, typed).want(t, http.StatusUnprocessableEntity, "1 thing to correct", beside("received_on")).lacks(t, "on another day")
	}
}
