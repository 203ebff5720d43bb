package page

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func body(text string) func(context.Context) (*Content, error) {
	return func(context.Context) (*Content, error) { return NewContent("text/html", "", []byte(text)), nil }
}

// edition is what the pages of these tests are made from.
type edition struct {
	stamp uint64
	words string
	year  int
}

func TestAPageIsKeptForItsEdition(t *testing.T) {
	c, d := &Cache{}, "a"
	first := edition{1, d, 2025}
	key := Key{"/figures", "en", false}
	for _, x := range []struct {
		name    string
		edition edition
		key     Key
		want    string
	}{
		{"the first time", first, key, "a"},
		{"again", first, key, "a"},
		{"in another language", first, Key{"/figures", "nl", false}, "c"},
		{"with the language in the address", first, Key{"/figures", "en", true}, "d"},
		{"after a change of the figures", edition{2, d, 2025}, key, "e"},
		{"after a change of the dictionary", edition{2, "b", 2025}, key, "f"},
		{"in the next year", edition{2, d, 2026}, key, "g"},
	} {
		letter := map[string]string{"the first time": "a", "again": "b"}[x.name]
		if letter == "" {
			letter = x.want
		}
		p, err := c.Page(t.Context(), x.edition, x.key, body(letter))
		if err != nil || string(p.Body) != x.want {
			t.Errorf("%s: %q, %v; want %q", x.name, p.Body, err, x.want)
		}
	}
}

func TestPagesDoNotFillTheMemory(t *testing.T) {
	c, e := &Cache{}, edition{stamp: 1}
	big := strings.Repeat("x", keptBytes/4)
	for i := range 3 * keptPages {
		text := "small"
		if i%50 == 0 {
			text = big
		}
		if _, err := c.Page(t.Context(), e, Key{Path: fmt.Sprint(i)}, body(text)); err != nil {
			t.Fatal(err)
		}
		if len(c.pages) > keptPages || c.bytes > keptBytes {
			t.Fatalf("%d pages of %d bytes are kept", len(c.pages), c.bytes)
		}
	}
	sum := 0
	for _, p := range c.pages {
		sum += p.bytes()
	}
	if sum != c.bytes || len(c.pages) == 0 {
		t.Errorf("%d bytes are kept, counted %d", sum, c.bytes)
	}
	if _, err := c.Page(t.Context(), e, Key{Path: "huge"}, body(strings.Repeat("x", keptBytes+1))); err != nil || c.pages[Key{Path: "huge"}] != nil {
		t.Errorf("a page larger than all that may be kept: %v", err)
	}
}

func TestOneMakesAPageForAll(t *testing.T) {
	c, made := &Cache{}, atomic.Int32{}
	enter := make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := c.Page(t.Context(), edition{stamp: 1}, Key{Path: "/"}, func(context.Context) (*Content, error) {
				<-enter
				made.Add(1)
				return NewContent("text/html", "", nil), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(enter)
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}

func TestAPageThatFailsIsNotKept(t *testing.T) {
	c, e, fault := &Cache{}, edition{stamp: 1}, errors.New("away")
	if _, err := c.Page(t.Context(), e, Key{}, func(context.Context) (*Content, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
	if p, err := c.Page(t.Context(), e, Key{}, body("back")); err != nil || string(p.Body) != "back" {
		t.Errorf("%v", err)
	}
}

// TestWhoWaitsForAPageMayLeave: a page that hangs holds nobody whose request has ended.
func TestWhoWaitsForAPageMayLeave(t *testing.T) {
	c, key := &Cache{}, Key{Path: "/figures"}
	begun, finish := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		_, err := c.Page(context.WithoutCancel(t.Context()), edition{}, key, func(ctx context.Context) (*Content, error) {
			close(begun)
			<-finish
			return NewContent("text/html", "", nil), ctx.Err()
		})
		first <- err
	}()
	<-begun
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.Page(gone, edition{}, key, body("")); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(finish)
	if err := <-first; err != nil {
		t.Errorf("who stayed: %v", err)
	}
}
