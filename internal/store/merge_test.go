package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// signed are the statements that read all that was signed, said and told: none of it may
// change by a merge. The trail of the registry as a whole tells of the merges themselves.
var signed = map[string]int{
	"SELECT id, analysis_id, substance_id, detection, amount_value, amount_scale, basis, stereo, reported_as FROM findings WHERE service_id > 0 ORDER BY id": 9,
	"SELECT id, result, kind, outcome FROM publications WHERE service_id > 0 ORDER BY id":                                                                    4,
	"SELECT sample_id, position, substance_id, class FROM sample_expectations WHERE service_id > 0 ORDER BY sample_id, position":                             4,
	"SELECT id, product_id, version FROM samples WHERE service_id > 0 ORDER BY id":                                                                           3,
	"SELECT seq, action, subject, changes, hash FROM audit_events WHERE service_id > 0 ORDER BY service_id, seq":                                             5,
	"SELECT method_id, substance_id, lod_value FROM method_scopes ORDER BY method_id, substance_id":                                                          3,
}

// figuresOf are the statements that read what figures are made of.
var figuresOf = map[string]int{
	"SELECT sample_id, product_id, expected, outcome, outcome_euda, contains, contains_main FROM sample_facts WHERE service_id > 0 ORDER BY sample_id": 7,
	"SELECT sample_id, substance_id, role, detection, main, base, base_known FROM finding_facts WHERE service_id > 0 ORDER BY sample_id, substance_id": 7,
	"SELECT id, stage FROM samples WHERE service_id > 0 ORDER BY id":                                                                                   2,
}

func readOf(t *testing.T, pool *sql.DB, statements map[string]int) map[string]string {
	t.Helper()
	all := map[string]string{}
	for statement, columns := range statements {
		for _, row := range storetest.Rows(t, pool, statement, columns) {
			for _, x := range row {
				if b, ok := x.([]byte); ok {
					x = string(b)
				}
				all[statement] += fmt.Sprint(x, "\x1f")
			}
			all[statement] += "\n"
		}
	}
	return all
}

func readsSame(t *testing.T, what string, before, after map[string]string) {
	t.Helper()
	for statement, text := range before {
		if text == "" {
			t.Fatalf("%s: nothing is read by %s", what, statement)
		}
		if after[statement] != text {
			t.Errorf("%s: %s reads otherwise", what, statement)
		}
	}
}

// Whatever is merged and taken apart again, in whatever order and chains: what was signed,
// published and told stays as it is to the letter, the facts are those that the dictionary
// gives, so that making them anew changes nothing, and without any merge they are those of
// before.
func TestMergesChangeNothingThatWasSigned(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			config := storetest.Config(t, kind)
			s := storetest.Open(t, config)
			d := storetest.AddMethods(t, s)
			for _, code := range []string{"AAA", "BBB"} {
				service := storetest.Service(t, s, code)
				importInto(t, s, d, service.ID, "generated "+code, storetest.Generate(d, uint64(service.ID), 40, 2023, 2024))
			}
			pool := storetest.Pool(t, config)
			was, figures := readOf(t, pool, signed), readOf(t, pool, figuresOf)

			r := rand.New(rand.NewPCG(24, 1))
			x := merger{t: t, s: s, r: r, pointers: map[string]bool{}}
			x.find(d)
			for x.merges+x.unmerges < 200 {
				x.step()
			}
			if x.merges < 60 || x.unmerges < 60 || x.circles == 0 || x.moved == 0 {
				t.Fatalf("%d merges, %d taken back, %d circles refused, %d samples moved", x.merges, x.unmerges, x.circles, x.moved)
			}
			readsSame(t, "after 200 merges and un-merges", was, readOf(t, pool, signed))
			before := readOf(t, pool, figuresOf)
			moved, err := s.Reclassify(t.Context(), operator)
			if err != nil || moved.Changed != 0 {
				t.Errorf("making the facts anew moved %+v, %v", moved, err)
			}
			readsSame(t, "after making the facts anew", before, readOf(t, pool, figuresOf))
			if reflect.DeepEqual(before, figures) {
				t.Error("no fact reads differently")
			}

			x.undoAll()
			readsSame(t, "without any merge", was, readOf(t, pool, signed))
			readsSame(t, "without any merge", figures, readOf(t, pool, figuresOf))
			if _, err := s.VerifyAudit(t.Context(), operator); err != nil {
				t.Error(err)
			}
		})
	}
}

