package browsertest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
	"marquis/internal/store/storetest"
)

// typist is somebody at the counter who touches no mouse, and whose keys are counted. A key
// that is held down with another counts as one more.
type typist struct {
	*browser
	site  *site
	keys  int
	began time.Time // when they began to count
}

// newTypist opens the counter of the service.
func newTypist(t testing.TB, x *site) *typist {
	t.Helper()
	k := &typist{browser: x.staff(t, x.intake), site: x}
	k.open("/counter/UTR?location=1")
	k.until("focus the button for a new visit", `() => document.activeElement.localName === 'button'`)
	k.next(pressing(enter))
	k.awaitForm()
	k.began = time.Now()
	return k
}

func (k *typist) awaitForm() {
	k.t.Helper()
	k.until("focus a field of the form", `() => document.activeElement.matches('#main form input')`)
}

// types presses keys one after the other.
func (k *typist) types(keys string) {
	k.t.Helper()
	k.keys += len([]rune(keys))
	k.press(keys)
}

// enters types into the fields one after the other, each ended with Enter. Each is where
// the focus has come to by itself.
func (k *typist) enters(fields ...string) {
	k.t.Helper()
	for _, f := range fields {
		name, keys, _ := strings.Cut(f, "=")
		if at := k.focused(); at != name {
			k.t.Fatalf("the focus is on %q, want %q", at, name)
		}
		k.types(keys + enter)
	}
}

// skips presses Enter until a field has the focus.
func (k *typist) skips(to string) {
	k.t.Helper()
	for range 30 {
		switch k.focused() {
		case to:
			return
		case "notes", "": // a text, of which Enter is a line, or a fold
			k.types(tab)
		default:
			k.types(enter)
		}
	}
	k.t.Fatalf("Enter never gets to %s", to)
}

// ticks unfolds a group of boxes, to which a key leads, and ticks those to which the letters
// lead.
func (k *typist) ticks(key, name, letters string) {
	k.t.Helper()
	k.types(key)
	k.until("focus a fold", `() => document.activeElement.localName === 'summary'`)
	k.types(" " + tab)
	if at := k.focused(); at != name {
		k.t.Fatalf("the fold is of %q, want %q", at, name)
	}
	for _, letter := range letters {
		k.types(string(letter) + " ")
	}
}

// registers sends the form.
func (k *typist) registers() {
	k.t.Helper()
	k.keys += 2
	k.next(ctrlEnter())
}

// presses presses one key on a page that has it, and gets to a form.
func (k *typist) presses(key string) {
	k.t.Helper()
	k.keys++
	k.next(pressing(key))
	k.awaitForm()
}

var slipNumber = regexp.MustCompile(`UTR-\d{4}-\d{5}`)

func (k *typist) registered() (lab.Sample, []lab.Expected) {
	k.t.Helper()
	n, err := lab.ParseSampleNumber(slipNumber.FindString(k.text()))
	if err != nil {
		k.t.Fatal(err)
	}
	key, err := k.site.store.FindSample(k.t.Context(), storetest.Reader, n)
	if err != nil {
		k.t.Fatal(err)
	}
	x, expected, err := k.site.store.Sample(k.t.Context(), storetest.Reader, key)
	if err != nil {
		k.t.Fatal(err)
	}
	return x, expected
}

// copies copies the look of the sample before.
func (k *typist) copies() {
	k.t.Helper()
	k.keys += 2
	k.next(pressing("d", chromedp.ModifierCtrl))
	k.until("focus the amount", `() => document.activeElement.name === 'received_amount'`)
}

// corrects goes from the summary of mistakes to the field of the first.
func (k *typist) corrects(field string) {
	k.t.Helper()
	k.until("focus the summary", `() => document.activeElement.matches('.errors')`)
	k.types(tab + enter)
	k.until("focus "+field, `name => document.activeElement.name === name`, field)
}

