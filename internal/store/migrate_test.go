package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marquis/internal/lab"
	"marquis/internal/lab/dictionary"
	"marquis/internal/store"
	"marquis/internal/store/pgtest"
	"marquis/internal/store/storetest"
)

func clock() time.Time { return storetest.Now }

// openError opens a registry only to see whether it may.
func openError(t testing.TB, c store.Config) error {
	t.Helper()
	s, err := store.Open(t.Context(), c, clock)
	if err != nil {
		return err
	}
	return s.Close()
}

func wantError(t testing.TB, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}

func TestAFreshFolderIsMadeReady(t *testing.T) {
	c := store.Config{Folder: filepath.Join(t.TempDir(), "new", "data")}
	s := storetest.Open(t, c)
	publishOne(t, s)
	info, err := os.Stat(c.Folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder may be read by others: %v, %v", info.Mode(), err)
	}
	if err := openError(t, c); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

func TestAnEmptyFileIsMadeReady(t *testing.T) {
	c := store.Config{Folder: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.Folder, "marquis.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := openError(t, c); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyPostgresIsRefusedUntilMigrated(t *testing.T) {
	c := store.Config{DatabaseURL: pgtest.Start(t).Database(t)}
	wantError(t, openError(t, c), "type: marquis migrate")
	wantError(t, openError(t, c), "empty")
	done, err := store.Migrate(t.Context(), c, clock)
	if err != nil || len(done) != 2 {
		t.Fatalf("did %q, %v", done, err)
	}
	if err := openError(t, c); err != nil {
		t.Error(err)
	}
}

func TestAServerThatDoesNotAnswerIsNamedWithoutThePassword(t *testing.T) {
	for _, url := range []string{"postgres://marquis:canary@127.0.0.1:1/marquis", "postgres://marquis:canary@[::bad/x", "canary=%%%"} {
		err := openError(t, store.Config{DatabaseURL: url})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v", err)
		}
	}
}

// everything is all rows of all tables, as text.
func everything(t testing.TB, s *store.Store, kind string) string {
	t.Helper()
	var text strings.Builder
	tables := slices.Sorted(slices.Values(slices.Concat(store.Owned(), sharedTables, directories)))
	for _, table := range tables {
		var columns []string
		for name := range columnsOf(t, s, kind, table) {
			columns = append(columns, "CAST("+name+" AS text)")
		}
		list := strings.Join(columns, ", ")
		fmt.Fprintln(&text, table, sqlRows(t, s, "SELECT "+list+" FROM "+table+" ORDER BY "+list, len(columns)))
	}
	return text.String()
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			before := everything(t, s, kind)
			for range 2 {
				if done, err := store.Migrate(t.Context(), c, clock); err != nil || len(done) != 0 {
					t.Errorf("did %q, %v", done, err)
				}
			}
			if after := everything(t, s, kind); after != before {
				t.Error("migrating again changed something")
			}
		})
	}
}

func TestOtherSchemasAreRefused(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			change := func(statement string) {
				t.Helper()
				if err := store.Exec(s, statement); err != nil {
					t.Fatal(err)
				}
			}
			change("DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
			wantError(t, openError(t, c), "make a backup, then type: marquis migrate")
			change("INSERT INTO goose_db_version (version_id, is_applied) VALUES (900, true)")
			wantError(t, openError(t, c), "has schema 900, which is newer")
			wantError(t, openError(t, c), "use the newer program")
			_, err := store.Migrate(t.Context(), c, clock)
			wantError(t, err, "use the newer program")
		})
	}
}

