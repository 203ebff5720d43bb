package store_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// sharedTables are the tables that every service reads, and that which knows the
// schema's version; directories are distributed by their own key.
var (
	sharedTables = []string{
		"alert_limits", "clock_gaps", "clock_marks", "code_keys", "devices", "ended_sessions", "factor_failures", "form_drafts", "goose_db_version", "half_sign_ins", "invitations", "laboratories", "laboratory_people", "laboratory_services", "locations", "memberships", "method_mappings", "method_scopes", "methods", "product_names", "product_substances",
		"products", "backups", "registry_lives", "recovery_codes", "services", "sessions", "settings", "sign_in_failures", "slips", "substance_classes", "substance_names", "substance_salts", "substances", "substance_judgements", "substance_proposals", "users",
		"write_probe",
	}
	directories = []string{"lookup_codes"}
)

// catalogue is what a database says of its own schema.
type catalogue struct {
	columns map[string]map[string]string // by table: the type of each column
	notNull map[string]bool              // by table.column
	keys    []tableKey
	foreign []foreignKey
}

// tableKey is a primary key, a unique constraint or a unique index.
type tableKey struct {
	table, name string
	columns     []string
}

// foreignKey refers from columns of a table to another table.
type foreignKey struct {
	table, to          string
	columns, toColumns []string
}

func readCatalogue(t *testing.T, s *store.Store, kind string) catalogue {
	t.Helper()
	if kind == "postgres" {
		return postgresCatalogue(t, s)
	}
	return sqliteCatalogue(t, s)
}

func sqliteCatalogue(t *testing.T, s *store.Store) catalogue {
	t.Helper()
	c := catalogue{columns: map[string]map[string]string{}, notNull: map[string]bool{}}
	for _, row := range sqlRows(t, s, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", 1) {
		table := fmt.Sprint(row[0])
		c.columns[table] = map[string]string{}
		primary := tableKey{table: table, name: "primary key"}
		for _, row := range sqlRows(t, s, "SELECT name, lower(type), \"notnull\" FROM pragma_table_info('"+table+"')", 3) {
			c.columns[table][fmt.Sprint(row[0])] = fmt.Sprint(row[1])
			c.notNull[table+"."+fmt.Sprint(row[0])] = fmt.Sprint(row[2]) == "1"
		}
		for _, row := range sqlRows(t, s, "SELECT name FROM pragma_table_info('"+table+"') WHERE pk > 0 ORDER BY pk", 1) {
			primary.columns = append(primary.columns, fmt.Sprint(row[0]))
		}
		c.keys = append(c.keys, primary)
		for _, row := range sqlRows(t, s, "SELECT name FROM pragma_index_list('"+table+"') WHERE \"unique\"", 1) {
			key := tableKey{table: table, name: fmt.Sprint(row[0])}
			for _, row := range sqlRows(t, s, "SELECT name FROM pragma_index_info('"+key.name+"') ORDER BY seqno", 1) {
				key.columns = append(key.columns, fmt.Sprint(row[0]))
			}
			c.keys = append(c.keys, key)
		}
		byID := map[string]*foreignKey{}
		for _, row := range sqlRows(t, s, "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list('"+table+"') ORDER BY id, seq", 4) {
			id := fmt.Sprint(row[0])
			if byID[id] == nil {
				byID[id] = &foreignKey{table: table, to: fmt.Sprint(row[1])}
			}
			byID[id].columns = append(byID[id].columns, fmt.Sprint(row[2]))
			byID[id].toColumns = append(byID[id].toColumns, fmt.Sprint(row[3]))
		}
		for _, key := range byID {
			c.foreign = append(c.foreign, *key)
		}
	}
	return c
}

