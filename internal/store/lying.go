package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"marquis/internal/lab"
)

// lying are the samples that an earlier load of the same batch has written, in that order.
type lying struct {
	rows        *sql.Rows // nil: none is left
	ref, digest string    // of the next
}

// lying finds what lies there of the import, and adds it to what will be taken.
func (l *load) lying(ctx context.Context) (*lying, error) {
	i, tx := &l.b.Import, l.read.WithContext(ctx)
	const ofImport = " FROM samples WHERE service_id = ? AND id > ? AND import_id = ?"
	args := []any{i.ServiceID, i.ID, i.ID}
	var last lab.ID
	if err := tx.Raw("SELECT count(*)"+ofImport, args...).Scan(&l.done).Error; err != nil || l.done == 0 {
		return &lying{}, translate(err)
	}
	if err := tx.Raw("SELECT id"+ofImport+" ORDER BY id DESC LIMIT 1", args...).Row().Scan(&last); err != nil {
		return nil, translate(err)
	}
	if l.ids.Next().Compare(last) <= 0 {
		return nil, fmt.Errorf("%w: the clock stands before the time at which the import was begun", ErrUnfinished)
	}
	if err := tx.Raw("SELECT DISTINCT number_year"+ofImport, args...).Scan(&l.years).Error; err != nil {
		return nil, translate(err)
	}
	err := eachPublication(tx, i.ServiceID, " AND id > ? AND import_id = ?", []any{i.ID, i.ID}, func(p *lab.Publication, text string) {
		l.results.add(p.ID, toldSum(p.ToldOf(text)))
	})
	if err != nil {
		return nil, translate(err)
	}
	there := &lying{}
	if there.rows, err = tx.Raw("SELECT source_ref, source_digest"+ofImport+" ORDER BY id", args...).Rows(); err != nil { //nolint:rowserrcheck // close asks for it
		return nil, translate(err)
	}
	return there, there.advance()
}

// advance reads the next sample that lies there.
func (x *lying) advance() error {
	if x.rows.Next() {
		return translate(x.rows.Scan(&x.ref, &x.digest))
	}
	return x.close()
}

func (x *lying) close() error {
	rows := x.rows
	if x.rows = nil; rows == nil {
		return nil
	}
	return translate(errors.Join(rows.Err(), rows.Close()))
}

// next tells whether a sample lies there. One that says something else, or is not the next, is
// refused: the files are read otherwise than they were.
func (x *lying) next(a *lab.Arrival) (there bool, err error) {
	if x.rows == nil {
		return false, nil
	}
	if a.Sample.SourceRef != x.ref || a.Sample.SourceDigest != x.digest {
		return false, x.otherwise()
	}
	return true, x.advance()
}

// end refuses that something lies there which the batch does not bring.
func (x *lying) end() error {
	if x.rows == nil {
		return nil
	}
	return x.otherwise()
}

func (x *lying) otherwise() error {
	return fmt.Errorf("%w: sample %s lies there as these files do not say it any more; abandon the import, and import the files again", ErrUnfinished, x.ref)
}
