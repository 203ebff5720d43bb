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
// also finds any code whose sample is not there. It takes the operator, or an
// administrator of all services.
func (s *Store) CheckCodes(ctx context.Context, by lab.Actor, tries int) (n Codes, err error) {
	if err := upkeep(by); err != nil {
		return n, err
	}
	tx := s.read.WithContext(ctx)
	var lost int
	err = tx.Raw("SELECT count(*), coalesce(sum(CASE WHEN x.id IS NULL THEN 1 ELSE 0 END), 0) FROM lookup_codes c "+
		"LEFT JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id").Row().Scan(&n.All, &lost)
	if err != nil {
		return n, translate(err)
	}
	if lost > 0 {
		return n, fmt.Errorf("%d of %d codes lead to no sample", lost, n.All)
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

// CheckFile refuses a SQLite file that is damaged; PostgreSQL looks after its own. It
// takes the operator, or an administrator of all services.
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
