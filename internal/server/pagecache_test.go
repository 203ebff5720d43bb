package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"marquis/internal/lab"
)

func body(text string) func(context.Context) (*content, error) {
	return func(context.Context) (*content, error) { return newContent("text/html", "", []byte(text)), nil }
}

func TestAPageIsKeptForItsEdition(t *testing.T) {
	c, d := &pageCache{}, "a"
	first := edition{1, d, 2025}
	key := pageKey{"/figures", "en", false}
	for _, x := range []struct {
		name    string
		edition edition
		key     pageKey
		want    string
	}{
		{"the first time", first, key, "a"},
		{"again", first, key, "a"},
		{"in another language", first, pageKey{"/figures", "nl", false}, "c"},
		{"with the language in the address", first, pageKey{"/figures", "en", true}, "d"},
		{"after a change of the figures", edition{2, d, 2025}, key, "e"},
		{"after a change of the dictionary", edition{2, "b", 2025}, key, "f"},
		{"in the next year", edition{2, d, 2026}, key, "g"},
	} {
		letter := map[string]string{"the first time": "a", "again": "b"}[x.name]
		if letter == "" {
			letter = x.want
		}
		p, err := c.page(t.Context(), x.edition, x.key, body(letter))
		if err != nil || string(p.body) != x.want {
			t.Errorf("%s: %q, %v; want %q", x.name, p.body, err, x.want)
		}
	}
}

func TestPagesDoNotFillTheMemory(t *testing.T) {
	c, e := &pageCache{}, edition{stamp: 1}
	big := strings.Repeat("x", keptBytes/4)
	for i := range 3 * keptPages {
		text := "small"
		if i%50 == 0 {
			text = big
		}
		if _, err := c.page(t.Context(), e, pageKey{path: fmt.Sprint(i)}, body(text)); err != nil {
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
	if _, err := c.page(t.Context(), e, pageKey{path: "huge"}, body(strings.Repeat("x", keptBytes+1))); err != nil || c.pages[pageKey{path: "huge"}] != nil {
		t.Errorf("a page larger than all that may be kept: %v", err)
	}
}

func TestOneMakesAPageForAll(t *testing.T) {
	c, made := &pageCache{}, atomic.Int32{}
	enter := make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := c.page(t.Context(), edition{stamp: 1}, pageKey{path: "/"}, func(context.Context) (*content, error) {
				<-enter
				made.Add(1)
				return newContent("text/html", "", nil), nil
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
	c, e, fault := &pageCache{}, edition{stamp: 1}, errors.New("away")
	if _, err := c.page(t.Context(), e, pageKey{}, func(context.Context) (*content, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
	if p, err := c.page(t.Context(), e, pageKey{}, body("back")); err != nil || string(p.body) != "back" {
		t.Errorf("%v", err)
	}
}

func TestSlugsAreUniqueAndPlain(t *testing.T) {
	d := &lab.Dictionary{Products: map[lab.ProductID]*lab.Product{}}
	for id, name := range []string{"", "ketamine", "4-MMC", "fentanyl with xylazine", "Ketamine!", "crème brûlée", "ketamine 4", "кетамин", "☃", "A/B.C"} {
		if id > 0 {
			d.Products[lab.ProductID(id)] = &lab.Product{ID: lab.ProductID(id), NameEN: name}
		}
	}
	all := newSlugs(d)
	for id, want := range map[lab.ProductID]string{
		1: "ketamine", 2: "4-mmc", 3: "fentanyl-with-xylazine", 4: "ketamine-4", 5: "creme-brulee", 6: "ketamine-4-6",
		7: "product", 8: "product-8", 9: "a-b-c",
	} {
		if all[id] != want {
			t.Errorf("product %d is called %q, want %q", id, all[id], want)
		}
		if found, ok := all.find(want); !ok || found != id {
			t.Errorf("%q finds %d", want, found)
		}
	}
}

// TestWhoWaitsForAPageMayLeave: a page that hangs holds nobody whose request has ended.
func TestWhoWaitsForAPageMayLeave(t *testing.T) {
	c, key := &pageCache{}, pageKey{path: "/figures"}
	begun, finish := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		_, err := c.page(context.WithoutCancel(t.Context()), edition{}, key, func(ctx context.Context) (*content, error) {
			close(begun)
			<-finish
			return newContent("text/html", "", nil), ctx.Err()
		})
		first <- err
	}()
	<-begun
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.page(gone, edition{}, key, body("")); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(finish)
	if err := <-first; err != nil {
		t.Errorf("who stayed: %v", err)
	}
}
