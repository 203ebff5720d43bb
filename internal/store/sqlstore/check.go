package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDamaged means that a SQLite file is not as it was written.
var ErrDamaged = errors.New("the file is damaged")

// CheckFile refuses a SQLite file that is damaged, or in which a row refers to one that is
// not there. PostgreSQL keeps to both by itself.
func (d *DB) CheckFile(ctx context.Context) error {
	if d.file == nil {
		return nil
	}
	tx := d.Read.WithContext(ctx)
	var said []string // an index is read too: what it says of a row is taken for the row
	err := tx.Raw(fmt.Sprintf("PRAGMA integrity_check(%d)", faultsTold)).Scan(&said).Error
	if isDamage(err) {
		said, err = append(said, err.Error()), nil
	}
	if err != nil {
		return Translate(err)
	}
	if len(said) != 1 || said[0] != "ok" {
		return d.damaged(said)
	}
	var orphans []struct{ Table, Parent string }
	if err := tx.Raw("PRAGMA foreign_key_check").Scan(&orphans).Error; err != nil {
		return Translate(err)
	}
	if len(orphans) > 0 {
		return fmt.Errorf("%d rows refer to rows that are not there, the first in %s to %s", len(orphans), orphans[0].Table, orphans[0].Parent)
	}
	return nil
}

// faultsTold is how many faults of a file are told, of those that there are.
const faultsTold = 5

// damaged says what is wrong with the file, and what to do.
func (d *DB) damaged(said []string) error {
	lines := strings.Split(strings.Join(said, "\n"), "\n")
	return fmt.Errorf("%w: %s (%s). Stop the server, keep a copy of the file, and restore the last backup that was proven; "+
		"where nothing but an index is named it can be made anew: sqlite3 %[2]s REINDEX, and then marquis verify",
		ErrDamaged, d.file.path, strings.Join(lines[:min(len(lines), faultsTold)], "; "))
}

// isDamage tells that SQLite could not go on for what it found in the file.
func isDamage(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}
