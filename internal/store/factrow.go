package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// What is read of a fact comes packed: first what differs from row to row, then the
// columns of lab.SampleClass or lab.FindingClass, of which there are few different
// ones.
var (
	sampleHeads = sqlstore.Packed[sampleHead]{
		sqlstore.ID("sample_id", func(h *sampleHead) *string { return &h.id }),
		sqlstore.Number("received_on", func(h *sampleHead) *time.Month { return &h.row.Month }).Of("substr(CAST(received_on AS text), 6, 2)"),
		sqlstore.Number("unit_price", func(h *sampleHead) *int64 { return &h.row.UnitPrice }),
		sqlstore.Number("published_days", func(h *sampleHead) *lab.Optional { return &h.row.PublishedDays }).Of("coalesce(published_days, 0)"),
		sqlstore.Number("confirmed_days", func(h *sampleHead) *lab.Optional { return &h.row.ConfirmedDays }).Of("coalesce(confirmed_days, 0)"),
	}
	sampleClasses = sqlstore.Packed[lab.SampleClass]{
		sqlstore.Number("product_id", func(c *lab.SampleClass) *lab.ProductID { return &c.ProductID }),
		sqlstore.Text("expected", func(c *lab.SampleClass) *string { return &c.Expected }),
		sqlstore.Text("form", func(c *lab.SampleClass) *lab.Form { return &c.Form }),
		sqlstore.Text("channel", func(c *lab.SampleClass) *lab.Channel { return &c.Channel }),
		sqlstore.Yes("counted", func(c *lab.SampleClass) *bool { return &c.Counted }),
		sqlstore.Text("state", func(c *lab.SampleClass) *lab.SampleState { return &c.State }),
		sqlstore.Text("state_reason", func(c *lab.SampleClass) *string { return &c.StateReason }),
		sqlstore.Text("release", func(c *lab.SampleClass) *lab.Release { return &c.Release }),
		sqlstore.Text("outcome", func(c *lab.SampleClass) *lab.Outcome { return &c.Outcome }),
		sqlstore.Text("outcome_euda", func(c *lab.SampleClass) *lab.Outcome { return &c.OutcomeEUDA }),
		sqlstore.Text("level", func(c *lab.SampleClass) *lab.Level { return &c.Level }),
		sqlstore.Yes("recognised", func(c *lab.SampleClass) *bool { return &c.Recognised }),
		sqlstore.Yes("contains", func(c *lab.SampleClass) *bool { return &c.Contains }),
		sqlstore.Yes("contains_main", func(c *lab.SampleClass) *bool { return &c.ContainsMain }),
		sqlstore.Text("methods", func(c *lab.SampleClass) *string { return &c.Methods }),
		sqlstore.Text("price_currency", func(c *lab.SampleClass) *string { return &c.PriceCurrency }),
		sqlstore.Text("price_unit", func(c *lab.SampleClass) *lab.AmountUnit { return &c.PriceUnit }),
		sqlstore.Text("price_band", func(c *lab.SampleClass) *lab.PriceBand { return &c.PriceBand }),
		sqlstore.Yes("price_free", func(c *lab.SampleClass) *bool { return &c.PriceFree }),
	}
	findingHeads = sqlstore.Packed[findingHead]{
		sqlstore.ID("sample_id", func(h *findingHead) *string { return &h.sample }),
		sqlstore.Number("base", func(h *findingHead) *int64 { return &h.base }),
	}
	findingClasses = sqlstore.Packed[lab.FindingClass]{
		sqlstore.Number("substance_id", func(c *lab.FindingClass) *lab.SubstanceID { return &c.SubstanceID }),
		sqlstore.Text("role", func(c *lab.FindingClass) *lab.Role { return &c.Role }),
		sqlstore.Text("detection", func(c *lab.FindingClass) *lab.Detection { return &c.Detection }),
		sqlstore.Yes("main", func(c *lab.FindingClass) *bool { return &c.Main }),
		sqlstore.Number("method_id", func(c *lab.FindingClass) *lab.MethodID { return &c.MethodID }),
		sqlstore.Text("scale", func(c *lab.FindingClass) *lab.Scale { return &c.Scale }),
		sqlstore.Yes("base_known", func(c *lab.FindingClass) *bool { return &c.BaseKnown }),
	}
)

