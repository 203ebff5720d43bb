// Package page is what every page of the registry needs: a request, which knows its
// route, the reader's language and, on pages for staff, who it is; who may use a route;
// forms; errors, as a page or as problem+json; how pages are drawn and kept.
//
// It knows no handler, no record and no store: what it has to ask the program for are
// functions of a [Site]. Nothing here logs or keeps a visitor's address, browser or code.
package page
