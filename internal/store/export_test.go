package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// CorrectRole changes the default role of a substance, as a correction of the
// dictionary does.
func CorrectRole(t testing.TB, s *Store, id lab.SubstanceID, role lab.Role) {
	t.Helper()
	err := s.db.Write.Exec("UPDATE substances SET role = ?, active = ? WHERE id = ?", role, role == lab.RoleAdulterant, id).Error
	if err != nil {
		t.Fatal(err)
	}
}

// Evidence returns all analyses of a sample with their findings, in order of entry.
func (s *Store) Evidence(ctx context.Context, key lab.Key) ([]lab.Evidence, error) {
	evidence, err := evidenceOf(s.read.WithContext(ctx), key)
	return evidence, translate(err)
}

// Usual is what the registry knows of the usual amount of a substance in a form.
func (s *Store) Usual(ctx context.Context, substance lab.SubstanceID, form lab.Form, scale lab.Scale) (int64, bool, error) {
	return usual(s.read.WithContext(ctx), substance, form, scale, s.now().UTC().Year())
}

// Publications returns all versions of a sample's result, in order.
func (s *Store) Publications(ctx context.Context, sample lab.Key) ([]lab.Publication, error) {
	publications, err := publicationsOf(s.read.WithContext(ctx), sample)
	return publications, translate(err)
}

// Questions returns the questions about the analyses of a sample, in order.
func (s *Store) Questions(ctx context.Context, sample lab.Key) ([]lab.Question, error) {
	return questionsOf(s.read.WithContext(ctx), sample)
}

// ReadOuts returns who told which version of a sample's result by phone, in order.
func (s *Store) ReadOuts(ctx context.Context, sample lab.Key) ([]lab.ReadOut, error) {
	return readOutsOf(s.read.WithContext(ctx), sample)
}

// Trail returns what ReadSample would tell an actor of the trail of a sample.
func (s *Store) Trail(ctx context.Context, by lab.Actor, sample lab.Key) ([]lab.Event, error) {
	return trailOf(s.read.WithContext(ctx), by, sample)
}

// Reassign makes a new version of an analysis by an action that the program does not
// have.
func (s *Store) Reassign(ctx context.Context, by lab.Actor, key lab.Key, version int32, notes string) (lab.Analysis, error) {
	return s.changeAnalysis(ctx, by, "reassign analysis", key, version, "", nil, func(_ *work, _ *lab.File, e *lab.Evidence) error {
		e.Analysis.Notes = notes
		return nil
	})
}

// OnSQLite tells that the registry is a SQLite file.
func (s *Store) OnSQLite() bool { return s.db.OnSQLite() }

// Exec runs a statement past all rules of the program.
func Exec(s *Store, statement string, args ...any) error {
	return s.db.Write.Session(&gorm.Session{NewDB: true}).Exec(statement, args...).Error
}

