package sqlstore_test

import (
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store/sqlstore"
)

// line is what is read of a packed row.
type line struct {
	id   string
	form lab.Form
	n    int32
	yes  bool
	on   lab.Date
}

var lines = sqlstore.Packed[line]{
	sqlstore.ID("id", func(l *line) *string { return &l.id }),
	sqlstore.Text("form", func(l *line) *lab.Form { return &l.form }),
	sqlstore.Number("n", func(l *line) *int32 { return &l.n }),
	sqlstore.Yes("yes", func(l *line) *bool { return &l.yes }),
	sqlstore.DayOrNone("day", func(l *line) *lab.Date { return &l.on }),
}

func TestAPackedRowIsReadByItsColumns(t *testing.T) {
	var have line
	if err := lines.Read(&have, "7|pill|12|t|2025-03-03"); err != nil {
		t.Fatal(err)
	}
	day, err := lab.ParseDate("2025-03-03")
	if want := (line{"7", "pill", 12, true, day}); have != want || err != nil {
		t.Errorf("%+v, want %+v, %v", have, want, err)
	}
	if rest, err := lines.Take(&have, "8||0|0||what follows"); rest != "what follows" || err != nil || have != (line{id: "8"}) {
		t.Errorf("%+v, then %q, %v", have, rest, err)
	}
}

// Nothing is read for another: whatever is wrong is an error that names the column.
func TestAPackedRowThatIsWrongIsRefused(t *testing.T) {
	for row, want := range map[string]string{
		"|pill|12|t|":                     "column id: it is NULL",
		"7|" + sqlstore.Absent + "|12|t|": "column form: it is NULL",
		"7|pill||t|":                      "column n: it is NULL",
		"7|pill|4294967297|t|":            `column n: "4294967297" is not a number`,
		"7|pill|12|yes|":                  `column yes: "yes" is not a truth value`,
		"7|pill|12":                       "column yes: there is no value",
		"7|pi|ll|12|t|":                   "holds the sign |",
		"7|pill|12|t|2025-02-30":          "column day",
	} {
		if err := lines.Read(&line{}, row); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", row, err, want)
		}
	}
}
