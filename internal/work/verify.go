package work

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
)

// codesTried is how many codes are tried when a registry is verified.
const codesTried = 20

// Verified is what was looked at in a registry in which all is as it should be.
type Verified struct {
	Events  int64 // of the trail, as they were written, and with them what was published
	Samples int   // whose facts are what their records say
	Before  int   // of those, whose facts are still what the definitions of before made of them
	Codes   store.Codes
	// Analyses are those that were compared with what the trail tells of them.
	Analyses int
	Digest   string // of what the registry holds: that of an archive of it
	held     *archive.Digester
}

// Verify looks whether a registry is whole: its file, the trail and what was published,
// the counters of numbers, the mark of a synthetic registry, roles and analyses as the
// trail tells of them, the facts that the statistics read, the codes, with the key ring
// where one is given, and whether every text could be restored. All is read as of one
// moment, so that what others save meanwhile is no fault. The first thing that is not as
// it should be is an error.
func Verify(ctx context.Context, s *store.Store, by lab.Actor, ring *keyring.Ring) (v Verified, err error) {
	if err := s.CheckFile(ctx, by); err != nil {
		return v, err
	}
	err = s.Snapshot(ctx, by, func(x store.Snapshot) error { return v.look(x, ring) })
	return v, err
}

// look looks whether all is as it should be at a moment.
func (v *Verified) look(x store.Snapshot, ring *keyring.Ring) (err error) {
	if ring != nil { // at the start of the moment: a key that ends meanwhile leaves the ring
		if err := ofFile(ring, x.CheckRing(ring.Print)); err != nil {
			return err
		}
	}
	if v.Events, err = x.CheckTrail(); err != nil {
		return err
	}
	for _, check := range []func() error{x.CheckNumbers, x.CheckMark, x.CheckRoles} {
		if err := check(); err != nil {
			return err
		}
	}
	if v.Analyses, err = x.CheckAnalyses(); err != nil {
		return err
	}
	if err := v.lookAtFacts(x); err != nil {
		return err
	}
	if v.Codes, err = x.CheckCodes(codesTried); err != nil {
		return err
	}
	return v.read(x)
}

func (v *Verified) lookAtFacts(x store.Snapshot) error {
	moved, err := x.CompareFacts()
	if err != nil {
		return err
	}
	if v.Samples, v.Before = moved.Samples, moved.Before; moved.Changed > 0 {
		first := slices.Min(slices.Collect(maps.Keys(moved.Fields)))
		return fmt.Errorf("the facts of %d of %d samples are not what their records say, such as %s; to make them anew type: marquis reclassify",
			moved.Changed, moved.Samples, first)
	}
	return nil
}

// read reads all that an archive would have, for its digest, and finds texts that could
// not be restored.
func (v *Verified) read(x store.Snapshot) error {
	v.held = archive.NewDigester()
	texts := &badTexts{}
	err := x.Tables(func(name string, columns []string, rows store.Rows) error {
		return v.held.Table(name, columns, texts.watch(name, columns, rows))
	})
	if v.Digest = v.held.Digest(); err == nil {
		err = texts.err()
	}
	return err
}

// mostNamed is how many faults are named, of those that there are.
const mostNamed = 20

// badTexts are texts that could not be restored on every database. The program takes none:
// they were written past it.
type badTexts struct {
	named []string
	all   int
}

// watch hands rows on, and notes those with such a text: by their number in the order of
// their key, and what stands in their first columns.
func (b *badTexts) watch(table string, columns []string, rows store.Rows) store.Rows {
	return func(take func(values []*string) error) error {
		n := 0
		return rows(func(values []*string) error {
			n++
			if i := archive.BadText(values); i >= 0 {
				if b.all++; b.all <= mostNamed {
					b.named = append(b.named, fmt.Sprintf("%s, row %d (%s), %s", table, n, startOf(columns, values), columns[i]))
				}
			}
			return take(values)
		})
	}
}

// startOf tells what stands in the first two columns of a row, which are its key or the
// start of it.
func startOf(columns []string, values []*string) string {
	var parts []string
	for i, v := range values[:min(2, len(values))] {
		if v != nil {
			parts = append(parts, fmt.Sprintf("%s %+q", columns[i], *v))
		}
	}
	return strings.Join(parts, ", ")
}

func (b *badTexts) err() error {
	if b.all == 0 {
		return nil
	}
	return fmt.Errorf("%d texts hold U+0000 or are not UTF-8, so that no backup of the registry can be restored; correct them in the database: %s",
		b.all, strings.Join(b.named, "; "))
}
