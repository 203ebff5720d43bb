package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/together"
)

// Settings about the dictionary: the edition of the embedded one, and a mark that
// every change of any entry replaces, so that what was read can be kept. Another mark is
// replaced by every merge, so that nothing is counted as the dictionary read before it.
const (
	dictionarySetting = "dictionary"
	changeSetting     = "dictionary_change"
	mergeSetting      = "dictionary_merges"
)

// edition is the dictionary between two changes of it.
type edition struct {
	change  string
	words   *lab.Dictionary
	checked time.Time // when it was known to be the latest
	seen    int64     // the changes of this process that it is no older than
}

// dictionary returns the dictionary for a unit of work, which must not change it.
// It is read anew only when it has changed.
func (w *work) dictionary() (d *lab.Dictionary, err error) {
	d, err = w.latestWords(w.tx)
	w.words = d
	return d, err
}

func (s *Store) latestWords(tx *gorm.DB) (*lab.Dictionary, error) {
	e, err := s.latestEdition(tx)
	if err != nil {
		return nil, err
	}
	return e.words, nil
}

// latestEdition is the dictionary as the database has it now. It is read without a lock
// and never changed, but replaced by another.
func (s *Store) latestEdition(tx *gorm.DB) (*edition, error) {
	seen, now := s.wordsChanged.Load(), s.now()
	change, err := setting(tx, changeSetting)
	if err != nil {
		return nil, err
	}
	e := &edition{change: change, checked: now, seen: seen}
	if kept := s.words.Load(); kept != nil && kept.change == change {
		e.words = kept.words
	} else if e.words, err = readDictionary(tx); err != nil {
		return nil, err
	}
	s.words.Store(e)
	return e, nil
}

// Words returns the dictionary for reading: what other processes changed in it is at
// most a second old. All who ask share it: it must not be changed.
//
// One who asks reads it for all, and who waits for it stops when the context ends.
func (s *Store) Words(ctx context.Context) (*lab.Dictionary, error) {
	for {
		asked, changed := s.now(), s.wordsChanged.Load()
		if kept := s.words.Load(); kept != nil && kept.answers(asked, changed) {
			return kept.words, nil
		}
		e, err := together.Make(ctx, &s.wording, "words", func(ctx context.Context) (*edition, error) {
			return s.latestEdition(s.read.WithContext(ctx))
		})
		if err != nil {
			return nil, translate(err)
		}
		if e.seen >= changed && asked.Sub(e.checked) < time.Second { // others may have waited for long
			return e.words, nil
		}
	}
}

// answers tells whether the edition is new enough for who asks at a moment, after so
// many changes of this process.
func (e *edition) answers(asked time.Time, changed int64) bool {
	age := asked.Sub(e.checked)
	return age >= 0 && age < time.Second && e.seen == changed
}

// markChange tells everybody that the dictionary is not what they have read. The
// mark is never used again, even if the transaction is rolled back.
func (s *Store) markChange(tx *gorm.DB) error {
	return setSetting(tx, changeSetting, s.ids.Next().String())
}

func setting(tx *gorm.DB, name string) (value string, err error) {
	err = tx.Raw("SELECT value FROM settings WHERE name = ?", name).Scan(&value).Error
	return value, err
}

// lockedSetting reads a setting that nobody else can lock or change until the
// transaction ends. One that is not there is made, empty.
func lockedSetting(tx *gorm.DB, name string) (value string, err error) {
	err = tx.Raw("INSERT INTO settings (name, value) VALUES (?, '') ON CONFLICT (name) DO UPDATE SET value = settings.value RETURNING value", name).
		Scan(&value).Error
	return value, err
}

