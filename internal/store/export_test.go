package store

import (
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
