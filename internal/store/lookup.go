package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
)

// Found is what a lookup code opens: what the public page needs to say, and
// nothing else of the sample.
type Found struct {
	ServiceID       lab.ServiceID
	ServiceCode     string
	ServiceName     string
	ProductID       lab.ProductID
	Form            lab.Form
	State           lab.SampleState
	StateReason     string
	ReceivedOn      lab.Date
	ExpectedReadyOn lab.Date
	Expected        []lab.Expected
	Publications    []lab.Publication // all versions in order; who published is left out
}

// lookupStatement reads all of it at once, a row a publication, by the first
// columns of primary and unique keys.
const lookupStatement = `SELECT c.code_hash, c.key_id, c.sample_id,
  v.id, v.code, v.name, x.product_id, x.form, x.state, x.state_reason, x.received_on, x.expected_ready_on,
  coalesce((SELECT string_agg(CASE WHEN e.substance_id IS NULL THEN e.class ELSE CAST(e.substance_id AS text) END, ' ' ORDER BY e.position)
    FROM sample_expectations e WHERE e.service_id = x.service_id AND e.sample_id = x.id), ''),
  p.id, coalesce(p.version, 0), coalesce(p.kind, ''), coalesce(p.reason, ''), coalesce(p.outcome, ''), coalesce(p.outcome_euda, ''),
  CAST(p.result AS text), p.published_on, p.published_at
FROM lookup_codes c
JOIN services v ON v.id = c.service_id
JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id
LEFT JOIN publications p ON p.service_id = c.service_id AND p.sample_id = c.sample_id
WHERE c.code_hash IN (%s) ORDER BY p.version`

// Lookup returns what a code opens, or lab.ErrNotFound where it opens nothing. The
// hashes are those of the one code under all keys that may have been used.
func (s *Store) Lookup(ctx context.Context, hashes []CodeHash) (Found, error) {
	var found Found
	if len(hashes) == 0 {
		return found, lab.ErrNotFound
	}
	args := make([]any, len(hashes))
	for i, h := range hashes {
		args[i] = hex.EncodeToString(h.Hash)
	}
	rows, err := s.lookupRows(ctx, args)
	if err != nil {
		return found, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := found.scan(rows, hashes); err != nil {
			return Found{}, translate(err)
		}
	}
	if err := rows.Err(); err != nil {
		return Found{}, translate(err)
	}
	if found.ServiceID == 0 {
		return found, lab.ErrNotFound
	}
	return found, nil
}

// lookupRows runs the statement for so many hashes. It is prepared once.
func (s *Store) lookupRows(ctx context.Context, hashes []any) (*sql.Rows, error) {
	prepared, ok := s.lookups.Load(len(hashes))
	if !ok {
		pool, err := s.read.DB()
		if err != nil {
			return nil, err
		}
		places := make([]string, len(hashes))
		for i := range places {
			places[i] = fmt.Sprintf("$%d", i+1)
		}
		statement, err := pool.PrepareContext(ctx, fmt.Sprintf(lookupStatement, strings.Join(places, ", ")))
		if err != nil {
			return nil, err
		}
		if prepared, ok = s.lookups.LoadOrStore(len(hashes), statement); ok {
			_ = statement.Close() //nolint:sqlclosecheck // another was first; the one that is kept stays open
		}
	}
	return prepared.(*sql.Stmt).QueryContext(ctx, hashes...)
}

// scan takes over a row, if it is of one of the hashes under its own key.
func (f *Found) scan(rows *sql.Rows, hashes []CodeHash) error {
	var x Found
	var p lab.Publication
	var hash, key, expected string
	var result sql.RawBytes
	err := rows.Scan(&hash, &key, &p.SampleID, &x.ServiceID, &x.ServiceCode, &x.ServiceName, &x.ProductID, &x.Form, &x.State, &x.StateReason,
		&x.ReceivedOn, &x.ExpectedReadyOn, &expected, &p.ID, &p.Version, &p.Kind, &p.Reason, &p.Outcome, &p.OutcomeEUDA, &result, &p.PublishedOn, &p.PublishedAt)
	if err != nil {
		return err
	}
	ours := slices.ContainsFunc(hashes, func(h CodeHash) bool { return h.KeyID == key && hex.EncodeToString(h.Hash) == hash })
	if !ours {
		return nil
	}
	x.Publications = f.Publications
	for _, token := range strings.Fields(expected) {
		x.Expected = append(x.Expected, lab.ParseExpected(token))
	}
	if p.Version > 0 {
		p.ServiceID = x.ServiceID
		if err := p.Result.Scan([]byte(result)); err != nil {
			return err
		}
		x.Publications = append(x.Publications, p)
	}
	*f = x
	return nil
}
