package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gorm.io/gorm"
)

// guard makes every statement on a table of services fail that does not name
// service_id: on Citus it would go to all shards or be refused.
func guard(db *gorm.DB, tables []string) error {
	owned := regexp.MustCompile(`(?i)(\b(from|join|update|into)\b|,)\s*"?` + "`?(" + strings.Join(tables, "|") + ")\\b")
	check := func(tx *gorm.DB) {
		statement := tx.Statement.SQL.String()
		if owned.MatchString(statement) && !strings.Contains(statement, "service_id") {
			_ = tx.AddError(fmt.Errorf("statement on a service's table without service_id: %s", statement))
		}
	}
	on := db.Callback()
	return errors.Join( // before it runs where the statement is given, after where GORM makes it
		on.Raw().Before("gorm:raw").Register("marquis:guard", check),
		on.Row().Before("gorm:row").Register("marquis:guard given", check),
		on.Row().After("gorm:row").Register("marquis:guard", check),
		on.Query().Before("gorm:query").Register("marquis:guard given", check),
		on.Query().After("gorm:query").Register("marquis:guard", check),
		on.Create().After("gorm:create").Register("marquis:guard", check),
		on.Update().After("gorm:update").Register("marquis:guard", check),
		on.Delete().After("gorm:delete").Register("marquis:guard", check),
	)
}
