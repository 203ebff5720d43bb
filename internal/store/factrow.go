package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
)

// sampleClassColumns and findingClassColumns are the columns of lab.SampleClass
// and lab.FindingClass in the order in which they are packed into one text.
var (
	sampleClassColumns = []string{
		"product_id", "expected", "form", "channel", "counted", "state", "state_reason", "release", "outcome", "outcome_euda",
		"level", "recognised", "contains", "contains_main", "methods", "price_currency", "price_unit", "price_band", "price_free",
	}
	findingClassColumns = []string{"substance_id", "role", "detection", "main", "method_id", "scale", "base_known"}
)

// FactRows yields the facts of one service and year in the order of their key, as
// statistics.Fold takes them. The two tables are read side by side and joined
// here: small columns come packed as one text each, of which there are few, so
// that a row costs little. An error ends the sequence and is yielded.
func (s *Store) FactRows(ctx context.Context, service lab.ServiceID, year int) iter.Seq2[lab.FactRow, error] {
	return func(yield func(lab.FactRow, error) bool) {
		if err := s.factRows(ctx, service, year, yield); err != nil {
			yield(lab.FactRow{}, fmt.Errorf("read the facts of service %d in %d: %w", service, year, translate(err)))
		}
	}
}

func (s *Store) factRows(ctx context.Context, service lab.ServiceID, year int, yield func(lab.FactRow, error) bool) error {
	samples, err := s.query(ctx, "SELECT sample_id, "+s.dialect.pack(sampleClassColumns)+
		", received_on, unit_price, coalesce(published_days, 0), coalesce(confirmed_days, 0) "+
		"FROM sample_facts WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id", service, year)
	if err != nil {
		return err
	}
	defer samples.Close()
	findings, err := s.query(ctx, "SELECT sample_id, "+s.dialect.pack(findingClassColumns)+
		", base FROM finding_facts WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id, substance_id", service, year)
	if err != nil {
		return err
	}
	defer findings.Close()

	reader := factReader{
		sampleClasses: map[string]*lab.SampleClass{}, findingClasses: map[string]*lab.FindingClass{}, findings: findings,
	}
	if err := reader.nextFinding(); err != nil {
		return err
	}
	for samples.Next() {
		row, err := reader.row(samples)
		if err != nil {
			return err
		}
		if !yield(row, nil) {
			return nil
		}
	}
	return samples.Err()
}

// query reads through a pool of its own kind: two sets of rows are open at once.
func (s *Store) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	pool, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	return pool.QueryContext(ctx, statement, args...)
}

// factReader joins the two sets of rows and keeps one copy of each class.
type factReader struct {
	sampleClasses  map[string]*lab.SampleClass
	findingClasses map[string]*lab.FindingClass
	findings       *sql.Rows
	more           bool
	sample         sql.RawBytes // of the next finding
	class          sql.RawBytes
	base           int64
	list           []lab.FindingRow
}

func (r *factReader) row(samples *sql.Rows) (lab.FactRow, error) {
	var id, class, receivedOn sql.RawBytes
	var row lab.FactRow
	var published, confirmed int32
	if err := samples.Scan(&id, &class, &receivedOn, &row.UnitPrice, &published, &confirmed); err != nil {
		return row, err
	}
	row.PublishedDays, row.ConfirmedDays = lab.Optional(published), lab.Optional(confirmed)
	month, err := strconv.Atoi(string(receivedOn[5:7]))
	if err != nil {
		return row, fmt.Errorf("received on %q: %w", receivedOn, err)
	}
	row.Month = time.Month(month)
	if row.SampleClass, err = r.sampleClass(class); err != nil {
		return row, err
	}
	r.list = r.list[:0]
	for r.more && bytes.Equal(r.sample, id) {
		class, err := r.findingClass(r.class)
		if err != nil {
			return row, err
		}
		r.list = append(r.list, lab.FindingRow{FindingClass: class, Base: r.base})
		if err := r.nextFinding(); err != nil {
			return row, err
		}
	}
	row.Findings = r.list
	return row, nil
}

func (r *factReader) nextFinding() error {
	if r.more = r.findings.Next(); !r.more {
		return r.findings.Err()
	}
	return r.findings.Scan(&r.sample, &r.class, &r.base)
}