func TestAnotherEditionOfTheDictionaryIsMended(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			service := storetest.Service(t, s, "UTR")
			d := storetest.AddMethods(t, s)
			local, err := d.AddSubstance("never heard of")
			if err != nil {
				t.Fatal(err)
			}
			product, err := d.AddUnknownProduct("street stuff")
			if err != nil {
				t.Fatal(err)
			}
			b := &store.ImportBatch{
				Import: newImport("x"), Substances: []*lab.Substance{local}, Products: []*lab.Product{product},
				Samples: store.Arrivals(storetest.Generate(d, 1, 50, 2023, 2023)),
			}
			b.Import.ServiceID = service.ID
			if err := s.Import(t.Context(), lab.Operator("import"), d, b, func(int) {}); err != nil {
				t.Fatal(err)
			}
			// An older edition: one name less, one more, another role, and no GBL.
			for _, statement := range []string{
				"UPDATE settings SET value = 'older' WHERE name = 'dictionary'",
				"UPDATE substances SET role = 'excipient', active = false, psychoactive = false WHERE name = 'caffeine'",
				"UPDATE substances SET danger = '', danger_source = '', short_name = '', line_en = '', line_nl = '', line_source = ''",
				"UPDATE substance_classes SET danger = '', danger_source = '', plain_en = '', plain_nl = ''",
				"UPDATE substance_names SET folded = 'gone', name = 'gone' WHERE folded = 'esketamine'",
				"DELETE FROM product_substances WHERE product_id IN (SELECT id FROM products WHERE name_en = 'ketamine')",
			} {
				if err := store.Exec(s, statement); err != nil {
					t.Fatal(err)
				}
			}
			wantError(t, openError(t, c), "to bring it up to date type: marquis migrate")
			done, err := store.Migrate(t.Context(), c, clock)
			if err != nil || len(done) != 2 || !strings.Contains(done[1], "marquis reclassify") {
				t.Fatalf("did %q, %v", done, err)
			}
			if err := openError(t, c); err != nil {
				t.Error(err)
			}
			now, err := s.Dictionary(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if x, ok := now.Substances[local.ID]; !ok || x.Name != "never heard of" || x.ID < lab.LocalEntries || x.Reviewed {
				t.Errorf("the local substance is %+v", x)
			}
			if x, ok := now.Products[product.ID]; !ok || x.NameEN != "street stuff" {
				t.Errorf("the local product is %+v", x)
			}
			if len(now.Methods) != 4 {
				t.Errorf("%d methods", len(now.Methods))
			}
			if x, stereo, ok := now.FindSubstance("esketamine"); !ok || x.Name != "ketamine" || stereo != lab.StereoS {
				t.Error("a name was not restored")
			}
			if _, _, ok := now.FindSubstance("gone"); ok {
				t.Error("a name of the older edition is still there")
			}
			for name, want := range map[string]lab.Danger{"metonitazene": lab.DangerExtreme, "xylazine": lab.DangerHigh, "lactose": lab.DangerNone, "never heard of": lab.DangerHigh} {
				if x, _, _ := now.FindSubstance(name); now.Danger(x.ID) != want {
					t.Errorf("the danger of %s is %+v", name, now.DangerJudged(x.ID))
				}
			}
			embedded, err := dictionary.Load()
			if err != nil || !maps.Equal(now.Classes, embedded.Classes) {
				t.Errorf("classes differ: %v", err)
			}
			ketamine, thc := storetest.Substance(t, now, "ketamine"), storetest.Substance(t, now, "THC")
			x, y := now.Substances[ketamine], embedded.Substances[ketamine]
			if x.LineEN == "" || x.LineEN != y.LineEN || x.LineNL != y.LineNL || x.LineSource != y.LineSource || now.Substances[thc].Short() != "THC" {
				t.Errorf("not all was restored: %+v", x)
			}
			if x, _, _ := now.FindSubstance("caffeine"); !x.Active {
				t.Error("a role was not restored")
			}
			if len(storetest.Product(t, now, "ketamine").Expected()) != 1 {
				t.Error("an expectation was not restored")
			}
			if moved, err := s.Reclassify(t.Context(), lab.Operator("reclassify")); err != nil || moved.Changed != 0 {
				t.Errorf("moved %+v, %v", moved, err)
			}
		})
	}
}

func TestManyMayMigrateAtOnce(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := store.Config{Folder: t.TempDir()}
			if kind == "postgres" {
				c = store.Config{DatabaseURL: pgtest.Start(t).Database(t)}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			errs := atOnce(4, func(int) error {
				_, err := store.Migrate(ctx, c, clock)
				return err
			})
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			s := storetest.Open(t, c)
			if n := len(eventsOf(t, s)); n != 1 {
				t.Errorf("the dictionary was loaded %d times", n)
			}
			publishOne(t, s)
		})
	}
}

// atOnce runs n goroutines that begin together and returns their errors.
func atOnce(n int, work func(i int) error) []error {
	errs := make([]error, n)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			<-begin
			errs[i] = work(i)
		})
	}
	close(begin)
	group.Wait()
	return errs
}

