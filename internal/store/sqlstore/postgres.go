package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"marquis/internal/lab"
)

// connections is the size of the pool to PostgreSQL.
const connections = 16

// forReading is how many of these never write, so that look-ups go on while all who
// write wait for somebody's lock.
const forReading = 6

type postgresDialect struct{ onlyAdded []string }

func (postgresDialect) name() string { return "postgres" }
func (postgresDialect) lock() string { return " FOR UPDATE" }

func (postgresDialect) locker() (lock.SessionLocker, error) {
	return lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60)) // tries each second for a minute
}

func (d *DB) openPostgres(ctx context.Context, c Config) error {
	config, err := addressOf(c)
	if err != nil {
		return err
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["datestyle"] = "ISO" // of a date that is cast to text
	config.RuntimeParams["application_name"] = "marquis"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("PostgreSQL at %s does not answer: %w%s", config.Host, err, tlsHint(config)), pool.Close())
	}
	d.dialect, d.Readers = postgresDialect{d.tables.OnlyAdded}, connections
	if d.Write, err = gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig()); err != nil {
		return errors.Join(err, pool.Close())
	}
	d.Read = d.Write
	d.writing = make(chan struct{}, connections-forReading)
	return nil
}

// check refuses superusers, roles that could change the audit trail or what was
// published, and those that may not read everything.
func (d postgresDialect) check(ctx context.Context, db *gorm.DB) error {
	db = db.WithContext(ctx)
	var role struct {
		Name  string
		Super bool
	}
	err := db.Raw("SELECT rolname AS name, rolsuper AS super FROM pg_roles WHERE rolname = current_user").Take(&role).Error
	if err != nil {
		return err
	}
	if role.Super {
		return errors.New("the database role is a superuser, which could rewrite the audit trail; " +
			"make a plain one: CREATE ROLE marquis LOGIN; CREATE DATABASE marquis OWNER marquis")
	}
	if err := keepsWhatIsOnlyAdded(db, d.onlyAdded, role.Name); err != nil {
		return err
	}
	return readsAll(db, role.Name)
}

// insert copies the rows in PostgreSQL's binary form. How parents are looked up is planned once a
// connection: while their table is nearly empty, as a walk through all of it, or by an index of
// which only the service is told, and it would be kept as the table grows. So it is planned anew
// for each batch, without such walks.
func (postgresDialect) insert(ctx context.Context, conn *sql.Conn, tx *gorm.DB, table string, columns []string, rows iter.Seq[[]any]) error {
	if err := cmp.Or(tx.Exec("SET LOCAL enable_seqscan = off").Error, tx.Exec("DISCARD PLANS").Error); err != nil {
		return err
	}
	next, stop := iter.Pull(rows)
	defer stop()
	source := pgx.CopyFromFunc(func() ([]any, error) {
		row, _ := next()
		return row, nil
	})
	err := conn.Raw(func(driverConn any) error {
		_, err := driverConn.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, source)
		return err
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code {
		case pgUniqueViolation:
			return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
		case pgForeignKeyViolation:
			return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
		}
	}
	return err
}

// postgresAway tells that the server cannot be reached, is out of something or may
// not write, and why; nil for an error that means something else.
func postgresAway(err error) error {
	var unreached *pgconn.ConnectError
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &unreached):
		return lab.ErrUnavailable
	case !errors.As(err, &refused):
		return nil
	}
	switch refused.Code {
	case pgDiskFull:
		return ErrFull
	case pgReadOnly:
		return ErrReadOnly
	case pgLocked, pgDeadlock:
		return ErrBusy
	}
	for _, class := range [...]string{"08", "53", "57", "58"} { // connection, resources, operator, system
		if strings.HasPrefix(refused.Code, class) {
			return lab.ErrUnavailable
		}
	}
	return nil
}

// Codes of errors (PostgreSQL, appendix A).
const (
	pgUniqueViolation     = "23505"
	pgForeignKeyViolation = "23503"
	pgReadOnly            = "25006"
	pgDiskFull            = "53100"
	pgLocked              = "55P03"
	pgDeadlock            = "40P01"
)

// plain gives the binary protocol its own types; through database/sql's texts a
// copy would be far slower.
func (postgresDialect) plain(v driver.Valuer) any {
	switch v := v.(type) {
	case *lab.ID:
		if v.IsZero() {
			return nil
		}
		return [16]byte(*v)
	case *lab.Date:
		if *v == 0 {
			return nil
		}
		return v.Time()
	case *lab.Instant:
		if v.IsZero() {
			return nil
		}
		return v.Time()
	}
	value, err := v.Value()
	if err != nil {
		return err // no driver takes an error: the copy fails and names it
	}
	return value
}
