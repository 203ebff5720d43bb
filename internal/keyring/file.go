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

	"marquis/internal/lab"
)

// contents are what the file holds, as JSON. Its digest covers the rest, so that
// damage is found and no code is hashed under a damaged key.
type contents struct {
	Version int        `json:"version"`
	Secret  []byte     `json:"secret"`
	Keys    []ringKey  `json:"keys"`  // oldest month first
	Ended   []endedKey `json:"ended"` // in the order in which they ended
	Digest  string     `json:"digest"`
}

type ringKey struct {
	ID    string `json:"id"`
	Month string `json:"month"`
	Key   []byte `json:"key"`
}

// endedKey is what is left of a key that was dropped: enough to know it again, so
// that it is not taken for one that is missing.
type endedKey struct {
	ID          string   `json:"id"`
	Month       string   `json:"month"`
	Fingerprint string   `json:"fingerprint"`
	EndedOn     lab.Date `json:"ended_on"`
}

// firstContents are what a file of the first version holds. The id of a key was its
// month, and nothing was left of one that was dropped.
type firstContents struct {
	Version int    `json:"version"`
	Secret  []byte `json:"secret"`
	Months  []struct {
		Month string `json:"month"`
		Key   []byte `json:"key"`
	} `json:"months"`
	Digest string `json:"digest"`
}

const (
	firstVersion  = 1
	formatVersion = 2
)

var (
	monthForm       = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)
	idForm          = regexp.MustCompile(`^[0-9a-z-]{7,32}$`)
	fingerprintForm = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// find returns the key of a month, nil where there is none.
func (c *contents) find(month string) *ringKey {
	i := slices.IndexFunc(c.Keys, func(k ringKey) bool { return k.Month == month })
	if i < 0 {
		return nil
	}
	return &c.Keys[i]
}

// byID returns the key with the id, nil where there is none.
func (c *contents) byID(id string) *ringKey {
	i := slices.IndexFunc(c.Keys, func(k ringKey) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Keys[i]
}

func (c *contents) hasEnded(id string) bool {
	return slices.ContainsFunc(c.Ended, func(k endedKey) bool { return k.ID == id })
}

// add adds a key to a month, behind those of earlier months.
func (c *contents) add(month string) {
	at := len(c.Keys)
	for at > 0 && c.Keys[at-1].Month > month {
		at--
	}
	c.Keys = slices.Insert(slices.Clone(c.Keys), at, ringKey{newID(), month, newKey()})
}

func (c *contents) hasAny(ids []string) bool {
	return slices.ContainsFunc(c.Keys, func(k ringKey) bool { return slices.Contains(ids, k.ID) })
}

// drop removes keys, oldest month first, and returns their months.
func (c *contents) drop(ids []string, on lab.Date) (months []string) {
	var kept []ringKey
	for _, k := range c.Keys {
		if !slices.Contains(ids, k.ID) {
			kept = append(kept, k)
			continue
		}
		months = append(months, k.Month)
		c.Ended = append(slices.Clip(c.Ended), endedKey{k.ID, k.Month, fingerprint(k.Key), on})
	}
	c.Keys = kept
	return months
}

// follows refuses contents that cannot have come from the ones before: they have
// another secret, or lack a key that never ended. Somebody has put another file in
// the place.
func (c *contents) follows(before *contents) bool {
	if before.Secret == nil {
		return true
	}
	for _, k := range before.Keys {
		now := c.byID(k.ID)
		if now == nil && !c.hasEnded(k.ID) || now != nil && !bytes.Equal(now.Key, k.Key) {
			return false
		}
	}
	return bytes.Equal(c.Secret, before.Secret)
}

// digestOf covers everything but the digest itself, which is to be empty.
func digestOf(c any) (string, error) {
	data, err := json.Marshal(c)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

func (c *contents) encode() ([]byte, error) {
	c.Version, c.Digest = formatVersion, ""
	var err error
	if c.Digest, err = digestOf(c); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	return append(data, '\n'), err
}

// decode reads what encode wrote, in this version of the program or an earlier one.
// It says nothing about what it found instead, which may be a key.
func decode(data []byte) (c contents, ok bool) {
	var which struct {
		Version int `json:"version"`
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&which); err != nil {
		return contents{}, false
	}
	digest := ""
	switch which.Version {
	case firstVersion:
		var first firstContents
		if !decodeStrictly(data, &first) {
			return contents{}, false
		}
		digest, first.Digest = first.Digest, ""
		if have, err := digestOf(first); err != nil || have != digest {
			return contents{}, false
		}
		c = first.today()
	case formatVersion:
		if !decodeStrictly(data, &c) {
			return contents{}, false
		}
		digest, c.Digest = c.Digest, ""
		if have, err := digestOf(c); err != nil || have != digest {
			return contents{}, false
		}
	}
	return c, c.isWhole()
}

func decodeStrictly(data []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return false
	}
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}

// today are the contents in today's form.
func (f *firstContents) today() contents {
	c := contents{Version: formatVersion, Secret: f.Secret}
	for _, m := range f.Months {
		c.Keys = append(c.Keys, ringKey{m.Month, m.Month, m.Key})
	}
	return c
}

// isWhole tells that every part has its form, and every key an id of its own.
func (c *contents) isWhole() bool {
	if len(c.Secret) != keyLength {
		return false
	}
	ids := map[string]bool{}
	for i, k := range c.Keys {
		if !monthForm.MatchString(k.Month) || !idForm.MatchString(k.ID) || len(k.Key) != keyLength || ids[k.ID] || i > 0 && c.Keys[i-1].Month > k.Month {
			return false
		}
		ids[k.ID] = true
	}
	for _, k := range c.Ended {
		if !monthForm.MatchString(k.Month) || !idForm.MatchString(k.ID) || !fingerprintForm.MatchString(k.Fingerprint) || ids[k.ID] {
			return false
		}
		ids[k.ID] = true
	}
	return true
}

// refresh reads the file unless it is the one that was read before.
func (r *Ring) refresh() error {
	if r.path == "" { // a copy that lies in no file
		return nil
	}
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

// ErrExchanged means that the file of an open ring is another ring now, or an older
// copy of it. What the ring held stays; nothing is looked up until the right file is
// there again.
var ErrExchanged = errors.New("the key ring was exchanged for another one, or for an older copy")

// explain says what to do where the file cannot be read.
func (r *Ring) explain(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w at %s; put it back from its backup (if it is lost for good, marquis keys adopt says what is lost with it)", ErrMissing, r.path)
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
		case ok && !held.follows(&r.held):
			return contents{}, nil, fmt.Errorf("%w at %s; put back the file that was there", ErrExchanged, r.path)
		case !ok:
			return contents{}, nil, fmt.Errorf("the key ring %s is damaged, or is no key ring; it stays as it is: put it back from its backup (if there is none, move it away; marquis keys adopt says what is lost with it)", r.path)
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
	if r.path == "" {
		return errors.New("a copy of a key ring stays as it is")
	}
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
