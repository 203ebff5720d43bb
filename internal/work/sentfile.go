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
	sentOfOne = 3
	sentOfAll = 24
	sentKept  = 4 * time.Hour // since somebody looked at it
)

// SentFile is a file that somebody has sent, with what was typed beside it. It has no name on
// disk, so that nothing outlives the program.
type SentFile struct {
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
func (u *SentFile) Data() io.Reader { return io.NewSectionReader(u.file, 0, u.Size) }

// Typed is what was typed beside the file.
func (u *SentFile) Typed() url.Values {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.typed
}

// SetTyped changes what was typed beside the file.
func (u *SentFile) SetTyped(typed url.Values) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.typed = typed
}

// SentFiles are the files of all people: they end with the program.
type SentFiles struct {
	mu  sync.Mutex
	all []*SentFile // the oldest first
}

// Keep keeps what a person has sent, and forgets the oldest where the person has several. It is
// ErrBusy where others have as many as may be.
func (s *SentFiles) Keep(u *SentFile, data io.Reader) error {
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
	own := func(x *SentFile) bool { return x.Owner == u.Owner }
	var mine []*SentFile
	for _, x := range s.all {
		if own(x) {
			mine = append(mine, x)
		}
	}
	if len(mine) >= sentOfOne {
		s.drop(mine[0])
	}
	if len(s.all) >= sentOfAll {
		Discard(file)
		return ErrBusy
	}
	s.all = append(s.all, u)
	u.ends = time.AfterFunc(sentKept, func() { s.Drop(u) })
	return nil
}

// Find returns a file of a person, nil where there is none, and keeps it from now on.
func (s *SentFiles) Find(owner lab.Optional, id string) *SentFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, func(u *SentFile) bool { return u.ID == id && u.Owner == owner })
	if i < 0 {
		return nil
	}
	s.all[i].ends.Reset(sentKept)
	return s.all[i]
}

// Drop forgets a file.
func (s *SentFiles) Drop(u *SentFile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(u)
}

func (s *SentFiles) drop(u *SentFile) {
	i := slices.Index(s.all, u)
	if i < 0 {
		return
	}
	s.all = slices.Delete(s.all, i, i+1)
	u.ends.Stop()
	Discard(u.file)
}

// Close forgets all files.
func (s *SentFiles) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.all) > 0 {
		s.drop(s.all[0])
	}
}
