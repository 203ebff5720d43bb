package intake

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
)

// The name says the salt where the file says nothing else of what an amount counts.
func TestASaltInANameIsTheBasis(t *testing.T) {
	for _, test := range []struct {
		row  cells
		want string
	}{
		{cells{"substance": "Ketamine HCl", "amount": "80"}, "ketamine quantified 80% hydrochloride"},
		{cells{"substance": "MDMA hydrochloride", "amount": "80", "basis": "hydrochloride"}, "MDMA quantified 80% hydrochloride"},
		{cells{"substance": "ketaminehydrochloride", "amount": "80", "basis": "unknown"}, "ketamine quantified 80% hydrochloride"},
		{cells{"substance": "amfetaminesulfaat", "amount": "40", "basis": "as found"}, "amphetamine quantified 40% sulfate"},
		{cells{"substance": "cocaïne base", "amount": "80"}, "cocaine quantified 80% base"},
		{cells{"substance": "morfine-tartraat", "amount": "5"}, "morphine quantified 5% unknown"},
		{cells{"substance": "morfine-tartraat", "amount": "5", "basis": "tartrate"}, "morphine quantified 5% unknown"},
		{cells{"substance": "ketamine HCl hydrate", "amount": "5"}, "ketamine quantified 5% unknown"},
		{cells{"substance": "ketamine HCl hydrate", "amount": "5", "basis": "hydrochloride"}, "ketamine quantified 5% hydrochloride"},
		{cells{"substance": "Ketamine HCl", "basis": "base"}, "ketamine identified"},
	} {
		plan, d := accept(t, test.row)
		a := arrivalsOf(plan)[0]
		if got := strings.Join(findingTexts(d, a), ", "); got != test.want || len(plan.Substances) > 0 {
			t.Errorf("%v: %s, want %s; new %v", test.row, got, test.want, plan.Receipt.Substances)
		}
		if got := a.Evidence[0].Findings[0].ReportedAs; got != test.row["substance"] {
			t.Errorf("reported as %q", got)
		}
	}
	plan, _ := accept(t, cells{"substance": "morfine-tartraat", "amount": "5"})
	if notes := strings.Join(plan.Receipt.Files[0].Notes, "\n"); !strings.Contains(notes, "amounts of salts that the dictionary does not list, of which nobody knows how much base they are: 1") {
		t.Errorf("notes: %s", notes)
	}
}

// Where name and file say two things, nobody knows which is right.
func TestASaltInANameThatTheBasisContradicts(t *testing.T) {
	for _, row := range []cells{
		{"substance": "Ketamine HCl", "amount": "80", "basis": "base"},
		{"substance": "cocaine base", "amount": "80", "basis": "hydrochloride"},
		{"substance": "morfine-tartraat", "amount": "5", "basis": "base"},
		{"substance": "morfine-tartraat", "amount": "5", "basis": "sulfate"},
		{"substance": "caffeine monohydrate", "amount": "5", "basis": "base"},
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(row))
		wantLine(t, plan, 2, Rejected, "basis", row["basis"], "but the name of the substance says")
	}
	// The mapping says base of all rows.
	m := mustMapping(t, strings.Replace(rowsMapping, `basis = { column = "basis", values = { HCl = "hydrochloride" } }`, `basis = { value = "base" }`, 1))
	plan, _ := mustPlan(t, m, file(cells{"substance": "Ketamine HCl", "amount": "80"}, cells{"nr": "2", "substance": "MDMA hydrochloride", "amount": "80"}, cells{"nr": "3", "amount": "80"}))
	wantLine(t, plan, 2, Rejected, "basis", "base", "The amount would count base, but the name of the substance says hydrochloride")
	wantLine(t, plan, 3, Rejected, "basis", "base", "The amount would count base, but the name of the substance says hydrochloride")
	if len(arrivalsOf(plan)) != 1 || len(plan.Substances) > 0 {
		t.Errorf("%d samples, new %v", len(arrivalsOf(plan)), plan.Receipt.Substances)
	}
}