// Pool is the pool through which the store writes, for comparisons with the bare
// driver under the same settings.
func Pool(t testing.TB, s *Store) *sql.DB {
	t.Helper()
	pool, err := s.db.Write.DB()
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// Owned are the tables of services.
func Owned() []string { return slices.Clone(owned) }

// Archived are the tables that a backup has, in their order; LeftOut those that it has not.
func Archived() []string { return slices.Clone(archived) }

// LeftOut are the tables that no backup has, with the reasons.
func LeftOut() map[string]string { return maps.Clone(leftOut) }

// WithoutModel are the tables that are only written by statements in full.
var WithoutModel = []string{"method_mappings", "sample_counters", "service_years", "settings", "slips", "write_probe"}

// BesideModel are the columns of tables with a model that only statements in full write.
var BesideModel = map[string][]string{"samples": {"import_live"}}

// ModelColumns returns the columns of every model, sorted, by table.
func ModelColumns(t testing.TB, s *Store) map[string][]string {
	t.Helper()
	columns := map[string][]string{}
	for _, model := range []any{
		lab.Import{},
		lab.Upload{},
		uploadPart{},
		lab.ImportMapping{},
		lab.Correction{},
		lab.Visit{},
		lab.Draft{},
		lab.Sample{},
		lab.SampleExpectation{},
		lab.Analysis{},
		lab.Finding{},
		lab.Publication{},
		lab.Question{},
		lab.View{},
		lab.ReadOut{},
		lab.SampleFact{},
		lab.FindingFact{},
		lab.Service{},
		lab.Location{},
		userRow{},
		recoveryCode{},
		factorFailure{},
		device{},
		signInFailure{},
		halfSignIn{},
		invitation{},
		sessionRow{},
		endedSession{},
		lab.FormDraft{},
		lab.Membership{},
		auditHead{},
		auditEvent{},
		codeEntry{},
		codeKey{},
		clockMark{},
		ClockGap{},
		registryLife{},
		Backup{},
		classRow{},
		substanceRow{},
		substanceNameRow{},
		saltRow{},
		productRow{},
		productNameRow{},
		productSubstanceRow{},
		proposalRow{},
		judgementRow{},
		alertLimitRow{},
		methodRow{},
		methodScopeRow{},
		laboratoryRow{},
		laboratoryPerson{},
		laboratoryService{},
	} {
		statement := &gorm.Statement{DB: s.db.Write}
		if err := statement.Parse(model); err != nil {
			t.Fatal(err)
		}
		columns[statement.Schema.Table] = slices.Sorted(slices.Values(statement.Schema.DBNames))
	}
	return columns
}

// Guarded runs a statement through GORM and returns its error.
func Guarded(ctx context.Context, s *Store, statement string) error {
	tx := s.db.Write.WithContext(ctx)
	if strings.HasPrefix(strings.ToLower(statement), "select") {
		var n int
		return tx.Raw(statement).Scan(&n).Error
	}
	return tx.Exec(statement).Error
}

// OnePool leaves a store one connection for everything, so that a unit of work
// which reads past its transaction waits for itself.
func OnePool(t testing.TB, s *Store) {
	t.Helper()
	Pool(t, s).SetMaxOpenConns(1)
	if s.read != s.db.Write {
		pool, err := s.read.DB()
		if err != nil {
			t.Fatal(err)
		}
		s.read, s.db.Read = s.db.Write, s.db.Write
		t.Cleanup(func() { _ = pool.Close() })
	}
}

// SmallBatches makes imports of a store write few samples at a time.
func SmallBatches(s *Store) { s.batches = batchSizes{100, 100, 100, 1} }

// LoadGoesOn tells whether a load takes another batch into a transaction that it has just begun.
func LoadGoesOn(s *Store) bool { return s.newPace(false).goesOn(time.Now()) }

// Explained records the statements that a store on SQLite runs from now on, and
// returns how SQLite finds their rows, by statement.
func Explained(t testing.TB, s *Store) func() map[string]string {
	t.Helper()
	seen := map[string][]any{}
	note := func(tx *gorm.DB) { seen[tx.Statement.SQL.String()] = slices.Clone(tx.Statement.Vars) }
	for _, db := range []*gorm.DB{s.db.Write, s.read} {
		on := db.Callback()
		for _, register := range []error{
			on.Raw().After("gorm:raw").Register("test:note", note), on.Row().After("gorm:row").Register("test:note", note),
			on.Query().After("gorm:query").Register("test:note", note),
		} {
			if register != nil {
				t.Fatal(register)
			}
		}
	}
	return func() map[string]string {
		plans := map[string]string{}
		for statement, vars := range maps.Clone(seen) {
			plans[statement] = explain(t, s, statement, vars)
		}
		return plans
	}
}

// Reads records how often a store reads each of the tables from now on, to find of
// which sample a record is aside.
func Reads(t testing.TB, s *Store, tables ...string) map[string]int {
	t.Helper()
	reads := map[string]int{}
	note := func(tx *gorm.DB) {
		statement := tx.Statement.SQL.String()
		for _, table := range tables {
			if strings.HasPrefix(statement, "SELECT ") && !strings.HasPrefix(statement, "SELECT sample_id ") && strings.Contains(statement, " FROM "+table+" ") {
				reads[table]++
			}
		}
	}
	for _, db := range []*gorm.DB{s.db.Write, s.read} {
		on := db.Callback()
		if err := errors.Join(on.Row().After("gorm:row").Register("test:reads", note), on.Query().After("gorm:query").Register("test:reads", note)); err != nil {
			t.Fatal(err)
		}
	}
	return reads
}

// explain tells the steps by which SQLite finds the rows of a statement; none for one
// that has no plan.
func explain(t testing.TB, s *Store, statement string, vars []any) (steps string) {
	t.Helper()
	rows, err := Pool(t, s).QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, vars...)
	if err != nil {
		return ""
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps += step + "\n"
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// PackedColumns are the names of the columns that are read packed: of a look-up under
// an empty name, with the table's short name.
func PackedColumns() map[string][]string {
	return map[string][]string{
		"sample_facts":  append(columnNames(sampleHeads), columnNames(sampleClasses)...),
		"finding_facts": append(columnNames(findingHeads), columnNames(findingClasses)...),
		"":              append(columnNames(foundColumns), columnNames(publishedColumns)...),
	}
}

func columnNames[T any](p sqlstore.Packed[T]) []string { return strings.Split(p.Columns(), ", ") }

// ShufflePacked gives each list of packed columns another order, until it is undone.
func ShufflePacked(r *rand.Rand) (undo func()) {
	back := []func(){
		shuffle(r, sampleHeads), shuffle(r, sampleClasses), shuffle(r, findingHeads), shuffle(r, findingClasses),
		shuffle(r, foundColumns), shuffle(r, publishedColumns),
	}
	return func() {
		for _, undo := range back {
			undo()
		}
	}
}

func shuffle[T any](r *rand.Rand, p sqlstore.Packed[T]) (undo func()) {
	was := slices.Clone(p)
	r.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	return func() { copy(p, was) }
}

// Unprepared is a store that has forgotten which statements it prepared.
func Unprepared(s *Store) *Store {
	s.lookups.Clear()
	return s
}
