package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Found is what a lookup code opens: as much of the sample's file as the public page
// needs to say, and nothing else of it. Of the sample that is its number, what it was sold as,
// its form, look and weight, state and days; of the versions of its result, what was said and on which
// day. It has no ids but that of the service.
type Found struct {
	lab.File
	Service lab.Service // its code and name, and what it tells visitors at the place where the sample was handed in

	gone lab.Import // that brought the sample, and was taken back
}

// What a look-up reads packed: it holds no free text. Those follow beside it.
var (
	foundColumns = sqlstore.Packed[Found]{
		sqlstore.Number("c.service_id", func(f *Found) *lab.ServiceID { return &f.Sample.ServiceID }),
		sqlstore.Number("x.product_id", func(f *Found) *lab.ProductID { return &f.Sample.ProductID }),
		sqlstore.Number("x.number_year", func(f *Found) *int32 { return &f.Sample.NumberYear }),
		sqlstore.Number("x.number_running", func(f *Found) *int32 { return &f.Sample.NumberRunning }),
		sqlstore.Number("x.number_series", func(f *Found) *int16 { return &f.Sample.NumberSeries }),
		sqlstore.Value("colours", "x.colours", func(f *Found, codes string) error { return f.Sample.Colours.Scan(codes) }),
		sqlstore.Number("x.width_um", func(f *Found) *int32 { return &f.Sample.WidthUM }),
		sqlstore.Number("x.height_um", func(f *Found) *int32 { return &f.Sample.HeightUM }),
		sqlstore.Number("x.thick_um", func(f *Found) *int32 { return &f.Sample.ThickUM }),
		sqlstore.Number("x.weight_ug", func(f *Found) *int64 { return &f.Sample.WeightUG }), // by which a dose is reckoned
		sqlstore.Text("x.form", func(f *Found) *lab.Form { return &f.Sample.Form }),
		sqlstore.Text("x.state", func(f *Found) *lab.SampleState { return &f.Sample.State }),
		sqlstore.Text("x.state_reason", func(f *Found) *string { return &f.Sample.StateReason }),
		// only whether there is a reason: the page does not tell it
		sqlstore.Text("CASE WHEN x.no_retest = '' THEN '' ELSE 'yes' END", func(f *Found) *string { return &f.Sample.NoRetest }),
		sqlstore.Day("x.received_on", func(f *Found) *lab.Date { return &f.Sample.ReceivedOn }),
		sqlstore.DayOrNone("x.expected_ready_on", func(f *Found) *lab.Date { return &f.Sample.ExpectedReadyOn }),
		sqlstore.Value("expected", `(SELECT string_agg(coalesce(CAST(e.substance_id AS text), e.class, '`+sqlstore.Absent+`'), ' ') FROM (SELECT substance_id, class FROM sample_expectations
    WHERE service_id = x.service_id AND sample_id = x.id ORDER BY position) e)`, (*Found).expect),
		// of an import that is not seen: nothing where the sample is
		sqlstore.Text("coalesce(i.state, '')", func(f *Found) *lab.ImportState { return &f.gone.State }),
		sqlstore.Text("coalesce(i.reason_code, '')", func(f *Found) *lab.PublicationReason { return &f.gone.ReasonCode }),
		sqlstore.Text("coalesce(i.reason_lang, '')", func(f *Found) *lab.Language { return &f.gone.ReasonLang }),
		sqlstore.DayOrNone("i.ended_on", func(f *Found) *lab.Date { return &f.gone.EndedOn }),
	}
	publishedColumns = sqlstore.Packed[lab.Publication]{
		sqlstore.Number("p.version", func(p *lab.Publication) *int32 { return &p.Version }),
		sqlstore.Text("p.kind", func(p *lab.Publication) *lab.PublicationKind { return &p.Kind }),
		sqlstore.Text("p.outcome", func(p *lab.Publication) *lab.Outcome { return &p.Outcome }),
		sqlstore.Day("p.published_on", func(p *lab.Publication) *lab.Date { return &p.PublishedOn }),
		sqlstore.Text("p.reason_code", func(p *lab.Publication) *lab.PublicationReason { return &p.ReasonCode }),
		sqlstore.Text("p.reason_lang", func(p *lab.Publication) *lab.Language { return &p.ReasonLang }),
	}
)

// expect reads the tokens of what was expected; there may be none.
func (f *Found) expect(tokens string) error {
	if strings.Contains(tokens, sqlstore.Absent) {
		return sqlstore.ErrNull
	}
	f.Expected = nil
	for token := range strings.FieldsSeq(tokens) {
		f.Expected = append(f.Expected, lab.ParseExpected(token))
	}
	return nil
}

// opensStatement finds which of the typed hashes there is, by its key.
const opensStatement = `WITH typed (code_hash, key_id) AS (VALUES %s)
SELECT c.key_id FROM typed JOIN lookup_codes c ON c.code_hash = typed.code_hash AND c.key_id = typed.key_id`

// Opens returns which of the hashes opens a result, or lab.ErrNotFound where none does. They
// are those of the one code under all keys that may have been used.
func (s *Store) Opens(ctx context.Context, hashes []CodeHash) (CodeHash, error) {
	if len(hashes) == 0 {
		return CodeHash{}, lab.ErrNotFound
	}
	rows, err := s.lookupRows(ctx, len(hashes), func() string { return opensOf(len(hashes)) }, hashes...)
	if err != nil {
		return CodeHash{}, err
	}
	defer rows.Close()
	key, found := "", false
	for rows.Next() {
		found = true
		if err := rows.Scan(&key); err != nil {
			return CodeHash{}, translate(err)
		}
	}
	if err := rows.Err(); err != nil {
		return CodeHash{}, translate(err)
	}
	if !found {
		return CodeHash{}, lab.ErrNotFound
	}
	return hashes[slices.IndexFunc(hashes, func(h CodeHash) bool { return h.KeyID == key })], nil
}

