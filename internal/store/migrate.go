package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/store/sqlstore"
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

// MigrateAndGrant does as Migrate, and gives a role of PostgreSQL what the program
// needs to work under it, and nothing else: it may change neither what is only
// added to nor the tables themselves. Whoever migrates owns the tables and is
// another role. It returns what it did, a line each. A role that is not there, or
// that could take more rights, is refused before anything changes.
func MigrateAndGrant(ctx context.Context, c Config, now func() time.Time, role string) (done []string, err error) {
	s, err := connect(ctx, c, now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.db.MayGrant(ctx, role); err != nil {
		return nil, err
	}
	if done, err = s.migrate(ctx); err != nil {
		return done, err
	}
	if err := s.db.Grant(ctx, role); err != nil {
		return done, err
	}
	return append(done, fmt.Sprintf("role %s: may run the program, and only add to %s", role, strings.Join(onlyAdded, " and "))), nil
}

// MayGrant refuses a role to which MigrateAndGrant could not give what the program needs.
func MayGrant(ctx context.Context, c Config, now func() time.Time, role string) (err error) {
	db, err := sqlstore.Open(ctx, c, sqlstore.Tables{OfServices: owned, OnlyAdded: onlyAdded}, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.MayGrant(ctx, role)
}

func (s *Store) migrate(ctx context.Context) (done []string, err error) {
	before, today, err := s.db.Migrate(ctx)
	if err != nil {
		return nil, err
	}
	if before < today {
		done = append(done, fmt.Sprintf("schema: version %d to %d", before, today))
	}
	embedded, err := dictionary.Load()
	if err != nil {
		return nil, err
	}
	loaded, err := s.loadEmbedded(ctx, embedded)
	if loaded {
		done = append(done, fmt.Sprintf("dictionary: %d substances, %d products", len(embedded.Substances), len(embedded.Products)))
	}
	if err == nil {
		var left []lab.Namesake
		if left, err = s.namesakes(ctx, embedded); len(left) > 0 {
			done = append(done, fmt.Sprintf("%d entries that were added here are called like one that comes with the program, and keep the name: %s; to see them and merge them type: marquis dictionary adopt",
				len(left), lab.NamesOf(left)))
		}
	}
	if loaded && before > 0 {
		done = append(done, "the dictionary has changed: marquis serve counts the figures anew behind its pages; to see what moves type: marquis reclassify")
	}
	return done, err
}

// ErrEmpty means that the database has no tables yet: see Migrate.
var ErrEmpty = sqlstore.ErrEmpty

// checkSchema refuses a schema or a dictionary that this program does not know.
func (s *Store) checkSchema(ctx context.Context) error {
	if err := s.db.CheckSchema(ctx); err != nil {
		return err
	}
	edition, err := embeddedEdition()
	if err != nil {
		return err
	}
	stored, err := setting(s.read.WithContext(ctx), dictionarySetting)
	if err == nil && stored != edition {
		err = errors.New("the database has another edition of the dictionary than this program; to bring it up to date type: marquis migrate")
	}
	return err
}

// embeddedEdition is the edition of the dictionary in this program, which is the same
// for as long as it runs.
var embeddedEdition = sync.OnceValues(func() (string, error) {
	embedded, err := dictionary.Load()
	if err != nil {
		return "", err
	}
	return digestOf(embedded), nil
})

// loadEmbedded writes the embedded dictionary unless it is there already. Local
// entries stay as they are.
func (s *Store) loadEmbedded(ctx context.Context, embedded *lab.Dictionary) (loaded bool, err error) {
	edition := digestOf(embedded)
	err = s.transact(ctx, func(tx *gorm.DB) error {
		stored, err := lockedSetting(tx, dictionarySetting)
		if err != nil || stored == edition {
			return err
		}
		if err := saveDictionary(tx, embedded); err != nil {
			return err
		}
		if err := errors.Join(setSetting(tx, dictionarySetting, edition), s.markChange(tx)); err != nil {
			return err
		}
		loaded = true
		by := lab.Operator("migrate")
		return s.appendAudit(tx, auditEvent{
			At: lab.At(s.now()), ActorKind: by.Kind, Actor: by.Name, Action: lab.LoadDictionary, Subject: "dictionary",
			Changes: "[]", Reason: fmt.Sprintf("edition %.12s", edition),
		})
	})
	return loaded, err
}

// namesakes are the entries that were added here of which a name came with the program.
func (s *Store) namesakes(ctx context.Context, embedded *lab.Dictionary) ([]lab.Namesake, error) {
	d, err := readDictionary(s.read.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	return d.Namesakes(embedded), nil
}

// Namesakes lists the entries that were added here and are called like one that came with
// the program, which somebody has to say are the same or not. It takes who may merge.
func (s *Store) Namesakes(ctx context.Context, by lab.Actor) ([]lab.Namesake, error) {
	if err := seen(lab.MayMerge(by) == nil); err != nil {
		return nil, err
	}
	embedded, err := dictionary.Load()
	if err != nil {
		return nil, err
	}
	list, err := s.namesakes(ctx, embedded)
	return list, translate(err)
}
