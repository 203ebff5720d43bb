package store

import (
	"context"

	"marquis/internal/lab"
)

// NameSubstance gives a substance a further name, which finds it at once; somebody else
// reviews it. It takes who may review entries.
func (s *Store) NameSubstance(ctx context.Context, by lab.Actor, id lab.SubstanceID, n lab.NameProposal) error {
	return s.reword(ctx, by, mayReview(by), func(w *work, d *lab.Dictionary) error {
		if err := d.CheckSubstanceName(id, n); err != nil {
			return err
		}
		n = n.Tidied()
		row := substanceNameRow{lab.Fold(n.Name), id, n.Name, n.Language, n.Stereo, w.provenance(n.Why)}
		return w.addName(&row, substanceSubject(id), n)
	})
}

// NameProduct gives a product a further name, such as that of the street. It takes who may
// review entries, or receives samples at any service.
func (s *Store) NameProduct(ctx context.Context, by lab.Actor, id lab.ProductID, n lab.NameProposal) error {
	return s.reword(ctx, by, mayNameProduct(by), func(w *work, d *lab.Dictionary) error {
		if err := d.CheckProductName(id, n, by); err != nil {
			return err
		}
		n = n.Tidied()
		row := productNameRow{lab.Fold(n.Name), id, n.Name, n.Language, w.provenance(n.Why)}
		return w.addName(&row, productSubject(id), n)
	})
}

func mayNameProduct(by lab.Actor) func() error {
	return func() error {
		if err := seen(by.IsStaff()); err != nil {
			return err
		}
		return lab.MayNameProduct(by)
	}
}

func (w *work) provenance(why string) lab.Provenance {
	return lab.Provenance{ProposedBy: w.by.UserID, ProposedAt: w.at, ProposedWhy: why}
}

func (w *work) addName(row any, subject string, n lab.NameProposal) error {
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	if err := w.tx.Create(row).Error; err != nil {
		return err
	}
	return w.record(0, lab.ProposeName, subject, n.Why, lab.Differences(lab.NameProposal{}, lab.NameProposal{Name: n.Name, Language: n.Language, Stereo: n.Stereo}))
}

// ReviewSubstanceName says that a name which somebody else gave a substance is one of its
// names.
func (s *Store) ReviewSubstanceName(ctx context.Context, by lab.Actor, id lab.SubstanceID, name string) error {
	return s.settleName(ctx, by, nameOfSubstance(id, name), lab.ReviewName, "")
}

// WithdrawSubstanceName takes a name away again that was given to a substance here: it finds
// nothing any more. What was recorded by it stays what it is.
func (s *Store) WithdrawSubstanceName(ctx context.Context, by lab.Actor, id lab.SubstanceID, name, reason string) error {
	return s.settleName(ctx, by, nameOfSubstance(id, name), lab.WithdrawName, reason)
}

// ReviewProductName is ReviewSubstanceName for products.
func (s *Store) ReviewProductName(ctx context.Context, by lab.Actor, id lab.ProductID, name string) error {
	return s.settleName(ctx, by, nameOfProduct(id, name), lab.ReviewName, "")
}

// WithdrawProductName is WithdrawSubstanceName for products.
func (s *Store) WithdrawProductName(ctx context.Context, by lab.Actor, id lab.ProductID, name, reason string) error {
	return s.settleName(ctx, by, nameOfProduct(id, name), lab.WithdrawName, reason)
}

// givenName is a name that was given to an entry here.
type givenName struct {
	table, subject string
	name           string
	known          func(d *lab.Dictionary) bool // the entry
	find           func(d *lab.Dictionary) (lab.Provenance, bool)
	mayGo          func(d *lab.Dictionary, reason string) error
}

func nameOfSubstance(id lab.SubstanceID, name string) givenName {
	return givenName{"substance_names", substanceSubject(id), name, func(d *lab.Dictionary) bool { return d.Own(id) != nil }, func(d *lab.Dictionary) (lab.Provenance, bool) {
		if s := d.Own(id); s != nil {
			for _, n := range s.Names {
				if n.Name == name {
					return n.Provenance, n.ProposedBy != 0
				}
			}
		}
		return lab.Provenance{}, false
	}, func(d *lab.Dictionary, reason string) error { return d.Own(id).CheckNameWithdrawal(name, reason) }}
}

func nameOfProduct(id lab.ProductID, name string) givenName {
	return givenName{"product_names", productSubject(id), name, func(d *lab.Dictionary) bool { return d.OwnProduct(id) != nil }, func(d *lab.Dictionary) (lab.Provenance, bool) {
		if p := d.OwnProduct(id); p != nil {
			for _, n := range p.Names {
				if n.Name == name {
					return n.Provenance, n.ProposedBy != 0
				}
			}
		}
		return lab.Provenance{}, false
	}, func(_ *lab.Dictionary, reason string) error { return lab.CheckWithdrawal(reason) }}
}

func (s *Store) settleName(ctx context.Context, by lab.Actor, n givenName, act lab.Action, reason string) error {
	return s.reword(ctx, by, mayReview(by), func(w *work, d *lab.Dictionary) error {
		if !n.known(d) {
			return lab.ErrNotFound
		}
		given, ok := n.find(d)
		if !ok {
			return lab.NoSuchName(act)
		}
		var err error
		if act == lab.ReviewName {
			err = given.CheckNameReview(by)
		} else {
			err = n.mayGo(d, reason)
		}
		if err != nil {
			return err
		}
		if err := w.markChange(w.tx); err != nil {
			return err
		}
		if act == lab.ReviewName {
			err = w.tx.Exec("UPDATE "+n.table+" SET reviewed_by = ?, reviewed_at = ? WHERE folded = ?", by.UserID, w.at, lab.Fold(n.name)).Error
		} else {
			err = w.tx.Exec("DELETE FROM "+n.table+" WHERE folded = ?", lab.Fold(n.name)).Error
		}
		if err != nil {
			return err
		}
		was, is := lab.NameProposal{Name: n.name}, lab.NameProposal{}
		if act == lab.ReviewName {
			was, is = is, was
		}
		return w.record(0, act, n.subject, reason, lab.Differences(was, is))
	})
}
