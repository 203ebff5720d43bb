package server

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"marquis/internal/together"
)

// What is kept of public pages at most.
const (
	keptPages = 512
	keptBytes = 64 << 20
)

// content is an answer that is the same for all readers of a language.
type content struct {
	kind string // its media type
	file string // the name that it is saved under, empty for a page
	body []byte
	zip  []byte // the body by gzip, nil where that is little smaller
	tag  string // changes with the body; weak, as it stands for both
}

func newContent(kind, file string, body []byte) *content {
	return &content{kind: kind, file: file, body: body, tag: fmt.Sprintf(`W/"%.12x"`, sha256.Sum256(body))}
}

// bytes is how much memory it takes.
func (p *content) bytes() int { return len(p.body) + len(p.zip) }

// pageKey is all that a public page of figures depends on beside its edition.
type pageKey struct {
	path, lang string
	chosen     bool // the language stands in the address, and so in the links
}

// pageCache keeps public pages of figures as they are sent.
type pageCache struct {
	making singleflight.Group

	mu      sync.Mutex
	edition any // what the pages were made from
	pages   map[pageKey]*content
	bytes   int
}

// page returns a page that was made from an edition, which can be compared: as kept, or
// made, by one maker at a time. Who waits for it stops when their context ends; the page
// is finished for the others.
func (c *pageCache) page(ctx context.Context, e any, key pageKey, draw func(context.Context) (*content, error)) (*content, error) {
	if p := c.find(e, key); p != nil {
		return p, nil
	}
	return together.Make(ctx, &c.making, fmt.Sprint(e, key), func(ctx context.Context) (*content, error) {
		if p := c.find(e, key); p != nil { // made meanwhile
			return p, nil
		}
		p, err := draw(ctx)
		if err == nil {
			p.zip = compressed(p.body)
			c.keep(e, key, p)
		}
		return p, err
	})
}

func (c *pageCache) find(e any, key pageKey) *content {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.edition != e {
		c.edition, c.pages, c.bytes = e, map[pageKey]*content{}, 0
	}
	return c.pages[key]
}

// keep keeps a page, and forgets others where there are too many.
func (c *pageCache) keep(e any, key pageKey, p *content) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.edition != e || c.pages[key] != nil || p.bytes() > keptBytes {
		return
	}
	c.pages[key] = p
	c.bytes += p.bytes()
	for other, old := range c.pages {
		if len(c.pages) <= keptPages && c.bytes <= keptBytes {
			return
		}
		if other != key {
			delete(c.pages, other)
			c.bytes -= old.bytes()
		}
	}
}

// answer sends content, or tells the browser that it has it already.
func (r *request) answer(p *content) {
	h := r.Writer.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Language, Cookie")
	h.Add("Vary", "Accept-Encoding")
	h.Set("ETag", p.tag)
	if p.file != "" {
		h.Set("Content-Disposition", `attachment; filename="`+p.file+`"`)
	}
	if sameTag(r.GetHeader("If-None-Match"), p.tag) {
		r.Status(http.StatusNotModified)
		r.Writer.WriteHeaderNow()
		return
	}
	r.sendEither(p.kind, p.body, p.zip)
}

// sendEither sends bytes, compressed where there is such a form of them and the
// browser takes it.
func (r *request) sendEither(kind string, body, zip []byte) {
	if zip != nil && takesGzip(strings.Join(r.Request.Header.Values("Accept-Encoding"), ",")) {
		r.Header("Content-Encoding", "gzip")
		body = zip
	}
	r.Data(http.StatusOK, kind, body)
}

// keptView is the view of a page that is kept: nothing of the address but its path
// is in it.
func (r *request) keptView(title string) view {
	v := r.view(title)
	v.Languages = languageLinks((&url.URL{Path: v.Place}).RequestURI(), v.Lang())
	return v
}

// keptPage draws a page that is kept.
func (r *request) keptPage(name string, data any) (*content, error) {
	body, err := r.render(name, data)
	if err != nil {
		return nil, err
	}
	return newContent("text/html; charset=utf-8", "", body), nil
}