// An entry that was added here keeps its name where a new edition brings it: the embedded one
// goes without, the line says so, and merging the one into the other settles it.
func TestAnEditionThatBringsALocalNameOffersToMerge(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			for _, statement := range []string{
				"UPDATE settings SET value = 'older' WHERE name = 'dictionary'",
				"UPDATE substances SET name = 'once unknown' WHERE name = 'caffeine'",
				"DELETE FROM substance_names WHERE folded = 'caffeine'",
				"INSERT INTO substances (id, name, name_nl, class, role, psychoactive, active, formula, molar_mass, cas, pubchem_cid, reviewed) " +
					"SELECT 1000000, 'Caffeine', '', class, role, psychoactive, active, '', 0, '', 0, false FROM substances WHERE name = 'once unknown'",
				"INSERT INTO substance_names (folded, substance_id, name, language, stereo) VALUES ('caffeine', 1000000, 'Caffeine', '', '')",
			} {
				if err := store.Exec(s, statement); err != nil {
					t.Fatal(err)
				}
			}
			done, err := store.Migrate(t.Context(), c, clock)
			noError(t, err)
			if lines := strings.Join(done, "\n"); !strings.Contains(lines, "keep the name: Caffeine;") || !strings.Contains(lines, "marquis dictionary adopt") {
				t.Errorf("it says: %s", lines)
			}
			s = storetest.Open(t, c)
			d, err := s.Dictionary(t.Context())
			noError(t, err)
			caffeine, _, ok := d.FindSubstance("caffeine")
			if !ok || caffeine.ID != lab.LocalEntries {
				t.Fatalf("the name finds %+v", caffeine)
			}
			list, err := s.Namesakes(t.Context(), operator)
			noError(t, err)
			if len(list) != 1 || list[0].ID != lab.LocalEntries || list[0].IntoName != "caffeine" || list[0].Why != nil {
				t.Fatalf("offered is %+v", list)
			}
			_, err = s.MergeSubstance(t.Context(), operator, lab.LocalEntries, lab.SubstanceID(list[0].Into), "the same")
			noError(t, err)
			d, err = s.Dictionary(t.Context())
			noError(t, err)
			if found, _, ok := d.FindSubstance("caffeine"); !ok || found.ID != lab.SubstanceID(list[0].Into) {
				t.Errorf("the name finds %+v now", found)
			}
			if left, err := s.Namesakes(t.Context(), operator); err != nil || len(left) != 0 {
				t.Errorf("still offered: %+v, %v", left, err)
			}
			if done, err := store.Migrate(t.Context(), c, clock); err != nil || len(done) != 0 {
				t.Errorf("migrating again does %q, %v", done, err)
			}
		})
	}
}

// A registry of an edition that knew fewer dangers gets them with all their names and products;
// who had added one of them here keeps that entry, until somebody merges it.
func TestAnEditionBringsEntriesThatWereNotThere(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := storetest.Config(t, kind)
			s := storetest.Open(t, c)
			older := []string{
				"UPDATE settings SET value = 'older' WHERE name = 'dictionary'",
				"DELETE FROM product_substances WHERE product_id BETWEEN 118 AND 998 OR substance_id BETWEEN 608 AND 899",
				"DELETE FROM product_names WHERE product_id BETWEEN 118 AND 998",
				"DELETE FROM products WHERE id BETWEEN 118 AND 998",
				"DELETE FROM substance_names WHERE substance_id BETWEEN 608 AND 899 OR folded = 'u47'",
				"DELETE FROM substances WHERE id BETWEEN 608 AND 899",
				"INSERT INTO substances (id, name, name_nl, class, role, psychoactive, active, formula, molar_mass, cas, pubchem_cid, reviewed) " +
					"SELECT 1000000, 'bucinnazine', '', 'opioid', role, psychoactive, active, '', 0, '', 0, false FROM substances WHERE name = 'U-47700'",
				"INSERT INTO substance_names (folded, substance_id, name, language, stereo) VALUES ('bucinnazine', 1000000, 'bucinnazine', '', '')",
			}
			if kind == "postgres" { // whose owner may not lock the judgements, which a deletion asks
				asSuperuser(t, c.DatabaseURL, append([]string{"SET session_replication_role = replica"}, older...)...)
			} else {
				for _, statement := range older {
					noError(t, store.Exec(s, statement))
				}
			}
			done, err := store.Migrate(t.Context(), c, clock)
			noError(t, err)
			if lines := strings.Join(done, "\n"); !strings.Contains(lines, "keep the name: bucinnazine;") {
				t.Errorf("it says: %s", lines)
			}
			d, err := storetest.Open(t, c).Dictionary(t.Context())
			noError(t, err)
			embedded, err := dictionary.Load()
			noError(t, err)
			for typed, want := range map[string]string{"U47": "U-47700", "pFBF": "para-fluorobutyrylfentanyl", "W-18": "W-18", "AP237": "AP-237", "bucinnazine": "bucinnazine"} {
				x, _, ok := d.FindSubstance(typed)
				if !ok || x.Name != want || !d.Danger(x.ID).AtLeast(lab.DangerHigh) {
					t.Errorf("%q finds %+v, want %s, a danger", typed, x, want)
					continue
				}
				if own, is := embedded.Substances[x.ID]; is && (own.Name != want || own.Class != x.Class || own.MolarMass != x.MolarMass) {
					t.Errorf("%s is %+v, and %+v in the edition", want, x, own)
				}
			}
			if local := d.Substances[lab.LocalEntries]; local == nil || local.Reviewed || local.Class != "opioid" {
				t.Errorf("the entry that was added here is %+v", local)
			}
			if p, ok := d.FindProduct("goofballs"); !ok || len(p.Expected()) != 2 {
				t.Errorf("goofballs are %+v", p)
			}
		})
	}
}
