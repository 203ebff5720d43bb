package store_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

// TestEveryTableIsInABackupOrLeftOutForAReason, and comes after those that it refers to.
func TestEveryTableIsInABackupOrLeftOutForAReason(t *testing.T) {
	eachKind(t, func(t *testing.T, s *store.Store, kind string) {
		c, archived, left := readCatalogue(t, s, kind), store.Archived(), store.LeftOut()
		for table := range c.columns {
			if in, out := slices.Contains(archived, table), left[table] != ""; in == out {
				t.Errorf("%s is in a backup: %t, left out: %t", table, in, out)
			}
		}
		if n := len(archived) + len(left); n != len(c.columns) {
			t.Errorf("%d tables are told of, and there are %d", n, len(c.columns))
		}
		for _, key := range c.foreign {
			if slices.Contains(archived, key.table) && key.table != key.to && slices.Index(archived, key.to) > slices.Index(archived, key.table) {
				t.Errorf("%s comes before %s, to which it refers", key.table, key.to)
			}
		}
	})
}

// TestTablesHaveTheSameColumnsInTheSameOrder on both databases: else a backup of one
// would not be that of the other.
func TestTablesHaveTheSameColumnsInTheSameOrder(t *testing.T) {
	columns := map[string]map[string][]string{}
	for _, kind := range kinds {
		columns[kind] = map[string][]string{}
		s := storetest.Open(t, storetest.Config(t, kind))
		noError(t, s.Snapshot(t.Context(), operator, func(x store.Snapshot) error {
			return x.Tables(func(name string, list []string, _ store.Rows) error {
				columns[kind][name] = list
				return nil
			})
		}))
	}
	for table, list := range columns["sqlite"] {
		if other := columns["postgres"][table]; !slices.Equal(list, other) {
			t.Errorf("%s\n%v\n%v", table, list, other)
		}
	}
}

// textOf reads a table of a snapshot as one text.
func textOf(x store.Snapshot, table string) (string, error) {
	var b strings.Builder
	err := x.Tables(func(name string, _ []string, rows store.Rows) error {
		if name != table {
			return nil
		}
		return rows(func(values []*string) error {
			for _, v := range values {
				if v == nil {
					b.WriteString("NULL;")
				} else {
					b.WriteString(*v + ";")
				}
			}
			b.WriteByte('\n')
			return nil
		})
	})
	return b.String(), err
}

// TestASnapshotIsOfOneMoment: what is written while it is read is not in it, and is not
// held up by it.
func TestASnapshotIsOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.register(t, s)
		noError(t, s.Snapshot(t.Context(), operator, func(x store.Snapshot) error {
			before, err := textOf(x, "samples")
			noError(t, err)
			b.register(t, s)
			after, err := textOf(x, "samples")
			if before != after || strings.Count(after, "\n") != 1 {
				t.Errorf("before\n%safter\n%s", before, after)
			}
			return err
		}))
		if n := sqlRows(t, s, "SELECT count(*) FROM samples", 1)[0][0]; n != int64(2) {
			t.Errorf("%v samples", n)
		}
	})
}

// TestValuesAreWrittenTheSame, whichever database they come from.
func TestValuesAreWrittenTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := lab.At(storetest.Now)
		noError(t, store.Exec(s, "INSERT INTO clock_gaps (seq, before_at, after_at, closed_at, closed_by) VALUES (10, ?, ?, NULL, ''), (9, ?, ?, ?, ?)",
			now, now, now, now, now, "a\r\n\"b\", µ"))
		b := newBench(t, s)
		b.register(t, s)
		noError(t, s.Snapshot(t.Context(), operator, func(x store.Snapshot) error {
			gaps, err := textOf(x, "clock_gaps")
			noError(t, err)
			const at = "2025-03-03T10:00:00.000000Z;"
			if want := "9;" + at + at + at + "a\r\n\"b\", µ;\n10;" + at + at + "NULL;;\n"; gaps != want {
				t.Errorf("got  %q\nwant %q", gaps, want)
			}
			facts, err := textOf(x, "sample_facts")
			if !strings.Contains(facts, ";t;registered;") || !strings.Contains(facts, ";2025-") || !strings.Contains(facts, ";NULL;") {
				t.Errorf("facts: %q", facts)
			}
			return err
		}))
	})
}

