// Package server serves the pages of the registry. It is the only package that
// knows gin.
//
// Every route stands in one list (routes.go) with who may use it. A handler gets a
// request, which knows the reader's language and, on pages for staff, who it is;
// it writes a page or returns an error, and one place turns errors into pages
// (errors.go). Each page has one struct, listed in pages (render.go) and checked
// against its template by a test.
//
// Nothing here logs or keeps a visitor's address, browser or code.
package server
