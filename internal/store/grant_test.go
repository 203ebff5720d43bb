package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// programRole makes a role of the server, with the given powers, for as long as the
// test and the databases last that it makes after this.
func programRole(t *testing.T, name, powers string) {
	t.Helper()
	role := pgx.Identifier{name}.Sanitize()
	conn, err := pgx.Connect(t.Context(), pgtest.Start(t).Admin())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE ROLE "+role+" LOGIN "+powers); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := conn.Exec(context.Background(), "DROP ROLE "+role); err != nil {
			t.Error(err)
		}
		_ = conn.Close(context.Background())
	})
}

func asRole(t testing.TB, database, role string) store.Config {
	t.Helper()
	return store.Config{DatabaseURL: pgtest.Start(t).As(t, database, role)}
}

// TestTheProgramWorksUnderARoleOfItsOwn: the owner migrates and grants; the other
// role does everything that the program does, and cannot change what is only added
// to, whatever it tries.
func TestTheProgramWorksUnderARoleOfItsOwn(t *testing.T) {
	for _, role := range []string{"program", `bureau "Zuid"; ☂ É'`, "select"} {
		t.Run(role, func(t *testing.T) {
			programRole(t, role, "")
			owner := store.Config{DatabaseURL: pgtest.Start(t).Database(t)}
			for range 2 { // the second time changes nothing
				done, err := store.MigrateAndGrant(t.Context(), owner, clock, role)
				if err != nil || !strings.Contains(done[len(done)-1], "role "+role+": may run the program") {
					t.Fatalf("did %q, %v", done, err)
				}
			}
			s := storetest.Open(t, asRole(t, owner.DatabaseURL, role))
			publishOne(t, s)
			judgeOne(t, s)
			if n, err := s.VerifyAudit(t.Context(), lab.Operator("test")); err != nil || n < 8 {
				t.Errorf("audit: %d events, %v", n, err)
			}
			if done, err := store.Migrate(t.Context(), asRole(t, owner.DatabaseURL, role), clock); err != nil || len(done) != 0 {
				t.Errorf("migrating what is up to date did %q, %v", done, err)
			}
			for _, statement := range []string{
				"UPDATE audit_events SET reason = 'x' WHERE service_id = 1",
				"UPDATE publications SET reason = 'x' WHERE service_id = 1",
				"DELETE FROM audit_events WHERE service_id = 1", "DELETE FROM publications WHERE service_id = 1",
				"TRUNCATE audit_events", "TRUNCATE publications CASCADE", "TRUNCATE samples CASCADE",
				"UPDATE substance_judgements SET danger = 'none'", "DELETE FROM substance_judgements", "TRUNCATE substance_judgements",
				"UPDATE alert_limits SET amount_value = 1", "DELETE FROM alert_limits", "TRUNCATE alert_limits",
				"ALTER TABLE audit_events DISABLE TRIGGER ALL", "ALTER TABLE publications ADD COLUMN more text", "DROP TABLE audit_events",
				"CREATE RULE none AS ON INSERT TO audit_events DO INSTEAD NOTHING",
				"ALTER TABLE audit_events OWNER TO CURRENT_USER", "CREATE TABLE more (x int)",
				"UPDATE goose_db_version SET is_applied = false", "SET ROLE marquis", "SET SESSION AUTHORIZATION postgres",
				"SET session_replication_role = replica", "ALTER ROLE CURRENT_USER CREATEROLE", "GRANT marquis TO CURRENT_USER",
			} {
				if err := store.Exec(s, statement); err == nil {
					t.Errorf("%s: is not refused", statement)
				}
			}
			for _, right := range []string{"UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "ALL"} { // only a warning, but nothing is granted
				_ = store.Exec(s, "GRANT "+right+" ON audit_events, publications, substance_judgements, alert_limits TO CURRENT_USER")
			}
			if err := openError(t, asRole(t, owner.DatabaseURL, role)); err != nil {
				t.Errorf("it has granted itself more: %v", err)
			}
			owned := "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
			if rows := sqlRows(t, s, owned, 1); rows[0][0] != int64(0) {
				t.Errorf("it owns %v tables or indexes", rows[0][0])
			}
		})
	}
}