func TestWhatIsNoNameIsRefused(t *testing.T) {
	for name, reason := range map[string]string{
		"n/a": "This is a word for nothing", "unknown": "findings.nothing or findings.unclear", "geen": "This is a word for nothing", "0": "This is a word for nothing",
		"geen fentanyl": "This is a word for nothing", "fentanylvrij": "This is a word for nothing", "sin fentanilo": "This is a word for nothing", "Totaal": "This is a word for nothing", "nichts": "This is a word for nothing",
		"metadona": "This is close to methadone:", "propoxynitazene": "This is close to a nitazene, which one is not known: say in the mapping's values", "MDMA 120 mg": `Write "MDMA" here, and the rest in its own field.`, "120 mg": "is an amount", "heroin; fentanyl": "is several substances",
		"heroin\nfentanyl": "is several substances", "heroin + fentanyl": "is several substances", "Dorpsstraat 12": "looks like a telephone number, an address",
		"bel 06-12345678": "looks like a telephone number", "@dealer": "looks like a telephone number", "ketamin": "This is close to ketamine:", "5-MMC": "This is close to 2-MMC, 3-MMC, 4-MMC:",
		lab.NewLookupCode().Print(): "or a code",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": name}, cells{"nr": "2"}))
		wantLine(t, plan, 2, Rejected, "substance", strings.ReplaceAll(name, "\r", ""), reason)
		if len(arrivalsOf(plan)) != 1 || len(plan.Substances) > 0 {
			t.Errorf("%q: %d samples, new %v", name, len(arrivalsOf(plan)), plan.Receipt.Substances)
		}
	}
	// What the mapping calls nothing or unclear is that.
	m := mustMapping(t, strings.Replace(rowsMapping, `unclear = ["unclear"]`, `unclear = ["unknown"]`, 1))
	plan, _ := mustPlan(t, m, file(cells{"substance": "unknown"}))
	if len(arrivalsOf(plan)) != 1 || arrivalsOf(plan)[0].Evidence[0].Analysis.Conclusion != lab.Inconclusive {
		t.Errorf("got %s", lines(plan))
	}
}

// An import asks nobody: the mapping says which substance is meant, or that it is another.
func TestNearNamesAreAnsweredInTheMapping(t *testing.T) {
	rows := file(cells{"substance": "ketamin"}, cells{"nr": "2", "substance": "5-MMC"}, cells{"nr": "3", "substance": "5-MMC"}, cells{"nr": "4", "substance": "stuff of its own"})
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), rows)
	if len(arrivalsOf(plan)) != 1 || strings.Join(plan.Receipt.Substances, ";") != "stuff of its own" {
		t.Errorf("%d samples, new %v", len(arrivalsOf(plan)), plan.Receipt.Substances)
	}
	var b strings.Builder
	if err := plan.Receipt.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	const told = `2 names of substances are close to known ones, and were rejected:
  "5-MMC": 2-MMC (differs in what makes it another substance), 3-MMC (differs in what makes it another substance), 4-MMC (differs in what makes it another substance)
  "ketamin": ketamine
Answer in the mapping: of each name, keep one line and take its first # away.

[findings.fields.substance.values]
# "5-MMC" = "2-MMC"
# "5-MMC" = "3-MMC"
# "5-MMC" = "4-MMC"
# "ketamin" = "ketamine"

# under [findings]
new_substances = [
#  "5-MMC", # another substance
#  "ketamin", # another substance
]
`
	if !strings.HasSuffix(b.String(), told) {
		t.Errorf("the receipt says:\n%s", b.String())
	}
	answered := strings.NewReplacer(
		`substance = "substance"`, `substance = { column = "substance", values = { ketamin = "ketamine" } }`,
		`unclear = ["unclear"]`, "unclear = [\"unclear\"]\nnew_substances = [\n  \"5-mmc\", # another substance\n]",
	).Replace(rowsMapping)
	plan, d := mustPlan(t, mustMapping(t, answered), rows)
	if len(arrivalsOf(plan)) != 4 || len(plan.Receipt.Near) > 0 || len(plan.Substances) != 2 {
		t.Fatalf("%d samples, new %v\n%s", len(arrivalsOf(plan)), plan.Receipt.Substances, lines(plan))
	}
	if got := findingTexts(d, arrivalsOf(plan)[0])[0] + ", " + findingTexts(d, arrivalsOf(plan)[1])[0]; got != "ketamine identified, 5-MMC identified" {
		t.Error(got)
	}
	// It answers for a name, and for nothing else.
	for _, name := range []string{"n/a", "MDMA 120 mg", "heroin; fentanyl"} {
		m := mustMapping(t, strings.Replace(rowsMapping, `unclear = ["unclear"]`, `new_substances = ["`+name+`"]`, 1))
		plan, _ := mustPlan(t, m, file(cells{"substance": name}))
		if len(arrivalsOf(plan)) > 0 {
			t.Errorf("%q is taken", name)
		}
	}
	if _, err := parseMapping([]byte(strings.Replace(rowsMapping, `unclear = ["unclear"]`, `new_substances = [" - "]`, 1))); err == nil || !strings.Contains(err.Error(), "findings.new_substances") {
		t.Errorf("a new name without a letter: %v", err)
	}
}

