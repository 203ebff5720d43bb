package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// WorkFilter says which samples a worklist shows. What is zero or empty does not
// restrict.
type WorkFilter struct {
	Service        lab.ServiceID // zero: all that the actor may see
	Stage          lab.Stage     // empty: all
	Method         lab.MethodID  // with an analysis by it that was not retracted
	Product        lab.ProductID
	ReceivedBefore lab.Date
	After          string // the Next of the page before
	Limit          int    // rows in a page; zero: WorkRows
}

// WorkRows is the usual and WorkMost the largest number of rows in a page.
const (
	WorkRows = 50
	WorkMost = 200
)

// WorkRow is a sample on a worklist.
type WorkRow struct {
	Sample    lab.Sample // as the actor may see it
	Number    lab.SampleNumber
	Entered   int            // analyses that are not verified yet
	Verified  int            // analyses
	Methods   []lab.MethodID // of those analyses, in order
	Published lab.PublicationKind
	Version   int32   // of the publication; zero for none
	Questions int     // open ones
	Why       lab.Why // of the publication
	Verify    lab.ID  // the first analysis that the actor may verify; zero for none
}

// Work is a page of a worklist. Next asks for the page after it; it is empty on the
// last.
type Work struct {
	Rows []WorkRow
	Next string
}

// Worklist returns a page of samples by the day on which they were received: what
// has waited longest first, or, of samples with which nothing is left to do and of
// all, the newest first. Where something is left to do, what is held comes before all
// others, the longest held first. A service in which the actor does not work with records is
// lab.ErrNotFound.
func (s *Store) Worklist(ctx context.Context, by lab.Actor, f WorkFilter) (Work, error) {
	if err := f.check(); err != nil {
		return Work{}, err
	}
	services, err := s.servicesOf(ctx, by, f.Service)
	if err != nil {
		return Work{}, err
	}
	tx := s.read.WithContext(ctx)
	var places []place
	for _, service := range services {
		some, err := f.page(tx, service.ID)
		if err != nil {
			return Work{}, translate(err)
		}
		places = append(places, some...)
	}
	slices.SortFunc(places, f.compare)
	var work Work
	if len(places) > f.Limit {
		places = places[:f.Limit]
		work.Next = places[f.Limit-1].cursor()
	}
	work.Rows, err = workRows(tx, by, services, places)
	return work, translate(err)
}

// place is where a sample stands on a worklist.
type place struct {
	lab.Key
	ReceivedOn lab.Date
	HeldSince  lab.Instant // zero among those that are not held, and where that does not matter
}

func (f *WorkFilter) check() error {
	var errs lab.FieldErrors
	errs.Check(f.Stage == "" || lab.Stages.Has(f.Stage), "stage", "%q is not one of: %s.", string(f.Stage), lab.Stages)
	errs.Check(f.Limit >= 0, "limit", "The number of rows cannot be negative.")
	_, ok := parseCursor(f.After)
	errs.Check(f.After == "" || ok, "after", "This is not where a page ended: start again from the first page.")
	if f.Limit == 0 {
		f.Limit = WorkRows
	}
	f.Limit = min(f.Limit, WorkMost)
	return errs.Err()
}

// newestFirst tells the order in which the samples are shown.
func (f *WorkFilter) newestFirst() bool { return f.Stage == "" || f.Stage.Done() }

func (f *WorkFilter) compare(a, b place) int {
	switch {
	case a.HeldSince.IsZero() != b.HeldSince.IsZero():
		if b.HeldSince.IsZero() {
			return -1
		}
		return 1
	case !a.HeldSince.IsZero():
		return cmp.Or(a.HeldSince.Time().Compare(b.HeldSince.Time()), a.ID.Compare(b.ID))
	}
	order := cmp.Or(cmp.Compare(a.ReceivedOn, b.ReceivedOn), a.ID.Compare(b.ID))
	if f.newestFirst() {
		return -order
	}
	return order
}

