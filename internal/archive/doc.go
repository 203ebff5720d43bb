// Package archive is the form in which a registry is kept apart from its database: a
// gzipped tar of one CSV file a table and a manifest, the same bytes of tables from SQLite
// and from PostgreSQL, encrypted to age recipients or not. It knows neither database nor
// registry: what the tables are and what they hold comes from who writes and goes to who
// reads.
//
// A table is TABLE.csv: a line of column names and one a row, in the order of the primary
// key. Whole numbers are digits, truth values t or f, days and instants those of ISO 8601,
// ids UUIDs in small letters, texts as they are, NULL is \N. A value is in double quotes
// where it holds a comma, a double quote or a line break, and where it is the text \N. This
// is what PostgreSQL's COPY calls FORMAT csv, NULL '\N'.
//
// The digest of the content is the SHA-256 of a line for each table, in their order:
// the SHA-256 of its file, two spaces, and the name of the file. It depends neither on the
// database nor on the day, nor on how the archive was compressed or encrypted.
package archive
