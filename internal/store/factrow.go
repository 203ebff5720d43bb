package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"marquis/internal/lab"
)

// What is read of a fact comes as one text: first what differs from row to row,
// then the columns of lab.SampleClass or lab.FindingClass, of which there are few
// different ones.
var (
	sampleClassColumns = []string{
		"product_id", "expected", "form", "channel", "counted", "state", "state_reason", "release", "outcome", "outcome_euda",
		"level", "recognised", "contains", "contains_main", "methods", "price_currency", "price_unit", "price_band", "price_free",
	}
	findingClassColumns = []string{"substance_id", "role", "detection", "main", "method_id", "scale", "base_known"}
)

// FactRows yields the facts of one service and year in the order of their key, as
// statistics.Fold takes them. The two tables are read side by side and joined
// here: each row comes packed as one text, so that it costs little. An error ends
// the sequence and is yielded. Few may read at a time and the others wait, so do
// not read facts within the loop over facts.
func (s *Store) FactRows(ctx context.Context, service lab.ServiceID, year int) iter.Seq2[lab.FactRow, error] {
	return func(yield func(lab.FactRow, error) bool) {
		if err := s.factRows(ctx, service, year, yield); err != nil {
			yield(lab.FactRow{}, fmt.Errorf("read the facts of service %d in %d: %w", service, year, translate(err)))
		}
	}
}

// connectionsPerFold is how many connections there are for each that reads facts.
// It holds two at once; if all of them could be held like that, everybody might
// wait for a second one for ever.
const connectionsPerFold = 4

func (s *Store) factRows(ctx context.Context, service lab.ServiceID, year int, yield func(lab.FactRow, error) bool) error {
	select {
	case s.folding <- struct{}{}:
		defer func() { <-s.folding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	samples, err := s.query(ctx, "SELECT "+pack(append([]string{
		"sample_id", s.dialect.month("received_on"), "unit_price", "coalesce(published_days, 0)", "coalesce(confirmed_days, 0)",
	}, sampleClassColumns...))+" FROM sample_facts WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id", service, year)
	if err != nil {
		return err
	}
	defer samples.Close()
	findings, err := s.query(ctx, "SELECT "+pack(append([]string{"sample_id", "base"}, findingClassColumns...))+
		" FROM finding_facts WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id, substance_id", service, year)
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
	return errors.Join(samples.Err(), findings.Err())
}

// pack writes columns as one text with bars between them, so that a row of many
// small columns costs one value to read.
func pack(columns []string) string { return "concat_ws('|', " + strings.Join(columns, ", ") + ")" }

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
	packed         sql.RawBytes // the next finding, of which these are parts
	sample         []byte       // nil when there is none
	class          []byte
	base           int64
	list           []lab.FindingRow
}

func (r *factReader) row(samples *sql.Rows) (lab.FactRow, error) {
	var packed sql.RawBytes
	var row lab.FactRow
	if err := samples.Scan(&packed); err != nil {
		return row, err
	}
	u := unpacked{rest: packed}
	id := u.next()
	row.Month, row.UnitPrice = time.Month(u.number()), u.number()
	row.PublishedDays, row.ConfirmedDays = lab.Optional(u.number()), lab.Optional(u.number())
	if u.err != nil {
		return row, u.err
	}
	var err error
	if row.SampleClass, err = r.sampleClass(u.rest); err != nil {
		return row, err
	}
	r.list = r.list[:0]
	for r.sample != nil && bytes.Equal(r.sample, id) {
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
	if !r.findings.Next() {
		r.sample = nil
		return r.findings.Err()
	}
	if err := r.findings.Scan(&r.packed); err != nil {
		return err
	}
	u := unpacked{rest: r.packed}
	r.sample, r.base = u.next(), u.number()
	r.class = u.rest
	return u.err
}

func (r *factReader) sampleClass(packed []byte) (*lab.SampleClass, error) {
	if c, ok := r.sampleClasses[string(packed)]; ok {
		return c, nil
	}
	u := unpacked{rest: packed}
	c := &lab.SampleClass{ // in the order of the columns, as Go evaluates it
		ProductID: lab.ProductID(u.number()), Expected: u.text(), Form: lab.Form(u.text()), Channel: lab.Channel(u.text()),
		Counted: u.yes(), State: lab.SampleState(u.text()), StateReason: u.text(), Release: lab.Release(u.text()),
		Outcome: lab.Outcome(u.text()), OutcomeEUDA: lab.Outcome(u.text()), Level: lab.Level(u.text()), Recognised: u.yes(),
		Contains: u.yes(), ContainsMain: u.yes(), Methods: u.text(), PriceCurrency: u.text(), PriceUnit: lab.AmountUnit(u.text()),
		PriceBand: lab.PriceBand(u.text()), PriceFree: u.yes(),
	}
	r.sampleClasses[string(packed)] = c
	return c, u.end()
}

func (r *factReader) findingClass(packed []byte) (*lab.FindingClass, error) {
	if c, ok := r.findingClasses[string(packed)]; ok {
		return c, nil
	}
	u := unpacked{rest: packed}
	c := &lab.FindingClass{
		SubstanceID: lab.SubstanceID(u.number()), Role: lab.Role(u.text()), Detection: lab.Detection(u.text()), Main: u.yes(),
		MethodID: lab.MethodID(u.number()), Scale: lab.Scale(u.text()), BaseKnown: u.yes(),
	}
	r.findingClasses[string(packed)] = c
	return c, u.end()
}

// unpacked takes a packed text apart, value by value, and keeps the first mistake.
type unpacked struct {
	rest []byte
	done bool // nothing is left, not even an empty value
	err  error
}

func (u *unpacked) next() []byte {
	if u.done && u.err == nil {
		u.err = errors.New("packed facts have too few values")
	}
	value, rest, more := bytes.Cut(u.rest, []byte{'|'})
	u.rest, u.done = rest, !more
	return value
}

func (u *unpacked) text() string { return string(u.next()) }

// yes reads a truth value as either database writes it.
func (u *unpacked) yes() bool {
	v := u.next()
	return len(v) == 1 && (v[0] == '1' || v[0] == 't')
}

func (u *unpacked) number() int64 {
	n, err := strconv.ParseInt(string(u.next()), 10, 64)
	if err != nil && u.err == nil {
		u.err = fmt.Errorf("packed facts: %w", err)
	}
	return n
}

// end tells whether the text had just as many values as were read.
func (u *unpacked) end() error {
	if !u.done && u.err == nil {
		return errors.New("packed facts have too many values")
	}
	return u.err
}

// Revisions are the revisions of years, by service. A year's rises with everything
// that changes what it counts.
type Revisions map[int]map[lab.ServiceID]int64

// Revisions returns the revisions of all years.
func (s *Store) Revisions(ctx context.Context) (Revisions, error) {
	var rows []struct {
		ServiceID lab.ServiceID
		Year      int
		Revision  int64
	}
	err := s.read.WithContext(ctx).Raw("SELECT service_id, year, revision FROM service_years").Scan(&rows).Error
	revisions := Revisions{}
	for _, row := range rows {
		if revisions[row.Year] == nil {
			revisions[row.Year] = map[lab.ServiceID]int64{}
		}
		revisions[row.Year][row.ServiceID] = row.Revision
	}
	return revisions, translate(err)
}