// merger merges entries and takes merges apart, at random.
type merger struct {
	t                                *testing.T
	s                                *store.Store
	r                                *rand.Rand
	substances                       []lab.SubstanceID
	products                         []lab.ProductID
	pointers                         map[string]bool
	merges, unmerges, circles, moved int
}

// find lists what generated samples are made of, few enough to meet in chains.
func (x *merger) find(d *lab.Dictionary) {
	for _, name := range []string{"caffeine", "MDMA", "amphetamine", "levamisole", "ketamine", "cocaine", "lactose", "creatine", "phenacetin", "MDA"} {
		x.substances = append(x.substances, storetest.Substance(x.t, d, name))
	}
	for _, name := range []string{"ecstasy", "MDMA", "cocaine", "speed", "ketamine"} {
		x.products = append(x.products, storetest.Product(x.t, d, name).ID)
	}
}

func (x *merger) step() {
	x.t.Helper()
	ctx, undo := x.t.Context(), x.r.IntN(2) == 0
	var moved store.Moved
	var err error
	if x.r.IntN(4) > 0 {
		id, into := x.substances[x.r.IntN(len(x.substances))], x.substances[x.r.IntN(len(x.substances))]
		if undo {
			moved, err = x.s.UnmergeSubstance(ctx, operator, id, "a test")
		} else {
			moved, err = x.s.MergeSubstance(ctx, operator, id, into, "a test")
		}
	} else {
		id, into := x.products[x.r.IntN(len(x.products))], x.products[x.r.IntN(len(x.products))]
		if undo {
			moved, err = x.s.UnmergeProduct(ctx, operator, id, "a test")
		} else {
			moved, err = x.s.MergeProduct(ctx, operator, id, into, "a test")
		}
	}
	var mistakes lab.FieldErrors
	switch {
	case err == nil && undo:
		x.unmerges++
	case err == nil:
		x.merges++
	case !errors.As(err, &mistakes):
		x.t.Fatal(err)
	case strings.Contains(err.Error(), "circle"):
		x.circles++
	}
	x.moved += moved.Changed
}

func (x *merger) undoAll() {
	x.t.Helper()
	d, err := x.s.Dictionary(x.t.Context())
	noError(x.t, err)
	for _, id := range x.substances {
		if d.Merged(id) != nil {
			_, err := x.s.UnmergeSubstance(x.t.Context(), operator, id, "a test")
			noError(x.t, err)
		}
	}
	for _, id := range x.products {
		if d.MergedProduct(id) != nil {
			_, err := x.s.UnmergeProduct(x.t.Context(), operator, id, "a test")
			noError(x.t, err)
		}
	}
}

// A merge round in a circle is refused by the rule, and by the database to whoever writes
// past it; so is one into nothing.
func TestNoMergeGoesRoundInACircle(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			config := storetest.Config(t, kind)
			s := storetest.Open(t, config)
			d, err := s.Dictionary(t.Context())
			noError(t, err)
			a, b, c := storetest.Substance(t, d, "PMA"), storetest.Substance(t, d, "PMMA"), storetest.Substance(t, d, "4-MTA")
			for _, pair := range [][2]lab.SubstanceID{{a, b}, {b, c}} {
				_, err := s.MergeSubstance(t.Context(), operator, pair[0], pair[1], "the same")
				noError(t, err)
			}
			for _, pair := range [][2]lab.SubstanceID{{c, a}, {c, b}, {c, c}} {
				var mistakes lab.FieldErrors
				if _, err := s.MergeSubstance(t.Context(), operator, pair[0], pair[1], ""); !errors.As(err, &mistakes) || mistakes[0].Field != "into" {
					t.Errorf("%d into %d: %v", pair[0], pair[1], err)
				}
			}
			pool := storetest.Pool(t, config)
			for _, into := range []int{int(a), int(b), int(c), 999_999} {
				if _, err := pool.ExecContext(t.Context(), fmt.Sprintf("UPDATE substances SET merged_into = %d WHERE id = %d", into, c)); err == nil {
					t.Errorf("the database takes %d into %d", c, into)
				}
			}
			if _, err := pool.ExecContext(t.Context(), "UPDATE products SET merged_into = id WHERE id = 1"); err == nil {
				t.Error("the database takes a product into itself")
			}
			if d, err = s.Dictionary(t.Context()); err != nil || d.Resolve(a) != c || d.Resolve(b) != c || d.Resolve(c) != c {
				t.Errorf("they lead to %d, %d and %d, %v", d.Resolve(a), d.Resolve(b), d.Resolve(c), err)
			}
		})
	}
}

