// Package migrations holds the numbered SQL that makes the schema: one file where
// SQLite and PostgreSQL agree, a pair with the dialect in its name where not.
package migrations

import "embed"

// Files are the migrations, in the form that goose reads.
//
//go:embed *.sql
var Files embed.FS
