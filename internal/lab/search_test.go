package lab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
)

func loadDictionary(t testing.TB) *lab.Dictionary {
	t.Helper()
	d, err := dictionary.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func productNames(products []*lab.Product) []string {
	var names []string
	for _, p := range products {
		names = append(names, p.NameEN)
	}
	return names
}

func TestProductsAreFoundByWhatIsTyped(t *testing.T) {
	d := loadDictionary(t)
	for typed, want := range map[string]string{
		"ketamine": "ketamine", "KETA": "ketamine", "ket": "ketamine", "cocaine": "cocaine", "coke": "cocaine", "cocaïne": "cocaine",
		"xtc": "ecstasy", "2cb": "2C-B", "2C B": "2C-B", "3mmc": "3-MMC", "speed": "speed", "mdma": "MDMA",
	} {
		found := d.SearchProducts(typed, 5)
		if len(found) == 0 || found[0].NameEN != want {
			t.Errorf("%q finds %v, want %s first", typed, productNames(found), want)
		}
	}
	for _, typed := range []string{"", " ", "-", "☠", "no such thing at all"} {
		if found := d.SearchProducts(typed, 5); found != nil {
			t.Errorf("%q finds %v", typed, productNames(found))
		}
	}
	if d.SearchProducts("a", 0) != nil || d.SearchProducts("a", -1) != nil || len(d.SearchProducts("a", 3)) != 3 {
		t.Error("the limit does not hold")
	}
}

func TestSubstancesAreFoundByWhatIsTyped(t *testing.T) {
	d := loadDictionary(t)
	for typed, want := range map[string]string{
		"ketamine": "ketamine", "esketamine": "ketamine", "cafeine": "caffeine", "Cafeïne": "caffeine", "levam": "levamisole", "6-mam": "6-MAM",
	} {
		found := d.SearchSubstances(typed, 5)
		if len(found) == 0 || found[0].Name != want {
			t.Errorf("%q finds %d, first %+v", typed, len(found), found)
		}
	}
}

func TestPrefixesComeBeforeWordsBeforeParts(t *testing.T) {
	d := newDictionary(t)
	for _, name := range []string{"xabam", "speed xaba", "xaba", "nonxaba", "xaba-long", "XÁBA two"} {
		if _, err := d.AddUnknownProduct(name); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"xaba", "xabam", "XÁBA two", "xaba-long", "speed xaba", "nonxaba"}
	if got := productNames(d.SearchProducts("xaba", 10)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := productNames(d.SearchProducts("X á-b a", 2)); !slices.Equal(got, want[:2]) {
		t.Errorf("%v", got)
	}
}

// TestSearchFindsWhatHoldsTheQuery compares type-ahead with its definition, on
// names of all sorts.
func TestSearchFindsWhatHoldsTheQuery(t *testing.T) {
	word := rapid.SampledFrom([]string{"keta", "mine", "Ketamine", "é", "α", "ß", "2C", "B", "ﬁ", "☠", "İ", "ñandú", "e\u0301"})
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 1, 4).Draw(t, "words"), rapid.SampledFrom([]string{"", " ", "-", ", "}).Draw(t, "between"))
	})
	rapid.Check(t, func(t *rapid.T) {
		d, err := lab.NewDictionary(nil, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range rapid.SliceOf(text).Draw(t, "names") {
			_, _ = d.AddUnknownProduct(name) // the refused are not in the dictionary
		}
		query := text.Draw(t, "query")
		found := d.SearchProducts(query, 1000)
		folded := lab.Fold(query)
		for i, p := range found {
			if name := lab.Fold(p.NameEN); !strings.Contains(name, folded) {
				t.Fatalf("%q does not hold %q", p.NameEN, query)
			} else if i > 0 && strings.HasPrefix(name, folded) && !strings.HasPrefix(lab.Fold(found[i-1].NameEN), folded) {
				t.Fatalf("%q comes after %q", p.NameEN, found[i-1].NameEN)
			}
			if slices.Contains(found[:i], p) {
				t.Fatalf("%q comes twice", p.NameEN)
			}
		}
		for _, p := range d.Products {
			if holds := folded != "" && strings.Contains(lab.Fold(p.NameEN), folded); holds != slices.Contains(found, p) {
				t.Fatalf("%q in %q: %t", query, p.NameEN, holds)
			}
		}
		if again := d.SearchProducts(query, 1000); !slices.Equal(again, found) {
			t.Fatal("another order the second time")
		}
		if some := d.SearchProducts(query, 2); !slices.Equal(some, found[:min(2, len(found))]) {
			t.Fatal("the limit changes the order")
		}
	})
}

func TestSearchIsQuick(t *testing.T) {
	d := loadDictionary(t)
	for i := range 500 {
		if _, err := d.AddUnknownProduct(fmt.Sprintf("some product %d of many", i)); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	const rounds = 100
	for range rounds {
		d.SearchProducts("o", 10)
	}
	if each := time.Since(start) / rounds; each > 20*time.Millisecond { // far below one without the race detector
		t.Errorf("a search takes %v", each)
	}
}

func BenchmarkSearchProducts(b *testing.B) {
	d := loadDictionary(b)
	for i := range 500 {
		if _, err := d.AddUnknownProduct(fmt.Sprintf("some product %d of many", i)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		d.SearchProducts("o", 10)
	}
}