// What a merge would change can be told before, and nothing has changed then.
func TestAMergeIsTriedFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := storetest.AddMethods(t, s)
		service := storetest.Service(t, s, "AAA")
		importInto(t, s, d, service.ID, "generated", storetest.Generate(d, 1, 60, 2023, 2024))
		caffeine, lactose := storetest.Substance(t, d, "caffeine"), storetest.Substance(t, d, "lactose")
		tried, err := s.TryMergeSubstance(t.Context(), operator, caffeine, lactose)
		if err != nil || tried.Changed == 0 {
			t.Fatalf("it would move %+v, %v", tried, err)
		}
		if now, err := s.Dictionary(t.Context()); err != nil || now.Merged(caffeine) != nil || now.Edition != d.Edition {
			t.Errorf("something was merged: %v", err)
		}
		done, err := s.MergeSubstance(t.Context(), operator, caffeine, lactose, "a test")
		if err != nil || !reflect.DeepEqual(done, tried) {
			t.Errorf("it moved %+v, not %+v, %v", done, tried, err)
		}
	})
}

// An import that was read before a merge would count by a dictionary that leads elsewhere:
// it is refused whole, and goes through when it is read again.
func TestAnImportReadBeforeAMergeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		old := storetest.AddMethods(t, s)
		service, arrivals := storetest.Service(t, s, "AAA"), storetest.Generate(old, 1, 20, 2023, 2023)
		_, err := s.MergeSubstance(t.Context(), operator, storetest.Substance(t, old, "hydroxyzine"), storetest.Substance(t, old, "25I-NBOMe"), "a test")
		noError(t, err)
		b := &store.ImportBatch{Import: newImport("late"), Samples: store.Arrivals(slices.Clone(arrivals))}
		b.Import.ServiceID = service.ID
		if err := s.Import(t.Context(), operator, old, b, func(int) {}); !errors.Is(err, store.ErrBusy) {
			t.Errorf("the import ends with %v", err)
		}
		now, err := s.Dictionary(t.Context())
		noError(t, err)
		importInto(t, s, now, service.ID, "again", arrivals)
		if moved, err := s.Reclassify(t.Context(), operator); err != nil || moved.Samples != 20 || moved.Changed != 0 {
			t.Errorf("moved %+v, %v", moved, err)
		}
	})
}

// Merging is for those who answer for all services: who does for one changes what the others
// read, too.
func TestWhoMerges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, err := s.Dictionary(t.Context())
		noError(t, err)
		service := storetest.Service(t, s, "AAA")
		a, b := storetest.Substance(t, d, "PMA"), storetest.Substance(t, d, "PMMA")
		for i, role := range lab.UserRoles {
			for j, at := range []lab.ServiceID{service.ID, 0} {
				by := storetest.Person(t, s, fmt.Sprintf("p%d%d", i, j), at, role)
				_, err := s.TryMergeSubstance(t.Context(), by, a, b)
				may := at == 0 && slices.Contains([]lab.UserRole{lab.Administrator, lab.Coordinator}, role)
				if may != (err == nil) || !may && !errors.Is(err, lab.ErrNotFound) {
					t.Errorf("%s at %d: %v", role, at, err)
				}
			}
		}
	})
}
