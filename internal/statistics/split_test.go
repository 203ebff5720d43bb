package statistics

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

// everything returns all figures of a fold as JSON.
func everything(d *lab.Dictionary, f *Fold) string {
	var b bytes.Buffer
	if err := Compute(f, d, testScope).WriteJSON(&b); err != nil {
		return err.Error()
	}
	for _, e := range []lab.Expected{{SubstanceID: 1}, {SubstanceID: 2}, {Class: "benzodiazepine"}} {
		if err := ComputeExpected(f, d, testScope, e).WriteJSON(&b); err != nil {
			return err.Error()
		}
	}
	return b.String()
}

func TestOrderAndSplittingChangeNothing(t *testing.T) {
	d := testDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		samples := drawSamples(t, d)
		whole := foldOf(d, samples...)
		want := everything(d, whole)
		if strings.Contains(want, "NaN") || strings.Contains(want, "Inf") {
			t.Fatalf("not a number: %s", want)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 3))
		r.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		folds := make([]*Fold, rapid.IntRange(1, 7).Draw(t, "folds"))
		for i := range folds {
			folds[i] = NewFold(d)
		}
		for _, row := range rows(samples) {
			folds[r.IntN(len(folds))].Add(row)
		}
		for _, f := range folds[:len(folds)/2] {
			f.Seal()
		}
		before := everything(d, folds[0])
		cut := rapid.IntRange(0, len(folds)).Draw(t, "cut")
		nested := Merge(Merge(folds[:cut]...), Merge(folds[cut:]...))
		for name, f := range map[string]*Fold{"merged": Merge(folds...), "nested": nested} {
			if got := everything(d, f); got != want {
				t.Fatalf("%s differs:\n%s\nwant\n%s", name, got, want)
			}
		}
		if everything(d, folds[0]) != before {
			t.Fatal("merging changed its argument")
		}
		whole.Seal()
		if everything(d, whole) != want {
			t.Fatal("sealing changed a figure")
		}
	})
}

func TestAddAfterSealAndMerge(t *testing.T) {
	d := testDictionary(t)
	samples := randomSamples(d, 7, 300)
	want := everything(d, foldOf(d, samples...))
	f := NewFold(d)
	for i, row := range rows(samples) {
		switch i {
		case 100:
			f.Seal()
		case 200:
			f = Merge(f)
		}
		f.Add(row)
	}
	if got := everything(d, f); got != want {
		t.Error("adding to a sealed or merged fold loses samples")
	}
}

func TestFoldsAreShared(t *testing.T) {
	d := testDictionary(t)
	a, b := foldOf(d, randomSamples(d, 1, 200)...), foldOf(d, randomSamples(d, 2, 200)...)
	b.Seal()
	want := everything(d, Merge(a, b))
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			if everything(d, Merge(b, a)) != want {
				t.Error("readers disagree")
			}
			everything(d, a)
		})
	}
	readers.Wait()
}

func TestClassesAddUp(t *testing.T) {
	d := testDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		samples := drawSamples(t, d)
		y := Compute(foldOf(d, samples...), d, testScope)
		entries := append([]Entry{*ComputeExpected(foldOf(d, samples...), d, testScope, lab.Expected{SubstanceID: 1})}, y.Products...)
		for _, e := range entries {
			for name, sum := range map[string]int{
				"outcomes": total(e.Outcomes), "outcomes_euda": total(e.OutcomesEUDA), "level": total(e.Level),
			} {
				if sum != e.ReleasedN {
					t.Fatalf("%s: %s add up to %d of %d released", e.Name(), name, sum, e.ReleasedN)
				}
			}
			if n := e.ReleasedN + e.Withdrawn + total(e.Unreleased); n != e.N || total(e.Forms) != e.N {
				t.Fatalf("%s: released, withdrawn and unreleased are %d, forms %d, of %d", e.Name(), n, total(e.Forms), e.N)
			}
			for _, c := range e.Purity {
				if c.N+c.BelowLOQ+c.UnknownBasis+c.OtherUnit+c.NotQuantified != c.Detected || c.NotQuantified < 0 {
					t.Fatalf("%s: %+v does not add up", e.Name(), c)
				}
			}
			for _, a := range e.Adulterants {
				if a.Quantified+a.BelowLOQ+a.Identified != a.N || a.N+a.Trace+a.Indicated > a.Of || a.Of > e.Contains.Any.N {
					t.Fatalf("%s: %+v does not add up", e.Name(), a)
				}
				n, trace, indicated := 0, 0, 0
				for _, m := range a.Methods {
					n, trace, indicated = n+m.N, trace+m.Trace, indicated+m.Indicated
				}
				if n != a.N || trace != a.Trace || indicated != a.Indicated {
					t.Fatalf("%s: by method %+v does not add up", e.Name(), a)
				}
			}
			if n := e.NoAdulterant.N + e.OnlyTraces.N + e.AnyAdulterant.N; n != e.Contains.Any.N {
				t.Fatalf("%s: no adulterant, only traces and any add up to %d of %d that contain", e.Name(), n, e.Contains.Any.N)
			}
		}
		n, released := 0, 0
		for _, e := range y.Products {
			n, released = n+e.N, released+e.ReleasedN
		}
		if n != y.Registered || released != y.Released || total(y.Unreleased)+y.Released+y.Withdrawn != y.Registered {
			t.Fatalf("products add up to %d and %d, the year has %d and %d", n, released, y.Registered, y.Released)
		}
	})
}

func total[K comparable](m map[K]int) int {
	sum := 0
	for _, n := range m {
		sum += n
	}
	return sum
}

func TestEmptyYear(t *testing.T) {
	d := testDictionary(t)
	for name, f := range map[string]*Fold{"new": NewFold(d), "merged from nothing": Merge()} {
		y := Compute(f, d, testScope)
		if y.Registered != 0 || y.Product(ketamineProduct) != nil {
			t.Errorf("%s: %+v", name, y)
		}
		for _, v := range []any{y, ComputeProduct(f, d, testScope, ketamineProduct), ComputeExpected(f, d, testScope, lab.Expected{SubstanceID: 1})} {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range []string{"products", "purity", "dose", "price", "adulterants", "substitutes", "found", "co_occurrence", "unreleased"} {
				if bytes.Contains(text, []byte(`"`+list+`":null`)) {
					t.Errorf("%s: %s is null in %s", name, list, text)
				}
			}
		}
	}
}