func (r *factReader) sampleClass(packed sql.RawBytes) (*lab.SampleClass, error) {
	if c, ok := r.sampleClasses[string(packed)]; ok {
		return c, nil
	}
	p := unpack(packed, sampleClassColumns)
	c := &lab.SampleClass{
		ProductID: lab.ProductID(p.number("product_id")), Expected: p.text("expected"), Form: lab.Form(p.text("form")),
		Channel: lab.Channel(p.text("channel")), Counted: p.yes("counted"), State: lab.SampleState(p.text("state")),
		StateReason: p.text("state_reason"), Release: lab.Release(p.text("release")), Outcome: lab.Outcome(p.text("outcome")),
		OutcomeEUDA: lab.Outcome(p.text("outcome_euda")), Level: lab.Level(p.text("level")), Recognised: p.yes("recognised"),
		Contains: p.yes("contains"), ContainsMain: p.yes("contains_main"), Methods: p.text("methods"),
		PriceCurrency: p.text("price_currency"), PriceUnit: lab.AmountUnit(p.text("price_unit")),
		PriceBand: lab.PriceBand(p.text("price_band")), PriceFree: p.yes("price_free"),
	}
	r.sampleClasses[string(packed)] = c
	return c, p.err
}

func (r *factReader) findingClass(packed sql.RawBytes) (*lab.FindingClass, error) {
	if c, ok := r.findingClasses[string(packed)]; ok {
		return c, nil
	}
	p := unpack(packed, findingClassColumns)
	c := &lab.FindingClass{
		SubstanceID: lab.SubstanceID(p.number("substance_id")), Role: lab.Role(p.text("role")),
		Detection: lab.Detection(p.text("detection")), Main: p.yes("main"), MethodID: lab.MethodID(p.number("method_id")),
		Scale: lab.Scale(p.text("scale")), BaseKnown: p.yes("base_known"),
	}
	r.findingClasses[string(packed)] = c
	return c, p.err
}

// unpacked is a packed text taken apart again, with the first mistake in it.
type unpacked struct {
	columns, values []string
	err             error
}

func unpack(packed []byte, columns []string) *unpacked {
	u := &unpacked{columns: columns, values: strings.Split(string(packed), "|")}
	if len(u.values) != len(columns) {
		u.err = fmt.Errorf("packed facts %q have %d values instead of %d", packed, len(u.values), len(columns))
		u.values = make([]string, len(columns))
	}
	return u
}

func (u *unpacked) text(column string) string { return u.values[slices.Index(u.columns, column)] }

// yes reads a truth value as either database writes it.
func (u *unpacked) yes(column string) bool { return u.text(column) == "1" || u.text(column) == "t" }

func (u *unpacked) number(column string) int {
	n, err := strconv.Atoi(u.text(column))
	if err != nil && u.err == nil {
		u.err = fmt.Errorf("packed facts: %s: %w", column, err)
	}
	return n
}

// Years returns the years in which the given services have samples, in order;
// without services, those of all.
func (s *Store) Years(ctx context.Context, services ...lab.ServiceID) ([]int, error) {
	var rows []struct {
		ServiceID lab.ServiceID
		Year      int
	}
	err := s.read.WithContext(ctx).Raw("SELECT service_id, year FROM service_years ORDER BY year").Scan(&rows).Error
	var years []int
	for _, row := range rows {
		if len(services) == 0 || slices.Contains(services, row.ServiceID) {
			years = append(years, row.Year)
		}
	}
	return slices.Compact(years), translate(err)
}

// Revisions returns the revision of a year by service. It rises with everything
// that changes what the year counts.
func (s *Store) Revisions(ctx context.Context, year int) (map[lab.ServiceID]int64, error) {
	var rows []struct {
		ServiceID lab.ServiceID
		Revision  int64
	}
	err := s.read.WithContext(ctx).Raw("SELECT service_id, revision FROM service_years WHERE year = ?", year).Scan(&rows).Error
	revisions := map[lab.ServiceID]int64{}
	for _, row := range rows {
		revisions[row.ServiceID] = row.Revision
	}
	return revisions, translate(err)
}
