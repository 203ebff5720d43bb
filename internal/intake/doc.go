// Package intake reads the files of other services: CSV and Excel workbooks.
//
// A file is read whole and checked before anything is made of it. Every data
// row ends up as a row or as a malformed row with its reason; a file in which
// rows could be lost is refused, with an error that says where and what to do.
package intake
