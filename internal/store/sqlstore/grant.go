package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// MayGrant refuses a role that does not exist, and one that could go round the rights
// that Grant gives it. Only PostgreSQL has roles.
func (d *DB) MayGrant(ctx context.Context, role string) error {
	if d.OnSQLite() {
		return errors.New("only PostgreSQL has roles to grant rights to; for the SQLite file type: marquis migrate")
	}
	return mayBeGranted(d.Write.WithContext(ctx), role)
}

// Grant gives a role of PostgreSQL what the program needs to work under it, and takes
// everything else from it.
func (d *DB) Grant(ctx context.Context, role string) error {
	err := d.Transact(ctx, func(tx *gorm.DB) error { return grant(tx, d.tables.OnlyAdded, role) })
	if err != nil {
		return fmt.Errorf("grant to %s: %w", quoted(role), err)
	}
	return nil
}

// quoted is the name of a role, table or schema as SQL reads it.
func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// mayBeGranted refuses a role that does not exist, and one that could go round the
// rights that it is given.
func mayBeGranted(db *gorm.DB, role string) error {
	var known struct{ Super, MakesRoles, IsOwner bool }
	err := db.Raw("SELECT rolsuper AS super, rolcreaterole AS makes_roles, pg_has_role(r.oid, current_user, 'MEMBER') OR EXISTS (SELECT 1 "+
		"FROM pg_class c WHERE c.oid = to_regclass('goose_db_version') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_owner "+
		"FROM pg_roles r WHERE rolname = ?", role).Take(&known).Error
	name := quoted(role)
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("there is no role %s; as a superuser type: CREATE ROLE %[1]s LOGIN PASSWORD '…'", name)
	case err != nil:
		return err
	case known.Super:
		return fmt.Errorf("the role %s is a superuser, which could rewrite the audit trail; as another superuser type: ALTER ROLE %[1]s NOSUPERUSER", name)
	case known.MakesRoles:
		return fmt.Errorf("the role %s may make roles and so take any right; as a superuser type: ALTER ROLE %[1]s NOCREATEROLE", name)
	case known.IsOwner:
		return fmt.Errorf("the role %s migrates or owns the tables, or may act as one that does; name another role", name)
	}
	return nil
}

// grant takes what the role had and gives it what the program needs, in the schema
// where the tables are. Where the role still may too much or too little, because of
// what others have granted, nothing changes.
func grant(tx *gorm.DB, onlyAdded []string, role string) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('marquis grant'))").Error; err != nil {
		return err // two that grant at once would trip over each other's rows in the catalogue
	}
	var at struct{ Database, Schema string }
	if err := tx.Raw("SELECT current_database() AS database, current_schema() AS schema").Take(&at).Error; err != nil {
		return err
	}
	schema, to := quoted(at.Schema), quoted(role)
	statements := []string{
		"GRANT CONNECT ON DATABASE " + quoted(at.Database) + " TO " + to,
		"REVOKE ALL ON SCHEMA " + schema + " FROM " + to,
		"GRANT USAGE ON SCHEMA " + schema + " TO " + to,
	}
	var tables []string
	err := tx.Raw("SELECT relname FROM pg_class WHERE relnamespace = ?::regnamespace AND relkind IN ('r', 'p') AND "+
		"pg_has_role(relowner, 'USAGE') ORDER BY relname", schema).Scan(&tables).Error
	if err != nil {
		return err
	}
	for _, table := range tables {
		on := " ON " + schema + "." + quoted(table)
		statements = append(statements, "REVOKE ALL"+on+" FROM "+to, "GRANT "+needed(onlyAdded, table)+on+" TO "+to)
	}
	for _, statement := range statements {
		if err := tx.Exec(statement).Error; err != nil {
			return err
		}
	}
	return checkGranted(tx, onlyAdded, role, at.Database, at.Schema)
}

// needed are the rights on a table that the program works with.
func needed(onlyAdded []string, table string) string {
	switch {
	case table == "goose_db_version":
		return "SELECT"
	case slices.Contains(onlyAdded, table):
		return "SELECT, INSERT"
	}
	return "SELECT, INSERT, UPDATE, DELETE"
}

// checkGranted tells what others keep from the role, and what they have given to it
// or to everybody.
func checkGranted(tx *gorm.DB, onlyAdded []string, role, database, schema string) error {
	var may struct{ Connect, Use, Make bool }
	err := tx.Raw("SELECT has_database_privilege(?, ?, 'CONNECT') AS connect, has_schema_privilege(?, ?, 'USAGE') AS use, "+
		"has_schema_privilege(?, ?, 'CREATE') AS make", role, database, role, schema, role, schema).Take(&may).Error
	switch {
	case err != nil:
		return err
	case !may.Connect || !may.Use:
		return fmt.Errorf("the owner of the database %s has to do it; type: GRANT CONNECT ON DATABASE %[1]s TO %[3]s; GRANT USAGE ON SCHEMA %[2]s TO %[3]s",
			quoted(database), quoted(schema), quoted(role))
	case may.Make:
		return fmt.Errorf("it may make tables in the schema %s; as its owner type: REVOKE CREATE ON SCHEMA %[1]s FROM PUBLIC, %[2]s", quoted(schema), quoted(role))
	}
	return keepsWhatIsOnlyAdded(tx, onlyAdded, role)
}

// keepsWhatIsOnlyAdded refuses a role that could change the audit trail or what was
// published.
func keepsWhatIsOnlyAdded(db *gorm.DB, onlyAdded []string, role string) error {
	for _, table := range onlyAdded {
		var may bool
		err := db.Raw("SELECT coalesce(has_table_privilege(?, to_regclass(?), 'DELETE, TRUNCATE') OR "+
			"has_any_column_privilege(?, to_regclass(?), 'UPDATE'), false)", role, table, role, table).Scan(&may).Error
		if err != nil {
			return err
		}
		if may {
			return fmt.Errorf("the database role may change %[1]s, which is only added to; as its owner type: "+
				"REVOKE UPDATE, DELETE, TRUNCATE ON %[1]s FROM PUBLIC, %[2]s", table, quoted(role))
		}
	}
	return nil
}

// readsAll refuses a role that may not read a table of the registry: nobody has
// granted it anything, or not since a migration made that table.
func readsAll(db *gorm.DB, role string) error {
	var closed []string
	err := db.Raw("SELECT c.relname FROM pg_class c JOIN pg_class v ON v.oid = to_regclass('goose_db_version') AND v.relowner = c.relowner AND " +
		"v.relnamespace = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname").Scan(&closed).Error
	if err != nil || len(closed) == 0 {
		return err
	}
	return fmt.Errorf("the database role may not read %s; as the tables' owner type: marquis migrate --grant %s", strings.Join(closed, ", "), shellWord(role))
}

// shellWord writes a name as a shell reads it.
func shellWord(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