func setSetting(tx *gorm.DB, name, value string) error {
	return tx.Exec("INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value).Error
}

// saveDictionary writes the entries. Names, salts and expectations that an edition
// took away from an embedded entry go, but for names that people gave it here and that no
// entry of the edition has; substances and products never do, because samples refer to them.
func saveDictionary(tx *gorm.DB, d *lab.Dictionary) error {
	r := rowsOfDictionary(d)
	for _, statement := range []string{
		"DELETE FROM substance_names WHERE substance_id < ? AND proposed_by IS NULL", "DELETE FROM substance_salts WHERE substance_id < ?",
		"DELETE FROM product_names WHERE product_id < ? AND proposed_by IS NULL", "DELETE FROM product_substances WHERE product_id < ?",
	} {
		if err := tx.Exec(statement, lab.LocalEntries).Error; err != nil {
			return err
		}
	}
	if err := takeNames(tx, "substance_names", "substance_id", r.SubstanceNames, func(n substanceNameRow) string { return n.Folded }); err != nil {
		return err
	}
	if err := takeNames(tx, "product_names", "product_id", r.ProductNames, func(n productNameRow) string { return n.Folded }); err != nil {
		return err
	}
	if err := upsert(tx, r.Classes, "code"); err != nil {
		return err
	}
	if err := upsert(tx, r.Substances, "id"); err != nil {
		return err
	}
	if err := upsert(tx, r.Products, "id"); err != nil {
		return err
	}
	// A name that an entry added here has is kept by that one: see lab.Namesake.
	return insertParts(tx, tx.Clauses(clause.OnConflict{DoNothing: true}), r)
}

// takeNames takes the names of an edition from the embedded entries to which people gave them
// here: a name is of one entry, and what comes with the program is not withdrawn.
func takeNames[T any](tx *gorm.DB, table, id string, rows []T, folded func(T) string) error {
	for some := range slices.Chunk(rows, batch) {
		names := make([]string, len(some))
		for i := range some {
			names[i] = folded(some[i])
		}
		if err := tx.Exec("DELETE FROM "+table+" WHERE "+id+" < ? AND folded IN ?", lab.LocalEntries, names).Error; err != nil {
			return err
		}
	}
	return nil
}

// insertParts writes what hangs on substances, products and methods, their names as kept
// says.
func insertParts(tx, kept *gorm.DB, r dictionaryRows) error {
	for _, insert := range []func() error{
		func() error { return create(kept, r.SubstanceNames) },
		func() error { return create(tx, r.Salts) },
		func() error { return create(kept, r.ProductNames) },
		func() error { return create(tx, r.ProductSubstances) },
		func() error { return create(tx, r.Methods) },
		func() error { return create(tx, r.MethodScopes) },
	} {
		if err := insert(); err != nil {
			return err
		}
	}
	return nil
}

// addEntries adds local entries of the dictionary.
func (s *Store) addEntries(tx *gorm.DB, substances []*lab.Substance, products []*lab.Product, methods []*lab.Method) error {
	if len(substances)+len(products)+len(methods) == 0 {
		return nil
	}
	if err := s.markChange(tx); err != nil {
		return err
	}
	r := rowsOf(nil, substances, products, methods)
	if err := create(tx, r.Substances); err != nil {
		return err
	}
	if err := create(tx, r.Products); err != nil {
		return err
	}
	return insertParts(tx, tx, r)
}

func create[T any](tx *gorm.DB, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(rows, 80).Error
}

// upsert inserts rows, or replaces those that have the same key.
func upsert[T any](tx *gorm.DB, rows []T, key string) error {
	replace := clause.OnConflict{Columns: []clause.Column{{Name: key}}, UpdateAll: true}
	return create(tx.Clauses(replace), rows)
}

// Dictionary reads the whole dictionary, local entries included. The caller may
// add to what it gets.
func (s *Store) Dictionary(ctx context.Context) (*lab.Dictionary, error) {
	d, err := readDictionary(s.read.WithContext(ctx))
	return d, translate(err)
}

// readDictionary reads until nothing has changed meanwhile: on PostgreSQL each of
// its statements sees what was committed before it.
func readDictionary(tx *gorm.DB) (*lab.Dictionary, error) {
	var r dictionaryRows
	var change, merges string
	for again := false; ; again = true {
		now, err := setting(tx, changeSetting)
		if err != nil {
			return nil, err
		}
		if again && now == change {
			break
		}
		change, r = now, dictionaryRows{}
		if merges, err = setting(tx, mergeSetting); err != nil {
			return nil, err
		}
		for _, list := range []any{
			&r.Classes, &r.Substances, &r.SubstanceNames, &r.Salts, &r.Products, &r.ProductNames, &r.ProductSubstances, &r.Methods, &r.MethodScopes,
			&r.Laboratories, &r.LaboratoryPeople, &r.LaboratoryServices, &r.Proposals, &r.Judgements, &r.AlertLimits,
		} {
			if err := tx.Find(list).Error; err != nil {
				return nil, err
			}
		}
	}
	classes := make([]lab.Class, len(r.Classes))
	for i, c := range r.Classes {
		classes[i] = lab.Class(c)
	}
	d, err := lab.NewDictionary(classes, r.substances(), r.products(), r.methods())
	if err != nil {
		return nil, err
	}
	d.SetLaboratories(r.laboratories())
	d.SetJudgements(r.judgements())
	if d.DoseBands, err = dictionary.DoseBands(); err != nil {
		return nil, err
	}
	d.SetAlertLimits(r.alertLimits())
	d.Edition, d.Merges = change, merges
	return d, nil
}