// It makes no difference which of two new names comes first.
func TestTwoNewNamesOfAnImportAreNotNearEachOther(t *testing.T) {
	a, b := cells{"substance": "bladdery stuff"}, cells{"nr": "2", "substance": "bladdery stuf"}
	for _, rows := range []string{file(a, b), file(b, a)} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), rows)
		if len(arrivalsOf(plan)) != 2 || len(plan.Substances) != 2 {
			t.Errorf("%d samples, new %v\n%s", len(arrivalsOf(plan)), plan.Receipt.Substances, lines(plan))
		}
		if notes := strings.Join(plan.Receipt.Files[0].Notes, ";"); !strings.Contains(notes, "two new substances of which the names are close") || !strings.Contains(notes, `"bladdery stuff"`) {
			t.Errorf("nobody is told that they may be one: %s", notes)
		}
	}
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": "bladderine"}, cells{"nr": "2", "substance": "zopicalone-X7"}))
	if notes := strings.Join(plan.Receipt.Files[0].Notes, ";"); strings.Contains(notes, "may be one") {
		t.Errorf("of two that are apart: %s", notes)
	}
}

// Whoever answers for a misspelled name does not lose the salt that it has.
func TestAnswersKeepTheSalt(t *testing.T) {
	for name, want := range map[string]string{
		"ketamin HCl": "ketamine hydrochloride", "ketamine hydrocloride": "ketamine hydrochloride", "cocane base": "cocaine base", "dihydrocodein bitartrate": "dihydrocodeine hydrogen tartrate",
		"morphin tartrate": "morphine salt", "ketamin": "ketamine",
	} {
		plan, d := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": name}))
		var b strings.Builder
		if err := plan.Receipt.WriteText(&b); err != nil {
			t.Fatal(err)
		}
		if answer := `# "` + name + `" = "` + want + "\"\n"; !strings.Contains(b.String(), answer) {
			t.Errorf("no line %s in:\n%s", answer, b.String())
		}
		a := d.AskName(want)
		if a.Kind != lab.SaltName && want != "ketamine" || a.Kind == lab.NearName {
			t.Errorf("%q is %s", want, a.Kind)
		}
	}
}

