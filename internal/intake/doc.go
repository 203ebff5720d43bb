// Package intake reads the files of other services: CSV and Excel workbooks.
//
// A file is read whole and checked before anything is made of it. Every data
// row ends up as a row or as a malformed row with its reason; a file in which
// rows could be lost is refused, with an error that says where and what to do.
//
// A mapping says what the columns mean. Read makes a plan of the samples that a
// registry would get, and a receipt that accounts for every row; it writes
// nothing. Docs/import.md describes mappings and receipts for those who use them.
package intake
