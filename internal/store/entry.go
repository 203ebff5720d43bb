package store

import (
	"context"
	"strings"

	"marquis/internal/lab"
)

// reword is a unit of work on the dictionary, of an actor who may do what may says, with a
// dictionary of its own that it may change.
func (s *Store) reword(ctx context.Context, by lab.Actor, may func() error, steps func(w *work, d *lab.Dictionary) error) error {
	err := s.do(ctx, by, func(w *work) error {
		if err := may(); err != nil {
			return err
		}
		if err := w.lockWords(); err != nil {
			return err
		}
		d, err := readDictionary(w.tx)
		if err != nil {
			return err
		}
		return steps(w, d)
	})
	s.wordsChanged.Add(1)
	return err
}

// lockWords lets nobody else change the dictionary until the transaction ends: the mark of
// its changes first, as an import and a new edition do, then the trail that gives numbers.
func (w *work) lockWords() error {
	if _, err := lockedSetting(w.tx, changeSetting); err != nil {
		return err
	}
	_, err := w.lockTrail(w.tx, 0)
	return err
}

// mayReview is who describes and reviews entries; others are not told that there are any.
func mayReview(by lab.Actor) func() error {
	return func() error {
		if err := seen(by.IsStaff()); err != nil {
			return err
		}
		return lab.MayReview(by)
	}
}

// ChangeSubstance writes anew what people say of a substance that was added here, which
// somebody else has to review then. It takes who may review, and has seen the version.
// Mistakes come back as lab.FieldErrors, another version as a lab.StaleError.
func (s *Store) ChangeSubstance(ctx context.Context, by lab.Actor, id lab.SubstanceID, version int32, e lab.SubstanceEntry, another bool) error {
	a := describedSubstance(id, lab.ChangeSubstance)
	a.may = mayReview(by)
	a.check = func(d *lab.Dictionary) error {
		if s := d.Own(id); s != nil && s.Version != version {
			return s.CheckVersion(version, e)
		}
		return d.CheckEntry(id, e, another)
	}
	a.write = func(w *work, d *lab.Dictionary) error { return w.writeSubstance(d.Own(id).With(e)) }
	_, err := s.alter(ctx, by, a, "", false)
	return err
}

// ReviewSubstance says that a substance which somebody else added, or changed, is what the
// entry says. It takes who may review, and has seen the version.
func (s *Store) ReviewSubstance(ctx context.Context, by lab.Actor, id lab.SubstanceID, version int32) error {
	a := describedSubstance(id, lab.ReviewSubstance)
	a.may = mayReview(by)
	a.check = func(d *lab.Dictionary) error { return d.CheckReview(by, id, version) }
	a.write = func(w *work, _ *lab.Dictionary) error {
		return w.tx.Exec("UPDATE substances SET reviewed = ?, reviewed_by = ?, reviewed_at = ?, version = version + 1 WHERE id = ?", true, by.UserID, w.at, id).Error
	}
	_, err := s.alter(ctx, by, a, "", false)
	return err
}

func describedSubstance(id lab.SubstanceID, act lab.Action) alteration {
	return alteration{
		tell: func(before, after *lab.Dictionary) auditTale {
			return auditTale{act, substanceSubject(id), lab.Differences(before.Own(id).Entry(), after.Own(id).Entry())}
		},
		touches: touchingSubstance(id),
	}
}

// writeSubstance writes the entry of a substance that somebody else has to review.
func (w *work) writeSubstance(s *lab.Substance) error {
	err := w.tx.Exec("UPDATE substances SET name = ?, name_nl = ?, class = ?, role = ?, psychoactive = ?, active = ?, formula = ?, molar_mass = ?, cas = ?, pubchem_cid = ?, "+
		"short_name = ?, reviewed = ?, reviewed_by = NULL, reviewed_at = NULL, changed_by = ?, version = version + 1 WHERE id = ?",
		s.Name, s.NameNL, s.Class, s.Role, s.Psychoactive, s.Active, s.Formula, s.MolarMass, s.CAS, s.PubChemCID, s.ShortName, false, w.by.UserID, s.ID).Error
	if err != nil {
		return err
	}
	for _, table := range []string{"substance_names", "substance_salts"} {
		if err := w.tx.Exec("DELETE FROM "+table+" WHERE substance_id = ?", s.ID).Error; err != nil {
			return err
		}
	}
	return insertParts(w.tx, w.tx, rowsOf(nil, []*lab.Substance{s}, nil, nil))
}

