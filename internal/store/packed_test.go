package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/store/storetest"
)

// instead shows a view in the place of a table, in which a column is another value. It
// returns what brings the table back.
func instead(t *testing.T, s *store.Store, kind, table, column, value string) (back func()) {
	t.Helper()
	var values []string
	for name := range columnsOf(t, s, kind, table) {
		if name == column {
			name = value + " AS " + name
		}
		values = append(values, name)
	}
	run := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if err := store.Exec(s, statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kind == "sqlite" {
		run("PRAGMA legacy_alter_table = on") // other tables keep referring to the name
	}
	run("ALTER TABLE "+table+" RENAME TO kept_table", "CREATE VIEW "+table+" AS SELECT "+strings.Join(values, ", ")+" FROM kept_table")
	return func() {
		t.Helper()
		run("DROP VIEW "+table, "ALTER TABLE kept_table RENAME TO "+table)
	}
}

// packedOnce is a registry with a released sample that a code opens, as a copy of its
// own for each test.
func packedOnce(t *testing.T, kind string) (*store.Store, lab.Key, store.CodeHash) {
	t.Helper()
	s := storetest.Open(t, storetest.Config(t, kind))
	b := newBench(t, s)
	code := hashOf("2025-02", 1, 2, 3)
	r := b.registration()
	r.Code = &code
	x, err := s.RegisterSample(t.Context(), b.intake, r)
	if err != nil {
		t.Fatal(err)
	}
	a := b.analyse(t, s, x, "79,5")
	if _, err := s.VerifyAnalysis(t.Context(), b.verifier, a.Key, a.Version, false); err != nil {
		t.Fatal(err)
	}
	b.publish(t, s, x)
	return s, x.Key, code
}

// readFacts reads the facts of the year as text.
func readFacts(t *testing.T, s *store.Store, service lab.ServiceID) (text string, err error) {
	t.Helper()
	for row, err := range s.FactRows(t.Context(), lab.Program("test"), service, 2025) {
		if err != nil {
			return text, err
		}
		text += fmt.Sprintf("%+v %v %v %v %v", *row.SampleClass, row.Month, row.UnitPrice, row.PublishedDays, row.ConfirmedDays)
		for _, f := range row.Findings {
			text += fmt.Sprintf(" %+v %v\n", *f.FindingClass, f.Base)
		}
	}
	return text, nil
}

// withoutNull are the columns that a packed reader takes for none where they are NULL.
var withoutNull = []string{"published_days", "confirmed_days", "expected_ready_on"}

func TestAPackedColumnThatIsNullIsNamed(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, key, code := packedOnce(t, kind)
		facts, err := readFacts(t, s, key.ServiceID)
		if err != nil || !strings.Contains(facts, "SubstanceID") {
			t.Fatalf("%q, %v", facts, err)
		}
		tables := map[string]string{"c.": "lookup_codes", "x.": "samples", "p.": "publications"}
		for table, columns := range store.PackedColumns() {
			for _, column := range columns {
				table, name := table, column
				if before, after, dotted := strings.Cut(column, "."); dotted {
					table, name = tables[before+"."], after
				}
				if table == "" || slices.Contains([]string{"c.service_id"}, column) {
					continue // a query, or what the rows are found by
				}
				back := instead(t, s, kind, table, name, "nullif("+name+", "+name+")")
				var read error
				if strings.HasSuffix(table, "_facts") {
					_, read = readFacts(t, s, key.ServiceID)
				} else {
					_, read = store.Unprepared(s).Lookup(t.Context(), code)
				}
				back()
				wanted := !slices.Contains(withoutNull, name)
				if named := read != nil && strings.Contains(read.Error(), "column "+column+": it is NULL"); named != wanted || (read != nil) != wanted {
					t.Errorf("%s.%s is NULL: %v", table, name, read)
				}
			}
		}
		if again, err := readFacts(t, s, key.ServiceID); again != facts || err != nil {
			t.Errorf("afterwards: %q, %v", again, err)
		}
	})
}

func TestATextWithABarIsNotReadForTwo(t *testing.T) {
	storetest.EachKind(t, func(t *testing.T, kind string) {
		s, key, code := packedOnce(t, kind)
		for table, columns := range map[string][]string{
			"sample_facts":  {"expected", "form", "channel", "state", "state_reason", "release", "outcome", "outcome_euda", "level", "methods", "price_currency", "price_unit", "price_band"},
			"finding_facts": {"role", "detection", "scale"},
		} {
			for _, column := range columns {
				back := instead(t, s, kind, table, column, "'a|b'")
				_, err := readFacts(t, s, key.ServiceID)
				back()
				if err == nil || !strings.Contains(err.Error(), column) || !strings.Contains(err.Error(), "holds the sign |") {
					t.Errorf("%s.%s: %v", table, column, err)
				}
			}
		}
		for table, columns := range map[string][]string{"samples": {"form", "state", "state_reason"}, "publications": {"kind", "outcome"}} {
			for _, column := range columns {
				back := instead(t, s, kind, table, column, "'a|b'")
				found, err := store.Unprepared(s).Lookup(t.Context(), code)
				back()
				if err == nil || found.Sample.ServiceID != 0 || !strings.Contains(err.Error(), "column ") && !strings.Contains(err.Error(), "holds the sign |") {
					t.Errorf("%s.%s: %+v, %v", table, column, found, err)
				}
			}
		}
	})
}

func TestAValueOfAnotherKindIsNotRead(t *testing.T) {
	s, key, _ := packedOnce(t, "sqlite") // which keeps any value in any column
	for _, c := range []struct{ table, column, value, says string }{
		{"sample_facts", "counted", "2", `"2" is not a truth value`},
		{"sample_facts", "product_id", "4294967297", `"4294967297" is not a number`},
		{"sample_facts", "unit_price", "'1.5'", `"1.5" is not a number`},
		{"finding_facts", "base", "'x'", `"x" is not a number`},
		{"finding_facts", "main", "'yes'", `"yes" is not a truth value`},
	} {
		back := instead(t, s, "sqlite", c.table, c.column, c.value)
		_, err := readFacts(t, s, key.ServiceID)
		back()
		if err == nil || !strings.Contains(err.Error(), "column "+c.column+": "+c.says) {
			t.Errorf("%s.%s: %v", c.table, c.column, err)
		}
	}
}

// TestTheOrderOfPackedColumnsDoesNotMatter proves that names decide what is read.
func TestTheOrderOfPackedColumnsDoesNotMatter(t *testing.T) {
	stores := map[string]*store.Store{}
	facts, found := map[string]string{}, map[string]string{}
	var key lab.Key
	var code store.CodeHash
	read := func(kind string) (string, string) {
		text, err := readFacts(t, stores[kind], key.ServiceID)
		opened, failed := store.Unprepared(stores[kind]).Lookup(t.Context(), code)
		if err := errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		return text, fmt.Sprintf("%+v", opened)
	}
	for _, kind := range kinds {
		stores[kind], key, code = packedOnce(t, kind)
		facts[kind], found[kind] = read(kind)
	}
	for seed := range uint64(20) {
		undo := store.ShufflePacked(rand.New(rand.NewPCG(seed, 0)))
		for _, kind := range kinds {
			if a, b := read(kind); a != facts[kind] || b != found[kind] {
				t.Errorf("seed %d on %s:\n%s\n%s\nnot\n%s\n%s", seed, kind, a, b, facts[kind], found[kind])
			}
		}
		undo()
	}
}
