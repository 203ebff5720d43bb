package work

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marquis/internal/lab"
)

func keep(t *testing.T, s *SentFiles, owner lab.Optional, text string) *SentFile {
	t.Helper()
	u := &SentFile{Owner: owner, Name: "run.csv"}
	if err := s.Keep(u, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAnUploadIsItsOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &SentFiles{}
		defer s.Close()
		u := keep(t, s, 1, "a,b")
		if s.Find(2, u.ID) != nil || s.Find(1, "other") != nil || s.Find(1, u.ID) != u {
			t.Error("it is found by others, or not by its owner")
		}
		for range 2 {
			if data, err := io.ReadAll(u.Data()); err != nil || string(data) != "a,b" {
				t.Errorf("it holds %q, %v", data, err)
			}
		}
		u.SetTyped(url.Values{"run": {"12"}})
		if u.Typed().Get("run") != "12" || len(u.SHA256) != 64 {
			t.Errorf("%v, %s", u.Typed(), u.SHA256)
		}
	})
}

func TestASentFileIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &SentFiles{}
		defer s.Close()
		u := keep(t, s, 1, "a,b")
		time.Sleep(sentKept - time.Second)
		if s.Find(1, u.ID) == nil {
			t.Fatal("it is gone too early")
		}
		time.Sleep(sentKept - time.Second) // since it was looked at
		if s.Find(1, u.ID) == nil {
			t.Fatal("it is gone although it was looked at")
		}
		time.Sleep(sentKept + time.Second)
		synctest.Wait()
		if s.Find(1, u.ID) != nil {
			t.Error("it is still there")
		}
		if _, err := u.file.Stat(); err == nil {
			t.Error("its file is still open")
		}
	})
}

func TestUploadsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &SentFiles{}
		defer s.Close()
		first := keep(t, s, 1, "0")
		for i := range sentOfOne {
			keep(t, s, 1, fmt.Sprint(i))
		}
		if s.Find(1, first.ID) != nil {
			t.Error("one person has as many as they like")
		}
		for owner := lab.Optional(2); len(s.all) < sentOfAll; owner++ {
			keep(t, s, owner, "x")
		}
		if err := s.Keep(&SentFile{Owner: 99}, strings.NewReader("x")); !errors.Is(err, ErrBusy) {
			t.Errorf("%v, want ErrBusy", err)
		}
	})
}
