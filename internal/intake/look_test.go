package intake

import (
	"io"
	"slices"
	"strings"
	"testing"
)

// peek looks at a CSV file of these lines.
func peek(t *testing.T, text string) *Look {
	t.Helper()
	l, err := Peek("a.csv", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }, Format{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTheFormOfDatesIsGuessedFromAllCells: a form by which one cell is no date is none; where
// two say different days, both are told, for a person to decide.
func TestTheFormOfDatesIsGuessedFromAllCells(t *testing.T) {
	for name, c := range map[string]struct {
		cells string
		want  []string
	}{
		"a day 13 decides":      {"03-05-2024\n13-05-2024", []string{"DD-MM-YYYY=2024-05-13"}},
		"nothing decides":       {"03-05-2024\n04-05-2024", []string{"DD-MM-YYYY=2024-05-04", "MM-DD-YYYY=2024-04-05"}},
		"one digit":             {"3/5/2024\n25/5/2024", []string{"D/M/YYYY=2024-05-25"}},
		"the month in letters":  {"05Mar2024\n06mrt2024", []string{"DDMMMYYYY=2024-03-06"}},
		"the year stands first": {"2024-03-05\n2024-03-06", []string{"YYYY-MM-DD=2024-03-06"}},
		"with a time":           {"13/03/2024 14:22\n13/03/2024 09:05", []string{"DD/MM/YYYY hh:mm=2024-03-13"}},
		"one is no date":        {"13-05-2024\nsoon", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range peek(t, "day;x\n"+strings.ReplaceAll(c.cells, "\n", ";1\n")+";1\n").Columns[0].Dates {
				got = append(got, d.Form+"="+d.Day.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

// TestWhatIsSeenOfAFile: delimiter, encoding, columns with examples, marks, numbered columns.
func TestWhatIsSeenOfAFile(t *testing.T) {
	l := peek(t, "nr;stof 1;gehalte 1;stof 2;gehalte 2\nA1;coca\xefne;79,5;caf\xe9ine;\nA2;mdma;80;;\n")
	if l.Delimiter != ";" || l.Encoding != "windows-1252" || l.Rows != 2 {
		t.Errorf("%+v", l)
	}
	if c := l.Column("stof {n}"); c == nil || !slices.Equal(c.Examples, []string{"cocaïne", "mdma"}) {
		t.Errorf("%+v", c)
	}
	if c := l.Column("gehalte 1"); !c.Commas || c.Points {
		t.Errorf("marks: %+v", c)
	}
	if values, more := l.ValuesOf("stof {n}"); more || !slices.Equal(values, []string{"caféine", "cocaïne", "mdma"}) {
		t.Errorf("values: %q, %t", values, more)
	}
	headings, counts := l.Numbered()
	if !slices.Equal(headings, []string{"stof {n}", "gehalte {n}"}) || counts["stof {n}"] != 2 {
		t.Errorf("numbered: %q, %v", headings, counts)
	}
}

// TestHeadingsAreGuessedByTheirTerms: the same word before one that is part of the heading,
// and no heading for two fields.
func TestHeadingsAreGuessedByTheirTerms(t *testing.T) {
	terms := map[string][]string{"id": {"monsternummer"}, "received_on": {"ontvangen op"}, "substance": {"stof"}, "unit": {"eenheid"}}
	fields := []FieldInfo{{Name: "id"}, {Name: "received_on"}, {Name: "substance"}, {Name: "unit"}}
	got := Guess([]string{"Monsternummer", "datum ontvangen op", "stof {n}", "Stofnaam", "unit"}, fields, func(f string) []string { return terms[f] })
	for field, want := range map[string]string{"id": "Monsternummer", "received_on": "datum ontvangen op", "substance": "stof {n}", "unit": "unit"} {
		if got[field] != want {
			t.Errorf("%s: %q", field, got[field])
		}
	}
}
