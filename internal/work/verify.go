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
	Codes   store.Codes
	// Analyses are those that were compared with what the trail tells of them.
	Analyses int
	Digest   string // of what the registry holds: that of an archive of it
	held     *archive.Digester
}

// Verify looks whether a registry is whole: its file, the trail and what was published,
// the counters of numbers, roles and analyses as the trail tells of them,
// the facts that the statistics read, the codes, with the key ring where one is given, and
// whether every text could be restored. The first thing that is not as it should be is an error.
func Verify(ctx context.Context, s *store.Store, by lab.Actor, ring *keyring.Ring) (v Verified, err error) {
	if err := s.CheckFile(ctx, by); err != nil {
		return v, err
	}
	if v.Events, err = s.VerifyAudit(ctx, by); err != nil {
		return v, err
	}
	if err := s.CheckCounters(ctx, by); err != nil {
		return v, err
	}
	if err := s.CheckRoles(ctx, by); err != nil {
		return v, err
	}
	if v.Analyses, err = s.CheckAnalyses(ctx, by); err != nil {
		return v, err
	}
	moved, err := s.CompareFacts(ctx, by)
	if err != nil {
		return v, err
	}
	if v.Samples = moved.Samples; moved.Changed > 0 {
		first := slices.Min(slices.Collect(maps.Keys(moved.Fields)))
		return v, fmt.Errorf("the facts of %d of %d samples are not what their records say, such as %s; to make them anew type: marquis reclassify",
			moved.Changed, moved.Samples, first)
	}
	if ring != nil {
		if err := CheckKeys(ctx, s, by, ring); err != nil {
			return v, err
		}
	}
	if v.Codes, err = s.CheckCodes(ctx, by, codesTried); err != nil {
		return v, err
	}
	v.held = archive.NewDigester()
	texts := &badTexts{}
	err = s.Snapshot(ctx, by, func(x store.Snapshot) error {
		return x.Tables(func(name string, columns []string, rows store.Rows) error {
			return v.held.Table(name, columns, texts.watch(name, columns, rows))
		})
	})
	if v.Digest = v.held.Digest(); err == nil {
		err = texts.err()
	}
	return v, err
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