func postgresCatalogue(t *testing.T, s *store.Store) catalogue {
	t.Helper()
	c := catalogue{columns: map[string]map[string]string{}, notNull: map[string]bool{}}
	for _, row := range sqlRows(t, s, `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`, 4) {
		table, column := fmt.Sprint(row[0]), fmt.Sprint(row[1])
		if c.columns[table] == nil {
			c.columns[table] = map[string]string{}
		}
		c.columns[table][column] = fmt.Sprint(row[2])
		c.notNull[table+"."+column] = row[3] == true
	}
	// Columns that are only included in an index come after its keys.
	for _, row := range sqlRows(t, s, `SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text,
  (SELECT string_agg(a.attname, ' ' ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY k(number, at)
   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.at <= i.indnkeyatts)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace`, 3) {
		c.keys = append(c.keys, tableKey{fmt.Sprint(row[0]), fmt.Sprint(row[1]), strings.Fields(fmt.Sprint(row[2]))})
	}
	for _, row := range sqlRows(t, s, `SELECT f.conrelid::regclass::text, f.confrelid::regclass::text,
  (SELECT string_agg(a.attname, ' ' ORDER BY k.at) FROM unnest(f.conkey) WITH ORDINALITY k(number, at)
   JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
  (SELECT string_agg(a.attname, ' ' ORDER BY k.at) FROM unnest(f.confkey) WITH ORDINALITY k(number, at)
   JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number)
FROM pg_constraint f WHERE f.contype = 'f'`, 4) {
		c.foreign = append(c.foreign, foreignKey{
			fmt.Sprint(row[0]), fmt.Sprint(row[1]), strings.Fields(fmt.Sprint(row[2])), strings.Fields(fmt.Sprint(row[3])),
		})
	}
	return c
}

// eachKind runs a test on an empty registry of either kind and tells which.
func eachKind(t *testing.T, test func(t *testing.T, s *store.Store, kind string)) {
	t.Helper()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, storetest.Open(t, storetest.Config(t, kind)), kind)
		})
	}
}

func TestEveryTableIsOwnedSharedOrADirectory(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		known := slices.Sorted(slices.Values(slices.Concat(store.Owned(), sharedTables, directories)))
		if have := slices.Sorted(maps.Keys(readCatalogue(t, s, kind).columns)); !slices.Equal(have, known) {
			t.Errorf("tables %v\nknown  %v", have, known)
		}
	})
}

func TestServiceIsFirstInEveryKeyOfOwnedTables(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		c, owned := readCatalogue(t, s, kind), store.Owned()
		for _, table := range owned {
			if got := c.columns[table]["service_id"]; got != "integer" || !c.notNull[table+".service_id"] {
				t.Errorf("%s.service_id is %q, not null %t", table, got, c.notNull[table+".service_id"])
			}
			if !slices.ContainsFunc(c.keys, func(k tableKey) bool { return k.table == table && len(k.columns) > 0 }) {
				t.Errorf("%s has no key", table)
			}
		}
		for _, key := range c.keys {
			if slices.Contains(owned, key.table) && (len(key.columns) == 0 || key.columns[0] != "service_id") {
				t.Errorf("key %s of %s begins with %v", key.name, key.table, key.columns)
			}
		}
		between := 0
		for _, key := range c.foreign {
			from, to := slices.Contains(owned, key.table), slices.Contains(owned, key.to)
			switch {
			case from && to:
				between++
				if key.columns[0] != "service_id" || key.toColumns[0] != "service_id" {
					t.Errorf("%s %v refers to %s %v", key.table, key.columns, key.to, key.toColumns)
				}
			case to:
				t.Errorf("%s is not owned, and refers to %s, which is", key.table, key.to)
			case slices.Contains(directories, key.table):
				t.Errorf("the directory %s refers to %s", key.table, key.to)
			}
		}
		if between != 15 { // beside those of before, corrections to imports and samples
			t.Errorf("%d foreign keys between owned tables", between)
		}
	})
}

// A check with a list of three and more makes a table of its own for each row, on SQLite: a load
// took half as long again. Write comparisons: a = 'x' OR a = 'y' OR a = 'z'.
func TestNoCheckOfSQLiteMakesATable(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	for table := range readCatalogue(t, s, "sqlite").columns {
		for _, step := range sqlRows(t, s, "EXPLAIN INSERT INTO "+table+" DEFAULT VALUES", 8) {
			if step[1] == "OpenEphemeral" && table != "imports" { // which has one in an index, and a row an import
				t.Errorf("a row of %s is checked by a list", table)
				break
			}
		}
	}
}

