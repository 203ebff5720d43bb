package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Codes are how many lookup codes there are, and how many of them were tried.
type Codes struct{ All, Tried int }

// CheckCodes tries so many codes, drawn at random: their hashes must lead to samples. It
// also finds any code whose sample or key is not there, and samples with two. That a code
// leads to another sample than it was given out for cannot be seen: of which code is
// whose there is no second record, on purpose. It takes the operator, or an
// administrator of all services.
func (s *Store) CheckCodes(ctx context.Context, by lab.Actor, tries int) (n Codes, err error) {
	if err := upkeep(by); err != nil {
		return n, err
	}
	tx := s.read.WithContext(ctx)
	var lost, unkeyed, samples int
	err = tx.Raw("SELECT count(*), coalesce(sum(CASE WHEN x.id IS NULL THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN k.key_id IS NULL OR k.ended_at IS NOT NULL THEN 1 ELSE 0 END), 0), "+
		"count(DISTINCT c.sample_id) FROM lookup_codes c LEFT JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id "+
		"LEFT JOIN code_keys k ON k.key_id = c.key_id").Row().Scan(&n.All, &lost, &unkeyed, &samples)
	switch {
	case err != nil:
		return n, translate(err)
	case lost > 0:
		return n, fmt.Errorf("%d of %d codes lead to no sample", lost, n.All)
	case unkeyed > 0:
		return n, fmt.Errorf("%d of %d codes lie under keys that the registry does not know, or has ended", unkeyed, n.All)
	case samples < n.All:
		return n, fmt.Errorf("%d codes lead to %d samples, and no sample has two", n.All, samples)
	}
	var drawn []struct{ CodeHash, KeyID string }
	if err := tx.Raw("SELECT code_hash, key_id FROM lookup_codes ORDER BY random() LIMIT ?", tries).Scan(&drawn).Error; err != nil {
		return n, translate(err)
	}
	for _, c := range drawn {
		hash, err := hex.DecodeString(c.CodeHash)
		if err == nil {
			_, err = s.Lookup(ctx, []CodeHash{{KeyID: c.KeyID, Hash: hash}})
		}
		if errors.Is(err, lab.ErrNotFound) {
			err = errors.New("a code's hash leads to no sample")
		}
		if err != nil {
			return n, err
		}
		n.Tried++
	}
	return n, nil
}

// CheckFile refuses a SQLite file that is damaged, in its tables or in an index;
// PostgreSQL looks after its own. It takes the operator, or an administrator of all services.
func (s *Store) CheckFile(ctx context.Context, by lab.Actor) error {
	if err := upkeep(by); err != nil {
		return err
	}
	return s.db.CheckFile(ctx)
}

// Today is the schema and the edition of the dictionary that this program works with.
func Today() (schema int64, dictionary string, err error) {
	if dictionary, err = embeddedEdition(); err != nil {
		return 0, "", err
	}
	schema, err = sqlstore.TodaysSchema()
	return schema, dictionary, err
}
