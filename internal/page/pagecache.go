package page

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

// Content is an answer that is the same for all readers of a language.
type Content struct {
	Kind string // its media type
	File string // the name that it is saved under, empty for a page
	Body []byte
	zip  []byte // the body by gzip, nil where that is little smaller
	tag  string // changes with the body; weak, as it stands for both
}

// NewContent is content under a tag that changes with its body. File is the name that it
// is saved under, empty for a page.
func NewContent(kind, file string, body []byte) *Content {
	return &Content{Kind: kind, File: file, Body: body, tag: fmt.Sprintf(`W/"%.12x"`, sha256.Sum256(body))}
}

// bytes is how much memory it takes.
func (p *Content) bytes() int { return len(p.Body) + len(p.zip) }

// Key is all that a public page of figures depends on beside its edition.
type Key struct {
	Path, Lang string
	Chosen     bool // the language stands in the address, and so in the links
}

// Cache keeps public pages of figures as they are sent.
type Cache struct {
	making singleflight.Group

	mu      sync.Mutex
	edition any // what the pages were made from
	pages   map[Key]*Content
	bytes   int
}

// Page returns a page that was made from an edition, which can be compared: as kept, or
// made, by one maker at a time. Who waits for it stops when their context ends; the page
// is finished for the others.
func (c *Cache) Page(ctx context.Context, e any, key Key, draw func(context.Context) (*Content, error)) (*Content, error) {
	if p := c.find(e, key); p != nil {
		return p, nil
	}
	return together.Make(ctx, &c.making, fmt.Sprint(e, key), func(ctx context.Context) (*Content, error) {
		if p := c.find(e, key); p != nil { // made meanwhile
			return p, nil
		}
		p, err := draw(ctx)
		if err == nil {
			p.zip = compressed(p.Body)
			c.keep(e, key, p)
		}
		return p, err
	})
}

func (c *Cache) find(e any, key Key) *Content {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.edition != e {
		c.edition, c.pages, c.bytes = e, map[Key]*Content{}, 0
	}
	return c.pages[key]
}

// keep keeps a page, and forgets others where there are too many.
func (c *Cache) keep(e any, key Key, p *Content) {
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

// Answer sends content, or tells the browser that it has it already.
func (r *Request) Answer(p *Content) {
	h := r.Writer.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Language, Cookie")
	h.Add("Vary", "Accept-Encoding")
	h.Set("ETag", p.tag)
	if p.File != "" {
		h.Set("Content-Disposition", `attachment; filename="`+p.File+`"`)
	}
	if sameTag(r.GetHeader("If-None-Match"), p.tag) {
		r.Status(http.StatusNotModified)
		r.Writer.WriteHeaderNow()
		return
	}
	r.sendEither(p.Kind, p.Body, p.zip)
}

// sendEither sends bytes, compressed where there is such a form of them and the
// browser takes it.
func (r *Request) sendEither(kind string, body, zip []byte) {
	if zip != nil && takesGzip(strings.Join(r.Request.Header.Values("Accept-Encoding"), ",")) {
		r.Header("Content-Encoding", "gzip")
		body = zip
	}
	r.Data(http.StatusOK, kind, body)
}

// KeptView is the view of a page that is kept: nothing of the address but its path
// is in it.
func (r *Request) KeptView(title string) View {
	v := r.View(title)
	v.Languages = r.Site.languagesAt((&url.URL{Path: v.Place}).RequestURI(), v.Lang())
	return v
}

// KeptPage draws a page that is kept.
func (r *Request) KeptPage(name string, data any) (*Content, error) {
	body, err := r.whole(name, data)
	if err != nil {
		return nil, err
	}
	return NewContent("text/html; charset=utf-8", "", body), nil
}