func TestPostgresHasItsNativeTypes(t *testing.T) {
	s := storetest.Open(t, storetest.Config(t, "postgres"))
	for table, columns := range readCatalogue(t, s, "postgres").columns {
		for column, got := range columns {
			want := ""
			switch {
			case table == "goose_db_version":
				continue
			case column == "id" && slices.Contains(store.Owned(), table), column == "sample_id", column == "analysis_id",
				column == "visit_id", column == "import_id":
				want = "uuid"
			case strings.HasSuffix(column, "_on"):
				want = "date"
			case column == "at" || strings.HasSuffix(column, "_at"):
				want = "timestamp with time zone"
			case column == "result":
				want = "text"
			default:
				continue
			}
			if got != want {
				t.Errorf("%s.%s is %s and not %s", table, column, got, want)
			}
		}
	}
}

// TestColumnsAreFields holds the schema and the models together: GORM leaves out,
// without a word, what only one of them has.
func TestColumnsAreFields(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		models := store.ModelColumns(t, s)
		for table, columns := range readCatalogue(t, s, kind).columns {
			if table == "goose_db_version" || slices.Contains(store.WithoutModel, table) {
				continue
			}
			have := slices.DeleteFunc(slices.Sorted(maps.Keys(columns)), func(c string) bool { return slices.Contains(store.BesideModel[table], c) })
			if !slices.Equal(have, models[table]) {
				t.Errorf("%s has the columns %v\nits model has %v", table, have, models[table])
			}
			delete(models, table)
		}
		for table := range models {
			t.Errorf("the model of %s has no table", table)
		}
	})
}

// TestKeysOfTheTrailAreColumns: what the trail calls the fields of a record are the
// names of their columns.
func TestKeysOfTheTrailAreColumns(t *testing.T) {
	models := store.ModelColumns(t, storetest.Open(t, storetest.Config(t, "sqlite")))
	for table, record := range map[string]any{
		"samples": lab.Sample{}, "analyses": lab.Analysis{}, "findings": lab.Finding{}, "analysis_questions": lab.Question{},
		"publications": lab.Publication{}, "read_outs": lab.ReadOut{}, "visits": lab.Visit{}, "imports": lab.Import{},
		"locations": lab.Location{}, "services": lab.Service{}, "method_scopes": lab.MethodScope{},
	} {
		if keys := slices.Sorted(slices.Values(lab.FieldKeys(record))); !slices.Equal(keys, models[table]) {
			t.Errorf("the trail calls the fields of %T %v\ntheir columns are %v", record, keys, models[table])
		}
	}
	for table, record := range map[string]any{"users": lab.User{}, "methods": lab.Method{}} { // some columns are no fields, and the scope and the laboratory's name no columns
		for _, key := range lab.FieldKeys(record) {
			if key != "scope" && key != "lab" && !slices.Contains(models[table], key) {
				t.Errorf("the trail tells %s of %T, which is no column", key, record)
			}
		}
	}
}

func TestStatementsOnOwnedTablesMustNameTheService(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, table := range store.Owned() {
			for _, statement := range []string{
				"SELECT count(*) FROM %s", "SELECT 1 FROM services JOIN %s ON true", "select 1 from \"%s\"", "UPDATE %s SET no = 1",
				"DELETE FROM %s", "INSERT INTO %s (no) VALUES (1)", "SELECT 1 FROM services, %s",
			} {
				statement = fmt.Sprintf(statement, table)
				if err := store.Guarded(context.Background(), s, statement); err == nil || !strings.Contains(err.Error(), "without service_id") {
					t.Errorf("%s: %v", statement, err)
				}
			}
			if err := store.Guarded(t.Context(), s, "SELECT count(*) FROM "+table+" WHERE service_id = 1"); err != nil {
				t.Errorf("%s: %v", table, err)
			}
		}
		if err := store.Guarded(t.Context(), s, "SELECT count(*) FROM services"); err != nil {
			t.Error(err)
		}
	})
}
