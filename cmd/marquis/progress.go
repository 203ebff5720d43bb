package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// progress shows on a terminal how far long work is. Elsewhere it is silent.
type progress struct {
	p        *program
	what     string
	terminal bool
	shown    bool
}

func (p *program) progress(what string) *progress {
	f, ok := p.stderr.(*os.File)
	return &progress{p: p, what: what, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// show draws a bar for so much of the work done.
func (b *progress) show(done, of int) {
	if !b.terminal || of == 0 {
		return
	}
	const width = 40
	full := width * done / of
	b.shown = true
	fmt.Fprintf(b.p.stderr, "\r%-6s [%s%s] %d of %d", b.what, strings.Repeat("=", full), strings.Repeat(" ", width-full), done, of)
}

// end wipes the bar.
func (b *progress) end() {
	if b.shown {
		fmt.Fprintf(b.p.stderr, "\r%s\r", strings.Repeat(" ", 78))
	}
}