// content is what an empty registry of this program is restored from, with the rows of one
// table.
func content(t *testing.T, tables map[string][][]*string) store.Content {
	t.Helper()
	columns := map[string][]string{}
	s := storetest.Open(t, storetest.Config(t, "sqlite"))
	noError(t, s.Snapshot(t.Context(), operator, func(x store.Snapshot) error {
		return x.Tables(func(name string, list []string, _ store.Rows) error {
			columns[name] = list
			return nil
		})
	}))
	return store.Content{Life: 1, CopiedAt: lab.At(storetest.Now), Digest: "d", Read: func(table func(string, []string, iter.Seq2[[]*string, error]) error) error {
		for _, name := range store.Archived() {
			rows := func(yield func([]*string, error) bool) {
				for _, row := range tables[name] {
					if !yield(row, nil) {
						return
					}
				}
			}
			if err := table(name, columns[name], rows); err != nil {
				return err
			}
		}
		return nil
	}}
}

func values(texts ...string) []*string {
	row := make([]*string, len(texts))
	for i := range texts {
		if texts[i] != "NULL" {
			row[i] = &texts[i]
		}
	}
	return row
}

// TestWhatCannotBeAValueIsRefused, by its table, row and column, and leaves the place
// empty.
func TestWhatCannotBeAValueIsRefused(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := emptyPlace(t, kind)
		right := values("1", "2025-03-03T10:00:00.000000Z", "2025-03-03T10:00:00.000000Z", "NULL", "")
		for name, test := range map[string]struct {
			table string
			row   []*string
			want  string
		}{
			"a number":   {"clock_gaps", values("one", *right[1], *right[2], "NULL", ""), "clock_gaps, row 2, seq"},
			"an instant": {"clock_gaps", values("2", "yesterday", *right[2], "NULL", ""), "clock_gaps, row 2, before_at"},
			"no value":   {"clock_gaps", values("2", "NULL", *right[2], "NULL", ""), "clock_gaps"},
			"the same":   {"clock_gaps", right, "clock_gaps"},
			"no parent":  {"memberships", values("7", "1", "intake"), "memberships"},
		} {
			rows := map[string][][]*string{"clock_gaps": {right}}
			rows[test.table] = append(rows[test.table], test.row)
			x := content(t, rows)
			if _, err := store.Restore(t.Context(), c, storetest.Clock, x); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v", name, err)
			}
			noError(t, store.MayRestore(t.Context(), c, storetest.Clock))
		}
	})
}

// TestARegistryIsRestoredOnce, and knows of what.
func TestARegistryIsRestoredOnce(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := emptyPlace(t, kind)
		edition := content(t, map[string][][]*string{"settings": {values("dictionary", todaysEdition(t))}})
		_, err := store.Restore(t.Context(), c, storetest.Clock, edition)
		noError(t, err)
		_, err = store.Restore(t.Context(), c, storetest.Clock, edition)
		if !errors.Is(err, store.ErrNotEmpty) || !errors.Is(store.MayRestore(t.Context(), c, storetest.Clock), store.ErrNotEmpty) {
			t.Errorf("again: %v", err)
		}
		s := storetest.Open(t, c)
		life, err := s.Life(t.Context(), operator)
		if err != nil || life != (store.Life{Series: 1, CopiedAt: lab.At(storetest.Now), RestoredAt: lab.At(storetest.Now)}) {
			t.Errorf("%+v, %v", life, err)
		}
	})
}