// After is the WorkFilter.After of a page that begins with what follows a sample.
func After(x *lab.Sample) string { return place{x.Key, x.ReceivedOn, x.HeldSince}.cursor() }

// cursor says where a page ended: a day, or among those that are held a moment.
func (p place) cursor() string {
	if !p.HeldSince.IsZero() {
		return p.HeldSince.String() + "_" + p.ID.String()
	}
	return p.ReceivedOn.String() + "_" + p.ID.String()
}

func parseCursor(text string) (p place, ok bool) {
	from, id, _ := strings.Cut(text, "_")
	day, err := lab.ParseDate(from)
	if p.ReceivedOn = day; err != nil && p.HeldSince.Scan(from) != nil {
		return p, false
	}
	p.ID, err = lab.ParseID(id)
	return p, err == nil
}

// page reads of a service one place more than a page holds, those that are held first.
func (f *WorkFilter) page(tx *gorm.DB, service lab.ServiceID) ([]place, error) {
	after, _ := parseCursor(f.After)
	if f.newestFirst() {
		return f.places(tx, service, func(add clauses) string {
			add(!after.ID.IsZero(), "(received_on, id) < (?, ?)", after.ReceivedOn, after.ID)
			return "received_on DESC, id DESC"
		})
	}
	var held []place
	if after.ReceivedOn == 0 {
		var err error
		held, err = f.places(tx, service, func(add clauses) string {
			add(true, "held_since IS NOT NULL")
			add(!after.HeldSince.IsZero(), "(held_since, id) > (?, ?)", after.HeldSince, after.ID)
			return "held_since, id"
		})
		if err != nil || len(held) > f.Limit {
			return held, err
		}
	}
	rest, err := f.places(tx, service, func(add clauses) string {
		add(true, "held_since IS NULL")
		add(after.ReceivedOn != 0, "(received_on, id) > (?, ?)", after.ReceivedOn, after.ID)
		return "received_on, id"
	})
	return append(held, rest...), err
}

// clauses adds a condition to a query.
type clauses func(on bool, clause string, values ...any)

// places reads some places of a service, in the order that narrow says.
func (f *WorkFilter) places(tx *gorm.DB, service lab.ServiceID, narrow func(clauses) string) ([]place, error) {
	query, args := "SELECT service_id, id, received_on, held_since FROM "+seenSamples+" samples WHERE service_id = ?", []any{service}
	add := func(on bool, clause string, values ...any) {
		if on {
			query, args = query+" AND "+clause, append(args, values...)
		}
	}
	add(f.Stage != "", "stage = ?", f.Stage)
	add(f.Product != 0, "product_id = ?", f.Product)
	add(f.ReceivedBefore != 0, "received_on < ?", f.ReceivedBefore)
	add(f.Method != 0, "EXISTS (SELECT 1 FROM analyses a WHERE a.service_id = samples.service_id AND a.sample_id = samples.id "+
		"AND a.method_id = ? AND a.state <> ?)", f.Method, lab.Retracted)
	order := narrow(add)
	var places []place
	err := tx.Raw(query+" ORDER BY "+order+" LIMIT ?", append(args, f.Limit+1)...).Scan(&places).Error
	for i := range places {
		if f.newestFirst() {
			places[i].HeldSince = lab.Instant{}
		}
	}
	return places, err
}

