package sqlstore

import (
	"context"
	"fmt"
)

// CheckFile refuses a SQLite file that is damaged, or in which a row refers to one that is
// not there. PostgreSQL keeps to both by itself.
func (d *DB) CheckFile(ctx context.Context) error {
	if d.file == nil {
		return nil
	}
	tx := d.Read.WithContext(ctx)
	var said []string
	if err := tx.Raw("PRAGMA quick_check(1)").Scan(&said).Error; err != nil {
		return Translate(err)
	}
	if len(said) != 1 || said[0] != "ok" {
		return fmt.Errorf("the file %s is damaged: %v", d.file.path, said)
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