// ProposeProduct records a product that the dictionary lacks, for whoever needs it at once,
// and returns it; one that is known by the name is returned as it is. It takes who receives
// samples at the service, or enters analyses there.
func (s *Store) ProposeProduct(ctx context.Context, by lab.Actor, service lab.ServiceID, x lab.ProductProposal) (proposed *lab.Product, err error) {
	err = s.reword(ctx, by, mayProposeAt(by, service, lab.MayProposeProduct), func(w *work, d *lab.Dictionary) error {
		var fresh bool
		if proposed, fresh, err = d.ProposeProduct(x, by, service, w.at); err != nil || !fresh {
			return err
		}
		if err := w.addEntries(w.tx, nil, []*lab.Product{proposed}, nil); err != nil {
			return err
		}
		return w.record(0, lab.ProposeProduct, productSubject(proposed.ID), x.Why, lab.Differences(lab.ProductEntry{}, proposed.Entry()))
	})
	return proposed, err
}

// mayProposeAt is who may propose at a service; to others there is no such service.
func mayProposeAt(by lab.Actor, service lab.ServiceID, may func(lab.Actor, lab.ServiceID) error) func() error {
	return func() error {
		if err := seen(by.SeesRecords(service)); err != nil {
			return err
		}
		return may(by, service)
	}
}

// ChangeProduct is ChangeSubstance for products.
func (s *Store) ChangeProduct(ctx context.Context, by lab.Actor, id lab.ProductID, version int32, e lab.ProductEntry, another bool) error {
	a := describedProduct(id, lab.ChangeProduct)
	a.may = mayReview(by)
	a.check = func(d *lab.Dictionary) error {
		if p := d.OwnProduct(id); p != nil && p.Version != version {
			return p.CheckVersion(version, e)
		}
		return d.CheckProductEntry(id, e, another, by)
	}
	a.write = func(w *work, d *lab.Dictionary) error { return w.writeProduct(d.OwnProduct(id).With(e)) }
	_, err := s.alter(ctx, by, a, "", false)
	return err
}

// ReviewProduct is ReviewSubstance for products.
func (s *Store) ReviewProduct(ctx context.Context, by lab.Actor, id lab.ProductID, version int32) error {
	a := describedProduct(id, lab.ReviewProduct)
	a.may = mayReview(by)
	a.check = func(d *lab.Dictionary) error { return d.CheckProductReview(by, id, version) }
	a.write = func(w *work, _ *lab.Dictionary) error {
		return w.tx.Exec("UPDATE products SET reviewed = ?, reviewed_by = ?, reviewed_at = ?, version = version + 1 WHERE id = ?", true, by.UserID, w.at, id).Error
	}
	_, err := s.alter(ctx, by, a, "", false)
	return err
}

func describedProduct(id lab.ProductID, act lab.Action) alteration {
	return alteration{
		tell: func(before, after *lab.Dictionary) auditTale {
			return auditTale{act, productSubject(id), lab.Differences(before.OwnProduct(id).Entry(), after.OwnProduct(id).Entry())}
		},
		touches: func(d *lab.Dictionary) touched { return touched{products: d.ProductFamily(id)} },
	}
}

func (w *work) writeProduct(p *lab.Product) error {
	err := w.tx.Exec("UPDATE products SET name_en = ?, name_nl = ?, unit = ?, reviewed = ?, reviewed_by = NULL, reviewed_at = NULL, changed_by = ?, version = version + 1 WHERE id = ?",
		p.NameEN, p.NameNL, p.Unit, false, w.by.UserID, p.ID).Error
	if err != nil {
		return err
	}
	for _, table := range []string{"product_names", "product_substances"} {
		if err := w.tx.Exec("DELETE FROM "+table+" WHERE product_id = ?", p.ID).Error; err != nil {
			return err
		}
	}
	return insertParts(w.tx, w.tx, rowsOf(nil, nil, []*lab.Product{p}, nil))
}

