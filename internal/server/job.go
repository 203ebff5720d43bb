package server

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"marquis/internal/lab"
)

// Limits on work that goes on behind a page.
const (
	jobsAtOnce = 2
	jobKept    = time.Hour // for so long the work of a job waits to be fetched
)

// errBusy means that as many jobs are at work as may be.
var errBusy = errors.New("too many jobs at once")

// jobState is where a job is.
type jobState string

// The states of a job.
const (
	jobRunning jobState = "running"
	jobDone    jobState = "done"
	jobFetched jobState = "fetched"
	jobFailed  jobState = "failed"
)

// job is a file that is being made for a person.
type job struct {
	id          string
	owner       lab.Optional
	service     lab.ServiceID
	name        string // of the file
	what        string // for the audit trail
	title       string
	done, total atomic.Int64

	mu   sync.Mutex
	at   jobState
	file *os.File // when done; it has no name any more, so that nothing outlives the program
}

func (j *job) state() jobState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at
}

// end notes what became of a job.
func (j *job) end(file *os.File, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.at = jobFailed
		return
	}
	j.at, j.file = jobDone, file
}

// size is how many bytes wait to be fetched, or lab.ErrNotFound.
func (j *job) size() (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return 0, lab.ErrNotFound
	}
	info, err := j.file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// fetch hands the file over, once; nil where there is none to be had.
func (j *job) fetch() *os.File {
	j.mu.Lock()
	defer j.mu.Unlock()
	file := j.file
	if file != nil {
		j.at, j.file = jobFetched, nil
	}
	return file
}

// jobs are the jobs of all people, in memory: they end with the program.
type jobs struct {
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu  sync.Mutex
	all map[string]*job
}

func newJobs() *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{ctx: ctx, stop: stop, all: map[string]*job{}}
}

// find returns a job, nil where there is none.
func (s *jobs) find(id string) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id]
}

// running counts the jobs at work.
func (s *jobs) running() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.all {
		if j.state() == jobRunning {
			n++
		}
	}
	return n
}

// start begins with a job. A person has one at a time: where one is at work, that
// one is returned. It is errBusy where others have as many as may be.
func (s *jobs) start(j *job, write func(ctx context.Context, w io.Writer) error) (*job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := 0
	for _, other := range s.all {
		if other.state() != jobRunning {
			continue
		}
		if other.owner == j.owner {
			return other, nil
		}
		running++
	}
	if running >= jobsAtOnce || s.ctx.Err() != nil {
		return nil, errBusy
	}
	j.id, j.at = rand.Text(), jobRunning
	s.all[j.id] = j
	s.work.Go(func() {
		j.end(s.run(write))
		time.AfterFunc(jobKept, func() { s.forget(j) })
	})
	return j, nil
}

// run makes a file that only this program can read.
func (s *jobs) run(write func(ctx context.Context, w io.Writer) error) (file *os.File, err error) {
	file, err = os.CreateTemp("", "marquis-*")
	if err != nil {
		return nil, err
	}
	// Where the system lets an open file lose its name, nothing stays behind even
	// when the program is killed; elsewhere discard removes it.
	_ = os.Remove(file.Name())
	defer func() {
		if cause := recover(); cause != nil {
			err = errors.New(panicCause(cause))
		}
		if err != nil {
			discard(file)
		}
	}()
	return file, write(s.ctx, file)
}

// discard closes a file and removes what is left of it.
func discard(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}

func (s *jobs) forget(j *job) {
	s.mu.Lock()
	delete(s.all, j.id)
	s.mu.Unlock()
	if file := j.fetch(); file != nil {
		discard(file)
	}
}

// close ends all jobs and forgets what nobody has fetched.
func (s *jobs) close() {
	s.stop()
	s.work.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, j := range s.all {
		delete(s.all, id)
		if file := j.fetch(); file != nil {
			discard(file)
		}
	}
}