// TestOneRestoresAtATime: whoever comes second at a place is told so, before anything is
// looked at there, and the first one goes on.
func TestOneRestoresAtATime(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		c := emptyPlace(t, kind)
		edition := content(t, map[string][][]*string{"settings": {values("dictionary", todaysEdition(t))}})
		slow, reads, goOn, ended := edition, make(chan struct{}), make(chan struct{}), make(chan error)
		slow.Read = func(table func(string, []string, iter.Seq2[[]*string, error]) error) error {
			close(reads)
			<-goOn
			return edition.Read(table)
		}
		go func() {
			_, err := store.Restore(context.Background(), c, storetest.Clock, slow)
			ended <- err
		}()
		<-reads
		if _, err := store.Restore(t.Context(), c, storetest.Clock, edition); !errors.Is(err, store.ErrRestoring) {
			t.Errorf("the second: %v", err)
		}
		if err := store.MayRestore(t.Context(), c, storetest.Clock); !errors.Is(err, store.ErrRestoring) {
			t.Errorf("may the second: %v", err)
		}
		close(goOn)
		noError(t, <-ended)
		if _, err := store.Restore(t.Context(), c, storetest.Clock, edition); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// TestNothingIsRestoredUnderARegistryThatIsOpen: whoever has the file open would go on with
// one that was moved away, and what is saved there would be lost.
func TestNothingIsRestoredUnderARegistryThatIsOpen(t *testing.T) {
	c := emptyPlace(t, "sqlite")
	s := storetest.Open(t, c)
	for _, name := range []string{"marquis.db", "marquis.db-wal", "marquis.db-shm"} {
		noError(t, os.Rename(filepath.Join(c.Folder, name), filepath.Join(c.Folder, "before-"+name)))
	}
	edition := content(t, map[string][][]*string{"settings": {values("dictionary", todaysEdition(t))}})
	if _, err := store.Restore(t.Context(), c, storetest.Clock, edition); !errors.Is(err, store.ErrRestoring) {
		t.Errorf("while it is open: %v", err)
	}
	noError(t, s.Close())
	_, err := store.Restore(t.Context(), c, storetest.Clock, edition)
	noError(t, err)
}

// TestASuperuserRestoresNothing: the tables would be made before that is refused, and be no
// one's who could go on.
func TestASuperuserRestoresNothing(t *testing.T) {
	server := pgtest.Start(t)
	url := server.Database(t)
	edition := content(t, map[string][][]*string{"settings": {values("dictionary", todaysEdition(t))}})
	super := store.Config{DatabaseURL: server.As(t, url, "postgres")}
	for what, err := range map[string]error{
		"may it": store.MayRestore(t.Context(), super, storetest.Clock),
		"does it": func() error {
			_, err := store.Restore(t.Context(), super, storetest.Clock, edition)
			return err
		}(),
	} {
		if err == nil || !strings.Contains(err.Error(), "CREATE ROLE marquis LOGIN") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := store.Restore(t.Context(), store.Config{DatabaseURL: url}, storetest.Clock, edition)
	noError(t, err)
}

// TestNoRegistryBeginsWhereARestoreWasCutOff: it would be an empty one with the key ring of
// another, and give its numbers again.
func TestNoRegistryBeginsWhereARestoreWasCutOff(t *testing.T) {
	c := emptyPlace(t, "sqlite")
	noError(t, os.MkdirAll(filepath.Join(c.Folder, ".restoring"), 0o700))
	if _, err := store.Open(t.Context(), c, storetest.Clock); err == nil || !strings.Contains(err.Error(), "was cut off: type it again") {
		t.Errorf("begun: %v", err)
	}
	if files, err := os.ReadDir(c.Folder); err != nil || len(files) != 4 { // with the locks
		t.Errorf("left there: %v, %v", files, err)
	}
	edition := content(t, map[string][][]*string{"settings": {values("dictionary", todaysEdition(t))}})
	_, err := store.Restore(t.Context(), c, storetest.Clock, edition)
	noError(t, err)
	storetest.Open(t, c)
}

// TestALifeBeginsAfterARestoreByOtherMeans: numbers go on in another series, and nobody is
// signed in.
func TestALifeBeginsAfterARestoreByOtherMeans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		if x := b.register(t, s); x.NumberSeries != 0 || x.NumberRunning != 1 {
			t.Errorf("before: %+v", x.Number("UTR"))
		}
		noError(t, s.Invite(t.Context(), operator, b.intake.UserID, strings.Repeat("a", 64), lab.At(storetest.Now.Add(time.Hour)), false))
		for name, begin := range map[string]func() error{
			"in the future": func() error {
				_, err := s.BeginLife(t.Context(), operator, lab.At(storetest.Now.Add(time.Hour)), 0)
				return err
			},
			"as of no moment":       func() error { _, err := s.BeginLife(t.Context(), operator, lab.Instant{}, 0); return err },
			"far ahead":             func() error { _, err := s.BeginLife(t.Context(), operator, lab.At(storetest.Now), 28); return err },
			"by somebody on a page": func() error { _, err := s.BeginLife(t.Context(), b.intake, lab.At(storetest.Now), 0); return err },
		} {
			if begin() == nil {
				t.Errorf("%s: a life began", name)
			}
		}
		life, err := s.BeginLife(t.Context(), operator, lab.At(storetest.Now.Add(-time.Hour)), 0)
		if err != nil || life.Series != 1 {
			t.Fatalf("%+v, %v", life, err)
		}
		if x := b.register(t, s); x.NumberSeries != 1 || x.NumberRunning != 1 {
			t.Errorf("afterwards: %+v", x.Number("UTR"))
		}
		if n := sqlRows(t, s, "SELECT count(*) FROM invitations", 1)[0][0]; n != int64(0) {
			t.Errorf("%v invitations", n)
		}
		if _, err := s.BeginLife(t.Context(), operator, lab.At(storetest.Now), 1); err == nil {
			t.Error("series A began twice")
		}
	})
}

