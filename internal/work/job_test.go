package work

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"marquis/internal/lab"
)

// finished writes a file at once.
func finished(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "figures")
	return err
}

// endless waits until it is stopped.
func endless(ctx context.Context, _ io.Writer) error {
	<-ctx.Done()
	return ctx.Err()
}

func begin(t *testing.T, s *Jobs, owner lab.Optional, work func(context.Context, io.Writer) error) *Job {
	t.Helper()
	j, err := s.Start(&Job{Owner: owner}, work)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAFinishedJobIsFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewJobs()
		defer s.Close()
		j := begin(t, s, 1, finished)
		synctest.Wait()
		if j.State() != Done || s.Find(j.ID) != j {
			t.Fatalf("the job is %s", j.State())
		}
		file := j.Fetch()
		if file == nil {
			t.Fatal("there is no file")
		}
		defer Discard(file)
		data := make([]byte, 20)
		if n, err := file.ReadAt(data, 0); !errors.Is(err, io.EOF) || string(data[:n]) != "figures" {
			t.Errorf("the file holds %q, %v", data[:n], err)
		}
		if j.Fetch() != nil || j.State() != Fetched {
			t.Error("it was fetched twice")
		}
	})
}

func TestAJobIsForgottenAfterAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewJobs()
		defer s.Close()
		j := begin(t, s, 1, finished)
		synctest.Wait()
		j.mu.Lock()
		file := j.file
		j.mu.Unlock()
		time.Sleep(jobKept + time.Second)
		synctest.Wait()
		if s.Find(j.ID) != nil || j.Fetch() != nil {
			t.Error("the job is still there")
		}
		if _, err := file.Stat(); err == nil {
			t.Error("its file is still open")
		}
	})
}

func TestJobsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewJobs()
		first := begin(t, s, 1, endless)
		if again := begin(t, s, 1, endless); again != first {
			t.Error("one person has two jobs at once")
		}
		second := begin(t, s, 2, endless)
		if n := s.Running(); n != 2 {
			t.Errorf("%d jobs are at work, want 2", n)
		}
		if _, err := s.Start(&Job{Owner: 3}, endless); !errors.Is(err, ErrBusy) {
			t.Errorf("a third person: %v, want ErrBusy", err)
		}
		s.Close()
		if first.State() != Failed || second.State() != Failed || s.Find(first.ID) != nil || s.Running() != 0 {
			t.Error("closing left jobs at work")
		}
		if _, err := s.Start(&Job{Owner: 3}, finished); !errors.Is(err, ErrBusy) {
			t.Errorf("a job began after the end: %v", err)
		}
	})
}

func TestAJobThatFailsLeavesNoFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewJobs()
		defer s.Close()
		for name, work := range map[string]func(context.Context, io.Writer) error{
			"an error": func(context.Context, io.Writer) error { return errors.New("disk full") },
			"a panic":  func(context.Context, io.Writer) error { panic("mistake") },
		} {
			j := begin(t, s, 1, work)
			synctest.Wait()
			if j.State() != Failed || j.Fetch() != nil {
				t.Errorf("after %s the job is %s", name, j.State())
			}
		}
	})
}
