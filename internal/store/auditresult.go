package store

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"gorm.io/gorm"

	"marquis/internal/lab"
)

// resultsSum is the SHA-256 of what an import published: of the id of each version of a
// result and of what the trail tells of one, in order of their ids, which is that of
// writing.
type resultsSum struct{ h hash.Hash }

func newResultsSum() *resultsSum { return &resultsSum{sha256.New()} }

func (s *resultsSum) add(id lab.ID, sum string) { s.h.Write([]byte(id.String() + " " + sum + "\n")) }

func (s *resultsSum) publish(publications []lab.Publication) error {
	for i := range publications {
		told, err := publications[i].Told()
		if err != nil {
			return err
		}
		s.add(publications[i].ID, toldSum(told))
	}
	return nil
}

// toldSum is the SHA-256 of what is told of a version of a result.
func toldSum(told []lab.Difference) string { return lab.ResultSum(lab.CanonicalDifferences(told)) }

// String is the sum of what was added.
func (s *resultsSum) String() string { return hex.EncodeToString(s.h.Sum(nil)) }

// vouched is what an event says of what it published, as a sum.
type vouched struct {
	seq int64
	sum string
}

// vouchers are what the trail of a service says of what was published: by version of a
// result, or by the import that published many. Events of format 1 say nothing.
type vouchers struct {
	results, imports map[lab.ID]vouched
	withdrawn        map[lab.ID]vouched // by an import that was taken back
	states           map[lab.ID]importSaid
	since            lab.Instant // of the first event that could say something; zero: none could
}

// importSaid is where an event left an import.
type importSaid struct {
	seq   int64
	state lab.ImportState
}

func newVouchers() vouchers {
	return vouchers{
		results: map[lab.ID]vouched{}, imports: map[lab.ID]vouched{}, withdrawn: map[lab.ID]vouched{}, states: map[lab.ID]importSaid{},
	}
}

// take notes what an event says of what was published.
func (v *vouchers) take(e *auditEvent) error {
	if state, ok := lab.ImportAfter(e.Action); ok {
		id, err := lab.ParseID(e.Subject)
		if err != nil {
			return err
		}
		v.states[id] = importSaid{e.Seq, state}
	}
	if e.Format == firstFormat {
		return nil
	}
	if v.since.IsZero() {
		v.since = e.At
	}
	changes, err := e.changes()
	if err != nil {
		return err
	}
	var told []lab.Difference
	var published lab.ID
	for _, c := range changes {
		if strings.HasPrefix(c.Field, "publication.") {
			told = append(told, c)
		}
		if err == nil && c.Field == "publication.id" {
			published, err = lab.ParseID(c.New.Text())
		}
		if err == nil && c.Field == lab.TrailResultsSum {
			published, err = lab.ParseID(e.Subject)
			sums := v.imports
			if e.Action == lab.ClearImport {
				sums = v.withdrawn
			}
			sums[published] = vouched{e.Seq, c.New.Text()}
		}
	}
	if err == nil && len(told) > 0 {
		v.results[published] = vouched{e.Seq, toldSum(told)}
	}
	return err
}

// published is what is stored of what was published: a sum by version of a result, one
// by import, and one by import that withdrew results when it was taken back.
type published struct {
	results            map[lab.ID]string
	imports, withdrawn map[lab.ID]*resultsSum
	states             map[lab.ID]lab.ImportState
	unsaid             bool // one was recorded since events tell of them, and none tells of it
}

// verifyResults compares what is stored of the results of a service with what its trail
// says, and returns the first event of which a result is not what it published, or 0. A
// result of which no event tells, although it was recorded when events did, counts as of
// the last event.
func verifyResults(tx *gorm.DB, head auditHead, said vouchers) (first int64, err error) {
	there, err := publishedOf(tx, head.ServiceID, said)
	if err != nil {
		return 0, err
	}
	first = earliest(broken(said.results, there.results), broken(said.imports, whole(said.imports, there.imports)))
	first = earliest(first, broken(said.withdrawn, whole(said.withdrawn, there.withdrawn)))
	if first == 0 && there.unsaid {
		first = head.Seq
	}
	return first, nil
}