func TestTheGrantedRoleRemovesWhatIsOverItsTime(t *testing.T) {
	programRole(t, "sweeper", "")
	owner := storetest.Config(t, "postgres")
	if _, err := store.MigrateAndGrant(t.Context(), owner, clock, "sweeper"); err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, asRole(t, owner.DatabaseURL, "sweeper"))
	b := newBench(t, s)
	r := b.registration()
	r.Code = &store.CodeHash{KeyID: "2025-02", Hash: []byte{1, 2, 3}, Month: "2025-02", Fingerprint: "print of 2025-02"}
	if _, err := s.RegisterSample(t.Context(), b.intake, r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.NewDraft(t.Context(), b.intake, b.service.ID, "{}"); err != nil {
		t.Fatal(err)
	}
	seal(t, s, b.verifier, "old 1")
	noError(t, s.TakeRing(t.Context(), lab.Operator("serve"), look(ringOf("ours", "2025-02", "a")), opens))
	noError(t, s.MarkClock(t.Context(), lab.Operator("test")))
	later := storetest.OpenAt(t, asRole(t, owner.DatabaseURL, "sweeper"), func() time.Time { return storetest.Now.AddDate(0, 6, 0) })
	storetest.ConfirmClock(t, later, storetest.Now.AddDate(0, 6, 0))
	if n, err := later.SweepDrafts(t.Context(), lab.Operator("test")); err != nil || n != 1 {
		t.Errorf("%d drafts, %v", n, err)
	}
	if err := later.SweepSessions(t.Context(), lab.Operator("test")); err != nil {
		t.Error(err)
	}
	if n, err := later.ExpireCodes(t.Context(), lab.Operator("serve"), 2025_06_01); err != nil || n != 1 {
		t.Errorf("%d codes, %v", n, err)
	}
}

