package intake

import (
	"os"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/realdata"
)

// rowsCase reads a case from the field, with its mapping, a line of which may be replaced.
func rowsCase(t *testing.T, name string, replace ...string) (*Mapping, string) {
	t.Helper()
	text, err := os.ReadFile(realdata.Path(t, "../cases/mapping.toml"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(realdata.Path(t, "../cases/"+name))
	if err != nil {
		t.Fatal(err)
	}
	return mustMapping(t, strings.NewReplacer(replace...).Replace(string(text))), string(data)
}

func TestCasesOfRows(t *testing.T) {
	t.Run("04", func(t *testing.T) { // a continuation row
		m, text := rowsCase(t, "04-continuation-row.csv")
		_, _, err := planOf(t, m, text)
		wantError(t, err, "file1.csv row 3: the row holds a finding and does not say of which sample")
		m, text = rowsCase(t, "04-continuation-row.csv", `layout = "rows"`, "layout = \"rows\"\ncontinued = true")
		plan, d := mustPlan(t, m, text)
		if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); len(arrivalsOf(plan)) != 1 || got != "cocaine quantified 79.5% base, levamisole quantified 5.5% base" {
			t.Errorf("%d samples: %s\n%s", len(arrivalsOf(plan)), got, lines(plan))
		}
	})
	t.Run("05", func(t *testing.T) { // the name says a salt, the mapping base
		m, text := rowsCase(t, "05-salt-names.csv")
		plan, _ := mustPlan(t, m, text)
		if len(arrivalsOf(plan))+len(plan.Substances) > 0 {
			t.Errorf("taken: %v", plan.Receipt.Substances)
		}
		wantLine(t, plan, 2, Rejected, "basis", "base", "but the name of the substance says hydrochloride")
	})
	t.Run("09", func(t *testing.T) { // the second file is a workbook
		m, text := rowsCase(t, "09a-leading-zero.csv")
		first, _ := mustPlan(t, m, text)
		a := arrivalsOf(first)[0].Sample
		known := Known{Dictionary: mustDictionary(t), Recorded: recordedBy(map[string]string{a.SourceRef: a.SourceDigest}), Today: today}
		plan, err := dutch(Read(m, []string{realdata.Path(t, "../cases/09b-leading-zero.xlsx")}, known, nil))
		if err != nil {
			t.Fatal(err)
		}
		// Whether the cell is read as it is kept or as it is shown, it is no second sample.
		if len(arrivalsOf(plan)) > 0 || !strings.Contains(lines(plan), "recorded already") {
			t.Errorf("%d new samples: %s", len(arrivalsOf(plan)), lines(plan))
		}
	})
	t.Run("10", func(t *testing.T) { // words for nothing
		m, text := rowsCase(t, "10-placeholders.csv")
		plan, _ := mustPlan(t, m, text)
		if len(arrivalsOf(plan))+len(plan.Substances) > 0 || len(plan.Receipt.Causes) != 1 || plan.Receipt.Causes[0].Rows != 2 {
			t.Errorf("%d samples, %+v", len(arrivalsOf(plan)), plan.Receipt.Causes)
		}
	})
	t.Run("28", func(t *testing.T) { // through two services
		m, text := rowsCase(t, "09a-leading-zero.csv")
		first, d := mustPlan(t, m, text)
		known := Known{Dictionary: d, Today: today, Elsewhere: func(received map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
			if len(received) != 1 || received["08031"] != 2024_03_05 {
				t.Errorf("asked for %v", received)
			}
			return map[string][]lab.Elsewhere{"08031": {{Service: "AAA", File: arrivalsOf(first)[0].File}}}, nil
		}}
		plan, err := planWith(t, m, known, text)
		if err != nil {
			t.Fatal(err)
		}
		wantLine(t, plan, 2, Rejected, "id", "08031", "A sample of the same id is recorded at service AAA, received on the same day or one beside it, and nothing that is told of both differs")
		m, _ = rowsCase(t, "09a-leading-zero.csv", `profile = "case"`, "profile = \"case\"\nids_per_service = true")
		if plan, err = planWith(t, m, known, text); err != nil || len(arrivalsOf(plan)) != 1 ||
			!strings.Contains(strings.Join(plan.Receipt.Files[0].Notes, "\n"), "samples with the id of one at service AAA, of which nothing that both tell differs") {
			t.Errorf("%v: %s", err, lines(plan))
		}
		for name, changed := range map[string]string{
			"another day": strings.ReplaceAll(text, "05/03/2024", "07/03/2024"), "another amount": strings.ReplaceAll(text, "79,5", "79,6"),
			"another substance": strings.ReplaceAll(text, ";;cocaine;", ";;ketamine;"),
		} {
			known.Elsewhere = func(map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
				return map[string][]lab.Elsewhere{"08031": {{Service: "AAA", File: arrivalsOf(first)[0].File}}}, nil
			}
			m, _ := rowsCase(t, "09a-leading-zero.csv")
			if plan, err := planWith(t, m, known, changed); err != nil || len(arrivalsOf(plan)) != 1 {
				t.Errorf("%s: %v: %s", name, err, lines(plan))
			}
		}
		for name, changed := range map[string]string{
			"the day after": strings.ReplaceAll(text, "05/03/2024", "06/03/2024"), "no amount": strings.ReplaceAll(text, "79,5", ""), "not analysed yet": strings.ReplaceAll(text, ";;cocaine;07/03/2024;79,5;%", ";;;;;"),
		} {
			m, _ := rowsCase(t, "09a-leading-zero.csv")
			if plan, err := planWith(t, m, known, changed); err != nil || len(arrivalsOf(plan)) != 0 || !strings.Contains(lines(plan), "is recorded at service AAA") {
				t.Errorf("%s: %v: %s", name, err, lines(plan))
			}
		}
	})
}

// A sample that another service calls 08031 may be this one's 8031.
func TestAnotherSpellingElsewhere(t *testing.T) {
	m := mustMapping(t, rowsMapping)
	first, d := mustPlan(t, m, file(cells{"nr": "08031"}))
	known := Known{Dictionary: d, Today: today, Elsewhere: func(received map[string]lab.Date) (map[string][]lab.Elsewhere, error) {
		return map[string][]lab.Elsewhere{"8031": {{Service: "AAA", File: arrivalsOf(first)[0].File}}}, nil
	}}
	for _, c := range []struct {
		name, mapping string
		row           cells
		asked         bool
	}{
		{"the same but for its spelling", "", cells{"nr": "8031"}, true},
		{"something else was found", "", cells{"nr": "8031", "substance": "MDMA"}, false},
		{"another day", "", cells{"nr": "8031", "in": "04-03-2024"}, false},
		{"ids are exact", "exact_ids = true\n", cells{"nr": "8031"}, false},
	} {
		plan, err := planWith(t, mustMapping(t, c.mapping+rowsMapping), known, file(c.row))
		if err != nil {
			t.Fatal(err)
		}
		if c.asked {
			wantLine(t, plan, 2, Rejected, "id", "8031", "A sample of an id that people take for this one is recorded at service AAA")
		}
		if (plan.Samples == 0) != c.asked {
			t.Errorf("%s: %d samples\n%s", c.name, plan.Samples, lines(plan))
		}
	}
}

// Two spellings of one id are neither two samples nor one of two people's.
func TestIDsOfAFileThatMeet(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"nr": "A08031"}, cells{"nr": "A8031"}, cells{"nr": "b-1"}, cells{"nr": "B–1"}, cells{"nr": "C-1"}))
	if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.SourceRef != "C-1" {
		t.Errorf("%d samples\n%s", len(arrivalsOf(plan)), lines(plan))
	}
	wantLine(t, plan, 2, Rejected, "id", "A08031", "Perhaps A8031, row 3 of file1.csv: ")
	wantLine(t, plan, 3, Rejected, "id", "A8031", "Perhaps A08031, row 2 of file1.csv: ")
	wantLine(t, plan, 4, Rejected, "id", "b-1", `Perhaps "B\u20131", row 5 of file1.csv: `)
	if len(plan.Receipt.Causes) != 1 && plan.Receipt.Causes[0].Rows < 2 {
		t.Errorf("%+v", plan.Receipt.Causes)
	}
	plan, _ = mustPlan(t, mustMapping(t, "exact_ids = true\n"+rowsMapping), file(cells{"nr": "A08031"}, cells{"nr": "A8031"}))
	if len(arrivalsOf(plan)) != 2 {
		t.Errorf("the mapping says that ids are exact: %s", lines(plan))
	}
}