// whole are the sums of what is there, by what is said of them.
func whole(said map[lab.ID]vouched, there map[lab.ID]*resultsSum) map[lab.ID]string {
	sums := map[lab.ID]string{}
	for id := range said {
		sum := there[id]
		if sum == nil {
			sum = newResultsSum() // it published nothing, or nothing is left
		}
		sums[id] = sum.String()
	}
	return sums
}

// verifyImports returns the first event that left an import elsewhere than it stands, or 0; one
// that stands where only an event could have brought it counts as of the last event.
func verifyImports(tx *gorm.DB, head auditHead, said vouchers) (first int64, err error) {
	imports, err := importsTable.list(tx, "WHERE service_id = ?", head.ServiceID)
	there := map[lab.ID]bool{}
	for _, i := range imports {
		there[i.ID] = true
		told, ok := said.states[i.ID]
		switch {
		case !ok && i.State != lab.ImportLoading:
			first = earliest(first, head.Seq)
		case ok && told.state != i.State:
			first = earliest(first, told.seq)
		}
	}
	for id, told := range said.states {
		if !there[id] {
			first = earliest(first, told.seq)
		}
	}
	return first, err
}

func publishedOf(tx *gorm.DB, service lab.ServiceID, said vouchers) (there published, err error) {
	there = published{results: map[lab.ID]string{}, imports: map[lab.ID]*resultsSum{}, withdrawn: map[lab.ID]*resultsSum{}, states: map[lab.ID]lab.ImportState{}}
	imports, err := importsTable.list(tx, "WHERE service_id = ?", service)
	if err != nil {
		return there, err
	}
	for _, i := range imports {
		there.states[i.ID] = i.State
	}
	err = eachPublication(tx, service, "", nil, func(p *lab.Publication, text string) { there.add(p, text, said) })
	return there, err
}

// eachPublication hands over versions of results of a service in order of their ids, each with
// the text that was released.
func eachPublication(tx *gorm.DB, service lab.ServiceID, which string, args []any, take func(p *lab.Publication, text string)) error {
	rows, err := tx.Raw("SELECT service_id, id, sample_id, version, kind, reason, reason_code, reason_lang, reason_translation, "+
		"outcome, outcome_euda, result, published_on, published_by, published_at, import_id FROM publications WHERE service_id = ?"+which+" ORDER BY id",
		append([]any{service}, args...)...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p lab.Publication
		var text string
		if err := rows.Scan(&p.ServiceID, &p.ID, &p.SampleID, &p.Version, &p.Kind, &p.Reason, &p.ReasonCode, &p.ReasonLang, &p.ReasonTranslation,
			&p.Outcome, &p.OutcomeEUDA, &text, &p.PublishedOn, &p.PublishedBy, &p.PublishedAt, &p.ImportID); err != nil {
			return err
		}
		take(&p, text)
	}
	return rows.Err()
}

// add adds a version of a result, of which the text was released.
func (there *published) add(p *lab.Publication, text string, said vouchers) {
	sum := toldSum(p.ToldOf(text))
	sums, state := there.imports, there.states[p.ImportID]
	_, ofImport := said.imports[p.ImportID]
	unsaid := state == lab.ImportLoading || state == lab.ImportAbandoned // nobody ever saw it
	if p.Kind == lab.WithdrawnResult && !p.ImportID.IsZero() {
		sums = there.withdrawn
		_, ofImport = said.withdrawn[p.ImportID]
		unsaid = state == lab.ImportUndoing // the event is written when all are
	}
	_, ofEvent := said.results[p.ID]
	switch {
	case ofEvent: // also where an import corrected it
		there.results[p.ID] = sum
	case ofImport:
		if sums[p.ImportID] == nil {
			sums[p.ImportID] = newResultsSum()
		}
		sums[p.ImportID].add(p.ID, sum)
	case !unsaid && !said.since.IsZero() && !p.PublishedAt.Time().Before(said.since.Time()):
		there.unsaid = true
	}
}

// broken is the first event that says something else than is there, or 0.
func broken(said map[lab.ID]vouched, there map[lab.ID]string) (first int64) {
	for id, v := range said {
		if there[id] != v.sum {
			first = earliest(first, v.seq)
		}
	}
	return first
}

// earliest is the lesser of two events, of which 0 is none.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
