package intake

import (
	"strings"
	"testing"

	"marquis/internal/lab"
)

// listMapping reads lists of substances, with lists of amounts beside them.
var listMapping = strings.NewReplacer(
	`substance = "substance"`, `substance = { column = "substance", list = ";|,+/", values = { "other opioids" = "opioids" } }`,
	`"n.d." = "not_detected" } }`, `"n.d." = "not_detected" }, list = ";" }`,
	`unclear = ["unclear"]`, "unclear = [\"unclear\"]\nunidentified = [\"peak\"]",
).Replace(rowsMapping)

func TestListsOfSubstances(t *testing.T) {
	for _, test := range []struct {
		row  cells
		want string
	}{
		{cells{"substance": "heroin\nfentanyl"}, "heroin identified, fentanyl identified"},
		{cells{"substance": "heroin; fentanyl | caffeine"}, "heroin identified, fentanyl identified, caffeine identified"},
		{cells{"substance": "heroin, fentanyl+caffeine/MDMA"}, "heroin identified, fentanyl identified, caffeine identified, MDMA identified"},
		{cells{"substance": "heroin;"}, "heroin identified"},
		{cells{"substance": "heroin", "amount": "30"}, "heroin quantified 30% unknown"},
		{cells{"substance": "heroin; caffeine", "amount": "30; 12,5"}, "heroin quantified 30% unknown, caffeine quantified 12.5% unknown"},
		{cells{"substance": "heroin; caffeine", "amount": "30\n12,5"}, "heroin quantified 30% unknown, caffeine quantified 12.5% unknown"},
		{cells{"substance": "heroin; caffeine; MDMA", "amount": "30; ; spoor"}, "heroin quantified 30% unknown, caffeine identified, MDMA trace"},
		{cells{"substance": "heroin; caffeine;", "amount": "30; 5;"}, "heroin quantified 30% unknown, caffeine quantified 5% unknown"},
		{cells{"substance": "heroin; caffeine", "amount": "30; 12,5", "basis": "base"}, "heroin quantified 30% base, caffeine quantified 12.5% base"},
		{cells{"substance": "Ketamine HCl; MDMA", "amount": "80; 10"}, "ketamine quantified 80% hydrochloride, MDMA quantified 10% unknown"},
		{cells{"substance": "1,4-butanediol, caffeine"}, "1,4-butanediol identified, caffeine identified"},
		{cells{"substance": "caffeine,1,4-butanediol"}, "caffeine identified, 1,4-butanediol identified"},
		{cells{"substance": "DOM, caffeine"}, "DOM identified, caffeine identified"},
		{cells{"substance": "other opioids; caffeine"}, "an opioid, which one is not known identified, caffeine identified"},
		{cells{"substance": "caffeine; peak; peak"}, "caffeine identified, unidentified substance unidentified"},
		{cells{"substance": "heroin; diamorphine"}, "heroin identified"},
		{cells{"substance": "nothing found"}, ""},
	} {
		plan, d := mustPlan(t, mustMapping(t, listMapping), file(test.row))
		if len(arrivalsOf(plan)) != 1 || len(plan.Substances) > 0 {
			t.Errorf("%v: %d samples, new %v\n%s", test.row, len(arrivalsOf(plan)), plan.Receipt.Substances, lines(plan))
			continue
		}
		if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != test.want {
			t.Errorf("%v: %s, want %s", test.row, got, test.want)
		}
	}
}

func TestListsThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		row                  cells
		field, value, reason string
	}{
		{cells{"substance": "heroin; caffeine", "amount": "30"}, "amount", "30", "1 are told here for 2 substances"},
		{cells{"substance": "heroin; caffeine", "amount": "30; 5; 5"}, "amount", "30; 5; 5", "3 are told here for 2 substances"},
		{cells{"substance": "heroin; caffeine", "amount": "; 5", "±": "1"}, "uncertainty", "1", "1 are told here for 2 substances"},
		{cells{"substance": "heroin; ; caffeine", "amount": "30; 4; 5"}, "amount", "4", "There is a number but no substance."},
		{cells{"substance": "heroin; none"}, "substance", "none", "This is a word for nothing"},
		{cells{"substance": "heroin; fentanil"}, "substance", "fentanil", "This is close to"},
		{cells{"substance": "heroin; nothing found"}, "substance", "heroin; nothing found", "This row says nothing_detected"},
		{cells{"substance": ";"}, "substance", "", "The row names no substance."},
		// The name of one substance, with what says which of its kind it is behind the sign.
		{cells{"substance": "Fentanyl, para-fluoro"}, "substance", "Fentanyl, para-fluoro", `"para-fluoro" is part of a name, perhaps of "para-fluoro Fentanyl"`},
		{cells{"substance": "fentanyl, N-methyl"}, "substance", "fentanyl, N-methyl", "is part of a name"},
		{cells{"substance": "caffeine; amphetamine, 4-fluoro"}, "substance", "caffeine; amphetamine, 4-fluoro", "is part of a name"},
		{cells{"substance": "THC, delta-8"}, "substance", "THC, delta-8", "is part of a name"},
		{cells{"substance": "cocaine (+ levamisole)"}, "substance", "cocaine (+ levamisole)", "stands within brackets"},
	} {
		plan, _ := mustPlan(t, mustMapping(t, listMapping), file(test.row))
		wantLine(t, plan, 2, Rejected, test.field, test.value, test.reason)
		if len(arrivalsOf(plan))+len(plan.Substances) > 0 {
			t.Errorf("%v is taken", test.row)
		}
	}
}

// Without the mapping's word nobody makes one name of several, known or not, and the receipt
// says what to write.
func TestSeveralNamesAreNeverOne(t *testing.T) {
	for name, list := range map[string]string{
		"heroin\nfentanyl": `\n`, "heroin; fentanyl": ";", "heroin|fentanyl": "|", "heroin, fentanyl": ",", "heroin + fentanyl": "+", "heroin/fentanyl": "/",
		"foostuff; barstuff": ";", "foostuff|barstuff": "|", "foostuff, barstuff": ",", "foostuff + barstuff": "+", "foostuff / barstuff": "/",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": name}))
		wantLine(t, plan, 2, Rejected, "substance", name, `substance = { column = "substance", list = "`+list+`" }`)
		if len(arrivalsOf(plan))+len(plan.Substances) > 0 {
			t.Errorf("%q is taken", name)
		}
	}
	// A name may hold such signs, if the mapping says that it is one.
	m := mustMapping(t, strings.Replace(rowsMapping, `unclear = ["unclear"]`, `new_substances = ["foostuff, barstuff"]`, 1))
	if plan, _ := mustPlan(t, m, file(cells{"substance": "foostuff, barstuff"})); len(plan.Substances) != 1 {
		t.Error(lines(plan))
	}
	plan, _ := mustPlan(t, mustMapping(t, strings.Replace(listMapping, `list = ";|,+/"`, `list = ","`, 1)), file(cells{"substance": "heroin; fentanyl"}))
	wantLine(t, plan, 2, Rejected, "substance", "heroin; fentanyl", `list = ",;" }`)
}

