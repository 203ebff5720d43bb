package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// pointing lets an entry of the dictionary lead to another, or to itself again.
type pointing struct {
	act      lab.Action
	table    string
	id, into int32 // into 0: to itself
	check    func(d *lab.Dictionary) error
	entry    func(d *lab.Dictionary) lab.Merge
	touches  func(d *lab.Dictionary) touched
}

// touched are the numbers of which samples read differently.
type touched struct {
	substances []lab.SubstanceID
	products   []lab.ProductID
}

// MergeSubstance lets a substance lead to another from now on, and makes the facts of the
// samples that read differently anew. What was signed stays as it is. It takes who may merge.
func (s *Store) MergeSubstance(ctx context.Context, by lab.Actor, id, into lab.SubstanceID, reason string) (Moved, error) {
	return s.point(ctx, by, mergedSubstance(id, into), reason, false)
}

// TryMergeSubstance tells what MergeSubstance would change, and changes nothing.
func (s *Store) TryMergeSubstance(ctx context.Context, by lab.Actor, id, into lab.SubstanceID) (Moved, error) {
	return s.point(ctx, by, mergedSubstance(id, into), "", true)
}

// UnmergeSubstance takes the merge of a substance back.
func (s *Store) UnmergeSubstance(ctx context.Context, by lab.Actor, id lab.SubstanceID, reason string) (Moved, error) {
	p := mergedSubstance(id, 0)
	p.act, p.check = lab.UnmergeSubstance, func(d *lab.Dictionary) error { return d.CheckUnmerge(id) }
	return s.point(ctx, by, p, reason, false)
}

// MergeProduct lets a product lead to another from now on.
func (s *Store) MergeProduct(ctx context.Context, by lab.Actor, id, into lab.ProductID, reason string) (Moved, error) {
	return s.point(ctx, by, mergedProduct(id, into), reason, false)
}

// TryMergeProduct tells what MergeProduct would change, and changes nothing.
func (s *Store) TryMergeProduct(ctx context.Context, by lab.Actor, id, into lab.ProductID) (Moved, error) {
	return s.point(ctx, by, mergedProduct(id, into), "", true)
}

// UnmergeProduct takes the merge of a product back.
func (s *Store) UnmergeProduct(ctx context.Context, by lab.Actor, id lab.ProductID, reason string) (Moved, error) {
	p := mergedProduct(id, 0)
	p.act, p.check = lab.UnmergeProduct, func(d *lab.Dictionary) error { return d.CheckProductUnmerge(id) }
	return s.point(ctx, by, p, reason, false)
}

func mergedSubstance(id, into lab.SubstanceID) pointing {
	return pointing{
		act: lab.MergeSubstance, table: "substances", id: int32(id), into: int32(into),
		check: func(d *lab.Dictionary) error { return d.CheckMerge(id, into) },
		entry: func(d *lab.Dictionary) (m lab.Merge) {
			if s := d.Merged(id); s != nil {
				m.MergedInto = s.MergedInto
			}
			return m
		},
		touches: func(d *lab.Dictionary) touched {
			t := touched{substances: d.Family(id)}
			for product, p := range d.Products {
				if slices.ContainsFunc(p.Substances, func(x lab.ProductSubstance) bool {
					return slices.Contains(t.substances, lab.SubstanceID(x.SubstanceID))
				}) {
					t.products = append(t.products, product)
				}
			}
			return t
		},
	}
}

func mergedProduct(id, into lab.ProductID) pointing {
	return pointing{
		act: lab.MergeProduct, table: "products", id: int32(id), into: int32(into),
		check: func(d *lab.Dictionary) error { return d.CheckProductMerge(id, into) },
		entry: func(d *lab.Dictionary) (m lab.Merge) {
			if p := d.MergedProduct(id); p != nil {
				m.MergedInto = p.MergedInto
			}
			return m
		},
		touches: func(d *lab.Dictionary) touched { return touched{products: d.ProductFamily(id)} },
	}
}

// errTried ends a unit of work that was only tried.
var errTried = errors.New("tried")

