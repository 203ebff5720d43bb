package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"marquis/internal/lab"
)

// resultsSum is the SHA-256 of the results of an import: of the id and the sum of each,
// in order of their ids, which is that of writing.
type resultsSum struct{ h hash.Hash }

func newResultsSum() *resultsSum { return &resultsSum{sha256.New()} }

func (s *resultsSum) add(id lab.ID, sum string) { s.h.Write([]byte(id.String() + " " + sum + "\n")) }

func (s *resultsSum) publish(publications []lab.Publication) error {
	for i := range publications {
		text, err := publications[i].Result.Text()
		if err != nil {
			return err
		}
		s.add(publications[i].ID, lab.ResultSum(text))
	}
	return nil
}

// String is the sum of what was added.
func (s *resultsSum) String() string { return hex.EncodeToString(s.h.Sum(nil)) }

// vouched is what an event says of the results that it published.
type vouched struct {
	seq int64
	sum string
}

// vouchers are what the trail of a service says of results: by publication, or by the
// import that published many. Events of format 1 say nothing.
type vouchers struct{ results, imports map[lab.ID]vouched }

// take notes what an event says of results.
func (v *vouchers) take(e *auditEvent) error {
	if e.Format == firstFormat {
		return nil
	}
	changes, err := e.changes()
	if err != nil {
		return err
	}
	var publication lab.ID
	for _, c := range changes {
		if err == nil && c.Field == "publication.id" {
			publication, err = lab.ParseID(c.New.Text())
		}
		if err == nil && c.Field == lab.TrailResultSum {
			v.results[publication] = vouched{e.Seq, c.New.Text()}
		}
		if err == nil && c.Field == lab.TrailResultsSum {
			publication, err = lab.ParseID(e.Subject)
			v.imports[publication] = vouched{e.Seq, c.New.Text()}
		}
	}
	return err
}

// verifyResults compares the results of a service with what its trail says of them,
// and returns the first event of which a result is not what it published, or 0.
func (s *Store) verifyResults(ctx context.Context, service lab.ServiceID, said vouchers) (first int64, err error) {
	rows, err := s.read.WithContext(ctx).Raw("SELECT id, import_id, result FROM publications WHERE service_id = ? ORDER BY id", service).Rows()
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	results, imports := map[lab.ID]string{}, map[lab.ID]*resultsSum{}
	for rows.Next() {
		var id, of lab.ID
		var text string
		if err := rows.Scan(&id, &of, &text); err != nil {
			return 0, err
		}
		sum := lab.ResultSum(text)
		if of.IsZero() {
			results[id] = sum
			continue
		}
		if imports[of] == nil {
			imports[of] = newResultsSum()
		}
		imports[of].add(id, sum)
	}
	whole := map[lab.ID]string{}
	for id := range said.imports {
		if imports[id] == nil {
			imports[id] = newResultsSum() // it published nothing, or nothing is left
		}
		whole[id] = imports[id].String()
	}
	return earliest(broken(said.results, results), broken(said.imports, whole)), rows.Err()
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