// opensOf is the statement for so many hashes.
func opensOf(hashes int) string {
	places := make([]string, hashes)
	for i := range places {
		places[i] = fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2)
	}
	return fmt.Sprintf(opensStatement, strings.Join(places, ", "))
}

// lookupStatement reads all that a hash opens at once, a row a publication, by the first
// columns of primary and unique keys. Nothing is sorted: the key has the
// expectations in order, and sorting rows would copy them.
const lookupStatement = `SELECT %s, v.code, v.name, coalesce(nullif(l.address, ''), v.address), coalesce(nullif(l.phone, ''), v.phone),
  coalesce(nullif(l.opening_hours, ''), v.opening_hours), x.logo, coalesce(p.reason, ''),
  coalesce(p.reason_translation, ''), coalesce(p.result, ''), coalesce(i.reason, ''), coalesce(i.reason_translation, '')
FROM lookup_codes c
JOIN services v ON v.id = c.service_id
JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id
LEFT JOIN locations l ON l.service_id = x.service_id AND l.id = x.location_id
LEFT JOIN publications p ON p.service_id = c.service_id AND p.sample_id = c.sample_id
LEFT JOIN imports i ON i.service_id = x.service_id AND i.id = x.import_id AND i.state <> 'taken'
WHERE c.code_hash = $1 AND c.key_id = $2`

// lookupOf is that statement. What is read packed tells of the publication nothing where there is none.
func lookupOf() string {
	published := "CASE WHEN p.id IS NULL THEN '' ELSE " + sqlstore.Pack(publishedColumns.SQL()) + " END"
	return fmt.Sprintf(lookupStatement, sqlstore.Pack(foundColumns.SQL(), published))
}

// Lookup returns what a hash opens, or lab.ErrNotFound where it opens nothing.
func (s *Store) Lookup(ctx context.Context, hash CodeHash) (Found, error) {
	rows, err := s.lookupRows(ctx, lookupStatement, lookupOf, hash)
	if err != nil {
		return Found{}, err
	}
	return readFound(rows)
}

// readFound reads what a hash opens.
func readFound(rows *sql.Rows) (Found, error) {
	defer rows.Close()
	var row lookupRow
	for rows.Next() {
		if err := row.scan(rows); err != nil {
			return Found{}, fmt.Errorf("look a code up: %w", translate(err))
		}
	}
	if err := rows.Err(); err != nil {
		return Found{}, translate(err)
	}
	found := row.found
	if found.Sample.ServiceID == 0 {
		return found, lab.ErrNotFound
	}
	slices.SortFunc(found.Publications, func(a, b lab.Publication) int { return cmp.Compare(a.Version, b.Version) })
	if found.gone.State != "" {
		found.TakenBack(&found.gone)
		found.gone = lab.Import{}
	}
	return found, nil
}

// lookupRows asks for hashes by a statement, which is prepared once and kept under a name.
func (s *Store) lookupRows(ctx context.Context, name any, statement func() string, hashes ...CodeHash) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, translate(err)
	}
	if s.db.OnSQLite() { // to watch for a reader who goes away would take longer than to finish
		ctx = context.WithoutCancel(ctx)
	}
	prepared, err := s.prepared(ctx, name, statement) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, translate(err)
	}
	args := make([]any, 0, 2*len(hashes))
	for _, h := range hashes {
		args = append(args, hex.EncodeToString(h.Hash), h.KeyID)
	}
	rows, err := prepared.QueryContext(ctx, args...)
	return rows, translate(err)
}

func (s *Store) prepared(ctx context.Context, name any, statement func() string) (*sql.Stmt, error) {
	if known, ok := s.lookups.Load(name); ok {
		return known.(*sql.Stmt), nil
	}
	pool, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	fresh, err := pool.PrepareContext(ctx, statement())
	if err != nil {
		return nil, err
	}
	known, was := s.lookups.LoadOrStore(name, fresh)
	if was {
		_ = fresh.Close() //nolint:sqlclosecheck // another was first; the one that is kept stays open
	}
	return known.(*sql.Stmt), nil
}

// lookupRow is a row as it is scanned, and what was found by it and those before.
type lookupRow struct {
	found               Found
	service             lab.Service
	packed, logo        string
	reason, translation string
	result              string
}

func (r *lookupRow) scan(rows *sql.Rows) error {
	s := &r.service
	if err := rows.Scan(&r.packed, &s.Code, &s.Name, &s.Address, &s.Phone, &s.OpeningHours, &r.logo, &r.reason, &r.translation, &r.result,
		&r.found.gone.Reason, &r.found.gone.ReasonTranslation); err != nil {
		return err
	}
	published, err := foundColumns.Take(&r.found, r.packed)
	if err != nil {
		return err
	}
	r.found.Sample.Logo, r.found.Service = r.logo, r.service
	r.found.Service.ID = r.found.Sample.ServiceID
	if published == "" {
		return nil
	}
	r.found.Publications = append(r.found.Publications, lab.Publication{Why: lab.Why{Reason: r.reason, ReasonTranslation: r.translation}})
	p := &r.found.Publications[len(r.found.Publications)-1]
	p.ServiceID = r.found.Sample.ServiceID
	return cmp.Or(publishedColumns.Read(p, published), p.Result.Scan(r.result))
}
