package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marquis/internal/lab"
)

// Found is what a lookup code opens: as much of the sample's file as the public page
// needs to say, and nothing else of it. Of the sample that is what it was sold as, its
// form, state and days; of the versions of its result, what was said and on which day.
// It has no ids but that of the service.
type Found struct {
	lab.File
	Code        CodeHash // which of those that were asked for opens it
	ServiceName string
}

// lookupStatement reads all of it at once, a row a publication, by the first
// columns of primary and unique keys. What holds no free text comes as one column:
// the driver of SQLite takes longer for a column than for what is in it. Nothing is
// sorted: the key has the expectations in order, and sorting rows would copy them.
const lookupStatement = `WITH typed (code_hash, key_id) AS (VALUES %s)
SELECT concat(c.key_id, '|', c.service_id, '|', x.product_id, '|', x.form, '|', x.state, '|', x.state_reason, '|', x.received_on, '|', x.expected_ready_on, '|',
  (SELECT string_agg(coalesce(CAST(e.substance_id AS text), e.class), ' ') FROM (SELECT substance_id, class FROM sample_expectations
    WHERE service_id = x.service_id AND sample_id = x.id ORDER BY position) e), '|',
  p.version, '|', p.kind, '|', p.outcome, '|', p.published_on),
  v.name, coalesce(p.reason, ''), coalesce(CAST(p.result AS text), '')
FROM typed
JOIN lookup_codes c ON c.code_hash = typed.code_hash AND c.key_id = typed.key_id
JOIN services v ON v.id = c.service_id
JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id
LEFT JOIN publications p ON p.service_id = c.service_id AND p.sample_id = c.sample_id`

// Lookup returns what a code opens, or lab.ErrNotFound where it opens nothing. The
// hashes are those of the one code under all keys that may have been used.
func (s *Store) Lookup(ctx context.Context, hashes []CodeHash) (Found, error) {
	var found Found
	if len(hashes) == 0 {
		return found, lab.ErrNotFound
	}
	if err := ctx.Err(); err != nil {
		return found, translate(err)
	}
	if s.dialect.name() == "sqlite" { // to watch for a reader who goes away would take longer than to finish
		ctx = context.WithoutCancel(ctx)
	}
	rows, err := s.lookupRows(ctx, hashes)
	if err != nil {
		return found, translate(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := found.scan(rows); err != nil {
			return Found{}, translate(err)
		}
	}
	if err := rows.Err(); err != nil {
		return Found{}, translate(err)
	}
	if found.Sample.ServiceID == 0 {
		return found, lab.ErrNotFound
	}
	found.Code = hashes[slices.IndexFunc(hashes, func(h CodeHash) bool { return h.KeyID == found.Code.KeyID })]
	slices.SortFunc(found.Publications, func(a, b lab.Publication) int { return cmp.Compare(a.Version, b.Version) })
	return found, nil
}

// lookupRows runs the statement for so many hashes. It is prepared once.
func (s *Store) lookupRows(ctx context.Context, hashes []CodeHash) (*sql.Rows, error) {
	prepared, ok := s.lookups.Load(len(hashes))
	if !ok {
		pool, err := s.read.DB()
		if err != nil {
			return nil, err
		}
		places := make([]string, len(hashes))
		for i := range places {
			places[i] = fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2)
		}
		statement, err := pool.PrepareContext(ctx, fmt.Sprintf(lookupStatement, strings.Join(places, ", ")))
		if err != nil {
			return nil, err
		}
		if prepared, ok = s.lookups.LoadOrStore(len(hashes), statement); ok {
			_ = statement.Close() //nolint:sqlclosecheck // another was first; the one that is kept stays open
		}
	}
	args := make([]any, 0, 2*len(hashes))
	for _, h := range hashes {
		args = append(args, hex.EncodeToString(h.Hash), h.KeyID)
	}
	return prepared.(*sql.Stmt).QueryContext(ctx, args...)
}

// scan takes over a row.
func (f *Found) scan(rows *sql.Rows) error {
	var plain, service, reason, result string
	if err := rows.Scan(&plain, &service, &reason, &result); err != nil {
		return err
	}
	row := plainRow{rest: plain}
	f.Code.KeyID = row.next()
	x := &f.Sample
	x.ServiceID, f.ServiceName = lab.ServiceID(row.number()), service
	x.ProductID, x.Form = lab.ProductID(row.number()), lab.Form(row.next())
	x.State, x.StateReason = lab.SampleState(row.next()), row.next()
	x.ReceivedOn, x.ExpectedReadyOn = row.date(), row.date()
	f.Expected = nil
	for token := range strings.FieldsSeq(row.next()) {
		f.Expected = append(f.Expected, lab.ParseExpected(token))
	}
	if row.rest != nothingPublished {
		p := lab.Publication{Version: row.number(), Kind: lab.PublicationKind(row.next()), Outcome: lab.Outcome(row.next()), PublishedOn: row.date(), Reason: reason}
		p.ServiceID = x.ServiceID
		row.note(p.Result.Scan(result))
		f.Publications = append(f.Publications, p)
	}
	return row.err
}

// nothingPublished is the end of the plain column where the sample has no
// publication.
const nothingPublished = "|||"

// plainRow reads the plain column, value by value, and keeps the first error.
type plainRow struct {
	rest string
	err  error
}

func (r *plainRow) next() (value string) {
	value, r.rest, _ = strings.Cut(r.rest, "|")
	return value
}

func (r *plainRow) note(err error) { r.err = cmp.Or(r.err, err) }

func (r *plainRow) number() int32 {
	n, err := strconv.ParseInt(r.next(), 10, 32)
	r.note(err)
	return int32(n)
}

// date reads a day, zero where there is none.
func (r *plainRow) date() (d lab.Date) {
	if text := r.next(); text != "" {
		r.note(d.Scan(text))
	}
	return d
}