// Both names of what was merged in one analysis are one finding, the one that says more; two
// amounts that differ are refused, by the number of the row and its name.
func TestBothNamesOfWhatWasMerged(t *testing.T) {
	whole := mustDictionary(t)
	pmma, _, _ := whole.FindSubstance("PMMA")
	var substances []*lab.Substance
	for _, s := range whole.Substances {
		if s.Name == "PMA" {
			merged := *s
			merged.MergedInto = lab.Optional(pmma.ID)
			s = &merged
		}
		substances = append(substances, s)
	}
	d, err := lab.NewDictionary(slices.Collect(maps.Values(whole.Classes)), substances, slices.Collect(maps.Values(whole.Products)), nil)
	if err != nil {
		t.Fatal(err)
	}
	read := func(rows ...cells) *Plan {
		t.Helper()
		plan, err := planWith(t, mustMapping(t, rowsMapping), Known{Dictionary: d.Clone(), Today: today}, file(rows...))
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	plan := read(cells{"substance": "PMA"}, cells{"substance": "PMMA", "amount": "12"})
	if len(arrivalsOf(plan)) != 1 || len(plan.Substances) > 0 {
		t.Fatalf("%s, new %v", lines(plan), plan.Receipt.Substances)
	}
	if got := strings.Join(findingTexts(d, arrivalsOf(plan)[0]), ", "); got != "PMMA quantified 12% unknown" {
		t.Errorf("read as %s", got)
	}
	plan = read(cells{"substance": "PMA", "amount": "3"}, cells{"substance": "PMMA", "amount": "12"})
	wantLine(t, plan, 3, Rejected, "amount", "12", "The same substance has another amount in")
	if plan = read(cells{"substance": "PMA"}); arrivalsOf(plan)[0].Evidence[0].Findings[0].ReportedAs != "PMA" {
		t.Errorf("what the source said is lost: %+v", arrivalsOf(plan)[0].Evidence[0].Findings[0])
	}
}

// A word for nothing is no sample: two people's samples would become one.
func TestAWordForNothingIsNoID(t *testing.T) {
	for _, id := range []string{"onbekend", "n/a", "?", "NULL", "idem"} {
		_, _, err := planOf(t, mustMapping(t, rowsMapping), file(cells{"nr": id}, cells{"nr": id, "substance": "caffeine"}))
		if err == nil || !strings.Contains(err.Error(), "row 2") {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// What a page refuses beside a name an import refuses, also of a name that it adds itself.
func TestSignsBesideANameAreRefused(t *testing.T) {
	for _, text := range []string{
		"fentanyl -", "fentanyl (-)", "fentanyl?", "ketamine ✗", "¬ketamine", "<ketamine", "=fentanyl", "heroin/", "ketamine *", "foostuff?", "foostuff -",
		"fentanyl ⊖", "fentanyl†", "– fentanyl", "[ ] fentanyl", "foostuff†", "⚠ foostuff",
	} {
		plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"nr": "1", "substance": "foostuff"}, cells{"nr": "2", "substance": text}))
		if plan.Samples != 1 || plan.Receipt.Total().Rejected != 1 {
			t.Errorf("%q: %s", text, lines(plan))
		}
	}
}

// What somebody called MDMAPMMA does not decide how later rows are divided, or those of the same
// file: MDMA/PMMA is both, by a list or in a sentence.
func TestANameThatWasAddedDoesNotDivideLaterRows(t *testing.T) {
	joined := strings.Replace(rowsMapping, `unclear = ["unclear"]`, "unclear = [\"unclear\"]\nnew_substances = [\"MDMAPMMA\"]", 1)
	list := strings.Replace(joined, `substance = "substance"`, `substance = { column = "substance", list = "/" }`, 1)
	rows := file(cells{"substance": "MDMAPMMA"}, cells{"nr": "2", "substance": "MDMA/PMMA"}, cells{"nr": "3", "substance": "MDMA / PMMA"})
	for _, before := range []bool{false, true} {
		d := mustDictionary(t)
		if before {
			if _, err := d.AddSubstance("MDMAPMMA"); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := planWith(t, mustMapping(t, joined), Known{Dictionary: d, Today: today}, rows)
		if err != nil {
			t.Fatal(err)
		}
		wantLine(t, plan, 3, Rejected, "substance", "MDMA/PMMA", "This is several substances (MDMA; PMMA)")
		wantLine(t, plan, 4, Rejected, "substance", "MDMA / PMMA", "This is several substances (MDMA; PMMA)")
	}
	plan, d := mustPlan(t, mustMapping(t, list), rows)
	var got []string
	for _, a := range arrivalsOf(plan) {
		got = append(got, strings.Join(findingTexts(d, a), "+"))
	}
	if want := "MDMAPMMA identified, MDMA identified+PMMA identified, MDMA identified+PMMA identified"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s\n%s", strings.Join(got, ", "), want, lines(plan))
	}
}

// Names with nothing between them are not answered by one of them: the other would be lost.
func TestNamesThatAreJoinedAreNotAnsweredByOneOfThem(t *testing.T) {
	plan, _ := mustPlan(t, mustMapping(t, rowsMapping), file(cells{"substance": "MDMAPMMA"}))
	wantLine(t, plan, 2, Rejected, "substance", "MDMAPMMA", "This may be several substances with nothing between them (MDMA; PMMA): write each in a row of its own")
	if len(plan.Receipt.Near) > 0 {
		t.Errorf("offered: %v", plan.Receipt.Near)
	}
}

// The same of what samples were sold as.
func TestAProductThatWasAddedDoesNotDivideLaterRows(t *testing.T) {
	for _, list := range []string{"", ", list = \";\""} {
		d := mustDictionary(t)
		if _, err := d.AddUnknownProduct("cokeket"); err != nil {
			t.Fatal(err)
		}
		m := mustMapping(t, strings.Replace(rowsMapping, `, list = ";"`, list, 1))
		plan, err := planWith(t, m, Known{Dictionary: d, Today: today}, file(cells{"sold as": "coke/ket"}, cells{"nr": "2", "sold as": "coke；ket"}))
		if err != nil {
			t.Fatal(err)
		}
		wantLine(t, plan, 2, Rejected, "sold_as", "coke/ket", "several products (coke; ket)")
		if list == "" {
			wantLine(t, plan, 3, Rejected, "sold_as", "coke；ket", "several products (coke; ket)")
			continue
		}
		product := d.Products[arrivalsOf(plan)[0].Sample.ProductID]
		if len(product.Expected()) != 2 {
			t.Errorf("divided by a wide sign: %+v", product)
		}
	}
}
