package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// registryLife is the time since a restore.
type registryLife struct {
	Life       int16       `gorm:"primaryKey;autoIncrement:false"` // 1 and so on: the series in which numbers are given
	CopiedAt   lab.Instant // when the backup was made
	RestoredAt lab.Instant
	FromDigest string // of the backup
}

// TableName returns the table.
func (registryLife) TableName() string { return "registry_lives" }

func newestLife(tx *gorm.DB) (life registryLife, err error) {
	err = tx.Raw("SELECT life, copied_at, restored_at, from_digest FROM registry_lives ORDER BY life DESC LIMIT 1").Scan(&life).Error
	return life, err
}

// Life is the time of a registry since a restore.
type Life struct {
	Series     int // in which numbers are given
	CopiedAt   lab.Instant
	RestoredAt lab.Instant // zero: it was never restored
}

// Life tells when the registry was last restored, and of what. It takes a member of
// staff, or the operator.
func (s *Store) Life(ctx context.Context, by lab.Actor) (Life, error) {
	if !by.IsStaff() && !by.SeesUpkeep() {
		return Life{}, lab.ErrNotFound
	}
	life, err := newestLife(s.read.WithContext(ctx))
	return Life{int(life.Life), life.CopiedAt, life.RestoredAt}, translate(err)
}