// told is what a test holds of a sample: what its description says, in order, without what
// the program decides.
func told(x lab.Sample) string {
	var said []string
	add := func(name string, value any) {
		if text := fmt.Sprint(value); text != "" && text != "0" && text != "[]" && text != "{0  0 }" {
			said = append(said, name+" "+text)
		}
	}
	add("said", x.SoldAsText)
	add("form", x.Form)
	add("logo", x.Logo)
	add("colours", x.Colours)
	add("shape", x.Shape)
	add("line", x.BreakLine)
	if x.WidthUM > 0 {
		add("size", fmt.Sprint(x.WidthUM, "/", x.HeightUM, "/", x.ThickUM))
	}
	add("weight", x.WeightUG)
	add("amount", x.ReceivedAmount)
	add("of", x.ReceivedUnit)
	add("price", x.Price)
	add("via", x.AcquiredVia)
	add("in", x.AcquiredContext)
	add("used", x.UsedBefore)
	add("complaint", x.Complaint)
	add("effects", x.Effects)
	add("reasons", x.Reasons)
	add("overruled", x.Overruled)
	add("confirmed", x.Confirmed)
	return strings.Join(said, ", ")
}

// orange is how an ecstasy tablet is typed up to its weight.
func orange(k *typist) {
	k.enters("product_id=xtc", "sold_as_text=", "form=t", "logo=tesla", "colours=or", "shape=sh", "break_line=s", "received_amount=1", "price_amount=3,50")
	k.skips("used_before")
	k.enters("used_before=n")
	k.skips("width_um")
	k.enters("width_um=9,2", "height_um=11", "thick_um=4,5")
	k.types("412")
	k.registers()
}

const orangeTold = "said xtc, form tablet, logo tesla, colours [orange], shape shield, line single, size 9200/11000/4500, weight 412000, " +
	"amount 1000, of piece, price {3500 EUR 1000 piece}, used no"

// another begins the next sample of the visit of some, of which the keys do not count.
func another(samples int) func(k *typist) {
	return func(k *typist) {
		orange(k)
		for range samples - 1 {
			k.presses("n")
			k.enters("product_id=ketamine", "sold_as_text=", "form=po")
			k.registers()
		}
		k.see("Registered as")
		k.keys, k.began = 0, time.Now()
		k.presses("n")
	}
}

