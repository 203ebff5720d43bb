package store

import (
	"context"

	"marquis/internal/lab"
)

// AddMethod records a method of a laboratory under the next local number, and returns it; a
// method that stands there already is returned as it is. A laboratory that is named and not
// known is recorded with it. It takes the operator, or an administrator of all services.
func (s *Store) AddMethod(ctx context.Context, by lab.Actor, method lab.Method) (added *lab.Method, err error) {
	err = s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		var fresh bool
		if added, fresh, err = d.AddMethod(method); err != nil || !fresh {
			return err
		}
		return w.insertMethod(d, added)
	})
	return added, err
}

func (w *work) insertMethod(d *lab.Dictionary, m *lab.Method) error {
	if err := w.addLaboratoriesOf(d, []*lab.Method{m}); err != nil {
		return err
	}
	if err := w.addEntries(w.tx, nil, nil, []*lab.Method{m}); err != nil {
		return err
	}
	return w.record(0, lab.AddMethod, subjectOf(m), "", m.Told())
}

// subjectOf is what the trail calls a method.
func subjectOf(m *lab.Method) string { return string(m.Kind) + " " + m.Lab }

// AddVersion records the next version of a method, which retires the one before, and returns
// it. It takes whom AddMethod takes.
func (s *Store) AddVersion(ctx context.Context, by lab.Actor, of lab.MethodID, method lab.Method) (added *lab.Method, err error) {
	err = s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		added, err = w.addVersion(d, of, method)
		return err
	})
	return added, err
}

// AddToScope records the next version of a method, with one row more in its scope.
func (s *Store) AddToScope(ctx context.Context, by lab.Actor, of lab.MethodID, row lab.ScopeRow) (added *lab.Method, err error) {
	err = s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		next, err := d.WithRow(of, row)
		if err != nil {
			return err
		}
		added, err = w.addVersion(d, of, next)
		return err
	})
	return added, err
}

func (w *work) addVersion(d *lab.Dictionary, of lab.MethodID, method lab.Method) (*lab.Method, error) {
	today, err := w.latestDay()
	if err != nil {
		return nil, err
	}
	var old lab.Method
	if m, ok := d.Methods[of]; ok {
		old = *m
	}
	added, ended, err := d.AddVersion(of, method, today)
	if err != nil {
		return nil, err
	}
	if err := w.insertMethod(d, added); err != nil {
		return nil, err
	}
	return added, w.retire(old, *ended)
}

// RetireMethod ends a method on a day, or with no day lets it be chosen again. It takes whom
// AddMethod takes.
func (s *Store) RetireMethod(ctx context.Context, by lab.Actor, id lab.MethodID, on lab.Date) error {
	return s.equipAll(ctx, by, func(w *work, d *lab.Dictionary) error {
		today, err := w.latestDay()
		if err != nil {
			return err
		}
		before, after, err := d.Retire(id, on, today)
		if err != nil {
			return err
		}
		return w.retire(before, after)
	})
}

// retire writes on which day a method ends, and tells of it where that has changed.
func (w *work) retire(before, after lab.Method) error {
	if before.RetiredOn == after.RetiredOn {
		return nil
	}
	if err := w.markChange(w.tx); err != nil {
		return err
	}
	if err := w.tx.Exec("UPDATE methods SET retired_on = ? WHERE id = ?", after.RetiredOn, after.ID).Error; err != nil {
		return err
	}
	action := lab.RetireMethod
	if after.RetiredOn == 0 {
		action = lab.ReinstateMethod
	}
	before.Scope, after.Scope = nil, nil
	return w.record(0, action, subjectOf(&after), "", lab.Differences(before, after))
}
