package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"marquis/migrations"
)

// ErrEmpty means that the database has no tables yet: see Migrate.
var ErrEmpty = errors.New("the database is empty; to make the tables type: marquis migrate")

// Migrate brings the database to today's schema, and waits for others who do. It
// returns the version that it had, 0 where it was empty, and that of today. A schema
// that is newer than the program is refused.
func (d *DB) Migrate(ctx context.Context) (before, today int64, err error) {
	before, today, err = d.versions(ctx)
	switch {
	case err != nil:
		return 0, 0, err
	case before > today:
		return before, today, newerSchema(before, today)
	case before == today:
		return before, today, nil
	}
	provider, err := d.goose()
	if err != nil {
		return before, today, err
	}
	if _, err := provider.Up(ctx); err != nil {
		return before, today, fmt.Errorf("migrate: %w", err)
	}
	return before, today, nil
}

// CheckSchema refuses a schema that is not today's.
func (d *DB) CheckSchema(ctx context.Context) error {
	current, today, err := d.versions(ctx)
	switch {
	case err != nil:
		return err
	case current > today:
		return newerSchema(current, today)
	case current == 0:
		return ErrEmpty
	case current < today:
		return fmt.Errorf("the database has schema %d, this program needs %d; make a backup, then type: marquis migrate", current, today)
	}
	return nil
}

// CheckNotNewer refuses a schema that this program does not know yet; one that is older,
// or not there, it makes today's.
func (d *DB) CheckNotNewer(ctx context.Context) error {
	current, today, err := d.versions(ctx)
	if err == nil && current > today {
		err = newerSchema(current, today)
	}
	return err
}

func newerSchema(current, today int64) error {
	return fmt.Errorf("the database has schema %d, which is newer than this program knows (%d); use the newer program", current, today)
}

// versions returns the version of the database's schema, 0 where it is empty, and
// that of the program. It only reads, unless another process may be migrating: then
// it waits for that one.
func (d *DB) versions(ctx context.Context) (current, target int64, err error) {
	provider, err := d.goose()
	if err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	target = sources[len(sources)-1].Version
	read := d.Read.WithContext(ctx)
	if !read.Migrator().HasTable("goose_db_version") {
		return 0, target, nil // do not let goose make its table in a database that is only looked at
	}
	if current, err = Schema(read); err == nil && current < target {
		if after, err := provider.GetDBVersion(ctx); err == nil {
			current = after
		}
	}
	return current, target, err
}

// Schema is the version of a schema that is there.
func Schema(tx *gorm.DB) (version int64, err error) {
	err = tx.Raw("SELECT max(version_id) FROM goose_db_version").Scan(&version).Error
	return version, err
}

// TodaysSchema is the version of the schema that this program makes.
func TodaysSchema() (newest int64, err error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	newest = newestProgramMigration
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, err
}

// newestProgramMigration is the last of the migrations that are no SQL.
const newestProgramMigration = listChecksVersion

func (d *DB) goose() (*goose.Provider, error) {
	pool, err := d.Write.DB()
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectPostgres
	if d.dialect.name() == "sqlite" {
		dialect = goose.DialectSQLite3
	}
	locker, err := d.dialect.locker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, dialectFiles{migrations.Files, d.dialect.name()},
		goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(append(sourceKeys(), listChecks(d.dialect.name()))...), goose.WithSessionLocker(locker))
}

// dialectFiles shows the migrations of one dialect: goose refuses two files of
// one version.
type dialectFiles struct {
	fs.FS
	dialect string
}

// Glob leaves out the files of the other dialect: NNNN_name.DIALECT.sql.
func (f dialectFiles) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(f.FS, pattern)
	var own []string
	for _, name := range names {
		parts := strings.Split(name, ".")
		if len(parts) == 2 || parts[1] == f.dialect {
			own = append(own, name)
		}
	}
	return own, err
}