// TestKeysAtTheCounter counts the keys of what is done at the counter every day, and reads
// back what they registered. A key that is held with another counts too.
func TestKeysAtTheCounter(t *testing.T) {
	startChromium(t)
	x := newSite(t, "sqlite")
	for _, c := range []struct {
		what         string
		before, most int // keys before this was counted, and at most
		do           func(k *typist)
		want         string
	}{
		{"ketamine, product and form", 13, 14, func(k *typist) {
			k.enters("product_id=ketamine", "sold_as_text=")
			k.types("po")
			k.registers()
		}, "said ketamine, form powder"},
		{"1 ketamine powder, colour, amount, price, source", 56, 36, func(k *typist) {
			k.enters("product_id=ketamine", "sold_as_text=", "form=po", "colours=wh", "received_amount=0,5", "price_amount=25", "price_quantity=1")
			k.types("f")
			k.registers()
		}, "said ketamine, form powder, colours [white], amount 500, of g, price {25000 EUR 1000 g}, via friend"},
		{"2 ecstasy tablet, look, sizes, weight, price, use", 86, 60, orange, orangeTold},
		{"3 cocaine, price, source, complaint, effect", 72, 40, func(k *typist) {
			k.enters("product_id=coke", "sold_as_text=", "form=po", "colours=", "received_amount=80 mg", "price_amount=60/1", "price_quantity=", "acquired_via=d", "acquired_context=",
				"region=", "used_before=y")
			k.types("y")
			k.ticks(tab, "effects", "n")
			k.registers()
		}, "said coke, form powder, amount 80, of g, price {60000 EUR 1000 g}, via dealer_known, used yes, complaint yes, effects [nausea]"},
		{"4 GHB", 28, 20, func(k *typist) {
			k.enters("product_id=ghb", "sold_as_text=", "form=l", "colours=cl")
			k.types("5")
			k.registers()
		}, "said ghb, form liquid, colours [clear], amount 5000, of ml"},
		{"5 LSD blotter", 41, 34, func(k *typist) {
			k.enters("product_id=lsd", "sold_as_text=", "form=b", "logo=hofmann", "colours=mul", "shape=sq", "received_amount=1", "price_amount=8")
			k.types("f")
			k.registers()
		}, "said lsd, form blotter, logo hofmann, colours [multicoloured], shape square, amount 1000, of piece, price {8000 EUR 1000 piece}, via friend"},
		{"6 unknown, found", 33, 33, func(k *typist) {
			k.enters("product_id=unknown", "sold_as_text=wokkel", "form=po", "colours=wh", "received_amount=0,2", "price_amount=", "price_quantity=")
			k.types("fo")
			k.registers()
		}, "said wokkel, form powder, colours [white], amount 200, of g, via found"},
		{"7 second sample, same look, one size differs", 32, 20, func(k *typist) {
			another(1)(k)
			k.copies()
			k.enters("received_amount=1")
			k.skips("width_um")
			k.types("9,4")
			k.registers()
		}, "said xtc, form tablet, logo tesla, colours [orange], shape shield, line single, size 9400/11000/4500, amount 1000, of piece"},
		{"7 third sample, other product", 46, 26, func(k *typist) {
			another(2)(k)
			k.enters("product_id=3mmc", "sold_as_text=", "form=po", "colours=", "received_amount=0,1", "price_amount=15")
			k.types("1")
			k.registers()
		}, "said 3mmc, form powder, amount 100, of g, price {15000 EUR 1000 g}"},
		{"8 beyond limits: fourth sample, 3 g, reason", 43, 43, func(k *typist) {
			another(3)(k)
			k.enters("product_id=ketamine", "sold_as_text=", "form=po", "colours=")
			k.types("3")
			k.registers()
			k.see("These are more than 3 samples in one visit.", "This is more than 1 g.")
			k.corrects("overruled")
			k.types("a warning of it")
			k.registers()
		}, "said ketamine, form powder, amount 3000, of g, overruled a warning of it"},
		{"a tablet with all fields", 112, 80, func(k *typist) {
			k.enters("product_id=xtc", "sold_as_text=", "form=t", "logo=tesla", "colours=or", "shape=sh", "break_line=s", "received_amount=1", "price_amount=3,50", "acquired_via=f",
				"acquired_context=cl", "region=", "used_before=y")
			k.types("y")
			k.ticks(tab, "effects", "n")
			k.ticks(enter, "reasons", "c")
			k.enters("reasons=", "width_um=9,2", "height_um=11", "thick_um=4,5")
			k.types("412")
			k.registers()
		}, orangeTold[:strings.Index(orangeTold, ", used")] + ", via friend, in club, used yes, complaint yes, effects [nausea], reasons [curiosity]"},
		{"mistakes: six at once, and their repair", 190, 120, func(k *typist) {
			k.enters("product_id=ketaminne", "sold_as_text=", "form=po", "colours=b", "received_amount=veel", "price_amount=-3", "price_quantity=1", "acquired_via=", "acquired_context=",
				"region=3511 AB")
			k.skips("received_on")
			k.types("31-2")
			k.registers()
			k.see("6 things to correct", "Like it are: ketamine", "can be: black", "looks like a postcode", "There is no day")
			k.corrects("product_id")
			k.enters("product_id=ketamine", "sold_as_text=", "form=", "colours=br", "received_amount=0,3", "price_amount=25", "price_quantity=", "acquired_via=", "acquired_context=",
				"region=Utrecht")
			k.skips("received_on")
			k.types("vandaag")
			k.registers()
		}, "said ketamine, form powder, colours [brown], amount 300, of g, price {25000 EUR 1000 g}"},
	} {
		t.Run(c.what, func(t *testing.T) {
			k := newTypist(t, x)
			c.do(k)
			k.see("Registered as")
			took := time.Since(k.began)
			got, _ := k.registered()
			if said := told(got); said != c.want {
				t.Errorf("registered %s\nwant       %s", said, c.want)
			}
			if k.keys > c.most {
				t.Errorf("%d keys, at most %d", k.keys, c.most)
			}
			t.Logf("| %s | %d | %d | %.1f s |", c.what, c.before, k.keys, took.Seconds())
		})
	}
}
