package work

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"marquis/internal/lab"
)

// Limits on files that people have sent and that wait to be decided on.
const (
	uploadsOfOne = 3
	uploadsOfAll = 24
	uploadKept   = 4 * time.Hour // since somebody looked at it
)

// Upload is a file that somebody has sent, with what was typed beside it. It has no name on
// disk, so that nothing outlives the program.
type Upload struct {
	ID     string // given by Keep
	Owner  lab.Optional
	Name   string // of the file
	SHA256 string // in hexadecimal digits
	Size   int64

	mu    sync.Mutex
	typed url.Values
	file  *os.File
	ends  *time.Timer
}

// Data reads the file from its beginning.
func (u *Upload) Data() io.Reader { return io.NewSectionReader(u.file, 0, u.Size) }

// Typed is what was typed beside the file.
func (u *Upload) Typed() url.Values {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.typed
}

// SetTyped changes what was typed beside the file.
func (u *Upload) SetTyped(typed url.Values) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.typed = typed
}

// Uploads are the files of all people: they end with the program.
type Uploads struct {
	mu  sync.Mutex
	all []*Upload // the oldest first
}

// Keep keeps what a person has sent, and forgets the oldest where the person has several. It is
// ErrBusy where others have as many as may be.
func (s *Uploads) Keep(u *Upload, data io.Reader) error {
	file, err := os.CreateTemp("", "marquis-*")
	if err != nil {
		return err
	}
	_ = os.Remove(file.Name()) // as of a job
	sum := sha256.New()
	if u.Size, err = io.Copy(io.MultiWriter(file, sum), data); err != nil {
		Discard(file)
		return err
	}
	u.ID, u.file, u.SHA256 = rand.Text(), file, hex.EncodeToString(sum.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	own := func(x *Upload) bool { return x.Owner == u.Owner }
	var mine []*Upload
	for _, x := range s.all {
		if own(x) {
			mine = append(mine, x)
		}
	}
	if len(mine) >= uploadsOfOne {
		s.drop(mine[0])
	}
	if len(s.all) >= uploadsOfAll {
		Discard(file)
		return ErrBusy
	}
	s.all = append(s.all, u)
	u.ends = time.AfterFunc(uploadKept, func() { s.Drop(u) })
	return nil
}

// Find returns a file of a person, nil where there is none, and keeps it from now on.
func (s *Uploads) Find(owner lab.Optional, id string) *Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, func(u *Upload) bool { return u.ID == id && u.Owner == owner })
	if i < 0 {
		return nil
	}
	s.all[i].ends.Reset(uploadKept)
	return s.all[i]
}

// Drop forgets a file.
func (s *Uploads) Drop(u *Upload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(u)
}

func (s *Uploads) drop(u *Upload) {
	i := slices.Index(s.all, u)
	if i < 0 {
		return
	}
	s.all = slices.Delete(s.all, i, i+1)
	u.ends.Stop()
	Discard(u.file)
}

// Close forgets all files.
func (s *Uploads) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.all) > 0 {
		s.drop(s.all[0])
	}
}
