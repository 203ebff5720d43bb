package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// Codes are how many lookup codes there are, and how many of them were tried.
type Codes struct{ All, Tried int }

// CheckCodes tries so many codes, drawn at random: their hashes must lead to samples. It
// also finds any code whose sample or key is not there, and samples with two. That a code
// leads to another sample than it was given out for cannot be seen: of which code is
// whose there is no second record, on purpose.
func (x Snapshot) CheckCodes(tries int) (n Codes, err error) {
	tx := x.at.Tx
	var lost, unkeyed, samples int
	err = tx.Raw("SELECT count(*), coalesce(sum(CASE WHEN x.id IS NULL THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN k.key_id IS NULL OR k.ended_at IS NOT NULL THEN 1 ELSE 0 END), 0), "+
		"count(DISTINCT c.sample_id) FROM lookup_codes c LEFT JOIN samples x ON x.service_id = c.service_id AND x.id = c.sample_id "+
		"LEFT JOIN code_keys k ON k.key_id = c.key_id").Row().Scan(&n.All, &lost, &unkeyed, &samples)
	switch {
	case err != nil:
		return n, err
	case lost > 0:
		return n, fmt.Errorf("%d of %d codes lead to no sample", lost, n.All)
	case unkeyed > 0:
		return n, unkeyedError(tx, unkeyed, n.All)
	case samples < n.All:
		return n, fmt.Errorf("%d codes lead to %d samples, and no sample has two", n.All, samples)
	}
	var drawn []struct{ CodeHash, KeyID string }
	if err := tx.Raw("SELECT code_hash, key_id FROM lookup_codes ORDER BY random() LIMIT ?", tries).Scan(&drawn).Error; err != nil {
		return n, err
	}
	for _, c := range drawn {
		if err := leads(tx, c.CodeHash, c.KeyID); err != nil {
			return n, err
		}
		n.Tried++
	}
	return n, nil
}

// unkeyedError says of codes that lie under no key what is to be done: a registry of a
// program that kept no fingerprints of keys has to be given its ring first.
func unkeyedError(tx *gorm.DB, unkeyed, all int) error {
	ring, err := setting(tx, ringSetting)
	switch {
	case err != nil:
		return err
	case ring == "":
		return fmt.Errorf("the registry has taken no key ring yet, so that the keys of %d of %d codes are not known; with its key ring in place type: marquis keys adopt", unkeyed, all)
	}
	return fmt.Errorf("%d of %d codes lie under keys that the registry does not know, or has ended", unkeyed, all)
}

// leads looks a code up as a visitor's is.
func leads(tx *gorm.DB, codeHash, key string) error {
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, lookupOf(), codeHash, key)
	if err != nil {
		return err
	}
	if _, err = readFound(rows); errors.Is(err, lab.ErrNotFound) {
		return errors.New("a code's hash leads to no sample")
	}
	return err
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