// A recorded sample is itself by its very id, and stands in the way of another spelling.
func TestIDsThatMeetWhatIsRecorded(t *testing.T) {
	m := mustMapping(t, rowsMapping)
	first, _ := mustPlan(t, m, file(cells{"nr": "08031"}))
	known := Known{Dictionary: mustDictionary(t), Recorded: recordedBy(map[string]string{"08031": arrivalsOf(first)[0].Sample.SourceDigest}), Today: today}
	plan, err := planWith(t, m, known, file(cells{"nr": "08031"}, cells{"nr": "8031.0"}, cells{"nr": "B-1"}))
	if err != nil {
		t.Fatal(err)
	}
	wantLine(t, plan, 2, Merged, "", "", "The sample is recorded already, and says the same.")
	wantLine(t, plan, 3, Rejected, "id", "8031.0", "Perhaps 08031, row 2 of file1.csv: ")
	if len(arrivalsOf(plan)) != 1 {
		t.Errorf("%d new samples", len(arrivalsOf(plan)))
	}
	if plan, err = planWith(t, m, known, file(cells{"nr": "8031.0"}, cells{"nr": "B-1"})); err != nil {
		t.Fatal(err)
	}
	wantLine(t, plan, 2, Rejected, "id", "8031.0", "Perhaps 08031, which is recorded already: ")
	if len(arrivalsOf(plan)) != 1 {
		t.Errorf("%d new samples", len(arrivalsOf(plan)))
	}
}

