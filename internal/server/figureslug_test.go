package server

import (
	"testing"

	"marquis/internal/lab"
)

func TestSlugsAreUniqueAndPlain(t *testing.T) {
	d := &lab.Dictionary{Products: map[lab.ProductID]*lab.Product{}}
	for id, name := range []string{"", "ketamine", "4-MMC", "fentanyl with xylazine", "Ketamine!", "crème brûlée", "ketamine 4", "кетамин", "☃", "A/B.C"} {
		if id > 0 {
			d.Products[lab.ProductID(id)] = &lab.Product{ID: lab.ProductID(id), NameEN: name, Reviewed: true}
		}
	}
	all := newSlugs(d)
	for id, want := range map[lab.ProductID]string{
		1: "ketamine", 2: "4-mmc", 3: "fentanyl-with-xylazine", 4: "ketamine-4", 5: "creme-brulee", 6: "ketamine-4-6",
		7: "product", 8: "product-8", 9: "a-b-c",
	} {
		if all[id] != want {
			t.Errorf("product %d is called %q, want %q", id, all[id], want)
		}
		if found, ok := all.find(want); !ok || found != id {
			t.Errorf("%q finds %d", want, found)
		}
	}
}
