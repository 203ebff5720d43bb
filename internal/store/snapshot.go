package store

import (
	"context"
	"errors"
	"fmt"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Snapshot is all that the registry holds as of one moment, to be read while it lasts.
type Snapshot struct{ at sqlstore.Snapshot }

// Snapshot runs read on what the registry holds as of one moment. Others go on reading
// and writing meanwhile. It takes the operator, or an administrator of all services.
func (s *Store) Snapshot(ctx context.Context, by lab.Actor, read func(Snapshot) error) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.db.Snapshot(ctx, func(at sqlstore.Snapshot) error { return read(Snapshot{at}) })
}

// About is what is told of a registry beside what it holds.
type About struct {
	Schema     int64         // version of its schema
	Dictionary string        // edition of the embedded dictionary
	Synthetic  string        // what made up its samples; empty where people handed them in
	Life       int           // how often it was restored
	Ring       lab.RingPrint // the key ring that it knows
	Samples    int64
}

// About tells of the registry.
func (x Snapshot) About() (a About, err error) {
	tx := x.at.Tx
	if a.Schema, err = sqlstore.Schema(tx); err != nil {
		return a, err
	}
	if a.Dictionary, err = setting(tx, dictionarySetting); err != nil {
		return a, err
	}
	if a.Synthetic, err = setting(tx, syntheticSetting); err != nil {
		return a, err
	}
	if a.Ring, _, err = knownRing(tx); err != nil {
		return a, err
	}
	life, err := newestLife(tx)
	if err != nil {
		return a, err
	}
	a.Life = int(life.Life)
	err = tx.Raw("SELECT count(*) FROM (SELECT service_id FROM samples) every").Scan(&a.Samples).Error
	return a, err
}

// Rows hands over the rows of a table: for each column a text, or nil where it is NULL. A
// row is gone when the next one is handed over.
type Rows = func(row func(values []*string) error) error

// Tables hands over every table that a backup has, with the names of its columns and a
// way to read its rows: for each column a text, or nil where it is NULL.
func (x Snapshot) Tables(table func(name string, columns []string, rows Rows) error) error {
	for _, name := range archived {
		columns, err := x.at.Columns(name)
		if err != nil {
			return err
		}
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = c.Name
		}
		err = table(name, names, func(row func(values []*string) error) error { return x.at.Rows(name, columns, row) })
		if err != nil {
			return err
		}
	}
	return nil
}

// ErrTwoBackups means that another backup of the registry is being made.
var ErrTwoBackups = errors.New("another backup of this registry is being made; wait until it is done")

// BackUpAlone runs a backup while no other is made of the registry, or returns
// ErrTwoBackups.
func (s *Store) BackUpAlone(ctx context.Context, by lab.Actor, backUp func() error) (err error) {
	if err := upkeep(by); err != nil {
		return err
	}
	unlock, ok, err := s.db.TryLock(ctx, "backup")
	switch {
	case err != nil:
		return fmt.Errorf("see whether another backup is being made: %w", err)
	case !ok:
		return ErrTwoBackups
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return backUp()
}