func todaysEdition(t *testing.T) string {
	t.Helper()
	_, edition, err := store.Today()
	noError(t, err)
	return edition
}

// TestTheLastBackupsAreThoseWithTheKeys: a copy without the key ring is a copy without
// codes, and one that was not restored is a hope.
func TestTheLastBackupsAreThoseWithTheKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := func(hours int) lab.Instant { return lab.At(storetest.Now.Add(time.Duration(hours-24) * time.Hour)) }
		for _, step := range []struct {
			what         string
			note         store.Backup
			made, proven lab.Instant
		}{
			{"without keys", store.Backup{MadeAt: at(1), ProvenAt: at(1)}, lab.Instant{}, lab.Instant{}},
			{"with keys", store.Backup{MadeAt: at(2), WithKeys: true}, at(2), lab.Instant{}},
			{"proven", store.Backup{MadeAt: at(3), WithKeys: true, ProvenAt: at(4)}, at(3), at(3)},
			{"later, unproven", store.Backup{MadeAt: at(5), WithKeys: true}, at(5), at(3)},
			{"later, without keys", store.Backup{MadeAt: at(6), ProvenAt: at(6)}, at(5), at(3)},
			{"while the clock was ahead", store.Backup{MadeAt: at(9000), ProvenAt: at(9000), WithKeys: true}, at(5), at(3)},
		} {
			noError(t, s.NoteBackup(t.Context(), operator, step.note))
			last, err := s.LastBackups(t.Context(), operator)
			if want := (lab.Backups{MadeAt: step.made, ProvenAt: step.proven}); err != nil || last != want {
				t.Errorf("%s: %+v, %v, want %+v", step.what, last, err, want)
			}
		}
	})
}

// emptyPlace is where nothing was ever written.
func emptyPlace(t *testing.T, kind string) store.Config {
	t.Helper()
	if kind == "postgres" {
		return store.Config{DatabaseURL: pgtest.Start(t).Database(t)}
	}
	return store.Config{Folder: t.TempDir()}
}