// EntryHistory is what the trail tells of an entry of the dictionary, the oldest first, by
// "substance 7" or "product 7". It takes who may review, and knows of all services: who
// proposed what is told to nobody of another service.
func (s *Store) EntryHistory(ctx context.Context, by lab.Actor, subject string) ([]lab.Event, error) {
	entry := strings.HasPrefix(subject, "substance ") || strings.HasPrefix(subject, "product ")
	if err := seen(entry && by.SeesEntryHistory()); err != nil {
		return nil, err
	}
	entries, err := eventsAbout(s.read.WithContext(ctx), 0, subject)
	if err != nil {
		return nil, translate(err)
	}
	events := make([]lab.Event, len(entries))
	for i, e := range entries {
		events[i] = lab.Event{At: e.At, ActorID: e.ActorID, Actor: e.Actor, Action: e.Action, Subject: e.Subject, Reason: e.Reason}
		if events[i].Changes, err = e.changes(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// Judge adds what somebody judges of a substance to what was judged before, which the actor
// has seen to be of a version. It counts once somebody else has reviewed it.
func (s *Store) Judge(ctx context.Context, by lab.Actor, j lab.SubstanceJudgement) error {
	return s.reword(ctx, by, mayReview(by), func(w *work, d *lab.Dictionary) error {
		j.Tidy()
		if err := d.CheckJudgementVersion(j); err != nil {
			return err
		}
		if err := d.CheckJudgement(j); err != nil {
			return err
		}
		last := d.LastJudgement(j.SubstanceID)
		j.Version, j.AuthorID, j.ReviewerID, j.At = last.Version+1, by.UserID, 0, w.at
		return w.addJudgement(lab.JudgeSubstance, last, j)
	})
}

// ReviewJudgement says that the newest judgement of a substance is right: from now on it
// stands above what the dictionary says, and decides what is held and how results count. It takes who may review and
// is not its author.
func (s *Store) ReviewJudgement(ctx context.Context, by lab.Actor, id lab.SubstanceID, version int32) error {
	return s.reword(ctx, by, mayReview(by), func(w *work, d *lab.Dictionary) error {
		j, err := d.ReviewJudgement(by, id, version)
		if err != nil {
			return err
		}
		j.At = w.at
		if err := w.addJudgement(lab.ReviewJudgement, d.LastJudgement(id), j); err != nil {
			return err
		}
		if err := w.holdAnew(); err != nil {
			return err
		}
		return w.judgeAnew(id)
	})
}

// judgeAnew makes the facts of the samples anew that hold what was judged, or of a class its
// members: the outcome of a result depends on the danger.
func (w *work) judgeAnew(id lab.SubstanceID) error {
	if err := w.holdYears(); err != nil {
		return err
	}
	d, err := readDictionary(w.tx)
	if err != nil {
		return err
	}
	return w.readAnew(d, touched{substances: d.Judged(id)}, &Moved{Fields: map[string]int{}})
}

func (w *work) addJudgement(act lab.Action, last, j lab.SubstanceJudgement) error {
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	row := judgementRow(j)
	if err := w.tx.Create(&row).Error; err != nil {
		return err
	}
	return w.record(0, act, substanceSubject(j.SubstanceID), "", lab.Differences(last, j))
}

// judgements are what was judged, in order of substance and version.
func (r *dictionaryRows) judgements() []lab.SubstanceJudgement {
	list := make([]lab.SubstanceJudgement, len(r.Judgements))
	for i, x := range r.Judgements {
		list[i] = lab.SubstanceJudgement(x)
	}
	return lab.InOrder(list)
}

// NameOf is what a member of staff is called, to other staff; empty for nobody.
func (s *Store) NameOf(ctx context.Context, by lab.Actor, user lab.Optional) (name string, err error) {
	if err := seen(by.IsStaff()); err != nil {
		return "", err
	}
	err = s.read.WithContext(ctx).Raw("SELECT name FROM users WHERE id = ?", user).Scan(&name).Error
	return name, translate(err)
}
