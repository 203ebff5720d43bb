// Package locale holds the texts of the program in its languages, and writes
// numbers and dates as their readers do.
//
// A catalogue is one area of the program in one language: catalogue/AREA.LANGUAGE.json,
// from key to text. A key is written in the source as it stands in the catalogue, so
// that a search finds both. The tests fail when a key in the source is in no catalogue,
// when Dutch lacks one, when nothing uses one, and when what the public reads is not
// plain. A language more is its files and nothing else; it is offered once it lacks nothing.
package locale
