package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is a rule of axe that a page breaks, with where.
type violation struct {
	ID, Help string
	Nodes    []struct {
		HTML, FailureSummary string
	}
}

// runAxe checks the page against WCAG 2.2 AA and good practice.
const runAxe = `() => axe.run(document, {
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
	rules: {'target-size': {enabled: true}},
	resultTypes: ['violations'],
}).then(found => found.violations.map(v => ({
	ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary})),
})))`

// axeSource is the program of axe-core, as .ci/package.json names it.
func axeSource(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(projectFolder(t), ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		lacks(t, err)
	}
	return string(text)
}

// passesAxe fails when axe finds something on the page as it looks now.
func (b *browser) passesAxe(source string) {
	b.t.Helper()
	if !read[bool](b, `() => 'axe' in window`) {
		b.do(chromedp.Evaluate[chromedp.Void](source))
	}
	for _, v := range read[[]violation](b, runAxe) {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s (%s):\n%s\n%s", b.place(), v.Help, v.ID, n.HTML, strings.TrimSpace(n.FailureSummary))
		}
	}
}

// fits fails when something sticks out of a narrow window.
func (b *browser) fits() {
	b.t.Helper()
	if w := read[int](b, `() => document.scrollingElement.scrollWidth`); w > narrow {
		b.t.Errorf("%s is %d pixels wide in a window of %d: %s", b.place(), w, narrow, read[string](b, `width => [...document.querySelectorAll('main *, header *, footer *')]
			.filter(e => e.getBoundingClientRect().right > width && !e.parentElement.closest('.scroll')).slice(0, 3).map(e => e.outerHTML.slice(0, 200)).join(' … ')`, narrow))
	}
}
