package browsertest

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/web"
)

// At each width and in both colour schemes axe finds nothing on any page, nothing
// sticks out sideways, the browser has nothing to complain of, and nobody else is
// asked for anything. For the public nothing is stored.
func TestEveryPagePassesAxe(t *testing.T) {
	startChromium(t)
	axe := axeSource(t)
	x := newSite(t, "sqlite")
	for _, s := range tour {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			b := s.reach(t, x)
			b.see(s.says)
			b.watch.quiet(t, x.address)
			b.passesAxe(axe)
			b.look(narrow, dark)
			b.passesAxe(axe)
			b.fits()
			if read[bool](b, `() => document.body.classList.contains('public') && !location.pathname.startsWith('/samples/')`) { // which staff see
				b.storesNothing()
			}
			b.watch.quiet(t, x.address)
		})
	}
}

// A page of synthetic samples says one thing more, which must not be in the way.
func TestPagesOfSyntheticSamplesPassAxe(t *testing.T) {
	startChromium(t)
	axe := axeSource(t)
	x := newSite(t, "sqlite", func(s *store.Store) error {
		return s.MarkSynthetic(t.Context(), lab.Operator("test"), "seed 1")
	})
	for _, s := range tour {
		if !slices.Contains([]string{"home", "figurestables", "slip", "work", "error"}, s.template) {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			b := s.reach(t, x)
			b.see(s.says, "synthetic")
			b.passesAxe(axe)
			b.look(narrow, dark)
			b.passesAxe(axe)
			b.fits()
		})
	}
}

func TestTheTourShowsEveryPage(t *testing.T) {
	toured := map[string]bool{}
	for _, s := range tour {
		toured[s.template+".html"] = true
	}
	files, err := fs.Glob(web.Files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(web.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `{{define "main"}}`) != toured[path.Base(file)] {
			t.Errorf("%s: shown %v", file, toured[path.Base(file)])
		}
	}
}

// storesNothing fails when the browser keeps something of the visit.
func (b *browser) storesNothing() {
	b.t.Helper()
	cookies, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range cookies.Cookies {
		b.t.Errorf("%s keeps the cookie %s", b.place(), c.Name)
	}
	if kept := read[int](b, `() => localStorage.length + sessionStorage.length`); kept != 0 {
		b.t.Errorf("%s keeps %d entries in the browser", b.place(), kept)
	}
}

// shots is the folder for screenshots, for make shots.
var shots = flag.String("shots", "", "write screenshots of every page into this `folder`")

// printed are the pages that people print.
var printed = map[string]bool{"slip": true, "result": true, "recovery": true, "invited": true, "figurestables": true, "record": true}

func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("no -shots folder for screenshots")
	}
	x := newSite(t, "sqlite")
	for _, s := range tour {
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			b := s.reach(t, x)
			b.see(s.says)
			name := filepath.Join(*shots, strings.ReplaceAll(s.name(), " ", "-"))
			b.shoot(name + "-1280-light.png")
			b.look(wide, dark)
			b.shoot(name + "-1280-dark.png")
			b.look(narrow, light)
			b.shoot(name + "-320-light.png")
			if printed[s.template] {
				b.print(name + ".pdf")
			}
		})
	}
}

// shoot writes a picture of the whole page.
func (b *browser) shoot(file string) {
	b.t.Helper()
	height := read[float64](b, `() => document.documentElement.scrollHeight`)
	width := read[float64](b, `() => innerWidth`)
	whole := true
	picture, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: &whole, Clip: &page.Viewport{Width: width, Height: min(height, 6000), Scale: 1},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.write(file, picture.Data)
}

func (b *browser) print(file string) {
	b.t.Helper()
	paper, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		b.t.Fatal(err)
	}
	b.write(file, paper)
}

func (b *browser) write(file string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
