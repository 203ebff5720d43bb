package server

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"marquis/internal/intake"
	"marquis/internal/lab"
	"marquis/internal/work"
)

// looks remember what was seen of the last files that were looked at. One is looked at at a
// time: it costs memory.
type looks struct {
	mu   sync.Mutex
	last []seenFile
}

// seenFile is what was seen of a file, read in a format.
type seenFile struct {
	key     string
	look    *intake.Look
	outline *intake.Outline
	failed  error
}

const mostLooks = 8

// look returns what is seen of a file that was sent in. What it says of the file's own
// mistakes is an error of its own.
func (r *request) look(file lab.Upload, format intake.Format) (look *intake.Look, wrong error) {
	seen := r.seen(fmt.Sprintf("%d %s %d %+v", file.ServiceID, file.ID, file.File, format), func() (x seenFile) {
		x.look, x.failed = intake.Peek(file.Name, r.sentIn(file), format)
		return x
	})
	return seen.look, seen.failed
}

// outline is how a file that was sent in is divided.
func (r *request) outline(file lab.Upload) (*intake.Outline, error) {
	seen := r.seen(fmt.Sprintf("%d %s %d divided", file.ServiceID, file.ID, file.File), func() (x seenFile) {
		x.outline, x.failed = intake.OutlineOf(r.sentIn(file))
		return x
	})
	return seen.outline, seen.failed
}

// seen remembers what was seen of a file under a key.
func (r *request) seen(key string, see func() seenFile) seenFile {
	s := r.server.looks
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.last {
		if x.key == key {
			return x
		}
	}
	x := see()
	x.key = key
	if r.Ctx().Err() == nil {
		s.last = append(s.last, x)
		s.last = s.last[max(0, len(s.last)-mostLooks):]
	}
	return x
}

// sentIn opens a file that was sent in.
func (r *request) sentIn(file lab.Upload) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return work.OpenUpload(r.Ctx(), r.server.Store, r.Actor, file), nil }
}

// formatOf is the format that a mapping says a file has.
func formatOf(f intake.FileMapping) intake.Format {
	format := intake.Format{Sheet: f.Sheet, HeaderRow: f.HeaderRow, Encoding: f.Encoding}
	if f.Delimiter != "" {
		format.Delimiter = []rune(f.Delimiter)[0]
	}
	return format
}

// importJobView is something that the reader is having done with files or an import.
type importJobView struct {
	Address, What, When string
	Running             bool
	begun               lab.Instant
}

// importJobs are those of the reader at the service, the newest first, which are there for an hour.
func (r *request) importJobs() (list []importJobView) {
	for _, j := range r.server.jobs.Of(r.Actor.UserID) {
		x, is := j.Result.(*importJob)
		if !is || j.Service != r.Service.ID {
			continue
		}
		list = append(list, importJobView{importJobAddress(j), jobName(j), r.moment(x.begunAt), j.State() == work.Running, x.begunAt})
	}
	slices.SortFunc(list, func(a, b importJobView) int {
		if a.Running != b.Running { // a person has one at work
			return map[bool]int{true: -1, false: 1}[a.Running]
		}
		return cmp.Or(b.begun.Time().Compare(a.begun.Time()), strings.Compare(a.What, b.What), strings.Compare(a.Address, b.Address))
	})
	return list
}
