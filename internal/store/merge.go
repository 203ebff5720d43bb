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

// alteration changes what numbers of the dictionary stand for, so that samples read
// differently.
type alteration struct {
	may     func() error // refuses who may not
	check   func(d *lab.Dictionary) error
	write   func(w *work, d *lab.Dictionary) error // by the dictionary as it was before
	tell    func(before, after *lab.Dictionary) auditTale
	touches func(d *lab.Dictionary) touched
}

// auditTale is what the trail tells of a change of the dictionary.
type auditTale struct {
	action  lab.Action
	subject string
	changes []lab.Difference
}

// touched are the numbers of which samples read differently.
type touched struct {
	substances []lab.SubstanceID
	products   []lab.ProductID
}

// MergeSubstance lets a substance lead to another from now on, and makes the facts of the
// samples that read differently anew. What was signed stays as it is. It takes who may merge.
func (s *Store) MergeSubstance(ctx context.Context, by lab.Actor, id, into lab.SubstanceID, reason string) (Moved, error) {
	if err := seen(into != 0); err != nil { // that would take a merge back
		return Moved{}, err
	}
	return s.alter(ctx, by, mergedSubstance(by, id, into), reason, false)
}

// TryMergeSubstance tells what MergeSubstance would change, and changes nothing.
func (s *Store) TryMergeSubstance(ctx context.Context, by lab.Actor, id, into lab.SubstanceID) (Moved, error) {
	return s.alter(ctx, by, mergedSubstance(by, id, into), "", true)
}

// UnmergeSubstance takes the merge of a substance back.
func (s *Store) UnmergeSubstance(ctx context.Context, by lab.Actor, id lab.SubstanceID, reason string) (Moved, error) {
	return s.alter(ctx, by, mergedSubstance(by, id, 0), reason, false)
}

// MergeProduct lets a product lead to another from now on.
func (s *Store) MergeProduct(ctx context.Context, by lab.Actor, id, into lab.ProductID, reason string) (Moved, error) {
	if err := seen(into != 0); err != nil { // that would take a merge back
		return Moved{}, err
	}
	return s.alter(ctx, by, mergedProduct(by, id, into), reason, false)
}

// TryMergeProduct tells what MergeProduct would change, and changes nothing.
func (s *Store) TryMergeProduct(ctx context.Context, by lab.Actor, id, into lab.ProductID) (Moved, error) {
	return s.alter(ctx, by, mergedProduct(by, id, into), "", true)
}

// UnmergeProduct takes the merge of a product back.
func (s *Store) UnmergeProduct(ctx context.Context, by lab.Actor, id lab.ProductID, reason string) (Moved, error) {
	return s.alter(ctx, by, mergedProduct(by, id, 0), reason, false)
}

func substanceSubject(id lab.SubstanceID) string { return "substance " + strconv.Itoa(int(id)) }

func productSubject(id lab.ProductID) string { return "product " + strconv.Itoa(int(id)) }

// mergedSubstance lets a substance lead to another, or with 0 to itself again.
func mergedSubstance(by lab.Actor, id, into lab.SubstanceID) alteration {
	pointer := func(d *lab.Dictionary) (m lab.Merge) {
		if s := d.Merged(id); s != nil {
			m.MergedInto = s.MergedInto
		}
		return m
	}
	a := alteration{
		may:   func() error { return seen(lab.MayMerge(by) == nil) },
		check: func(d *lab.Dictionary) error { return d.CheckMerge(id, into) },
		write: func(w *work, _ *lab.Dictionary) error {
			return w.tx.Exec("UPDATE substances SET merged_into = ? WHERE id = ?", lab.Optional(into), id).Error
		},
		tell: func(before, after *lab.Dictionary) auditTale {
			return auditTale{lab.MergeSubstance, substanceSubject(id), lab.Differences(pointer(before), pointer(after))}
		},
		touches: touchingSubstance(id),
	}
	if into == 0 {
		tell := a.tell
		a.check = func(d *lab.Dictionary) error { return d.CheckUnmerge(id) }
		a.tell = func(before, after *lab.Dictionary) auditTale {
			return auditTale{lab.UnmergeSubstance, substanceSubject(id), tell(before, after).changes}
		}
	}
	return a
}

// touchingSubstance are the samples that hold a substance, or what stands for its class, and
// those of the products in which it is.
func touchingSubstance(id lab.SubstanceID) func(d *lab.Dictionary) touched {
	return func(d *lab.Dictionary) touched {
		t := touched{substances: d.Family(id)}
		for product, p := range d.Products {
			if slices.ContainsFunc(p.Substances, func(x lab.ProductSubstance) bool {
				return slices.Contains(t.substances, lab.SubstanceID(x.SubstanceID))
			}) {
				t.products = append(t.products, product)
			}
		}
		return t
	}
}

