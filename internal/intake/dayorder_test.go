package intake

import (
	"fmt"
	"strings"
	"testing"
)

// withDays makes rows of different samples, each with a day of receipt and of analysis.
func withDays(pairs ...[2]string) []cells {
	rows := make([]cells, len(pairs))
	for i, days := range pairs {
		rows[i] = cells{"nr": fmt.Sprintf("s%d", i+1), "in": days[0], "on": days[1]}
	}
	return rows
}

// Days up to the 12th can be read in two ways. Where they contradict what is known if they are
// read as the mapping says, and not with day and month exchanged, nothing of the file is written.
// The days of import in these tests is 1 November 2025.
func TestDaysThatMayBeExchanged(t *testing.T) {
	const clear = "13-01-2024"
	monthFirst := func(text string) string {
		return strings.Replace(text, `performed_on = { column = "on", date = "DD-MM-YYYY" }`, `performed_on = { column = "on", date = "MM-DD-YYYY" }`, 1)
	}
	yearFirst := func(text string) string {
		return strings.Replace(text, `performed_on = { column = "on", date = "DD-MM-YYYY" }`, `performed_on = "on"`, 1)
	}
	tests := []struct {
		name  string
		mapTo func(string) string
		rows  []cells
		want  string // part of the error; empty: the file is read
	}{
		{"nothing speaks against them", nil, withDays([2]string{"03-04-2024", "05-04-2024"}), ""},
		{
			"a day that would be in the future", nil, withDays([2]string{"03-04-2025", "05-04-2025"}, [2]string{"03-12-2025", "05-12-2025"}),
			`file1.csv: the column "in": row 3 ("03-12-2025"): days in the future, or before what comes first, if they are read as DD-MM-YYYY; read as MM-DD-YYYY there are fewer such days (0). No day after the 12th shows which is right: correct the form in the mapping or the days in the file, or say order = "kept" of received_on in the mapping`,
		},
		{"a day in the future however it is read", nil, withDays([2]string{"03-04-2025", "05-04-2025"}, [2]string{"03-12-2026", "05-12-2026"}), ""},
		{"a day in the future, where another day shows the order", nil, withDays([2]string{clear, clear}, [2]string{"03-12-2025", "05-12-2025"}), ""},
		{
			"an analysis before its sample", nil, withDays([2]string{"03-04-2024", "04-03-2024"}),
			`the column "in": row 2 ("04-03-2024")`, // 3 April and 4 March; exchanged, 4 March and 3 April
		},
		{"an analysis before its sample however it is read", nil, withDays([2]string{"03-04-2024", "02-04-2024"}), ""},
		{
			"an analysis of which the form has the year first", yearFirst, withDays([2]string{"03-04-2024", "2024-03-06"}),
			`the column "in": row 2 ("2024-03-06")`, // 3 April is after 6 March; 4 March is not
		},
		{
			"days of another column with the month first", monthFirst, withDays([2]string{"03-04-2024", "04-13-2024"}),
			`the column "in": its days fit as DD-MM-YYYY and as MM-DD-YYYY, and the column "on" of the same file has them as MM-DD-YYYY`,
		},
		{"two columns that both show their order", monthFirst, withDays([2]string{"13-04-2024", "04-14-2024"}), ""},
		{
			"analyses that are whole months later", nil, withDays([2]string{"05-03-2024", "05-04-2024"}, [2]string{"05-07-2024", "05-09-2024"}, [2]string{"11-02-2024", "11-03-2024"}, [2]string{"11-02-2024", "11-02-2024"}),
			`the column "in": rows 2, 3, 4 ("05-04-2024"): whole months after what comes first, if they are read as DD-MM-YYYY, and no other days are apart; read as MM-DD-YYYY it would be some days`,
		},
		{"analyses that are whole months later, and one that is not", nil, withDays([2]string{"05-03-2024", "05-04-2024"}, [2]string{"05-07-2024", "05-09-2024"}, [2]string{"11-02-2024", "11-03-2024"}, [2]string{"10-02-2024", "11-03-2024"}), ""},
		{"two that are whole months later", nil, withDays([2]string{"05-03-2024", "05-04-2024"}, [2]string{"05-07-2024", "05-09-2024"}), ""},
		{"whole months later, where a day shows the order", nil, withDays([2]string{"05-03-2024", "05-04-2024"}, [2]string{"05-07-2024", "05-09-2024"}, [2]string{"11-02-2024", "11-03-2024"}, [2]string{clear, clear}), ""},
		{"two columns of which one shows the order of both", nil, withDays([2]string{"03-12-2025", "13-12-2023"}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := rowsMapping
			if test.mapTo != nil {
				text = test.mapTo(text)
			}
			_, _, err := planOf(t, mustMapping(t, text), file(test.rows...))
			if test.want != "" {
				wantError(t, err, test.want)
			} else if err != nil {
				t.Error(err)
			}
			kept := strings.Replace(text, `column = "in", date = "DD-MM-YYYY"`, `column = "in", date = "DD-MM-YYYY", order = "kept"`, 1)
			if _, _, err := planOf(t, mustMapping(t, kept), file(test.rows...)); err != nil {
				t.Errorf("though somebody has checked the days: %v", err)
			}
		})
	}
	_, err := parseMapping([]byte(strings.Replace(rowsMapping, `column = "in", date`, `column = "in", order = "swapped", date`, 1)))
	wantError(t, err, `samples.received_on: Say order = "kept"`)
}