// workRows reads the samples at the places, with how far each is.
func workRows(tx *gorm.DB, by lab.Actor, services []lab.Service, places []place) ([]WorkRow, error) {
	rows, at := make([]WorkRow, len(places)), map[lab.Key]*WorkRow{}
	ids := map[lab.ServiceID][]string{}
	for i, p := range places {
		at[p.Key] = &rows[i]
		ids[p.ServiceID] = append(ids[p.ServiceID], p.ID.String())
	}
	for _, service := range services {
		list := ids[service.ID]
		if len(list) == 0 {
			continue
		}
		samples, err := samplesTable.list(tx, "WHERE service_id = ? AND id IN ?", service.ID, list)
		if err != nil {
			return nil, err
		}
		for i := range samples {
			x := &samples[i]
			*at[x.Key] = WorkRow{Sample: x.SeenBy(by), Number: x.Number(service.Code)}
		}
		if err := addProgress(tx, by, service.ID, list, at); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func addProgress(tx *gorm.DB, by lab.Actor, service lab.ServiceID, ids []string, at map[lab.Key]*WorkRow) error {
	analyses, err := analysesTable.ofMany(tx, service, ids, "AND state <> ?", lab.Retracted)
	if err != nil {
		return err
	}
	slices.SortFunc(analyses, func(a, b lab.Analysis) int { return a.ID.Compare(b.ID) })
	questions, err := questionsTable.ofMany(tx, service, ids, "AND answered_at IS NULL")
	if err != nil {
		return err
	}
	entered := map[lab.ID]bool{}
	for _, a := range analyses {
		row := at[lab.Key{ServiceID: service, ID: a.SampleID}]
		row.Methods = append(row.Methods, a.MethodID)
		if a.State == lab.Entered {
			entered[a.ID] = true
			row.Entered++
			if row.Verify.IsZero() && a.MayVerify(by, questions) {
				row.Verify = a.ID
			}
			continue
		}
		row.Verified++
	}
	for _, row := range at {
		slices.Sort(row.Methods)
		row.Methods = slices.Compact(row.Methods)
	}
	var publications []lab.Publication // without their results
	err = tx.Raw("SELECT sample_id, version, kind, reason, reason_code, reason_lang, reason_translation FROM publications WHERE service_id = ? AND sample_id IN ? ORDER BY version", service, ids).
		Scan(&publications).Error
	if err != nil {
		return err
	}
	for _, p := range publications {
		row := at[lab.Key{ServiceID: service, ID: p.SampleID}]
		row.Published, row.Version, row.Why = p.Kind, p.Version, p.Why
	}
	for _, q := range questions {
		if entered[q.AnalysisID] {
			at[lab.Key{ServiceID: service, ID: q.SampleID}].Questions++
		}
	}
	return nil
}

// countMost is up to where samples are counted.
const countMost = 1000

// StageCount is a number of samples; More says that there are more than that.
type StageCount struct {
	N    int
	More bool
}

// StageCounts counts the samples of every stage, up to a thousand each, in a service
// or, for zero, in all that the actor may see.
func (s *Store) StageCounts(ctx context.Context, by lab.Actor, service lab.ServiceID) (map[lab.Stage]StageCount, error) {
	services, err := s.servicesOf(ctx, by, service)
	if err != nil {
		return nil, err
	}
	counts := map[lab.Stage]StageCount{}
	for _, stage := range lab.Stages {
		total := 0
		for _, one := range services {
			var n int
			err := s.read.WithContext(ctx).Raw("SELECT count(*) FROM (SELECT 1 FROM "+seenSamples+" samples WHERE service_id = ? AND stage = ? LIMIT ?) few",
				one.ID, stage, countMost+1-total).Scan(&n).Error
			if err != nil {
				return nil, translate(err)
			}
			if total += n; total > countMost {
				break
			}
		}
		counts[stage] = StageCount{N: min(total, countMost), More: total > countMost}
	}
	return counts, nil
}

// servicesOf returns the service, or for zero all in which the actor works with
// records.
func (s *Store) servicesOf(ctx context.Context, by lab.Actor, service lab.ServiceID) ([]lab.Service, error) {
	all, err := s.Services(ctx, by)
	if err != nil {
		return nil, err
	}
	seen := slices.DeleteFunc(all, func(x lab.Service) bool {
		return !by.SeesRecords(x.ID) || service != 0 && x.ID != service
	})
	if len(seen) == 0 {
		return nil, lab.ErrNotFound
	}
	return seen, nil
}

func codeOf(tx *gorm.DB, service lab.ServiceID) (code string, err error) {
	err = tx.Raw("SELECT code FROM services WHERE id = ?", service).Row().Scan(&code)
	return code, err
}