func mergedProduct(by lab.Actor, id, into lab.ProductID) alteration {
	pointer := func(d *lab.Dictionary) (m lab.Merge) {
		if p := d.MergedProduct(id); p != nil {
			m.MergedInto = p.MergedInto
		}
		return m
	}
	a := alteration{
		may:   func() error { return seen(lab.MayMerge(by) == nil) },
		check: func(d *lab.Dictionary) error { return d.CheckProductMerge(id, into) },
		write: func(w *work, _ *lab.Dictionary) error {
			return w.tx.Exec("UPDATE products SET merged_into = ? WHERE id = ?", lab.Optional(into), id).Error
		},
		tell: func(before, after *lab.Dictionary) auditTale {
			return auditTale{lab.MergeProduct, productSubject(id), lab.Differences(pointer(before), pointer(after))}
		},
		touches: func(d *lab.Dictionary) touched { return touched{products: d.ProductFamily(id)} },
	}
	if into == 0 {
		tell := a.tell
		a.check = func(d *lab.Dictionary) error { return d.CheckProductUnmerge(id) }
		a.tell = func(before, after *lab.Dictionary) auditTale {
			return auditTale{lab.UnmergeProduct, productSubject(id), tell(before, after).changes}
		}
	}
	return a
}

// errTried ends a unit of work that was only tried.
var errTried = errors.New("tried")

// alter does what the alteration is, or only tries it. Who writes facts meanwhile either ends
// before, and is read here, or afterwards finds that the dictionary reads differently: see
// sameMerges.
func (s *Store) alter(ctx context.Context, by lab.Actor, a alteration, reason string, try bool) (Moved, error) {
	moved := Moved{Fields: map[string]int{}}
	if err := a.may(); err != nil {
		return moved, err
	}
	if !try {
		defer s.wordsChanged.Add(1)
	}
	err := s.do(ctx, by, func(w *work) error {
		if err := w.beginAltering(try); err != nil {
			return err
		}
		before, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		if err := a.check(before); err != nil {
			return err
		}
		if err := a.write(w, before); err != nil {
			return err
		}
		after, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		tale := a.tell(before, after)
		if err := w.record(0, tale.action, tale.subject, reason, tale.changes); err != nil {
			return err
		}
		was, is := a.touches(before), a.touches(after)
		all := touched{slices.Concat(was.substances, is.substances), slices.Concat(was.products, is.products)}
		if err := errors.Join(w.readAnew(after, all, &moved), w.touchYears(all)); err != nil {
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

// beginAltering lets others who change the dictionary, or count by it, wait; for what is only
// tried nobody waits.
func (w *work) beginAltering(try bool) error {
	if try {
		return nil
	}
	if err := w.lockWords(); err != nil {
		return err
	}
	if err := errors.Join(w.markChange(w.tx), setSetting(w.tx, mergeSetting, w.ids.Next().String())); err != nil {
		return err
	}
	return w.holdYears()
}

// touchYears notes that the years in which any of these were found, expected or sold tell of
// them otherwise: figures do not name what nobody has reviewed.
func (w *work) touchYears(t touched) error {
	var years []struct {
		ServiceID lab.ServiceID
		Year      int
	}
	err := w.tx.Raw("SELECT service_id, year FROM finding_facts WHERE service_id IN (SELECT id FROM services) AND substance_id IN ? "+
		"UNION SELECT service_id, year FROM sample_facts WHERE service_id IN (SELECT id FROM services) AND product_id IN ? "+
		"UNION SELECT f.service_id, f.year FROM sample_facts f JOIN sample_expectations e ON e.service_id = f.service_id AND e.sample_id = f.sample_id "+
		"WHERE f.service_id IN (SELECT id FROM services) AND e.substance_id IN ?", t.substances, t.products, t.substances).Scan(&years).Error
	for _, y := range years {
		w.touch(y.ServiceID, y.Year)
	}
	return err
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
	var hidden []lab.ID
	if err := w.tx.Raw("SELECT id FROM imports WHERE service_id IN (SELECT id FROM services) AND state <> 'taken'").Scan(&hidden).Error; err != nil {
		return err
	}
	for _, service := range services {
		ids, err := holding(w.tx, service.ID, t)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, batch) {
			samples, err := liveSamplesTable.list(w.tx, "WHERE service_id = ? AND id IN ? ORDER BY id", service.ID, some)
			if err != nil {
				return err
			}
			replace := func(facts lab.Facts, oldYear int) error {
				if !slices.Contains(hidden, facts.Sample.ImportID) {
					moved.note(service.Code, samples, facts.Sample.SampleID)
				}
				return w.replaceFacts(facts, oldYear)
			}
			if err := compareBatch(w.tx, d, service.ID, samples, moved, replace); err != nil {
				return err
			}
			if err := w.reviewBatch(d, service.ID, samples, moved); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostNumbers is how many samples that read differently are named.
const mostNumbers = 50

// note keeps the number of a sample that reads differently.
func (m *Moved) note(service string, samples []lab.Sample, id lab.ID) {
	i := slices.IndexFunc(samples, func(s lab.Sample) bool { return s.ID == id })
	if i >= 0 && len(m.Numbers) < mostNumbers {
		m.Numbers = append(m.Numbers, samples[i].Number(service).String())
	}
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
