package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"

	"marquis/internal/lab"
)

// The migrations that keep with each sample the key of its id at the source, and that write it
// anew where more is taken for one another. Only the program knows what people do, so that they
// are no SQL.
const (
	sourceKeysVersion     = 37
	sourceKeysAnewVersion = 43
)

func sourceKeys() []*goose.Migration {
	return []*goose.Migration{
		goose.NewGoMigration(sourceKeysVersion, &goose.GoFunc{RunTx: addSourceKeys}, nil),
		goose.NewGoMigration(sourceKeysAnewVersion, &goose.GoFunc{RunTx: fillSourceKeys}, nil),
	}
}

func addSourceKeys(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "ALTER TABLE samples ADD COLUMN source_key text NOT NULL DEFAULT ''"); err != nil {
		return err
	}
	if err := fillSourceKeys(ctx, tx); err != nil {
		return fmt.Errorf("fill source_key of samples: %w", err)
	}
	_, err := tx.ExecContext(ctx, "CREATE INDEX samples_source_key ON samples (service_id, source_key) WHERE source_key <> ''")
	return err
}

// filledAtOnce is how many samples are in memory at a time.
const filledAtOnce = 10_000

func fillSourceKeys(ctx context.Context, tx *sql.Tx) error {
	update, err := tx.PrepareContext(ctx, "UPDATE samples SET source_key = $1 WHERE service_id = $2 AND source_ref = $3 AND source_ref <> '' AND import_live AND source_key <> $1")
	if err != nil {
		return err
	}
	defer update.Close()
	service, ref := int64(-1), ""
	for {
		refs, err := refsAfter(ctx, tx, service, ref)
		if err != nil || len(refs) == 0 {
			return err
		}
		for _, r := range refs {
			service, ref = r.service, r.ref
			if _, err := update.ExecContext(ctx, lab.SourceKeyOf(ref), service, ref); err != nil {
				return err
			}
		}
	}
}

type sourceRef struct {
	service int64
	ref     string
}

// refsAfter are the next ids of the samples that were imported. What was taken back has none.
func refsAfter(ctx context.Context, tx *sql.Tx, service int64, ref string) (refs []sourceRef, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT service_id, source_ref FROM samples WHERE source_ref <> '' AND import_live AND (service_id, source_ref) > ($1, $2) "+
		"ORDER BY service_id, source_ref LIMIT $3", service, ref, filledAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r sourceRef
		if err := rows.Scan(&r.service, &r.ref); err != nil {
			return nil, err
		}
		refs = append(refs, r)
	}
	return refs, rows.Err()
}