// TestGrantingAgainCoversWhatIsNew: a table that a migration has made, and rights
// that somebody has given or taken since.
func TestGrantingAgainCoversWhatIsNew(t *testing.T) {
	programRole(t, "again", "")
	owner := storetest.Config(t, "postgres")
	granted := func() {
		t.Helper()
		if _, err := store.MigrateAndGrant(t.Context(), owner, clock, "again"); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, openError(t, asRole(t, owner.DatabaseURL, "again")), "may not read alert_limits, analyses, analysis_questions, ")
	granted()
	asSuperuser(t, owner.DatabaseURL, `SET ROLE marquis; CREATE TABLE "Later" (x int); REVOKE ALL ON samples FROM again`)
	wantError(t, openError(t, asRole(t, owner.DatabaseURL, "again")), "may not read Later, samples; as the tables' owner type: marquis migrate --grant again")
	asSuperuser(t, owner.DatabaseURL, `GRANT UPDATE (reason), DELETE, TRIGGER ON audit_events TO again; GRANT ALL ON SCHEMA public TO again`)
	wantError(t, openError(t, asRole(t, owner.DatabaseURL, "again")), "audit_events, which is only added to")
	granted()
	s := storetest.Open(t, asRole(t, owner.DatabaseURL, "again"))
	publishOne(t, s)
	for _, statement := range []string{`INSERT INTO "Later" VALUES (1)`, `UPDATE "Later" SET x = 2`, `DELETE FROM "Later"`} {
		if err := store.Exec(s, statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	rights := "SELECT has_table_privilege('audit_events', 'TRIGGER') OR has_schema_privilege('public', 'CREATE')"
	if rows := sqlRows(t, s, rights, 1); rows[0][0] != false {
		t.Error("what was given by hand is still there")
	}
}

func TestRolesThatAreNotGranted(t *testing.T) {
	programRole(t, "may make roles", "CREATEROLE")
	programRole(t, "acts as owner", "IN ROLE marquis")
	programRole(t, "writes everywhere", "IN ROLE pg_write_all_data")
	programRole(t, "fine", "")
	for _, test := range []struct{ name, role, want string }{
		{"unknown", `who "is" this`, `CREATE ROLE "who ""is"" this" LOGIN PASSWORD '…'`},
		{"none", "", `there is no role ""`},
		{"everybody", "public", `there is no role "public"`},
		{"very long", strings.Repeat("é", 5000), "there is no role"},
		{"superuser", "postgres", "ALTER ROLE \"postgres\" NOSUPERUSER"},
		{"may make roles", "may make roles", "NOCREATEROLE"},
		{"the owner itself", "marquis", "name another role"},
		{"may act as the owner", "acts as owner", "name another role"},
		{"may write everywhere", "writes everywhere", `FROM PUBLIC, "writes everywhere"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			owner := storetest.Config(t, "postgres")
			_, err := store.MigrateAndGrant(t.Context(), owner, clock, test.role)
			wantError(t, err, test.want)
			if test.role == "writes everywhere" { // which shows only once there are tables
				return
			}
			empty := store.Config{DatabaseURL: pgtest.Start(t).Database(t)}
			if done, err := store.MigrateAndGrant(t.Context(), empty, clock, test.role); err == nil || len(done) != 0 {
				t.Errorf("did %q, %v", done, err)
			}
			wantError(t, openError(t, empty), "the database is empty")
		})
	}
	t.Run("where everybody may do more", func(t *testing.T) {
		owner := storetest.Config(t, "postgres")
		asSuperuser(t, owner.DatabaseURL, "GRANT DELETE ON publications TO PUBLIC")
		_, err := store.MigrateAndGrant(t.Context(), owner, clock, "fine")
		wantError(t, err, `REVOKE UPDATE, DELETE, TRUNCATE ON publications FROM PUBLIC, "fine"`)
		asSuperuser(t, owner.DatabaseURL, "REVOKE DELETE ON publications FROM PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC")
		_, err = store.MigrateAndGrant(t.Context(), owner, clock, "fine")
		wantError(t, err, `REVOKE CREATE ON SCHEMA "public" FROM PUBLIC, "fine"`)
		wantError(t, openError(t, asRole(t, owner.DatabaseURL, "fine")), "may not read alert_limits, analyses, ") // half of it is none of it
	})
	t.Run("the owner, where a superuser migrates", func(t *testing.T) {
		owner := storetest.Config(t, "postgres")
		_, err := store.MigrateAndGrant(t.Context(), asRole(t, owner.DatabaseURL, "postgres"), clock, "marquis")
		wantError(t, err, "name another role")
	})
	t.Run("a role whose name a shell would tear apart", func(t *testing.T) {
		programRole(t, "it's", "")
		wantError(t, openError(t, asRole(t, storetest.Config(t, "postgres").DatabaseURL, "it's")), `marquis migrate --grant 'it'\''s'`)
	})
	t.Run("on SQLite", func(t *testing.T) {
		_, err := store.MigrateAndGrant(t.Context(), store.Config{Folder: t.TempDir()}, clock, "fine")
		wantError(t, err, "for the SQLite file type: marquis migrate")
	})
}

// TestADatabaseThatAnotherOwns: who migrates may make tables in it, no more.
func TestADatabaseThatAnotherOwns(t *testing.T) {
	programRole(t, "guest", "")
	server := pgtest.Start(t)
	url := server.Database(t)
	name := "current_database()"
	asSuperuser(t, url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO postgres', "+name+"); "+
		"EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', "+name+"); EXECUTE format('GRANT CONNECT ON DATABASE %I TO marquis', "+name+"); END $$; "+
		"GRANT ALL ON SCHEMA public TO marquis")
	_, err := store.MigrateAndGrant(t.Context(), store.Config{DatabaseURL: url}, clock, "guest")
	wantError(t, err, "the owner of the database")
	asSuperuser(t, url, "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO guest', "+name+"); END $$; GRANT USAGE ON SCHEMA public TO guest")
	if _, err := store.MigrateAndGrant(t.Context(), store.Config{DatabaseURL: url}, clock, "guest"); err != nil {
		t.Fatal(err)
	}
	publishOne(t, storetest.Open(t, store.Config{DatabaseURL: server.As(t, url, "guest")}))
}

func TestManyMayGrantAtOnce(t *testing.T) {
	programRole(t, "busy", "")
	owner := storetest.Config(t, "postgres")
	for _, err := range atOnce(4, func(int) error {
		_, err := store.MigrateAndGrant(t.Context(), owner, clock, "busy")
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	publishOne(t, storetest.Open(t, asRole(t, owner.DatabaseURL, "busy")))
}
