package intake

import (
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Line is a row that was merged or rejected, and why; a row with several mistakes
// has several lines.
type Line struct {
	File   string `json:"file"`
	Row    int    `json:"row"`
	Fate   string `json:"fate"` // merged or rejected
	Field  string `json:"field"`
	Value  string `json:"value"` // of the field; for a row that was merged, the row that stands for it
	Reason string `json:"reason"`

	follows bool // it is rejected because of another row
}

// The fates of a row that was not accepted.
const (
	Merged   = "merged"
	Rejected = "rejected"
)

// keptLines are lines in little memory, since there may be as many as a file has rows: a line is made
// when somebody asks for it.
type keptLines struct {
	kept  []keptLine
	names []string         // of files and fields
	texts []byte           // values and reasons, each behind its length
	known map[string]int64 // where in texts those stand that were told before
}

// keptFates are what a line says of a row.
var keptFates = []struct {
	fate    string
	follows bool
}{{Merged, false}, {Rejected, false}, {Rejected, true}}

type keptLine struct {
	value, reason int64 // where they stand in texts
	row           int32
	field         uint16 // in names
	file, fate    uint8  // in names, and in keptFates
}

func (k *keptLines) add(l Line) {
	fate := 0
	for keptFates[fate].fate != l.Fate || keptFates[fate].follows != l.follows {
		fate++
	}
	k.kept = append(k.kept, keptLine{
		value: k.text(l.Value), reason: k.text(withoutValue(l.Reason, l.Value)), row: int32(l.Row), //nolint:gosec // there are fewer rows: see DefaultLimits
		file: uint8(k.name(l.File)), field: uint16(k.name(l.Field)), fate: uint8(fate), //nolint:gosec // few: one or two files, and the fields
	})
}

// valueMark stands in a reason for the value that it quotes, so that many rows share it. It is
// no UTF-8, so that no text of a file holds it.
const valueMark = "\xff"

func withoutValue(reason, value string) string {
	return strings.ReplaceAll(reason, strconv.Quote(value), valueMark)
}

func withValue(reason, value string) string {
	return strings.ReplaceAll(reason, valueMark, strconv.Quote(value))
}

// why is the reason, as it is told.
func (p problem) why() string { return withValue(p.reason, p.value) }

// grow makes room for so many more.
func (k *keptLines) grow(n int) { k.kept = slices.Grow(k.kept, n) }

// end is to be called once all were added.
func (k *keptLines) end() { k.known = nil }

// name is the place of a name, of which there are few.
func (k *keptLines) name(name string) int {
	i := slices.Index(k.names, name)
	if i < 0 {
		i = len(k.names)
		k.names = append(k.names, name)
	}
	return i
}

// text keeps a text, once where it was told before.
func (k *keptLines) text(text string) int64 {
	at, told := k.known[text]
	if told {
		return at
	}
	at = int64(len(k.texts))
	k.texts = append(binary.AppendUvarint(k.texts, uint64(len(text))), text...)
	if k.known == nil {
		k.known = map[string]int64{}
	}
	if len(k.known) < maxRemembered {
		k.known[text] = at
	}
	return at
}

func (k *keptLines) textAt(at int64) string {
	length, n := binary.Uvarint(k.texts[at:])
	at += int64(n)
	return string(k.texts[at : at+int64(length)]) //nolint:gosec // it was put there
}

// all makes the lines, one by one.
func (k *keptLines) all() iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for _, x := range k.kept {
			fate, value := keptFates[x.fate], k.textAt(x.value)
			if !yield(Line{k.names[x.file], int(x.row), fate.fate, k.names[x.field], value, withValue(k.textAt(x.reason), value), fate.follows}) {
				return
			}
		}
	}
}
