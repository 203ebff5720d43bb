// Package web holds what the pages are made of: templates, styles and scripts.
package web

import "embed"

// Files are templates/*.html, which internal/server draws pages with, and static/,
// which it serves under names that change with their contents.
//
//go:embed templates/*.html static
var Files embed.FS
