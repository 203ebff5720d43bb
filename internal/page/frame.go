package page

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// gap stands in a frame where the main part of the page goes.
const gap = "\x01"

// frame is a page around its main part.
type frame struct{ Before, After []byte }

// frames keeps the frames of the public's pages, which are the same for all readers
// of a language: drawing them takes longer than looking a result up.
type frames struct {
	mu   sync.Mutex
	Kept map[string]frame
}

// framesMost is how many frames are kept at most. Addresses can be made up, so they
// are forgotten when there are more.
const framesMost = 500

// framed is what a page's struct tells of its frame; embedding view does.
type framed interface{ around() View }

func (v View) around() View { return v }

// frame draws a page around its main part, or takes it from those that are kept.
func (t *templates) frame(name string, data any) (frame, error) {
	page, ok := data.(framed)
	if !ok {
		return frame{}, fmt.Errorf("%T has no view", data)
	}
	v := page.around()
	if v.Staff != nil {
		return t.drawFrame(name, data)
	}
	key := strings.Join([]string{name, v.Lang(), v.chosen, v.Title, v.Notice, v.Languages[0].Address}, gap)
	t.Drawn.mu.Lock()
	kept, ok := t.Drawn.Kept[key]
	t.Drawn.mu.Unlock()
	if ok {
		return kept, nil
	}
	drawn, err := t.drawFrame(name, data)
	if err == nil {
		t.Drawn.keep(key, drawn)
	}
	return drawn, err
}

func (f *frames) keep(key string, drawn frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Kept == nil || len(f.Kept) >= framesMost {
		f.Kept = map[string]frame{}
	}
	f.Kept[key] = drawn
}

func (t *templates) drawFrame(name string, data any) (frame, error) {
	var text bytes.Buffer
	if err := t.frames[name].ExecuteTemplate(&text, "base", data); err != nil {
		return frame{}, err
	}
	before, after, ok := bytes.Cut(text.Bytes(), []byte(gap))
	if !ok {
		return frame{}, fmt.Errorf("the frame of %s has no gap", name)
	}
	return frame{before, after}, nil
}
