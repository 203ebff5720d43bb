package work

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"marquis/internal/lab"
)

// Limits on work that goes on behind a page.
const (
	atOnce  = 2
	jobKept = time.Hour // for so long the work of a job waits to be fetched
)

// ErrBusy means that as many jobs are at work as may be.
var ErrBusy = errors.New("too many jobs at once")

// State is where a job is.
type State string

// The states of a job.
const (
	Running State = "running"
	Done    State = "done"
	Fetched State = "fetched"
	Failed  State = "failed"
)

// Job is a file that is being made for a person. What it is of is said before it starts.
type Job struct {
	ID          string // given by Start
	Owner       lab.Optional
	Service     lab.ServiceID
	Name        string // of the file
	What        string // for the audit trail
	Title       string
	Result      any // what comes of it beside the file: to be read when it runs no more
	Done, Total atomic.Int64

	mu   sync.Mutex
	at   State
	file *os.File // when done; it has no name any more, so that nothing outlives the program
}

// State is where the job is.
func (j *Job) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at
}

// end notes what became of a job.
func (j *Job) end(file *os.File, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.at = Failed
		return
	}
	j.at, j.file = Done, file
}

// Size is how many bytes wait to be fetched, or lab.ErrNotFound.
func (j *Job) Size() (int64, error) {
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

// Fetch hands the file over, once; nil where there is none to be had.
func (j *Job) Fetch() *os.File {
	j.mu.Lock()
	defer j.mu.Unlock()
	file := j.file
	if file != nil {
		j.at, j.file = Fetched, nil
	}
	return file
}

// Jobs are the jobs of all people, in memory: they end with the program.
type Jobs struct {
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu  sync.Mutex
	all map[string]*Job
}

// NewJobs returns no jobs.
func NewJobs() *Jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &Jobs{ctx: ctx, stop: stop, all: map[string]*Job{}}
}

// Find returns a job, nil where there is none.
func (s *Jobs) Find(id string) *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id]
}

// Of returns the jobs of a person, in no order.
func (s *Jobs) Of(owner lab.Optional) (all []*Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.all {
		if j.Owner == owner {
			all = append(all, j)
		}
	}
	return all
}

// Running counts the jobs at work.
func (s *Jobs) Running() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.all {
		if j.State() == Running {
			n++
		}
	}
	return n
}

// Start begins with a job. A person has one at a time: where one is at work, that
// one is returned. It is ErrBusy where others have as many as may be.
func (s *Jobs) Start(j *Job, write func(ctx context.Context, w io.Writer) error) (*Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := 0
	for _, other := range s.all {
		if other.State() != Running {
			continue
		}
		if other.Owner == j.Owner {
			return other, nil
		}
		running++
	}
	if running >= atOnce || s.ctx.Err() != nil {
		return nil, ErrBusy
	}
	j.ID, j.at = rand.Text(), Running
	s.all[j.ID] = j
	s.work.Go(func() {
		j.end(s.run(write))
		time.AfterFunc(jobKept, func() { s.forget(j) })
	})
	return j, nil
}

// run makes a file that only this program can read.
func (s *Jobs) run(write func(ctx context.Context, w io.Writer) error) (file *os.File, err error) {
	file, err = os.CreateTemp("", "marquis-*")
	if err != nil {
		return nil, err
	}
	// Where the system lets an open file lose its name, nothing stays behind even
	// when the program is killed; elsewhere Discard removes it.
	_ = os.Remove(file.Name())
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %T", cause)
		}
		if err != nil {
			Discard(file)
		}
	}()
	return file, write(s.ctx, file)
}

// Discard closes a file and removes what is left of it.
func Discard(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}

func (s *Jobs) forget(j *Job) {
	s.mu.Lock()
	delete(s.all, j.ID)
	s.mu.Unlock()
	if file := j.Fetch(); file != nil {
		Discard(file)
	}
}

// Close ends all jobs and forgets what nobody has fetched.
func (s *Jobs) Close() {
	s.stop()
	s.work.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, j := range s.all {
		delete(s.all, id)
		if file := j.Fetch(); file != nil {
			Discard(file)
		}
	}
}
