// Package web holds what the pages are made of: templates, styles and scripts.
package web

import "embed"

// Files are templates/*.html, the pages, templates/parts/*.html, of which they are put
// together, and static/, which is served under names that change with its contents.
//
//go:embed templates/*.html templates/parts/*.html static
var Files embed.FS
