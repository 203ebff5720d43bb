package store

import (
	"database/sql"
	"slices"
	"testing"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// CorrectRole changes the default role of a substance, as a correction of the
// dictionary does.
func CorrectRole(t testing.TB, s *Store, id lab.SubstanceID, role lab.Role) {
	t.Helper()
	err := s.write.Exec("UPDATE substances SET role = ?, active = ? WHERE id = ?", role, role == lab.RoleAdulterant, id).Error
	if err != nil {
		t.Fatal(err)
	}
}

// Exec runs a statement past all rules of the program.
func Exec(s *Store, statement string, args ...any) error {
	return s.write.Session(&gorm.Session{NewDB: true}).Exec(statement, args...).Error
}

// Pool is the pool through which the store writes, for comparisons with the bare
// driver under the same settings.
func Pool(t testing.TB, s *Store) *sql.DB {
	t.Helper()
	pool, err := s.write.DB()
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// Owned are the tables of services.
func Owned() []string { return slices.Clone(owned) }
