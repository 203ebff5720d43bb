package keyring

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// contents are what the file holds, as JSON. Its digest covers the rest, so that
// damage is found and no code is hashed under a damaged key.
type contents struct {
	Version int        `json:"version"`
	Secret  []byte     `json:"secret"`
	Months  []monthKey `json:"months"` // oldest first
	Digest  string     `json:"digest"`
}

type monthKey struct {
	Month string `json:"month"`
	Key   []byte `json:"key"`
}

const formatVersion = 1

var monthForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

func (c *contents) find(month string) *monthKey {
	i := slices.IndexFunc(c.Months, func(m monthKey) bool { return m.Month == month })
	if i < 0 {
		return nil
	}
	return &c.Months[i]
}

func (c *contents) add(month string, key []byte) {
	at := len(c.Months)
	for at > 0 && c.Months[at-1].Month > month {
		at--
	}
	c.Months = slices.Insert(slices.Clone(c.Months), at, monthKey{month, key})
}

func (c *contents) hasBefore(month string) bool {
	return len(c.Months) > 0 && c.Months[0].Month < month
}

func (c *contents) dropBefore(month string) (dropped []string) {
	for c.hasBefore(month) {
		dropped = append(dropped, c.Months[0].Month)
		c.Months = c.Months[1:]
	}
	return dropped
}

// digest covers everything but itself.
func (c contents) digest() (string, error) {
	c.Digest = ""
	data, err := json.Marshal(c)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

func (c *contents) encode() ([]byte, error) {
	c.Version = formatVersion
	var err error
	if c.Digest, err = c.digest(); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	return append(data, '\n'), err
}

// decode reads what encode wrote. It says nothing about what it found instead,
// which may be a key.
func decode(data []byte) (c contents, ok bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return contents{}, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return contents{}, false
	}
	digest, err := c.digest()
	if err != nil || c.Digest != digest || c.Version != formatVersion || len(c.Secret) != keyLength {
		return contents{}, false
	}
	for i, m := range c.Months {
		if !monthForm.MatchString(m.Month) || len(m.Key) != keyLength || i > 0 && c.Months[i-1].Month >= m.Month {
			return contents{}, false
		}
	}
	return c, true
}

// refresh reads the file unless it is the one that was read before.
func (r *Ring) refresh() error {
	now, err := os.Stat(r.path)
	if err != nil {
		return r.explain(err)
	}
	if r.seen != nil && os.SameFile(now, r.seen) && now.ModTime().Equal(r.seen.ModTime()) &&
		now.Size() == r.seen.Size() && now.Mode() == r.seen.Mode() {
		return nil
	}
	held, seen, err := r.read()
	if err == nil {
		r.held, r.seen = held, seen
	}
	return err
}

// explain says what to do where the file cannot be read.
func (r *Ring) explain(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w at %s; put it back from its backup", ErrMissing, r.path)
	}
	return fmt.Errorf("read the key ring: %w", err)
}

// read reads the file. One that was exchanged meanwhile is read again: what it
// held is overwritten when keys are dropped.
func (r *Ring) read() (contents, fs.FileInfo, error) {
	for range 100 {
		data, info, err := readFile(r.path)
		if err != nil {
			return contents{}, nil, r.explain(err)
		}
		held, ok := decode(data)
		now, err := os.Stat(r.path)
		switch {
		case err != nil:
			return contents{}, nil, r.explain(err)
		case !os.SameFile(info, now):
			continue
		case !ok:
			return contents{}, nil, fmt.Errorf("the key ring %s is damaged, or is no key ring; it stays as it is: put it back from its backup", r.path)
		}
		return held, info, nil
	}
	return contents{}, nil, fmt.Errorf("the key ring %s changes all the time", r.path)
}

// readFile reads a plain file that only its owner may read.
func readFile(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a plain file", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, nil, fmt.Errorf("others may read %s, so its keys may be known; if they are not, type: chmod 600 %[1]s", path)
	}
	data, err := io.ReadAll(f)
	return data, info, err
}

// change edits the file while no other process does, unless the edit tells that
// nothing is to be changed. What the ring holds changes only once the file is
// safe. Fresh allows that there is no file yet.
func (r *Ring) change(edit func(*contents) bool, fresh bool) (err error) {
	lock, err := lockedfile.OpenFile(r.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock the key ring: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	held, _, err := r.read()
	if err != nil && (!fresh || !errors.Is(err, ErrMissing)) {
		return err
	}
	if edit(&held) {
		if err := r.replace(&held); err != nil {
			return fmt.Errorf("write the key ring: %w", err)
		}
	}
	return r.refresh()
}

// replace puts a new file in the place of the old one, which is overwritten. A
// crash leaves one of them, whole.
func (r *Ring) replace(c *contents) (err error) {
	data, err := c.encode()
	if err != nil {
		return err
	}
	fresh := r.path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, err := os.OpenFile(r.path, os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old != nil {
		defer func() { err = errors.Join(err, old.Close()) }()
	}
	if err := writeDurably(fresh, data); err != nil {
		return err
	}
	if err := os.Rename(fresh, r.path); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := syncFolder(filepath.Dir(r.path)); err != nil || old == nil {
		return err
	}
	return blank(old)
}

// writeDurably makes a file that only its owner may read.
func writeDurably(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" { // which cannot, and need not
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// blank overwrites a file that has lost its name.
func blank(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(make([]byte, info.Size()), 0); err != nil {
		return err
	}
	return f.Sync()
}