// point does what the pointing is. Who writes facts meanwhile either ends before, and is
// read here, or afterwards finds that the dictionary reads differently: see sameMerges.
func (s *Store) point(ctx context.Context, by lab.Actor, p pointing, reason string, try bool) (Moved, error) {
	moved := Moved{Fields: map[string]int{}}
	if err := seen(lab.MayMerge(by) == nil); err != nil {
		return moved, err
	}
	if !try {
		defer s.wordsChanged.Add(1)
	}
	err := s.do(ctx, by, func(w *work) error {
		if err := errors.Join(s.markChange(w.tx), setSetting(w.tx, mergeSetting, s.ids.Next().String())); err != nil {
			return err
		}
		if err := w.holdYears(); err != nil {
			return err
		}
		before, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		if err := p.check(before); err != nil {
			return err
		}
		if err := w.tx.Exec("UPDATE "+p.table+" SET merged_into = ? WHERE id = ?", lab.Optional(p.into), p.id).Error; err != nil {
			return err
		}
		after, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		differences := lab.Differences(p.entry(before), p.entry(after))
		if err := w.record(0, p.act, strconv.Itoa(int(p.id)), reason, differences); err != nil {
			return err
		}
		was, is := p.touches(before), p.touches(after)
		all := touched{slices.Concat(was.substances, is.substances), slices.Concat(was.products, is.products)}
		if err := w.readAnew(after, all, &moved); err != nil {
			return err
		}
		if try {
			return errTried
		}
		return nil
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return moved, err
}

// holdYears lets whoever writes facts wait until the transaction ends, and waits for those
// who are at it.
func (w *work) holdYears() error {
	var held []int
	return w.tx.Raw("SELECT year FROM service_years WHERE service_id IN (SELECT id FROM services) ORDER BY service_id, year" + w.db.Lock()).Scan(&held).Error
}

// sameMerges refuses to count by a dictionary in which entries led elsewhere than they do
// now: what is done again is counted by that of now.
func (w *work) sameMerges() error {
	if w.words == nil || len(w.years) == 0 {
		return nil
	}
	now, err := setting(w.tx, mergeSetting)
	if err == nil && now != w.words.Merges {
		err = fmt.Errorf("an entry of the dictionary was merged meanwhile: %w", ErrBusy)
	}
	return err
}

// readAnew makes the facts of the samples of all services that hold any of the numbers anew,
// and puts those of which another result would be released now on their worklist.
func (w *work) readAnew(d *lab.Dictionary, t touched, moved *Moved) error {
	services, err := servicesTable.list(w.tx, "ORDER BY id")
	if err != nil {
		return err
	}
	for _, service := range services {
		ids, err := holding(w.tx, service.ID, t)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, batch) {
			samples, err := samplesTable.list(w.tx, "WHERE service_id = ? AND id IN ? ORDER BY id", service.ID, some)
			if err != nil {
				return err
			}
			if err := compareBatch(w.tx, d, service.ID, samples, moved, w.replaceFacts); err != nil {
				return err
			}
			settled := slices.DeleteFunc(samples, func(s lab.Sample) bool { return s.Stage != lab.StageReleased && s.Stage != lab.StageToReview })
			if err := w.reviewBatch(d, service.ID, settled, moved); err != nil {
				return err
			}
		}
	}
	return nil
}

// holding are the samples of a service that hold any of the numbers.
func holding(tx *gorm.DB, service lab.ServiceID, t touched) (ids []string, err error) {
	err = tx.Raw("SELECT sample_id FROM findings WHERE service_id = ? AND substance_id IN ? "+
		"UNION SELECT sample_id FROM sample_expectations WHERE service_id = ? AND substance_id IN ? "+
		"UNION SELECT sample_id FROM finding_facts WHERE service_id = ? AND substance_id IN ? "+
		"UNION SELECT id FROM samples WHERE service_id = ? AND product_id IN ? ORDER BY 1",
		service, t.substances, service, t.substances, service, t.substances, service, t.products).Scan(&ids).Error
	return ids, err
}