// BeginLife says of a registry whose database was restored by other means than Restore
// that it was: numbers go on in the next series, or in the given one, and nobody is
// signed in or invited any more. What was registered after copiedAt is not in it. It
// takes the operator.
func (s *Store) BeginLife(ctx context.Context, by lab.Actor, copiedAt lab.Instant, series int) (Life, error) {
	var life registryLife
	err := s.doPeople(ctx, by, func(w *work) error {
		if err := lab.MayEquip(by, 0); err != nil {
			return err
		}
		last, err := newestLife(w.tx)
		if err != nil {
			return err
		}
		next, err := lab.NextSeries(int(last.Life), series)
		if err != nil {
			return err
		}
		var errs lab.FieldErrors
		errs.Check(!copiedAt.IsZero() && !copiedAt.Time().After(w.at.Time()), "as_of", "Say as of which moment the database was restored; it is not in the future.")
		if err := errs.Err(); err != nil {
			return err
		}
		life = registryLife{int16(next), copiedAt, w.at, ""}
		if err := w.tx.Create(&life).Error; err != nil {
			return err
		}
		for _, table := range []string{"sessions", "ended_sessions", "invitations"} { // slips go with their sessions
			if err := w.tx.Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		return w.record(0, lab.BeginLife, "registry", "", []lab.Difference{{Field: "number_series", Old: lab.ValueOf(last.Life), New: lab.ValueOf(life.Life)}})
	})
	return Life{int(life.Life), life.CopiedAt, life.RestoredAt}, err
}

// ErrNotEmpty means that a registry, or something else, is where one should be restored.
var ErrNotEmpty = errors.New("there is a registry already")

// ErrRestoring means that another restore is at work at the place.
var ErrRestoring = sqlstore.ErrRestoring

// Content is what a registry is restored from.
type Content struct {
	Life     int // that begins
	CopiedAt lab.Instant
	Digest   string
	// Read hands over each table as Snapshot.Tables has written it. What fails in it, or
	// in the function that it is given, leaves the registry empty.
	Read func(table func(name string, columns []string, rows iter.Seq2[[]*string, error]) error) error
}

// Restore fills a registry at an empty place: a folder without a SQLite file, or a
// database of PostgreSQL without tables, or with tables in which nothing was ever
// written, as a restore leaves them that was cut off. It makes the tables and fills all of
// them in one transaction: the place ends up whole or empty. Whoever restores owns the
// tables. It returns how many rows were written.
func Restore(ctx context.Context, c Config, now func() time.Time, content Content) (rows int64, err error) {
	if c.DatabaseURL != "" {
		return restoreAt(ctx, c, now, content)
	}
	err = sqlstore.NewFile(ctx, c, func(aside Config) error {
		rows, err = restoreAt(ctx, aside, now, content)
		return err
	})
	if errors.Is(err, sqlstore.ErrThere) {
		err = fmt.Errorf("%w: %w", ErrNotEmpty, err)
	}
	return rows, err
}

func restoreAt(ctx context.Context, c Config, now func() time.Time, content Content) (rows int64, err error) {
	db, err := sqlstore.Open(ctx, c, sqlstore.Tables{OfServices: owned, OnlyAdded: onlyAdded}, now)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.RestoreAlone(ctx, func() error {
		rows, err = makeAndFill(ctx, db, now, content)
		return err
	})
	return rows, err
}

// makeAndFill makes the tables where the place is empty, and fills them.
func makeAndFill(ctx context.Context, db *sqlstore.DB, now func() time.Time, content Content) (rows int64, err error) {
	if err := mayRestore(ctx, db); err != nil {
		return 0, err
	}
	if _, _, err := db.Migrate(ctx); err != nil {
		return 0, err
	}
	if err := db.CheckRole(ctx); err != nil {
		return 0, err
	}
	err = db.TransactBulk(ctx, func(tx *gorm.DB, l sqlstore.Loader) error {
		if err := emptyTables(tx); err != nil {
			return err
		}
		rows, err = fill(tx, l, content, now)
		return err
	})
	return rows, err
}

func fill(tx *gorm.DB, l sqlstore.Loader, content Content, now func() time.Time) (rows int64, err error) {
	next := 0
	err = content.Read(func(name string, columns []string, values iter.Seq2[[]*string, error]) error {
		if next >= len(archived) || archived[next] != name {
			return fmt.Errorf("table %s is none of this program's, or not in its place", name)
		}
		next++
		return l.Fill(name, columns, counted(values, &rows))
	})
	if err == nil && next < len(archived) {
		err = fmt.Errorf("table %s is missing", archived[next])
	}
	if err != nil {
		return rows, err
	}
	return rows, tx.Create(&registryLife{int16(content.Life), content.CopiedAt, lab.At(now()), content.Digest}).Error
}

func counted(rows iter.Seq2[[]*string, error], n *int64) iter.Seq2[[]*string, error] {
	return func(yield func([]*string, error) bool) {
		for row, err := range rows {
			if *n++; !yield(row, err) {
				return
			}
		}
	}
}

// MayRestore refuses a place where a registry cannot be restored, and changes nothing
// there: see Restore.
func MayRestore(ctx context.Context, c Config, now func() time.Time) (err error) {
	if c.DatabaseURL == "" {
		err := sqlstore.MayMakeFile(ctx, c)
		if errors.Is(err, sqlstore.ErrThere) {
			err = fmt.Errorf("%w: %w", ErrNotEmpty, err)
		}
		return err
	}
	db, err := sqlstore.Open(ctx, c, sqlstore.Tables{OfServices: owned, OnlyAdded: onlyAdded}, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.RestoreAlone(ctx, func() error { return mayRestore(ctx, db) })
}

// mayRestore takes tables of any version up to today's: a restore may have been cut off
// while they were made.
func mayRestore(ctx context.Context, db *sqlstore.DB) error {
	if err := db.CheckNotNewer(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrNotEmpty, err)
	}
	if err := db.CheckRole(ctx); err != nil {
		return err
	}
	return emptyTables(db.Read.WithContext(ctx))
}

// emptyTables refuses a registry in which something was ever written.
func emptyTables(tx *gorm.DB) error {
	for _, table := range slices.Concat(archived, slices.Sorted(maps.Keys(leftOut))) {
		if table == "write_probe" || table == "goose_db_version" || !tx.Migrator().HasTable(table) {
			continue
		}
		column := "*"
		if slices.Contains(owned, table) {
			column = "service_id"
		}
		var rows int64
		err := tx.Raw("SELECT count(*) FROM (SELECT " + column + " FROM " + table + " LIMIT 1) one").Scan(&rows).Error
		if err != nil {
			return err
		}
		if rows > 0 {
			return fmt.Errorf("%w: %s has rows", ErrNotEmpty, table)
		}
	}
	return nil
}
