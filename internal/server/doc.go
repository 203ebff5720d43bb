// Package server serves the pages of the registry.
//
// Every route stands in one list (routes.go) with who may use it. A handler gets a
// request, which is one of package page with the server and the session besides; it
// writes a page or returns an error, which package page turns into a page. Each page
// has one struct, listed in pages.go and checked against its template by a test.
//
// Nothing here logs or keeps a visitor's address, browser or code.
package server
