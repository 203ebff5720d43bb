package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/migrations"
)

// Migrate brings the database at the given place to today's schema and loads the
// embedded dictionary; where both are there already it changes nothing. It
// returns what it did, a line each.
func Migrate(ctx context.Context, c Config, now func() time.Time) (done []string, err error) {
	s, err := connect(ctx, c, now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.migrate(ctx)
}

func (s *Store) migrate(ctx context.Context) (done []string, err error) {
	before, target, err := s.versions(ctx)
	if err != nil {
		return nil, err
	}
	if before > target {
		return nil, newerSchema(before, target)
	}
	provider, err := s.goose()
	if err != nil {
		return nil, err
	}
	if before < target {
		if _, err := provider.Up(ctx); err != nil {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		done = append(done, fmt.Sprintf("schema: version %d to %d", before, target))
	}
	embedded, err := dictionary.Load()
	if err != nil {
		return nil, err
	}
	loaded, err := s.loadEmbedded(ctx, embedded)
	if loaded {
		done = append(done, fmt.Sprintf("dictionary: %d substances, %d products", len(embedded.Substances), len(embedded.Products)))
	}
	if loaded && before > 0 {
		done = append(done, "the dictionary has changed; to bring the statistics up to date type: marquis reclassify")
	}
	return done, err
}

// ErrEmpty means that the database has no tables yet: see Migrate.
var ErrEmpty = errors.New("the database is empty; to make the tables type: marquis migrate")

// checkSchema refuses a schema or a dictionary that this program does not know.
func (s *Store) checkSchema(ctx context.Context) error {
	current, target, err := s.versions(ctx)
	switch {
	case err != nil:
		return err
	case current > target:
		return newerSchema(current, target)
	case current == 0:
		return ErrEmpty
	case current < target:
		return fmt.Errorf("the database has schema %d, this program needs %d; make a backup, then type: marquis migrate", current, target)
	}
	embedded, err := dictionary.Load()
	if err != nil {
		return err
	}
	stored, err := setting(s.read.WithContext(ctx), dictionarySetting)
	if err == nil && stored != digestOf(embedded) {
		err = errors.New("the database has another edition of the dictionary than this program; to bring it up to date type: marquis migrate")
	}
	return err
}

func newerSchema(current, target int64) error {
	return fmt.Errorf("the database has schema %d, which is newer than this program knows (%d); use the newer program", current, target)
}

// versions returns the version of the database's schema, 0 where it is empty, and
// that of the program. It only reads, unless another process may be migrating: then
// it waits for that one.
func (s *Store) versions(ctx context.Context) (current, target int64, err error) {
	provider, err := s.goose()
	if err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	target = sources[len(sources)-1].Version
	read := s.read.WithContext(ctx)
	if !read.Migrator().HasTable("goose_db_version") {
		return 0, target, nil // do not let goose make its table in a database that is only looked at
	}
	if err = read.Raw("SELECT max(version_id) FROM goose_db_version").Scan(&current).Error; err == nil && current < target {
		if after, err := provider.GetDBVersion(ctx); err == nil {
			current = after
		}
	}
	return current, target, err
}

func (s *Store) goose() (*goose.Provider, error) {
	pool, err := s.write.DB()
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectPostgres
	if s.dialect.name() == "sqlite" {
		dialect = goose.DialectSQLite3
	}
	locker, err := s.dialect.locker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, dialectFiles{migrations.Files, s.dialect.name()},
		goose.WithDisableGlobalRegistry(true), goose.WithSessionLocker(locker))
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

// loadEmbedded writes the embedded dictionary unless it is there already. Local
// entries stay as they are.
func (s *Store) loadEmbedded(ctx context.Context, embedded *lab.Dictionary) (loaded bool, err error) {
	edition := digestOf(embedded)
	err = s.transact(ctx, func(tx *gorm.DB) error {
		stored, err := lockedSetting(tx, dictionarySetting)
		if err != nil || stored == edition {
			return err
		}
		if err := localNamesakes(tx, embedded); err != nil {
			return err
		}
		if err := saveDictionary(tx, embedded); err != nil {
			return err
		}
		if err := errors.Join(setSetting(tx, dictionarySetting, edition), s.markChange(tx)); err != nil {
			return err
		}
		loaded = true
		return s.appendAudit(tx, auditEvent{
			At: lab.At(s.now()), Actor: lab.Operator("migrate").Name, Action: "load dictionary", Subject: "dictionary",
			Changes: "[]", Reason: fmt.Sprintf("edition %.12s", edition),
		})
	})
	return loaded, err
}

// localNamesakes refuses an edition of the dictionary that brings a name which an
// entry added here has already: samples refer to that one, and only a person can
// say that both are the same.
func localNamesakes(tx *gorm.DB, embedded *lab.Dictionary) error {
	var errs lab.FieldErrors
	for _, list := range []struct {
		table, id string
		taken     func(name string) bool
	}{
		{"substance_names", "substance_id", func(name string) bool { _, _, ok := embedded.FindSubstance(name); return ok }},
		{"product_names", "product_id", func(name string) bool { _, ok := embedded.FindProduct(name); return ok }},
	} {
		var names []string
		err := tx.Raw("SELECT name FROM "+list.table+" WHERE "+list.id+" >= ? ORDER BY folded", lab.LocalEntries).Scan(&names).Error
		if err != nil {
			return err
		}
		for _, name := range names {
			errs.Check(!list.taken(name), "dictionary", "An entry that was added here is called %q, and so is one of the new edition; stay with the older program, or rename the one added here.", name)
		}
	}
	return errs.Err()
}