// A finding of nobody is somebody's.
func TestAFindingWithoutASampleStopsTheFiles(t *testing.T) {
	m, two := mustMapping(t, rowsMapping), mustMapping(t, twoFiles)
	const samples = "nr,in,sold as\n01,2024-03-02,ketamine\n"
	for name, test := range map[string]struct {
		m     *Mapping
		texts []string
		want  string
	}{
		"no id":             {m, []string{file(cells{}, cells{"nr": "", "substance": "fentanyl"})}, "file1.csv row 3: the row holds a finding and does not say of which sample"},
		"first row":         {m, []string{file(cells{"nr": ""}, cells{})}, "file1.csv row 2: the row holds a finding"},
		"white space":       {m, []string{file(cells{}, cells{"nr": "\u00a0 \u200b"})}, "file1.csv row 3: the row holds a finding"},
		"an amount alone":   {m, []string{file(cells{}, cells{"nr": "", "substance": "", "method": "", "on": "", "amount": "5"})}, "file1.csv row 3: the row holds a finding"},
		"in the other file": {two, []string{samples, "sample,substance,on\n01,MDMA,2024-03-05\n,fentanyl,2024-03-05\n"}, "file2.csv row 3: the row holds a finding"},
		"no such sample":    {two, []string{samples, "sample,substance,on\n2,MDMA,2024-03-05\n3,MDMA,2024-03-05\n"}, "file2.csv row 2: sample 2 has no row in file1.csv that can be read. A sample would lack this finding, so that nothing of the files is taken: correct them (2 such rows)"},
		"another spelling":  {two, []string{samples, "sample,substance,on\n1,MDMA,2024-03-05\n"}, "sample 1 has no row in file1.csv that can be read; perhaps it is 01, row 2 of file1.csv"},
	} {
		_, _, err := planOf(t, test.m, test.texts...)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	plan, _ := mustPlan(t, m, file(cells{}, cells{"nr": "", "substance": "", "method": "", "on": "", "remarks": "x"}))
	wantLine(t, plan, 3, Rejected, "id", "", "The row does not say which sample it is.")
}

// Without an id a row means the one directly above it, where the mapping says so.
func TestContinuedRows(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `layout = "rows"`, "layout = \"rows\"\ncontinued = true", 1))
	bare := cells{"nr": "", "in": "", "sold as": "", "form": "", "region": "", "price": "", "quantity": ""}
	with := func(more cells) cells {
		row := cells{}
		for _, c := range []cells{bare, more} {
			for k, v := range c {
				row[k] = v
			}
		}
		return row
	}
	plan, d := mustPlan(t, m, file(cells{}, with(cells{"substance": "fentanyl"}), with(cells{"substance": "caffeine"}), cells{"nr": "2"}))
	if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); len(arrivalsOf(plan)) != 2 || got != "ketamine identified, fentanyl identified, caffeine identified" {
		t.Errorf("%s\n%s", got, lines(plan))
	}
	const refused = "does not say of which sample, and it does not stand directly below a row of one, or describes a sample itself"
	whole := file(cells{}, with(cells{"substance": "fentanyl"}))
	first, rest, _ := strings.Cut(whole, "\n")
	row, last, _ := strings.Cut(rest, "\n")
	for name, text := range map[string]string{
		"a blank row between": first + "\n" + row + "\n\n" + last,
		"separators between":  first + "\n" + row + "\n" + strings.Repeat(";", len(rowsHeader)-1) + "\n" + last,
		"nothing above":       first + "\n" + last,
		"another sample":      file(cells{}, cells{"nr": "", "sold as": "MDMA", "substance": "MDMA"}),
		"the same sample":     file(cells{}, cells{"nr": "", "substance": "MDMA"}),
	} {
		if _, _, err := planOf(t, m, text); err == nil || !strings.Contains(err.Error(), refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A cell of several lines is one row.
	plan, _ = mustPlan(t, m, file(cells{"remarks": "one\ntwo"}, with(cells{"substance": "fentanyl"})))
	if len(arrivalsOf(plan)) != 1 || len(arrivalsOf(plan)[0].Evidence[0].Findings) != 2 {
		t.Error(lines(plan))
	}
	if _, err := parseMapping([]byte(strings.Replace(columnsMapping, "count = 2", "count = 2\ncontinued = true", 1))); err == nil || !strings.Contains(err.Error(), "findings.continued") {
		t.Errorf("continued rows of numbered columns: %v", err)
	}
}

// A recorded 2024.10 may be the file's 2024.1, where no id of the file shows that it kept its zeros.
func TestZerosThatWereDropped(t *testing.T) {
	kept := strings.Replace(rowsMapping, `id = "nr"`, `id = { column = "nr", zeros = "kept" }`, 1)
	for _, c := range []struct {
		name, mapping string
		ids           []string
		asked         bool
	}{
		{"nothing shows it", rowsMapping, []string{"2024.1"}, true},
		{"others of the file end in a zero", rowsMapping, []string{"2024.1", "2024.20"}, false},
		{"the mapping says so", kept, []string{"2024.1"}, false},
		{"another number", rowsMapping, []string{"2024.2"}, false},
		{"no point", rowsMapping, []string{"20241"}, false},
	} {
		known := Known{Dictionary: mustDictionary(t), Today: today, Recorded: recordedBy(map[string]string{"2024.10": "of before"})}
		plan, err := planWith(t, mustMapping(t, c.mapping), known, file(samplesWith("nr", c.ids...)...))
		if err != nil {
			t.Fatal(err)
		}
		if c.asked {
			wantLine(t, plan, 2, Rejected, "id", c.ids[0], "Perhaps 2024.10, which is recorded already")
		}
		if (plan.Samples < len(c.ids)) != c.asked {
			t.Errorf("%s: %d samples\n%s", c.name, plan.Samples, lines(plan))
		}
	}
}