func TestListsInAMapping(t *testing.T) {
	for name, test := range map[string][2]string{
		"amounts without substances": {strings.Replace(rowsMapping, `"n.d." = "not_detected" } }`, `"n.d." = "not_detected" }, list = ";" }`, 1), "findings.fields.amount: It is a list only beside a list of substances."},
		"the decimal mark":           {strings.Replace(listMapping, `"not_detected" }, list = ";" }`, `"not_detected" }, list = ",;" }`, 1), "findings.fields.amount: The decimal mark does not separate amounts"},
		"one word for two things":    {strings.Replace(listMapping, `["peak"]`, `["Peak", "Unclear"]`, 1), `findings.unidentified: "Unclear" stands in findings.unclear already.`},
		"an empty cell is found":     {strings.Replace(listMapping, `["peak"]`, `[""]`, 1), "findings.unidentified: An empty cell does not say that something was found."},
	} {
		if _, err := parseMapping([]byte(test[0])); err == nil || !strings.Contains(err.Error(), test[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// How the Welsh WEDINOS tells its results: one row a sample, the findings in one cell.
func TestOneRowASampleWithAListOfFindings(t *testing.T) {
	m := mustMapping(t, `
profile = "one row"
[[file]]
holds = "both"
[samples]
id = "Sample"
received_on = { column = "Received", date = "D/M/YYYY" }
sold_as = "Intent"
form = { column = "Form", default = "other" }
[findings]
layout = "rows"
nothing = ["No active component identified"]
unidentified = ["Unidentified compound"]
[findings.fields]
performed_on = { column = "Received", date = "D/M/YYYY" }
substance = { column = "Major", list = "\n" }
abundance = { value = "primary" }
[method.default]
kind = "gc_ms"
lab = "Test laboratory"
level = "confirmatory"
`)
	plan, d := mustPlan(t, m, "Sample,Received,Intent,Form,Major\nW1,5/3/2024,Heroin,powder,\"Heroin\nFentanyl\n\"\nW2,5/3/2024,Heroin,powder,No active component identified\nW3,6/3/2024,Xanax,tablet,Unidentified compound\n")
	if len(arrivalsOf(plan)) != 3 || len(plan.Substances) > 0 {
		t.Fatalf("%d samples, new %v\n%s", len(arrivalsOf(plan)), plan.Receipt.Substances, lines(plan))
	}
	for i, want := range []string{"heroin identified, fentanyl identified", "", "unidentified substance unidentified"} {
		if got := strings.Join(findingTexts(d, arrivalsOf(plan)[i]), ", "); got != want {
			t.Errorf("sample %d: %s, want %s", i+1, got, want)
		}
	}
}

// What could not be identified, and what the source tells as other, is no new substance. It
// makes the outcome unclear and has no amount.
func TestUnidentifiedAndOther(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `unclear = ["unclear"]`,
		"unclear = [\"unclear\"]\nunidentified = [\"Unidentified\", \"trace detected\", \"some peak\"]\nother = [\"Other\"]\nnot_analysed = [\"not tested\"]", 1))
	for name, note := range map[string]string{"unidentified": "", "Trace detected": "", "other": "findings that the source calls other, which are counted as what could not be identified: 1"} {
		plan, d := mustPlan(t, m, file(cells{}, cells{"substance": name, "amount": "20"}))
		if len(arrivalsOf(plan)) != 1 || len(plan.Substances) > 0 {
			t.Errorf("%s: %s", name, lines(plan))
			continue
		}
		a := arrivalsOf(plan)[0]
		if got := strings.Join(findingTexts(d, a), ", "); got != "ketamine identified, unidentified substance unidentified" || a.Evidence[0].Findings[1].ReportedAs != name {
			t.Errorf("%s: %s", name, got)
		}
		if notes := strings.Join(plan.Receipt.Files[0].Notes, "\n"); !strings.Contains(notes, note) {
			t.Errorf("%s: notes %s", name, notes)
		}
	}
	plan, d := mustPlan(t, m, file(cells{"substance": "some peak"}, cells{"substance": "some peak"}))
	if f := arrivalsOf(plan)[0].Evidence[0].Findings[0]; f.HowMany() != 2 {
		t.Errorf("%s, %d of them", foundText(d, f), f.HowMany())
	}
	// Without its place in the mapping each is refused.
	for _, name := range []string{"Other", "Trace detected", "no drugs detected"} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": name}))
		wantLine(t, plan, 2, Rejected, "substance", name, "findings.unidentified, findings.other or findings.not_analysed")
	}
}

// The cell of the substance may say how it was found, too.
func TestDetectionInTheNameOfTheSubstance(t *testing.T) {
	m := mustMapping(t, strings.Replace(listMapping, `"other opioids" = "opioids" } }`, `"trace of fentanyl" = "fentanyl" } }
detection = { column = "substance", list = ";|,+/", values = { "trace of fentanyl" = "trace" }, default = "identified" }`, 1))
	plan, d := mustPlan(t, m, file(cells{"substance": "heroin; trace of fentanyl"}, cells{"nr": "2", "substance": "trace of fentanyl"}))
	for i, want := range []string{"heroin identified, fentanyl trace", "fentanyl trace"} {
		if got := strings.Join(findingTexts(d, arrivalsOf(plan)[i]), ", "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A sample that was not analysed has no day of analysis, or a day that is none.
func TestNotAnalysed(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `nothing = ["nothing found"]`, "nothing = [\"nothing found\", \"\"]\nnot_analysed = [\"not tested\"]", 1))
	for _, row := range []cells{
		{"why not": "capacity", "substance": "", "on": "", "method": ""},
		{"why not": "capacity", "substance": "", "on": "05-03-2024"},
		{"why not": "capacity", "substance": "not tested", "on": ""},
		{"why not": "capacity", "substance": "Not tested", "on": "05-03-2024"},
	} {
		plan, _ := mustPlan(t, m, file(row))
		if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.State != lab.NotAnalysed || len(arrivalsOf(plan)[0].Evidence) > 0 {
			t.Errorf("%v: %s", row, lines(plan))
		}
	}
	plan, _ := mustPlan(t, m, file(cells{"substance": "not tested", "on": ""}))
	if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Sample.State != lab.Registered || len(plan.Substances) > 0 {
		t.Errorf("it waits: %s", lines(plan))
	}
	// Beside a finding by the same method one of both is wrong; beside one by another it is not.
	plan, _ = mustPlan(t, m, file(cells{"substance": "ketamine"}, cells{"substance": "not tested", "on": ""}))
	wantLine(t, plan, 3, Rejected, "substance", "not tested", "row 2 of file1.csv tells what was found")
	plan, _ = mustPlan(t, m, file(cells{"substance": "ketamine"}, cells{"substance": "not tested", "on": "", "method": "strip"}))
	if len(arrivalsOf(plan)) != 1 || len(arrivalsOf(plan)[0].Evidence) != 1 {
		t.Error(lines(plan))
	}
	two := mustMapping(t, strings.Replace(twoFiles, `layout = "rows"`, "layout = \"rows\"\nnot_analysed = [\"not tested\"]", 1))
	plan, _ = mustPlan(t, two, "nr,in,sold as\n01,2024-03-02,ketamine\n", "sample,substance,on\n01,not tested,\n")
	if len(arrivalsOf(plan)) != 1 || len(arrivalsOf(plan)[0].Evidence) > 0 {
		t.Error(lines(plan))
	}
	wantLine(t, plan, 2, Merged, "", "row 2 of file1.csv", "but that it was not analysed")
}

// Two methods in one row each found what it says; the amount is of the one that measures.
func TestTwoMethodsInARow(t *testing.T) {
	m := mustMapping(t, strings.Replace(rowsMapping, `method = "method"`, `method = { column = "method", list = ";" }`, 1))
	plan, d := mustPlan(t, m, file(cells{"method": "LC; strip", "amount": "50"}, cells{"nr": "2", "method": "strip", "on": "02-03-2024"}, cells{"nr": "3", "method": "strip; LC", "substance": "nothing found"}))
	if len(arrivalsOf(plan)) != 3 {
		t.Fatal(lines(plan))
	}
	var got []string
	for _, e := range arrivalsOf(plan)[0].Evidence {
		got = append(got, string(d.Methods[e.Analysis.MethodID].Kind)+": "+foundText(d, e.Findings[0]))
	}
	if text := strings.Join(got, ", "); !strings.Contains(text, "lc_dad: ketamine quantified 50% unknown") || !strings.Contains(text, "strip: ketamine identified") {
		t.Error(text)
	}
	if e := arrivalsOf(plan)[2].Evidence; len(e) != 2 || e[0].Analysis.Conclusion != lab.NothingSeen || e[1].Analysis.Conclusion != lab.NothingSeen {
		t.Errorf("%+v", e)
	}
	plan, _ = mustPlan(t, mustMapping(t, strings.Replace(rowsMapping, "[method.default]", "[method.lc]", 1)), file(cells{"method": "LC; strip"}))
	wantLine(t, plan, 2, Rejected, "method", "LC; strip", `add [method."LC; strip"], or list to the field method if it names several, or [method.default]`)
}

// Methods may have columns of their own.
func TestAColumnForEachMethod(t *testing.T) {
	m := mustMapping(t, strings.NewReplacer("count = 2", `columns = ["LC", "strip"]`, `method = "method"`, `method = { value = "{n}" }`).Replace(columnsMapping))
	plan, d := mustPlan(t, m, "nr;in;sold as;form;region;price;quantity;why not;on;stof LC;gehalte LC;stof strip;gehalte strip\n1;02-03-2024;ketamine;poeder;Utrecht;;;;05-03-2024;ketamine;50;fentanyl;\n"+
		"2;02-03-2024;ketamine;poeder;Utrecht;;;;05-03-2024;;;nothing found;\n")
	if len(arrivalsOf(plan)) != 2 || len(arrivalsOf(plan)[0].Evidence) != 2 || len(arrivalsOf(plan)[1].Evidence) != 1 {
		t.Fatal(lines(plan))
	}
	for _, e := range arrivalsOf(plan)[0].Evidence {
		want := map[lab.MethodKind]string{"lc_dad": "ketamine quantified 50% unknown", "strip": "fentanyl identified"}[d.Methods[e.Analysis.MethodID].Kind]
		if got := foundText(d, e.Findings[0]); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if _, err := parseMapping([]byte(strings.Replace(columnsMapping, "count = 2", "count = 2\ncolumns = [\"LC\"]", 1))); err == nil || !strings.Contains(err.Error(), "findings.count") {
		t.Errorf("both count and columns: %v", err)
	}
}
