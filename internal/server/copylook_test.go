package server_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// second begins a second sample of the visit of a tablet, and returns its draft and what
// the form posts of the visit.
func (d *desk) second(edit ...func(url.Values)) (draft string, ofVisit url.Values, before string) {
	d.t.Helper()
	typed := tablet()
	for _, change := range edit {
		change(typed)
	}
	before = numberForm.FindString(d.clerk.follow(d.clerk.post(d.begin(d.clerk), typed)).want(d.t, http.StatusOK).body)
	first, _ := d.sample(before)
	draft = d.clerk.post("/samples/"+before+"/next", nil).want(d.t, http.StatusSeeOther).header.Get("Location")
	return draft, url.Values{
		"visit_id": {first.VisitID.String()}, "received_on": {"2025-03-01"}, "channel": {"front_of_house"}, "price_currency": {"EUR"}, "give_code": {"yes"},
	}, before
}

var (
	inputForm  = regexp.MustCompile(`<input type="(text|hidden|checkbox)"[^>]*? name="([^"]+)" value="([^"]*)"( checked)?`)
	selectForm = regexp.MustCompile(`(?s)<select id="[^"]+" name="([^"]+)".*?</select>`)
	chosenForm = regexp.MustCompile(`<option value="([^"]*)" selected`)
	areaForm   = regexp.MustCompile(`(?s)<textarea id="[^"]+" name="([^"]+)"[^>]*>\n(.*?)</textarea>`)
)

// sent is what a browser sends of the form on a page.
func sent(p page) url.Values {
	v := url.Values{}
	for _, m := range inputForm.FindAllStringSubmatch(p.body, -1) {
		if m[1] != "checkbox" || m[4] != "" {
			v.Add(m[2], html.UnescapeString(m[3]))
		}
	}
	for _, m := range selectForm.FindAllStringSubmatch(p.body, -1) {
		v.Set(m[1], "")
		if chosen := chosenForm.FindStringSubmatch(m[0]); chosen != nil {
			v.Set(m[1], chosen[1])
		}
	}
	for _, m := range areaForm.FindAllStringSubmatch(p.body, -1) {
		v.Set(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// copied is how a field says that it was copied.
func copied(field string) string { return `data-copied="` + field + `">copied</span>` }

func TestTheLookIsCopiedWhereSomebodyAsks(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		d := newDesk(t, x)
		draft, typed, before := d.second()
		d.clerk.get(draft).want(t, http.StatusOK, "Copy the look of "+before)
		typed.Set("copy", "yes")
		typed.Set("logo", "crown") // what was typed already stays
		d.clerk.post(draft, typed).leads(t, draft)
		page := d.clerk.get(draft).want(t, http.StatusOK, `value="ecstasy"`, `value="a blue Punisher"`, `value="MDMA; caffeine"`, `value="tablet" selected`, `value="8.1"`,
			`value="blue, white"`, `value="shield" selected`, `value="crown"`, copied("product_id"), copied("form"), copied("colours"), copied("width_um"))
		page.lacks(t, copied("logo"), copied("weight_ug"), `value="412.5"`, `value="7.5"`, `value="2"`, `value="piece" selected`)

		for name, values := range sent(page) { // as a browser sends it
			typed[name] = values
		}
		typed.Del("copy")
		typed.Set("received_amount", "1")
		got, expected := d.sample(numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body))
		first, _ := d.sample(before)
		look, want := got.Look(), first.Look()
		look.Logo, want.Logo = "", ""
		if !slices.Equal(look.Colours, want.Colours) || look.WidthUM != want.WidthUM || look.ProductID != want.ProductID || got.Logo != "crown" || len(expected) != 2 {
			t.Errorf("copied %+v\nof     %+v", look, want)
		}
		if got.WeightUG != 0 || got.Price.Recorded() || got.ReceivedAmount != 1000 || got.ReceivedUnit != lab.Piece || got.VisitID != first.VisitID {
			t.Errorf("%+v", got)
		}
	})
}

// Another product keeps neither the words nor the expectation nor the unit of the one before.
func TestAnotherProductKeepsNothingOfTheOneBefore(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	draft, typed, _ := d.second()
	typed.Set("copy", "yes")
	d.clerk.post(draft, typed).leads(t, draft)
	page := d.clerk.get(draft)
	for name, values := range sent(page) {
		typed[name] = values
	}
	typed.Del("copy")
	for name, value := range map[string]string{
		"product_id": "3mmc", "form": "powder", "received_amount": "0,1", "price_amount": "15", "price_quantity": "1", "logo": "", "shape": "", "break_line": "",
		"width_um": "", "height_um": "", "thick_um": "",
	} {
		typed.Set(name, value)
	}
	got, expected := d.sample(numberForm.FindString(d.clerk.follow(d.clerk.post(draft, typed)).want(t, http.StatusOK).body))
	words, err := x.store.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	product := storetest.Product(t, words, "3-MMC")
	want := lab.Price{Amount: 15_000, Currency: "EUR", Quantity: 1000, Unit: lab.Gram}
	if got.ProductID != product.ID || got.SoldAsText != "3mmc" || got.ReceivedUnit != lab.Gram || got.ReceivedAmount != 100 || got.Price != want || !slices.Equal(expected, product.Expected()) {
		t.Errorf("%+v, expected %v", got, expected)
	}
}

// The words by which the product was found stand in its field, so that they go with it.
func TestWordsFollowTheProduct(t *testing.T) {
	x := oneSite(t)
	d := newDesk(t, x)
	number, _ := d.register(d.clerk, with("product_id", "keta"))
	form := d.clerk.get("/samples/"+number+"/description").want(t, http.StatusOK, `name="product_id" value="keta"`, `name="sold_as_text" value=""`)
	typed := held(form)
	typed.Set("product_id", "coke")
	d.clerk.post("/samples/"+number+"/description", typed).want(t, http.StatusSeeOther)
	if got, _ := d.sample(number); got.SoldAsText != "coke" {
		t.Errorf("said %q", got.SoldAsText)
	}
}

// Of another form nothing is copied that a sample of it has not.
func TestWhatTheFormHasNotIsNotCopied(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft, typed, _ := d.second()
	typed.Set("copy", "yes")
	typed.Set("form", "powder")
	d.clerk.post(draft, typed).leads(t, draft)
	again := sent(d.clerk.get(draft).want(t, http.StatusOK, copied("product_id"), copied("colours")))
	d.clerk.follow(d.clerk.post(draft, again)).want(t, http.StatusOK, "Registered as")
}

func TestTheFirstOfAVisitHasNothingToCopy(t *testing.T) {
	d := newDesk(t, oneSite(t))
	draft := d.begin(d.clerk)
	d.clerk.get(draft).want(t, http.StatusOK).lacks(t, "Copy the look")
	d.clerk.post(draft, url.Values{"copy": {"yes"}, "copied": {"product_id", "nonsense"}}).leads(t, draft)
	d.clerk.get(draft).want(t, http.StatusOK).lacks(t, "copied</span>")
}
