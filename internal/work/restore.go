package work

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// Source is an archive, and what opens it.
type Source struct {
	File      string
	Opens     []archive.Identity
	KeyFile   string // of the copy of the key ring; empty: none
	KeysOpens []archive.Identity

	keys []byte // the copy, where it is not in a file
}

// RestorePlan says what is restored, and where to.
type RestorePlan struct {
	Source
	Place       store.Config
	Keys        string // file of the key ring
	WithoutKeys bool   // restore also where no key ring is: no code opens anything then
	Synthetic   bool   // restore samples also that nobody handed in
	Series      int    // in which numbers are given from now on; 0: the next one
	Now         func() time.Time
	Told        func(step string) // of each table as it begins; nil: nobody
}

// Restored is a registry that was restored.
type Restored struct {
	archive.Manifest
	Rows   int64
	Series int
}

// Refusals of a restore, before anything is written.
var (
	ErrSchema    = errors.New("the archive has another schema than this program")
	ErrSynthetic = errors.New("the archive holds synthetic samples, which must not be taken for real ones")
	ErrNoKeys    = errors.New("there is no key ring, and without it no lookup code and no authenticator of the archive opens")
	ErrNoRoom    = errors.New("there is not enough room")
)

// PlanRestore reads the whole archive and refuses what cannot be restored at the place,
// and changes nothing: an archive that is torn or was changed, of another schema or
// another key ring, a place that is not empty or has no room.
func PlanRestore(ctx context.Context, plan RestorePlan) (archive.Manifest, error) {
	m, err := plan.read(nil)
	if err != nil {
		return m, fmt.Errorf("%s: %w", plan.File, err)
	}
	if err := fits(m); err != nil {
		return m, err
	}
	if m.Synthetic != "" && !plan.Synthetic {
		return m, fmt.Errorf("%w: %s", ErrSynthetic, m.Synthetic)
	}
	if _, err := lab.NextSeries(m.Life, plan.Series); err != nil {
		return m, err
	}
	if err := store.MayRestore(ctx, plan.Place, plan.Now); err != nil {
		return m, err
	}
	if plan.Place.DatabaseURL == "" {
		if err := hasRoom(plan.Place.Folder, sizeOfFile(m)); err != nil {
			return m, err
		}
	}
	return m, plan.checkKeys(m)
}

// Restore restores an archive at an empty place, which ends up whole or empty. What
// PlanRestore refuses is refused before anything is written; the key ring comes before
// the registry.
func Restore(ctx context.Context, plan RestorePlan) (done Restored, err error) {
	if done.Manifest, err = PlanRestore(ctx, plan); err != nil {
		return done, err
	}
	if err := plan.putKeys(done.Manifest); err != nil {
		return done, err
	}
	done.Rows, done.Series, err = fill(ctx, plan, done.Manifest)
	return done, err
}

// read reads the archive to its end.
func (s *Source) read(table func(name string, columns []string, rows iter.Seq2[[]*string, error]) error) (m archive.Manifest, err error) {
	file, err := openPlain(s.File)
	if err != nil {
		return m, err
	}
	defer file.Close()
	in, err := archive.Unseal(file, s.Opens...)
	if err != nil {
		return m, err
	}
	return archive.Read(in, table)
}

// openPlain opens a file that can be read more than once.
func openPlain(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: give a file, not a pipe or a folder: it is read more than once", path)
	}
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// fits refuses an archive that is not of this program's schema and dictionary.
func fits(m archive.Manifest) error {
	schema, dictionary, err := store.Today()
	switch {
	case err != nil:
		return err
	case m.Life < 0 || m.Life > lab.MaxSeries:
		return fmt.Errorf("%w: it says that the registry was restored %d times", archive.ErrChanged, m.Life)
	case m.Schema > schema:
		return fmt.Errorf("%w: %d, and this one knows %d. It was made by a newer program, %s: restore it with that one", ErrSchema, m.Schema, schema, m.Program)
	case m.Schema < schema:
		return fmt.Errorf("%w: %d, and this one needs %d. Restore it with the program that made it, %s, and then bring it up to date with this one: marquis migrate",
			ErrSchema, m.Schema, schema, m.Program)
	case m.Dictionary != dictionary:
		return fmt.Errorf("%w, or another edition of the dictionary. Restore it with the program that made it, %s, and then bring it up to date with this one: marquis migrate",
			ErrSchema, m.Program)
	}
	return nil
}

// fill restores an archive that was read before, and tells in which series numbers go on.
func fill(ctx context.Context, plan RestorePlan, m archive.Manifest) (rows int64, series int, err error) {
	if series, err = lab.NextSeries(m.Life, plan.Series); err != nil {
		return 0, 0, err
	}
	content := store.Content{Life: series, CopiedAt: m.MadeAt, Digest: m.Digest}
	content.Read = func(table func(string, []string, iter.Seq2[[]*string, error]) error) error {
		again, err := plan.read(func(name string, columns []string, rows iter.Seq2[[]*string, error]) error {
			if plan.Told != nil {
				plan.Told(name)
			}
			return table(name, columns, rows)
		})
		if err == nil && again.Digest != m.Digest {
			err = fmt.Errorf("%s: %w", plan.File, archive.ErrChanged)
		}
		return err
	}
	rows, err = store.Restore(ctx, plan.Place, plan.Now, content)
	return rows, series, err
}

// copyOfKeys reads the copy of the key ring; nothing where there is none.
func (s *Source) copyOfKeys() ([]byte, error) {
	if s.keys != nil || s.KeyFile == "" {
		return s.keys, nil
	}
	file, err := openPlain(s.KeyFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readSmall(file, s.KeysOpens)
}

// checkKeys refuses a key ring, at its place or in its copy, that is not the archive's.
func (p *RestorePlan) checkKeys(m archive.Manifest) error {
	ring, err := keyring.Open(p.Keys, false)
	var print lab.RingPrint
	from := p.Keys
	switch {
	case err == nil:
		print, err = ring.Print()
	case errors.Is(err, keyring.ErrMissing):
		var file []byte
		from = p.KeyFile
		if file, err = p.copyOfKeys(); err == nil && file != nil {
			print, err = keyring.ReadCopy(file)
		} else if err == nil && m.Ring.Secret != "" && !p.WithoutKeys {
			return fmt.Errorf("%w (none at %s)", ErrNoKeys, p.Keys)
		} else if err == nil {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return holds(print, from, m)
}

// holds refuses a ring that lacks what the archive needs.
func holds(ring lab.RingPrint, from string, m archive.Manifest) error {
	if err := ring.Check(m.Ring.Print()); err != nil {
		return fmt.Errorf("the key ring %s %w", from, err)
	}
	return nil
}

// putKeys puts the copy of the key ring in its place, unless one is there.
func (p *RestorePlan) putKeys(m archive.Manifest) error {
	file, err := p.copyOfKeys()
	if err != nil || file == nil {
		return err
	}
	err = keyring.Put(p.Keys, file)
	if !errors.Is(err, keyring.ErrThere) {
		return err
	}
	ring, err := keyring.Open(p.Keys, false) // which is as new as the copy, or newer
	if err != nil {
		return fmt.Errorf("something lies at %s that is no key ring which can be read, such as a link to nothing; the copy was not written: %w", p.Keys, err)
	}
	print, err := ring.Print()
	if err != nil {
		return err
	}
	return holds(print, p.Keys, m)
}
