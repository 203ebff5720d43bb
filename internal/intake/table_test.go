package intake

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReadTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "may.csv")
	if err := os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := readTable(path)
	if err != nil {
		t.Fatal(err)
	}
	if table.File != "may.csv" || table.SHA256 != sha256.Sum256([]byte("a,b\n1,2\n")) || table.Workbook || table.Sheet != "" {
		t.Errorf("got %+v", table)
	}
	if _, err := readTable(path + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestReadTableRefusesText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.xls")
	if err := os.WriteFile(path, []byte("<table><tr><td>1"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := readTable(path)
	wantError(t, err, "page.xls: the name ends in .xls but the file is not an Excel workbook")
}

func TestDate(t *testing.T) {
	tests := []struct {
		cell string
		from int
		want string
	}{
		{"45231", 1900, "2023-11-01T00:00:00Z"},
		{"45231.5", 1900, "2023-11-01T12:00:00Z"},
		{"45231.999999", 1900, "2023-11-02T00:00:00Z"},
		{"43769", 1904, "2023-11-01T00:00:00Z"},
		{"61", 1900, "1900-03-01T00:00:00Z"},
		{"0", 1904, "1904-01-01T00:00:00Z"},
		{"2958465", 1900, "9999-12-31T00:00:00Z"},
		{"60", 1900, ""},
		{"-1", 1904, ""},
		{"1e300", 1900, ""},
		{"NaN", 1900, ""},
		{"", 1900, ""},
		{"2023-11-01", 1900, ""},
	}
	for _, test := range tests {
		table := Table{Workbook: true, Date1904: test.from == 1904}
		got, err := table.Date(test.cell)
		if (err != nil) != (test.want == "") || err == nil && got.Format(time.RFC3339) != test.want {
			t.Errorf("%s from %d: got %v, %v, want %s", test.cell, test.from, got, err, test.want)
		}
	}
	if _, err := new(Table).Date("45231"); err == nil {
		t.Error("a CSV file has no dates that are numbers")
	}
}

func TestColumnLetters(t *testing.T) {
	for number, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		at, ok := parseCell(want + "1")
		if got := columnLetters(number); got != want || !ok || at.column != number {
			t.Errorf("%d: got %s and %v, want %s", number, got, at, want)
		}
	}
}