// Twenty different days of all months, none after the 12th, are no chance; nineteen, or those of
// eleven months, may be some.
func TestDaysThatAreAllEarlyInTheirMonth(t *testing.T) {
	early := func(months, days int) []cells {
		var pairs [][2]string
		for i := range days {
			day := fmt.Sprintf("%02d-%02d-2024", 1+i%12, 1+i%months)
			if i >= 12 {
				day = fmt.Sprintf("%02d-%02d-2023", 1+i%12, 1+i%months)
			}
			pairs = append(pairs, [2]string{day, day})
		}
		return withDays(pairs...)
	}
	_, _, err := planOf(t, mustMapping(t, rowsMapping), file(early(12, 20)...))
	wantError(t, err, `the column "in": 20 different days, in all months, and none after the 12th, so that they fit as DD-MM-YYYY and as MM-DD-YYYY`)
	for _, rows := range [][]cells{early(12, 19), early(11, 20), append(early(12, 20), cells{"nr": "late", "in": "13-01-2024", "on": "13-01-2024"})} {
		if _, _, err := planOf(t, mustMapping(t, rowsMapping), file(rows...)); err != nil {
			t.Error(err)
		}
	}
}

// 24-03-05 is a day of 2005 or of 2024: over all rows the one lies decades apart, and the other
// within a few months.
func TestAYearOfTwoDigitsMayStandFirst(t *testing.T) {
	form := strings.ReplaceAll(rowsMapping, "DD-MM-YYYY", "DD-MM-YY")
	for _, c := range []struct {
		name string
		days []string
		told bool
	}{
		{"the year stands first", []string{"24-03-05", "24-03-12", "24-04-19", "24-05-02"}, true},
		{"the day stands first", []string{"05-03-24", "12-03-24", "19-04-24", "02-05-24"}, false},
		{"over ten years", []string{"05-03-14", "12-03-17", "19-04-20", "02-05-24"}, false},
	} {
		var rows []cells
		for i, day := range c.days {
			rows = append(rows, cells{"nr": fmt.Sprint("S", i), "in": day, "on": day})
		}
		_, _, err := planOf(t, mustMapping(t, form), file(rows...))
		if told := err != nil && strings.Contains(err.Error(), "as YY-MM-DD from 2024-03-05 to 2024-05-02"); told != c.told || err != nil && !told {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Noon and months as people abbreviate them.
func TestAbbreviationsInDays(t *testing.T) {
	for _, c := range [][3]string{
		{"D/M/YYYY h:mm AM", "7/3/2024 12:05 a.m.", "2024-03-07"},
		{"YYYY-MM-DD h:mm AM", "2024-03-05 2:22 p.m.", "2024-03-05"},
		{"YYYY-MM-DD h:mm AM", "2024-03-05 2:22 PM", "2024-03-05"},
		{"D MMM YYYY", "5 mrt. 2024", "2024-03-05"},
		{"D MMM YYYY", "1 mei 2024", "2024-05-01"},
		{"D.MMM.YYYY", "5.mrt.2024", "2024-03-05"},
	} {
		form, err := parseDateForm(c[0])
		if err != nil {
			t.Fatal(err)
		}
		if day, err := form.read(c[1]); err != nil || day.String() != c[2] {
			t.Errorf("%s under %s: %s, %v", c[1], c[0], day, err)
		}
	}
}