// FactRows yields the facts of one service and year in the order of their key, as
// statistics.Fold takes them. The two tables are read side by side and joined
// here: each row comes packed as one text, so that it costs little. An error ends
// the sequence and is yielded. Few may read at a time and the others wait, so do
// not read facts within the loop over facts. It takes the program.
func (s *Store) FactRows(ctx context.Context, by lab.Actor, service lab.ServiceID, year int) iter.Seq2[lab.FactRow, error] {
	return func(yield func(lab.FactRow, error) bool) {
		err := seen(by.SeesFacts())
		if err == nil {
			err = s.factRows(ctx, service, year, yield)
		}
		if err != nil {
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
	samples, err := s.query(ctx, "SELECT "+sqlstore.Pack(sampleHeads.SQL(), sampleClasses.SQL())+
		" FROM "+seenSampleFacts+" f WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id", service, year)
	if err != nil {
		return err
	}
	defer samples.Close()
	findings, err := s.query(ctx, "SELECT "+sqlstore.Pack(findingHeads.SQL(), findingClasses.SQL())+
		" FROM "+seenFindingFacts+" f WHERE service_id = $1 AND year = $2 ORDER BY service_id, year, sample_id, substance_id", service, year)
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

// query reads through a pool of its own kind: two sets of rows are open at once.
func (s *Store) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	pool, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	return pool.QueryContext(ctx, statement, args...)
}

// sampleHead is what a sample's fact has of its own.
type sampleHead struct {
	id  string
	row lab.FactRow
}

// findingHead is what a finding's fact has of its own.
type findingHead struct {
	sample string
	base   int64
}

// factReader joins the two sets of rows and keeps one copy of each class.
type factReader struct {
	sampleClasses  map[string]*lab.SampleClass
	findingClasses map[string]*lab.FindingClass
	findings       *sql.Rows
	packed         string // as it was scanned
	sample         sampleHead
	finding        findingHead // the next one, with its packed class
	class          string
	list           []lab.FindingRow
}

func (r *factReader) row(samples *sql.Rows) (lab.FactRow, error) {
	row := &r.sample.row
	if err := samples.Scan(&r.packed); err != nil {
		return *row, err
	}
	class, err := sampleHeads.Take(&r.sample, r.packed)
	if err != nil {
		return *row, err
	}
	if row.SampleClass, err = classOf(r.sampleClasses, sampleClasses, class); err != nil {
		return *row, err
	}
	r.list = r.list[:0]
	for r.finding.sample == r.sample.id {
		class, err := classOf(r.findingClasses, findingClasses, r.class)
		if err != nil {
			return *row, err
		}
		r.list = append(r.list, lab.FindingRow{FindingClass: class, Base: r.finding.base})
		if err := r.nextFinding(); err != nil {
			return *row, err
		}
	}
	row.Findings = r.list
	return *row, nil
}

// nextFinding reads the head of the next finding: of no sample where there is none.
func (r *factReader) nextFinding() (err error) {
	if !r.findings.Next() {
		r.finding.sample = ""
		return r.findings.Err()
	}
	if err := r.findings.Scan(&r.packed); err != nil {
		return err
	}
	r.class, err = findingHeads.Take(&r.finding, r.packed)
	return err
}

// classOf is the one copy of a class.
func classOf[T any](known map[string]*T, columns sqlstore.Packed[T], packed string) (*T, error) {
	if c, ok := known[packed]; ok {
		return c, nil
	}
	c := new(T)
	known[packed] = c
	return c, columns.Read(c, packed)
}

// Revisions are the revisions of years, by service. A year's rises with everything
// that changes what it counts.
type Revisions map[int]map[lab.ServiceID]int64

// Revisions returns the revisions of all years. It takes the program.
func (s *Store) Revisions(ctx context.Context, by lab.Actor) (Revisions, error) {
	if err := seen(by.SeesFacts()); err != nil {
		return nil, err
	}
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
