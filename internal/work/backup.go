package work

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// BackupPlan says what is backed up, and where to.
type BackupPlan struct {
	File    string              // of the archive, which is not there yet
	For     []archive.Recipient // who can open it; none: everybody who has it
	Keys    *keyring.Ring       // of the registry; nil: it is not backed up
	KeyFile string              // of the copy of the key ring
	KeysFor []archive.Recipient
	Prove   bool   // restore it aside, and verify it, before it gets its name
	Scratch string // folder in which it is restored for that, unencrypted
	Program string
	Now     func() time.Time
	Told    func(step string) // of each table and step, as it begins; nil: nobody
}

// BackedUp is a backup that was made.
type BackedUp struct {
	archive.Manifest
	Bytes  int64    // of the archive
	Proven Verified // zero where it was not to be proven

	texts badTexts // that no restore takes
}

// ErrUnnoted means that a backup was made and that the registry could not note it.
var ErrUnnoted = errors.New("the backup is made, but the registry could not note it")

// ErrUnrestorable means that a backup was made that can be opened by hand, and not be
// restored. The registry does not note it.
var ErrUnrestorable = errors.New("the backup is written, but cannot be restored and does not count as one")

// BackUp writes an archive of the registry as it is now, while others go on, and with it
// a copy of its key ring. The files get their names, that of the copy first, when all that
// was asked for is done; what fails leaves none. It takes the operator.
func BackUp(ctx context.Context, s *store.Store, by lab.Actor, plan BackupPlan) (done BackedUp, err error) {
	if plan.Told == nil {
		plan.Told = func(string) {}
	}
	if plan.Keys != nil {
		if err := CheckKeys(ctx, s, by, plan.Keys); err != nil {
			return done, err
		}
	}
	err = s.BackUpAlone(ctx, by, func() (err error) {
		done, err = backUp(ctx, s, by, plan)
		return err
	})
	if err != nil {
		return done, err
	}
	if bad := done.texts.err(); bad != nil {
		return done, fmt.Errorf("%w: %w", ErrUnrestorable, bad)
	}
	note := store.Backup{MadeAt: done.MadeAt, Digest: done.Digest, SampleCount: done.Samples, WithKeys: plan.Keys != nil}
	if plan.Prove {
		note.ProvenAt = lab.At(plan.Now())
	}
	if err := s.NoteBackup(ctx, by, note); err != nil {
		return done, fmt.Errorf("%w: %w", ErrUnnoted, err)
	}
	return done, nil
}

func backUp(ctx context.Context, s *store.Store, by lab.Actor, plan BackupPlan) (done BackedUp, err error) {
	if err := plan.removeLeft(); err != nil {
		return done, err
	}
	if plan.Prove {
		plan.Told("check")
		if err := s.CheckFile(ctx, by); err != nil { // whose damage it would carry on
			return done, fmt.Errorf("no backup of this registry can be proven, and none is made: %w", err)
		}
	}
	whole, err := openNewFile(plan.File)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, whole.discard()) }()
	readers := plan.For
	var opens []archive.Identity
	if plan.Prove && len(readers) > 0 {
		reader, identity, err := archive.Passing()
		if err != nil {
			return done, err
		}
		readers, opens = append(readers[:len(readers):len(readers)], reader), []archive.Identity{identity}
	}
	var keys []byte
	if done.Manifest, keys, err = writeArchive(ctx, s, by, plan, whole.file, readers, &done.texts); err != nil {
		return done, fmt.Errorf("write %s: %w", plan.File, err)
	}
	if done.Bytes, err = whole.file.Seek(0, io.SeekEnd); err != nil {
		return done, err
	}
	if plan.Prove {
		plan.Told("proof")
		source := Source{File: whole.file.Name(), Opens: opens, keys: keys}
		if done.Proven, err = prove(ctx, source, plan.Scratch, plan.Now); err != nil {
			return done, fmt.Errorf("%s cannot be proven, and is removed: %w", plan.File, err)
		}
	}
	if keys != nil {
		if err := writeKeys(plan, keys); err != nil {
			return done, err
		}
	}
	return done, whole.keep()
}

// removeLeft removes what was left in the folders of a backup.
func (plan *BackupPlan) removeLeft() (err error) {
	folders := []string{filepath.Dir(plan.File)}
	if plan.Keys != nil {
		folders = append(folders, filepath.Dir(plan.KeyFile))
	}
	if plan.Scratch != "" {
		folders = append(folders, plan.Scratch)
	}
	for _, folder := range folders {
		err = errors.Join(err, removeLeft(folder, plan.Now()))
	}
	return err
}

// writeArchive writes the archive, notes the texts that no restore takes, and reads the key
// ring once the moment that it shows has begun: a key is in the file before the registry
// knows it, so the copy has every key that the archive needs.
func writeArchive(ctx context.Context, s *store.Store, by lab.Actor, plan BackupPlan, out *os.File, readers []archive.Recipient, texts *badTexts) (m archive.Manifest, keys []byte, err error) {
	sealed, err := archive.Seal(out, readers...)
	if err != nil {
		return m, nil, err
	}
	w := archive.NewWriter(sealed, filepath.Dir(plan.File))
	err = s.Snapshot(ctx, by, func(x store.Snapshot) error {
		about, err := x.About()
		if err != nil {
			return err
		}
		m = archive.Manifest{
			Program: plan.Program, Schema: about.Schema, Dictionary: about.Dictionary, Synthetic: about.Synthetic, Life: about.Life,
			Samples: about.Samples, Ring: archive.RingOf(about.Ring), MadeAt: lab.At(plan.Now()),
		}
		if plan.Keys != nil {
			if keys, _, err = plan.Keys.Copy(); err != nil {
				return err
			}
		}
		return x.Tables(func(name string, columns []string, rows store.Rows) error {
			plan.Told(name)
			return w.Table(name, columns, texts.watch(name, columns, rows))
		})
	})
	if err != nil {
		return m, nil, err
	}
	if m, err = w.Close(m); err != nil {
		return m, nil, err
	}
	return m, keys, errors.Join(sealed.Close(), out.Sync())
}

// writeKeys writes the copy of the key ring.
func writeKeys(plan BackupPlan, keys []byte) (err error) {
	whole, err := openNewFile(plan.KeyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, whole.discard()) }()
	sealed, err := archive.Seal(whole.file, plan.KeysFor...)
	if err != nil {
		return err
	}
	if _, err := sealed.Write(keys); err != nil {
		return err
	}
	if err := errors.Join(sealed.Close(), whole.file.Sync()); err != nil {
		return err
	}
	return whole.keep()
}
