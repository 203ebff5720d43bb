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
		sum, err := toldSum(told)
		if err != nil {
			return err
		}
		s.add(publications[i].ID, sum)
	}
	return nil
}

// toldSum is the SHA-256 of what is told of a version of a result.
func toldSum(told []lab.Difference) (string, error) {
	text, err := lab.CanonicalJSON(told)
	return lab.ResultSum(text), err
}

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
	since            lab.Instant // of the first event that could say something; zero: none could
}

// take notes what an event says of what was published.
func (v *vouchers) take(e *auditEvent) error {
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
			v.imports[published] = vouched{e.Seq, c.New.Text()}
		}
	}
	if err == nil && len(told) > 0 {
		var sum string
		sum, err = toldSum(told)
		v.results[published] = vouched{e.Seq, sum}
	}
	return err
}

// published is what is stored of what was published: a sum by version of a result, and
// one by import.
type published struct {
	results map[lab.ID]string
	imports map[lab.ID]*resultsSum
	unsaid  bool // one was recorded since events tell of them, and none tells of it
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
	whole := map[lab.ID]string{}
	for id := range said.imports {
		if there.imports[id] == nil {
			there.imports[id] = newResultsSum() // it published nothing, or nothing is left
		}
		whole[id] = there.imports[id].String()
	}
	first = earliest(broken(said.results, there.results), broken(said.imports, whole))
	if first == 0 && there.unsaid {
		first = head.Seq
	}
	return first, nil
}

func publishedOf(tx *gorm.DB, service lab.ServiceID, said vouchers) (there published, err error) {
	there = published{results: map[lab.ID]string{}, imports: map[lab.ID]*resultsSum{}}
	rows, err := tx.Raw("SELECT service_id, id, sample_id, version, kind, reason, reason_code, reason_lang, reason_translation, "+
		"outcome, outcome_euda, result, published_on, published_by, published_at, import_id FROM publications WHERE service_id = ? ORDER BY id", service).Rows()
	if err != nil {
		return there, err
	}
	defer rows.Close()
	for rows.Next() {
		var p lab.Publication
		var text string
		if err := rows.Scan(&p.ServiceID, &p.ID, &p.SampleID, &p.Version, &p.Kind, &p.Reason, &p.ReasonCode, &p.ReasonLang, &p.ReasonTranslation,
			&p.Outcome, &p.OutcomeEUDA, &text, &p.PublishedOn, &p.PublishedBy, &p.PublishedAt, &p.ImportID); err != nil {
			return there, err
		}
		if err := there.add(&p, text, said); err != nil {
			return there, err
		}
	}
	return there, rows.Err()
}

// add adds a version of a result, of which the text was released.
func (there *published) add(p *lab.Publication, text string, said vouchers) error {
	sum, err := toldSum(p.ToldOf(text))
	_, ofImport := said.imports[p.ImportID]
	_, ofEvent := said.results[p.ID]
	switch {
	case ofImport:
		if there.imports[p.ImportID] == nil {
			there.imports[p.ImportID] = newResultsSum()
		}
		there.imports[p.ImportID].add(p.ID, sum)
	case ofEvent:
		there.results[p.ID] = sum
	case !said.since.IsZero() && !p.PublishedAt.Time().Before(said.since.Time()):
		there.unsaid = true
	}
	return err
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
