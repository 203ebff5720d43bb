package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
)

// wideScope is a GC-MS whose scope is 81 substances.
func (x *site) wideScope(t testing.TB) *lab.Method {
	t.Helper()
	m := lab.Method{Kind: lab.GCMS, Lab: "Wide laboratory", Version: fmt.Sprintf("%d.1", x.people.Add(1)), Level: lab.Confirmatory, Quantifies: true}
	for id := lab.SubstanceID(1); len(m.Scope) < 81; id++ {
		if s, known := x.words.Substances[id]; known && s.Name != "isotonitazene" {
			m.Scope = append(m.Scope, lab.MethodScope{SubstanceID: id, LOD: lab.Amount{Value: 1000, Scale: lab.MassFraction, Decimals: 1}})
		}
	}
	added, err := x.store.AddMethod(t.Context(), x.admin, m)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func methodPath(m *lab.Method) string { return fmt.Sprintf("/methods/%d", m.ID) }

// One substance more in a scope of 81, from the address of the method's page on.
func TestKeysToAddOneSubstanceToAScope(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		m := x.wideScope(t)
		k := &tally{browser: x.staff(t, x.admin)}
		k.open(methodPath(m))
		k.until("focus the name", `() => document.activeElement.name === 'scope.0.substance'`)
		k.strike("isotonitazene", tab, "0,1")
		k.ctrlEnter()
		k.see("The new version is made", "isotonitazene", "sees 82 listed substances")
		t.Logf("a row more in a scope of 81: about 1900 keys before, %d now", k.keys)
		if k.keys > 30 {
			t.Errorf("%d keys", k.keys)
		}
		d, err := x.store.Words(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		next := d.NextVersion(m.ID)
		if next == nil || len(next.Scope) != 82 || d.Methods[m.ID].RetiredOn == 0 || len(d.Methods[m.ID].Scope) != 81 {
			t.Fatalf("%+v follows", next)
		}
		added := next.Scope[81]
		for _, s := range next.Scope {
			if d.Substances[s.SubstanceID].Name == "isotonitazene" {
				added = s
			}
		}
		if want := (lab.Amount{Value: 1000, Scale: lab.MassFraction, Decimals: 1}); added.LOD != want || added.LODTyped != "0.1 %" {
			t.Errorf("the row is %+v", added)
		}
		// And the next, without the mouse.
		k.until("focus the name", `() => document.activeElement.name === 'scope.0.substance'`)
		k.watch.quiet(t, x.address)
	})
}

// What a spreadsheet copies is pasted into a field of a row and fills rows.
func TestRowsArePastedIntoAScope(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		b := x.staff(t, x.admin)
		b.open("/methods/new")
		b.fill("version", "pasted")
		paste := "caffeine\t0.1\t0.3\t%\nLSD\t5\t\tµg\nmoonshine\t1\t\t%"
		b.next(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
			const field = document.querySelector('[name="scope.1.substance"]'), data = new DataTransfer();
			data.setData('text/plain', %q);
			field.focus();
			field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
		})()`, paste)))
		b.see("moonshine", "in row 3, is not in the dictionary")
		for name, want := range map[string]string{
			"version": "pasted", "scope.1.substance": "caffeine", "scope.1.loq": "0.3", "scope.2.substance": "LSD", "scope.2.unit": "µg", "scope.3.substance": "moonshine",
		} {
			b.holds(name, want)
		}
		b.watch.quiet(t, x.address)
	})
}
